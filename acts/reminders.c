#include "acts/reminders.h"

#include "acts/listing_rules.h"

#include <string.h>

#define LAST_CALL 10 /* days before free places are hidden */
#define APART 7      /* between two mails; a reminder of the rhythm so shortly before that of a fixed day is left out */

/* clang-format off */
const struct choice reminder_choices[] = {
	{ "weekly",      "Chaque semaine" },
	{ "fortnightly", "Toutes les deux semaines" },
	{ "monthly",     "Chaque mois" },
	{ "none",        "Pas de rappel régulier" },
	{ NULL, NULL },
};
static const struct {
	const char *code;
	int64_t days; /* 0: never */
} rhythms[] = {
	{ "weekly", 7 }, { "fortnightly", 14 }, { "monthly", 30 }, { "none", 0 },
};
static const struct field fields[] = {
	{ .name = "rappels", .label = "Rappels", .kind = FIELD_CHOICE, .required = true, .choices = reminder_choices },
};
/* clang-format on */
const struct form reminders_form = { fields, LENGTH(fields) };

static int64_t days_of(const char *rhythm)
{
	for (size_t i = 0; i < LENGTH(rhythms); i++)
		if (strcmp(rhythms[i].code, rhythm) == 0)
			return rhythms[i].days;
	return rhythms[0].days;
}

static bool passed(int before, int age, int64_t mark)
{
	return age >= mark && before < mark;
}

bool reminder_is_due(const struct settings *s, const char *rhythm, int apart, int before, int age)
{
	int64_t every = days_of(rhythm);

	if (apart < APART)
		return false;
	if (every && apart >= every && age >= s->places_reminder_days && age + APART <= s->places_stale_days)
		return true;
	return passed(before, age, s->places_stale_days) || passed(before, age, s->places_hidden_days - LAST_CALL);
}

/* --- the choice --- */

static struct bytes key_of(const struct uuid *person)
{
	return key_bytes(person->b, sizeof person->b);
}

static enum err read(struct app *app, struct arena *a, struct uuid person, struct preferences *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err e = or_none(preferences_get(&t, a, TABLE_PREFERENCES, key_of(&person), out));

	if (!e && !*out->reminders)
		out->reminders = reminder_choices[0].value;
	return e;
}

enum err reminders_of(struct app *app, struct arena *a, struct uuid person, const char **out)
{
	struct preferences p;
	enum err e = read(app, a, person, &p);

	if (!e)
		*out = p.reminders;
	return e;
}

enum err reminders_choose(struct app *app, struct arena *a, const struct visitor *who, const struct input *in,
			  struct faults *faults)
{
	const char *chosen = input_get(in, "rappels");
	struct preferences p = { .reminders = "" };
	struct changeset *cs;

	input_check(a, &reminders_form, in, faults);
	if (faults->n)
		return ERR_INVALID;
	if (act_was_done(app, who))
		return ERR_OK;
	enum err e = agent_confirm(app, a, who);

	if (!e)
		e = read(app, a, who->person.uuid, &p);
	if (e || strcmp(p.reminders, chosen) == 0)
		return e;
	if ((e = act_begin(app, a, who, &cs)))
		return e;
	struct audit_record r = act_record(a, who, EVENT_REMINDERS_CHOSEN);

	r.object_kind = "person";
	r.object_id = who->person.number;
	act_detail(a, &r, "rhythm", chosen);
	changeset_audit(cs, &r);
	p.reminders = chosen;
	changeset_expect(cs, TABLE_PREFERENCES, key_of(&who->person.uuid), p.rev);
	changeset_put(cs, TABLE_PREFERENCES, key_of(&who->person.uuid), preferences_encode(a, &p));
	return changeset_commit(app->store, cs, NULL);
}
