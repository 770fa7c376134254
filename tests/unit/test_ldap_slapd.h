/* For tests: a private slapd made from ldap/directory/ in a temporary folder, run by whoever runs the test. It holds
   Caf 921, provider F001, its agent jmartin (no password yet) and the crèche E0001 where that agent has a right. */
#ifndef TEST_LDAP_SLAPD_H
#define TEST_LDAP_SLAPD_H

#include "ldap/directory.h"

#define SUFFIX "dc=hab,dc=test"
#define CAF "habCodeCaf=921,ou=cafs," SUFFIX
#define PROVIDER "habFournisseurId=F001,ou=fournisseurs," CAF
#define AGENT "uid=jmartin," PROVIDER
#define PLACE "habEtablissementId=E0001,ou=etablissements," CAF

struct slapd {
	struct arena *arena;
	const char *folder; /* secrets/, ca.crt, other.crt (of another authority), slapd.d/ … */
	const char *ldapi;
	const char *ldaps;
	int pid; /* 0: it does not run */
};

/* cmocka's group set-up and tear-down. The process exits with 77 where there is no slapd to run. */
extern struct slapd slapd;
int slapd_set_up(void **state);
int slapd_tear_down(void **state);

void slapd_start(void);
void slapd_stop(int sig);
/* LDIF changes, made as slapd's root. */
void slapd_change(const char *ldif);

/* A handle as a service with its secret; at another address, EXTERNAL when secrets is false. */
struct directory *slapd_open(enum service as);
struct directory *slapd_open_at(const char *uri, enum service as, bool secrets, const char *ca);
void slapd_close(struct directory **d);

#define AUTO_DIRECTORY AUTO(slapd_close)

#endif
