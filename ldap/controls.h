/* The controls we send and read. */
#ifndef LDAP_CONTROLS_H
#define LDAP_CONTROLS_H

#include "ldap/connection.h"

/* Those of one operation; v ends with NULL as libldap wants it. */
struct controls {
	LDAPControl *v[4];
	size_t n;
};

void controls_done(struct controls *c);

#define AUTO_CONTROLS AUTO(controls_done)

/* Session tracking: the access log keeps it whole, and so an act of ours is told from a tool's. */
void controls_tracking(struct controls *c, const char *id);
void controls_ppolicy(struct controls *c);
/* RFC 4527: the entry's entryCSN after the change. */
void controls_post_read(struct controls *c);
/* RFC 4533, refreshOnly. cookie "": from the beginning. */
void controls_sync(struct controls *c, const char *cookie);

/* What ppolicy said; PP_noError when it said nothing. */
LDAPPasswordPolicyError controls_ppolicy_error(LDAP *ld, LDAPControl **controls);
/* NULL when the server did not say. */
const char *controls_entry_csn(struct arena *a, LDAPControl **controls);

#endif
