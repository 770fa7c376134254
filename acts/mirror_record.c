#include "acts/mirror_record.h"

#include "acts/rights.h"
#include "base/text.h"

#include <string.h>

const enum table mirror_tables[MIRROR_TABLES] = {
	TABLE_MIRROR_PERSON,    TABLE_MIRROR_ESTABLISHMENT, TABLE_MIRROR_PROVIDER,
	TABLE_MIRROR_AGREEMENT, TABLE_MIRROR_CAF,           TABLE_MIRROR_GROUP,
};

/* --- index rows --- */

static void add_row(struct arena *a, struct mirrored *m, enum table table, struct bytes key, struct bytes value)
{
	m->rows = arena_more(a, m->rows, m->n, sizeof *m->rows);
	m->rows[m->n++] = (struct index_row){ table, key, value };
}

static struct bytes uuid_bytes(struct arena *a, struct uuid u)
{
	return (struct bytes){ (const uint8_t *)arena_memdup(a, u.b, sizeof u.b), sizeof u.b };
}

static void add_dn(struct arena *a, struct mirrored *m)
{
	uint8_t kind = (uint8_t)m->kind;

	add_row(a, m, TABLE_MIRROR_DN, mirror_dn_key(a, m->key), key_join(a, key_bytes(&kind, 1), uuid_bytes(a, m->uuid)));
}

static void add_name(struct arena *a, struct mirrored *m, char kind, const char *name)
{
	if (*name)
		add_row(a, m, TABLE_MIRROR_NAME, mirror_name_key(a, kind, name), uuid_bytes(a, m->uuid));
}

static void add_in(struct arena *a, struct mirrored *m, char kind, const char *parent)
{
	if (*parent)
		add_row(a, m, TABLE_MIRROR_IN, mirror_in_key(a, kind, parent, m->uuid), BYTES_NONE);
}

static void add_rights(struct arena *a, struct mirrored *m)
{
	const struct strs *lists[] = { &m->is.establishment.listing_keys, &m->is.establishment.places_keys };
	static const uint8_t families[] = { FAMILY_LISTING, FAMILY_PLACES, FAMILY_LISTING | FAMILY_PLACES };

	for (size_t k = 0; k < LENGTH(lists); k++) {
		for (size_t i = 0; i < lists[k]->n; i++) {
			bool both = strs_has(lists[!k], lists[k]->v[i]);

			if (both && k)
				continue;
			add_row(a, m, TABLE_MIRROR_RIGHT, mirror_right_key(a, lists[k]->v[i], m->uuid),
				(struct bytes){ &families[both ? 2 : k], 1 });
		}
	}
}

static void add_members(struct arena *a, struct mirrored *m)
{
	const struct strs *keys = &m->is.group.member_keys;

	for (size_t i = 0; i < keys->n; i++)
		add_row(a, m, TABLE_MIRROR_MEMBER, mirror_right_key(a, keys->v[i], m->uuid), BYTES_NONE);
}

const struct index_row *mirrored_row(const struct mirrored *m, enum table table, struct bytes key)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->rows[i].table == table && bytes_equal(m->rows[i].key, key))
			return &m->rows[i];
	return NULL;
}

/* --- the six kinds --- */

static void index_person(struct arena *a, struct mirrored *m)
{
	add_name(a, m, 'n', m->is.person.number);
	add_name(a, m, 'u', m->is.person.uid);
	if (m->is.person.agent)
		add_in(a, m, 'a', m->is.person.provider_key);
	add_in(a, m, 'l', text_fold(a, m->is.person.mail));
	if (m->is.person.wants_password)
		add_in(a, m, 'w', "*");
}

static void index_establishment(struct arena *a, struct mirrored *m)
{
	add_name(a, m, 'e', m->is.establishment.id);
	add_in(a, m, 'e', m->is.establishment.caf);
	add_in(a, m, 'i', m->is.establishment.insee);
	add_in(a, m, 'm', m->is.establishment.manager_key);
	add_rights(a, m);
}

static void index_provider(struct arena *a, struct mirrored *m)
{
	add_name(a, m, 'p', m->is.provider.id);
	add_in(a, m, 'o', m->is.provider.caf);
	add_in(a, m, 's', m->is.provider.siret);
	add_in(a, m, 'k', text_fold(a, m->is.provider.mail));
}

