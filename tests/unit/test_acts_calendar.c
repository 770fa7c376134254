/* What a day brings: each convention's case, the reminders of places, the digest. */
#include "acts/calendar.h"

#include "acts/agent_purge.h"
#include "acts/agreement.h"
#include "acts/edit.h"
#include "acts/mails.h"
#include "acts/reminders.h"
#include "acts/right_history.h"
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

static void put_provider(struct world *w)
{
	struct provider p;

	codec_default(&provider_codec, &p);
	p.uuid = uuid_of(92);
	p.key = "habfournisseurid=v";
	p.name = "Ville de Valmoreau";
	p.caf = "921";
	p.mail = "mairie@valmoreau.example";
	put_record(w, TABLE_MIRROR_PROVIDER, key_bytes(p.uuid.b, 16), provider_encode(w->a, &p));
}

static void test_ended_once(void **state)
{
	struct world *w = *state;
	struct agreement g = agreement_of(day(2026, 1, 15), day(2027, 1, 15));

	put_provider(w);
	g.termination = day(2026, 10, 1);
	assert_false(live(w, &g, day(2026, 9, 14)));
	assert_true(live(w, &g, day(2027, 1, 14))); /* nobody was told when the directory got its end */
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
	assert_int_equal(mails_of(w, "agreement_finishing", NULL), 2); /* the provider's contact and the Caf */
	assert_int_equal(mails_of(w, "agreement_ended", NULL), 2);
}

/* What an LDAP tool made of it: told when its end was, and once. */
static void test_an_end_that_was_told_is_told_to_be_none(void **state)
{
	struct world *w = *state;
	struct agreement g = agreement_of(day(2026, 1, 15), day(2027, 1, 15)), kept = g;
	struct mail m;
	struct mail_text text;
	struct audit_record r;

	put_provider(w);
	g.not_tacit = true;
	clock_test_offset(0);
	clock_test_offset(day_start(day(2027, 1, 15)) + HOUR_MS - clock_now());
	assert_true(live(w, &g, day(2027, 1, 15)));
	assert_int_equal(mails_of(w, "agreement_ended", NULL), 2);
	g.status = "terminee";
	assert_false(live(w, &g, day(2027, 1, 18)));
	kept.due = day(2028, 1, 15);
	assert_true(live(w, &kept, day(2027, 1, 20)));
	assert_false(live(w, &kept, day(2027, 1, 21)));
	assert_int_equal(mails_of(w, "agreement_reopened", &m), 2);
	assert_int_equal(mail_render(&w->app, w->a, &m, &text), ERR_OK);
	assert_string_equal(text.subject, "Ville de Valmoreau : la convention 921-2026-0001 est de nouveau en vigueur");
	assert_non_null(
		strstr(text.body, "vous les redonnez depuis https://accueil.example/caf/conventions/921-2026-0001."));
	assert_int_equal(audit_of(w, "agreement_reopened", &r), 1);
	assert_string_equal(arg_of(&r.details, "due"), "2028-01-15");
	/* and ended anew it is told anew */
	kept.not_tacit = true;
	clock_test_offset(0);
	clock_test_offset(day_start(day(2028, 1, 15)) + HOUR_MS - clock_now());
	assert_true(live(w, &kept, day(2028, 1, 15)));
	assert_int_equal(mails_of(w, "agreement_ended", NULL), 4);
	/* of an end that was news to nobody nothing is mailed */
	g = kept = agreement_of(day(2020, 1, 15), day(2021, 1, 15));
	g.number = kept.number = "921-2020-0001";
	g.uuid = kept.uuid = uuid_of(92);
	g.not_tacit = true;
	assert_true(live(w, &g, day(2028, 1, 16)));
	kept.due = day(2029, 1, 15);
	assert_true(live(w, &kept, day(2028, 1, 17)));
	assert_int_equal(audit_of(w, "agreement_reopened", &r), 2);
	assert_string_equal(r.object_id, "921-2020-0001");
	assert_int_equal(mails_of(w, "agreement_ended", NULL), 4);
	assert_int_equal(mails_of(w, "agreement_reopened", NULL), 2);
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
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", true, { 2026, 9, 14 }, NULL },
	{ { 2026, 1, 15 }, { 2027, 1, 15 }, "active", true, { 2027, 1, 14 }, "agreement_warned" },
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
		g.uuid = uuid_of((uint8_t)(200 + i));
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
	struct mail m;
	struct mail_text text;

	put_provider(w);
	assert_true(live(w, &g, day(2026, 9, 20)));
	assert_false(live(w, &g, day(2026, 9, 21)));
	assert_int_equal(mails_of(w, "agreement_ending", &m), 2); /* the provider's contact and the Caf */
	assert_int_equal(mail_render(&w->app, w->a, &m, &text), ERR_OK);
	assert_non_null(strstr(text.subject, "Ville de Valmoreau : la convention "));
	assert_non_null(strstr(text.subject, " se renouvelle le 15 janvier 2027"));
	assert_non_null(strstr(text.body, "entre la Ville de Valmoreau et la Caf des Hauts-de-Seine"));
	assert_non_null(strstr(text.body, "doit la recevoir le 15 octobre 2026 au plus tard"));
	/* the last one is the Caf's copy */
	assert_non_null(strstr(text.body, "/caf/conventions/"));
	assert_null(strstr(text.body, "/espace-pro"));
	g.due = day(2028, 1, 15);
	assert_true(live(w, &g, day(2027, 9, 15)));
	assert_int_equal(mails_of(w, "agreement_ending", NULL), 4);
}

