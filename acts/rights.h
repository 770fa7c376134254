/* Effective right (convention art. 3-2, 5): one function for pages, writes, screens and lint; two sources feed it. */
#ifndef ACTS_RIGHTS_H
#define ACTS_RIGHTS_H

#include "acts/app.h"

enum family { FAMILY_LISTING = 1, FAMILY_PLACES = 2 };

/* « fonctionnement », « places libres », « fonctionnement et places libres » */
const char *families_text(unsigned families);

struct agreements {
	struct agreement *v;
	size_t n;
};

/* The rule itself, pure: which families the person may write. provider is the person's; agreements are the provider's. */
unsigned right_families(const struct person *p, const struct establishment *e, const struct provider *provider,
			const struct agreements *agreements, day_t today);

/* It goes on for another year on its due day: no letter, and not agreed otherwise. */
bool agreement_renews(const struct agreement *g);
/* The day its dates end it; 0: it has neither a due day nor a letter. */
day_t agreement_last_day(const struct agreement *g);
/* In force that day: status active, effect reached, due date only binding when terminated or not tacitly renewed. */
bool agreement_in_force(const struct agreement *g, day_t today);
/* By its dates alone, on any day: one ended since ran until then. */
bool agreement_runs(const struct agreement *g, day_t day);
/* In force and covers the establishment. */
bool agreement_covers(const struct agreement *g, const struct establishment *e, day_t today);
/* One of them is in force and covers the establishment; but does not count (UUID_NONE: each does). */
bool agreements_cover(const struct agreements *all, struct uuid but, const struct establishment *e, day_t today);

/* --- from the mirror: pages --- */

/* Establishment by its id (URL), whoever asks. ERR_NOTFOUND. */
MUST_USE enum err establishment_find(struct app *app, struct arena *a, const char *id, struct establishment *out);
MUST_USE enum err establishment_get_by_id(struct txn *t, struct arena *a, const char *id, struct establishment *out);
/* kind: 'n' by agent's number, 'u' by uid. */
MUST_USE enum err person_by_name(struct txn *t, struct arena *a, char kind, const char *name, struct person *out);
/* Who may log in by it, as login() looks in the directory: uid or number, else a mail. ERR_NOTFOUND: nobody, or several. Those who left
   stand in nobody's way: beside others with the address they do not count. */
#define MAIL_PEOPLE_MOST 20 /* that are looked at; an address of more is nobody's */
MUST_USE enum err person_by_identifier(struct txn *t, struct arena *a, const char *typed, struct person *out);
MUST_USE enum err caf_by_code(struct txn *t, struct arena *a, const char *code, struct caf *out);
MUST_USE enum err person_by_key(struct txn *t, struct arena *a, const char *key, struct person *out);
MUST_USE enum err establishment_by_key(struct txn *t, struct arena *a, const char *key, struct establishment *out);
MUST_USE enum err provider_by_key(struct txn *t, struct arena *a, const char *key, struct provider *out);
MUST_USE enum err provider_by_id(struct txn *t, struct arena *a, const char *id, struct provider *out);
/* The id of an agent's provider; "" : it is gone. */
MUST_USE enum err person_provider(struct app *app, struct arena *a, const struct person *p, const char **id);
MUST_USE enum err agreements_of(struct txn *t, struct arena *a, const char *provider_key, struct agreements *out);
/* Those in force that day. */
MUST_USE enum err agreements_in_force(struct app *app, struct arena *a, const char *provider_key, day_t today,
				      struct agreements *out);
void agreements_add(struct arena *a, struct agreements *list, const struct agreement *g);
/* The last n bytes of a composite key: the entryUUID an index row leads to. */
struct bytes tail_of(struct bytes key, size_t n);

/* The establishment if the visitor has a family of wanted on it; *families tells which. ERR_NOTFOUND otherwise: foreign
   and unknown look alike. A refusal for an existing establishment is recorded (EVENT_REFUSAL) by the caller. */
MUST_USE enum err right_find(struct app *app, struct arena *a, const struct visitor *who, const char *id,
			     unsigned wanted, struct establishment *out, unsigned *families);

/* Had one of these families there once, by a right that was removed or lapsed since: a POST then answers 403 with the typed
   text, where it answers 404 to who never had any. MIRROR_RIGHT's value is two bytes, families now and families ever: a
   removed right leaves its row (0 now); mirror.c keeps it so, also through a rebuild. */
bool right_was(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e, unsigned wanted);

struct my_establishment {
	struct establishment e;
	unsigned families;
};

/* All establishments the visitor may write something of, by name. */
MUST_USE enum err rights_of(struct app *app, struct arena *a, const struct visitor *who, struct my_establishment **out,
			    size_t *n);

/* The agents of a provider, by name, whatever their status. */
MUST_USE enum err people_of(struct app *app, struct arena *a, const char *provider_key, struct person **out, size_t *n);

struct keeper {
	struct person person;
	unsigned families;
};
struct keepers {
	struct provider manager; /* key "": there is none */
	struct keeper *v;        /* his people who may write something there today, by name */
	size_t n;
};
MUST_USE enum err keepers_of(struct app *app, struct arena *a, const struct establishment *e, struct keepers *out);

/* An establishment of the reviewer's own Caf; ERR_NOTFOUND otherwise. */
MUST_USE enum err caf_establishment_find(struct app *app, struct arena *a, const struct visitor *who, const char *id,
					 struct establishment *out);

/* Establishments of the visitor's Caf whose folded name, city or id contains text, by name; page from 0. *total counts all. */
MUST_USE enum err caf_establishments(struct app *app, struct arena *a, const struct visitor *who, const char *text,
				     size_t page, size_t per_page, struct establishment **out, size_t *n, size_t *total);

/* Of several who have one mail address the only one who has not left; NULL: there is none, or more than one. A single one is he. */
const struct person *person_of_mail(const struct person *v, size_t n);

/* --- from the directory: writes. Re-reads person, establishment, agreements as they are now. --- */

/* ERR_DENIED when the right is gone or the account closed; ERR_UNAVAILABLE: no directory, no write. */
MUST_USE enum err right_confirm(struct app *app, struct arena *a, const struct visitor *who,
				const struct establishment *e, enum family family);
/* What a group gives to this person: a Caf's groups to its own staff, the national ones to any staff; nothing to agents. */
unsigned group_role(const struct group *g, const struct person *p);
/* The same for a role of a Caf (reviewer's or administrator's group membership, status). */
MUST_USE enum err role_confirm(struct app *app, struct arena *a, const struct visitor *who, enum role role);

/* He is still an active agent of his provider. ERR_DENIED, ERR_UNAVAILABLE. */
MUST_USE enum err agent_confirm(struct app *app, struct arena *a, const struct visitor *who);

#endif
