/* The auditors' queries: their scope, their own record, what they should look at. */
#include "acts/deeds.h"
#include "acts/log_alerts.h"
#include "acts/register_import.h"
#include "tests/unit/test_acts_service.h"

#include <glob.h>

/* --- points of attention --- */

#define NOON ((int64_t)1795431600000) /* 23 November 2026, 12 h in Paris */

static struct audit_record event_at(int64_t at, uint8_t person, const char *address, enum event ev, const char *cause,
				    const char *session)
{
	struct audit_record r;

	codec_default(&audit_record_codec, &r);
	r.time = at;
	r.person.b[0] = person;
	r.number = person == 1 ? "VDA-4821" : "VDA-4822";
	r.address = address;
	r.event = event_code(ev);
	r.failed = *cause != '\0';
	r.cause = cause;
	r.session = session;
	return r;
}

static bool never_seen(void *user, const struct audit_record *first)
{
	(void)first;
	return *(bool *)user;
}

struct told {
	struct log_alert *v;
	size_t n;
};

static struct told look(struct arena *a, struct audit_record *v, size_t n, bool unseen)
{
	struct told out = { 0 };

	for (size_t i = 0; i < n; i++)
		v[i].seq = 41 + i;
	log_alerts(a, v, n, NOON + DAY_MS, never_seen, &unseen, &out.v, &out.n);
	return out;
}

static void test_three_failures_from_a_new_address_are_told(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct audit_record v[] = {
		event_at(NOON, 2, "203.0.113.77", EVENT_LOGIN, "wrong_password", ""),
		event_at(NOON + 14 * SECOND_MS, 2, "203.0.113.77", EVENT_LOGIN, "wrong_password", ""),
		event_at(NOON + 20 * SECOND_MS, 1, "203.0.113.77", EVENT_LOGIN, "wrong_password", ""),
		event_at(NOON + 42 * SECOND_MS, 2, "203.0.113.77", EVENT_LOGIN, "wrong_password", ""),
	};

	(void)state;
	struct told told = look(a, v, LENGTH(v), true);

	assert_int_equal(told.n, 1);
	assert_non_null(
		strstr(told.v[0].text,
		       "VDA-4822 : 3 échecs en 42 secondes depuis une adresse jamais vue, 203.0.113.77, le 23 novembre"));
	assert_non_null(strstr(told.v[0].text, " à 12 h"));
	assert_string_equal(told.v[0].number, "VDA-4822");
	assert_string_equal(told.v[0].lines, "41,42,44"); /* not the other person's in between */
	assert_true(told.v[0].from == NOON && told.v[0].until == NOON + 42 * SECOND_MS);
	assert_int_equal(look(a, v, LENGTH(v), false).n, 0);
	v[3].time = NOON + 11 * MINUTE_MS;
	assert_int_equal(look(a, v, LENGTH(v), true).n, 0);
}

static const struct {
	const char *name, *first, *second, *ending;
	int64_t second_at;
	size_t told;
} pairs[] = {
	{ "two networks", "198.51.100.24", "203.0.113.77", "", HOUR_MS, 1 },
	{ "one network", "198.51.100.24", "198.51.7.1", "", HOUR_MS, 0 },
	{ "one after the other", "198.51.100.24", "203.0.113.77", "logout", HOUR_MS, 0 },
	{ "before the end", "198.51.100.24", "203.0.113.77", "logout", MINUTE_MS, 1 },
	{ "one IPv6 network", "2001:db8:1::1", "2001:db8:2::1", "", HOUR_MS, 0 },
	{ "IPv6 and IPv4", "2001:db8:1::1", "198.51.7.1", "", HOUR_MS, 1 },
};

static void test_sessions_at_once_from_two_networks_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct audit_record v[3] = { event_at(NOON, 1, pairs[i].first, EVENT_LOGIN, "", "aaaa") };
		size_t n = 1;
		struct audit_record end = event_at(NOON + 30 * MINUTE_MS, 1, pairs[i].first, EVENT_LOGOUT, "", "aaaa");
		struct audit_record second =
			event_at(NOON + pairs[i].second_at, 1, pairs[i].second, EVENT_LOGIN, "", "bbbb");

		if (*pairs[i].ending && end.time < second.time)
			v[n++] = end;
		v[n++] = second;
		if (*pairs[i].ending && end.time >= second.time)
			v[n++] = end;
		print_message("%s\n", pairs[i].name);
		struct told told = look(a, v, n, false);

		assert_int_equal(told.n, pairs[i].told);
		if (told.n)
			assert_string_equal(told.v[0].lines, "41,42");
	}
}

