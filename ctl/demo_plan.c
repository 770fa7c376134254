#include "ctl/demo.h"

#include <stdlib.h>
#include <string.h>

#define MONTH 30

unsigned demo_random(struct demo *d, unsigned below)
{
	d->random = d->random * 1664525u + 1013904223u;
	return (d->random >> 8) % below;
}

/* Some minute of the working hours of that many days ago; a weekend day becomes the Friday before. */
static int64_t moment(struct demo *d, int days_ago)
{
	day_t day = day_of(d->now) - days_ago;
	int weekday = day_weekday(day);

	if (weekday > 4)
		day -= weekday - 4;
	int64_t at = day_start(day) + 8 * HOUR_MS + (int64_t)demo_random(d, 9 * 60) * MINUTE_MS +
		     (int64_t)demo_random(d, 60) * SECOND_MS;

	if (at < d->now)
		return at;
	/* today: this morning, or a working day before where nobody is there yet */
	return d->now > day_start(day) + 9 * HOUR_MS ? d->now - (int64_t)(1 + demo_random(d, 50)) * MINUTE_MS :
						       moment(d, days_ago + 1);
}

/* That moment, or once people are back at work. */
static int64_t at_work(struct demo *d, int64_t at)
{
	day_t day = day_of(at);
	int64_t since = at - day_start(day);

	if (day_weekday(day) < 5 && since >= 8 * HOUR_MS && since < 19 * HOUR_MS)
		return at;
	day += since >= 19 * HOUR_MS;
	while (day_weekday(day) > 4)
		day++;
	return day_start(day) + 8 * HOUR_MS + (int64_t)demo_random(d, 9 * 60) * MINUTE_MS;
}

static void step(struct demo *d, int64_t at, enum demo_act act, struct demo_account *by, const struct establishment *e,
		 unsigned seed)
{
	if (!by && act != DEMO_REQUEST && act != DEMO_REPORT)
		return;
	d->steps = arena_more(d->ctl->arena, d->steps, d->n_steps, sizeof *d->steps);
	d->steps[d->n_steps++] = (struct demo_step){ at, act, by, e, seed };
}

/* The nth account of a role in a Caf, round and round. */
static struct demo_account *someone(struct demo *d, const char *role, const char *caf, unsigned nth)
{
	struct demo_account *found[16];
	unsigned n = 0;

	for (size_t i = 0; i < d->n_accounts && n < LENGTH(found); i++)
		if (strcmp(d->accounts[i].role, role) == 0 && (!*caf || strcmp(d->accounts[i].caf, caf) == 0))
			found[n++] = &d->accounts[i];
	return n ? found[nth % n] : NULL;
}

/* The listing's life: most were accepted early in the month, some have a second text that waits, was refused or accepted. */
static void plan_listing(struct demo *d, struct demo_account *agent, const struct establishment *e, unsigned i)
{
	struct demo_account *reviewer = someone(d, "caf_reviewer", e->caf, i);
	int sent = MONTH - 1 - (int)demo_random(d, 6);

	if (i % 17 == 13)
		return; /* never written */
	int64_t at = moment(d, sent);

	step(d, at, DEMO_SEND, agent, e, i);
	step(d, at_work(d, at + 20 * HOUR_MS + (int64_t)demo_random(d, 300) * MINUTE_MS), DEMO_ACCEPT, reviewer, e, i);
	if (i % 25 == 2)
		step(d, moment(d, 1 + (int)i % 4), DEMO_REPORT, NULL, e, i / 25);
	if (i % 11 == 3) {
		step(d, moment(d, 3 + (int)demo_random(d, 6)), DEMO_SEND, agent, e, i);
	} else if (i % 13 == 5 || i == 0) {
		at = moment(d, 6);
		step(d, at, DEMO_SEND, agent, e, i);
		step(d, at_work(d, at + 26 * HOUR_MS), DEMO_REFUSE, reviewer, e, i);
	} else if (i % 19 == 7) {
		at = moment(d, 9);
		step(d, at, DEMO_SEND, agent, e, i);
		step(d, at_work(d, at + 3 * HOUR_MS), DEMO_ACCEPT, reviewer, e, i);
	}
}

