/*
 * Hardware breakpoints and watchpoints: a table of the CPU's slots for each process, written into a
 * thread's debug registers when the thread runs the next time. What a slot looks like to the CPU is
 * host_*.c's.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/ptrace.h>

#include "target/linux/linux_priv.h"

static bool same(const struct host_slot *a, const struct host_slot *b)
{
	return a->at == b->at && a->size == b->size && a->kind == b->kind;
}

static struct host_slot *find(struct linux_process *p, const struct host_slot *want)
{
	for (size_t i = 0; i < HOST_SLOTS; i++)
		if (p->slots[i].refs && same(&p->slots[i], want))
			return &p->slots[i];
	return NULL;
}

static bool take(struct linux_process *p, const struct host_slot *want)
{
	struct host_slot *s = find(p, want);

	for (size_t i = 0; i < HOST_SLOTS && !s; i++)
		if (!p->slots[i].refs) {
			s = &p->slots[i];
			*s = *want;
			s->refs = 0;
		}
	if (s)
		s->refs++;
	return s != NULL;
}

static bool drop(struct linux_process *p, const struct host_slot *want)
{
	struct host_slot *s = find(p, want);

	if (s)
		s->refs--;
	return s != NULL;
}

/* Threads that run get the new registers when they go on after a short stop. */
static void reach_running(struct linux_process *p)
{
	for (struct linux_thread *th = p->threads; th; th = th->next)
		if (th->running)
			ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
}

enum target_status linux_hw_point(struct linux_target *l, struct linux_process *p,
				  const struct target_point *point, bool set)
{
	struct host_slot parts[HOST_SLOTS];
	size_t n = host_slots_of(point, parts), i = 0;
	struct host_slot before[HOST_SLOTS];

	if (!host_has_point(point->kind))
		return TARGET_UNSUPPORTED;
	if (!n)
		return target_fail(&l->base, TARGET_INVALID,
				   "no debug registers cover %" PRIu64 " bytes at %#" PRIx64,
				   point->size, point->at);
	/* a breakpoint that is set again has another condition only */
	if (set && point->kind == TARGET_HW_BREAK && find(p, &parts[0]))
		return TARGET_OK;
	memcpy(before, p->slots, sizeof(before));
	while (i < n && (set ? take(p, &parts[i]) : drop(p, &parts[i])))
		i++;
	if (i == n) {
		p->slots_version++;
		reach_running(p);
		return TARGET_OK;
	}
	memcpy(p->slots, before, sizeof(before));
	return target_fail(&l->base, TARGET_INVALID,
			   set ? "all debug registers are in use" : "no such point stands there");
}

void linux_hw_forget(struct linux_process *p)
{
	memset(p->slots, 0, sizeof(p->slots));
	p->slots_version = 0;
	for (struct linux_thread *th = p->threads; th; th = th->next)
		th->slots_version = 0;
}

void linux_hw_clear(struct linux_process *p)
{
	memset(p->slots, 0, sizeof(p->slots));
	if (p->slots_version)
		p->slots_version++;
}

void linux_hw_inherit(struct linux_process *child, const struct linux_process *parent)
{
	memcpy(child->slots, parent->slots, sizeof(child->slots));
	child->slots_version = parent->slots_version;
}

void linux_hw_update(struct linux_thread *th)
{
	struct linux_process *p = th->process;

	if (th->slots_version == p->slots_version)
		return;
	if (host_slots_write(th->tid, p->slots))
		th->slots_version = p->slots_version;
}

static const enum target_stop_kind stop_kinds[] = {
	[TARGET_HW_BREAK] = TARGET_STOP_HWBREAK,
	[TARGET_WRITE_WATCH] = TARGET_STOP_WATCH,
	[TARGET_READ_WATCH] = TARGET_STOP_RWATCH,
	[TARGET_ACCESS_WATCH] = TARGET_STOP_AWATCH,
};

bool linux_hw_hit(struct linux_thread *th)
{
	int hit = th->slots_version ? host_slot_hit(th->tid) : -1;

	if (hit < 0 || !th->process->slots[hit].refs)
		return false;
	linux_pend(th, stop_kinds[th->process->slots[hit].kind], TARGET_SIGNAL_TRAP);
	th->pending.addr = th->process->slots[hit].at;
	return true;
}
