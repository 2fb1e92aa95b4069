/*
 * Cores as threads: ids, names, why each is stopped, which one a client sees first.
 * Called through target_ops and by the rest of this folder; what an error bit means is arch/'s.
 */
#include "target/ascend/ascend_priv.h"

#include <stdio.h>
#include <string.h>

static struct ascend *of(struct target *t)
{
	return (struct ascend *)t;
}

struct ascend_core *ascend_core_unified(struct ascend *a, unsigned unified)
{
	for (size_t i = 0; i < a->core_count; i++) {
		if (a->cores[i].unified == unified)
			return &a->cores[i];
	}
	return NULL;
}

struct ascend_core *ascend_core_find(struct ascend *a, struct target_tid tid)
{
	if (tid.pid != a->pid || !tid.tid)
		return NULL;
	return ascend_core_unified(a, tid.tid - 1);
}

struct target_tid ascend_core_tid(const struct ascend *a, const struct ascend_core *core)
{
	return (struct target_tid){ a->pid, core->unified + 1u };
}

struct ascend_core_name ascend_core_name(const struct ascend_core *core)
{
	struct ascend_core_name name;

	snprintf(name.text, sizeof(name.text), "%s %u", chip_core_type_name(core->type),
		 (unsigned)core->id);
	return name;
}

static bool bus_read(void *ctx, uint64_t addr, void *buf, size_t n)
{
	struct ascend_core *core = ctx;
	struct ascend *a = core->device;

	return a->source->reg(a, core, addr, buf, n);
}

struct chip_bus ascend_core_bus(struct ascend *a, struct ascend_core *core)
{
	core->device = a;
	return (struct chip_bus){
		.read = bus_read,
		.ctx = core,
		.core_type = core->type,
		.simt_thread = core->has_stop ? core->stop.simt_thread : 0,
	};
}

const struct chip_stop *ascend_core_stop(struct ascend *a, struct ascend_core *core)
{
	if (!core->has_stop) {
		struct chip_bus bus = ascend_core_bus(a, core);
		chip_stop_read(a->chip, &bus, &core->stop);
		core->has_stop = true;
	}
	return &core->stop;
}

size_t ascend_focus(struct ascend *a)
{
	for (size_t i = 0; i < a->core_count; i++) {
		if (ascend_core_stop(a, &a->cores[i])->reg)
			return i;
	}
	return 0;
}

const struct chip_error_bit *ascend_error_bit(const struct chip_error_reg *reg, unsigned bit)
{
	for (size_t i = 0; reg->bits && i < reg->bit_count; i++) {
		if (reg->bits[i].bit == bit)
			return &reg->bits[i];
	}
	return NULL;
}

void ascend_stop_words(const struct chip_stop *stop, struct target_text *out)
{
	target_text_add(out, stop->reason);
	if (!stop->reg)
		return;
	target_text_format(out, ": %s bit", stop->reg->name);
	const char *gap = " ";
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!(stop->mask >> bit & 1))
			continue;
		const struct chip_error_bit *known = ascend_error_bit(stop->reg, bit);
		target_text_format(out, "%s%u%s%s", gap, bit, known ? " " : "",
				   known ? known->name : "");
		gap = ", ";
	}
}

/* Words in CANN's bit names that speak of an address or a range (errbits table). */
static bool is_address_name(const char *name)
{
	static const char *const words[] = { "addr", "wrap_around", "oob",    "obound",
					     "ovf",  "overflow",    "ovflow", "misal" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strstr(name, words[i]))
			return true;
	}
	return false;
}

/*
 * Without a public meaning of the bit only MTE, the unit that moves memory, counts as an address
 * error.
 */
static bool is_address_error(const struct chip_stop *stop)
{
	bool mte = !strcmp(stop->reason, "MTE_ERROR");

	if (!mte && strcmp(stop->reason, "VEC_ERROR") && strcmp(stop->reason, "CUBE_ERROR"))
		return false;
	if (!stop->reg->bits)
		return mte;
	for (unsigned bit = 0; bit < 32; bit++) {
		const struct chip_error_bit *known = ascend_error_bit(stop->reg, bit);
		if ((stop->mask >> bit & 1) && known && is_address_name(known->name))
			return true;
	}
	return false;
}

static int signal_of(const struct chip_stop *stop)
{
	if (!stop->reg)
		return TARGET_SIGNAL_TRAP;
	return is_address_error(stop) ? TARGET_SIGNAL_SEGV : TARGET_SIGNAL_ABRT;
}

enum target_status ascend_threads(struct target *t, struct target_tid *out, size_t cap,
				  size_t *count)
{
	struct ascend *a = of(t);

	for (size_t i = 0; i < a->core_count && i < cap; i++)
		out[i] = ascend_core_tid(a, &a->cores[i]);
	*count = a->core_count;
	return TARGET_OK;
}

static enum target_status no_core(struct ascend *a, struct target_tid tid)
{
	return target_fail(&a->base, TARGET_NO_THREAD, "device %u has no thread %u.%u", a->device,
			   tid.pid, tid.tid);
}

enum target_status ascend_stop(struct target *t, struct target_tid tid, struct target_stop *out)
{
	struct ascend *a = of(t);
	struct ascend_core *core = tid.pid ? ascend_core_find(a, tid) : &a->cores[a->focus];

	if (!core)
		return no_core(a, tid);
	const struct chip_stop *stop = ascend_core_stop(a, core);
	target_text_deinit(&a->why);
	ascend_stop_words(stop, &a->why);
	if (stop->has_pc)
		target_text_format(&a->why, " at %#llx", (unsigned long long)stop->pc);
	*out = (struct target_stop){
		.kind = TARGET_STOP_SIGNAL,
		.tid = ascend_core_tid(a, core),
		.signal = signal_of(stop),
		.core = core->unified,
		.text = a->why.data,
	};
	return TARGET_OK;
}

enum target_status ascend_thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct ascend *a = of(t);
	const struct ascend_core *core = ascend_core_find(a, tid);

	if (!core)
		return no_core(a, tid);
	target_text_add(out, ascend_core_name(core).text);
	return TARGET_OK;
}

enum target_status ascend_thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct ascend *a = of(t);
	struct ascend_core *core = ascend_core_find(a, tid);

	if (!core)
		return no_core(a, tid);
	const struct chip_stop *stop = ascend_core_stop(a, core);
	target_text_format(out, "dev %u %s %s%s", a->device, a->chip->name,
			   core->running ? "" : "stopped ", stop->reason);
	if (!stop->has_pc || core->running) /* where it was is not where it is */
		return TARGET_OK;
	target_text_add(out, " at ");
	ascend_place_words(a, stop->pc, true, out);
	return TARGET_OK;
}
