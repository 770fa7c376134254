/* Two passes over the same text: the first counts the pages. Every text is drawn line by line, so that a paragraph may go on over
   the page, and a table's row that is higher than one. */
#include "fcgi/page/pdf.h"

#include "fcgi/page/pdf_table.h"

#include <cairo-pdf.h>

#define ITEM_INDENT 18.0
#define UNDER_HEADING 2.0

/* What must be free on the page for the block to begin there. */
static double beginning(struct pdf_page *p, struct arena *a, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_PAGE:
		return 0;
	case BLOCK_TABLE:
		return pdf_table_beginning(p, a, b);
	case BLOCK_ITEM:
		return pdf_page_height(p, PDF_TEXT, b->text, ITEM_INDENT, false);
	default:
		return pdf_page_height(p, PDF_TEXT, b->text, 0, false);
	}
}

/* next: what it heads, or NULL. */
static void draw_heading(struct pdf_page *p, struct arena *a, const char *text, const struct block *next)
{
	p->y += p->y > PDF_MARGIN ? 9 : 0;
	pdf_page_need(p, a,
		      pdf_page_height(p, PDF_HEADING, text, 0, true) + UNDER_HEADING + (next ? beginning(p, a, next) : 0));
	pdf_page_text(p, a, PDF_HEADING, text);
	p->y += UNDER_HEADING;
}

static void draw_block(struct pdf_page *p, struct arena *a, const struct block *b, const struct block *next)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		pdf_page_text(p, a, PDF_TITLE, b->text);
		p->y += 8;
		break;
	case BLOCK_HEADING:
		draw_heading(p, a, b->text, next);
		break;
	case BLOCK_ITEM:
		pdf_page_item(p, a, PDF_TEXT, b->text, "•", ITEM_INDENT);
		p->y += 2;
		break;
	case BLOCK_TABLE:
		pdf_table_draw(p, a, b);
		break;
	case BLOCK_PAGE:
		pdf_page_next(p, a);
		break;
	default:
		pdf_page_text(p, a, PDF_TEXT, b->text);
		p->y += 5;
	}
}

static cairo_status_t take(void *closure, const unsigned char *data, unsigned int length)
{
	if (closure)
		buf_add(closure, data, length);
	return CAIRO_STATUS_SUCCESS;
}

/* One pass; out NULL: nothing is kept. */
static enum err pass(struct arena *a, const struct agreement_text *t, const char *title, struct pdf_page *p, struct buf *out)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take, out, PDF_PAGE_WIDTH, PDF_PAGE_HEIGHT);
	PangoFontMap *fonts = pango_cairo_font_map_new();

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
	p->cr = cairo_create(surface);
	p->context = pango_font_map_create_context(fonts);
	pango_cairo_update_context(p->cr, p->context);
	p->page = 1;
	p->y = PDF_MARGIN;
	for (size_t i = 0; i < t->n; i++)
		draw_block(p, a, &t->v[i], i + 1 < t->n ? &t->v[i + 1] : NULL);
	pdf_page_end(p, a);
	cairo_surface_finish(surface);
	bool failed = cairo_status(p->cr) || cairo_surface_status(surface);

	g_object_unref(p->context);
	g_object_unref(fonts);
	cairo_destroy(p->cr);
	cairo_surface_destroy(surface);
	return failed ? ERR_INTERNAL : ERR_OK;
}

enum err pdf_write(struct arena *a, const struct agreement_text *t, const char *title, const char *foot, struct buf *out)
{
	struct pdf_page p = { .foot = foot };
	enum err e = pass(a, t, title, &p, NULL);

	p.pages = p.page;
	return e ? e : pass(a, t, title, &p, out);
}
