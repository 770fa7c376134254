/* What was done in the directory with LDAP tools, copied from its access log (cn=accesslog) into the audit log: by the time each
   operation ended (it shows in the log then, however long it took), in windows half open, each in one changeset with how far the
   log was read, so that nothing is copied twice nor missed (seen.h). The portal's own operations are told by the DN of its services,
   its binds as a person by the changeset's id in their session tracking control. */
#include "clerk/journal.h"

#include "acts/mirror.h"
#include "acts/mirror_keys.h"
#include "acts/rights.h"
#include "acts/who.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "clerk/seen.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define LAG_MS (3 * SECOND_MS)      /* a login's record comes after its bind, what the mirror knows after the change */
#define SETTLED_MS (10 * MINUTE_MS) /* what ended before need not wait, if the clocks do not differ more */
#define SHORTEST_MS SECOND_MS
#define KEPT_MS (30 * DAY_MS) /* olcAccessLogPurge */
#define LONGEST_MS KEPT_MS
#define AT_ONCE 200
#define A_FEW 8
#define AT_MOST 5000
#define TURNS 200
#define MARK_EVERY_MS (5 * MINUTE_MS)
#define CHANGE_LENGTH 200
#define NEWS_MS HOUR_MS
#define DETAILS_ROOM 10000 /* of a record's 16384 bytes */
#define DETAIL_FRAME 8

struct journal {
	struct clerk *clerk;
	struct directory *log;
	struct seen seen;
	int64_t marked; /* what the store says */
	uint64_t rev;   /* of that */
	int64_t window;
};

static struct journal journal = { .window = MINUTE_MS };

/* The directory's clock is the machine's, whatever the tests say. */
static int64_t real_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

static const char *ldap_time(struct arena *a, int64_t ms)
{
	time_t t = (time_t)(ms / SECOND_MS);
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	return arena_printf(a, "%04d%02d%02d%02d%02d%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % SECOND_MS));
}

/* --- where we are --- */

enum err journal_open(struct clerk *c, struct directory **out)
{
	const struct settings *s = c->settings;
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };
	const char *why = "";

	enum err e = ERR_OK;

	journal.clerk = c;
	if (!journal.log)
		e = directory_new(c->arena, &place, SERVICE_LOG, &journal.log, &why);
	if (e)
		log_line(LOG_LEVEL_ERROR, "no access to the directory's log", "reason", why, NULL);
	*out = journal.log;
	return e;
}

static enum err find_start(struct journal *j)
{
	AUTO_TXN struct txn t = txn_read(j->clerk->app.store, STORE_MAIN);
	struct record rec;
	enum err e = mirror_mark_get(&t, "#journal", &rec);

	if (!e)
		e = seen_open(&j->seen, rec.payload, real_now() - KEPT_MS);
	if (e)
		return e;
	j->rev = rec.rev;
	j->marked = rec.rev ? j->seen.mark : 0;
	return ERR_OK;
}

/* --- one entry of the access log as one record --- */

struct copying {
	struct clerk *clerk;
	struct arena *arena;
	struct txn *txn;
	const struct entry *e;
	const char *type;   /* add, modify, modrdn, delete, bind */
	const char *actor;  /* normal DN; "" : the directory's own root */
	const char *object; /* normal DN */
	const char *found;  /* the DN it has since: another one where it was renamed */
	size_t room;        /* bytes of details left: a record has an end */
};

static const char *normal_of(struct arena *a, const struct entry *e, const char *name)
{
	const char *value = entry_text(e, name), *normal;

	return value && dn_normal(a, value, &normal) == ERR_OK ? normal : "";
}

