#include "acts/report.h"

#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/queue.h"
#include "acts/search.h"
#include "acts/who_throttle.h"
#include "base/text.h"

#include <string.h>

#define TEXT_MAX 2000
#define EXCERPT_MAX 60
#define KEPT_MS (365 * DAY_MS)
#define TRIES 4

static const struct field report_fields[] = {
	{ .name = "erreur",
	  .label = "Quelle erreur avez-vous vue ?",
	  .kind = FIELD_LINES,
	  .required = true,
	  .max = TEXT_MAX,
	  .missing = "Décrivez l’erreur" },
	{ .name = "adresse",
	  .label = "Votre adresse de courriel",
	  .kind = FIELD_MAIL,
	  .hint = "Pour recevoir la réponse de la Caf, et rien d’autre",
	  .autocomplete = "email" },
};

const struct form *report_form(void)
{
	static const struct form form = { report_fields, LENGTH(report_fields) };

	return &form;
}

static const struct field answer_fields[] = {
	{ .name = "reponse", .label = "Votre réponse", .kind = FIELD_LINES, .max = TEXT_MAX },
};

const struct form *report_answer_form(void)
{
	static const struct form form = { answer_fields, LENGTH(answer_fields) };

	return &form;
}

static struct bytes report_key(const struct report *r)
{
	return key_bytes(r->id.b, sizeof r->id.b);
}

static struct bytes file_key(struct arena *a, const struct report *r)
{
	return todo_key(a, r->caf, r->sent_at, REPORT_TODO, r->id);
}

/* The text stays out of the log: only which report, of which page. */
static struct audit_record record_of(struct arena *a, const struct visitor *who, enum event ev, const struct report *r)
{
	struct audit_record audit = act_record(a, who, ev);

	audit.object_kind = "establishment";
	audit.object_id = r->establishment_id;
	audit.establishment = r->establishment;
	audit.caf = r->caf;
	act_detail(a, &audit, "report", uuid_text(a, r->id));
	return audit;
}

/* --- the family --- */

struct telling {
	struct app *app;
	struct arena *a;
	struct visitor who; /* nobody */
	struct establishment e;
	struct provider manager;
	struct report r;
};

static enum err find_page(struct telling *x, const char *id)
{
	struct family_page page;
	enum err e = family_page_find(x->app, x->a, id, &page);

	if (!e)
		e = establishment_find(x->app, x->a, page.id, &x->e);
	if (e)
		return e;
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);

	codec_default(&provider_codec, &x->manager);
	return *x->e.manager_key ? or_none(provider_by_key(&t, x->a, x->e.manager_key, &x->manager)) : ERR_OK;
}

static void make_report(struct telling *x, const struct input *in)
{
	codec_default(&report_codec, &x->r);
	x->r.id = uuid_new();
	x->r.caf = x->e.caf;
	x->r.establishment = x->e.uuid;
	x->r.establishment_id = x->e.id;
	x->r.name = x->e.name;
	x->r.text = input_get(in, "erreur");
	x->r.mail = input_get(in, "adresse");
	x->r.sent_at = visitor_now(&x->who);
}

static const char *excerpt(struct arena *a, const char *text)
{
	const char *line = text_one_line(a, text);

	return text_length(line) > EXCERPT_MAX ? arena_printf(a, "%s…", text_cut(a, line, EXCERPT_MAX)) : line;
}

static void put_todo(struct telling *x, struct changeset *cs)
{
	struct todo t;

	codec_default(&todo_codec, &t);
	t.kind = REPORT_TODO;
	t.establishment = x->r.id;
	t.title = x->r.name;
	t.detail = arena_printf(x->a, "« %s », une famille", excerpt(x->a, x->r.text));
	t.provider_name = x->manager.name;
	t.since = x->r.sent_at;
	t.path = arena_printf(x->a, "/caf/signalements/%s", uuid_text(x->a, x->r.id));
	changeset_put(cs, TABLE_TODO, file_key(x->a, &x->r), todo_encode(x->a, &t));
}

static enum err try_once(struct telling *x, const char *id, const struct input *in)
{
	struct changeset *cs;
	enum err e = find_page(x, id);

	if (!e)
		e = act_begin(x->app, x->a, &x->who, &cs);
	if (e)
		return e;
	make_report(x, in);
	e = throttle_count_report(x->app, x->a, cs, x->who.address, x->r.sent_at);
	if (e)
		return e;
	struct audit_record audit = record_of(x->a, &x->who, EVENT_REPORT_SENT, &x->r);

	changeset_expect(cs, TABLE_MIRROR_ESTABLISHMENT, key_bytes(x->e.uuid.b, sizeof x->e.uuid.b), x->e.rev);
	changeset_expect(cs, TABLE_REPORT, report_key(&x->r), REV_ABSENT);
	changeset_put(cs, TABLE_REPORT, report_key(&x->r), report_encode(x->a, &x->r));
	put_todo(x, cs);
	changeset_audit(cs, &audit);
	return changeset_commit(x->app->store, cs, NULL);
}

