/* json_parse: accepted text is read the same again when written anew; never a crash, never over its bounds. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static void write_value(struct json *j, const struct json_value *v)
{
	switch (v->kind) {
	case JSON_OBJECT:
		json_open_map(j);
		for (const struct json_value *c = v->first; c; c = c->next) {
			json_key(j, c->key);
			write_value(j, c);
		}
		json_close_map(j);
		break;
	case JSON_ARRAY:
		json_open_array(j);
		for (const struct json_value *c = v->first; c; c = c->next)
			write_value(j, c);
		json_close_array(j);
		break;
	case JSON_BOOL:
		json_bool(j, v->boolean);
		break;
	case JSON_NULL:
		json_null(j);
		break;
	default:
		json_string(j, v->string);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct json_value *v, *again;

	if (json_parse(a, (struct bytes){ data, n }, &v))
		return 0;
	struct json *first = json_new(a), *second = json_new(a);

	write_value(first, v);
	const char *text = json_text(first);

	if (json_parse(a, bytes_of(text), &again))
		abort();
	write_value(second, again);
	if (strcmp(text, json_text(second)) != 0)
		abort();
	return 0;
}
