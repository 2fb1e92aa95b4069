/*
 * Look-up of a device address: function and source line. Called by the device targets for call
 * stacks and tables; the two indexes are built when the kernel is opened.
 */
#include <string.h>

#include "target/symbols/object_priv.h"

static void set_line(struct symbols_object *o, const struct line_row *row, unsigned line,
		     struct symbols_place *out)
{
	out->file = lines_file(&o->lines, row);
	out->line = line;
}

/*
 * Names the inlined function whose lines these are. At its first instruction a debugger still shows
 * the caller, at the line of the call: so does this. The file of a caller is that of its first row.
 */
static void place_call(struct symbols_object *o, const struct function *f, uint64_t at,
		       struct symbols_place *out)
{
	const struct inlined_call *c = functions_call(&o->functions, f, at, NULL);

	while (c && c->lo == at && c->line) {
		const struct inlined_call *around = functions_call(&o->functions, f, at, c);
		const struct line_row *row =
			lines_find(&o->lines, around ? around->lo : f->lo, f->unit);

		if (row)
			set_line(o, row, c->line, out);
		c = around;
	}
	if (c && functions_call_name(&o->functions, c)) {
		out->caller = out->function;
		out->function = functions_call_name(&o->functions, c);
	}
}

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
		set_line(o, row, row->line, out);
		place_call(o, f, at, out);
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
