#include "base/json.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>

#define TEXT_MAX ((size_t)256 * 1024)
#define DEPTH_MAX 16

/* yajl's memory lives in the arena: it never sees malloc fail (it would go on), and a writer needs no free. */
struct block {
	size_t n;
	max_align_t data[];
};

static void *block_new(void *arena, size_t n)
{
	struct block *block = arena_alloc(arena, sizeof *block + n);

	block->n = n;
	return block->data;
}

static void *block_grow(void *arena, void *p, size_t n)
{
	void *grown = block_new(arena, n);

	if (p) {
		size_t old = ((struct block *)((char *)p - offsetof(struct block, data)))->n;

		memcpy(grown, p, old < n ? old : n);
	}
	return grown;
}

static void block_leave(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

static yajl_alloc_funcs memory_of(struct arena *a)
{
	return (yajl_alloc_funcs){ .malloc = block_new, .realloc = block_grow, .free = block_leave, .ctx = a };
}

struct json {
	struct arena *arena;
	struct buf text;
	yajl_gen gen;
};

static void add_text(void *text, const char *s, size_t n)
{
	buf_add(text, s, n);
}

struct json *json_new(struct arena *a)
{
	struct json *j = arena_new_of(a, struct json);
	yajl_alloc_funcs memory = memory_of(a);

	j->arena = a;
	j->text = buf_new(a);
	j->gen = yajl_gen_alloc(&memory);
	yajl_gen_config(j->gen, yajl_gen_print_callback, add_text, &j->text);
	return j;
}

/* A value where a key belongs, or a close too many: a bug of the caller. */
static void must(yajl_gen_status status)
{
	if (status != yajl_gen_status_ok) {
		fprintf(stderr, "<2>JSON written out of order (%d)\n", (int)status);
		abort();
	}
}

void json_open_map(struct json *j)
{
	must(yajl_gen_map_open(j->gen));
}

void json_close_map(struct json *j)
{
	must(yajl_gen_map_close(j->gen));
}

void json_open_array(struct json *j)
{
	must(yajl_gen_array_open(j->gen));
}

void json_close_array(struct json *j)
{
	must(yajl_gen_array_close(j->gen));
}

void json_key(struct json *j, const char *key)
{
	json_string(j, key);
}

/* Each broken byte becomes one U+FFFD. */
static const char *repaired(struct arena *a, const char *s)
{
	struct buf b = buf_new(a);
	int32_t cp;

	for (utf8proc_ssize_t n; *s; s += n) {
		n = utf8proc_iterate((const uint8_t *)s, -1, &cp);
		if (n > 0) {
			buf_add(&b, s, (size_t)n);
		} else {
			buf_text(&b, "\xEF\xBF\xBD");
			n = 1;
		}
	}
	return buf_str(&b);
}

void json_string(struct json *j, const char *s)
{
	if (!text_is_utf8(bytes_of(s)))
		s = repaired(j->arena, s);
	must(yajl_gen_string(j->gen, (const unsigned char *)s, strlen(s)));
}

void json_integer(struct json *j, int64_t v)
{
	must(yajl_gen_integer(j->gen, v));
}

void json_bool(struct json *j, bool v)
{
	must(yajl_gen_bool(j->gen, v));
}

void json_null(struct json *j)
{
	must(yajl_gen_null(j->gen));
}

const char *json_text(struct json *j)
{
	return buf_str(&j->text);
}

/* One open object or array. */
struct level {
	struct json_value *value;
	struct json_value *last;
	const char *key; /* read, its value yet to come */
	size_t n;
};

struct parse {
	struct arena *arena;
	enum err err;
	struct json_value *root;
	size_t depth;
	struct level levels[DEPTH_MAX];
};

static struct json_value *append(struct parse *p, enum json_kind kind)
{
	struct json_value *v = arena_new_of(p->arena, struct json_value);

	v->kind = kind;
	if (!p->depth) {
		p->root = v;
		return v;
	}
	struct level *top = &p->levels[p->depth - 1];

	v->key = top->key;
	*(top->last ? &top->last->next : &top->value->first) = v;
	top->last = v;
	top->n++;
	return v;
}

static int on_null(void *parse)
{
	append(parse, JSON_NULL);
	return 1;
}

static int on_bool(void *parse, int v)
{
	append(parse, JSON_BOOL)->boolean = v;
	return 1;
}

static int on_number(void *parse, const char *s, size_t n)
{
	struct parse *p = parse;

	append(p, JSON_NUMBER)->string = arena_memdup(p->arena, s, n);
	return 1;
}

/* A C string cannot hold \u0000: refused, not cut. */
static const char *string_of(struct parse *p, const unsigned char *s, size_t n)
{
	if (memchr(s, 0, n)) {
		p->err = ERR_MALFORMED;
		return NULL;
	}
	return arena_memdup(p->arena, s, n);
}

static int on_string(void *parse, const unsigned char *s, size_t n)
{
	const char *copy = string_of(parse, s, n);

	if (copy)
		append(parse, JSON_STRING)->string = copy;
	return copy != NULL;
}

static int on_key(void *parse, const unsigned char *s, size_t n)
{
	struct parse *p = parse;

	return (p->levels[p->depth - 1].key = string_of(p, s, n)) != NULL;
}

static int open_level(struct parse *p, enum json_kind kind)
{
	if (p->depth == DEPTH_MAX) {
		p->err = ERR_TOOLARGE;
		return 0;
	}
	struct json_value *v = append(p, kind);

	p->levels[p->depth++] = (struct level){ .value = v };
	return 1;
}

static int on_open_map(void *parse)
{
	return open_level(parse, JSON_OBJECT);
}

static int on_open_array(void *parse)
{
	return open_level(parse, JSON_ARRAY);
}

static int on_close_array(void *parse)
{
	((struct parse *)parse)->depth--;
	return 1;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, so that an object of 40 000 keys costs no 40 000² comparisons. */
static bool has_doubled_key(struct arena *a, const struct level *level)
{
	const char **keys = arena_array(a, level->n, const char *);
	size_t n = 0;

	for (const struct json_value *v = level->value->first; v; v = v->next)
		keys[n++] = v->key;
	qsort(keys, n, sizeof *keys, by_text);
	for (size_t i = 1; i < n; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			return true;
	return false;
}

static int on_close_map(void *parse)
{
	struct parse *p = parse;

	if (has_doubled_key(p->arena, &p->levels[--p->depth]))
		p->err = ERR_MALFORMED;
	return !p->err;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_map_key = on_key,
	.yajl_start_map = on_open_map,
	.yajl_end_map = on_close_map,
	.yajl_start_array = on_open_array,
	.yajl_end_array = on_close_array,
};

/* The code unit of a \uXXXX at p, or -1. */
static int escaped_unit(const uint8_t *p, const uint8_t *end)
{
	char hex[5] = "";
	uint8_t v[2];

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	memcpy(hex, p + 2, 4);
	return text_unhex(hex, v, 2) ? -1 : v[0] << 8 | v[1];
}

/* yajl makes a '?' of half a surrogate pair; we refuse it. Escapes stand in strings only, so no lexer is needed. */
static bool has_lone_surrogate(struct bytes text)
{
	const uint8_t *end = text.p + text.n;

	for (const uint8_t *p = text.p; p < end; p++) {
		if (*p != '\\')
			continue;
		int unit = escaped_unit(p, end);

		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return true;
		if (unit >= 0xD800 && unit <= 0xDBFF) {
			int low = escaped_unit(p + 6, end);

			if (low < 0xDC00 || low > 0xDFFF)
				return true;
			p += 6;
		}
		p++; /* what is escaped, a backslash for one, starts no escape itself */
	}
	return false;
}

enum err json_parse(struct arena *a, struct bytes text, struct json_value **out)
{
	if (text.n > TEXT_MAX)
		return ERR_TOOLARGE;
	if (!text.n || !text_is_utf8(text) || has_lone_surrogate(text))
		return ERR_MALFORMED;
	struct parse p = { .arena = a };
	yajl_alloc_funcs memory = memory_of(a);
	yajl_handle h = yajl_alloc(&callbacks, &memory, &p);
	bool good = yajl_parse(h, text.p, text.n) == yajl_status_ok && yajl_complete_parse(h) == yajl_status_ok;

	yajl_free(h);
	if (!good || !p.root)
		return p.err ? p.err : ERR_MALFORMED;
	*out = p.root;
	return ERR_OK;
}

const struct json_value *json_get(const struct json_value *object, const char *key)
{
	if (!object || object->kind != JSON_OBJECT)
		return NULL;
	for (const struct json_value *v = object->first; v; v = v->next)
		if (strcmp(v->key, key) == 0)
			return v;
	return NULL;
}

const char *json_get_string(const struct json_value *object, const char *key)
{
	const struct json_value *v = json_get(object, key);

	return v && v->kind == JSON_STRING ? v->string : NULL;
}
