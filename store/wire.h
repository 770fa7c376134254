/* Inside store/ only: messages between client and writer, one a SOCK_SEQPACKET record, big endian.
     request: magic u32 "HRQ1", way u8; WAY_INLINE: the changeset's bytes; WAY_MEMFD: their length u32, and a memfd sealed
              against writing, shrinking and growing as SCM_RIGHTS
     answer:  magic u32 "HRP1", changeset id 16, status u8, revision u64, of a conflict the key's text */
#ifndef STORE_WIRE_H
#define STORE_WIRE_H

#include <fcntl.h>

#define WIRE_REQUEST 0x48525131u
#define WIRE_ANSWER 0x48525031u
#define WIRE_INLINE_MAX 65536u
#define WIRE_HEAD 5u
#define WIRE_ANSWER_MAX 2048u
#define WIRE_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

enum wire_way { WAY_INLINE = 1, WAY_MEMFD = 2 };

/* Numbers of their own: enum err may change from one version to the next. */
enum wire_status {
	WIRE_DONE = 0,
	WIRE_CONFLICT = 1,
	WIRE_REFUSED = 2,
	WIRE_FULL = 3,
	WIRE_TOOLARGE = 4,
	WIRE_AGAIN = 5
};

#endif
