/* What a Caf already has, from CSV files (docs/import-csv.md): every row is checked against its file, the other files and the
   whole directory before the first write; then one changeset holds the audit record and the jobs that carry it to the end.
   What the directory already says is not said again: the same files a second time change nothing. */
#ifndef ACTS_REGISTER_IMPORT_H
#define ACTS_REGISTER_IMPORT_H

#include "acts/agent_new.h"
#include "acts/handover.h"
#include "acts/mirror_record.h"
#include "base/csv.h"

/* In the order in which they are written. */
enum import_kind { IMPORT_PROVIDER, IMPORT_ESTABLISHMENT, IMPORT_AGREEMENT, IMPORT_PERSON, IMPORT_RIGHT, IMPORT__MAX };

extern const char *const import_files[IMPORT__MAX]; /* "fournisseurs.csv", … */

/* IMPORT__MAX: none of ours. name: without folders. */
enum import_kind import_kind_of(const char *name);

struct import_fault {
	const char *file;
	size_t line;        /* 0: the whole file */
	const char *column; /* the header's name, or a cell's number where it has none; "" : the whole row */
	const char *what;   /* English */
};

struct import_options {
	const char *caf;
	bool passwords; /* active new people are mailed a temporary password */
	day_t today;
};

struct import;

struct import *import_new(struct arena *a, const struct import_options *o);

/* Takes a file; what is wrong with it alone becomes faults. */
void import_take(struct import *m, enum import_kind kind, struct bytes text);

/* Checks all that was taken against each other, the directory (all its entries) and the communes, and plans the edits.
   ERR_UNAVAILABLE: the mirror is not fresh or not whole, so no number can be given; ERR_NOTFOUND: the directory has no such
   Caf. */
MUST_USE enum err import_plan(struct app *app, struct import *m, const struct entries *directory);

/* By file and line. */
const struct import_fault *import_faults(const struct import *m, size_t *n);
/* One English line a change: "new establishment E92100007 (Les Lucioles)", … */
const struct strs *import_changes(const struct import *m);
/* One English line for what is allowed and worth a look, with its file and line. */
const struct strs *import_warnings(const struct import *m);

/* Beside the import's own record each provider has records of its people who are made or whose rights change, for their histories;
   those of no provider are in the Caf's. Only of a plan without faults and with changes. ERR_TOOLARGE: split the files;
   ERR_CONFLICT: another act gave the same numbers, or one of the establishments, meanwhile: plan again. */
MUST_USE enum err import_commit(struct app *app, struct import *m, const struct visitor *who);

/* --- inside register_*.c --- */

#define IMPORT_CELLS 12

/* Columns by kind: indexes into a row's cells. */
enum {
	PROVIDER_ID,
	PROVIDER_NAME,
	PROVIDER_SIRET,
	PROVIDER_STREET,
	PROVIDER_POSTAL,
	PROVIDER_CITY,
	PROVIDER_MAIL,
	PROVIDER_PHONE
};
enum {
	PLACE_ID,
	PLACE_NAME,
	PLACE_TYPE,
	PLACE_CATEGORY,
	PLACE_CAPACITY,
	PLACE_AVIP,
	PLACE_STREET,
	PLACE_POSTAL,
	PLACE_CITY,
	PLACE_INSEE,
	PLACE_POINT,
	PLACE_PROVIDER
};
enum {
	DEAL_NUMBER,
	DEAL_PROVIDER,
	DEAL_SIGNED_PROVIDER,
	DEAL_SIGNED_CAF,
	DEAL_DUE,
	DEAL_TACIT,
	DEAL_SIGNATORY,
	DEAL_TITLE,
	DEAL_PREFECTURE,
	DEAL_COVERED
};
enum {
	PERSON_UID,
	PERSON_NUMBER,
	PERSON_SURNAME,
	PERSON_GIVEN,
	PERSON_TITLE,
	PERSON_MAIL,
	PERSON_PHONE,
	PERSON_PROVIDER,
	PERSON_STATUS
};
enum { RIGHT_PERSON, RIGHT_PLACE, RIGHT_LISTING, RIGHT_PLACES };

struct import_row {
	size_t line;
	const char *cell[IMPORT_CELLS]; /* "" : empty or refused; codes and numbers in the directory's spelling */
	struct import_thing *thing;
	bool refused; /* a fault was told of it: what follows from it is not told again */
};

/* An entry that is there, or that a row makes. */
struct import_thing {
	enum import_kind kind;
	const struct mirrored *there; /* NULL: new */
	const struct entry *entry;    /* the same, with all its values */
	struct import_row *row;       /* the row that speaks of it; NULL: none */
	const char *id;               /* provider's, establishment's, agreement's number, agent's number */
	const char *uid;              /* people */
	const char *dn, *key;
	const char *type;                  /* establishments: the directory's spelling */
	const struct import_thing *parent; /* the provider of people and agreements, the manager of establishments; NULL: none */
	struct handover given;             /* establishments that are there; about NULL: not looked up yet */
	bool moved;    /* an establishment that the file gives to another manager than the directory has */
	bool own_stay; /* the rights that the new manager's people have there already */
};

struct import_name {
	const char *name; /* kind letter and folded name */
	struct import_thing *thing;
	bool several; /* the name means more than one */
	struct import_name *next;
};

#define IMPORT_BUCKETS 16384

