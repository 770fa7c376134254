#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/listing_rules.h"
#include "base/french.h"
#include "base/text.h"

#include <string.h>

const char *const section_labels[SECTION__MAX] = {
	[SECTION_CONTACT] = "Contact",
	[SECTION_HOURS] = "Horaires",
	[SECTION_CLOSURES] = "Périodes de fermeture",
	[SECTION_AGES] = "Âges accueillis",
	[SECTION_CAPACITY] = "Places par âge",
	[SECTION_MEALS] = "Repas et couches",
	[SECTION_PROJECT] = "Projet d’accueil",
	[SECTION_DISABILITY] = "Accueil d’un enfant en situation de handicap",
	[SECTION_FEES] = "Tarifs",
	[SECTION_MANAGER] = "Gestionnaire",
	[SECTION_TEAM] = "Équipe",
	[SECTION_ADMISSION] = "Conditions d’admission",
	[SECTION_REGISTRATION] = "Inscription",
	[SECTION_COMMUNES] = "Communes desservies",
	[SECTION_ACTIVITIES] = "Activités",
};

const char *const section_codes[SECTION__MAX] = {
	[SECTION_CONTACT] = "contact",
	[SECTION_HOURS] = "hours",
	[SECTION_CLOSURES] = "closures",
	[SECTION_AGES] = "ages",
	[SECTION_CAPACITY] = "capacity",
	[SECTION_MEALS] = "meals",
	[SECTION_PROJECT] = "project",
	[SECTION_DISABILITY] = "disability",
	[SECTION_FEES] = "fees",
	[SECTION_MANAGER] = "manager",
	[SECTION_TEAM] = "team",
	[SECTION_ADMISSION] = "admission",
	[SECTION_REGISTRATION] = "registration",
	[SECTION_COMMUNES] = "communes",
	[SECTION_ACTIVITIES] = "activities",
};

bool section_applies(enum section s, const char *type)
{
	bool eaje = type_has_places(type), alsh = strcmp(type, "alsh") == 0;

	switch (s) {
	case SECTION_CAPACITY:
	case SECTION_MEALS:
		return eaje || alsh;
	case SECTION_ACTIVITIES:
		return alsh;
	default:
		return true;
	}
}

static void line(struct buf *b, const char *text)
{
	if (*text)
		buf_printf(b, "%s%s", b->n ? "\n" : "", text);
}

static void line_counted(struct buf *b, const char *label, uint64_t n)
{
	line(b, arena_printf(b->arena, "%s : %llu place%s", label, (unsigned long long)n, n > 1 ? "s" : ""));
}

static const char *labels(struct arena *a, const struct strs *codes, const struct choice *choices)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < codes->n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", choice_label(choices, codes->v[i]));
	return buf_str(&b);
}

static void contact(struct buf *b, const struct listing *l)
{
	line(b, text_phone_fr(b->arena, l->phone));
	if (*l->phone2)
		line(b, arena_printf(b->arena, "Autre téléphone : %s", text_phone_fr(b->arena, l->phone2)));
	line(b, l->mail);
	line(b, l->website);
}

static void hours(struct buf *b, const struct listing *l)
{
	line(b, hours_text(b->arena, l));
	if (l->by_appointment)
		line(b, "Sur rendez-vous.");
	/* named: hours or an appointment written there are no hours and no box ticked */
	if (*l->hours_note)
		line(b, arena_printf(b->arena, "Précisions : %s", l->hours_note));
}

const char *closures_text(struct arena *a, const struct listing *l)
{
	static const struct {
		const char *code, *words;
	} when[] = {
		{ "juillet", "en juillet" },
		{ "aout", "en août" },
		{ "noel", "entre Noël et le Nouvel An" },
	};
	struct strs closed = { 0 };

	if (strs_has(&l->closures, "jamais"))
		return "Ouvert toute l’année.";
	for (size_t i = 0; i < LENGTH(when); i++)
		if (strs_has(&l->closures, when[i].code))
			strs_add(a, &closed, when[i].words);
	return closed.n ? arena_printf(a, "Fermé %s.", french_list(a, &closed)) : "";
}

