#include "fcgi/http/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NB "\u00A0"
#define THIN "\u202F"

struct page {
	struct arena *a;
	struct buf out;
	struct html h;
};

static int open_page(void **state)
{
	static struct page p;

	p.a = arena_new();
	p.out = buf_new(p.a);
	p.h = (struct html){ .out = &p.out };
	*state = &p;
	return 0;
}

static int close_page(void **state)
{
	struct page *p = *state;

	arena_free(p->a);
	return 0;
}

static void expect(struct page *p, const char *text)
{
	assert_string_equal(buf_str(&p->out), text);
	p->out.n = 0;
	p->out.p[0] = 0;
}

static void test_a_hole_escapes_byte_for_byte(void **state)
{
	struct page *p = *state;
	char all[256], want[2048];
	size_t n = 0;

	for (int c = 1; c < 256; c++) {
		const char *e = c == '&'  ? "&amp;" :
				c == '<'  ? "&lt;" :
				c == '>'  ? "&gt;" :
				c == '"'  ? "&quot;" :
				c == '\'' ? "&#39;" :
					    NULL;

		all[c - 1] = (char)c;
		if (e) {
			memcpy(want + n, e, strlen(e));
			n += strlen(e);
		} else {
			want[n++] = (char)c;
		}
	}
	all[255] = want[n] = 0;
	html(&p->h, "{}", all);
	expect(p, want);
}

static void test_hostile_text_stays_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "\" onfocus=\"x", "&quot; onfocus=&quot;x" },
		{ "' onfocus='x", "&#39; onfocus=&#39;x" },
		{ "&lt;", "&amp;lt;" },
		{ "{}", "{}" },
		{ "{u}{", "{u}{" },
		{ "Saint-Étienne", "Saint-Étienne" },
		{ "Où ? « Là » : ici !", "Où ? « Là » : ici !" },
	};
	struct page *p = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		html(&p->h, "[{}]", cases[i].in);
		expect(p, arena_printf(p->a, "[%s]", cases[i].out));
		html(&p->h, "<a title=\"{}\">", cases[i].in);
		expect(p, arena_printf(p->a, "<a title=\"%s\">", cases[i].out));
	}
}

static void test_a_path_part_is_percent_encoded(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "abc-XYZ_0.9~", "abc-XYZ_0.9~" },
		{ "a/b?c#d", "a%2Fb%3Fc%23d" },
		{ "../x", "..%2Fx" },
		{ "a b+c", "a%20b%2Bc" },
		{ "é", "%C3%A9" },
		{ "\"><&'", "%22%3E%3C%26%27" },
		{ "%41", "%2541" },
		{ "\x01\x7F\xFF", "%01%7F%FF" },
	};
	struct page *p = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		html(&p->h, "<a href=\"/x/{u}\">", cases[i].in);
		expect(p, arena_printf(p->a, "<a href=\"/x/%s\">", cases[i].out));
	}
}

static void test_lines_become_breaks_and_paragraphs(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "une", "une" },
		{ "une\ndeux", "une<br>\ndeux" },
		{ "une\n\ndeux", "une</p>\n<p>deux" },
		{ "une\n\n\n\ndeux", "une</p>\n<p>deux" },
		{ "une\n  \t\ndeux", "une</p>\n<p>deux" },
		{ "une\n  deux", "une<br>\n  deux" },
		{ "\n\nune\n", "une" },
		{ "une\n \n  ", "une" },
		{ "\n", "" },
		{ "a<b\n&\n\n\"c\"", "a&lt;b<br>\n&amp;</p>\n<p>&quot;c&quot;" },
		{ "{}\n{l}", "{}<br>\n{l}" },
		{ "« a » : b", "« a » : b" },
	};
	struct page *p = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		html(&p->h, "<p>{l}</p>", cases[i].in);
		expect(p, arena_printf(p->a, "<p>%s</p>", cases[i].out));
	}
}

static void test_our_words_get_their_no_break_spaces(void **state)
{
	struct page *p = *state;

	html(&p->h, "<p>Nom : oui ; non ? si ! « mot » fin</p>");
	expect(p, "<p>Nom" NB ": oui" THIN "; non" THIN "? si" THIN "! «" NB "mot" NB "» fin</p>");
	html(&p->h, "« {} » : {} ; {} ?", "a", "b", "c");
	expect(p, "«" NB "a" NB "»" NB ": b" THIN "; c" THIN "?");
	html(&p->h, "« »: ; x");
	expect(p, "«" NB "»:" THIN "; x");
	html(&p->h, "« : »");
	expect(p, "«" NB ":" NB "»");
	/* only a blank is replaced, nothing is put where none stands */
	html(&p->h, "a: b; c? d! «e» 12:30 &amp; &eacute;té http://x/?a=b");
	expect(p, "a: b; c? d! «e» 12:30 &amp; &eacute;té http://x/?a=b");
	html(&p->h, "a\n: b &nbsp;: c");
	expect(p, "a\n: b &nbsp;: c");
	html(&p->h, "5 m² ° Â à la fin ?");
	expect(p, "5 m² ° Â à la fin" THIN "?");
	html(&p->h, "Modification n° {}, N° {}", "7", "8");
	expect(p, "Modification n°" NB "7, N°" NB "8");
	html(&p->h, "«");
	expect(p, "«");
	html(&p->h, "« ");
	expect(p, "«" NB);
	html(&p->h, " ?");
	expect(p, THIN "?");
}

