/*
 * Registers of real threads through target/linux/regs.c and the host's file: a child that loads
 * known values and stops, a 32-bit program, values that the kernel refuses. Layouts and
 * values without a process are in test_x86.c, what gdbserver shows is in test_host_peer.c.
 */
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/x86.h"
#include "target/linux/linux_priv.h"
#include "tests/fake/small_elf.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { GPRS = 15, VECTORS = 32, MASKS = 8, WIDE = 64 };

/** What the child loads before it stops. */
struct seed {
	uint64_t gpr[GPRS]; /* in the order of gpr_names */
	uint8_t vector[VECTORS][WIDE];
	uint64_t mask[MASKS];
};

static const char *const gpr_names[GPRS] = { "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8",
					     "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };

static void make_seed(struct seed *s)
{
	for (size_t i = 0; i < GPRS; i++)
		s->gpr[i] = 0x8899aabbccdd0000 + i * 0x101;
	for (size_t i = 0; i < VECTORS; i++)
		for (size_t k = 0; k < WIDE; k++)
			s->vector[i][k] = (uint8_t)(i * 64 + k * 3 + 1);
	for (size_t i = 0; i < MASKS; i++)
		s->mask[i] = 0xf0e1d2c3b4a50000 + i;
}

/* --- the child --- */

#define EACH_8(m, a)  m(a##0) m(a##1) m(a##2) m(a##3) m(a##4) m(a##5) m(a##6) m(a##7)
#define EACH_16(m)    EACH_8(m, ) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15)
#define EACH_UPPER(m) m(16) m(17) m(18) m(19) EACH_8(m, 2) m(28) m(29) m(30) m(31)
#define XMM(n)	      "movdqu " #n "*64(%0), %%xmm" #n "\n\t"
#define YMM(n)	      "vmovdqu " #n "*64(%0), %%ymm" #n "\n\t"
#define ZMM(n)	      "vmovdqu64 " #n "*64(%0), %%zmm" #n "\n\t"
#define MASK(n)	      "kmovq " #n "*8(%1), %%k" #n "\n\t"

static void load_vectors(const struct seed *s)
{
	if (__builtin_cpu_supports("avx512bw"))
		__asm__ volatile(EACH_16(ZMM) EACH_UPPER(ZMM) EACH_8(MASK, )
				 :
				 : "r"(s->vector), "r"(s->mask));
	else if (__builtin_cpu_supports("avx"))
		__asm__ volatile(EACH_16(YMM) : : "r"(s->vector));
	else
		__asm__ volatile(EACH_16(XMM) : : "r"(s->vector));
}

/** Loads all, stops twice: the second time shows what came back from the tracer. */
static void __attribute__((noreturn)) load_and_stop(const struct seed *s)
{
	load_vectors(s);
	__asm__ volatile("fninit; fldpi; fld1\n\t"
			 "mov %0, %%rax\n\t"
			 "mov 8(%%rax), %%rbx; mov 16(%%rax), %%rcx; mov 24(%%rax), %%rdx\n\t"
			 "mov 32(%%rax), %%rsi; mov 40(%%rax), %%rdi; mov 48(%%rax), %%rbp\n\t"
			 "mov 56(%%rax), %%r8; mov 64(%%rax), %%r9; mov 72(%%rax), %%r10\n\t"
			 "mov 80(%%rax), %%r11; mov 88(%%rax), %%r12; mov 96(%%rax), %%r13\n\t"
			 "mov 104(%%rax), %%r14; mov 112(%%rax), %%r15; mov (%%rax), %%rax\n\t"
			 "int3; int3; hlt"
			 :
			 : "r"(s->gpr));
	__builtin_unreachable();
}

/* --- the tracer --- */

/** A target that holds one thread, without the event loop that would make it so. */
struct fixture {
	struct linux_target *l;
	struct linux_thread *th;
	struct target_tid tid;
	struct seed seed;
};

static bool is_stopped_by(pid_t pid, int signal)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == signal;
}

static void adopt(struct fixture *f, pid_t pid)
{
	struct linux_process *p;

	f->l = calloc(1, sizeof(*f->l));
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->l);
	f->l->host = host_create();
	p = linux_process_add(f->l, pid, false, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	f->th = linux_thread_add(f->l, p, pid);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->th);
	f->tid = linux_tid(f->th);
	p->desc = host_desc(f->l->host, pid);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p->desc);
}

