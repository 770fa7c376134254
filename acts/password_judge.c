/* Strength of a new password: length, and entropy by libzxcvbn with the words an attacker would try first. */
#include "acts/who.h"

#include "acts/rights.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <zxcvbn.h>

#define BYTES_MAX 128
#define WORD_MIN 3
#define TOLD_MIN 4    /* shorter words stand in anything by chance */
#define SPELLED_MAX 2 /* letters a word, on average */
#define MARK_BITS 5   /* which of the keyboard's 33 */
#define SIREN_DIGITS 9
/* Room for sixty establishments of five words. A check takes up to 4 ms then; of 128 characters 12 ms, and 22 of one character 128
   times, for which the library alone takes 18. */
#define WORDS_MAX 640

/* What the library's English lists lack: the French favourites, and rows of the French keyboard. */
static const char *const common[] = {
	"motdepasse",
	"mot de passe",
	"azerty",
	"azertyuiop",
	"qsdfgh",
	"qsdfghjklm",
	"wxcvbn",
	"aqwzsx",
	"aqzsed",
	"bonjour",
	"bonsoir",
	"soleil",
	"doudou",
	"loulou",
	"chouchou",
	"coucou",
	"bisous",
	"jetaime",
	"amour",
	"cheval",
	"marseille",
	"paris",
	"france",
	"lyon",
	"toulouse",
	"bordeaux",
	"bretagne",
	"vacances",
	"maison",
	"famille",
	"maman",
	"papa",
	"enfant",
	"enfants",
	"enfance",
	"petite enfance",
	"creche",
	"halte",
	"garderie",
	"accueil",
	"nounou",
	"bebe",
	"doudous",
	"chocolat",
	"princesse",
	"papillon",
	"printemps",
	"automne",
	"hiver",
	"janvier",
	"fevrier",
	"mars",
	"avril",
	"juin",
	"juillet",
	"aout",
	"septembre",
	"octobre",
	"novembre",
	"decembre",
	"lundi",
	"mardi",
	"mercredi",
	"jeudi",
	"vendredi",
	"samedi",
	"dimanche",
	"bienvenue",
	"mairie",
	"secret",
	"nicolas",
	"camille",
	"caf",
	"cnaf",
	"monenfant",
	"habilis",
	"agent",
	"direction",
	/* the model our own page shows */
	"nuage-tambour-citron-41",
	"nuage-tambour-citron",
};

struct words {
	const char *v[WORDS_MAX + LENGTH(common) + 1];
	size_t n;
};

static bool has_word(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i], word) == 0)
			return true;
	return false;
}

/* Establishments share most of their words. */
static void add_word(struct words *w, const char *word)
{
	if (strlen(word) >= WORD_MIN && w->n < WORDS_MAX && !has_word(w, word))
		w->v[w->n++] = word;
}

/* What was folded, run together: "d aubigne de la tour" → "daubignedelatour". */
static char *run_together(struct arena *a, const char *folded)
{
	char *out = arena_strdup(a, folded), *to = out;

	for (const char *s = out; *s; s++)
		if (*s != ' ')
			*to++ = *s;
	*to = '\0';
	return out;
}

/* The text as it is, folded, its parts run together, and its folded words. */
static void add_words(struct arena *a, struct words *w, const char *text)
{
	char *words = arena_strdup(a, text_fold(a, text)), *parts = arena_strdup(a, text);

	add_word(w, text);
	add_word(w, text_fold(a, text));
	for (char *part; (part = strsep(&parts, ",\n"));)
		add_word(w, run_together(a, text_fold(a, part)));
	for (char *word; (word = strsep(&words, " "));)
		add_word(w, word);
}

static void add_provider(struct arena *a, struct words *w, const struct provider *p)
{
	const char *const texts[] = { p->name, p->id, p->siret, p->address, p->phone, text_phone_fr(a, p->phone) };

	for (size_t i = 0; i < LENGTH(texts); i++)
		add_words(a, w, texts[i]);
	if (strlen(p->siret) > SIREN_DIGITS)
		add_word(w, text_cut(a, p->siret, SIREN_DIGITS));
}

static enum err add_signatories(struct app *app, struct arena *a, const struct provider *p, struct words *w)
{
	struct agreements list;
	enum err e = agreements_in_force(app, a, p->key, day_today(), &list);

	for (size_t i = 0; !e && i < list.n; i++)
		add_words(a, w, list.v[i].signatory);
	return e;
}

static enum err add_establishments(struct app *app, struct arena *a, const struct visitor *who, struct words *w)
{
	struct my_establishment *mine;
	size_t n;
	enum err e = rights_of(app, a, who, &mine, &n);

	for (size_t i = 0; !e && i < n; i++)
		add_words(a, w, mine[i].e.name);
	return e;
}

/* The establishments last: where there is no room for all words, theirs are missing. */
static enum err own_words(struct app *app, struct arena *a, const struct visitor *who, struct words *w)
{
	const char *const texts[] = {
		who->person.uid,   who->person.number, who->person.name,         who->person.mail,
		who->person.title, who->caf.name,      app->settings->site_name,
	};

	for (size_t i = 0; i < LENGTH(texts); i++)
		if (texts[i])
			add_words(a, w, texts[i]);
	add_provider(a, w, &who->provider);
	enum err e = who->person.agent ? add_signatories(app, a, &who->provider, w) : ERR_OK;

	if (!e && who->person.agent)
		e = add_establishments(app, a, who, w);
	w->v[w->n] = NULL;
	return e;
}

static void add_common(struct words *w)
{
	for (size_t i = 0; i < LENGTH(common); i++)
		w->v[w->n++] = common[i];
	w->v[w->n] = NULL;
}

static int type_of(const ZxcMatch_t *m)
{
	return (int)m->Type & (MULTIPLE_MATCH - 1);
}

