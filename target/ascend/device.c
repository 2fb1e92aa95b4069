/*
 * Completes a device that a source has filled, and takes it apart again; the ready-made
 * operations of a device that only looks. Called by target/core and target/device.
 */
#include "target/ascend/ascend_priv.h"

#include <stdlib.h>
#include <string.h>

enum target_status ascend_init(struct ascend *a)
{
	if (!a->core_count)
		return target_fail(&a->base, TARGET_INVALID,
				   "device %u has no core that could be shown", a->device);
	a->desc = chip_desc_create(a->chip);
	if (!a->desc)
		return target_fail(&a->base, TARGET_SYSTEM, "out of memory for the register table");
	for (size_t i = 0; i < a->core_count; i++)
		a->cores[i].device = a;
	ascend_window_layout(a);
	ascend_blocks_number(a);
	a->focus = ascend_focus(a);
	ascend_help_build(a);
	return ascend_image_build(a);
}

void ascend_deinit(struct ascend *a)
{
	for (size_t i = 0; i < a->kernel_count; i++)
		symbols_close(a->kernels[i].object);
	free(a->kernels);
	free(a->cores);
	free(a->blocks);
	free(a->locals);
	free(a->image);
	chip_desc_destroy(a->desc);
	target_text_deinit(&a->help);
	target_text_deinit(&a->why);
	ascend_map_drop(a);
	a->kernels = NULL;
	a->cores = NULL;
	a->blocks = NULL;
	a->locals = NULL;
	a->image = NULL;
	a->desc = NULL;
	a->kernel_count = a->core_count = a->block_count = a->local_count = 0;
}

static struct ascend *of(struct target *t)
{
	return (struct ascend *)t;
}

static void close_device(struct target *t)
{
	struct ascend *a = of(t);

	a->source->close(a);
}

static const struct arch_desc *arch(struct target *t, struct target_tid tid)
{
	return ascend_core_find(of(t), tid) ? of(t)->desc : NULL;
}

static enum target_status mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				   size_t n, size_t *done)
{
	struct ascend *a = of(t);
	const struct ascend_core *core = ascend_core_find(a, tid);

	if (tid.pid == a->pid && !tid.tid)
		return ascend_mem_read_any(a, at, buf, n, done);
	if (!core)
		return target_fail(t, TARGET_NO_THREAD, "device %u has no thread %u.%u", a->device,
				   tid.pid, tid.tid);
	return ascend_mem_read(a, core, at, buf, n, done);
}

static enum target_status wrong_pid(struct ascend *a, uint32_t pid)
{
	return target_fail(&a->base, TARGET_INVALID, "device %u is process %u, not %u", a->device,
			   a->pid, pid);
}

static enum target_status exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	if (pid != of(t)->pid)
		return wrong_pid(of(t), pid);
	target_text_add(out, of(t)->image_path);
	return TARGET_OK;
}

static enum target_status libraries(struct target *t, uint32_t pid, target_library_fn fn, void *ctx)
{
	struct ascend *a = of(t);

	if (pid != a->pid)
		return wrong_pid(a, pid);
	for (size_t i = 0; i < a->kernel_count; i++) {
		const struct ascend_kernel *k = &a->kernels[i];
		struct target_library lib = { .name = k->path };
		if (!k->object)
			continue;
		lib.sections = symbols_sections(k->object, &lib.section_count);
		fn(ctx, &lib);
	}
	return TARGET_OK;
}

static enum target_status file(struct target *t, const char *path, const void **data, size_t *n)
{
	struct ascend *a = of(t);

	if (!strcmp(path, a->image_path)) {
		*data = a->image;
		*n = a->image_size;
		return TARGET_OK;
	}
	for (size_t i = 0; i < a->kernel_count; i++) {
		if (!a->kernels[i].object || strcmp(path, a->kernels[i].path))
			continue;
		*data = symbols_file(a->kernels[i].object, n);
		return TARGET_OK;
	}
	return target_fail(t, TARGET_INVALID, "there is no such file on device %u", a->device);
}

static const struct target_view_ops view_ops = {
	.thread_name = ascend_thread_name,
	.thread_text = ascend_thread_text,
	.exec_file = exec_file,
	.libraries = libraries,
	.region = ascend_region_op,
	.file = file,
	.tables = ascend_tables,
	.table = ascend_table,
	.command = ascend_command,
	.help = ascend_help,
	.doctor = ascend_doctor,
};

const struct target_ops ascend_target_ops = {
	.close = close_device,
	.threads = ascend_threads,
	.arch = arch,
	.stop = ascend_stop,
	.reg_read = ascend_reg_read,
	.mem_read = mem_read,
	.view = &view_ops,
};
