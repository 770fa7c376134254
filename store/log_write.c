/* The writing half of the log: append and purge. */
#include "base/secret.h"
#include "store/writer_state.h"

#include <string.h>

static void put_index(struct txn *t, const struct log_key *index, const uint8_t seq[8])
{
	MDB_val k = val_of(index->key);
	MDB_val v = { 8, (void *)(uintptr_t)seq };

	/* seq rises, so the entry is the last of its list: pages fill up instead of splitting in halves */
	if (index->key.n)
		(void)txn_failed(t, mdb_put(t->mdb, txn_dbi(t, index->table), &k, &v, MDB_APPENDDUP));
}

static void put_row(struct txn *t, const uint8_t seq[8], const struct log_tip *tip, const uint8_t digest[32],
		    struct bytes record)
{
	MDB_val k = { 8, (void *)(uintptr_t)seq };
	MDB_val v = { AUDIT_ROW_HEAD + record.n, NULL };

	if (txn_failed(t, mdb_put(t->mdb, txn_dbi(t, TABLE_AUDIT), &k, &v, MDB_APPEND | MDB_RESERVE)))
		return;
	uint8_t *p = v.mv_data;

	memcpy(p, tip->link, DIGEST_SIZE);
	memcpy(p + DIGEST_SIZE, digest, DIGEST_SIZE);
	memcpy(p + AUDIT_ROW_HEAD, record.p, record.n);
}

void log_append(struct batch *b, struct audit_record *r, int64_t time)
{
	struct log_key keys[LOG_INDEXES];
	uint8_t digest[DIGEST_SIZE];
	uint8_t seq[8];

	if (b->t.err)
		return;
	r->seq = b->tip.seq + 1;
	r->time = time;
	struct bytes record = audit_record_encode(b->arena, r);

	secret_digest(record, digest);
	log_link(b->tip.link, (struct bytes){ digest, sizeof digest }, b->tip.link);
	b->tip.seq = r->seq;
	b->tip.time = time;
	if (r->seq == 1 || time > b->tip.highest)
		b->tip.highest = time;
	if (b->tip.highest - time > b->tip.back)
		b->tip.back = b->tip.highest - time;
	put_u64(seq, r->seq);
	put_row(&b->t, seq, &b->tip, digest, record);
	log_keys(r, keys);
	for (size_t i = 0; i < LOG_INDEXES && !b->t.err; i++)
		put_index(&b->t, &keys[i], seq);
}

static int64_t retention_ms(const struct writer_options *o, const char *event)
{
	int64_t days = event_class_of(event) == EVENT_CONNECTION ? o->audit_connections_days : o->audit_acts_days;

	return (days > AUDIT_RETENTION_FLOOR_DAYS ? days : AUDIT_RETENTION_FLOOR_DAYS) * DAY_MS;
}

enum err log_may_purge(struct batch *b, uint64_t seq)
{
	struct log_row row;
	struct audit_record r;
	enum err e = log_row_get(&b->t, seq, &row);

	if (e)
		return e;
	if (row.record.n == 0)
		return ERR_GONE;
	e = audit_record_decode(b->arena, row.record, &r);
	if (e)
		return e;
	if (log_is_purge(&r))
		return ERR_DENIED;
	return r.time < b->now - retention_ms(&b->w->options, r.event) ? ERR_OK : ERR_DENIED;
}

void log_purge(struct batch *b, uint64_t seq)
{
	struct log_key keys[LOG_INDEXES];
	struct audit_record r;
	struct log_row row;
	uint8_t key[8], head[AUDIT_ROW_HEAD];

	if (log_may_purge(b, seq) || log_row_get(&b->t, seq, &row) || audit_record_decode(b->arena, row.record, &r))
		return;
	put_u64(key, seq);
	memcpy(head, row.link, sizeof head);
	log_keys(&r, keys);
	for (size_t i = 0; i < LOG_INDEXES && !b->t.err; i++) {
		MDB_val k = val_of(keys[i].key);
		MDB_val v = { sizeof key, key };
		int rc = k.mv_size ? mdb_del(b->t.mdb, txn_dbi(&b->t, keys[i].table), &k, &v) : MDB_NOTFOUND;

		if (rc != MDB_NOTFOUND)
			(void)txn_failed(&b->t, rc);
	}
	MDB_val k = { sizeof key, key };
	MDB_val v = { sizeof head, head };

	if (!b->t.err)
		(void)txn_failed(&b->t, mdb_put(b->t.mdb, txn_dbi(&b->t, TABLE_AUDIT), &k, &v, 0));
}
