/* What families ask: communes, establishments around one, one establishment. Reads the public environment only. */
#ifndef ACTS_SEARCH_H
#define ACTS_SEARCH_H

#include "acts/codes.h"
#include "acts/places.h"

struct search {
	struct commune around; /* without a point: what is in it, whatever the radius */
	int radius_km;
	int band;    /* enum band */
	int weekday; /* -1: any */
	int half;    /* -1: any, 0 morning, 1 afternoon, 2 the whole day */
	size_t page; /* from 0 */
	size_t per_page;
};

struct found {
	struct family_summary s;
	int64_t distance_m; /* 0 in a commune without a point */
	unsigned free; /* half-days with a place for the band, of the half-days asked: bit weekday * 2 + half-day */
	enum freshness fresh;
	bool hidden; /* grid older than the hiding age, or none */
	bool full;
};

struct search_result {
	size_t total;
	size_t with_place;
	struct found *v; /* of the page, nearest first */
	size_t n;
	struct commune *around; /* communes inside the map, for their names */
	size_t communes;
};
MUST_USE enum err search_run(struct app *app, struct arena *a, const struct search *q, struct search_result *out);

/* What is left of the free half-days once day and moment are asked; the whole day asks for both its halves. */
unsigned free_halves_asked(unsigned free, int weekday, int half);

/* One establishment's page by its id. ERR_NOTFOUND; ERR_UNAVAILABLE: nothing is published yet (communes_answer); ERR_GONE:
   was published, now withdrawn or closed (*out still names it). */
MUST_USE enum err family_page_find(struct app *app, struct arena *a, const char *id, struct family_page *out);
/* The revision of its record, without reading it: what a page made from it was made from. */
MUST_USE enum err family_page_revision(struct app *app, struct arena *a, const char *id, uint64_t *rev);

#endif
