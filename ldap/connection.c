/* The service's connection: made at its first use, watched, made again once when it was lost. */
#include "ldap/connection.h"

#include "base/secret.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const services[SERVICE__MAX] = {
	[SERVICE_WEB]      = "web",
	[SERVICE_PASSWORD] = "motdepasse",
	[SERVICE_CLERK]    = "greffe",
	[SERVICE_SYNC]     = "sync",
	[SERVICE_LOG]      = "journal",
};
/* clang-format on */

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* In the clear a password would cross the wire before the server refuses it. */
static const char *wrong_place(const struct directory_place *place)
{
	bool tls = begins(place->uri, "ldaps://");

	if (!tls && !begins(place->uri, "ldapi://"))
		return "uri: ldapi:// or ldaps:// is needed";
	if (tls && !place->ca[0])
		return "ca: ldaps:// needs the file of its authority";
	if (tls && !place->secrets[0])
		return "secrets: ldaps:// needs a folder of secrets, EXTERNAL is for ldapi://";
	return NULL;
}

static void wipe(struct bytes secret)
{
	if (secret.n)
		secret_wipe((void *)(uintptr_t)secret.p, secret.n);
}

void directory_warm_up(const char *uri)
{
	AUTO_HANDLE LDAP *ld = NULL;

	(void)ldap_initialize(&ld, uri);
}

enum err directory_new(struct arena *a, const struct directory_place *place, enum service as, struct directory **out,
		       const char **why)
{
	struct bytes secret = BYTES_NONE;
	const char *wrong = wrong_place(place);

	if (wrong) {
		*why = wrong;
		return ERR_INVALID;
	}
	if (place->secrets[0]) {
		const char *path = arena_printf(a, "%s/%s", place->secrets, services[as]);

		if (secret_file(a, path, &secret, why))
			return ERR_INVALID;
		if (!secret.n || memchr(secret.p, 0, secret.n)) {
			*why = arena_printf(a, "%s: empty, or a NUL inside", path);
			return ERR_INVALID;
		}
	}
	directory_warm_up(place->uri);
	struct arena *own = arena_new();
	struct directory *d = arena_new_of(own, struct directory);

	d->arena = own;
	d->place = (struct directory_place){
		.uri = arena_strdup(own, place->uri),
		.suffix = arena_strdup(own, place->suffix),
		.secrets = "",
		.ca = arena_strdup(own, place->ca),
	};
	d->dn = arena_printf(own, "cn=%s,ou=services,%s", services[as], place->suffix);
	d->secret = (struct bytes){ (uint8_t *)arena_memdup(own, secret.p, secret.n), secret.n };
	wipe(secret);
	d->trouble = "";
	*out = d;
	return ERR_OK;
}

static void drop(struct directory *d)
{
	if (d->ld)
		ldap_unbind_ext(d->ld, NULL, NULL);
	d->ld = NULL;
}

void directory_free(struct directory *d)
{
	if (!d)
		return;
	drop(d);
	wipe(d->secret);
	arena_free(d->arena);
}

const char *directory_trouble(const struct directory *d)
{
	return d->trouble;
}

enum err connection_trouble(struct directory *d, const char *name, int code, enum err e)
{
	snprintf(d->trouble_text, sizeof d->trouble_text, "%s: %s (%d)", name, ldap_err2string(code), code);
	d->trouble = d->trouble_text;
	return e;
}

