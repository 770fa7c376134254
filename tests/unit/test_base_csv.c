/* CSV: files people's spreadsheets write, and broken ones, by table. */
#include "base/csv.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Cells joined by '|', rows by '/', each row after its line. */
static const struct {
	const char *name, *text, *rows;
} good[] = {
	{ "commas", "a,b\nc,d\n", "1:a|b/2:c|d" },
	{ "semicolons", "a;b\nc;d\n", "1:a|b/2:c|d" },
	{ "a comma inside a cell of a file with semicolons", "a;b;c\n1,5;d;e\n", "1:a|b|c/2:1,5|d|e" },
	{ "no newline at the end", "a;b\nc;d", "1:a|b/2:c|d" },
	{ "carriage returns", "a;b\r\nc;d\r\n", "1:a|b/2:c|d" },
	{ "carriage returns alone", "a;b\rc;d\r", "1:a|b/2:c|d" },
	{ "byte order mark",
	  "\xEF\xBB\xBF"
	  "a;b\nc;d\n",
	  "1:a|b/2:c|d" },
	{ "quotes", "\"a\",\"b\"\n\"c, d\",\"e \"\"f\"\"\"\n", "1:a|b/2:c, d|e \"f\"" },
	{ "a separator in the header's quotes", "\"a;b;c\",d\n1,2\n", "1:a;b;c|d/2:1|2" },
	{ "a line break in a cell", "a;b\n\"c\r\nd\";e\nf;g\n", "1:a|b/2:c\nd|e/4:f|g" },
	{ "blank rows and rows of nothing", "a;b\n\n;;\n  ;\t\nc;d\n\n", "1:a|b/5:c|d" },
	{ "blanks around cells",
	  " a ; b \n\"  c\" ;\xC2\xA0"
	  "d\n",
	  "1:a|b/2:c|d" },
	{ "fewer and more cells", "a;b\nc\nd;e;f\n", "1:a|b/2:c/3:d|e|f" },
	{ "an empty cell", "a;b;c\n;x;\n", "1:a|b|c/2:|x|" },
	{ "decomposed accents", "a\ne\xCC\x81\n", "1:a/2:\xC3\xA9" },
	{ "what a spreadsheet would run stays text", "a;b\n=1+1;@x\n", "1:a|b/2:=1+1|@x" },
};

static const struct {
	const char *name;
	struct bytes text;
	size_t line;
	const char *column, *why;
} bad[] = {
	{ "empty", { (const uint8_t *)"", 0 }, 1, "", "the file is empty" },
	{ "only blanks", { (const uint8_t *)"\n;;\n", 4 }, 3, "", "the file is empty" },
	{ "a quote inside a bare cell", { (const uint8_t *)"a;b\nc\"d;e\n", 10 }, 2, "a", "a quote where none may stand" },
	{ "a quote behind the header's cells", { (const uint8_t *)"a;b\nc;d;e\"\n", 11 }, 2, "3", "a quote where none may stand" },
	{ "a quote in the header", { (const uint8_t *)"a;b\"\n", 5 }, 1, "2", "a quote where none may stand" },
	{ "text after a quoted cell", { (const uint8_t *)"a;b\n\"c\"d;e\n", 11 }, 2, "a", "a quote where none may stand" },
	{ "a quote left open", { (const uint8_t *)"a;b\nc;\"d\ne;f\n", 13 }, 2, "b", "a quoted cell never ends" },
};

/* unclean: of the last row, bit by cell */
static const struct {
	const char *name;
	struct bytes text;
	const char *rows;
	uint64_t unclean;
} unclean[] = {
	{ "Latin-1", { (const uint8_t *)"a;b\nd;\xE9\n", 8 }, "1:a|b/2:d|", 2 },
	{ "NUL", { (const uint8_t *)"a;b\nc\0;d\n", 9 }, "1:a|b/2:|d", 1 },
	{ "a bidi control", { (const uint8_t *)"a\nx\xE2\x80\xAEy\n", 8 }, "1:a/2:", 1 },
	{ "both, and the header's", { (const uint8_t *)"a;\xE9\n\x01;\xE9\n", 8 }, "1:a|/2:|", 3 },
};

static const char *written(struct arena *a, const struct csv *csv)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < csv->n; i++) {
		buf_printf(&b, "%s%zu:", i ? "/" : "", csv->v[i].line);
		for (size_t j = 0; j < csv->v[i].cells.n; j++)
			buf_printf(&b, "%s%s", j ? "|" : "", csv->v[i].cells.v[j]);
	}
	return buf_str(&b);
}

static void test_what_spreadsheets_write_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct csv csv, again;
		struct csv_fault fault;

		print_message("%s\n", good[i].name);
		assert_int_equal(csv_read(a, bytes_of(good[i].text), &csv, &fault), ERR_OK);
		assert_string_equal(written(a, &csv), good[i].rows);
		assert_int_equal(csv_read(a, bytes_of(csv_text(a, &csv)), &again, &fault), ERR_OK);
		assert_int_equal(again.n, csv.n);
		assert_string_equal(csv_text(a, &again), csv_text(a, &csv));
	}
}

static void test_a_broken_file_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct csv csv;
		struct csv_fault fault;

		print_message("%s\n", bad[i].name);
		assert_int_equal(csv_read(a, bad[i].text, &csv, &fault), ERR_MALFORMED);
		assert_int_equal(fault.line, bad[i].line);
		assert_string_equal(fault.column, bad[i].column);
		assert_memory_equal(fault.why, bad[i].why, strlen(bad[i].why));
	}
}

static void test_an_unclean_cell_is_marked_and_the_rest_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(unclean); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct csv csv;
		struct csv_fault fault;

		print_message("%s\n", unclean[i].name);
		assert_int_equal(csv_read(a, unclean[i].text, &csv, &fault), ERR_OK);
		assert_string_equal(written(a, &csv), unclean[i].rows);
		assert_int_equal(csv.v[csv.n - 1].unclean, unclean[i].unclean);
	}
}

static struct bytes repeated(struct arena *a, const char *first, const char *row, size_t n)
{
	struct buf b = buf_new(a);

	buf_text(&b, first);
	for (size_t i = 0; i < n; i++)
		buf_text(&b, row);
	return buf_bytes(&b);
}

static void test_bounds_hold(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct csv csv;
	struct csv_fault fault;

	(void)state;
	assert_int_equal(csv_read(a, repeated(a, "a\n", "x\n", CSV_ROWS_MAX), &csv, &fault), ERR_OK);
	assert_int_equal(csv.n, CSV_ROWS_MAX + 1);
	assert_int_equal(csv_read(a, repeated(a, "a\n", "x\n", CSV_ROWS_MAX + 1), &csv, &fault), ERR_TOOLARGE);
	assert_string_equal(fault.why, "more than 5000 rows");
	assert_int_equal(csv_read(a, repeated(a, "a", ";", CSV_CELLS_MAX - 1), &csv, &fault), ERR_OK);
	assert_int_equal(csv_read(a, repeated(a, "a", ";", CSV_CELLS_MAX), &csv, &fault), ERR_TOOLARGE);
	assert_int_equal(csv_read(a, repeated(a, "", "abcdefgh", (CSV_BYTES_MAX >> 3) + 1), &csv, &fault), ERR_TOOLARGE);
	assert_string_equal(fault.why, "the file is larger than 1 MiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_spreadsheets_write_is_read),
		cmocka_unit_test(test_a_broken_file_is_refused_with_its_place),
		cmocka_unit_test(test_an_unclean_cell_is_marked_and_the_rest_is_read),
		cmocka_unit_test(test_bounds_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
