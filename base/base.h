/* What every file of Habilis may count on: attributes, the error codes, small macros. config.h comes first by the build. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define AUTO(f) __attribute__((cleanup(f)))
#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* Why something failed. A function's header names the few it may answer with; ERR_OK is 0. */
enum err {
	ERR_OK,
	ERR_NOTFOUND,    /* no such thing, or nothing the caller may know of */
	ERR_GONE,        /* was there, is no longer, for good */
	ERR_CONFLICT,    /* somebody was quicker: what was read no longer holds; nothing was written */
	ERR_INVALID,     /* the input breaks a rule; nothing was written */
	ERR_MALFORMED,   /* the input is not of its format: HTTP 400, a broken record, an unknown field */
	ERR_TOOLARGE,    /* over a bound */
	ERR_DENIED,      /* known who, not allowed */
	ERR_LOGIN,       /* not known who: no session, or an ended one */
	ERR_LIMIT,       /* too often: a rate or a delay */
	ERR_UNAVAILABLE, /* a part we need is away; nothing was written, try later */
	ERR_UNKNOWN,     /* sent to the writer, no answer in time: ask again with the same changeset id */
	ERR_FULL,        /* no room on disk or in the map */
	ERR_CORRUPT,     /* stored data contradicts itself */
	ERR_INTERNAL,    /* a fault of ours */
	ERR__MAX
};

/* The English name of a code, for logs and the command line; never NULL. */
const char *err_text(enum err e);

/* A run of bytes that somebody else owns. p may be NULL when n is 0. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

#define BYTES_NONE ((struct bytes){ NULL, 0 })

bool bytes_equal(struct bytes a, struct bytes b);

/* The bytes of a C string, without its NUL. */
struct bytes bytes_of(const char *s);

/* A list of strings. */
struct strs {
	const char **v;
	size_t n;
};

bool strs_has(const struct strs *list, const char *s);
/* The same strings in any order; neither list has one twice. */
bool strs_same(const struct strs *x, const struct strs *y);

#endif
