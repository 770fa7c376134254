/* Who may log in, who changes what, and what a name finds. */
#include "tests/unit/test_ldap_slapd.h"

#include "base/secret.h"
#include "base/text.h"
#include "tests/unit/test_mail_addresses.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum bind_outcome bind_of(struct directory *d, const char *dn, struct bytes password)
{
	enum bind_outcome out;

	assert_int_equal(directory_bind(d, dn, password, "test", &out), ERR_OK);
	return out;
}

static void change_agent(enum change_kind kind, const char *name, const char *value, enum err wanted)
{
	AUTO_DIRECTORY struct directory *clerk = slapd_open(SERVICE_CLERK);
	struct change change = { kind, name, { &value, value ? 1 : 0 } };

	assert_int_equal(directory_modify(clerk, slapd.arena, AGENT, &change, 1, "test", NULL), wanted);
}

/* A password of the agent's own, never used before, as after a first login. */
static const char *own_password(void)
{
	AUTO_DIRECTORY struct directory *setter = slapd_open(SERVICE_PASSWORD);
	const char *fresh = secret_token(slapd.arena);
	enum password_outcome out;

	assert_int_equal(directory_install_password(setter, AGENT, bytes_of("Prov1234"), "test"), ERR_OK);
	assert_int_equal(bind_of(setter, AGENT, bytes_of("Prov1234")), BIND_MUST_CHANGE);
	assert_int_equal(directory_change_password(setter, AGENT, bytes_of("Prov1234"), bytes_of(fresh), "test", &out),
			 ERR_OK);
	assert_int_equal(out, PASSWORD_CHANGED);
	return fresh;
}

static size_t found_as(struct directory *d, const char *base, const char *filter)
{
	struct entries found;

	assert_int_equal(directory_search(d, slapd.arena, base, SCOPE_SUBTREE, filter, NULL, 1000, &found), ERR_OK);
	return found.n;
}

static void test_a_login_finds_one_person_or_nobody(void **state)
{
	static const struct {
		const char *login;
		size_t n;
	} logins[] = {
		{ "jmartin", 1 },        { "JMartin", 1 },    { " jmartin ", 1 },   { "ｊｍａｒｔｉｎ", 1 },
		{ "a-000001", 1 },       { "j*", 0 },         { "*", 0 },           { "", 0 },
		{ "jmartin)(uid=*", 0 }, { "*)(|(uid=*", 0 }, { "\\2a", 0 },        { "jmartin\\00", 0 },
		{ "uid=jmartin", 0 },    { AGENT, 0 },        { "jmartin\xFF", 0 }, { "\xC3\xA9", 0 },
		{ "jmartin\n", 0 },      { "web", 0 },        { "leurre", 0 },
	};
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB);

	(void)state;
	for (size_t i = 0; i < LENGTH(logins); i++) {
		print_message("%s\n", logins[i].login);
		const char *who = filter_or(slapd.arena, filter_equal(slapd.arena, "uid", logins[i].login),
					    filter_equal(slapd.arena, "habAgentNumero", logins[i].login), NULL);

		assert_int_equal(found_as(web, SUFFIX,
					  filter_and(slapd.arena, who,
						     filter_equal(slapd.arena, "objectClass", "habAgent"), NULL)),
				 logins[i].n);
	}
}

static void test_entries_are_read_by_length(void **state)
{
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB);
	struct entry e;
	struct entries all;

	(void)state;
	assert_int_equal(directory_read(web, slapd.arena, AGENT, NULL, &e), ERR_OK);
	assert_string_equal(entry_text(&e, "MAIL"), "j.martin@ville.fr");
	assert_true(entry_is(&e, "HABAGENT") && !entry_is(&e, "habPersonnel") && !uuid_is_none(e.uuid));
	assert_null(entry_text(&e, "description")); /* a, NUL, b */
	assert_int_equal(entry_texts(slapd.arena, &e, "description").n, 0);
	assert_int_equal(entry_texts(slapd.arena, &e, "objectClass").n, 2);
	assert_null(entry_text(&e, "objectClass"));
	assert_null(entry_text(&e, "userPassword"));
	assert_int_equal(directory_read(web, slapd.arena, "uid=nobody," PROVIDER, NULL, &e), ERR_NOTFOUND);
	assert_int_equal(directory_read(web, slapd.arena, "nobody", NULL, &e), ERR_INVALID);
	assert_int_equal(directory_search(web, slapd.arena, SUFFIX, SCOPE_SUBTREE, "(objectClass=*)", NULL, 2, &all),
			 ERR_TOOLARGE);
}