enum err report_send(struct app *app, struct arena *a, const struct visitor *who, const char *establishment,
		     const struct input *in, struct faults *faults)
{
	struct telling *x = arena_new_of(a, struct telling);
	enum err e = ERR_CONFLICT;

	/* whoever sits there with a session reports as any family does */
	*x = (struct telling){ .app = app,
			       .a = a,
			       .who = { .address = who->address,
					.user_agent = who->user_agent,
					.method = who->method,
					.path = who->path,
					.at = who->at,
					.resume = who->resume } };
	if (act_was_done(app, &x->who))
		return ERR_OK;
	if ((e = find_page(x, establishment)))
		return e;
	input_check(a, report_form(), in, faults);
	if (faults->n)
		return ERR_INVALID;
	e = ERR_CONFLICT;
	/* the register moved meanwhile: it may be another Caf's now */
	for (int i = 0; i < TRIES && e == ERR_CONFLICT; i++)
		e = try_once(x, establishment, in);
	return e;
}

/* --- the Caf --- */

enum err report_read(struct app *app, struct arena *a, const char *id, struct report *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct uuid key;

	return uuid_parse(id, &key) ? ERR_NOTFOUND : report_get(&t, a, TABLE_REPORT, key_bytes(key.b, sizeof key.b), out);
}

enum err reports_waiting(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			 struct report **out, size_t *n)
{
	struct todo *files;
	size_t files_n;
	enum err failed = queue_of_kind(app, a, who, REPORT_TODO, &files, &files_n);

	*out = NULL;
	*n = 0;
	for (size_t i = 0; !failed && i < files_n; i++) {
		struct report r;

		failed = report_read(app, a, uuid_text(a, files[i].establishment), &r);
		if (failed == ERR_NOTFOUND) {
			failed = ERR_OK; /* purged meanwhile */
		} else if (!failed && uuid_equal(r.establishment, e->uuid)) {
			*out = arena_more(a, *out, *n, sizeof **out);
			(*out)[(*n)++] = r;
		}
	}
	return failed;
}

static void mail_family(struct app *app, struct arena *a, struct changeset *cs, const struct report *r)
{
	mail_add(app, a, cs, "report_answered", UUID_NONE, r->mail, r->caf, "etablissement", r->name, "recu",
		 day_fr(a, day_of(r->sent_at)), "reponse", r->answer, NULL);
}

static enum err commit_closed(struct app *app, struct arena *a, const struct visitor *who, const char *answer,
			      const struct report *now)
{
	struct report r = *now;
	struct changeset *cs;
	enum err e = act_begin(app, a, who, &cs);

	if (e)
		return e;
	r.answer = answer;
	r.mailed = *answer && *r.mail;
	r.closed_at = visitor_now(who);
	r.closer_number = who->person.number;
	r.closer_name = who->person.name;
	if (r.mailed)
		mail_family(app, a, cs, &r);
	r.mail = "";
	struct audit_record audit = record_of(a, who, EVENT_REPORT_CLOSED, &r);

	act_detail(a, &audit, "state", r.mailed ? "answered" : "unanswered");
	changeset_expect(cs, TABLE_REPORT, report_key(&r), now->rev);
	changeset_put(cs, TABLE_REPORT, report_key(&r), report_encode(a, &r));
	changeset_delete(cs, TABLE_TODO, file_key(a, &r));
	changeset_audit(cs, &audit);
	return changeset_commit(app->store, cs, NULL);
}

enum err report_close(struct app *app, struct arena *a, const struct visitor *who, const struct input *in,
		      struct report *r, struct faults *faults)
{
	if (!*r->caf || strcmp(r->caf, who->person.caf) != 0)
		return ERR_NOTFOUND;
	enum err e = role_confirm(app, a, who, ROLE_CAF_REVIEWER);

	if (e || act_was_done(app, who))
		return e;
	if (r->closed_at)
		return ERR_CONFLICT;
	input_check(a, report_answer_form(), in, faults);
	if (faults->n)
		return ERR_INVALID;
	e = commit_closed(app, a, who, input_get(in, "reponse"), r);
	if (e != ERR_CONFLICT)
		return e;
	enum err now = report_read(app, a, uuid_text(a, r->id), r);

	return now ? now : ERR_CONFLICT;
}

/* --- the clerk --- */

bool report_is_over(const struct report *r, int64_t now)
{
	return r->sent_at + KEPT_MS < now;
}

void report_purge_add(struct arena *a, struct changeset *cs, const struct report *r)
{
	struct visitor service = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct audit_record audit = record_of(a, &service, EVENT_SERVICE, r);

	audit.role = "service";
	act_detail(a, &audit, "reason", "report_purged");
	changeset_expect(cs, TABLE_REPORT, report_key(r), r->rev);
	changeset_delete(cs, TABLE_REPORT, report_key(r));
	if (!r->closed_at)
		changeset_delete(cs, TABLE_TODO, file_key(a, r));
	changeset_audit(cs, &audit);
}
