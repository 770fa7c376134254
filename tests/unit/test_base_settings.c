#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The required settings, one a line, so that a case can leave one out or change it. */
static const char *const required[][3] = {
	{ "site", "url", "https://site.example" },
	{ "store", "dir", "/srv/store" },
	{ "run", "dir", "/run/habilis" },
	{ "run", "key_file", "/etc/key" },
	{ "ldap", "uri", "ldapi:///" },
	{ "ldap", "suffix", "dc=example" },
	{ "mail", "smtp", "smtps://relay.example" },
	{ "mail", "from", "site@site.example" },
};

/* A whole file with one setting changed or added; value NULL leaves it out. */
static const char *file_with(struct arena *a, const char *section, const char *key, const char *value)
{
	struct buf b = buf_new(a);
	bool done = !value;

	for (size_t i = 0; i < LENGTH(required); i++) {
		bool same = strcmp(required[i][0], section) == 0 && strcmp(required[i][1], key) == 0;

		done = done || same;
		if (!same || value)
			buf_printf(&b, "[%s]\n%s = %s\n", required[i][0], required[i][1], same ? value : required[i][2]);
	}
	if (!done)
		buf_printf(&b, "[%s]\n%s = %s\n", section, key, value);
	return buf_str(&b);
}

static const char *minimal(struct arena *a)
{
	return file_with(a, "site", "url", "https://site.example");
}

static void test_the_required_settings_are_enough(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct settings s;
	const char *why = "";

	assert_int_equal(settings_parse(a, minimal(a), &s, &why), ERR_OK);
	assert_string_equal(s.site_url, "https://site.example");
	assert_string_equal(s.site_name, "Habilis");
	assert_string_equal(s.site_accessibility, "non conforme");
	assert_string_equal(s.run_clock_file, "");
	assert_string_equal(s.ldap_secrets, "");
	assert_false(s.run_test_clock);
	assert_int_equal(s.store_map_gib, 64);
	assert_int_equal(s.store_min_free_mib, 256);
	assert_int_equal(s.limit_writes_per_minute, 30);
	assert_int_equal(s.session_idle_min, 30);
	assert_int_equal(s.session_absolute_h, 10);
	assert_int_equal(s.places_reminder_days, 7);
	assert_int_equal(s.places_stale_days, 30);
	assert_int_equal(s.places_hidden_days, 60);
	assert_int_equal(s.people_kept_days, 365);
	assert_int_equal(s.password_min_length, 8);
	assert_int_equal(s.password_bits, 50);
	assert_int_equal(s.password_staff_bits, 80);
	assert_int_equal(s.temporary_activation_days, 7);
	assert_int_equal(s.temporary_reset_h, 24);
	assert_int_equal(s.audit_connections_days, 365);
	assert_int_equal(s.audit_acts_days, 1096);
	assert_non_null(strstr(s.audit_acts_reason, "convention"));
}

static void test_each_required_setting_is_missed_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(required); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct settings s = { .site_name = "untouched" };
		const char *why = "", *key = required[i][1];

		assert_int_equal(settings_parse(a, file_with(a, required[i][0], key, NULL), &s, &why), ERR_INVALID);
		assert_string_equal(why, arena_printf(a, "[%s] %s is missing", required[i][0], key));
		assert_string_equal(s.site_name, "untouched");
	}
}