/* What follows looks in the mirror, which has it by its new name. */
static const char *renamed(struct copying *c)
{
	const char *rdn = entry_text(c->e, "reqNewRDN"), *result = entry_text(c->e, "reqResult"), *normal;
	const char *superior = entry_text(c->e, "reqNewSuperior");

	if (!rdn || !result || strcmp(result, "0") != 0)
		return c->object;
	superior = superior && *superior ? superior : dn_parent(c->arena, c->object);
	return dn_normal(c->arena, arena_printf(c->arena, "%s,%s", rdn, superior), &normal) ? c->object : normal;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool is_below(struct arena *a, const char *dn, const char *unit, const char *suffix)
{
	const char *normal;

	return dn_normal(a, arena_printf(a, "%s,%s", unit, suffix), &normal) == ERR_OK &&
	       ends_with(dn, arena_printf(a, ",%s", normal));
}

/* The value is in hexadecimal, and its last element the identifier: an OCTET STRING of 32 hexadecimal digits. */
const char *journal_tracking(struct arena *a, const char *control)
{
	static const char oid[] = "1.3.6.1.4.1.21008.108.63.1 controlValue \"";
	uint8_t text[CHANGESET_ID_SIZE * 2 + 1] = { 0 }, id[CHANGESET_ID_SIZE];
	const char *value = strstr(control, oid);
	size_t n = value ? strcspn(value += strlen(oid), "\"") : 0;
	size_t element = 4 + CHANGESET_ID_SIZE * 4;

	if (n < element || strncmp(value + n - element, "0420", 4) != 0)
		return "";
	if (text_unhex(arena_memdup(a, value + n - element + 4, element - 4), text, CHANGESET_ID_SIZE * 2) ||
	    text_unhex((const char *)text, id, sizeof id))
		return "";
	return arena_strdup(a, (const char *)text);
}

/* The store has a changeset of that id by that person: a control can be forged, the act behind it cannot. */
static enum err is_ours(struct copying *c, const struct person *p, bool *out)
{
	struct strs controls = entry_texts(c->arena, c->e, "reqControls");
	const char *id = "";

	*out = false;
	for (size_t i = 0; i < controls.n && !*id; i++)
		id = journal_tracking(c->arena, controls.v[i]);
	if (!*id || uuid_is_none(p->uuid))
		return ERR_OK;
	/* it is among the newest, as a rule */
	struct audit_query q = { .person = &p->uuid, .event_class = EVENT_CONNECTION, .failed = -1, .limit = A_FEW };
	struct audit_page page = { .more = true };
	enum err e = ERR_OK;

	for (size_t looked = 0; !e && !*out && page.more && looked < AT_ONCE; looked += A_FEW) {
		e = audit_find(c->txn, c->arena, &q, &page);
		for (size_t i = 0; !e && i < page.n; i++)
			*out = *out || strcmp(page.v[i].changeset, id) == 0;
		q.before = page.next;
	}
	return e;
}

/* Itself, or the one it stands below. */
static void name_provider(struct copying *c, struct audit_record *r)
{
	struct provider p;

	if (provider_by_key(c->txn, c->arena, c->found, &p) == ERR_OK ||
	    provider_by_key(c->txn, c->arena, dn_parent(c->arena, c->found), &p) == ERR_OK)
		r->provider = p.id;
}

/* An establishment that the mirror has no longer: what people could do there went with it. */
static void name_gone(struct copying *c, struct audit_record *r)
{
	static const char rdn[] = "habEtablissementId=";
	const char *dn = entry_text(c->e, "reqDN");
	struct establishment e;

	if (!dn || strncasecmp(dn, rdn, strlen(rdn)) != 0)
		return;
	establishment_default(&e);
	dn += strlen(rdn);
	e.id = arena_memdup(c->arena, dn, strcspn(dn, ","));
	journal_rights(c->txn, c->arena, c->e, c->type, &e, r, &c->room);
}

static void name_object(struct copying *c, struct audit_record *r)
{
	struct record rec;
	struct bytes id;
	struct establishment e;
	struct person p;
	const char *caf = dn_value(c->arena, c->object, "habcodecaf");

	r->object_kind = "entry";
	r->object_id = text_cut(c->arena, c->object, CHANGE_LENGTH);
	if (caf)
		r->caf = caf;
	name_provider(c, r);
	if (txn_get(c->txn, TABLE_MIRROR_DN, mirror_dn_key(c->arena, c->found), &rec) ||
	    rec.payload.n != 1 + sizeof p.uuid.b) {
		name_gone(c, r);
		return;
	}
	id = tail_of(rec.payload, sizeof p.uuid.b);
	if (rec.payload.p[0] == MIRROR_KIND_ESTABLISHMENT &&
	    establishment_get(c->txn, c->arena, TABLE_MIRROR_ESTABLISHMENT, id, &e) == ERR_OK) {
		act_on_establishment(r, &e);
		journal_rights(c->txn, c->arena, c->e, c->type, &e, r, &c->room);
	} else if (rec.payload.p[0] == MIRROR_KIND_PERSON &&
		   person_get(c->txn, c->arena, TABLE_MIRROR_PERSON, id, &p) == ERR_OK) {
		r->object_kind = "person";
		r->object_id = p.number;
	}
}

/* What the directory writes by itself says nothing of what somebody did. */
static bool is_told(const char *change)
{
	static const char *const silent[] = {
		"entryCSN:",        "modifiersName:", "modifyTimestamp:",       "creatorsName:",
		"createTimestamp:", "entryUUID:",     "structuralObjectClass:", "pwdHistory:"
	};

	for (size_t i = 0; i < LENGTH(silent); i++)
		if (strncmp(change, silent[i], strlen(silent[i])) == 0)
			return false;
	return true;
}

bool journal_room(size_t *room, const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + DETAIL_FRAME;
	bool fits = n <= *room;

	*room = fits ? *room - n : 0;
	return fits;
}

static void add_changes(struct copying *c, struct audit_record *r, const char *attribute, const char *name)
{
	struct strs values = entry_texts(c->arena, c->e, attribute);

	for (size_t i = 0; i < values.n; i++) {
		const char *text;

		if (!is_told(values.v[i]))
			continue;
		if (strncmp(values.v[i], "userPassword:", 13) == 0)
			text = "userPassword"; /* the access rules hide it: this is the second lock */
		else if (text_clean(c->arena, bytes_of(values.v[i]), true, &text))
			text = "(not text)";
		text = text_cut(c->arena, text, CHANGE_LENGTH);
		if (!journal_room(&c->room, name, text)) {
			act_detail(c->arena, r, name, "…");
			return;
		}
		act_detail(c->arena, r, name, text);
	}
}

static struct audit_record record_of(struct copying *c, const struct visitor *who)
{
	bool bind = strcmp(c->type, "bind") == 0;
	struct audit_record r = act_record(c->arena, who, bind ? EVENT_DIRECTORY_BIND : EVENT_DIRECTORY_CHANGE);
	const char *result = entry_text(c->e, "reqResult");

	r.failed = !result || strcmp(result, "0") != 0;
	r.cause = r.failed ? arena_printf(c->arena, "ldap_%s", result ? result : "") : "";
	if (!who->known)
		r.role = *c->actor ? "" : "operator";
	act_detail(c->arena, &r, "at", time_iso(c->arena, mirror_time(c->e, "reqStart")));
	if (bind && who->known)
		return r;
	name_object(c, &r);
	if (bind)
		return r;
	act_detail(c->arena, &r, "operation", c->type);
	add_changes(c, &r, "reqMod", "change");
	add_changes(c, &r, "reqOld", "before");
	if (strcmp(c->type, "modrdn") == 0)
		add_changes(c, &r, "reqNewRDN", "name");
	return r;
}

/* *out false: the portal's own, or nobody's. */
static enum err read_actor(struct copying *c, struct visitor *who, bool *out)
{
	struct arena *a = c->arena;
	const char *suffix = c->clerk->settings->ldap_suffix;
	bool bind = strcmp(c->type, "bind") == 0, ours = false;
	struct person p;

	c->object = normal_of(a, c->e, "reqDN");
	c->found = renamed(c);
	c->actor = bind ? c->object : normal_of(a, c->e, "reqAuthzID");
	if (ends_with(c->actor, "cn=external,cn=auth"))
		c->actor = "";
	*out = !is_below(a, c->actor, "ou=services", suffix) && !(bind && !*c->actor);
	if (!*out || !*c->actor)
		return ERR_OK;
	enum err e = person_by_key(c->txn, a, c->actor, &p);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	e = is_ours(c, &p, &ours);
	*out = !ours;
	return e ? e : visitor_fill(&c->clerk->app, a, &p, who);
}

/* Whoever it was about is told as after the same decision in the portal; not of what is read up after a month. */
static enum err tell_person(struct copying *c, const struct audit_record *r, struct changeset *cs)
{
	int64_t age = real_now() - mirror_time(c->e, "reqEnd");
	struct person p;

	if (r->failed || strncmp(c->type, "mod", 3) != 0 || age > NEWS_MS || person_by_key(c->txn, c->arena, c->found, &p))
		return ERR_OK;
	return journal_tell(c->clerk, c->arena, c->e, age, &p, cs);
}

/* A person was renamed, and the mirror knows the former name alone: nobody would be told. */
static bool awaits_mirror(const struct copying *c)
{
	struct person p;

	return strcmp(c->type, "modrdn") == 0 && person_by_key(c->txn, c->arena, c->found, &p) == ERR_NOTFOUND &&
	       person_by_key(c->txn, c->arena, c->object, &p) == ERR_OK;
}

/* *later, when asked (not NULL): it can be copied once the mirror has followed, and is not yet. */
static enum err copy_entry(struct journal *j, struct arena *a, struct txn *t, const struct entry *e,
			   struct changeset *cs, size_t *n, bool *later)
{
	struct copying c = {
		.clerk = j->clerk, .arena = a, .txn = t, .e = e, .type = entry_text(e, "reqType"), .room = DETAILS_ROOM
	};
	struct visitor who = { .address = "", .user_agent = "", .method = "", .path = "" };
	bool wanted;

	if (!c.type)
		return ERR_OK;
	enum err failed = read_actor(&c, &who, &wanted);

	if (failed || !wanted)
		return failed;
	if (later && awaits_mirror(&c)) {
		*later = true;
		return ERR_OK;
	}
	struct audit_record r = record_of(&c, &who);

	changeset_audit(cs, &r);
	failed = tell_person(&c, &r, cs);
	*n += !failed;
	return failed;
}

/* --- one window --- */

static uint64_t id_of(const struct entry *e)
{
	const char *session = entry_text(e, "reqSession");
	uint8_t digest[DIGEST_SIZE];
	struct bytes id = { digest, sizeof(uint64_t) };

	secret_digest2(bytes_of(e->dn), bytes_of(session ? session : ""), digest);
	return codec_u64(id);
}

static enum err copy_new(struct journal *j, struct arena *a, struct txn *t, const struct entry *e, struct changeset *cs,
			 size_t *copied)
{
	int64_t end = mirror_time(e, "reqEnd"), now = real_now();
	struct seen_entry *entry = seen_meet(&j->seen, id_of(e), end, now);
	size_t before = *copied;

	if (entry->state != SEEN_WAITS)
		return ERR_OK;
	if (now - entry->since < LAG_MS && now - end < SETTLED_MS)
		return ERR_OK;
	bool later = false;
	enum err failed = copy_entry(j, a, t, e, cs, copied, now - entry->since < SETTLED_MS ? &later : NULL);

	if (later)
		return failed;
	entry->state = *copied > before ? SEEN_COPIED : SEEN_LEFT;
	return failed;
}

static enum err keep(struct journal *j, struct arena *a, struct changeset *cs, size_t copied)
{
	seen_forward(&j->seen, real_now());
	if (!copied && j->seen.mark - j->marked < MARK_EVERY_MS)
		return ERR_OK;
	/* whatever became of a changeset that nobody answered, none comes twice */
	changeset_expect(cs, TABLE_MIRROR_IN, mirror_mark("#journal"), j->rev);
	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark("#journal"), seen_stored(&j->seen, a));
	enum err e = changeset_commit(j->clerk->app.store, cs, &j->rev);

	if (!e)
		j->marked = j->seen.mark;
	return e;
}