static bool is_own(const ZxcMatch_t *m)
{
	return m->Length >= TOLD_MIN && (type_of(m) == USER_MATCH || type_of(m) == USER_LEET_MATCH);
}

/* What of it is easiest to guess, as a sentence; NULL: nothing in particular. */
static const char *weakness(const ZxcMatch_t *match)
{
	bool own = false, word = false, run = false, date = false;

	for (const ZxcMatch_t *m = match; m; m = m->Next) {
		int type = type_of(m);

		if (m->Length < TOLD_MIN)
			continue;
		own = own || is_own(m);
		word = word || type == DICTIONARY_MATCH || type == DICT_LEET_MATCH;
		run = run || type == REPEATS_MATCH || type == SEQUENCE_MATCH || type == SPATIAL_MATCH;
		date = date || type == DATE_MATCH || type == YEAR_MATCH;
	}
	if (own)
		return "il contient un mot courant, votre nom, votre identifiant, ou ce qui désigne votre organisme ou vos établissements";
	if (word)
		return "il contient un mot ou un prénom courant";
	if (date)
		return "il contient une date";
	return run ? "il contient une suite de touches ou de caractères répétés" : NULL;
}

struct guess {
	double bits;
	const char *why; /* NULL: nothing in it is tried before letters one by one */
	bool own;        /* there is one of the own words in it */
};

static const struct guess never = { .bits = (double)INFINITY };

static struct guess guess_of(const struct words *w, const char *password)
{
	ZxcMatch_t *match = NULL;
	struct guess g = { .bits = ZxcvbnMatch(password, (const char **)w->v, &match) };

	g.why = weakness(match);
	for (const ZxcMatch_t *m = match; m; m = m->Next)
		g.own = g.own || is_own(m);
	ZxcvbnFreeInfo(match);
	return g;
}

static struct guess easier(struct guess x, struct guess y)
{
	return y.bits < x.bits ? y : x;
}

/* Blanks, hyphens and quotes between one's own words are no secret: they do not count. */
static struct guess guess_own(const struct words *own, const char *letters)
{
	struct guess g = guess_of(own, letters);

	return g.own ? g : never;
}

/* The library knows bytes, and words without accents: « éléphant » is no better than « elephant ». */
static struct guess guess_plain(struct arena *a, const struct words *w, const char *password)
{
	char *plain = text_unaccent(a, password);
	struct guess g = easier(guess_of(w, password), guess_of(w, plain));

	secret_wipe(plain, strlen(plain));
	return g;
}

/* Of ASCII, each once. */
static size_t marks_in(const char *password)
{
	size_t n = 0;

	for (const char *s = password; *s; s++)
		n += (*s == ' ' || ispunct((unsigned char)*s)) && !strchr(s + 1, *s);
	return n;
}

/* « m o t d e p a s s e » is one word and a blank. Words of a letter or two only, or it would take from passphrases what
   their blanks are worth. */
static struct guess guess_spelled(const struct words *w, const char *password, const char *folded, const char *letters)
{
	size_t words = 1;

	for (const char *s = folded; *s; s++)
		words += *s == ' ';
	if (text_length(letters) > SPELLED_MAX * words)
		return never;
	struct guess g = guess_of(w, letters);

	g.bits += MARK_BITS * (double)marks_in(password);
	return g.why ? g : never;
}

static enum err judge_strength(struct app *app, struct arena *a, const struct visitor *who, const char *password,
			       struct faults *faults)
{
	const struct settings *s = app->settings;
	int64_t wanted = who->person.agent ? s->password_bits : s->password_staff_bits;
	struct words w = { .n = 0 };
	enum err e = own_words(app, a, who, &w);

	if (e)
		return e;
	char *folded = text_fold(a, password), *letters = run_together(a, folded);
	struct guess g = guess_own(&w, letters);

	add_common(&w);
	g = easier(guess_plain(a, &w, password), g);
	g = easier(g, guess_spelled(&w, password, folded, letters));
	secret_wipe(folded, strlen(folded));
	secret_wipe(letters, strlen(letters));
	if (g.bits >= (double)wanted)
		return ERR_OK;
	fault_add(a, faults, "nouveau", "Ce mot de passe se devine trop facilement%s%s. %s", g.why ? " : " : "",
		  g.why ? g.why : "",
		  who->person.agent ?
			  "Allongez-le, ou réunissez trois ou quatre mots sans rapport." :
			  "Pour un compte de Caf ou de contrôle, réunissez quatre ou cinq mots sans rapport, ou 14 caractères au hasard.");
	return ERR_OK;
}

enum err password_judge(struct app *app, struct arena *a, const struct visitor *who, struct bytes fresh,
			struct faults *faults)
{
	enum err e = ERR_OK;
	int64_t least = app->settings->password_min_length;
	char *password = arena_memdup(a, fresh.p, fresh.n);

	if (!fresh.n)
		fault_add(a, faults, "nouveau", "Saisissez le nouveau mot de passe.");
	else if (memchr(fresh.p, 0, fresh.n) || !text_is_utf8(fresh))
		fault_add(a, faults, "nouveau", "Ce mot de passe contient un caractère qui ne peut pas être enregistré.");
	else if ((int64_t)text_length(password) < least)
		fault_add(a, faults, "nouveau", "Choisissez un mot de passe d’au moins %lld caractères.", (long long)least);
	else if (fresh.n > BYTES_MAX)
		fault_add(a, faults, "nouveau",
			  "Choisissez un mot de passe de %d caractères au plus ; un caractère accentué compte pour deux.",
			  BYTES_MAX);
	else
		e = judge_strength(app, a, who, password, faults);
	secret_wipe(password, fresh.n);
	return e;
}
