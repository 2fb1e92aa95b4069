/*
 * From a bit of an error register to its group: the way of chip_stop_read backwards, for the
 * simulated cores of target/sim. Which bit a chip uses for what is in its own file.
 */
#include <string.h>

#include "arch/chip_fault.h"

const struct chip_error_group *chip_fault_group(const struct chip *c,
						const struct chip_fault_bit *bit)
{
	for (size_t i = 0; i < c->error_count; i++) {
		const struct chip_error_reg *e = &c->errors[i];

		for (size_t g = 0; g < e->group_count && strcmp(e->name, bit->reg) == 0; g++) {
			if ((e->groups[g].mask >> bit->bit & 1) != 0)
				return &e->groups[g];
		}
	}
	return NULL;
}
