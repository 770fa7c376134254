/* audit_find and audit_count against a plain search of all records. */
#include "test_store_common.h"

#define RECORDS 3000
#define QUERIES 1500

struct row {
	uint64_t seq;
	int64_t time;
	uint8_t person, place;
	size_t provider, caf, address, event, number;
	bool failed;
};

static const char *const providers[] = { "", "F001", "F002" };
static const char *const cafs[] = { "", "921", "751", "131" };
static const char *const addresses[] = { "", "192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.10" };
static const char *const codes[] = { "login", "logout", "refusal", "revision_sent", "places_published", "future_event" };
static const char *const numbers[] = { "", "A01", "A02" };

static struct row rows[RECORDS];
static struct bench bench;

static struct audit_record record_of(const struct row *r)
{
	struct audit_record rec;

	audit_record_default(&rec);
	rec.person.b[15] = r->person;
	rec.establishment.b[0] = r->place;
	rec.provider = providers[r->provider];
	rec.caf = cafs[r->caf];
	rec.address = addresses[r->address];
	rec.event = codes[r->event];
	rec.number = numbers[r->number];
	rec.failed = r->failed;
	return rec;
}

/* Time goes on by some seconds, and now and then steps back, once by nine hours. */
static int64_t next_time(struct dice *d, int64_t time, size_t i)
{
	static bool stepped;

	if (i >= RECORDS / 2 && !stepped) {
		stepped = true;
		return time - 9 * HOUR_MS;
	}
	return time + (below(d, 20) == 0 ? -(int64_t)below(d, 60000) : (int64_t)below(d, 20000));
}

static void fill_row(struct dice *d, struct row *r)
{
	r->person = (uint8_t)below(d, 6);
	r->place = (uint8_t)(below(d, 3) ? below(d, 5) : 0);
	r->provider = below(d, LENGTH(providers));
	r->caf = below(d, LENGTH(cafs));
	r->address = below(d, LENGTH(addresses));
	r->event = below(d, LENGTH(codes));
	r->number = below(d, LENGTH(numbers));
	r->failed = below(d, 4) == 0;
}