/* --- reminders of free places --- */

#define NEVER 10000

static const struct {
	const char *rhythm;
	int apart, before, age;
	bool due;
} reminders[] = {
	{ "weekly", NEVER, 6, 7, true },      { "weekly", 1, 7, 8, false },
	{ "weekly", 6, 1, 7, false },                                         /* another establishment's came first */
	{ "weekly", 7, 7, 14, true },         { "weekly", 7, 1, 8, true },    /* and this one joins the next */
	{ "weekly", 7, 21, 28, false },                                       /* the thirtieth day's is near */
	{ "weekly", 9, 21, 30, true },        { "weekly", 6, 24, 30, false }, /* even that one waits for a week */
	{ "weekly", 7, 24, 31, true },        { "weekly", 7, 30, 37, false },
	{ "weekly", 20, 30, 50, true },       { "weekly", 7, 50, 57, false },
	{ "weekly", 10, 50, 60, false },      { "weekly", NEVER, 7, 8, true }, /* nobody told him before */
	{ "weekly", NEVER, 29, 35, true },                                     /* days the clerk missed */
	{ "fortnightly", NEVER, 6, 7, true }, { "fortnightly", 7, 7, 14, false },
	{ "fortnightly", 14, 7, 21, true },   { "fortnightly", 9, 21, 30, true },
	{ "fortnightly", 20, 30, 50, true },  { "monthly", NEVER, 6, 7, true },
	{ "monthly", 14, 7, 21, false },      { "monthly", 23, 7, 30, true },
	{ "monthly", 7, 30, 37, false },      { "monthly", 20, 30, 50, true },
	{ "none", NEVER, 6, 7, false },       { "none", NEVER, 19, 20, false },
	{ "none", NEVER, 29, 30, true },      { "none", 3, 27, 30, false },
	{ "none", 20, 30, 50, true },
};

static void test_when_a_reminder_is_due(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(reminders); i++) {
		print_message("%s %d %d\n", reminders[i].rhythm, reminders[i].apart, reminders[i].age);
		assert_int_equal(reminder_is_due(&w->settings, reminders[i].rhythm, reminders[i].apart,
						 reminders[i].before, reminders[i].age),
				 reminders[i].due);
	}
}

static enum err choose(struct world *w, const char *form)
{
	struct input in = input_of(w->a, &reminders_form, form);
	struct faults faults = { 0 };
	enum err e = reminders_choose(&w->app, w->a, &w->agent, &in, &faults);

	assert_int_equal(e == ERR_INVALID, faults.n > 0);
	return e;
}

