/* Two passes over the same text: the first counts the pages. Every text is drawn line by line, so that a paragraph or a table's
   row may go on over the page. */
#include "fcgi/page/pdf.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define PAGE_WIDTH 595.276 /* A4 in points */
#define PAGE_HEIGHT 841.89
#define MARGIN 56.0
#define FOOT_AT (PAGE_HEIGHT - 34.0)
#define BOTTOM (PAGE_HEIGHT - MARGIN - 8.0)
#define WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define PADDING 4.0
#define COLUMNS_MAX 8
#define DATE_LINES 2 /* rows for a pen */
#define SIGNATURE_LINES 7
#define FAMILY "Liberation Sans, DejaVu Sans, sans-serif"

enum style { STYLE_TITLE, STYLE_HEADING, STYLE_TEXT, STYLE_CAPTION, STYLE_HEAD, STYLE_CELL, STYLE_FOOT };

static const struct {
	double size, leading;
	bool bold;
} styles[] = {
	[STYLE_TITLE] = { 16, 21, true },   [STYLE_HEADING] = { 11.5, 16, true }, [STYLE_TEXT] = { 10, 14, false },
	[STYLE_CAPTION] = { 10, 15, true }, [STYLE_HEAD] = { 9, 12, true },       [STYLE_CELL] = { 9, 12, false },
	[STYLE_FOOT] = { 8, 10, false },
};

struct pdf {
	cairo_t *cr;
	PangoContext *context;
	const char *foot;
	double y;
	int page;
	int pages; /* 0 in the pass that counts them */
};

/* --- texts --- */

/* A word that is cut gets no hyphen: in an address it would be a letter more. */
static void keep_letters(PangoLayout *layout)
{
	PangoAttrList *list = pango_attr_list_new();

	pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
}

static PangoLayout *layout_of(struct pdf *p, enum style style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(p->context);
	PangoFontDescription *font = pango_font_description_from_string(FAMILY);

	pango_font_description_set_absolute_size(font, styles[style].size * PANGO_SCALE);
	if (styles[style].bold)
		pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	keep_letters(layout);
	if (width > 0)
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(layout, text, -1);
	return layout;
}

/* Its natural width, or of its longest word. */
static double width_of(struct pdf *p, enum style style, const char *text)
{
	PangoLayout *layout = layout_of(p, style, text, 0);
	int width;

	pango_layout_get_size(layout, &width, NULL);
	g_object_unref(layout);
	return (double)width / PANGO_SCALE;
}

static double longest_word(struct pdf *p, struct arena *a, enum style style, const char *text)
{
	double widest = 0;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (n)
			widest = fmax(widest, width_of(p, style, arena_memdup(a, text, n)));
		text += n + (text[n] == ' ');
	}
	return widest;
}

/* Where letters stand in a line of that leading. */
static double baseline(enum style style)
{
	return (styles[style].leading + styles[style].size) / 2 - styles[style].size * 0.12;
}

static void draw_line(struct pdf *p, PangoLayout *layout, int i, enum style style, double x, double y)
{
	cairo_move_to(p->cr, x, y + baseline(style));
	pango_cairo_show_layout_line(p->cr, pango_layout_get_line_readonly(layout, i));
}

/* --- pages --- */

static void draw_foot(struct pdf *p, struct arena *a)
{
	PangoLayout *left = layout_of(p, STYLE_FOOT, p->foot, 0);
	PangoLayout *right = layout_of(p, STYLE_FOOT, arena_printf(a, "Page %d sur %d", p->page, p->pages), 0);
	int width;

	pango_layout_get_size(right, &width, NULL);
	draw_line(p, left, 0, STYLE_FOOT, MARGIN, FOOT_AT);
	draw_line(p, right, 0, STYLE_FOOT, PAGE_WIDTH - MARGIN - (double)width / PANGO_SCALE, FOOT_AT);
	g_object_unref(left);
	g_object_unref(right);
}

static void end_page(struct pdf *p, struct arena *a)
{
	draw_foot(p, a);
	cairo_show_page(p->cr);
}

static void next_page(struct pdf *p, struct arena *a)
{
	end_page(p, a);
	p->page++;
	p->y = MARGIN;
}

static void need(struct pdf *p, struct arena *a, double height)
{
	if (p->y + height > BOTTOM && p->y > MARGIN)
		next_page(p, a);
}