static enum err copy_window(struct journal *j, struct arena *a, int64_t from, int64_t until, size_t most)
{
	static const char *const attributes[] = { "reqStart",   "reqEnd",    "reqSession",  "reqType",
						  "reqAuthzID", "reqDN",     "reqResult",   "reqMod",
						  "reqOld",     "reqNewRDN", "reqControls", "reqNewSuperior",
						  NULL };
	struct changeset *cs = changeset_new(a);
	struct entries found = { 0 };
	size_t copied = 0;
	/* times only: nothing anybody typed */
	const char *filter = arena_printf(a, "(&(reqEnd>=%s)(!(reqEnd>=%s)))", ldap_time(a, from), ldap_time(a, until));
	enum err e = directory_search(j->log, a, "cn=accesslog", SCOPE_ONE, filter, attributes, most, &found);

	if (e && e != ERR_NOTFOUND)
		return e;
	e = ERR_OK;
	{
		AUTO_TXN struct txn t = txn_read(j->clerk->app.store, STORE_MAIN);

		for (size_t i = 0; i < found.n && !e; i++)
			e = copy_new(j, a, &t, &found.v[i], cs, &copied);
	}
	if (!e)
		e = keep(j, a, cs, copied);
	if (!e && found.n < AT_ONCE / 4 && j->window < LONGEST_MS)
		j->window *= 2;
	return e;
}

