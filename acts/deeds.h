/* What was done to somebody or something, from the log, as the files of a Caf show it. */
#ifndef ACTS_DEEDS_H
#define ACTS_DEEDS_H

#include "acts/app.h"

struct deed {
	int64_t at;
	const char *code, *label; /* of the event; label in French */
	const char *by;           /* name, else number; "" : a program */
	const char *what;         /* « fin de mission le 3 mars 2027 », "" */
	bool failed;
};

typedef bool (*deed_test)(const struct audit_record *r, const void *about);

struct deeds_query {
	const char *caf, *provider; /* whose records are looked through: code and id */
	const enum event *events;
	size_t events_n;
	deed_test is_about;
	const void *about;
	size_t limit; /* of the newest */
};

/* What somebody did with an LDAP tool (EVENT_DIRECTORY_CHANGE): « habStatut « active » → « terminee » », values that came with +,
   those that went with −; « création », « suppression ». Values are cut, and the list has an end. */
const char *deed_change_text(struct arena *a, const struct audit_record *r);

/* Newest first. */
MUST_USE enum err deeds_find(struct app *app, struct arena *a, const struct deeds_query *q, struct deed **out, size_t *n);

#endif
