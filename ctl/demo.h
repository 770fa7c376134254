/* A demonstration: a plan of what invented people did in the last month, then each act done for real with the clock set. */
#ifndef CTL_DEMO_H
#define CTL_DEMO_H

#include "acts/places.h"
#include "ctl/command.h"

struct demo_account {
	const char *role, *caf, *uid, *password;
	bool first_login;
	const char *address, *browser; /* of the place this person works at */
	struct person person;
	struct visitor who; /* of its session */
	int64_t until;      /* its session is used until then; 0: none */
};

enum demo_act {
	DEMO_FAILED_LOGIN,
	DEMO_SEND,
	DEMO_ACCEPT,
	DEMO_REFUSE,
	DEMO_GRID,
	DEMO_CONFIRM,
	DEMO_VISIT, /* logs in, and does nothing */
	DEMO_QUERY,
	DEMO_REPORT,
	/* requests for an habilitation: seed tells which */
	DEMO_REQUEST,
	DEMO_CHECK,
	DEMO_POST,
	DEMO_RECEIVE,
	DEMO_REFUSE_REQUEST,
};
#define DEMO_REQUESTS 5

struct demo_step {
	int64_t at;
	enum demo_act act;
	struct demo_account *by; /* NULL: somebody without an account */
	const struct establishment *e;
	unsigned seed; /* what differs between two of a kind */
};

struct demo {
	struct ctl *ctl;
	struct demo_account *accounts;
	size_t n_accounts;
	struct demo_step *steps;
	size_t n_steps;
	const char *requests[DEMO_REQUESTS]; /* their numbers once sent */
	int64_t now;
	unsigned random;
};

/* A User-Agent; all that are here in turn. */
const char *demo_browser(size_t nth);
/* Small, and the same on every machine. */
unsigned demo_random(struct demo *d, unsigned below);

/* Fills steps from the accounts' rights, in the order of time. */
MUST_USE enum err demo_plan(struct demo *d);

/* A believable listing; seed makes the variants, version the later ones. */
void demo_listing(struct arena *a, const struct establishment *e, unsigned seed, unsigned version, struct listing *out);
/* The form of a grid: seed % 8 == 0 is a full week. */
struct input demo_grid(struct arena *a, const struct establishment *e, const struct listing *online, unsigned seed,
		       day_t from);

/* Requests: the Caf of one, its sending over the form's acts, a step of its Caf's. */
const char *demo_request_caf(unsigned i);
MUST_USE enum err demo_request_send(struct demo *d, unsigned i, int64_t at);
MUST_USE enum err demo_request_step(struct demo *d, enum demo_act act, unsigned i, const struct visitor *who);

#endif
