#include "fcgi/page/pdf_table.h"

#include <math.h>
#include <string.h>

#define PADDING 4.0
#define COLUMNS_MAX 8
#define DATE_LINES 2 /* rows for a pen */
#define SIGNATURE_LINES 7
#define CUT_LINES 3      /* of a row that is cut stand at least at a page's foot */
#define ABOVE_TABLE 60.0 /* a heading and a caption */
#define TABLE_GAP 8.0
#define UNDER_CAPTION 2.0

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
	first = fmin(first, PDF_WIDTH / (double)c->n);
	for (size_t i = 0; i < c->n; i++)
		c->width[i] = i ? (PDF_WIDTH - first) / (double)(c->n - 1) : first;
}

/* The width no column needs to pass so that all fit. */
static double widest_least(const double *least, size_t n)
{
	double limit = PDF_WIDTH / (double)n;

	for (size_t round = 0; round < n; round++) {
		double left = PDF_WIDTH;
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
	double fair = PDF_WIDTH / (double)n, claim[COLUMNS_MAX], room[COLUMNS_MAX], claims = 0, rooms = 0;

	for (size_t i = 0; i < n; i++) {
		claim[i] = fmin(fair, fmax(least[i], fmin(wish[i], fair * 2 / 3)));
		claims += claim[i];
	}
	for (size_t i = 0; i < n; i++) {
		width[i] = least[i] > PDF_WIDTH - (claims - claim[i]) ? claim[i] : least[i];
		room[i] = fmax(width[i], claim[i]);
		rooms += room[i];
	}
	double limit = rooms > PDF_WIDTH ? widest_least(room, n) : PDF_WIDTH;

	for (size_t i = 0; i < n; i++)
		width[i] = fmin(width[i], limit);
}

/* What is left goes to the texts that have not all they wish; when all have, to all alike. */
static void share_by_wish(struct columns *c, const double *wish)
{
	double left = PDF_WIDTH, more = 0, sum = 0;

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
		c->width[i] *= PDF_WIDTH / sum;
}

static double longest_word(struct pdf_page *p, struct arena *a, enum pdf_style style, const char *text)
{
	double widest = 0;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (n)
			widest = fmax(widest, pdf_page_width(p, style, arena_memdup(a, text, n)));
		text += n + (text[n] == ' ');
	}
	return widest;
}

static struct columns columns_of(struct pdf_page *p, struct arena *a, const struct block *t)
{
	struct columns c = { .n = t->head.n < COLUMNS_MAX ? t->head.n : COLUMNS_MAX };
	double least[COLUMNS_MAX] = { 0 }, wish[COLUMNS_MAX] = { 0 };

	for (size_t i = 0; i < c.n; i++) {
		least[i] = longest_word(p, a, PDF_HEAD, t->head.v[i]);
		wish[i] = pdf_page_width(p, PDF_HEAD, t->head.v[i]);
		for (size_t r = 0; r < t->n; r++) {
			least[i] = fmax(least[i], longest_word(p, a, PDF_CELL, t->rows[r].v[i]));
			wish[i] = fmax(wish[i], pdf_page_width(p, PDF_CELL, t->rows[r].v[i]));
		}
		least[i] += 2 * PADDING + 1;
		wish[i] = fmin(wish[i] + 2 * PADDING + 1, PDF_WIDTH);
	}
	if (signed_by_hand(t)) {
		share_evenly(&c, least[0]);
	} else {
		useful_widths(least, wish, c.n, c.width);
		share_by_wish(&c, wish);
	}
	for (size_t i = 0; i < c.n; i++)
		c.x[i] = i ? c.x[i - 1] + c.width[i - 1] : PDF_MARGIN;
	return c;
}

struct pdf_table {
	const struct block *block;
	struct columns c;
	double head, whole; /* heights: of its heads; up to which a row is not cut */
};

struct row {
	PangoLayout *v[COLUMNS_MAX];
	enum pdf_style style;
	int lines;
};

