/* main of a fuzz target that is built without libFuzzer: runs it over files, by default over its seeds and old crashes,
   tests/corpus/NAME for fuzz_NAME. Every input stands in memory of exactly its size, so that ASan sees an overrun. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rbe");

	if (!f || fseek(f, 0, SEEK_END) != 0)
		return 1;
	size_t size = (size_t)ftell(f);
	uint8_t *data = malloc(size ? size : 1);

	rewind(f);
	if (!data || fread(data, 1, size, f) != size)
		abort();
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int replay_folder(const char *folder)
{
	struct dirent **names;
	int failed = 0;
	int n = scandir(folder, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *path;

		if (names[i]->d_name[0] != '.' && asprintf(&path, "%s/%s", folder, names[i]->d_name) >= 0) {
			printf("%s\n", path);
			failed |= replay(path);
			free(path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return failed;
}

int main(int argc, char **argv)
{
	const char *root = getenv("HABILIS_SRC");
	const char *name = strstr(argv[0], "fuzz_");
	char *folder;
	int failed = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	if (argc == 1 && name && asprintf(&folder, "%s/tests/corpus/%s", root ? root : ".", name + strlen("fuzz_")) >= 0) {
		failed = replay_folder(folder);
		free(folder);
	}
	return failed;
}
