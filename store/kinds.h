/* The record kinds. Each X-macro table is the only place a kind is described: X(tag, TYPE, name, count).
   From it come `struct k`, k_encode, k_decode, k_default, k_json. A new field takes a new tag at the end of its table;
   tests/unit/test_store_golden.c holds a byte vector per kind. Times are UTC milliseconds, days are day_t as I64. */
#ifndef STORE_KINDS_H
#define STORE_KINDS_H

#include "base/clock.h"
#include "store/codec.h"

/* clang-format off */
#define HOURS_SLOTS 4
#define HOURS_CELLS (7 * HOURS_SLOTS * 2)       /* [weekday][slot][0 opens, 1 closes], minutes after midnight */
#define GRID_CELLS (3 * 4 * 7 * 2)              /* [care][band][weekday][half-day], places */
#define HOURS_AT(day, slot, end) (((day) * HOURS_SLOTS + (slot)) * 2 + (end))
#define GRID_AT(care, band, day, half) ((((care) * 4 + (band)) * 7 + (day)) * 2 + (half))

/* What a provider says of an establishment: a text, without who, when or in what state. */
#define KIND_LISTING(X) \
	X(1,  STR,  phone, 1)           /* E.164 */ \
	X(2,  STR,  phone2, 1) \
	X(3,  STR,  mail, 1) \
	X(4,  STR,  website, 1) \
	X(5,  U64,  age_min, 1) \
	X(6,  STR,  age_min_unit, 1)    /* week, month, year */ \
	X(7,  U64,  age_max, 1) \
	X(8,  STR,  age_max_unit, 1) \
	X(9,  U16S, hours, HOURS_CELLS) \
	X(10, STR,  hours_note, 1) \
	X(11, BOOL, by_appointment, 1) \
	X(12, STRS, closures, 1)        /* juillet, aout, noel, jamais */ \
	X(13, STR,  meals, 1)           /* yes, no, "" unknown */ \
	X(14, STR,  diapers, 1) \
	X(15, STR,  disability_text, 1) \
	X(16, STRS, funding, 1) \
	X(17, STR,  fee_text, 1) \
	X(18, STR,  project_text, 1) \
	X(19, STR,  manager_text, 1) \
	X(20, STR,  team_text, 1) \
	X(21, STR,  admission_text, 1) \
	X(22, STRS, admission_work, 1) \
	X(23, STRS, admission_home, 1) \
	X(24, STR,  registration_text, 1) \
	X(25, STRS, served_communes, 1) /* INSEE codes */ \
	X(26, U16S, band_capacity, 4)   /* lt12m, m12_23, m24_35, ge36m */ \
	X(27, STRS, periods, 1)         /* ALSH */ \
	X(28, STR,  activities_text, 1) \
	X(29, U64,  capacity_under6, 1) \
	X(30, U64,  capacity_over6, 1) \
	X(31, STR,  declaration_number, 1)

/* A text sent to the Caf. state: pending, accepted, refused, withdrawn, superseded, closed. */
#define KIND_REVISION(X) \
	X(1,  U64,  n, 1) \
	X(2,  STR,  state, 1) \
	X(3,  U64,  base, 1)            /* n of the published listing it was written on; 0: none */ \
	X(4,  BYTES, text, 1)           /* struct listing, encoded */ \
	X(5,  BYTES, hash, 1)           /* BLAKE2b-256 of text */ \
	X(6,  I64,  sent_at, 1) \
	X(7,  UUID, author, 1) \
	X(8,  STR,  author_number, 1) \
	X(9,  STR,  author_name, 1) \
	X(10, STR,  provider_name, 1) \
	X(11, I64,  decided_at, 1) \
	X(12, STR,  decider_number, 1) \
	X(13, STR,  decider_name, 1) \
	X(14, STRS, reasons, 1) \
	X(15, STR,  reason_text, 1) \
	X(16, STR,  caf, 1) \
	X(17, UUID, establishment, 1) \
	X(18, U64,  changed_sections, 1)