static void test_logins_at_night_are_told_once_a_person(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct audit_record v[] = {
		event_at(NOON + 10 * HOUR_MS - MINUTE_MS, 1, "198.51.100.24", EVENT_LOGIN, "", "aaaa"), /* 21 h 59 */
		event_at(NOON + 10 * HOUR_MS, 1, "198.51.100.24", EVENT_LOGIN, "", "bbbb"),
		event_at(NOON + 16 * HOUR_MS, 1, "198.51.100.24", EVENT_LOGIN, "", "cccc"),
		event_at(NOON + 17 * HOUR_MS, 1, "198.51.100.24", EVENT_LOGIN, "", "dddd"), /* 5 h */
	};

	(void)state;
	struct told told = look(a, v, LENGTH(v), false);

	assert_int_equal(told.n, 1);
	assert_non_null(strstr(told.v[0].text, "2 connexions de nuit"));
	assert_string_equal(told.v[0].lines, "42,43");
	assert_int_equal(look(a, v + 3, 1, false).n, 0);
}

static void test_a_long_burst_lists_its_first_hundred(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct audit_record v[LOG_LINES_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(v); i++)
		v[i] = event_at(NOON + (int64_t)i, 1, "203.0.113.77", EVENT_LOGIN, "wrong_password", "");
	struct told told = look(a, v, LENGTH(v), true);

	assert_int_equal(told.n, 1);
	assert_int_equal(told.v[0].n, LOG_LINES_MAX + 1);
	assert_int_equal(told.v[0].listed, LOG_LINES_MAX);
	assert_non_null(strstr(told.v[0].lines, ",140"));
	assert_null(strstr(told.v[0].lines, ",141"));
}

static void test_a_user_agent_is_named(void **state)
{
	static const char *const cases[][2] = {
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows" },
		{ "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
		  "Chrome, Android" },
		{ "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
		  "Edge, Windows" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604",
		  "Safari, iPhone" },
		{ "curl/8.1", "curl" },
		{ "x", "Autre logiciel" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(user_agent_label(a, cases[i][0]), cases[i][1]);
	}
	assert_string_equal(cause_label("never_activated"), "Compte jamais activé");
	assert_string_equal(cause_label("no_such_cause"), "no_such_cause");
}

/* --- details --- */

static const struct {
	const char *detail, *text;
} details[] = {
	{ "sections=hours,project", "rubriques : Horaires, Projet d’accueil" },
	{ "reasons=publicite,autre", "motif : Publicité, même déguisée, Autre motif" },
	{ "agreement=921-2026-0001", "convention 921-2026-0001" },
	{ "signed_provider=2026-11-22", "signée par le fournisseur le 22/11/2026" },
	{ "stage=agreement_sent", "étape : convention envoyée" },
	{ "note=incomplete", "pli reçu incomplet" },
	{ "right=VDA-4821 921000042 3", "droit : VDA-4821 921000042, fonctionnement et places libres" },
	{ "right=VDA-4821", "droit : VDA-4821" },
	{ "how=made", "établissement créé" },
	{ "kind=retrait-droit", "nature : retirer un droit" },
	{ "at=2026-11-23T11:00:00Z", "fait le 23 novembre 2026 à 12 h" },
	{ "operation=modify", "opération : modification" },
	/* what the directory wrote is not ours to translate */
	{ "change=habActifs:+ cn=open,ou=full", "changement : habActifs:+ cn=open,ou=full" },
	{ "change=(not text)", "changement : valeur binaire" },
	{ "report=0190f0f0-1234-7abc-8def-0123456789ab", "signalement 0190f0f0" },
	{ "evenement=login", "événement : Connexion" },
	{ "first=1", "première connexion" },
	{ "cancelled=yes", "résiliation annulée" },
	{ "no_such=1", "no_such=1" },
	{ "plain", "plain" },
};

static void test_details_are_said_in_french(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(details); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(detail_text(a, details[i].detail), details[i].text);
	}
}

