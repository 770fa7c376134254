/* Inside store/ only: the writer's end of a client's connection (wire.h). */
#ifndef STORE_PEER_H
#define STORE_PEER_H

#include "store/writer.h"

struct peer {
	int fd;
	uint64_t uid; /* SO_PEERCRED */
};

/* An accepted connection; false when none waits or it cannot be served. */
bool peer_accept(int listening, struct peer *out);

/* Takes one message. ERR_OK: *out is its changeset. ERR_NOTFOUND: nothing there yet. ERR_GONE: the peer hung up.
   ERR_MALFORMED, ERR_TOOLARGE: no changeset of ours; *out is NULL, or blank with the id its sender waits for. */
MUST_USE enum err peer_take(struct arena *a, const struct peer *peer, struct changeset **out);

/* False: the peer does not read its answers, or is gone. */
bool peer_answer(const struct peer *peer, struct arena *a, const struct changeset *cs, const struct writer_result *result);

#endif