/* Small and hot: what the lists ask of an establishment's revisions. */
#define KIND_REVISION_HEAD(X) \
	X(1,  U64,  last, 1)            /* highest n given */ \
	X(2,  U64,  pending, 1)         /* n, or 0 */ \
	X(3,  STR,  last_state, 1) \
	X(4,  I64,  last_at, 1)         /* when last_state came about */ \
	X(5,  STR,  last_author, 1)

/* What is online. state: online, withdrawn (by the Caf or the agent), closed. */
#define KIND_PUBLISHED(X) \
	X(1,  U64,  n, 1) \
	X(2,  BYTES, text, 1) \
	X(3,  BYTES, hash, 1) \
	X(4,  STR,  state, 1) \
	X(5,  I64,  published_at, 1) \
	X(6,  STR,  author_number, 1) \
	X(7,  STR,  author_name, 1) \
	X(8,  STR,  provider_name, 1) \
	X(9,  STR,  decider_number, 1) \
	X(10, STR,  decider_name, 1) \
	X(11, I64,  changed_at, 1)      /* last withdrawal or putting back */ \
	X(12, STR,  changed_by, 1) \
	X(13, STR,  reason_text, 1)

/* Free places: a typical week from a date. state: open, full, withdrawn. */
#define KIND_GRID(X) \
	X(1,  U64,  n, 1) \
	X(2,  STR,  state, 1) \
	X(3,  I64,  valid_from, 1)      /* day */ \
	X(4,  U16S, cells, GRID_CELLS) \
	X(5,  I64,  declared_at, 1) \
	X(6,  I64,  confirmed_at, 1) \
	X(7,  UUID, author, 1) \
	X(8,  STR,  author_number, 1) \
	X(9,  STR,  author_name, 1) \
	X(10, STR,  source, 1)          /* manual, feed */ \
	X(11, STR,  note, 1)

/* A form saved as it was typed. */
#define KIND_DRAFT(X) \
	X(1,  I64,  saved_at, 1) \
	X(2,  STR,  author_name, 1) \
	X(3,  BYTES, body, 1)           /* urlencoded, without csrf */ \
	X(4,  U64,  base, 1)

/* A file in a Caf's queue. kind: fiche, demande, convention, signalement, depart. */
#define KIND_TODO(X) \
	X(1,  STR,  kind, 1) \
	X(2,  UUID, establishment, 1) \
	X(3,  U64,  n, 1) \
	X(4,  STR,  title, 1) \
	X(5,  STR,  detail, 1) \
	X(6,  STR,  provider_name, 1) \
	X(7,  I64,  since, 1) \
	X(8,  UUID, claimed_by, 1) \
	X(9,  STR,  claimed_name, 1) \
	X(10, I64,  claimed_at, 1) \
	X(11, STR,  path, 1)

#define KIND_SESSION(X) \
	X(1,  UUID, person, 1) \
	X(2,  I64,  created, 1) \
	X(3,  I64,  seen, 1) \
	X(4,  STR,  csrf, 1) \
	X(5,  BOOL, must_change, 1) \
	X(6,  STR,  address, 1) \
	X(7,  STR,  user_agent, 1) \
	X(8,  I64,  previous_login, 1)  /* 0: none */ \
	X(9,  I64,  ended, 1)           /* 0: alive; else when it was logged out or cut */

/* What an expired session had posted: shown again after the next login, never executed by itself. */
#define KIND_KEPT(X) \
	X(1,  STR,  path, 1) \
	X(2,  BYTES, body, 1) \
	X(3,  I64,  until, 1)

#define KIND_THROTTLE(X) \
	X(1,  U64,  count, 1) \
	X(2,  I64,  since, 1) \
	X(3,  I64,  until, 1)           /* refused until then */ \
	X(4,  STRS, who, 1)             /* distinct accounts seen from an address, as short digests */

/* purpose: activation, reset. */
#define KIND_TEMP_PASSWORD(X) \
	X(1,  STR,  hash, 1) \
	X(2,  I64,  expires, 1) \
	X(3,  U64,  tries, 1) \
	X(4,  STR,  purpose, 1) \
	X(5,  I64,  created, 1) \
	X(6,  I64,  since, 1)           /* what was opened before with an earlier one is over; 0: nothing is */