static void open_child(struct fixture *f)
{
	pid_t pid;

	memset(f, 0, sizeof(*f));
	make_seed(&f->seed);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		load_and_stop(&f->seed);
	}
	CU_ASSERT_FATAL(is_stopped_by(pid, SIGTRAP));
	adopt(f, pid);
}

/** false: this kernel runs no 32-bit programs. */
static bool open_small(struct fixture *f)
{
	int fd = small_elf();
	pid_t pid = fork();

	memset(f, 0, sizeof(*f));
	if (pid == 0) {
		char *const none[] = { NULL };

		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		fexecve(fd, none, none);
		_exit(1);
	}
	close(fd);
	if (!is_stopped_by(pid, SIGTRAP)) {
		printf("skipped: the kernel runs no 32-bit programs\n");
		return false;
	}
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	CU_ASSERT_FATAL(is_stopped_by(pid, SIGTRAP));
	adopt(f, pid);
	return true;
}

static void close_fixture(struct fixture *f)
{
	kill((pid_t)f->tid.pid, SIGKILL);
	waitpid((pid_t)f->tid.pid, NULL, 0);
	linux_process_drop(f->l, f->th->process);
	host_destroy(f->l->host);
	free(f->l);
}

static const struct arch_desc *desc(const struct fixture *f)
{
	return f->th->process->desc;
}

static size_t index_of(const struct fixture *f, const char *name)
{
	size_t i = 0;

	while (i < desc(f)->reg_count && strcmp(desc(f)->regs[i].name, name) != 0)
		i++;
	return i;
}

static bool has(const struct fixture *f, const char *name)
{
	return index_of(f, name) < desc(f)->reg_count;
}

/** Is the register there with this value? */
static bool reads(struct fixture *f, const char *name, const void *want)
{
	uint8_t v[ARCH_REG_MAX_BYTES];
	bool valid = false;
	size_t i = index_of(f, name);

	return linux_reg_read(&f->l->base, f->tid, i, v, &valid) == TARGET_OK && valid &&
	       memcmp(v, want, arch_reg_size(&desc(f)->regs[i])) == 0;
}

static uint64_t number(struct fixture *f, const char *name)
{
	uint8_t v[ARCH_REG_MAX_BYTES] = { 0 };
	bool valid = false;
	uint64_t out;

	CU_ASSERT_EQUAL(linux_reg_read(&f->l->base, f->tid, index_of(f, name), v, &valid),
			TARGET_OK);
	CU_ASSERT(valid);
	memcpy(&out, v, sizeof(out));
	return out;
}

static enum target_status writes(struct fixture *f, const char *name, const void *value)
{
	return linux_reg_write(&f->l->base, f->tid, index_of(f, name), value);
}

static void go_on(struct fixture *f)
{
	CU_ASSERT_EQUAL(linux_regs_flush(f->l, f->th), TARGET_OK);
	ptrace(PTRACE_CONT, f->th->tid, NULL, NULL);
	CU_ASSERT_FATAL(is_stopped_by(f->th->tid, SIGTRAP));
}

/* --- 64-bit --- */

typedef void (*visit_fn)(struct fixture *f, const char *name, const void *value);

/** Every register of the seed that this machine has, with its value. */
static void each_of_seed(struct fixture *f, const struct seed *s, visit_fn fn)
{
	static const struct {
		const char *prefix, *suffix;
		size_t at;
	} rows[] = { { "xmm", "", 0 }, { "ymm", "h", 16 }, { "zmm", "h", 32 } };
	char name[16];

	for (size_t i = 0; i < GPRS; i++)
		fn(f, gpr_names[i], &s->gpr[i]);
	for (size_t r = 0; r < COUNT(rows); r++)
		for (size_t i = 0; i < VECTORS; i++) {
			snprintf(name, sizeof(name), "%s%zu%s", rows[r].prefix, i, rows[r].suffix);
			if (has(f, name))
				fn(f, name, s->vector[i] + rows[r].at);
		}
	for (size_t i = 0; i < MASKS; i++) {
		snprintf(name, sizeof(name), "k%zu", i);
		if (has(f, name))
			fn(f, name, &s->mask[i]);
	}
}

