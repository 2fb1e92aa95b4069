/*
 * Registers of stopped threads. A set is read from the kernel when one of its registers is first
 * asked for and forgotten before the thread runs or is detached. What a client writes goes to the
 * kernel at once, which may refuse it (a selector, an address); a pc that the server moves is kept
 * and written when the thread runs. Which register stands where is host_*.c's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "target/linux/linux_priv.h"

static enum target_status failed(struct linux_target *l, const struct linux_thread *th,
				 const char *what)
{
	if (errno == ESRCH)
		return target_fail(&l->base, TARGET_NO_THREAD, "thread %d is gone", (int)th->tid);
	return target_fail(&l->base, TARGET_SYSTEM, "cannot %s registers of thread %d: %s", what,
			   (int)th->tid, strerror(errno));
}

/** The kernel does not know the set, or not for this kind of program. */
static bool is_no_set(int error)
{
	return error == ENODEV || error == EINVAL || error == EOPNOTSUPP;
}

static bool set_call(const struct linux_thread *th, enum __ptrace_request request, unsigned set,
		     struct iovec *io)
{
	return ptrace(request, th->tid, (void *)(uintptr_t)host_regset_note(set), io) == 0;
}

/** UNAVAILABLE: there is no such set, or the thread was killed and its end is still to be told. */
static enum target_status set_read(struct linux_target *l, struct linux_thread *th, unsigned set)
{
	struct linux_regset *s = &th->sets[set];
	struct iovec io = { s->data, host_regset_room(l->host, set) };

	if (th->running)
		return TARGET_RUNNING;
	if (s->known)
		return TARGET_OK;
	if (!io.iov_base)
		io.iov_base = s->data = malloc(io.iov_len);
	if (!io.iov_base)
		return target_fail(&l->base, TARGET_SYSTEM, "out of memory");
	if (!set_call(th, PTRACE_GETREGSET, set, &io))
		return is_no_set(errno) || errno == ESRCH ? TARGET_UNAVAILABLE :
							    failed(l, th, "read");
	s->n = io.iov_len;
	s->known = true;
	s->dirty = false;
	return TARGET_OK;
}

static enum target_status set_write(struct linux_target *l, struct linux_thread *th, unsigned set)
{
	struct linux_regset *s = &th->sets[set];
	struct iovec io = { s->data, s->n };

	return set_call(th, PTRACE_SETREGSET, set, &io) ? TARGET_OK : failed(l, th, "write");
}

static enum target_status value_get(struct linux_target *l, struct linux_thread *th,
				    const struct arch_reg *r, void *buf, bool *valid)
{
	const struct linux_regset *s = &th->sets[r->set];
	enum target_status status = set_read(l, th, r->set);

	if (status == TARGET_OK)
		*valid = host_reg_get(l->host, r, s->data, s->n, buf);
	return status == TARGET_UNAVAILABLE ? TARGET_OK : status;
}

/**
 * A value that is there already costs no write: clients write all registers to change one.
 * old: ARCH_REG_MAX_BYTES, gets what was there.
 */
static enum target_status value_put(struct linux_target *l, struct linux_thread *th,
				    const struct arch_reg *r, const void *value, void *old)
{
	struct linux_regset *s = &th->sets[r->set];
	bool valid = false;
	enum target_status status = value_get(l, th, r, old, &valid);

	if (status != TARGET_OK)
		return status;
	if (valid && memcmp(old, value, arch_reg_size(r)) == 0)
		return TARGET_OK;
	if (!valid || !host_reg_put(l->host, r, s->data, s->n, value))
		return target_fail(&l->base, TARGET_UNAVAILABLE, "thread %d has no %s now",
				   (int)th->tid, r->name);
	s->dirty = true;
	return TARGET_OK;
}

static enum target_status find(struct linux_target *l, struct target_tid tid, size_t reg,
			       struct linux_thread **th, const struct arch_reg **r)
{
	const struct arch_desc *d;

	*th = linux_thread_find(l, (pid_t)tid.tid);
	if (!*th || !target_tid_equal(linux_tid(*th), tid))
		return TARGET_NO_THREAD;
	d = (*th)->process->desc;
	if (!d)
		return target_fail(&l->base, TARGET_UNAVAILABLE, "its registers are not known yet");
	if (reg >= d->reg_count)
		return TARGET_INVALID;
	*r = &d->regs[reg];
	return TARGET_OK;
}

/* A process that has ended has no registers, but gdb resumes nothing of which it has no pc. */
static bool last_pc(struct linux_target *l, struct target_tid tid, size_t reg, void *buf)
{
	const struct arch_desc *d = linux_process_find(l, tid.pid)->desc;

	if (!d || reg != d->pc)
		return false;
	memset(buf, 0, arch_reg_size(&d->regs[reg]));
	return true;
}

