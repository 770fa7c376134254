#include "base/settings.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)64 * 1024)
#define LINE_MAX_BYTES 197 /* inih's buffer of 200, less CR, LF and NUL */
#define ACTS_DAYS 1096

enum kind { KIND_TEXT, KIND_MAIL, KIND_PATH, KIND_SITE, KIND_LDAP, KIND_SUFFIX, KIND_SMTP, KIND_BOOL, KIND_INT };

/* One setting. offset: of a const char *, a bool or an int64_t in struct settings, by kind. */
struct row {
	const char *section;
	const char *key;
	enum kind kind;
	size_t offset;
	int64_t min, max;
	const char *preset; /* NULL: must be given */
	const char *help;
};

#define AT(member) offsetof(struct settings, member)

/* clang-format off */
static const struct row rows[] = {
	{ "site", "name", KIND_TEXT, AT(site_name), 0, 0, "Habilis",
	  "Name of the site, in page titles and mails." },
	{ "site", "url", KIND_SITE, AT(site_url), 0, 0, NULL,
	  "Address people type, as https://crechesetlieux.example: no path, no slash at the end." },
	{ "site", "accessibility", KIND_TEXT, AT(site_accessibility), 0, 0, "non conforme",
	  "Mention in the footer (RGAA); stays so until an audit says otherwise." },
	{ "site", "publisher", KIND_TEXT, AT(site_publisher), 0, 0, "",
	  "Who publishes the site, named in the legal notice." },
	{ "site", "contact", KIND_MAIL, AT(site_contact), 0, 0, "",
	  "Mail address shown in the help and legal pages." },
	{ "store", "dir", KIND_PATH, AT(store_dir), 0, 0, NULL,
	  "Folder of the data (LMDB), on a local disk." },
	{ "store", "map_size_gib", KIND_INT, AT(store_map_gib), 1, 1024, "64",
	  "Most the data may grow to, in GiB. It is address space, not disk." },
	{ "store", "min_free_mib", KIND_INT, AT(store_min_free_mib), 0, 1048576, "256",
	  "With less free on its disk, in MiB, the writer takes no more changes." },
	{ "run", "dir", KIND_PATH, AT(run_dir), 0, 0, NULL,
	  "Folder of the sockets and of the heartbeat." },
	{ "run", "test_clock", KIND_BOOL, AT(run_test_clock), 0, 0, "no",
	  "Tests and demonstrations: clients may bring their own time. Only for a site on a loopback address." },
	{ "run", "clock_file", KIND_PATH, AT(run_clock_file), 0, 0, "",
	  "With test_clock: file holding the milliseconds to add to the clock." },
	{ "run", "key_file", KIND_PATH, AT(run_key_file), 0, 0, NULL,
	  "32 secret bytes: cookies, challenges, counters. Mode 0400." },
	{ "run", "seal_key_file", KIND_PATH, AT(run_seal_key_file), 0, 0, "",
	  "32 secret bytes: the Ed25519 seed that signs the seals of the audit. Mode 0400." },
	{ "pool", "public_processes", KIND_INT, AT(pool_public_processes), 0, 256, "0",
	  "Processes for public pages. 0: one a core." },
	{ "pool", "private_processes", KIND_INT, AT(pool_private_processes), 0, 256, "0",
	  "Processes for pages behind the login. 0: one a core, at least 16." },
	{ "pool", "login_processes", KIND_INT, AT(pool_login_processes), 0, 256, "0",
	  "Processes that ask slapd for passwords. 0: one a core, at least 4." },
	{ "ldap", "uri", KIND_LDAP, AT(ldap_uri), 0, 0, NULL,
	  "The directory, as ldapi://%2Frun%2Fslapd%2Fldapi or ldaps://ldap.example." },
	{ "ldap", "suffix", KIND_SUFFIX, AT(ldap_suffix), 0, 0, NULL,
	  "The directory's suffix, as dc=habilis,dc=example." },
	{ "ldap", "secrets", KIND_PATH, AT(ldap_secrets), 0, 0, "",
	  "Folder or file of the service accounts' passwords. Empty: SASL EXTERNAL over ldapi." },
	{ "ldap", "ca", KIND_PATH, AT(ldap_ca), 0, 0, "",
	  "With ldaps: file of the authority that signed the directory's certificate." },
	{ "mail", "smtp", KIND_SMTP, AT(mail_smtp), 0, 0, NULL,
	  "Mail relay, as smtps://relay.example or smtp://relay.example:587 (TLS is asked for there too)." },
	{ "mail", "ca", KIND_PATH, AT(mail_ca), 0, 0, "",
	  "File of the authority that signed the relay's certificate. Empty: the system's." },
	{ "mail", "from", KIND_MAIL, AT(mail_from), 0, 0, NULL,
	  "Sender of all mails." },
	{ "limits", "writes_per_minute", KIND_INT, AT(limit_writes_per_minute), 0, 100000, "30",
	  "Writes an account may make in a minute. 0: any number." },
	{ "session", "idle_minutes", KIND_INT, AT(session_idle_min), 1, 1440, "30",
	  "A session unused for so long ends." },
	{ "session", "absolute_hours", KIND_INT, AT(session_absolute_h), 1, 24, "10",
	  "A session this old ends, used or not." },
	{ "places", "reminder_days", KIND_INT, AT(places_reminder_days), 1, 365, "7",
	  "Age of the declared places at which a reminder is mailed." },
	{ "places", "stale_days", KIND_INT, AT(places_stale_days), 1, 365, "30",
	  "Age at which they are shown as out of date. After reminder_days." },
	{ "places", "hidden_days", KIND_INT, AT(places_hidden_days), 1, 365, "60",
	  "Age at which they are shown no more. After stale_days." },
	{ "people", "kept_days", KIND_INT, AT(people_kept_days), 30, 1096, "365",
	  "Days the entry of an agent stays in the directory once his mission, or his provider's last convention, has ended. A year, as "
	  "the log of connections: until then that log's numbers have a name." },
	{ "password", "min_length", KIND_INT, AT(password_min_length), 8, 128, "8",
	  "Fewest characters of a password. The convention's floor is 8." },
	{ "password", "bits", KIND_INT, AT(password_bits), 50, 200, "50",
	  "Least entropy of an agent's password, in bits (CNIL 2022-100: 50 with throttling)." },
	{ "password", "staff_bits", KIND_INT, AT(password_staff_bits), 80, 200, "80",
	  "The same for Caf staff and administrators." },
	{ "temporary", "activation_days", KIND_INT, AT(temporary_activation_days), 1, 7, "7",
	  "Life of a first password, in days." },
	{ "temporary", "reset_hours", KIND_INT, AT(temporary_reset_h), 1, 72, "24",
	  "Life of a password sent after \"forgotten password\", in hours." },
	{ "audit", "connections_days", KIND_INT, AT(audit_connections_days), 180, 366, "365",
	  "Days the log of connections is kept (CNIL 2021-122: six months to a year)." },
	{ "audit", "acts_days", KIND_INT, AT(audit_acts_days), 180, 36525, "1096",
	  "Days the log of acts is kept. More than 1096 needs an acts_reason of your own." },
	{ "audit", "acts_reason", KIND_TEXT, AT(audit_acts_reason), 0, 0,
	  "Prouver qui a publié quoi, et sous quelle convention, pendant la vie d’une convention et ses recours (3 ans).",
	  "Why acts are kept longer than a year; shown to whom the log is about." },
	{ "data", "communes", KIND_PATH, AT(data_communes), 0, 0, HABILIS_DATADIR "/communes.csv",
	  "CSV file of the communes: INSEE code, name, postal codes, place on the map." },
	{ "data", "agreement", KIND_PATH, AT(data_agreement), 0, 0, HABILIS_DATADIR "/convention.txt",
	  "Articles of the conventions of a Caf that set none of its own (habilisctl agreement-template)." },
};
/* clang-format on */

