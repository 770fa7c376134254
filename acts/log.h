/* The auditors' side of the log: queries in a scope, themselves recorded. */
#ifndef ACTS_LOG_H
#define ACTS_LOG_H

#include "acts/app.h"

/* As typed in the form; "" : no restriction. Field names: du, au, fournisseur, agent, evenement, resultat, ip, page,
   journal (exports). evenement and resultat are read by code or by label, folded. */
extern const struct form log_form;

struct log_view {
	struct audit_query query;
	struct audit_page page;
	const char **names;     /* of page.v[i].person, "" when unknown */
	const char **places;    /* establishment's name of page.v[i] */
	size_t total, failures; /* counted up to 10 000 */
	day_t from, until;
	struct strs alerts; /* French sentences */
};

/* event_class: EVENT_CONNECTION or EVENT_ACT. Defaults to the last 7 days. A Caf auditor sees his Caf only. Records the query
   (EVENT_LOG_QUERY, or EVENT_LOG_EXPORT when the field journal is given; criteria in the details) before it answers: no record, no answer. ERR_INVALID: faults. */
MUST_USE enum err log_read(struct app *app, struct arena *a, const struct visitor *who, int event_class,
			   const struct input *in, uint64_t before, size_t limit, struct faults *faults,
			   struct log_view *out);

/* Walks the chain; the check is recorded as a query. */
MUST_USE enum err log_verify(struct app *app, struct arena *a, const struct visitor *who, struct audit_verdict *out);

const char *cause_label(const char *code);
/* « Firefox, Windows » of a user agent. */
const char *user_agent_label(struct arena *a, const char *user_agent);

#endif
