/*
 * Steps of a real process that the server executes itself: where they end, what the kernel knows
 * behind them, and the steps that it must leave to the CPU. Instructions alone are in
 * test_emulate.c. The children are copies of this program.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <unistd.h>

#include "arch/arch.h"
#include "tests/fake/live.h"
#include "tests/unit/unit.h"

enum { STEPS = 600, GDB_USR1 = 30 };

struct shared {
	atomic_int ready;
	unsigned char page[4096]; /* memory that others see too */
};

static struct shared *shared;
static volatile long counter;
static char *volatile forbidden; /* a page that must not be written */

/* --- the child: work() over and over --- */

static long __attribute__((noinline)) sum(const unsigned char *bytes, size_t n)
{
	unsigned long all = 0; /* it wraps */

	for (size_t i = 0; i < n; i++)
		all = all * 31 + bytes[i] - (all >> 7);
	return (long)all;
}

static void __attribute__((noinline)) work(void)
{
	unsigned char bytes[32];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * i + (size_t)counter);
	counter = counter + 1 + (sum(bytes, sizeof(bytes)) & 1);
	if (counter % 3)
		shared->page[0] = (unsigned char)counter;
}

void loop_start(void);
extern const char loop_mark[], loop_end[], store_place[], call_place[], nowhere[];

/* 5 instructions, 2001 times 2, a store, a call to what is no code. */
__asm__(".text\n"
	".globl loop_start, loop_mark, loop_end, store_place, call_place, nowhere\n"
	"loop_start:\n"
	"	mov $2001, %ecx\n"
	"	xor %eax, %eax\n"
	"	lea 5(%rax), %rdx\n"
	"loop_mark:\n"
	"	add %rdx, %rax\n"
	"1:	dec %ecx\n"
	"	jnz 1b\n"
	"loop_end:\n"
	"	ret\n"
	"store_place:\n"
	"	movb $1, (%rdi)\n"
	"	ret\n"
	"call_place:\n"
	"	jmp *%rdi\n"
	".data\n"
	"nowhere:\n"
	"	nop; nop; nop; nop\n"
	".text\n");

static void spin(void *ctx)
{
	(void)ctx;
	signal(SIGUSR1, SIG_IGN);
	forbidden = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared->ready = *forbidden + 1;
	for (;;) {
		work();
		loop_start();
	}
}

/* --- the server's side --- */

static void open_child(struct live *l)
{
	shared = live_shared(sizeof(*shared));
	live_open(l);
	pid_t pid = live_child(spin, NULL);
	CU_ASSERT_TRUE_FATAL(live_reaches(&shared->ready, 1));
	CU_ASSERT_TRUE_FATAL(live_attach(l, pid));
}

static void close_child(struct live *l)
{
	live_close(l);
	munmap(shared, sizeof(*shared));
}

/* What is over at once has no event to wait for. */
static bool resume(struct live *l, const struct target_action *a, struct target_stop *stop)
{
	bool got = false;

	if (target_resume(l->t, a, 1) != TARGET_OK ||
	    target_next_event(l->t, stop, &got) != TARGET_OK)
		return false;
	return got || live_event(l, stop);
}

static bool step(struct live *l, struct target_stop *stop)
{
	const struct target_action a = { .kind = TARGET_STEP, .pid = l->pid, .tid = l->pid };

	return resume(l, &a, stop);
}

static bool range_step(struct live *l, const void *start, const void *end, struct target_stop *stop)
{
	const struct target_action a = { .kind = TARGET_RANGE_STEP,
					 .pid = l->pid,
					 .tid = l->pid,
					 .start = (uintptr_t)start,
					 .end = (uintptr_t)end };

	return resume(l, &a, stop);
}

static bool set_point(struct live *l, enum target_point_kind kind, const void *at, bool on)
{
	const struct target_point p = { kind, (uintptr_t)at, kind == TARGET_SW_BREAK ? 1 : 8,
					NULL };

	return (on ? target_point_set(l->t, l->pid, &p) : target_point_clear(l->t, l->pid, &p)) ==
	       TARGET_OK;
}

