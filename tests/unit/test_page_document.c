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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_number_is_on_one_line_and_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
