#include "ctl/command.h"

#define READ APP_STORE
#define WRITE (APP_STORE | APP_WRITES)

/* clang-format off */
const struct command commands[] = {
	{ "store check", "", "reads and decodes every record, checks the hash of every listing; the log's chain: audit verify", "", 0,
	  READ | APP_PUBLIC, ctl_store_check },
	{ "store backup", "FILE", "copies the store, compacted, while the service runs", "", 1, READ, ctl_store_backup },
	{ "store restore", "FILE", "puts a backup in the place of the store; the service must be stopped", "", 1, 0, ctl_store_restore },
	{ "store publish", "", "loads the communes and recomputes all that families see", "", 0, WRITE | APP_PUBLIC, ctl_store_publish },
	{ "audit query", "[--from DAY] [--until DAY] [--person NUMBER] [--establishment ID] [--provider ID] [--caf CODE] [--address IP]"
	  " [--event CODE] [--failed|--done] [--limit N] [--json]", "shows the log, newest first; the query is recorded",
	  "from= until= person= establishment= provider= caf= address= event= failed done limit= json ", 0, WRITE, ctl_audit_query },
	{ "audit verify", "[--store DIR]", "walks the chain and names the first bad record", "store= ", 0, 0, ctl_audit_verify },
	{ "mirror status", "", "tells whether the mirror of the directory is fresh and complete", "", 0, READ, ctl_mirror_status },
	{ "mirror rebuild", "", "has the clerk read the whole directory again", "", 0, WRITE, ctl_mirror_rebuild },
	{ "directory lint", "[--json]", "reads the whole directory and names what edits by hand broke; exit 1 on a finding", "json ", 0,
	  READ | APP_PUBLIC, ctl_directory_lint },
	{ "jobs list", "[--all]", "jobs that wait or failed, or all; exit 1 when those of the directory stand still", "all ", 0, READ,
	  ctl_jobs_list },
	{ "jobs resume", "", "lets the jobs of the directory go on, once its log was looked after; sets aside those that cannot be read", "", 0, WRITE, ctl_jobs_resume },
	{ "jobs retry", "", "tries at once the jobs that wait", "", 0, WRITE, ctl_jobs_retry },
	{ "jobs retry", "SEQ", "tries that job again, one that failed too: after all others", "", 1, WRITE, ctl_jobs_retry },
	{ "mail list", "[--all]", "mails that wait or were refused, or all", "all ", 0, READ, ctl_mail_list },
	{ "mail retry", "", "tries at once the mails that wait", "", 0, WRITE,
	  ctl_mail_retry },
	{ "mail retry", "SEQ", "the same of one mail; of an expired one too, and of a refused one whose address was corrected", "", 1, WRITE, ctl_mail_retry },
	{ "register import", "--caf CODE [--dry-run] [--with-passwords] FOLDER|FILE…",
	  "loads what a Caf has from CSV files (docs/import-csv.md); all is checked before the first write",
	  "caf= dry-run with-passwords ", ARGUMENTS_SOME, WRITE | APP_PUBLIC, ctl_register_import },
	{ "calendar run", "[--at DAY]", "moves the clock on to that day and waits for its work (test_clock = yes only)", "at= ", 0, READ,
	  ctl_calendar_run },
	{ "agreement-template set", "--caf CODE FILE", "sets the articles of a Caf's conventions; {names} are checked", "caf= ", 1, WRITE, ctl_template_set },
	{ "agreement-template show", "--caf CODE", "prints a Caf's articles, or those it has without any of its own", "caf= ", 0, READ, ctl_template_show },
	{ "settings", "", "prints the reference of all settings", "", 0, 0, ctl_settings },
	{ "demo activation", "CAF PEOPLE", "activates an invented provider with so many people, and names them (test_clock = yes only)", "", 2,
	  WRITE, ctl_demo_activation },
	{ "demo mails", "COUNT", "puts so many mails to essai.example into the outbox (test_clock = yes only)", "", 1, WRITE,
	  ctl_demo_mails },
	{ "demo generate", "DEMO.JSON", "fills a demonstration through the acts (test_clock = yes only)", "", 1,
	  WRITE | APP_PUBLIC | APP_WEB | APP_KEY, ctl_demo_generate },
};
/* clang-format on */

const size_t commands_n = LENGTH(commands);