/* To a place, where the CPU has just executed a breakpoint. */
static void go_to(struct live *l, const void *at)
{
	struct target_stop stop;

	CU_ASSERT_TRUE(set_point(l, TARGET_SW_BREAK, at, true));
	CU_ASSERT_TRUE_FATAL(live_run(l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	CU_ASSERT_TRUE(set_point(l, TARGET_SW_BREAK, at, false));
}

static void emulate(struct live *l, const char *value)
{
	const char *const words[] = { "set", "emulate", value };
	struct target_text out = { 0 };

	CU_ASSERT_EQUAL(target_command(l->t, (struct target_tid){ l->pid, l->pid }, 3, words, &out),
			TARGET_OK);
	target_text_deinit(&out);
}

/* Instructions that the server has executed so far. */
static unsigned long emulated(struct live *l)
{
	const char *const words[] = { "emulate" };
	struct target_text out = { 0 };
	unsigned long n = 0;

	CU_ASSERT_EQUAL(target_command(l->t, (struct target_tid){ l->pid, l->pid }, 1, words, &out),
			TARGET_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out.data);
	n = strtoul(out.data + strcspn(out.data, "0123456789"), NULL, 10);
	target_text_deinit(&out);
	return n;
}

static struct user_regs_struct kernel_regs(const struct live *l)
{
	struct user_regs_struct r = { 0 };

	CU_ASSERT_EQUAL(ptrace(PTRACE_GETREGS, (pid_t)l->pid, NULL, &r), 0);
	return r;
}

static void set_reg(struct live *l, const char *name, uint64_t value)
{
	const struct target_tid tid = { l->pid, l->pid };
	const struct arch_desc *d = target_arch(l->t, tid);
	size_t i = 0;

	while (i < d->reg_count && strcmp(d->regs[i].name, name) != 0)
		i++;
	CU_ASSERT_EQUAL(target_reg_write(l->t, tid, i, &value), TARGET_OK);
}

static void set_regs(struct live *l, const void *pc, uint64_t rdi)
{
	set_reg(l, "rip", (uintptr_t)pc);
	set_reg(l, "rdi", rdi);
}

/* --- tests --- */

static void trace(const char *value, struct user_regs_struct *out, unsigned long *by_server)
{
	static const char *const left[] = { "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8",
					    "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
	const long zero = 0;
	struct target_stop stop;
	struct live l;

	open_child(&l);
	emulate(&l, value);
	go_to(&l, (const void *)(uintptr_t)loop_start);
	go_to(&l, (const void *)(uintptr_t)work);
	/* what the child has of the test is not the same each time */
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		set_reg(&l, left[i], 0);
	CU_ASSERT_EQUAL(target_mem_write(l.t, (struct target_tid){ l.pid, l.pid },
					 (uintptr_t)&counter, &zero, sizeof(zero)),
			TARGET_OK);
	for (int i = 0; i < STEPS; i++) {
		CU_ASSERT_TRUE_FATAL(step(&l, &stop));
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_TRAP);
		out[i] = kernel_regs(&l);
	}
	*by_server = emulated(&l);
	close_child(&l);
}

static bool same_regs(const struct user_regs_struct *a, const struct user_regs_struct *b)
{
	const unsigned long long *x = (const void *)a, *y = (const void *)b;

	for (size_t i = 0; i < sizeof(*a) / sizeof(*x); i++)
		if (x[i] != y[i]) {
			printf("rip %#llx: register %zu: %#llx, by the CPU %#llx\n", a->rip, i,
			       x[i], y[i]);
			return false;
		}
	return true;
}

/* Each step leaves in the kernel what it leaves there without emulation. */
static void test_same_steps(void)
{
	struct user_regs_struct *on = calloc(STEPS, sizeof(*on)),
				*off = calloc(STEPS, sizeof(*off));
	unsigned long by_server = 0, none = 0;

	CU_ASSERT_FATAL(on && off);
	trace("on", on, &by_server);
	trace("off", off, &none);
	CU_ASSERT(by_server > STEPS / 2);
	CU_ASSERT_EQUAL(none, 0);
	int same = 0;
	while (same < STEPS && same_regs(&on[same], &off[same]))
		same++;
	CU_ASSERT_EQUAL(same, STEPS);
	free(on);
	free(off);
}

static void test_range(void)
{
	struct target_stop stop;
	struct live l;

	open_child(&l);
	go_to(&l, (const void *)(uintptr_t)loop_start);
	CU_ASSERT_TRUE_FATAL(range_step(&l, (const void *)(uintptr_t)loop_start, loop_end, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
	struct user_regs_struct r = kernel_regs(&l);
	CU_ASSERT_EQUAL(r.rip, (uintptr_t)loop_end);
	CU_ASSERT_EQUAL(r.rax, 5);
	CU_ASSERT_EQUAL(r.rcx, 0);
	/* the CPU has its part of each long run */
	CU_ASSERT(emulated(&l) > 3000 && emulated(&l) < 4006);
	close_child(&l);
}

static void test_breakpoint_in_range(void)
{
	struct target_stop stop;
	struct live l;

	open_child(&l);
	go_to(&l, (const void *)(uintptr_t)loop_start);
	CU_ASSERT_TRUE(set_point(&l, TARGET_SW_BREAK, loop_mark, true));
	CU_ASSERT_TRUE_FATAL(range_step(&l, (const void *)(uintptr_t)loop_start, loop_end, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)loop_mark + 1);
	close_child(&l);
}

/* whole: to the process, not to its thread. */
static void step_with_signal(bool whole)
{
	struct target_stop stop;
	struct live l;

	open_child(&l);
	go_to(&l, (const void *)(uintptr_t)loop_start);
	CU_ASSERT_TRUE(step(&l, &stop));
	unsigned long before = emulated(&l);
	CU_ASSERT(before > 0);
	if (whole)
		kill((pid_t)l.pid, SIGUSR1);
	else
		syscall(SYS_tgkill, l.pid, l.pid, SIGUSR1);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, GDB_USR1);
	CU_ASSERT_EQUAL(emulated(&l), before);
	close_child(&l);
}

static void test_signals(void)
{
	step_with_signal(false);
	step_with_signal(true);
}

/* A client steps on and on and asks once for an interrupt: steps that are over at once keep it. */
static void test_interrupt(void)
{
	const struct target_action a = { .kind = TARGET_STEP, .pid = -1, .tid = -1 };
	struct target_stop stop;
	struct live l;

	open_child(&l);
	go_to(&l, loop_mark);
	for (int i = 0; i < STEPS; i++) {
		CU_ASSERT_EQUAL(target_resume(l.t, &a, 1), TARGET_OK);
		CU_ASSERT_EQUAL(target_interrupt(l.t), TARGET_OK);
		CU_ASSERT_TRUE_FATAL(live_event(&l, &stop));
		if (stop.signal == TARGET_SIGNAL_TRAP)
			CU_ASSERT_TRUE_FATAL(step(&l, &stop));
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_INT);
		CU_ASSERT_TRUE_FATAL(step(&l, &stop));
		CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_TRAP);
	}
	close_child(&l);
}

static void check_siginfo(struct live *l, uint64_t at)
{
	struct target_text out = { 0 };
	siginfo_t info;

	CU_ASSERT_EQUAL(target_siginfo_read(l->t, (struct target_tid){ l->pid, l->pid }, &out),
			TARGET_OK);
	CU_ASSERT_EQUAL_FATAL(out.len, sizeof(info));
	memcpy(&info, out.data, sizeof(info));
	CU_ASSERT_EQUAL(info.si_signo, SIGTRAP);
	CU_ASSERT_EQUAL(info.si_code, TRAP_TRACE);
	CU_ASSERT_EQUAL((uintptr_t)info.si_addr, at);
	target_text_deinit(&out);
}

/* Also of a thread that was taken out of its trap, because nobody has asked for anything. */
static void test_siginfo(void)
{
	enum { REST_US = 100000 };
	struct target_stop stop;
	bool got;
	struct live l;

	for (int rest = 0; rest < 2; rest++) {
		open_child(&l);
		go_to(&l, (const void *)(uintptr_t)loop_start);
		for (int i = 0; i < 2; i++) {
			CU_ASSERT_TRUE(step(&l, &stop));
			CU_ASSERT_EQUAL(emulated(&l), i + 1);
			usleep((useconds_t)(rest * REST_US));
			CU_ASSERT_EQUAL(target_next_event(l.t, &stop, &got), TARGET_OK);
			check_siginfo(&l, (uintptr_t)loop_start + (i ? 7 : 5));
		}
		close_child(&l);
	}
}

/* Stands at a place in the page that the CPU has just executed, with a value in rdi. */
static void stand_at(struct live *l, const void *pc, uint64_t rdi)
{
	open_child(l);
	go_to(l, (const void *)(uintptr_t)loop_start);
	set_regs(l, pc, rdi);
}

static void test_faults(void)
{
	struct target_stop stop;
	struct live l;

	/* forbidden is where the child has it */
	stand_at(&l, store_place, 0);
	uint64_t at = 0;
	size_t done;
	CU_ASSERT_EQUAL(target_mem_read(l.t, (struct target_tid){ l.pid, l.pid },
					(uintptr_t)&forbidden, &at, sizeof(at), &done),
			TARGET_OK);
	set_regs(&l, store_place, at);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_SEGV);
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)store_place);
	close_child(&l);

	stand_at(&l, store_place, 0);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_SEGV);
	close_child(&l);
}