/* Free places of his, published that day. */
static void put_places(struct world *w, struct establishment *e, day_t published)
{
	static const uint8_t families[] = { FAMILY_PLACES, FAMILY_PLACES };
	static const char person[] = "uid=m.querrien,habfournisseurid=v";
	struct audit_record r = act_record(w->a, &w->agent, EVENT_PLACES_PUBLISHED);
	struct changeset *cs = changeset_new(w->a);
	struct grid g;

	strs_add(w->a, &e->places_keys, person);
	put_establishment(w, e);
	put_record(w, TABLE_MIRROR_RIGHT, mirror_right_key(w->a, person, e->uuid), key_bytes(families, sizeof families));
	codec_default(&grid_codec, &g);
	g.n = 1;
	g.state = "full";
	g.confirmed_at = day_start(published);
	changeset_put(cs, TABLE_GRID, key_bytes(e->uuid.b, 16), grid_encode(w->a, &g));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

/* The agent as the mirror has him, with the nursery's free places published that day. */
static void put_agent(struct world *w, day_t published)
{
	struct person p = w->agent.person;

	put_provider(w);
	p.key = "uid=m.querrien,habfournisseurid=v";
	p.provider_key = "habfournisseurid=v";
	p.status = "active";
	p.mail = "m.querrien@valmoreau.example";
	put_record(w, TABLE_MIRROR_PERSON, key_bytes(p.uuid.b, 16), person_encode(w->a, &p));
	put_record(w, TABLE_MIRROR_IN, mirror_in_key(w->a, 'a', p.provider_key, p.uuid), BYTES_NONE);
	put_places(w, &w->nursery, published);
}

/* He enters: with a mailed password, or with his own. */
static void put_login(struct world *w, bool must_change)
{
	struct audit_record r = act_record(w->a, &w->agent, EVENT_LOGIN);
	struct changeset *cs = changeset_new(w->a);

	if (must_change)
		act_detail(w->a, &r, "must_change", "1");
	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark("#login"), BYTES_NONE);
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static size_t remind(struct world *w, day_t since, day_t today)
{
	struct changeset *cs = changeset_new(w->a);
	struct provider p = { .key = "habfournisseurid=v" };
	size_t before = mails_of(w, "places_stale", NULL);

	clock_test_offset(0);
	clock_test_offset(day_start(today) + 9 * HOUR_MS - clock_now());
	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark("#calendar"), BYTES_NONE); /* as the clerk's progress: never empty */
	assert_int_equal(places_reminders_add(&w->app, w->a, cs, &p, since, today), ERR_OK);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	return mails_of(w, "places_stale", NULL) - before;
}

static void test_the_clerk_keeps_to_the_rhythm_somebody_chose(void **state)
{
	struct world *w = *state;
	day_t published = day_today() - 14;
	struct audit_record r;
	const char *rhythm = "";

	put_agent(w, published);
	put_login(w, false);
	assert_int_equal(reminders_of(&w->app, w->a, w->agent.person.uuid, &rhythm), ERR_OK);
	assert_string_equal(rhythm, "weekly");
	assert_int_equal(remind(w, published + 13, published + 14), 1);
	assert_int_equal(remind(w, published + 14, published + 15), 0);
	assert_int_equal(choose(w, "rappels=daily"), ERR_INVALID);
	assert_int_equal(choose(w, ""), ERR_INVALID);
	assert_int_equal(choose(w, "rappels=weekly"), ERR_OK);
	assert_int_equal(audit_of(w, "reminders_chosen", NULL), 0);
	right_answer = ERR_DENIED;
	assert_int_equal(choose(w, "rappels=none"), ERR_DENIED);
	right_answer = ERR_OK;
	assert_int_equal(choose(w, "rappels=none"), ERR_OK);
	assert_int_equal(audit_of(w, "reminders_chosen", &r), 1);
	assert_string_equal(arg_of(&r.details, "rhythm"), "none");
	assert_int_equal(remind(w, published + 13, published + 14), 0);
	assert_int_equal(remind(w, published + 29, published + 30), 1);
}

/* The day after his first login he hears of what grew old before. */
static void test_nobody_is_reminded_who_never_entered(void **state)
{
	struct world *w = *state;
	day_t published = day_today() - 20;

	put_agent(w, published);
	assert_int_equal(remind(w, published + 6, published + 7), 0);
	put_login(w, true);
	assert_int_equal(remind(w, published + 13, published + 14), 0);
	put_login(w, false);
	assert_int_equal(remind(w, published + 14, published + 15), 1);
	assert_int_equal(remind(w, published + 15, published + 16), 0);
}

static const struct {
	const char *rhythm;
	const char *days; /* since the first of both was published three days before the other */
} plans[] = {
	{ "weekly", "7 14 21 30 37 50 57" },
	{ "fortnightly", "7 21 30 37 50 57" },
	{ "monthly", "7 30 37 50 57" },
	{ "none", "30 37 50 57" },
};

