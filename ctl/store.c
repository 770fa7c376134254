/* store check | backup | restore | publish */
#include "acts/publish.h"
#include "base/text.h"
#include "ctl/command.h"
#include "store/writer.h"

#include <stdio.h>
#include <string.h>

/* --- check: every record of every kind decodes, every text has its hash --- */

static const struct {
	enum table table;
	enum store_part part;
	const struct codec *codec;
} kinds[] = {
	{ TABLE_LISTING, STORE_MAIN, &published_codec },
	{ TABLE_REVISION, STORE_MAIN, &revision_codec },
	{ TABLE_REVISION_HEAD, STORE_MAIN, &revision_head_codec },
	{ TABLE_GRID, STORE_MAIN, &grid_codec },
	{ TABLE_GRID_HISTORY, STORE_MAIN, &grid_codec },
	{ TABLE_DRAFT, STORE_MAIN, &draft_codec },
	{ TABLE_TODO, STORE_MAIN, &todo_codec },
	{ TABLE_SESSION, STORE_MAIN, &session_codec },
	{ TABLE_KEPT, STORE_MAIN, &kept_codec },
	{ TABLE_THROTTLE, STORE_MAIN, &throttle_codec },
	{ TABLE_TEMP_PASSWORD, STORE_MAIN, &temp_password_codec },
	{ TABLE_JOB, STORE_MAIN, &job_codec },
	{ TABLE_MAIL, STORE_MAIN, &mail_codec },
	{ TABLE_OUTCOME, STORE_MAIN, &outcome_codec },
	{ TABLE_REQUEST_DRAFT, STORE_MAIN, &grant_request_codec },
	{ TABLE_REQUEST, STORE_MAIN, &grant_request_codec },
	{ TABLE_REQUEST_EVENT, STORE_MAIN, &request_event_codec },
	{ TABLE_AGREEMENT, STORE_MAIN, &agreement_file_codec },
	{ TABLE_AMENDMENT, STORE_MAIN, &amendment_codec },
	{ TABLE_AGREEMENT_TEMPLATE, STORE_MAIN, &agreement_template_codec },
	{ TABLE_RIGHT_HISTORY, STORE_MAIN, &period_codec },
	{ TABLE_ERASED, STORE_MAIN, &moment_codec },
	{ TABLE_COUNTER, STORE_MAIN, &counter_codec },
	{ TABLE_CHALLENGE, STORE_MAIN, &period_codec },
	{ TABLE_MAILED_LINK, STORE_MAIN, &mailed_link_codec },
	{ TABLE_PREFERENCES, STORE_MAIN, &preferences_codec },
	{ TABLE_PASSWORD_ASKED, STORE_MAIN, &moment_codec },
	{ TABLE_REPORT, STORE_MAIN, &report_codec },
	{ TABLE_MIRROR_PERSON, STORE_MAIN, &person_codec },
	{ TABLE_MIRROR_ESTABLISHMENT, STORE_MAIN, &establishment_codec },
	{ TABLE_MIRROR_PROVIDER, STORE_MAIN, &provider_codec },
	{ TABLE_MIRROR_AGREEMENT, STORE_MAIN, &agreement_codec },
	{ TABLE_MIRROR_CAF, STORE_MAIN, &caf_codec },
	{ TABLE_MIRROR_GROUP, STORE_MAIN, &group_codec },
	{ TABLE_SEAL, STORE_MAIN, &seal_codec },
	{ TABLE_PUBLIC_LISTING, STORE_PUBLIC, &family_page_codec },
	{ TABLE_PUBLIC_NEAR, STORE_PUBLIC, &family_summary_codec },
	{ TABLE_PUBLIC_COMMUNE, STORE_PUBLIC, &commune_codec },
};

union any_kind {
	struct published published;
	struct revision revision;
#define X(k, fields) struct k any_##k;
	STORE_KINDS(X)
#undef X
};

static bool hash_holds(struct bytes text, struct bytes hash)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(text, digest);
	return bytes_equal(hash, (struct bytes){ digest, sizeof digest });
}

static const char *finding(struct arena *a, enum table table, const struct codec *codec, struct bytes payload)
{
	union any_kind record;

	if (codec_decode(a, codec, payload, &record))
		return "does not decode";
	if (table == TABLE_LISTING && !hash_holds(record.published.text, record.published.hash))
		return "text and hash differ";
	if (table == TABLE_REQUEST && record.any_grant_request.document_hash.n &&
	    !hash_holds(bytes_of(record.any_grant_request.document), record.any_grant_request.document_hash))
		return "document and hash differ";
	if (table == TABLE_REVISION && !hash_holds(record.revision.text, record.revision.hash))
		return "text and hash differ";
	return NULL;
}

static enum err check_table(struct ctl *c, size_t i, size_t *records, size_t *findings)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, kinds[i].part);
	AUTO_SCAN struct scan s = scan_prefix(&t, kinds[i].table, BYTES_NONE);

	while (scan_next(&s)) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *what = finding(a, kinds[i].table, kinds[i].codec, s.record.payload);

		++*records;
		if (!what)
			continue;
		++*findings;
		printf("%s %s: %s\n", kinds[i].codec->name, text_hex(a, s.key), what);
	}
	return t.err;
}

/* Whether the records are those that were written, their chain says: audit verify. */
static enum err check_log(struct ctl *c, size_t *records, size_t *findings)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_AUDIT, BYTES_NONE);

	while (scan_next(&s)) {
		AUTO_ARENA struct arena *a = arena_new();
		struct audit_record r;
		enum err e = audit_record_get(&t, a, TABLE_AUDIT, s.key, &r);

		++*records;
		if (!e || e == ERR_GONE)
			continue;
		++*findings;
		printf("%s %s: does not decode\n", audit_record_codec.name, text_hex(a, s.key));
	}
	return t.err;
}

int ctl_store_check(struct ctl *c)
{
	size_t records = 0, findings = 0;

	for (size_t i = 0; i < LENGTH(kinds); i++) {
		enum err e = check_table(c, i, &records, &findings);

		if (e)
			return ctl_fail("%s: %s", kinds[i].codec->name, err_text(e));
	}
	enum err e = check_log(c, &records, &findings);

	if (e)
		return ctl_fail("%s: %s", audit_record_codec.name, err_text(e));
	printf("%zu records read, %zu findings\n", records, findings);
	return findings ? 1 : 0;
}

int ctl_store_backup(struct ctl *c)
{
	const char *why;

	if (store_backup(c->app.store, c->arguments.v[0], &why))
		return ctl_fail("%s: %s", c->arguments.v[0], why);
	printf("%s written\n", c->arguments.v[0]);
	return 0;
}

int ctl_store_restore(struct ctl *c)
{
	const char *why;
	enum err e = settings_read(c->arena, c->config, &c->settings, &why);
	if (e)
		return ctl_fail("%s", why);
	struct writer_options o = writer_options_of(c->arena, &c->settings);

	if (writer_restore(c->arena, &o, c->arguments.v[0], &why))
		return ctl_fail("%s", why);
	puts("restored; start the service, then run `habilisctl store publish`");
	return 0;
}

int ctl_store_publish(struct ctl *c)
{
	size_t communes, establishments;
	const char *why = "";
	enum err e = publish_all(&c->app, c->arena, &communes, &establishments, &why);

	if (e)
		return ctl_fail("%s: %s", err_text(e), why);
	printf("%zu communes, %zu establishments published\n", communes, establishments);
	return 0;
}
