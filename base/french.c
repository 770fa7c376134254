#include "base/french.h"

#include "base/text.h"

#include <string.h>

static bool begins_with(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strncmp(s, *words, strlen(*words)) == 0)
			return true;
	return false;
}

const char *french_le(struct arena *a, const char *name)
{
	static const char *const la[] = { "Ville ",          "Commune ",   "Communauté ", "Métropole ", "Caisse ",
					  "Mairie ",         "Fondation ", "Fédération ", "Crèche ",    "Micro-crèche ",
					  "Halte-garderie ", "Caf ",       "Garderie ",   "Maison ",    "Coopérative ",
					  "Mutuelle ",       NULL };
	static const char *const l[] = { "Association ", "Union ", "Agglomération ", "Accueil ", "École ",
					 "Espace ",      NULL };
	static const char *const le[] = { "Centre ", "Conseil ", "Département ",   "Syndicat ",
					  "CCAS ",   "Service ", "Multi-accueil ", "Relais ",
					  "Jardin ", "Lieu ",    "Pôle ",          NULL };
	const char *article = begins_with(name, la) ? "la " :
			      begins_with(name, l)  ? "l’" :
			      begins_with(name, le) ? "le " :
						      "";

	return arena_printf(a, "%s%s", article, name);
}

/* « Le », « Les » or « le », « les » before the rest; NULL: neither. */
static const char *after_article(const char *name, const char *article)
{
	size_t n = strlen(article);

	return (*name == 'L' || *name == 'l') && strncmp(name + 1, article + 1, n - 1) == 0 ? name + n : NULL;
}

/* Y is a vowel before a consonant: Yvetot, Yssingeaux; and in Yerres, Yèvre. */
static bool is_elided(struct arena *a, const char *name)
{
	const char *folded = text_fold(a, name);

	if (*folded == 'y')
		return !folded[1] || (!strchr("aiou", folded[1]) && strcmp(folded, "yenne") != 0);
	return *folded && strchr("aeiou", *folded);
}

static const char *contracted(struct arena *a, const char *name, const char *with_le, const char *with_les)
{
	const char *rest = after_article(name, "le ");

	if (rest)
		return arena_printf(a, "%s %s", with_le, rest);
	rest = after_article(name, "les ");
	return rest ? arena_printf(a, "%s %s", with_les, rest) : NULL;
}

const char *french_de(struct arena *a, const char *name)
{
	const char *text = contracted(a, name, "du", "des");

	return text ? text : arena_printf(a, is_elided(a, name) ? "d’%s" : "de %s", name);
}

const char *french_a(struct arena *a, const char *name)
{
	const char *text = contracted(a, name, "au", "aux");

	return text ? text : arena_printf(a, "à %s", name);
}

const char *french_list(struct arena *a, const struct strs *words)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < words->n; i++)
		buf_printf(&b, "%s%s", !i ? "" : i + 1 == words->n ? " et " : ", ", words->v[i]);
	return buf_str(&b);
}
