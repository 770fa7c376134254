/* What a day brings: each convention's case, the reminders of places, the digest. */
#include "acts/calendar.h"

#include "acts/agreement.h"
#include "acts/edit.h"
#include "acts/mails.h"
#include "tests/unit/test_acts_store.h"

static day_t day(int year, int month, int mday)
{
	day_t d = 0;

	assert_int_equal(day_make(year, month, mday, &d), ERR_OK);
	return d;
}

static struct agreement agreement_of(day_t effect, day_t due)
{
	struct agreement g;

	codec_default(&agreement_codec, &g);
	g.uuid = uuid_of(91);
	g.number = "921-2026-0001";
	g.provider_key = "habfournisseurid=v";
	g.status = "active";
	g.effect = effect;
	g.due = due;
	return g;
}

/* All lines of the directory's jobs so far, and the mails' templates. */
static struct strs lines_of(struct world *w)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_JOB, BYTES_NONE);
	struct strs out = { 0 };

	while (scan_next(&s)) {
		struct job j;

		assert_int_equal(job_decode(w->a, s.record.payload, &j), ERR_OK);
		for (size_t i = 0; i < j.lines.n; i++)
			strs_add(w->a, &out, arena_strdup(w->a, j.lines.v[i]));
	}
	return out;
}

static size_t mails_of(struct world *w, const char *template, struct mail *last)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MAIL, BYTES_NONE);
	size_t n = 0;

	while (scan_next(&s)) {
		struct mail m;

		assert_int_equal(mail_decode(w->a, s.record.payload, &m), ERR_OK);
		if (strcmp(m.template, template) != 0)
			continue;
		n++;
		if (last)
			*last = m;
	}
	return n;
}

static bool live(struct world *w, const struct agreement *g, day_t today)
{
	struct changeset *cs = changeset_new(w->a);
	bool any;

	assert_int_equal(agreement_day_add(&w->app, w->a, cs, g, today, &any), ERR_OK);
	if (any)
		assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	return any;
}

static void test_renewed_once(void **state)
{
	struct world *w = *state;
	struct agreement g = agreement_of(day(2025, 1, 15), day(2027, 1, 15));
	struct audit_record r;

	assert_false(live(w, &g, day(2027, 1, 14)));
	assert_true(live(w, &g, day(2027, 1, 15)));
	/* the directory is behind */
	assert_false(live(w, &g, day(2027, 1, 15)));
	struct strs lines = lines_of(w);

	assert_true(strs_has(&lines, "=habDateEcheance: 20280115000000Z"));
	assert_int_equal(audit_of(w, "agreement_renewed", &r), 1);
	assert_string_equal(r.object_id, "921-2026-0001");
	assert_string_equal(arg_of(&r.details, "due"), "2028-01-15");
	g.due = day(2028, 1, 15);
	assert_false(live(w, &g, day(2027, 1, 16)));
	assert_true(live(w, &g, day(2028, 1, 15)));
}

static void test_years_gone_by_are_made_up(void **state)
{
	struct world *w = *state;
	struct agreement g = agreement_of(day(2020, 2, 29), day(2021, 2, 28)), none = agreement_of(day(2025, 6, 1), 0);

	assert_true(live(w, &g, day(2026, 11, 24)));
	struct strs lines = lines_of(w);

	assert_true(strs_has(&lines, "=habDateEcheance: 20270228000000Z"));
	none.number = "921-2026-0002";
	assert_false(live(w, &none, day(2026, 1, 5)));
	assert_true(live(w, &none, day(2026, 11, 24)));
	lines = lines_of(w);
	assert_true(strs_has(&lines, "=habDateEcheance: 20270601000000Z"));
}

