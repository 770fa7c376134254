#include "test_store_common.h"

static struct bytes text(const char *s)
{
	return bytes_of(s);
}

static struct bytes get(struct bench *b, enum table table, struct bytes key, uint64_t *rev)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), table_part(table));
	struct record rec = { BYTES_NONE, 0 };
	enum err e = txn_get(&t, table, key, &rec);

	assert_true(e == ERR_OK || e == ERR_NOTFOUND);
	if (rev)
		*rev = rec.rev;
	return (struct bytes){ (const uint8_t *)arena_memdup(b->a, rec.payload.p, rec.payload.n), rec.payload.n };
}

static uint64_t rev_of(struct bench *b, enum table table, const char *key)
{
	uint64_t rev;

	get(b, table, text(key), &rev);
	return rev;
}

static uint64_t count(struct bench *b, enum table table)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), table_part(table));

	return txn_count(&t, table);
}

static uint64_t revision(struct bench *b, enum store_part part)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), part);

	return txn_revision(&t);
}

/* The record's state, what is expected of it, and whether that holds: rev stands for its revision, + for one higher. */
static const struct {
	bool there;
	const char *expect;
	enum err want;
} preconditions[] = {
	{ false, "absent", ERR_OK }, { false, "1", ERR_CONFLICT }, { true, "absent", ERR_CONFLICT },
	{ true, "rev", ERR_OK },     { true, "+", ERR_CONFLICT },
};

static void test_preconditions(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	for (size_t i = 0; i < LENGTH(preconditions); i++) {
		const char *key = arena_printf(b.a, "k%zu", i);
		uint64_t rev = 0;

		if (preconditions[i].there) {
			struct changeset *cs = changeset_new(b.a);

			changeset_put(cs, TABLE_DRAFT, text(key), text("old"));
			rev = apply(&b, cs).rev;
			assert_int_equal(rev_of(&b, TABLE_DRAFT, key), rev);
		}
		const char *x = preconditions[i].expect;
		uint64_t expected = *x == 'a' ? REV_ABSENT : *x == '1' ? 1 : *x == '+' ? rev + 1 : rev;
		struct changeset *cs = changeset_new(b.a);

		changeset_expect(cs, TABLE_DRAFT, text(key), expected);
		changeset_put(cs, TABLE_DRAFT, text(key), text("new"));
		changeset_put(cs, TABLE_DRAFT, text("other"), text(key));
		struct writer_result r = apply(&b, cs);

		assert_int_equal(r.err, preconditions[i].want);
		if (r.err == ERR_OK) {
			assert_int_equal(rev_of(&b, TABLE_DRAFT, key), r.rev);
			assert_int_equal(rev_of(&b, TABLE_DRAFT, "other"), r.rev);
		} else {
			assert_string_equal(r.key, arena_printf(b.a, "DRAFT %s", text_hex(b.a, text(key))));
			assert_int_equal(rev_of(&b, TABLE_DRAFT, key), rev);
			assert_false(bytes_equal(get(&b, TABLE_DRAFT, text("other"), NULL), text(key)));
		}
	}
}

static void test_revisions_rise_by_one(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	for (uint64_t i = 1; i <= 5; i++) {
		struct changeset *cs = changeset_new(b.a);

		changeset_put(cs, TABLE_DRAFT, text("k"), text("v"));
		assert_int_equal(apply(&b, cs).rev, i);
		assert_int_equal(revision(&b, STORE_MAIN), i);
		bench_reopen(&b);
	}
}

