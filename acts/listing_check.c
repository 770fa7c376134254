#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/listing_rules.h"
#include "base/text.h"

#include <string.h>

#define COMMUNES_MAX 200
#define SENTENCE_MIN 9 /* characters: real listings held "." and "Crèche" as descriptions */

struct check {
	struct app *app;
	struct arena *a;
	const struct establishment *e;
	const struct input *in;
	struct listing *out;
	struct faults *faults;
};

static void *member(const struct check *c, const struct binding *b)
{
	return (char *)c->out + b->at;
}

/* Too long a text is named with its article where it has a picture. */
static bool is_too_long(struct check *c, const struct field *f, const char *value)
{
	size_t length = text_length(value);

	if (f->kind != FIELD_LINES || length <= f->max)
		return false;
	const char *subject = strcmp(f->name, "projet") == 0 ? "Le projet d’accueil" :
							       arena_printf(c->a, "La rubrique « %s »", f->label);

	fault_add(c->a, c->faults, f->name, "%s dépasse de %s caractère%s la limite de %s", subject,
		  number_fr(c->a, (int64_t)(length - f->max)), length - f->max > 1 ? "s" : "",
		  number_fr(c->a, (int64_t)f->max));
	return true;
}

static void take_sentence(struct check *c, const struct field *f, const struct binding *b, const char *value)
{
	*(const char **)member(c, b) = value;
	if (!*value || (text_length(value) >= SENTENCE_MIN && *text_fold(c->a, value)))
		return;
	fault_add(c->a, c->faults, f->name, "%s : écrivez une phrase, ou laissez la rubrique vide", f->label);
}

/* In the order of the choices, so that the same boxes are the same listing. */
static void take_set(struct check *c, const struct field *f, const struct binding *b)
{
	struct strs *set = member(c, b);

	for (const struct choice *choice = f->choices; choice->value; choice++)
		if (input_has(c->in, f->name, choice->value))
			strs_add(c->a, set, choice->value);
	if (set->n < 2)
		return;
	if (strs_has(set, "jamais"))
		fault_add(c->a, c->faults, f->name, "%s : « Aucune fermeture » ne va pas avec une autre période", f->label);
	if (strs_has(set, "none"))
		fault_add(c->a, c->faults, f->name, "%s : « Aucune condition » ne va pas avec une autre réponse", f->label);
}

static bool is_insee(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	if (strlen(s) != 5)
		return false;
	return digits == 5 ||
	       (digits == 1 && *s == '2' && (s[1] == 'A' || s[1] == 'B') && strspn(s + 2, "0123456789") == 3);
}

/* The INSEE code of a line, or NULL and a fault. */
static const char *commune_code(struct check *c, const struct field *f, const char *line)
{
	struct commune found;
	const char *bare =
		strncmp(line, COMMUNE_BY_INSEE, strlen(COMMUNE_BY_INSEE)) == 0 ? line + strlen(COMMUNE_BY_INSEE) : NULL;
	enum err e = ERR_NOTFOUND;

	if (!c->app && is_insee(line))
		return line;
	/* half of all postal codes are some other commune's INSEE code, and people know theirs by the former */
	if (c->app && !bare)
		e = commune_named(c->app, c->a, line, &found);
	if (c->app && e == ERR_NOTFOUND && is_insee(bare ? bare : line))
		e = commune_by_insee(c->app, c->a, bare ? bare : line, &found);
	if (!e)
		return found.insee;
	if (e == ERR_NOTFOUND)
		fault_add(c->a, c->faults, f->name, "%s : nous ne connaissons pas « %s »", f->label,
			  text_cut(c->a, line, 60));
	else if (e == ERR_CONFLICT && is_insee(line))
		fault_add(c->a, c->faults, f->name, "%s : plusieurs communes ont le code postal %s, écrivez leur nom",
			  f->label, line);
	else if (e == ERR_CONFLICT)
		fault_add(c->a, c->faults, f->name, "%s : ajoutez le code postal à « %s », que portent plusieurs communes",
			  f->label, text_cut(c->a, line, 60));
	else
		fault_add(c->a, c->faults, f->name, "%s : la liste des communes est indisponible, réessayez plus tard",
			  f->label);
	return NULL;
}

static void take_communes(struct check *c, const struct field *f, const struct binding *b, const char *value)
{
	struct strs *codes = member(c, b);
	size_t lines = 0;

	while (*value) {
		size_t n = strcspn(value, "\n");
		const char *line = text_trim(c->a, arena_memdup(c->a, value, n));

		value += n + (value[n] == '\n');
		if (!*line)
			continue;
		if (++lines > COMMUNES_MAX) {
			fault_add(c->a, c->faults, f->name, "%s : indiquez %d communes au plus", f->label, COMMUNES_MAX);
			return;
		}
		const char *code = commune_code(c, f, line);

		if (!code && fault_of(c->faults, f->name))
			return;
		if (!strs_has(codes, code))
			strs_add(c->a, codes, code);
	}
}

