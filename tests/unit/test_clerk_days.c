/* A day's work on the acts' stage: what cannot be read keeps nothing else from its day, and is not half done. */
#include "acts/calendar.h"
#include "acts/mirror.h"
#include "tests/unit/test_clerk_stage.h"

#include <stdio.h>
#include <time.h>

#define OTHER "habConventionNumero=921-2026-0002," PROVIDER

/* The mirror has looked at everything, and again at what changed; the clock goes on by what that waits for. */
static void settle(struct stage *s)
{
	const char *heart = arena_printf(s->a, "%s/heartbeat", s->dir);
	int64_t ahead = clock_now() - (int64_t)time(NULL) * SECOND_MS;

	for (int i = 0; i < 30; i++) {
		clock_test_offset(ahead += SECOND_MS);
		stage_poll(s);
		FILE *f = fopen(heart, "w");

		assert_non_null(f);
		(void)fclose(f);
		if (mirror_is_settled(&s->app))
			return;
	}
	fail_msg("the mirror does not settle");
}

static void a_day_passes(struct stage *s)
{
	struct calendar_progress p;

	for (int i = 0; i < 20; i++) {
		assert_int_equal(days_run(&clerk, s->a), ERR_OK);
		assert_int_equal(calendar_progress_read(&s->app, s->a, &p), ERR_OK);
		if (p.day == day_today() && p.stage != CALENDAR_AGREEMENTS)
			return;
	}
	fail_msg("the conventions' stage is not over");
}

static size_t waiting(struct stage *s)
{
	AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);

	return txn_count(&t, TABLE_JOB) + txn_count(&t, TABLE_MAIL);
}

/* Its job and its record come before somebody who cannot be read is to be told. */
static void test_what_fails_half_way_is_not_done_at_all(void **state)
{
	struct stage *s = *state;
	struct changeset *cs = changeset_new(s->a);
	struct person p = logged_in(s, "pdurand").person;
	const char *ended = day_ldap(s->a, day_today() - 1);
	struct bytes key = key_bytes(p.uuid.b, sizeof p.uuid.b), whole;

	slapd_change(arena_printf(
		s->a,
		"dn: " AGREEMENT "\nchangetype: modify\nreplace: habTaciteReconduction\nhabTaciteReconduction: FALSE\n-\n"
		"replace: habDateEcheance\nhabDateEcheance: %s\n\n"
		"dn: " OTHER "\nchangetype: add\nobjectClass: habConvention\nhabConventionNumero: 921-2026-0002\n"
		"habStatut: active\nhabDateEffet: 20240101000000Z\nhabTaciteReconduction: FALSE\nhabDateEcheance: %s\n"
		"habEtablissementCouvert: " PLACE "\n",
		ended, ended));
	settle(s);
	{
		AUTO_TXN struct txn t = txn_read(s->app.store, STORE_MAIN);
		struct record rec;

		assert_int_equal(txn_get(&t, TABLE_MIRROR_PERSON, key, &rec), ERR_OK);
		whole = (struct bytes){ (const uint8_t *)arena_memdup(s->a, rec.payload.p, rec.payload.n), rec.payload.n };
	}
	changeset_put(cs, TABLE_MIRROR_PERSON, key, (struct bytes){ (const uint8_t *)"?", 1 });
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	a_day_passes(s);
	assert_int_equal(records_of(s, EVENT_AGREEMENT_ENDED), 0);
	assert_int_equal(waiting(s), 0);

	/* in order again, the next day does it */
	cs = changeset_new(s->a);
	changeset_put(cs, TABLE_MIRROR_PERSON, key, whole);
	assert_int_equal(changeset_commit(s->app.store, cs, NULL), ERR_OK);
	clock_test_offset(DAY_MS);
	settle(s);
	a_day_passes(s);
	assert_int_equal(records_of(s, EVENT_AGREEMENT_ENDED), 2);
	assert_true(waiting(s) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_fails_half_way_is_not_done_at_all),
	};

	return cmocka_run_group_tests(tests, clerk_set_up, clerk_tear_down);
}
