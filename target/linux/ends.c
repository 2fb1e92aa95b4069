/*
 * Ends of single threads: told to clients that want thread events, and when nothing that was
 * resumed is left although its process lives on. Called by event.c; the end of a process is its.
 * Facts: ptrace(2), "Death under ptrace", and proc(5) for states.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "target/linux/linux_priv.h"

struct linux_end {
	struct target_stop stop;
	struct linux_end *next;
};

static void keep(struct linux_target *l, const struct linux_thread *th, int status)
{
	struct linux_end *one = malloc(sizeof(*one)), **at = &l->ends;

	if (!one)
		return;
	*one = (struct linux_end){
		.stop = { .kind = TARGET_STOP_THREAD_EXITED,
			  .tid = linux_tid(th),
			  .value = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
			  .core = -1 },
	};
	while (*at)
		at = &(*at)->next;
	*at = one;
}

static struct linux_end *take(struct linux_target *l)
{
	struct linux_end *one = l->ends;

	if (one)
		l->ends = one->next;
	return one;
}

void linux_ends_drop(struct linux_target *l)
{
	for (struct linux_end *one = take(l); one; one = take(l))
		free(one);
}

/*
 * In a process that ends as a whole the other threads have been woken to end too, so a thread that
 * still stands in a tracing stop says that it lives.
 */
static bool stands(const struct linux_process *p)
{
	struct proc_stat stat;

	for (const struct linux_thread *th = p->threads; th; th = th->next)
		if (proc_stat((uint32_t)p->pid, (uint32_t)th->tid, &stat) && stat.state == 't')
			return true;
	return false;
}

void linux_thread_ended(struct linux_target *l, struct linux_thread *th, int status)
{
	struct linux_process *p = th->process;

	if (l->wishes & TARGET_WISH_THREADS)
		keep(l, th, status);
	linux_children_end(l, linux_tid(th), linux_detach);
	linux_thread_drop(l, th);
	l->none_left = !l->running && stands(p);
}

bool linux_tell_end(struct linux_target *l, struct target_stop *out)
{
	struct linux_end *one = take(l);
	bool none = l->none_left && !l->running;

	if (!one && !none)
		return false;
	if (one) {
		if (!l->non_stop)
			linux_halt_all(l);
		*out = one->stop;
	} else {
		*out = (struct target_stop){ .kind = TARGET_STOP_NO_RESUMED, .core = -1 };
		l->none_left = false;
	}
	free(one);
	l->resumed = false;
	return true;
}

static struct linux_thread *lone_leader(struct linux_target *l, const struct linux_process *p)
{
	struct linux_thread *th = p->thread_count > 1 ? linux_thread_find(l, p->pid) : NULL;

	return th && th->running ? th : NULL;
}

size_t linux_leaders(struct linux_target *l)
{
	size_t n = 0;

	for (struct linux_process *p = l->processes; p; p = p->next)
		n += lone_leader(l, p) != NULL;
	return n;
}

/* A leader that ended is no thread any more; its end is kept for the end of the process. */
bool linux_leaders_ended(struct linux_target *l)
{
	struct proc_stat stat;
	bool any = false;

	for (struct linux_process *p = l->processes; p; p = p->next) {
		struct linux_thread *th = lone_leader(l, p);

		if (!th || !proc_stat((uint32_t)p->pid, (uint32_t)p->pid, &stat) ||
		    stat.state != 'Z')
			continue;
		linux_thread_drop(l, th);
		l->none_left = !l->running && stands(p);
		any = true;
	}
	return any;
}
