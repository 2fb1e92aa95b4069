/*
 * Look-up of a device address: function and source line. Called by the device targets for call
 * stacks and tables; the two indexes are built when the kernel is opened.
 */
#include <string.h>

#include "target/symbols/object_priv.h"

bool symbols_place(struct symbols_object *o, uint64_t pc, struct symbols_place *out)
{
	uint64_t at = pc - o->base;
	const struct function *f;
	const struct line_row *row;

	*out = (struct symbols_place){ 0 };
	if (!symbols_covers(o, pc))
		return false;
	f = functions_find(&o->functions, at);
	if (!f)
		return false;
	out->function = functions_name(&o->functions, f);
	out->linkage = f->symbol;
	out->offset = at - f->lo;
	row = lines_find(&o->lines, at, f->unit);
	if (row) {
		out->file = lines_file(&o->lines, row);
		out->line = row->line;
	}
	return true;
}

bool symbols_function(const struct symbols_object *o, const char *symbol, uint64_t *out)
{
	for (size_t i = 0; i < o->functions.count; i++) {
		const struct function *f = &o->functions.all[i];

		if (f->symbol && !strcmp(f->symbol, symbol)) {
			*out = o->base + f->lo;
			return true;
		}
	}
	return false;
}
