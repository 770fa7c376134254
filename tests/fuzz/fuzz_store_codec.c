/* A stored value, of the kind its first byte says: refused, or a record that writes the same bytes again and prints. */
#include "store/audit.h"
#include "store/kinds.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void walk(struct bytes in)
{
	struct reader r = reader_of(in);
	struct codec_item it;
	uint64_t sum = 0;

	while (codec_next(&r, &it))
		sum += codec_u64(it.value) + (uint64_t)codec_i64(it.value) + it.tag;
	must(r.n <= in.n && sum + 1 != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *a = arena_new();
	size_t kinds = 0;

	while (kind_codecs[kinds])
		kinds++;
	if (size == 0)
		return 0;
	const struct codec *c = kind_codecs[data[0] % kinds];
	struct bytes in = { data + 1, size - 1 };
	void *record = arena_alloc(a, c->size);

	walk(in);
	if (codec_decode(a, c, in, record))
		return 0;
	must(bytes_equal(codec_encode(a, c, record), in));
	struct json *j = json_new(a);

	json_open_map(j);
	codec_json(a, c, record, j);
	json_close_map(j);
	must(json_text(j)[0] == '{');
	return 0;
}
