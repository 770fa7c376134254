/* Code tables with their French labels: establishment types, Eaje categories, closures, bands, weekdays, reasons, causes.
   The directory's spelling is the upper case of the code. */
#ifndef ACTS_CODES_H
#define ACTS_CODES_H

#include "base/input.h"

extern const struct choice type_choices[];     /* eaje, alsh, … */
extern const struct choice category_choices[]; /* creche_collective, … */
extern const struct choice closure_choices[];  /* juillet, aout, noel, jamais */
extern const struct choice age_unit_choices[]; /* "", week, month, year */
extern const struct choice tri_choices[];      /* "", yes, no */
extern const struct choice yes_choices[];      /* oui: one box to tick */
extern const struct choice funding_choices[];
extern const struct choice admission_work_choices[];
extern const struct choice admission_home_choices[];
extern const struct choice period_choices[];
extern const struct choice reason_choices[]; /* publicite, inexact, atteinte, opinion, incomplet, … (art. 2) */
extern const struct choice cause_choices[];  /* of audit failures */

enum band { BAND_LT12M, BAND_M12_23, BAND_M24_35, BAND_GE36M, BAND__MAX };
extern const char *const band_labels[BAND__MAX]; /* « Moins de 1 an », « De 1 à 2 ans », « De 2 à 3 ans », « 3 ans et plus » */
extern const char *const band_labels_inside[BAND__MAX]; /* inside a sentence: « de 1 à 2 ans » */
extern const char *const band_codes[BAND__MAX];         /* lt12m … */

extern const char *const weekday_codes[7];  /* lu ma me je ve sa di */
extern const char *const weekday_labels[7]; /* Lundi … */
extern const char *const weekday_inside[7]; /* lundi … */
extern const char *const weekday_short[7];  /* Lun. … */
extern const char *const half_labels[2];    /* Matin, Après-midi */
extern const char *const half_inside[2];    /* matin, après-midi */

/* « Multi-accueil », « Micro-crèche » (creche_collective of ≤ 12 places), « Accueil de loisirs », …: what families read. */
const char *establishment_kind_label(const char *type, const char *category, uint64_t capacity);
/* May have free places: only Eaje. */
bool type_has_places(const char *type);

#endif
