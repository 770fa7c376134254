/* The plan beside the results: points, circle, scale and commune names; the list beside it says the same. */
#include "fcgi/page/page.h"

#include "acts/search.h"
#include "base/french.h"

#include <math.h>
#include <stdlib.h>

#define MAP_W 464
#define MAP_H 560

struct projection {
	double lat, lon, scale, squeeze; /* pixels a degree of latitude */
};

struct spot {
	long x, y;
};

static struct spot spot_of(const struct projection *p, int64_t lat, int64_t lon)
{
	double dx = ((double)lon / 1e6 - p->lon) * p->scale * p->squeeze, dy = (p->lat - (double)lat / 1e6) * p->scale;

	return (struct spot){ lround(MAP_W / 2.0 + dx), lround(MAP_H / 2.0 + dy) };
}

/* Names of communes, the place searched first; one that would cover another is left out. */
#define MAP_NAMES 24

static bool has_room(const struct spot *taken, const long *widths, size_t n, struct spot s, long width)
{
	if (s.x - width / 2 < 4 || s.x + width / 2 > MAP_W - 4 || s.y < 16 || s.y > MAP_H - 60)
		return false;
	for (size_t i = 0; i < n; i++)
		if (labs(taken[i].y - s.y) < 17 && labs(taken[i].x - s.x) < (widths[i] + width) / 2 + 6)
			return false;
	return true;
}

static void map_names(struct html *h, const struct projection *p, const struct search *q, const struct search_result *r)
{
	struct spot taken[MAP_NAMES];
	long widths[MAP_NAMES];
	size_t n = 0;

	for (size_t i = 0; i <= r->communes && n < MAP_NAMES; i++) {
		const struct commune *c = i ? &r->around[i - 1] : &q->around;
		struct spot s = spot_of(p, c->lat, c->lon);
		long width = (long)text_length(c->name) * 8;

		s.y += 26; /* below the mark an establishment of the centre would have */
		if (!has_room(taken, widths, n, s, width))
			continue;
		taken[n] = s;
		widths[n++] = width;
		html(h,
		     "<text x=\"{}\" y=\"{}\" font-size=\"13\" font-weight=\"600\" text-anchor=\"middle\" fill=\"#4a5462\">{}"
		     "</text>\n",
		     html_number(h, s.x), html_number(h, s.y), c->name);
	}
}

static void map_point(struct html *h, const struct projection *p, const struct found *f, size_t mark)
{
	bool open = f->free && !f->hidden;
	struct spot s = spot_of(p, f->s.lat, f->s.lon);
	const char *x = html_number(h, s.x), *y = html_number(h, s.y);

	html(h,
	     "<circle cx=\"{}\" cy=\"{}\" r=\"16\" stroke-width=\"2.5\" fill=\"{}\" stroke=\"{}\"/>\n"
	     "<text x=\"{}\" y=\"{}\" dy=\"5\" font-size=\"15\" font-weight=\"700\" text-anchor=\"middle\" fill=\"{}\">{}</text>\n",
	     x, y, open ? "#0b5563" : "#ffffff", open ? "#ffffff" : "#667080", x, y, open ? "#ffffff" : "#4a5462",
	     html_number(h, (int64_t)mark));
}

void search_plan(struct html *h, const struct search *q, const struct search_result *r, size_t first)
{
	const double km_per_degree = 111.2, radius_px = 210;
	struct projection p = { (double)q->around.lat / 1e6, (double)q->around.lon / 1e6, 0, 0 };

	p.scale = radius_px / q->radius_km * km_per_degree;
	p.squeeze = cos(p.lat * 3.14159265358979 / 180);
	int km = (int)lround(radius_px / q->radius_km);

	html(h,
	     "<figure class=\"map\" id=\"plan\" tabindex=\"-1\">\n<svg viewBox=\"0 0 464 560\" role=\"img\" "
	     "aria-label=\"Plan schématique : les établissements de cette page sont repérés par leur numéro autour {}. "
	     "La liste donne les mêmes informations.\">\n<rect width=\"464\" height=\"560\" fill=\"#eef1ea\"/>\n"
	     "<circle cx=\"232\" cy=\"280\" r=\"210\" fill=\"#0b5563\" fill-opacity=\"0.05\" stroke=\"#0b5563\" "
	     "stroke-opacity=\"0.4\" stroke-width=\"1.5\" stroke-dasharray=\"5 5\"/>\n"
	     "<g font-family=\"Open Sans, Segoe UI, Arial, sans-serif\">\n",
	     french_de(h->out->arena, q->around.name));
	map_names(h, &p, q, r);
	for (size_t i = r->n; i-- > 0;)
		map_point(h, &p, &r->v[i], first + i);
	html(h,
	     "<path d=\"M24 530 h{} M24 524 v12 M{} 524 v12\" stroke=\"#4a5462\" stroke-width=\"2\" fill=\"none\"/>\n"
	     "<text x=\"24\" y=\"518\" font-size=\"12\" fill=\"#4a5462\">1 km</text>\n</g>\n</svg>\n"
	     "<figcaption>Repère plein : au moins une place libre. Repère blanc : complet ou à confirmer.</figcaption>\n"
	     "</figure>\n",
	     html_number(h, km), html_number(h, 24 + km));
}
