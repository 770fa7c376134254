/* Passwords. A person's bind and change go over a connection of their own, closed at once: an open one survives the
   person's suspension. */
#include "ldap/controls.h"

#include "base/clock.h"

#include <string.h>

/* The old password, three former ones and the new one are five Argon2id, on a busy machine too. */
#define CHANGE_MS (8 * SECOND_MS)

struct person {
	const char *dn;
	struct bytes password;
	struct bytes fresh;
	LDAPControl **controls;
};

/* An empty one would be an unauthenticated bind (RFC 4513 §5.1.2), and slapd reads no further than a NUL in places. */
static bool is_password(struct bytes b)
{
	return b.n && !memchr(b.p, 0, b.n);
}

static struct berval berval_of(struct bytes b)
{
	return (struct berval){ .bv_len = b.n, .bv_val = (char *)(uintptr_t)b.p };
}

static int send_bind(LDAP *ld, const void *what, int *id)
{
	const struct person *p = what;
	struct berval password = berval_of(p->password);

	return ldap_sasl_bind(ld, p->dn, LDAP_SASL_SIMPLE, &password, p->controls, NULL, id);
}

static int send_change(LDAP *ld, const void *what, int *id)
{
	const struct person *p = what;
	struct berval old = berval_of(p->password), fresh = berval_of(p->fresh);

	return ldap_passwd(ld, NULL, &old, &fresh, p->controls, NULL, id);
}

/* The codes that speak of the person rather than of the server. */
static bool is_refusal(int code)
{
	switch (code) {
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_UNWILLING_TO_PERFORM:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_CONSTRAINT_VIOLATION:
		return true;
	default:
		return false;
	}
}

static enum err bind_person(struct directory *d, LDAP *ld, const struct person *p, enum bind_outcome *out)
{
	AUTO_ANSWER struct answer answer = { 0 };
	struct operation op = { .name = "bind as a person", .send = send_bind, .what = p };
	int rc = handle_run(ld, &op, &answer);

	if (rc)
		return connection_trouble(d, op.name, rc, ERR_UNAVAILABLE);
	if (answer.code == LDAP_SUCCESS)
		*out = controls_ppolicy_error(ld, answer.controls) == PP_changeAfterReset ? BIND_MUST_CHANGE : BIND_OK;
	else if (is_refusal(answer.code))
		*out = BIND_REFUSED;
	else
		return connection_trouble(d, op.name, answer.code, ERR_UNAVAILABLE);
	return ERR_OK;
}

enum err directory_bind(struct directory *d, const char *dn, struct bytes password, const char *tracking,
			enum bind_outcome *out)
{
	AUTO_CONTROLS struct controls controls = { 0 };
	AUTO_HANDLE LDAP *ld = NULL;

	if (!is_password(password) || !dn[0]) {
		*out = BIND_REFUSED;
		return ERR_OK;
	}
	enum err e = handle_new(d, &ld);

	if (e)
		return e;
	controls_ppolicy(&controls);
	controls_tracking(&controls, tracking);
	struct person person = { .dn = dn, .password = password, .controls = controls.v };

	return bind_person(d, ld, &person, out);
}

enum err directory_bind_decoy(struct directory *d, struct bytes password, const char *tracking)
{
	AUTO_ARENA struct arena *a = arena_new();
	enum bind_outcome outcome;

	return directory_bind(d, arena_printf(a, "cn=leurre,ou=services,%s", d->place.suffix), password, tracking,
			      &outcome);
}

/* As the person bound on ld. */
static enum err change(struct directory *d, LDAP *ld, const struct person *p, enum password_outcome *out)
{
	AUTO_ANSWER struct answer answer = { 0 };
	struct operation op = {
		.name = "change of a password", .send = send_change, .what = p, .writes = true, .silence_ms = CHANGE_MS
	};
	int rc = handle_run(ld, &op, &answer);

	if (rc)
		return connection_trouble(d, op.name, rc, ERR_UNKNOWN);
	switch (answer.code) {
	case LDAP_SUCCESS:
		*out = PASSWORD_CHANGED;
		return ERR_OK;
	case LDAP_UNWILLING_TO_PERFORM:
		*out = PASSWORD_WRONG_OLD;
		return ERR_OK;
	case LDAP_CONSTRAINT_VIOLATION:
		*out = PASSWORD_REFUSED;
		return ERR_OK;
	default:
		return connection_err(d, op.name, answer.code);
	}
}

enum err directory_change_password(struct directory *d, const char *dn, struct bytes old, struct bytes fresh,
				   const char *tracking, enum password_outcome *out)
{
	AUTO_CONTROLS struct controls controls = { 0 };
	AUTO_HANDLE LDAP *ld = NULL;
	enum bind_outcome bound;

	if (!is_password(old) || !dn[0] || !is_password(fresh)) {
		/* without a new password slapd would invent one */
		*out = is_password(old) && dn[0] ? PASSWORD_REFUSED : PASSWORD_WRONG_OLD;
		return ERR_OK;
	}
	enum err e = handle_new(d, &ld);

	if (e)
		return e;
	controls_ppolicy(&controls);
	controls_tracking(&controls, tracking);
	struct person person = { .dn = dn, .password = old, .fresh = fresh, .controls = controls.v };

	e = bind_person(d, ld, &person, &bound);
	if (e)
		return e;
	if (bound == BIND_REFUSED) {
		*out = PASSWORD_WRONG_OLD;
		return ERR_OK;
	}
	return change(d, ld, &person, out);
}

static int send_install(LDAP *ld, const void *what, int *id)
{
	const struct person *p = what;
	struct berval password = berval_of(p->fresh), *values[] = { &password, NULL };
	LDAPMod mod = { .mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES,
			.mod_type = (char[]){ "userPassword" },
			.mod_vals.modv_bvals = values };
	LDAPMod *mods[] = { &mod, NULL };

	return ldap_modify_ext(ld, p->dn, mods, p->controls, NULL, id);
}

enum err directory_install_password(struct directory *d, const char *dn, struct bytes password, const char *tracking)
{
	AUTO_ANSWER struct answer answer = { 0 };
	AUTO_CONTROLS struct controls controls = { 0 };

	/* "{…}" would be taken for a hash, and stored as it is: nothing checks what this identity writes */
	if (!is_password(password) || password.p[0] == '{')
		return ERR_INVALID;
	controls_tracking(&controls, tracking);
	struct person person = { .dn = dn, .fresh = password, .controls = controls.v };
	struct operation op = { .name = "install of a password", .send = send_install, .what = &person, .writes = true };
	enum err e = connection_run(d, &op, &answer);

	return e ? e : connection_err(d, op.name, answer.code);
}
