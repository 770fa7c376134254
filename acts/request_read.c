/* Requests as a Caf reads them: one, or a list. */
#include "acts/outcome.h"
#include "acts/request_review.h"
#include "base/text.h"

#include <string.h>

#define NUMBER_MAX 32

bool request_is_number(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return n && n <= NUMBER_MAX && !s[n];
}

enum request_stage request_stage(const char *state)
{
	static const char *const states[] = {
		[STAGE_SUBMITTED] = "submitted",     [STAGE_CHECKED] = "checked", [STAGE_SENT] = "agreement_sent",
		[STAGE_SIGNED] = "agreement_signed", [STAGE_ACTIVE] = "active",
	};

	for (int i = 0; i < (int)LENGTH(states); i++)
		if (strcmp(states[i], state) == 0)
			return (enum request_stage)i;
	return STAGE_CLOSED;
}

bool request_is_open(const struct grant_request *r)
{
	enum request_stage stage = request_stage(r->state);

	return stage != STAGE_CLOSED && stage != STAGE_ACTIVE;
}

bool request_awaits_answer(const struct grant_request *r)
{
	enum request_stage stage = request_stage(r->state);

	return stage == STAGE_SUBMITTED || stage == STAGE_CHECKED;
}

const char *request_resolved(const struct grant_request *r, const char *id)
{
	unsigned line = request_line_of(id);

	if (!line)
		return id;
	return line <= r->created.n ? r->created.v[line - 1] : "";
}

enum err request_open(struct app *app, struct arena *a, const struct visitor *who, const char *number,
		      struct request_file *out)
{
	struct request_file f;
	enum err e = request_is_number(number) && *who->person.caf ? request_read(app, a, number, &f.r) : ERR_NOTFOUND;

	if (!e && strcmp(f.r.caf, who->person.caf) != 0)
		e = ERR_NOTFOUND;
	if (!e)
		e = request_people(a, &f.r, &f.people, &f.people_n);
	if (!e)
		e = request_events(app, a, number, &f.events, &f.events_n);
	if (!e)
		*out = f;
	return e;
}

const struct request_event *request_event_last(const struct request_file *f, const char *what)
{
	for (size_t i = f->events_n; i > 0; i--)
		if (strcmp(f->events[i - 1].what, what) == 0)
			return &f->events[i - 1];
	return NULL;
}

bool request_is_stuck(struct txn *t, struct arena *a, const char *number)
{
	struct outcome last;

	return !outcome_get(t, a, TABLE_OUTCOME, bytes_of(outcome_key(a, "demande", number, "annuaire")), &last) &&
	       strcmp(last.state, "failed") == 0;
}

/* Or active, and the directory has refused a part of it. */
static bool asks_for_work(struct txn *t, struct arena *a, const struct grant_request *r)
{
	return request_stage(r->state) == STAGE_ACTIVE ? request_is_stuck(t, a, r->number) : request_is_open(r);
}

static bool matches(struct txn *t, struct arena *a, const struct request_filter *f, const char *sought,
		    const struct grant_request *r)
{
	const char *const texts[] = { r->name, r->number };

	if (strcmp(f->state, "ouvertes") == 0 ? !asks_for_work(t, a, r) : *f->state && strcmp(f->state, r->state) != 0)
		return false;
	return text_mentions(a, sought, texts, LENGTH(texts));
}

enum err requests_of(struct app *app, struct arena *a, const struct visitor *who, const struct request_filter *f,
		     struct grant_request **out, size_t *n, size_t *total)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix_back(&t, TABLE_REQUEST, request_prefix(a, who->person.caf));
	const char *sought = text_sought(a, f->text);
	struct grant_request *v = arena_array(a, f->per_page, struct grant_request);

	*n = *total = 0;
	while (scan_next(&s)) {
		struct grant_request r;
		enum err e = grant_request_decode(a, s.record.payload, &r);

		if (e)
			return e;
		if (!matches(&t, a, f, sought, &r))
			continue;
		if (*total >= f->page * f->per_page && *n < f->per_page)
			v[(*n)++] = r;
		++*total;
	}
	*out = v;
	return t.err;
}
