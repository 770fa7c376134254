/* The directory: one connection with a service identity, searches that answer entries in the arena, the acts on
   passwords, and the polling source of the mirror. Nothing of libldap shows; every entry is copied out before the
   message is freed.
   Errors: ERR_UNAVAILABLE (no server, time-out, busy: network 2 s, operation 2 s), ERR_NOTFOUND, ERR_DENIED (50),
   ERR_CONFLICT (already exists, value already or no longer there), ERR_INVALID (constraint, schema, no DN), ERR_CORRUPT
   (what may not be there); of a write also ERR_UNKNOWN: sent, no answer came, look before it is done again. */
#ifndef LDAP_DIRECTORY_H
#define LDAP_DIRECTORY_H

#include "base/uuid.h"

enum service { SERVICE_WEB, SERVICE_PASSWORD, SERVICE_CLERK, SERVICE_SYNC, SERVICE_LOG, SERVICE__MAX };

/* Where and as whom. secrets: folder of 0400 files web, motdepasse, greffe, sync, journal for simple binds; "" : SASL
   EXTERNAL (web becomes motdepasse, greffe becomes sync and journal by authzid). ca: PEM file for ldaps, ""
   otherwise. */
struct directory_place {
	const char *uri;
	const char *suffix;
	const char *secrets;
	const char *ca;
};

struct directory;

/* Never connects by itself: the first use does, and so does a use after the connection was lost (once, then
   ERR_UNAVAILABLE). ERR_INVALID when a secret cannot be read or the place is wrong; *why in English. uri: ldapi://,
   or ldaps:// with a ca and secrets. The first one of a process opens what libldap wants to open (ldap.conf, plug-ins); what
   follows over ldapi needs socket, connect, fcntl, poll, sendmsg, recvmsg and close only, and the file of its secret. */
MUST_USE enum err directory_new(struct arena *a, const struct directory_place *place, enum service as,
				struct directory **out, const char **why);
void directory_free(struct directory *d);

/* Opens that already: before a sandbox forbids it, where directory_new comes later. */
void directory_warm_up(const char *uri);

/* What stood in the way last, in English, for the operators' log: the step and the LDAP code, never a name or a value
   of somebody's. "" when nothing did. Lives until d's next use. */
const char *directory_trouble(const struct directory *d);

/* An attribute's values: bytes, since a value may hold a NUL. */
struct attribute {
	const char *name;
	struct bytes *v;
	size_t n;
};

struct entry {
	const char *dn;   /* as the directory spells it */
	struct uuid uuid; /* entryUUID; none when not asked for */
	struct attribute *v;
	size_t n;
};

/* The only value, as text. NULL: absent, several, or with a NUL inside. Attribute names compare without case. */
const char *entry_text(const struct entry *e, const char *name);
struct strs entry_texts(struct arena *a, const struct entry *e, const char *name);
/* Has objectClass. */
bool entry_is(const struct entry *e, const char *class);

struct entries {
	struct entry *v;
	size_t n;
};

enum scope { SCOPE_BASE, SCOPE_ONE, SCOPE_SUBTREE };

/* attrs ends with NULL; NULL: all user attributes. Always asks for entryUUID besides. filter is built by filter_*.
   More than limit entries: ERR_TOOLARGE; slapd gives at most 5000 to any service but sync and journal. */
MUST_USE enum err directory_search(struct directory *d, struct arena *a, const char *base, enum scope scope,
				   const char *filter, const char *const *attrs, size_t limit, struct entries *out);

/* One entry by its DN; ERR_NOTFOUND. */
MUST_USE enum err directory_read(struct directory *d, struct arena *a, const char *dn, const char *const *attrs,
				 struct entry *out);

/* RFC 4515: "(name=value)" with value escaped. name is a literal. */
const char *filter_equal(struct arena *a, const char *name, const char *value);
/* "(&f1f2…)" and "(|f1f2…)"; the list ends with NULL. */
const char *filter_and(struct arena *a, const char *first, ...) __attribute__((sentinel));
const char *filter_or(struct arena *a, const char *first, ...) __attribute__((sentinel));

/* The normal form of a DN, for comparing and for keys: parsed (RFC 4514), each attribute type lower case, each value
   case-folded and blank-squeezed as caseIgnoreMatch does (habCodeCaf loses its blanks), RDNs re-escaped one way, the
   pairs of one RDN sorted. Aliases and OIDs of types stay: slapd stores one spelling of them. ERR_MALFORMED for no
   DN, and for a value with a NUL, of no UTF-8 or in hexadecimal BER. "" is the root's. */