static void visit_read(struct fixture *f, const char *name, const void *value)
{
	bool same = reads(f, name, value);

	if (!same)
		printf("%s differs\n", name);
	CU_ASSERT(same);
}

static void visit_write(struct fixture *f, const char *name, const void *value)
{
	CU_ASSERT_EQUAL(writes(f, name, value), TARGET_OK);
	CU_ASSERT(reads(f, name, value));
}

static const uint8_t one[10] = { 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f };

static void test_read(void)
{
	struct fixture f;
	uint64_t pc;

	open_child(&f);
	CU_ASSERT_STRING_EQUAL(desc(&f)->name, "i386:x86-64");
	CU_ASSERT_EQUAL(has(&f, "ymm0h"), __builtin_cpu_supports("avx") != 0);
	CU_ASSERT_EQUAL(has(&f, "zmm31h"), __builtin_cpu_supports("avx512f") != 0);
	each_of_seed(&f, &f.seed, visit_read);
	CU_ASSERT(reads(&f, "st0", one));
	CU_ASSERT_EQUAL(number(&f, "fctrl"), 0x37f);
	CU_ASSERT_EQUAL(number(&f, "fstat") >> 11 & 7, 6);
	CU_ASSERT_EQUAL(number(&f, "ftag"), 0x0fff);
	CU_ASSERT_EQUAL(number(&f, "mxcsr"), 0x1f80);
	CU_ASSERT_EQUAL(number(&f, "orig_rax"), UINT64_MAX);
	CU_ASSERT_EQUAL(linux_pc_read(f.l, f.th, &pc), TARGET_OK);
	CU_ASSERT_EQUAL(pc, number(&f, "rip"));
	CU_ASSERT_NOT_EQUAL(number(&f, "fs_base"), 0);
	close_fixture(&f);
}

/** What is written survives the way through the CPU. */
static void test_write(void)
{
	struct fixture f;
	struct seed other;
	uint8_t *bytes = (uint8_t *)&other;
	uint64_t pc;

	open_child(&f);
	other = f.seed;
	for (size_t i = 0; i < sizeof(other); i++)
		bytes[i] = (uint8_t)~bytes[i];
	each_of_seed(&f, &other, visit_write);
	visit_write(&f, "fctrl", &(uint32_t){ 0x27f });
	visit_write(&f, "mxcsr", &(uint32_t){ 0x1fa0 });
	visit_write(&f, "st1", other.vector);
	visit_write(&f, "ftag", &(uint32_t){ 0xcfff });
	pc = number(&f, "rip");
	go_on(&f);
	CU_ASSERT_EQUAL(number(&f, "rip"), pc + 1);
	each_of_seed(&f, &other, visit_read);
	CU_ASSERT(reads(&f, "st0", one));
	CU_ASSERT(reads(&f, "st1", other.vector));
	CU_ASSERT_EQUAL(number(&f, "fctrl"), 0x27f);
	CU_ASSERT_EQUAL(number(&f, "ftag"), 0xcfff);
	CU_ASSERT_EQUAL(number(&f, "mxcsr"), 0x1fa0);
	close_fixture(&f);
}

/** A set is asked for once per stop, and written only when something in it is new. */
static void test_lazy(void)
{
	struct fixture f;
	uint64_t pc;

	open_child(&f);
	CU_ASSERT_EQUAL(linux_pc_read(f.l, f.th, &pc), TARGET_OK);
	CU_ASSERT(f.th->sets[X86_SET_GENERAL].known);
	CU_ASSERT(!f.th->sets[X86_SET_XSAVE].known);
	CU_ASSERT_EQUAL(linux_pc_write(f.l, f.th, pc), TARGET_OK);
	CU_ASSERT(!f.th->sets[X86_SET_GENERAL].dirty);
	CU_ASSERT_EQUAL(linux_pc_write(f.l, f.th, pc - 1), TARGET_OK);
	CU_ASSERT(f.th->sets[X86_SET_GENERAL].dirty);
	CU_ASSERT_EQUAL(linux_regs_flush(f.l, f.th), TARGET_OK);
	CU_ASSERT(!f.th->sets[X86_SET_GENERAL].known);
	CU_ASSERT_EQUAL(number(&f, "rip"), pc - 1);
	go_on(&f); /* the same stop again */
	CU_ASSERT_EQUAL(number(&f, "rip"), pc);
	close_fixture(&f);
}

