#include "acts/who_throttle.h"

#include <arpa/inet.h>
#include <string.h>

#define FREE_FAILURES 3
#define ADDRESS_FAILURES 30
#define ADDRESS_ACCOUNTS 10
#define ADDRESS_WINDOW (10 * MINUTE_MS)
#define ACCOUNT_WINDOW DAY_MS
#define WRITE_WINDOW MINUTE_MS
#define MAIL_WINDOW DAY_MS
#define MAILS_A_WINDOW 5
#define MAIL_PAUSE (5 * MINUTE_MS)
#define ASK_WINDOW HOUR_MS
#define ASKS_A_WINDOW 10
#define DRAFTS_A_DAY 20
#define REPORTS_A_DAY 20

static const int64_t delays[] = { 5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS };

struct bytes throttle_key(struct arena *a, char kind, struct bytes what)
{
	return key_join(a, key_bytes(&kind, 1), what);
}

struct bytes throttle_address(struct arena *a, const char *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	uint8_t raw[16];

	if (inet_pton(AF_INET, address, raw) == 1)
		return (struct bytes){ (const uint8_t *)arena_memdup(a, raw, 4), 4 };
	if (inet_pton(AF_INET6, address, raw) != 1)
		return bytes_of(arena_printf(a, "%.64s", address));
	if (memcmp(raw, mapped, sizeof mapped) == 0)
		return (struct bytes){ (const uint8_t *)arena_memdup(a, raw + 12, 4), 4 };
	return (struct bytes){ (const uint8_t *)arena_memdup(a, raw, 8), 8 };
}

static int64_t delay_after(uint64_t step)
{
	return delays[step < LENGTH(delays) ? step : LENGTH(delays) - 1];
}

/* A clock that steps back prolongs a window: no failure is forgotten for it. */
static bool has_passed(int64_t since, int64_t window, int64_t now)
{
	return now - since >= window;
}

void throttle_fail_account(struct throttle *t, int64_t now)
{
	if (has_passed(t->since, ACCOUNT_WINDOW, now))
		t->count = 0;
	t->count++;
	t->since = now;
	if (t->count > FREE_FAILURES)
		t->until = now + delay_after(t->count - FREE_FAILURES - 1);
}

/* A new list: a decoded one has no room left. */
static struct strs longer(struct arena *a, const struct strs *list, const char *one)
{
	struct strs out = { 0 };

	for (size_t i = 0; i < list->n; i++)
		strs_add(a, &out, list->v[i]);
	strs_add(a, &out, one);
	return out;
}

void throttle_fail_address(struct arena *a, struct throttle *t, const char *account, int64_t now)
{
	if (has_passed(t->since, ADDRESS_WINDOW, now)) {
		t->count = 0;
		t->since = now;
		t->who = (struct strs){ 0 };
	}
	t->count++;
	if (t->who.n < ADDRESS_ACCOUNTS && !strs_has(&t->who, account))
		t->who = longer(a, &t->who, account);
	if (t->count >= ADDRESS_FAILURES)
		t->until = now + delay_after(t->count - ADDRESS_FAILURES);
	else if (t->who.n >= ADDRESS_ACCOUNTS)
		t->until = now + delay_after(0);
}

/* Begins a window when the last one is over. */
static void open_window(struct throttle *t, int64_t window, int64_t now)
{
	if (t->count && !has_passed(t->since, window, now))
		return;
	t->count = 0;
	t->since = now;
}

bool throttle_ask_mail(struct throttle *t, int64_t now)
{
	if (throttle_until(t, now))
		return false;
	open_window(t, MAIL_WINDOW, now);
	t->count++;
	t->until = now + MAIL_PAUSE;
	if (t->count >= MAILS_A_WINDOW && t->since + MAIL_WINDOW > t->until)
		t->until = t->since + MAIL_WINDOW;
	return true;
}

void throttle_ask_address(struct throttle *t, int64_t now)
{
	open_window(t, ASK_WINDOW, now);
	if (++t->count >= ASKS_A_WINDOW)
		t->until = t->since + ASK_WINDOW;
}

int64_t throttle_until(const struct throttle *t, int64_t now)
{
	return t->until > now ? t->until : 0;
}

bool throttle_is_over(const struct throttle *t, char kind, int64_t now)
{
	int64_t window = kind == 'i'                ? ADDRESS_WINDOW :
			 kind == 'w'                ? WRITE_WINDOW :
			 kind == 'f' || kind == 'd' ? ASK_WINDOW :
						      ACCOUNT_WINDOW;

	return has_passed(t->since, window, now) && t->until <= now;
}

/* One more within a window that begins with the first. */
static enum err count(struct app *app, struct arena *a, struct changeset *cs, struct bytes key, int64_t window,
		      uint64_t most, int64_t now)
{
	struct throttle t;
	{
		AUTO_TXN struct txn r = txn_read(app->store, STORE_MAIN);
		enum err e = throttle_get(&r, a, TABLE_THROTTLE, key, &t);

		if (e && e != ERR_NOTFOUND)
			return e;
	}
	if (has_passed(t.since, window, now) || now < t.since) {
		t.count = 0;
		t.since = now;
	}
	if (++t.count > most)
		return ERR_LIMIT;
	changeset_put(cs, TABLE_THROTTLE, key, throttle_encode(a, &t));
	return ERR_OK;
}

enum err throttle_count_write(struct app *app, struct arena *a, struct changeset *cs, struct uuid person, int64_t now)
{
	struct bytes key = throttle_key(a, 'w', key_bytes(person.b, sizeof person.b));
	uint64_t most = (uint64_t)app->settings->limit_writes_per_minute;

	return most ? count(app, a, cs, key, WRITE_WINDOW, most, now) : ERR_OK;
}

enum err throttle_count_draft(struct app *app, struct arena *a, struct changeset *cs, const char *address, int64_t now)
{
	return count(app, a, cs, throttle_key(a, 'r', throttle_address(a, address)), DAY_MS, DRAFTS_A_DAY, now);
}

enum err throttle_count_report(struct app *app, struct arena *a, struct changeset *cs, const char *address, int64_t now)
{
	return count(app, a, cs, throttle_key(a, 's', throttle_address(a, address)), DAY_MS, REPORTS_A_DAY, now);
}