static enum err err_of(int code)
{
	switch (code) {
	case LDAP_SUCCESS:
		return ERR_OK;
	case LDAP_NO_SUCH_OBJECT:
		return ERR_NOTFOUND;
	case LDAP_INSUFFICIENT_ACCESS:
		return ERR_DENIED;
	case LDAP_SIZELIMIT_EXCEEDED:
	case LDAP_ADMINLIMIT_EXCEEDED:
		return ERR_TOOLARGE;
	case LDAP_ALREADY_EXISTS:
	case LDAP_TYPE_OR_VALUE_EXISTS:
	case LDAP_NO_SUCH_ATTRIBUTE:
	case LDAP_ASSERTION_FAILED:
	case LDAP_NOT_ALLOWED_ON_NONLEAF:
		return ERR_CONFLICT;
	case LDAP_CONSTRAINT_VIOLATION:
	case LDAP_UNDEFINED_TYPE:
	case LDAP_INVALID_SYNTAX:
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_NAMING_VIOLATION:
	case LDAP_OBJECT_CLASS_VIOLATION:
	case LDAP_NOT_ALLOWED_ON_RDN:
	case LDAP_NO_OBJECT_CLASS_MODS:
		return ERR_INVALID;
	case LDAP_FILTER_ERROR:
	case LDAP_PARAM_ERROR:
	case LDAP_ENCODING_ERROR:
	case LDAP_PROTOCOL_ERROR:
		return ERR_INTERNAL;
	case LDAP_REFERRAL:
	case LDAP_ALIAS_PROBLEM:
	case LDAP_DECODING_ERROR:
		return ERR_CORRUPT;
	default:
		return ERR_UNAVAILABLE;
	}
}

enum err connection_err(struct directory *d, const char *name, int code)
{
	return code == LDAP_SUCCESS ? ERR_OK : connection_trouble(d, name, code, err_of(code));
}

static int send_bind(LDAP *ld, const void *what, int *id)
{
	const struct directory *d = what;

	if (d->secret.n) {
		struct berval secret = { .bv_len = d->secret.n, .bv_val = (char *)(uintptr_t)d->secret.p };

		return ldap_sasl_bind(ld, d->dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, id);
	}
	/* By hand rather than through libsasl, which opens plug-ins: sandboxed processes may not. The identity is
	   asked for even when it is the unix user's own, so that slapd's own user, its root, becomes no more than the
	   service. */
	char authzid[512];
	int n = snprintf(authzid, sizeof authzid, "dn:%s", d->dn);

	if (n < 0 || (size_t)n >= sizeof authzid)
		return LDAP_PARAM_ERROR;
	struct berval as = { .bv_len = (ber_len_t)n, .bv_val = authzid };

	return ldap_sasl_bind(ld, NULL, "EXTERNAL", &as, NULL, NULL, id);
}

/* A connection the server closed has something to read: the end, or a notice of disconnection. */
static bool is_alive(LDAP *ld)
{
	struct pollfd p = { .fd = -1, .events = POLLIN };

	return ldap_get_option(ld, LDAP_OPT_DESC, &p.fd) == LDAP_OPT_SUCCESS && p.fd >= 0 && poll(&p, 1, 0) == 0;
}

static enum err connect_service(struct directory *d)
{
	AUTO_HANDLE LDAP *ld = NULL;
	enum err e = handle_new(d, &ld);

	if (e)
		return e;
	AUTO_ANSWER struct answer answer = { 0 };
	struct operation op = { .name = "bind", .send = send_bind, .what = d };
	int rc = handle_run(ld, &op, &answer);

	if (rc || answer.code)
		return connection_trouble(d, "bind", rc ? rc : answer.code, ERR_UNAVAILABLE);
	d->ld = ld;
	ld = NULL;
	return ERR_OK;
}

enum err connection_run(struct directory *d, const struct operation *op, struct answer *out)
{
	if (d->ld && !is_alive(d->ld))
		drop(d);
	for (bool old = d->ld != NULL;; old = false) {
		enum err e = d->ld ? ERR_OK : connect_service(d);

		if (e)
			return e;
		int id = 0, rc = op->send(d->ld, op->what, &id);
		bool sent = rc == LDAP_SUCCESS;
		size_t taken = 0;

		rc = sent ? handle_collect(d->ld, id, op, out, &e, &taken) : rc;
		if (rc == LDAP_SUCCESS) {
			d->trouble = "";
			return ERR_OK;
		}
		drop(d);
		if (e)
			return e;
		if (sent && op->writes)
			return connection_trouble(d, op->name, rc, ERR_UNKNOWN);
		if (rc != LDAP_SERVER_DOWN || !old || taken)
			return connection_err(d, op->name, rc);
	}
}

enum err directory_ping(struct directory *d)
{
	AUTO_ARENA struct arena *a = arena_new();
	static const char *const none[] = { LDAP_NO_ATTRS, NULL };
	struct entry root;

	return directory_read(d, a, "", none, &root);
}