/* Somebody who is made, or whose rights on an establishment change: his history tells of it. */
struct import_told {
	const struct import_thing *person;
	const struct import_thing *place; /* NULL: he is made */
	unsigned given, taken;            /* families */
};

/* A convention that is written: its history tells of it. */
struct import_written {
	const struct import_thing *agreement;
	const char *covers, *leaves; /* ids that one that is there gets and loses */
};

struct import {
	struct arena *arena;
	struct import_options o;
	struct app *app;
	struct {
		bool taken;
		bool lost; /* the names of some rows could not be read: what is not found may stand there */
		struct import_row *v;
		size_t n;
	} files[IMPORT__MAX];
	struct import_fault *faults;
	size_t n_faults;
	struct strs changes, warnings;
	struct import_name **names;
	struct import_thing **things; /* all, for « tous » */
	size_t n_things;
	const char *caf_dn;
	struct agents_new people;
	struct numbers numbers[NUMBER__MAX];
	bool numbered[NUMBER__MAX];
	struct import_written *written;
	size_t n_written;
	struct import_told *told;
	size_t n_told;
	struct edits **jobs;
	size_t n_jobs, in_job;
};

void import_fault(struct import *m, enum import_kind kind, size_t line, const char *column, const char *format, ...)
	PRINTF_LIKE(5, 6);
/* A fault of that row in a column, IMPORT_CELLS: the whole row. */
void import_refuse(struct import *m, enum import_kind kind, struct import_row *row, size_t column, const char *format,
		   ...) PRINTF_LIKE(5, 6);
void import_change(struct import *m, const char *format, ...) PRINTF_LIKE(2, 3);
void import_warn(struct import *m, enum import_kind kind, size_t line, const char *format, ...) PRINTF_LIKE(4, 5);

/* The edits to add to; one more entry. */
struct edits *import_edits(struct import *m);

void import_name_add(struct import *m, char kind, const char *name, struct import_thing *thing);
/* NULL: nobody, or several. */
struct import_thing *import_find(struct import *m, char kind, const char *name, bool *several);

struct import_thing *import_known(struct import *m, char kind, const char *name);

/* register_things.c: what the directory has. Names: 'p' 'e' 'g' 'n' by id or number, 'u' uid, 'k' normal DN, 's' SIRET, 'm' mail,
   'x' the mail of anybody who has not left, whatever the Caf, 'y' of who has, 'w' mail and name, 'f' folded name and 'a' address of
   an establishment, 'v' an agreement and what it covers, 'i' a provider and what one of its agreements in force covers, 'r' a right. */
void import_directory(struct import *m, const struct entries *directory);
struct import_thing *import_thing_add(struct import *m, const struct import_thing *t);
void import_name_thing(struct import *m, struct import_thing *t, const char *siret, const char *mail);
void import_name_place(struct import *m, struct import_thing *t, const char *name, const char *postal, const char *street);
void import_name_person(struct import *m, struct import_thing *t, const char *mail, const char *given_name,
			const char *surname);
/* The names 'x' and 'y': where the status is that of who left, the address is no identifier of his (docs/decisions/0025). */
void import_name_mail(struct import *m, struct import_thing *t, const char *mail, const char *status);
struct import_thing *import_person_named(struct import *m, const char *mail, const char *given_name, const char *surname);
const char *import_pair(struct import *m, const struct import_thing *x, const struct import_thing *y);
const char *import_spot(struct import *m, const char *name, const char *postal, const char *street);
bool import_is_ours(struct import *m, const struct import_thing *t);
/* An agreement as it is once all is written; its status "": what its row says cannot be read. */
struct agreement import_agreement(const struct import_thing *t);
/* It covers that establishment: 'v', and 'i' where it is in force. */
void import_name_covered(struct import *m, struct import_thing *agreement, const struct import_thing *place);
/* register_rows.c */
MUST_USE enum err import_resolve(struct import *m);
/* register_edits.c: the edits of what is settled. */
MUST_USE enum err import_edit_all(struct import *m);
/* The directory has it, and still will once its establishment has gone to whom the file says. family: 0 the listing, 1 free places. */
bool import_has_right(const struct import_thing *person, const struct import_thing *place, size_t family);
/* Its history tells what it gets and loses: ids, "" : nothing, more in a later call. */
void import_note_written(struct import *m, const struct import_thing *agreement, const char *covers, const char *leaves);

/* --- register_handover.c: establishments that change hands (acts/handover.h) --- */

/* The row decides something by the establishment's manager. A fault of it while an act before has given the establishment to somebody
   whom the mirror does not show yet. */
MUST_USE enum err import_handover_check(struct import *m, enum import_kind kind, struct import_row *row, size_t column,
					struct import_thing *place);
/* *out: an act before has given it to that provider, whom the mirror does not show yet. */
MUST_USE enum err import_handover_is_to(struct import *m, struct import_thing *place,
					const struct import_thing *provider, bool *out);
/* Its manager is from now on whom its parent says. */
void import_handover_begin(struct import *m, struct import_thing *place);
/* The edits, and the lines that tell what ends with the manager before. */
MUST_USE enum err import_handover_edit(struct import *m, struct edits *x, const struct import_thing *place);
/* What the next act must know of all that change hands. */
void import_handovers_add(struct import *m, struct changeset *cs);

#endif