static const struct {
	const char *section, *key, *value;
	bool good;
} values[] = {
	{ "site", "url", "https://site.example:8443", true },
	{ "site", "url", "https://127.0.0.1:8443", true },
	{ "site", "url", "https://[::1]:8443", true },
	{ "site", "url", "https://Site.example", false },
	{ "site", "url", "https://site.example:443", false },
	{ "site", "url", "https://site.example:4443", true },
	{ "site", "url", "https://site.example/", false },
	{ "site", "url", "https://site.example/x", false },
	{ "site", "url", "https://site.example?x", false },
	{ "site", "url", "https://a@site.example", false },
	{ "site", "url", "https://site.example:", false },
	{ "site", "url", "https://site.example:99999", false },
	{ "site", "url", "https://", false },
	{ "site", "url", "https://[", false },
	{ "site", "url", "https://[::1", false },
	{ "site", "url", "http://site.example", false },
	{ "site", "url", "", false },
	{ "site", "name", "Crèches ; et lieux # de famille", true },
	{ "site", "name", "l\xE9gumes", false },
	{ "site", "name", "a\x01", false },
	{ "site", "contact", "aide@site.example", true },
	{ "site", "contact", "", true },
	{ "site", "contact", "aide", false },
	{ "store", "dir", "srv/store", false },
	{ "store", "dir", "", false },
	{ "store", "map_size_gib", "1", true },
	{ "store", "map_size_gib", "1024", true },
	{ "store", "map_size_gib", "0", false },
	{ "store", "map_size_gib", "1025", false },
	{ "store", "map_size_gib", "64 GiB", false },
	{ "store", "map_size_gib", "", false },
	{ "run", "test_clock", "no", true },
	{ "run", "test_clock", "yes", false },
	{ "run", "test_clock", "true", false },
	{ "run", "test_clock", "", false },
	{ "run", "clock_file", "/run/clock", false },
	{ "ldap", "uri", "ldapi://%2Frun%2Fslapd%2Fldapi", true },
	{ "ldap", "uri", "ldaps://ldap.example:636", true },
	{ "ldap", "uri", "ldap://ldap.example", false },
	{ "ldap", "uri", "ldaps://", false },
	{ "ldap", "uri", "ldaps://ldap.example ldap://evil.example", false },
	{ "ldap", "uri", "ldapi:/// ldap://evil.example", false },
	{ "ldap", "suffix", "example", false },
	{ "mail", "smtp", "smtp://relay.example:587", true },
	{ "mail", "smtp", "smtp://relay.example/x", false },
	{ "mail", "smtp", "relay.example", false },
	{ "mail", "smtp", "http://relay.example", false },
	{ "mail", "from", "site", false },
	{ "limits", "writes_per_minute", "0", true },
	{ "limits", "writes_per_minute", "100001", false },
	{ "limits", "writes_per_minute", "-1", false },
	{ "places", "reminder_days", "30", false },
	{ "places", "stale_days", "60", false },
	{ "places", "hidden_days", "30", false },
	{ "session", "idle_minutes", "601", false },
	{ "session", "idle_minutes", "600", true },
	{ "password", "min_length", "7", false },
	{ "password", "min_length", "129", false },
	{ "password", "bits", "49", false },
	{ "password", "staff_bits", "79", false },
	{ "temporary", "activation_days", "8", false },
	{ "temporary", "reset_hours", "73", false },
	{ "audit", "connections_days", "179", false },
	{ "audit", "connections_days", "367", false },
	{ "audit", "acts_days", "1096", true },
	{ "audit", "acts_days", "1097", false },
	{ "site", "colour", "blue", false },
	{ "sites", "name", "x", false },
	{ "Site", "name", "x", false },
};

static void test_values_keep_their_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(values); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct settings s;
		const char *why = NULL;

		print_message("[%s] %s = %s\n", values[i].section, values[i].key, values[i].value);
		const char *text = file_with(a, values[i].section, values[i].key, values[i].value);

		assert_int_equal(settings_parse(a, text, &s, &why), values[i].good ? ERR_OK : ERR_INVALID);
		if (values[i].good)
			continue;
		assert_non_null(why);
		assert_non_null(strstr(why, values[i].section));
	}
}

static void test_signs_of_a_comment_stay_in_a_value(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct settings s;
	const char *why = "";
	const char *text = arena_printf(a, "# one\n; two\n%s", file_with(a, "site", "name", "Crèches ; et # lieux"));

	assert_int_equal(settings_parse(a, text, &s, &why), ERR_OK);
	assert_string_equal(s.site_name, "Crèches ; et # lieux");
}

