/* entryUUID (RFC 4530): the name of a person or establishment that no renaming changes. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/arena.h"

struct uuid {
	uint8_t b[16];
};

#define UUID_NONE ((struct uuid){ { 0 } })

bool uuid_equal(struct uuid a, struct uuid b);
bool uuid_is_none(struct uuid u);
/* RFC 4122 text, lower case. */
const char *uuid_text(struct arena *a, struct uuid u);
MUST_USE enum err uuid_parse(const char *s, struct uuid *out);
/* A random one (version 4), for what has no directory entry. */
struct uuid uuid_new(void);

#endif
