/* Inside register_*.c: each row finds the entry it is about, and whether it may say what it says. register_rows.c: providers,
   establishments, people, and what all share; register_rows_agreement.c, register_rows_right.c; register_gone.c: what was taken
   away. */
#ifndef ACTS_REGISTER_ROWS_H
#define ACTS_REGISTER_ROWS_H

#include "acts/register_import.h"

/* A fault: the row means something of that kind that is not there. Where rows of that kind are lost it may be one of them, whose
   own faults are told: the row is refused and nothing is said. */
void import_unknown(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
		    enum import_kind meant, const char *what);
/* A fault was told of the row that speaks of it. */
bool import_is_refused(const struct import_thing *t);
/* The row speaks of a thing that is there: of ours, and of no other row. False: it may not, and nothing more is to be said. */
bool import_settle(struct import *m, enum import_kind kind, struct import_row *row, struct import_thing *t);
/* The row makes it. Its names are the caller's to add. */
struct import_thing *import_make(struct import *m, enum import_kind kind, struct import_row *row, const char *id,
				 const char *dn);
/* Whom the cell means, of ours. NULL: nobody, which is told unless it is empty. */
struct import_thing *import_provider_of(struct import *m, enum import_kind kind, struct import_row *row, size_t column);
/* Hands that changed a type may have left the class habEaje out: the directory keeps nothing of an Eaje's there, a fault of a
   cell that says some. */
void import_check_class(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
			const struct import_thing *place);
/* Once all is written; of somebody who is there the directory tells, and no right is given to whom the file sees gone. */
const char *import_person_status(const struct import_thing *p);

MUST_USE enum err import_resolve_agreement(struct import *m, struct import_row *row);
MUST_USE enum err import_resolve_right(struct import *m, struct import_row *row);

/* --- what was taken away stays away: a warning says so, and how it is had again; *out: nothing is to be given back --- */

/* The establishment that the row gives to that manager, who had it before its present one. */
MUST_USE enum err import_is_taken_over(struct import *m, const struct import_row *row, const struct import_thing *place,
				       const struct import_thing *manager, bool *out);
/* The establishment that the row's convention, row->thing, covered before. */
MUST_USE enum err import_is_taken_out(struct import *m, const struct import_row *row, const struct import_thing *place,
				      bool *out);
/* The right, family 0 the listing, 1 free places. Removed while the convention that covers it now ran, or by what took the
   establishment from its provider: not a right that ended with a former convention. */
MUST_USE enum err import_is_removed(struct import *m, const struct import_row *row, const struct import_thing *p,
				    const struct import_thing *place, size_t family, bool *out);

#endif
