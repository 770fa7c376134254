/* The contact's link: asked for, made when its mail leaves, found again. */
#include "acts/departure.h"

#include "acts/listing_rules.h"
#include "acts/mails.h"
#include "acts/mirror_keys.h"
#include "acts/who_throttle.h"
#include "base/text.h"

#include <string.h>

#define LIFE_MS DAY_MS
#define COMMIT_TRIES 6 /* others who ask from one address at the same moment */
#define PROVIDERS_MAX 20
#define WHAT "fin-de-mission"

struct asking {
	struct app *app;
	struct arena *a;
	struct visitor from; /* nobody */
	const char *mail;
	int64_t now;
	struct bytes address_key;
	struct throttle address;
	struct provider providers[PROVIDERS_MAX];
	struct throttle sent[PROVIDERS_MAX];
	size_t n;
	struct changeset *cs;
};

static struct bytes provider_key(struct asking *x, const struct provider *p)
{
	return throttle_key(x->a, 'm', key_bytes(p->uuid.b, sizeof p->uuid.b));
}

/* The index's key is coarser than an address: compared again. */
static enum err find_providers(struct asking *x, struct txn *t)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_IN, mirror_in_prefix(x->a, 'k', text_fold(x->a, x->mail)));
	const char *folded = text_casefold(x->a, x->mail);

	x->n = 0;
	while (x->n < PROVIDERS_MAX && scan_next(&s)) {
		struct provider *p = &x->providers[x->n];
		enum err e = provider_get(t, x->a, TABLE_MIRROR_PROVIDER, tail_of(s.key, sizeof(struct uuid)), p);

		if (e == ERR_NOTFOUND || (!e && strcmp(text_casefold(x->a, p->mail), folded) != 0))
			continue;
		if (!e)
			e = or_none(throttle_get(t, x->a, TABLE_THROTTLE, provider_key(x, p), &x->sent[x->n]));
		if (e)
			return e;
		x->n++;
	}
	return t->err;
}

static enum err read_state(struct asking *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	enum err e = or_none(throttle_get(&t, x->a, TABLE_THROTTLE, x->address_key, &x->address));

	return e ? e : find_providers(x, &t);
}

static void record(struct asking *x, const struct provider *p, const char *cause)
{
	struct audit_record r = act_record(x->a, &x->from, EVENT_DEPARTURE_LINK);
	uint8_t digest[DIGEST_SIZE];

	r.failed = *cause != '\0';
	r.cause = cause;
	if (p) {
		r.object_kind = "provider";
		r.object_id = r.provider = p->id;
		r.caf = p->caf;
	} else {
		secret_keyed(x->app->key, "throttle", bytes_of(text_casefold(x->a, x->mail)), digest);
		act_detail(x->a, &r, "identifier", text_hex(x->a, (struct bytes){ digest, 4 }));
	}
	changeset_audit(x->cs, &r);
}

static void add_mail(struct asking *x, size_t i)
{
	const struct provider *p = &x->providers[i];
	struct bytes key = provider_key(x, p);

	changeset_expect(x->cs, TABLE_THROTTLE, key, x->sent[i].rev);
	if (!throttle_ask_mail(&x->sent[i], x->now)) {
		record(x, p, "account_limit");
		return;
	}
	changeset_put(x->cs, TABLE_THROTTLE, key, throttle_encode(x->a, &x->sent[i]));
	mail_add(x->app, x->a, x->cs, "departure_link", UUID_NONE, p->mail, p->caf, "organisme", p->name, "fournisseur",
		 p->key, NULL);
	record(x, p, "");
}

static enum err try_once(struct asking *x, int64_t *retry_at)
{
	enum err e = read_state(x);

