#include "acts/codes.h"
#include "acts/listing_rules.h"

#include <string.h>

#define NOON (13 * 60) /* a morning ends at 13 h */

struct slot {
	int at[2]; /* opens, closes; -1: empty or unreadable */
	const char *field[2];
};

/* One slot as typed; false when it is left out or wrong (then a fault says so). */
static bool read_slot(struct arena *a, const struct input *in, int day, int slot, struct slot *out, struct faults *faults)
{
	static const char *const words[2] = { "d’ouverture", "de fermeture" };
	bool filled[2], wrong = false;

	for (int end = 0; end < 2; end++) {
		const char *name = listing_form.fields[LISTING_HOURS_FIELD(day, slot, end)].name;
		const char *typed = input_get(in, name);

		out->field[end] = name;
		out->at[end] = -1;
		filled[end] = *typed;
		if (filled[end] && hour_parse(typed, &out->at[end])) {
			fault_add(a, faults, name, "%s : écrivez l’heure %s comme 7 h 30", weekday_labels[day], words[end]);
			wrong = true;
		}
	}
	for (int end = 0; end < 2; end++) {
		if (filled[end] || !filled[!end])
			continue;
		fault_add(a, faults, out->field[end], "%s : indiquez aussi l’heure %s", weekday_labels[day], words[end]);
		return false;
	}
	if (wrong || !filled[0])
		return false;
	if (out->at[1] > out->at[0])
		return true;
	fault_add(a, faults, out->field[1], "%s : l’heure de fermeture doit venir après l’heure d’ouverture",
		  weekday_labels[day]);
	return false;
}

static void sort_slots(struct slot *v, int n)
{
	for (int i = 1; i < n; i++) {
		for (int j = i; j > 0 && v[j].at[0] < v[j - 1].at[0]; j--) {
			struct slot later = v[j - 1];

			v[j - 1] = v[j];
			v[j] = later;
		}
	}
}

static void read_day(struct arena *a, const struct input *in, int day, struct listing *out, struct faults *faults)
{
	struct slot v[HOURS_SLOTS];
	int n = 0;

	for (int i = 0; i < HOURS_SLOTS; i++)
		n += read_slot(a, in, day, i, &v[n], faults);
	sort_slots(v, n);
	for (int i = 0; i < n; i++) {
		if (i && v[i].at[0] < v[i - 1].at[1])
			fault_add(a, faults, v[i].field[0], "%s : deux horaires se chevauchent", weekday_labels[day]);
		for (int end = 0; end < 2; end++)
			out->hours[HOURS_AT(day, i, end)] = (uint16_t)v[i].at[end];
	}
}

void hours_from_input(struct arena *a, const struct input *in, struct listing *out, struct faults *faults)
{
	for (int day = 0; day < 7; day++)
		read_day(a, in, day, out, faults);
}

static bool slot_of(const struct listing *l, int day, int slot, int *opens, int *closes)
{
	*opens = l->hours[HOURS_AT(day, slot, 0)];
	*closes = l->hours[HOURS_AT(day, slot, 1)];
	return *opens != U16_NONE && *closes != U16_NONE && *opens < *closes;
}

const char *hours_day_text(struct arena *a, const struct listing *l, int day)
{
	struct buf b = buf_new(a);
	int opens, closes;

	for (int i = 0; i < HOURS_SLOTS; i++) {
		if (!slot_of(l, day, i, &opens, &closes))
			continue;
		buf_printf(&b, "%s%s – %s", b.n ? ", " : "", hour_fr(a, opens), hour_fr(a, closes));
	}
	return buf_str(&b);
}

/* Neighbouring days of the same hours make one line. */
const char *hours_text(struct arena *a, const struct listing *l)
{
	const char *day[7];
	struct buf b = buf_new(a);

	for (int i = 0; i < 7; i++)
		day[i] = hours_day_text(a, l, i);
	for (int first = 0, last; first < 7; first = last + 1) {
		for (last = first; last < 6 && strcmp(day[last + 1], day[first]) == 0; last++)
			;
		if (!*day[first])
			continue;
		buf_printf(&b, "%s%s", b.n ? "\n" : "", weekday_labels[first]);
		if (last > first)
			buf_printf(&b, "%s%s", last > first + 1 ? " à " : " et ", weekday_inside[last]);
		buf_printf(&b, " : %s", day[first]);
	}
	return buf_str(&b);
}

unsigned hours_open_halves(const struct listing *l)
{
	unsigned halves = 0;
	int opens, closes;

	for (int day = 0; day < 7; day++) {
		for (int i = 0; i < HOURS_SLOTS; i++) {
			if (!slot_of(l, day, i, &opens, &closes))
				continue;
			if (opens < NOON)
				halves |= 1u << (day * 2);
			if (closes > NOON)
				halves |= 2u << (day * 2);
		}
	}
	return halves;
}
