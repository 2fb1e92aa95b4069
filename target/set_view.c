/*
 * The target set, the part that looks and writes: each call goes to the side whose process it
 * names. Called through target_ops of set.c.
 */
#include <stdlib.h>
#include <string.h>

#include "target/doctor.h"
#include "target/set_priv.h"

/* --- threads, registers, memory --- */

enum target_status set_threads(struct target *t, struct target_tid *out, size_t cap, size_t *count)
{
	struct target_set *s = set_of(t);
	size_t host = 0, devices = 0;

	enum target_status status = target_threads(s->host, out, cap, &host);
	if (status != TARGET_OK)
		return set_back(t, s->host, status);
	size_t used = host < cap ? host : cap;
	status = target_threads(s->devices, cap ? out + used : NULL, cap - used, &devices);
	*count = host + devices;
	return set_back(t, s->devices, status);
}

const struct arch_desc *set_arch(struct target *t, struct target_tid tid)
{
	return target_arch(set_member(t, tid.pid), tid);
}

enum target_status set_stop(struct target *t, struct target_tid tid, struct target_stop *out)
{
	struct target_set *s = set_of(t);
	bool any = !tid.pid;

	if (any && s->last.pid && target_has_thread(set_member(t, s->last.pid), s->last))
		tid = s->last;
	struct target *member = set_member(t, tid.pid);
	return set_back(t, member, target_stop(member, tid, out));
}

enum target_status set_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				bool *valid)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_reg_read(member, tid, reg, buf, valid));
}

enum target_status set_mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				size_t n, size_t *done)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_mem_read(member, tid, at, buf, n, done));
}

static enum target_status reg_write(struct target *t, struct target_tid tid, size_t reg,
				    const void *value)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_reg_write(member, tid, reg, value));
}

static enum target_status mem_write(struct target *t, struct target_tid tid, uint64_t at,
				    const void *data, size_t n)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_mem_write(member, tid, at, data, n));
}

const struct target_write_ops set_write_ops = { .reg = reg_write, .mem = mem_write };

/* --- points --- */

static enum target_status point_set(struct target *t, uint32_t pid, const struct target_point *p)
{
	struct target *member = set_member(t, pid);

	return set_back(t, member, target_point_set(member, pid, p));
}

static enum target_status point_clear(struct target *t, uint32_t pid, const struct target_point *p)
{
	struct target *member = set_member(t, pid);

	return set_back(t, member, target_point_clear(member, pid, p));
}

static bool persists(const struct target *t, uint32_t pid)
{
	const struct target_set *s = (const struct target_set *)t;

	return target_point_persists(pid >= TARGET_SET_DEVICES ? s->devices : s->host, pid);
}

const struct target_point_ops set_point_ops = {
	.set = point_set,
	.clear = point_clear,
	.persists = persists,
};

/* --- processes: only the host has some to start --- */

static enum target_status start(struct target *t, const struct target_launch *how, uint32_t *pid)
{
	struct target *host = set_of(t)->host;

	enum target_status status = target_start(host, how, pid);
	if (status == TARGET_OK)
		set_of(t)->last = (struct target_tid){ *pid, *pid };
	return set_back(t, host, status);
}

static enum target_status attach(struct target *t, uint32_t pid)
{
	struct target *host = set_of(t)->host;

	if (pid >= TARGET_SET_DEVICES)
		return target_fail(t, TARGET_INVALID,
				   "process %u is a device: it comes and goes with its program",
				   pid);
	enum target_status status = target_attach(host, pid);
	if (status == TARGET_OK) {
		set_of(t)->last = (struct target_tid){ pid, pid };
		(void)!target_attach(set_of(t)->devices, pid);
	}
	return set_back(t, host, status);
}

/* A device is let go when a client quits, never killed. */
static bool attached(const struct target *t, uint32_t pid)
{
	return pid >= TARGET_SET_DEVICES ||
	       target_attached(((const struct target_set *)t)->host, pid);
}

const struct target_process_ops set_process_ops = {
	.start = start,
	.attach = attach,
	.attached = attached,
};

/* --- view --- */

static enum target_status thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_thread_name(member, tid, out));
}

static enum target_status thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_thread_text(member, tid, out));
}

static enum target_status exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	struct target *member = set_member(t, pid);

	return set_back(t, member, target_exec_file(member, pid, out));
}

static enum target_status libraries(struct target *t, uint32_t pid, target_library_fn fn, void *ctx)
{
	struct target *member = set_member(t, pid);

	return set_back(t, member, target_libraries(member, pid, fn, ctx));
}

static enum target_status region(struct target *t, struct target_tid tid, uint64_t at,
				 struct target_region *out)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_region(member, tid, at, out));
}

static enum target_status file(struct target *t, const char *path, const void **data, size_t *n)
{
	struct target *devices = set_of(t)->devices;

	return set_back(t, devices, target_file(devices, path, data, n));
}

bool set_make_tables(struct target_set *s)
{
	size_t host, devices;
	const struct target_table_info *h = target_tables(s->host, &host);
	const struct target_table_info *d = target_tables(s->devices, &devices);

	s->tables = calloc(host + devices + 1, sizeof(*s->tables));
	if (!s->tables)
		return false;
	for (size_t i = 0; i < host; i++)
		s->tables[s->table_count++] = h[i];
	for (size_t i = 0; i < devices; i++)
		s->tables[s->table_count++] = d[i];
	return true;
}

