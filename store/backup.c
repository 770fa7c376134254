#include "store/env.h"
#include "store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool sync_folder_of(const char *file)
{
	AUTO_ARENA struct arena *a = arena_new();
	int fd = open(dirname(arena_strdup(a, file)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

enum err store_backup(struct store *st, const char *file, const char **why)
{
	if (!st->part[STORE_MAIN].mdb) {
		*why = "the store is not open";
		return ERR_UNAVAILABLE;
	}
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		*why = strerror(errno);
		return env_err(errno);
	}
	int rc = mdb_env_copyfd2(st->part[STORE_MAIN].mdb, fd, MDB_CP_COMPACT);

	if (!rc && fsync(fd))
		rc = errno;
	if (close(fd) && !rc)
		rc = errno;
	if (!rc && !sync_folder_of(file))
		rc = errno;
	if (rc) {
		*why = mdb_strerror(rc);
		(void)unlink(file);
	}
	return env_err(rc);
}