/* Data are no code, though they can be read. */
static void test_no_code(void)
{
	struct target_stop stop;
	struct live l;

	stand_at(&l, call_place, (uintptr_t)nowhere);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_TRAP);
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)nowhere);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_SEGV);
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)nowhere);
	close_child(&l);
}

static void test_watch(void)
{
	struct target_stop stop;
	struct live l;

	stand_at(&l, store_place, (uintptr_t)&counter);
	if (set_point(&l, TARGET_WRITE_WATCH, (const void *)(uintptr_t)&counter, true)) {
		CU_ASSERT_TRUE_FATAL(step(&l, &stop));
		CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_WATCH);
		CU_ASSERT_EQUAL(emulated(&l), 0);
	} else {
		printf("skipped: this machine has no watchpoints\n");
	}
	close_child(&l);
}

/* Memory that other processes have too is written by the CPU, private memory need not be. */
static void test_shared_memory(void)
{
	struct target_stop stop;
	struct live l;

	stand_at(&l, store_place, (uintptr_t)&shared->page[8]);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(shared->page[8], 1);
	CU_ASSERT_EQUAL(emulated(&l), 0);
	close_child(&l);

	stand_at(&l, store_place, (uintptr_t)&counter);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)store_place + 3);
	CU_ASSERT_EQUAL(emulated(&l), 1);
	close_child(&l);
}

