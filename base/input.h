/* What somebody filled in: declared fields, the values that came, and what is wrong with them.
   One table of fields parses (unknown and doubled names refuse the whole), checks, complains in French and draws. */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H

#include "base/arena.h"

enum field_kind {
	FIELD_TEXT,  /* one line */
	FIELD_LINES, /* several lines */
	FIELD_MAIL,
	FIELD_URL,
	FIELD_PHONE,
	FIELD_NUMBER, /* min..max */
	FIELD_DAY,    /* JJ/MM/AAAA */
	FIELD_HOUR,
	FIELD_CHOICE,   /* one of choices */
	FIELD_SET,      /* several of choices: the only kind that may come more than once */
	FIELD_PASSWORD, /* never trimmed, never shown again, never kept */
	FIELD_TOKEN,    /* hidden: printable ASCII, no blank */
	FIELD_BUTTON,   /* which button was pressed: one of choices */
	FIELD__MAX
};

struct choice {
	const char *value;
	const char *label; /* French */
};

/* A row. choices ends with { NULL, NULL }; NULL: the handler offered them and checks them itself. max is in characters
   (0: 254 for FIELD_MAIL, 500 for FIELD_URL, 200 else). */
struct field {
	const char *name;
	const char *label; /* French, as at the field */
	enum field_kind kind;
	bool required;
	size_t max;
	int64_t least, most; /* FIELD_NUMBER */
	const struct choice *choices;
	const char *hint;    /* French; NULL: none */
	const char *missing; /* French: what is said when a required field is empty; NULL: « Renseignez : label » */
	const char *autocomplete; /* HTML; NULL: "off" */
};

/* The hint of a day that has none of its own. */
#define DAY_HINT "Exemple : 16/11/2026"

struct form {
	const struct field *fields;
	size_t n;
};

struct pair {
	const char *name;
	const char *value;
};

/* The values that came, cleaned (UTF-8, NFC, no control characters) and, but for passwords, trimmed, in their order. */
struct input {
	const struct pair *v;
	size_t n;
};

/* What is wrong: field (its name) and a French sentence. */
struct faults {
	struct pair *v;
	size_t n;
};

/* Takes decoded pairs; ERR_MALFORMED: a name the form lacks, a field twice (or a set's value twice), text that is no clean
   UTF-8. A password is taken as it came, whatever its characters. Lengths and choices are not checked here, so that what
   was typed can be shown again. */
MUST_USE enum err input_take(struct arena *a, const struct form *form, const struct pair *raw, size_t n, struct input *out);

/* The first value of that name; "" when none came. */
const char *input_get(const struct input *in, const char *name);
bool input_has(const struct input *in, const char *name, const char *value);
struct strs input_all(struct arena *a, const struct input *in, const char *name);
/* The same input with one more pair (or the pair's value replaced). */
struct input input_with(struct arena *a, const struct input *in, const char *name, const char *value);

/* Checks every field by its row: one sentence a field at most. What is wrong is added to faults, in the form's order. The
   sentences hold plain blanks before their signs: draw them with {f}. */
void input_check(struct arena *a, const struct form *form, const struct input *in, struct faults *faults);

/* What is wrong with a day that day_parse refuses: « Du : écrivez la date comme 01/12/2026 », « Du : écrivez l’année en quatre
   chiffres, par exemple 03/02/2027 » (of 3/2/27), « Du : cette date n’existe pas ». */
const char *day_wrong(struct arena *a, const char *label, const char *typed);
/* What is wrong with a phone number that text_phone() refuses, in French: its length, or that it is no French one. */
const char *phone_wrong(const char *typed);

void fault_add(struct arena *a, struct faults *faults, const char *field, const char *format, ...) PRINTF_LIKE(4, 5);
/* The first sentence about a field, or NULL. */
const char *fault_of(const struct faults *faults, const char *field);

const struct field *form_field(const struct form *form, const char *name);
/* The label of a value in a table of choices; the value itself when it is not there. */
const char *choice_label(const struct choice *choices, const char *value);
/* Typed as the value, or as the label in any case and accents: an address written by hand is as good as a click. */
bool choice_is(struct arena *a, const char *typed, const char *value, const char *label);
/* The row so typed; NULL: none. */
const struct choice *choice_typed(struct arena *a, const struct choice *choices, const char *typed);
bool choice_has(const struct choice *choices, const char *value);

/* "1 500": thousands apart by U+202F. */
const char *number_fr(struct arena *a, int64_t n);

/* application/x-www-form-urlencoded (WHATWG URL §5.1): pairs in a. ERR_MALFORMED: a broken % escape, a NUL, a pair without
   name; ERR_TOOLARGE: more than 2000 pairs. */
MUST_USE enum err urlencoded_parse(struct arena *a, struct bytes body, struct pair **out, size_t *n);
const char *urlencoded_write(struct arena *a, const struct pair *v, size_t n);

#endif
