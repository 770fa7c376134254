#include "acts/commune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL 50000 /* degrees × 1e6 */
#define EARTH_RADIUS_M 6371008.8

static int64_t hold(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

struct cell cell_of(int64_t lat, int64_t lon)
{
	return (struct cell){
		(uint16_t)((hold(lat, -90000000, 90000000) + 90000000) / CELL),
		(uint16_t)((hold(lon, -180000000, 180000000) + 180000000) / CELL),
	};
}

struct bytes near_key(struct arena *a, struct cell c, const char *id)
{
	struct buf b = buf_new(a);

	buf_u16(&b, c.row);
	buf_u16(&b, c.column);
	buf_text(&b, id);
	return buf_bytes(&b);
}

/* Behind a row that no cell has. */
struct bytes near_commune_key(struct arena *a, const char *insee, const char *id)
{
	struct buf b = buf_new(a);

	buf_u16(&b, UINT16_MAX);
	buf_add(&b, insee, strlen(insee) + 1);
	buf_text(&b, id);
	return buf_bytes(&b);
}

struct bytes commune_cell_key(struct arena *a, struct cell c, const char *insee)
{
	struct buf b = buf_new(a);

	buf_byte(&b, 1);
	buf_u16(&b, c.row);
	buf_u16(&b, c.column);
	buf_text(&b, insee);
	return buf_bytes(&b);
}

struct box box_around(int64_t lat, int64_t lon, int64_t metres)
{
	double degrees = (double)metres / EARTH_RADIUS_M * 180 / M_PI;
	double narrow = cos((double)lat / 1e6 * M_PI / 180);
	int64_t dlat = (int64_t)(degrees * 1e6) + 1;
	int64_t dlon = narrow < 0.01 ? 180000000 : (int64_t)(degrees * 1e6 / narrow) + 1;

	/* A little wider: the box's corners are nearer to the pole than its middle. */
	dlon += dlon / 100;
	return (struct box){ cell_of(lat - dlat, lon - dlon), cell_of(lat + dlat, lon + dlon) };
}

/* A decimal number of degrees, digits and one point only: strtod would take "nan", "1e9" and hexadecimal. */
static const char *read_degrees(const char *s, int64_t most, int64_t *out)
{
	bool minus = *s == '-';
	int64_t whole = 0, part = 0, unit = 1000000;
	const char *p = s + minus, *start = p;

	for (; *p >= '0' && *p <= '9' && p - start < 4; p++)
		whole = whole * 10 + *p - '0';
	if (p == start)
		return NULL;
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++) {
			unit /= 10;
			part += unit * (*p - '0');
		}
	}
	whole = whole * 1000000 + part;
	if (whole > most * 1000000)
		return NULL;
	*out = minus ? -whole : whole;
	return p;
}

bool coordinates_read(const char *text, int64_t *lat, int64_t *lon)
{
	int64_t y, x;
	const char *p = read_degrees(text, 90, &y);

	if (!p)
		return false;
	if (*p == ',')
		p++;
	if (*p != ' ' && p[-1] != ',')
		return false;
	while (*p == ' ')
		p++;
	p = read_degrees(p, 180, &x);
	if (!p || *p)
		return false;
	*lat = y;
	*lon = x;
	return true;
}

static double radians(int64_t degrees)
{
	return (double)degrees / 1e6 * M_PI / 180;
}

int64_t distance_between(int64_t lat1, int64_t lon1, int64_t lat2, int64_t lon2)
{
	double y = sin((radians(lat2) - radians(lat1)) / 2), x = sin((radians(lon2) - radians(lon1)) / 2);
	double h = y * y + cos(radians(lat1)) * cos(radians(lat2)) * x * x;

	return llround(2 * EARTH_RADIUS_M * asin(sqrt(h > 1 ? 1 : h)));
}

/* Levenshtein in a band of two beside the diagonal. */
int edit_distance_2(const char *x, const char *y)
{
	int n = (int)strlen(x), m = (int)strlen(y);
	int rows[2][64];

	if (n > 62 || m > 62 || abs(n - m) > 2)
		return 3;
	for (int j = 0; j <= m; j++)
		rows[0][j] = j <= 2 ? j : 3;
	for (int i = 1; i <= n; i++) {
		const int *above = rows[(i - 1) & 1];
		int *row = rows[i & 1];
		int low = i > 2 ? i - 2 : 0, high = i + 2 < m ? i + 2 : m, best = 3;

		for (int j = low > 0 ? low - 1 : 0; j <= m && j <= high + 1; j++)
			row[j] = 3;
		for (int j = low; j <= high; j++) {
			int d = 3;

			if (j == 0) {
				d = i;
			} else {
				d = above[j - 1] + (x[i - 1] != y[j - 1]);
				if (above[j] + 1 < d)
					d = above[j] + 1;
				if (j > low && row[j - 1] + 1 < d)
					d = row[j - 1] + 1;
			}
			row[j] = d < 3 ? d : 3;
			best = row[j] < best ? row[j] : best;
		}
		if (best > 2)
			return 3;
	}
	return rows[n & 1][m];
}
