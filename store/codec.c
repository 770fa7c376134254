#include "store/codec.h"

#include "base/text.h"

#include <string.h>

static void *member(const struct codec_field *f, void *record)
{
	return (uint8_t *)record + f->offset;
}

static const void *peek(const struct codec_field *f, const void *record)
{
	return (const uint8_t *)record + f->offset;
}

static uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

/* ---- encoding ---- */

static void put_length(struct buf *b, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_byte(b, (uint8_t)(n | 0x80));
	buf_byte(b, (uint8_t)n);
}

static size_t length_size(size_t n)
{
	size_t size = 1;

	for (; n >= 0x80; n >>= 7)
		size++;
	return size;
}

static void put_value(struct buf *b, uint8_t tag, const void *p, size_t n)
{
	if (n == 0)
		return;
	buf_byte(b, tag);
	put_length(b, n);
	buf_add(b, p, n);
}

static void put_integer(struct buf *b, uint8_t tag, uint64_t v)
{
	uint8_t bytes[8];
	size_t n = 0;

	for (int shift = 56; shift >= 0; shift -= 8)
		if (n || v >> shift)
			bytes[n++] = (uint8_t)(v >> shift);
	put_value(b, tag, bytes, n);
}

static void put_strs(struct buf *b, uint8_t tag, const struct strs *list)
{
	size_t n = 0;

	if (list->n == 0)
		return;
	for (size_t i = 0; i < list->n; i++)
		n += length_size(strlen(list->v[i])) + strlen(list->v[i]);
	buf_byte(b, tag);
	put_length(b, n);
	for (size_t i = 0; i < list->n; i++) {
		put_length(b, strlen(list->v[i]));
		buf_text(b, list->v[i]);
	}
}

static void put_u16s(struct buf *b, uint8_t tag, const uint16_t *v, size_t n)
{
	while (n && v[n - 1] == U16_NONE)
		n--;
	if (n == 0)
		return;
	buf_byte(b, tag);
	put_length(b, 2 * n);
	for (size_t i = 0; i < n; i++)
		buf_u16(b, v[i]);
}

static void put_field(struct buf *b, const struct codec_field *f, const void *p)
{
	switch (f->type) {
	case CODEC_U64:
		put_integer(b, f->tag, *(const uint64_t *)p);
		break;
	case CODEC_I64:
		put_integer(b, f->tag, zigzag(*(const int64_t *)p));
		break;
	case CODEC_BOOL:
		put_integer(b, f->tag, *(const bool *)p);
		break;
	case CODEC_STR:
		if (*(const char *const *)p)
			put_value(b, f->tag, *(const char *const *)p, strlen(*(const char *const *)p));
		break;
	case CODEC_STRS:
		put_strs(b, f->tag, p);
		break;
	case CODEC_BYTES:
		put_value(b, f->tag, ((const struct bytes *)p)->p, ((const struct bytes *)p)->n);
		break;
	case CODEC_UUID:
		if (!uuid_is_none(*(const struct uuid *)p))
			put_value(b, f->tag, p, sizeof(struct uuid));
		break;
	case CODEC_U16S:
		put_u16s(b, f->tag, p, f->count);
		break;
	}
}

struct bytes codec_encode(struct arena *a, const struct codec *c, const void *record)
{
	const struct bytes *kept = (const struct bytes *)(const void *)((const uint8_t *)record + c->unknown_offset);
	struct reader in = reader_of(*kept);
	struct codec_item it;
	bool more = codec_next(&in, &it);
	struct buf b = buf_new(a);

	for (size_t i = 0; i < c->n; i++) {
		for (; more && it.tag < c->fields[i].tag; more = codec_next(&in, &it))
			put_value(&b, it.tag, it.value.p, it.value.n);
		put_field(&b, &c->fields[i], peek(&c->fields[i], record));
	}
	for (; more; more = codec_next(&in, &it))
		put_value(&b, it.tag, it.value.p, it.value.n);
	return buf_bytes(&b);
}

/* ---- decoding ---- */

/* LEB128, shortest form, at most 28 bits: no record of ours comes near. */
static size_t get_length(struct reader *in)
{
	size_t v = 0;

	for (unsigned shift = 0; shift < 28; shift += 7) {
		uint8_t byte = read_u8(in);

		v |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (byte == 0 && shift)
				break;
			return v;
		}
	}
	in->err = ERR_CORRUPT;
	return 0;
}

bool codec_next(struct reader *in, struct codec_item *out)
{
	size_t n;

	if (in->n == 0 || in->err)
		return false;
	out->tag = in->p[0];
	/* nearly every length is one byte: this loop is what searching the log costs */
	if (in->n >= 2 && in->p[1] < 0x80) {
		n = in->p[1];
		in->p += 2;
		in->n -= 2;
	} else {
		(void)read_u8(in);
		n = get_length(in);
	}
	out->value = (struct bytes){ in->p, n };
	if (out->tag == 0 || n == 0 || n > in->n || in->err) {
		in->err = ERR_CORRUPT;
		return false;
	}
	in->p += n;
	in->n -= n;
	return true;
}

uint64_t codec_u64(struct bytes value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < value.n; i++)
		v = v << 8 | value.p[i];
	return v;
}

int64_t codec_i64(struct bytes value)
{
	return unzigzag(codec_u64(value));
}

/* Where the copied strings of one record go. A value of n bytes came with at least two of tag and length (an item of a
   list with one), so n bytes and a NUL for each never outgrow the input. */
struct pool {
	struct arena *arena;
	uint8_t *next;
};

