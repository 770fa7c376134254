#include "base/input.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

#define PAIRS_MAX 2000

const struct field *form_field(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return &form->fields[i];
	return NULL;
}

static const struct choice *choice_of(const struct choice *choices, const char *value)
{
	for (const struct choice *c = choices; c && c->value; c++)
		if (strcmp(c->value, value) == 0)
			return c;
	return NULL;
}

const char *choice_label(const struct choice *choices, const char *value)
{
	const struct choice *c = choice_of(choices, value);

	return c ? c->label : value;
}

bool choice_is(struct arena *a, const char *typed, const char *value, const char *label)
{
	return strcmp(typed, value) == 0 || strcmp(text_fold(a, typed), text_fold(a, label)) == 0;
}

const struct choice *choice_typed(struct arena *a, const struct choice *choices, const char *typed)
{
	for (const struct choice *c = choices; c->value; c++)
		if (choice_is(a, typed, c->value, c->label))
			return c;
	return NULL;
}

bool choice_has(const struct choice *choices, const char *value)
{
	return choice_of(choices, value) != NULL;
}

/* Browsers send fields in the order of the page, so the search starts behind the last one found. */
static size_t field_index(const struct form *form, const char *name, size_t start)
{
	for (size_t i = 0; i < form->n; i++) {
		size_t at = start + i < form->n ? start + i : start + i - form->n;

		if (strcmp(form->fields[at].name, name) == 0)
			return at;
	}
	return form->n;
}

/* What comes along when something is pasted: marks of direction (telephones copy them along with a number), tabs, the line
   breaks of a word processor. */
static char *pasted(struct arena *a, const char *raw, bool lines)
{
	char *s = text_pasted(a, raw);

	for (char *c = s; *c; c++)
		if (*c == '\t' || *c == '\v' || *c == '\f')
			*c = lines && *c != '\t' ? '\n' : ' ';
	return s;
}

static enum err clean(struct arena *a, enum field_kind kind, const char *raw, const char **out)
{
	if (kind == FIELD_PASSWORD) {
		*out = raw;
		return text_is_utf8(bytes_of(raw)) ? ERR_OK : ERR_MALFORMED;
	}
	bool lines = kind == FIELD_LINES;
	enum err e = text_clean(a, bytes_of(pasted(a, raw, lines)), lines, out);

	if (!e)
		*out = text_trim(a, *out);
	return e;
}

enum err input_take(struct arena *a, const struct form *form, const struct pair *raw, size_t n, struct input *out)
{
	if (n > PAIRS_MAX)
		return ERR_TOOLARGE;
	bool *seen = arena_array(a, form->n, bool);
	struct pair *v = arena_array(a, n, struct pair);
	struct input in = { v, 0 };
	size_t next = 0;

	for (; in.n < n; in.n++) {
		size_t at = field_index(form, raw[in.n].name, next);

		if (at == form->n)
			return ERR_MALFORMED;
		const struct field *f = &form->fields[at];
		const char *value = "";
		enum err e = clean(a, f->kind, raw[in.n].value, &value);

		if (e)
			return e;
		if (seen[at] && (f->kind != FIELD_SET || input_has(&in, f->name, value)))
			return ERR_MALFORMED;
		seen[at] = true;
		v[in.n] = (struct pair){ f->name, value };
		next = f->kind == FIELD_SET ? at : at + 1;
	}
	*out = in;
	return ERR_OK;
}

static const struct pair *find(const struct input *in, const char *name)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->v[i].name == name || strcmp(in->v[i].name, name) == 0)
			return &in->v[i];
	return NULL;
}

const char *input_get(const struct input *in, const char *name)
{
	const struct pair *p = find(in, name);

	return p ? p->value : "";
}

bool input_has(const struct input *in, const char *name, const char *value)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->v[i].name, name) == 0 && strcmp(in->v[i].value, value) == 0)
			return true;
	return false;
}

struct strs input_all(struct arena *a, const struct input *in, const char *name)
{
	struct strs all = { 0 };

	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->v[i].name, name) == 0)
			strs_add(a, &all, in->v[i].value);
	return all;
}

struct input input_with(struct arena *a, const struct input *in, const char *name, const char *value)
{
	const struct pair *old = find(in, name);
	struct pair *v = arena_array(a, in->n + 1, struct pair);

	if (in->n)
		memcpy(v, in->v, in->n * sizeof *v);
	v[old ? (size_t)(old - in->v) : in->n] = (struct pair){ name, value };
	return (struct input){ v, in->n + (old ? 0 : 1) };
}

void fault_add(struct arena *a, struct faults *faults, const char *field, const char *format, ...)
{
	struct pair *grown = arena_array(a, faults->n + 1, struct pair);
	va_list args;

	if (faults->n)
		memcpy(grown, faults->v, faults->n * sizeof *grown);
	va_start(args, format);
	grown[faults->n] = (struct pair){ field, arena_vprintf(a, format, args) };
	va_end(args);
	faults->v = grown;
	faults->n++;
}

