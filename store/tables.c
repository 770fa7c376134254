#include "store/tables.h"

#include <string.h>

static const struct {
	const char *name;
	enum store_part part;
	enum table_shape shape;
} tables[TABLE__MAX] = {
#define X(name, part, shape) [TABLE_##name] = { #name, part, shape },
	STORE_TABLES(X)
#undef X
};

const char *table_name(enum table table)
{
	return (unsigned)table < TABLE__MAX ? tables[table].name : "none";
}

enum store_part table_part(enum table table)
{
	return tables[table].part;
}

enum table_shape table_shape(enum table table)
{
	return tables[table].shape;
}

enum table table_named(struct bytes name)
{
	for (unsigned i = 0; i < TABLE__MAX; i++)
		if (bytes_equal(bytes_of(tables[i].name), name))
			return (enum table)i;
	return TABLE__MAX;
}

bool table_is_open(enum table table)
{
	switch (table) {
	case TABLE_META:
	case TABLE_APPLIED:
	case TABLE_OUTBOUND:
	case TABLE_AUDIT:
	case TABLE_PUBLIC_META:
	case TABLE__MAX:
		return false;
	default:
		return tables[table].shape == TABLE_VALUES;
	}
}

bool table_is_silent(enum table table)
{
	switch (table) {
	case TABLE_DRAFT:
	case TABLE_SESSION:
	case TABLE_SESSION_OF:
	case TABLE_KEPT:
	case TABLE_THROTTLE:
	case TABLE_JOB:
	case TABLE_MAIL:
	case TABLE_OUTCOME:
	case TABLE_REQUEST_DRAFT:
	case TABLE_RIGHT_HISTORY:
	case TABLE_ERASED:
	case TABLE_CHALLENGE:
	case TABLE_MAILED_LINK:
	case TABLE_PASSWORD_ASKED:
	case TABLE_SEAL:
		return true;
	default:
		return strncmp(table_name(table), "MIRROR_", 7) == 0 || table_part(table) == STORE_PUBLIC;
	}
}
