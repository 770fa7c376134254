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
		out.pages += strncmp(s, "<page ", 6) == 0;
		struct word w = { .page = out.pages };
		int n = 0;

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

/* At a hyphen before a letter the library would cut it. */
static void test_a_number_is_not_cut(void **state)
{
	static const char *const numbers[] = { "H26-921-00012", "ETAB-A12-X", "921-2026-9001" };

	(void)state;
	for (size_t n = 0; n < 20; n++) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *before = letters(a, 'm', n);
		const char *row = arena_printf(a, "R %s H26-921-00012\t%s ETAB-A12-X\t%s 921-2026-9001\t%s", before,
					       before, before, letters(a, 'L', 40));
		struct printed p = printed_of(a, arena_printf(a, "P %s%s ETAB-A12-X\nC Annexe 1\tA\tB\tC\tD\n%s\n",
							      letters(a, 'm', 45), before, row));
		size_t whole = 0;

		for (size_t i = 0; i < p.n; i++)
			for (size_t k = 0; k < LENGTH(numbers); k++)
				whole += strcmp(p.v[i].text, numbers[k]) == 0;
		assert_int_equal(whole, 4);
	}
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

/* --- what stays together, wherever on the page it begins --- */

#define PAGE_FULL 38 /* paragraphs of one line */

/* lines paragraphs of one line, then the text. */
static struct printed printed_after(struct arena *a, int lines, const char *text)
{
	struct buf b = buf_new(a);

	for (int i = 0; i < lines; i++)
		buf_text(&b, "P ligne\n");
	buf_text(&b, text);
	return printed_of(a, buf_str(&b));
}

static const struct word *find_word(const struct printed *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].text, text) == 0)
			return &p->v[i];
	fail_msg("%s is not printed", text);
	return NULL;
}

/* first … last on one page, and nothing lost. */
static void assert_together(const char *text, const char *first, const char *last)
{
	for (int lines = 0; lines <= PAGE_FULL; lines++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct printed p = printed_after(a, lines, text);

		if (find_word(&p, first)->page != find_word(&p, last)->page)
			fail_msg("%s and %s are parted after %d lines", first, last, lines);
	}
}

/* n words, each with its number, on lines of some eight. */
static const char *words(struct arena *a, const char *word, int n)
{
	struct buf b = buf_new(a);

	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s%s%d", i ? " " : "", word, i);
	return buf_str(&b);
}

static void test_the_signatures_stay_with_their_heading(void **state)
{
	(void)state;
	assert_together("H Titre\nC Fait en deux exemplaires\tSignature\tPour la Caf\tPour le fournisseur\n"
			"R Nom et fonction\t\tJeanne Aubertin, maire\nR Date\t\t\nR Cachet\t\t\n",
			"Titre", "Cachet");
}

static void test_a_table_begins_with_its_first_row(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *rights = words(a, "établissement", 60);

	(void)state;
	assert_together(
		arena_printf(a, "H Titre\nC Personnes\tNom\tDroits\nR Vautrelle\t%s\nR Aubertin\t%s\n", rights, rights),
		"Titre", "établissement59");
}

static void test_a_row_is_whole_when_a_page_holds_it(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();

	(void)state;
	assert_together(arena_printf(a, "C Personnes\tNom\tDroits\nR Aubertin\tAucun\nR Vautrelle\t%s\n",
				     words(a, "établissement", 100)),
			"Vautrelle", "établissement99");
}

static void test_a_row_of_many_pages_says_its_name_on_each(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct printed p =
		printed_after(a, PAGE_FULL / 2,
			      arena_printf(a, "C Personnes\tNom\tDroits\nR Aubertin\tAucun\nR Inès Vautrelle\t%s\n",
					   words(a, "établissement", 1000)));
	int named = 0, page = find_word(&p, "établissement0")->page;

	(void)state;
	assert_true(p.pages > 2);
	for (size_t i = 0; i < p.n; i++)
		if (strcmp(p.v[i].text, "Vautrelle") == 0)
			assert_int_equal(p.v[i].page, page + named++);
	assert_int_equal(page + named - 1, find_word(&p, "établissement999")->page);
	assert_int_equal(p.pages, find_word(&p, "établissement999")->page);
}

static void test_no_line_of_a_paragraph_is_left_alone(void **state)
{
	static const char *const marks[] = { "P", "I" };

	(void)state;
	for (size_t mark = 0; mark < 2; mark++)
		for (int n = 10; n <= 40; n += 10)
			for (int lines = PAGE_FULL - 6; lines <= PAGE_FULL; lines++) {
				AUTO_ARENA struct arena *a = arena_new();
				struct printed p = printed_after(
					a, lines, arena_printf(a, "%s %s\n", marks[mark], words(a, "alinéa", n)));
				const struct word *first = find_word(&p, "alinéa0"), *before = first, *over = NULL;

				for (int i = 1; i < n && !over; i++) {
					const struct word *w = find_word(&p, arena_printf(a, "alinéa%d", i));

					over = w->page > first->page ? w : NULL;
					before = over ? before : w;
				}
				const struct word *last = find_word(&p, arena_printf(a, "alinéa%d", n - 1));

				assert_true(!over || (before->top > first->top + 1 && last->top > over->top + 1));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_without_blanks_leaves_its_neighbours_whole),
		cmocka_unit_test(test_a_cut_word_gets_no_hyphen),
		cmocka_unit_test(test_a_number_is_not_cut),
		cmocka_unit_test(test_a_long_address_leaves_room_for_its_neighbours),
		cmocka_unit_test(test_no_word_leaves_the_page),
		cmocka_unit_test(test_the_signatures_stay_with_their_heading),
		cmocka_unit_test(test_a_table_begins_with_its_first_row),
		cmocka_unit_test(test_a_row_is_whole_when_a_page_holds_it),
		cmocka_unit_test(test_a_row_of_many_pages_says_its_name_on_each),
		cmocka_unit_test(test_no_line_of_a_paragraph_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
