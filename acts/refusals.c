/* Refusals cost whoever asks nothing: beyond so many in a minute of one person, or one address, a process counts them and tells the
   number with the next one it writes of the same. */
#include "acts/who_throttle.h"

#include "base/secret.h"

#include <string.h>

#define A_MINUTE 60
#define ASKERS 256

static struct asker {
	uint8_t digest[DIGEST_SIZE];
	int64_t minute;
	unsigned written;
	uint64_t unwritten;
} askers[ASKERS];
static uint64_t others; /* unwritten of those whose place somebody else has */

/* Keyed: nobody finds an address that shares somebody's place. */
static void digest_of(struct app *app, struct arena *a, const struct visitor *who, uint8_t digest[DIGEST_SIZE])
{
	secret_keyed(app->key, "refusals",
		     who->known ? key_bytes(who->person.uuid.b, sizeof who->person.uuid.b) :
				  throttle_address(a, who->address),
		     digest);
}

/* Two in one place take it in turns by the minute, and share its limit: coming in turns gets nobody a new one. */
static struct asker *place_of(const uint8_t digest[DIGEST_SIZE], int64_t minute)
{
	struct asker *x = &askers[digest[0] % ASKERS];

	if (x->minute == minute)
		return x;
	if (memcmp(x->digest, digest, DIGEST_SIZE) != 0) {
		others += x->unwritten;
		x->unwritten = 0;
		memcpy(x->digest, digest, DIGEST_SIZE);
	}
	x->minute = minute;
	x->written = 0;
	return x;
}

static const char *number(struct arena *a, uint64_t n)
{
	return arena_printf(a, "%llu", (unsigned long long)n);
}

enum err refusal_note(struct app *app, struct arena *a, const struct visitor *who, struct audit_record *r)
{
	uint8_t digest[DIGEST_SIZE];

	digest_of(app, a, who, digest);
	struct asker *x = place_of(digest, clock_now() / MINUTE_MS);
	uint64_t *own = memcmp(x->digest, digest, sizeof digest) == 0 ? &x->unwritten : NULL;

	if (x->written >= A_MINUTE) {
		++*(own ? own : &others);
		return ERR_OK;
	}
	x->written++;
	if (own && *own)
		act_detail(a, r, "unwritten", number(a, *own));
	if (others)
		act_detail(a, r, "unwritten_others", number(a, others));
	enum err e = act_note(app, a, who, r);

	if (e)
		return e;
	if (own)
		*own = 0;
	others = 0;
	return ERR_OK;
}

uint64_t refusals_unwritten(void)
{
	uint64_t n = others;

	for (size_t i = 0; i < ASKERS; i++)
		n += askers[i].unwritten;
	return n;
}
