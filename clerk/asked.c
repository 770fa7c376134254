/* People whose entry asks for a temporary password (habDemandeMotDePasse): set by an activation, by the Caf, or with an LDAP tool.
   First the entry is cleared, then the mail is written: what was asked before is one request, what is asked afterwards the next one,
   whatever else of the entry changes. A row stands for the request meanwhile: its changeset holds the job that clears the entry, and
   it goes with the mail and its record. Where the directory refuses to be cleared, the mail is written all the same, once, and the
   row stays until the entry asks no more. */
#include "clerk/clerk.h"

#include "acts/agent.h"
#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/mirror.h"
#include "acts/mirror_keys.h"
#include "acts/outcome.h"
#include "acts/rights.h"
#include "acts/who.h"
#include "base/log.h"

#include <string.h>

#define AT_ONCE 50

static struct directory *people_as_they_are; /* as cn=sync: who ever changed his password */

static const struct visitor nobody = { .address = "", .user_agent = "", .method = "", .path = "" };

/* What the directory says now: the mirror may be behind it, and the log no longer hold it. */
struct entry_state {
	bool asks, personal;
	const char *mail;
};

static enum err read_entry(struct clerk *c, struct arena *a, const struct person *p, struct entry_state *out)
{
	const struct settings *s = c->settings;
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };
	const char *why = "";
	struct person found;
	struct entry entry;

	*out = (struct entry_state){ 0 };
	if (!people_as_they_are && directory_new(c->arena, &place, SERVICE_SYNC, &people_as_they_are, &why))
		return ERR_UNAVAILABLE;
	enum err e = directory_read(people_as_they_are, a, p->dn, mirror_person_attributes, &entry);

	if (!e)
		e = mirror_person(a, &entry, &found);
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	out->asks = found.wants_password;
	out->mail = found.mail;
	out->personal = entry_text(&entry, "pwdChangedTime") && !mirror_true(&entry, "pwdReset");
	return ERR_OK;
}

/* --- serving --- */

static const char *refusal(const struct person *p)
{
	if (strcmp(p->status, "active") != 0)
		return "not_active";
	return *p->mail ? NULL : "no_address";
}

static enum err record(struct clerk *c, struct arena *a, struct changeset *cs, const struct person *p,
		       const char *cause, bool personal)
{
	struct audit_record r;
	enum err e = agent_record(&c->app, a, &nobody, p, EVENT_PASSWORD_ASKED, &r);

	if (e)
		return e;
	r.role = "service";
	r.failed = cause != NULL;
	r.cause = cause ? cause : "";
	if (!cause)
		act_detail(a, &r, "purpose", personal ? "reset" : "activation");
	changeset_audit(cs, &r);
	return ERR_OK;
}

static const char *clearing_key(struct arena *a, const struct person *p)
{
	return outcome_key(a, "agent", uuid_text(a, p->uuid), "demande");
}

static enum err commit(struct clerk *c, struct changeset *cs)
{
	enum err e = changeset_commit(c->app.store, cs, NULL);

	return e == ERR_CONFLICT ? ERR_OK : e;
}

static enum err take_up(struct clerk *c, struct arena *a, const struct person *p)
{
	struct changeset *cs = act_changeset(&c->app, a, &nobody);
	struct edits *x = edits_new(a);
	struct bytes key = key_bytes(p->uuid.b, sizeof p->uuid.b);
	struct moment taken;
	struct entry_state now;
	enum err e = read_entry(c, a, p, &now);

	if (e || !now.asks)
		return e;
	moment_default(&taken);
	changeset_expect(cs, TABLE_PASSWORD_ASKED, key, REV_ABSENT);
	changeset_put(cs, TABLE_PASSWORD_ASKED, key, moment_encode(a, &taken));
	edits_on(x, p->uuid);
	edits_set(x, "habDemandeMotDePasse", "");
	edits_job(a, cs, x, clearing_key(a, p));
	return commit(c, cs);
}

static enum err write_mail(struct clerk *c, struct arena *a, struct changeset *cs, const struct person *p, bool personal)
{
	const char *cause = refusal(p);
	enum err e = personal ? ERR_OK : personal_password_logged(&c->app, a, p->uuid, &personal);

	if (e)
		return e;
	/* whoever opened his access with one sent before may be the wrong addressee */
	if (!cause && (e = temporary_password_end(&c->app, a, cs, p->uuid, clock_now(), NULL)))
		return e;
	if (!cause)
		mail_add_about(&c->app, a, cs, outcome_key(a, "agent", p->number, "mot-de-passe"),
			       personal ? "password_reset" : "temporary_password", p->uuid, "", p->caf, NULL);
	return record(c, a, cs, p, cause, personal);
}

/* --- who asks, and who no longer does --- */

struct people {
	struct person *v;
	size_t n;
};

