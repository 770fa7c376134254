/* One CSV file by its columns: header, cells, each by its rule. */
#include "acts/register_import.h"

#include "acts/codes.h"
#include "acts/commune.h"
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

const char *const import_files[IMPORT__MAX] = {
	[IMPORT_PROVIDER] = "fournisseurs.csv", [IMPORT_ESTABLISHMENT] = "etablissements.csv",
	[IMPORT_AGREEMENT] = "conventions.csv", [IMPORT_PERSON] = "personnes.csv",
	[IMPORT_RIGHT] = "droits.csv",
};

enum cell_kind {
	CELL_TEXT,
	CELL_ID,
	CELL_NUMBER,
	CELL_AGREEMENT,
	CELL_UID,
	CELL_SIRET,
	CELL_POSTAL,
	CELL_INSEE,
	CELL_MAIL,
	CELL_PHONE,
	CELL_DAY,
	CELL_YES,
	CELL_TYPE,
	CELL_CATEGORY,
	CELL_CAPACITY,
	CELL_POINT,
	CELL_STATUS,
};

struct column {
	const char *name;
	enum cell_kind kind;
	bool required;
	size_t max;
	bool names; /* other rows may mean the row by it */
};

/* clang-format off */
static const struct column columns[IMPORT__MAX][IMPORT_CELLS] = {
	[IMPORT_PROVIDER] = {
		[PROVIDER_ID] = { "identifiant", CELL_ID, false, 16, true },
		[PROVIDER_NAME] = { "nom", CELL_TEXT, true, 150, false },
		[PROVIDER_SIRET] = { "siret", CELL_SIRET, true, 20, true },
		[PROVIDER_STREET] = { "adresse", CELL_TEXT, true, 200, false },
		[PROVIDER_POSTAL] = { "code_postal", CELL_POSTAL, true, 5, false },
		[PROVIDER_CITY] = { "commune", CELL_TEXT, true, 100, false },
		[PROVIDER_MAIL] = { "courriel", CELL_MAIL, true, 254, false },
		[PROVIDER_PHONE] = { "telephone", CELL_PHONE, false, 20, false },
	},
	[IMPORT_ESTABLISHMENT] = {
		[PLACE_ID] = { "identifiant", CELL_ID, false, 16, true },
		[PLACE_NAME] = { "nom", CELL_TEXT, true, 150, true },
		[PLACE_TYPE] = { "type", CELL_TYPE, true, 80, false },
		[PLACE_CATEGORY] = { "categorie", CELL_CATEGORY, false, 80, false },
		[PLACE_CAPACITY] = { "capacite", CELL_CAPACITY, false, 20, false },
		[PLACE_AVIP] = { "avip", CELL_YES, false, 20, false },
		[PLACE_STREET] = { "adresse", CELL_TEXT, true, 200, false },
		[PLACE_POSTAL] = { "code_postal", CELL_POSTAL, true, 5, false },
		[PLACE_CITY] = { "commune", CELL_TEXT, true, 100, false },
		[PLACE_INSEE] = { "code_insee", CELL_INSEE, true, 5, false },
		[PLACE_POINT] = { "coordonnees", CELL_POINT, false, 32, false },
		[PLACE_PROVIDER] = { "fournisseur", CELL_TEXT, false, 20, false },
	},
	[IMPORT_AGREEMENT] = {
		[DEAL_NUMBER] = { "numero", CELL_AGREEMENT, true, 24, false },
		[DEAL_PROVIDER] = { "fournisseur", CELL_TEXT, true, 20, false },
		[DEAL_SIGNED_PROVIDER] = { "signature_fournisseur", CELL_DAY, true, 10, false },
		[DEAL_SIGNED_CAF] = { "signature_caf", CELL_DAY, true, 10, false },
		[DEAL_DUE] = { "echeance", CELL_DAY, false, 10, false },
		[DEAL_TACIT] = { "tacite_reconduction", CELL_YES, false, 20, false },
		[DEAL_SIGNATORY] = { "signataire", CELL_TEXT, false, 128, false },
		[DEAL_TITLE] = { "fonction", CELL_TEXT, false, 128, false },
		[DEAL_PREFECTURE] = { "reference", CELL_TEXT, false, 64, false },
		[DEAL_COVERED] = { "etablissements", CELL_TEXT, true, 100000, false },
	},
	[IMPORT_PERSON] = {
		[PERSON_UID] = { "identifiant", CELL_UID, false, 32, true },
		[PERSON_NUMBER] = { "numero", CELL_NUMBER, false, 16, true },
		[PERSON_SURNAME] = { "nom", CELL_TEXT, true, 80, false },
		[PERSON_GIVEN] = { "prenom", CELL_TEXT, true, 80, false },
		[PERSON_TITLE] = { "fonction", CELL_TEXT, false, 100, false },
		[PERSON_MAIL] = { "courriel", CELL_MAIL, true, 254, true },
		[PERSON_PHONE] = { "telephone", CELL_PHONE, false, 20, false },
		[PERSON_PROVIDER] = { "fournisseur", CELL_TEXT, true, 20, false },
		[PERSON_STATUS] = { "statut", CELL_STATUS, false, 20, false },
	},
	[IMPORT_RIGHT] = {
		[RIGHT_PERSON] = { "personne", CELL_TEXT, true, 254, false },
		[RIGHT_PLACE] = { "etablissement", CELL_TEXT, true, 150, false },
		[RIGHT_LISTING] = { "fonctionnement", CELL_YES, false, 20, false },
		[RIGHT_PLACES] = { "places", CELL_YES, false, 20, false },
	},
};