/* How the directory's log has it, and how a file of the Caf tells it. */
static const struct {
	const char *details[6];
	const char *text;
} altered[] = {
	{ { "operation=add", "change=uid:+ m.querrien" }, "création" },
	{ { "operation=delete", "before=uid: m.querrien" }, "suppression" },
	{ { "operation=modrdn", "name=habConventionNumero=921-2" }, "nouveau nom « habConventionNumero=921-2 »" },
	{ { "operation=modify", "change=habStatut:= terminee", "before=habStatut: active" },
	  "habStatut « active » → « terminee »" },
	{ { "operation=modify", "change=habDateEcheance:= 20280309000000Z", "before=habDateEcheance: 20270309000000Z" },
	  "habDateEcheance « 09/03/2027 » → « 09/03/2028 »" },
	{ { "operation=modify", "change=title:= Directrice", "change=habStatut:= active", "before=habStatut: suspendue" },
	  "title + « Directrice », habStatut « suspendue » → « active »" },
	{ { "operation=modify", "change=habMotifRetrait:=", "before=habMotifRetrait: Congé" },
	  "habMotifRetrait − « Congé »" },
	{ { "operation=modify", "change=habMotifRetrait:-", "before=habmotifretrait: Congé" },
	  "habMotifRetrait − « Congé »" },
	{ { "operation=modify", "change=habEtablissementCouvert:- habEtablissementId=E0014,ou=etablissements,dc=hab" },
	  "habEtablissementCouvert − « E0014 »" },
	/* a whole list, sent again with one more */
	{ { "operation=modify", "change=member:= uid=a,dc=hab", "change=member:= uid=b,dc=hab",
	    "before=member: uid=a,dc=hab" },
	  "member + « b »" },
	{ { "operation=modify", "change=mail:- a@v.example", "change=mail:+ b@v.example" },
	  "mail « a@v.example » → « b@v.example »" },
	{ { "operation=modify", "change=userPassword" }, "userPassword" },
	{ { "operation=modify", "change=street:= 1, rue du Bac", "before=street: 2, rue du Bac" },
	  "street « 2, rue du Bac » → « 1, rue du Bac »" },
};

static void test_a_change_of_the_directory_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(altered); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct audit_record r = act_record(a, &(struct visitor){ .address = "" }, EVENT_DIRECTORY_CHANGE);

		for (size_t k = 0; k < LENGTH(altered[i].details) && altered[i].details[k]; k++)
			strs_add(a, &r.details, altered[i].details[k]);
		assert_string_equal(deed_change_text(a, &r), altered[i].text);
	}
}

static const char *file_text(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf out = buf_new(a);

	assert_non_null(f);
	for (int c; (c = fgetc(f)) != EOF;)
		buf_byte(&out, (uint8_t)c);
	fclose(f);
	return buf_str(&out);
}

static void assert_labelled(struct arena *a, const char *name, const char *where)
{
	if (strchr(detail_text(a, arena_printf(a, "%s=1", name)), '='))
		fail_msg("%s: detail_text() has no label for \"%s\"", where, name);
}

/* The argument of that index of a call whose parenthesis is open at p. */
static const char *argument(struct arena *a, const char *p, size_t index)
{
	const char *start = p;

	for (int depth = 0; *p && depth >= 0; p++) {
		depth += (*p == '(') - (*p == ')');
		if (depth < 0 || (!depth && *p == ',')) {
			if (!index--)
				return arena_memdup(a, start, (size_t)(p - start));
			start = p + 1 + strspn(p + 1, " \t\n");
		}
	}
	return "";
}

/* Calls that hand a name on to act_detail(), and where its own argument is none. */
static const struct {
	const char *file, *call;
	size_t index;
} handing_on[] = {
	{ "acts/log_check.c", "add_number(", 2 },        { "acts/calendar_agreement.c", "record(", 2 },
	{ "clerk/journal.c", "add_changes(", 3 },        { "acts/log.c", "log_form", 0 },
	{ "acts/register_import.c", "import_files", 0 }, { "ctl/audit.c", "options", 0 },
};