MUST_USE enum err dn_normal(struct arena *a, const char *dn, const char **out);
/* A DN from one RDN and a parent: attribute and value escaped (RFC 4514). */
const char *dn_child(struct arena *a, const char *attribute, const char *value, const char *parent);
/* The DN without its first RDN ("" at the top), of a normal form. */
const char *dn_parent(struct arena *a, const char *normal);
/* The value of the first RDN of that attribute in a normal form, e.g. "habcodecaf"; NULL when there is none. An RDN of
   several pairs does not count: a name like uid=x+habcodecaf=751 is not of Caf 751. */
const char *dn_value(struct arena *a, const char *normal, const char *attribute);

/* What a bind as a person told. */
enum bind_outcome {
	BIND_OK,
	BIND_MUST_CHANGE, /* right password, to be changed first (ppolicy changeAfterReset) */
	BIND_REFUSED,     /* 49, 53 and every other refusal of the credentials */
};

/* Binds as dn on a connection of its own, closed before it returns, with the ppolicy request control and the session
   tracking control (identifier: tracking, a random id of the act). password: n bytes, any; empty or with a NUL inside
   is BIND_REFUSED without any operation. ERR_UNAVAILABLE when the directory cannot answer. */
MUST_USE enum err directory_bind(struct directory *d, const char *dn, struct bytes password, const char *tracking,
				 enum bind_outcome *out);

/* The same work for the same time on an entry that never lets in (cn=leurre). */
MUST_USE enum err directory_bind_decoy(struct directory *d, struct bytes password, const char *tracking);

enum password_outcome {
	PASSWORD_CHANGED,
	PASSWORD_WRONG_OLD,
	PASSWORD_REFUSED, /* by ppolicy: too short, in history, same */
};

/* The password modify operation (RFC 3062) as the person, on a connection of its own bound with the old password.
   Whoever may not log in (suspended, locked) has a wrong old one too. An empty new one, or one with a NUL, is
   refused. */
MUST_USE enum err directory_change_password(struct directory *d, const char *dn, struct bytes old, struct bytes fresh,
					    const char *tracking, enum password_outcome *out);

/* As cn=motdepasse (d opened with SERVICE_PASSWORD): puts a password; ppolicy sets pwdReset, and checks nothing else.
   ERR_DENIED: not an active person. ERR_INVALID: empty, a NUL inside, or "{…" that slapd would take for a hash. */
MUST_USE enum err directory_install_password(struct directory *d, const char *dn, struct bytes password,
					     const char *tracking);

/* A change of one entry: values replaced whole, added or removed. */
enum change_kind { CHANGE_ADD, CHANGE_DELETE, CHANGE_REPLACE };

struct change {
	enum change_kind kind;
	const char *name;
	struct strs values;
};

/* Both answer the entry's new entryCSN through the post-read control (RFC 4527); csn may be NULL, *csn becomes NULL
   when slapd does not tell. Deleting a value that is no longer there is ERR_CONFLICT: a way to change only what was
   read. No values: CHANGE_DELETE and CHANGE_REPLACE take the whole attribute away. directory_add looks at no kind. */
MUST_USE enum err directory_modify(struct directory *d, struct arena *a, const char *dn, const struct change *changes,
				   size_t n, const char *tracking, const char **csn);
MUST_USE enum err directory_add(struct directory *d, struct arena *a, const char *dn, const struct change *attributes,
				size_t n, const char *tracking, const char **csn);
/* An entry without children: only the purge deletes. ERR_NOTFOUND: it is gone already. */
MUST_USE enum err directory_delete(struct directory *d, const char *dn, const char *tracking);

/* --- the mirror's source: refreshOnly polls with a cookie (RFC 4533), never refreshAndPersist --- */

enum sync_kind {
	SYNC_ENTRY,   /* the entry as it is now: new or changed */
	SYNC_PRESENT, /* unchanged, by uuid: only in a poll without a usable cookie */
	SYNC_DELETED, /* by uuid; may be one never seen */
};

struct sync_event {
	enum sync_kind kind;
	struct uuid uuid;
	struct entry entry; /* SYNC_ENTRY */
};

struct sync_result {
	struct sync_event *v;
	size_t n;
	bool whole;         /* SYNC_ENTRY and SYNC_PRESENT are all there is: drop what is not listed */
	const char *cookie; /* for the next poll */
};

/* One poll of base with filter, as SERVICE_SYNC, or of cn=accesslog as SERVICE_LOG. cookie "" : from the beginning; a
   cookie slapd can no longer use starts there too, and the result is then whole. Attributes: all user ones and
   entryCSN. At most 10 min, as long as slapd is never silent for 2 s. */
MUST_USE enum err directory_sync(struct directory *d, struct arena *a, const char *base, const char *filter,
				 const char *cookie, struct sync_result *out);

/* Answers when the server does: start-up and health. */
MUST_USE enum err directory_ping(struct directory *d);

#endif
