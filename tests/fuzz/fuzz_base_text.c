/* text_clean and its friends: what is accepted is clean UTF-8, cleaning it again changes nothing; settings never crash. */
#include "base/settings.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct bytes in = { data, n };
	struct settings settings;
	const char *once, *twice, *why;

	if (!text_clean(a, in, n % 2, &once)) {
		if (text_clean(a, bytes_of(once), n % 2, &twice) || strcmp(once, twice) != 0)
			abort();
		const char *folded = text_fold(a, once);

		if (strcmp(text_fold(a, folded), folded) != 0)
			abort();
		text_slug(a, once);
		text_casefold(a, once);
		if (text_length(text_cut(a, once, 5)) > 5)
			abort();
	}
	if (n < 4096 && !settings_parse(a, arena_memdup(a, data, n), &settings, &why) && !*settings.site_url)
		abort();
	return 0;
}
