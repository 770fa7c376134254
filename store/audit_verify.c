/* The chain, row by row. What can be wrong with a row: it is missing, too short, its record does not give its
   digest, its link does not follow, its seal does not hold, or its content is gone without a record of that purge. */
#include "base/secret.h"
#include "store/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS_A_TXN 10000u

struct check {
	struct arena *arena;
	struct store *st;
	struct audit_verdict *v;
	uint64_t next;        /* the seq that must come */
	uint8_t *unexplained; /* a bit a seq: content gone, no record of it yet */
	size_t room;          /* bytes of it */
	bool ended;
	uint64_t seal_seq; /* of the seal the scan stands on */
	bool has_seal;
};

static bool bad(struct check *c, uint64_t seq, const char *reason)
{
	c->v->whole = false;
	c->v->bad_seq = seq;
	c->v->reason = reason;
	c->ended = true;
	return false;
}

/* ---- purges ---- */

static void remember_purged(struct check *c, uint64_t seq)
{
	size_t place = (size_t)(seq / 8);

	if (place >= c->room) {
		size_t room = 2 * place + 4096;
		uint8_t *grown = arena_alloc(c->arena, room);

		if (c->room)
			memcpy(grown, c->unexplained, c->room);
		c->unexplained = grown;
		c->room = room;
	}
	c->unexplained[place] |= (uint8_t)(1u << seq % 8);
	c->v->purged++;
}

static void explain(struct check *c, uint64_t first, uint64_t last)
{
	if (last - first >= AUDIT_PURGE_MAX)
		return;
	for (uint64_t seq = first; seq <= last && seq / 8 < c->room; seq++)
		c->unexplained[seq / 8] &= (uint8_t) ~(1u << seq % 8);
}

/* "1-950,953-953"; what is not of that form explains nothing. */
static void explain_list(struct check *c, const char *list)
{
	while (*list) {
		char *end;
		uint64_t first = strtoull(list, &end, 10);

		if (end == list || *end != '-')
			return;
		list = end + 1;
		uint64_t last = strtoull(list, &end, 10);

		if (end == list || (*end && *end != ','))
			return;
		explain(c, first, last);
		list = *end ? end + 1 : end;
	}
}

static bool read_purge(struct check *c, struct bytes record)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct audit_record r;

	if (audit_record_decode(a, record, &r))
		return false;
	for (size_t i = 0; i < r.details.n; i++)
		if (strncmp(r.details.v[i], AUDIT_PURGED, strlen(AUDIT_PURGED)) == 0)
			explain_list(c, r.details.v[i] + strlen(AUDIT_PURGED));
	return true;
}

/* ---- rows and seals ---- */

static bool check_record(struct check *c, const struct log_row *row)
{
	uint8_t digest[DIGEST_SIZE];
	struct log_head head;

	if (row->record.n == 0) {
		remember_purged(c, row->seq);
		return true;
	}
	secret_digest(row->record, digest);
	if (memcmp(digest, row->digest, sizeof digest) != 0)
		return bad(c, row->seq, "the record does not give its digest");
	if (!log_head_of(row->record, &head) || head.seq != row->seq)
		return bad(c, row->seq, "the record is not that of its seq");
	c->v->last_time = head.time;
	if (!c->v->first_time)
		c->v->first_time = head.time;
	if (bytes_equal(head.event, bytes_of(event_code(EVENT_SERVICE))) && !read_purge(c, row->record))
		return bad(c, row->seq, "the record does not decode");
	return true;
}

static bool check_row(struct check *c, const struct scan *s)
{
	struct log_row row;
	uint8_t link[DIGEST_SIZE];

	if (s->key.n != 8 || codec_u64(s->key) != c->next)
		return bad(c, c->next, "the record is missing");
	if (log_row_of(s->key, s->record.payload, &row))
		return bad(c, c->next, "the row is too short");
	if (!check_record(c, &row))
		return false;
	log_link(c->v->link, (struct bytes){ row.digest, DIGEST_SIZE }, link);
	if (memcmp(link, row.link, sizeof link) != 0)
		return bad(c, c->next, "the link does not follow from the one before");
	memcpy(c->v->link, link, sizeof link);
	c->v->records++;
	c->next++;
	return true;
}