/* The grids: up to date for most, a week, a month or two old for some, full for others, never reported for a few. */
static void plan_places(struct demo *d, struct demo_account *agent, const struct establishment *e, unsigned i)
{
	static const int ages[] = { 0, 1, 3, 4, 2, 9, 5, 1, 34, 6, 2, 65, 3, 1, 12, 0 };
	int age = ages[i % LENGTH(ages)];

	if (i % 9 == 8)
		return;
	int64_t at = moment(d, age);

	step(d, at, DEMO_GRID, agent, e, i);
	if (age < 20 && i % 3 == 0)
		step(d, moment(d, 15 + (int)demo_random(d, 8)), DEMO_GRID, agent, e, i + 1000);
	if (age > 1 && age < 7 && i % 5 == 0) {
		int64_t confirmed = moment(d, 1);

		/* both may fall on one Friday */
		step(d, confirmed > at ? confirmed : at + 2 * HOUR_MS, DEMO_CONFIRM, agent, e, i);
	}
}

static void plan_rest(struct demo *d)
{
	struct demo_account *second = someone(d, "agent", "", 1);

	step(d, moment(d, 12), DEMO_VISIT, second, NULL, 0);
	int64_t tried = moment(d, 2);

	for (int k = 0; k < 3; k++)
		step(d, tried + k * 14 * SECOND_MS, DEMO_FAILED_LOGIN, second, NULL, 0);
	for (unsigned k = 0; k < 6; k++) {
		step(d, moment(d, 3 + (int)k * 4), DEMO_QUERY, someone(d, "caf_auditor", "", k), NULL, k);
		step(d, moment(d, 2 + (int)k * 4), DEMO_QUERY, someone(d, "national_auditor", "", 0), NULL, k);
	}
}

/* One waits to be checked, one to be activated, one for the provider's signature, one was refused; the other Caf has one too. */
static void plan_requests(struct demo *d)
{
	static const struct {
		int days_ago;
		enum demo_act act;
		unsigned request;
	} plan[] = {
		/* three days apart: a weekend's act is done on Friday */
		{ 3, DEMO_REQUEST, 0 },  { 28, DEMO_REQUEST, 1 },        { 24, DEMO_CHECK, 1 },  { 21, DEMO_POST, 1 },
		{ 2, DEMO_RECEIVE, 1 },  { 18, DEMO_REQUEST, 2 },        { 14, DEMO_CHECK, 2 },  { 11, DEMO_POST, 2 },
		{ 22, DEMO_REQUEST, 3 }, { 17, DEMO_REFUSE_REQUEST, 3 }, { 5, DEMO_REQUEST, 4 },
	};

	for (size_t i = 0; i < LENGTH(plan); i++) {
		const char *caf = demo_request_caf(plan[i].request);
		struct demo_account *by = plan[i].act == DEMO_REQUEST ? NULL : someone(d, "caf_admin", caf, 0);

		step(d, moment(d, plan[i].days_ago), plan[i].act, by, NULL, plan[i].request);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct demo_step *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

enum err demo_plan(struct demo *d)
{
	struct strs written = { NULL, 0 }, reported = { NULL, 0 };
	unsigned i = 0, p = 0;

	for (size_t k = 0; k < d->n_accounts; k++) {
		struct demo_account *account = &d->accounts[k];
		struct my_establishment *mine;
		size_t n;

		if (strcmp(account->role, "agent") != 0 || account->first_login)
			continue;
		enum err e = rights_of(&d->ctl->app, d->ctl->arena, &account->who, &mine, &n);

		if (e)
			return e;
		for (size_t m = 0; m < n; m++) {
			const char *id = mine[m].e.id;

			if (mine[m].families & FAMILY_LISTING && !strs_has(&written, id)) {
				strs_add(d->ctl->arena, &written, id);
				plan_listing(d, account, &mine[m].e, i++);
			}
			if (mine[m].families & FAMILY_PLACES && !strs_has(&reported, id)) {
				strs_add(d->ctl->arena, &reported, id);
				plan_places(d, account, &mine[m].e, p++);
			}
		}
	}
	plan_rest(d);
	plan_requests(d);
	qsort(d->steps, d->n_steps, sizeof *d->steps, by_time);
	return ERR_OK;
}
