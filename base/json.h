/* JSON at the edges: a writer over yajl_gen, and a bounded callback parser (depth 16, 256 KiB, doubled keys refused). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"

struct json;

/* A writer whose text grows in a. Invalid UTF-8 is replaced by U+FFFD: a log line must parse. */
struct json *json_new(struct arena *a);
void json_open_map(struct json *j);
void json_close_map(struct json *j);
void json_open_array(struct json *j);
void json_close_array(struct json *j);
void json_key(struct json *j, const char *key);
void json_string(struct json *j, const char *s);
void json_integer(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* The text so far, one line. */
const char *json_text(struct json *j);

/* A parsed value. Objects and arrays are lists by next. */
enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value {
	enum json_kind kind;
	const char *key;    /* inside an object */
	const char *string; /* JSON_STRING; JSON_NUMBER as written */
	bool boolean;
	struct json_value *first; /* children */
	struct json_value *next;
};

/* ERR_MALFORMED, ERR_TOOLARGE. Values live in a. */
MUST_USE enum err json_parse(struct arena *a, struct bytes text, struct json_value **out);

/* The member of an object, or NULL. */
const struct json_value *json_get(const struct json_value *object, const char *key);
/* The member's string, or NULL when absent or not a string. */
const char *json_get_string(const struct json_value *object, const char *key);

#endif