/* What annex 1 of a convention calls an establishment. */
static const struct { const char *word, *type, *category; } nursery_words[] = {
	{ "halte garderie", "EAJE", "CRECHE_COLLECTIVE" },
	{ "multi accueil", "EAJE", "MULTI_ACCUEIL" },
	{ "creche", "EAJE", "" },
	{ "creche collective", "EAJE", "CRECHE_COLLECTIVE" },
	{ "creche familiale", "EAJE", "CRECHE_FAMILIALE" },
	{ "jardin d enfants", "EAJE", "JARDIN_ENFANTS" },
	{ "micro creche", "EAJE", "CRECHE_COLLECTIVE" },
};
/* clang-format on */

enum import_kind import_kind_of(const char *name)
{
	for (size_t i = 0; i < IMPORT__MAX; i++)
		if (strcmp(name, import_files[i]) == 0)
			return (enum import_kind)i;
	return IMPORT__MAX;
}

void import_fault(struct import *m, enum import_kind kind, size_t line, const char *column, const char *format, ...)
{
	va_list args;

	m->faults = arena_more(m->arena, m->faults, m->n_faults, sizeof *m->faults);
	va_start(args, format);
	m->faults[m->n_faults++] =
		(struct import_fault){ import_files[kind], line, column, arena_vprintf(m->arena, format, args) };
	va_end(args);
}

void import_refuse(struct import *m, enum import_kind kind, struct import_row *row, size_t column, const char *format, ...)
{
	bool whole = column == IMPORT_CELLS;
	va_list args;

	row->refused = true;
	m->files[kind].lost = m->files[kind].lost || (!whole && columns[kind][column].names);
	va_start(args, format);
	import_fault(m, kind, row->line, whole ? "" : columns[kind][column].name, "%s",
		     arena_vprintf(m->arena, format, args));
	va_end(args);
}

/* --- cells --- */

static bool is_made_of(const char *s, const char *of, size_t least, size_t most)
{
	size_t n = strlen(s);

	return n >= least && n <= most && strspn(s, of) == n;
}

#define DIGITS "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL "abcdefghijklmnopqrstuvwxyz"

static const char *without_blanks(struct arena *a, const char *s)
{
	struct buf b = buf_new(a);

	for (; *s; s++)
		if (*s != ' ')
			buf_byte(&b, (uint8_t)*s);
	return buf_str(&b);
}

static bool take_siret(struct arena *a, const char **value)
{
	const char *siret = without_blanks(a, *value);

	*value = siret;
	return is_made_of(siret, DIGITS, 14, 14) && (strncmp(siret, "356000000", 9) == 0 || text_is_luhn(siret));
}

static bool take_day(struct arena *a, const char **value)
{
	day_t day;

	if (day_parse(*value, &day))
		return false;
	*value = day_ldap(a, day);
	return true;
}

static bool take_yes(struct arena *a, const char **value)
{
	const char *word = text_fold(a, *value);
	bool yes = strcmp(word, "oui") == 0 || strcmp(word, "x") == 0 || strcmp(word, "1") == 0;

	if (!yes && strcmp(word, "non") != 0 && strcmp(word, "0") != 0)
		return false;
	*value = yes ? "TRUE" : "FALSE";
	return true;
}

