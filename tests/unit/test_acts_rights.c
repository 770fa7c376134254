/* The effective right: every condition broken one at a time. */
#include "acts/rights.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TODAY ((day_t)20000)

struct scene {
	struct person person;
	struct establishment place;
	struct provider provider;
	struct agreement agreement;
};

static const char *one_key[] = { "uid=a,habfournisseurid=f" };
static const char *covered[] = { "habetablissementid=e" };
static const char *other_key[] = { "uid=b,habfournisseurid=f" };

static struct scene whole(void)
{
	struct scene s;

	codec_default(&person_codec, &s.person);
	codec_default(&establishment_codec, &s.place);
	codec_default(&provider_codec, &s.provider);
	codec_default(&agreement_codec, &s.agreement);
	s.person.key = one_key[0];
	s.person.agent = true;
	s.person.status = "active";
	s.person.caf = "921";
	s.person.provider_key = "habfournisseurid=f";
	s.provider.key = "habfournisseurid=f";
	s.provider.caf = "921";
	s.place.key = covered[0];
	s.place.type = "eaje";
	s.place.caf = "921";
	s.place.manager_key = "habfournisseurid=f";
	s.place.listing_keys = (struct strs){ one_key, 1 };
	s.place.places_keys = (struct strs){ one_key, 1 };
	s.agreement.provider_key = "habfournisseurid=f";
	s.agreement.status = "active";
	s.agreement.effect = TODAY - 10;
	s.agreement.due = TODAY + 100;
	s.agreement.covered_keys = (struct strs){ covered, 1 };
	return s;
}

#define CASE(name, families, change) \
	static void name(struct scene *s) \
	{ \
		change; \
	}
#define CASES(X) \
	X(nothing, 3, (void)s) \
	X(only_places, FAMILY_PLACES, s->place.listing_keys.n = 0) \
	X(only_listing, FAMILY_LISTING, s->place.places_keys.n = 0) \
	X(listed_is_another, 0, s->place.listing_keys.v = s->place.places_keys.v = other_key) \
	X(no_key, 0, s->person.key = "") \
	X(staff, 0, s->person.agent = false) \
	X(suspended, 0, s->person.status = "suspendue") \
	X(ended, 0, s->person.status = "terminee") \
	X(no_status, 0, s->person.status = "") \
	X(of_another_provider, 0, s->person.provider_key = "habfournisseurid=g") \
	X(another_manager, 0, s->place.manager_key = "habfournisseurid=g") \
	X(no_manager, 0, s->place.manager_key = "") \
	X(provider_without_key, 0, \
	  (s->provider.key = "", s->place.manager_key = "", s->person.provider_key = "", s->agreement.provider_key = "")) \
	X(provider_of_another_caf, 0, s->provider.caf = "751") \
	X(place_of_another_caf, 0, s->place.caf = "751") \
	X(person_of_another_caf, 0, s->person.caf = "751") \
	X(no_caf, 0, (s->person.caf = "", s->provider.caf = "", s->place.caf = "")) \
	X(unknown_type, 0, s->place.type = "") \
	X(leisure_centre, FAMILY_LISTING, s->place.type = "alsh") \
	X(agreement_of_another, 0, s->agreement.provider_key = "habfournisseurid=g") \
	X(agreement_asked_for, 0, s->agreement.status = "demandee") \
	X(agreement_ended, 0, s->agreement.status = "terminee") \
	X(agreement_without_effect, 0, s->agreement.effect = 0) \
	X(effect_today, 3, s->agreement.effect = TODAY) \
	X(effect_tomorrow, 0, s->agreement.effect = TODAY + 1) \
	X(due_passed_but_renewed, 3, s->agreement.due = TODAY - 30) \
	X(terminated_before_due, 3, s->agreement.termination = TODAY - 1) \
	X(terminated_on_due, 0, (s->agreement.termination = TODAY - 1, s->agreement.due = TODAY)) \
	X(terminated_without_due, 0, (s->agreement.termination = TODAY - 1, s->agreement.due = 0)) \
	X(not_renewed_before_due, 3, s->agreement.not_tacit = true) \
	X(not_renewed_on_due, 0, (s->agreement.not_tacit = true, s->agreement.due = TODAY)) \
	X(not_covered, 0, s->agreement.covered_keys.n = 0) \
	X(place_without_key, 0, s->place.key = "")

