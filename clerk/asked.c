/* People whose entry asks for a temporary password (habDemandeMotDePasse): set by an activation, by the Caf, or with an LDAP tool. One
   changeset holds the mail, its record, the job that clears the entry and a row that keeps the request from being served twice;
   the row goes once the entry was cleared: the mirror shows it, or the directory says that it asks anew. */
#include "clerk/clerk.h"

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
	const char *csn;
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
	out->csn = entry_text(&entry, "entryCSN");
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

static void record(struct arena *a, struct changeset *cs, const struct person *p, const char *cause, bool personal)
{
	struct audit_record r = act_record(a, &nobody, EVENT_PASSWORD_ASKED);

	r.role = "service";
	r.object_kind = "person";
	r.object_id = p->number;
	r.caf = p->caf;
	r.failed = cause != NULL;
	r.cause = cause ? cause : "";
	if (!cause)
		act_detail(a, &r, "purpose", personal ? "reset" : "activation");
	changeset_audit(cs, &r);
}

/* Only the request that is served: who asks again meanwhile is served again. */
static void clear_flag(struct arena *a, struct changeset *cs, const struct person *p, const char *csn)
{
	struct edits *x = edits_new(a);

	edits_on(x, p->uuid);
	if (csn)
		edits_while(x, "entryCSN", csn);
	edits_set(x, "habDemandeMotDePasse", "");
	edits_job(a, cs, x, outcome_key(a, "agent", p->number, "demande"));
}

static enum err serve(struct clerk *c, struct arena *a, const struct person *p)
{
	struct changeset *cs = act_changeset(&c->app, a, &nobody);
	struct bytes key = key_bytes(p->uuid.b, sizeof p->uuid.b);
	const char *cause = refusal(p);
	struct period served;
	struct entry_state now;
	bool personal = false;
	enum err e = read_entry(c, a, p, &now);

	if (!e && !now.personal)
		e = personal_password_logged(&c->app, a, p->uuid, &personal);
	/* the mail goes to the address of the mirror: one that was corrected comes with its next poll */
	if (e || !now.asks || strcmp(now.mail, p->mail) != 0)
		return e;
	personal = personal || now.personal;
	period_default(&served);
	served.until = clock_now();
	changeset_expect(cs, TABLE_PASSWORD_ASKED, key, REV_ABSENT);
	changeset_put(cs, TABLE_PASSWORD_ASKED, key, period_encode(a, &served));
	if (!cause)
		mail_add_about(&c->app, a, cs, outcome_key(a, "agent", p->number, "mot-de-passe"),
			       personal ? "password_reset" : "temporary_password", p->uuid, "", p->caf, NULL);
	record(a, cs, p, cause, personal);
	clear_flag(a, cs, p, now.csn);
	e = changeset_commit(c->app.store, cs, NULL);
	return e == ERR_CONFLICT ? ERR_OK : e;
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

struct served {
	struct bytes key;
	uint64_t rev;
	struct person person;
	bool over;    /* the mirror shows it cleared, or nobody is there any more */
	bool cleared; /* the job says that it did, the mirror not yet */
};

static enum err look(struct clerk *c, struct arena *a, struct txn *t, struct served *s)
{
	struct outcome cleared;
	enum err e = person_get(t, a, TABLE_MIRROR_PERSON, s->key, &s->person);

	if (e)
		s->over = e == ERR_NOTFOUND && mirror_is_settled(&c->app);
	else
		s->over = !s->person.wants_password;
	if (e || s->over)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	e = outcome_get(t, a, TABLE_OUTCOME, bytes_of(outcome_key(a, "agent", s->person.number, "demande")), &cleared);
	s->cleared = !e && strcmp(cleared.state, "done") == 0;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err find_served(struct clerk *c, struct arena *a, struct served *out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_PASSWORD_ASKED, BYTES_NONE);
	enum err e = ERR_OK;

	for (*n = 0; *n < AT_ONCE && !e && scan_next(&s); ++*n) {
		out[*n] = (struct served){
			.key = { (const uint8_t *)arena_memdup(a, s.key.p, s.key.n), s.key.n },
			.rev = s.record.rev,
		};
		e = look(c, a, &t, &out[*n]);
	}
	return e ? e : t.err;
}

/* *later: some rows stay. */
static enum err drop_served(struct clerk *c, struct arena *a, bool *later)
{
	struct changeset *cs = changeset_new(a);
	struct served served[AT_ONCE];
	size_t n, dropped = 0;
	enum err e = find_served(c, a, served, &n);

	for (size_t i = 0; i < n && !e; i++) {
		struct entry_state now = { 0 };

		if (served[i].cleared)
			e = read_entry(c, a, &served[i].person, &now);
		if (e || !(served[i].over || now.asks)) {
			*later = true;
			continue;
		}
		changeset_expect(cs, TABLE_PASSWORD_ASKED, served[i].key, served[i].rev);
		changeset_delete(cs, TABLE_PASSWORD_ASKED, served[i].key);
		dropped++;
	}
	if (!e && dropped)
		e = changeset_commit(c->app.store, cs, NULL);
	return e == ERR_CONFLICT ? ERR_OK : e;
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
	enum err e = drop_served(c, a, &later);

	if (!e)
		e = find_asking(c, a, &asking);
	for (size_t i = 0; i < asking.n && !e; i++)
		e = serve(c, a, &asking.v[i]);
	seen = e || later || asking.n ? 0 : revision;
	return e;
}

void asked_done(void)
{
	directory_free(people_as_they_are);
	people_as_they_are = NULL;
}
