/* Whether the log is whole: its end for whoever asks, all of it once a night. */
#include "acts/log.h"

#include <string.h>

#define END_ROWS 10000
#define NIGHT_HOUR 3

enum err log_verify(struct app *app, struct arena *a, const struct visitor *who, struct audit_verdict *out)
{
	struct audit_record record = act_record(a, who, EVENT_LOG_QUERY);

	record.object_kind = "log";
	record.object_id = "chain";
	enum err e = act_note(app, a, who, &record);

	return e ? e : audit_verify_end(a, app->store, END_ROWS, out);
}

/* --- by night --- */

static void take(struct log_check *out, const struct audit_record *r)
{
	bool begun = strcmp(arg_of(&r->details, "state"), "begun") == 0;

	out->begun = begun ? r->time : 0;
	out->ended = begun ? 0 : r->time;
	out->whole = !begun && !r->failed;
	out->records = arg_of(&r->details, "records");
	out->seals = arg_of(&r->details, "seals");
	out->line = arg_of(&r->details, "line");
}

enum err log_check_last(struct app *app, struct arena *a, struct log_check *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct audit_query q = { .event = event_code(EVENT_LOG_VERIFIED), .event_class = -1, .failed = -1, .limit = 1 };
	struct audit_page page = { 0 };
	enum err e = audit_find(&t, a, &q, &page);

	*out = (struct log_check){ .records = "", .seals = "", .line = "" };
	if (!e && page.n)
		take(out, &page.v[0]);
	return e;
}

bool log_check_is_due(const struct log_check *last, int64_t now)
{
	int64_t at = last->ended > last->begun ? last->ended : last->begun;
	day_t today = day_of(now);

	return !at || (day_of(at) < today && now >= day_start(today) + NIGHT_HOUR * HOUR_MS);
}

static void add_number(struct arena *a, struct audit_record *r, const char *name, uint64_t n)
{
	act_detail(a, r, name, arena_printf(a, "%llu", (unsigned long long)n));
}

enum err log_check_note(struct app *app, struct arena *a, const struct audit_verdict *v)
{
	struct visitor service = { .address = "", .user_agent = "", .method = "", .path = "" };
	struct audit_record r = act_record(a, &service, EVENT_LOG_VERIFIED);

	r.role = "service";
	r.object_kind = "log";
	r.object_id = "chain";
	act_detail(a, &r, "state", !v ? "begun" : v->whole ? "whole" : "broken");
	if (v) {
		add_number(a, &r, "records", v->records);
		add_number(a, &r, "seals", v->seals);
	}
	if (v && !v->whole) {
		r.failed = true;
		r.cause = "chain_broken";
		add_number(a, &r, "line", v->bad_seq);
	}
	return act_note(app, a, &service, &r);
}
