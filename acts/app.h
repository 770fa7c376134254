/* What a program holds while it runs, and who is acting. Acts are the rules: everything someone may do, without a word of
   HTTP or LDIF. An act reads, decides, and commits one changeset that carries its audit record. */
#ifndef ACTS_APP_H
#define ACTS_APP_H

#include "base/input.h"
#include "base/secret.h"
#include "base/settings.h"
#include "ldap/directory.h"
#include "store/changeset.h"

struct app {
	const struct settings *settings;
	struct store *store;
	struct directory *web;      /* NULL in the public pool and in programs that need no directory */
	struct directory *password; /* SERVICE_PASSWORD: login pool only */
	uint8_t key[KEY_SIZE];      /* of cookies, challenges, throttle keys */
	bool test_clock;
};

enum app_part {
	APP_STORE = 1,
	APP_PUBLIC = 2,
	APP_WEB = 4,      /* the directory as SERVICE_WEB */
	APP_PASSWORD = 8, /* as SERVICE_PASSWORD */
	APP_KEY = 16,
	APP_WRITES = 32, /* may send changesets */
};

/* Reads the settings file and opens the parts; after fork. *why in English: what is wrong, with the file's line. */
MUST_USE enum err app_open(struct arena *a, const char *config, unsigned parts, struct app *out, const char **why);
/* The same, settings read before (the parent of a pool reads them once). */
MUST_USE enum err app_open_with(struct arena *a, const struct settings *s, unsigned parts, struct app *out,
				const char **why);
void app_close(struct app *app);

/* ERR_UNAVAILABLE when the mirror's last poll is older than 60 s: no private page then. */
MUST_USE enum err app_fresh(struct app *app);

/* When the mirror was last polled, by the clock of the machine; 0: never. */
int64_t app_heartbeat(struct app *app);
/* How long ago that was, whatever the tests' clock says; INT64_MAX: never. */
int64_t app_heartbeat_age(struct app *app);

/* Paths below run_dir: "writer.sock", "heartbeat", … */
const char *app_run_path(struct arena *a, const struct settings *s, const char *name);

enum role {
	ROLE_AGENT = 1,
	ROLE_CAF_REVIEWER = 2,
	ROLE_CAF_ADMIN = 4,
	ROLE_CAF_AUDITOR = 8,
	ROLE_NATIONAL_AUDITOR = 16,
	ROLE_OPERATOR = 32, /* national administrateurs */
};
#define ROLE_CAF (ROLE_CAF_REVIEWER | ROLE_CAF_ADMIN)
#define ROLE_AUDITOR (ROLE_CAF_AUDITOR | ROLE_NATIONAL_AUDITOR)

/* "caf_reviewer", …; several joined by '+'. */
const char *role_names(struct arena *a, unsigned roles);

/* Who is acting, from where, by which request. With known false only address and user agent are filled in. */
struct visitor {
	bool known;
	bool contact; /* not known, but came by the link mailed to his provider's address: provider and caf are filled in */
	unsigned roles;
	struct person person;
	struct provider provider; /* agents */
	struct caf caf;           /* agents and staff of a Caf; code "" otherwise */
	struct session session;
	uint8_t session_digest[DIGEST_SIZE];
	const char *address;
	const char *user_agent;
	const char *method;
	const char *path;   /* the route's pattern */
	int64_t at;         /* 0: now; tests and demonstrations act in the past (test_clock) */
	const char *resume; /* changeset id of a form sent again (« reprise »), or "" */
};

/* What may be missing was looked for: its record keeps the defaults then. */
static inline enum err or_none(enum err e)
{
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The time of the act. */
int64_t visitor_now(const struct visitor *who);

/* An audit record of this visitor: person, number, role, Caf, provider, session, address, user agent. */
struct audit_record act_record(struct arena *a, const struct visitor *who, enum event ev);
/* Adds "name=value" to the details. */
void act_detail(struct arena *a, struct audit_record *r, const char *name, const char *value);
/* Fills object and Caf from an establishment. */
void act_on_establishment(struct audit_record *r, const struct establishment *e);
/* Fills object, Caf and provider from a person; provider: its id, "" for staff. */
void act_on_person(struct audit_record *r, const struct person *p, const char *provider);

/* A changeset of this visitor with a fresh id, nothing counted: logins, sessions, notes. */
struct changeset *act_changeset(struct app *app, struct arena *a, const struct visitor *who);

/* For the forms of a page: 32 hexadecimal digits, that begin with their time. */
const char *act_form_id(struct arena *a);
/* It is one, of the last day: later its acts are no longer known. */
bool act_form_id_is_recent(const char *form_id);
/* Id of the act that a form asks for with what was sent: twice the same is one act. */
const char *act_id(struct arena *a, const char *form_id, struct bytes sent);

/* A form sent again (« reprise »): whether its changeset was applied after all. Asked first, since by then what the act read
   is no longer there to be relied on. */
bool act_was_done(struct app *app, const struct visitor *who);

/* A changeset of this visitor: resume id, time, and the write counted for the 30 a minute (ERR_LIMIT). Once a request: a
   second one would have the same id, and the writer would take it for done. */
MUST_USE enum err act_begin(struct app *app, struct arena *a, const struct visitor *who, struct changeset **out);

/* An audit record alone, committed: refusals, log queries. */
MUST_USE enum err act_note(struct app *app, struct arena *a, const struct visitor *who, const struct audit_record *r);
/* The same of a refusal: of one person, or one address (/64), at most 60 a minute are written by a process; how many were not is a
   detail of his next one. */
MUST_USE enum err refusal_note(struct app *app, struct arena *a, const struct visitor *who, struct audit_record *r);
/* How many this process has not told yet: for its last line. */
uint64_t refusals_unwritten(void);

/* The value of "name=value" in a list of args; "" when absent. */
const char *arg_of(const struct strs *args, const char *name);

#endif
