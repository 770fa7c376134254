/* One changeset in a batch's transaction: all of it, or nothing. Everything that can be refused is looked at before the
   first change, so that afterwards only LMDB can fail, and that fails the batch. */
#include "base/secret.h"
#include "base/text.h"
#include "store/writer_state.h"

#include <inttypes.h>
#include <string.h>

#define NAME_BYTES_MAX 128u /* of what the log is indexed by */
#define SEAL_AHEAD_MS MINUTE_MS

enum err batch_put(struct txn *t, enum table table, struct bytes key, uint64_t rev, struct bytes payload)
{
	MDB_val k = val_of(key);
	MDB_val v = { RECORD_HEADER + payload.n, NULL };

	if (t->err || txn_failed(t, mdb_put(t->mdb, txn_dbi(t, table), &k, &v, MDB_RESERVE)))
		return t->err;
	uint8_t *p = v.mv_data;

	p[0] = RECORD_FORMAT;
	put_u64(p + 1, rev);
	if (payload.n)
		memcpy(p + RECORD_HEADER, payload.p, payload.n);
	return ERR_OK;
}

bool batch_applied(struct txn *t, const struct changeset *cs, uint64_t *rev)
{
	struct record rec;

	if (txn_get(t, TABLE_APPLIED, key_bytes(cs->id, sizeof cs->id), &rec))
		return false;
	*rev = rec.rev;
	return true;
}

/* ---- what may refuse ---- */

static enum err expectation(struct txn *t, const struct op *op)
{
	struct record rec;
	enum err e = txn_get(t, op->table, op->key, &rec);

	if (e == ERR_NOTFOUND)
		return op->rev == REV_ABSENT ? ERR_OK : ERR_CONFLICT;
	if (e)
		return e;
	return op->rev == rec.rev ? ERR_OK : ERR_CONFLICT;
}

/* The one before was signed with that key, or there is none. */
static bool goes_on(struct batch *b, struct bytes public_key)
{
	AUTO_SCAN struct scan s = scan_prefix_back(&b->t, TABLE_SEAL, BYTES_NONE);
	struct seal last;

	if (!scan_next(&s))
		return !b->t.err;
	return seal_decode(b->arena, s.record.payload, &last) == ERR_OK && bytes_equal(last.public_key, public_key);
}

/* Seals only come to be: for a row that is there, with its link, truly signed, not ahead of time, and by who signed the last
   or owns the key. So a broken client can neither take one away, nor make the log look damaged, nor put off the next. */
static enum err seal_fits(struct batch *b, const struct op *op, uint64_t peer_uid)
{
	uint8_t message[AUDIT_SEAL_BYTES];
	struct record rec;
	struct log_row row;
	struct seal seal;

	if (op->kind != OP_PUT || txn_get(&b->t, TABLE_SEAL, op->key, &rec) != ERR_NOTFOUND ||
	    seal_decode(b->arena, op->value, &seal) || log_row_get(&b->t, seal.seq, &row))
		return ERR_DENIED;
	put_u64(message, seal.seq);
	if (!bytes_equal(op->key, (struct bytes){ message, 8 }) || seal.public_key.n != 32 || seal.signature.n != 64 ||
	    !bytes_equal(seal.link, (struct bytes){ row.link, 32 }))
		return ERR_DENIED;
	if (seal.time > b->now + SEAL_AHEAD_MS ||
	    ((int64_t)peer_uid != b->w->options.sealer && !goes_on(b, seal.public_key)))
		return ERR_DENIED;
	audit_seal_message(seal.seq, row.link, seal.time, message);
	return secret_verify(seal.public_key.p, (struct bytes){ message, sizeof message }, seal.signature.p) ? ERR_OK :
													       ERR_DENIED;
}

static enum err op_fits(struct batch *b, const struct op *op, uint64_t peer_uid)
{
	if (op->kind == OP_EXPECT)
		return expectation(&b->t, op);
	if (op->table == TABLE_SEAL)
		return seal_fits(b, op, peer_uid);
	if (op->kind == OP_PURGE) {
		enum err e = log_may_purge(b, op->rev);

		return e == ERR_GONE ? ERR_OK : e;
	}
	return ERR_OK;
}

static bool is_name(const char *s)
{
	return strlen(s) <= NAME_BYTES_MAX;
}

static bool note_fits(const struct audit_record *r)
{
	/* what was purged, the writer says */
	return *r->event && is_name(r->event) && is_name(r->address) && is_name(r->provider) && is_name(r->caf) &&
	       is_name(r->actor_caf) && !log_is_purge(r);
}

/* The audit records, decoded; NULL when one of them cannot be. */
static struct audit_record *notes_of(struct batch *b, const struct changeset *cs, size_t *n)
{
	*n = 0;
	for (const struct note *note = cs->first_note; note; note = note->next)
		++*n;
	struct audit_record *v = arena_array(b->arena, *n, struct audit_record);
	size_t i = 0;

	for (const struct note *note = cs->first_note; note; note = note->next, i++)
		if (audit_record_decode(b->arena, note->record, &v[i]) || !note_fits(&v[i]))
			return NULL;
	return v;
}

/* ---- what changes ---- */

