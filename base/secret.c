#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD_PASSES 5
#define PASSWORD_MEMORY ((size_t)7168 * 1024)
#define FILE_MAX 256

_Static_assert(DIGEST_SIZE == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(KEY_SIZE == crypto_secretbox_KEYBYTES && KEY_SIZE == crypto_sign_SEEDBYTES, "one size of key");

/* libsodium refuses only what a bug of ours, or no memory, can cause. */
static void must(int rc)
{
	if (rc) {
		fputs("<2>libsodium failed\n", stderr);
		abort();
	}
}

void secret_init(void)
{
	must(sodium_init() < 0);
}

void secret_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void secret_digest(struct bytes in, uint8_t out[DIGEST_SIZE])
{
	must(crypto_generichash(out, DIGEST_SIZE, in.p, in.n, NULL, 0));
}

static void digest_runs(const uint8_t *key, struct bytes first, struct bytes second, uint8_t out[DIGEST_SIZE])
{
	crypto_generichash_state state;

	must(crypto_generichash_init(&state, key, key ? KEY_SIZE : 0, DIGEST_SIZE));
	must(crypto_generichash_update(&state, first.p, first.n));
	must(crypto_generichash_update(&state, second.p, second.n));
	must(crypto_generichash_final(&state, out, DIGEST_SIZE));
	sodium_memzero(&state, sizeof state);
}

void secret_digest2(struct bytes first, struct bytes second, uint8_t out[DIGEST_SIZE])
{
	digest_runs(NULL, first, second, out);
}

void secret_keyed(const uint8_t key[KEY_SIZE], const char *purpose, struct bytes in, uint8_t out[DIGEST_SIZE])
{
	/* its NUL goes in too, so that no purpose runs on into the input */
	digest_runs(key, (struct bytes){ (const uint8_t *)purpose, strlen(purpose) + 1 }, in, out);
}

const char *secret_base64url(struct arena *a, struct bytes b)
{
	size_t room = sodium_base64_encoded_len(b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *s = arena_alloc(a, room);

	return sodium_bin2base64(s, room, b.p, b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Whole and canonical: left-over bits must be 0, so that one value has one text. */
static enum err from_base64url(const char *text, size_t n, uint8_t *out, size_t room, size_t *got)
{
	const char *end = NULL;
	int rc = sodium_base642bin(out, room, text, n, NULL, got, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);

	return rc || end != text + n ? ERR_MALFORMED : ERR_OK;
}

const char *secret_token(struct arena *a)
{
	uint8_t raw[32];

	randombytes_buf(raw, sizeof raw);
	const char *text = secret_base64url(a, (struct bytes){ raw, sizeof raw });

	sodium_memzero(raw, sizeof raw);
	return text;
}

enum err secret_token_parse(const char *text, uint8_t out[32])
{
	uint8_t raw[32];
	size_t got = 0;

	if (strnlen(text, TOKEN_TEXT + 1) != TOKEN_TEXT || from_base64url(text, TOKEN_TEXT, raw, sizeof raw, &got) ||
	    got != sizeof raw)
		return ERR_MALFORMED;
	memcpy(out, raw, sizeof raw);
	sodium_memzero(raw, sizeof raw);
	return ERR_OK;
}

bool secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

static const char *draw(struct arena *a, const char *alphabet, size_t n)
{
	char *s = arena_alloc(a, n + 1);
	uint32_t size = (uint32_t)strlen(alphabet);

	for (size_t i = 0; i < n; i++)
		s[i] = alphabet[randombytes_uniform(size)];
	return s;
}

const char *secret_temporary_password(struct arena *a)
{
	return draw(a, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 8);
}

const char *secret_plain_code(struct arena *a, size_t n)
{
	/* without 0 O, 1 I L, 2 Z, 5 S, 8 B */
	return draw(a, "ACDEFGHJKMNPQRTUVWXY34679", n);
}

const char *secret_password_hash(struct arena *a, const char *password)
{
	char *hash = arena_alloc(a, crypto_pwhash_STRBYTES);

	must(crypto_pwhash_str(hash, password, strlen(password), PASSWORD_PASSES, PASSWORD_MEMORY));
	return hash;
}

bool secret_password_check(const char *hash, const char *password)
{
	/* A hash of another cost would be slower or quicker than the rest, or eat the memory: it counts as none. */
	if (hash && crypto_pwhash_str_needs_rehash(hash, PASSWORD_PASSES, PASSWORD_MEMORY) == 0)
		return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;

	static const uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t unused[32];

	must(crypto_pwhash(unused, sizeof unused, password, strlen(password), salt, PASSWORD_PASSES, PASSWORD_MEMORY,
			   crypto_pwhash_ALG_ARGON2ID13));
	return false;
}

const char *secret_box(struct arena *a, const uint8_t key[KEY_SIZE], struct bytes plain)
{
	size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.n;
	uint8_t *box = arena_alloc(a, n);

	randombytes_buf(box, crypto_secretbox_NONCEBYTES);
	must(crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, plain.p, plain.n, box, key));
	return secret_base64url(a, (struct bytes){ box, n });
}

enum err secret_unbox(struct arena *a, const uint8_t key[KEY_SIZE], const char *text, struct bytes *out)
{
	size_t n = strlen(text), got = 0;
	uint8_t *box = arena_alloc(a, n + 1);
	size_t head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;

	if (from_base64url(text, n, box, n, &got) || got < head)
		return ERR_MALFORMED;
	uint8_t *plain = arena_alloc(a, got - head + 1);

	if (crypto_secretbox_open_easy(plain, box + crypto_secretbox_NONCEBYTES, got - crypto_secretbox_NONCEBYTES, box, key))
		return ERR_MALFORMED;
	*out = (struct bytes){ plain, got - head };
	return ERR_OK;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum err refuse(struct arena *a, enum err e, const char *path, const char *what, const char **why)
{
	*why = arena_printf(a, "%s: %s", path, what);
	return e;
}

enum err secret_file(struct arena *a, const char *path, struct bytes *out, const char **why)
{
	/* O_NONBLOCK: opening a FIFO would wait for its other end */
	AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return refuse(a, errno == ENOENT ? ERR_NOTFOUND : ERR_DENIED, path, strerror(errno), why);
	if (!S_ISREG(st.st_mode))
		return refuse(a, ERR_INVALID, path, "not a regular file", why);
	if (st.st_mode & 077)
		return refuse(a, ERR_DENIED, path, "open to its group or to others; make it 0400", why);
	uint8_t *p = arena_alloc(a, FILE_MAX + 1);
	size_t n = 0;
	ssize_t got;

	while (n <= FILE_MAX && (got = read(fd, p + n, FILE_MAX + 1 - n)) != 0) {
		if (got < 0)
			return refuse(a, ERR_DENIED, path, strerror(errno), why);
		n += (size_t)got;
	}
	if (n > FILE_MAX)
		return refuse(a, ERR_TOOLARGE, path, "longer than 256 bytes", why);
	*out = (struct bytes){ p, n };
	return ERR_OK;
}

void secret_sign(const uint8_t seed[KEY_SIZE], struct bytes message, uint8_t signature[64])
{
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];

	must(crypto_sign_seed_keypair(public_key, secret_key, seed));
	must(crypto_sign_detached(signature, NULL, message.p, message.n, secret_key));
	sodium_memzero(secret_key, sizeof secret_key);
}

void secret_sign_public(const uint8_t seed[KEY_SIZE], uint8_t public_key[32])
{
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];

	must(crypto_sign_seed_keypair(public_key, secret_key, seed));
	sodium_memzero(secret_key, sizeof secret_key);
}

bool secret_verify(const uint8_t public_key[32], struct bytes message, const uint8_t signature[64])
{
	return crypto_sign_verify_detached(signature, message.p, message.n, public_key) == 0;
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
