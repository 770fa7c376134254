/* A text of titles, paragraphs and tables as an A4 PDF. Nothing of cairo or pango shows. */
#ifndef FCGI_PAGE_PDF_H
#define FCGI_PAGE_PDF_H

#include "acts/agreement_text.h"

/* Adds the file to out. title: of the document; foot: at the bottom of each page, beside its number. ERR_INTERNAL: the library failed. */
MUST_USE enum err pdf_write(struct arena *a, const struct agreement_text *t, const char *title, const char *foot,
			    struct buf *out);

#endif
