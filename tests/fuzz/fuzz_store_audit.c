/* Rows of the log as somebody with the file in his hands may have left them: verifying, searching and reading end,
   whatever stands there. Input: rows of flags u8, seq u8, length u8, bytes; flags choose the table and whether
   digest and link are made to fit. */
#include "base/secret.h"
#include "store/log.h"
#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The files are open, and need no names any more. */
static void forget(struct arena *a, const char *dir)
{
	static const char *const names[] = { "store/data.mdb",  "store/lock.mdb", "store",       "public/data.mdb",
					     "public/lock.mdb", "public",         "writer.lock", "" };

	for (size_t i = 0; i < LENGTH(names); i++)
		must(remove(arena_printf(a, "%s/%s", dir, names[i])) == 0);
}

/* One writer for all inputs. */
static struct store *opened(void)
{
	static struct store *st;
	static struct arena *kept;
	struct writer *w = NULL;
	const char *why = "";

	if (st)
		return st;
	secret_init();
	kept = arena_new();
	char *dir = arena_printf(kept, "%s/habilis-fuzz-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");

	must(mkdtemp(dir) != NULL);
	struct writer_options o = { .dir = dir, .map_bytes = (uint64_t)1 << 28, .test_clock = true };

	must(writer_open(kept, &o, &w, &why) == ERR_OK);
	forget(kept, dir);
	st = writer_store(w);
	return st;
}

static void put(struct txn *t, enum table table, struct bytes key, struct bytes value)
{
	MDB_val k = val_of(key), v = val_of(value);
	int rc = key.n ? mdb_put(t->mdb, txn_dbi(t, table), &k, &v, 0) : 0;

	must(rc == 0);
}

/* A row whose digest and link fit: what is inside the record gets its turn. */
static void put_chained(struct txn *t, struct arena *a, uint64_t seq, struct bytes record, struct log_tip *tip)
{
	struct buf b = buf_new(a);
	uint8_t digest[32];

	secret_digest(record, digest);
	log_link(tip->link, (struct bytes){ digest, 32 }, tip->link);
	tip->seq = seq;
	buf_add(&b, tip->link, 32);
	buf_add(&b, digest, 32);
	buf_add(&b, record.p, record.n);
	put(t, TABLE_AUDIT, key_u64(a, seq), buf_bytes(&b));
}

static struct bytes with_header(struct arena *a, struct bytes payload)
{
	struct buf b = buf_new(a);

	buf_byte(&b, RECORD_FORMAT);
	buf_u64(&b, 1);
	buf_add(&b, payload.p, payload.n);
	return buf_bytes(&b);
}

static void put_row(struct txn *t, struct arena *a, struct reader *in, struct log_tip *tip)
{
	uint8_t flags = read_u8(in);
	uint64_t seq = read_u8(in);
	struct bytes value = read_bytes(in, read_u8(in));
	struct bytes person = { (const uint8_t[16]){ 1 }, 16 };

	switch (flags % 6) {
	case 0:
	case 1:
		put_chained(t, a, tip->seq + 1, value, tip);
		put(t, TABLE_AUDIT_BY_PERSON, person, key_u64(a, tip->seq));
		break;
	case 2:
		put(t, TABLE_AUDIT, key_u64(a, seq), value);
		put(t, TABLE_AUDIT_BY_PERSON, person, key_u64(a, seq));
		break;
	case 3:
		put(t, TABLE_SEAL, key_u64(a, seq), with_header(a, value));
		break;
	case 4:
		put(t, TABLE_META, bytes_of("audit"), with_header(a, value));
		break;
	default:
		put(t, TABLE_AUDIT, (struct bytes){ value.p, value.n % 12 }, value);
		break;
	}
}

static void empty(struct store *st)
{
	static const enum table tables[] = { TABLE_AUDIT, TABLE_AUDIT_BY_PERSON, TABLE_SEAL, TABLE_META };
	struct txn t = txn_write(st, STORE_MAIN);

	for (size_t i = 0; i < LENGTH(tables); i++)
		must(mdb_drop(t.mdb, txn_dbi(&t, tables[i]), 0) == 0);
	must(txn_commit(&t) == ERR_OK);
}

static void search(struct store *st, struct arena *a, const struct audit_query *q)
{
	AUTO_TXN struct txn t = txn_read(st, STORE_MAIN);
	struct audit_page page = { 0 };
	size_t n = 0, failures = 0;
	uint64_t from = 0, *seqs;

	if (audit_find(&t, a, q, &page) == ERR_OK)
		must(page.n <= q->limit);
	AUTO_TXN struct txn u = txn_read(st, STORE_MAIN);

	if (audit_count(&u, q, 5, &n, &failures) == ERR_OK)
		must(n <= 5 && failures <= n);
	AUTO_TXN struct txn v = txn_read(st, STORE_MAIN);

	if (audit_expired(&v, a, INT64_MAX, 1000, &from, &seqs, &n) == ERR_OK)
		must(n <= AUDIT_PURGE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct store *st = opened();
	struct reader in = reader_of((struct bytes){ data, size });
	struct txn t = txn_write(st, STORE_MAIN);
	struct log_tip tip = { 0 };
	struct audit_verdict v = { .whole = true };
	struct uuid person = { { 1 } };

	while (in.n && !in.err)
		put_row(&t, a, &in, &tip);
	must(txn_commit(&t) == ERR_OK);
	must(audit_verify(a, st, &v) == ERR_OK);
	must(v.whole || (v.bad_seq && *v.reason));
	search(st, a, &(struct audit_query){ .event_class = -1, .failed = -1, .limit = 3 });
	search(st, a, &(struct audit_query){ .event_class = 0, .failed = 0, .limit = 3, .person = &person, .from = 5 });
	search(st, a, &(struct audit_query){ .event_class = -1, .failed = -1, .limit = 3, .until = 1000 });
	empty(st);
	return 0;
}