static void draw_text(struct pdf *p, struct arena *a, enum style style, const char *text, double indent)
{
	PangoLayout *layout = layout_of(p, style, text, WIDTH - indent);
	int lines = pango_layout_get_line_count(layout);

	for (int i = 0; i < lines; i++) {
		need(p, a, styles[style].leading);
		draw_line(p, layout, i, style, MARGIN + indent, p->y);
		p->y += styles[style].leading;
	}
	g_object_unref(layout);
}

/* --- tables --- */

struct columns {
	size_t n;
	double x[COLUMNS_MAX], width[COLUMNS_MAX];
};

static bool signed_by_hand(const struct block *t)
{
	for (size_t r = 0; r < t->n; r++)
		if (agreement_text_by_hand(t, r))
			return true;
	return false;
}

/* The first as wide as its words ask, the others alike: both parties sign in the same room. */
static void share_evenly(struct columns *c, double first)
{
	first = fmin(first, WIDTH / (double)c->n);
	for (size_t i = 0; i < c->n; i++)
		c->width[i] = i ? (WIDTH - first) / (double)(c->n - 1) : first;
}

/* The width no column needs to pass so that all fit. */
static double widest_least(const double *least, size_t n)
{
	double limit = WIDTH / (double)n;

	for (size_t round = 0; round < n; round++) {
		double left = WIDTH;
		size_t above = 0;

		for (size_t i = 0; i < n; i++) {
			above += least[i] > limit;
			left -= least[i] > limit ? 0 : least[i];
		}
		if (above)
			limit = left / (double)above;
	}
	return limit;
}

/* No word is cut while its neighbours keep a useful width: what they wish up to two thirds of a fair share, or their own words up
   to the fair share. One that is cut all the same claims no more than they. */
static void useful_widths(const double *least, const double *wish, size_t n, double *width)
{
	double fair = WIDTH / (double)n, claim[COLUMNS_MAX], claims = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		claim[i] = fmin(fair, fmax(least[i], fmin(wish[i], fair * 2 / 3)));
		claims += claim[i];
	}
	for (size_t i = 0; i < n; i++) {
		width[i] = fmax(least[i], claim[i]);
		if (width[i] > WIDTH - (claims - claim[i]))
			width[i] = claim[i];
		sum += width[i];
	}
	double limit = sum > WIDTH ? widest_least(width, n) : WIDTH;

	for (size_t i = 0; i < n; i++)
		width[i] = fmin(width[i], limit);
}

/* What is left goes to the texts that have not all they wish; when all have, to all alike. */
static void share_by_wish(struct columns *c, const double *wish)
{
	double left = WIDTH, more = 0, sum = 0;

	for (size_t i = 0; i < c->n; i++) {
		left -= c->width[i];
		more += fmax(wish[i] - c->width[i], 0);
	}
	double share = more > 0 ? fmin(fmax(left, 0) / more, 1) : 0;

	for (size_t i = 0; i < c->n; i++) {
		c->width[i] += share * fmax(wish[i] - c->width[i], 0);
		sum += c->width[i];
	}
	for (size_t i = 0; i < c->n; i++)
		c->width[i] *= WIDTH / sum;
}

static struct columns columns_of(struct pdf *p, struct arena *a, const struct block *t)
{
	struct columns c = { .n = t->head.n < COLUMNS_MAX ? t->head.n : COLUMNS_MAX };
	double least[COLUMNS_MAX] = { 0 }, wish[COLUMNS_MAX] = { 0 };

	for (size_t i = 0; i < c.n; i++) {
		least[i] = longest_word(p, a, STYLE_HEAD, t->head.v[i]);
		wish[i] = width_of(p, STYLE_HEAD, t->head.v[i]);
		for (size_t r = 0; r < t->n; r++) {
			least[i] = fmax(least[i], longest_word(p, a, STYLE_CELL, t->rows[r].v[i]));
			wish[i] = fmax(wish[i], width_of(p, STYLE_CELL, t->rows[r].v[i]));
		}
		least[i] += 2 * PADDING + 1;
		wish[i] = fmin(wish[i] + 2 * PADDING + 1, WIDTH);
	}
	if (signed_by_hand(t)) {
		share_evenly(&c, least[0]);
	} else {
		useful_widths(least, wish, c.n, c.width);
		share_by_wish(&c, wish);
	}
	for (size_t i = 0; i < c.n; i++)
		c.x[i] = i ? c.x[i - 1] + c.width[i - 1] : MARGIN;
	return c;
}

static void draw_rules(struct pdf *p, const struct columns *c, double top, double bottom)
{
	cairo_set_line_width(p->cr, 0.5);
	for (size_t i = 0; i < c->n; i++)
		cairo_rectangle(p->cr, c->x[i], top, c->width[i], bottom - top);
	cairo_stroke(p->cr);
}

