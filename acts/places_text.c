#include "acts/codes.h"
#include "acts/places.h"

#include <string.h>

unsigned grid_free_halves(const uint16_t cells[56], unsigned bands)
{
	unsigned free = 0;

	for (unsigned i = 0; i < 56; i++)
		if (bands & 1u << (i / 14) && cells[i] != U16_NONE && cells[i] > 0)
			free |= 1u << (i % 14);
	return free;
}

static const char *day_name(int day, bool first)
{
	return first ? weekday_labels[day] : weekday_inside[day];
}

/* « mercredi après-midi », « jeudi » for both halves. */
static void add_day(struct buf *b, int day, unsigned halves, bool first)
{
	buf_text(b, day_name(day, first));
	if (halves != 3)
		buf_printf(b, " %s", half_inside[halves == 2]);
}

/* « Tous les jours sauf mercredi après-midi »: one thing is missing of a week with at least four days. */
static const char *all_but(struct arena *a, unsigned free, unsigned open)
{
	struct buf b = buf_new(a);
	int days = 0, lacking = -1, n_lacking = 0;

	for (int day = 0; day < 7; day++) {
		if (!(open >> (day * 2) & 3))
			continue;
		days++;
		if ((free >> (day * 2) & 3) == 3)
			continue;
		lacking = day;
		n_lacking++;
	}
	if (days < 4 || n_lacking > 1)
		return NULL;
	buf_text(&b, "Tous les jours");
	if (n_lacking) {
		buf_text(&b, " sauf ");
		add_day(&b, lacking, ~free >> (lacking * 2) & 3, false);
	}
	return buf_str(&b);
}

const char *halves_text(struct arena *a, unsigned free, unsigned open)
{
	const char *all = all_but(a, free, open | free);
	struct buf b = buf_new(a);

	if (all)
		return all;
	for (int day = 0; day < 7; day++) {
		unsigned halves = free >> (day * 2) & 3;

		if (!halves)
			continue;
		if (b.n)
			buf_text(&b, ", ");
		add_day(&b, day, halves, !b.n);
	}
	return buf_str(&b);
}
