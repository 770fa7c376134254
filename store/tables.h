/* The tables of both environments. A name, once released, is never given to another content.
   Values start with format u8 (1) and revision u64 (big endian), which the writer alone fills in; the payload follows.
   Without that header: AUDIT, whose rows never change (link 32, digest 32, record), and the lists of TABLE_INDEX.

   META (written by the writer only; numbers are u64 big endian):
     "schema" number of the layout · "revision" of the last changeset · "next JOB", "next MAIL" sequence to give
     "audit" seq, link 32, time i64 of the newest record; the highest time i64 and the largest step back i64 ever seen
   PUBLIC_META: "schema", "revision" of the last changeset whose operations are applied. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "base/base.h"

#define STORE_SCHEMA 1

enum store_part {
	STORE_MAIN,   /* everything */
	STORE_PUBLIC, /* what families may see: derived, can be recomputed whole */
};

enum table_shape {
	TABLE_VALUES, /* key → one value */
	TABLE_INDEX, /* key → sorted list of 8-byte sequence numbers (DUPSORT, DUPFIXED); written by the writer only */
};

/* clang-format off */
#define STORE_TABLES(X) \
	/* name                part          shape          key → value */ \
	X(META,                STORE_MAIN,   TABLE_VALUES) /* name → counter or link (above) */ \
	X(APPLIED,             STORE_MAIN,   TABLE_VALUES) /* changeset id → result; kept a day */ \
	X(OUTBOUND,            STORE_MAIN,   TABLE_VALUES) /* revision → operations for public not yet applied there */ \
	X(LISTING,             STORE_MAIN,   TABLE_VALUES) /* establishment → struct published */ \
	X(REVISION,            STORE_MAIN,   TABLE_VALUES) /* establishment, n u32 → struct revision */ \
	X(REVISION_HEAD,       STORE_MAIN,   TABLE_VALUES) /* establishment → struct revision_head */ \
	X(GRID,                STORE_MAIN,   TABLE_VALUES) /* establishment → struct grid, the latest */ \
	X(GRID_HISTORY,        STORE_MAIN,   TABLE_VALUES) /* establishment, n u32 → struct grid */ \
	X(DRAFT,               STORE_MAIN,   TABLE_VALUES) /* establishment, family, person → struct draft */ \
	X(TODO,                STORE_MAIN,   TABLE_VALUES) /* Caf, since u64, kind, object → struct todo: the Caf's queue */ \
	X(SESSION,             STORE_MAIN,   TABLE_VALUES) /* digest of token → struct session */ \
	X(SESSION_OF,          STORE_MAIN,   TABLE_VALUES) /* person, digest → empty */ \
	X(KEPT,                STORE_MAIN,   TABLE_VALUES) /* person → struct kept: a form posted by an expired session */ \
	X(THROTTLE,            STORE_MAIN,   TABLE_VALUES) /* kind, key → struct throttle */ \
	X(TEMP_PASSWORD,       STORE_MAIN,   TABLE_VALUES) /* person → struct temp_password */ \
	X(JOB,                 STORE_MAIN,   TABLE_VALUES) /* seq → struct job */ \
	X(MAIL,                STORE_MAIN,   TABLE_VALUES) /* seq → struct mail */ \
	X(OUTCOME,             STORE_MAIN,   TABLE_VALUES) /* what a mail or job is about → struct outcome */ \
	X(REQUEST_DRAFT,       STORE_MAIN,   TABLE_VALUES) /* digest of a cookie → struct grant_request, kept 7 days */ \
	X(REQUEST,             STORE_MAIN,   TABLE_VALUES) /* Caf, number → struct grant_request */ \
	X(REQUEST_EVENT,       STORE_MAIN,   TABLE_VALUES) /* Caf, number, n u32 → struct request_event */ \
	X(AGREEMENT,           STORE_MAIN,   TABLE_VALUES) /* convention's entryUUID (until the mirror has it: number, folded) → struct agreement_file */ \
	X(AMENDMENT,           STORE_MAIN,   TABLE_VALUES) /* convention's entryUUID, n u32 → struct amendment */ \
	X(AGREEMENT_TEMPLATE,  STORE_MAIN,   TABLE_VALUES) /* Caf → struct agreement_template */ \
	X(RIGHT_HISTORY,       STORE_MAIN,   TABLE_VALUES) /* subject, establishment or none, family u8, from i64 → struct period */ \
	X(COUNTER,             STORE_MAIN,   TABLE_VALUES) /* what is numbered, or "uid …" once given → struct counter */ \
	X(ERASED,              STORE_MAIN,   TABLE_VALUES) /* uid or number whose entry left the directory → struct moment: when */ \
	X(CHALLENGE,           STORE_MAIN,   TABLE_VALUES) /* digest of a text that was used → struct period: until it would have ended */ \
	X(MAILED_LINK,         STORE_MAIN,   TABLE_VALUES) /* digest of its token → struct mailed_link */ \
	X(PREFERENCES,         STORE_MAIN,   TABLE_VALUES) /* person → struct preferences */ \
	X(PASSWORD_ASKED,      STORE_MAIN,   TABLE_VALUES) /* person → struct moment: his entry asks; when the mail was written */ \
	X(REPORT,              STORE_MAIN,   TABLE_VALUES) /* its id → struct report: of a family, on a page */ \
	X(MIRROR_PERSON,       STORE_MAIN,   TABLE_VALUES) /* entryUUID → struct person */ \
	X(MIRROR_ESTABLISHMENT, STORE_MAIN,  TABLE_VALUES) \
	X(MIRROR_PROVIDER,     STORE_MAIN,   TABLE_VALUES) \
	X(MIRROR_AGREEMENT,    STORE_MAIN,   TABLE_VALUES) \
	X(MIRROR_CAF,          STORE_MAIN,   TABLE_VALUES) \
	X(MIRROR_GROUP,        STORE_MAIN,   TABLE_VALUES) \
	X(MIRROR_DN,           STORE_MAIN,   TABLE_VALUES) /* normalised DN → kind, entryUUID */ \
	X(MIRROR_NAME,         STORE_MAIN,   TABLE_VALUES) /* kind, folded id → entryUUID */ \
	X(MIRROR_RIGHT,        STORE_MAIN,   TABLE_VALUES) /* digest16 of normalised DN, establishment → families */ \
	X(MIRROR_MEMBER,       STORE_MAIN,   TABLE_VALUES) /* digest16 of normalised DN, group → empty */ \
	X(MIRROR_IN,           STORE_MAIN,   TABLE_VALUES) /* kind, parent, child → empty: agents of a provider, … */ \
	X(AUDIT,               STORE_MAIN,   TABLE_VALUES) /* seq → link, digest, record */ \
	X(AUDIT_BY_PERSON,     STORE_MAIN,   TABLE_INDEX) \
	X(AUDIT_BY_ESTABLISHMENT, STORE_MAIN, TABLE_INDEX) \
	X(AUDIT_BY_PROVIDER,   STORE_MAIN,   TABLE_INDEX) \
	X(AUDIT_BY_CAF,        STORE_MAIN,   TABLE_INDEX) \
	X(AUDIT_BY_ADDRESS,    STORE_MAIN,   TABLE_INDEX) \
	X(AUDIT_BY_EVENT,      STORE_MAIN,   TABLE_INDEX) \
	X(SEAL,                STORE_MAIN,   TABLE_VALUES) /* seq → struct seal */ \
	X(PUBLIC_META,         STORE_PUBLIC, TABLE_VALUES) \
	X(PUBLIC_LISTING,      STORE_PUBLIC, TABLE_VALUES) /* establishment's id, upper case → struct family_page */ \
	X(PUBLIC_NEAR,         STORE_PUBLIC, TABLE_VALUES) /* cell u32, id; 0xFFFF, INSEE code, NUL, id → struct family_summary */ \
	X(PUBLIC_COMMUNE,      STORE_PUBLIC, TABLE_VALUES) /* INSEE code → struct commune */ \
	X(PUBLIC_PLACE,        STORE_PUBLIC, TABLE_VALUES) /* folded name or postal code, NUL, INSEE code → empty */
enum table {
#define X(name, part, shape) TABLE_##name,
	STORE_TABLES(X)
#undef X
	TABLE__MAX
};
/* clang-format on */

const char *table_name(enum table table);
enum store_part table_part(enum table table);
enum table_shape table_shape(enum table table);
/* TABLE__MAX when there is none of that name. */
enum table table_named(struct bytes name);

/* A changeset may write it: not the writer's own (META, APPLIED, OUTBOUND, PUBLIC_META, the log). */
bool table_is_open(enum table table);
/* A changeset without audit record may write it: what domain calls "without an audit record of their own" (mirror,
   sessions, counters, progress of jobs and mail, drafts), and what is derived. */
bool table_is_silent(enum table table);

#endif