/* state: waiting, done, failed. */
#define KIND_JOB(X) \
	X(1,  STR,  kind, 1) \
	X(2,  STR,  state, 1) \
	X(3,  U64,  tries, 1) \
	X(4,  I64,  next_at, 1) \
	X(5,  I64,  created, 1) \
	X(6,  STR,  last_error, 1) \
	X(7,  STRS, args, 1)            /* "name=value" */ \
	X(8,  STRS, lines, 1)           /* of a job "directory": the edits (acts/edit.h) */ \
	X(9,  STR,  about, 1)           /* key of its struct outcome; "" : nobody asks */

/* A mail to send: its template and values; the text is made when it is sent. state: waiting, sent, refused, expired. */
#define KIND_MAIL(X) \
	X(1,  STR,  template, 1) \
	X(2,  UUID, person, 1) \
	X(3,  STR,  to, 1)              /* "" : the directory's address of person when it is sent */ \
	X(4,  STRS, args, 1)            /* "name=value" */ \
	X(5,  STR,  state, 1) \
	X(6,  U64,  tries, 1) \
	X(7,  I64,  next_at, 1) \
	X(8,  I64,  created, 1) \
	X(9,  STR,  message_id, 1) \
	X(10, STR,  last_error, 1) \
	X(11, STR,  caf, 1)             /* whose service is Reply-To */ \
	X(12, I64,  sent_at, 1) \
	X(13, STR,  about, 1)           /* key of its struct outcome; "" : nobody asks */ \
	X(14, STR,  tried, 1)           /* the address of the last try */

/* How far the last mail or job about something got, for who waits for it: "demande/NUMBER/accuse", "demande/NUMBER/annuaire",
   "agent/NUMBER/mot-de-passe", … state: waiting, sent, done, refused, expired, failed, cancelled. */
#define KIND_OUTCOME(X) \
	X(1,  STR,  state, 1) \
	X(2,  I64,  at, 1) \
	X(3,  STR,  to, 1)              /* of a mail: the address it goes to; of an establishment: key of the provider it is given to */ \
	X(4,  STR,  reason, 1)          /* English, of the last failure */ \
	X(5,  U64,  tries, 1) \
	X(6,  STR,  what, 1)            /* the mail's template, the job's kind */

/* Somebody to habilitate. The lists hold establishments' ids, or "+1", "+2", … for the free lines of the request. */
#define KIND_REQUEST_PERSON(X) \
	X(1,  STR,  surname, 1) \
	X(2,  STR,  given_name, 1) \
	X(3,  STR,  title, 1) \
	X(4,  STR,  mail, 1) \
	X(5,  STRS, listing, 1) \
	X(6,  STRS, places, 1) \
	X(7,  STR,  number, 1)          /* given by the activation, or of an agent known before */ \
	X(8,  STR,  uid, 1)

/* A request for an habilitation. state: draft, submitted, checked, agreement_sent, agreement_signed, active, refused,
   withdrawn. Once sent, what the provider wrote (fields 5 to 18) never changes (art. 3-2). */
#define KIND_GRANT_REQUEST(X) \
	X(1,  STR,  number, 1)          /* "" while a draft; « H26-921-00187 » */ \
	X(2,  STR,  state, 1) \
	X(3,  I64,  saved_at, 1) \
	X(4,  I64,  sent_at, 1) \
	X(5,  STR,  caf, 1) \
	X(6,  STR,  name, 1) \
	X(7,  STR,  siret, 1) \
	X(8,  STR,  address, 1) \
	X(9,  STR,  postal_code, 1) \
	X(10, STR,  city, 1) \
	X(11, STR,  signatory, 1)       /* « Hervé Castelneau, président » */ \
	X(12, STR,  mail, 1) \
	X(13, STR,  phone, 1) \
	X(14, STRS, listing, 1)         /* ids, and "+n" for the free lines */ \
	X(15, STRS, places, 1) \
	X(16, STRS, others, 1)          /* establishments missing from the register, a free line each: "+1" is the first */ \
	X(17, U64,  others_places, 1)   /* bit n - 1: "+n" reports free places too */ \
	X(18, BYTES, people, 1)         /* struct request_person, one after the other: request_people() */ \
	X(19, U64,  steps, 1)           /* draft: bit of each step saved once */ \
	X(20, STRS, created, 1)         /* ids of the establishments the Caf made of the free lines; "" : not yet */ \
	X(21, I64,  silence, 1)         /* day on which silence decides */ \
	X(22, STR,  agreement, 1)       /* number, given when the document is prepared */ \
	X(23, STR,  document, 1)        /* canonical text of what was posted */ \
	X(24, BYTES, document_hash, 1)  /* BLAKE2b-256 of document */ \
	X(25, I64,  posted, 1)          /* day */ \
	X(26, U64,  copies, 1) \
	X(27, I64,  signed_provider, 1) /* day */ \
	X(28, I64,  signed_caf, 1) \
	X(29, STR,  signed_by, 1)       /* who signed for the provider */ \
	X(30, STR,  archive_ref, 1) \
	X(31, STR,  prefecture_ref, 1) \
	X(32, STR,  provider_id, 1)     /* given by the activation, or of a provider known before */ \
	X(33, STR,  reason_text, 1)     /* refused */ \
	X(34, I64,  decided_at, 1)      /* last change of state */ \
	X(35, STRS, names, 1)           /* "id=name" of the establishments, as the register had them when they were chosen */ \
	X(36, STRS, sent_before, 1)     /* draft: numbers this browser sent, newest last; alone once it was sent */

