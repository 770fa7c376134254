/* Settings: one ini file, checked whole at start. One table (settings.c) gives each key its type, bounds, default and
   help; the reference of `habilisctl settings` is printed from it. An unknown or doubled key, a value out of its bounds or
   a line too long refuses to start, with line and reason. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/arena.h"

struct settings {
	const char *site_name;          /* [site] name */
	const char *site_url;           /* [site] url: scheme and authority, no slash at the end */
	const char *site_accessibility; /* [site] accessibility: the footer's mention */
	const char *site_publisher;     /* [site] publisher: named in the legal notice */
	const char *site_contact;       /* [site] contact: mail address shown in help and legal pages */
	const char *store_dir;          /* [store] dir */
	int64_t store_map_gib;
	int64_t store_min_free_mib;
	const char *run_dir; /* [run] dir: sockets and heartbeat */
	bool run_test_clock;
	const char *run_clock_file;    /* "" when unset */
	const char *run_key_file;      /* 32 bytes: cookies, challenges, throttle keys */
	const char *run_seal_key_file; /* 32 bytes: Ed25519 seed of the seals */
	int64_t pool_public_processes; /* 0: one a core */
	int64_t pool_private_processes;
	int64_t pool_login_processes; /* 0: one a core, at least 4 */
	const char *ldap_uri;
	const char *ldap_suffix;
	const char *ldap_secrets; /* "" : SASL EXTERNAL over ldapi */
	const char *ldap_ca;      /* "" unless ldaps */
	const char *mail_smtp;
	const char *mail_ca; /* "" : the system's */
	const char *mail_from;
	int64_t limit_writes_per_minute;   /* 0: none */
	int64_t session_idle_min;          /* 30 */
	int64_t session_absolute_h;        /* 10 */
	int64_t places_reminder_days;      /* 7 */
	int64_t places_stale_days;         /* 30 */
	int64_t places_hidden_days;        /* 60 */
	int64_t people_kept_days;          /* 365 */
	int64_t password_min_length;       /* 8; floor 8 */
	int64_t password_bits;             /* 50 */
	int64_t password_staff_bits;       /* 80 */
	int64_t temporary_activation_days; /* 7 */
	int64_t temporary_reset_h;         /* 24 */
	int64_t audit_connections_days;    /* 365; 180–366 */
	int64_t audit_acts_days;           /* 1096 */
	const char *audit_acts_reason;
	const char *data_communes;  /* CSV of communes */
	const char *data_agreement; /* articles of a convention whose Caf set none */
};

/* Reads the file. On ERR_INVALID or ERR_NOTFOUND, *why says in English what is wrong, with the line. Strings live in a. */
MUST_USE enum err settings_read(struct arena *a, const char *path, struct settings *out, const char **why);

/* Checks one text as if it were the file: what the tests and the fuzzer drive. */
MUST_USE enum err settings_parse(struct arena *a, const char *text, struct settings *out, const char **why);

/* The reference of all settings as commented ini text, printed from the table. */
const char *settings_reference(struct arena *a);

#endif
