/* habilisctl: one table of commands. A row is the words, the arguments, one line of help, the parts of the service it opens
   and its function; a new command is a new row in commands.c. Output is English; exit 0 done, 1 failed or a finding, 2 usage. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "acts/app.h"

struct ctl {
	struct arena *arena;
	struct settings settings;
	struct app app; /* parts of the row are open */
	const char *config;
	struct strs arguments; /* what stands after the words, options taken out */
	struct input options;  /* "--from=X" or "--from X" → from */
};

#define ARGUMENTS_SOME SIZE_MAX

struct command {
	const char *words; /* "audit query" */
	const char *usage; /* "[--from DAY] …" */
	const char *help;
	const char *options; /* names allowed, each followed by a blank; a name ending in '=' takes a value */
	size_t arguments;    /* how many are expected; ARGUMENTS_SOME: one or more */
	unsigned parts;
	int (*run)(struct ctl *c);
};

extern const struct command commands[];
extern const size_t commands_n;

/* The value of an option, "" when it was not given (a flag: "yes"). */
const char *ctl_option(const struct ctl *c, const char *name);
/* Prints "habilisctl: …" on stderr and answers 1. */
int ctl_fail(const char *format, ...) PRINTF_LIKE(1, 2);
/* The same of what was typed, and answers 2: no state of the service would make it right. */
int ctl_misuse(const char *format, ...) PRINTF_LIKE(1, 2);
/* Who acts from a terminal: no person, role operator, this process's address and program. */
struct visitor ctl_visitor(void);

/* store.c */
int ctl_store_check(struct ctl *c);
int ctl_store_backup(struct ctl *c);
int ctl_store_restore(struct ctl *c);
int ctl_store_publish(struct ctl *c);
/* audit.c */
int ctl_audit_query(struct ctl *c);
int ctl_audit_verify(struct ctl *c);
/* directory.c */
int ctl_directory_lint(struct ctl *c);
/* register.c */
int ctl_register_import(struct ctl *c);
/* calendar.c */
int ctl_calendar_run(struct ctl *c);
/* agreement.c */
int ctl_template_set(struct ctl *c);
int ctl_template_show(struct ctl *c);
/* status.c */
int ctl_mirror_status(struct ctl *c);
int ctl_mirror_rebuild(struct ctl *c);
int ctl_settings(struct ctl *c);
/* waiting.c */
int ctl_jobs_list(struct ctl *c);
int ctl_jobs_retry(struct ctl *c);
int ctl_jobs_resume(struct ctl *c);
int ctl_mail_list(struct ctl *c);
int ctl_mail_retry(struct ctl *c);
/* demo.c */
int ctl_demo_generate(struct ctl *c);
/* demo_activation.c */
int ctl_demo_activation(struct ctl *c);
/* demo_mails.c */
int ctl_demo_mails(struct ctl *c);

#endif
