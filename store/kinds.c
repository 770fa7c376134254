#include "store/kinds.h"
#include "store/audit.h"
#include "store/store.h"

#include <stddef.h>

/* A field's row needs its struct's name, which the tables do not carry: KIND holds it, one kind after the other. */
#define FIELD(tag, type, name, count) { tag, CODEC_##type, offsetof(struct KIND, name), count, #name },

#define DEFINE(k, fields) \
	static const struct codec_field k##_fields[] = { fields(FIELD) }; \
	const struct codec k##_codec = { \
		#k, k##_fields, LENGTH(k##_fields), sizeof(struct k), offsetof(struct k, unknown), \
	}; \
	struct bytes k##_encode(struct arena *a, const struct k *record) \
	{ \
		return codec_encode(a, &k##_codec, record); \
	} \
	enum err k##_decode(struct arena *a, struct bytes in, struct k *out) \
	{ \
		return codec_decode(a, &k##_codec, in, out); \
	} \
	void k##_default(struct k *out) \
	{ \
		codec_default(&k##_codec, out); \
	} \
	void k##_json(struct arena *a, const struct k *record, struct json *j) \
	{ \
		codec_json(a, &k##_codec, record, j); \
	}

#define GET(k) \
	enum err k##_get(struct txn *t, struct arena *a, enum table table, struct bytes key, struct k *out) \
	{ \
		struct record rec = { BYTES_NONE, 0 }; \
		enum err e = txn_get(t, table, key, &rec); \
\
		if (e) \
			codec_default(&k##_codec, out); \
		else if (!(e = codec_decode(a, &k##_codec, rec.payload, out))) \
			out->rev = rec.rev; \
		return e; \
	}

/* clang-format off */
#define KIND listing
DEFINE(listing, KIND_LISTING)
GET(listing)
#undef KIND

#define KIND revision
DEFINE(revision, KIND_REVISION)
GET(revision)
#undef KIND

#define KIND revision_head
DEFINE(revision_head, KIND_REVISION_HEAD)
GET(revision_head)
#undef KIND

#define KIND published
DEFINE(published, KIND_PUBLISHED)
GET(published)
#undef KIND

#define KIND grid
DEFINE(grid, KIND_GRID)
GET(grid)
#undef KIND

#define KIND draft
DEFINE(draft, KIND_DRAFT)
GET(draft)
#undef KIND

#define KIND todo
DEFINE(todo, KIND_TODO)
GET(todo)
#undef KIND

#define KIND session
DEFINE(session, KIND_SESSION)
GET(session)
#undef KIND

#define KIND kept
DEFINE(kept, KIND_KEPT)
GET(kept)
#undef KIND

#define KIND throttle
DEFINE(throttle, KIND_THROTTLE)
GET(throttle)
#undef KIND

#define KIND temp_password
DEFINE(temp_password, KIND_TEMP_PASSWORD)
GET(temp_password)
#undef KIND

#define KIND job
DEFINE(job, KIND_JOB)
GET(job)
#undef KIND

#define KIND mail
DEFINE(mail, KIND_MAIL)
GET(mail)
#undef KIND

#define KIND outcome
DEFINE(outcome, KIND_OUTCOME)
GET(outcome)
#undef KIND

#define KIND request_person
DEFINE(request_person, KIND_REQUEST_PERSON)
GET(request_person)
#undef KIND

#define KIND grant_request
DEFINE(grant_request, KIND_GRANT_REQUEST)
GET(grant_request)
#undef KIND

#define KIND request_event
DEFINE(request_event, KIND_REQUEST_EVENT)
GET(request_event)
#undef KIND

#define KIND agreement_file
DEFINE(agreement_file, KIND_AGREEMENT_FILE)
GET(agreement_file)
#undef KIND

#define KIND amendment
DEFINE(amendment, KIND_AMENDMENT)
GET(amendment)
#undef KIND

#define KIND mailed_link
DEFINE(mailed_link, KIND_MAILED_LINK)
GET(mailed_link)
#undef KIND

#define KIND preferences
DEFINE(preferences, KIND_PREFERENCES)
GET(preferences)
#undef KIND

#define KIND report
DEFINE(report, KIND_REPORT)
GET(report)
#undef KIND

#define KIND period
DEFINE(period, KIND_PERIOD)
GET(period)
#undef KIND

#define KIND moment
DEFINE(moment, KIND_MOMENT)
GET(moment)
#undef KIND

#define KIND counter
DEFINE(counter, KIND_COUNTER)
GET(counter)
#undef KIND

#define KIND agreement_template
DEFINE(agreement_template, KIND_AGREEMENT_TEMPLATE)
GET(agreement_template)
#undef KIND

#define KIND person
DEFINE(person, KIND_PERSON)
GET(person)
#undef KIND

#define KIND establishment
DEFINE(establishment, KIND_ESTABLISHMENT)
GET(establishment)
#undef KIND

#define KIND provider
DEFINE(provider, KIND_PROVIDER)
GET(provider)
#undef KIND

#define KIND agreement
DEFINE(agreement, KIND_AGREEMENT)
GET(agreement)
#undef KIND

#define KIND caf
DEFINE(caf, KIND_CAF)
GET(caf)
#undef KIND

#define KIND group
DEFINE(group, KIND_GROUP)
GET(group)
#undef KIND

#define KIND family_page
DEFINE(family_page, KIND_FAMILY_PAGE)
GET(family_page)
#undef KIND

#define KIND family_summary
DEFINE(family_summary, KIND_FAMILY_SUMMARY)
GET(family_summary)
#undef KIND

#define KIND commune
DEFINE(commune, KIND_COMMUNE)
GET(commune)
#undef KIND

#define KIND seal
DEFINE(seal, KIND_SEAL)
GET(seal)
#undef KIND

#define KIND audit_record
DEFINE(audit_record, KIND_AUDIT_RECORD)
#undef KIND

const struct codec *const kind_codecs[] = {
#define CODEC(k, fields) &k##_codec,
	STORE_KINDS(CODEC)
	&audit_record_codec,
	NULL,
};
/* clang-format on */
