/*
 * Writes target.xml from a register layout (GDB manual, "Target Description Format"). Called by
 * the qXfer family; the layout itself comes from arch/.
 */
#include "stub/tdesc.h"

static const char *role_name(const struct arch_reg *r)
{
	static const char *const names[] = {
		[ARCH_PC] = "pc", [ARCH_SP] = "sp", [ARCH_FP] = "fp",
		[ARCH_RA] = "ra", [ARCH_FLAGS] = "flags",
	};

	return r->role < sizeof(names) / sizeof(names[0]) ? names[r->role] : NULL;
}

static void lldb_attributes(const struct arch_reg *r, struct target_text *out)
{
	if (role_name(r))
		target_text_format(out, " generic=\"%s\"", role_name(r));
	if (r->dwarf >= 0)
		target_text_format(out, " dwarf_regnum=\"%d\" ehframe_regnum=\"%d\"", r->dwarf,
				   r->dwarf);
}

static void write_register(const struct arch_reg *r, bool lldb, struct target_text *out)
{
	target_text_format(out, "<reg name=\"%s\" bitsize=\"%u\"", r->name, r->bits);
	if (r->type)
		target_text_format(out, " type=\"%s\"", r->type);
	if (r->group)
		target_text_format(out, " group=\"%s\"", r->group);
	if (lldb)
		lldb_attributes(r, out);
	target_text_add(out, "/>");
}

/* Registers of one feature stand together in the table, so their numbers count up by themselves. */
static void write_feature(const struct arch_desc *d, size_t feature, bool lldb,
			  struct target_text *out)
{
	target_text_format(out, "<feature name=\"%s\">%s", d->features[feature].name,
			   d->features[feature].types);
	for (size_t i = 0; i < d->reg_count; i++)
		if (d->regs[i].feature == feature)
			write_register(&d->regs[i], lldb, out);
	target_text_add(out, "</feature>");
}

void tdesc_write(const struct arch_desc *d, bool lldb, struct target_text *out)
{
	target_text_add(out, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
			     "<target version=\"1.0\">");
	target_text_format(out, "<architecture>%s</architecture>", d->name);
	if (d->osabi)
		target_text_format(out, "<osabi>%s</osabi>", d->osabi);
	for (size_t f = 0; f < d->feature_count; f++)
		write_feature(d, f, lldb, out);
	target_text_add(out, "</target>");
}