/* What stands in the program, breakpoints included. */
static unsigned char raw_byte(const struct live *l, const void *at)
{
	unsigned char byte = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/mem", l->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	CU_ASSERT_EQUAL(pread(fd, &byte, 1, (off_t)(uintptr_t)at), 1);
	close(fd);
	return byte;
}

static unsigned char shown_byte(struct live *l, const void *at)
{
	unsigned char byte = 0;
	size_t done;

	CU_ASSERT_EQUAL(target_mem_read(l->t, (struct target_tid){ l->pid, l->pid }, (uintptr_t)at,
					&byte, 1, &done),
			TARGET_OK);
	return byte;
}

/* A breakpoint that is taken out for a step and put back is not written for that. */
static void test_points_stay(void)
{
	enum { BREAK = 0xcc };
	const unsigned char *start = (const void *)(uintptr_t)loop_start, *next = start + 5;
	unsigned char here = *start, there = *next;
	struct target_stop stop;
	struct live l;

	open_child(&l);
	go_to(&l, start);
	CU_ASSERT_TRUE(set_point(&l, TARGET_SW_BREAK, next, true));
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SIGNAL);
	CU_ASSERT_EQUAL(emulated(&l), 1);
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)next);
	CU_ASSERT_EQUAL(raw_byte(&l, start), BREAK);
	CU_ASSERT_EQUAL(raw_byte(&l, next), there);
	CU_ASSERT_EQUAL(shown_byte(&l, start), here);
	CU_ASSERT_EQUAL(shown_byte(&l, next), there);

	/* the one that it stands at has not been hit yet */
	CU_ASSERT_TRUE_FATAL(live_run(&l, &stop));
	CU_ASSERT_EQUAL(stop.kind, TARGET_STOP_SWBREAK);
	CU_ASSERT_EQUAL(stop.signal, TARGET_SIGNAL_TRAP);
	CU_ASSERT_EQUAL(raw_byte(&l, start), here);
	CU_ASSERT_EQUAL(raw_byte(&l, next), BREAK);

	/* the next one is the last of the loop: what was taken out is not hit */
	CU_ASSERT_TRUE(set_point(&l, TARGET_SW_BREAK, next, false));
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(emulated(&l), 2);
	go_to(&l, loop_end);
	CU_ASSERT_EQUAL(raw_byte(&l, next), there);
	close_child(&l);
}

