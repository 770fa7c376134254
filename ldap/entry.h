/* Entries copied out of a message. */
#ifndef LDAP_ENTRY_H
#define LDAP_ENTRY_H

#include "ldap/connection.h"

/* ERR_CORRUPT: no DN, or a message of another form. */
MUST_USE enum err entry_decode(struct arena *a, LDAP *ld, LDAPMessage *m, struct entry *out);

#endif