static int set_up(void **state)
{
	(void)state;
	struct dice d = { 42 };
	int64_t time = T0;

	secret_init();
	bench = bench_new();
	for (size_t i = 0; i < RECORDS;) {
		AUTO_ARENA struct arena *a = arena_new();
		struct changeset *cs = changeset_new(a);

		time = next_time(&d, time, i);
		/* one time a changeset */
		for (size_t n = 1 + below(&d, 3); n && i < RECORDS; n--, i++) {
			fill_row(&d, &rows[i]);
			rows[i].seq = i + 1;
			rows[i].time = time;
			struct audit_record r = record_of(&rows[i]);

			changeset_audit(cs, &r);
		}
		changeset_at(cs, time);
		assert_int_equal(apply(&bench, cs).err, ERR_OK);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bench_done(&bench);
	return 0;
}

/* What a query asks for, as indexes into the pools; 0 or -1: nothing. */
struct question {
	struct audit_query q;
	struct uuid person, place;
	enum event events[2];
};

static void ask(struct dice *d, struct question *x)
{
	*x = (struct question){ .q = { .event_class = -1, .failed = -1, .limit = 1 + below(d, 60) } };
	x->person.b[15] = (uint8_t)(1 + below(d, 6));
	x->place.b[0] = (uint8_t)(1 + below(d, 5));
	if (below(d, 4) == 0)
		x->q.person = &x->person;
	if (below(d, 4) == 0)
		x->q.establishment = &x->place;
	if (below(d, 4) == 0)
		x->q.provider = below(d, 20) ? providers[1 + below(d, 2)] : "F00";
	if (below(d, 4) == 0)
		x->q.caf = cafs[1 + below(d, 3)];
	if (below(d, 4) == 0)
		x->q.address = addresses[1 + below(d, 4)];
	if (below(d, 4) == 0)
		x->q.event = codes[below(d, LENGTH(codes))];
	if (below(d, 4) == 0) {
		x->q.events = x->events;
		x->q.events_n = 1 + below(d, LENGTH(x->events));
		for (size_t i = 0; i < x->q.events_n; i++)
			x->events[i] = event_of(codes[below(d, LENGTH(codes) - 1)]); /* the last is none we know */
	}
	if (below(d, 6) == 0)
		x->q.number = numbers[1 + below(d, 2)];
	if (below(d, 4) == 0)
		x->q.event_class = (int)below(d, 2);
	if (below(d, 4) == 0)
		x->q.failed = (int)below(d, 2);
	if (below(d, 3) == 0)
		x->q.from = rows[below(d, RECORDS)].time + (int64_t)below(d, 3) - 1;
	if (below(d, 3) == 0)
		x->q.until = rows[below(d, RECORDS)].time + (int64_t)below(d, 3) - 1;
	if (below(d, 4) == 0)
		x->q.before = 1 + below(d, RECORDS + 10);
}

static bool wants(const char *wanted, const char *value)
{
	return !wanted || strcmp(wanted, value) == 0;
}

static bool is_one_of(const struct audit_query *q, const char *code)
{
	for (size_t i = 0; i < q->events_n; i++)
		if (event_of(code) == q->events[i])
			return true;
	return q->events_n == 0;
}

static bool matches(const struct audit_query *q, const struct row *r)
{
	return (!q->from || r->time >= q->from) && (!q->until || r->time < q->until) &&
	       (!q->before || r->seq < q->before) && (!q->person || q->person->b[15] == r->person) &&
	       (!q->establishment || q->establishment->b[0] == r->place) && wants(q->provider, providers[r->provider]) &&
	       wants(q->caf, cafs[r->caf]) && wants(q->address, addresses[r->address]) &&
	       wants(q->event, codes[r->event]) && is_one_of(q, codes[r->event]) && wants(q->number, numbers[r->number]) &&
	       (q->event_class < 0 || q->event_class == (r->event <= 2 ? EVENT_CONNECTION : EVENT_ACT)) &&
	       (q->failed < 0 || r->failed == (q->failed == 1));
}

static void check_pages(const struct question *x)
{
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
	struct audit_query q = x->q;
	struct audit_page page;
	size_t at = RECORDS;

	do {
		AUTO_ARENA struct arena *a = arena_new();

		assert_int_equal(audit_find(&t, a, &q, &page), ERR_OK);
		for (size_t i = 0; i < page.n; i++) {
			do
				assert_true(at-- > 0);
			while (!matches(&x->q, &rows[at]));
			assert_int_equal(page.v[i].seq, rows[at].seq);
			assert_int_equal(page.v[i].time, rows[at].time);
			assert_string_equal(page.v[i].event, codes[rows[at].event]);
		}
		q.before = page.next;
	} while (page.more);
	while (at > 0)
		assert_false(matches(&x->q, &rows[--at]));
}

static void check_count(const struct question *x, size_t up_to)
{
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
	size_t want = 0, want_failed = 0, n, failures;

	for (size_t i = RECORDS; i-- > 0 && want < up_to;)
		if (matches(&x->q, &rows[i])) {
			want++;
			want_failed += rows[i].failed;
		}
	assert_int_equal(audit_count(&t, &x->q, up_to, &n, &failures), ERR_OK);
	assert_int_equal(n, want);
	assert_int_equal(failures, want_failed);
}

static void test_queries_find_what_a_plain_search_finds(void **state)
{
	(void)state;
	struct dice d = { 7 };

	for (size_t i = 0; i < QUERIES; i++) {
		struct question x;

		ask(&d, &x);
		check_pages(&x);
		check_count(&x, 1 + below(&d, 500));
	}
}

static void test_the_whole_log_is_one_query(void **state)
{
	(void)state;
	struct question x = { .q = { .event_class = -1, .failed = -1, .limit = 97 } };

	check_pages(&x);
	check_count(&x, RECORDS + 1);
}

static void test_a_limit_of_0_and_odd_names_do_no_harm(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
	char *long_name = arena_alloc(a, 2000);
	struct audit_query q = { .event_class = -1, .failed = -1, .address = memset(long_name, 'x', 1999), .limit = 5 };
	struct audit_page page;

	assert_int_equal(audit_find(&t, a, &q, &page), ERR_OK);
	assert_int_equal(page.n, 0);
	q.address = "";
	assert_int_equal(audit_find(&t, a, &q, &page), ERR_OK);
	for (size_t i = 0; i < page.n; i++)
		assert_string_equal(page.v[i].address, "");
	q.address = NULL;
	q.limit = 0;
	assert_int_equal(audit_find(&t, a, &q, &page), ERR_OK);
	assert_int_equal(page.n, 0);
	assert_true(page.more);
}

static void test_one_record_by_seq(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_TXN struct txn t = txn_read(writer_store(bench.w), STORE_MAIN);
	struct audit_record r;
	uint8_t link[32], digest[32], tip[32];
	uint64_t seq;

	assert_int_equal(audit_get(&t, a, 17, &r), ERR_OK);
	assert_int_equal(r.seq, 17);
	assert_string_equal(r.address, addresses[rows[16].address]);
	assert_int_equal(strlen(r.changeset), 32);
	assert_int_equal(r.peer_uid, 1000);
	assert_int_equal(audit_get(&t, a, RECORDS + 1, &r), ERR_NOTFOUND);
	assert_int_equal(audit_get(&t, a, 0, &r), ERR_NOTFOUND);
	assert_int_equal(audit_tip(&t, &seq, tip), ERR_OK);
	assert_int_equal(seq, RECORDS);
	assert_int_equal(audit_link(&t, seq, link, digest), ERR_OK);
	assert_memory_equal(link, tip, 32);
}

static void test_events_have_codes_labels_and_classes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EVENT__MAX; i++) {
		assert_int_equal(event_of(event_code((enum event)i)), i);
		assert_true(strlen(event_label(event_code((enum event)i))) > 0);
	}
	assert_int_equal(event_of("nothing"), EVENT__MAX);
	assert_string_equal(event_label("nothing"), "nothing");
	assert_int_equal(event_class_of("login"), EVENT_CONNECTION);
	assert_int_equal(event_class_of("nothing"), EVENT_ACT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queries_find_what_a_plain_search_finds),
		cmocka_unit_test(test_the_whole_log_is_one_query),
		cmocka_unit_test(test_a_limit_of_0_and_odd_names_do_no_harm),
		cmocka_unit_test(test_one_record_by_seq),
		cmocka_unit_test(test_events_have_codes_labels_and_classes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