enum target_status linux_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				  bool *valid)
{
	struct linux_target *l = (struct linux_target *)t;
	struct linux_thread *th;
	const struct arch_reg *r = NULL;
	enum target_status status = find(l, tid, reg, &th, &r);

	*valid = false;
	if (status == TARGET_NO_THREAD && linux_has_ended(l, tid)) {
		*valid = last_pc(l, tid, reg, buf);
		return TARGET_OK;
	}
	return status == TARGET_OK ? value_get(l, th, r, buf, valid) : status;
}

/** Asks the kernel's word on a change; one that it refuses is taken back. */
static enum target_status value_commit(struct linux_target *l, struct linux_thread *th,
				       const struct arch_reg *r, const void *old)
{
	struct linux_regset *s = &th->sets[r->set];
	enum target_status status = set_write(l, th, r->set);

	s->dirty = status != TARGET_OK;
	if (status != TARGET_SYSTEM)
		return status;
	host_reg_put(l->host, r, s->data, s->n, old);
	return target_fail(&l->base, TARGET_INVALID, "the kernel refuses this value of %s",
			   r->name);
}

enum target_status linux_reg_write(struct target *t, struct target_tid tid, size_t reg,
				   const void *value)
{
	struct linux_target *l = (struct linux_target *)t;
	struct linux_thread *th;
	const struct arch_reg *r = NULL;
	uint8_t old[ARCH_REG_MAX_BYTES];
	enum target_status status = find(l, tid, reg, &th, &r);

	if (status == TARGET_OK)
		status = value_put(l, th, r, value, old);
	if (status != TARGET_OK || !th->sets[r->set].dirty)
		return status;
	th->asleep = false; /* it may be somewhere else now */
	linux_thread_busy(l, th);
	return value_commit(l, th, r, old);
}

/* A set that the kernel refuses is forgotten too: the thread keeps what it had and can go on. */
enum target_status linux_regs_flush(struct linux_target *l, struct linux_thread *th)
{
	enum target_status result = TARGET_OK;

	for (unsigned i = 0; i < LINUX_REGSETS; i++) {
		struct linux_regset *s = &th->sets[i];

		if (s->known && s->dirty) {
			enum target_status status = set_write(l, th, i);

			result = result == TARGET_OK ? status : result;
		}
		s->known = s->dirty = false;
	}
	return result;
}

void linux_regs_free(struct linux_thread *th)
{
	for (unsigned i = 0; i < LINUX_REGSETS; i++) {
		free(th->sets[i].data);
		th->sets[i] = (struct linux_regset){ 0 };
	}
}

static const struct arch_reg *pc_of(const struct linux_thread *th)
{
	const struct arch_desc *d = th->process->desc;

	return d ? &d->regs[d->pc] : NULL;
}

/** r NULL: the layout is not known. */
static enum target_status word_read(struct linux_target *l, struct linux_thread *th,
				    const struct arch_reg *r, uint64_t *value)
{
	bool valid = false;

	*value = 0;
	if (!r)
		return TARGET_UNAVAILABLE;
	enum target_status status = value_get(l, th, r, value, &valid);
	return status == TARGET_OK && !valid ? TARGET_UNAVAILABLE : status;
}

enum target_status linux_pc_read(struct linux_target *l, struct linux_thread *th, uint64_t *pc)
{
	return word_read(l, th, pc_of(th), pc);
}

enum target_status linux_sp_read(struct linux_target *l, struct linux_thread *th, uint64_t *sp)
{
	const struct arch_desc *d = th->process->desc;

	return word_read(l, th, d ? &d->regs[d->sp] : NULL, sp);
}

bool linux_is_asleep(struct linux_target *l, struct linux_thread *th)
{
	const struct linux_regset *s = linux_pc_set(l, th);

	return s && host_is_waiting(s->data, s->n);
}

struct linux_regset *linux_pc_set(struct linux_target *l, struct linux_thread *th)
{
	const struct arch_reg *r = pc_of(th);

	return r && set_read(l, th, r->set) == TARGET_OK ? &th->sets[r->set] : NULL;
}

enum target_status linux_pc_set_write(struct linux_target *l, struct linux_thread *th)
{
	unsigned set = pc_of(th)->set;
	enum target_status status = set_write(l, th, set);

	th->sets[set].dirty = status != TARGET_OK;
	return status;
}

enum target_status linux_pc_write(struct linux_target *l, struct linux_thread *th, uint64_t pc)
{
	const struct arch_reg *r = pc_of(th);
	uint8_t old[ARCH_REG_MAX_BYTES];

	return r ? value_put(l, th, r, &pc, old) : TARGET_UNAVAILABLE;
}
