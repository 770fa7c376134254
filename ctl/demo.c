/* demo generate: reads the accounts of demo.json, plans a month, does it. */
#include "ctl/demo.h"

#include "acts/log.h"
#include "acts/mirror_keys.h"
#include "acts/report.h"
#include "acts/who.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEMO_MAX 262144
#define OFFICES 200
#define STRANGE_ADDRESS "203.0.113.77"
#define FAMILY_ADDRESS "192.0.2.94"

const char *demo_browser(size_t nth)
{
	static const char *const all[] = {
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	};

	return all[nth % LENGTH(all)];
}

static enum err read_file(struct arena *a, const char *path, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(a, DEMO_MAX);
	ssize_t n = fd < 0 ? -1 : read(fd, text, DEMO_MAX);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return ERR_NOTFOUND;
	*out = (struct bytes){ (const uint8_t *)text, (size_t)n };
	return ERR_OK;
}

static struct visitor visitor_at(const struct demo_account *account, int64_t at, const char *address)
{
	struct visitor who = account->who;

	who.address = address;
	who.user_agent = address == account->address ? account->browser : demo_browser(2);
	who.method = "POST";
	who.path = "";
	who.resume = "";
	who.at = at;
	return who;
}

/* The person as the mirror has it: rights are asked of it, sessions come with the first act. */
static enum err account_fill(struct demo *d, struct demo_account *account)
{
	struct arena *a = d->ctl->arena;
	AUTO_TXN struct txn t = txn_read(d->ctl->app.store, STORE_MAIN);
	struct record uuid;
	enum err e = txn_get(&t, TABLE_MIRROR_NAME, mirror_name_key(a, 'u', account->uid), &uuid);

	if (e || (e = person_get(&t, a, TABLE_MIRROR_PERSON, uuid.payload, &account->person)))
		return e;
	account->who = ctl_visitor();
	txn_end(&t);
	return visitor_fill(&d->ctl->app, a, &account->person, &account->who);
}

static enum err read_accounts(struct demo *d, const char *path)
{
	struct json_value *root;
	struct bytes text;
	enum err e = read_file(d->ctl->arena, path, &text);

	if (e || (e = json_parse(d->ctl->arena, text, &root)))
		return e;
	const struct json_value *list = json_get(root, "accounts");

	if (!list)
		return ERR_MALFORMED;
	for (const struct json_value *v = list->first; v; v = v->next)
		d->n_accounts++;
	d->accounts = arena_array(d->ctl->arena, d->n_accounts, struct demo_account);
	size_t i = 0;

	for (const struct json_value *v = list->first; v; v = v->next, i++) {
		const struct json_value *first = json_get(v, "first_login");
		struct demo_account *account = &d->accounts[i];

		account->role = json_get_string(v, "role");
		account->caf = json_get_string(v, "caf");
		account->uid = json_get_string(v, "uid");
		account->password = json_get_string(v, "password");
		account->first_login = first && first->kind == JSON_BOOL && first->boolean;
		account->address = arena_printf(d->ctl->arena, "198.51.100.%zu", 10 + i % OFFICES);
		account->browser = demo_browser(i);
		if (!account->caf)
			account->caf = "";
		if (!account->role || !account->uid || !account->password)
			return ERR_MALFORMED;
		if ((e = account_fill(d, account)))
			return e;
	}
	return ERR_OK;
}

/* --- the acts --- */

static enum err log_in(struct demo *d, struct demo_account *account, int64_t at, const char *address, const char *password)
{
	struct visitor from = visitor_at(account, at, address);
	struct login_result r;

	from.known = false;
	from.roles = 0;
	codec_default(&person_codec, &from.person);
	enum err e = login(&d->ctl->app, d->ctl->arena, &from, account->uid, bytes_of(password), &r);

	if (!e && r.outcome == LOGIN_DONE) {
		account->who = r.who;
		account->until = at + 25 * MINUTE_MS;
	}
	return e;
}

/* Ends the sessions of half an hour that are over by then, in their order: the log is in the order of what happened. */
static enum err leave(struct demo *d, int64_t by)
{
	for (;;) {
		struct demo_account *first = NULL;

		for (size_t i = 0; i < d->n_accounts; i++) {
			struct demo_account *account = &d->accounts[i];

			if (account->until && account->until < by && (!first || account->until < first->until))
				first = account;
		}
		if (!first)
			return ERR_OK;
		struct visitor who = visitor_at(first, first->until, first->address);
		enum err e = logout(&d->ctl->app, d->ctl->arena, &who);

		if (e)
			return e;
		first->until = 0;
	}
}

static enum err present(struct demo *d, struct demo_account *account, int64_t at)
{
	return account->until ? ERR_OK : log_in(d, account, at - MINUTE_MS, account->address, account->password);
}

static enum err send(struct demo *d, const struct demo_step *s, struct visitor *who)
{
	struct arena *a = d->ctl->arena;
	struct listing_state st;
	struct listing l;
	struct faults faults = { NULL, 0 };
	bool unchanged;
	uint64_t n;
	enum err e = listing_state_read(&d->ctl->app, a, who, s->e, &st);

	if (e)
		return e;
	demo_listing(a, s->e, s->seed, st.published.rev ? 2 : 1, &l);
	struct input in = listing_to_input(&d->ctl->app, a, &l);

	e = revision_send(&d->ctl->app, a, who, s->e, &in,
			  &(struct revision_seen){ st.published.n, st.pending.n, st.draft.rev }, &faults, &unchanged, &n);
	for (size_t i = 0; e == ERR_INVALID && i < faults.n; i++)
		fprintf(stderr, "%s: %s: %s\n", s->e->id, faults.v[i].name, faults.v[i].value);
	return e;
}

