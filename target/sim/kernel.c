/*
 * Kernels of a process: loading, functions by name. A function NAME runs on AIV cores (AIC ones
 * when its binary says so); NAME_mix_aic and NAME_mix_aiv together are a mixed kernel (live facts
 * 1.6). Called by app.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/sim/sim_intrinsics.h"
#include "target/sim/space_priv.h"

enum { NAME_MAX_BYTES = 2048 };

struct sim_kernel *sim_kernel_load(struct sim_space *space, const void *elf, size_t n, bool cube)
{
	size_t at, size;
	struct sim_kernel *k;
	uint64_t base;

	if (!sim_elf_image(elf, n, &at, &size))
		return NULL;
	base = sim_memory_take(space, size, true);
	if (base == 0)
		return NULL;
	k = sim_alloc(sizeof(*k));
	k->id = ++space->next_kernel;
	k->base = base;
	k->size = (size + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
	k->cube = cube;
	k->elf = sim_alloc(n);
	memcpy(k->elf, elf, n);
	k->elf_size = n;
	k->image_at = at;
	k->image_size = size;
	memcpy(sim_memory_at(space, base, size), k->elf + at, size);
	space->kernels = sim_grow(space->kernels, space->kernel_count, sizeof(struct sim_kernel *));
	space->kernels[space->kernel_count++] = k;
	return k;
}

void sim_kernel_unload(struct sim *s, struct sim_space *space, struct sim_kernel *kernel)
{
	size_t i = 0;

	while (space->kernels[i] != kernel)
		i++;
	space->kernels[i] = space->kernels[--space->kernel_count];
	sim_memory_give(s, space, kernel->base);
	for (i = 0; i < kernel->function_count; i++) {
		free(kernel->functions[i]->name);
		free(kernel->functions[i]);
	}
	free(kernel->functions);
	free(kernel->elf);
	free(kernel);
}

struct sim_kernel *sim_kernel_find(const struct sim_space *space, uint32_t id)
{
	for (size_t i = 0; i < space->kernel_count; i++) {
		if (space->kernels[i]->id == id)
			return space->kernels[i];
	}
	return NULL;
}

static bool entry(const struct sim_kernel *k, const char *name, const char *suffix, uint64_t *out)
{
	char symbol[NAME_MAX_BYTES + 16];
	uint64_t value;

	snprintf(symbol, sizeof(symbol), "%s%s", name, suffix);
	if (!sim_elf_symbol(k->elf, k->elf_size, symbol, &value) || value >= k->size)
		return false;
	*out = k->base + value;
	return true;
}

static uint64_t arguments(const struct sim_kernel *k, const char *name)
{
	char symbol[NAME_MAX_BYTES + 16];

	snprintf(symbol, sizeof(symbol), "%s" SIM_ARGS_SUFFIX, name);
	return sim_elf_constant(k->elf, k->elf_size, symbol);
}

struct sim_function *sim_function_get(struct sim_kernel *k, const char *name)
{
	struct sim_function f = { .kernel = k };
	struct sim_function *out;

	for (size_t i = 0; i < k->function_count; i++) {
		if (strcmp(k->functions[i]->name, name) == 0)
			return k->functions[i];
	}
	if (strlen(name) > NAME_MAX_BYTES)
		return NULL;
	if (!entry(k, name, "", k->cube ? &f.aic : &f.aiv)) {
		bool aic = entry(k, name, "_mix_aic", &f.aic);
		bool aiv = entry(k, name, "_mix_aiv", &f.aiv);

		if (!aic && !aiv)
			return NULL;
	}
	out = sim_alloc(sizeof(*out));
	*out = f;
	out->name = sim_text(name);
	out->arguments = arguments(k, name);
	k->functions = sim_grow(k->functions, k->function_count, sizeof(struct sim_function *));
	k->functions[k->function_count++] = out;
	return out;
}

/** Takes the suffix of a mixed kernel off a name. */
static void cut_suffix(char *name)
{
	static const char *const suffixes[] = { "_mix_aic", "_mix_aiv" };
	size_t n = strlen(name);

	for (size_t i = 0; i < 2; i++) {
		size_t m = strlen(suffixes[i]);

		if (n > m && strcmp(name + n - m, suffixes[i]) == 0)
			name[n - m] = '\0';
	}
}

struct sim_function *sim_function_get_key(struct sim_kernel *k, uint64_t key)
{
	char ending[24], name[NAME_MAX_BYTES], first[NAME_MAX_BYTES] = "";
	const char *symbol;

	snprintf(ending, sizeof(ending), "_%" PRIu64, key);
	for (size_t i = 0; (symbol = sim_elf_function(k->elf, k->elf_size, i)) != NULL; i++) {
		size_t n, m = strlen(ending);

		snprintf(name, sizeof(name), "%s", symbol);
		cut_suffix(name);
		n = strlen(name);
		if (n > m && strcmp(name + n - m, ending) == 0)
			return sim_function_get(k, name);
		if (i == 0)
			memcpy(first, name, sizeof(first));
	}
	return key == 0 && first[0] != '\0' ? sim_function_get(k, first) : NULL;
}