static void test_tags_are_left_alone(void **state)
{
	struct page *p = *state;

	html(&p->h, "<a title=\"a : b ?\" data-x='c ; d !' y = : ? >e : f</a>");
	expect(p, "<a title=\"a : b ?\" data-x='c ; d !' y = : ? >e" NB ": f</a>");
	/* a sign that would end a tag does not end a value */
	html(&p->h, "<a title=\"> : '\">b : c</a><a title='> : \"'>d ;</a>");
	expect(p, "<a title=\"> : '\">b" NB ": c</a><a title='> : \"'>d" THIN ";</a>");
	/* a tag in several calls */
	html(&p->h, "<input name=\"{}\"", "n");
	html(&p->h, " title=\"a : ");
	html(&p->h, "b ?\"");
	html(&p->h, " c : >d : e");
	expect(p, "<input name=\"n\" title=\"a : b ?\" c : >d" NB ": e");
}

static void test_french_arguments_are_escaped_and_spaced(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "Où ? Là : « ici » ; oui !", "Où" THIN "? Là" NB ": «" NB "ici" NB "»" THIN "; oui" THIN "!" },
		{ "<b> : &", "&lt;b&gt;" NB ": &amp;" },
		{ "a & ; b", "a &amp;" THIN "; b" },
		{ "& ;", "&amp;" THIN ";" },
		{ "", "" },
		{ ": x", ": x" },
		{ "« ", "«" NB },
		{ "««", "««" },
		{ "«\"", "«&quot;" },
		{ "Modification n° 7", "Modification n°" NB "7" },
		{ "° 7", "° 7" },
	};
	struct page *p = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		html(&p->h, "{f}", cases[i].in);
		expect(p, cases[i].out);
	}
}

static void test_each_line_end_of_a_part_is_a_break(void **state)
{
	struct page *p = *state;

	html(&p->h, "{b}", "\na <b>\n\nc\n");
	expect(p, "<br>\na &lt;b&gt;<br>\n<br>\nc<br>\n");
}

static void test_braces_numbers_and_parts(void **state)
{
	struct page *p = *state;

	html(&p->h, "{{}} } {{{} {{f}", "x");
	expect(p, "{}} } {x {f}");
	html(&p->h, "{} {} {}", html_number(&p->h, 0), html_number(&p->h, INT64_MIN), html_number(&p->h, 1500));
	expect(p, "0 -9223372036854775808 1500");

	struct buf aside = buf_new(p->a);
	struct html h = { .out = &aside };

	html_part(&p->h, &aside);
	html(&h, "<b>{}</b>", "&");
	html(&p->h, "[");
	html_part(&p->h, &aside);
	html(&p->h, "]");
	expect(p, "[<b>&amp;</b>]");
}

/* A place in the source is split once, and again when it starts inside a tag. */
static void at_one_place(struct page *p, const char *value)
{
	html(&p->h, "« {} » : {f} ; ?>", value, value);
}

static void test_a_place_in_the_source_may_be_reached_in_all_ways(void **state)
{
	struct page *p = *state;

	for (int i = 0; i < 2; i++) {
		at_one_place(p, "a !");
		expect(p, "«" NB "a !" NB "»" NB ": a" THIN "!" THIN ";" THIN "?>");
		at_one_place(p, "<");
		expect(p, "«" NB "&lt;" NB "»" NB ": &lt;" THIN ";" THIN "?>");
		html(&p->h, "<p class=\"");
		at_one_place(p, "a !");
		expect(p, "<p class=\"« a ! » : a" THIN "! ; ?>");
		html(&p->h, "\"");
		assert_int_equal(p->h.place, HTML_TAG);
		at_one_place(p, "\"");
		expect(p, "\"« &quot; » : &quot; ; ?>");
		assert_int_equal(p->h.place, HTML_TEXT);
	}
}

/* What a fault of ours does: the signal that ended a child. */
#define ENDED_BY(...) \
	({ \
		pid_t pid_ = fork(); \
		int status_ = 0; \
		if (pid_ == 0) { \
			signal(SIGABRT, SIG_DFL); \
			__VA_ARGS__; \
			_exit(0); \
		} \
		waitpid(pid_, &status_, 0); \
		WIFSIGNALED(status_) ? WTERMSIG(status_) : 0; \
	})

static void test_a_wrong_number_of_arguments_aborts(void **state)
{
	struct page *p = *state;

	assert_int_equal(ENDED_BY(html(&p->h, "{}", "a")), 0);
	assert_int_equal(ENDED_BY(html(&p->h, "{}")), SIGABRT);
	assert_int_equal(ENDED_BY(html(&p->h, "{} {}", "a")), SIGABRT);
	assert_int_equal(ENDED_BY(html(&p->h, "x", "a")), SIGABRT);
	assert_int_equal(ENDED_BY(html(&p->h, "{x}", "a")), SIGABRT);
	assert_int_equal(ENDED_BY(html(&p->h, "{ }", "a")), SIGABRT);
	assert_int_equal(ENDED_BY(html(&p->h, "{", "a")), SIGABRT);
	assert_int_equal(ENDED_BY(html(&p->h, "{f", "a")), SIGABRT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_hole_escapes_byte_for_byte, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_hostile_text_stays_text, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_a_path_part_is_percent_encoded, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_lines_become_breaks_and_paragraphs, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_our_words_get_their_no_break_spaces, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_tags_are_left_alone, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_french_arguments_are_escaped_and_spaced, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_each_line_end_of_a_part_is_a_break, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_braces_numbers_and_parts, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_a_place_in_the_source_may_be_reached_in_all_ways, open_page, close_page),
		cmocka_unit_test_setup_teardown(test_a_wrong_number_of_arguments_aborts, open_page, close_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
