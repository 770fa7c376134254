/* Lines of text on A4 pages, one after the other: what pdf.c and pdf_table.c draw with. Lengths are points, y grows downwards. */
#ifndef FCGI_PAGE_PDF_PAGE_H
#define FCGI_PAGE_PDF_PAGE_H

#include "base/arena.h"

#include <pango/pangocairo.h>

#define PDF_PAGE_WIDTH 595.276
#define PDF_PAGE_HEIGHT 841.89
#define PDF_MARGIN 56.0
#define PDF_BOTTOM (PDF_PAGE_HEIGHT - PDF_MARGIN - 8.0) /* above the foot */
#define PDF_WIDTH (PDF_PAGE_WIDTH - 2 * PDF_MARGIN)

enum pdf_style { PDF_TITLE, PDF_HEADING, PDF_TEXT, PDF_CAPTION, PDF_HEAD, PDF_CELL, PDF_FOOT };

/* cr and context are the caller's. */
struct pdf_page {
	cairo_t *cr;
	PangoContext *context;
	const char *foot; /* at the bottom of each page, beside its number */
	double y;         /* where the next line begins */
	int page;         /* from 1 */
	int pages;        /* 0 in the pass that counts them */
};

/* The height of a line. */
double pdf_page_leading(enum pdf_style style);

/* The text's lines in that width, 0: one line. The caller's, to g_object_unref. */
PangoLayout *pdf_page_layout(struct pdf_page *p, enum pdf_style style, const char *text, double width);
/* Its width on one line. */
double pdf_page_width(struct pdf_page *p, enum pdf_style style, const char *text);
/* Draws line i of it; y is the line's top. */
void pdf_page_line(struct pdf_page *p, PangoLayout *layout, int i, enum pdf_style style, double x, double y);

/* Draws the foot; nothing more comes on this page. */
void pdf_page_end(struct pdf_page *p, struct arena *a);
void pdf_page_next(struct pdf_page *p, struct arena *a);
/* Begins the next page where that height is not free on this one. */
void pdf_page_need(struct pdf_page *p, struct arena *a, double height);

/* Draws a text of the page's width, over as many pages as it takes; no line of it is left alone at a page's foot or head. */
void pdf_page_text(struct pdf_page *p, struct arena *a, enum pdf_style style, const char *text);
/* The same, indented, with a mark before its first line. */
void pdf_page_item(struct pdf_page *p, struct arena *a, enum pdf_style style, const char *text, const char *mark,
		   double indent);
/* The height of all its lines, or of those that stay together with the first. */
double pdf_page_height(struct pdf_page *p, enum pdf_style style, const char *text, double indent, bool all);

#endif
