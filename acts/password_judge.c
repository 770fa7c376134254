/* Strength of a new password: length, and entropy by libzxcvbn with the words an attacker would try first. */
#include "acts/who.h"

#include "base/text.h"

#include <math.h>
#include <string.h>
#include <zxcvbn.h>

#define BYTES_MAX 128
#define WORD_MIN 3
#define TOLD_MIN 4 /* shorter words stand in anything by chance */
#define WORDS_MAX 120

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

static void add_word(struct words *w, const char *word)
{
	if (strlen(word) >= WORD_MIN && w->n < WORDS_MAX)
		w->v[w->n++] = word;
}

/* Folded, and run together: "d’Aubigné de La Tour" → "daubignedelatour". */
static char *run_together(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text_fold(a, text)), *to = out;

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
		add_word(w, run_together(a, part));
	for (char *word; (word = strsep(&words, " "));)
		add_word(w, word);
}

static void own_words(struct app *app, struct arena *a, const struct visitor *who, struct words *w)
{
	const char *const texts[] = {
		who->person.uid,       who->person.number, who->person.name,         who->person.mail,
		who->person.title,     who->provider.name, who->provider.id,         who->provider.siret,
		who->provider.address, who->caf.name,      app->settings->site_name,
	};

	for (size_t i = 0; i < LENGTH(texts); i++)
		if (texts[i])
			add_words(a, w, texts[i]);
	w->v[w->n] = NULL;
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
		return "il contient un mot courant, ou votre nom, votre identifiant ou celui de votre organisme";
	if (word)
		return "il contient un mot ou un prénom courant";
	if (date)
		return "il contient une date";
	return run ? "il contient une suite de touches ou de caractères répétés" : NULL;
}

static double entropy(const struct words *w, const char *password, const char **why)
{
	ZxcMatch_t *match = NULL;
	double bits = ZxcvbnMatch(password, (const char **)w->v, &match);

	*why = weakness(match);
	ZxcvbnFreeInfo(match);
	return bits;
}

/* Blanks, hyphens and quotes between one's own words are no secret: they do not count. INFINITY: none of them is in it. */
static double own_entropy(struct arena *a, const struct words *own, const char *password, const char **why)
{
	char *joined = run_together(a, password);
	ZxcMatch_t *match = NULL;
	double bits = ZxcvbnMatch(joined, (const char **)own->v, &match);
	bool found = false;

	for (const ZxcMatch_t *m = match; m; m = m->Next)
		found = found || is_own(m);
	if (found)
		*why = weakness(match);
	ZxcvbnFreeInfo(match);
	secret_wipe(joined, strlen(joined));
	return found ? bits : (double)INFINITY;
}

/* The library knows bytes, and words without accents: « éléphant » is no better than « elephant ». */
static double least_entropy(struct arena *a, const struct words *w, const char *password, const char **why)
{
	char *plain = text_unaccent(a, password);
	const char *plain_why;
	double bits = entropy(w, password, why), plain_bits = entropy(w, plain, &plain_why);

	secret_wipe(plain, strlen(plain));
	if (plain_bits >= bits)
		return bits;
	*why = plain_why;
	return plain_bits;
}

static void judge_strength(struct app *app, struct arena *a, const struct visitor *who, const char *password,
			   struct faults *faults)
{
	const struct settings *s = app->settings;
	int64_t wanted = who->person.agent ? s->password_bits : s->password_staff_bits;
	struct words w = { .n = 0 };
	const char *why = NULL, *own_why = NULL;

	own_words(app, a, who, &w);
	double own_bits = own_entropy(a, &w, password, &own_why);

	add_common(&w);
	double bits = least_entropy(a, &w, password, &why);

	if (own_bits < bits) {
		bits = own_bits;
		why = own_why;
	}
	if (bits >= (double)wanted)
		return;
	fault_add(a, faults, "nouveau", "Ce mot de passe se devine trop facilement%s%s. %s", why ? " : " : "",
		  why ? why : "",
		  who->person.agent ?
			  "Allongez-le, ou réunissez trois ou quatre mots sans rapport." :
			  "Pour un compte de Caf ou de contrôle, réunissez quatre ou cinq mots sans rapport, ou 14 caractères au hasard.");
}

void password_judge(struct app *app, struct arena *a, const struct visitor *who, struct bytes fresh, struct faults *faults)
{
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
		judge_strength(app, a, who, password, faults);
	secret_wipe(password, fresh.n);
}
