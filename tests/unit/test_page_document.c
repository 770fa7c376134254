/* What the page to print adds to the words of a document, and that it changes none. */
#include "fcgi/page/document.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *printed(struct arena *a, const struct agreement_text *t)
{
	struct buf out = buf_new(a);
	struct html h = { .out = &out };

	document_print(&h, t, "Convention n° 921-2026-9001", "/x.pdf");
	return buf_str(&out);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *s = text; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static const char *without_tags(struct arena *a, const char *html)
{
	struct buf b = buf_new(a);

	for (bool tag = false; *html; html++) {
		tag = tag || *html == '<';
		if (!tag)
			buf_byte(&b, (uint8_t)*html);
		tag = tag && *html != '>';
	}
	return buf_str(&b);
}

static void test_a_number_is_on_one_line_and_the_same(void **state)
{
	static const char *const lines[] = { "T Convention 921-2026-9001", "H Demande H26-921-00012",
					     "P De la demande H26-921-00012 à la convention 921-2026-9001.",
					     "I Maëlle Querrien (921-4821), Saint-Elvin-des-Rives" };
	AUTO_ARENA struct arena *a = arena_new();
	struct buf canonical = buf_new(a);
	struct agreement_text t;

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++)
		buf_printf(&canonical, "%s\n", lines[i]);
	buf_text(&canonical, "C Annexe\tNom\tRéférence\nR VDA-4821\tH26-921-00013\n");
	assert_int_equal(agreement_text_read(a, buf_str(&canonical), &t), ERR_OK);
	const char *html = printed(a, &t), *words = without_tags(a, html);

	assert_int_equal(count(html, "<span class=\"nowrap\">H26-921-00012</span>"), 2);
	assert_int_equal(count(html, "<span class=\"nowrap\">H26-921-00013</span>"), 1);
	assert_int_equal(count(html, "<span class=\"nowrap\">921-2026-9001</span>"), 3);
	assert_int_equal(count(html, "<span class=\"nowrap\">"), 8);
	for (size_t i = 0; i < LENGTH(lines); i++)
		assert_int_equal(count(words, lines[i] + 2), 1);
}

/* A person of n establishments, one a line or one after the other. */
static const char *annex_of(struct arena *a, int n, const char *between)
{
	struct agreement_text t;
	struct buf b = buf_new(a);

	assert_int_equal(agreement_text_read(a, "C Personnes\tNom\tFonction\tDroits\nR Inès Vautrelle\tadjointe\tici\n", &t),
			 ERR_OK);
	for (int i = 0; i < n; i++)
		buf_printf(&b, "%sÉtablissement no%03d", i ? between : "", i);
	t.v[0].rows[0].v[2] = buf_str(&b);
	return printed(a, &t);
}

/* Bytes of the longest cell. */
static size_t longest(const char *html)
{
	size_t most = 0;

	for (const char *s = html, *end; (s = strstr(s, "<td>")) && (end = strstr(s, "</td>")); s = end)
		most = (size_t)(end - s) > most ? (size_t)(end - s) : most;
	return most;
}

/* A line of it is 20 bytes, and one between them, or two. */
static const struct {
	int n;
	const char *between;
	size_t parts;
} rows[] = {
	{ 0, "\n", 1 },  { 1, "\n", 1 },  { 47, "\n", 1 },   { 48, "\n", 3 }, { 200, "\n", 10 },
	{ 45, ", ", 1 }, { 46, ", ", 3 }, { 200, ", ", 10 }, { 200, " ", 1 },
};

static void test_a_long_row_comes_in_parts_that_say_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *html = annex_of(a, rows[i].n, rows[i].between);

		print_message("%d\n", rows[i].n);
		assert_int_equal(count(html, "<tr class=\"\">"), rows[i].parts);
		assert_int_equal(count(html, "Inès Vautrelle</th>"), rows[i].parts);
		assert_int_equal(count(html, "<th scope=\"row\" class=\"again\">Inès Vautrelle</th>"), rows[i].parts - 1);
		assert_int_equal(count(html, "<td>adjointe</td>"), 1);
		assert_int_equal(count(html, "<td>Établissement no"), rows[i].n ? rows[i].parts : 0);
		for (int k = 0; k < rows[i].n; k++)
			assert_int_equal(count(html, arena_printf(a, "Établissement no%03d", k)), 1);
		if (*rows[i].between != ' ')
			assert_true(longest(html) < 1200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_number_is_on_one_line_and_the_same),
		cmocka_unit_test(test_a_long_row_comes_in_parts_that_say_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