struct parse {
	struct arena *arena;
	struct settings *settings;
	const char *why;
	bool seen[LENGTH(rows)];
};

static const char *const starts[][2] = {
	[KIND_SITE] = { "https://", "https://" },
	[KIND_LDAP] = { "ldapi://", "ldaps://" },
	[KIND_SMTP] = { "smtp://", "smtps://" },
};

/* What follows "https://" or the like: a name or an address in [], and a port perhaps. */
static bool is_authority(const char *s)
{
	size_t n = *s == '[' ? strspn(s + 1, "0123456789abcdefABCDEF:.") + 1 :
			       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	int64_t port;

	if (*s == '[' && s[n++] != ']')
		return false;
	if (!n || (s[n] && s[n] != ':'))
		return false;
	return !s[n] || text_to_int(s + n + 1, 1, 65535, &port) == ERR_OK;
}

static const char *address_fault(const struct row *r, const char *value)
{
	const char *const *start = starts[r->kind];
	size_t first = strlen(start[0]), second = strlen(start[1]);
	size_t n = strncmp(value, start[0], first) == 0 ? first : strncmp(value, start[1], second) == 0 ? second : 0;

	if (!n && r->kind == KIND_SITE)
		return "must start with https://";
	if (!n)
		return r->kind == KIND_LDAP ? "must start with ldapi:// or ldaps://" :
					      "must start with smtp:// or smtps://";
	if (strncmp(value, "ldapi:", 6) == 0)
		return strpbrk(value, " \t") ? "must hold no blank" : NULL;
	/* browsers send it so in Origin, and it is compared with that */
	if (r->kind == KIND_SITE &&
	    (strpbrk(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") || strcmp(value + n + strcspn(value + n, ":"), ":443") == 0))
		return "must be in small letters, and without :443, which https:// says already";
	if (is_authority(value + n))
		return NULL;
	return r->kind == KIND_SITE ? "must be https:// and a host, without path or slash at the end" :
				      "must name a host, and a port perhaps, and nothing after it";
}

static const char *text_fault(const struct row *r, const char *value)
{
	if (!*value)
		return r->preset ? NULL : "must not be empty";
	switch (r->kind) {
	case KIND_PATH:
		return *value == '/' ? NULL : "must be a path from the root (/)";
	case KIND_MAIL:
		return text_is_mail(value) ? NULL : "must be a mail address";
	case KIND_SUFFIX:
		return strchr(value, '=') ? NULL : "must be a distinguished name, as dc=example";
	case KIND_SITE:
	case KIND_LDAP:
	case KIND_SMTP:
		return address_fault(r, value);
	default:
		return NULL;
	}
}

/* Stores the value; what is wrong with it, or NULL. */
static const char *set(struct parse *p, const struct row *r, const char *value)
{
	char *at = (char *)p->settings + r->offset;
	const char *fault = NULL;

	switch (r->kind) {
	case KIND_INT:
		if (text_to_int(value, r->min, r->max, (int64_t *)(void *)at))
			fault = arena_printf(p->arena, "must be a whole number from %lld to %lld", (long long)r->min,
					     (long long)r->max);
		return fault;
	case KIND_BOOL:
		*(bool *)at = strcmp(value, "yes") == 0;
		return *(bool *)at || strcmp(value, "no") == 0 ? NULL : "must be yes or no";
	default:
		if (text_clean(p->arena, bytes_of(value), false, (const char **)(void *)at))
			return "must be UTF-8 without control characters";
		return text_fault(r, *(const char **)(void *)at);
	}
}

/* inih's handler: 0 stops the parse with the line's number. */
static int on_pair(void *parse, const char *section, const char *key, const char *value)
{
	struct parse *p = parse;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *r = &rows[i];

		if (strcmp(r->section, section) != 0 || strcmp(r->key, key) != 0)
			continue;
		const char *fault = p->seen[i] ? "is given twice" : set(p, r, value);

		if (fault)
			p->why = arena_printf(p->arena, "[%s] %s %s", section, key, fault);
		p->seen[i] = true;
		return !fault;
	}
	p->why = arena_printf(p->arena, "[%s] %s is no setting", section, key);
	return 0;
}

static bool is_loopback(const char *url)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "[::1]" };
	const char *host = url + strlen("https://");

	for (size_t i = 0; i < LENGTH(hosts); i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(host, hosts[i], n) == 0 && (!host[n] || host[n] == ':'))
			return true;
	}
	return false;
}

