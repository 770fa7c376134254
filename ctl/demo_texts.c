#include "ctl/demo.h"

#include "base/text.h"

#include <string.h>

static const char *const projects[] = {
	"Deux salles de vie ouvertes sur un jardin. Chaque enfant a une professionnelle référente. Les familles sont invitées un samedi "
	"par trimestre à partager un atelier.",
	"L’éveil par le jeu libre, la lecture et les sorties au parc. Les repas sont pris par petits groupes, au rythme de chacun.",
	"Une petite équipe accueille les enfants dans une maison de plain-pied. La matinée commence par un temps de chansons, puis "
	"chacun choisit son activité.",
	"L’accueil se fait en âges mélangés : les plus grands montrent aux plus petits. Un potager occupe les beaux jours.",
	"La motricité est au cœur du projet : parcours, danse, eau et sable. Les parents peuvent rester le temps qu’ils veulent le matin.",
};
static const char *const fees[] = {
	"Participation selon les ressources et le nombre d’enfants à charge, d’après le barème national.",
	"Tarif horaire calculé sur les revenus de la famille. Un simulateur est disponible au guichet.",
};
static const char *const registrations[] = {
	"Dossier à retirer au guichet famille, ouvert du lundi au vendredi de 8 h 30 à 12 h. La commission se réunit en mars, juin et novembre.",
	"Préinscription par téléphone, puis visite de l’établissement avec la directrice.",
	"Inscription toute l’année, selon les places libres.",
};
static const char *const disabilities[] = {
	"Locaux de plain-pied. Deux professionnelles formées ; un projet d’accueil individualisé est écrit avec la famille.",
	"",
	"Ascenseur et sanitaires adaptés. Rencontre avec la famille avant l’admission.",
};
static const char *const teams[] = {
	"Une directrice éducatrice de jeunes enfants, des auxiliaires de puériculture, une cuisinière.",
	"Une équipe de professionnelles diplômées de la petite enfance, épaulée par une psychologue deux jours par mois.",
	"",
};
static const char *const changed_projects[] = {
	"Un atelier musique a lieu chaque mardi matin avec un intervenant.",
	"Une sortie à la médiathèque est proposée chaque mois aux plus grands.",
	"Les familles peuvent assister au temps du conte le vendredi.",
};

#define PICK(list, seed) (list)[(seed) % LENGTH(list)]

static void hours(struct listing *l, unsigned seed, bool short_wednesday)
{
	static const int opens[] = { 7 * 60 + 30, 7 * 60 + 45, 8 * 60 };
	static const int closes[] = { 18 * 60 + 30, 18 * 60 + 15, 18 * 60 };

	for (int d = 0; d < 5; d++) {
		l->hours[HOURS_AT(d, 0, 0)] = (uint16_t)PICK(opens, seed);
		l->hours[HOURS_AT(d, 0, 1)] = (uint16_t)PICK(closes, seed);
	}
	if (short_wednesday)
		l->hours[HOURS_AT(2, 0, 1)] = 12 * 60 + 30;
}

static void early_childhood(const struct establishment *e, unsigned seed, struct listing *l)
{
	bool garden = strcmp(e->category, "jardin_enfants") == 0;
	uint64_t babies = garden ? 0 : e->capacity * 28 / 100, toddlers = e->capacity * 34 / 100;

	l->age_min = garden ? 2 : 10;
	l->age_min_unit = garden ? "year" : "week";
	l->age_max = 3;
	l->age_max_unit = "year";
	if (!garden) {
		l->band_capacity[0] = (uint16_t)babies;
		l->band_capacity[1] = (uint16_t)toddlers;
	}
	l->band_capacity[2] = (uint16_t)(garden ? e->capacity : e->capacity - babies - toddlers);
	l->meals = "yes";
	l->diapers = seed % 3 ? "yes" : "";
}

void demo_listing(struct arena *a, const struct establishment *e, unsigned seed, unsigned version, struct listing *out)
{
	codec_default(&listing_codec, out);
	out->phone = arena_printf(a, "+3319900%04u", (seed * 37 + 101) % 10000);
	out->mail = arena_printf(a, "accueil.%s@etablissements.example", text_slug(a, e->id));
	hours(out, seed + (version > 1), seed % 4 == 1);
	strs_add(a, &out->closures, "aout");
	if (seed % 2)
		strs_add(a, &out->closures, "noel");
	out->project_text = version > 1 ? arena_printf(a, "%s %s", PICK(projects, seed), PICK(changed_projects, seed)) :
					  PICK(projects, seed);
	out->fee_text = PICK(fees, seed);
	out->registration_text = PICK(registrations, seed);
	out->disability_text = PICK(disabilities, seed);
	out->team_text = PICK(teams, seed);
	if (strcmp(e->type, "eaje") == 0) {
		early_childhood(e, seed, out);
		strs_add(a, &out->funding, "psu");
	} else if (strcmp(e->type, "alsh") == 0) {
		out->age_min = 3;
		out->age_min_unit = "year";
		out->age_max = 12;
		out->age_max_unit = "year";
		out->activities_text = "Jeux de plein air, peinture, théâtre, sorties à la piscine selon la saison.";
	}
}

struct input demo_grid(struct arena *a, const struct establishment *e, const struct listing *online, unsigned seed,
		       day_t from)
{
	struct grid g;
	struct grid_frame f;
	unsigned mixed = seed * 2654435761u;

	codec_default(&grid_codec, &g);
	g.rev = 1;
	g.valid_from = from;
	grid_frame_of(e, online, &f);
	for (int band = 0; band < 4; band++)
		for (int day = 0; day < 7; day++)
			for (int half = 0; half < 2; half++) {
				uint16_t *cell = &g.cells[GRID_AT(0, band, day, half)];

				mixed = mixed * 1664525u + 1013904223u;
				if (!(f.bands & 1u << band) || !(f.halves & 1u << (day * 2 + half)))
					continue;
				unsigned own = f.band_capacity[band], most = own == U16_NONE ? 2 : own / 4 + 1;

				*cell = (uint16_t)(seed % 8 == 0 || mixed >> 30 == 0 ? 0 : (mixed >> 16) % (most + 1));
				if (*cell > own)
					*cell = (uint16_t)own;
			}
	return grid_to_input(a, &f, &g);
}
