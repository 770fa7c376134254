/* For tests and fuzz targets of store/: filling and comparing a record of any kind by its table. */
#ifndef TEST_STORE_SAMPLE_H
#define TEST_STORE_SAMPLE_H

#include "store/kinds.h"

#include <string.h>

static inline void *sample_member(const struct codec_field *f, void *record)
{
	return (uint8_t *)record + f->offset;
}

/* The golden sample: every field set, each by its tag alone. */
static inline void sample_field(struct arena *a, const struct codec_field *f, void *p)
{
	struct uuid u;
	const uint8_t bytes[] = { f->tag, 0, 0xff };

	switch (f->type) {
	case CODEC_U64:
		*(uint64_t *)p = f->tag * 1000u;
		break;
	case CODEC_I64:
		*(int64_t *)p = f->tag % 2 ? -1000 * f->tag : 1000 * f->tag;
		break;
	case CODEC_BOOL:
		*(bool *)p = true;
		break;
	case CODEC_STR:
		*(const char **)p = arena_printf(a, "é%s", f->name);
		break;
	case CODEC_STRS:
		strs_add(a, p, f->name);
		strs_add(a, p, "");
		strs_add(a, p, "z");
		break;
	case CODEC_BYTES:
		*(struct bytes *)p = (struct bytes){ (const uint8_t *)arena_memdup(a, bytes, sizeof bytes), sizeof bytes };
		break;
	case CODEC_UUID:
		memset(u.b, f->tag, sizeof u.b);
		*(struct uuid *)p = u;
		break;
	case CODEC_U16S:
		((uint16_t *)p)[0] = f->tag;
		((uint16_t *)p)[2] = 0;
		break;
	}
}

/* A record of that kind in the arena. */
static inline void *sample_of(struct arena *a, const struct codec *c)
{
	void *record = arena_alloc(a, c->size);

	codec_default(c, record);
	for (size_t i = 0; i < c->n; i++)
		sample_field(a, &c->fields[i], sample_member(&c->fields[i], record));
	return record;
}

static inline bool same_strs(const struct strs *a, const struct strs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

static inline bool same_field(const struct codec_field *f, const void *a, const void *b)
{
	switch (f->type) {
	case CODEC_U64:
	case CODEC_I64:
		return *(const uint64_t *)a == *(const uint64_t *)b;
	case CODEC_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case CODEC_STR:
		return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
	case CODEC_STRS:
		return same_strs(a, b);
	case CODEC_BYTES:
		return bytes_equal(*(const struct bytes *)a, *(const struct bytes *)b);
	case CODEC_UUID:
		return uuid_equal(*(const struct uuid *)a, *(const struct uuid *)b);
	case CODEC_U16S:
		return memcmp(a, b, f->count * sizeof(uint16_t)) == 0;
	}
	return false;
}

static inline bool same_record(const struct codec *c, void *a, void *b)
{
	for (size_t i = 0; i < c->n; i++)
		if (!same_field(&c->fields[i], sample_member(&c->fields[i], a), sample_member(&c->fields[i], b)))
			return false;
	return true;
}

#endif
