/*
 * What the system says about a process that is debugged: its program, auxiliary vector, names and
 * CPUs of its threads. Called through the target's operations; libraries, signals, tables and files
 * have their own source files.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "target/linux/linux_priv.h"
#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

static struct linux_target *linux_of(struct target *t)
{
	return (struct linux_target *)t;
}

enum target_status linux_view_process(struct target *t, uint32_t pid, struct linux_process **out)
{
	*out = linux_process_find(linux_of(t), pid);
	if (!*out)
		return target_fail(t, TARGET_NO_THREAD, "process %u is not debugged", pid);
	return TARGET_OK;
}

enum target_status linux_view_failed(struct target *t, uint32_t pid)
{
	if (errno != EMFILE && errno != ENFILE && errno != ENOMEM)
		return target_fail(t, TARGET_UNAVAILABLE, "process %u has ended", pid);
	return target_fail(t, TARGET_SYSTEM, "process %u cannot be looked at: %s", pid,
			   strerror(errno));
}

enum target_status linux_view_thread(struct target *t, struct target_tid tid,
				     struct linux_thread **out)
{
	*out = linux_thread_find(linux_of(t), (pid_t)tid.tid);
	if (!*out || (uint32_t)(*out)->process->pid != tid.pid)
		return target_fail(t, TARGET_NO_THREAD, "there is no thread %u.%u", tid.pid,
				   tid.tid);
	return TARGET_OK;
}

/* While a thread stays stopped it is looked up once: GDB asks for all threads after every stop. */
static const struct proc_stat *look(struct linux_thread *th)
{
	if (th->running || !th->stat_known)
		proc_stat((uint32_t)th->process->pid, (uint32_t)th->tid, &th->stat);
	th->stat_known = true;
	return &th->stat;
}

static enum target_status view_thread_name(struct target *t, struct target_tid tid,
					   struct target_text *out)
{
	struct linux_thread *th;

	enum target_status status = linux_view_thread(t, tid, &th);
	if (status != TARGET_OK)
		return status;
	if (!look(th)->name[0])
		return target_fail(t, TARGET_UNAVAILABLE, "thread %u has ended", tid.tid);
	target_text_add(out, th->stat.name);
	return TARGET_OK;
}

static enum target_status view_exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	struct proc_path link = proc_path("/proc/%u/exe", pid);
	struct linux_process *p;
	char path[PATH_MAX];

	enum target_status status = linux_view_process(t, pid, &p);
	if (status != TARGET_OK)
		return status;
	/* a name too long to be told is still reachable by the link */
	target_text_add(out, proc_link(link.s, path, sizeof(path)) ? path : link.s);
	return TARGET_OK;
}

static enum target_status view_auxv(struct target *t, uint32_t pid, struct target_text *out)
{
	struct linux_process *p;

	enum target_status status = linux_view_process(t, pid, &p);
	if (status != TARGET_OK)
		return status;
	if (!proc_read(proc_path("/proc/%u/auxv", pid).s, out))
		return linux_view_failed(t, pid);
	return TARGET_OK;
}

/* In its stop a thread says it faster than the system does. */
static int core_of(const struct linux_target *l, struct linux_thread *th)
{
	if (!th->running && !th->stat_known && linux_rseq_look(l, th, NULL) && th->rseq.cpu >= 0)
		return th->rseq.cpu;
	return look(th)->core;
}

static enum target_status view_thread_core(struct target *t, struct target_tid tid, int *core)
{
	struct linux_thread *th;

	enum target_status status = linux_view_thread(t, tid, &th);
	if (status == TARGET_OK)
		*core = core_of(linux_of(t), th);
	return status;
}

const struct target_view_ops linux_view_ops = {
	.thread_name = view_thread_name,
	.exec_file = view_exec_file,
	.region = linux_region,
	.tables = linux_tables,
	.table = linux_table,
	.command = linux_command,
	.steers = linux_steers,
	.help = linux_help,
	.doctor = linux_doctor,
};

const struct target_os_ops linux_os_ops = {
	.auxv = view_auxv,
	.link_maps = linux_link_maps,
	.link_word = linux_link_word,
	.siginfo_read = linux_siginfo_read,
	.siginfo_write = linux_siginfo_write,
	.thread_core = view_thread_core,
	.symbol_wanted = linux_symbol_wanted,
	.symbol_found = linux_symbol_found,
	.tls_address = linux_tls_address,
	.thread_handle = linux_thread_handle,
	.thread_db_path = linux_thread_db_path,
};