static const struct target_table_info *tables(const struct target *t, size_t *count)
{
	*count = ((const struct target_set *)t)->table_count;
	return ((const struct target_set *)t)->tables;
}

static enum target_status table(struct target *t, const char *name, struct target_table *out)
{
	struct target_set *s = set_of(t);
	size_t n;
	const struct target_table_info *d = target_tables(s->devices, &n);
	struct target *member = s->host;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(d[i].name, name))
			member = s->devices;
	return set_back(t, member, target_table(member, name, out));
}

static enum target_status command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out)
{
	struct target_set *s = set_of(t);

	enum target_status status = target_command(s->devices, tid, argc, argv, out);
	if (status != TARGET_UNSUPPORTED)
		return set_back(t, s->devices, status);
	return set_back(t, s->host, target_command(s->host, tid, argc, argv, out));
}

static bool steers(const struct target *t, size_t argc, const char *const *argv)
{
	const struct target_set *s = (const struct target_set *)t;

	return target_command_steers(s->devices, argc, argv) ||
	       target_command_steers(s->host, argc, argv);
}

static void doctor(struct target *t, struct doctor *r)
{
	target_doctor(set_of(t)->host, r);
	target_doctor(set_of(t)->devices, r);
}

static const char *help(const struct target *t)
{
	/* the text is made anew for each asker and kept for it */
	struct target_set *s = (struct target_set *)(uintptr_t)t;

	target_text_deinit(&s->help);
	target_text_add(&s->help, target_help(s->host));
	target_text_add(&s->help, target_help(s->devices));
	return s->help.data ? s->help.data : "";
}

const struct target_view_ops set_view_ops = {
	.thread_name = thread_name,
	.thread_text = thread_text,
	.exec_file = exec_file,
	.libraries = libraries,
	.region = region,
	.file = file,
	.tables = tables,
	.table = table,
	.command = command,
	.steers = steers,
	.help = help,
	.doctor = doctor,
};

/* --- what the system says: of a device nothing --- */

/* GDB 13 takes it for a broken server when the object is there for one process only. */
static enum target_status auxv(struct target *t, uint32_t pid, struct target_text *out)
{
	struct target *member = set_member(t, pid);

	if (member == set_of(t)->devices)
		return TARGET_OK;

	return set_back(t, member, target_auxv(member, pid, out));
}

static enum target_status link_maps(struct target *t, uint32_t pid,
				    const struct target_link_start *from, target_link_map_fn fn,
				    void *ctx)
{
	struct target *member = set_member(t, pid);

	return set_back(t, member, target_link_maps(member, pid, from, fn, ctx));
}

static enum target_status link_word(struct target *t, uint32_t pid, uint64_t *out)
{
	struct target *member = set_member(t, pid);

	return set_back(t, member, target_link_word(member, pid, out));
}

static enum target_status siginfo_read(struct target *t, struct target_tid tid,
				       struct target_text *out)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_siginfo_read(member, tid, out));
}

static enum target_status siginfo_write(struct target *t, struct target_tid tid, uint64_t offset,
					const void *data, size_t n)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_siginfo_write(member, tid, offset, data, n));
}

static enum target_status thread_core(struct target *t, struct target_tid tid, int *core)
{
	*core = target_thread_core(set_member(t, tid.pid), tid);
	return *core < 0 ? TARGET_UNAVAILABLE : TARGET_OK;
}

static const char *symbol_wanted(struct target *t, uint32_t pid, bool first)
{
	return target_symbol_wanted(set_member(t, pid), pid, first);
}

static void symbol_found(struct target *t, uint32_t pid, const char *name, const uint64_t *value)
{
	target_symbol_found(set_member(t, pid), pid, name, value);
}

static enum target_status tls_address(struct target *t, struct target_tid tid, uint64_t lm,
				      uint64_t offset, uint64_t *out)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_tls_address(member, tid, lm, offset, out));
}

static enum target_status thread_handle(struct target *t, struct target_tid tid,
					struct target_text *out)
{
	struct target *member = set_member(t, tid.pid);

	return set_back(t, member, target_thread_handle(member, tid, out));
}

static enum target_status thread_db_path(struct target *t, const char *path, const char **now)
{
	struct target *host = set_of(t)->host;

	return set_back(t, host, target_thread_db_path(host, path, now));
}

const struct target_os_ops set_os_ops = {
	.auxv = auxv,
	.link_maps = link_maps,
	.link_word = link_word,
	.siginfo_read = siginfo_read,
	.siginfo_write = siginfo_write,
	.thread_core = thread_core,
	.symbol_wanted = symbol_wanted,
	.symbol_found = symbol_found,
	.tls_address = tls_address,
	.thread_handle = thread_handle,
	.thread_db_path = thread_db_path,
};

/* --- real files: a device sees those of the server --- */

static uint32_t whose_files(uint32_t pid)
{
	return pid >= TARGET_SET_DEVICES ? 0 : pid;
}

static int file_open(struct target *t, uint32_t pid, const char *path, int flags, mode_t mode)
{
	return target_file_open(set_of(t)->host, whose_files(pid), path, flags, mode);
}

static int file_unlink(struct target *t, uint32_t pid, const char *path)
{
	return target_file_unlink(set_of(t)->host, whose_files(pid), path);
}

const struct target_file_ops set_file_ops = { .open = file_open, .unlink = file_unlink };
