/* The auditors' side of the log: queries in a scope, themselves recorded. */
#ifndef ACTS_LOG_H
#define ACTS_LOG_H

#include "acts/right_history.h"

/* As typed in the form; "" : no restriction. Field names: du, au, fournisseur, agent, evenement, resultat, ip, page,
   journal (exports), lignes (numbers of lines, joined by commas). evenement and resultat are read by code or by label, folded. */
extern const struct form log_form;

/* Parallel to the records of a page. */
struct log_names {
	const char **names;  /* of the person, "" when unknown */
	const char **places; /* the establishment's, "" */
	bool *reachable;     /* log_person_read may know him */
};

#define LOG_LINES_MAX 100

/* A point of attention and the events it speaks of. */
struct log_alert {
	const char *text;   /* French sentence */
	const char *number; /* whose */
	const char *lines;  /* as the field lignes takes them; the first LOG_LINES_MAX */
	size_t n, listed;
	int64_t from, until; /* time of the first and last listed */
};

struct log_view {
	struct audit_query query;
	struct audit_page page;
	struct log_names who;   /* of page */
	size_t total, failures; /* counted up to 10 000 */
	day_t from, until;
	bool nobody;      /* the directory knows nobody of what was asked for as a person: it was taken for a number */
	bool no_provider; /* nor any of what was asked for as a provider: it was taken for an id */
	struct log_alert *alerts;
	size_t alerts_n;
	uint64_t *lines; /* asked for by number: page is these, newest first, whatever the other criteria */
	size_t lines_n;
};

/* event_class: EVENT_CONNECTION or EVENT_ACT. Defaults to the last 7 days. A Caf auditor sees his Caf only. Records the query
   (EVENT_LOG_QUERY, or EVENT_LOG_EXPORT when the field journal is given; criteria in the details, an export's lines as "exported") before
   it answers: no record, no answer. ERR_INVALID: faults. */
MUST_USE enum err log_read(struct app *app, struct arena *a, const struct visitor *who, int event_class,
			   const struct input *in, uint64_t before, size_t limit, struct faults *faults,
			   struct log_view *out);

/* One person: what the directory says of him, his rights as they were, what he did last. */
struct log_person {
	bool left;         /* the directory has him no longer: as.person holds his number and entry alone */
	struct visitor as; /* person, roles, provider, caf */
	struct right_period *periods;
	struct establishment *places; /* of periods[i], as right_place has them */
	size_t n;
	struct audit_page connections, acts;
	struct log_names connection_names, act_names;
};

/* By his number, in the auditor's scope; recorded before it answers. ERR_NOTFOUND: nobody, or somebody of another Caf, *elsewhere
   then ("" otherwise). */
MUST_USE enum err log_person_read(struct app *app, struct arena *a, const struct visitor *who, const char *number,
				  size_t limit, struct log_person *out, const char **elsewhere);

/* Verifies the end of the chain (audit_verify_end, 10 000 rows); the check is recorded as a query. */
MUST_USE enum err log_verify(struct app *app, struct arena *a, const struct visitor *who, struct audit_verdict *out);

/* --- the whole chain, once a night, by the clerk: begun and ended are records of the log (EVENT_LOG_VERIFIED) --- */

struct log_check {
	int64_t begun; /* 0: never, or the end alone is left of it */
	int64_t ended; /* 0: never, or it did not come to its end */
	bool whole;
	const char *records, *seals, *line; /* digits; line: the first bad one, "" */
};
/* The newest one. */
MUST_USE enum err log_check_last(struct app *app, struct arena *a, struct log_check *out);
/* None yet, or it is three in the morning of a day after the last one; one that did not end is left until then too: a damaged
   file that kills the reader kills him once a night. */
bool log_check_is_due(const struct log_check *last, int64_t now);
/* v NULL: begun. */
MUST_USE enum err log_check_note(struct app *app, struct arena *a, const struct audit_verdict *v);

const char *cause_label(const char *code);
/* A detail of a record in French: "sections=hours,project" is « rubriques : Horaires, Projet d’accueil ». As it stands when no
   label is known for its name. */
const char *detail_text(struct arena *a, const char *detail);
/* « Firefox, Windows » of a user agent. */
const char *user_agent_label(struct arena *a, const char *user_agent);

#endif