static struct row row_of(struct pdf_page *p, const struct columns *c, enum pdf_style style, const struct strs *cells,
			 int lines)
{
	struct row r = { .style = style, .lines = lines };

	for (size_t i = 0; i < c->n; i++) {
		r.v[i] = pdf_page_layout(p, style, cells->v[i], c->width[i] - 2 * PADDING);
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
	return lines * pdf_page_leading(r->style) + 2 * PADDING;
}

/* Rows for a pen are higher than their words. */
static struct row body_row(struct pdf_page *p, const struct pdf_table *t, size_t i)
{
	bool by_hand = agreement_text_by_hand(t->block, i), last = i + 1 == t->block->n;

	return row_of(p, &t->c, PDF_CELL, &t->block->rows[i], !by_hand ? 1 : last ? SIGNATURE_LINES : DATE_LINES);
}

/* What must be free on the page for the row to begin there: its height when a page holds it. */
static double row_beginning(const struct pdf_table *t, const struct row *r)
{
	double height = row_height(r, r->lines);

	return height <= t->whole ? height : row_height(r, CUT_LINES);
}

static struct pdf_table table_of(struct pdf_page *p, struct arena *a, const struct block *b)
{
	struct pdf_table t = { .block = b, .c = columns_of(p, a, b) };
	struct row head = row_of(p, &t.c, PDF_HEAD, &b->head, 1);

	t.head = row_height(&head, head.lines);
	t.whole = PDF_BOTTOM - PDF_MARGIN - ABOVE_TABLE - t.head;
	row_done(&head, &t.c);
	return t;
}

/* Caption, heads and the first row, and all rows of what is signed: these are not torn apart. */
static double beginning(struct pdf_page *p, const struct pdf_table *t)
{
	size_t rows = signed_by_hand(t->block) ? t->block->n : t->block->n > 0;
	double height = TABLE_GAP + pdf_page_height(p, PDF_CAPTION, t->block->text, 0, true) + UNDER_CAPTION + t->head;

	for (size_t i = 0; i < rows; i++) {
		struct row r = body_row(p, t, i);

		height += row_beginning(t, &r);
		row_done(&r, &t->c);
	}
	return height;
}

static void draw_rules(struct pdf_page *p, const struct columns *c, double top, double bottom)
{
	cairo_set_line_width(p->cr, 0.5);
	for (size_t i = 0; i < c->n; i++)
		cairo_rectangle(p->cr, c->x[i], top, c->width[i], bottom - top);
	cairo_stroke(p->cr);
}

/* Line i of the row, whose first cell begins anew at its line first. */
static void draw_row_line(struct pdf_page *p, const struct columns *c, const struct row *r, int i, int first)
{
	for (size_t cell = 0; cell < c->n; cell++) {
		int line = cell ? i : i - first;

		if (line < pango_layout_get_line_count(r->v[cell]))
			pdf_page_line(p, r->v[cell], line, r->style, c->x[cell] + PADDING, p->y);
	}
	p->y += pdf_page_leading(r->style);
}

static void draw_head(struct pdf_page *p, const struct pdf_table *t)
{
	struct row r = row_of(p, &t->c, PDF_HEAD, &t->block->head, 1);
	double top = p->y;

	p->y += PADDING;
	for (int i = 0; i < r.lines; i++)
		draw_row_line(p, &t->c, &r, i, 0);
	p->y += PADDING;
	draw_rules(p, &t->c, top, p->y);
	row_done(&r, &t->c);
}

static void next_page_of(struct pdf_page *p, struct arena *a, const struct pdf_table *t)
{
	pdf_page_next(p, a);
	draw_head(p, t);
}

/* On each page it goes on over, the columns' heads and its first cell are said again. */
static void draw_row(struct pdf_page *p, struct arena *a, const struct pdf_table *t, struct row *r)
{
	double top;
	int first = 0, name = pango_layout_get_line_count(r->v[0]);

	if (p->y + row_beginning(t, r) > PDF_BOTTOM)
		next_page_of(p, a, t);
	top = p->y;
	p->y += PADDING;
	for (int i = 0; i < r->lines; i++) {
		if (p->y + pdf_page_leading(r->style) + PADDING > PDF_BOTTOM) {
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

double pdf_table_beginning(struct pdf_page *p, struct arena *a, const struct block *b)
{
	struct pdf_table t = table_of(p, a, b);

	return beginning(p, &t);
}

void pdf_table_draw(struct pdf_page *p, struct arena *a, const struct block *b)
{
	struct pdf_table t = table_of(p, a, b);

	pdf_page_need(p, a, beginning(p, &t));
	p->y += p->y > PDF_MARGIN ? TABLE_GAP : 0;
	pdf_page_text(p, a, PDF_CAPTION, b->text);
	p->y += UNDER_CAPTION;
	draw_head(p, &t);
	for (size_t i = 0; i < b->n; i++) {
		struct row r = body_row(p, &t, i);

		draw_row(p, a, &t, &r);
		row_done(&r, &t.c);
	}
	p->y += 6;
}
