#include "acts/forgotten.h"

#include "acts/challenge.h"
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "acts/who_session.h"
#include "acts/who_throttle.h"
#include "base/text.h"

#include <string.h>

#define COMMIT_TRIES 6 /* others who ask from one address at the same moment */

struct asking {
	struct app *app;
	struct arena *a;
	const struct visitor *from;
	const struct forgotten_form *form;
	int64_t now;
	bool found; /* who is the account */
	struct visitor who;
	struct bytes account_key, address_key;
	struct throttle account, address;
	const char *cause; /* why no mail leaves; "" : one does */
};

static enum err find_account(struct asking *x, struct txn *t)
{
	struct person p;
	enum err e = person_by_identifier(t, x->a, x->form->identifier, &p);

	if (e)
		return or_none(e);
	x->found = true;
	x->account_key = throttle_key(x->a, 'm', key_bytes(p.uuid.b, sizeof p.uuid.b));
	e = visitor_fill_in(t, x->a, &p, &x->who);
	return e ? e : or_none(throttle_get(t, x->a, TABLE_THROTTLE, x->account_key, &x->account));
}

/* As nobody: whoever sits there with a session asks like anybody else. */
static enum err read_state(struct asking *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	enum err e = or_none(throttle_get(&t, x->a, TABLE_THROTTLE, x->address_key, &x->address));

	x->found = false;
	x->who = *x->from;
	x->who.known = false;
	x->who.session = (struct session){ 0 };
	return e ? e : find_account(x, &t);
}

static const char *cause_of(struct asking *x)
{
	const char *status = x->who.person.status;

	if (!x->found)
		return "unknown_account";
	if (strcmp(status, "active") != 0)
		return strcmp(status, "terminee") == 0 ? "ended" :
		       strcmp(status, "demandee") == 0 ? "never_activated" :
							 "suspended";
	if (!text_is_mail(x->who.person.mail))
		return "no_address";
	return throttle_ask_mail(&x->account, x->now) ? "" : "account_limit";
}

static struct audit_record record_of(struct asking *x)
{
	struct audit_record r = act_record(x->a, &x->who, EVENT_PASSWORD_ASKED);
	uint8_t digest[DIGEST_SIZE];

	r.failed = *x->cause != '\0';
	r.cause = x->cause;
	if (x->found)
		return r;
	secret_keyed(x->app->key, "throttle", bytes_of(text_casefold(x->a, x->form->identifier)), digest);
	act_detail(x->a, &r, "identifier", text_hex(x->a, (struct bytes){ digest, 4 }));
	return r;
}

static void add_mail(struct asking *x, struct changeset *cs)
{
	const struct person *p = &x->who.person;

	changeset_expect(cs, TABLE_THROTTLE, x->account_key, x->account.rev);
	changeset_put(cs, TABLE_THROTTLE, x->account_key, throttle_encode(x->a, &x->account));
	mail_add_about(x->app, x->a, cs, outcome_key(x->a, "agent", p->number, "mot-de-passe"), "password_reset",
		       p->uuid, "", p->caf, NULL);
}

/* The address is counted, whoever was asked for. */
static void fill(struct asking *x, struct changeset *cs)
{
	changeset_expect(cs, TABLE_THROTTLE, x->address_key, x->address.rev);
	throttle_ask_address(&x->address, x->now);
	changeset_put(cs, TABLE_THROTTLE, x->address_key, throttle_encode(x->a, &x->address));
	x->cause = cause_of(x);
	if (!*x->cause)
		add_mail(x, cs);
	struct audit_record r = record_of(x);

	changeset_audit(cs, &r);
}

static enum err refuse_address(struct asking *x, int64_t *retry_at)
{
	x->cause = "address_limit";
	struct audit_record r = record_of(x);
	enum err e = act_note(x->app, x->a, x->from, &r);

	*retry_at = x->address.until;
	return e ? e : ERR_LIMIT;
}

static enum err try_once(struct asking *x, int64_t *retry_at)
{
	struct changeset *cs = act_changeset(x->app, x->a, x->from);
	bool right = false;
	enum err e = read_state(x);

	if (e)
		return e;
	if (throttle_until(&x->address, x->now))
		return refuse_address(x, retry_at);
	e = challenge_use(x->app, x->a, cs, x->form->form, x->form->seal, x->form->text, x->now, &right);
	/* a wrong copy is not the form carried out: its changeset keeps an id of its own */
	if (!e && right && x->from->resume && *x->from->resume)
		e = changeset_set_id(cs, x->from->resume);
	if (e)
		return e;
	if (right)
		fill(x, cs);
	e = changeset_commit(x->app->store, cs, NULL);
	return e ? e : right ? ERR_OK : ERR_INVALID;
}

enum err password_ask(struct app *app, struct arena *a, const struct visitor *from, const struct forgotten_form *form,
		      struct faults *faults, int64_t *retry_at)
{
	struct asking x = { .app = app, .a = a, .from = from, .form = form, .now = visitor_now(from) };
	enum err e = ERR_CONFLICT;

	if (act_was_done(app, from))
		return ERR_OK;
	x.address_key = throttle_key(a, 'f', throttle_address(a, from->address));
	/* somebody asked at the same moment: look again */
	for (int i = 0; i < COMMIT_TRIES && e == ERR_CONFLICT; i++)
		e = try_once(&x, retry_at);
	if (e == ERR_INVALID)
		fault_add(a, faults, "recopie", "Le texte recopié est différent. Recopiez le nouveau texte.");
	return e;
}
