/*
 * Look-ups in what chips say of their debug channels. Called by target/device and
 * target/runtime.
 */
#include "arch/channel.h"

#include <string.h>

#include "arch/chip.h"

/* It begins with one of these; the list may be NULL. */
static bool begins(const char *soc, const char *const *list)
{
	while (list && *list && strncmp(soc, *list, strlen(*list)) != 0)
		list++;
	return list && *list;
}

bool chip_is_soc(const struct chip *c, const char *soc)
{
	return c->channel && begins(soc, c->channel->socs);
}

const struct chip *chip_find_soc(const char *soc)
{
	for (size_t i = 0; i < chip_count; i++) {
		if (chip_is_soc(chips[i], soc))
			return chips[i];
	}
	return NULL;
}

bool chip_soc_shares(const char *soc)
{
	const struct chip *c = chip_find_soc(soc);

	return c && begins(soc, c->channel->sharing);
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