/* What we call one name, slapd does too, and the other way round. */
static void test_names_are_one_where_slapd_says_so(void **state)
{
	static const char *const same[] = {
		AGENT,
		"UID=JMARTIN," PROVIDER,
		" uid = jmartin , " PROVIDER,
		"uid=jm\\61rtin," PROVIDER,
		"uid=\\20jmartin\\20," PROVIDER,
		"uid=\"jmartin\"," PROVIDER,
		"uid=ｊｍａｒｔｉｎ," PROVIDER,
		("uid=jmartin,habFournisseurId=f001,ou=Fournisseurs,habCodeCaf=9 21,ou=CAFS," SUFFIX),
	};
	static const char *const other[] = {
		"uid=jmartin\\,ou=x," PROVIDER,
		"uid=j martin," PROVIDER,
		"uid=#04076a6d617274696e," PROVIDER,
		"uid=jmartin\\00," PROVIDER,
		"uid=jmart\\C3\\ADn," PROVIDER,
		"uid=jmartin+cn=Jeanne Martin," PROVIDER,
		PROVIDER,
	};
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB);
	struct entry e, found;
	const char *name, *normal;

	(void)state;
	assert_int_equal(directory_read(web, slapd.arena, AGENT, NULL, &e), ERR_OK);
	assert_int_equal(dn_normal(slapd.arena, e.dn, &name), ERR_OK);
	for (size_t i = 0; i < LENGTH(same); i++) {
		print_message("%s\n", same[i]);
		assert_int_equal(directory_read(web, slapd.arena, same[i], NULL, &found), ERR_OK);
		assert_true(uuid_equal(e.uuid, found.uuid));
		assert_int_equal(dn_normal(slapd.arena, same[i], &normal), ERR_OK);
		assert_string_equal(normal, name);
	}
	for (size_t i = 0; i < LENGTH(other); i++) {
		print_message("%s\n", other[i]);
		assert_true(directory_read(web, slapd.arena, other[i], NULL, &found) || !uuid_equal(e.uuid, found.uuid));
		assert_true(dn_normal(slapd.arena, other[i], &normal) || strcmp(normal, name) != 0);
	}
}

static void test_a_right_is_found_by_its_holder(void **state)
{
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB);
	const char *filter = filter_or(slapd.arena, filter_equal(slapd.arena, "habDroitFonctionnement", AGENT),
				       filter_equal(slapd.arena, "habDroitDisponibilites", AGENT), NULL);

	(void)state;
	assert_int_equal(found_as(web, "ou=cafs," SUFFIX, filter), 1);
	assert_int_equal(found_as(web, "ou=cafs," SUFFIX, filter_equal(slapd.arena, "habDroitDisponibilites", AGENT)), 0);
}

static void test_a_bind_tells_right_from_wrong(void **state)
{
	static const char nul[] = "a\0b";
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB), *log = slapd_open(SERVICE_LOG);
	const char *password = own_password(),
		   *mine = filter_and(slapd.arena, "(reqType=bind)", filter_equal(slapd.arena, "reqDN", AGENT), NULL);
	const char *cut = arena_printf(slapd.arena, "%s%c", password, 0);

	(void)state;
	assert_int_equal(bind_of(web, AGENT, bytes_of(password)), BIND_OK);
	assert_int_equal(bind_of(web, AGENT, bytes_of("faux")), BIND_REFUSED);
	assert_int_equal(bind_of(web, "uid=nobody," PROVIDER, bytes_of("faux")), BIND_REFUSED);
	assert_int_equal(bind_of(web, "nobody", bytes_of("faux")), BIND_REFUSED);
	assert_int_equal(directory_bind_decoy(web, bytes_of("faux"), "test"), ERR_OK);

	size_t before = found_as(log, "cn=accesslog", mine);

	assert_true(before > 0);
	assert_int_equal(bind_of(web, AGENT, bytes_of("")), BIND_REFUSED);
	assert_int_equal(bind_of(web, AGENT, (struct bytes){ (const uint8_t *)nul, 1 }), BIND_REFUSED);
	assert_int_equal(bind_of(web, AGENT, (struct bytes){ (const uint8_t *)nul + 1, 2 }), BIND_REFUSED);
	assert_int_equal(bind_of(web, AGENT, (struct bytes){ (const uint8_t *)cut, strlen(cut) + 1 }), BIND_REFUSED);
	assert_int_equal(bind_of(web, "", bytes_of(password)), BIND_REFUSED);
	assert_int_equal(found_as(log, "cn=accesslog", mine), before + 1); /* that of 'a' alone */

	change_agent(CHANGE_REPLACE, "habStatut", "suspendue", ERR_OK);
	assert_int_equal(bind_of(web, AGENT, bytes_of(password)), BIND_REFUSED);
	change_agent(CHANGE_REPLACE, "habStatut", "active", ERR_OK);
	assert_int_equal(bind_of(web, AGENT, bytes_of(password)), BIND_OK);
}