static void take_unit(struct check *c, const struct field *f, const struct binding *b, const char *value)
{
	const struct field *number = f - 1;

	if (!*input_get(c->in, number->name))
		return;
	if (!*value)
		fault_add(c->a, c->faults, f->name, "%s : choisissez semaines, mois ou ans", number->label);
	*(const char **)member(c, b) = value;
}

static void take(struct check *c, const struct field *f, const struct binding *b, const char *value)
{
	int64_t n = 0;

	switch (b->kind) {
	case BIND_NONE:
		break;
	case BIND_TEXT:
		*(const char **)member(c, b) = value;
		break;
	case BIND_SENTENCE:
		take_sentence(c, f, b, value);
		break;
	case BIND_PHONE:
		if (*value && text_phone(c->a, value, member(c, b)))
			fault_add(c->a, c->faults, f->name, "%s", phone_wrong(value));
		break;
	case BIND_SET:
		take_set(c, f, b);
		break;
	case BIND_TICK:
		*(bool *)member(c, b) = *value;
		break;
	case BIND_NUMBER:
	case BIND_AGE:
		if (*value && !text_to_int(value, f->least, f->most, &n))
			*(uint64_t *)member(c, b) = (uint64_t)n;
		break;
	case BIND_PLACES:
		if (*value && !text_to_int(value, f->least, f->most, &n))
			*(uint16_t *)member(c, b) = (uint16_t)n;
		break;
	case BIND_UNIT:
		take_unit(c, f, b, value);
		break;
	case BIND_COMMUNES:
		take_communes(c, f, b, value);
		break;
	}
}

static void check_field(struct check *c, size_t i)
{
	const struct field *f = &listing_form.fields[i];
	const struct form one = { f, 1 };
	const char *value = input_get(c->in, f->name);
	size_t before = c->faults->n;

	if (!listing_field_applies(f, c->e)) {
		if (*value)
			fault_add(c->a, c->faults, f->name,
				  "%s : laissez vide, la question ne concerne pas ce type d’établissement", f->label);
		return;
	}
	if (is_too_long(c, f, value))
		return;
	input_check(c->a, &one, c->in, c->faults);
	if (c->faults->n == before)
		take(c, f, &listing_bindings[i], value);
}

static void check_contact(struct check *c)
{
	if (!*input_get(c->in, "telephone") && !*input_get(c->in, "courriel"))
		fault_add(c->a, c->faults, "telephone", "Indiquez un numéro de téléphone ou un courriel");
}

uint64_t age_span(uint64_t n, const char *unit)
{
	if (strcmp(unit, "week") == 0)
		return n * 7 * 48;
	if (strcmp(unit, "month") == 0)
		return n * 1461; /* 30.4375 days */
	return strcmp(unit, "year") == 0 ? n * 17532 : 0;
}

static void check_ages(struct check *c)
{
	const struct listing *l = c->out;

	if (*l->age_min_unit && *l->age_max_unit &&
	    age_span(l->age_min, l->age_min_unit) > age_span(l->age_max, l->age_max_unit))
		fault_add(c->a, c->faults, "age_max", "L’âge maximal doit être supérieur à l’âge minimal");
}

static void check_capacity(struct check *c)
{
	uint64_t sum = 0;
	const char *first = NULL;

	for (size_t band = 0; band < BAND__MAX; band++) {
		if (c->out->band_capacity[band] == U16_NONE)
			continue;
		if (!first)
			first = arena_printf(c->a, "capacity_%s", band_codes[band]);
		sum += c->out->band_capacity[band];
	}
	if (first && c->e->capacity && sum > c->e->capacity)
		fault_add(c->a, c->faults, first,
			  "La somme des places par âge (%llu) dépasse la capacité de l’établissement (%llu)",
			  (unsigned long long)sum, (unsigned long long)c->e->capacity);
}

void listing_from_input(struct app *app, struct arena *a, const struct establishment *e, const struct input *in,
			struct listing *out, struct faults *faults)
{
	static const char *const known_or_not[] = { "meals_provided", "diapers_provided" };
	struct input typed = *in;
	struct check c = { app, a, e, &typed, out, faults };

	/* the field's own word for it; a listing has nothing there */
	for (size_t i = 0; i < LENGTH(known_or_not); i++)
		if (input_has(in, known_or_not[i], "unknown"))
			typed = input_with(a, &typed, known_or_not[i], "");

	codec_default(&listing_codec, out);
	for (size_t i = 0; i < listing_form.n; i++)
		if (i < LISTING_HOURS_FIRST || i >= LISTING_HOURS_FIRST + HOURS_CELLS)
			check_field(&c, i);
	hours_from_input(a, &typed, out, faults);
	check_contact(&c);
	check_ages(&c);
	check_capacity(&c);
}