/* However many establishments, on however many days: he has one mail at a time, and one word on what families see no more. */
static void test_one_mail_for_all_of_somebody_s_establishments(void **state)
{
	struct world *w = *state;
	day_t published = day_today() + 10;

	w->camp.type = "eaje";
	put_agent(w, published);
	put_login(w, false);
	put_places(w, &w->camp, published + 3);
	for (size_t i = 0; i < LENGTH(plans); i++, published += 200) {
		struct buf days = buf_new(w->a);
		struct mail m;

		put_places(w, &w->nursery, published);
		put_places(w, &w->camp, published + 3);
		(void)choose(w, arena_printf(w->a, "rappels=%s", plans[i].rhythm));
		for (int n = 1; n < 100; n++)
			if (remind(w, published + n - 1, published + n))
				buf_printf(&days, "%s%d", days.n ? " " : "", n);
		print_message("%s\n", plans[i].rhythm);
		assert_string_equal(buf_str(&days), plans[i].days);
		assert_true(mails_of(w, "places_stale", &m) > 0);
		assert_string_equal(arg_of(&m.args, "combien"), "2 établissements");
	}
}

/* --- who ended long ago --- */

static const struct {
	const char *name;
	const char *person;         /* status */
	int end, closed;            /* days before today; 0: none */
	const char *first, *second; /* conventions' status, NULL: none */
	int first_due, second_due;  /* days before today */
	int ended;                  /* days before today; 0: not, or not known */
} endings[] = {
	{ "active, in force", "active", 0, 0, "active", NULL, -100, 0, 0 },
	{ "left", "terminee", 400, 0, "active", NULL, -100, 0, 400 },
	{ "left, seen later", "terminee", 400, 390, "active", NULL, -100, 0, 390 },
	{ "left, no date but what was seen", "terminee", 0, 390, "active", NULL, -100, 0, 390 },
	{ "left, nobody knows when", "terminee", 0, 0, "active", NULL, -100, 0, 0 },
	{ "leaves in a week", "terminee", -7, 20, "active", NULL, -100, 0, -7 },
	{ "suspended", "suspendue", 400, 390, "active", NULL, -100, 0, 0 },
	{ "the convention ended", "active", 0, 0, "terminee", NULL, 400, 0, 400 },
	{ "the convention ended, suspended before", "suspendue", 800, 790, "terminee", NULL, 400, 0, 400 },
	{ "the last of two", "active", 0, 0, "terminee", "terminee", 400, 300, 300 },
	{ "one of two goes on", "active", 0, 0, "terminee", "active", 400, -100, 0 },
	{ "one of two is being made", "active", 0, 0, "terminee", "demandee", 400, 0, 0 },
	{ "an unknown word", "active", 0, 0, "", NULL, 400, 0, 0 },
	{ "ended, no date", "active", 0, 0, "terminee", NULL, 0, 0, 0 },
	{ "never a convention", "active", 0, 0, NULL, NULL, 0, 0, 0 },
};

static void add_ended(struct world *w, struct agreements *list, const char *status, int due, day_t today)
{
	struct agreement g = agreement_of(today - 1000, due ? today - due : 0);

	g.status = status;
	if (status)
		agreements_add(w->a, list, &g);
}

static void test_who_ended_and_when(void **state)
{
	struct world *w = *state;
	day_t today = day(2028, 3, 1);

	for (size_t i = 0; i < LENGTH(endings); i++) {
		AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
		struct person p = w->agent.person;
		struct agreements all = { 0 };
		day_t end;
		int64_t closed = endings[i].closed ? day_start(today - endings[i].closed) : 0;

		print_message("%s\n", endings[i].name);
		p.status = endings[i].person;
		p.end = endings[i].end ? today - endings[i].end : 0;
		add_ended(w, &all, endings[i].first, endings[i].first_due, today);
		add_ended(w, &all, endings[i].second, endings[i].second_due, today);
		assert_int_equal(agreements_ended_on(&t, w->a, &all, today, &end), ERR_OK);
		assert_int_equal(agent_ended_on(&p, closed, end), endings[i].ended ? today - endings[i].ended : 0);
		p.agent = false; /* staff is its administrators' */
		assert_int_equal(agent_ended_on(&p, closed, end), 0);
	}
}

static size_t purge(struct world *w, day_t today, size_t room)
{
	struct changeset *cs = changeset_new(w->a);
	struct provider p = { .key = "habfournisseurid=v", .id = "F9210001" };
	size_t left = room;

	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark("#calendar"), BYTES_NONE);
	assert_int_equal(agents_purge_add(&w->app, w->a, cs, &p, today, &left), ERR_OK);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	return room - left;
}

static size_t room_on(struct world *w, day_t day)
{
	size_t room = 0;

	assert_int_equal(agents_purge_room(&w->app, day, &room), ERR_OK);
	return room;
}

