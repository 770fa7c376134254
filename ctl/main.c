/* habilisctl [--config FILE] WORD WORD [OPTIONS] [ARGUMENTS] */
#include "base/log.h"
#include "base/procs.h"
#include "base/sandbox.h"
#include "ctl/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef HABILIS_SYSCONFDIR
#define HABILIS_SYSCONFDIR "/etc/habilis"
#endif

const char *ctl_option(const struct ctl *c, const char *name)
{
	return input_get(&c->options, name);
}

PRINTF_LIKE(1, 0) static void complain(const char *format, va_list args)
{
	fputs("habilisctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int ctl_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return 1;
}

int ctl_misuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return 2;
}

struct visitor ctl_visitor(void)
{
	struct visitor who = { .address = "local", .user_agent = "habilisctl", .method = "", .path = "", .resume = "" };

	codec_default(&person_codec, &who.person);
	codec_default(&provider_codec, &who.provider);
	codec_default(&caf_codec, &who.caf);
	codec_default(&session_codec, &who.session);
	who.roles = ROLE_OPERATOR;
	return who;
}

/* Of the commands that begin with these words; how many there are. */
static size_t list(FILE *to, const char *words)
{
	size_t length = strlen(words), n = 0;

	for (size_t i = 0; i < commands_n; i++) {
		const struct command *row = &commands[i];

		if (strncmp(row->words, words, length) != 0 || (length && row->words[length] && row->words[length] != ' '))
			continue;
		fprintf(to, "  %s%s%s\n      %s\n", row->words, *row->usage ? " " : "", row->usage, row->help);
		n++;
	}
	return n;
}

static int help(const char *words)
{
	puts("usage: habilisctl [--config FILE] COMMAND\n");
	(void)list(stdout, words);
	return 0;
}

/* row: whose words these are; NULL: no command's. */
static int usage(const struct command *row, const char *typed, const char *why)
{
	ctl_fail("%s", why);
	if (row)
		fprintf(stderr, "usage: habilisctl %s%s%s\n", row->words, *row->usage ? " " : "", row->usage);
	else if (!*typed || !list(stderr, typed))
		fputs("habilisctl help lists the commands\n", stderr);
	return 2;
}

/* How many words of argv the row's words take; 0: another command. */
static size_t words_match(const char *words, size_t argc, char **argv)
{
	size_t n = 0;

	while (*words) {
		size_t length = strcspn(words, " ");

		if (n == argc || strlen(argv[n]) != length || strncmp(argv[n], words, length) != 0)
			return 0;
		n++;
		words += length + (words[length] == ' ');
	}
	return n;
}

/* Whether the row allows this option, and takes a value with it. */
static bool option_known(const struct command *row, const char *name, size_t length, bool *takes_value)
{
	for (const char *p = row->options; *p;) {
		size_t n = strcspn(p, " ");

		*takes_value = n && p[n - 1] == '=';
		if (n - *takes_value == length && strncmp(p, name, length) == 0)
			return true;
		p += n + (p[n] == ' ');
	}
	return false;
}

/* NULL, or which argument the row does not take. */
static const char *arguments(struct ctl *c, const struct command *row, size_t argc, char **argv)
{
	/* another row of the same words may have read them */
	c->arguments = (struct strs){ 0 };
	c->options = (struct input){ 0 };
	for (size_t i = 0; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			strs_add(c->arena, &c->arguments, argv[i]);
			continue;
		}
		const char *name = argv[i] + 2, *value = "yes";
		size_t length = strcspn(name, "=");
		bool takes_value;

		if (!option_known(row, name, length, &takes_value))
			return arena_printf(c->arena, "%s: no option of this command", argv[i]);
		if (name[length] == '=' && !takes_value)
			return arena_printf(c->arena, "%s: this option takes no value", argv[i]);
		if (name[length] == '=')
			value = name + length + 1;
		else if (takes_value && i + 1 == argc)
			return arena_printf(c->arena, "%s: this option takes a value", argv[i]);
		else if (takes_value)
			value = argv[++i];
		c->options = input_with(c->arena, &c->options, arena_memdup(c->arena, name, length), value);
	}
	if (c->arguments.n < (row->arguments == ARGUMENTS_SOME ? 1 : row->arguments))
		return "an argument is missing";
	if (c->arguments.n > row->arguments)
		return arena_printf(c->arena, "%s: one argument too many", c->arguments.v[row->arguments]);
	return NULL;
}

static int run(struct ctl *c, const struct command *row)
{
	const char *why;
	enum err e = settings_read(c->arena, c->config, &c->settings, &why);

	/* what needs no part may still run beside a broken service */
	if (e && row->parts)
		return ctl_fail("%s", why);
	if (row->parts && app_open_with(c->arena, &c->settings, row->parts, &c->app, &why))
		return ctl_fail("%s", why);
	int status = row->run(c);

	if (row->parts)
		app_close(&c->app);
	return status;
}

/* What did not reach its file was not answered. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return ctl_fail("the answer could not be written: %s", strerror(errno));
	return status;
}

static bool is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int main(int argc, char **argv)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct ctl c = { .arena = a, .config = HABILIS_SYSCONFDIR "/habilis.conf" };
	size_t first = 1;

	log_open("habilisctl");
	procs_harden();
	sandbox_enter(SANDBOX_COMMAND, &c.settings);
	secret_init();
	if (argc > 1 && strncmp(argv[1], "--config=", 9) == 0) {
		c.config = argv[1] + 9;
		first = 2;
	} else if (argc > 2 && strcmp(argv[1], "--config") == 0) {
		c.config = argv[2];
		first = 3;
	}
	if ((size_t)argc > first && is_help(argv[first]))
		return finish(help(""));
	if ((size_t)argc > first && strcmp(argv[first], "--version") == 0)
		return finish(puts("habilisctl " PACKAGE_VERSION) < 0);
	const struct command *meant = NULL;
	const char *why = "a command is missing";

	if ((size_t)argc > first)
		why = arena_printf(a, "%s%s%s: no such command", argv[first], (size_t)argc > first + 1 ? " " : "",
				   (size_t)argc > first + 1 ? argv[first + 1] : "");

	for (size_t i = 0; i < commands_n; i++) {
		size_t n = words_match(commands[i].words, (size_t)argc - first, argv + first);

		if (!n)
			continue;
		meant = &commands[i];
		if ((size_t)argc > first + n && is_help(argv[first + n]))
			return finish(help(meant->words));
		why = arguments(&c, meant, (size_t)argc - first - n, argv + first + n);
		if (!why)
			return finish(run(&c, meant));
	}
	return usage(meant, (size_t)argc > first ? argv[first] : "", why);
}
