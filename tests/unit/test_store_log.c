/* What the writer makes of a record; retention. */
#include "test_store_common.h"

static void test_the_writer_alone_gives_seq_time_peer_and_changeset(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	struct changeset *cs = changeset_new(b.a);
	struct audit_record r, got;

	b.o.test_clock = false;
	bench_reopen(&b);
	audit_record_default(&r);
	r.event = "login";
	r.seq = 77;
	r.time = T0;
	r.peer_uid = 0;
	r.changeset = "mine";
	r.user_agent = memset(arena_alloc(b.a, 1000), 'a', 999);
	changeset_audit(cs, &r);
	changeset_at(cs, T0);
	int64_t before = clock_now();

	assert_int_equal(apply_as(&b, cs, 4711).err, ERR_OK);
	got = record(&b, 1);
	assert_int_equal(got.seq, 1);
	assert_true(got.time >= before && got.time <= clock_now());
	assert_int_equal(got.peer_uid, 4711);
	assert_string_equal(got.changeset, changeset_id(b.a, cs));
	assert_int_equal(strlen(got.user_agent), 200);
}

static const struct {
	const char *event, *address, *detail;
} refused[] = {
	{ "", "", "" },
	{ "login",
	  "an address of more than 128 bytes: 0123456789012345678901234567890123456789012345678901234567890123456789"
	  "012345678901234567890123456789",
	  "" },
	{ "service", "", "purged=1-5" },
};

static void test_records_that_would_harm_the_log_are_refused(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	for (size_t i = 0; i < LENGTH(refused); i++) {
		struct changeset *cs = changeset_new(b.a);
		struct audit_record r;

		audit_record_default(&r);
		r.event = refused[i].event;
		r.address = refused[i].address;
		strs_add(b.a, &r.details, refused[i].detail);
		changeset_audit(cs, &r);
		assert_int_equal(apply(&b, cs).err, ERR_INTERNAL);
	}
	assert_int_equal(verify(&b).records, 0);
}

static void test_a_clock_that_steps_back_is_a_record(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	b.o.test_clock = false;
	bench_reopen(&b);
	add(&b, EVENT_LOGIN, "one");
	clock_test_offset(-10 * MINUTE_MS);
	add(&b, EVENT_LOGIN, "two");
	add(&b, EVENT_LOGIN, "three");
	clock_test_offset(0);
	assert_string_equal(record(&b, 2).event, "clock_step");
	assert_int_equal(record(&b, 2).details.n, 2);
	assert_true(record(&b, 2).time < record(&b, 1).time);
	assert_string_equal(record(&b, 3).user_agent, "two");
	assert_string_equal(record(&b, 4).user_agent, "three");
	assert_true(verify(&b).whole);
}

/* ---- retention ---- */

/* Ten records of a login, then three of an act, a day apart; the clock stands after the last. */
static void thirteen_days(struct bench *b)
{
	b->o.test_clock = false;
	b->o.audit_connections_days = 365;
	b->o.audit_acts_days = 1096;
	bench_reopen(b);
	for (int64_t day = 0; day < 13; day++) {
		clock_test_offset(day * DAY_MS);
		add(b, day < 10 ? EVENT_LOGIN : EVENT_REVISION_SENT, "x");
	}
}

static enum err purge(struct bench *b, const uint64_t *seqs, size_t n, enum event ev)
{
	struct changeset *cs = changeset_new(b->a);

	for (size_t i = 0; i < n; i++)
		changeset_purge(cs, seqs[i]);
	note(cs, ev);
	return apply(b, cs).err;
}

static size_t expired(struct bench *b, uint64_t **seqs)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), STORE_MAIN);
	uint64_t from = 0;
	size_t n = 0;

	assert_int_equal(audit_expired(&t, b->a, clock_now() - 365 * DAY_MS, clock_now() - 1096 * DAY_MS, &from, seqs, &n),
			 ERR_OK);
	assert_int_equal(from, 0);
	return n;
}

static size_t found(struct bench *b, const char *event)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), STORE_MAIN);
	struct audit_query q = { .event = event, .event_class = -1, .failed = -1 };
	size_t n, failures;

	assert_int_equal(audit_count(&t, &q, 1000, &n, &failures), ERR_OK);
	return n;
}

