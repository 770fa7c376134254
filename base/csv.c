#include "base/csv.h"

#include "base/text.h"

#include <csv.h>
#include <string.h>

struct reading {
	struct arena *arena;
	struct csv csv;
	struct csv_row row;
	bool begun;  /* a cell of the row was seen */
	bool filled; /* one of them holds something */
	size_t line;
	enum err err;
	struct csv_fault fault;
};

static void refuse(struct reading *r, enum err e, const char *why)
{
	if (r->err)
		return;
	r->err = e;
	r->fault = (struct csv_fault){ r->line, "", why };
}

/* The cell that is being read. */
static void refuse_cell(struct reading *r, enum err e, const char *why)
{
	if (r->err)
		return;
	r->err = e;
	r->fault = (struct csv_fault){ r->row.line,
				       csv_column(r->arena, r->csv.n ? &r->csv.v[0] : NULL, r->row.cells.n), why };
}

const char *csv_column(struct arena *a, const struct csv_row *first, size_t cell)
{
	const char *name = first && cell < first->cells.n ? first->cells.v[cell] : "";

	return *name ? name : arena_printf(a, "%zu", cell + 1);
}

static void on_cell(void *cell, size_t n, void *data)
{
	struct reading *r = data;
	const char *text = "";
	bool clean;

	if (r->err)
		return;
	if (r->row.cells.n == CSV_CELLS_MAX) {
		refuse_cell(r, ERR_TOOLARGE, "a row has more than 64 cells");
		return;
	}
	clean = !text_clean(r->arena, (struct bytes){ cell, n }, true, &text);
	if (!clean)
		r->row.unclean |= (uint64_t)1 << r->row.cells.n;
	text = clean ? text_trim(r->arena, text) : "";
	r->filled = r->filled || !clean || *text;
	strs_add(r->arena, &r->row.cells, text);
}

static void on_row(int end, void *data)
{
	struct reading *r = data;

	(void)end;
	if (r->filled && !r->err) {
		if (r->csv.n > CSV_ROWS_MAX)
			refuse(r, ERR_TOOLARGE, "more than 5000 rows");
		r->csv.v = arena_more(r->arena, r->csv.v, r->csv.n, sizeof *r->csv.v);
		r->csv.v[r->csv.n++] = r->row;
	}
	r->row = (struct csv_row){ 0 };
	r->begun = r->filled = false;
}

static char separator_of(struct bytes text)
{
	size_t commas = 0, semicolons = 0, i = 0;
	bool quoted = false;

	while (i < text.n && (text.p[i] == '\r' || text.p[i] == '\n'))
		i++;
	for (; i < text.n && (quoted || (text.p[i] != '\r' && text.p[i] != '\n')); i++) {
		quoted = quoted != (text.p[i] == '"');
		commas += !quoted && text.p[i] == ',';
		semicolons += !quoted && text.p[i] == ';';
	}
	return semicolons > commas ? ';' : ',';
}

/* Byte by byte: libcsv tells no line. */
static void feed(struct reading *r, struct csv_parser *p, struct bytes text)
{
	for (size_t i = 0; i < text.n && !r->err; i++) {
		uint8_t c = text.p[i];
		bool end = c == '\n' || (c == '\r' && (i + 1 == text.n || text.p[i + 1] != '\n'));

		if (!r->begun && c != '\r' && c != '\n') {
			r->begun = true;
			r->row.line = r->line;
		}
		if (csv_parse(p, &c, 1, on_cell, on_row, r) != 1)
			refuse_cell(r, ERR_MALFORMED,
				    "a quote where none may stand: quote the whole cell, and double the quotes in it");
		r->line += end && !r->err;
	}
	if (!r->err && csv_fini(p, on_cell, on_row, r))
		refuse_cell(r, ERR_MALFORMED, "a quoted cell never ends");
}

enum err csv_read(struct arena *a, struct bytes text, struct csv *out, struct csv_fault *fault)
{
	struct reading r = { .arena = a, .line = 1 };
	struct csv_parser p;

	if (text.n > CSV_BYTES_MAX)
		refuse(&r, ERR_TOOLARGE, "the file is larger than 1 MiB");
	if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
		text = (struct bytes){ text.p + 3, text.n - 3 };
	r.csv.separator = separator_of(text);
	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI))
		refuse(&r, ERR_INTERNAL, "libcsv does not start");
	csv_set_delim(&p, (unsigned char)r.csv.separator);
	if (!r.err)
		feed(&r, &p, text);
	csv_free(&p);
	if (!r.err && !r.csv.n)
		refuse(&r, ERR_MALFORMED, "the file is empty");
	if (r.err) {
		*fault = r.fault;
		return r.err;
	}
	*out = r.csv;
	return ERR_OK;
}

const char *csv_text(struct arena *a, const struct csv *csv)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < csv->n; i++) {
		for (size_t j = 0; j < csv->v[i].cells.n; j++) {
			buf_text(&b, j ? (csv->separator == ';' ? ";\"" : ",\"") : "\"");
			for (const char *s = csv->v[i].cells.v[j]; *s; s++) {
				if (*s == '"')
					buf_byte(&b, '"');
				buf_byte(&b, (uint8_t)*s);
			}
			buf_byte(&b, '"');
		}
		buf_text(&b, "\r\n");
	}
	return buf_str(&b);
}
