/* For tests of store/: a writer in a temporary folder, a clock under our hand, numbers that repeat. */
#ifndef TEST_STORE_COMMON_H
#define TEST_STORE_COMMON_H

#include "base/secret.h"
#include "base/text.h"
#include "store/env.h"
#include "store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MAP_BYTES ((uint64_t)1 << 30)
#define T0 ((int64_t)1789000000000) /* 2026-09-10 */

/* xorshift64*: the same numbers on every machine. */
struct dice {
	uint64_t s;
};

static inline uint64_t roll(struct dice *d)
{
	d->s ^= d->s >> 12;
	d->s ^= d->s << 25;
	d->s ^= d->s >> 27;
	return d->s * 0x2545f4914f6cdd1dull;
}

static inline size_t below(struct dice *d, size_t n)
{
	return (size_t)(roll(d) % n);
}

/* The set-up of a group that needs nothing else. */
static inline int secrets_ready(void **state)
{
	(void)state;
	secret_init();
	return 0;
}

static inline const char *temp_dir(struct arena *a)
{
	const char *in = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char *dir = arena_printf(a, "%s/habilis-store-XXXXXX", in);

	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void remove_dir(const char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A fresh folder with an open writer. */
struct bench {
	struct arena *a;
	struct writer_options o;
	struct writer *w;
};

static inline void bench_reopen(struct bench *b)
{
	const char *why = "";
	enum err e;

	writer_close(b->w);
	b->w = NULL;
	e = writer_open(b->a, &b->o, &b->w, &why);
	if (e)
		fail_msg("writer_open: %s: %s", err_text(e), why);
}

static inline struct bench bench_new(void)
{
	struct bench b = { .a = arena_new() };

	b.o = (struct writer_options){ .dir = temp_dir(b.a), .map_bytes = MAP_BYTES, .test_clock = true };
	bench_reopen(&b);
	return b;
}

static inline void bench_done(struct bench *b)
{
	writer_close(b->w);
	remove_dir(b->o.dir);
	arena_free(b->a);
}

#define AUTO_BENCH AUTO(bench_done)

static inline struct writer_result apply_as(struct bench *b, struct changeset *cs, uint64_t uid)
{
	struct writer_result r = { .err = ERR_INTERNAL };
	enum err e = writer_apply(b->w, b->a, &cs, &uid, 1, &r);

	assert_int_equal(e, r.err == ERR_FULL ? e : ERR_OK);
	return r;
}

static inline struct writer_result apply(struct bench *b, struct changeset *cs)
{
	return apply_as(b, cs, 1000);
}

/* An act's record that says nothing much. */
static inline void note(struct changeset *cs, enum event ev)
{
	struct audit_record r;

	audit_record_default(&r);
	r.event = event_code(ev);
	changeset_audit(cs, &r);
}

static inline void add(struct bench *b, enum event ev, const char *text)
{
	struct changeset *cs = changeset_new(b->a);
	struct audit_record r;

	audit_record_default(&r);
	r.event = event_code(ev);
	r.address = "192.0.2.7";
	r.user_agent = text;
	changeset_audit(cs, &r);
	assert_int_equal(apply(b, cs).err, ERR_OK);
}

static inline struct audit_verdict verify(struct bench *b)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct audit_verdict v = { .reason = "" };

	assert_int_equal(audit_verify(a, writer_store(b->w), &v), ERR_OK);
	return v;
}

static inline struct audit_record record(struct bench *b, uint64_t seq)
{
	AUTO_TXN struct txn t = txn_read(writer_store(b->w), STORE_MAIN);
	struct audit_record r;

	assert_int_equal(audit_get(&t, b->a, seq, &r), ERR_OK);
	return r;
}

static inline struct store *open_reader(struct bench *b, unsigned parts)
{
	struct store_place place = { .dir = b->o.dir, .writer = b->o.socket, .map_bytes = MAP_BYTES };
	struct store *st = NULL;
	const char *why = "";
	enum err e = store_open(b->a, &place, parts, &st, &why);

	if (e)
		fail_msg("store_open: %s: %s", err_text(e), why);
	return st;
}

#define BOTH_PARTS (1u << STORE_MAIN | 1u << STORE_PUBLIC)

#endif