static size_t look_at_calls(struct arena *a, const char *file, const char *text, const char *call, size_t index)
{
	bool handed_on = false;
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(handing_on); i++)
		handed_on |= strcmp(file, handing_on[i].file) == 0;
	for (const char *p = text; (p = strstr(p, call)); p++) {
		const char *name = argument(a, p + strlen(call), index);

		if (strncmp(name, "const ", 6) == 0)
			continue;
		if (*name == '"')
			assert_labelled(a, arena_memdup(a, name + 1, strcspn(name + 1, "\"")), file);
		else if (!handed_on)
			fail_msg("%s: act_detail() takes a name from elsewhere: %s", file, name);
		n++;
	}
	return n;
}

static void test_every_detail_has_a_label(void **state)
{
	static const char *const patterns[] = { "acts/*.c", "clerk/*.c", "ctl/*.c", "fcgi/page/*.c" };
	static const char *const of_store[] = { "from", "to", "purged" };
	AUTO_ARENA struct arena *a = arena_new();
	const char *source = getenv("HABILIS_SRC") ? getenv("HABILIS_SRC") : ".", *text;
	size_t n = 0;

	(void)state;
	for (size_t k = 0; k < LENGTH(patterns); k++) {
		glob_t found;

		assert_int_equal(glob(arena_printf(a, "%s/%s", source, patterns[k]), 0, NULL, &found), 0);
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *file = found.gl_pathv[i] + strlen(source) + 1;

			text = file_text(a, found.gl_pathv[i]);
			n += look_at_calls(a, file, text, "act_detail(", 2);
			for (size_t h = 0; h < LENGTH(handing_on); h++)
				if (handing_on[h].index && strcmp(handing_on[h].file, file) == 0)
					n += look_at_calls(a, file, text, handing_on[h].call, handing_on[h].index);
		}
		globfree(&found);
	}
	assert_true(n > 70);
	for (size_t i = 0; i < log_form.n; i++)
		assert_labelled(a, log_form.fields[i].name, "log_form");
	for (size_t k = 0; k < IMPORT__MAX; k++)
		assert_labelled(a, import_files[k], "import_files");
	for (size_t i = 0; i < LENGTH(of_store); i++)
		assert_labelled(a, of_store[i], "store");
	text = strstr(file_text(a, arena_printf(a, "%s/ctl/commands.c", source)), "\"from= until=");
	assert_non_null(text);
	for (const char *p = text + 1; *p != '"'; p += strcspn(p, " \"") + (p[strcspn(p, " \"")] == ' '))
		assert_labelled(a, arena_memdup(a, p, strcspn(p, "= ")), "habilisctl audit query");
}

/* --- queries --- */

static struct input input_of(struct arena *a, const char *text)
{
	struct pair *raw;
	struct input in;
	size_t n;

	assert_int_equal(urlencoded_parse(a, bytes_of(text), &raw, &n), ERR_OK);
	assert_int_equal(input_take(a, &log_form, raw, n, &in), ERR_OK);
	return in;
}

static enum err query(struct stage *s, const char *uid, const char *text, struct faults *faults, struct log_view *out)
{
	struct visitor who = logged_in(s, uid);
	struct input in = input_of(s->a, text);

	*faults = (struct faults){ 0 };
	return log_read(&s->app, s->a, &who, EVENT_CONNECTION, &in, 0, 100, faults, out);
}

static void note(struct stage *s, const char *caf, const char *number)
{
	struct visitor who = s->from;
	struct audit_record r = act_record(s->a, &who, EVENT_LOGIN);

	r.caf = caf;
	r.number = number;
	assert_int_equal(act_note(&s->app, s->a, &who, &r), ERR_OK);
}