/* Rules over more than one setting. */
static const char *together_fault(const struct settings *s)
{
	if (s->run_test_clock && !is_loopback(s->site_url))
		return "[run] test_clock = yes needs [site] url on 127.0.0.1, localhost or [::1]";
	if (*s->run_clock_file && !s->run_test_clock)
		return "[run] clock_file needs test_clock = yes";
	if (s->places_stale_days <= s->places_reminder_days)
		return "[places] stale_days must be more than reminder_days";
	if (s->places_hidden_days <= s->places_stale_days)
		return "[places] hidden_days must be more than stale_days";
	if (s->session_idle_min > s->session_absolute_h * 60)
		return "[session] idle_minutes must not be longer than absolute_hours";
	return NULL;
}

/* The presets of what was not given, then the rules over several settings. */
static const char *complete(struct parse *p)
{
	const char *preset_reason = NULL;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (p->seen[i])
			continue;
		if (!rows[i].preset)
			return arena_printf(p->arena, "[%s] %s is missing", rows[i].section, rows[i].key);
		const char *fault = set(p, &rows[i], rows[i].preset);

		if (fault)
			return arena_printf(p->arena, "[%s] %s: its preset %s", rows[i].section, rows[i].key, fault);
		if (rows[i].offset == AT(audit_acts_reason))
			preset_reason = p->settings->audit_acts_reason;
	}
	if (p->settings->audit_acts_days > ACTS_DAYS && (preset_reason || !*p->settings->audit_acts_reason))
		return "[audit] acts_days over 1096 needs an acts_reason";
	return together_fault(p->settings);
}

