/* Sending: from the draft to the request nobody changes any more (convention art. 3-2). */
#include "acts/request_rules.h"

#include "acts/acknowledgement.h"
#include "acts/caf_texts.h"
#include "acts/codes.h"
#include "acts/numbers.h"
#include "acts/queue.h"
#include "acts/rights.h"

#include <string.h>

#define TRIES 8 /* others who send to that Caf at the same moment */
#define NUMBER_MAX 32

static const struct field send_fields[] = {
	{ .name = "agents",
	  .label = "Je confirme que ces personnes sont des agents ou des salariés de mon organisme et qu’elles sont informées de "
		   "cette demande.",
	  .kind = FIELD_SET,
	  .required = true,
	  .choices = yes_choices,
	  .missing = "Cochez la case pour confirmer que ces personnes sont de votre organisme et informées" },
	{ .name = "version", .kind = FIELD_TOKEN, .max = MARK_LENGTH },
};

const struct form *request_send_form(void)
{
	static const struct form form = { send_fields, LENGTH(send_fields) };

	return &form;
}

struct sending {
	struct app *app;
	struct arena *a;
	const struct visitor *who; /* always without a name: a request is the provider's, whoever of it writes it */
	struct bytes key;
	struct request_draft d;
	struct caf caf;
	struct grant_request r;
	int64_t now;
};

static enum err check_whole(struct sending *x, const struct input *in, struct faults *faults)
{
	enum err e = ERR_OK;

	for (int step = 0; step < REQUEST_STEPS && !e; step++) {
		enum request_progress progress;

		e = request_step_check(x->app, x->a, &x->d, (enum request_step)step, faults, &progress);
	}
	input_check(x->a, request_send_form(), in, faults);
	return e ? e : faults->n ? ERR_INVALID : ERR_OK;
}

/* The draft's content becomes the request's; « all » is written out as it is now. */
static enum err freeze(struct sending *x, const char *number)
{
	struct request_person *people = arena_array(x->a, x->d.n, struct request_person);
	day_t day;
	enum err e = silence_day(x->caf.silence_delay, day_of(x->now), &day);

	if (e)
		return e;
	for (size_t i = 0; i < x->d.n; i++) {
		people[i] = x->d.people[i];
		people[i].listing = request_expand(&people[i].listing, &x->d.r.listing);
		people[i].places = request_expand(&people[i].places, &x->d.r.places);
	}
	x->r = x->d.r;
	x->r.unknown = BYTES_NONE;
	x->r.number = number;
	x->r.state = "submitted";
	x->r.saved_at = x->r.sent_at = x->r.decided_at = x->now;
	x->r.people = request_people_encode(x->a, people, x->d.n);
	x->r.steps = 0;
	x->r.sent_before = (struct strs){ 0 };
	x->r.silence = day;
	return ERR_OK;
}