static void test_a_caf_auditor_sees_his_caf_and_the_query_is_recorded(void **state)
{
	struct stage *s = *state;
	struct faults faults;
	struct log_view v;

	note(s, "921", "A-000001");
	note(s, "751", "P-000001");
	note(s, "", "");
	assert_int_equal(query(s, "c.auditeur", "evenement=Connexion", &faults, &v), ERR_OK);
	assert_int_equal(v.total, 1);
	assert_string_equal(v.page.v[0].number, "A-000001");
	struct audit_record r = last_record(s, EVENT_LOG_QUERY);

	assert_string_equal(r.number, "921-0002");
	assert_string_equal(arg_of(&r.details, "evenement"), "Connexion");
	assert_int_equal(query(s, "n.auditeur", "evenement=login", &faults, &v), ERR_OK);
	assert_int_equal(v.total, 3);
	/* what he may not see, he does not find by asking for it */
	assert_int_equal(query(s, "c.auditeur", "agent=P-000001", &faults, &v), ERR_OK);
	assert_int_equal(v.total, 0);
	assert_int_equal(query(s, "a.valideur", "", &faults, &v), ERR_DENIED);
	assert_int_equal(query(s, "pdurand", "", &faults, &v), ERR_DENIED);
	assert_int_equal(query(s, "n.auditeur", "journal=connexions", &faults, &v), ERR_OK);
	r = last_record(s, EVENT_LOG_EXPORT);
	assert_string_equal(r.number, "CNAF-0001");
	assert_true(v.page.n > 0);
	assert_string_equal(arg_of(&r.details, "exported"), arena_printf(s->a, "%zu", v.page.n));
}

/* What a point of attention leads to: those lines, in the auditor's scope. */
static void test_lines_asked_for_by_number(void **state)
{
	static const char *const broken[] = { "lignes=x", "lignes=1%2C%2C2", "lignes=1%2C", "lignes=0", "lignes=-1" };
	struct stage *s = *state;
	struct faults faults;
	struct log_view v;
	struct buf many = buf_new(s->a);

	assert_int_equal(query(s, "n.auditeur", "evenement=login", &faults, &v), ERR_OK);
	assert_int_equal(v.total, 3);
	unsigned long long first = v.page.v[2].seq, second = v.page.v[1].seq;
	const char *text = arena_printf(s->a, "lignes=%llu%%2C%llu%%2C%llu%%2C99999", first, second, first);

	assert_int_equal(query(s, "n.auditeur", text, &faults, &v), ERR_OK);
	assert_int_equal(v.total, 2);
	assert_true(v.page.v[0].seq == second && v.page.v[1].seq == first);
	assert_string_equal(v.who.names[0], "");
	/* the second is another Caf's */
	assert_int_equal(query(s, "c.auditeur", text, &faults, &v), ERR_OK);
	assert_int_equal(v.total, 1);
	assert_true(v.page.v[0].seq == first);
	struct audit_record r = last_record(s, EVENT_LOG_QUERY);

	assert_non_null(strstr(arg_of(&r.details, "lignes"), ",99999"));
	for (size_t i = 0; i < LENGTH(broken); i++)
		assert_int_equal(query(s, "n.auditeur", broken[i], &faults, &v), ERR_MALFORMED);
	buf_text(&many, "lignes=1");
	for (size_t i = 0; i < LOG_LINES_MAX; i++)
		buf_text(&many, "%2C1");
	assert_int_equal(query(s, "n.auditeur", buf_str(&many), &faults, &v), ERR_MALFORMED);
}

static void test_one_person_in_scope(void **state)
{
	struct stage *s = *state;
	struct visitor caf = logged_in(s, "c.auditeur"), national = logged_in(s, "n.auditeur"),
		       agent = logged_in(s, "pdurand");
	struct log_person x;
	const char *elsewhere;

	assert_int_equal(log_person_read(&s->app, s->a, &caf, "A-000002", 5, &x, &elsewhere), ERR_OK);
	assert_false(x.left);
	assert_string_equal(x.as.person.name, "Paul Durand");
	assert_int_equal(x.as.roles, ROLE_AGENT);
	assert_string_equal(x.as.provider.id, "F001");
	assert_true(x.n == 1 && x.periods[0].family == PERIOD_ACTIVE && !x.periods[0].until);
	struct audit_record r = last_record(s, EVENT_LOG_QUERY);

	assert_string_equal(r.number, "921-0002");
	assert_string_equal(r.object_kind, "person");
	assert_string_equal(r.object_id, "A-000002");
	size_t before = records_of(s, EVENT_LOG_QUERY);

	/* out of scope: named to the caller, for the refusal's record, and not read */
	assert_int_equal(log_person_read(&s->app, s->a, &caf, "CNAF-0001", 5, &x, &elsewhere), ERR_NOTFOUND);
	assert_int_equal(log_person_read(&s->app, s->a, &caf, "A-009999", 5, &x, &elsewhere), ERR_NOTFOUND);
	assert_string_equal(elsewhere, "");
	assert_int_equal(log_person_read(&s->app, s->a, &agent, "A-000002", 5, &x, &elsewhere), ERR_DENIED);
	assert_int_equal(records_of(s, EVENT_LOG_QUERY), before);

	/* gone from the directory: where he last logged in, and nowhere else (the notes above) */
	assert_int_equal(log_person_read(&s->app, s->a, &national, "P-000001", 5, &x, &elsewhere), ERR_OK);
	assert_true(x.left && x.connections.n == 1);
	assert_string_equal(x.as.person.number, "P-000001");
	assert_int_equal(log_person_read(&s->app, s->a, &caf, "P-000001", 5, &x, &elsewhere), ERR_NOTFOUND);
}