const char *fault_of(const struct faults *faults, const char *field)
{
	for (size_t i = 0; i < faults->n; i++)
		if (strcmp(faults->v[i].name, field) == 0)
			return faults->v[i].value;
	return NULL;
}

const char *number_fr(struct arena *a, int64_t n)
{
	const char *digits = arena_printf(a, "%lld", (long long)n);
	size_t length = strlen(digits);
	struct buf b = buf_new(a);

	for (size_t i = 0; i < length; i++) {
		if (i > (n < 0) && (length - i) % 3 == 0)
			buf_text(&b, "\u202F");
		buf_byte(&b, (uint8_t)digits[i]);
	}
	return buf_str(&b);
}

/* Hidden, so its row needs no label to complain of its length. */
static bool is_token(const struct field *f, const char *value)
{
	size_t n = 0;

	while (value[n] > ' ' && value[n] <= '~')
		n++;
	return !value[n] && n <= (f->max ? f->max : 200);
}

/* A value that is not empty. */
static bool is_valid(struct arena *a, const struct field *f, const char *value)
{
	const char *e164;
	int64_t n;
	day_t day;
	int minutes;

	switch (f->kind) {
	case FIELD_MAIL:
		return text_is_mail(value);
	case FIELD_URL:
		return text_is_url(value);
	case FIELD_PHONE:
		return !text_phone(a, value, &e164);
	case FIELD_NUMBER:
		return !text_to_int(value, f->least, f->most, &n);
	case FIELD_DAY:
		return !day_parse(value, &day);
	case FIELD_HOUR:
		return !hour_parse(value, &minutes);
	case FIELD_CHOICE:
	case FIELD_SET:
	case FIELD_BUTTON:
		return !f->choices || choice_has(f->choices, value);
	case FIELD_TOKEN:
		return is_token(f, value);
	default:
		return true;
	}
}

/* How many digits the year of 1/12/2026 has, whether that day exists or not; 0: not so written. */
static size_t year_digits(const char *s)
{
	static const size_t most[] = { 2, 2, 4 };
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(most); i++) {
		n = strspn(s, "0123456789");
		if (!n || n > most[i])
			return 0;
		s += n;
		if (*s++ != (i + 1 < LENGTH(most) ? '/' : '\0'))
			return 0;
	}
	return n;
}

#define DAY_EXAMPLE "01/12/2026"

/* 3/2/27 is meant as 03/02/2027: nobody types a day of another century. */
static const char *day_meant(struct arena *a, const char *typed)
{
	const char *year = strrchr(typed, '/') + 1;
	day_t day;

	if (strlen(year) != 2 || day_parse(arena_printf(a, "%.*s20%s", (int)(year - typed), typed, year), &day))
		return DAY_EXAMPLE;
	return day_slashes(a, day);
}

const char *day_wrong(struct arena *a, const char *label, const char *typed)
{
	size_t digits = year_digits(typed);

	if (!digits)
		return arena_printf(a, "%s : écrivez la date comme " DAY_EXAMPLE, label);
	if (digits < 4)
		return arena_printf(a, "%s : écrivez l’année en quatre chiffres, par exemple %s", label,
				    day_meant(a, typed));
	return arena_printf(a, "%s : cette date n’existe pas", label);
}

const char *phone_wrong(const char *typed)
{
	size_t digits = 0;

	for (const char *p = typed; *p; p++)
		digits += *p >= '0' && *p <= '9';
	/* of ten digits, or with a country's code: how many they are is not what is wrong */
	return digits == 10 || *typed == '+' || strncmp(typed, "00", 2) == 0 ?
		       "Saisissez un numéro de téléphone français, comme 01 99 00 12 34" :
		       "Le numéro de téléphone doit comporter 10 chiffres";
}

/* max 0: too long a value is not valid either, and the sentence says what is. wrong NULL: made from the row. */
static const struct {
	size_t max;
	const char *wrong;
} kinds[FIELD__MAX] = {
	[FIELD_TEXT] = { 200, NULL },
	[FIELD_LINES] = { 200, NULL },
	[FIELD_MAIL] = { 254, "Saisissez le courriel comme nom@exemple.fr" },
	[FIELD_URL] = { 500, "Saisissez l’adresse du site comme https://www.exemple.fr" },
	[FIELD_PHONE] = { 0, NULL },
	[FIELD_NUMBER] = { 0, NULL },
	[FIELD_DAY] = { 0, NULL },
	[FIELD_HOUR] = { 0, "Saisissez l’heure comme 7 h 30" },
	[FIELD_CHOICE] = { 200, NULL },
	[FIELD_SET] = { 200, NULL },
	[FIELD_PASSWORD] = { 200, NULL },
	[FIELD_TOKEN] = { 0, "Rechargez la page, puis recommencez" },
	[FIELD_BUTTON] = { 200, NULL },
};

