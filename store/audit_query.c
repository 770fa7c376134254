/* Searching the log. The most selective index gives the seqs, newest first; what else the query asks is read from
   the record in place, and only what is shown is decoded.
   Time: seq is the order, and the clock may have stepped back. META keeps how far at most (log_tip.back): for any
   two rows a before b, time(a) ≤ time(b) + back. So from a row of time ≥ until + back on, nothing newer can match;
   and below a row of time < from − back, nothing older can. */
#include "store/log.h"

#include <string.h>

#define LOOK_MAX 200000u

struct walk {
	struct txn *t;
	const struct audit_query *q;
	MDB_cursor *cursor;
	enum table index; /* TABLE_AUDIT: the log itself */
	struct bytes key;
	uint64_t below; /* rows under this seq only */
	bool started;
	size_t looked;
	int64_t back, from, until; /* from, until: bounded, for sums with back */
	struct log_row row;        /* the one that matched */
	bool failed;               /* it is of a refused act or login */
};

static void walk_done(struct walk *w)
{
	mdb_cursor_close(w->cursor);
}

/* ---- which index, and from where ---- */

static struct bytes text_key(const char *s)
{
	return s ? bytes_of(s) : BYTES_NONE;
}

static void choose(struct walk *w)
{
	const struct audit_query *q = w->q;
	const struct {
		enum table index;
		struct bytes key;
	} choices[] = {
		{ TABLE_AUDIT_BY_PERSON, q->person ? key_bytes(q->person->b, 16) : BYTES_NONE },
		{ TABLE_AUDIT_BY_ESTABLISHMENT, q->establishment ? key_bytes(q->establishment->b, 16) : BYTES_NONE },
		{ TABLE_AUDIT_BY_ADDRESS, text_key(q->address) },
		{ TABLE_AUDIT_BY_PROVIDER, text_key(q->provider) },
		{ TABLE_AUDIT_BY_CAF, text_key(q->caf) },
		{ TABLE_AUDIT_BY_EVENT, text_key(q->event) },
	};

	w->index = TABLE_AUDIT;
	for (size_t i = 0; i < LENGTH(choices) && w->index == TABLE_AUDIT; i++)
		if (choices[i].key.n && choices[i].key.n <= ENV_KEY_MAX) {
			w->index = choices[i].index;
			w->key = choices[i].key;
		}
}

/* A seq from which on no row is older than `until`: found by halving, though time does not quite rise. */
static uint64_t first_after(struct txn *t, uint64_t tip, int64_t limit)
{
	uint64_t low = 1, high = tip + 1;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct log_row row;
		struct log_head head;

		if (!log_row_get(t, middle, &row) && log_head_of(row.record, &head) && head.time >= limit)
			high = middle;
		else
			low = middle + 1;
	}
	return high;
}

static int64_t bounded(int64_t ms)
{
	return ms > LOG_TIME_MAX ? LOG_TIME_MAX : ms < -LOG_TIME_MAX ? -LOG_TIME_MAX : ms;
}

static struct walk walk_new(struct txn *t, const struct audit_query *q)
{
	struct walk w = { .t = t, .q = q, .below = q->before ? q->before : UINT64_MAX };
	struct log_tip tip;

	if (!t->err)
		t->err = log_tip_get(t, &tip);
	if (t->err)
		return w;
	w.back = tip.back;
	w.from = bounded(q->from);
	w.until = bounded(q->until);
	choose(&w);
	if (q->until && w.until < tip.highest - tip.back) {
		uint64_t after = first_after(t, tip.seq, w.until + tip.back);

		if (after < w.below)
			w.below = after;
	}
	if (txn_dbi(t, w.index) != ENV_NO_TABLE)
		(void)txn_failed(t, mdb_cursor_open(t->mdb, txn_dbi(t, w.index), &w.cursor));
	return w;
}

/* ---- one row after the other, falling ---- */