static void test_the_night_s_check_is_kept_in_the_log(void **state)
{
	struct stage *s = *state;
	struct audit_verdict whole = { .whole = true, .records = 8841, .seals = 9 },
			     broken = { .bad_seq = 77, .records = 76 };
	struct log_check last;

	assert_int_equal(log_check_last(&s->app, s->a, &last), ERR_OK);
	assert_true(!last.begun && !last.ended);
	assert_true(log_check_is_due(&last, clock_now()));
	assert_int_equal(log_check_note(&s->app, s->a, NULL), ERR_OK);
	assert_int_equal(log_check_last(&s->app, s->a, &last), ERR_OK);
	assert_true(last.begun && !last.ended && !last.whole);
	assert_int_equal(log_check_note(&s->app, s->a, &whole), ERR_OK);
	assert_int_equal(log_check_last(&s->app, s->a, &last), ERR_OK);
	assert_true(last.ended && last.whole);
	assert_string_equal(last.records, "8841");
	assert_string_equal(last.seals, "9");
	assert_int_equal(log_check_note(&s->app, s->a, &broken), ERR_OK);
	assert_int_equal(log_check_last(&s->app, s->a, &last), ERR_OK);
	assert_true(last.ended && !last.whole);
	assert_string_equal(last.line, "77");
	assert_true(last_record(s, EVENT_LOG_VERIFIED).failed);
}

static void test_it_is_due_once_a_night(void **state)
{
	int64_t night = day_start(day_of(NOON)) + 3 * HOUR_MS;
	const struct {
		int64_t begun, ended, now;
		bool due;
	} rows[] = {
		{ 0, 0, NOON, true },
		{ 0, night - DAY_MS, night - 1, false },
		{ 0, night - DAY_MS, night, true },
		{ 0, night + SECOND_MS, NOON, false },
		{ 0, NOON, night + DAY_MS, true },
		{ night, 0, NOON, false }, /* it died of it: not again today */
		{ night, 0, night + DAY_MS, true },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct log_check last = { .begun = rows[i].begun, .ended = rows[i].ended };

		print_message("%zu\n", i);
		assert_int_equal(log_check_is_due(&last, rows[i].now), rows[i].due);
	}
}

static const struct {
	const char *text, *field;
} wrong[] = {
	{ "du=31%2F02%2F2026", "du" },     { "du=23%2F11%2F2026&au=22%2F11%2F2026", "au" },
	{ "evenement=Rien", "evenement" }, { "resultat=Peut-%C3%AAtre", "resultat" },
	{ "ip=198.51.100", "ip" },         { "ip=abc", "ip" },
	{ "agent=auditeur", "agent" }, /* two */
};

static void test_criteria_that_mean_nothing_are_told(void **state)
{
	struct stage *s = *state;
	size_t before = records_of(s, EVENT_LOG_QUERY);

	for (size_t i = 0; i < LENGTH(wrong); i++) {
		struct faults faults;
		struct log_view v;

		print_message("%s\n", wrong[i].text);
		assert_int_equal(query(s, "n.auditeur", wrong[i].text, &faults, &v), ERR_INVALID);
		assert_non_null(fault_of(&faults, wrong[i].field));
	}
	assert_int_equal(records_of(s, EVENT_LOG_QUERY), before);
}

