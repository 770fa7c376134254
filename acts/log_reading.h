/* Inside log*.c: one reading of the log. */
#ifndef ACTS_LOG_READING_H
#define ACTS_LOG_READING_H

#include "acts/log.h"

struct reading {
	struct app *app;
	struct arena *arena;
	const struct visitor *who;
	const struct input *in;
	struct faults *faults;
	struct log_view *view;
	struct uuid person; /* what view.query.person points to */
	const char *scope;  /* a Caf's code; NULL: all */
};

/* The Caf whose records the visitor may see; NULL: all. ERR_DENIED: no auditor. */
MUST_USE enum err log_scope(const struct visitor *who, const char **scope);
bool log_in_scope(const char *scope, const char *caf);

/* Fills view.query, view.from and view.until. ERR_INVALID: faults. */
MUST_USE enum err log_take_criteria(struct reading *r, int event_class);

/* Names and places of a page of records. */
MUST_USE enum err log_names(struct txn *t, struct arena *a, const char *scope, const struct audit_page *page,
			    struct log_names *out);

#endif