static const char *keep(struct pool *pool, struct bytes value)
{
	uint8_t *copy = pool->next;

	if (value.n)
		memcpy(copy, value.p, value.n);
	pool->next += value.n + 1;
	return (const char *)copy;
}

static bool has_nul(struct bytes value)
{
	return value.n && memchr(value.p, 0, value.n);
}

static bool get_strs(struct pool *pool, struct bytes value, struct strs *out)
{
	struct reader in = reader_of(value);
	size_t n = 0;

	for (; in.n; n++)
		if (has_nul(read_bytes(&in, get_length(&in))))
			return false;
	if (in.err)
		return false;
	out->v = strs_room(pool->arena, n);
	out->n = n;
	in = reader_of(value);
	for (size_t i = 0; i < n; i++)
		out->v[i] = keep(pool, read_bytes(&in, get_length(&in)));
	return true;
}

static bool get_u16s(struct bytes value, uint16_t *v, size_t count)
{
	struct reader in = reader_of(value);
	size_t n = value.n / 2;

	if (value.n % 2 || n > count)
		return false;
	for (size_t i = 0; i < n; i++)
		v[i] = read_u16(&in);
	return v[n - 1] != U16_NONE;
}

static bool get_field(struct pool *pool, const struct codec_field *f, struct bytes value, void *p)
{
	switch (f->type) {
	case CODEC_U64:
	case CODEC_I64:
		if (value.n > 8 || value.p[0] == 0)
			return false;
		*(uint64_t *)p = f->type == CODEC_I64 ? (uint64_t)codec_i64(value) : codec_u64(value);
		return true;
	case CODEC_BOOL:
		*(bool *)p = true;
		return value.n == 1 && value.p[0] == 1;
	case CODEC_STR:
		if (has_nul(value))
			return false;
		*(const char **)p = keep(pool, value);
		return true;
	case CODEC_STRS:
		return get_strs(pool, value, p);
	case CODEC_BYTES:
		*(struct bytes *)p = (struct bytes){ (const uint8_t *)keep(pool, value), value.n };
		return true;
	case CODEC_UUID:
		if (value.n != sizeof(struct uuid))
			return false;
		memcpy(p, value.p, sizeof(struct uuid));
		return !uuid_is_none(*(struct uuid *)p);
	case CODEC_U16S:
		return get_u16s(value, p, f->count);
	}
	return false;
}

void codec_default(const struct codec *c, void *out)
{
	memset(out, 0, c->size);
	for (size_t i = 0; i < c->n; i++) {
		if (c->fields[i].type == CODEC_STR)
			*(const char **)member(&c->fields[i], out) = "";
		if (c->fields[i].type == CODEC_U16S)
			memset(member(&c->fields[i], out), 0xff, c->fields[i].count * sizeof(uint16_t));
	}
}

static bool decode(struct pool *pool, const struct codec *c, struct bytes in, void *out, struct buf *unknown)
{
	struct reader rest = reader_of(in);
	struct codec_item it;
	uint8_t last = 0;
	size_t i = 0;

	while (codec_next(&rest, &it)) {
		if (it.tag <= last)
			return false;
		last = it.tag;
		while (i < c->n && c->fields[i].tag < it.tag)
			i++;
		if (i == c->n || c->fields[i].tag != it.tag)
			put_value(unknown, it.tag, it.value.p, it.value.n);
		else if (!get_field(pool, &c->fields[i], it.value, member(&c->fields[i], out)))
			return false;
	}
	return !rest.err;
}

enum err codec_decode(struct arena *a, const struct codec *c, struct bytes in, void *out)
{
	struct pool pool = { a, arena_alloc(a, in.n + 1) };
	struct buf unknown = buf_new(a);

	codec_default(c, out);
	if (!decode(&pool, c, in, out, &unknown)) {
		codec_default(c, out);
		return ERR_CORRUPT;
	}
	*(struct bytes *)(void *)((uint8_t *)out + c->unknown_offset) = buf_bytes(&unknown);
	return ERR_OK;
}

/* ---- JSON ---- */

static void print_strs(const struct strs *list, struct json *j)
{
	json_open_array(j);
	for (size_t i = 0; i < list->n; i++)
		json_string(j, list->v[i]);
	json_close_array(j);
}

static void print_u16s(const uint16_t *v, size_t n, struct json *j)
{
	json_open_array(j);
	for (size_t i = 0; i < n; i++) {
		if (v[i] == U16_NONE)
			json_null(j);
		else
			json_integer(j, v[i]);
	}
	json_close_array(j);
}

static void print_field(struct arena *a, const struct codec_field *f, const void *p, struct json *j)
{
	switch (f->type) {
	case CODEC_U64:
	case CODEC_I64: /* over 2^63 a number of ours is a bit field: shown as it is */
		json_integer(j, *(const int64_t *)p);
		break;
	case CODEC_BOOL:
		json_bool(j, *(const bool *)p);
		break;
	case CODEC_STR:
		json_string(j, *(const char *const *)p);
		break;
	case CODEC_STRS:
		print_strs(p, j);
		break;
	case CODEC_BYTES:
		json_string(j, text_hex(a, *(const struct bytes *)p));
		break;
	case CODEC_UUID:
		json_string(j, uuid_is_none(*(const struct uuid *)p) ? "" : uuid_text(a, *(const struct uuid *)p));
		break;
	case CODEC_U16S:
		print_u16s(p, f->count, j);
		break;
	}
}

void codec_json(struct arena *a, const struct codec *c, const void *record, struct json *j)
{
	for (size_t i = 0; i < c->n; i++) {
		json_key(j, c->fields[i].name);
		print_field(a, &c->fields[i], peek(&c->fields[i], record), j);
	}
}
