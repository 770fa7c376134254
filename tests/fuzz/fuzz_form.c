/* Forms: what is read, written and read again is the same, and no decoded byte is longer than what came. */
#include "base/input.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct choice choices[] = { { "a", "A" }, { "b", "B" }, { NULL, NULL } };

/* clang-format off */
static const struct field fields[] = {
	{ .name = "t", .label = "Texte", .kind = FIELD_TEXT, .required = true, .max = 5 },
	{ .name = "l", .label = "Lignes", .kind = FIELD_LINES },
	{ .name = "m", .label = "Courriel", .kind = FIELD_MAIL },
	{ .name = "u", .label = "Site", .kind = FIELD_URL },
	{ .name = "p", .label = "Téléphone", .kind = FIELD_PHONE },
	{ .name = "n", .label = "Nombre", .kind = FIELD_NUMBER, .least = -5, .most = 5000 },
	{ .name = "d", .label = "Jour", .kind = FIELD_DAY },
	{ .name = "h", .label = "Heure", .kind = FIELD_HOUR },
	{ .name = "c", .label = "Choix", .kind = FIELD_CHOICE, .choices = choices },
	{ .name = "s", .label = "Choix", .kind = FIELD_SET, .choices = choices },
	{ .name = "w", .label = "Mot de passe", .kind = FIELD_PASSWORD },
	{ .name = "k", .kind = FIELD_TOKEN },
};
/* clang-format on */

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_form(struct arena *a, const struct pair *v, size_t n)
{
	static const struct form form = { fields, LENGTH(fields) };
	struct faults faults = { NULL, 0 };
	struct input in;

	if (input_take(a, &form, v, n, &in))
		return;
	check(in.n == n);
	input_check(a, &form, &in, &faults);
	for (size_t i = 0; i < faults.n; i++)
		check(form_field(&form, faults.v[i].name) && *faults.v[i].value);
	/* taking what was taken changes nothing: cleaning is done once and for all */
	struct input again;

	check(input_take(a, &form, in.v, in.n, &again) == ERR_OK);
	for (size_t i = 0; i < n; i++)
		check(strcmp(in.v[i].value, again.v[i].value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct pair *v, *w;
	size_t n, m, length = 0;

	if (urlencoded_parse(a, (struct bytes){ data, size }, &v, &n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		check(*v[i].name);
		length += strlen(v[i].name) + strlen(v[i].value);
	}
	check(length <= size);
	check(urlencoded_parse(a, bytes_of(urlencoded_write(a, v, n)), &w, &m) == ERR_OK);
	check(n == m);
	for (size_t i = 0; i < n; i++)
		check(strcmp(v[i].name, w[i].name) == 0 && strcmp(v[i].value, w[i].value) == 0);
	check_form(a, v, n);
	return 0;
}
