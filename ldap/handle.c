/* A handle of libldap: its options, and one operation over it. No wait is without a limit. */
#include "ldap/connection.h"
#include "ldap/wire.h"

#include "base/clock.h"

#include <string.h>

#define SILENCE_MS (2 * SECOND_MS)
#define SILENCE ((struct timeval){ .tv_sec = 2 })

static bool is_tls(const char *uri)
{
	return strncmp(uri, "ldaps://", strlen("ldaps://")) == 0;
}

static int set_tls(LDAP *ld, const char *ca)
{
	int demand = LDAP_OPT_X_TLS_DEMAND, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
	int rc = ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);

	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least);
	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, ca);
	return rc ? rc : ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
}

/* Whatever an ldap.conf or the environment says about these, we say otherwise. */
static int set_options(LDAP *ld)
{
	int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER, none = 0;
	struct timeval limit = SILENCE;
	int rc = ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);

	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit);
	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_TIMEOUT, &limit);
	rc = rc ? rc : wire_watch(ld);
	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_DEREF, &never);
	rc = rc ? rc : ldap_set_option(ld, LDAP_OPT_SIZELIMIT, &none);
	return rc ? rc : ldap_set_option(ld, LDAP_OPT_TIMELIMIT, &none);
}

enum err handle_new(struct directory *d, LDAP **out)
{
	LDAP *ld = NULL;
	int rc = ldap_initialize(&ld, d->place.uri);

	rc = rc ? rc : set_options(ld);
	if (!rc && is_tls(d->place.uri))
		rc = set_tls(ld, d->place.ca);
	if (rc) {
		handle_done(&ld);
		return connection_trouble(d, "set up", rc, ERR_UNAVAILABLE);
	}
	*out = ld;
	return ERR_OK;
}

static int handle_code(LDAP *ld)
{
	int code = LDAP_SUCCESS;

	ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
	return code ? code : LDAP_SERVER_DOWN;
}

static int next_message(LDAP *ld, int id, int64_t silence_ms, LDAPMessage **out, int *type)
{
	struct timeval limit = { .tv_sec = silence_ms / SECOND_MS, .tv_usec = silence_ms % SECOND_MS * 1000 };

	*type = ldap_result(ld, id, LDAP_MSG_ONE, &limit, out);
	if (*type == 0)
		return LDAP_TIMEOUT;
	return *type < 0 ? handle_code(ld) : LDAP_SUCCESS;
}

static bool is_last(int type)
{
	return type != LDAP_RES_SEARCH_ENTRY && type != LDAP_RES_SEARCH_REFERENCE && type != LDAP_RES_INTERMEDIATE;
}

int handle_collect(LDAP *ld, int id, const struct operation *op, struct answer *out, enum err *e, size_t *taken)
{
	int64_t silence = op->silence_ms ? op->silence_ms : SILENCE_MS;
	int64_t end = clock_monotonic() + (op->limit_ms ? op->limit_ms : silence);

	for (;;) {
		AUTO_MESSAGE LDAPMessage *m = NULL;
		int type, rc = next_message(ld, id, silence, &m, &type);

		if (rc)
			return rc;
		if (is_last(type))
			return ldap_parse_result(ld, m, &out->code, NULL, NULL, NULL, &out->controls, 0);
		*taken += 1;
		*e = op->take ? op->take(ld, m, op->into) : ERR_CORRUPT;
		if (*e)
			return LDAP_USER_CANCELLED;
		if (clock_monotonic() > end)
			return LDAP_TIMEOUT;
	}
}

int handle_run(LDAP *ld, const struct operation *op, struct answer *out)
{
	int id = 0, rc = op->send(ld, op->what, &id);
	enum err e = ERR_OK;
	size_t taken = 0;

	return rc ? rc : handle_collect(ld, id, op, out, &e, &taken);
}
