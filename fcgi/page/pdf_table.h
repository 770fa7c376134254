/* A table of a document on its pages: as wide as they are, its columns shared by what stands in them. */
#ifndef FCGI_PAGE_PDF_TABLE_H
#define FCGI_PAGE_PDF_TABLE_H

#include "acts/agreement_text.h"
#include "fcgi/page/pdf_page.h"

/* The height that must be free for the table to begin on a page. */
double pdf_table_beginning(struct pdf_page *p, struct arena *a, const struct block *b);
/* Caption and rows, from this page on or from the next. A row that a page holds is not cut; the columns' heads are said again on
   each page, and the first cell of a row that goes on over it. */
void pdf_table_draw(struct pdf_page *p, struct arena *a, const struct block *b);

#endif
