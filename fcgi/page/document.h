/* A text of titles, paragraphs and tables (acts/agreement_text.h) as a page to print and as a PDF: both say the same. */
#ifndef FCGI_PAGE_DOCUMENT_H
#define FCGI_PAGE_DOCUMENT_H

#include "acts/agreement_text.h"
#include "fcgi/page/page.h"

/* The note that leads to the PDF, and the text with its foot. */
void document_print(struct html *h, const struct agreement_text *t, const char *foot, const char *pdf);

/* The answer is the PDF: its title, the foot of each page, the name it is saved under. */
MUST_USE enum err document_pdf(struct request *rq, const struct agreement_text *t, const char *title, const char *foot,
			       const char *file);

#endif
