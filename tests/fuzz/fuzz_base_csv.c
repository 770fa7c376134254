/* csv_read: never over its bounds; what was read is read the same again when written anew. */
#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

static bool is_same(const struct csv *x, const struct csv *y)
{
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++) {
		if (x->v[i].cells.n != y->v[i].cells.n)
			return false;
		for (size_t j = 0; j < x->v[i].cells.n; j++)
			if (strcmp(x->v[i].cells.v[j], y->v[i].cells.v[j]) != 0)
				return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct csv csv, again;
	struct csv_fault fault = { 0 };

	if (csv_read(a, (struct bytes){ data, n }, &csv, &fault)) {
		if (!fault.why || !fault.column || !fault.line || fault.line > n + 1)
			abort();
		return 0;
	}
	if (!csv.n || csv.n > CSV_ROWS_MAX + 1)
		abort();
	bool clean = true;

	for (size_t i = 0; i < csv.n; i++) {
		if (!csv.v[i].cells.n || csv.v[i].cells.n > CSV_CELLS_MAX || csv.v[i].line > n)
			abort();
		clean = clean && !csv.v[i].unclean;
	}
	struct bytes text = bytes_of(csv_text(a, &csv));

	/* a first row of one cell does not tell the separator again, and what was unclean is gone */
	if (!clean || csv.v[0].cells.n == 1)
		return 0;
	if (text.n <= CSV_BYTES_MAX && (csv_read(a, text, &again, &fault) || !is_same(&csv, &again)))
		abort();
	return 0;
}
