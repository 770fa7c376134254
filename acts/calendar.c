#include "acts/calendar.h"

#define YEAR 12 /* months */
#define NOTICE 3

day_t agreement_notice_limit(day_t due)
{
	return day_add_months(due, -NOTICE);
}

day_t agreement_due(const struct agreement *g, day_t today)
{
	bool renews = !g->termination && !g->not_tacit;
	day_t from = g->due ? (day_t)g->due : (day_t)g->effect;
	int years = g->due ? 0 : 1;

	if (!from)
		return 0;
	/* always counted from the first one: a 29 February comes back */
	while (renews && day_add_months(from, years * YEAR) <= today)
		years++;
	return day_add_months(from, years * YEAR);
}
