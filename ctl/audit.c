/* audit query | verify */
#include "ctl/command.h"

#include "acts/rights.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define COUNT_MAX 100000

/* A day, JJ/MM/AAAA or ISO, as the start in Paris of the day that many later; 0 when the option was not given. */
static enum err day_option(struct ctl *c, const char *name, int later, int64_t *out)
{
	const char *text = ctl_option(c, name);
	day_t day;

	*out = 0;
	if (!*text)
		return ERR_OK;
	enum err e = day_parse(text, &day);

	if (!e)
		*out = day_start(day + later);
	return e;
}

static const char *or_null(const char *s)
{
	return *s ? s : NULL;
}

/* Somebody wrote what is in a record: no end of a line in it may pass for the beginning of another record, nor speak to
   the terminal (C0, DEL, C1). */
static void put_one_line(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];

		if (c < ' ' || c == 0x7f)
			printf("\\x%02x", (unsigned)c);
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			printf("\\x%02x", (unsigned)(unsigned char)*++s);
		else
			putchar(c);
	}
	putchar('\n');
}

static void print_line(struct ctl *c, const struct audit_record *r)
{
	struct buf b = buf_new(c->arena);

	buf_printf(&b, "%llu %s %s %s", (unsigned long long)r->seq, time_iso(c->arena, r->time), r->event,
		   r->failed ? "failed" : "done");
	if (*r->cause)
		buf_printf(&b, " cause=%s", r->cause);
	buf_printf(&b, " person=%s role=%s address=%s object=%s:%s", *r->number ? r->number : "-",
		   *r->role ? r->role : "-", *r->address ? r->address : "-", r->object_kind, r->object_id);
	for (size_t i = 0; i < r->details.n; i++)
		buf_printf(&b, " %s", r->details.v[i]);
	put_one_line(buf_str(&b));
}

static void print_json(struct ctl *c, const struct audit_record *r)
{
	struct json *j = json_new(c->arena);

	json_open_map(j);
	codec_json(c->arena, &audit_record_codec, r, j);
	json_close_map(j);
	puts(json_text(j));
}

/* The query is an event; without its record there is no answer. */
static enum err record_query(struct ctl *c)
{
	struct visitor who = ctl_visitor();
	struct audit_record r = act_record(c->arena, &who, EVENT_LOG_QUERY);

	r.object_kind = "log";
	for (size_t i = 0; i < c->options.n; i++)
		act_detail(c->arena, &r, c->options.v[i].name, c->options.v[i].value);
	return act_note(&c->app, c->arena, &who, &r);
}

static int query_of(struct ctl *c, struct audit_query *q, struct establishment *e)
{
	const char *event = ctl_option(c, "event");
	int64_t limit = 50;

	*q = (struct audit_query){ .event_class = -1, .failed = -1 };
	if (day_option(c, "from", 0, &q->from) || day_option(c, "until", 1, &q->until))
		return ctl_misuse("a day is written 23/11/2026 or 2026-11-23");
	if (*event && event_of(event) == EVENT__MAX)
		return ctl_misuse("no event is called %s", event);
	if (*ctl_option(c, "limit") && text_to_int(ctl_option(c, "limit"), 1, 1000000, &limit))
		return ctl_misuse("--limit takes a number from 1 to 1000000");
	if (*ctl_option(c, "establishment")) {
		if (establishment_find(&c->app, c->arena, ctl_option(c, "establishment"), e))
			return ctl_fail("no establishment has this id");
		q->establishment = &e->uuid;
	}
	if (q->until && q->from >= q->until)
		return ctl_misuse("--from is later than --until");
	if (*ctl_option(c, "failed") && *ctl_option(c, "done"))
		return ctl_misuse("--failed and --done exclude each other; without either both are shown");
	q->number = or_null(ctl_option(c, "person"));
	q->provider = or_null(ctl_option(c, "provider"));
	q->caf = or_null(ctl_option(c, "caf"));
	q->address = or_null(ctl_option(c, "address"));
	/* what is done from a terminal has no other address */
	if (q->address && strcmp(q->address, ctl_visitor().address) != 0 && text_address(c->arena, q->address, &q->address))
		return ctl_misuse("%s: no whole address, as 198.51.100.24", q->address);
	q->event = or_null(event);
	if (*ctl_option(c, "failed") || *ctl_option(c, "done"))
		q->failed = *ctl_option(c, "failed") != 0;
	q->limit = (size_t)limit;
	return 0;
}

