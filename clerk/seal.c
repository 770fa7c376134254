/* Seals: Ed25519 over seq, link and time of the newest record, each 1000 records or 10 minutes. They also leave the machine,
   with the lines of the log. */
#include "clerk/clerk.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>

#define RECORDS 1000
#define AGE_MS (10 * MINUTE_MS)

static enum err read_state(struct clerk *c, struct arena *a, struct seal *tip, struct seal *last)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	uint8_t *link = arena_alloc(a, 32);
	enum err e = audit_tip(&t, &tip->seq, link);

	if (e && e != ERR_NOTFOUND)
		return e;
	tip->link = (struct bytes){ link, 32 };
	AUTO_SCAN struct scan s = scan_prefix_back(&t, TABLE_SEAL, BYTES_NONE);

	if (scan_next(&s) && (e = seal_decode(a, s.record.payload, last)))
		return e;
	return t.err;
}

static void tell(struct arena *a, const struct seal *s)
{
	log_line(LOG_LEVEL_INFO, "seal", "seq", arena_printf(a, "%llu", (unsigned long long)s->seq), "link",
		 text_hex(a, s->link), "time", time_iso(a, s->time), "signature", text_hex(a, s->signature),
		 "public_key", text_hex(a, s->public_key), NULL);
}

static enum err put(struct clerk *c, struct arena *a, struct seal *s)
{
	struct changeset *cs = changeset_new(a);
	uint8_t message[AUDIT_SEAL_BYTES], signature[64], public_key[32];
	struct bytes key = key_u64(a, s->seq);

	audit_seal_message(s->seq, s->link.p, s->time, message);
	secret_sign(c->seal_key, (struct bytes){ message, sizeof message }, signature);
	secret_sign_public(c->seal_key, public_key);
	s->signature = (struct bytes){ signature, sizeof signature };
	s->public_key = (struct bytes){ public_key, sizeof public_key };
	changeset_expect(cs, TABLE_SEAL, key, REV_ABSENT);
	changeset_put(cs, TABLE_SEAL, key, seal_encode(a, s));
	enum err e = changeset_commit(c->app.store, cs, NULL);

	if (!e)
		tell(a, s);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err seal_run(struct clerk *c, struct arena *a)
{
	struct seal tip, last;

	codec_default(&seal_codec, &tip);
	codec_default(&seal_codec, &last);
	enum err e = c->seals ? read_state(c, a, &tip, &last) : ERR_OK;

	if (e || !c->seals || tip.seq <= last.seq)
		return e;
	tip.time = clock_now();
	/* one of later: the clock went back */
	if (tip.seq - last.seq < RECORDS && tip.time >= last.time && tip.time - last.time < AGE_MS)
		return ERR_OK;
	return put(c, a, &tip);
}