/* What the program itself has written over a breakpoint is executed. */
static void test_code_changed(void)
{
	const char *start = (const void *)(uintptr_t)loop_start;
	const unsigned char nop = 0x90;
	struct target_stop stop;
	char path[64];
	struct live l;

	open_child(&l);
	go_to(&l, start);
	snprintf(path, sizeof(path), "/proc/%u/mem", l.pid);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	CU_ASSERT_EQUAL(pwrite(fd, &nop, 1, (off_t)(uintptr_t)start), 1);
	close(fd);
	CU_ASSERT_EQUAL(shown_byte(&l, start), nop);
	CU_ASSERT_TRUE_FATAL(step(&l, &stop));
	CU_ASSERT_EQUAL(kernel_regs(&l).rip, (uintptr_t)start + 1);
	CU_ASSERT_EQUAL(emulated(&l), 1);
	close_child(&l);
}

/* A stop names the CPU that its thread ran on, wherever the server runs. */
static void test_core(void)
{
	cpu_set_t may, one;
	struct live l;

	open_child(&l);
	CU_ASSERT_EQUAL_FATAL(sched_getaffinity(0, sizeof(may), &may), 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &may))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		CU_ASSERT_EQUAL(sched_setaffinity((pid_t)l.pid, sizeof(one), &one), 0);
		go_to(&l, (const void *)(uintptr_t)loop_start);
		CU_ASSERT_EQUAL(target_thread_core(l.t, (struct target_tid){ l.pid, l.pid }),
				(int)cpu);
	}
	close_child(&l);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the same steps", test_same_steps },
		{ "range step", test_range },
		{ "breakpoint in a range", test_breakpoint_in_range },
		{ "signals come first", test_signals },
		{ "interrupt between steps", test_interrupt },
		{ "siginfo of a step", test_siginfo },
		{ "faults are the CPU's", test_faults },
		{ "what is no code", test_no_code },
		{ "a watchpoint is set", test_watch },
		{ "shared memory", test_shared_memory },
		{ "breakpoints stay for a step", test_points_stay },
		{ "code that changed under one", test_code_changed },
		{ "CPU of a stop", test_core },
	};

	return unit_run("emulate_steps", tests, sizeof(tests) / sizeof(tests[0]));
}