static void test_a_password_changes_by_its_owner(void **state)
{
	const char *old = own_password(), *fresh = secret_token(slapd.arena);
	const struct {
		const char *old;
		const char *fresh;
		enum password_outcome outcome;
	} tries[] = {
		{ "faux", fresh, PASSWORD_WRONG_OLD }, { "", fresh, PASSWORD_WRONG_OLD },
		{ old, "", PASSWORD_REFUSED },         { old, "7caract", PASSWORD_REFUSED },
		{ old, old, PASSWORD_REFUSED },        { old, "{SSHA}abcdefgh", PASSWORD_REFUSED },
		{ old, fresh, PASSWORD_CHANGED },      { old, fresh, PASSWORD_WRONG_OLD },
		{ fresh, old, PASSWORD_REFUSED }, /* in history */
	};
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB);

	(void)state;
	for (size_t i = 0; i < LENGTH(tries); i++) {
		enum password_outcome out;

		print_message("try %zu\n", i);
		assert_int_equal(directory_change_password(web, AGENT, bytes_of(tries[i].old), bytes_of(tries[i].fresh),
							   "test", &out),
				 ERR_OK);
		assert_int_equal(out, tries[i].outcome);
	}
	assert_int_equal(bind_of(web, AGENT, bytes_of(fresh)), BIND_OK);
}

static void test_a_change_is_the_log_s_by_its_csn_and_its_number(void **state)
{
	AUTO_DIRECTORY struct directory *clerk = slapd_open(SERVICE_CLERK), *log = slapd_open(SERVICE_LOG);
	struct change change = { CHANGE_REPLACE, "cn", { (const char *[]){ "Jeanne Martin-Roy" }, 1 } };
	const char *number = secret_token(slapd.arena), *csn = NULL;
	struct entries found;

	(void)state;
	assert_int_equal(directory_modify(clerk, slapd.arena, AGENT, &change, 1, number, &csn), ERR_OK);
	assert_non_null(csn);
	assert_int_equal(directory_search(log, slapd.arena, "cn=accesslog", SCOPE_SUBTREE,
					  filter_equal(slapd.arena, "entryCSN", csn), NULL, 10, &found),
			 ERR_OK);
	assert_int_equal(found.n, 1);
	assert_string_equal(entry_text(&found.v[0], "reqDN"), AGENT);
	struct strs controls = entry_texts(slapd.arena, &found.v[0], "reqControls");
	bool told = false;

	for (size_t i = 0; i < controls.n; i++)
		told = told || (strstr(controls.v[i], "1.3.6.1.4.1.21008.108.63.1") &&
				strcasestr(controls.v[i], text_hex(slapd.arena, bytes_of(number))));
	assert_true(told);
}

