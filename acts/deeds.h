/* What was done to somebody or something, from the log, as the files of a Caf show it. */
#ifndef ACTS_DEEDS_H
#define ACTS_DEEDS_H

#include "acts/rights.h"

struct deed {
	int64_t at;
	const char *code,
		*label; /* of the event, "manager_changed" and "manager_came_back" where no record tells; label in French, of an amendment by its nature */
	const char *by; /* name, else number; "" : a program */
	const char *what; /* « fin de mission le 3 mars 2027 », "" */
	bool failed;
};

typedef bool (*deed_test)(const struct audit_record *r, const void *about);

struct deeds_query {
	const char *caf, *provider; /* whose records are looked through: code and id */
	const enum event *events;
	size_t events_n;
	deed_test is_about;
	const void *about;
	const char *whose; /* a person's number: whose file it is: of an amendment his rights alone are told; NULL: everybody's */
	size_t limit; /* of the newest */
};

/* What somebody did with an LDAP tool (EVENT_DIRECTORY_CHANGE): « habStatut « active » → « terminee » », values that came with +,
   those that went with −; « création », « suppression ». Values are cut, and the list has an end. */
const char *deed_change_text(struct arena *a, const struct audit_record *r);

/* A detail "right=NUMBER ID FAMILIES": an amendment's record (EVENT_AGREEMENT_AMENDED) has one for each right that it gave or took
   away; that of a change with an LDAP tool, or of an import, has "right_given" and "right_taken". */
#define DEED_RIGHTS_SHOWN 4 /* of one line; the others are counted */
struct deed_right {
	const char *number, *place; /* the person's, the establishment's */
	unsigned families;
};
/* false: the detail is none of that name. */
bool deed_right(struct arena *a, const char *detail, const char *name, struct deed_right *out);
/* The value of such a detail. */
const char *deed_right_write(struct arena *a, const char *number, const char *place, unsigned families);
/* « Les Coquelicots (E0014) »; of one that left the register the id. */
const char *deed_place_text(struct txn *t, struct arena *a, const char *id);
/* « droit donné : fonctionnement sur Les Coquelicots (E0014) ; droit retiré : places libres sur Les Lilas (E0015) », of that
   person's number; "" : the record tells of none of his. */
const char *deed_rights_text(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose);

/* « Avenant enregistré », « Retrait enregistré »: what only takes away has no signed amendment. */
const char *deed_amendment_label(const struct audit_record *r);
/* « convention 921-2026-0001, n° 7, retrait d’un droit : Lise Aubrac (921-00001) ; places libres sur Les Coquelicots (E0014) »;
   whose: a person's number, "" for everybody. Names are those of now; of what is gone the code. */
const char *deed_amendment_text(struct txn *t, struct arena *a, const struct audit_record *r, const char *whose);

/* Newest first. */
MUST_USE enum err deeds_find(struct app *app, struct arena *a, const struct deeds_query *q, struct deed **out, size_t *n);

void deeds_sort(struct deed *v, size_t n);

/* Adds to a list, and leaves the newest of all, what no record of the provider's own tells: establishments that its conventions
   stopped covering as one of another manager began to, « 27 établissements passés à un autre gestionnaire », and those of them that
   they covered again later, « Établissement revenu d’un autre gestionnaire »; one deed for each manager and hour. of: of one
   provider. whose (may be NULL): only those where he could do something until or from then, and what. */
MUST_USE enum err deeds_passed_on(struct app *app, struct arena *a, const struct agreements *of,
				  const struct person *whose, size_t limit, struct deed **v, size_t *n);

#endif
