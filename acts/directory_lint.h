/* What edits by hand broke in the directory: each finding in English, with the uid, number or id it is about. */
#ifndef ACTS_DIRECTORY_LINT_H
#define ACTS_DIRECTORY_LINT_H

#include "acts/mirror_record.h"
#include "acts/right_history.h"

struct lint_finding {
	const char *subject; /* "921-4821 (m.querrien)", "E0042", "921-2026-0014", "Caf 921", a DN */
	const char *what;
};

struct lint_report {
	struct lint_finding *v; /* by subject */
	size_t n;
	size_t entries; /* looked at */
};

/* All entries of the directory, as SERVICE_SYNC: no other service gets more than 5000. */
MUST_USE enum err directory_lint_read(struct directory *sync, struct arena *a, const char *suffix, struct entries *out);

/* Beside the directory, NULL: not looked at. */
struct lint_known {
	struct txn *communes; /* on STORE_PUBLIC: the codes of communes; the caller looks at its err */
	struct txn *store;    /* on STORE_MAIN: who had a uid or a number before */
};

/* today: which conventions are in force. Fails only where the store cannot be read. */
MUST_USE enum err directory_lint(struct arena *a, const struct entries *entries, day_t today,
				 const struct lint_known *known, struct lint_report *out);

/* --- inside directory_lint*.c --- */

struct lint_entry {
	const struct entry *entry;
	struct mirrored is;
	const char *subject;
};

struct lint {
	struct arena *arena;
	day_t today;
	struct txn *communes, *store;
	struct right_period *people; /* all who ever were at a provider's, by number */
	size_t n_people;
	struct lint_entry *v;
	size_t n;
	const struct lint_entry **by_key;
	const struct lint_entry **agreements; /* by provider, n_agreements */
	size_t n_agreements;
	struct lint_report *report;
};

void lint_say(struct lint *l, const char *subject, const char *format, ...) PRINTF_LIKE(3, 4);

/* NULL: no entry of that kind has this normal DN. */
const struct lint_entry *lint_find(const struct lint *l, enum mirror_kind kind, const char *key);

/* directory_lint_rights.c: managers, rights, conventions and what they cover. */
void lint_establishment(struct lint *l, const struct lint_entry *e);
void lint_agreement(struct lint *l, const struct lint_entry *e);
/* directory_lint_people.c: people, groups, Cafs, providers; one name for two. */
void lint_person(struct lint *l, const struct lint_entry *e);
void lint_group(struct lint *l, const struct lint_entry *e);
void lint_caf(struct lint *l, const struct lint_entry *e);
void lint_provider(struct lint *l, const struct lint_entry *e);
void lint_doubles(struct lint *l);

/* directory_lint_gone.c: who has the uid or number of somebody whose entry is gone. */
MUST_USE enum err lint_given_again(struct lint *l);

/* "" unless the attribute has a status nobody knows: then that. */
const char *lint_unknown_status(struct lint *l, const struct lint_entry *e);

#endif