static void index_agreement(struct arena *a, struct mirrored *m)
{
	add_name(a, m, 'g', m->is.agreement.number);
	add_in(a, m, 'g', m->is.agreement.provider_key);
}

static void index_caf(struct arena *a, struct mirrored *m)
{
	add_name(a, m, 'c', m->is.caf.code);
}

/* What each kind needs: its reader of entries, its codec's functions, its rows. */
#define KIND(k) \
	static enum err take_##k(struct arena *a, const struct entry *e, struct mirrored *m) \
	{ \
		enum err failed = mirror_##k(a, e, &m->is.k); \
\
		if (failed) \
			return failed; \
		m->uuid = m->is.k.uuid; \
		m->key = m->is.k.key; \
		m->payload = k##_encode(a, &m->is.k); \
		return ERR_OK; \
	} \
	static enum err read_##k(struct txn *t, struct arena *a, struct bytes key, struct mirrored *m) \
	{ \
		enum err failed = k##_get(t, a, m->table, key, &m->is.k); \
\
		if (failed) \
			return failed; \
		m->uuid = m->is.k.uuid; \
		m->key = m->is.k.key; \
		m->payload = k##_encode(a, &m->is.k); \
		return ERR_OK; \
	}

KIND(person)
KIND(establishment)
KIND(provider)
KIND(agreement)
KIND(caf)
KIND(group)

/* clang-format off */
static const struct kind {
	enum mirror_kind kind;
	enum table table;
	const char *class, *other_class;
	enum err (*take)(struct arena *a, const struct entry *e, struct mirrored *m);
	enum err (*read)(struct txn *t, struct arena *a, struct bytes key, struct mirrored *m);
	void (*index)(struct arena *a, struct mirrored *m);
} kinds[MIRROR_TABLES] = {
	{ MIRROR_KIND_PERSON, TABLE_MIRROR_PERSON, "habAgent", "habPersonnel", take_person, read_person, index_person },
	{ MIRROR_KIND_ESTABLISHMENT, TABLE_MIRROR_ESTABLISHMENT, "habEtablissement", NULL, take_establishment,
	  read_establishment, index_establishment },
	{ MIRROR_KIND_PROVIDER, TABLE_MIRROR_PROVIDER, "habFournisseur", NULL, take_provider, read_provider, index_provider },
	{ MIRROR_KIND_AGREEMENT, TABLE_MIRROR_AGREEMENT, "habConvention", NULL, take_agreement, read_agreement, index_agreement },
	{ MIRROR_KIND_CAF, TABLE_MIRROR_CAF, "habCaf", NULL, take_caf, read_caf, index_caf },
	{ MIRROR_KIND_GROUP, TABLE_MIRROR_GROUP, "groupOfNames", NULL, take_group, read_group, add_members },
};
/* clang-format on */

static void finish(struct arena *a, const struct kind *k, struct mirrored *m)
{
	add_dn(a, m);
	k->index(a, m);
}

static struct mirrored *blank(struct arena *a, const struct kind *k)
{
	struct mirrored *m = arena_new_of(a, struct mirrored);

	m->kind = k->kind;
	m->table = k->table;
	return m;
}

enum err mirrored_of(struct arena *a, const struct entry *e, struct mirrored *out)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		const struct kind *k = &kinds[i];

		if (!entry_is(e, k->class) && !(k->other_class && entry_is(e, k->other_class)))
			continue;
		struct mirrored *m = blank(a, k);
		enum err failed = k->take(a, e, m);

		if (failed)
			return failed;
		finish(a, k, m);
		*out = *m;
		return ERR_OK;
	}
	return ERR_NOTFOUND;
}

enum err mirrored_read(struct txn *t, struct arena *a, struct uuid uuid, struct mirrored *out)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		struct mirrored *m = blank(a, &kinds[i]);
		enum err failed = kinds[i].read(t, a, key_bytes(uuid.b, sizeof uuid.b), m);

		if (failed == ERR_NOTFOUND)
			continue;
		if (failed)
			return failed;
		finish(a, &kinds[i], m);
		*out = *m;
		return ERR_OK;
	}
	return ERR_NOTFOUND;
}
