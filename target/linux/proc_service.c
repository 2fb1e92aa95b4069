/*
 * What libthread_db calls to look into a process: the ps_* functions of <proc_service.h>, found by
 * the library through the dynamic symbols of this program (see the Makefile). Nothing that a
 * process says is trusted: the library computes with its answers.
 */
#include <string.h>

#include "target/linux/thread_db_priv.h"

static struct linux_thread *stopped_thread(const struct ps_prochandle *ph, lwpid_t lwp)
{
	struct linux_thread *th = linux_thread_find(ph->target, lwp);

	return th && th->process == ph->process && !th->running ? th : NULL;
}

enum {
	/* a lying process could keep the library walking a ring for ever: reads per call */
	READS_PER_CALL = 4096,
};

void proc_service_begin(struct ps_prochandle *ph)
{
	ph->reads = READS_PER_CALL;
}

ps_err_e ps_pdread(struct ps_prochandle *ph, psaddr_t at, void *buf, size_t n)
{
	struct points_memory m = linux_raw_memory(ph->process);

	if (!ph->reads)
		return PS_ERR;
	ph->reads--;
	return m.read(m.ctx, (uintptr_t)at, buf, n) ? PS_OK : PS_ERR;
}

/* Looking at threads must not change them. */
ps_err_e ps_pdwrite(struct ps_prochandle *ph, psaddr_t at, const void *data, size_t n)
{
	(void)ph;
	(void)at;
	(void)data;
	(void)n;
	return PS_ERR;
}

ps_err_e ps_lgetregs(struct ps_prochandle *ph, lwpid_t lwp, prgregset_t regs)
{
	struct linux_thread *th = stopped_thread(ph, lwp);

	if (!th)
		return PS_BADLID;
	return host_thread_regs(th->tid, regs, sizeof(prgregset_t)) ? PS_OK : PS_ERR;
}

ps_err_e ps_lsetregs(struct ps_prochandle *ph, lwpid_t lwp, const prgregset_t regs)
{
	(void)ph;
	(void)lwp;
	(void)regs;
	return PS_ERR;
}

ps_err_e ps_lgetfpregs(struct ps_prochandle *ph, lwpid_t lwp, prfpregset_t *regs)
{
	(void)ph;
	(void)lwp;
	(void)regs;
	return PS_ERR;
}

ps_err_e ps_lsetfpregs(struct ps_prochandle *ph, lwpid_t lwp, const prfpregset_t *regs)
{
	(void)ph;
	(void)lwp;
	(void)regs;
	return PS_ERR;
}

pid_t ps_getpid(struct ps_prochandle *ph)
{
	return ph->process->pid;
}

ps_err_e ps_get_thread_area(struct ps_prochandle *ph, lwpid_t lwp, int index, psaddr_t *base)
{
	struct linux_thread *th = stopped_thread(ph, lwp);
	uint64_t value;

	if (!th)
		return PS_BADLID;
	if (!host_thread_area(th->tid, index, &value))
		return PS_ERR;
	*base = (psaddr_t)(uintptr_t)value;
	return PS_OK;
}

/*
 * The library takes a register out of its buffer at an offset that the process names: a descriptor
 * {bits, count, offset} that leads out of it is as good as none.
 */
static bool is_register_safe(struct ps_prochandle *ph, const char *name, uint64_t at)
{
	struct points_memory m = linux_raw_memory(ph->process);
	uint32_t desc[3];

	if (strncmp(name, "_thread_db_register", strlen("_thread_db_register")) != 0)
		return true;
	return m.read(m.ctx, at, desc, sizeof(desc)) &&
	       (uint64_t)desc[0] / 8 + desc[2] <= sizeof(prgregset_t);
}

ps_err_e ps_pglobal_lookup(struct ps_prochandle *ph, const char *object, const char *name,
			   psaddr_t *at)
{
	(void)object;
	for (size_t i = 0; ph->names[i]; i++) {
		const struct thread_db_symbol *s = &ph->symbols[i];

		if (strcmp(ph->names[i], name) != 0)
			continue;
		if (s->answer != SYMBOL_KNOWN || !is_register_safe(ph, name, s->value))
			return PS_NOSYM;
		*at = (psaddr_t)(uintptr_t)s->value;
		return PS_OK;
	}
	return PS_NOSYM;
}