static bool take_choice(struct arena *a, const struct choice *choices, const char **value)
{
	const struct choice *found = choice_typed(a, choices, text_casefold(a, *value));

	if (found)
		*value = text_upper(a, found->value);
	return found != NULL;
}

static bool take_type(struct arena *a, const char **value)
{
	const char *word = text_fold(a, *value);

	if (take_choice(a, type_choices, value))
		return true;
	for (size_t i = 0; i < LENGTH(nursery_words); i++)
		if (strcmp(nursery_words[i].word, word) == 0)
			return true; /* settled with its category below */
	return false;
}

static bool take_status(struct arena *a, const char **value)
{
	const char *word = text_fold(a, *value);

	*value = word;
	return strcmp(word, "active") == 0 || strcmp(word, "suspendue") == 0 || strcmp(word, "terminee") == 0;
}

/* The directory takes no leading zero. */
static bool take_capacity(struct arena *a, const char **value)
{
	int64_t n;

	if (text_to_int(*value, 1, 999, &n))
		return false;
	*value = arena_printf(a, "%lld", (long long)n);
	return true;
}

/* One blank between the two, as the mirror reads them; "48,9" would be two numbers. */
static bool take_point(struct arena *a, const char **value)
{
	const char *s = *value;
	size_t first = strcspn(s, " ");
	int64_t lat, lon;

	if (strchr(s, ',') || !coordinates_read(s, &lat, &lon))
		return false;
	*value = arena_printf(a, "%.*s %s", (int)first, s, s + first + strspn(s + first, " "));
	return true;
}

/* What is wrong, or NULL; *value in the directory's spelling. */
static const char *take_cell(struct arena *a, enum cell_kind kind, const char **value)
{
	switch (kind) {
	case CELL_TEXT:
		return strchr(*value, '\n') ? "holds a line break" : NULL;
	case CELL_ID:
		return is_made_of(*value, DIGITS CAPITALS, 4, 16) ? NULL : "4 to 16 capitals and digits are expected";
	case CELL_NUMBER:
		return is_made_of(*value, DIGITS CAPITALS "-", 6, 16) ?
			       NULL :
			       "6 to 16 capitals, digits and dashes are expected";
	case CELL_AGREEMENT:
		return is_made_of(*value, DIGITS CAPITALS "-", 4, 24) ?
			       NULL :
			       "4 to 24 capitals, digits and dashes are expected";
	case CELL_UID:
		return is_made_of(*value, SMALL DIGITS "._-", 3, 32) && islower((unsigned char)**value) ?
			       NULL :
			       "3 to 32 small letters, digits, dots and dashes are expected, a letter first";
	case CELL_SIRET:
		return take_siret(a, value) ? NULL : "a SIRET has 14 digits with a right key";
	case CELL_POSTAL:
		return is_made_of(*value, DIGITS, 5, 5) ? NULL : "a postal code has 5 digits";
	case CELL_INSEE:
		return is_made_of(*value, DIGITS "AB", 5, 5) ? NULL : "an INSEE code has 5 characters, as 92078";
	case CELL_MAIL:
		return text_is_mail(*value) ? NULL : "no mail address";
	case CELL_PHONE:
		return text_phone(a, *value, value) ? "a phone number has 10 digits" : NULL;
	case CELL_DAY:
		return take_day(a, value) ? NULL : "a day is written 23/11/2026, its year with four digits";
	case CELL_YES:
		return take_yes(a, value) ? NULL : "oui or non is expected";
	case CELL_TYPE:
		return take_type(a, value) ? NULL : "unknown type";
	case CELL_CATEGORY:
		return take_choice(a, category_choices, value) ? NULL : "unknown category";
	case CELL_CAPACITY:
		return take_capacity(a, value) ? NULL : "a number from 1 to 999 is expected";
	case CELL_POINT:
		return take_point(a, value) ? NULL : "latitude and longitude are expected, as 48.9353 2.3231";
	case CELL_STATUS:
		return take_status(a, value) ? NULL : "active, suspendue or terminee is expected";
	}
	return NULL;
}

/* --- rows --- */

#define UNCLEAN "no UTF-8, or control characters in it: save the file as CSV UTF-8"

