#include "fcgi/page/pdf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a tool of poppler says of the PDF of a canonical text; NULL without it. */
static const char *read_by(struct arena *a, const char *tool, const char *canonical)
{
	char path[] = "/tmp/habilis-pdf-XXXXXX";
	struct buf pdf = buf_new(a), words = buf_new(a);
	struct agreement_text t;
	char some[4096];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(agreement_text_read(a, canonical, &t), ERR_OK);
	assert_int_equal(pdf_write(a, &t, "Convention", "Convention n° 1", &pdf), ERR_OK);
	assert_int_equal(write(fd, pdf.p, pdf.n), (ssize_t)pdf.n);
	close(fd);
	FILE *f = popen(arena_printf(a, "%s %s - 2>/dev/null", tool, path), "r");

	assert_non_null(f);
	for (size_t n; (n = fread(some, 1, sizeof some, f)) > 0;)
		buf_add(&words, some, n);
	int status = pclose(f);

	unlink(path);
	return status ? NULL : buf_str(&words);
}

static const char *words_of(struct arena *a, const char *canonical)
{
	return read_by(a, "pdftotext -raw", canonical);
}

static void test_a_name_without_blanks_leaves_its_neighbours_whole(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	char name[301];

	(void)state;
	memset(name, 'w', 300);
	name[300] = '\0';
	for (int first = 0; first < 2; first++) {
		const char *head = first ? "Nom\tType\tCommune\tPersonnes" : "Commune\tType\tNom\tPersonnes";
		const char *row = first ? arena_printf(a, "%s\tAccueil de loisirs\tGennevilliers\tDelacourtille", name) :
					  arena_printf(a, "Gennevilliers\tAccueil de loisirs\t%s\tDelacourtille", name);
		const char *words = words_of(a, arena_printf(a, "T Convention\nC Annexe 1\t%s\nR %s\n", head, row));
		size_t letters = 0;

		if (!words)
			skip();
		assert_non_null(strstr(words, "Gennevilliers"));
		assert_non_null(strstr(words, "Delacourtille"));
		assert_non_null(strstr(words, "Personnes"));
		for (const char *c = words; *c; c++)
			letters += *c == 'w';
		assert_int_equal(letters, 300);
	}
}

/* A hyphen that Pango adds is no text: it is seen among the glyphs that are drawn. */
static size_t glyphs_of(struct arena *a, const char *canonical)
{
	const char *s = read_by(a, "pdftocairo -svg", canonical);
	size_t n = 0;

	if (!s)
		skip();
	for (; (s = strstr(s, "<use ")); s++)
		n++;
	return n;
}

/* Mail addresses and URLs of a contract are read letter by letter. */
static void test_a_cut_word_gets_no_hyphen(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	char mail[301];

	(void)state;
	for (size_t i = 0; i < 300; i++)
		mail[i] = "valleedaumane"[i % 13];
	mail[300] = '\0';
	size_t one = glyphs_of(a, "P a\nC Annexe 1\tNom\tCourriel\nR Vautrelle\ta\n");
	const char *cut = arena_printf(a, "P %s\nC Annexe 1\tNom\tCourriel\nR Vautrelle\t%s\n", mail, mail);

	assert_int_equal(glyphs_of(a, cut) - one, 2 * 299);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_without_blanks_leaves_its_neighbours_whole),
		cmocka_unit_test(test_a_cut_word_gets_no_hyphen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