/* What happened to a request. what: a code of acts/request.h (request_event_choices). */
#define KIND_REQUEST_EVENT(X) \
	X(1,  I64,  at, 1) \
	X(2,  STR,  what, 1) \
	X(3,  STR,  number, 1)          /* of the Caf's agent; "" : the provider, or a program */ \
	X(4,  STR,  name, 1) \
	X(5,  STR,  text, 1)

/* What the store knows of a convention beside the directory's entry. */
#define KIND_AGREEMENT_FILE(X) \
	X(1,  STR,  number, 1) \
	X(2,  STR,  caf, 1) \
	X(3,  STR,  provider_id, 1) \
	X(4,  STR,  request, 1)         /* number; "" : made with an LDAP tool or imported */ \
	X(5,  STR,  archive_ref, 1) \
	X(6,  BYTES, document_hash, 1) \
	X(7,  U64,  amendments, 1)      /* how many */ \
	X(8,  I64,  warned_for, 1)      /* due day the providers were warned of */ \
	X(9,  I64,  notice_sent, 1)     /* day of the registered letter */ \
	X(10, I64,  notice_received, 1) \
	X(11, STR,  notice_by, 1)       /* fournisseur, caf */ \
	X(12, I64,  ended_at, 1)        /* when rights were ended */ \
	X(13, I64,  renewed_to, 1)      /* due day it was renewed to last */ \
	X(14, I64,  end_told, 1)        /* last day whose end was told by mail; 0: none, or told since that it goes on */

/* An amendment (art. 6). kind: add, remove. */
#define KIND_AMENDMENT(X) \
	X(1,  U64,  n, 1) \
	X(2,  I64,  at, 1) \
	X(3,  STR,  kind, 1) \
	X(4,  STR,  number, 1)          /* of the Caf's agent */ \
	X(5,  STR,  name, 1) \
	X(6,  I64,  signed_provider, 1) \
	X(7,  I64,  signed_caf, 1) \
	X(8,  STR,  reference, 1) \
	X(9,  STRS, lines, 1)           /* what changed, as people read it */

/* A single-use link mailed to somebody without an account. what: fin-de-mission. */
#define KIND_MAILED_LINK(X) \
	X(1,  STR,  what, 1) \
	X(2,  STR,  provider_key, 1) \
	X(3,  I64,  until, 1) \
	X(4,  STR,  mail, 1)            /* where it went; "" : made before this was kept */

/* What somebody chose for himself. */
#define KIND_PREFERENCES(X) \
	X(1,  STR,  reminders, 1)       /* weekly, fortnightly, monthly, none; "" : weekly */