static void test_ended_once(void **state)
{
	struct world *w = *state;
	struct agreement g = agreement_of(day(2026, 1, 15), day(2027, 1, 15));

	g.termination = day(2026, 10, 1);
	assert_false(live(w, &g, day(2027, 1, 14)));
	clock_test_offset(0);
	clock_test_offset(day_start(day(2027, 1, 15)) + HOUR_MS - clock_now());
	assert_true(live(w, &g, day(2027, 1, 15)));
	assert_false(live(w, &g, day(2027, 1, 15)));
	struct strs lines = lines_of(w);

	assert_true(strs_has(&lines, "=habStatut: terminee"));
	assert_int_equal(audit_of(w, "agreement_ended", NULL), 1);
	assert_int_equal(audit_of(w, "agreement_renewed", NULL), 0);
	assert_int_equal(mails_of(w, "agreement_ending", NULL), 0);
}

static const struct {
	int effect[3], due[3];
	const char *status;
	bool not_tacit;
	int today[3];
	const char *event;
} cases[] = {
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "terminee", false, { 2027, 1, 15 }, NULL },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "demandee", false, { 2027, 1, 15 }, NULL },
	{ { 2027, 1, 16 }, { 2027, 1, 15 }, "active", false, { 2027, 1, 15 }, NULL },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", true, { 2027, 1, 14 }, NULL },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", true, { 2027, 1, 15 }, "agreement_ended" },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", false, { 2026, 9, 14 }, NULL },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", false, { 2026, 9, 15 }, "agreement_warned" },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", false, { 2026, 10, 15 }, "agreement_warned" },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", false, { 2026, 10, 16 }, NULL },
	/* months have their own ends */
	{ { 2026, 6, 30 }, { 2027, 6, 30 }, "active", false, { 2027, 2, 27 }, NULL },
	{ { 2026, 6, 30 }, { 2027, 6, 30 }, "active", false, { 2027, 2, 28 }, "agreement_warned" },
};

static void test_which_day_brings_what(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct agreement g = agreement_of(day(cases[i].effect[0], cases[i].effect[1], cases[i].effect[2]),
						  day(cases[i].due[0], cases[i].due[1], cases[i].due[2]));
		day_t today = day(cases[i].today[0], cases[i].today[1], cases[i].today[2]);
		size_t before = cases[i].event ? audit_of(w, cases[i].event, NULL) : 0;

		g.number = arena_printf(w->a, "921-2026-1%03zu", i);
		g.status = cases[i].status;
		g.not_tacit = cases[i].not_tacit;
		print_message("%zu\n", i);
		assert_int_equal(live(w, &g, today), cases[i].event != NULL);
		if (cases[i].event)
			assert_int_equal(audit_of(w, cases[i].event, NULL), before + 1);
	}
}

static void test_warned_once_for_each_due_day(void **state)
{
	struct world *w = *state;
	struct agreement g = agreement_of(day(2026, 1, 15), day(2027, 1, 15));
	struct provider p;
	struct mail m;
	struct mail_text text;

	codec_default(&provider_codec, &p);
	p.uuid = uuid_of(92);
	p.key = g.provider_key;
	p.name = "Ville de Valmoreau";
	p.caf = "921";
	p.mail = "mairie@valmoreau.example";
	put_record(w, TABLE_MIRROR_PROVIDER, key_bytes(p.uuid.b, 16), provider_encode(w->a, &p));
	assert_true(live(w, &g, day(2026, 9, 20)));
	assert_false(live(w, &g, day(2026, 9, 21)));
	assert_int_equal(mails_of(w, "agreement_ending", &m), 2); /* the provider's contact and the Caf */
	assert_int_equal(mail_render(&w->app, w->a, &m, 1, &text), ERR_OK);
	assert_string_equal(text.subject, "Votre convention se renouvelle le 15 janvier 2027");
	assert_non_null(strstr(text.body, "entre Ville de Valmoreau et la Caf des Hauts-de-Seine"));
	assert_non_null(strstr(text.body, "avant le 15 octobre 2026"));
	g.due = day(2028, 1, 15);
	assert_true(live(w, &g, day(2027, 9, 15)));
	assert_int_equal(mails_of(w, "agreement_ending", NULL), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_renewed_once),
		world_test(test_years_gone_by_are_made_up),
		world_test(test_ended_once),
		world_test(test_which_day_brings_what),
		world_test(test_warned_once_for_each_due_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
