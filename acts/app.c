#include "acts/app.h"

#include "acts/who_throttle.h"
#include "base/text.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define FRESH_MS (60 * SECOND_MS)
#define USER_AGENT_MAX 200

/* --- opening --- */

const char *app_run_path(struct arena *a, const struct settings *s, const char *name)
{
	return arena_printf(a, "%s/%s", s->run_dir, name);
}

static enum err open_store(struct arena *a, unsigned parts, struct app *app, const char **why)
{
	struct store_place place = store_place_of(a, app->settings);
	unsigned environments = (parts & APP_STORE ? 1u << STORE_MAIN : 0) | (parts & APP_PUBLIC ? 1u << STORE_PUBLIC : 0);

	if (!environments)
		return ERR_OK;
	if (!(parts & APP_WRITES))
		place.writer = NULL;
	enum err e = store_open(a, &place, environments, &app->store, why);

	if (!e)
		store_check_readers(app->store);
	return e;
}

static enum err open_directory(struct arena *a, enum service as, const struct settings *s, struct directory **out,
			       const char **why)
{
	struct directory_place place = { s->ldap_uri, s->ldap_suffix, s->ldap_secrets, s->ldap_ca };

	return directory_new(a, &place, as, out, why);
}

static enum err read_key(struct arena *a, struct app *app, const char **why)
{
	struct bytes key;
	enum err e = secret_file(a, app->settings->run_key_file, &key, why);

	if (e)
		return e;
	if (key.n != KEY_SIZE) {
		*why = arena_printf(a, "%s: must hold exactly %d bytes", app->settings->run_key_file, KEY_SIZE);
		return ERR_INVALID;
	}
	memcpy(app->key, key.p, KEY_SIZE);
	secret_wipe((void *)(uintptr_t)key.p, key.n);
	return ERR_OK;
}

static enum err open_parts(struct arena *a, unsigned parts, struct app *app, const char **why)
{
	enum err e = open_store(a, parts, app, why);

	if (!e && parts & APP_WEB)
		e = open_directory(a, SERVICE_WEB, app->settings, &app->web, why);
	if (!e && parts & APP_PASSWORD)
		e = open_directory(a, SERVICE_PASSWORD, app->settings, &app->password, why);
	if (!e && parts & APP_KEY)
		e = read_key(a, app, why);
	return e;
}

enum err app_open_with(struct arena *a, const struct settings *s, unsigned parts, struct app *out, const char **why)
{
	struct app app = { .settings = s, .test_clock = s->run_test_clock };

	if (s->run_test_clock && *s->run_clock_file)
		clock_test_file(s->run_clock_file);
	enum err e = open_parts(a, parts, &app, why);

	if (e)
		app_close(&app);
	else
		*out = app;
	return e;
}

enum err app_open(struct arena *a, const char *config, unsigned parts, struct app *out, const char **why)
{
	struct settings *s = arena_new_of(a, struct settings);
	enum err e = settings_read(a, config, s, why);

	return e ? e : app_open_with(a, s, parts, out, why);
}

void app_close(struct app *app)
{
	if (app->store)
		store_close(app->store);
	if (app->web)
		directory_free(app->web);
	if (app->password)
		directory_free(app->password);
	secret_wipe(app->key, sizeof app->key);
	*app = (struct app){ 0 };
}

/* --- the mirror's heartbeat --- */

/* The time of a file whose content nobody reads: a sandbox lets nobody open it. */
int64_t app_heartbeat(struct app *app)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct stat st;

	if (stat(app_run_path(a, app->settings, "heartbeat"), &st))
		return 0;
	return (int64_t)st.st_mtim.tv_sec * SECOND_MS + st.st_mtim.tv_nsec / 1000000;
}

/* The clock of the machine, not the tests' one: the file's time is the kernel's. */
int64_t app_heartbeat_age(struct app *app)
{
	int64_t beat = app_heartbeat(app);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return beat ? (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000 - beat : INT64_MAX;
}

enum err app_fresh(struct app *app)
{
	int64_t age = app_heartbeat_age(app);

	return age > -FRESH_MS && age <= FRESH_MS ? ERR_OK : ERR_UNAVAILABLE;
}

/* --- visitors --- */

static const struct {
	enum role role;
	const char *name;
} role_table[] = {
	{ ROLE_AGENT, "agent" },
	{ ROLE_CAF_REVIEWER, "caf_reviewer" },
	{ ROLE_CAF_ADMIN, "caf_admin" },
	{ ROLE_CAF_AUDITOR, "caf_auditor" },
	{ ROLE_NATIONAL_AUDITOR, "national_auditor" },
	{ ROLE_OPERATOR, "operator" },
};

const char *role_names(struct arena *a, unsigned roles)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < LENGTH(role_table); i++)
		if (roles & role_table[i].role)
			buf_printf(&b, "%s%s", b.n ? "+" : "", role_table[i].name);
	return buf_str(&b);
}

