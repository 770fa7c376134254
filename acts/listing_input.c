#include "acts/listing_rules.h"
#include "base/text.h"

#include <string.h>

struct pairs {
	struct app *app;
	struct arena *a;
	struct pair *v;
	size_t n, room;
};

static void add(struct pairs *p, const char *name, const char *value)
{
	if (!*value)
		return;
	if (p->n == p->room) {
		struct pair *grown = arena_array(p->a, p->room * 2 + 64, struct pair);

		if (p->n)
			memcpy(grown, p->v, p->n * sizeof *grown);
		p->v = grown;
		p->room = p->room * 2 + 64;
	}
	p->v[p->n++] = (struct pair){ name, value };
}

static void add_number(struct pairs *p, const char *name, uint64_t n)
{
	add(p, name, arena_printf(p->a, "%llu", (unsigned long long)n));
}

static void add_set(struct pairs *p, const char *name, const struct strs *set)
{
	for (size_t i = 0; i < set->n; i++)
		add(p, name, set->v[i]);
}

static void add_communes(struct pairs *p, const char *name, const struct strs *insee)
{
	struct buf b = buf_new(p->a);

	for (size_t i = 0; i < insee->n; i++)
		buf_printf(&b, "%s%s", i ? "\n" : "", commune_as_typed(p->app, p->a, insee->v[i]));
	add(p, name, buf_str(&b));
}

static void add_field(struct pairs *p, const struct listing *l, const struct field *f, const struct binding *b)
{
	const void *at = (const char *)l + b->at;

	switch (b->kind) {
	case BIND_NONE:
		break;
	case BIND_TEXT:
	case BIND_SENTENCE:
	case BIND_UNIT:
		add(p, f->name, *(const char *const *)at);
		break;
	case BIND_PHONE:
		add(p, f->name, text_phone_fr(p->a, *(const char *const *)at));
		break;
	case BIND_SET:
		add_set(p, f->name, at);
		break;
	case BIND_TICK:
		add(p, f->name, *(const bool *)at ? f->choices[0].value : "");
		break;
	case BIND_NUMBER:
		if (*(const uint64_t *)at)
			add_number(p, f->name, *(const uint64_t *)at);
		break;
	case BIND_AGE: /* 0 is an age once its unit is there */
		if (**(const char *const *)((const char *)l + b[1].at))
			add_number(p, f->name, *(const uint64_t *)at);
		break;
	case BIND_PLACES:
		if (*(const uint16_t *)at != U16_NONE)
			add_number(p, f->name, *(const uint16_t *)at);
		break;
	case BIND_COMMUNES:
		add_communes(p, f->name, at);
		break;
	}
}

static void add_hour(struct pairs *p, const struct listing *l, size_t i)
{
	uint16_t minutes = l->hours[i - LISTING_HOURS_FIRST];

	if (minutes != U16_NONE)
		add(p, listing_form.fields[i].name, hour_fr(p->a, minutes));
}

struct input listing_to_input(struct app *app, struct arena *a, const struct listing *l)
{
	struct pairs p = { .app = app, .a = a };

	for (size_t i = 0; i < listing_form.n; i++) {
		if (i >= LISTING_HOURS_FIRST && i < LISTING_HOURS_FIRST + HOURS_CELLS)
			add_hour(&p, l, i);
		else
			add_field(&p, l, &listing_form.fields[i], &listing_bindings[i]);
	}
	return (struct input){ p.v, p.n };
}
