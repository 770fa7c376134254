/* Logging in and out, sessions, passwords (convention art. 3-2; docs/security.md). */
#ifndef ACTS_WHO_H
#define ACTS_WHO_H

#include "acts/app.h"

/* Fills *who from a session token: alive (idle, absolute), account active in the mirror, roles read now. Touches the
   session at most once a minute. ERR_LOGIN: no such session or it ended; *expired then tells that it was alive less
   than 10 h ago and whose it was (who->person.uuid is set), so that a posted form may be kept. ERR_UNAVAILABLE. */
MUST_USE enum err session_find(struct app *app, struct arena *a, const char *token, struct visitor *who, bool *expired);

/* Why a session is over: NULL alive, "idle", "absolute". */
const char *session_over(const struct settings *s, const struct session *x, int64_t now);

/* Fills provider, Caf and roles of a person from the mirror. */
MUST_USE enum err visitor_fill(struct app *app, struct arena *a, const struct person *p, struct visitor *who);

enum login_outcome {
	LOGIN_DONE,
	LOGIN_MUST_CHANGE, /* logged in, restricted to the change of password */
	LOGIN_REFUSED,     /* same words for every reason */
	LOGIN_DELAYED,     /* retry_at tells when; nothing was tried, or nothing of it holds */
};

struct login_result {
	enum login_outcome outcome;
	const char *token; /* session cookie */
	int64_t retry_at;
	size_t sessions;    /* the account's live ones, this one counted: over 2, he is told */
	struct visitor who; /* LOGIN_DONE, LOGIN_MUST_CHANGE */
};

/* One attempt: finds the account (uid, number, or a mail that only one has, not counting who left), the delays of the account found (or of the
   folded text), one bind (a decoy for unknown, suspended, never activated), after a refused bind exactly one Argon2id check
   (pending temporary password or dummy), then one changeset: session or counters, with the audit record. ERR_UNAVAILABLE:
   directory or writer away; nothing counted. */
MUST_USE enum err login(struct app *app, struct arena *a, const struct visitor *from, const char *identifier,
			struct bytes password, struct login_result *out);

MUST_USE enum err logout(struct app *app, struct arena *a, const struct visitor *who);

/* Change of one's own password, old one asked (first login: the temporary one just used; old empty when must_change and
   the session remembers nothing: then the new password is installed as cn=motdepasse and changed at once). Rules in faults
   (French, fields nouveau, confirmation, ancien). Ends the other sessions; *token is the new session's.
   The mail « votre mot de passe a été modifié » goes out with it. */
struct password_form {
	struct bytes old;
	struct bytes fresh;
	struct bytes again;
};
MUST_USE enum err password_change(struct app *app, struct arena *a, const struct visitor *who,
				  const struct password_form *form, struct faults *faults, const char **token);

/* Length, and strength by libzxcvbn with the person's own words, those of his provider and of the establishments he has rights
   on: adds French faults to field "nouveau". Errors are the store's. */
MUST_USE enum err password_judge(struct app *app, struct arena *a, const struct visitor *who, struct bytes fresh,
				 struct faults *faults);

/* The temporary password of a person; rev 0: none. */
MUST_USE enum err temporary_password_read(struct app *app, struct arena *a, struct uuid person, struct temp_password *out);
/* Whether it may still be used. */
bool temporary_password_lives(const struct temp_password *temp, int64_t now);
/* Stores a temporary password's hash for a person in place of the one before, with its record. purpose: "activation", "reset". The plain
   text is the caller's. */
MUST_USE enum err temporary_password_put(struct app *app, struct arena *a, const struct visitor *by, struct uuid person,
					 const char *plain, const char *purpose, int64_t expires);

/* Adds to the changeset the end of the one he has, and of what was opened with it: it went to a wrong address, or the Caf sends another.
   *newcomer (may be NULL): it was that of an activation, so he has no password of his own, whatever became of it. */
MUST_USE enum err temporary_password_end(struct app *app, struct arena *a, struct changeset *cs, struct uuid person,
					 int64_t now, bool *newcomer);
bool temporary_password_is_first(const struct temp_password *temp);

struct session_line {
	int64_t at;
	const char *address;
	const char *user_agent;
	bool current, failed;
	const char *cause;
};

/* The person's last logins, newest first, from the log. */
MUST_USE enum err logins_recent(struct app *app, struct arena *a, const struct visitor *who, size_t limit,
				struct session_line **out, size_t *n);

/* Whether the log knows, among the person's last connections, that he chose a password or entered with one of his own. */
MUST_USE enum err personal_password_logged(struct app *app, struct arena *a, struct uuid person, bool *out);

/* A form posted by an expired session: kept 1 h under that account, the newest of each path; taken once, after the next login.
   ERR_DENIED: it has a password. */
MUST_USE enum err kept_put(struct app *app, struct arena *a, struct uuid person, const char *path, struct bytes body);
/* Answers the body kept for this path and drops it; ERR_NOTFOUND. */
MUST_USE enum err kept_take(struct app *app, struct arena *a, const struct visitor *who, const char *path,
			    struct bytes *body);
/* The paths of the forms kept for the person, newest first. */
struct strs kept_paths(struct app *app, struct arena *a, struct uuid person);
/* Adds that nothing of his is kept. */
MUST_USE enum err kept_drop(struct app *app, struct arena *a, struct changeset *cs, const struct uuid *person);

/* Drops all sessions of a person in the changeset; *n counts the live ones but `but` (NULL: none is spared). */
MUST_USE enum err sessions_drop(struct app *app, struct arena *a, struct changeset *cs, struct uuid person,
				const uint8_t but[DIGEST_SIZE], int64_t now, size_t *n);

#endif
