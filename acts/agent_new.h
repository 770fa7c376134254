/* Somebody new under a provider: identifier, number, entry of the directory. The activation of a request, an amendment and the import
   of files make people this way. */
#ifndef ACTS_AGENT_NEW_H
#define ACTS_AGENT_NEW_H

#include "acts/edit.h"
#include "acts/numbers.h"

/* The people one changeset makes. */
struct agents_new {
	struct numbers numbers;
	const char *provider_dn;
	struct strs uids; /* given so far */
};

/* day: of the act; provider_dn: of his entry, which the same job may make. */
MUST_USE enum err agents_new_begin(struct app *app, struct arena *a, const char *caf, day_t day,
				   const char *provider_dn, struct agents_new *out);

/* Fills p->number and p->uid, and adds to x the making of the entry: active, with habDemandeMotDePasse TRUE, so that the
   clerk mails a temporary password once it is there. *dn: its name, for the rights and members that follow in x. */
MUST_USE enum err agents_new_add(struct app *app, struct arena *a, struct agents_new *n, struct edits *x,
				 struct request_person *p, const char **dn);

/* His entry, "" : not known. mailed: a temporary password is mailed once it is there. */
struct agent_new {
	const char *dn, *uid, *number;
	const char *given_name, *surname, *title;
	const char *mail, *phone, *status;
	bool mailed;
};
/* Adds to x the making of it. A job that is done again leaves him as he is by then. */
void agent_new_make(struct arena *a, struct edits *x, const struct agent_new *p);

/* The identifier alone: the first free choice. */
MUST_USE enum err agents_new_uid(struct app *app, struct arena *a, struct agents_new *n, const char *given_name,
				 const char *surname, const char **out);

/* One that somebody chose; *free false: it was given once already. */
MUST_USE enum err agents_new_take(struct app *app, struct arena *a, struct agents_new *n, const char *uid, bool *free);

/* Keeps numbers and identifiers in the changeset, which are never given again; two acts at once: the second has ERR_CONFLICT at
   its commit and is done again. */
void agents_new_end(struct arena *a, struct changeset *cs, const struct agents_new *n);

/* The identifier such a name asks for, the n-th choice (from 1): « m.querrien », « m.querrien2 ». Fits the directory's rule
   ^[a-z][a-z0-9._-]{2,31}$ whatever the name. */
const char *agent_uid(struct arena *a, const char *given_name, const char *surname, unsigned n);

#endif
