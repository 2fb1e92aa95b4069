#ifndef STUB_TDESC_H
#define STUB_TDESC_H

#include <stdbool.h>

#include "arch/arch.h"
#include "target/text.h"

/**
 * target.xml of a register layout, without indentation: GDB 13 fetches it in 4 KiB pieces.
 * lldb: adds the attributes only lldb reads (generic, dwarf_regnum).
 */
void tdesc_write(const struct arch_desc *d, bool lldb, struct target_text *out);

#endif
