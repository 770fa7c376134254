#include "acts/listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* Expected as text: [-gone-], [+come+]. */
static const struct {
	const char *before, *after, *marked;
} cases[] = {
	{ "", "", "" },
	{ "a", "a", "a" },
	{ "", "a b", "[+a b+]" },
	{ "a b", "", "[-a b-]" },
	{ "a", "b", "[-a-][+b+]" },
	{ "Vendredi : 7 h 45 – 18 h 15", "Vendredi : 7 h 45 – 17 h 30", "Vendredi : 7 h 45 – [-18 h 15-][+17 h 30+]" },
	{ "Un atelier musique a lieu chaque mois.", "Un atelier musique a lieu chaque mardi, avec l’école !",
	  "Un atelier musique a lieu chaque [-mois.-][+mardi, avec l’école !+]" },
	{ "un deux trois quatre", "un trois quatre", "un [-deux -]trois quatre" },
	{ "un trois quatre", "un deux trois quatre", "un [+deux +]trois quatre" },
	{ "Lundi : 8 h\nMardi : 8 h", "Lundi : 8 h\nMercredi : 8 h", "Lundi : 8 h\n[-Mardi-][+Mercredi+] : 8 h" },
	{ "jardin bleu maison", "jardin rouge maison", "jardin [-bleu-][+rouge+] maison" },
	{ "le grand jardin clair", "un grand jardin sombre", "[-le-][+un+] grand jardin [-clair-][+sombre+]" },
};

static void test_words_are_marked(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct buf b = buf_new(a);
		struct diff_part *v;
		size_t n;

		print_message("%s | %s\n", cases[i].before, cases[i].after);
		text_diff(a, cases[i].before, cases[i].after, &v, &n);
		for (size_t j = 0; j < n; j++)
			buf_printf(&b, v[j].side < 0 ? "[-%s-]" : v[j].side ? "[+%s+]" : "%s", v[j].text);
		assert_string_equal(buf_str(&b), cases[i].marked);
	}
}

/* Both texts can be read back from the parts, whatever they are; long and unlike ones in bounded time. */
static void check_whole(struct arena *a, const char *before, const char *after)
{
	struct buf old = buf_new(a), fresh = buf_new(a);
	struct diff_part *v;
	size_t n;

	text_diff(a, before, after, &v, &n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].side <= 0)
			buf_text(&old, v[i].text);
		if (v[i].side >= 0)
			buf_text(&fresh, v[i].text);
	}
	assert_string_equal(buf_str(&old), before);
	assert_string_equal(buf_str(&fresh), after);
}

static const char *words(struct arena *a, uint32_t seed, size_t n, uint32_t kinds)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		buf_printf(&b, "%u%s", (seed >> 16) % kinds, seed >> 28 == 3 ? "\n" : " ");
	}
	return buf_str(&b);
}

static void test_nothing_is_lost(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		AUTO_ARENA struct arena *a = arena_new();

		check_whole(a, words(a, i, i % 40, 5), words(a, i + 7, (i * 3) % 40, 5));
	}
	AUTO_ARENA struct arena *a = arena_new();

	check_whole(a, words(a, 1, 3000, 40), words(a, 2, 3000, 40));
	check_whole(a, words(a, 1, 30000, 9000), words(a, 2, 30000, 9000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_marked),
		cmocka_unit_test(test_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
