#include "base/secret.h"

#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t key[KEY_SIZE] = { 1, 2, 3 }, other_key[KEY_SIZE] = { 1, 2, 4 };

static void test_digests_are_blake2b_256(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	uint8_t d[DIGEST_SIZE], d2[DIGEST_SIZE];

	/* b2sum -l 256 */
	secret_digest(BYTES_NONE, d);
	assert_string_equal(text_hex(a, (struct bytes){ d, sizeof d }),
			    "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	secret_digest(bytes_of("abc"), d);
	assert_string_equal(text_hex(a, (struct bytes){ d, sizeof d }),
			    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	secret_digest2(bytes_of("a"), bytes_of("bc"), d2);
	assert_memory_equal(d, d2, sizeof d);
}

static void test_keyed_digests_differ_by_key_and_by_purpose(void **state)
{
	(void)state;
	uint8_t d[4][DIGEST_SIZE];

	secret_keyed(key, "csrf", bytes_of("x"), d[0]);
	secret_keyed(other_key, "csrf", bytes_of("x"), d[1]);
	secret_keyed(key, "throttle", bytes_of("x"), d[2]);
	secret_keyed(key, "csr", bytes_of("fx"), d[3]);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = i + 1; j < 4; j++)
			assert_memory_not_equal(d[i], d[j], DIGEST_SIZE);
	secret_keyed(key, "csrf", bytes_of("x"), d[1]);
	assert_memory_equal(d[0], d[1], DIGEST_SIZE);
}

static void test_tokens_have_one_spelling(void **state)
{
	static const char *const bad[] = {
		"",
		"a",
		"0123456789012345678901234567890123456789012345678901234567890123",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", /* left-over bits */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A",
		"AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA",
	};

	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	uint8_t out[32];
	const char *token = secret_token(a);

	assert_int_equal(strlen(token), TOKEN_TEXT);
	assert_string_not_equal(token, secret_token(a));
	assert_int_equal(secret_token_parse(token, out), ERR_OK);
	assert_string_equal(secret_base64url(a, (struct bytes){ out, 32 }), token);
	assert_int_equal(secret_token_parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", out), ERR_OK);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(secret_token_parse(bad[i], out), ERR_MALFORMED);
	}
}

/* Counts what is drawn: each sign of the alphabet about as often as another, and no other sign. */
static void check_draw(const char *alphabet, const char *(*drawn)(struct arena *))
{
	size_t counts[256] = { 0 }, total = 0;

	for (int i = 0; i < 4000; i++) {
		AUTO_ARENA struct arena *a = arena_new();

		for (const char *p = drawn(a); *p; p++, total++)
			counts[(unsigned char)*p]++;
	}
	size_t mean = total / strlen(alphabet), seen = 0;

	for (const char *p = alphabet; *p; p++) {
		seen += counts[(unsigned char)*p];
		assert_in_range(counts[(unsigned char)*p], mean * 7 / 10, mean * 13 / 10);
	}
	assert_int_equal(seen, total);
}

static const char *eight_plain(struct arena *a)
{
	return secret_plain_code(a, 8);
}

static void test_temporary_passwords_are_eight_signs_nobody_confuses(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_int_equal(strlen(secret_temporary_password(a)), 8);
	check_draw("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", secret_temporary_password);
}

static void test_plain_codes_can_be_read_aloud(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_int_equal(strlen(secret_plain_code(a, 0)), 0);
	assert_int_equal(strlen(secret_plain_code(a, 12)), 12);
	check_draw("ACDEFGHJKMNPQRTUVWXY34679", eight_plain);
}

static void test_passwords_are_hashed_at_the_directory_s_cost(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *hash = secret_password_hash(a, "pâté");

	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=7168,t=5,p=1$", 30), 0);
	assert_string_not_equal(hash, secret_password_hash(a, "pâté"));
	assert_true(secret_password_check(hash, "pâté"));
	assert_false(secret_password_check(hash, "pate"));
	assert_false(secret_password_check(hash, ""));
	assert_false(secret_password_check(NULL, "pâté"));
	assert_false(secret_password_check("", "pâté"));
	assert_false(secret_password_check("$argon2id$v=19$m=4194304,t=5,p=1$c2FsdHNhbHRzYWx0$AAAA", "pâté"));
}

static clock_t time_of_check(const char *hash)
{
	clock_t start = clock();

	(void)secret_password_check(hash, "wrong");
	return clock() - start;
}

static void test_no_hash_costs_as_much_as_one(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	const char *hashes[] = { secret_password_hash(a, "x"), NULL, "junk" };
	clock_t best[LENGTH(hashes)] = { 0 };

	/* of the processor, by turns, the best of many: other programs run too, and share its memory */
	for (int i = 0; i < 20; i++)
		for (size_t k = 0; k < LENGTH(hashes); k++) {
			clock_t took = time_of_check(hashes[k]);

			best[k] = i && best[k] < took ? best[k] : took;
		}
	assert_true(best[0] > 1000);
	assert_in_range(best[1], best[0] / 2, best[0] * 2);
	assert_in_range(best[2], best[0] / 2, best[0] * 2);
}

static void test_boxes_open_only_with_their_key_and_whole(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct bytes out = BYTES_NONE;
	char *box = arena_strdup(a, secret_box(a, key, bytes_of("secret")));

	assert_string_not_equal(box, secret_box(a, key, bytes_of("secret")));
	assert_int_equal(secret_unbox(a, key, box, &out), ERR_OK);
	assert_true(bytes_equal(out, bytes_of("secret")));
	assert_int_equal(secret_unbox(a, other_key, box, &out), ERR_MALFORMED);
	assert_int_equal(secret_unbox(a, key, arena_printf(a, "%s!", box), &out), ERR_MALFORMED);
	assert_int_equal(secret_unbox(a, key, arena_printf(a, "%s=", box), &out), ERR_MALFORMED);
	for (size_t i = 0; box[i]; i++) {
		char c = box[i];

		box[i] = c == 'A' ? 'B' : 'A';
		assert_int_equal(secret_unbox(a, key, box, &out), ERR_MALFORMED);
		box[i] = '\0';
		assert_int_equal(secret_unbox(a, key, box, &out), ERR_MALFORMED);
		box[i] = c;
	}
	assert_int_equal(secret_unbox(a, key, secret_box(a, key, BYTES_NONE), &out), ERR_OK);
	assert_int_equal(out.n, 0);
}

static void test_signatures_hold_for_one_message_and_one_key(void **state)
{
	(void)state;
	uint8_t public_key[32], other[32], signature[64];

	secret_sign_public(key, public_key);
	secret_sign_public(other_key, other);
	secret_sign(key, bytes_of("message"), signature);
	assert_true(secret_verify(public_key, bytes_of("message"), signature));
	assert_false(secret_verify(public_key, bytes_of("massage"), signature));
	assert_false(secret_verify(other, bytes_of("message"), signature));
	signature[63] ^= 1;
	assert_false(secret_verify(public_key, bytes_of("message"), signature));
}

static void test_signatures_are_those_of_rfc_8032(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	uint8_t seed[32], out[64];

	assert_int_equal(text_unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", seed, 32), 0);
	secret_sign_public(seed, out);
	assert_string_equal(text_hex(a, (struct bytes){ out, 32 }),
			    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	secret_sign(seed, BYTES_NONE, out);
	assert_string_equal(text_hex(a, (struct bytes){ out, 64 }),
			    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
			    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

static void test_secret_files_are_for_one_reader(void **state)
{
	static const mode_t open_modes[] = { 0440, 0404, 0420, 0402, 0410, 0401, 0644 };

	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	char folder[] = "/tmp/habilis-secret-XXXXXX";
	struct bytes out = BYTES_NONE;
	const char *why = "";

	assert_non_null(mkdtemp(folder));
	char *path = arena_printf(a, "%s/key", folder), *fifo = arena_printf(a, "%s/fifo", folder);
	char *text = arena_alloc(a, 257);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	memset(text, 'k', 257);
	assert_int_equal(write(fd, "a\0b\n", 4), 4);
	assert_int_equal(secret_file(a, path, &out, &why), ERR_OK);
	assert_true(out.n == 4 && memcmp(out.p, "a\0b\n", 4) == 0);
	for (size_t i = 0; i < LENGTH(open_modes); i++) {
		assert_int_equal(chmod(path, open_modes[i]), 0);
		assert_int_equal(secret_file(a, path, &out, &why), ERR_DENIED);
		assert_non_null(strstr(why, path));
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(pwrite(fd, text, 256, 0), 256);
	assert_int_equal(secret_file(a, path, &out, &why), ERR_OK);
	assert_int_equal(out.n, 256);
	assert_int_equal(pwrite(fd, text, 257, 0), 257);
	assert_int_equal(secret_file(a, path, &out, &why), ERR_TOOLARGE);
	assert_int_equal(mkfifo(fifo, 0400), 0);
	assert_int_equal(secret_file(a, fifo, &out, &why), ERR_INVALID);
	assert_int_equal(secret_file(a, folder, &out, &why), ERR_INVALID);
	close(fd);
	unlink(path);
	unlink(fifo);
	assert_int_equal(secret_file(a, path, &out, &why), ERR_NOTFOUND);
	rmdir(folder);
}

static void test_equality_and_wiping_see_every_byte(void **state)
{
	(void)state;
	char a[] = "secret", b[] = "secreT";

	assert_true(secret_equal(a, "secret", 6));
	assert_false(secret_equal(a, b, 6));
	assert_true(secret_equal(a, b, 5));
	secret_wipe(a, 6);
	assert_memory_equal(a, "\0\0\0\0\0\0", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests_are_blake2b_256),
		cmocka_unit_test(test_keyed_digests_differ_by_key_and_by_purpose),
		cmocka_unit_test(test_tokens_have_one_spelling),
		cmocka_unit_test(test_temporary_passwords_are_eight_signs_nobody_confuses),
		cmocka_unit_test(test_plain_codes_can_be_read_aloud),
		cmocka_unit_test(test_passwords_are_hashed_at_the_directory_s_cost),
		cmocka_unit_test(test_no_hash_costs_as_much_as_one),
		cmocka_unit_test(test_boxes_open_only_with_their_key_and_whole),
		cmocka_unit_test(test_signatures_hold_for_one_message_and_one_key),
		cmocka_unit_test(test_signatures_are_those_of_rfc_8032),
		cmocka_unit_test(test_secret_files_are_for_one_reader),
		cmocka_unit_test(test_equality_and_wiping_see_every_byte),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
