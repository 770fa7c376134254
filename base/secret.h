/* Randomness, digests and secret files: libsodium only. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"

#define DIGEST_SIZE 32
#define KEY_SIZE 32
#define TOKEN_TEXT 43 /* characters of 256 bits in base64url without padding */

/* Must be called once before the rest; ends the process when libsodium cannot start. */
void secret_init(void);

void secret_random(void *out, size_t n);

/* BLAKE2b-256. */
void secret_digest(struct bytes in, uint8_t out[DIGEST_SIZE]);

/* BLAKE2b-256 of two runs, one after the other. */
void secret_digest2(struct bytes first, struct bytes second, uint8_t out[DIGEST_SIZE]);

/* BLAKE2b-256 keyed; purpose separates uses of one key ("csrf", "throttle", …). */
void secret_keyed(const uint8_t key[KEY_SIZE], const char *purpose, struct bytes in, uint8_t out[DIGEST_SIZE]);

/* A fresh 256-bit token as TOKEN_TEXT characters of base64url. */
const char *secret_token(struct arena *a);

/* The 32 bytes of a token text; ERR_MALFORMED unless it is exactly of secret_token's form. */
MUST_USE enum err secret_token_parse(const char *text, uint8_t out[32]);

const char *secret_base64url(struct arena *a, struct bytes b);

/* In constant time. */
bool secret_equal(const void *a, const void *b, size_t n);

/* 8 characters, unbiased, of the 57 letters and digits without 0 O 1 l I; contains no word we choose (convention 3-2). */
const char *secret_temporary_password(struct arena *a);

/* n characters of the letters and digits nobody confuses, upper case (challenge text, opaque numbers). */
const char *secret_plain_code(struct arena *a, size_t n);

/* Argon2id of a password with slapd's cost (m = 7168 KiB, t = 5), libsodium's string form. */
const char *secret_password_hash(struct arena *a, const char *password);

/* One Argon2id computation, whatever the answer. hash NULL: a dummy of the same cost, answers false. */
bool secret_password_check(const char *hash, const char *password);

/* Seals by XSalsa20-Poly1305 (secretbox) with a key; text form base64url. opened lives in a; ERR_MALFORMED
   for every text that this key did not seal. */
const char *secret_box(struct arena *a, const uint8_t key[KEY_SIZE], struct bytes plain);
MUST_USE enum err secret_unbox(struct arena *a, const uint8_t key[KEY_SIZE], const char *text, struct bytes *out);

/* Reads a secret file, its bytes as they are (a last newline too): regular (else ERR_INVALID), closed to group and others
   (ERR_DENIED), at most 256 bytes (ERR_TOOLARGE). ERR_NOTFOUND when there is none. *why in English on failure. */
MUST_USE enum err secret_file(struct arena *a, const char *path, struct bytes *out, const char **why);

/* Ed25519 from a 32-byte seed. */
void secret_sign(const uint8_t seed[KEY_SIZE], struct bytes message, uint8_t signature[64]);
void secret_sign_public(const uint8_t seed[KEY_SIZE], uint8_t public_key[32]);
bool secret_verify(const uint8_t public_key[32], struct bytes message, const uint8_t signature[64]);

/* Wipes what a string or a buffer held. */
void secret_wipe(void *p, size_t n);

#endif
