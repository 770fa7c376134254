#include "store/ops.h"
#include "test_store_common.h"

static struct bytes text(const char *s)
{
	return bytes_of(s);
}

/* ---- building and the wire ---- */

static struct changeset *of_everything(struct arena *a)
{
	struct changeset *cs = changeset_new(a);

	changeset_expect(cs, TABLE_GRID, text("e"), 7);
	changeset_expect(cs, TABLE_LISTING, text("e"), REV_ABSENT);
	changeset_put(cs, TABLE_LISTING, text("e"), text("listing"));
	changeset_put(cs, TABLE_SESSION_OF, text("s"), BYTES_NONE);
	changeset_delete(cs, TABLE_GRID, text("e"));
	changeset_append(cs, TABLE_JOB, text("job"));
	changeset_publish(cs, TABLE_PUBLIC_LISTING, text("E"), text("page"));
	changeset_unpublish(cs, TABLE_PUBLIC_NEAR, text("E"));
	changeset_purge(cs, 12);
	changeset_at(cs, T0);
	note(cs, EVENT_REVISION_ACCEPTED);
	note(cs, EVENT_SERVICE);
	return cs;
}

static void test_wire_form_comes_back(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = of_everything(a), *got;
	struct bytes wire = changeset_encode(a, cs);

	assert_int_equal(changeset_check(cs), ERR_OK);
	assert_int_equal(changeset_decode(a, wire, &got), ERR_OK);
	assert_string_equal(changeset_id(a, got), changeset_id(a, cs));
	assert_true(bytes_equal(changeset_encode(a, got), wire));
	assert_int_equal(got->n, cs->n);
	assert_int_equal(got->bytes, cs->bytes);
	assert_true(got->publishes);
	assert_int_equal(changeset_decode(a, changeset_outbound(a, cs), &got), ERR_OK);
	assert_int_equal(got->n, 2);
}

static void test_damaged_wire_is_refused_or_another_changeset(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct bytes wire = changeset_encode(a, of_everything(a));

	for (size_t n = 0; n < wire.n; n++) {
		AUTO_ARENA struct arena *b = arena_new();
		uint8_t *copy = (uint8_t *)arena_memdup(b, wire.p, wire.n);
		struct changeset *got;

		assert_int_equal(changeset_decode(b, (struct bytes){ (uint8_t *)arena_memdup(b, wire.p, n), n }, &got),
				 ERR_MALFORMED);
		for (unsigned bit = 0; bit < 8; bit++) {
			copy[n] ^= (uint8_t)(1u << bit);
			if (changeset_decode(b, (struct bytes){ copy, wire.n }, &got) == ERR_OK)
				(void)changeset_encode(b, got);
			copy[n] ^= (uint8_t)(1u << bit);
		}
	}
}

static void test_ids_are_taken_and_given(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a), *other = changeset_new(a);
	const char *id = changeset_id(a, cs);

	assert_int_equal(strlen(id), 32);
	assert_string_not_equal(id, changeset_id(a, other));
	assert_int_equal(changeset_set_id(other, id), ERR_OK);
	assert_string_equal(id, changeset_id(a, other));
	assert_int_not_equal(changeset_set_id(other, "12"), ERR_OK);
	assert_int_not_equal(changeset_set_id(other, "zz000000000000000000000000000000"), ERR_OK);
	assert_string_equal(id, changeset_id(a, other));
}

/* ---- what a changeset may not do ---- */

static const uint8_t long_key[512];

/* op: p put, d delete, e expect, a append, P publish, U unpublish; n: with an audit record */
static const struct {
	char op;
	enum table table;
	size_t key;
	bool note;
	enum err want;
} rules[] = {
	{ 'p', TABLE_LISTING, 1, true, ERR_OK },
	{ 'p', TABLE_LISTING, 511, true, ERR_OK },
	{ 'p', TABLE_LISTING, 0, true, ERR_INTERNAL },
	{ 'p', TABLE_LISTING, 512, true, ERR_INTERNAL },
	{ 'd', TABLE_LISTING, 0, true, ERR_INTERNAL },
	{ 'e', TABLE_LISTING, 0, true, ERR_INTERNAL },
	{ 'p', TABLE_META, 1, true, ERR_INTERNAL },
	{ 'p', TABLE_APPLIED, 1, true, ERR_INTERNAL },
	{ 'p', TABLE_OUTBOUND, 1, true, ERR_INTERNAL },
	{ 'p', TABLE_AUDIT, 8, true, ERR_INTERNAL },
	{ 'd', TABLE_AUDIT, 8, true, ERR_INTERNAL },
	{ 'p', TABLE_AUDIT_BY_PERSON, 1, true, ERR_INTERNAL },
	{ 'd', TABLE_AUDIT_BY_PERSON, 1, true, ERR_INTERNAL },
	{ 'p', TABLE_PUBLIC_LISTING, 1, true, ERR_INTERNAL },
	{ 'P', TABLE_PUBLIC_LISTING, 1, true, ERR_OK },
	{ 'P', TABLE_PUBLIC_LISTING, 1, false, ERR_OK },
	{ 'U', TABLE_PUBLIC_LISTING, 1, false, ERR_OK },
	{ 'P', TABLE_PUBLIC_META, 1, true, ERR_INTERNAL },
	{ 'P', TABLE_LISTING, 1, true, ERR_INTERNAL },
	{ 'U', TABLE_LISTING, 1, true, ERR_INTERNAL },
	{ 'a', TABLE_JOB, 0, false, ERR_OK },
	{ 'a', TABLE_MAIL, 0, false, ERR_OK },
	{ 'a', TABLE_LISTING, 0, true, ERR_INTERNAL },
	{ 'p', TABLE_LISTING, 1, false, ERR_INTERNAL },
	{ 'd', TABLE_LISTING, 1, false, ERR_INTERNAL },
	{ 'p', TABLE_REVISION, 1, false, ERR_INTERNAL },
	{ 'p', TABLE_GRID, 1, false, ERR_INTERNAL },
	{ 'p', TABLE_TODO, 1, false, ERR_INTERNAL },
	{ 'p', TABLE_REQUEST, 1, false, ERR_INTERNAL },
	{ 'p', TABLE_TEMP_PASSWORD, 1, false, ERR_INTERNAL },
	{ 'd', TABLE_TEMP_PASSWORD, 1, false, ERR_OK },
	{ 'p', TABLE_SESSION, 1, false, ERR_OK },
	{ 'p', TABLE_SESSION_OF, 1, false, ERR_OK },
	{ 'p', TABLE_THROTTLE, 1, false, ERR_OK },
	{ 'p', TABLE_DRAFT, 1, false, ERR_OK },
	{ 'p', TABLE_KEPT, 1, false, ERR_OK },
	{ 'p', TABLE_MIRROR_PERSON, 1, false, ERR_OK },
	{ 'd', TABLE_MIRROR_IN, 1, false, ERR_OK },
};