static void drop(struct txn *t, const struct op *op)
{
	MDB_val k = val_of(op->key);
	int rc = mdb_del(t->mdb, txn_dbi(t, op->table), &k, NULL);

	if (rc != MDB_NOTFOUND)
		(void)txn_failed(t, rc);
}

static void append(struct batch *b, const struct op *op)
{
	uint64_t *next = op->table == TABLE_JOB ? &b->next_job : &b->next_mail;
	uint8_t key[8];

	put_u64(key, (*next)++);
	(void)batch_put(&b->t, op->table, key_bytes(key, sizeof key), b->rev, op->value);
}

static void apply_op(struct batch *b, const struct op *op)
{
	switch (op->kind) {
	case OP_PUT:
		(void)batch_put(&b->t, op->table, op->key, b->rev, op->value);
		break;
	case OP_DELETE:
		drop(&b->t, op);
		break;
	case OP_APPEND:
		append(b, op);
		break;
	case OP_PURGE:
		log_purge(b, op->rev);
		break;
	default: /* expectations were met, public comes after the commit */
		break;
	}
}

static void add_run(struct buf *b, uint64_t first, uint64_t last)
{
	if (first)
		buf_printf(b, "%s%" PRIu64 "-%" PRIu64, b->n ? "," : AUDIT_PURGED, first, last);
}

/* The first record tells what is about to be purged (what was gone before is not said again: it may have been
   taken away by other means). */
static void tell_purge(struct batch *b, const struct changeset *cs, struct audit_record *r)
{
	struct buf list = buf_new(b->arena);
	struct strs details = { NULL, 0 };
	uint64_t first = 0, last = 0;

	for (const struct op *op = cs->first; op; op = op->next) {
		if (op->kind != OP_PURGE || log_may_purge(b, op->rev))
			continue;
		if (!first || op->rev != last + 1) {
			add_run(&list, first, last);
			first = op->rev;
		}
		last = op->rev;
	}
	add_run(&list, first, last);
	if (!first)
		return;
	for (size_t i = 0; i < r->details.n; i++)
		strs_add(b->arena, &details, r->details.v[i]);
	strs_add(b->arena, &details, buf_str(&list));
	r->details = details;
}

static bool is_time(int64_t ms)
{
	return ms > 0 && ms < LOG_TIME_MAX;
}

static void append_notes(struct batch *b, const struct changeset *cs, struct audit_record *v, size_t n, uint64_t uid)
{
	int64_t time = b->w->options.test_clock && is_time(cs->at) ? cs->at : b->now;

	for (size_t i = 0; i < n; i++) {
		v[i].peer_uid = uid;
		v[i].changeset = changeset_id(b->arena, cs);
		log_append(b, &v[i], time);
	}
}

static void mark_applied(struct batch *b, const struct changeset *cs)
{
	uint8_t time[8];

	put_u64(time, (uint64_t)b->now);
	(void)batch_put(&b->t, TABLE_APPLIED, key_bytes(cs->id, sizeof cs->id), b->rev, key_bytes(time, sizeof time));
	if (!cs->publishes)
		return;
	uint8_t key[8];

	put_u64(key, b->rev);
	(void)batch_put(&b->t, TABLE_OUTBOUND, key_bytes(key, sizeof key), b->rev, changeset_outbound(b->arena, cs));
	b->publishes = true;
}

static size_t purges_of(const struct changeset *cs)
{
	size_t n = 0;

	for (const struct op *op = cs->first; op; op = op->next)
		n += op->kind == OP_PURGE;
	return n;
}

static enum err refusal(struct batch *b, const struct changeset *cs, uint64_t peer_uid, struct writer_result *out)
{
	enum err e = changeset_check(cs);

	if (!e && purges_of(cs) > AUDIT_PURGE_MAX)
		e = ERR_TOOLARGE;
	for (const struct op *op = cs->first; op && !e; op = op->next) {
		e = op_fits(b, op, peer_uid);
		if (e == ERR_CONFLICT)
			out->key = arena_printf(b->arena, "%s %s", table_name(op->table), text_hex(b->arena, op->key));
	}
	return e == ERR_OK || e == ERR_CONFLICT || e == ERR_TOOLARGE ? e : ERR_INTERNAL;
}

void batch_apply(struct batch *b, const struct changeset *cs, uint64_t peer_uid, struct writer_result *out)
{
	bool purges = purges_of(cs) > 0;
	size_t n = 0;

	*out = (struct writer_result){ .err = ERR_OK };
	if (batch_applied(&b->t, cs, &out->rev))
		return;
	out->err = refusal(b, cs, peer_uid, out);
	struct audit_record *notes = out->err ? NULL : notes_of(b, cs, &n);

	/* the record of a purge is one of the service: audit_verify looks there */
	if (!out->err && (!notes || (purges && strcmp(notes[0].event, event_code(EVENT_SERVICE)) != 0)))
		out->err = ERR_INTERNAL;
	if (out->err || b->t.err)
		return;
	if (purges)
		tell_purge(b, cs, &notes[0]);
	out->rev = ++b->rev;
	b->wrote = true;
	for (const struct op *op = cs->first; op && !b->t.err; op = op->next)
		apply_op(b, op);
	append_notes(b, cs, notes, n, peer_uid);
	mark_applied(b, cs);
}
