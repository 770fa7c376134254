#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct piece {
	struct piece *next;
	max_align_t data[];
};

struct arena {
	struct piece *pieces;
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
	return must(calloc(1, sizeof(struct arena)));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct piece *p = a->pieces, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	free(a);
}

void *arena_alloc(struct arena *a, size_t n)
{
	if (n > SIZE_MAX / 2)
		must(NULL);
	struct piece *p = must(calloc(1, sizeof *p + n));

	p->next = a->pieces;
	a->pieces = p;
	return p->data;
}

char *arena_memdup(struct arena *a, const void *p, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_memdup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, again);

	va_end(again);
	if (n < 0)
		must(NULL);
	char *s = arena_alloc(a, (size_t)n + 1);

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

struct buf buf_new(struct arena *a)
{
	return (struct buf){ .arena = a };
}

/* Room for n more bytes and a NUL; the old piece is left to the arena. */
static void grow(struct buf *b, size_t n)
{
	if (n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
		must(NULL);
	if (b->n + n + 1 <= b->room)
		return;
	size_t room = b->room ? b->room : 256;

	while (room < b->n + n + 1)
		room *= 2;
	uint8_t *p = arena_alloc(b->arena, room);

	if (b->n)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->room = room;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	grow(b, n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_byte(struct buf *b, uint8_t byte)
{
	buf_add(b, &byte, 1);
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

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);

	va_end(args);
	if (n < 0)
		must(NULL);
	grow(b, (size_t)n);
	va_start(args, format);
	vsnprintf((char *)b->p + b->n, (size_t)n + 1, format, args);
	va_end(args);
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
