#ifndef TARGET_LINUX_LINUX_PRIV_H
#define TARGET_LINUX_LINUX_PRIV_H

#include <sys/ptrace.h>
#include <sys/types.h>

#include "target/linux/hold.h"
#include "target/linux/hurry.h"
#include "target/linux/linux.h"
#include "target/linux/regs.h"
#include "target/linux/tables.h"

/** What the files of this folder offer to each other. */

/** Options of every thread that is traced. */
enum {
	LINUX_TRACE_OPTIONS = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			      PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD,
};

/* --- code.c --- */
/** Runs what belongs to a breakpoint that was hit. true: the client shall hear of the hit. */
bool linux_point_tells(struct linux_target *l, struct linux_thread *th, enum target_point_kind kind,
		       uint64_t at);

/* --- over.c --- */
/** Runs the threads of a process that shall run; those that go over a breakpoint do so first. */
void linux_go(struct linux_target *l, struct linux_process *p);
/** Lets a thread and its process go on, also over a breakpoint, unless all are being stopped. */
void linux_go_over(struct linux_target *l, struct linux_thread *th);
void linux_go_put_off(struct linux_target *l); /* ... that had to wait for another process */

/* --- hwpoints.c --- */
enum target_status linux_hw_point(struct linux_target *l, struct linux_process *p,
				  const struct target_point *point, bool set);
/** After exec: the kernel has cleared them. */
void linux_hw_forget(struct linux_process *p);
/** None is wanted any more. */
void linux_hw_clear(struct linux_process *p);
/** A forked child has the points of its parent, though the kernel gives it none. */
void linux_hw_inherit(struct linux_process *child, const struct linux_process *parent);
/** Before a thread runs. */
void linux_hw_update(struct linux_thread *th);
/** Pends the stop of a hardware point that was hit; false: none was. */
bool linux_hw_hit(struct linux_thread *th);

/* --- memory.c --- */
enum target_status linux_mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				  size_t n, size_t *done);
enum target_status linux_mem_write(struct target *t, struct target_tid tid, uint64_t at,
				   const void *data, size_t n);
/** The memory of a process as it is, patches included. */
struct points_memory linux_raw_memory(struct linux_process *p);
/** Opens /proc/PID/mem anew: after exec. false: errno. */
bool linux_mem_open(struct linux_process *p);
/** Closes what was opened to reach its memory, if anything. */
void linux_mem_close(struct linux_process *p);

/* --- signals.c --- */
int linux_signal_to_gdb(int host);
/** 0: there is no such signal here. */
int linux_signal_from_gdb(int gdb);

/* --- thread_db.c --- */
void linux_thread_db_drop(struct linux_process *p);
/** The process runs another program now. */
void linux_thread_db_exec(struct linux_process *p);

/* --- syscalls.c --- */
enum target_status linux_catch(struct target *t, uint32_t pid, bool on, const int64_t *calls,
			       size_t n);
/** Pends the stop at a system call that is to be caught; false: it is not. */
bool linux_syscall_stop(struct linux_thread *th);

/* --- start.c, attach.c --- */
extern const struct target_process_ops linux_process_ops;
/** What a client is told when it asks why a process stands that nobody has resumed yet. */
void linux_first_stop(struct linux_target *l, struct linux_process *p, int signal);
enum target_status linux_attach(struct target *t, uint32_t pid);

/* --- fork.c --- */
void linux_on_clone(struct linux_target *l, struct linux_thread *parent);
void linux_on_fork(struct linux_target *l, struct linux_thread *th, bool vfork);
void linux_on_vfork_done(struct linux_target *l, struct linux_thread *th);
/** A vforked child is about to run or to get a breakpoint: its parent's ones go from its memory. */
void linux_borrow(struct linux_target *l, const struct linux_process *child);
/** It needs that memory no longer: it calls exec or ends. */
void linux_give_back(struct linux_target *l, struct linux_process *child);
/** The thread has a vforked child that is debugged and has its memory: it is not started. */
bool linux_waits_for_child(const struct linux_target *l, const struct linux_thread *th);
/** It does not wait any more: it runs if it shall. */
void linux_forker_goes(struct linux_target *l, struct target_tid forker);
/** The first stop of a thread that no parent has told of yet; take: false: there is none. */
bool linux_early_take(struct linux_target *l, pid_t tid, int *status);
void linux_early_add(struct linux_target *l, pid_t tid, int status);
void linux_early_drop(struct linux_target *l);
/** The client knows the children of that thread (tid 0: of that process) now. */
void linux_children_known(struct linux_target *l, struct target_tid parent);
typedef enum target_status (*linux_end_fn)(struct target *t, uint32_t pid);
/** Detaches or kills the children that it does not know: nothing will tell of them any more. */
void linux_children_end(struct linux_target *l, struct target_tid parent, linux_end_fn end);

