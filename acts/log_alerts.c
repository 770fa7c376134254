#include "acts/log_alerts.h"

#include <arpa/inet.h>
#include <string.h>

#define BURST_MS (10 * MINUTE_MS)
#define BURST_MIN 3
#define ALERTS_MAX 20
#define SESSION_MS (10 * HOUR_MS)
#define NIGHT_FROM 22
#define NIGHT_UNTIL 5

struct look {
	struct arena *arena;
	const struct audit_record *v;
	size_t n;
	int64_t now;
	bool (*is_new)(void *user, const struct audit_record *first);
	void *user;
	size_t *at; /* of the records the next alert is about */
	struct log_alert *out;
	size_t out_n;
};

static bool is_event(const struct audit_record *r, enum event ev)
{
	return strcmp(r->event, event_code(ev)) == 0;
}

static bool is_login(const struct audit_record *r, bool failed)
{
	return is_event(r, EVENT_LOGIN) && r->failed == failed && !uuid_is_none(r->person);
}

/* A refusal because of an earlier one, or of our own directory, is not an attempt. */
static bool is_attempt(const struct audit_record *r)
{
	return is_login(r, true) && strcmp(r->cause, "unavailable") != 0;
}

static bool same_person(const struct audit_record *a, const struct audit_record *b)
{
	return uuid_equal(a->person, b->person);
}

static const char *day_and_hour(struct arena *a, int64_t at)
{
	return arena_printf(a, "le %s à %s", day_fr_short(a, day_of(at)), time_hour_fr(a, at));
}

static const char *lines_of(const struct look *l, size_t n)
{
	struct buf b = buf_new(l->arena);

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%llu", i ? "," : "", (unsigned long long)l->v[l->at[i]].seq);
	return buf_str(&b);
}

/* Of the first n records in at. */
static void say(struct look *l, size_t n, const char *sentence)
{
	size_t listed = n < LOG_LINES_MAX ? n : LOG_LINES_MAX;
	const struct audit_record *first = &l->v[l->at[0]], *last = &l->v[l->at[listed - 1]];

	if (l->out_n == ALERTS_MAX)
		return;
	l->out = arena_more(l->arena, l->out, l->out_n, sizeof *l->out);
	l->out[l->out_n++] = (struct log_alert){ .text = sentence,
						 .number = first->number,
						 .lines = lines_of(l, listed),
						 .n = n,
						 .listed = listed,
						 .from = first->time,
						 .until = last->time };
}

/* --- bursts --- */

static bool same_burst(const struct audit_record *first, const struct audit_record *r)
{
	return is_attempt(r) && same_person(first, r) && strcmp(first->address, r->address) == 0 &&
	       r->time - first->time <= BURST_MS;
}

static const char *lasting(struct arena *a, int64_t ms)
{
	int64_t seconds = ms / SECOND_MS, minutes = (seconds + 30) / 60;

	if (seconds < 100)
		return arena_printf(a, "%lld seconde%s", (long long)seconds, seconds > 1 ? "s" : "");
	return arena_printf(a, "%lld minutes", (long long)minutes);
}

static void bursts(struct look *l)
{
	bool *told = arena_array(l->arena, l->n, bool);

	for (size_t i = 0; i < l->n; i++) {
		const struct audit_record *first = &l->v[i];
		size_t count = 0;

		if (told[i] || !is_attempt(first))
			continue;
		for (size_t j = i; j < l->n && l->v[j].time - first->time <= BURST_MS; j++) {
			if (!same_burst(first, &l->v[j]))
				continue;
			told[j] = true;
			l->at[count++] = j;
		}
		if (count < BURST_MIN || !l->is_new(l->user, first))
			continue;
		say(l, count,
		    arena_printf(l->arena, "%s : %zu échecs en %s depuis une adresse jamais vue, %s, %s.",
				 first->number, count, lasting(l->arena, l->v[l->at[count - 1]].time - first->time),
				 first->address, day_and_hour(l->arena, first->time)));
	}
}

/* --- sessions --- */