/* Named in the scope's records, he is told to be asked for by his number; who never was stays unknown. */
static void test_somebody_of_elsewhere_is_asked_for_by_his_number(void **state)
{
	static const char *const names[] = { "agent=Nora+Auditeur", "agent=nora", "agent=n.auditeur" };
	struct stage *s = *state;
	struct visitor who = logged_in(s, "n.auditeur");
	struct audit_record r = act_record(s->a, &who, EVENT_LOGIN);
	struct faults faults;
	struct log_view v;

	for (size_t i = 0; i < LENGTH(names); i++) {
		assert_int_equal(query(s, "c.auditeur", names[i], &faults, &v), ERR_OK);
		assert_int_equal(v.total, 0);
	}
	r.caf = "921";
	assert_int_equal(act_note(&s->app, s->a, &who, &r), ERR_OK);
	for (size_t i = 0; i < LENGTH(names); i++) {
		print_message("%s\n", names[i]);
		assert_int_equal(query(s, "c.auditeur", names[i], &faults, &v), ERR_INVALID);
		assert_string_equal(fault_of(&faults, "agent"),
				    "Cette personne n’est pas de votre Caf : saisissez son numéro d’agent.");
	}
	assert_int_equal(query(s, "c.auditeur", "agent=CNAF-0001", &faults, &v), ERR_OK);
	assert_int_equal(v.total, 1);
	assert_string_equal(v.who.names[0], "Nora Auditeur");
	/* the scope's own come first */
	assert_int_equal(query(s, "c.auditeur", "agent=auditeur", &faults, &v), ERR_OK);
}

static void test_every_criterion_narrows(void **state)
{
	static const struct {
		const char *text;
		size_t least, most;
	} cases[] = {
		{ "resultat=%C3%89chec", 1, 1 },
		{ "resultat=reussi", 3, 100 },
		{ "ip=192.0.2.7&evenement=login", 4, 4 },
		{ "ip=192.0.2.8", 0, 0 },
		{ "agent=Paul+durand", 1, 1 },
		{ "agent=PDURAND", 1, 1 },
		{ "agent=P-000001", 1, 1 },
		{ "fournisseur=ville", 1, 1 },
		{ "fournisseur=F001", 1, 1 },
		{ "fournisseur=Nobody", 0, 0 },
		{ "du=01%2F01%2F2020&au=02%2F01%2F2020", 0, 0 },
	};
	struct stage *s = *state;
	struct visitor who = logged_in(s, "pdurand");
	struct audit_record r = act_record(s->a, &who, EVENT_LOGIN);

	r.failed = true;
	r.cause = "wrong_password";
	assert_int_equal(act_note(&s->app, s->a, &who, &r), ERR_OK);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct faults faults;
		struct log_view v;

		print_message("%s\n", cases[i].text);
		assert_int_equal(query(s, "n.auditeur", cases[i].text, &faults, &v), ERR_OK);
		assert_in_range(v.total, cases[i].least, cases[i].most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_failures_from_a_new_address_are_told),
		cmocka_unit_test(test_sessions_at_once_from_two_networks_are_told),
		cmocka_unit_test(test_logins_at_night_are_told_once_a_person),
		cmocka_unit_test(test_a_long_burst_lists_its_first_hundred),
		cmocka_unit_test(test_a_user_agent_is_named),
		cmocka_unit_test(test_details_are_said_in_french),
		cmocka_unit_test(test_a_change_of_the_directory_is_told),
		cmocka_unit_test(test_every_detail_has_a_label),
		cmocka_unit_test(test_a_caf_auditor_sees_his_caf_and_the_query_is_recorded),
		cmocka_unit_test(test_lines_asked_for_by_number),
		cmocka_unit_test(test_one_person_in_scope),
		cmocka_unit_test(test_the_night_s_check_is_kept_in_the_log),
		cmocka_unit_test(test_it_is_due_once_a_night),
		cmocka_unit_test(test_criteria_that_mean_nothing_are_told),
		cmocka_unit_test(test_every_criterion_narrows),
		cmocka_unit_test(test_somebody_of_elsewhere_is_asked_for_by_his_number),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