/* --- event.c --- */
enum target_status linux_next_event(struct target *t, struct target_stop *out, bool *got);
/** There is something to tell. */
bool linux_has_event(struct linux_target *l);
/** Keeps an event for the client; there is at most one per thread. */
void linux_pend(struct linux_thread *th, enum target_stop_kind kind, int gdb_signal);

/** A signal of the host that goes to the program without a stop. */
bool linux_passes(const struct linux_target *l, const struct linux_thread *th, int signal);
/**
 * A signal waits that the thread does not block. flags: PTRACE_PEEKSIGINFO_SHARED of the process,
 * 0 of the thread alone.
 */
bool linux_signal_due(const struct linux_thread *th, uint32_t flags);
/** The thread has executed one instruction: pends the stop if the client asked for that. */
void linux_step_done(struct linux_target *l, struct linux_thread *th);

/** Sorts what waitpid said of a thread into the tables. */
void linux_handle(struct linux_target *l, pid_t tid, int status);
/** Goes on as if nothing had happened, unless all are being stopped; signal: the host's, 0 none. */
void linux_go_on(struct linux_target *l, struct linux_thread *th, int signal);

/* --- halt.c --- */
/** Stops every running thread and waits until they are; events that come up are kept pending. */
void linux_halt_all(struct linux_target *l);
/** The same for the threads of one process; the others go on. */
void linux_halt_process(struct linux_target *l, struct linux_process *p);
/**
 * The same for one that was just seized, but it gives up on threads that nothing can stop while
 * they are in the kernel. false: *stuck is one of them.
 */
bool linux_halt_attached(struct linux_target *l, struct linux_process *p, pid_t *stuck);

/** waitpid for just this process or thread, however often a signal interrupts it. */
bool linux_wait_for(pid_t tid, int *status);

/* --- park.c --- */
/** A stop was told. If it lasts, linux_park sees to it that it may outlive the server. */
void linux_park_soon(struct linux_target *l);
void linux_park(struct linux_target *l);

/* --- let_go.c --- */
/**
 * A killed process gives its inotify marks back before the kernel lets go of what it traces, and
 * that takes milliseconds (inotify_release() in the kernel): in them the guardian restores code.
 */
void linux_die_slowly(struct linux_target *l);

/* --- ends.c --- */
/** Drops a thread that ended while its process goes on. */
void linux_thread_ended(struct linux_target *l, struct linux_thread *th, int status);
/** What is to be told of ends of threads; false: nothing. */
bool linux_tell_end(struct linux_target *l, struct target_stop *out);
void linux_ends_drop(struct linux_target *l);
/** Leaders that run, or have ended, while their processes have other threads. */
size_t linux_leaders(struct linux_target *l);
/** Drops those that have ended; false: none has. */
bool linux_leaders_ended(struct linux_target *l);

/* --- resume.c --- */
enum target_status linux_resume(struct target *t, const struct target_action *a, size_t n);
enum target_status linux_interrupt(struct target *t);
/** What happens to a thread is told: the client has resumed it. */
bool linux_owed(const struct linux_target *l, const struct linux_thread *th);
enum target_status linux_detach(struct target *t, uint32_t pid);
enum target_status linux_kill(struct target *t, uint32_t pid);
void linux_program(struct target *t, const uint8_t *bits, size_t n);
void linux_heard(struct target *t, struct target_tid tid);
/** Lets one stopped thread go on as it was resumed last, with the signal it has. */
void linux_thread_run(struct linux_target *l, struct linux_thread *th);
/** The program gets this signal of the host when the thread runs next, after those it has. */
void linux_give(struct linux_thread *th, int signal);
/** Writes the breakpoints that are wanted and not there, and the other way round. */
enum target_status linux_points_sync(struct linux_target *l, struct linux_process *p);
/** Ends the job-control stop of a process whose threads all stand. */
void linux_end_stop(struct linux_process *p);
/** Makes next_event be called although no child changed. */
void linux_wake(struct linux_target *l);

/* --- view.c, files.c: what the system says about a process, and its files --- */
extern const struct target_view_ops linux_view_ops;
extern const struct target_os_ops linux_os_ops;
extern const struct target_file_ops linux_file_ops;

#endif