static void test_a_test_clock_stays_at_home(void **state)
{
	static const struct {
		const char *url;
		bool good;
	} cases[] = {
		{ "https://127.0.0.1:8443", true },     { "https://localhost", true },
		{ "https://[::1]:8443", true },         { "https://site.example", false },
		{ "https://localhost.example", false }, { "https://127.0.0.11", false },
		{ "https://127.0.0.1.example", false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct settings s;
		const char *why = "";
		const char *text = arena_printf(a, "%s[run]\ntest_clock = yes\nclock_file = /run/clock\n",
						file_with(a, "site", "url", cases[i].url));

		print_message("%s\n", cases[i].url);
		assert_int_equal(settings_parse(a, text, &s, &why), cases[i].good ? ERR_OK : ERR_INVALID);
		if (cases[i].good)
			assert_true(s.run_test_clock);
		else
			assert_non_null(strstr(why, "test_clock"));
	}
}

static void test_longer_keeping_needs_its_own_reason(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct settings s;
	const char *why = "", *base = file_with(a, "audit", "acts_days", "1827");

	assert_int_equal(settings_parse(a, base, &s, &why), ERR_INVALID);
	assert_non_null(strstr(why, "acts_reason"));
	const char *empty = arena_printf(a, "%s[audit]\nacts_reason =\n", base);

	assert_int_equal(settings_parse(a, empty, &s, &why), ERR_INVALID);
	const char *given = arena_printf(a, "%s[audit]\nacts_reason = Décision du 2 mai\n", base);

	assert_int_equal(settings_parse(a, given, &s, &why), ERR_OK);
	assert_string_equal(s.audit_acts_reason, "Décision du 2 mai");
}

static void test_faults_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[site]\nname = x\n\n[pool]\npublic_processes = many\n",
		  "line 5: [pool] public_processes must be a whole number from 0 to 256" },
		{ "# one\n[site]\nname = x\nname = y\n", "line 4: [site] name is given twice" },
		{ "[site]\nname = x\n[pool]\n[site]\nname = y\n", "line 5: [site] name is given twice" },
		{ "[site]\nname = x\n  name = y\n", "line 3: [site] name is given twice" },
		{ "[site]\nname = x\n  contact = y\n", "line 3: [site] contact must be a mail address" },
		{ "[site]\ncolour = blue\n", "line 2: [site] colour is no setting" },
		{ "name = x\n", "line 1: [] name is no setting" },
		{ "[site]\n = x\n", "line 2: [site]  is no setting" },
		{ "[site\nname = x\n", "line 1: neither key = value nor [section] nor # comment" },
		{ "[site]\nname\n", "line 2: neither key = value nor [section] nor # comment" },
		{ "", "[site] url is missing" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct settings s;
		const char *why = "";

		print_message("%s\n", cases[i].text);
		assert_int_equal(settings_parse(a, cases[i].text, &s, &why), ERR_INVALID);
		assert_string_equal(why, cases[i].why);
	}
}

static void test_lines_are_refused_before_they_are_cut(void **state)
{
	static const char *const tails[] = { "x", "# hidden", "; hidden", "[pool]", "name = x" };

	(void)state;
	for (size_t i = 0; i < LENGTH(tails); i++) {
		for (size_t n = 160; n < 240; n++) {
			AUTO_ARENA struct arena *a = arena_new();
			char *value = arena_alloc(a, n + 1);
			struct settings s;
			const char *why = "";

			memset(value, 'v', n);
			const char *line = arena_printf(a, "publisher = %s%s", value, tails[i]);
			const char *text = arena_printf(a, "[site]\n%s\n%s", line, minimal(a));
			enum err e = settings_parse(a, text, &s, &why);

			assert_int_equal(e, strlen(line) <= 197 ? ERR_OK : ERR_INVALID);
			if (e)
				assert_string_equal(why, "line 2: longer than 197 bytes");
			else
				assert_string_equal(s.site_publisher, line + strlen("publisher = "));
		}
	}
}