static enum err has_later(struct journal *j, struct arena *a, int64_t from, bool *out)
{
	static const char *const attributes[] = { "reqEnd", NULL };
	struct entries found = { 0 };
	enum err e = directory_search(j->log, a, "cn=accesslog", SCOPE_ONE,
				      arena_printf(a, "(reqEnd>=%s)", ldap_time(a, from)), attributes, 1, &found);

	*out = e == ERR_TOOLARGE || found.n > 0;
	return e == ERR_TOOLARGE || e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err copy_all(struct journal *j)
{
	int64_t from = j->seen.mark;
	enum err e = ERR_OK;
	bool more = true;

	for (int i = 0; i < TURNS && more && !e; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		int64_t until = from + j->window;

		e = copy_window(j, a, from, until, j->window > SHORTEST_MS ? AT_ONCE : AT_MOST);
		if (e == ERR_TOOLARGE && j->window > SHORTEST_MS) {
			j->window = j->window / 4 > SHORTEST_MS ? j->window / 4 / SECOND_MS * SECOND_MS : SHORTEST_MS;
			e = ERR_OK;
			continue;
		}
		from = until;
		if (!e)
			e = has_later(j, a, from, &more);
	}
	return e;
}

enum err journal_run(struct clerk *c, struct arena *a)
{
	struct journal *j = &journal;
	struct directory *log;
	enum err e = journal_open(c, &log);

	(void)a;
	if (!e && !j->seen.arena)
		e = find_start(j);
	if (!e)
		e = copy_all(j);
	/* what was met and not kept is not known to be copied: the store tells */
	if (e)
		seen_close(&j->seen);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

void journal_done(void)
{
	directory_free(journal.log);
	seen_close(&journal.seen);
	journal = (struct journal){ .window = MINUTE_MS };
}
