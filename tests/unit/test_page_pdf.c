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

/* What pdftotext reads of the PDF of a canonical text; NULL without pdftotext. */
static const char *words_of(struct arena *a, const char *canonical)
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
	FILE *f = popen(arena_printf(a, "pdftotext -raw %s - 2>/dev/null", path), "r");

	assert_non_null(f);
	for (size_t n; (n = fread(some, 1, sizeof some, f)) > 0;)
		buf_add(&words, some, n);
	int status = pclose(f);

	unlink(path);
	return status ? NULL : buf_str(&words);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_without_blanks_leaves_its_neighbours_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