static void test_a_batch_sees_its_earlier_ones(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	struct changeset *sets[4];
	struct writer_result r[4];
	const uint64_t uids[4] = { 1, 2, 3, 4 };

	for (size_t i = 0; i < 4; i++) {
		sets[i] = changeset_new(b.a);
		changeset_expect(sets[i], TABLE_LISTING, text("k"), i < 2 ? REV_ABSENT : 1);
		changeset_put(sets[i], TABLE_LISTING, text("k"), text(i % 2 ? "odd" : "even"));
		note(sets[i], EVENT_REVISION_ACCEPTED);
	}
	assert_int_equal(writer_apply(b.w, b.a, sets, uids, 4, r), ERR_OK);
	assert_int_equal(r[0].err, ERR_OK);
	assert_int_equal(r[0].rev, 1);
	assert_int_equal(r[1].err, ERR_CONFLICT);
	assert_int_equal(r[2].err, ERR_OK);
	assert_int_equal(r[2].rev, 2);
	assert_int_equal(r[3].err, ERR_CONFLICT);
	assert_true(bytes_equal(get(&b, TABLE_LISTING, text("k"), NULL), text("even")));
	assert_int_equal(count(&b, TABLE_AUDIT), 2);
	assert_int_equal(revision(&b, STORE_MAIN), 2);
}

static void test_an_id_is_applied_once(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	struct changeset *cs = changeset_new(b.a);

	changeset_append(cs, TABLE_JOB, text("once"));
	note(cs, EVENT_SERVICE);
	struct changeset *const twice[2] = { cs, cs };
	struct writer_result r[2];

	assert_int_equal(writer_apply(b.w, b.a, twice, (const uint64_t[]){ 1, 1 }, 2, r), ERR_OK);
	assert_int_equal(r[0].err, ERR_OK);
	assert_int_equal(r[1].err, ERR_OK);
	assert_int_equal(r[0].rev, r[1].rev);
	assert_int_equal(apply(&b, cs).rev, r[0].rev);
	bench_reopen(&b);
	assert_int_equal(apply(&b, cs).rev, r[0].rev);
	assert_int_equal(count(&b, TABLE_JOB), 1);
	assert_int_equal(count(&b, TABLE_AUDIT), 1);
	assert_int_equal(revision(&b, STORE_MAIN), 1);
}

static void test_ids_are_kept_a_day(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	for (int64_t hour = 0; hour < 50; hour++) {
		struct changeset *cs;

		clock_test_offset(hour * (HOUR_MS + SECOND_MS));
		cs = changeset_new(b.a);
		changeset_put(cs, TABLE_DRAFT, text("k"), text("v"));
		apply(&b, cs);
		assert_int_equal(count(&b, TABLE_APPLIED), hour < 24 ? hour + 1 : 24);
	}
	clock_test_offset(0);
}

static void test_sequences_are_never_given_twice(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	for (uint64_t i = 1; i <= 3; i++) {
		struct changeset *cs = changeset_new(b.a);

		changeset_append(cs, TABLE_MAIL, text("a"));
		changeset_append(cs, TABLE_MAIL, text("b"));
		changeset_append(cs, TABLE_JOB, text("c"));
		assert_int_equal(apply(&b, cs).err, ERR_OK);
		assert_true(bytes_equal(get(&b, TABLE_MAIL, key_u64(b.a, 2 * i), NULL), text("b")));
		assert_true(bytes_equal(get(&b, TABLE_JOB, key_u64(b.a, i), NULL), text("c")));
		cs = changeset_new(b.a);
		changeset_delete(cs, TABLE_MAIL, key_u64(b.a, 2 * i));
		changeset_delete(cs, TABLE_JOB, key_u64(b.a, i));
		assert_int_equal(apply(&b, cs).err, ERR_OK);
		bench_reopen(&b);
	}
	assert_int_equal(count(&b, TABLE_JOB), 0);
	assert_int_equal(count(&b, TABLE_MAIL), 3);
}

static void test_an_empty_value_is_a_record(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	struct changeset *cs = changeset_new(b.a);

	changeset_put(cs, TABLE_SESSION_OF, text("p1"), BYTES_NONE);
	changeset_delete(cs, TABLE_SESSION_OF, text("not there"));
	assert_int_equal(apply(&b, cs).err, ERR_OK);
	assert_int_equal(rev_of(&b, TABLE_SESSION_OF, "p1"), 1);
}

