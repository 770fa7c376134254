#include "acts/caf_texts.h"

#include "acts/rights.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DELAY_MAX 999

/* The number and the unit of "P2M". */
static enum err read_delay(const char *delay, int64_t *n, char *unit)
{
	char digits[5] = "";
	size_t length = *delay == 'P' ? strspn(delay + 1, "0123456789") : 0;

	if (!length || length >= sizeof digits)
		return ERR_INVALID;
	memcpy(digits, delay + 1, length);
	*unit = delay[1 + length];
	if (!*unit || !strchr("DWMY", *unit) || delay[2 + length])
		return ERR_INVALID;
	return text_to_int(digits, 1, DELAY_MAX, n);
}

enum err silence_day(const char *delay, day_t received, day_t *out)
{
	int64_t n;
	char unit;
	enum err e = read_delay(delay, &n, &unit);

	if (e)
		return e;
	if (unit == 'D' || unit == 'W')
		*out = received + (day_t)(unit == 'W' ? n * 7 : n);
	else
		*out = day_add_months(received, (int)(unit == 'Y' ? n * 12 : n));
	return ERR_OK;
}

const char *silence_delay_fr(struct arena *a, const char *delay)
{
	static const char *const words[] = { "", "un", "deux", "trois", "quatre", "cinq", "six" };
	int64_t n;
	char unit;

	if (read_delay(delay, &n, &unit))
		return delay;
	const char *name = unit == 'D' ? "jour" : unit == 'W' ? "semaine" : unit == 'M' ? "mois" : "an";
	const char *plural = n > 1 && unit != 'M' ? "s" : "";

	if (n == 1)
		return arena_printf(a, "%s %s", unit == 'W' ? "une" : "un", name);
	if (n < (int64_t)LENGTH(words))
		return arena_printf(a, "%s %s%s", words[n], name, plural);
	return arena_printf(a, "%lld %s%s", (long long)n, name, plural);
}

struct strs caf_texts_missing(struct arena *a, const struct caf *c)
{
	bool rejects = strcmp(c->silence, "rejet") == 0;
	day_t day;
	const struct {
		const char *attribute;
		bool missing;
	} rules[] = {
		{ "o", !*c->name },
		{ "habServiceNom", !*c->service },
		{ "postalAddress", !*c->address },
		{ "mail", !text_is_mail(c->mail) },
		{ "telephoneNumber", !*c->phone },
		{ "habSilence", !rejects && strcmp(c->silence, "acceptation") != 0 },
		{ "habSilenceDelai", silence_day(c->silence_delay, 0, &day) != ERR_OK },
		/* where silence accepts, the attestation of L. 232-3 is named in their stead */
		{ "habVoiesRecours", rejects && !*c->remedies },
		{ "habMentionDonnees", !*c->data_notice },
	};
	struct strs out = { 0 };

	for (size_t i = 0; i < LENGTH(rules); i++)
		if (rules[i].missing)
			strs_add(a, &out, rules[i].attribute);
	return out;
}

const char *caf_address(struct arena *a, const struct caf *c)
{
	struct buf b = buf_new(a);

	for (const char *p = c->address; *p;) {
		size_t n = strcspn(p, "\n");
		const char *line = arena_memdup(a, p, n), *folded = text_fold(a, line);

		if (strcmp(folded, text_fold(a, c->name)) != 0 && strcmp(folded, text_fold(a, c->service)) != 0)
			buf_printf(&b, "%s%s", b.n ? "\n" : "", line);
		p += n + (p[n] == '\n');
	}
	return b.n ? buf_str(&b) : c->address;
}

static int by_name(const void *x, const void *y)
{
	return text_order(((const struct caf *)x)->name, ((const struct caf *)y)->name);
}

enum err cafs_all(struct app *app, struct arena *a, struct caf **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_CAF, BYTES_NONE);
	struct caf *v = NULL;
	size_t count = 0;

	while (scan_next(&s)) {
		v = arena_more(a, v, count, sizeof *v);
		enum err e = caf_decode(a, s.record.payload, &v[count]);

		if (e)
			return e;
		v[count].rev = s.record.rev;
		count += *v[count].code != '\0';
	}
	if (t.err)
		return t.err;
	if (count)
		qsort(v, count, sizeof *v, by_name);
	*out = v;
	*n = count;
	return ERR_OK;
}

enum err cafs_offered(struct app *app, struct arena *a, struct caf **out, size_t *n)
{
	struct caf *all;
	size_t count, kept = 0;
	enum err e = cafs_all(app, a, &all, &count);

	if (e)
		return e;
	for (size_t i = 0; i < count; i++)
		if (!caf_texts_missing(a, &all[i]).n)
			all[kept++] = all[i];
	*out = all;
	*n = kept;
	return ERR_OK;
}

enum err caf_find(struct app *app, struct arena *a, const char *code, struct caf *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	return caf_by_code(&t, a, code, out);
}

enum err caf_offered(struct app *app, struct arena *a, const char *code, struct caf *out)
{
	struct caf c;
	enum err e = caf_find(app, a, code, &c);

	if (!e && caf_texts_missing(a, &c).n)
		e = ERR_NOTFOUND;
	if (!e)
		*out = c;
	return e;
}
