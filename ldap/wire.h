/* Under libldap, between it and the socket: no read or write waits longer than 2 s, none raises SIGPIPE. */
#ifndef LDAP_WIRE_H
#define LDAP_WIRE_H

#include <sys/time.h>

#include <ldap.h>

/* For a handle that has no connection yet. An LDAP option's code. */
int wire_watch(LDAP *ld);

#endif
