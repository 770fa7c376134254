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
	uint64_t unclean;  /* bit i: cell i was no clean text, and is "" */
};

struct csv {
	char separator;
	struct csv_row *v; /* the first is the header; rows without a single filled cell are left out */
	size_t n;
};

/* Why a file cannot be read as rows. */
struct csv_fault {
	size_t line;        /* where the row begins */
	const char *column; /* the first row's cell, or the number of a cell it lacks; "": the whole file or row */
	const char *why;    /* English */
};

/* The separator is the one that stands more often in the first row, outside quotes. ERR_MALFORMED, ERR_TOOLARGE: *fault tells;
   untouched otherwise. */
MUST_USE enum err csv_read(struct arena *a, struct bytes text, struct csv *out, struct csv_fault *fault);

/* How people find a cell's column: what the first row calls it, else its number from 1. */
const char *csv_column(struct arena *a, const struct csv_row *first, size_t cell);

/* The same rows as a file again, every cell quoted. */
const char *csv_text(struct arena *a, const struct csv *csv);

#endif