static void put_period(struct world *w, struct uuid subject, struct uuid object, uint8_t family, day_t from, day_t until)
{
	struct buf key = buf_new(w->a);
	struct period p;

	period_default(&p);
	p.until = until ? day_start(until) : 0;
	buf_add(&key, subject.b, sizeof subject.b);
	buf_add(&key, object.b, sizeof object.b);
	buf_byte(&key, family);
	buf_u64(&key, (uint64_t)day_start(from));
	put_record(w, TABLE_RIGHT_HISTORY, buf_bytes(&key), period_encode(w->a, &p));
}

/* Ended with an LDAP tool long before its due day, which the entry keeps. */
static void test_a_year_is_counted_from_the_end_that_was_seen(void **state)
{
	struct world *w = *state;
	day_t today = day_today();

	put_agent(w, today);
	put_agreement(w, "terminee");
	put_period(w, agreement_of(0, 0).uuid, w->nursery.uuid, PERIOD_COVERED, today - 100, today + 10);
	assert_int_equal(purge(w, today + 10 + 364, 20), 0);
	assert_int_equal(purge(w, today + 10 + 365, 20), 1);
}

/* Made with an LDAP tool long after the provider's last convention: a new one may be on its way. */
static void test_who_came_after_the_end_is_not_purged(void **state)
{
	struct world *w = *state;
	day_t end = day_today() + 265;

	put_agent(w, day_today());
	put_agreement(w, "terminee");
	put_period(w, w->agent.person.uuid, UUID_NONE, PERIOD_ACTIVE, end + 100, 0);
	assert_int_equal(purge(w, end + 365, 20), 0);
	assert_int_equal(purge(w, end + 100 + 365, 20), 1);
}

static void test_an_agent_is_purged_once(void **state)
{
	struct world *w = *state;
	day_t end = day_today() + 265; /* the convention's, as put_agreement has it */
	const char *rhythm = "";
	struct audit_record r;
	struct draft d;

	put_agent(w, day_today());
	put_agreement(w, "terminee");
	assert_int_equal(choose(w, "rappels=none"), ERR_OK);
	draft_default(&d);
	d.author_name = w->agent.person.name;
	put_record(w, TABLE_DRAFT, draft_key(w->a, w->nursery.uuid, FAMILY_LISTING, w->agent.person.uuid),
		   draft_encode(w->a, &d));
	assert_int_equal(purge(w, end + 364, 20), 0);
	assert_int_equal(purge(w, end + 365, 0), 0); /* enough for that day */
	assert_int_equal(audit_of(w, "agent_purged", NULL), 0);
	assert_int_equal(purge(w, end + 365, 20), 1);
	assert_int_equal(purge(w, end + 366, 20), 0); /* the job waits */
	assert_int_equal(audit_of(w, "agent_purged", &r), 1);
	assert_string_equal(r.object_id, "VDA-4821");
	assert_int_equal(room_on(w, day_of(r.time)), 19); /* the log counts, whoever asks */
	assert_int_equal(room_on(w, day_of(r.time) + 1), 20);
	assert_string_equal(arg_of(&r.details, "end"), day_iso(w->a, end));
	struct strs lines = lines_of(w);

	assert_true(strs_has(&lines, arena_printf(w->a, "~%s", uuid_text(w->a, w->agent.person.uuid))));
	assert_true(strs_has(&lines, "?habStatut: active"));
	assert_int_equal(reminders_of(&w->app, w->a, w->agent.person.uuid, &rhythm), ERR_OK);
	assert_string_equal(rhythm, "weekly");
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);

	assert_int_equal(txn_count(&t, TABLE_DRAFT), 0);
	assert_int_equal(txn_count(&t, TABLE_PREFERENCES), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_renewed_once),
		world_test(test_years_gone_by_are_made_up),
		world_test(test_ended_once),
		world_test(test_an_end_that_was_told_is_told_to_be_none),
		world_test(test_which_day_brings_what),
		world_test(test_warned_once_for_each_due_day),
		world_test(test_when_a_reminder_is_due),
		world_test(test_the_clerk_keeps_to_the_rhythm_somebody_chose),
		world_test(test_nobody_is_reminded_who_never_entered),
		world_test(test_one_mail_for_all_of_somebody_s_establishments),
		world_test(test_who_ended_and_when),
		world_test(test_a_year_is_counted_from_the_end_that_was_seen),
		world_test(test_who_came_after_the_end_is_not_purged),
		world_test(test_an_agent_is_purged_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
