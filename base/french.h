/* The small words French puts before a name, and between names. */
#ifndef BASE_FRENCH_H
#define BASE_FRENCH_H

#include "base/arena.h"

/* « la Ville de Valmoreau », « l’Association Arc-en-ciel », « le Multi-accueil des Tilleuls »; a firm's name has none. */
const char *french_le(struct arena *a, const char *name);

/* « de Valmoreau », « d’Aurillac », « du Mans », « des Lilas », « de La Rochelle »; also of what french_le gave: « du Conseil
   départemental ». Whether an H is silent cannot be told: « de Hyères ». */
const char *french_de(struct arena *a, const char *name);

/* « à Valmoreau », « au Mans », « aux Lilas », « à La Rochelle » */
const char *french_a(struct arena *a, const char *name);

/* « Agnès », « Agnès et Damien », « Agnès, Damien et Luce »; "" of none. */
const char *french_list(struct arena *a, const struct strs *words);

#endif
