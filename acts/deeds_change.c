/* What a record of the directory's own log changed, as people read it: attribute, old and new value. The record keeps it as the access
   log does: "habStatut:= terminee", "member:+ uid=…", and what was there before as "habStatut: active". */
#include "acts/deeds.h"

#include "base/text.h"
#include "ldap/directory.h"

#include <string.h>
#include <strings.h>

#define VALUE_LENGTH 60
#define CHANGES_MAX 10

/* One attribute's values: what came and what went. */
struct altered {
	const char *name;
	struct strs plus, minus;
	bool replaced;
};

struct alterations {
	struct altered v[CHANGES_MAX];
	size_t n;
	bool more;
};

/* Days as people write them; of a name its own part alone. */
static const char *shown(struct arena *a, const char *value)
{
	const char *normal, *comma = strchr(value, ',');
	day_t day;

	if (strlen(value) == strlen("20261129000000Z") && !day_parse_ldap(value, &day))
		return day_slashes(a, day);
	if (comma && dn_normal(a, value, &normal) == ERR_OK) {
		value = arena_memdup(a, value, (size_t)(comma - value));
		value = strchr(value, '=') ? strchr(value, '=') + 1 : value;
	}
	const char *cut = text_cut(a, value, VALUE_LENGTH);

	return strlen(cut) < strlen(value) ? arena_printf(a, "%s…", cut) : cut;
}

static struct altered *altered_of(struct alterations *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcasecmp(all->v[i].name, name) == 0)
			return &all->v[i];
	all->more = all->n == CHANGES_MAX;
	if (all->more)
		return NULL;
	all->v[all->n] = (struct altered){ .name = name };
	return &all->v[all->n++];
}

/* "attribute:= value"; without a value it is emptied. */
static void take_change(struct arena *a, struct alterations *all, const char *text)
{
	size_t length = strcspn(text, ":");
	struct altered *x = altered_of(all, arena_memdup(a, text, length));
	char verb = text[length] ? text[length + 1] : '\0';
	const char *value = verb && text[length + 2] == ' ' ? text + length + 3 : "";

	if (!x)
		return;
	x->replaced = x->replaced || verb == '=' || (verb == '-' && !*value);
	if (*value)
		strs_add(a, verb == '-' ? &x->minus : &x->plus, value);
}

/* Of a list that was replaced the directory tells all that was there: what stayed is no change. */
static void take_before(struct arena *a, struct altered *x, const struct strs *details)
{
	size_t length = strlen(x->name);
	struct strs plus = { 0 };

	for (size_t i = 0; i < details->n; i++) {
		const char *text = details->v[i];

		if (strncmp(text, "before=", 7) == 0 && strncasecmp(text + 7, x->name, length) == 0 &&
		    strncmp(text + 7 + length, ": ", 2) == 0)
			strs_add(a, &x->minus, text + 7 + length + 2);
	}
	for (size_t i = 0; i < x->plus.n; i++)
		if (!strs_has(&x->minus, x->plus.v[i]))
			strs_add(a, &plus, x->plus.v[i]);
	struct strs minus = { 0 };

	for (size_t i = 0; i < x->minus.n; i++)
		if (!strs_has(&x->plus, x->minus.v[i]))
			strs_add(a, &minus, x->minus.v[i]);
	x->plus = plus;
	x->minus = minus;
}

static void write_values(struct arena *a, struct buf *b, const char *sign, const struct strs *values)
{
	for (size_t i = 0; i < values->n; i++)
		buf_printf(b, " %s « %s »", sign, shown(a, values->v[i]));
}

static void write_one(struct arena *a, struct buf *b, const struct altered *x)
{
	buf_printf(b, "%s%s", b->n ? ", " : "", x->name);
	if (x->plus.n == 1 && x->minus.n == 1) {
		buf_printf(b, " « %s » → « %s »", shown(a, x->minus.v[0]), shown(a, x->plus.v[0]));
		return;
	}
	write_values(a, b, "+", &x->plus);
	write_values(a, b, "−", &x->minus);
}

const char *deed_change_text(struct arena *a, const struct audit_record *r)
{
	const char *operation = arg_of(&r->details, "operation");
	struct alterations all = { .n = 0 };
	struct buf b = buf_new(a);

	if (strcmp(operation, "add") == 0)
		return "création";
	if (strcmp(operation, "delete") == 0)
		return "suppression";
	if (*arg_of(&r->details, "name"))
		return arena_printf(a, "nouveau nom « %s »", text_cut(a, arg_of(&r->details, "name"), VALUE_LENGTH));
	for (size_t i = 0; i < r->details.n; i++)
		if (strncmp(r->details.v[i], "change=", 7) == 0)
			take_change(a, &all, r->details.v[i] + 7);
	for (size_t i = 0; i < all.n; i++) {
		if (all.v[i].replaced)
			take_before(a, &all.v[i], &r->details);
		write_one(a, &b, &all.v[i]);
	}
	return all.more ? arena_printf(a, "%s, …", buf_str(&b)) : buf_str(&b);
}