static enum err decide(struct demo *d, const struct demo_step *s, const struct visitor *who)
{
	struct arena *a = d->ctl->arena;
	struct listing_state st;
	struct faults faults = { NULL, 0 };
	struct revision now;
	enum err e = listing_state_read(&d->ctl->app, a, who, s->e, &st);

	if (e)
		return e;
	struct decision decision = { .n = st.pending.n, .accept = s->act == DEMO_ACCEPT, .reason_text = "" };

	if (!decision.accept) {
		strs_add(a, &decision.reasons, "publicite");
		decision.reason_text =
			"Retirez le nom de la société partenaire des ateliers : c’est une publicité. Le reste convient.";
	}
	return revision_decide(&d->ctl->app, a, who, s->e, &decision, &faults, &now);
}

static enum err places(struct demo *d, const struct demo_step *s, const struct visitor *who)
{
	struct arena *a = d->ctl->arena;
	struct places_state st;
	struct faults faults = { NULL, 0 };
	struct grid now;
	enum err e = places_state_read(&d->ctl->app, a, s->e, &st);

	if (e)
		return e;
	struct input in = demo_grid(a, s->e, st.published.rev ? &st.online : NULL, s->seed, day_of(s->at) + 4);

	e = s->act == DEMO_CONFIRM ? grid_confirm(&d->ctl->app, a, who, s->e, st.grid.n, &faults, &now) :
				     grid_publish(&d->ctl->app, a, who, s->e, &in, st.grid.n, &faults, &now);
	for (size_t i = 0; e == ERR_INVALID && i < faults.n; i++)
		fprintf(stderr, "%s: %s: %s\n", s->e->id, faults.v[i].name, faults.v[i].value);
	return e;
}

/* A family's report on a listing that is online. */
static enum err report(struct demo *d, const struct demo_step *s)
{
	static const char *const texts[] = {
		"Le numéro de téléphone ne répond plus : on nous a dit à la mairie qu’il a changé.",
		"Sur place, l’affiche dit que l’accueil ferme à 18 h le vendredi ; votre page dit 18 h 30.",
		"L’entrée n’est plus rue principale mais derrière l’école.",
	};
	static const struct demo_account nobody;
	struct visitor family = visitor_at(&nobody, s->at, FAMILY_ADDRESS);
	struct pair v[] = { { "erreur", texts[s->seed % LENGTH(texts)] },
			    { "adresse", s->seed ? "" : "famille.lerouge@courriel.example" } };
	struct input in = { v, LENGTH(v) };
	struct faults faults = { NULL, 0 };

	return report_send(&d->ctl->app, d->ctl->arena, &family, s->e->id, &in, &faults);
}

static enum err query(struct demo *d, const struct visitor *who)
{
	struct input in = { NULL, 0 };
	struct faults faults = { NULL, 0 };
	struct log_view view;

	return log_read(&d->ctl->app, d->ctl->arena, who, EVENT_CONNECTION, &in, 0, 50, &faults, &view);
}

static enum err run_step(struct demo *d, const struct demo_step *s)
{
	enum err e = leave(d, s->at - MINUTE_MS);

	if (e)
		return e;
	if (s->act == DEMO_REQUEST)
		return demo_request_send(d, s->seed, s->at);
	if (s->act == DEMO_REPORT)
		return report(d, s);
	if (s->act == DEMO_FAILED_LOGIN)
		return log_in(d, s->by, s->at, STRANGE_ADDRESS, "un mot de passe essayé");
	e = present(d, s->by, s->at);
	if (e || s->act == DEMO_VISIT)
		return e;
	struct visitor who = visitor_at(s->by, s->at, s->by->address);

	if (s->act == DEMO_SEND)
		return send(d, s, &who);
	if (s->act == DEMO_ACCEPT || s->act == DEMO_REFUSE)
		return decide(d, s, &who);
	if (s->act == DEMO_QUERY)
		return query(d, &who);
	return s->act >= DEMO_REQUEST ? demo_request_step(d, s->act, s->seed, &who) : places(d, s, &who);
}

/* Who never logged in has a temporary password, as activation would have mailed it. */
static enum err temporary_passwords(struct demo *d)
{
	struct visitor by = ctl_visitor();

	for (size_t i = 0; i < d->n_accounts; i++) {
		enum err e = d->accounts[i].first_login ?
				     temporary_password_put(&d->ctl->app, d->ctl->arena, &by, d->accounts[i].person.uuid,
							    d->accounts[i].password, "activation",
							    d->now + d->ctl->settings.temporary_activation_days * DAY_MS) :
				     ERR_OK;

		if (e)
			return e;
	}
	return ERR_OK;
}

int ctl_demo_generate(struct ctl *c)
{
	struct demo d = { .ctl = c, .now = clock_now(), .random = 20261124 };
	enum err e;

	if (!c->settings.run_test_clock)
		return ctl_fail("demo generate needs test_clock = yes");
	if ((e = read_accounts(&d, c->arguments.v[0])))
		return ctl_fail("%s: accounts cannot be read: %s", c->arguments.v[0], err_text(e));
	if ((e = temporary_passwords(&d)) || (e = demo_plan(&d)))
		return ctl_fail("%s", err_text(e));
	for (size_t i = 0; i < d.n_steps; i++)
		if ((e = run_step(&d, &d.steps[i])))
			return ctl_fail("step %zu (act %d, %s, %s): %s", i, (int)d.steps[i].act,
					d.steps[i].by ? d.steps[i].by->uid : "-", d.steps[i].e ? d.steps[i].e->id : "-",
					err_text(e));
	if ((e = leave(&d, d.now)))
		return ctl_fail("%s", err_text(e));
	printf("%zu acts of a month done\n", d.n_steps);
	return 0;
}