static void test_rules_of_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rules); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct changeset *cs = changeset_new(a);
		struct bytes key = { long_key, rules[i].key };

		print_message("%c %s %zu\n", rules[i].op, table_name(rules[i].table), rules[i].key);
		switch (rules[i].op) {
		case 'p':
			changeset_put(cs, rules[i].table, key, text("v"));
			break;
		case 'd':
			changeset_delete(cs, rules[i].table, key);
			break;
		case 'e':
			changeset_expect(cs, rules[i].table, key, 1);
			break;
		case 'a':
			changeset_append(cs, rules[i].table, text("v"));
			break;
		case 'P':
			changeset_publish(cs, rules[i].table, key, text("v"));
			break;
		default:
			changeset_unpublish(cs, rules[i].table, key);
			break;
		}
		if (rules[i].note)
			note(cs, EVENT_SERVICE);
		assert_int_equal(changeset_check(cs), rules[i].want);
	}
}

static void test_nothing_is_no_changeset(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();

	assert_int_equal(changeset_check(changeset_new(a)), ERR_INTERNAL);
}

static void test_parts_are_joined(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *whole = changeset_new(a), *part = changeset_new(a), *once = changeset_new(a);
	struct audit_record r = { .event = "service" };
	uint8_t *big = arena_alloc(a, CHANGESET_BYTES_MAX);

	assert_int_equal(changeset_set_id(once, changeset_id(a, whole)), ERR_OK);
	changeset_put(whole, TABLE_DRAFT, text("k"), text("1"));
	changeset_expect(part, TABLE_DRAFT, text("l"), 7);
	changeset_put(part, TABLE_DRAFT, text("l"), text("2"));
	changeset_audit(part, &r);
	changeset_join(whole, part);
	changeset_put(once, TABLE_DRAFT, text("k"), text("1"));
	changeset_expect(once, TABLE_DRAFT, text("l"), 7);
	changeset_put(once, TABLE_DRAFT, text("l"), text("2"));
	changeset_audit(once, &r);
	assert_true(bytes_equal(changeset_encode(a, whole), changeset_encode(a, once)));
	/* each fits, both do not; and what did not fit before does not fit now */
	changeset_put(part, TABLE_DRAFT, text("m"), (struct bytes){ big, CHANGESET_BYTES_MAX / 2 });
	changeset_put(once, TABLE_DRAFT, text("n"), (struct bytes){ big, CHANGESET_BYTES_MAX / 2 });
	changeset_join(once, part);
	assert_int_equal(changeset_check(once), ERR_TOOLARGE);
	changeset_join(whole, once);
	assert_int_equal(changeset_check(whole), ERR_TOOLARGE);
}

static void test_bounds_stick(void **state)
{
	(void)state;
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);
	uint8_t *big = arena_alloc(a, CHANGESET_BYTES_MAX);

	changeset_put(cs, TABLE_DRAFT, text("k"), (struct bytes){ big, CHANGESET_BYTES_MAX / 2 });
	assert_int_equal(changeset_check(cs), ERR_OK);
	changeset_put(cs, TABLE_DRAFT, text("l"), (struct bytes){ big, CHANGESET_BYTES_MAX / 2 });
	assert_int_equal(changeset_check(cs), ERR_TOOLARGE);
	cs = changeset_new(a);
	for (size_t i = 0; i < CHANGESET_OPS_MAX; i++)
		changeset_delete(cs, TABLE_DRAFT, text("k"));
	assert_int_equal(changeset_check(cs), ERR_OK);
	changeset_delete(cs, TABLE_DRAFT, text("k"));
	assert_int_equal(changeset_check(cs), ERR_TOOLARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire_form_comes_back),
		cmocka_unit_test(test_damaged_wire_is_refused_or_another_changeset),
		cmocka_unit_test(test_ids_are_taken_and_given),
		cmocka_unit_test(test_rules_of_tables),
		cmocka_unit_test(test_nothing_is_no_changeset),
		cmocka_unit_test(test_parts_are_joined),
		cmocka_unit_test(test_bounds_stick),
	};

	return cmocka_run_group_tests(tests, secrets_ready, NULL);
}
