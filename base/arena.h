/* Arena: memory of one request, message or command, released at once. Out of memory ends the process: the parent of a
   pool (or the supervisor) starts another, and no error path is left that nobody ever ran. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

#include <stdarg.h>

struct arena;

struct arena *arena_new(void) __attribute__((returns_nonnull));

/* Releases all pieces. NULL is allowed. */
void arena_free(struct arena *a);

/* Zeroed bytes, aligned for any type. n may be 0. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));

/* A copy of n bytes with a NUL after them. */
char *arena_memdup(struct arena *a, const void *p, size_t n) __attribute__((returns_nonnull));

char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));

char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3) __attribute__((returns_nonnull));

char *arena_vprintf(struct arena *a, const char *format, va_list args) PRINTF_LIKE(2, 0) __attribute__((returns_nonnull));

/* The list v of n elements of that size with room for one more: its array doubles at each power of two, so that no capacity
   is kept beside it.  list = arena_more(a, list, n, sizeof *list); list[n++] = x; */
void *arena_more(struct arena *a, void *v, size_t n, size_t size) __attribute__((returns_nonnull));

/* Room for a list of n strings that strs_add may lengthen: its arrays have the power of two that holds them. */
const char **strs_room(struct arena *a, size_t n) __attribute__((returns_nonnull));

/* Appends s to a list whose array lives in the arena. s is kept, not copied. */
void strs_add(struct arena *a, struct strs *list, const char *s);
/* A list of its own with the same strings. */
struct strs strs_copy(struct arena *a, const struct strs *list);

static inline void arena_cleanup(struct arena **a)
{
	arena_free(*a);
}

#define AUTO_ARENA AUTO(arena_cleanup)

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, n, type) ((type *)arena_alloc((a), (n) * sizeof(type)))

/* A growing run of bytes in an arena. Always NUL-terminated once something was added. */
struct buf {
	struct arena *arena;
	uint8_t *p;
	size_t n;
	size_t room;
};

struct buf buf_new(struct arena *a);

void buf_add(struct buf *b, const void *p, size_t n);

void buf_text(struct buf *b, const char *s);

void buf_byte(struct buf *b, uint8_t byte);

/* Big-endian integers: their order as bytes is their order as numbers. */
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);

void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* The text added so far; "" when nothing was. Dies with the arena or at the next addition. */
const char *buf_str(struct buf *b);

struct bytes buf_bytes(const struct buf *b);

/* Reads big-endian pieces from bytes. The first read past the end sticks in err; later reads give zeros. */
struct reader {
	const uint8_t *p;
	size_t n;
	enum err err;
};

struct reader reader_of(struct bytes b);
uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);

/* n bytes in place; BYTES_NONE on a short input. */
struct bytes read_bytes(struct reader *r, size_t n);

#endif
