/* From OUTBOUND to public. A row is written with its changeset, carried over after the commit and dropped by the
   next batch; carrying one over twice does no harm. */
#include "store/writer_state.h"

static void publish_op(struct txn *t, const struct op *op, uint64_t rev)
{
	if (op->kind == OP_PUBLISH) {
		(void)batch_put(t, op->table, op->key, rev, op->value);
	} else if (op->kind == OP_UNPUBLISH) {
		MDB_val k = val_of(op->key);
		int rc = mdb_del(t->mdb, txn_dbi(t, op->table), &k, NULL);

		if (rc != MDB_NOTFOUND)
			(void)txn_failed(t, rc);
	}
}

static void publish_row(struct writer *w, struct txn *to, const struct record *row)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs;

	/* damaged: acts go on, and who runs the service is told to publish again */
	if (changeset_decode(a, row->payload, &cs)) {
		w->skipped++;
		return;
	}
	for (const struct op *op = cs->first; op && !to->err; op = op->next)
		publish_op(to, op, row->rev);
}

static void put_revision(struct txn *to, uint64_t rev)
{
	uint8_t payload[8];

	put_u64(payload, rev);
	(void)batch_put(to, TABLE_PUBLIC_META, bytes_of("revision"), rev ? rev : 1, key_bytes(payload, sizeof payload));
}

static enum err carry_over(struct writer *w, uint64_t *last)
{
	AUTO_TXN struct txn from = txn_read(&w->store, STORE_MAIN);
	uint8_t key[8];

	put_u64(key, w->published + 1);
	AUTO_SCAN struct scan s = scan_from(&from, TABLE_OUTBOUND, BYTES_NONE, key_bytes(key, sizeof key), false);

	*last = w->published;
	if (from.err || !scan_next(&s))
		return from.err;
	writer_stay_ahead(w, STORE_PUBLIC);
	AUTO_TXN struct txn to = txn_write(&w->store, STORE_PUBLIC);

	do {
		if (!to.err)
			publish_row(w, &to, &s.record);
		*last = s.record.rev;
	} while (!to.err && scan_next(&s));
	if (from.err)
		return from.err;
	put_revision(&to, *last);
	return txn_commit(&to);
}

enum err writer_publish(struct writer *w)
{
	uint64_t last;
	enum err e = carry_over(w, &last);

	w->public_lags = e != ERR_OK;
	if (!e)
		w->published = last;
	return e;
}

void batch_drop_published(struct batch *b)
{
	AUTO_SCAN struct scan s = scan_prefix(&b->t, TABLE_OUTBOUND, BYTES_NONE);

	while (!b->t.err && scan_next(&s) && s.record.rev <= b->w->published)
		(void)txn_failed(&b->t, mdb_cursor_del(s.mdb, 0));
}

static enum err empty_public(struct writer *w)
{
	AUTO_TXN struct txn t = txn_write(&w->store, STORE_PUBLIC);

	for (unsigned i = 0; i < TABLE__MAX && !t.err; i++)
		if (table_part((enum table)i) == STORE_PUBLIC && i != TABLE_PUBLIC_META)
			(void)txn_failed(&t, mdb_drop(t.mdb, txn_dbi(&t, (enum table)i), 0));
	put_revision(&t, 0);
	return txn_commit(&t);
}

enum err writer_catch_up(struct writer *w)
{
	struct txn main = txn_read(&w->store, STORE_MAIN);
	struct txn public = txn_read(&w->store, STORE_PUBLIC);
	enum err e = main.err ? main.err : public.err;

	uint64_t committed = txn_revision(&main);

	w->published = txn_revision(&public);
	txn_end(&main);
	txn_end(&public);
	if (!e && w->published > committed) {
		w->published = 0;
		e = empty_public(w);
	}
	return e ? e : writer_publish(w);
}