static const char *check_length(struct arena *a, const struct field *f, const char *value)
{
	size_t max = kinds[f->kind].max && f->max ? f->max : kinds[f->kind].max;
	size_t length = text_length(value);

	if (!max || length <= max)
		return NULL;
	return arena_printf(a, "%s dépasse de %s caractère%s la limite de %s", f->label,
			    number_fr(a, (int64_t)(length - max)), length - max > 1 ? "s" : "",
			    number_fr(a, (int64_t)max));
}

static const char *check_value(struct arena *a, const struct field *f, const char *value)
{
	const char *wrong = check_length(a, f, value);

	if (wrong || is_valid(a, f, value))
		return wrong;
	if (kinds[f->kind].wrong)
		return kinds[f->kind].wrong;
	if (f->kind == FIELD_DAY)
		return day_wrong(a, f->label, value);
	if (f->kind == FIELD_PHONE)
		return phone_wrong(value);
	if (f->choices)
		return arena_printf(a, "%s : choisissez une réponse de la liste", f->label);
	return arena_printf(a, "%s : écrivez un nombre entre %s et %s", f->label, number_fr(a, f->least),
			    number_fr(a, f->most));
}

/* Every value of a field: only a set has more than one. */
static const char *check_field(struct arena *a, const struct field *f, const struct input *in)
{
	const char *wrong = NULL;
	bool empty = true;

	for (size_t i = 0; i < in->n && !wrong; i++) {
		if (!*in->v[i].value || strcmp(in->v[i].name, f->name) != 0)
			continue;
		empty = false;
		wrong = check_value(a, f, in->v[i].value);
	}
	if (!empty || !f->required)
		return wrong;
	return f->missing ? f->missing : arena_printf(a, "Renseignez : %s", f->label);
}

void input_check(struct arena *a, const struct form *form, const struct input *in, struct faults *faults)
{
	for (size_t i = 0; i < form->n; i++) {
		const struct field *f = &form->fields[i];
		const char *wrong = check_field(a, f, in);

		if (wrong)
			fault_add(a, faults, f->name, "%s", wrong);
	}
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes n bytes in place and ends them with a NUL (there is room: the separator's). */
static enum err decode(uint8_t *p, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i] == '+' ? ' ' : p[i];

		if (c == '%') {
			if (n - i < 3 || hex_value(p[i + 1]) < 0 || hex_value(p[i + 2]) < 0)
				return ERR_MALFORMED;
			c = (uint8_t)(hex_value(p[i + 1]) << 4 | hex_value(p[i + 2]));
			i += 2;
		}
		if (!c)
			return ERR_MALFORMED;
		p[to++] = c;
	}
	p[to] = 0;
	return ERR_OK;
}

static enum err decode_pair(uint8_t *p, size_t n, struct pair *out)
{
	uint8_t *equals = memchr(p, '=', n);
	size_t name = equals ? (size_t)(equals - p) : n;
	enum err e;

	if (!name)
		return ERR_MALFORMED;
	*out = (struct pair){ (const char *)p, "" };
	if (equals) {
		e = decode(equals + 1, n - name - 1);
		if (e)
			return e;
		out->value = (const char *)equals + 1;
	}
	return decode(p, name);
}

enum err urlencoded_parse(struct arena *a, struct bytes body, struct pair **out, size_t *n)
{
	uint8_t *p = (uint8_t *)arena_memdup(a, body.p, body.n), *end = p + body.n;
	size_t count = 0, room = 1;

	for (size_t i = 0; i < body.n; i++)
		room += p[i] == '&';
	struct pair *pairs = arena_array(a, room < PAIRS_MAX ? room : PAIRS_MAX, struct pair);

	while (p < end) {
		uint8_t *stop = memchr(p, '&', (size_t)(end - p));

		if (!stop)
			stop = end;
		if (stop > p) {
			if (count == PAIRS_MAX)
				return ERR_TOOLARGE;
			enum err e = decode_pair(p, (size_t)(stop - p), &pairs[count]);

			if (e)
				return e;
			count++;
		}
		p = stop + 1;
	}
	*out = pairs;
	*n = count;
	return ERR_OK;
}

static void encode(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._";

	while (*s) {
		size_t n = strspn(s, plain);

		buf_add(b, s, n);
		s += n;
		if (*s == ' ')
			buf_byte(b, '+');
		else if (*s)
			buf_printf(b, "%%%02X", (uint8_t)*s);
		s += *s != 0;
	}
}

const char *urlencoded_write(struct arena *a, const struct pair *v, size_t n)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&b, '&');
		encode(&b, v[i].name);
		buf_byte(&b, '=');
		encode(&b, v[i].value);
	}
	return buf_str(&b);
}