CASES(CASE)

static const struct {
	const char *name;
	unsigned families;
	void (*change)(struct scene *s);
} cases[] = {
#define ROW(name, families, change) { #name, families, name },
	CASES(ROW)
#undef ROW
};

static void test_a_right_needs_every_condition(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct scene s = whole();
		struct agreements agreements = { &s.agreement, 1 };

		cases[i].change(&s);
		print_message("%s\n", cases[i].name);
		assert_int_equal(right_families(&s.person, &s.place, &s.provider, &agreements, TODAY), cases[i].families);
	}
}

static void test_one_agreement_of_several_is_enough(void **state)
{
	struct scene s = whole();
	struct agreement both[2] = { s.agreement, s.agreement };
	struct agreements agreements = { both, 2 };

	(void)state;
	both[0].status = "terminee";
	assert_int_equal(right_families(&s.person, &s.place, &s.provider, &agreements, TODAY), 3);
	both[1].covered_keys.n = 0;
	assert_int_equal(right_families(&s.person, &s.place, &s.provider, &agreements, TODAY), 0);
	agreements.n = 0;
	assert_int_equal(right_families(&s.person, &s.place, &s.provider, &agreements, TODAY), 0);
}

static void test_an_agreement_beside_one_that_does_not_count_covers(void **state)
{
	struct scene s = whole();
	struct agreement both[2] = { s.agreement, s.agreement };
	struct agreements all = { both, 1 };

	(void)state;
	both[0].uuid.b[0] = 1;
	both[1].uuid.b[0] = 2;
	assert_true(agreements_cover(&all, UUID_NONE, &s.place, TODAY));
	assert_false(agreements_cover(&all, both[0].uuid, &s.place, TODAY));
	all.n = 2;
	assert_true(agreements_cover(&all, both[0].uuid, &s.place, TODAY));
	both[1].status = "terminee";
	assert_false(agreements_cover(&all, both[0].uuid, &s.place, TODAY));
	all.n = 0;
	assert_false(agreements_cover(&all, UUID_NONE, &s.place, TODAY));
}

static const struct {
	bool agent;
	const char *person_caf, *status, *group_caf, *role;
	unsigned given;
} groups[] = {
	{ false, "921", "active", "921", "valideurs", ROLE_CAF_REVIEWER },
	{ false, "921", "active", "921", "administrateurs", ROLE_CAF_ADMIN },
	{ false, "921", "active", "921", "auditeurs", ROLE_CAF_AUDITOR },
	{ false, "", "active", "", "auditeurs", ROLE_NATIONAL_AUDITOR },
	{ false, "", "active", "", "administrateurs", ROLE_OPERATOR },
	{ false, "921", "active", "", "auditeurs", ROLE_NATIONAL_AUDITOR },
	{ false, "", "active", "", "valideurs", 0 },
	{ false, "751", "active", "921", "valideurs", 0 },
	{ false, "", "active", "921", "auditeurs", 0 },
	{ true, "921", "active", "921", "valideurs", 0 },
	{ true, "921", "active", "", "administrateurs", 0 },
	{ false, "921", "suspendue", "921", "valideurs", 0 },
	{ false, "921", "active", "921", "", 0 },
};

static void test_a_group_gives_only_its_own_caf(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(groups); i++) {
		struct person p;
		struct group g;

		codec_default(&person_codec, &p);
		codec_default(&group_codec, &g);
		p.agent = groups[i].agent;
		p.caf = groups[i].person_caf;
		p.status = groups[i].status;
		g.caf = groups[i].group_caf;
		g.role = groups[i].role;
		print_message("%zu %s of %s\n", i, groups[i].role, groups[i].group_caf);
		assert_int_equal(group_role(&g, &p), groups[i].given);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_right_needs_every_condition),
		cmocka_unit_test(test_one_agreement_of_several_is_enough),
		cmocka_unit_test(test_an_agreement_beside_one_that_does_not_count_covers),
		cmocka_unit_test(test_a_group_gives_only_its_own_caf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
