#include "fcgi/page/pdf_page.h"

#include "base/text.h"

#define FOOT_AT (PDF_PAGE_HEIGHT - 34.0)
#define FAMILY "Liberation Sans, DejaVu Sans, sans-serif"

static const struct {
	double size, leading;
	bool bold;
} styles[] = {
	[PDF_TITLE] = { 16, 21, true },   [PDF_HEADING] = { 11.5, 16, true }, [PDF_TEXT] = { 10, 14, false },
	[PDF_CAPTION] = { 10, 15, true }, [PDF_HEAD] = { 9, 12, true },       [PDF_CELL] = { 9, 12, false },
	[PDF_FOOT] = { 8, 10, false },
};

double pdf_page_leading(enum pdf_style style)
{
	return styles[style].leading;
}

/* --- texts --- */

/* A word that is cut gets no hyphen: in an address it would be a letter more. A number with hyphens is not cut. */
static void keep_words(PangoLayout *layout, const char *text)
{
	PangoAttrList *list = pango_attr_list_new();
	size_t n;

	pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
	for (const char *s = text; (s = text_number(s, &n)); s += n) {
		PangoAttribute *whole = pango_attr_allow_breaks_new(FALSE);

		whole->start_index = (guint)(s - text);
		whole->end_index = whole->start_index + (guint)n;
		pango_attr_list_insert(list, whole);
	}
	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
}

PangoLayout *pdf_page_layout(struct pdf_page *p, enum pdf_style style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(p->context);
	PangoFontDescription *font = pango_font_description_from_string(FAMILY);

	pango_font_description_set_absolute_size(font, styles[style].size * PANGO_SCALE);
	if (styles[style].bold)
		pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	keep_words(layout, text);
	if (width > 0)
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(layout, text, -1);
	return layout;
}

double pdf_page_width(struct pdf_page *p, enum pdf_style style, const char *text)
{
	PangoLayout *layout = pdf_page_layout(p, style, text, 0);
	int width;

	pango_layout_get_size(layout, &width, NULL);
	g_object_unref(layout);
	return (double)width / PANGO_SCALE;
}

/* Where letters stand in a line of that leading. */
static double baseline(enum pdf_style style)
{
	return (styles[style].leading + styles[style].size) / 2 - styles[style].size * 0.12;
}

void pdf_page_line(struct pdf_page *p, PangoLayout *layout, int i, enum pdf_style style, double x, double y)
{
	cairo_move_to(p->cr, x, y + baseline(style));
	pango_cairo_show_layout_line(p->cr, pango_layout_get_line_readonly(layout, i));
}

/* --- pages --- */

static void draw_foot(struct pdf_page *p, struct arena *a)
{
	PangoLayout *left = pdf_page_layout(p, PDF_FOOT, p->foot, 0);
	PangoLayout *right = pdf_page_layout(p, PDF_FOOT, arena_printf(a, "Page %d sur %d", p->page, p->pages), 0);
	int width;

	pango_layout_get_size(right, &width, NULL);
	pdf_page_line(p, left, 0, PDF_FOOT, PDF_MARGIN, FOOT_AT);
	pdf_page_line(p, right, 0, PDF_FOOT, PDF_PAGE_WIDTH - PDF_MARGIN - (double)width / PANGO_SCALE, FOOT_AT);
	g_object_unref(left);
	g_object_unref(right);
}

void pdf_page_end(struct pdf_page *p, struct arena *a)
{
	draw_foot(p, a);
	cairo_show_page(p->cr);
}

void pdf_page_next(struct pdf_page *p, struct arena *a)
{
	pdf_page_end(p, a);
	p->page++;
	p->y = PDF_MARGIN;
}

void pdf_page_need(struct pdf_page *p, struct arena *a, double height)
{
	if (p->y + height > PDF_BOTTOM && p->y > PDF_MARGIN)
		pdf_page_next(p, a);
}

/* How many of n lines stay on the page of the i-th: none is left alone at a page's foot or head. */
static int together(int i, int n)
{
	if (i == 0)
		return n <= 3 ? n : 2;
	return i == n - 2 ? 2 : 1;
}

void pdf_page_item(struct pdf_page *p, struct arena *a, enum pdf_style style, const char *text, const char *mark,
		   double indent)
{
	PangoLayout *layout = pdf_page_layout(p, style, text, PDF_WIDTH - indent),
		    *before = pdf_page_layout(p, style, mark, 0);
	int lines = pango_layout_get_line_count(layout);

	for (int i = 0; i < lines; i++) {
		pdf_page_need(p, a, together(i, lines) * styles[style].leading);
		if (i == 0)
			pdf_page_line(p, before, 0, style, PDF_MARGIN + indent / 3, p->y);
		pdf_page_line(p, layout, i, style, PDF_MARGIN + indent, p->y);
		p->y += styles[style].leading;
	}
	g_object_unref(before);
	g_object_unref(layout);
}

void pdf_page_text(struct pdf_page *p, struct arena *a, enum pdf_style style, const char *text)
{
	pdf_page_item(p, a, style, text, "", 0);
}

double pdf_page_height(struct pdf_page *p, enum pdf_style style, const char *text, double indent, bool all)
{
	PangoLayout *layout = pdf_page_layout(p, style, text, PDF_WIDTH - indent);
	int lines = pango_layout_get_line_count(layout);

	g_object_unref(layout);
	return (all ? lines : together(0, lines)) * styles[style].leading;
}
