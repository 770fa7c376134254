/* A changeset off the wire: refused, or one that keeps its bounds and comes back the same from its own encoding. */
#include "store/ops.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_op(const struct op *op)
{
	must(op->kind >= OP_EXPECT && op->kind < OP__MAX && op->table < TABLE__MAX && op->key.n <= 511);
	must(table_is_open(op->table) || (op->kind == OP_PURGE && op->table == TABLE_AUDIT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs, *again;

	if (changeset_decode(a, (struct bytes){ data, size }, &cs))
		return 0;
	must(cs->n <= CHANGESET_OPS_MAX && cs->bytes <= CHANGESET_BYTES_MAX);
	for (const struct op *op = cs->first; op; op = op->next)
		check_op(op);
	(void)(changeset_check(cs) == ERR_OK);
	struct bytes wire = changeset_encode(a, cs);

	must(changeset_decode(a, wire, &again) == ERR_OK);
	must(bytes_equal(changeset_encode(a, again), wire));
	must(changeset_decode(a, changeset_outbound(a, cs), &again) == ERR_OK);
	return 0;
}