/* ---- public ---- */

static struct changeset *publishing(struct bench *b, const char *key, const char *value)
{
	struct changeset *cs = changeset_new(b->a);

	if (value)
		changeset_publish(cs, TABLE_PUBLIC_LISTING, text(key), text(value));
	else
		changeset_unpublish(cs, TABLE_PUBLIC_LISTING, text(key));
	return cs;
}

static void test_what_is_published_is_there_with_the_answer(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	uint64_t rev = apply(&b, publishing(&b, "E1", "page")).rev;

	assert_true(bytes_equal(get(&b, TABLE_PUBLIC_LISTING, text("E1"), NULL), text("page")));
	assert_int_equal(rev_of(&b, TABLE_PUBLIC_LISTING, "E1"), rev);
	assert_int_equal(revision(&b, STORE_PUBLIC), rev);
	assert_int_equal(count(&b, TABLE_OUTBOUND), 1);
	rev = apply(&b, publishing(&b, "E1", NULL)).rev;
	assert_int_equal(rev_of(&b, TABLE_PUBLIC_LISTING, "E1"), 0);
	assert_int_equal(revision(&b, STORE_PUBLIC), rev);
	/* the first batch's row is dropped, the second's waits for the next */
	assert_int_equal(count(&b, TABLE_OUTBOUND), 1);
}

static void test_public_catches_up_at_start(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	apply(&b, publishing(&b, "E1", "one"));
	uint64_t rev = apply(&b, publishing(&b, "E2", "two")).rev;

	/* as if the process had ended between both commits of the second */
	writer_close(b.w);
	b.w = NULL;
	remove_dir(arena_printf(b.a, "%s/public", b.o.dir));
	bench_reopen(&b);
	assert_int_equal(revision(&b, STORE_PUBLIC), rev);
	assert_true(bytes_equal(get(&b, TABLE_PUBLIC_LISTING, text("E2"), NULL), text("two")));
}

static void test_a_public_ahead_of_the_store_is_emptied(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	apply(&b, publishing(&b, "E1", "one"));
	writer_close(b.w);
	b.w = NULL;
	remove_dir(arena_printf(b.a, "%s/store", b.o.dir));
	bench_reopen(&b);
	assert_int_equal(count(&b, TABLE_PUBLIC_LISTING), 0);
	assert_int_equal(revision(&b, STORE_PUBLIC), 0);
}

