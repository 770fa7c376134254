/* CSV files from outside (RFC 4180, over libcsv): UTF-8 with or without a byte order mark, cells parted by ';' or ','. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/arena.h"

#define CSV_BYTES_MAX ((size_t)1 << 20)
#define CSV_ROWS_MAX ((size_t)5000) /* besides the first */
#define CSV_CELLS_MAX ((size_t)64)  /* of a row */

struct csv_row {
	size_t line;       /* where it begins, from 1 */
	struct strs cells; /* clean text (text_clean with lines), trimmed */
};

struct csv {
	char separator;
	struct csv_row *v; /* the first is the header; rows without a single filled cell are left out */
	size_t n;
};

/* The separator is the one that stands more often in the first row, outside quotes. ERR_MALFORMED, ERR_TOOLARGE: *line
   and *why in English tell; both untouched otherwise. */
MUST_USE enum err csv_read(struct arena *a, struct bytes text, struct csv *out, size_t *line, const char **why);

/* The same rows as a file again, every cell quoted. */
const char *csv_text(struct arena *a, const struct csv *csv);

#endif
