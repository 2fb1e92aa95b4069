/*
 * Call stacks for the monitor: `where` groups cores by source line, `bt` shows one stack,
 * `bt --merge` groups cores by equal stacks. Called by commands.c; unwinding is kernels.c's.
 */
#include "target/ascend/ascend_priv.h"

#include "target/auto.h"

#include <stdlib.h>
#include <string.h>

/* Call stack of one core. */
struct stack {
	struct ascend_core *core;
	size_t count;
	bool shown;
	uint64_t pcs[ASCEND_FRAMES];
};

/* A return address stands behind its call. */
static uint64_t lookup_of(const struct stack *s, size_t frame)
{
	return frame && s->pcs[frame] ? s->pcs[frame] - 1 : s->pcs[frame];
}

static bool same_text(const char *x, const char *y)
{
	return x == y || (x && y && !strcmp(x, y));
}

/* Frames are the same when a person reads the same: function, file, line. */
static bool same_frame(struct ascend *a, uint64_t x, uint64_t y)
{
	struct symbols_place px, py;

	if (x == y)
		return true;
	if (!ascend_place(a, x, &px) || !ascend_place(a, y, &py) || !px.line)
		return false;
	return px.line == py.line && same_text(px.function, py.function) &&
	       same_text(px.file, py.file);
}

static bool same_stack(struct ascend *a, const struct stack *x, const struct stack *y)
{
	if (x->count != y->count)
		return false;
	for (size_t i = 0; i < x->count; i++) {
		if (!same_frame(a, lookup_of(x, i), lookup_of(y, i)))
			return false;
	}
	return true;
}

/* Stacks of all cores with at most `depth` frames; NULL: out of memory. */
static struct stack *stacks_create(struct ascend *a, size_t depth)
{
	struct stack *stacks = calloc(a->core_count, sizeof(*stacks));

	for (size_t i = 0; stacks && i < a->core_count; i++) {
		stacks[i].core = &a->cores[i];
		stacks[i].count = ascend_backtrace(a, &a->cores[i], stacks[i].pcs, depth);
	}
	return stacks;
}

static void print_frames(struct ascend_call *c, const struct stack *s)
{
	if (!s->count)
		target_text_add(c->out, "  pc was not saved\n");
	for (size_t i = 0; i < s->count; i++) {
		target_text_format(c->out, "  #%-2zu 0x%016llx in ", i,
				   (unsigned long long)s->pcs[i]);
		ascend_place_words(c->a, lookup_of(s, i), false, c->out);
		target_text_add(c->out, "\n");
	}
}

/* Core names of a group, marking it as shown; returns how many there are. */
static size_t collect(struct ascend *a, struct stack *stacks, size_t first,
		      struct target_text *names)
{
	size_t n = 0;

	for (size_t i = first; i < a->core_count; i++) {
		if (stacks[i].shown || !same_stack(a, &stacks[first], &stacks[i]))
			continue;
		if (n++)
			target_text_add(names, ", ");
		target_text_add(names, ascend_core_name(stacks[i].core).text);
		stacks[i].shown = i != first;
	}
	stacks[first].shown = true;
	return n;
}

/* The stop reasons of the cores that have the same stack as `first`. */
static void print_reasons(struct ascend_call *c, const struct stack *stacks, size_t first)
{
	for (size_t i = first; i < c->a->core_count; i++) {
		const struct chip_stop *stop = ascend_core_stop(c->a, stacks[i].core);
		if (!stop->reg || !same_stack(c->a, &stacks[first], &stacks[i]))
			continue;
		target_text_format(c->out, "  %s: ", ascend_core_name(stacks[i].core).text);
		ascend_stop_words(stop, c->out);
		target_text_add(c->out, "\n");
	}
}

/* Cores on one line may be at different addresses: the one of the first is shown. */
static void print_where(struct ascend_call *c, const struct stack *s)
{
	if (!s->count) {
		target_text_add(c->out, "  pc was not saved\n");
		return;
	}
	target_text_format(c->out, "  %#llx in ", (unsigned long long)s->pcs[0]);
	ascend_place_words(c->a, s->pcs[0], false, c->out);
	target_text_add(c->out, "\n");
}

static void print_group(struct ascend_call *c, struct stack *stacks, size_t first, bool where)
{
	struct target_text names = { 0 };
	size_t n = collect(c->a, stacks, first, &names);

	target_text_format(c->out, "%zu %s: %s\n", n, n == 1 ? "core" : "cores",
			   names.data ? names.data : "");
	target_text_deinit(&names);
	print_reasons(c, stacks, first);
	if (where)
		print_where(c, &stacks[first]);
	else
		print_frames(c, &stacks[first]);
}

/* Who reads a call stack, perhaps in a bug report, must know when it may be made up. */
static void print_doubts(struct ascend_call *c)
{
	for (size_t i = 0; i < c->a->kernel_count; i++) {
		const struct ascend_kernel *k = &c->a->kernels[i];

		if (k->differs)
			target_text_format(c->out, "warning: the file of %s %s\n", k->name,
					   ASCEND_DIFFERS);
	}
}

/* Groups in the order of their first core. */
static enum target_status print_groups(struct ascend_call *c, bool where)
{
	AUTO_FREE struct stack *stacks = stacks_create(c->a, where ? 1 : ASCEND_FRAMES);

	print_doubts(c);

	if (!stacks)
		return target_fail(&c->a->base, TARGET_SYSTEM, "out of memory for call stacks");
	for (size_t i = 0; i < c->a->core_count; i++) {
		if (!stacks[i].shown)
			print_group(c, stacks, i, where);
	}
	return TARGET_OK;
}

enum target_status ascend_cmd_where(struct ascend_call *c)
{
	return print_groups(c, true);
}

static const char *kernel_name(struct ascend_call *c)
{
	const struct chip_stop *stop = ascend_core_stop(c->a, c->core);
	const struct ascend_kernel *k = stop->has_pc ? ascend_kernel_at(c->a, stop->pc) : NULL;

	return k && *k->name ? k->name : "unknown";
}

static enum target_status merged(struct ascend_call *c)
{
	target_text_format(c->out, "Device %u, chip %s (%s), %zu core%s, kernel %s\n", c->a->device,
			   c->a->chip->name, c->a->chip->product, c->a->core_count,
			   c->a->core_count == 1 ? "" : "s", kernel_name(c));
	return print_groups(c, false);
}

enum target_status ascend_cmd_bt(struct ascend_call *c)
{
	struct stack s = { .core = c->core };

	if (c->argc == 1 && !strcmp(c->argv[0], "--merge"))
		return merged(c);
	if (c->argc) {
		enum target_status status = ascend_core_argument(c, &s.core);
		if (status != TARGET_OK)
			return status;
	}
	const struct chip_stop *stop = ascend_core_stop(c->a, s.core);
	print_doubts(c);
	target_text_format(c->out, "%s: ", ascend_core_name(s.core).text);
	ascend_stop_words(stop, c->out);
	target_text_add(c->out, "\n");
	s.count = ascend_backtrace(c->a, s.core, s.pcs, ASCEND_FRAMES);
	print_frames(c, &s);
	return TARGET_OK;
}