static void draw_head(struct pdf *p, struct arena *a, const struct columns *c, const struct strs *head);

/* A row goes on over the page when it must; the columns' heads are then said again. */
static void draw_row(struct pdf *p, struct arena *a, const struct columns *c, const struct strs *cells,
		     const struct strs *head, enum style style, int lines)
{
	PangoLayout *layouts[COLUMNS_MAX];
	double leading = styles[style].leading, top;

	for (size_t i = 0; i < c->n; i++) {
		layouts[i] = layout_of(p, style, cells->v[i], c->width[i] - 2 * PADDING);
		lines = pango_layout_get_line_count(layouts[i]) > lines ? pango_layout_get_line_count(layouts[i]) : lines;
	}
	/* a row of a few lines stays whole, and one to sign in */
	if (head && p->y + (lines > SIGNATURE_LINES ? 3 : lines) * leading + 2 * PADDING > BOTTOM) {
		next_page(p, a);
		draw_head(p, a, c, head);
	}
	top = p->y;
	p->y += PADDING;
	for (int line = 0; line < lines; line++) {
		if (head && p->y + leading + PADDING > BOTTOM) {
			draw_rules(p, c, top, p->y + PADDING);
			next_page(p, a);
			draw_head(p, a, c, head);
			top = p->y;
			p->y += PADDING;
		}
		for (size_t i = 0; i < c->n; i++)
			if (line < pango_layout_get_line_count(layouts[i]))
				draw_line(p, layouts[i], line, style, c->x[i] + PADDING, p->y);
		p->y += leading;
	}
	p->y += PADDING;
	draw_rules(p, c, top, p->y);
	for (size_t i = 0; i < c->n; i++)
		g_object_unref(layouts[i]);
}

static void draw_head(struct pdf *p, struct arena *a, const struct columns *c, const struct strs *head)
{
	draw_row(p, a, c, head, NULL, STYLE_HEAD, 1);
}

static void draw_table(struct pdf *p, struct arena *a, const struct block *t)
{
	struct columns c = columns_of(p, a, t);

	p->y += 8;
	need(p, a, 80); /* caption, heads and a row are not torn apart */
	draw_text(p, a, STYLE_CAPTION, t->text, 0);
	p->y += 2;
	draw_head(p, a, &c, &t->head);
	for (size_t r = 0; r < t->n; r++)
		draw_row(p, a, &c, &t->rows[r], &t->head, STYLE_CELL,
			 !agreement_text_by_hand(t, r) ? 1 :
			 r + 1 < t->n                  ? DATE_LINES :
							 SIGNATURE_LINES);
	p->y += 6;
}

/* --- the whole --- */

static void draw_block(struct pdf *p, struct arena *a, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		draw_text(p, a, STYLE_TITLE, b->text, 0);
		p->y += 8;
		break;
	case BLOCK_HEADING:
		p->y += p->y > MARGIN ? 9 : 0;
		need(p, a, 60);
		draw_text(p, a, STYLE_HEADING, b->text, 0);
		p->y += 2;
		break;
	case BLOCK_ITEM:
		need(p, a, styles[STYLE_TEXT].leading);
		{
			PangoLayout *bullet = layout_of(p, STYLE_TEXT, "•", 0);

			draw_line(p, bullet, 0, STYLE_TEXT, MARGIN + 6, p->y);
			g_object_unref(bullet);
		}
		draw_text(p, a, STYLE_TEXT, b->text, 18);
		p->y += 2;
		break;
	case BLOCK_TABLE:
		draw_table(p, a, b);
		break;
	case BLOCK_PAGE:
		next_page(p, a);
		break;
	default:
		draw_text(p, a, STYLE_TEXT, b->text, 0);
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
static enum err pass(struct arena *a, const struct agreement_text *t, const char *title, struct pdf *p, struct buf *out)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take, out, PAGE_WIDTH, PAGE_HEIGHT);
	PangoFontMap *fonts = pango_cairo_font_map_new();

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
	p->cr = cairo_create(surface);
	p->context = pango_font_map_create_context(fonts);
	pango_cairo_update_context(p->cr, p->context);
	p->page = 1;
	p->y = MARGIN;
	for (size_t i = 0; i < t->n; i++)
		draw_block(p, a, &t->v[i]);
	end_page(p, a);
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
	struct pdf p = { .foot = foot };
	enum err e = pass(a, t, title, &p, NULL);

	p.pages = p.page;
	return e ? e : pass(a, t, title, &p, out);
}
