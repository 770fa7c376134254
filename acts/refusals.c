/* Refusals cost whoever asks nothing: beyond so many in a minute of one person, or one address, a process counts them and tells the
   number with the next one that is written. */
#include "acts/app.h"

#include "base/secret.h"

#include <string.h>

#define A_MINUTE 60
#define ASKERS 256 /* those who come meanwhile share a place */

static struct asker {
	uint8_t digest[DIGEST_SIZE];
	int64_t minute;
	unsigned written;
} askers[ASKERS];
static uint64_t unwritten;

static struct asker *asker_of(const struct visitor *who)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(who->known ? key_bytes(who->person.uuid.b, sizeof who->person.uuid.b) : bytes_of(who->address),
		      digest);
	struct asker *x = &askers[digest[0] % ASKERS];

	if (memcmp(x->digest, digest, sizeof digest) != 0) {
		*x = (struct asker){ .minute = 0 };
		memcpy(x->digest, digest, sizeof digest);
	}
	return x;
}

enum err refusal_note(struct app *app, struct arena *a, const struct visitor *who, struct audit_record *r)
{
	struct asker *x = asker_of(who);
	int64_t minute = clock_monotonic() / MINUTE_MS;

	if (x->minute != minute) {
		x->minute = minute;
		x->written = 0;
	}
	if (x->written++ >= A_MINUTE) {
		unwritten++;
		return ERR_OK;
	}
	if (unwritten)
		act_detail(a, r, "unwritten", arena_printf(a, "%llu", (unsigned long long)unwritten));
	enum err e = act_note(app, a, who, r);

	unwritten = e ? unwritten : 0;
	return e;
}
