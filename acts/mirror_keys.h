/* Keys of the mirror's indexes and marks, for all who look something up in it, and lists of the entryUUIDs they lead to. */
#ifndef ACTS_MIRROR_KEYS_H
#define ACTS_MIRROR_KEYS_H

#include "acts/app.h"

/* First byte of MIRROR_DN's value. */
enum mirror_kind {
	MIRROR_KIND_PERSON = 'p',
	MIRROR_KIND_ESTABLISHMENT = 'e',
	MIRROR_KIND_PROVIDER = 'o',
	MIRROR_KIND_AGREEMENT = 'g',
	MIRROR_KIND_CAF = 'c',
	MIRROR_KIND_GROUP = 'r',
};

/* First 16 bytes of the digest of a normalised DN: key of MIRROR_RIGHT, MIRROR_MEMBER, MIRROR_DN. */
struct bytes mirror_dn_key(struct arena *a, const char *normal);
/* Keys of MIRROR_NAME: kind 'e' establishment id, 'p' provider id, 'n' agent number, 'u' uid, 'c' Caf code, 'g'
   agreement's number. */
struct bytes mirror_name_key(struct arena *a, char kind, const char *id);
/* Keys of MIRROR_IN: kind 'a' agents of a provider, 'g' agreements of a provider, 'e' establishments of a Caf,
   'm' establishments of a manager, 'i' establishments of a commune (INSEE code), 'o' providers of a Caf, 's' providers of a
   SIRET, 'k' providers of a contact's mail address (folded), 'l' people of a mail address (folded), 'w' people who want a
   password (parent "*"). */
struct bytes mirror_in_key(struct arena *a, char kind, const char *parent_key, struct uuid child);
struct bytes mirror_in_prefix(struct arena *a, char kind, const char *parent_key);
/* MIRROR_RIGHT: value families now u8, families ever u8 (rights.h, right_was). */
struct bytes mirror_right_key(struct arena *a, const char *normal, struct uuid establishment);
/* Marks kept beside the indexes in MIRROR_IN: "#cookie", "#complete", "#reread",
   "#history…", "#left…"; of the clerk's other processes "#calendar", "#published", "#journal", "#jobs-stopped". */
struct bytes mirror_mark(const char *name);
/* As the transaction sees it; rev 0 and no bytes: not there. */
MUST_USE enum err mirror_mark_get(struct txn *t, const char *name, struct record *out);

struct uuids {
	struct uuid *v;
	size_t n;
};

void uuids_add(struct arena *a, struct uuids *list, struct uuid u);
/* Sorted, each once. */
void uuids_settle(struct uuids *list);
bool uuids_have(const struct uuids *settled, struct uuid u);

#endif