/** The kernel checks selectors and bases; what it refuses is not lost among what it takes. */
static void test_refused(void)
{
	struct fixture f;
	uint64_t pc, cs, base;

	open_child(&f);
	pc = number(&f, "rip");
	cs = number(&f, "cs");
	base = number(&f, "fs_base");
	CU_ASSERT_EQUAL(linux_pc_write(f.l, f.th, pc - 1), TARGET_OK);
	CU_ASSERT_EQUAL(writes(&f, "cs", &(uint32_t){ 0 }), TARGET_INVALID);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.l->base.message, "cs"));
	CU_ASSERT_EQUAL(writes(&f, "fs_base", &(uint64_t){ UINT64_MAX }), TARGET_INVALID);
	CU_ASSERT_EQUAL(number(&f, "cs"), cs);
	CU_ASSERT_EQUAL(linux_regs_flush(f.l, f.th), TARGET_OK);
	CU_ASSERT_EQUAL(number(&f, "cs"), cs);
	CU_ASSERT_EQUAL(number(&f, "fs_base"), base);
	CU_ASSERT_EQUAL(number(&f, "rip"), pc - 1);
	CU_ASSERT_EQUAL(writes(&f, "mxcsr", &(uint32_t){ UINT32_MAX }), TARGET_OK);
	CU_ASSERT_EQUAL(linux_regs_flush(f.l, f.th), TARGET_OK);
	CU_ASSERT_NOT_EQUAL(number(&f, "mxcsr") & 0x1f80, 0);
	close_fixture(&f);
}

static void test_statuses(void)
{
	struct fixture f;
	uint8_t v[ARCH_REG_MAX_BYTES];
	bool valid;

	open_child(&f);
	struct target *t = &f.l->base;
	struct target_tid wrong = { f.tid.pid + 1, f.tid.tid };
	CU_ASSERT_EQUAL(linux_reg_read(t, wrong, 0, v, &valid), TARGET_NO_THREAD);
	wrong = (struct target_tid){ f.tid.pid, UINT32_MAX };
	CU_ASSERT_EQUAL(linux_reg_write(t, wrong, 0, v), TARGET_NO_THREAD);
	CU_ASSERT_EQUAL(linux_reg_read(t, f.tid, 100000, v, &valid), TARGET_INVALID);
	f.th->running = true;
	CU_ASSERT_EQUAL(linux_reg_read(t, f.tid, 0, v, &valid), TARGET_RUNNING);
	CU_ASSERT_EQUAL(linux_reg_write(t, f.tid, 0, v), TARGET_RUNNING);
	f.th->running = false;
	kill((pid_t)f.tid.pid, SIGKILL);
	waitpid((pid_t)f.tid.pid, NULL, 0);
	/* until its end is told it is a thread without registers */
	CU_ASSERT_EQUAL(linux_reg_read(t, f.tid, 0, v, &valid), TARGET_OK);
	CU_ASSERT(!valid);
	f.th->sets[0].known = f.th->sets[0].dirty = true;
	CU_ASSERT_EQUAL(linux_regs_flush(f.l, f.th), TARGET_NO_THREAD);
	CU_ASSERT(!f.th->sets[0].known);
	close_fixture(&f);
}

/** The sets that stand in where there is no XSAVE; one of another kind of program is not there. */
static void test_fxsave(void)
{
	static const struct x86_xsave none = { 0 };
	struct arch_desc *wide = x86_desc_create(X86_MODE_64, &none);
	struct arch_desc *narrow = x86_desc_create(X86_MODE_32, &none);
	struct fixture f;
	uint8_t v[ARCH_REG_MAX_BYTES];
	bool valid = true;

	open_child(&f);
	f.th->process->desc = wide;
	CU_ASSERT(reads(&f, "xmm15", f.seed.vector[15]));
	CU_ASSERT(reads(&f, "st0", one));
	visit_write(&f, "xmm15", f.seed.vector[1]);
	go_on(&f);
	CU_ASSERT(reads(&f, "xmm15", f.seed.vector[1]));
	CU_ASSERT(reads(&f, "xmm14", f.seed.vector[14]));
	f.th->process->desc = narrow;
	CU_ASSERT_EQUAL(linux_reg_read(&f.l->base, f.tid, index_of(&f, "st0"), v, &valid),
			TARGET_OK);
	CU_ASSERT(!valid);
	CU_ASSERT_EQUAL(writes(&f, "st0", v), TARGET_UNAVAILABLE);
	close_fixture(&f);
	if (open_small(&f)) {
		f.th->process->desc = narrow;
		CU_ASSERT(reads(&f, "st0", one));
		close_fixture(&f);
	}
	x86_desc_destroy(wide);
	x86_desc_destroy(narrow);
}

