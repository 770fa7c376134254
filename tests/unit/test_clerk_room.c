/* How full the store and the databases of a real slapd are. */
#include "clerk/room.h"
#include "tests/unit/test_clerk_stage.h"

static int percent_of(struct stage *s, const char *name)
{
	struct rooms rooms;

	assert_int_equal(rooms_read(&clerk, s->a, &rooms), ERR_OK);
	for (size_t i = 0; i < rooms.n; i++)
		if (strcmp(rooms.v[i].name, name) == 0)
			return rooms.v[i].percent;
	fail_msg("%s is not among %zu databases", name, rooms.n);
	return -1;
}

static void test_databases_have_room(void **state)
{
	static const char *const names[] = { "store", "public store", SUFFIX, "cn=accesslog" };

	for (size_t i = 0; i < LENGTH(names); i++)
		assert_in_range(percent_of(*state, names[i]), 0, 10);
}

static void test_the_directory_s_log_fills(void **state)
{
	struct stage *s = *state;
	struct buf changes = buf_new(s->a);

	for (int i = 0; i < 100; i++)
		buf_text(&changes,
			 arena_printf(s->a, "dn: " AGENT "\nchangetype: modify\nreplace: title\ntitle: %04000d\n\n", i));
	slapd_change("dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcDbMaxSize\nolcDbMaxSize: 1048576\n");
	slapd_change(buf_str(&changes));
	assert_in_range(percent_of(s, "cn=accesslog"), 60, 100);
	assert_int_equal(room_run(&clerk, s->a), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_databases_have_room),
		cmocka_unit_test(test_the_directory_s_log_fills),
	};

	return cmocka_run_group_tests(tests, clerk_set_up, clerk_tear_down);
}
