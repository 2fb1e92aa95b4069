#ifndef TARGET_LINUX_TABLES_H
#define TARGET_LINUX_TABLES_H

#include <signal.h>
#include <sys/types.h>

#include "target/linux/emulate.h"
#include "target/linux/hold.h"
#include "target/linux/host.h"
#include "target/linux/proc.h"
#include "target/linux/rseq.h"
#include "target/moment.h"
#include "target/point_code.h"
#include "target/points.h"
#include "target/rescue.h"
#include "target/target.h"

/**
 * The tables every file of this folder works on. A thread is either running or stopped; a stopped
 * one may hold an event that has not been told to the client yet (`pending`).
 */

enum { LINUX_REGSETS = 4 };

/** One register set of a thread: read when first asked for, written back before it runs. */
struct linux_regset {
	bool known, dirty;
	size_t n;     /* bytes the kernel gave */
	void *data;   /* host_regset_room bytes, allocated with the first read */
};

struct linux_thread {
	struct linux_process *process;
	pid_t tid;
	bool running;     /* linux_thread_set_running() */
	bool asleep;      /* it stands in a system call: it would wait there if it ran */
	bool stepping;    /* resumed by a single step */
	bool range;       /* resumed by a range step [range_start, range_end) */
	uint64_t range_start, range_end;
	bool halt;        /* asked to stop: says so when it does */
	int halt_signal;  /* GDB's number it then stops with */
	bool go;          /* the client wants it to run */
	bool over;        /* its hit at over_at was dealt with here: it goes over the breakpoint */
	uint64_t over_at;
	bool fresh;       /* cloned, its first stop not seen yet */
	unsigned owed;    /* the resume (linux_target.resumes) in which it is told of in any case */
	bool lends;       /* counts in `lent` of its process */
	bool vforks;      /* the client knows of its vfork: it shall hear of the end of it too */
	bool told;        /* the client knows why it stands: `last` */
	bool unheard;     /* non-stop: its stop is on its way to the client */
	bool has_pending;
	struct target_stop pending; /* told to the client when has_pending */
	struct target_stop last;    /* what the client was told last */
	int deliver;      /* host signal that goes to the thread when it runs again */
	bool mute;        /* the kernel takes no signal in its stop: it has to be sent */
	bool trapped;     /* stands in a trap that is the server's, a breakpoint or a step */
	bool parked;      /* ... and was taken out of it: park.c */
	siginfo_t trap;   /* of the parked one */
	uint64_t sent;    /* linux_signal_bit of those sent so, to be delivered without a word */
	struct linux_emulation emulation;
	struct linux_rseq rseq;
	struct linux_regset sets[LINUX_REGSETS];
	unsigned slots_version; /* of the process's slots that its debug registers have */
	bool stat_known;        /* `stat` holds until the thread runs */
	struct proc_stat stat;
	uint64_t handle; /* what the program's thread library calls it, 0 unknown */
	struct linux_thread *next, *prev; /* of the process, in the order of their making */
	struct linux_thread *hash_next;
	bool busy;        /* in the list of linux_target */
	struct linux_thread *busy_next, *busy_prev;
};

struct linux_process {
	pid_t pid;
	struct target_tid forker; /* the thread that made it; {0,0}: none that we know of */
	bool untold;        /* the stop of its forker will tell the client of it */
	bool borrower;      /* by vfork: until it calls exec or ends its memory is the parent's */
	bool attached;      /* not started by us: detached, not killed, at the end */
	bool outlives;      /* started by us, and yet it goes on when we die */
	int mem;            /* /proc/PID/mem, O_CLOEXEC */
	int pagemap;        /* /proc/PID/pagemap; -1: not open */
	struct linux_executed executed;
	struct rescue *rescue; /* of the target, for what goes on without us; NULL: not needed */
	struct linux_thread *threads, *newest;
	size_t thread_count;
	size_t running; /* threads that run */
	const struct arch_desc *desc; /* registers of its threads, from host_desc() */
	struct points *points;        /* target/points.h */
	struct point_codes codes;     /* what runs at them */
	struct host_slot slots[HOST_SLOTS];
	unsigned slots_version; /* 0: never used */
	char *program;      /* what was started, for messages; NULL when attached */
	bool arriving;      /* is being attached to */
	bool halting;       /* its threads are being stopped: none is started anew */
	bool put_off;       /* its threads go over a breakpoint once others have stopped */
	bool newborn;       /* forked by a debugged process and not resumed by the client yet */
	bool stood;         /* was in a job-control stop when it was attached to */
	bool continued;     /* its next SIGCONT is the server's */
	unsigned lent;      /* children that run in its memory: nothing is patched then */
	bool catching;      /* system calls stop its threads */
	int64_t *calls;     /* the numbers that do, sorted as given; NULL: all */
	size_t call_count;
	struct ps_prochandle *thread_db; /* thread_db.c; NULL: not loaded */
	unsigned ended;     /* it was the n-th to end: `end` is to be told, then it is dropped */
	struct target_stop end;
	struct linux_process *next;
};