/* --- 32-bit --- */

static void test_small(void)
{
	static const uint8_t pattern[16] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
	};
	static const uint8_t zeros[16] = { 0 };
	struct fixture f;
	uint64_t pc;

	if (!open_small(&f))
		return;
	CU_ASSERT_STRING_EQUAL(desc(&f)->name, "i386");
	CU_ASSERT_EQUAL(number(&f, "eax"), 0x91223344);
	CU_ASSERT_EQUAL(number(&f, "ebx"), 0x55667788);
	CU_ASSERT_EQUAL(number(&f, "orig_eax"), UINT32_MAX);
	CU_ASSERT(reads(&f, "st0", one));
	CU_ASSERT_EQUAL(linux_pc_read(f.l, f.th, &pc), TARGET_OK);
	CU_ASSERT_EQUAL(pc, number(&f, "eip"));
	CU_ASSERT_EQUAL(number(&f, "mxcsr"), 0x1f80);
	if (has(&f, "ymm7h")) { /* nothing has used AVX since exec */
		CU_ASSERT(reads(&f, "ymm7h", zeros));
		visit_write(&f, "ymm7h", pattern);
	}
	visit_write(&f, "edi", &(uint32_t){ 0xfedcba98 });
	visit_write(&f, "xmm7", pattern);
	go_on(&f);
	CU_ASSERT_EQUAL(number(&f, "eip"), pc + 1);
	CU_ASSERT_EQUAL(number(&f, "edi"), 0xfedcba98);
	CU_ASSERT(reads(&f, "xmm7", pattern));
	CU_ASSERT(reads(&f, "xmm6", zeros));
	CU_ASSERT_EQUAL(number(&f, "mxcsr"), 0x1f80);
	if (has(&f, "ymm7h"))
		CU_ASSERT(reads(&f, "ymm7h", pattern));
	close_fixture(&f);
}

/** A thread that does not answer, be it none of ours or none at all, gets the CPU's layout. */
static void test_desc_of_all(void)
{
	struct host *h = host_create();

	CU_ASSERT_STRING_EQUAL(host_desc(h, getpid())->name, "i386:x86-64");
	CU_ASSERT_PTR_EQUAL(host_desc(h, getpid()), host_desc(h, getppid()));
	CU_ASSERT_PTR_NOT_NULL(host_desc(h, -1));
	CU_ASSERT_EQUAL(host_regset_note(X86_SETS), 0);
	CU_ASSERT_EQUAL(host_regset_note(0), NT_PRSTATUS);
	host_destroy(h);
	host_destroy(NULL);
}

/* Of x32, by the kernel's table: those it shares, those it has for itself, and what is none. */
static void test_calls(void)
{
	static const int64_t rows[][2] = {
		{ 0, 0 },
		{ SYS_execve, SYS_execve },
		{ -1, -1 },
		{ 0x40000000, SYS_read },
		{ 0x40000001, SYS_write },
		{ 0x40000000 + 435, SYS_clone3 },
		{ 0x40000000 + 511, 511 },
		{ 0x40000000 + 512, SYS_rt_sigaction },
		{ 0x40000000 + 520, SYS_execve },
		{ 0x40000000 + 529, SYS_waitid },
		{ 0x40000000 + 547, SYS_pwritev2 },
		{ 0x40000000 + 548, 0x40000000 + 548 },
		{ INT64_MAX, INT64_MAX },
		{ INT64_MIN, INT64_MIN },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(host_syscall_known(rows[i][0]), rows[i][1]);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "values of a thread", test_read },
		{ "values written", test_write },
		{ "sets are read once", test_lazy },
		{ "refused values", test_refused },
		{ "statuses", test_statuses },
		{ "FXSAVE", test_fxsave },
		{ "a 32-bit program", test_small },
		{ "layouts of programs", test_desc_of_all },
		{ "numbers of system calls", test_calls },
	};

	return unit_run("host", tests, COUNT(tests));
}
