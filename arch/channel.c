/*
 * Look-ups in what chips say of their debug channels. Called by target/device.
 */
#include "arch/channel.h"

#include <string.h>

#include "arch/chip.h"

static bool is_named(const struct chip *c, const char *soc)
{
	const char *const *start = c->channel ? c->channel->socs : NULL;

	while (start && *start && strncmp(soc, *start, strlen(*start)) != 0)
		start++;
	return start && *start;
}

const struct chip *chip_find_soc(const char *soc)
{
	for (size_t i = 0; i < chip_count; i++) {
		if (is_named(chips[i], soc))
			return chips[i];
	}
	return NULL;
}

uint64_t chip_channel_address(const struct chip *c, uint8_t mem, uint64_t a, size_t *run)
{
	for (size_t i = 0; c->channel && i < c->channel->swizzle_count; i++) {
		if (c->channel->swizzles[i].mem == mem)
			return c->channel->swizzles[i].at(a, run);
	}
	*run = SIZE_MAX;
	return a;
}