/* What was checked must still hold: the Caf and its texts, each establishment. */
static void expect_register(struct sending *x, struct changeset *cs)
{
	const struct strs *lists[] = { &x->r.listing, &x->r.places };
	struct establishment e;

	changeset_expect(cs, TABLE_MIRROR_CAF, key_bytes(x->caf.uuid.b, sizeof x->caf.uuid.b), x->caf.rev);
	for (size_t k = 0; k < LENGTH(lists); k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (!request_line_of(lists[k]->v[i]) && !(k && strs_has(lists[0], lists[k]->v[i])) &&
			    !establishment_find(x->app, x->a, lists[k]->v[i], &e))
				changeset_expect(cs, TABLE_MIRROR_ESTABLISHMENT, key_bytes(e.uuid.b, sizeof e.uuid.b),
						 e.rev);
}

static void put_todo(struct sending *x, struct changeset *cs)
{
	size_t places = request_establishments(&x->r);
	struct todo t;

	codec_default(&todo_codec, &t);
	t.kind = "demande";
	t.detail = arena_printf(x->a, "%zu établissement%s, %zu personne%s", places, places > 1 ? "s" : "", x->d.n,
				x->d.n > 1 ? "s" : "");
	t.since = x->now;
	request_todo_put(x->a, cs, &x->r, &t);
}

/* Nothing of the draft stays but the number: a form sent twice, and the confirmation's page, ask for it. */
static void close_draft(struct sending *x, struct changeset *cs)
{
	struct grant_request left;

	codec_default(&grant_request_codec, &left);
	left.state = "draft";
	left.saved_at = x->now;
	for (size_t i = 0; i < x->d.r.sent_before.n; i++)
		strs_add(x->a, &left.sent_before, x->d.r.sent_before.v[i]);
	strs_add(x->a, &left.sent_before, x->r.number);
	changeset_expect(cs, TABLE_REQUEST_DRAFT, x->key, x->d.r.rev);
	changeset_put(cs, TABLE_REQUEST_DRAFT, x->key, grant_request_encode(x->a, &left));
}

static void record(struct sending *x, struct changeset *cs)
{
	struct audit_record audit = act_record(x->a, x->who, EVENT_REQUEST_SENT);
	uint32_t events = 0;

	audit.object_kind = "request";
	audit.object_id = x->r.number;
	audit.caf = x->r.caf;
	act_detail(x->a, &audit, "siret", x->r.siret);
	act_detail(x->a, &audit, "establishments", arena_printf(x->a, "%zu", x->r.listing.n));
	act_detail(x->a, &audit, "places", arena_printf(x->a, "%zu", x->r.places.n));
	act_detail(x->a, &audit, "people", arena_printf(x->a, "%zu", x->d.n));
	changeset_audit(cs, &audit);
	request_event_add(x->a, cs, x->who, x->r.number, &events, "submitted", "");
}

static enum err commit(struct sending *x)
{
	struct numbers row;
	struct changeset *cs;
	const char *number;
	enum err e = numbers_begin(x->app, x->a, NUMBER_REQUEST, x->d.r.caf, day_of(x->now), &row);

	if (!e)
		e = numbers_next(x->app, x->a, &row, &number);
	if (!e)
		e = freeze(x, number);
	if (!e)
		e = act_begin(x->app, x->a, x->who, &cs);
	if (e)
		return e;
	numbers_end(x->a, cs, &row);
	struct bytes key = request_key(x->a, number);

	changeset_expect(cs, TABLE_REQUEST, key, REV_ABSENT);
	changeset_put(cs, TABLE_REQUEST, key, grant_request_encode(x->a, &x->r));
	expect_register(x, cs);
	put_todo(x, cs);
	close_draft(x, cs);
	record(x, cs);
	e = acknowledgement_add(x->app, x->a, cs, &x->r, &x->caf);
	return e ? e : changeset_commit(x->app->store, cs, NULL);
}

/* Reads and checks. *number: of the same form before, "" : it is to be sent. */
static enum err look(struct sending *x, const char *token, const struct input *in, struct faults *faults, const char **number)
{
	enum err e = request_draft_read(x->app, x->a, token, &x->d);
	const struct strs *sent = &x->d.r.sent_before;

	if (e)
		return e;
	*number = "";
	if (request_draft_is_blank(&x->d)) {
		if (!sent->n)
			return ERR_NOTFOUND;
		*number = sent->v[sent->n - 1];
		return ERR_OK;
	}
	*faults = (struct faults){ 0 };
	if (request_draft_moved(x->a, &x->d, in))
		return ERR_CONFLICT;
	if ((e = check_whole(x, in, faults)))
		return e;
	e = caf_offered(x->app, x->a, x->d.r.caf, &x->caf);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

/* The writer applies an id once: of two at the same time, the number is the first one's. */
static enum err number_now(struct sending *x, const char *token, const char **number)
{
	struct request_draft now;
	enum err e = request_draft_read(x->app, x->a, token, &now);

	if (!e)
		*number = now.r.sent_before.n ? now.r.sent_before.v[now.r.sent_before.n - 1] : x->r.number;
	return e;
}

enum err request_send(struct app *app, struct arena *a, const struct visitor *who, const char *token,
		      const struct input *in, struct faults *faults, const char **number)
{
	struct visitor provider = { .address = who->address,
				    .user_agent = who->user_agent,
				    .method = who->method,
				    .path = who->path,
				    .at = who->at,
				    .resume = who->resume };
	struct sending x = { .app = app, .a = a, .who = &provider, .now = visitor_now(who) };
	enum err e = request_draft_key(a, token, &x.key);

	if (e)
		return ERR_NOTFOUND;
	e = ERR_CONFLICT;
	/* another request has taken the number, the register moved, the draft was written meanwhile: all is looked at again */
	for (int i = 0; i < TRIES && e == ERR_CONFLICT; i++) {
		if ((e = look(&x, token, in, faults, number)) || **number)
			return e;
		e = commit(&x);
	}
	return e ? e : number_now(&x, token, number);
}

enum err request_sent(struct app *app, struct arena *a, const struct visitor *who, const char *token,
		      const char *number, struct grant_request *out)
{
	struct request_draft d;
	struct grant_request r;
	enum err e = request_draft_read(app, a, token, &d);

	if (e)
		return e;
	if (strlen(number) > NUMBER_MAX)
		return ERR_NOTFOUND;
	e = request_read(app, a, number, &r);
	if (e)
		return e;
	if (strs_has(&d.r.sent_before, number)) {
		*out = r;
		return ERR_OK;
	}
	struct audit_record audit = act_record(a, who, EVENT_REFUSAL);

	audit.failed = true;
	audit.cause = "foreign_object";
	audit.object_kind = "request";
	audit.object_id = r.number;
	audit.caf = r.caf;
	e = refusal_note(app, a, who, &audit);
	return e ? e : ERR_NOTFOUND;
}
