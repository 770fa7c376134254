/* The chain: what an insider with the file in his hands could do, and what audit_verify says of it. */
#include "test_store_common.h"

#include "store/log.h"

#define RECORDS 300
#define DAMAGES 1000

static const uint8_t key_of_seals[KEY_SIZE] = { 9 };
static const uint64_t sealed[] = { 100, 200, 250 };

static struct bench bench;
static struct bytes original[RECORDS + 1]; /* the rows, by seq */
static struct bytes original_tip;

/* ---- a log ---- */

static struct seal seal_with(struct bench *b, const uint8_t *seed, uint64_t seq, int64_t time)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), STORE_MAIN);
	uint8_t *link = arena_alloc(b->a, 32), *signature = arena_alloc(b->a, 64), *public = arena_alloc(b->a, 32);
	uint8_t digest[32], message[AUDIT_SEAL_BYTES];
	struct seal s;

	assert_int_equal(audit_link(&t, seq, link, digest), ERR_OK);
	audit_seal_message(seq, link, time, message);
	secret_sign(seed, (struct bytes){ message, sizeof message }, signature);
	secret_sign_public(seed, public);
	seal_default(&s);
	s.seq = seq;
	s.link = (struct bytes){ link, 32 };
	s.time = time;
	s.signature = (struct bytes){ signature, 64 };
	s.public_key = (struct bytes){ public, 32 };
	return s;
}

static struct seal seal_of(struct bench *b, uint64_t seq, int64_t time)
{
	return seal_with(b, key_of_seals, seq, time);
}

static enum err put_seal_as(struct bench *b, uint64_t key, const struct seal *s, uint64_t uid)
{
	struct changeset *cs = changeset_new(b->a);

	changeset_put(cs, TABLE_SEAL, key_u64(b->a, key), seal_encode(b->a, s));
	return apply_as(b, cs, uid).err;
}

static enum err put_seal(struct bench *b, uint64_t key, const struct seal *s)
{
	return put_seal_as(b, key, s, 1000);
}

static struct bytes raw_get(struct txn *t, enum table table, struct bytes key)
{
	MDB_val k = val_of(key), v;

	assert_int_equal(mdb_get(t->mdb, txn_dbi(t, table), &k, &v), 0);
	return (struct bytes){ (const uint8_t *)arena_memdup(bench.a, v.mv_data, v.mv_size), v.mv_size };
}