/* Who left the directory is still found by what the log has of him. */
static enum err is_logged(struct ctl *c, struct txn *t, struct audit_query q)
{
	struct audit_page page = { 0 };

	q.event_class = q.failed = -1;
	q.limit = 1;
	enum err e = audit_find(t, c->arena, &q, &page);

	return e ? e : page.n ? ERR_OK : ERR_NOTFOUND;
}

static int check_known(struct ctl *c, const struct audit_query *q)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	struct person person;
	struct caf caf;
	struct provider provider;

	if (q->number && person_by_name(&t, c->arena, 'n', q->number, &person) == ERR_NOTFOUND &&
	    is_logged(c, &t, (struct audit_query){ .number = q->number }) == ERR_NOTFOUND)
		return ctl_fail("%s: nobody in the directory or the log has this number", q->number);
	if (q->caf && caf_by_code(&t, c->arena, q->caf, &caf) == ERR_NOTFOUND &&
	    is_logged(c, &t, (struct audit_query){ .caf = q->caf }) == ERR_NOTFOUND)
		return ctl_fail("%s: no Caf in the directory or the log has this code", q->caf);
	if (q->provider && provider_by_id(&t, c->arena, q->provider, &provider) == ERR_NOTFOUND &&
	    is_logged(c, &t, (struct audit_query){ .provider = q->provider }) == ERR_NOTFOUND)
		return ctl_fail("%s: no provider in the directory or the log has this id", q->provider);
	return 0;
}

/* Beside the answer, so that a page of it is not taken for the whole. */
static enum err tell_rest(struct txn *t, struct audit_query *q, size_t shown)
{
	size_t n, failures;
	enum err e = audit_count(t, q, COUNT_MAX, &n, &failures);

	if (!e && n > shown)
		fprintf(stderr, "habilisctl: %s%zu more; --limit shows them\n", n == COUNT_MAX ? "at least " : "",
			n - shown);
	return e;
}

int ctl_audit_query(struct ctl *c)
{
	struct audit_query q;
	struct audit_page page;
	struct establishment establishment;
	int status = query_of(c, &q, &establishment);

	if (!status)
		status = check_known(c, &q);
	if (status)
		return status;
	enum err e = record_query(c);

	if (e)
		return ctl_fail("the query could not be recorded, so it is not answered: %s", err_text(e));
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);

	if ((e = audit_find(&t, c->arena, &q, &page)))
		return ctl_fail("%s", err_text(e));
	for (size_t i = 0; i < page.n; i++) {
		if (*ctl_option(c, "json"))
			print_json(c, &page.v[i]);
		else
			print_line(c, &page.v[i]);
	}
	if (page.more && (e = tell_rest(&t, &q, page.n)))
		return ctl_fail("%s", err_text(e));
	return 0;
}

/* --store names a folder with data.mdb, in use or a copy, also without lock.mdb; else the service's own. */
int ctl_audit_verify(struct ctl *c)
{
	struct audit_verdict v;
	const char *why = "";
	struct store_place place = { .dir = ctl_option(c, "store"), .map_bytes = 64ull << 30 };

	if (!*place.dir) {
		if (settings_read(c->arena, c->config, &c->settings, &why))
			return ctl_fail("%s", why);
		place.dir = c->settings.store_dir;
		place.map_bytes = (uint64_t)c->settings.store_map_gib << 30;
	}
	enum err e = audit_verify_place(c->arena, &place, &v, &why);

	if (e)
		return ctl_fail("the log cannot be read: %s", *why ? why : err_text(e));
	if (!v.whole) {
		printf("BROKEN at record %llu: %s (%llu records before it are whole)\n", (unsigned long long)v.bad_seq,
		       v.reason, (unsigned long long)v.records);
		return 1;
	}
	printf("whole: %llu records, %llu seals, link %s\n", (unsigned long long)v.records, (unsigned long long)v.seals,
	       text_hex(c->arena, (struct bytes){ v.link, sizeof v.link }));
	if (v.keys > 1)
		printf("the key of the seals changed %llu times; the last one is %s\n", (unsigned long long)v.keys - 1,
		       text_hex(c->arena, (struct bytes){ v.public_key, sizeof v.public_key }));
	return 0;
}