static bool check_seal(struct check *c, const struct scan *s)
{
	AUTO_ARENA struct arena *a = arena_new();
	uint8_t message[AUDIT_SEAL_BYTES];
	uint64_t seq = c->next - 1;
	struct seal seal;

	if (c->seal_seq != seq || seal_decode(a, s->record.payload, &seal) || seal.seq != seq ||
	    seal.public_key.n != 32 || seal.signature.n != 64)
		return bad(c, c->seal_seq ? c->seal_seq : seq, "the seal is damaged");
	if (!bytes_equal(seal.link, (struct bytes){ c->v->link, 32 }))
		return bad(c, seq, "the link is not the sealed one");
	audit_seal_message(seq, c->v->link, seal.time, message);
	if (!secret_verify(seal.public_key.p, (struct bytes){ message, sizeof message }, seal.signature.p))
		return bad(c, seq, "the seal's signature does not hold");
	if (c->v->seals == 0 || memcmp(c->v->public_key, seal.public_key.p, 32) != 0)
		c->v->keys++;
	memcpy(c->v->public_key, seal.public_key.p, 32);
	c->v->seals++;
	c->v->sealed = seq;
	return true;
}

static void next_seal(struct check *c, struct scan *seals)
{
	c->has_seal = scan_next(seals);
	c->seal_seq = c->has_seal && seals->key.n == 8 ? codec_u64(seals->key) : 0;
}

/* ---- the end ---- */

static void check_end(struct check *c, struct txn *t)
{
	struct log_tip tip;
	uint64_t last = c->next - 1;

	c->ended = true;
	if (c->has_seal) {
		(void)bad(c, c->next, "records are missing at the end: a seal is of a later one");
		return;
	}
	if (log_tip_get(t, &tip) || tip.seq > last) {
		(void)bad(c, c->next, "records are missing at the end: the store counts more");
		return;
	}
	if (tip.seq < last || memcmp(tip.link, c->v->link, sizeof tip.link) != 0) {
		(void)bad(c, tip.seq < last ? tip.seq + 1 : last, "the store does not know the last records");
		return;
	}
	for (size_t i = 0; i < c->room; i++)
		if (c->unexplained[i]) {
			uint64_t seq = 8 * i + (uint64_t)__builtin_ctz(c->unexplained[i]);

			(void)bad(c, seq, "the content is gone without a record of a purge");
			return;
		}
	c->v->whole = true;
}

/* Up to ROWS_A_TXN rows in one transaction, so that no page stays pinned for long. */
static enum err check_piece(struct check *c)
{
	AUTO_TXN struct txn t = txn_read(c->st, STORE_MAIN);
	uint8_t key[8];

	put_u64(key, c->next);
	/* the first piece starts before all, where nothing may be */
	struct bytes from = c->next > 1 ? key_bytes(key, sizeof key) : BYTES_NONE;
	AUTO_SCAN struct scan rows = scan_from(&t, TABLE_AUDIT, BYTES_NONE, from, false);
	AUTO_SCAN struct scan seals = scan_from(&t, TABLE_SEAL, BYTES_NONE, from, false);

	next_seal(c, &seals);
	for (size_t i = 0; i < ROWS_A_TXN && !c->ended; i++) {
		if (!scan_next(&rows)) {
			if (!t.err)
				check_end(c, &t);
			break;
		}
		if (!check_row(c, &rows))
			break;
		while (c->has_seal && c->seal_seq < c->next && check_seal(c, &seals))
			next_seal(c, &seals);
	}
	return t.err;
}

static struct check check_new(struct arena *a, struct store *st, struct audit_verdict *v)
{
	*v = (struct audit_verdict){ .reason = "", .first = 1 };
	return (struct check){ .arena = a, .st = st, .v = v, .next = 1 };
}

static enum err step(struct check *c)
{
	enum err e = check_piece(c);

	if (e != ERR_CORRUPT)
		return e;
	(void)bad(c, c->next, "the data file is damaged here");
	return ERR_OK;
}

static enum err walk(struct check *c)
{
	enum err e = ERR_OK;

	while (!c->ended && !e)
		e = step(c);
	return e;
}

static enum err verify(struct arena *a, struct store *st, struct audit_verdict *v)
{
	struct check c = check_new(a, st, v);

	return walk(&c);
}

/* ---- the end of the log ---- */

