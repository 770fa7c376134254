#include "acts/activated.h"

#include "acts/agent.h"
#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/provider.h"
#include "acts/request_review_step.h"
#include "acts/who.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

#define FOLLOWS_MS (10 * SECOND_MS) /* the mirror, after a job of the directory */

/* --- what the directory refused --- */

/* The last job of the activation, while its outcome says that it failed. ERR_NOTFOUND: it is swept by now. */
static enum err find_refused(struct txn *t, struct arena *a, const char *about, struct job *out)
{
	AUTO_SCAN struct scan s = scan_prefix_back(t, TABLE_JOB, BYTES_NONE);

	while (scan_next(&s))
		if (!job_decode(a, s.record.payload, out) && strcmp(out->about, about) == 0)
			return strcmp(out->state, "failed") == 0 ? ERR_OK : ERR_NOTFOUND;
	return t->err ? t->err : ERR_NOTFOUND;
}

static const char *value_of(const struct edit_entry *e, const char *attribute)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->v[i].attribute, attribute) == 0)
			return e->v[i].value;
	return "";
}

static const char *entry_words(struct arena *a, const struct edit_entry *e)
{
	if (!uuid_is_none(e->uuid))
		return "un établissement, ou la convention qu’il quitte";
	if (strcmp(e->classes, "habFournisseur") == 0)
		return arena_printf(a, "le fournisseur de SIRET %s", value_of(e, "habSiret"));
	if (strcmp(e->classes, "habConvention") == 0)
		return arena_printf(a, "la convention n° %s", value_of(e, "habConventionNumero"));
	return arena_printf(a, "l’accès %s, agent %s", french_de(a, value_of(e, "cn")), value_of(e, "habAgentNumero"));
}

/* Of « entry 2 of 8: … », as the clerk writes it. */
static bool entry_number(struct arena *a, const char *said, int64_t most, int64_t *out)
{
	static const char before[] = "entry ";
	size_t n = strlen(before);

	if (strncmp(said, before, n) != 0)
		return false;
	return text_to_int(arena_memdup(a, said + n, strcspn(said + n, " ")), 1, most, out) == ERR_OK;
}

enum err activation_refused(struct app *app, struct arena *a, const char *number, struct activation_refusal *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	const char *about = outcome_key(a, "demande", number, "annuaire");
	struct edit_entry *entries;
	struct job j;
	int64_t at;
	size_t n;

	if (!request_is_stuck(&t, a, number))
		return t.err ? t.err : ERR_NOTFOUND;
	*out = (struct activation_refusal){ .what = "une partie de l’écriture" };
	enum err e = find_refused(&t, a, about, &j);
	if (!e && !edits_read(a, &j.lines, &entries, &n) && entry_number(a, j.last_error, (int64_t)n, &at)) {
		out->what = entry_words(a, &entries[at - 1]);
		out->stopped = entries[at - 1].needed;
	}
	return or_none(e);
}

/* --- afterwards --- */

/* Not of somebody who was given the number with an LDAP tool meanwhile; who was renamed, or has moved, is still known by the other. */
static enum err is_of_request(struct txn *t, struct arena *a, const struct grant_request *r,
			      const struct request_person *p, const struct person *who, bool *out)
{
	struct provider provider;

	*out = strcmp(who->uid, p->uid) == 0;
	if (*out)
		return ERR_OK;
	enum err e = provider_by_key(t, a, who->provider_key, &provider);

	*out = !e && strcmp(provider.id, r->provider_id) == 0;
	return or_none(e);
}

/* A correction that is not in the mirror yet holds; whoever corrects the address after it reads it. */
static const char *address_of(struct txn *t, struct arena *a, const struct request_person *p, const struct access *x)
{
	struct outcome job;

	if (!x->mailed || !*x->mail.to ||
	    outcome_get(t, a, TABLE_OUTCOME, bytes_of(outcome_key(a, "agent", p->number, "renvoi")), &job))
		return x->person.mail;
	bool coming = strcmp(job.state, "waiting") == 0 ||
		      (strcmp(job.state, "done") == 0 && clock_now() - job.at < FOLLOWS_MS);

	return coming ? x->mail.to : x->person.mail;
}

