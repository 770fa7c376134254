#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pieces share chunks. Under ASan each has a chunk of its own, so that an overrun between two pieces is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define CHUNK_MIN ((size_t)0)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHUNK_MIN ((size_t)0)
#endif
#endif
#ifndef CHUNK_MIN
#define CHUNK_MIN ((size_t)4096)
#endif
#define CHUNK_MAX ((size_t)32768)

struct chunk {
	struct chunk *next;
	max_align_t data[];
};

struct arena {
	struct chunk *chunks;
	uint8_t *p, *end; /* what is left of the youngest one */
	size_t size;      /* of the next one */
};

static void *must(void *p)
{
	if (!p) {
		fputs("<2>out of memory\n", stderr);
		abort();
	}
	return p;
}

struct arena *arena_new(void)
{
	struct arena *a = must(malloc(sizeof *a + CHUNK_MIN));

	*a = (struct arena){ .p = (uint8_t *)(a + 1), .end = (uint8_t *)(a + 1) + CHUNK_MIN, .size = 2 * CHUNK_MIN };
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static size_t aligned(size_t n)
{
	return (n + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

/* A piece as it comes: not zeroed. */
static void *take(struct arena *a, size_t n)
{
	if (n > SIZE_MAX / 4)
		must(NULL);
	size_t size = aligned(n);

	if (size > (size_t)(a->end - a->p)) {
		bool own = size > a->size / 4;
		struct chunk *c = must(malloc(sizeof *c + (own ? n : a->size)));

		c->next = a->chunks;
		a->chunks = c;
		if (own)
			return c->data;
		a->p = (uint8_t *)c->data;
		a->end = a->p + a->size;
		if (a->size < CHUNK_MAX)
			a->size *= 2;
	}
	void *p = a->p;

	a->p += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

char *arena_memdup(struct arena *a, const void *p, size_t n)
{
	char *copy = take(a, n + 1);

	if (n)
		memcpy(copy, p, n);
	copy[n] = 0;
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_memdup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
	size_t room = (size_t)(a->end - a->p);
	va_list again;

	/* nearly all fit into what is left of the chunk: they are formatted once */
	va_copy(again, args);
	int n = vsnprintf((char *)a->p, room, format, again);

	va_end(again);
	if (n < 0)
		must(NULL);
	bool fits = (size_t)n < room;
	char *s = take(a, (size_t)n + 1);

	if (!fits)
		vsnprintf(s, (size_t)n + 1, format, args);
	return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *s = arena_vprintf(a, format, args);

	va_end(args);
	return s;
}

const char **strs_room(struct arena *a, size_t n)
{
	size_t room = 1;

	while (room < n)
		room *= 2;
	return arena_array(a, room, const char *);
}

void *arena_more(struct arena *a, void *v, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return v;
	void *grown = arena_alloc(a, (n ? n * 2 : 1) * size);

	if (n)
		memcpy(grown, v, n * size);
	return grown;
}

void strs_add(struct arena *a, struct strs *list, const char *s)
{
	list->v = arena_more(a, list->v, list->n, sizeof *list->v);
	list->v[list->n++] = s;
}

struct strs strs_copy(struct arena *a, const struct strs *list)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < list->n; i++)
		strs_add(a, &out, list->v[i]);
	return out;
}

struct buf buf_new(struct arena *a)
{
	return (struct buf){ .arena = a };
}

/* The old piece is left to the arena. */
static void grow(struct buf *b, size_t n)
{
	if (n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
		must(NULL);
	size_t room = b->room ? b->room : 256;

	while (room < b->n + n + 1)
		room *= 2;
	uint8_t *p = take(b->arena, room);

	if (b->n)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->room = room;
}

/* Room for n more bytes and a NUL. */
static inline uint8_t *reserve(struct buf *b, size_t n)
{
	if (n >= b->room - b->n)
		grow(b, n);
	return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = reserve(b, n);

	if (n)
		memcpy(to, p, n);
	to[n] = 0;
	b->n += n;
}

void buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_byte(struct buf *b, uint8_t byte)
{
	uint8_t *to = reserve(b, 1);

	to[0] = byte;
	to[1] = 0;
	b->n++;
}

static void add_big_endian(struct buf *b, uint64_t v, unsigned n)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < n; i++)
		bytes[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	buf_add(b, bytes, n);
}

void buf_u16(struct buf *b, uint16_t v)
{
	add_big_endian(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
	add_big_endian(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	add_big_endian(b, v, 8);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	size_t room = b->room - b->n;

	va_start(args, format);
	int n = vsnprintf(room ? (char *)b->p + b->n : NULL, room, format, args);

	va_end(args);
	if (n < 0)
		must(NULL);
	if ((size_t)n >= room) {
		va_start(args, format);
		vsnprintf((char *)reserve(b, (size_t)n), (size_t)n + 1, format, args);
		va_end(args);
	}
	b->n += (size_t)n;
}

const char *buf_str(struct buf *b)
{
	if (!b->p)
		buf_add(b, NULL, 0);
	return (const char *)b->p;
}

struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->p, b->n };
}

struct reader reader_of(struct bytes b)
{
	return (struct reader){ .p = b.p, .n = b.n };
}

struct bytes read_bytes(struct reader *r, size_t n)
{
	if (r->err || n > r->n) {
		r->err = ERR_MALFORMED;
		r->n = 0;
		return BYTES_NONE;
	}
	if (!n) /* p may be NULL then, and NULL + 0 is undefined */
		return (struct bytes){ r->p, 0 };
	struct bytes b = { r->p, n };

	r->p += n;
	r->n -= n;
	return b;
}

static uint64_t read_big_endian(struct reader *r, unsigned n)
{
	struct bytes b = read_bytes(r, n);
	uint64_t v = 0;

	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[i];
	return v;
}

uint8_t read_u8(struct reader *r)
{
	return (uint8_t)read_big_endian(r, 1);
}

uint16_t read_u16(struct reader *r)
{
	return (uint16_t)read_big_endian(r, 2);
}

uint32_t read_u32(struct reader *r)
{
	return (uint32_t)read_big_endian(r, 4);
}

uint64_t read_u64(struct reader *r)
{
	return read_big_endian(r, 8);
}
