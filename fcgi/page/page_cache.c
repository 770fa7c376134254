#include "fcgi/page/page.h"

#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 256
#define PAGE_MAX 16384
#define PATH_BYTES 128
#define TAG_BYTES 12 /* of the digest */

static struct slot {
	char path[PATH_BYTES];
	uint64_t rev;
	int64_t until; /* clock_now: the clock that dates and ages are read from */
	char etag[TAG_BYTES * 2 + 3];
	uint8_t *body;
	size_t n;
} slots[SLOTS];

/* FNV-1a: where a page stands; two that meet take each other's place. */
static struct slot *slot_of(const char *path)
{
	uint32_t hash = 2166136261u;

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 16777619u;
	return &slots[hash % SLOTS];
}

bool page_cache_get(const char *path, uint64_t rev, struct http_reply *re)
{
	const struct slot *s = slot_of(path);
	int64_t now = clock_now();

	if (!s->body || s->rev != rev || now >= s->until || now < s->until - MINUTE_MS || strcmp(s->path, path) != 0)
		return false;
	buf_add(&re->body, s->body, s->n);
	re->etag = s->etag;
	return true;
}

void page_cache_put(const char *path, uint64_t rev, struct http_reply *re)
{
	struct slot *s = slot_of(path);
	struct bytes body = buf_bytes(&re->body);
	uint8_t digest[DIGEST_SIZE];
	uint8_t *copy = body.n <= PAGE_MAX && strlen(path) < PATH_BYTES ? malloc(body.n + 1) : NULL;

	if (!copy)
		return;
	memcpy(copy, body.p, body.n);
	free(s->body);
	*s = (struct slot){ .rev = rev, .until = clock_now() + MINUTE_MS, .body = copy, .n = body.n };
	memcpy(s->path, path, strlen(path) + 1);
	secret_digest(body, digest);
	snprintf(s->etag, sizeof s->etag, "\"%s\"", text_hex(re->arena, key_bytes(digest, TAG_BYTES)));
	re->etag = s->etag;
}
