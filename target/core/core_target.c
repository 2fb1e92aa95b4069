/*
 * A dump as a target: opens it, answers registers and memory from the mapping, closes it. Called
 * by main through core_open(); everything a client sees is made by target/ascend from what is
 * filled in here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "target/auto.h"
#include "target/core/core_priv.h"

enum { PROCESS = 1, NUMBERS = 3 };

/* RegInfo and RegInfoWide, coredump facts 2.3. */
enum { REG_INVALID = 8, REG_VALUE = 16 };

static const struct core_reg *find_reg(const struct core_saved *core, uint64_t addr)
{
	size_t lo = 0, hi = core->reg_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (core->regs[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < core->reg_count && core->regs[lo].addr == addr ? &core->regs[lo] : NULL;
}

static bool source_reg(struct ascend *a, const struct ascend_core *core, uint64_t addr, void *buf,
		       size_t n)
{
	struct core_dump *d = core_dump_of(a);
	const struct core_saved *c = &d->cores[core->unified];
	const struct core_reg *reg = find_reg(c, addr);
	size_t size = a->chip->reg_entry_size;
	uint8_t entry[REG_VALUE + 32];

	if (!reg || size > sizeof(entry) || n > size - REG_VALUE)
		return false;
	uint64_t at = d->sections[c->section].offset + reg->entry * (uint64_t)size;
	if (!core_copy_near(d, at, entry, size) || entry[REG_INVALID])
		return false;
	memcpy(buf, entry + REG_VALUE, n);
	return true;
}

static enum target_status source_local(struct ascend *a, size_t index, uint64_t offset, void *buf,
				       size_t n, size_t *done)
{
	struct core_dump *d = core_dump_of(a);
	const struct ascend_local *l = &a->locals[index];

	*done = 0;
	if (offset >= l->size)
		return TARGET_FAULT;
	if (l->failed)
		return TARGET_UNAVAILABLE;
	if (n > l->size - offset)
		n = (size_t)(l->size - offset);
	*done = core_copy(d, d->local_at[index] + offset, buf, n);
	return *done || !n ? TARGET_OK : TARGET_UNAVAILABLE;
}

static enum target_status source_global(struct ascend *a, uint64_t at, void *buf, size_t n,
					size_t *done)
{
	return segments_read(&core_dump_of(a)->memory, at, buf, n, done);
}

static void source_close(struct ascend *a)
{
	struct core_dump *d = core_dump_of(a);

	ascend_deinit(a);
	segments_deinit(&d->memory);
	for (size_t i = 0; i < CORE_SLOTS; i++)
		free(d->cores[i].regs);
	free(d->sections);
	free(d->block_section);
	free(d->local_at);
	if (d->file.data)
		munmap((void *)(uintptr_t)d->file.data, d->file.size);
	close(d->fd);
	free(d);
}

static const struct ascend_source_ops source_ops = {
	.reg = source_reg,
	.local = source_local,
	.global = source_global,
	.close = source_close,
};

/* Writers name a dump KERNEL.STREAM.TASK[.TIME].core (coredump facts 8). */
static void read_file_name(struct core_dump *d, const char *name)
{
	int64_t numbers[NUMBERS] = { -1, -1, -1 };
	size_t n = strlen(name), count = 0;
	unsigned long long v;

	if (n < 5 || strcmp(name + n - 5, ".core") != 0)
		return;
	n -= 5;
	while (count < NUMBERS) {
		size_t digits = 0;
		while (digits < n && name[n - digits - 1] >= '0' && name[n - digits - 1] <= '9')
			digits++;
		if (!digits || digits > 18 || digits == n || name[n - digits - 1] != '.')
			break;
		v = strtoull(name + n - digits, NULL, 10);
		numbers[count++] = (int64_t)v;
		n -= digits + 1;
	}
	for (size_t i = 0; count >= 2 && i < d->ascend.core_count; i++) {
		d->ascend.cores[i].task = numbers[count - 2];
		d->ascend.cores[i].stream = numbers[count - 1];
	}
}

static void log_summary(struct core_dump *d)
{
	const struct ascend *a = &d->ascend;

	if (d->losses > CORE_LOSS_LINES)
		target_logf(&a->base.log, TARGET_LOG_WARN,
			    "dump more=%zu: problems that are not listed",
			    d->losses - CORE_LOSS_LINES);
	target_logf(&a->base.log, TARGET_LOG_INFO,
		    "dump device=%u cores=%zu blocks=%zu: %s, kernel %s", a->device, a->core_count,
		    a->block_count, a->chip->name, a->kernels[0].name);
}

/* Bytes of KERNEL.o; they are only needed while the dump is opened. */
static bool map_kernel(int fd, struct span *out, char *why)
{
	struct stat st;

	*out = (struct span){ NULL, 0 };
	if (fd < 0)
		return true;
	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return core_refuse(why, "\"kernel file\" is an empty file");
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return core_refuse(why, "cannot map the kernel file");
	*out = (struct span){ map, (uint64_t)st.st_size };
	return true;
}

static bool load_kernels(struct core_dump *d, int kernel_fd, char *why)
{
	struct span argument;

	if (!map_kernel(kernel_fd, &argument, why))
		return false;
	bool loaded = kernels_load(d, argument, why);
	if (argument.data)
		munmap((void *)(uintptr_t)argument.data, argument.size);
	return loaded;
}

static bool load(struct core_dump *d, const struct core_input *in, char *why)
{
	struct ascend *a = &d->ascend;

	if (!container_open(d, why) || !parse_device(d, why) || !parse_global(d, why) ||
	    !parse_regs(d, why) || !parse_local(d, why) || !parse_cores(d, why) ||
	    !load_kernels(d, in->kernel_fd, why))
		return false;
	read_file_name(d, in->name);
	if (ascend_init(a) != TARGET_OK)
		return core_refuse(why, "the dump cannot be shown: %s", a->base.message);
	log_summary(d);
	return true;
}

struct target *core_open_input(const struct core_input *in, char *why)
{
	struct core_dump *d = calloc(1, sizeof(*d));

	if (!d) {
		close(in->fd);
		core_refuse(why, "out of memory while opening the coredump file");
		return NULL;
	}
	d->fd = in->fd;
	d->limits = *in->limits;
	d->ascend.base.ops = &ascend_target_ops;
	d->ascend.base.log = in->log;
	d->ascend.source = &source_ops;
	d->ascend.pid = PROCESS;
	snprintf(d->ascend.title, sizeof(d->ascend.title), "core file");
	if (load(d, in, why))
		return &d->ascend.base;
	source_close(&d->ascend);
	return NULL;
}

struct target *core_open(const char *path, const char *kernel, const struct core_limits *limits,
			 struct target_log log, char *why)
{
	AUTO_CLOSE int kernel_fd = -1;
	const char *slash = strrchr(path, '/');
	int fd = core_open_file(path, "coredump file", limits->file_bytes, limits->insecure, log,
				why);

	if (fd < 0)
		return NULL;
	if (kernel) {
		kernel_fd = core_open_file(kernel, "kernel file", CORE_MAX_KERNEL, limits->insecure,
					   log, why);
		if (kernel_fd < 0) {
			close(fd);
			return NULL;
		}
	}
	struct core_input in = { fd, kernel_fd, slash ? slash + 1 : path, limits, log };
	return core_open_input(&in, why);
}