static void test_what_is_young_stays(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	thirteen_days(&b);
	assert_int_equal(purge(&b, (const uint64_t[]){ 1 }, 1, EVENT_SERVICE), ERR_INTERNAL);
	clock_test_offset(365 * DAY_MS - HOUR_MS);
	assert_int_equal(purge(&b, (const uint64_t[]){ 1 }, 1, EVENT_SERVICE), ERR_INTERNAL);
	assert_int_equal(purge(&b, (const uint64_t[]){ 99 }, 1, EVENT_SERVICE), ERR_INTERNAL);
	clock_test_offset(368 * DAY_MS);
	/* one of them is too young: none goes */
	assert_int_equal(purge(&b, (const uint64_t[]){ 1, 2, 9 }, 3, EVENT_SERVICE), ERR_INTERNAL);
	assert_int_equal(purge(&b, (const uint64_t[]){ 1 }, 1, EVENT_LOGIN), ERR_INTERNAL);
	assert_int_equal(found(&b, "login"), 10);
	assert_int_equal(verify(&b).purged, 0);
	clock_test_offset(0);
}

static void test_what_is_purged_leaves_a_whole_chain(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	uint64_t *seqs;
	struct audit_record r;

	thirteen_days(&b);
	clock_test_offset(395 * DAY_MS);
	assert_int_equal(expired(&b, &seqs), 10);
	assert_int_equal(purge(&b, seqs, 10, EVENT_SERVICE), ERR_OK);
	assert_int_equal(expired(&b, &seqs), 0);
	assert_int_equal(found(&b, "login"), 0);
	assert_int_equal(found(&b, "revision_sent"), 3);
	struct audit_verdict v = verify(&b);

	assert_true(v.whole);
	assert_int_equal(v.purged, 10);
	assert_int_equal(v.records, 14);
	AUTO_TXN struct txn t = txn_read(writer_store(b.w), STORE_MAIN);

	assert_int_equal(audit_get(&t, b.a, 4, &r), ERR_GONE);
	txn_end(&t);
	assert_string_equal(record(&b, 14).details.v[0], "purged=1-10");
	/* three years on: the acts go too, and the record of the first purge stays */
	clock_test_offset(1600 * DAY_MS);
	assert_int_equal(expired(&b, &seqs), 3);
	assert_int_equal(purge(&b, (const uint64_t[]){ 14 }, 1, EVENT_SERVICE), ERR_INTERNAL);
	assert_int_equal(purge(&b, (const uint64_t[]){ 1, 11, 13, 12 }, 4, EVENT_SERVICE), ERR_OK);
	assert_string_equal(record(&b, 15).details.v[0], "purged=11-11,13-13,12-12");
	v = verify(&b);
	assert_true(v.whole);
	assert_int_equal(v.purged, 13);
	clock_test_offset(0);
}

static void test_a_purge_does_not_cover_what_was_taken_away(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	thirteen_days(&b);
	AUTO_TXN struct txn t = txn_write(writer_store(b.w), STORE_MAIN);
	struct bytes key = key_u64(b.a, 5);
	MDB_val k = val_of(key), v;

	assert_int_equal(mdb_get(t.mdb, txn_dbi(&t, TABLE_AUDIT), &k, &v), 0);
	v = (MDB_val){ 64, arena_memdup(b.a, v.mv_data, 64) };
	assert_int_equal(mdb_put(t.mdb, txn_dbi(&t, TABLE_AUDIT), &k, &v, 0), 0);
	assert_int_equal(txn_commit(&t), ERR_OK);
	assert_int_equal(verify(&b).bad_seq, 5);
	clock_test_offset(395 * DAY_MS);
	assert_int_equal(purge(&b, (const uint64_t[]){ 4, 5, 6 }, 3, EVENT_SERVICE), ERR_OK);
	assert_false(verify(&b).whole);
	assert_int_equal(verify(&b).bad_seq, 5);
	clock_test_offset(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_writer_alone_gives_seq_time_peer_and_changeset),
		cmocka_unit_test(test_records_that_would_harm_the_log_are_refused),
		cmocka_unit_test(test_a_clock_that_steps_back_is_a_record),
		cmocka_unit_test(test_what_is_young_stays),
		cmocka_unit_test(test_what_is_purged_leaves_a_whole_chain),
		cmocka_unit_test(test_a_purge_does_not_cover_what_was_taken_away),
	};

	return cmocka_run_group_tests(tests, secrets_ready, NULL);
}
