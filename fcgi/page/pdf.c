/* Two passes over the same text: the first counts the pages. Every text is drawn line by line, so that a paragraph may go on over
   the page, and a table's row that is higher than one. */
#include "fcgi/page/pdf.h"

#include "base/text.h"

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
#define ITEM_INDENT 18.0
#define COLUMNS_MAX 8
#define DATE_LINES 2 /* rows for a pen */
#define SIGNATURE_LINES 7
#define CUT_LINES 3      /* of a row that is cut stand at least at a page's foot */
#define ABOVE_TABLE 60.0 /* a heading and a caption */
#define TABLE_GAP 8.0
#define UNDER_CAPTION 2.0
#define UNDER_HEADING 2.0
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
	keep_words(layout, text);
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

/* How many of n lines stay on the page of the i-th: none is left alone at a page's foot or head. */
static int together(int i, int n)
{
	if (i == 0)
		return n <= 3 ? n : 2;
	return i == n - 2 ? 2 : 1;
}

/* mark: before the first line, in the indent. */
static void draw_marked(struct pdf *p, struct arena *a, enum style style, const char *text, const char *mark, double indent)
{
	PangoLayout *layout = layout_of(p, style, text, WIDTH - indent), *before = layout_of(p, style, mark, 0);
	int lines = pango_layout_get_line_count(layout);

	for (int i = 0; i < lines; i++) {
		need(p, a, together(i, lines) * styles[style].leading);
		if (i == 0)
			draw_line(p, before, 0, style, MARGIN + indent / 3, p->y);
		draw_line(p, layout, i, style, MARGIN + indent, p->y);
		p->y += styles[style].leading;
	}
	g_object_unref(before);
	g_object_unref(layout);
}

static void draw_text(struct pdf *p, struct arena *a, enum style style, const char *text)
{
	draw_marked(p, a, style, text, "", 0);
}

