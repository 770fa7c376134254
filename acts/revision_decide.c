/* The Caf's decision on the exact revision it saw. */
#include "acts/codes.h"
#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/publish.h"
#include "base/text.h"

#include <string.h>

#define REASON_MAX 500

struct deciding {
	struct app *app;
	struct arena *a;
	const struct visitor *who;
	const struct establishment *e;
	const struct decision *d;
	struct file file;
	int64_t now;
};

static void check_reasons(const struct deciding *x, struct faults *faults)
{
	if (x->d->accept)
		return;
	if (!x->d->reasons.n)
		fault_add(x->a, faults, "motif", "Choisissez au moins un motif");
	for (size_t i = 0; i < x->d->reasons.n; i++)
		if (!choice_has(reason_choices, x->d->reasons.v[i]))
			fault_add(x->a, faults, "motif", "Choisissez un motif de la liste");
	reason_check(x->a, faults, "precision", "Écrivez ce qu’il faut corriger", x->d->reason_text);
}

void reason_check(struct arena *a, struct faults *faults, const char *field, const char *missing, const char *text)
{
	size_t length = text_length(text);

	if (!*text_trim(a, text))
		fault_add(a, faults, field, "%s", missing);
	else if (length > REASON_MAX)
		fault_add(a, faults, field, "Ce texte dépasse de %zu caractère%s la limite de %d", length - REASON_MAX,
			  length - REASON_MAX > 1 ? "s" : "", REASON_MAX);
}

static bool is_whole(const struct revision *r)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(r->text, digest);
	return bytes_equal(r->hash, key_bytes(digest, sizeof digest));
}

static void make_published(const struct deciding *x, struct published *p)
{
	const struct revision *r = &x->file.r;

	codec_default(&published_codec, p);
	p->n = r->n;
	p->text = r->text;
	p->hash = r->hash;
	p->state = "online";
	p->published_at = x->now;
	p->author_number = r->author_number;
	p->author_name = r->author_name;
	p->provider_name = r->provider_name;
	p->decider_number = x->who->person.number;
	p->decider_name = x->who->person.name;
	p->changed_at = x->now;
	p->changed_by = x->who->person.name;
}

static const char *reason_labels(const struct deciding *x)
{
	struct buf b = buf_new(x->a);

	for (size_t i = 0; i < x->d->reasons.n; i++)
		buf_printf(&b, "%s%s", i ? " ; " : "", choice_label(reason_choices, x->d->reasons.v[i]));
	return buf_str(&b);
}

static const char *codes_of(const struct deciding *x)
{
	struct buf b = buf_new(x->a);

	for (size_t i = 0; i < x->d->reasons.n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", x->d->reasons.v[i]);
	return buf_str(&b);
}

static const char *number(struct arena *a, uint64_t n)
{
	return arena_printf(a, "%llu", (unsigned long long)n);
}

static void mail_author(const struct deciding *x, struct changeset *cs)
{
	const struct revision *r = &x->file.r;
	const struct published *online = &x->file.published;
	bool stays = online->rev && strcmp(online->state, "online") == 0;

	if (x->d->accept)
		mail_add(x->app, x->a, cs, "revision_accepted", r->author, "", x->e->caf, "etablissement", x->e->name,
			 "n", number(x->a, r->n), "agent", r->author_name, "url",
			 arena_printf(x->a, "%s/etablissements/%s-%s", x->app->settings->site_url,
				      text_slug(x->a, x->e->name), x->e->id),
			 NULL);
	else
		mail_add(x->app, x->a, cs, "revision_refused", r->author, "", x->e->caf, "etablissement", x->e->name,
			 "n", number(x->a, r->n), "motifs", reason_labels(x), "precision", x->d->reason_text,
			 "date_fiche", stays ? day_fr(x->a, day_of(online->published_at)) : "", NULL);
}

static enum err add_changes(struct deciding *x, struct changeset *cs)
{
	bool accept = x->d->accept;
	struct audit_record audit = act_record(x->a, x->who, accept ? EVENT_REVISION_ACCEPTED : EVENT_REVISION_REFUSED);
	struct published p;
	enum err e = ERR_OK;

	act_on_establishment(&audit, x->e);
	act_detail(x->a, &audit, "n", number(x->a, x->file.r.n));
	act_detail(x->a, &audit, "author", x->file.r.author_number);
	if (!accept)
		act_detail(x->a, &audit, "reasons", codes_of(x));
	file_expect(x->a, cs, x->e, &x->file);
	x->file.r.decider_number = x->who->person.number;
	x->file.r.decider_name = x->who->person.name;
	if (!accept) {
		x->file.r.reasons = x->d->reasons;
		x->file.r.reason_text = x->d->reason_text;
	}
	file_close(x->a, cs, x->e, &x->file, accept ? "accepted" : "refused", x->now, x->who->person.name);
	if (accept) {
		make_published(x, &p);
		changeset_put(cs, TABLE_LISTING, key_bytes(x->e->uuid.b, sizeof x->e->uuid.b), published_encode(x->a, &p));
		e = act_publish(x->app, x->a, cs, x->e, &p, &x->file.grid);
	}
	mail_author(x, cs);
	changeset_audit(cs, &audit);
	return e;
}

/* What a colleague, or a newer text, has made of it meanwhile. */
static enum err tell_now(struct deciding *x, struct revision *now)
{
	enum err e = revision_read(x->app, x->a, x->e, x->d->n, now);

	return e ? e : ERR_CONFLICT;
}

static enum err decide(struct deciding *x, struct faults *faults, struct revision *now)
{
	struct changeset *cs;
	enum err e = file_read(x->app, x->a, x->e, x->d->n, &x->file);

	if (e)
		return e;
	if (x->file.head.pending != x->d->n || strcmp(x->file.r.state, "pending") != 0)
		return tell_now(x, now);
	check_reasons(x, faults);
	if (faults->n)
		return ERR_INVALID;
	if (uuid_equal(x->file.r.author, x->who->person.uuid))
		return ERR_DENIED;
	if (!is_whole(&x->file.r))
		return ERR_CORRUPT;
	if ((e = act_begin(x->app, x->a, x->who, &cs)) || (e = add_changes(x, cs)))
		return e;
	e = changeset_commit(x->app->store, cs, NULL);
	return e == ERR_CONFLICT ? tell_now(x, now) : e;
}

enum err revision_decide(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			 const struct decision *d, struct faults *faults, struct revision *now)
{
	struct deciding x = { .app = app, .a = a, .who = who, .e = e, .d = d, .now = visitor_now(who) };

	codec_default(&revision_codec, now);
	if (!*e->caf || strcmp(e->caf, who->person.caf) != 0)
		return ERR_NOTFOUND;
	enum err failed = role_confirm(app, a, who, ROLE_CAF_REVIEWER);

	if (failed)
		return failed;
	if (!d->n)
		return ERR_NOTFOUND;
	return act_was_done(app, who) ? ERR_OK : decide(&x, faults, now);
}