/* What a family says is wrong with an establishment's page. mail goes when the Caf closes it, the rest a year after it came. */
#define KIND_REPORT(X) \
	X(1,  UUID, id, 1) \
	X(2,  STR,  caf, 1) \
	X(3,  UUID, establishment, 1) \
	X(4,  STR,  establishment_id, 1) \
	X(5,  STR,  name, 1)            /* of the establishment, then */ \
	X(6,  STR,  text, 1) \
	X(7,  STR,  mail, 1)            /* for the answer; "" : none was left, or it is closed */ \
	X(8,  I64,  sent_at, 1) \
	X(9,  I64,  closed_at, 1) \
	X(10, STR,  closer_number, 1) \
	X(11, STR,  closer_name, 1) \
	X(12, STR,  answer, 1) \
	X(13, BOOL, mailed, 1)          /* the answer went to the family */

/* A period: of a right, of an account, of an establishment in a convention, of a person at a provider's. until 0: it lasts. */
#define KIND_PERIOD(X) \
	X(1,  I64,  until, 1) \
	X(2,  STR,  number, 1)          /* the person's: all that is left once the entry is gone */

/* When a thing happened: somebody's entry was seen to leave, a mail was written. at 0: not yet. */
#define KIND_MOMENT(X) \
	X(1,  I64,  at, 1)

#define KIND_COUNTER(X) \
	X(1,  U64,  last, 1)

/* The articles of a Caf's convention as it wrote them. */
#define KIND_AGREEMENT_TEMPLATE(X) \
	X(1,  STR,  text, 1) \
	X(2,  I64,  at, 1)

/* The mirror: entries of the directory as last read. dn is as the directory spells it, key is its normalised form. */
#define KIND_PERSON(X) \
	X(1,  UUID, uuid, 1) \
	X(2,  STR,  dn, 1) \
	X(3,  STR,  key, 1) \
	X(4,  STR,  uid, 1) \
	X(5,  STR,  number, 1) \
	X(6,  STR,  name, 1)            /* cn: « Maëlle Querrien » */ \
	X(7,  STR,  title, 1) \
	X(8,  STR,  mail, 1) \
	X(9,  STR,  status, 1) \
	X(10, BOOL, agent, 1)           /* under a provider; else staff of a Caf or of the Cnaf */ \
	X(11, STR,  caf, 1)             /* "" : national */ \
	X(12, STR,  provider_key, 1)    /* agents: normalised DN of the provider */ \
	X(13, BOOL, wants_password, 1) \
	X(14, STR,  surname, 1) \
	X(15, STR,  given_name, 1) \
	X(16, I64,  end, 1)             /* day of habFinMission; 0: none */ \
	X(17, STR,  end_reason, 1)

#define KIND_ESTABLISHMENT(X) \
	X(1,  UUID, uuid, 1) \
	X(2,  STR,  dn, 1) \
	X(3,  STR,  key, 1) \
	X(4,  STR,  id, 1) \
	X(5,  STR,  name, 1) \
	X(6,  STR,  type, 1)            /* lower case: eaje, alsh, … */ \
	X(7,  STR,  category, 1) \
	X(8,  STR,  caf, 1) \
	X(9,  STR,  manager_key, 1) \
	X(10, STR,  street, 1) \
	X(11, STR,  postal_code, 1) \
	X(12, STR,  city, 1) \
	X(13, STR,  insee, 1) \
	X(14, STR,  coordinates, 1)     /* "48.9353 2.3231" or "" */ \
	X(15, U64,  capacity, 1) \
	X(16, BOOL, avip, 1) \
	X(17, STRS, listing_keys, 1)    /* normalised DNs with habDroitFonctionnement */ \
	X(18, STRS, places_keys, 1)

#define KIND_PROVIDER(X) \
	X(1,  UUID, uuid, 1) \
	X(2,  STR,  dn, 1) \
	X(3,  STR,  key, 1) \
	X(4,  STR,  id, 1) \
	X(5,  STR,  name, 1) \
	X(6,  STR,  siret, 1) \
	X(7,  STR,  caf, 1) \
	X(8,  STR,  mail, 1) \
	X(9,  STR,  address, 1)         /* lines joined by '\n' */ \
	X(10, STR,  phone, 1)