static int set_up(void **state)
{
	(void)state;
	size_t next = 0;

	secret_init();
	bench = bench_new();
	for (uint64_t seq = 1; seq <= RECORDS; seq++) {
		add(&bench, seq % 50 == 0 ? EVENT_SERVICE : EVENT_LOGIN,
		    arena_printf(bench.a, "%0*ju", 1 + (int)seq % 90, (uintmax_t)seq));
		if (next < LENGTH(sealed) && seq == sealed[next]) {
			struct seal s = seal_of(&bench, seq, clock_now());

			next++;
			assert_int_equal(put_seal(&bench, seq, &s), ERR_OK);
		}
	}
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);

	for (uint64_t seq = 1; seq <= RECORDS; seq++)
		original[seq] = raw_get(&t, TABLE_AUDIT, key_u64(bench.a, seq));
	original_tip = raw_get(&t, TABLE_META, bytes_of("audit"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bench_done(&bench);
	return 0;
}

/* ---- an insider ---- */

static void raw_put(struct txn *t, enum table table, struct bytes key, struct bytes value)
{
	MDB_val k = val_of(key), v = val_of(value);

	assert_int_equal(mdb_put(t->mdb, txn_dbi(t, table), &k, &v, 0), 0);
}

static void raw_drop(struct txn *t, uint64_t seq)
{
	uint8_t key[8];
	MDB_val k = { sizeof key, key };

	put_u64(key, seq);
	assert_int_equal(mdb_del(t->mdb, txn_dbi(t, TABLE_AUDIT), &k, NULL), 0);
}

static void put_row(struct txn *t, struct arena *a, uint64_t seq, struct bytes row)
{
	raw_put(t, TABLE_AUDIT, key_u64(a, seq), row);
}

static void restore_all(struct txn *t, struct arena *a)
{
	for (uint64_t seq = 1; seq <= RECORDS; seq++)
		put_row(t, a, seq, original[seq]);
	raw_put(t, TABLE_META, bytes_of("audit"), original_tip);
}

/* META "audit" as if the log ended there. */
static void put_tip(struct txn *t, struct arena *a, uint64_t seq, const uint8_t link[32])
{
	uint8_t *tip = (uint8_t *)arena_memdup(a, original_tip.p, original_tip.n);

	put_u64(tip + RECORD_HEADER, seq);
	memcpy(tip + RECORD_HEADER + 8, link, 32);
	raw_put(t, TABLE_META, bytes_of("audit"), (struct bytes){ tip, original_tip.n });
}

static uint64_t flip(struct dice *d, struct txn *t, struct arena *a)
{
	uint64_t seq = 1 + below(d, RECORDS);
	uint8_t *row = (uint8_t *)arena_memdup(a, original[seq].p, original[seq].n);

	row[below(d, original[seq].n)] ^= (uint8_t)(1u << below(d, 8));
	put_row(t, a, seq, (struct bytes){ row, original[seq].n });
	return seq;
}

static uint64_t drop(struct dice *d, struct txn *t, struct arena *a)
{
	(void)a;
	uint64_t seq = 1 + below(d, RECORDS);

	raw_drop(t, seq);
	return seq;
}

static uint64_t swap(struct dice *d, struct txn *t, struct arena *a)
{
	uint64_t x = 1 + below(d, RECORDS - 1), y = x + 1 + below(d, (size_t)(RECORDS - x));

	put_row(t, a, x, original[y]);
	put_row(t, a, y, original[x]);
	return x;
}

/* Cut at the end, and the store's own count with it: only a seal tells. */
static uint64_t cut(struct dice *d, struct txn *t, struct arena *a)
{
	uint64_t first = 2 + below(d, (size_t)sealed[LENGTH(sealed) - 1] - 1);

	for (uint64_t seq = first; seq <= RECORDS; seq++)
		raw_drop(t, seq);
	put_tip(t, a, first - 1, original[first - 1].p);
	return first;
}

/* Cut at the end, anywhere, with the count left as it was. */
static uint64_t cut_only(struct dice *d, struct txn *t, struct arena *a)
{
	(void)a;
	uint64_t first = 1 + below(d, RECORDS);

	for (uint64_t seq = first; seq <= RECORDS; seq++)
		raw_drop(t, seq);
	return first;
}

/* The content taken away as a purge does it. */
static uint64_t empty(struct dice *d, struct txn *t, struct arena *a)
{
	uint64_t seq = 1 + below(d, RECORDS);

	put_row(t, a, seq, (struct bytes){ original[seq].p, 64 });
	return seq;
}

static uint64_t shorten(struct dice *d, struct txn *t, struct arena *a)
{
	uint64_t seq = 1 + below(d, RECORDS);
	size_t n = below(d, original[seq].n - 1);

	put_row(t, a, seq, (struct bytes){ original[seq].p, n == 64 ? 63 : n });
	return seq;
}

/* History written again from one row on, digests, links and count included: the first seal after it does not fit. */
static uint64_t rewrite(struct dice *d, struct txn *t, struct arena *a)
{
	uint64_t first = 1 + below(d, (size_t)sealed[LENGTH(sealed) - 1]);
	const uint8_t *previous = first > 1 ? original[first - 1].p : (const uint8_t[32]){ 0 };
	size_t i = 0;

	for (uint64_t seq = first; seq <= RECORDS; seq++) {
		uint8_t *row = (uint8_t *)arena_memdup(a, original[seq].p, original[seq].n);
		struct audit_record r;
		struct buf b = buf_new(a);

		assert_int_equal(audit_record_decode(a, (struct bytes){ row + 64, original[seq].n - 64 }, &r), ERR_OK);
		if (seq == first)
			r.address = "198.51.100.9";
		struct bytes record = audit_record_encode(a, &r);

		secret_digest(record, row + 32);
		secret_digest2((struct bytes){ previous, 32 }, (struct bytes){ row + 32, 32 }, row);
		buf_add(&b, row, 64);
		buf_add(&b, record.p, record.n);
		put_row(t, a, seq, buf_bytes(&b));
		previous = row;
	}
	put_tip(t, a, RECORDS, previous);
	while (sealed[i] < first)
		i++;
	return sealed[i];
}

static const struct {
	const char *name;
	uint64_t (*damage)(struct dice *d, struct txn *t, struct arena *a); /* answers the first bad seq */
} damages[] = {
	{ "flip", flip },         { "flip", flip },   { "drop", drop },       { "swap", swap },       { "cut", cut },
	{ "cut_only", cut_only }, { "empty", empty }, { "shorten", shorten }, { "rewrite", rewrite },
};

static void test_the_log_is_whole(void **state)
{
	(void)state;
	struct audit_verdict v = verify(&bench);

	assert_true(v.whole);
	assert_int_equal(v.records, RECORDS);
	assert_int_equal(v.seals, LENGTH(sealed));
	assert_int_equal(v.sealed, sealed[LENGTH(sealed) - 1]);
	assert_int_equal(v.keys, 1);
	assert_int_equal(v.purged, 0);
	assert_memory_equal(v.link, original[RECORDS].p, 32);
}

#define END 120 /* rows: from the seal of 200 on, while the log is whole */

static struct audit_verdict verify_end(void)
{
	struct audit_verdict v;

	assert_int_equal(audit_verify_end(bench.a, writer_store(bench.w), END, &v), ERR_OK);
	return v;
}

static void test_the_end_is_looked_at_from_a_seal_on(void **state)
{
	(void)state;
	struct audit_verdict v = verify_end();

	assert_true(v.whole);
	assert_int_equal(v.first, 200);
	assert_int_equal(v.records, RECORDS - 199);
	assert_int_equal(v.seals, 2);
	assert_true(v.first_time > 0 && v.first_time <= v.last_time);
	/* no seal among them: from the first of them */
	assert_int_equal(audit_verify_end(bench.a, writer_store(bench.w), 10, &v), ERR_OK);
	assert_true(v.whole && v.first == RECORDS - 9 && v.records == 10 && v.seals == 0);
	/* no more than that: all */
	assert_int_equal(audit_verify_end(bench.a, writer_store(bench.w), RECORDS, &v), ERR_OK);
	assert_true(v.whole && v.first == 1 && v.records == RECORDS && v.seals == LENGTH(sealed));
}

static void test_in_pieces_it_is_the_same_verdict(void **state)
{
	(void)state;
	struct audit_walk *w = audit_walk_new(bench.a, writer_store(bench.w));
	bool ended = false;

	while (!ended)
		assert_int_equal(audit_walk_step(w, &ended), ERR_OK);
	assert_true(audit_walk_verdict(w)->whole);
	assert_int_equal(audit_walk_verdict(w)->records, RECORDS);
	assert_int_equal(audit_walk_verdict(w)->seals, LENGTH(sealed));
}

static void test_a_thousand_damages_are_found_each_by_its_first_seq(void **state)
{
	(void)state;
	struct dice d = { 20261123 };

	for (size_t i = 0; i < DAMAGES; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		size_t kind = below(&d, LENGTH(damages));
		struct txn t = txn_write(writer_store(bench.w), STORE_MAIN);
		uint64_t first = damages[kind].damage(&d, &t, a);

		assert_int_equal(txn_commit(&t), ERR_OK);
		struct audit_verdict v = verify(&bench);

		if (v.whole || v.bad_seq != first)
			fail_msg("%zu: %s at %ju: found %ju (%s)", i, damages[kind].name, (uintmax_t)first,
				 (uintmax_t)v.bad_seq, v.reason);
		v = verify_end();
		if (first >= 200 && (v.whole || v.bad_seq != first))
			fail_msg("%zu: %s at %ju: at the end found %ju (%s)", i, damages[kind].name, (uintmax_t)first,
				 (uintmax_t)v.bad_seq, v.reason);
		t = txn_write(writer_store(bench.w), STORE_MAIN);
		restore_all(&t, a);
		assert_int_equal(txn_commit(&t), ERR_OK);
	}
	assert_true(verify(&bench).whole);
}

/* ---- seals ---- */

static void test_only_true_seals_are_taken(void **state)
{
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	for (int i = 0; i < 5; i++)
		add(&b, EVENT_LOGIN, "x");
	struct seal good = seal_of(&b, 3, clock_now()), s = good;
	uint8_t other[64] = { 1 };

	assert_int_equal(put_seal(&b, 4, &s), ERR_INTERNAL);
	s.seq = 4;
	assert_int_equal(put_seal(&b, 4, &s), ERR_INTERNAL);
	s.seq = 9;
	assert_int_equal(put_seal(&b, 9, &s), ERR_INTERNAL);
	s = good;
	s.link = (struct bytes){ other, 32 };
	assert_int_equal(put_seal(&b, 3, &s), ERR_INTERNAL);
	s = good;
	s.signature = (struct bytes){ other, 64 };
	assert_int_equal(put_seal(&b, 3, &s), ERR_INTERNAL);
	s.signature = (struct bytes){ other, 10 };
	assert_int_equal(put_seal(&b, 3, &s), ERR_INTERNAL);
	s = good;
	s.time++;
	assert_int_equal(put_seal(&b, 3, &s), ERR_INTERNAL);
	assert_int_equal(put_seal(&b, 3, &good), ERR_OK);
	assert_int_equal(put_seal(&b, 3, &good), ERR_INTERNAL);
	struct changeset *cs = changeset_new(b.a);

	changeset_delete(cs, TABLE_SEAL, key_u64(b.a, 3));
	assert_int_equal(apply(&b, cs).err, ERR_INTERNAL);
	struct audit_verdict v = verify(&b);

	assert_true(v.whole);
	assert_int_equal(v.seals, 1);
}

static void test_only_who_sealed_goes_on(void **state)
{
	static const uint8_t foreign[KEY_SIZE] = { 7 };
	(void)state;
	AUTO_BENCH struct bench b = bench_new();

	b.o.sealer = 2000;
	bench_reopen(&b);
	for (int i = 0; i < 6; i++)
		add(&b, EVENT_LOGIN, "x");
	struct seal s = seal_of(&b, 1, clock_now() + HOUR_MS);

	assert_int_equal(put_seal_as(&b, 1, &s, 2000), ERR_INTERNAL);
	s = seal_of(&b, 1, clock_now());
	assert_int_equal(put_seal(&b, 1, &s), ERR_OK);
	s = seal_with(&b, foreign, 2, clock_now());
	assert_int_equal(put_seal(&b, 2, &s), ERR_INTERNAL);
	s = seal_of(&b, 2, clock_now());
	assert_int_equal(put_seal(&b, 2, &s), ERR_OK);
	/* the owner of the key has a new one; from then on the old one is nobody's */
	s = seal_with(&b, foreign, 3, clock_now());
	assert_int_equal(put_seal_as(&b, 3, &s, 2000), ERR_OK);
	s = seal_of(&b, 4, clock_now());
	assert_int_equal(put_seal(&b, 4, &s), ERR_INTERNAL);
	s = seal_with(&b, foreign, 4, clock_now());
	assert_int_equal(put_seal(&b, 4, &s), ERR_OK);
	struct audit_verdict v = verify(&b);

	assert_true(v.whole);
	assert_int_equal(v.seals, 4);
	assert_int_equal(v.keys, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_log_is_whole),
		cmocka_unit_test(test_the_end_is_looked_at_from_a_seal_on),
		cmocka_unit_test(test_in_pieces_it_is_the_same_verdict),
		cmocka_unit_test(test_a_thousand_damages_are_found_each_by_its_first_seq),
		cmocka_unit_test(test_only_true_seals_are_taken),
		cmocka_unit_test(test_only_who_sealed_goes_on),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
