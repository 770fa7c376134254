/* Free places: a grid published at once, replaced whole, confirmed or withdrawn. */
#ifndef ACTS_PLACES_H
#define ACTS_PLACES_H

#include "acts/listing.h"

enum freshness { GRID_NEVER, GRID_FRESH, GRID_REMINDER, GRID_STALE, GRID_HIDDEN };

/* By confirmed_at and the settings. GRID_NEVER: rev 0 or withdrawn. */
enum freshness grid_freshness(const struct settings *s, const struct grid *g, int64_t now);
int grid_age_days(const struct grid *g, int64_t now);

/* What the form shows: half-days open, bands that meet the ages, capacity of each band (U16_NONE: unknown, 0: none). */
struct grid_frame {
	unsigned halves; /* bit weekday * 2 + half-day */
	unsigned bands;
	unsigned weekdays; /* columns: Monday to Friday always, others when open */
	uint16_t band_capacity[4];
	uint64_t capacity; /* 0: unknown */
};
/* online NULL or without hours: Monday to Friday, both halves; without ages: until 3. */
void grid_frame_of(const struct establishment *e, const struct listing *online, struct grid_frame *out);

/* What a grid of former times speaks of, whatever the hours and ages are today: the bands and half-days it tells. */
void grid_frame_told(const struct grid *g, struct grid_frame *out);

/* Field name of a cell: "a0-lu-m". */
const char *grid_field(struct arena *a, int band, int weekday, int half);
/* The form for a frame: debut, base, note, action, remplir, and a field for each cell (all 4 × 7 × 2, so that a grid typed
   on an older frame is refused by a fault, not as malformed). */
const struct form *grid_form(void);

struct places_state {
	struct published published;
	struct listing online;
	struct grid_frame frame;
	struct grid grid;     /* the latest; rev 0: none */
	struct grid previous; /* the one before; rev 0: none */
};
MUST_USE enum err places_state_read(struct app *app, struct arena *a, const struct establishment *e,
				    struct places_state *out);

/* Values of the form for a grid (or an empty one for rev 0, start the next Monday). */
struct input grid_to_input(struct arena *a, const struct grid_frame *f, const struct grid *g);
void grid_from_input(struct arena *a, const struct grid_frame *f, const struct input *in, struct grid *out,
		     struct faults *faults);

/* The faults a stored grid's cells would have if they were typed today: hours, ages or capacity have changed since. */
void grid_check(struct arena *a, const struct grid_frame *f, const struct grid *g, struct faults *faults);

/* What hours, ages or capacity of today do not allow is unknown: families are told no more places than there may be. */
void grid_fit(const struct grid_frame *f, struct grid *g);

/* Told less than three days ahead (arrêté of 31 August 2021): worth a warning, never a refusal. A start that families have
   read already, in the grid before, is not told anew. */
bool grid_is_late(const struct grid *g, const struct grid *before, day_t today);
bool grid_is_withdrawn(const struct grid *g);

/* Publishes; base is the n the form was made from. ERR_CONFLICT: no longer the latest (*now is). ERR_OK: *now is what was
   published, if only by the first click of two. */
MUST_USE enum err grid_publish(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e,
			       const struct input *in, uint64_t base, struct faults *faults, struct grid *now);
/* Nothing has changed: confirmed_at only. ERR_NOTFOUND: nothing to confirm. ERR_INVALID: it no longer fits the frame. */
MUST_USE enum err grid_confirm(struct app *app, struct arena *a, const struct visitor *who,
			       const struct establishment *e, uint64_t base, struct faults *faults, struct grid *now);
MUST_USE enum err grid_withdraw(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e);

/* Newest first, from the grid of number newest. */
MUST_USE enum err grid_history(struct app *app, struct arena *a, const struct establishment *e, uint64_t newest,
			       size_t limit, struct grid **out, size_t *n);

/* Half-days with at least one regular place in any shown band; « Lundi, mardi après-midi » of these. */
unsigned grid_free_halves(const uint16_t cells[56], unsigned bands);
const char *halves_text(struct arena *a, unsigned free, unsigned open);

#endif