int64_t visitor_now(const struct visitor *who)
{
	return who->at ? who->at : clock_now();
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

struct audit_record act_record(struct arena *a, const struct visitor *who, enum event ev)
{
	struct audit_record r;

	codec_default(&audit_record_codec, &r);
	r.event = event_code(ev);
	r.address = or_empty(who->address);
	r.user_agent = text_cut(a, or_empty(who->user_agent), USER_AGENT_MAX);
	r.method = or_empty(who->method);
	r.path = or_empty(who->path);
	if (!who->known && who->contact) {
		r.role = "provider_contact";
		r.provider = who->provider.id;
		r.caf = or_empty(who->provider.caf);
	}
	if (!who->known)
		return r;
	r.person = who->person.uuid;
	r.number = or_empty(who->person.number);
	r.role = role_names(a, who->roles);
	r.caf = or_empty(who->person.caf);
	r.provider = or_empty(who->provider.id);
	if (who->session.created)
		r.session = text_hex(a, (struct bytes){ who->session_digest, 8 });
	return r;
}

void act_detail(struct arena *a, struct audit_record *r, const char *name, const char *value)
{
	strs_add(a, &r->details, arena_printf(a, "%s=%s", name, value));
}

void act_on_establishment(struct audit_record *r, const struct establishment *e)
{
	r->object_kind = "establishment";
	r->object_id = e->id;
	r->establishment = e->uuid;
	r->caf = e->caf;
}

void act_on_person(struct audit_record *r, const struct person *p, const char *provider)
{
	r->object_kind = "person";
	r->object_id = p->number;
	r->caf = p->caf;
	r->provider = provider;
}

/* --- ids --- */

#define TIME_BYTES 6u /* of a changeset's id */

const char *act_form_id(struct arena *a)
{
	return changeset_id(a, changeset_new(a));
}

bool act_form_id_is_recent(const char *form_id)
{
	uint8_t id[CHANGESET_ID_SIZE];
	int64_t time = 0, now = clock_now();

	if (text_unhex(form_id, id, sizeof id))
		return false;
	for (size_t i = 0; i < TIME_BYTES; i++)
		time = time << 8 | id[i];
	return time > now - DAY_MS && time <= now + MINUTE_MS;
}

const char *act_id(struct arena *a, const char *form_id, struct bytes sent)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest2(bytes_of(form_id), sent, digest);
	return arena_printf(a, "%.*s%s", (int)(2 * TIME_BYTES), form_id,
			    text_hex(a, key_bytes(digest, CHANGESET_ID_SIZE - TIME_BYTES)));
}

/* One still on its way is told by the writer, which applies an id once. */
bool act_was_done(struct app *app, const struct visitor *who)
{
	uint8_t id[CHANGESET_ID_SIZE];
	struct record r;

	if (!who->resume || !*who->resume || text_unhex(who->resume, id, sizeof id))
		return false;
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	return txn_get(&t, TABLE_APPLIED, key_bytes(id, sizeof id), &r) == ERR_OK;
}

/* --- changesets --- */

struct changeset *act_changeset(struct app *app, struct arena *a, const struct visitor *who)
{
	struct changeset *cs = changeset_new(a);

	if (app->test_clock)
		changeset_at(cs, visitor_now(who));
	return cs;
}

enum err act_begin(struct app *app, struct arena *a, const struct visitor *who, struct changeset **out)
{
	struct changeset *cs = act_changeset(app, a, who);
	enum err e = ERR_OK;

	if (who->resume && *who->resume)
		e = changeset_set_id(cs, who->resume);
	if (!e && who->known)
		e = throttle_count_write(app, a, cs, who->person.uuid, visitor_now(who));
	if (!e)
		*out = cs;
	return e;
}

enum err act_note(struct app *app, struct arena *a, const struct visitor *who, const struct audit_record *r)
{
	struct changeset *cs = act_changeset(app, a, who);

	changeset_audit(cs, r);
	return changeset_commit(app->store, cs, NULL);
}

const char *arg_of(const struct strs *args, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < args->n; i++)
		if (strncmp(args->v[i], name, n) == 0 && args->v[i][n] == '=')
			return args->v[i] + n + 1;
	return "";
}