enum { LINUX_HASH = 4096 };

struct linux_target {
	struct target base;
	struct linux_process *processes;
	struct linux_thread *hash[LINUX_HASH];
	size_t thread_count;
	size_t running; /* threads that run */
	/*
	 * Threads that run or shall run, have something to tell or go over a breakpoint, or that
	 * would do more than sleep if they ran. No stop looks at others, however many there are.
	 */
	struct linux_thread *busy;
	struct target_action *actions; /* of the last resume */
	size_t action_count;
	unsigned resumes;    /* counts them */
	unsigned writes;     /* counts what clients write to memory */
	unsigned left_aside; /* in how many of the last ones sleeping threads were not started */
	pid_t stepper;       /* the thread whose step is waited for, 0 none */
	struct moment moment; /* waiting for what was set going */
	struct linux_early *early; /* first stops of threads that no parent has told of yet */
	int events;        /* epoll of the two below: readable when next_event has work */
	int child_fd;      /* signalfd of SIGCHLD */
	int wake_fd;       /* eventfd: an event is pending without a SIGCHLD */
	bool woken;        /* it is readable */
	struct target_tid last; /* thread of the last event told */
	char path[4096];   /* of the program that the last exec event told of */
	bool non_stop;
	bool resumed;      /* all-stop: a stop is owed to the client */
	bool halting;      /* all threads are being stopped: none is started anew */
	bool interrupted;  /* in vain, there was a stop to tell: again at the next resume */
	unsigned wishes;   /* enum target_wish */
	uint32_t foreground; /* the process started or attached to last: the interrupt key's */
	uint8_t program[32]; /* bit per GDB signal number: detached threads get it back */
	uint8_t pass[32];  /* bit per GDB signal number: goes to the program without a stop */
	struct linux_end *ends; /* of threads, not told yet */
	unsigned ended;    /* counts processes that have ended */
	uint32_t dice;     /* which of several pending stops is told */
	bool none_left;    /* the last thread that was resumed has ended */
	int park_fd;       /* timerfd: nobody has resumed for a while */
	int64_t park_fires; /* when it does, monotonic ms; 0: it is not armed */
	int64_t park_at;   /* when that while is over */
	struct host *host; /* CPU tables, owned */
	struct linux_hold hold; /* children nobody follows */
	struct rescue *rescue; /* borrowed, may be NULL */
	bool emulate_off;
	uint64_t emulated; /* instructions, so far */
	int linger;        /* inotify, with a mark once something is attached; -1: none */
	char *thread_db_folders; /* where libthread_db is looked for, NULL: preset */
};

/* --- table.c --- */
struct linux_process *linux_process_find(struct linux_target *l, uint32_t pid);
/** That is the leader of a process whose end is still to be told: to clients it is there. */
bool linux_has_ended(struct linux_target *l, struct target_tid tid);
/** attached, outlives: as in struct linux_process. NULL: out of memory. */
struct linux_process *linux_process_add(struct linux_target *l, pid_t pid, bool attached,
					bool outlives);
void linux_process_drop(struct linux_target *l, struct linux_process *p);
struct linux_thread *linux_thread_find(struct linux_target *l, pid_t tid);
struct linux_thread *linux_thread_add(struct linux_target *l, struct linux_process *p, pid_t tid);
void linux_thread_drop(struct linux_target *l, struct linux_thread *th);
/** Every change of `running` goes through here: it keeps the counters and the busy ones. */
void linux_thread_set_running(struct linux_target *l, struct linux_thread *th, bool running);
/** Puts a thread among the busy ones. */
void linux_thread_busy(struct linux_target *l, struct linux_thread *th);
/** Takes those out that are not busy any more. */
void linux_busy_prune(struct linux_target *l);
static inline uint64_t linux_signal_bit(int signal)
{
	return UINT64_C(1) << (signal - 1);
}
static inline struct target_tid linux_tid(const struct linux_thread *th)
{
	return (struct target_tid){ (uint32_t)th->process->pid, (uint32_t)th->tid };
}

#endif