static void test_a_damaged_outbound_row_stops_nothing(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	apply(&b, publishing(&b, "E1", "one"));
	AUTO_TXN struct txn t = txn_write(writer_store(b.w), STORE_MAIN);
	uint8_t row[9 + 3] = { 1, 0, 0, 0, 0, 0, 0, 0, 1, 'x', 'y', 'z' };
	uint8_t key[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	MDB_val k = { 8, key }, v = { sizeof row, row };

	assert_int_equal(mdb_put(t.mdb, txn_dbi(&t, TABLE_OUTBOUND), &k, &v, 0), 0);
	assert_int_equal(txn_commit(&t), ERR_OK);
	writer_close(b.w);
	b.w = NULL;
	remove_dir(arena_printf(b.a, "%s/public", b.o.dir));
	bench_reopen(&b);
	assert_int_equal(writer_skipped(b.w), 1);
	assert_int_equal(apply(&b, publishing(&b, "E2", "two")).err, ERR_OK);
	assert_true(bytes_equal(get(&b, TABLE_PUBLIC_LISTING, text("E2"), NULL), text("two")));
}

/* ---- room ---- */

static void test_without_room_nothing_is_taken_but_what_was_done_is_known(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	struct changeset *cs = publishing(&b, "E1", "one");
	uint64_t rev = apply(&b, cs).rev;

	b.o.min_free_bytes = UINT64_MAX;
	bench_reopen(&b);
	assert_int_equal(apply(&b, cs).rev, rev);
	uint64_t uid = 1;
	struct writer_result r;
	struct changeset *other = publishing(&b, "E2", "two");

	assert_int_equal(writer_apply(b.w, b.a, &other, &uid, 1, &r), ERR_OK);
	assert_int_equal(r.err, ERR_FULL);
	assert_int_equal(changeset_commit(writer_store(b.w), publishing(&b, "E2", "two"), NULL), ERR_UNAVAILABLE);
	b.o.min_free_bytes = 0;
	bench_reopen(&b);
	assert_int_equal(apply(&b, other).err, ERR_OK);
}

static void test_a_full_map_fails_the_batch_and_heals(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	uint8_t *big = arena_alloc(b.a, 2 << 20);
	enum err e = ERR_OK;

	writer_close(b.w);
	b.w = NULL;
	remove_dir(b.o.dir);
	b.o.map_bytes = 4 << 20;
	bench_reopen(&b);
	for (size_t i = 0; i < 10 && e == ERR_OK; i++) {
		struct changeset *cs = changeset_new(b.a);

		changeset_put(cs, TABLE_DRAFT, key_u64(b.a, i), (struct bytes){ big, 2 << 20 });
		e = apply(&b, cs).err;
	}
	assert_int_equal(e, ERR_FULL);
	struct changeset *cs = changeset_new(b.a);

	changeset_put(cs, TABLE_DRAFT, text("small"), text("fits"));
	assert_int_equal(apply(&b, cs).err, ERR_OK);
	writer_close(b.w);
	b.w = NULL;
	b.o.map_bytes = MAP_BYTES;
	bench_reopen(&b);
	assert_true(bytes_equal(get(&b, TABLE_DRAFT, text("small"), NULL), text("fits")));
}

static off_t size_of(struct bench *b, const char *part)
{
	struct stat st;

	assert_int_equal(stat(arena_printf(b->a, "%s/%s/data.mdb", b->o.dir, part), &st), 0);
	return st.st_size;
}

/* Rising keys of 200 bytes: the store takes new pages at every commit, the file does not grow with them. */
static void test_the_file_grows_ahead_of_the_commits(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();
	uint8_t value[200] = { 1 };
	off_t size = size_of(&b, "store");
	int steps = 0;

	for (uint64_t i = 0; i < 400; i++) {
		struct changeset *cs = changeset_new(b.a);

		for (uint64_t j = 0; j < 50; j++)
			changeset_put(cs, TABLE_DRAFT, key_u64(b.a, i * 50 + j), key_bytes(value, sizeof value));
		assert_int_equal(apply(&b, cs).err, ERR_OK);
		steps += size_of(&b, "store") != size;
		size = size_of(&b, "store");
	}
	assert_in_range(steps, 1, 4);
	assert_true(size > 400 * 50 * 200);
	bench_reopen(&b);
	assert_int_equal(count(&b, TABLE_DRAFT), 400 * 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_preconditions),
		cmocka_unit_test(test_revisions_rise_by_one),
		cmocka_unit_test(test_a_batch_sees_its_earlier_ones),
		cmocka_unit_test(test_an_id_is_applied_once),
		cmocka_unit_test(test_ids_are_kept_a_day),
		cmocka_unit_test(test_sequences_are_never_given_twice),
		cmocka_unit_test(test_an_empty_value_is_a_record),
		cmocka_unit_test(test_what_is_published_is_there_with_the_answer),
		cmocka_unit_test(test_public_catches_up_at_start),
		cmocka_unit_test(test_a_public_ahead_of_the_store_is_emptied),
		cmocka_unit_test(test_a_damaged_outbound_row_stops_nothing),
		cmocka_unit_test(test_without_room_nothing_is_taken_but_what_was_done_is_known),
		cmocka_unit_test(test_a_full_map_fails_the_batch_and_heals),
		cmocka_unit_test(test_the_file_grows_ahead_of_the_commits),
	};

	return cmocka_run_group_tests(tests, secrets_ready, NULL);
}
