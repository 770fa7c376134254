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

struct word {
	int page;
	double left, top, right, bottom;
	const char *text;
};

struct printed {
	struct word *v;
	size_t n;
	int pages;
};

/* Each word and where it stands, in points from the page's upper left; the test is skipped without pdftotext. */
static struct printed printed_of(struct arena *a, const char *canonical)
{
	const char *s = read_by(a, "pdftotext -bbox", canonical);
	struct printed out = { 0 };

	if (!s)
		skip();
	for (; (s = strchr(s, '<')); s++) {
		struct word w = { .page = out.pages };
		int n = 0;

		out.pages += strncmp(s, "<page ", 6) == 0;
		if (sscanf(s, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\">%n", &w.left, &w.top, &w.right,
			   &w.bottom, &n) != 4)
			continue;
		w.text = arena_memdup(a, s + n, strcspn(s + n, "<"));
		out.v = arena_more(a, out.v, out.n, sizeof *out.v);
		out.v[out.n++] = w;
	}
	return out;
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

#define LEFT 56.0 /* of the text, in points */
#define RIGHT (595.276 - LEFT)

/* On how many lines the words from first to last stand, in the order they are read. */
static size_t lines_from(const struct printed *p, const char *first, const char *last)
{
	size_t i = 0, lines = 1;

	while (i < p->n && strcmp(p->v[i].text, first) != 0)
		i++;
	for (; i < p->n && strcmp(p->v[i].text, last) != 0; i++)
		lines += p->v[i + 1].top > p->v[i].top + 1;
	assert_true(i < p->n);
	return lines;
}

static const char *letters(struct arena *a, char c, size_t n)
{
	char *out = arena_alloc(a, n + 1);

	memset(out, c, n);
	out[n] = '\0';
	return out;
}

static const char *one_person(struct arena *a, const char *mail)
{
	return arena_printf(a,
			    "C Annexe 1\tNom\tPrénom\tFonction\tCourriel\n"
			    "R Vautrelle\tInès\tresponsable du service de l’enfance, de la jeunesse et des familles\t%s\n",
			    mail);
}

static void test_a_long_address_leaves_room_for_its_neighbours(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *address = "enfance.jeunesse.familles@courtebise.example";

	(void)state;
	struct printed usual = printed_of(a, one_person(a, address));
	struct printed lengthy = printed_of(a, one_person(a, letters(a, 'm', 70)));

	assert_true(lines_from(&usual, "responsable", "familles") <= 3);
	assert_true(lines_from(&lengthy, "responsable", "familles") <= 3);
	bool whole = false;

	for (size_t i = 0; i < usual.n; i++)
		whole = whole || strcmp(usual.v[i].text, address) == 0;
	assert_true(whole);
}

/* Whatever stands in a table, also in the one that is signed, whose columns are shared otherwise. */
static void test_no_word_leaves_the_page(void **state)
{
	static const char *const heads[] = { "Signature\tPour la Caf\tPour le fournisseur",
					     "Établissement\tAdresse\tIdentifiant" };
	AUTO_ARENA struct arena *a = arena_new();
	const char *wide = letters(a, 'L', 140);

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (int filled = 0; filled < 2; filled++) {
			struct printed p = printed_of(a, arena_printf(a, "C Table\t%s\nR %s\t%s\t\nR Date\t\t\n",
								      heads[i], wide, filled ? wide : ""));
			size_t n = 0;

			for (size_t w = 0; w < p.n; w++) {
				assert_true(p.v[w].left > LEFT - 1 && p.v[w].right < RIGHT + 1);
				n += strspn(p.v[w].text, "L");
			}
			assert_int_equal(n, filled ? 280 : 140);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_without_blanks_leaves_its_neighbours_whole),
		cmocka_unit_test(test_a_cut_word_gets_no_hyphen),
		cmocka_unit_test(test_a_long_address_leaves_room_for_its_neighbours),
		cmocka_unit_test(test_no_word_leaves_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