static void test_refused_changes_say_why(void **state)
{
	AUTO_DIRECTORY struct directory *web = slapd_open(SERVICE_WEB), *clerk = slapd_open(SERVICE_CLERK);
	struct change change = { CHANGE_REPLACE, "habStatut", { (const char *[]){ "terminee" }, 1 } };

	(void)state;
	assert_int_equal(directory_modify(web, slapd.arena, AGENT, &change, 1, "test", NULL), ERR_DENIED);
	assert_string_equal(directory_trouble(web), "modify: Insufficient access (50)");
	assert_int_equal(directory_install_password(web, AGENT, bytes_of("Prov1234"), "test"), ERR_DENIED);
	assert_int_equal(directory_install_password(clerk, AGENT, bytes_of("{CLEARTEXT}a"), "test"), ERR_INVALID);
	assert_int_equal(directory_install_password(clerk, AGENT, bytes_of(""), "test"), ERR_INVALID);
	change_agent(CHANGE_REPLACE, "habStatut", "hors-liste", ERR_INVALID);
	change_agent(CHANGE_REPLACE, "habCapacite", "12", ERR_DENIED);
	change_agent(CHANGE_DELETE, "habDemandeMotDePasse", "TRUE", ERR_CONFLICT);
	change_agent(CHANGE_ADD, "habDemandeMotDePasse", "TRUE", ERR_OK);
	change_agent(CHANGE_DELETE, "habDemandeMotDePasse", "TRUE", ERR_OK);
	change_agent(CHANGE_ADD, "habMotifRetrait", "essai", ERR_OK);
	change_agent(CHANGE_ADD, "habMotifRetrait", "essai", ERR_CONFLICT);
	change_agent(CHANGE_REPLACE, "habMotifRetrait", NULL, ERR_OK);
	assert_int_equal(directory_modify(clerk, slapd.arena, "uid=nobody," PROVIDER, &change, 1, "test", NULL),
			 ERR_NOTFOUND);
}

static void test_the_directory_refuses_the_addresses_that_pages_refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(mail_addresses); i++) {
		print_message("%s\n", mail_addresses[i].s);
		change_agent(CHANGE_REPLACE, "mail", mail_addresses[i].s, mail_addresses[i].good ? ERR_OK : ERR_INVALID);
	}
	change_agent(CHANGE_REPLACE, "mail", "j.martin@ville.fr", ERR_OK);
}

static void test_the_clerk_adds_and_purges_an_agent(void **state)
{
	const struct change agent[] = {
		{ CHANGE_ADD, "objectClass", { (const char *[]){ "inetOrgPerson", "habAgent" }, 2 } },
		{ CHANGE_ADD, "uid", { (const char *[]){ "adurand" }, 1 } },
		{ CHANGE_ADD, "cn", { (const char *[]){ "Anaïs Durand" }, 1 } },
		{ CHANGE_ADD, "sn", { (const char *[]){ "Durand" }, 1 } },
		{ CHANGE_ADD, "mail", { (const char *[]){ "a.durand@ville.fr" }, 1 } },
		{ CHANGE_ADD, "habAgentNumero", { (const char *[]){ "A-000002" }, 1 } },
		{ CHANGE_ADD, "habStatut", { (const char *[]){ "demandee" }, 1 } },
	};
	AUTO_DIRECTORY struct directory *clerk = slapd_open(SERVICE_CLERK);
	const char *dn = dn_child(slapd.arena, "uid", "adurand", PROVIDER), *csn = NULL;

	(void)state;
	assert_int_equal(directory_add(clerk, slapd.arena, dn, agent, LENGTH(agent), "test", &csn), ERR_OK);
	assert_non_null(csn);
	assert_int_equal(directory_add(clerk, slapd.arena, dn, agent, LENGTH(agent), "test", NULL), ERR_CONFLICT);
	assert_int_equal(directory_delete(clerk, dn, "test"), ERR_OK);
	assert_int_equal(directory_delete(clerk, dn, "test"), ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_login_finds_one_person_or_nobody),
		cmocka_unit_test(test_entries_are_read_by_length),
		cmocka_unit_test(test_names_are_one_where_slapd_says_so),
		cmocka_unit_test(test_a_right_is_found_by_its_holder),
		cmocka_unit_test(test_a_bind_tells_right_from_wrong),
		cmocka_unit_test(test_a_password_changes_by_its_owner),
		cmocka_unit_test(test_a_change_is_the_log_s_by_its_csn_and_its_number),
		cmocka_unit_test(test_refused_changes_say_why),
		cmocka_unit_test(test_the_directory_refuses_the_addresses_that_pages_refuse),
		cmocka_unit_test(test_the_clerk_adds_and_purges_an_agent),
	};

	return cmocka_run_group_tests(tests, slapd_set_up, slapd_tear_down);
}