/* All its lines, or those that stay together with the first. */
static double height_of(struct pdf *p, enum style style, const char *text, double indent, bool all)
{
	PangoLayout *layout = layout_of(p, style, text, WIDTH - indent);
	int lines = pango_layout_get_line_count(layout);

	g_object_unref(layout);
	return (all ? lines : together(0, lines)) * styles[style].leading;
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

/* The width each column begins with, that of its longest word. No word is cut while its neighbours can have a useful width: what
   they wish up to two thirds of a fair share, or their own words up to the fair share. One that is cut begins with no more than
   they. */
static void useful_widths(const double *least, const double *wish, size_t n, double *width)
{
	double fair = WIDTH / (double)n, claim[COLUMNS_MAX], room[COLUMNS_MAX], claims = 0, rooms = 0;

	for (size_t i = 0; i < n; i++) {
		claim[i] = fmin(fair, fmax(least[i], fmin(wish[i], fair * 2 / 3)));
		claims += claim[i];
	}
	for (size_t i = 0; i < n; i++) {
		width[i] = least[i] > WIDTH - (claims - claim[i]) ? claim[i] : least[i];
		room[i] = fmax(width[i], claim[i]);
		rooms += room[i];
	}
	double limit = rooms > WIDTH ? widest_least(room, n) : WIDTH;

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

struct pdf_table {
	const struct block *block;
	struct columns c;
	double head, whole; /* heights: of its heads; up to which a row is not cut */
};

struct row {
	PangoLayout *v[COLUMNS_MAX];
	enum style style;
	int lines;
};

static struct row row_of(struct pdf *p, const struct columns *c, enum style style, const struct strs *cells, int lines)
{
	struct row r = { .style = style, .lines = lines };

	for (size_t i = 0; i < c->n; i++) {
		r.v[i] = layout_of(p, style, cells->v[i], c->width[i] - 2 * PADDING);
		r.lines = MAX(r.lines, pango_layout_get_line_count(r.v[i]));
	}
	return r;
}

static void row_done(struct row *r, const struct columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		g_object_unref(r->v[i]);
}

static double row_height(const struct row *r, int lines)
{
	return lines * styles[r->style].leading + 2 * PADDING;
}

/* Rows for a pen are higher than their words. */
static struct row body_row(struct pdf *p, const struct pdf_table *t, size_t i)
{
	bool by_hand = agreement_text_by_hand(t->block, i), last = i + 1 == t->block->n;

	return row_of(p, &t->c, STYLE_CELL, &t->block->rows[i], !by_hand ? 1 : last ? SIGNATURE_LINES : DATE_LINES);
}

/* What must be free on the page for the row to begin there: its height when a page holds it. */
static double row_beginning(const struct pdf_table *t, const struct row *r)
{
	double height = row_height(r, r->lines);

	return height <= t->whole ? height : row_height(r, CUT_LINES);
}

static struct pdf_table table_of(struct pdf *p, struct arena *a, const struct block *b)
{
	struct pdf_table t = { .block = b, .c = columns_of(p, a, b) };
	struct row head = row_of(p, &t.c, STYLE_HEAD, &b->head, 1);

	t.head = row_height(&head, head.lines);
	t.whole = BOTTOM - MARGIN - ABOVE_TABLE - t.head;
	row_done(&head, &t.c);
	return t;
}

/* Caption, heads and the first row, and all rows of what is signed: these are not torn apart. */
static double table_beginning(struct pdf *p, const struct pdf_table *t)
{
	size_t rows = signed_by_hand(t->block) ? t->block->n : t->block->n > 0;
	double height = TABLE_GAP + height_of(p, STYLE_CAPTION, t->block->text, 0, true) + UNDER_CAPTION + t->head;

	for (size_t i = 0; i < rows; i++) {
		struct row r = body_row(p, t, i);

		height += row_beginning(t, &r);
		row_done(&r, &t->c);
	}
	return height;
}

static void draw_rules(struct pdf *p, const struct columns *c, double top, double bottom)
{
	cairo_set_line_width(p->cr, 0.5);
	for (size_t i = 0; i < c->n; i++)
		cairo_rectangle(p->cr, c->x[i], top, c->width[i], bottom - top);
	cairo_stroke(p->cr);
}

/* Line i of the row, whose first cell begins anew at its line first. */
static void draw_row_line(struct pdf *p, const struct columns *c, const struct row *r, int i, int first)
{
	for (size_t cell = 0; cell < c->n; cell++) {
		int line = cell ? i : i - first;

		if (line < pango_layout_get_line_count(r->v[cell]))
			draw_line(p, r->v[cell], line, r->style, c->x[cell] + PADDING, p->y);
	}
	p->y += styles[r->style].leading;
}

static void draw_head(struct pdf *p, const struct pdf_table *t)
{
	struct row r = row_of(p, &t->c, STYLE_HEAD, &t->block->head, 1);
	double top = p->y;

	p->y += PADDING;
	for (int i = 0; i < r.lines; i++)
		draw_row_line(p, &t->c, &r, i, 0);
	p->y += PADDING;
	draw_rules(p, &t->c, top, p->y);
	row_done(&r, &t->c);
}

static void next_page_of(struct pdf *p, struct arena *a, const struct pdf_table *t)
{
	next_page(p, a);
	draw_head(p, t);
}

/* On each page it goes on over, the columns' heads and its first cell are said again. */
static void draw_row(struct pdf *p, struct arena *a, const struct pdf_table *t, struct row *r)
{
	double top;
	int first = 0, name = pango_layout_get_line_count(r->v[0]);

	if (p->y + row_beginning(t, r) > BOTTOM)
		next_page_of(p, a, t);
	top = p->y;
	p->y += PADDING;
	for (int i = 0; i < r->lines; i++) {
		if (p->y + styles[r->style].leading + PADDING > BOTTOM) {
			draw_rules(p, &t->c, top, p->y + PADDING);
			next_page_of(p, a, t);
			top = p->y;
			p->y += PADDING;
			first = i >= first + name ? i : first;
			r->lines = MAX(r->lines, first + name);
		}
		draw_row_line(p, &t->c, r, i, first);
	}
	p->y += PADDING;
	draw_rules(p, &t->c, top, p->y);
}

static void draw_table(struct pdf *p, struct arena *a, const struct block *b)
{
	struct pdf_table t = table_of(p, a, b);

	need(p, a, table_beginning(p, &t));
	p->y += p->y > MARGIN ? TABLE_GAP : 0;
	draw_text(p, a, STYLE_CAPTION, b->text);
	p->y += UNDER_CAPTION;
	draw_head(p, &t);
	for (size_t i = 0; i < b->n; i++) {
		struct row r = body_row(p, &t, i);

		draw_row(p, a, &t, &r);
		row_done(&r, &t.c);
	}
	p->y += 6;
}

/* --- the whole --- */

/* What must be free on the page for the block to begin there. */
static double beginning(struct pdf *p, struct arena *a, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_PAGE:
		return 0;
	case BLOCK_TABLE: {
		struct pdf_table t = table_of(p, a, b);

		return table_beginning(p, &t);
	}
	case BLOCK_ITEM:
		return height_of(p, STYLE_TEXT, b->text, ITEM_INDENT, false);
	default:
		return height_of(p, STYLE_TEXT, b->text, 0, false);
	}
}

/* next: what it heads, or NULL. */
static void draw_heading(struct pdf *p, struct arena *a, const char *text, const struct block *next)
{
	p->y += p->y > MARGIN ? 9 : 0;
	need(p, a, height_of(p, STYLE_HEADING, text, 0, true) + UNDER_HEADING + (next ? beginning(p, a, next) : 0));
	draw_text(p, a, STYLE_HEADING, text);
	p->y += UNDER_HEADING;
}

static void draw_block(struct pdf *p, struct arena *a, const struct block *b, const struct block *next)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		draw_text(p, a, STYLE_TITLE, b->text);
		p->y += 8;
		break;
	case BLOCK_HEADING:
		draw_heading(p, a, b->text, next);
		break;
	case BLOCK_ITEM:
		draw_marked(p, a, STYLE_TEXT, b->text, "•", ITEM_INDENT);
		p->y += 2;
		break;
	case BLOCK_TABLE:
		draw_table(p, a, b);
		break;
	case BLOCK_PAGE:
		next_page(p, a);
		break;
	default:
		draw_text(p, a, STYLE_TEXT, b->text);
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
		draw_block(p, a, &t->v[i], i + 1 < t->n ? &t->v[i + 1] : NULL);
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
