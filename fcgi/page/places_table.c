/* One band of a typical week as families and agents read it. */
#include "fcgi/page/page.h"

static void head(struct html *h, unsigned weekdays)
{
	html(h, "<thead>\n<tr>\n<td></td>\n");
	for (int d = 0; d < 7; d++)
		if (weekdays & 1u << d)
			html(h, "<th scope=\"col\"><span class=\"d1\">{}</span><abbr class=\"d2\" title=\"{}\">{}</abbr></th>\n",
			     weekday_labels[d], weekday_labels[d], weekday_short[d]);
	html(h, "</tr>\n</thead>\n");
}

static void cell(struct html *h, uint16_t places, bool open)
{
	if (!open)
		html(h, "<td><span class=\"slot sx\">Fermé</span></td>\n");
	else if (places == U16_NONE)
		html(h, "<td><span class=\"slot sx\"><span class=\"d1\">Non communiqué</span>"
			"<abbr class=\"d2\" title=\"Non communiqué\">n.\u00a0c.</abbr></span></td>\n");
	else if (places == 0)
		html(h, "<td><span class=\"slot s0\"><span class=\"d1\">Complet</span><span class=\"d2\">0</span></span></td>\n");
	else
		html(h, "<td><span class=\"slot {}\">{}<span class=\"d1\"> {}</span></span></td>\n",
		     places > 2 ? "s2" : "s1", html_number(h, places), places > 1 ? "places" : "place");
}

void places_table(struct html *h, const uint16_t *cells, int band, unsigned halves, unsigned weekdays,
		  const char *caption_extra)
{
	html(h, "<table class=\"places\">\n<caption>{}", band_labels[band]);
	if (*caption_extra)
		html(h, " <small>– {f}</small>", caption_extra);
	html(h, "</caption>\n");
	head(h, weekdays);
	html(h, "<tbody>\n");
	for (int half = 0; half < 2; half++) {
		html(h, "<tr>\n<th scope=\"row\">");
		if (half)
			html(h, "Après-<wbr>midi</th>\n");
		else
			html(h, "Matin</th>\n");
		for (int d = 0; d < 7; d++)
			if (weekdays & 1u << d)
				cell(h, cells[GRID_AT(0, band, d, half)], halves & 1u << (d * 2 + half));
		html(h, "</tr>\n");
	}
	html(h, "</tbody>\n</table>\n");
}