/* Marked by the clerk some time after it was over. */
static int64_t ended_at(const struct audit_record *r)
{
	int64_t at;

	return time_parse_iso(arg_of(&r->details, "until"), &at) == ERR_OK ? at : r->time;
}

static bool ends(const struct audit_record *r, const struct audit_record *login)
{
	if (!same_person(login, r) || r->failed)
		return false;
	if (is_event(r, EVENT_PASSWORD_CHANGE))
		return true;
	return (is_event(r, EVENT_LOGOUT) || is_event(r, EVENT_SESSION_END)) &&
	       (!*r->session || strcmp(r->session, login->session) == 0);
}

/* By its own end, by a change of password that cut it, or because it was too old. */
static int64_t end_of(const struct look *l, size_t i)
{
	int64_t latest = l->v[i].time + SESSION_MS, end = l->now;

	for (size_t j = i + 1; j < l->n; j++) {
		if (!ends(&l->v[j], &l->v[i]))
			continue;
		end = ended_at(&l->v[j]);
		break;
	}
	return end < latest ? end : latest;
}

/* /16 of IPv4, /32 of IPv6: a town hall's two exits are one network, mostly. */
static bool same_network(const char *a, const char *b)
{
	uint8_t x[16], y[16];

	if (inet_pton(AF_INET, a, x) == 1)
		return inet_pton(AF_INET, b, y) == 1 && memcmp(x, y, 2) == 0;
	if (inet_pton(AF_INET6, a, x) == 1)
		return inet_pton(AF_INET6, b, y) == 1 && memcmp(x, y, 4) == 0;
	return strcmp(a, b) == 0;
}

static void overlaps(struct look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!is_login(&l->v[i], false))
			continue;
		int64_t end = end_of(l, i);

		for (size_t j = i + 1; j < l->n && l->v[j].time < end; j++) {
			if (!is_login(&l->v[j], false) || !same_person(&l->v[i], &l->v[j]) ||
			    same_network(l->v[i].address, l->v[j].address))
				continue;
			l->at[0] = i;
			l->at[1] = j;
			say(l, 2,
			    arena_printf(l->arena,
					 "%s : deux sessions en même temps depuis des réseaux différents, %s et %s, %s.",
					 l->v[i].number, l->v[i].address, l->v[j].address,
					 day_and_hour(l->arena, l->v[j].time)));
			break;
		}
	}
}

/* --- nights --- */

static bool is_night(int64_t at)
{
	int64_t hour = clock_paris(at) / HOUR_MS % 24;

	return hour >= NIGHT_FROM || hour < NIGHT_UNTIL;
}

static bool is_night_login(const struct audit_record *r)
{
	return is_login(r, false) && is_night(r->time);
}

static void nights(struct look *l)
{
	bool *told = arena_array(l->arena, l->n, bool);

	for (size_t i = 0; i < l->n; i++) {
		size_t count = 0;

		if (told[i] || !is_night_login(&l->v[i]))
			continue;
		for (size_t j = i; j < l->n; j++) {
			if (!is_night_login(&l->v[j]) || !same_person(&l->v[i], &l->v[j]))
				continue;
			told[j] = true;
			l->at[count++] = j;
		}
		const char *when = day_and_hour(l->arena, l->v[l->at[count - 1]].time);

		say(l, count,
		    count == 1 ? arena_printf(l->arena, "%s : connexion de nuit, %s.", l->v[i].number, when) :
				 arena_printf(l->arena, "%s : %zu connexions de nuit, la dernière %s.", l->v[i].number,
					      count, when));
	}
}

void log_alerts(struct arena *a, const struct audit_record *records, size_t n, int64_t now,
		bool (*is_new)(void *user, const struct audit_record *first), void *user, struct log_alert **out,
		size_t *out_n)
{
	struct look l = { .arena = a, .v = records, .n = n, .now = now, .is_new = is_new, .user = user };

	l.at = arena_array(a, n, size_t);

	bursts(&l);
	overlaps(&l);
	nights(&l);
	*out = l.out;
	*out_n = l.out_n;
}
