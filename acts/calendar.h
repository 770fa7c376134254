/* The days of a convention's year (art. 5): due day, last day of notice. */
#ifndef ACTS_CALENDAR_H
#define ACTS_CALENDAR_H

#include "acts/app.h"

/* The last day a letter that ends it on its due day may be received: three months before. */
day_t agreement_notice_limit(day_t due);

/* The due day that counts today: the directory's, moved on by years where it renews by itself and nobody has moved it yet; from
   the effect where the entry has none. 0: it has neither. */
day_t agreement_due(const struct agreement *g, day_t today);

#endif