/* inih cuts longer lines, and takes what it cut off for a line of its own: a comment, for instance. 0: none is. */
static int long_line(const char *text)
{
	int line = 1;

	for (size_t n; *text; text += n + (text[n] == '\n'), line++) {
		n = strcspn(text, "\n");
		if (n > LINE_MAX_BYTES)
			return line;
	}
	return 0;
}

enum err settings_parse(struct arena *a, const char *text, struct settings *out, const char **why)
{
	struct settings read = { 0 };
	struct parse p = { .arena = a, .settings = &read };
	int line = long_line(text);

	if (line) {
		*why = arena_printf(a, "line %d: longer than %d bytes", line, LINE_MAX_BYTES);
		return ERR_INVALID;
	}
	ini_allow_inline_comments = false; /* else " ;" would cut a value in silence */
	ini_allow_multiline = false;
	ini_stop_on_first_error = true;
	line = ini_parse_string(text, on_pair, &p);
	if (line) {
		*why = arena_printf(a, "line %d: %s", line,
				    p.why ? p.why : "neither key = value nor [section] nor # comment");
		return ERR_INVALID;
	}
	p.why = complete(&p);
	if (p.why) {
		*why = p.why;
		return ERR_INVALID;
	}
	*out = read;
	return ERR_OK;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

enum err settings_read(struct arena *a, const char *path, struct settings *out, const char **why)
{
	AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(a, FILE_MAX + 2);
	size_t n = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0 && n <= FILE_MAX) {
		got = read(fd, text + n, FILE_MAX + 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		*why = arena_printf(a, "%s: %s", path, strerror(errno));
		return ERR_NOTFOUND;
	}
	if (n > FILE_MAX || strlen(text) != n) {
		*why = arena_printf(a, "%s: %s", path, n > FILE_MAX ? "longer than 64 KiB" : "holds a NUL byte");
		return ERR_INVALID;
	}
	enum err e = settings_parse(a, text, out, why);

	if (e)
		*why = arena_printf(a, "%s: %s", path, *why);
	return e;
}

const char *settings_reference(struct arena *a)
{
	struct buf b = buf_new(a);
	const char *section = "";

	buf_text(&b, "# Settings of Habilis. A line behind # shows the preset; what has no # must be given.\n");
	for (const struct row *r = rows; r < rows + LENGTH(rows); r++) {
		if (strcmp(section, r->section) != 0)
			buf_printf(&b, "\n[%s]\n", r->section);
		section = r->section;
		buf_printf(&b, "\n# %s\n", r->help);
		if (r->kind == KIND_INT)
			buf_printf(&b, "# From %lld to %lld.\n", (long long)r->min, (long long)r->max);
		if (r->kind == KIND_BOOL)
			buf_text(&b, "# yes or no.\n");
		buf_printf(&b, "%s%s =%s%s\n", r->preset ? "#" : "", r->key, r->preset && *r->preset ? " " : "",
			   r->preset ? r->preset : "");
	}
	return buf_str(&b);
}
