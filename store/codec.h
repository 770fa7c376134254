/* Codec: a record kind is an X-macro table (kinds.h); from it come the struct, the encoder, the decoder and the
   JSON printer. Payload = fields in rising tag order: tag u8, length LEB128, value. Defaults (0, "", empty) are
   left out; a missing tag means the default; unknown tags are skipped and kept in `unknown`, so that an older
   program does not lose what a newer one wrote; a tag is never used again for something else. Decoding is bounded
   and never trusts a length.
     U64, I64   big endian, shortest form (I64 zigzag)        STR    UTF-8 bytes, no NUL
     BOOL       one byte 1                                    STRS   each: length LEB128, bytes
     BYTES      as they are                                   UUID   16 bytes
     U16S       count × u16 big endian (0xffff: none), trailing none left out
   One record has one form: what is not the shortest form, in order and without defaults is refused, so a digest of
   the bytes is a digest of the content. */
#ifndef STORE_CODEC_H
#define STORE_CODEC_H

#include "base/json.h"
#include "base/uuid.h"

enum codec_type { CODEC_U64, CODEC_I64, CODEC_BOOL, CODEC_STR, CODEC_STRS, CODEC_BYTES, CODEC_UUID, CODEC_U16S };

#define U16_NONE ((uint16_t)0xffff)

struct codec_field {
	uint8_t tag;
	enum codec_type type;
	size_t offset;
	size_t count; /* U16S: length of the array */
	const char *name;
};

struct codec {
	const char *name;
	const struct codec_field *fields; /* rising tags */
	size_t n;
	size_t size;           /* of the struct */
	size_t unknown_offset; /* of its `struct bytes unknown` */
};

struct bytes codec_encode(struct arena *a, const struct codec *c, const void *record);

/* Fills *out (all fields set: strings never NULL, U16S filled with U16_NONE). Copies into the arena. ERR_CORRUPT,
   and then *out holds the defaults. */
MUST_USE enum err codec_decode(struct arena *a, const struct codec *c, struct bytes in, void *out);

/* A record with every field at its default. */
void codec_default(const struct codec *c, void *out);

/* The fields as members of the open map. BYTES and UUID as hexadecimal. */
void codec_json(struct arena *a, const struct codec *c, const void *record, struct json *j);

/* Walks a payload in place, without a table: what filters a record before it is worth decoding.
     struct codec_item it;
     while (codec_next(&in, &it)) … it.tag … it.value …
   false at the end or at the first broken byte (in.err). Tags strictly rise. */
struct codec_item {
	uint8_t tag;
	struct bytes value;
};

bool codec_next(struct reader *in, struct codec_item *out);
uint64_t codec_u64(struct bytes value);
int64_t codec_i64(struct bytes value);

#endif