#define KIND_AGREEMENT(X) \
	X(1,  UUID, uuid, 1) \
	X(2,  STR,  dn, 1) \
	X(3,  STR,  key, 1) \
	X(4,  STR,  number, 1) \
	X(5,  STR,  provider_key, 1) \
	X(6,  STR,  status, 1) \
	X(7,  I64,  effect, 1)          /* day; 0: none */ \
	X(8,  I64,  due, 1) \
	X(9,  BOOL, not_tacit, 1)       /* habTaciteReconduction is FALSE */ \
	X(10, I64,  termination, 1) \
	X(11, STRS, covered_keys, 1) \
	X(12, STR,  signatory, 1) \
	X(13, STR,  signatory_title, 1) \
	X(14, I64,  signed_caf, 1) \
	X(15, I64,  signed_provider, 1) \
	X(16, I64,  posted, 1) \
	X(17, I64,  returned, 1) \
	X(18, STR,  prefecture_ref, 1) \
	X(19, STR,  letter_ref, 1)

#define KIND_CAF(X) \
	X(1,  UUID, uuid, 1) \
	X(2,  STR,  dn, 1) \
	X(3,  STR,  key, 1) \
	X(4,  STR,  code, 1) \
	X(5,  STR,  name, 1) \
	X(6,  STR,  service, 1) \
	X(7,  STR,  address, 1)         /* lines joined by '\n' */ \
	X(8,  STR,  mail, 1) \
	X(9,  STR,  phone, 1) \
	X(10, STR,  silence, 1) \
	X(11, STR,  silence_delay, 1) \
	X(12, STR,  remedies, 1) \
	X(13, STR,  data_notice, 1)

/* role: administrateurs, valideurs, auditeurs. */
#define KIND_GROUP(X) \
	X(1,  UUID, uuid, 1) \
	X(2,  STR,  dn, 1) \
	X(3,  STR,  key, 1) \
	X(4,  STR,  role, 1) \
	X(5,  STR,  caf, 1)             /* "" : national */ \
	X(6,  STRS, member_keys, 1)

/* What families see of one establishment. state: online, register (in the register, nothing published), withdrawn. */
#define KIND_FAMILY_PAGE(X) \
	X(1,  STR,  id, 1) \
	X(2,  STR,  slug, 1) \
	X(3,  STR,  state, 1) \
	X(4,  STR,  name, 1) \
	X(5,  STR,  type, 1) \
	X(6,  STR,  category, 1) \
	X(7,  STR,  street, 1) \
	X(8,  STR,  postal_code, 1) \
	X(9,  STR,  city, 1) \
	X(10, STR,  coordinates, 1) \
	X(11, U64,  capacity, 1) \
	X(12, BOOL, avip, 1) \
	X(13, STR,  manager, 1) \
	X(14, STR,  caf_name, 1) \
	X(15, BYTES, listing, 1)        /* struct listing */ \
	X(16, I64,  published_at, 1) \
	X(17, STR,  published_by, 1)    /* the provider's name */ \
	X(18, BYTES, grid, 1)           /* struct grid; empty: never reported, or hidden */ \
	X(19, I64,  ended_on, 1)        /* day since which nobody may update it; 0: kept up; -1: not known since when */ \
	X(20, STR,  caf_phone, 1) \
	X(21, STR,  caf_mail, 1) \
	X(22, STR,  insee, 1) \
	X(23, STRS, served_names, 1)

/* One line of the search, and what the search filters by. */
#define KIND_FAMILY_SUMMARY(X) \
	X(1,  STR,  id, 1) \
	X(2,  STR,  slug, 1) \
	X(3,  STR,  name, 1) \
	X(4,  STR,  type, 1) \
	X(5,  STR,  category, 1) \
	X(6,  STR,  street, 1) \
	X(7,  STR,  postal_code, 1) \
	X(8,  STR,  city, 1) \
	X(9,  U64,  capacity, 1) \
	X(10, I64,  lat, 1)             /* degrees × 1e6 */ \
	X(11, I64,  lon, 1) \
	X(12, STR,  grid_state, 1)      /* open, full, "" not reported */ \
	X(13, I64,  confirmed_at, 1) \
	X(14, U16S, cells, 56)          /* regular care: [band][weekday][half-day] */ \
	X(15, I64,  valid_from, 1) \
	X(16, U64,  open_halves, 1)     /* bit weekday * 2 + half-day */ \
	X(17, I64,  declared_at, 1)

