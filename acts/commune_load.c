/* The list of communes: UTF-8 lines of code_insee,nom,departement,codes_postaux,population,latitude,longitude; no quotes. */
#include "acts/commune.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 7
#define FILE_MAX (16u << 20)
#define HEADER "code_insee,nom,departement,codes_postaux,population,latitude,longitude"

static enum err read_file(struct arena *a, const char *path, char **out, const char **why)
{
	FILE *f = fopen(path, "re");
	char *text = f ? arena_alloc(a, FILE_MAX + 1) : NULL;
	size_t n = f ? fread(text, 1, FILE_MAX + 1, f) : 0;
	bool broken = !f || ferror(f);

	if (f)
		fclose(f);
	if (broken || n > FILE_MAX) {
		*why = arena_printf(a, "%s: cannot be read, or over 16 MiB", path);
		return ERR_NOTFOUND;
	}
	text[n] = 0;
	*out = text;
	return ERR_OK;
}

static void read_codes(struct arena *a, char *text, struct strs *out)
{
	char *rest = NULL;

	for (char *p = strtok_r(text, " ", &rest); p; p = strtok_r(NULL, " ", &rest))
		strs_add(a, out, p);
}

/* One line, cut in place. */
static bool read_line(struct arena *a, char *line, struct commune *c)
{
	char *column[COLUMNS], *rest = line;
	int64_t population = 0;
	size_t n = 0;

	while (n < COLUMNS && rest)
		column[n++] = strsep(&rest, ",");
	if (n != COLUMNS || rest || !text_is_utf8(bytes_of(column[1])) || !*column[1] || strlen(column[1]) > 100)
		return false;
	codec_default(&commune_codec, c);
	if (strlen(column[0]) != 5 || strspn(column[0], "0123456789AB") != 5)
		return false;
	if (*column[4] && text_to_int(column[4], 0, INT32_MAX, &population))
		return false;
	c->insee = column[0];
	c->name = column[1];
	c->department = column[2];
	c->population = (uint64_t)population;
	read_codes(a, column[3], &c->postal_codes);
	return !*column[5] || coordinates_read(arena_printf(a, "%s %s", column[5], column[6]), &c->lat, &c->lon);
}

static int by_code(const void *x, const void *y)
{
	const struct commune *c = *(const struct commune *const *)x, *d = *(const struct commune *const *)y;

	return strcmp(c->postal_codes.v[0], d->postal_codes.v[0]);
}

/* A new commune without a centre lies where others of its postal code do. */
static void place_new_ones(struct arena *a, struct commune *v, size_t n)
{
	const struct commune **known = arena_array(a, n, const struct commune *);
	size_t n_known = 0;

	for (size_t i = 0; i < n; i++)
		if (commune_has_point(&v[i]) && v[i].postal_codes.n)
			known[n_known++] = &v[i];
	qsort(known, n_known, sizeof(struct commune *), by_code);
	for (size_t i = 0; i < n; i++) {
		const struct commune *key = &v[i];

		if (commune_has_point(&v[i]) || !v[i].postal_codes.n)
			continue;
		const struct commune **hit = bsearch(&key, known, n_known, sizeof(struct commune *), by_code);

		if (hit) {
			v[i].lat = (*hit)->lat;
			v[i].lon = (*hit)->lon;
		}
	}
}

enum err communes_load(struct arena *a, const char *path, struct commune **out, size_t *n, const char **why)
{
	char *text = NULL, *rest;
	size_t lines = 0, count = 0;
	enum err e = read_file(a, path, &text, why);

	if (e)
		return e;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	struct commune *v = arena_array(a, lines + 1, struct commune);

	rest = text;
	for (size_t line = 1; rest && *rest; line++) {
		char *s = strsep(&rest, "\n");

		s[strcspn(s, "\r")] = 0;
		if (line == 1 ? strcmp(s, HEADER) != 0 : *s && (strchr(s, '"') || !read_line(a, s, &v[count]))) {
			*why = arena_printf(a, "%s:%zu: not a line of %s", path, line, HEADER);
			return ERR_MALFORMED;
		}
		count += line > 1 && v[count].insee && *v[count].insee;
	}
	place_new_ones(a, v, count);
	*out = v;
	*n = count;
	return ERR_OK;
}