/* The oldest seal among the last rows; without one, the first of them. */
static uint64_t start_of(struct txn *t, uint64_t tip, size_t rows)
{
	uint64_t first = tip - rows + 1;
	uint8_t key[8];

	put_u64(key, first);
	AUTO_SCAN struct scan seals = scan_from(t, TABLE_SEAL, BYTES_NONE, key_bytes(key, sizeof key), false);

	return scan_next(&seals) && seals.key.n == 8 && codec_u64(seals.key) <= tip ? codec_u64(seals.key) : first;
}

/* The link before the first row is taken as it stands: its seal, if it has one, vouches for it. */
static enum err begin_at_the_end(struct check *c, size_t rows)
{
	AUTO_TXN struct txn t = txn_read(c->st, STORE_MAIN);
	struct log_tip tip;
	uint8_t digest[DIGEST_SIZE];
	enum err e = log_tip_get(&t, &tip);

	if (e || tip.seq <= rows)
		return e == ERR_CORRUPT ? ERR_OK : e;
	c->next = c->v->first = start_of(&t, tip.seq, rows);
	e = audit_link(&t, c->next - 1, c->v->link, digest);
	if (e == ERR_NOTFOUND || e == ERR_CORRUPT) {
		(void)bad(c, c->next - 1, "the record is missing");
		return ERR_OK;
	}
	return e ? e : t.err;
}

enum err audit_verify_end(struct arena *a, struct store *st, size_t rows, struct audit_verdict *out)
{
	struct audit_verdict v;
	struct check c = check_new(a, st, &v);
	enum err e = begin_at_the_end(&c, rows);

	if (!e)
		e = walk(&c);
	if (!e)
		*out = v;
	return e;
}

/* ---- in pieces ---- */

struct audit_walk {
	struct check check;
	struct audit_verdict verdict;
};

struct audit_walk *audit_walk_new(struct arena *a, struct store *st)
{
	struct audit_walk *w = arena_new_of(a, struct audit_walk);

	w->check = check_new(a, st, &w->verdict);
	return w;
}

enum err audit_walk_step(struct audit_walk *w, bool *ended)
{
	enum err e = step(&w->check);

	*ended = w->check.ended;
	return e;
}

const struct audit_verdict *audit_walk_verdict(const struct audit_walk *w)
{
	return &w->verdict;
}

enum err audit_verify(struct arena *a, struct store *st, struct audit_verdict *out)
{
	struct audit_verdict v;
	enum err e = verify(a, st, &v);

	if (!e)
		*out = v;
	return e;
}

/* ---- in a child ---- */

struct shared {
	struct audit_verdict verdict; /* its reason is a literal: the same address on both sides of the fork */
	enum err err;
	bool done;
	char why[256];
};

static void run_child(const struct store_place *place, struct shared *sh)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct arena *a = arena_new();
	struct store *st = NULL;
	const char *why = "";

	/* whoever catches these in the parent has nothing to do with a crash here */
	for (size_t i = 0; i < LENGTH(crashes); i++)
		(void)signal(crashes[i], SIG_DFL);
	sh->err = store_open(a, place, 1u << STORE_MAIN, &st, &why);
	if (!sh->err)
		sh->err = verify(a, st, &sh->verdict);
	(void)snprintf(sh->why, sizeof sh->why, "%s", why);
	sh->done = true;
}

static enum err conclude(struct arena *a, const struct shared *sh, struct audit_verdict *out, const char **why)
{
	if (!sh->done) {
		*out = sh->verdict;
		out->whole = false;
		out->bad_seq = sh->verdict.records + 1;
		out->reason = "the data file is damaged: reading on crashed";
		return ERR_OK;
	}
	if (sh->err)
		*why = arena_strdup(a, sh->why);
	else
		*out = sh->verdict;
	return sh->err;
}

enum err audit_verify_place(struct arena *a, const struct store_place *place, struct audit_verdict *out, const char **why)
{
	struct shared *sh = mmap(NULL, sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child = sh == MAP_FAILED ? -1 : fork();
	int status;

	*why = "no child process";
	if (child == 0) {
		run_child(place, sh);
		_exit(0);
	}
	enum err e = child < 0 || waitpid(child, &status, 0) < 0 ? ERR_UNAVAILABLE : conclude(a, sh, out, why);

	if (sh != MAP_FAILED)
		(void)munmap(sh, sizeof *sh);
	return e;
}