static void test_line_ends_of_windows_and_a_mark_are_taken(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct buf b = buf_new(a);
	struct settings s;
	const char *why = "";

	buf_text(&b, "\xEF\xBB\xBF# settings\r\n");
	for (const char *p = minimal(a); *p; p++) {
		if (*p == '\n')
			buf_byte(&b, '\r');
		buf_byte(&b, (uint8_t)*p);
	}
	assert_int_equal(settings_parse(a, buf_str(&b), &s, &why), ERR_OK);
	assert_string_equal(s.site_url, "https://site.example");
}

static void test_the_reference_is_a_file_of_the_presets(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct settings from_reference, from_minimal;
	const char *why = "", *reference = settings_reference(a);
	struct buf b = buf_new(a);
	size_t missing = 0;

	/* every preset line, its # taken off, must be read and mean the same as its absence */
	for (const char *p = reference; *p; p += strcspn(p, "\n") + 1) {
		size_t n = strcspn(p, "\n");
		bool preset = p[0] == '#' && p[1] != ' ';

		if (!preset && n && p[n - 1] == '=')
			missing++;
		else
			buf_printf(&b, "%.*s\n", (int)n - preset, p + preset);
	}
	assert_int_equal(missing, LENGTH(required));
	buf_text(&b, minimal(a));
	assert_int_equal(settings_parse(a, minimal(a), &from_minimal, &why), ERR_OK);
	if (settings_parse(a, buf_str(&b), &from_reference, &why))
		fail_msg("%s in\n%s", why, buf_str(&b));
	assert_string_equal(from_reference.audit_acts_reason, from_minimal.audit_acts_reason);
	assert_string_equal(from_reference.site_accessibility, from_minimal.site_accessibility);
	assert_int_equal(from_reference.audit_acts_days, from_minimal.audit_acts_days);
	assert_int_equal(settings_parse(a, reference, &from_reference, &why), ERR_INVALID);
	assert_non_null(strstr(why, "[site] url must not be empty"));
}

static void test_files_are_read_whole(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	char path[] = "/tmp/habilis-settings-XXXXXX";
	int fd = mkstemp(path);
	const char *text = minimal(a), *why = "";
	struct settings s;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(settings_read(a, path, &s, &why), ERR_OK);
	assert_string_equal(s.data_communes, HABILIS_DATADIR "/communes.csv");
	assert_int_equal(write(fd, "\0", 1), 1);
	assert_int_equal(settings_read(a, path, &s, &why), ERR_INVALID);
	assert_non_null(strstr(why, "NUL"));
	assert_int_equal(ftruncate(fd, 65537), 0);
	assert_int_equal(settings_read(a, path, &s, &why), ERR_INVALID);
	assert_non_null(strstr(why, "64 KiB"));
	close(fd);
	unlink(path);
	assert_int_equal(settings_read(a, path, &s, &why), ERR_NOTFOUND);
	assert_non_null(strstr(why, path));
	assert_int_equal(settings_read(a, "/", &s, &why), ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_required_settings_are_enough),
		cmocka_unit_test(test_each_required_setting_is_missed_by_name),
		cmocka_unit_test(test_values_keep_their_bounds),
		cmocka_unit_test(test_signs_of_a_comment_stay_in_a_value),
		cmocka_unit_test(test_a_test_clock_stays_at_home),
		cmocka_unit_test(test_longer_keeping_needs_its_own_reason),
		cmocka_unit_test(test_faults_are_named_with_their_line),
		cmocka_unit_test(test_lines_are_refused_before_they_are_cut),
		cmocka_unit_test(test_line_ends_of_windows_and_a_mark_are_taken),
		cmocka_unit_test(test_the_reference_is_a_file_of_the_presets),
		cmocka_unit_test(test_files_are_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