#define KIND_COMMUNE(X) \
	X(1,  STR,  insee, 1) \
	X(2,  STR,  name, 1) \
	X(3,  STR,  department, 1) \
	X(4,  STRS, postal_codes, 1) \
	X(5,  U64,  population, 1) \
	X(6,  I64,  lat, 1)             /* degrees × 1e6; both 0: unknown */ \
	X(7,  I64,  lon, 1)

#define KIND_SEAL(X) \
	X(1,  U64,  seq, 1) \
	X(2,  BYTES, link, 1) \
	X(3,  I64,  time, 1) \
	X(4,  BYTES, signature, 1) \
	X(5,  BYTES, public_key, 1)

#define STORE_KINDS(K) \
	K(listing, KIND_LISTING) \
	K(revision, KIND_REVISION) \
	K(revision_head, KIND_REVISION_HEAD) \
	K(published, KIND_PUBLISHED) \
	K(grid, KIND_GRID) \
	K(draft, KIND_DRAFT) \
	K(todo, KIND_TODO) \
	K(session, KIND_SESSION) \
	K(kept, KIND_KEPT) \
	K(throttle, KIND_THROTTLE) \
	K(temp_password, KIND_TEMP_PASSWORD) \
	K(job, KIND_JOB) \
	K(mail, KIND_MAIL) \
	K(outcome, KIND_OUTCOME) \
	K(request_person, KIND_REQUEST_PERSON) \
	K(grant_request, KIND_GRANT_REQUEST) \
	K(request_event, KIND_REQUEST_EVENT) \
	K(agreement_file, KIND_AGREEMENT_FILE) \
	K(amendment, KIND_AMENDMENT) \
	K(mailed_link, KIND_MAILED_LINK) \
	K(preferences, KIND_PREFERENCES) \
	K(report, KIND_REPORT) \
	K(period, KIND_PERIOD) \
	K(moment, KIND_MOMENT) \
	K(counter, KIND_COUNTER) \
	K(agreement_template, KIND_AGREEMENT_TEMPLATE) \
	K(person, KIND_PERSON) \
	K(establishment, KIND_ESTABLISHMENT) \
	K(provider, KIND_PROVIDER) \
	K(agreement, KIND_AGREEMENT) \
	K(caf, KIND_CAF) \
	K(group, KIND_GROUP) \
	K(family_page, KIND_FAMILY_PAGE) \
	K(family_summary, KIND_FAMILY_SUMMARY) \
	K(commune, KIND_COMMUNE) \
	K(seal, KIND_SEAL)
/* clang-format on */

#define KIND_MEMBER_U64(name, count) uint64_t name;
#define KIND_MEMBER_I64(name, count) int64_t name;
#define KIND_MEMBER_BOOL(name, count) bool name;
#define KIND_MEMBER_STR(name, count) const char *name;
#define KIND_MEMBER_STRS(name, count) struct strs name;
#define KIND_MEMBER_BYTES(name, count) struct bytes name;
#define KIND_MEMBER_UUID(name, count) struct uuid name;
#define KIND_MEMBER_U16S(name, count) uint16_t name[count];
#define KIND_MEMBER(tag, type, name, count) KIND_MEMBER_##type(name, count)

/* rev is not encoded: k_get fills it in, a precondition gives it back. */
#define KIND_DECLARE(k, fields) \
	struct k { \
		fields(KIND_MEMBER) struct bytes unknown; \
		uint64_t rev; \
	}; \
	extern const struct codec k##_codec; \
	struct bytes k##_encode(struct arena *a, const struct k *record); \
	MUST_USE enum err k##_decode(struct arena *a, struct bytes in, struct k *out); \
	void k##_default(struct k *out); \
	void k##_json(struct arena *a, const struct k *record, struct json *j); \
	/* Reads and decodes table[key]; ERR_NOTFOUND leaves the defaults and rev 0 in *out. */ \
	MUST_USE enum err k##_get(struct txn *t, struct arena *a, enum table table, struct bytes key, struct k *out);

struct txn;
#include "store/tables.h"
STORE_KINDS(KIND_DECLARE)

/* Every kind and the audit record's, then NULL. */
extern const struct codec *const kind_codecs[];

#endif
