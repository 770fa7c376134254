#include "ldap/controls.h"

#include <stdlib.h>
#include <string.h>

/* Says that the identifier is of our acts: a format of our own, in the arc of our schema. */
#define TRACKING_FORMAT "2.25.223074330714807630635514680288600107712.4"

void controls_done(struct controls *c)
{
	for (size_t i = 0; i < c->n; i++)
		ldap_control_free(c->v[i]);
	*c = (struct controls){ 0 };
}

/* Without memory the process ends, as in an arena. */
static void must(bool ok)
{
	if (!ok)
		abort();
}

static BerElement *ber_new(void)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	must(ber != NULL);
	return ber;
}

static void add(struct controls *c, const char *oid, bool critical, BerElement *ber)
{
	struct berval value = { 0 };

	must(c->n + 1 < LENGTH(c->v));
	must(!ber || ber_flatten2(ber, &value, 0) == 0);
	must(ldap_control_create(oid, critical, ber ? &value : NULL, 1, &c->v[c->n]) == LDAP_SUCCESS);
	c->n++;
}

void controls_tracking(struct controls *c, const char *id)
{
	AUTO_BER BerElement *ber = ber_new();

	must(ber_printf(ber, "{ssss}", "", "habilis", TRACKING_FORMAT, id) != -1);
	add(c, LDAP_CONTROL_X_SESSION_TRACKING, false, ber);
}

void controls_ppolicy(struct controls *c)
{
	add(c, LDAP_CONTROL_PASSWORDPOLICYREQUEST, false, NULL);
}

void controls_post_read(struct controls *c)
{
	AUTO_BER BerElement *ber = ber_new();

	must(ber_printf(ber, "{s}", "entryCSN") != -1);
	add(c, LDAP_CONTROL_POST_READ, false, ber);
}

void controls_sync(struct controls *c, const char *cookie)
{
	AUTO_BER BerElement *ber = ber_new();

	must(ber_printf(ber, "{e", LDAP_SYNC_REFRESH_ONLY) != -1);
	if (cookie[0])
		must(ber_printf(ber, "s", cookie) != -1);
	must(ber_printf(ber, "}") != -1);
	add(c, LDAP_CONTROL_SYNC, true, ber);
}

LDAPPasswordPolicyError controls_ppolicy_error(LDAP *ld, LDAPControl **controls)
{
	LDAPControl *c = controls ? ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL) : NULL;
	LDAPPasswordPolicyError error = PP_noError;
	ber_int_t expires, grace;

	if (!c || ldap_parse_passwordpolicy_control(ld, c, &expires, &grace, &error))
		return PP_noError;
	return error;
}

/* SearchResultEntry: name, then attributes, each a name and a set. */
static const char *only_value(struct arena *a, BerElement *ber)
{
	struct berval dn, name, value;
	ber_len_t length;

	if (ber_scanf(ber, "{m{", &dn) == LBER_ERROR || ber_peek_tag(ber, &length) != LBER_SEQUENCE)
		return NULL;
	if (ber_scanf(ber, "{m[", &name) == LBER_ERROR || ber_peek_tag(ber, &length) != LBER_OCTETSTRING)
		return NULL;
	if (ber_scanf(ber, "m", &value) == LBER_ERROR || memchr(value.bv_val, 0, value.bv_len))
		return NULL;
	return arena_memdup(a, value.bv_val, value.bv_len);
}

const char *controls_entry_csn(struct arena *a, LDAPControl **controls)
{
	LDAPControl *c = controls ? ldap_control_find(LDAP_CONTROL_POST_READ, controls, NULL) : NULL;

	if (!c || !c->ldctl_value.bv_val)
		return NULL;
	AUTO_BER BerElement *ber = ber_init(&c->ldctl_value);

	must(ber != NULL);
	return only_value(a, ber);
}
