/* What the files of this layer share: the connection, one operation over it, lists that grow. <ldap.h> ends in ldap/.
   */
#ifndef LDAP_CONNECTION_H
#define LDAP_CONNECTION_H

#include "ldap/directory.h"

#include <sys/time.h>

#include <ldap.h>

struct directory {
	struct arena *arena;
	struct directory_place place;
	const char *dn;      /* of the service */
	struct bytes secret; /* n 0: SASL EXTERNAL */
	LDAP *ld;            /* NULL: not connected */
	const char *trouble;
	char trouble_text[160];
};

/* One LDAP operation. send starts it; take gets each message before the last, in order. */
struct operation {
	const char *name;
	int (*send)(LDAP *ld, const void *what, int *id);
	const void *what;
	enum err (*take)(LDAP *ld, LDAPMessage *m, void *into); /* NULL: none is expected */
	void *into;
	bool writes;        /* no answer after sending: ERR_UNKNOWN, and never sent twice */
	int64_t silence_ms; /* how long nothing may come; 0: 2 s */
	int64_t limit_ms;   /* for the whole of it; 0: as long as silence may last */
};

/* How the server ended it. */
struct answer {
	int code;
	LDAPControl **controls;
};

static inline void answer_done(struct answer *answer)
{
	if (answer->controls)
		ldap_controls_free(answer->controls);
	*answer = (struct answer){ 0 };
}

#define AUTO_ANSWER AUTO(answer_done)

static inline void message_done(LDAPMessage **m)
{
	if (*m)
		ldap_msgfree(*m);
}

#define AUTO_MESSAGE AUTO(message_done)

static inline void ber_done(BerElement **ber)
{
	if (*ber)
		ber_free(*ber, 1);
}

#define AUTO_BER AUTO(ber_done)

static inline void handle_done(LDAP **ld)
{
	if (*ld)
		ldap_unbind_ext(*ld, NULL, NULL);
}

#define AUTO_HANDLE AUTO(handle_done)

/* Over the service's connection. ERR_OK: the server answered, out->code says what. A lost connection is replaced once,
   as long as the operation can be sent again. */
MUST_USE enum err connection_run(struct directory *d, const struct operation *op, struct answer *out);

/* A fresh handle with our options; it connects at its first operation. */
MUST_USE enum err handle_new(struct directory *d, LDAP **out);

/* The messages of operation id until the last one. *e: what take refused; *taken: how many it got. */
int handle_collect(LDAP *ld, int id, const struct operation *op, struct answer *out, enum err *e, size_t *taken);

/* Over a handle: an LDAP code, LDAP_SUCCESS once the server answered. */
int handle_run(LDAP *ld, const struct operation *op, struct answer *out);

/* Keeps what went wrong for directory_trouble and answers e. */
enum err connection_trouble(struct directory *d, const char *name, int code, enum err e);

/* The server's answer as our error; trouble is kept. */
enum err connection_err(struct directory *d, const char *name, int code);

/* v, or a longer copy of it when n is a power of two: room for one more of size bytes. */
void *list_room(struct arena *a, void *v, size_t n, size_t size);

/* Bytes that live as long as a, with a NUL after them. */
struct bytes copy_of(struct arena *a, const struct berval *v);

#endif
