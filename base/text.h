/* Text people typed: UTF-8, NFC, no control characters; folding for search and for keys; numbers. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

/* Cleans text that came from outside: valid UTF-8, assigned characters, NFC, no NUL, no bidi controls (U+202A–202E,
   U+2066–2069), no control characters; with lines, "\r\n" and "\r" become "\n" and tabs stay. Never trims.
   ERR_MALFORMED when it breaks a rule; out is then untouched. The result lives in a. */
MUST_USE enum err text_clean(struct arena *a, struct bytes in, bool lines, const char **out);

/* True for bytes that are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing cut. */
bool text_is_utf8(struct bytes in);

/* Without the blanks (Unicode spaces and marks of writing direction included) at both ends. */
const char *text_trim(struct arena *a, const char *s);

/* What a paste brings unseen goes: controls of writing direction, and its marks at both ends; what Unicode had not assigned yet (an
   emoji newer than our tables) becomes U+FFFD, to be seen. s may be anything. */
char *text_pasted(struct arena *a, const char *s);

/* What follows takes text_clean's output; folding anything that is not UTF-8 gives "". */

/* For search: NFKC, case folded, accents stripped, ligatures opened (œ → oe), every run of other characters than
   letters and digits one blank, ends trimmed: "Saint-Étienne" → "saint etienne". */
char *text_fold(struct arena *a, const char *s);

/* What a search box looks for: the folded words of what was typed; NULL when nothing was. */
const char *text_sought(struct arena *a, const char *typed);
/* Every word is in one of the texts, in any order: "querrien maelle" in « Maëlle Querrien ». sought: of text_sought; NULL is in
   every text, what holds no letter nor digit in none. */
bool text_mentions(struct arena *a, const char *sought, const char *const *texts, size_t n);

/* Accents stripped, nothing else changed: "Maëlle 92!" → "Maelle 92!". NULL when s is not UTF-8. */
char *text_unaccent(struct arena *a, const char *s);

/* For lists people read: by what text_fold makes of both, then by their bytes; « À Deux Pas » before « Trampoline ». */
int text_order(const char *x, const char *y);

/* For counters keyed on what was typed (RFC 4518 like slapd): NFKC, case folded, blanks trimmed and runs of
   them made one. */
const char *text_casefold(struct arena *a, const char *s);

/* a-z as capitals, the rest as it is: codes as the directory spells them, identifiers in addresses. */
const char *text_upper(struct arena *a, const char *s);

/* A name as a part of a URL: text_fold with '-' for blanks, at most 60 bytes, only a-z 0-9 and '-'; "etablissement"
   when nothing is left. */
const char *text_slug(struct arena *a, const char *s);

/* Characters (code points) of valid UTF-8. */
size_t text_length(const char *s);

/* The lines of a text joined by ", ". */
const char *text_one_line(struct arena *a, const char *lines);

/* The first n characters; s itself when it is shorter. */
const char *text_cut(struct arena *a, const char *s, size_t n);

/* A whole decimal number, nothing around it, no sign unless min < 0; else ERR_INVALID. */
MUST_USE enum err text_to_int(const char *s, int64_t min, int64_t max, int64_t *out);

/* « Mot de passe erroné » inside a sentence: only A to Z become small. */
const char *text_lower_first(struct arena *a, const char *s);

const char *text_hex(struct arena *a, struct bytes b);

/* Exactly n bytes of lower- or upper-case hexadecimal, else ERR_MALFORMED. */
MUST_USE enum err text_unhex(const char *s, uint8_t *out, size_t n);

/* "01 99 00 12 74", "+33 1 99 00 12 74", "01.99.00.12.74" → "+33199001274" (E.164). Ten digits from 0, or nine after +33, +262, +590,
   +594, +596: "0692 12 34 56" and "+33 692 12 34 56" → "+262692123456". Refuses repetitions of one digit. ERR_INVALID otherwise. */
MUST_USE enum err text_phone(struct arena *a, const char *s, const char **out);

/* "+33199001274" → "01 99 00 12 74", "+262692123456" → "06 92 12 34 56"; anything else as it is. */
const char *text_phone_fr(struct arena *a, const char *e164);

/* "92 390" → "92390". ERR_INVALID: not five digits. */
MUST_USE enum err text_postal_code(struct arena *a, const char *s, const char **out);

/* "198.51.100.24", "2001:DB8::1" → as nginx and the log write it. ERR_INVALID: no whole IP address. */
MUST_USE enum err text_address(struct arena *a, const char *s, const char **out);

/* An address one may write to, as the directory's own rule for mail has it (ldap/directory/overlays.ldif.in): ≤ 254 bytes, ≤ 64 before
   the @, without what RFC 5321 4.1.2 and RFC 1035 2.3.1 forbid: a dot beside another or before @, a label of more than 63
   characters or with a hyphen at an end. */
bool text_is_mail(const char *s);

/* http or https, a host with a dot, no user part, no blank or control character, ≤ 500 bytes. */
bool text_is_url(const char *s);

/* Bytes of the no-break space (U+00A0, U+202F) s begins with; 0: none. */
size_t text_no_break(const char *s);

/* The first number in s that is written with hyphens between capitals and digits, as « H26-921-00012 », its bytes in *n; NULL:
   there is none. More than 16 bytes are no number: they may have to be cut. */
const char *text_number(const char *s, size_t *n);

/* Luhn's key over decimal digits (SIREN, SIRET; ISO/IEC 7812-1 annex B). */
bool text_is_luhn(const char *digits);

#endif