/* Which cell each column of the file is; a header nobody knows is a fault. */
static bool read_header(struct import *m, enum import_kind kind, const struct csv_row *header, size_t *of)
{
	size_t before = m->n_faults;
	bool seen[IMPORT_CELLS] = { false };

	for (size_t i = 0; i < header->cells.n; i++) {
		const char *name = text_fold(m->arena, header->cells.v[i]);

		of[i] = IMPORT_CELLS;
		if (header->unclean >> i & 1) {
			import_fault(m, kind, header->line, csv_column(m->arena, header, i), "%s", UNCLEAN);
			continue;
		}
		for (size_t j = 0; j < IMPORT_CELLS && columns[kind][j].name; j++)
			if (strcmp(text_fold(m->arena, columns[kind][j].name), name) == 0)
				of[i] = j;
		if (of[i] == IMPORT_CELLS)
			import_fault(m, kind, header->line, csv_column(m->arena, header, i), "unknown column");
		else if (seen[of[i]])
			import_fault(m, kind, header->line, header->cells.v[i], "the column stands twice");
		else
			seen[of[i]] = true;
	}
	for (size_t j = 0; j < IMPORT_CELLS && columns[kind][j].name && !header->unclean; j++)
		if (columns[kind][j].required && !seen[j])
			import_fault(m, kind, header->line, columns[kind][j].name, "the column is missing");
	return m->n_faults == before;
}

static void settle_type(struct import *m, struct import_row *row)
{
	const char *word = text_fold(m->arena, row->cell[PLACE_TYPE]);

	for (size_t i = 0; i < LENGTH(nursery_words); i++) {
		if (strcmp(nursery_words[i].word, word) != 0)
			continue;
		row->cell[PLACE_TYPE] = nursery_words[i].type;
		if (!*row->cell[PLACE_CATEGORY])
			row->cell[PLACE_CATEGORY] = nursery_words[i].category;
	}
	if (!*row->cell[PLACE_TYPE] || strcmp(row->cell[PLACE_TYPE], "EAJE") == 0)
		return;
	for (size_t i = PLACE_CATEGORY; i <= PLACE_AVIP; i++)
		if (*row->cell[i] && strcmp(row->cell[i], "FALSE") != 0)
			import_refuse(m, IMPORT_ESTABLISHMENT, row, i, "only an Eaje has one");
}

/* What is wrong with a cell that is filled, or NULL. */
static const char *read_cell(struct import *m, const struct column *c, bool unclean, const char **value)
{
	if (unclean)
		return UNCLEAN;
	if (!**value)
		return c->required ? "is empty" : NULL;
	return text_length(*value) > c->max ? "too long" : take_cell(m->arena, c->kind, value);
}

static void read_cells(struct import *m, enum import_kind kind, const struct csv_row *in, const size_t *of,
		       struct import_row *row)
{
	for (size_t i = 0; i < IMPORT_CELLS; i++)
		row->cell[i] = "";
	for (size_t i = 0; i < in->cells.n; i++) {
		const char *value = in->cells.v[i];
		const char *wrong = read_cell(m, &columns[kind][of[i]], in->unclean >> i & 1, &value);

		if (wrong)
			import_refuse(m, kind, row, of[i], "%s", wrong);
		else
			row->cell[of[i]] = value;
	}
}

/* One cell too few or too many: nobody knows which is which. */
static void read_row(struct import *m, enum import_kind kind, const struct csv_row *in, const size_t *of, size_t width)
{
	struct import_row row = { .line = in->line };

	if (in->cells.n != width) {
		import_refuse(m, kind, &row, IMPORT_CELLS, "%zu cells, and the header has %zu", in->cells.n, width);
		m->files[kind].lost = true;
		return;
	}
	read_cells(m, kind, in, of, &row);
	if (kind == IMPORT_ESTABLISHMENT)
		settle_type(m, &row);
	m->files[kind].v = arena_more(m->arena, m->files[kind].v, m->files[kind].n, sizeof row);
	m->files[kind].v[m->files[kind].n++] = row;
}

void import_take(struct import *m, enum import_kind kind, struct bytes text)
{
	struct csv csv;
	struct csv_fault fault;
	size_t of[CSV_CELLS_MAX];

	if (m->files[kind].taken) {
		import_fault(m, kind, 0, "", "the file stands twice");
		return;
	}
	m->files[kind].taken = true;
	m->files[kind].lost = true;
	if (csv_read(m->arena, text, &csv, &fault)) {
		import_fault(m, kind, fault.line, fault.column, "%s", fault.why);
		return;
	}
	if (!read_header(m, kind, &csv.v[0], of))
		return;
	m->files[kind].lost = false;
	for (size_t i = 1; i < csv.n; i++)
		read_row(m, kind, &csv.v[i], of, csv.v[0].cells.n);
}