	if (!e)
		e = act_begin(x->app, x->a, &x->from, &x->cs);
	if (e)
		return e;
	if (throttle_until(&x->address, x->now)) {
		*retry_at = x->address.until;
		record(x, NULL, "address_limit");
		e = changeset_commit(x->app->store, x->cs, NULL);
		return e ? e : ERR_LIMIT;
	}
	changeset_expect(x->cs, TABLE_THROTTLE, x->address_key, x->address.rev);
	throttle_ask_address(&x->address, x->now);
	changeset_put(x->cs, TABLE_THROTTLE, x->address_key, throttle_encode(x->a, &x->address));
	for (size_t i = 0; i < x->n; i++)
		add_mail(x, i);
	if (!x->n)
		record(x, NULL, "unknown_account");
	return changeset_commit(x->app->store, x->cs, NULL);
}

enum err departure_link_ask(struct app *app, struct arena *a, const struct visitor *from, const char *mail, int64_t *retry_at)
{
	struct asking *x = arena_new_of(a, struct asking);
	enum err e = ERR_CONFLICT;

	*x = (struct asking){ .app = app, .a = a, .from = *from, .mail = mail, .now = visitor_now(from) };
	x->from.known = false;
	x->from.session = (struct session){ 0 };
	x->address_key = throttle_key(a, 'd', throttle_address(a, from->address));
	if (act_was_done(app, from))
		return ERR_OK;
	/* somebody asked at the same moment: look again */
	for (int i = 0; i < COMMIT_TRIES && e == ERR_CONFLICT; i++)
		e = try_once(x, retry_at);
	return e;
}

/* --- the link itself --- */

static enum err key_of(struct arena *a, const char *token, struct bytes *out)
{
	uint8_t raw[32], digest[DIGEST_SIZE];
	enum err e = secret_token_parse(token, raw);

	if (e)
		return ERR_NOTFOUND;
	secret_digest((struct bytes){ raw, sizeof raw }, digest);
	secret_wipe(raw, sizeof raw);
	*out = (struct bytes){ (const uint8_t *)arena_memdup(a, digest, sizeof digest), sizeof digest };
	return ERR_OK;
}

enum err departure_link_issue(struct app *app, struct arena *a, const struct mail *m, const char **path, int64_t *until)
{
	struct changeset *cs = changeset_new(a);
	const char *token = secret_token(a);
	struct mailed_link link;
	struct bytes key;
	enum err e = key_of(a, token, &key);

	if (e)
		return ERR_INTERNAL;
	codec_default(&mailed_link_codec, &link);
	link.what = WHAT;
	link.provider_key = arg_of(&m->args, "fournisseur");
	link.until = clock_now() + LIFE_MS;
	link.mail = m->to;
	changeset_put(cs, TABLE_MAILED_LINK, key, mailed_link_encode(a, &link));
	e = changeset_commit(app->store, cs, NULL);
	if (e)
		return e;
	*path = arena_printf(a, "/fin-de-mission/%s", token);
	*until = link.until;
	return ERR_OK;
}

/* Whose address it went to is the contact no more, once the directory says another. */
static bool is_of_contact(struct arena *a, const struct departure_link *d)
{
	return strcmp(text_casefold(a, d->link.mail), text_casefold(a, d->provider.mail)) == 0;
}

static enum err read_link(struct app *app, struct arena *a, int64_t now, struct departure_link *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = mailed_link_get(&t, a, TABLE_MAILED_LINK, out->key, &out->link);

	if (!e && (strcmp(out->link.what, WHAT) != 0 || out->link.until <= now))
		e = ERR_NOTFOUND;
	if (!e)
		e = provider_by_key(&t, a, out->link.provider_key, &out->provider);
	if (!e && !is_of_contact(a, out))
		e = ERR_NOTFOUND;
	codec_default(&caf_codec, &out->caf);
	return e ? e : or_none(caf_by_code(&t, a, out->provider.caf, &out->caf));
}

enum err departure_link_find(struct app *app, struct arena *a, const char *token, int64_t now, struct departure_link *out)
{
	struct person *all;
	size_t n;
	enum err e = key_of(a, token, &out->key);

	if (!e)
		e = read_link(app, a, now, out);
	if (!e)
		e = people_of(app, a, out->provider.key, &all, &n);
	if (e)
		return e;
	out->people = all;
	out->n = 0;
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].status, "terminee") != 0)
			out->people[out->n++] = all[i];
	return ERR_OK;
}
