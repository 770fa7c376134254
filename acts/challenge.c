#include "acts/challenge.h"

#include "base/text.h"

#include <string.h>

#define LIFE_MS (10 * MINUTE_MS)
#define DIGITS "34679"
#define DIGITS_DRAWN 3
#define NONCE_SIZE 16
#define HEAD_SIZE (NONCE_SIZE + DIGEST_SIZE + 8)
#define SEAL_MAX 400
#define TYPED_MAX 200

/* Words everybody can spell, of letters nobody takes for another or for a digit: no B, G, I, L, O, Q, S, Z. */
static const char *const words[] = {
	"CADRE",   "CANAPE", "CANARD",  "CARAFE", "CARTE", "CAVE",   "CERF",   "CHAMP", "CHAPEAU", "CHAT",
	"CHATEAU", "CHENE",  "CREME",   "CREPE",  "CUVE",  "DATTE",  "DRAP",   "DUNE",  "DUVET",   "ECRAN",
	"ECUME",   "ETUVE",  "FANFARE", "FERME",  "FUMEE", "HACHE",  "HAMAC",  "HUTTE", "JAUNE",   "JUPE",
	"KAYAK",   "MARCHE", "MARTEAU", "MENTHE", "NACRE", "NAPPE",  "NATTE",  "NAVET", "PANDA",   "PARADE",
	"PATTE",   "PECHE",  "PERCHE",  "PHARE",  "PRUNE", "PUMA",   "RADEAU", "RAMPE", "RENNE",   "RUCHE",
	"TARTE",   "TAUPE",  "TENTE",   "TERRE",  "TRAME", "TRUFFE", "VACHE",  "VERRE", "VERT",    "YACHT",
};

static size_t draw(size_t n)
{
	uint32_t v;

	/* nobody has to guess it: how even the draw is matters little */
	secret_random(&v, sizeof v);
	return v % n;
}

static const char *new_text(struct arena *a)
{
	struct buf b = buf_new(a);

	buf_text(&b, words[draw(LENGTH(words))]);
	for (int i = 0; i < DIGITS_DRAWN; i++)
		buf_byte(&b, (uint8_t)DIGITS[draw(sizeof DIGITS - 1)]);
	return buf_str(&b);
}

/* One key of the service has several uses. */
static void seal_key(const struct app *app, uint8_t out[KEY_SIZE])
{
	secret_keyed(app->key, "challenge", BYTES_NONE, out);
}

/* Nonce, digest of the form, end, text. */
struct challenge challenge_new(struct app *app, struct arena *a, const char *form, int64_t now)
{
	uint8_t nonce[NONCE_SIZE], digest[DIGEST_SIZE], key[KEY_SIZE];
	struct challenge c = { .text = new_text(a) };
	struct buf b = buf_new(a);

	secret_random(nonce, sizeof nonce);
	secret_digest(bytes_of(form), digest);
	seal_key(app, key);
	buf_add(&b, nonce, sizeof nonce);
	buf_add(&b, digest, sizeof digest);
	buf_u64(&b, (uint64_t)(now + LIFE_MS));
	buf_text(&b, c.text);
	c.seal = secret_box(a, key, buf_bytes(&b));
	secret_wipe(key, sizeof key);
	return c;
}

/* Upper case, without blanks. */
static const char *squeezed(struct arena *a, const char *typed)
{
	struct buf b = buf_new(a);

	for (const char *s = text_casefold(a, typed); *s; s++)
		if (*s != ' ')
			buf_byte(&b, (uint8_t)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s));
	return buf_str(&b);
}

static enum err opened(struct app *app, struct arena *a, const char *seal, struct bytes *out)
{
	uint8_t key[KEY_SIZE];

	if (strlen(seal) > SEAL_MAX)
		return ERR_INVALID;
	seal_key(app, key);
	enum err e = secret_unbox(a, key, seal, out);

	secret_wipe(key, sizeof key);
	return e || out->n <= HEAD_SIZE ? ERR_INVALID : ERR_OK;
}

static enum err was_used(struct app *app, struct arena *a, struct bytes key)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct period used;
	enum err e = period_get(&t, a, TABLE_CHALLENGE, key, &used);

	return e == ERR_NOTFOUND ? ERR_OK : e ? e : ERR_INVALID;
}

enum err challenge_use(struct app *app, struct arena *a, struct changeset *cs, const char *form, const char *seal,
		       const char *typed, int64_t now, bool *right)
{
	uint8_t digest[DIGEST_SIZE], id[DIGEST_SIZE];
	struct period used;
	struct bytes plain;
	enum err e = opened(app, a, seal, &plain);

	if (e)
		return e;
	struct reader in = reader_of((struct bytes){ plain.p + NONCE_SIZE + DIGEST_SIZE, 8 });
	const char *text = arena_memdup(a, plain.p + HEAD_SIZE, plain.n - HEAD_SIZE);

	codec_default(&period_codec, &used);
	used.until = (int64_t)read_u64(&in);
	secret_digest(bytes_of(form), digest);
	if (!secret_equal(digest, plain.p + NONCE_SIZE, sizeof digest) || used.until <= now)
		return ERR_INVALID;
	secret_digest(plain, id);
	struct bytes key = key_bytes(id, sizeof id);

	if ((e = was_used(app, a, key)))
		return e;
	changeset_expect(cs, TABLE_CHALLENGE, key, REV_ABSENT);
	changeset_put(cs, TABLE_CHALLENGE, key, period_encode(a, &used));
	*right = text_length(typed) <= TYPED_MAX && strcmp(squeezed(a, typed), text) == 0;
	return ERR_OK;
}