static enum err find_asking(struct clerk *c, struct arena *a, struct people *out)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'w', "*"));

	while (out->n < AT_ONCE && scan_next(&s)) {
		struct bytes id = tail_of(s.key, sizeof(struct uuid));
		struct record row;
		struct person p;

		if (txn_get(&t, TABLE_PASSWORD_ASKED, id, &row) == ERR_OK)
			continue;
		if (person_get(&t, a, TABLE_MIRROR_PERSON, id, &p) || !p.wants_password)
			continue;
		out->v = arena_more(a, out->v, out->n, sizeof *out->v);
		out->v[out->n++] = p;
	}
	return t.err;
}

enum step {
	STEP_WAIT,
	STEP_MAIL, /* the entry was cleared */
	STEP_KEEP, /* it cannot be cleared: the mail, and the row stays */
	STEP_DROP  /* the mail was written, and the entry asks no more; or nobody is there any more */
};

struct taken {
	struct bytes key;
	uint64_t rev;
	struct moment mailed;
	struct person person;
	enum step step;
};

static enum step step_of(const struct taken *x, const char *clearing)
{
	bool cleared = strcmp(clearing, "done") == 0;

	if (x->mailed.at)
		return cleared || !x->person.wants_password ? STEP_DROP : STEP_WAIT;
	return cleared ? STEP_MAIL : strcmp(clearing, "failed") == 0 ? STEP_KEEP : STEP_WAIT;
}

static enum err look(struct clerk *c, struct arena *a, struct txn *t, struct bytes payload, struct taken *x)
{
	struct outcome clearing;
	enum err e = moment_decode(a, payload, &x->mailed);

	if (!e)
		e = person_get(t, a, TABLE_MIRROR_PERSON, x->key, &x->person);
	if (e) {
		x->step = e == ERR_NOTFOUND && mirror_is_settled(&c->app) ? STEP_DROP : STEP_WAIT;
		return e == ERR_NOTFOUND ? ERR_OK : e;
	}
	codec_default(&outcome_codec, &clearing);
	e = outcome_get(t, a, TABLE_OUTCOME, bytes_of(clearing_key(a, &x->person)), &clearing);
	x->step = step_of(x, clearing.state);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err find_taken(struct clerk *c, struct arena *a, struct taken *out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_PASSWORD_ASKED, BYTES_NONE);
	enum err e = ERR_OK;

	/* those that wait hold nobody up */
	for (*n = 0; *n < AT_ONCE && !e && scan_next(&s); *n += out[*n].step != STEP_WAIT) {
		out[*n] = (struct taken){
			.key = { (const uint8_t *)arena_memdup(a, s.key.p, s.key.n), s.key.n },
			.rev = s.record.rev,
		};
		e = look(c, a, &t, s.record.payload, &out[*n]);
	}
	return e ? e : t.err;
}

/* *later: it waits for what no change of the store tells. */
static enum err go_on(struct clerk *c, struct arena *a, struct taken *x, bool *later)
{
	struct changeset *cs = act_changeset(&c->app, a, &nobody);
	struct entry_state now;
	enum err e;

	if (x->step == STEP_WAIT)
		return ERR_OK;
	changeset_expect(cs, TABLE_PASSWORD_ASKED, x->key, x->rev);
	if (x->step == STEP_MAIL || x->step == STEP_KEEP) {
		if ((e = read_entry(c, a, &x->person, &now)))
			return e;
		/* the mail goes to the address of the mirror: one that was corrected comes with its next poll */
		if (!now.mail || strcmp(now.mail, x->person.mail) != 0) {
			*later = true;
			return ERR_OK;
		}
		if ((e = write_mail(c, a, cs, &x->person, now.personal)))
			return e;
	}
	x->mailed.at = clock_now();
	if (x->step == STEP_KEEP)
		changeset_put(cs, TABLE_PASSWORD_ASKED, x->key, moment_encode(a, &x->mailed));
	else
		changeset_delete(cs, TABLE_PASSWORD_ASKED, x->key);
	return commit(c, cs);
}

static enum err go_on_all(struct clerk *c, struct arena *a, bool *later)
{
	struct taken taken[AT_ONCE];
	size_t n;
	enum err e = find_taken(c, a, taken, &n);

	for (size_t i = 0; i < n && !e; i++)
		e = go_on(c, a, &taken[i], later);
	return e;
}

/* Nothing is looked for while the store stays as it was, unless a row waits for the directory. */
enum err asked_run(struct clerk *c, struct arena *a)
{
	static uint64_t seen;
	struct people asking = { 0 };
	uint64_t revision;
	bool later = false;

	{
		AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);

		revision = txn_revision(&t);
	}
	if (revision == seen)
		return ERR_OK;
	enum err e = go_on_all(c, a, &later);

	if (!e)
		e = find_asking(c, a, &asking);
	for (size_t i = 0; i < asking.n && !e; i++)
		e = take_up(c, a, &asking.v[i]);
	seen = e || later || asking.n ? 0 : revision;
	return e;
}

void asked_done(void)
{
	directory_free(people_as_they_are);
	people_as_they_are = NULL;
}
