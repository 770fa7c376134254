#include "acts/codes.h"
#include "acts/listing_rules.h"

#include <string.h>

static const char *age(struct arena *a, uint64_t n, const char *unit)
{
	const char *word = "ans";

	if (strcmp(unit, "week") == 0)
		word = n > 1 ? "semaines" : "semaine";
	else if (strcmp(unit, "month") == 0)
		word = "mois";
	else if (n < 2)
		word = "an";
	return arena_printf(a, "%llu %s", (unsigned long long)n, word);
}

const char *ages_text(struct arena *a, const struct listing *l)
{
	bool from = *l->age_min_unit && l->age_min, until = *l->age_max_unit && l->age_max;

	if (from && until)
		return arena_printf(a, "Enfants de %s à %s.", age(a, l->age_min, l->age_min_unit),
				    age(a, l->age_max, l->age_max_unit));
	if (from)
		return arena_printf(a, "Enfants à partir de %s.", age(a, l->age_min, l->age_min_unit));
	if (until)
		return arena_printf(a, "Enfants jusqu’à %s.", age(a, l->age_max, l->age_max_unit));
	return "";
}

/* An upper age is the birthday that ends the stay: « à 3 ans » leaves the band of 3 and more out. Without an upper age an
   establishment is taken for what most are: until 3, or for the oldest only when it starts there. */
unsigned listing_bands(const struct listing *l)
{
	static const uint64_t starts[BAND__MAX + 1] = { 0, 12 * 1461, 24 * 1461, 36 * 1461, UINT64_MAX };
	uint64_t from = age_span(l->age_min, l->age_min_unit);
	uint64_t until = *l->age_max_unit ? age_span(l->age_max, l->age_max_unit) : 0;
	unsigned bands = 0;

	if (!until)
		until = from < starts[BAND_GE36M] ? starts[BAND_GE36M] : UINT64_MAX;
	if (until <= from)
		until = from + 1;
	for (int i = 0; i < BAND__MAX; i++)
		if (from < starts[i + 1] && until > starts[i])
			bands |= 1u << i;
	return bands;
}
