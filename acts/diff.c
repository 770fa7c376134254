/* Words of two texts, compared by Myers' greedy O(ND) algorithm (Algorithmica 1986, §4) on what lies between a common
   beginning and end. Beyond the bounds the middle counts as replaced whole. */
#include "acts/listing.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 6000
#define EDITS_MAX 600 /* the trace takes EDITS_MAX² ints */
#define ISLAND_MAX 3  /* a common run of so few bytes between two changes is drowned in them */

struct word {
	const char *p;
	size_t n;
};

struct words {
	struct word *v;
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* Runs of blanks and of other bytes, in turn; newlines stand alone. */
static struct words split(struct arena *a, const char *s)
{
	struct words w = { arena_array(a, strlen(s), struct word), 0 };

	while (*s) {
		size_t n = 1;

		if (*s != '\n')
			while (s[n] && s[n] != '\n' && is_blank(s[n]) == is_blank(*s))
				n++;
		w.v[w.n++] = (struct word){ s, n };
		s += n;
	}
	return w;
}

static bool same(struct word x, struct word y)
{
	return x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

struct parts {
	struct arena *a;
	struct diff_part *v;
	size_t n, room;
};

static void add(struct parts *p, int side, const char *from, size_t length)
{
	if (!length)
		return;
	if (p->n && p->v[p->n - 1].side == side) {
		struct diff_part *last = &p->v[p->n - 1];

		last->text = arena_printf(p->a, "%s%.*s", last->text, (int)length, from);
		return;
	}
	if (p->n == p->room) {
		struct diff_part *grown = arena_array(p->a, p->room * 2 + 16, struct diff_part);

		if (p->n)
			memcpy(grown, p->v, p->n * sizeof *grown);
		p->v = grown;
		p->room = p->room * 2 + 16;
	}
	p->v[p->n++] = (struct diff_part){ side, arena_memdup(p->a, from, length) };
}

/* Words i..j of one text as one part: they are neighbours in it. */
static void add_words(struct parts *p, int side, const struct word *w, size_t i, size_t j)
{
	if (i < j)
		add(p, side, w[i].p, (size_t)(w[j - 1].p + w[j - 1].n - w[i].p));
}

/* The furthest reaching paths: row[d][d + k] is x on diagonal k after d edits. NULL: more than EDITS_MAX. */
static int **trace(struct arena *a, struct words x, struct words y, int *edits)
{
	int most = (int)(x.n + y.n) < EDITS_MAX ? (int)(x.n + y.n) : EDITS_MAX;
	int **row = arena_array(a, (size_t)most + 1, int *);

	for (int d = 0; d <= most; d++) {
		row[d] = arena_array(a, (size_t)(2 * d + 1), int);
		for (int k = -d; k <= d; k += 2) {
			int at = 0;

			if (d) {
				const int *before = row[d - 1] + d - 1;
				bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);

				at = down ? before[k + 1] : before[k - 1] + 1;
			}
			while (at < (int)x.n && at - k < (int)y.n && same(x.v[at], y.v[at - k]))
				at++;
			row[d][d + k] = at;
			if (at >= (int)x.n && at - k >= (int)y.n) {
				*edits = d;
				return row;
			}
		}
	}
	return NULL;
}

/* Marks what the path from the end takes in common. */
static void walk_back(int *const *row, int edits, struct words x, struct words y, bool *keep_x, bool *keep_y)
{
	int at = (int)x.n, k = (int)x.n - (int)y.n;

	for (int d = edits; d >= 0; d--) {
		int start = 0, next_k = 0, came = 0;

		if (d) {
			const int *before = row[d - 1] + d - 1;
			bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);

			next_k = down ? k + 1 : k - 1;
			came = before[next_k];
			start = down ? came : came + 1;
		}
		while (at > start) {
			at--;
			keep_x[at] = true;
			keep_y[at - k] = true;
		}
		at = came;
		k = next_k;
	}
}

static void compare_middle(struct parts *p, struct words x, struct words y)
{
	int edits = 0;
	int **row = x.n + y.n > 2 * WORDS_MAX ? NULL : trace(p->a, x, y, &edits);
	bool *keep_x = arena_array(p->a, x.n, bool), *keep_y = arena_array(p->a, y.n, bool);

	if (row)
		walk_back(row, edits, x, y, keep_x, keep_y);
	for (size_t i = 0, j = 0; i < x.n || j < y.n;) {
		size_t from_i = i, from_j = j;

		while (i < x.n && !keep_x[i])
			i++;
		while (j < y.n && !keep_y[j])
			j++;
		add_words(p, -1, x.v, from_i, i);
		add_words(p, 1, y.v, from_j, j);
		from_i = i;
		while (i < x.n && keep_x[i] && j < y.n && keep_y[j])
			i++, j++;
		add_words(p, 0, x.v, from_i, i);
	}
}

/* « 18 h 15 » against « 17 h 30 » shares "h": such islands join the changes around them. */
static struct parts drown_islands(const struct parts *p)
{
	struct parts out = { .a = p->a };

	for (size_t i = 0; i < p->n;) {
		struct buf old = buf_new(p->a), fresh = buf_new(p->a);

		if (p->v[i].side == 0) {
			add(&out, 0, p->v[i].text, strlen(p->v[i].text));
			i++;
			continue;
		}
		for (; i < p->n; i++) {
			const char *text = p->v[i].text;
			bool island = p->v[i].side == 0;

			if (island && (i + 1 == p->n || strlen(text) > ISLAND_MAX || strchr(text, '\n')))
				break;
			if (p->v[i].side <= 0)
				buf_text(&old, text);
			if (p->v[i].side >= 0)
				buf_text(&fresh, text);
		}
		add(&out, -1, buf_str(&old), old.n);
		add(&out, 1, buf_str(&fresh), fresh.n);
	}
	return out;
}

void text_diff(struct arena *a, const char *before, const char *after, struct diff_part **out, size_t *n)
{
	struct words x = split(a, before), y = split(a, after);
	struct parts p = { .a = a };
	size_t head = 0, tail = 0;

	while (head < x.n && head < y.n && same(x.v[head], y.v[head]))
		head++;
	while (tail < x.n - head && tail < y.n - head && same(x.v[x.n - 1 - tail], y.v[y.n - 1 - tail]))
		tail++;
	add_words(&p, 0, x.v, 0, head);
	compare_middle(&p, (struct words){ x.v + head, x.n - head - tail },
		       (struct words){ y.v + head, y.n - head - tail });
	add_words(&p, 0, x.v, x.n - tail, x.n);
	p = drown_islands(&p);
	*out = p.v;
	*n = p.n;
}
