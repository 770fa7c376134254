/* Taking a listing down, and putting it back. */
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "base/text.h"

#include <string.h>

struct taking {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct establishment *e;
	bool caf; /* acts as a reviewer, else as an agent */
	struct file file;
	int64_t now;
	bool done; /* this form did it before */
};

bool listing_withdrawn_by_caf(const struct published *p)
{
	return p->rev && strcmp(p->state, "withdrawn") == 0 && *p->reason_text;
}

static enum err confirm(struct taking *x)
{
	x->caf = x->who->roles & ROLE_CAF_REVIEWER && strcmp(x->e->caf, x->who->person.caf) == 0;
	if (x->caf)
		return role_confirm(x->app, x->a, x->who, ROLE_CAF_REVIEWER);
	return right_confirm(x->app, x->a, x->who, x->e, FAMILY_LISTING);
}

static enum err begin(struct taking *x, const char *from)
{
	enum err e = confirm(x);

	if (e || (x->done = act_was_done(x->app, x->who)))
		return e;
	if ((e = file_read(x->app, x->a, x->e, 0, &x->file)))
		return e;
	if (!x->file.published.rev)
		return ERR_NOTFOUND;
	return strcmp(x->file.published.state, from) == 0 ? ERR_OK : ERR_CONFLICT;
}

static enum err change(struct taking *x, struct changeset *cs, enum event ev, const char *state, const char *reason)
{
	struct published *p = &x->file.published;
	struct audit_record audit = act_record(x->a, x->who, ev);

	act_on_establishment(&audit, x->e);
	act_detail(x->a, &audit, "n", arena_printf(x->a, "%llu", (unsigned long long)p->n));
	file_expect(x->a, cs, x->e, &x->file);
	p->state = state;
	p->changed_at = x->now;
	p->changed_by = x->who->person.name;
	p->reason_text = reason;
	changeset_put(cs, TABLE_LISTING, key_bytes(x->e->uuid.b, sizeof x->e->uuid.b), published_encode(x->a, p));
	changeset_audit(cs, &audit);
	return act_publish(x->app, x->a, cs, x->e, p, &x->file.grid);
}

void caf_tell(struct app *app, struct arena *a, struct changeset *cs, const struct visitor *who,
	      const struct establishment *e, const char *what)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct caf caf;

	if (caf_by_code(&t, a, e->caf, &caf) || !*caf.mail)
		return;
	mail_add(app, a, cs, "taken_down", UUID_NONE, caf.mail, e->caf, "etablissement", e->name, "quoi", what, "agent",
		 who->person.name, "organisme", who->provider.name, NULL);
}

/* To the author of what was online. */
static enum err tell_author(struct taking *x, struct changeset *cs, const char *reason)
{
	struct revision r;
	enum err e = revision_read(x->app, x->a, x->e, x->file.published.n, &r);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	mail_add(x->app, x->a, cs, "listing_withdrawn", r.author, "", x->e->caf, "etablissement", x->e->name, "motif",
		 reason, NULL);
	return ERR_OK;
}

enum err listing_withdraw(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			  const char *reason, struct faults *faults)
{
	struct taking x = { .app = app, .a = a, .who = who, .e = e, .now = visitor_now(who) };
	struct changeset *cs;
	enum err failed = begin(&x, "online");

	if (failed || x.done)
		return failed;
	if (x.caf)
		reason_check(a, faults, "precision", "Écrivez pourquoi la fiche est retirée", reason);
	if (faults->n)
		return ERR_INVALID;
	if ((failed = act_begin(app, a, who, &cs)))
		return failed;
	/* A reason is kept with the Caf's withdrawals only: it tells whose they are. */
	failed = change(&x, cs, EVENT_LISTING_WITHDRAWN, "withdrawn", x.caf ? reason : "");
	if (!failed && x.caf)
		failed = tell_author(&x, cs, reason);
	else
		caf_tell(app, a, cs, who, e, "la fiche");
	return failed ? failed : changeset_commit(app->store, cs, NULL);
}

enum err listing_restore(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e)
{
	struct taking x = { .app = app, .a = a, .who = who, .e = e, .now = visitor_now(who) };
	struct changeset *cs;
	enum err failed = begin(&x, "withdrawn");

	if (failed || x.done)
		return failed;
	if (!x.caf && listing_withdrawn_by_caf(&x.file.published))
		return ERR_DENIED;
	if ((failed = act_begin(app, a, who, &cs)))
		return failed;
	failed = change(&x, cs, EVENT_LISTING_RESTORED, "online", "");
	return failed ? failed : changeset_commit(app->store, cs, NULL);
}