static void capacity(struct buf *b, const struct listing *l)
{
	for (size_t i = 0; i < BAND__MAX; i++)
		if (l->band_capacity[i] != U16_NONE)
			line_counted(b, band_labels[i], l->band_capacity[i]);
	if (l->capacity_under6)
		line_counted(b, "Moins de 6 ans", l->capacity_under6);
	if (l->capacity_over6)
		line_counted(b, "6 ans et plus", l->capacity_over6);
	if (*l->declaration_number)
		line(b, arena_printf(b->arena, "Numéro de déclaration : %s", l->declaration_number));
}

static void provided(struct buf *b, const char *what, const char *answer)
{
	if (*answer)
		line(b, arena_printf(b->arena, "%s %s.", what, strcmp(answer, "yes") == 0 ? "fournis" : "non fournis"));
}

static void meals(struct buf *b, const struct listing *l)
{
	provided(b, "Repas", l->meals);
	if (*l->diapers)
		line(b, strcmp(l->diapers, "yes") == 0 ? "Couches fournies." : "Couches non fournies.");
}

static void fees(struct buf *b, const struct listing *l)
{
	if (l->funding.n)
		line(b, arena_printf(b->arena, "Financement : %s.", labels(b->arena, &l->funding, funding_choices)));
	line(b, l->fee_text);
}

static void admission(struct buf *b, const struct listing *l)
{
	line(b, labels(b->arena, &l->admission_work, admission_work_choices));
	line(b, labels(b->arena, &l->admission_home, admission_home_choices));
	line(b, l->admission_text);
}

const char *commune_as_typed(struct app *app, struct arena *a, const char *insee)
{
	struct commune c;

	if (!app || commune_by_insee(app, a, insee, &c))
		return insee;
	const char *words = c.postal_codes.n ? arena_printf(a, "%s %s", c.postal_codes.v[0], c.name) : c.name;

	return !commune_named(app, a, words, &c) && strcmp(c.insee, insee) == 0 ?
		       words :
		       arena_printf(a, COMMUNE_BY_INSEE "%s", insee);
}

static void communes(struct buf *b, struct app *app, const struct listing *l)
{
	for (size_t i = 0; i < l->served_communes.n; i++)
		line(b, commune_as_typed(app, b->arena, l->served_communes.v[i]));
}

static void activities(struct buf *b, const struct listing *l)
{
	line(b, labels(b->arena, &l->periods, period_choices));
	line(b, l->activities_text);
}

const char *section_text(struct app *app, struct arena *a, const struct listing *l, enum section s)
{
	struct buf b = buf_new(a);

	switch (s) {
	case SECTION_CONTACT:
		contact(&b, l);
		break;
	case SECTION_HOURS:
		hours(&b, l);
		break;
	case SECTION_CLOSURES:
		return closures_text(a, l);
	case SECTION_AGES:
		return ages_text(a, l);
	case SECTION_CAPACITY:
		capacity(&b, l);
		break;
	case SECTION_MEALS:
		meals(&b, l);
		break;
	case SECTION_PROJECT:
		return l->project_text;
	case SECTION_DISABILITY:
		return l->disability_text;
	case SECTION_FEES:
		fees(&b, l);
		break;
	case SECTION_MANAGER:
		return l->manager_text;
	case SECTION_TEAM:
		return l->team_text;
	case SECTION_ADMISSION:
		admission(&b, l);
		break;
	case SECTION_REGISTRATION:
		return l->registration_text;
	case SECTION_COMMUNES:
		communes(&b, app, l);
		break;
	case SECTION_ACTIVITIES:
		activities(&b, l);
		break;
	case SECTION__MAX:
		break;
	}
	return buf_str(&b);
}

void listing_compare(struct app *app, struct arena *a, const struct listing *before, const struct listing *after,
		     struct difference **out, size_t *n)
{
	struct difference *v = arena_array(a, SECTION__MAX, struct difference);
	size_t found = 0;

	for (int s = 0; s < SECTION__MAX; s++) {
		const char *old = before ? section_text(app, a, before, (enum section)s) : "";
		const char *fresh = section_text(app, a, after, (enum section)s);

		if (strcmp(old, fresh) != 0)
			v[found++] = (struct difference){ (enum section)s, old, fresh };
	}
	*out = v;
	*n = found;
}

size_t sections_of(const struct establishment *e)
{
	size_t n = 0;

	for (enum section s = 0; s < SECTION__MAX; s++)
		n += section_applies(s, e->type);
	return n;
}