static int step_log(struct walk *w, MDB_val *k, MDB_val *v, uint8_t seq[8])
{
	if (w->started)
		return mdb_cursor_get(w->cursor, k, v, MDB_PREV);
	*k = (MDB_val){ 8, seq };
	int rc = mdb_cursor_get(w->cursor, k, v, MDB_SET_RANGE);

	return mdb_cursor_get(w->cursor, k, v, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
}

static int step_index(struct walk *w, MDB_val *k, MDB_val *v, uint8_t seq[8])
{
	*k = val_of(w->key);
	if (w->started)
		return mdb_cursor_get(w->cursor, k, v, MDB_PREV_DUP);
	*v = (MDB_val){ 8, seq };
	int rc = mdb_cursor_get(w->cursor, k, v, MDB_GET_BOTH_RANGE);

	if (rc == MDB_SUCCESS)
		return mdb_cursor_get(w->cursor, k, v, MDB_PREV_DUP);
	if (rc != MDB_NOTFOUND)
		return rc;
	*k = val_of(w->key);
	rc = mdb_cursor_get(w->cursor, k, v, MDB_SET);
	return rc ? rc : mdb_cursor_get(w->cursor, k, v, MDB_LAST_DUP);
}

/* The next row; false at the end, or on a failure, which sticks. */
static bool next_row(struct walk *w)
{
	uint8_t seq[8];
	MDB_val k, v;

	if (w->t->err || !w->cursor)
		return false;
	put_u64(seq, w->below);
	int rc = w->index == TABLE_AUDIT ? step_log(w, &k, &v, seq) : step_index(w, &k, &v, seq);

	w->started = true;
	if (rc == MDB_NOTFOUND || txn_failed(w->t, rc))
		return false;
	w->looked++;
	if (w->index == TABLE_AUDIT) {
		w->t->err = log_row_of(bytes_of_val(k), bytes_of_val(v), &w->row);
	} else {
		struct reader in = reader_of(bytes_of_val(v));
		enum err e = log_row_get(w->t, read_u64(&in), &w->row);

		/* an entry without its row */
		w->t->err = e == ERR_NOTFOUND || in.err ? ERR_CORRUPT : e;
	}
	w->below = w->row.seq;
	return !w->t->err;
}

/* ---- what the query asks of a record ---- */

static bool is_text(const char *wanted, struct bytes value)
{
	return !wanted || bytes_equal(bytes_of(wanted), value);
}

static bool is_uuid(const struct uuid *wanted, struct bytes value)
{
	return !wanted || bytes_equal(key_bytes(wanted->b, sizeof wanted->b), value);
}

struct fields {
	int64_t time;
	struct bytes event, person, number, caf, actor_caf, provider, establishment, address;
	bool failed;
};

static struct fields fields_of(struct bytes record)
{
	struct fields f = { 0 };
	struct reader in = reader_of(record);
	struct codec_item it;

	while (codec_next(&in, &it)) {
		switch (it.tag) {
		case AUDIT_TAG_time:
			f.time = codec_i64(it.value);
			break;
		case AUDIT_TAG_event:
			f.event = it.value;
			break;
		case AUDIT_TAG_failed:
			f.failed = true;
			break;
		case AUDIT_TAG_person:
			f.person = it.value;
			break;
		case AUDIT_TAG_number:
			f.number = it.value;
			break;
		case AUDIT_TAG_caf:
			f.caf = it.value;
			break;
		case AUDIT_TAG_actor_caf:
			f.actor_caf = it.value;
			break;
		case AUDIT_TAG_provider:
			f.provider = it.value;
			break;
		case AUDIT_TAG_establishment:
			f.establishment = it.value;
			break;
		case AUDIT_TAG_address:
			f.address = it.value;
			break;
		default:
			break;
		}
	}
	return f;
}

static bool is_class(int wanted, struct bytes event)
{
	char code[64];

	if (wanted < 0)
		return true;
	if (event.n >= sizeof code)
		return wanted == EVENT_ACT;
	if (event.n)
		memcpy(code, event.p, event.n);
	code[event.n] = '\0';
	return (int)event_class_of(code) == wanted;
}

static bool is_one_of(const enum event *events, size_t n, struct bytes code)
{
	for (size_t i = 0; i < n; i++)
		if (is_text(event_code(events[i]), code))
			return true;
	return n == 0;
}

static bool matches(const struct audit_query *q, const struct fields *f)
{
	return (!q->from || f->time >= q->from) && (!q->until || f->time < q->until) && is_uuid(q->person, f->person) &&
	       is_uuid(q->establishment, f->establishment) && is_text(q->number, f->number) &&
	       is_text(q->provider, f->provider) && (is_text(q->caf, f->caf) || is_text(q->caf, f->actor_caf)) &&
	       is_text(q->address, f->address) && is_text(q->event, f->event) &&
	       is_one_of(q->events, q->events_n, f->event) && is_class(q->event_class, f->event) &&
	       (q->failed < 0 || f->failed == (q->failed != 0));
}

/* The next row that matches; *cut: too many were looked at. */
static bool walk_next(struct walk *w, bool *cut)
{
	while (!(*cut = w->looked >= LOOK_MAX) && next_row(w)) {
		if (w->row.record.n == 0)
			continue; /* purged */
		struct fields f = fields_of(w->row.record);

		if (w->q->from && f.time < w->from - w->back)
			return false;
		w->failed = f.failed;
		if (matches(w->q, &f))
			return true;
	}
	return false;
}

enum err audit_find(struct txn *t, struct arena *a, const struct audit_query *q, struct audit_page *out)
{
	AUTO(walk_done) struct walk w = walk_new(t, q);
	struct audit_page page = { .v = arena_array(a, q->limit, struct audit_record) };
	bool cut = false;

	while (walk_next(&w, &cut)) {
		if (page.n == q->limit) {
			page.more = true;
			break;
		}
		t->err = audit_record_decode(a, w.row.record, &page.v[page.n]);
		if (t->err)
			break;
		page.next = page.v[page.n++].seq;
	}
	if (cut) {
		page.more = true;
		page.next = w.below;
	}
	if (!t->err)
		*out = page;
	return t->err;
}

enum err audit_count(struct txn *t, const struct audit_query *q, size_t up_to, size_t *n, size_t *failures)
{
	AUTO(walk_done) struct walk w = walk_new(t, q);
	size_t all = 0, failed = 0;
	bool cut;

	while (all < up_to && walk_next(&w, &cut)) {
		all++;
		failed += w.failed;
	}
	if (t->err)
		return t->err;
	*n = all;
	*failures = failed;
	return ERR_OK;
}