enum err access_of(struct app *app, struct arena *a, const struct grant_request *r, const struct request_person *p,
		   struct access *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct access x = { .state = ACCESS_WAITS };
	enum err e = person_by_name(&t, a, 'n', p->number, &x.person);
	bool ours = false;

	if (!e)
		e = is_of_request(&t, a, r, p, &x.person, &ours);
	if (!e && !ours) {
		e = ERR_NOTFOUND;
		person_default(&x.person);
	}
	if (!e)
		x.state = strcmp(x.person.status, "active") == 0 ? ACCESS_OPEN : ACCESS_CLOSED;
	else if (e != ERR_NOTFOUND)
		return e;
	else if (request_is_stuck(&t, a, r->number))
		x.state = ACCESS_FAILED;
	x.mailed =
		!outcome_get(&t, a, TABLE_OUTCOME, bytes_of(outcome_key(a, "agent", p->number, "mot-de-passe")), &x.mail);
	x.address = address_of(&t, a, p, &x);
	*out = x;
	return t.err;
}

static const struct request_person *person_of(const struct request_file *f, const char *agent)
{
	for (size_t i = 0; i < f->people_n; i++)
		if (*agent && strcmp(f->people[i].number, agent) == 0)
			return &f->people[i];
	return NULL;
}

static void record(struct step *x, const struct person *p, enum event event)
{
	struct audit_record r = act_record(x->a, x->who, event);

	act_on_person(&r, p, x->f.r.provider_id);
	act_detail(x->a, &r, "request", x->number);
	changeset_audit(x->cs, &r);
}

static void change_mail(struct step *x, struct edits *edits, const struct person *p, const char *mail)
{
	const char *addresses[] = { p->mail, mail };

	edits_set(edits, "mail", mail);
	for (size_t i = 0; i < LENGTH(addresses); i++)
		mail_add(x->app, x->a, x->cs, "mail_changed", p->uuid, addresses[i], p->caf, "ancien", p->mail,
			 "nouveau", mail, "provisoire", "oui", NULL);
	record(x, p, EVENT_AGENT_MAIL_CHANGED);
}

struct resending {
	struct step step;
	struct access access;
	const char *agent, *mail;
};

/* Who it is, and to which address. */
static enum err resend_begin(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			     const char *seen, bool shared, struct faults *faults, struct resending *x)
{
	enum err e = step_begin(app, a, who, number, "active", &x->step);
	const struct request_person *p = e ? NULL : person_of(&x->step.f, x->agent);

	if (e || x->step.done)
		return e;
	if (!p)
		return ERR_NOTFOUND;
	if ((e = access_of(app, a, &x->step.f.r, p, &x->access)))
		return e;
	if (x->access.state != ACCESS_OPEN || request_address_moved(seen, x->mail, x->access.address))
		return ERR_CONFLICT;
	if (strcmp(x->mail, x->access.person.mail) != 0)
		e = agent_mail_check(app, a, who, x->mail, &x->access.person, shared, "courriel", "partage", faults);
	return !e && faults->n ? ERR_INVALID : e;
}

static enum err resend(struct resending *x)
{
	struct step *s = &x->step;
	const struct person *p = &x->access.person;
	const char *about = outcome_key(s->a, "agent", x->agent, "mot-de-passe");
	struct edits *edits = edits_new(s->a);
	enum err e = act_begin(s->app, s->a, s->who, &s->cs);

	if (e || (e = temporary_password_end(s->app, s->a, s->cs, p->uuid, s->now, NULL)))
		return e;
	edits_on(edits, p->uuid);
	if (strcmp(x->mail, p->mail) != 0)
		change_mail(s, edits, p, x->mail);
	edits_set(edits, "habDemandeMotDePasse", "TRUE");
	edits_job(s->a, s->cs, edits, outcome_key(s->a, "agent", x->agent, "renvoi"));
	changeset_expect(s->cs, TABLE_OUTCOME, bytes_of(about), x->access.mailed ? x->access.mail.rev : REV_ABSENT);
	outcome_put(s->a, s->cs, about, &(struct outcome){ .state = "waiting", .at = s->now, .to = x->mail });
	record(s, p, EVENT_PASSWORD_ASKED);
	return changeset_commit(s->app->store, s->cs, NULL);
}

/* The mail before it may be sent meanwhile: its outcome is looked at again. */
enum err request_resend(struct app *app, struct arena *a, const struct visitor *who, const char *number,
			const char *agent, const char *seen, const char *mail, bool shared, struct faults *faults)
{
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < STEP_TRIES && e == ERR_CONFLICT; i++) {
		struct resending x = { .agent = agent, .mail = mail };

		if ((e = resend_begin(app, a, who, number, seen, shared, faults, &x)) || x.step.done)
			return e;
		e = resend(&x);
	}
	return e;
}
