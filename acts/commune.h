/* Communes and places on the globe: keys of PUBLIC_PLACE, PUBLIC_COMMUNE and PUBLIC_NEAR. Degrees are × 1e6. */
#ifndef ACTS_COMMUNE_H
#define ACTS_COMMUNE_H

#include "acts/app.h"

struct communes_found {
	struct commune *v; /* the exact name first (article included), then by population; at most 20 */
	size_t n;          /* 0: unknown */
	size_t total;      /* all there are */
	struct strs near;  /* of an unknown one, names that resemble (edit distance ≤ 2) */
};
/* "Valmoreau", "valmoreau (00410)", "92390", "1400", "St-Étienne": communes by folded name or postal code, whole or its
   beginning. ERR_UNAVAILABLE: none is loaded. */
MUST_USE enum err communes_find(struct app *app, struct arena *a, const char *typed, struct communes_found *out);
MUST_USE enum err commune_by_insee(struct app *app, struct arena *a, const char *insee, struct commune *out);

/* « Valmoreau (00410) »: what finds exactly this commune again. */
const char *commune_label(struct arena *a, const struct commune *c);

/* The one commune of exactly that folded name ("Valmoreau (00410)": and that postal code), or of that postal code alone.
   ERR_NOTFOUND; ERR_CONFLICT: several, the postal code or the name is needed. */
MUST_USE enum err commune_named(struct app *app, struct arena *a, const char *typed, struct commune *out);

/* In a transaction on the public environment that the caller holds. ERR_NOTFOUND. */
MUST_USE enum err commune_read(struct txn *t, struct arena *a, const char *insee, struct commune *out);

/* What a look-up on the public environment answers: ERR_NOTFOUND says nothing while no commune is loaded, as between a
   restore and `store publish`, and becomes ERR_UNAVAILABLE. */
MUST_USE enum err communes_answer(struct txn *t, enum err e);

/* The operations that make a commune findable: its record, its name with and without article, its postal codes, its cell. */
void commune_publish(struct arena *a, struct changeset *cs, const struct commune *c);

/* Reads the CSV file of settings data_communes. *why in English. */
MUST_USE enum err communes_load(struct arena *a, const char *path, struct commune **out, size_t *n, const char **why);

/* text_fold with "st" and "ste" as whole words spelled out. */
const char *commune_fold(struct arena *a, const char *name);

/* Mail to it bears that postal code; "" is every commune's. */
bool commune_has_postal_code(const struct commune *c, const char *code);

/* False: its place on the globe is unknown. */
bool commune_has_point(const struct commune *c);

/* Cells of 0.05° in rows from the South Pole and columns from 180° west. */
struct cell {
	uint16_t row, column;
};
struct cell cell_of(int64_t lat, int64_t lon);
/* Key of an establishment in PUBLIC_NEAR; id "" : the cell alone. */
struct bytes near_key(struct arena *a, struct cell c, const char *id);
/* Its key where its commune has no point; id "": the commune alone. */
struct bytes near_commune_key(struct arena *a, const char *insee, const char *id);
/* Prefix of a row of cells; also of communes in PUBLIC_PLACE, behind the byte 1 that no folded name starts with. */
struct bytes commune_cell_key(struct arena *a, struct cell c, const char *insee);

/* The cells of a box around a point. */
struct box {
	struct cell low, high;
};
struct box box_around(int64_t lat, int64_t lon, int64_t metres);

/* "48.9353 2.3231"; false when it is not two numbers on the globe. */
bool coordinates_read(const char *text, int64_t *lat, int64_t *lon);
/* Metres between two points (haversine). */
int64_t distance_between(int64_t lat1, int64_t lon1, int64_t lat2, int64_t lon2);

/* Edits between two texts of bytes, when they are at most two; 3 otherwise. */
int edit_distance_2(const char *x, const char *y);

#endif
