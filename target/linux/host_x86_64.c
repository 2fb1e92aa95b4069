/*
 * Everything about x86-64 that the Linux target must know: which registers CPU and kernel give,
 * the layout for a program, register sets, the breakpoint instruction. Called by the other files
 * of this folder; layouts and values themselves are in arch/x86*.c.
 */
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/reg.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include "arch/x86.h"
#include "target/linux/linux_priv.h"

enum {
	CPUID_FEATURES = 1,
	CPUID_XSAVE = 0xd,
	CPUID_OSXSAVE = 1 << 27, /* ecx of leaf 1: XGETBV may be used */
};

struct host {
	struct x86_xsave xsave;
	size_t xsave_n; /* bytes of a whole XSAVE area; 0: the CPU has none */
	bool asked;	/* the kernel has said what it gives */
	bool shadow;	/* CPU and kernel have shadow stacks */
	struct arch_desc *descs[X86_MODES];
};

static uint64_t xgetbv0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

/** Parts and places by the CPU (CPUID leaf 0xD). */
static void ask_cpu(struct host *h)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(CPUID_FEATURES, &a, &b, &c, &d) || (c & CPUID_OSXSAVE) == 0 ||
	    !__get_cpuid_count(CPUID_XSAVE, 0, &a, &b, &c, &d))
		return;
	h->xsave_n = b;
	h->xsave.parts = xgetbv0() & ((UINT64_C(1) << X86_PARTS) - 1);
	for (unsigned p = X86_PART_AVX; p < X86_PARTS; p++) {
		if (!__get_cpuid_count(CPUID_XSAVE, p, &a, &b, &c, &d) || a == 0)
			h->xsave.parts &= ~(UINT64_C(1) << p);
		h->xsave.part[p].n = a;
		h->xsave.part[p].at = b;
	}
}

static bool cpu_has_shadow_stacks(void)
{
	enum { LEAF = 7, CET_SS = 1 << 7 };
	unsigned a, b, c, d;

	return __get_cpuid_count(LEAF, 0, &a, &b, &c, &d) && c & CET_SS;
}

/* One that was built without them does not know the question. */
static bool kernel_has_shadow_stacks(void)
{
	enum { STATUS = 0x5005 }; /* ARCH_SHSTK_STATUS, younger than the C library's headers */
	unsigned long of_this_process;

	return syscall(SYS_arch_prctl, STATUS, &of_this_process) == 0 || errno != EINVAL;
}

struct host *host_create(void)
{
	struct host *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->shadow = cpu_has_shadow_stacks() && kernel_has_shadow_stacks();
	ask_cpu(h);
	return h;
}

void host_destroy(struct host *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < X86_MODES; i++)
		x86_desc_destroy(h->descs[i]);
	free(h);
}

/** Takes away the parts that are not in what the kernel gives: n bytes with its own XCR0. */
static void limit_parts(struct host *h, const uint8_t *area, size_t n)
{
	uint64_t xcr0 = 0;

	if (n >= X86_AT_EXTENDED)
		memcpy(&xcr0, area + X86_AT_XCR0, sizeof(xcr0));
	h->xsave.parts &= xcr0;
	for (unsigned p = X86_PART_AVX; p < X86_PARTS; p++) {
		if (h->xsave.part[p].at + h->xsave.part[p].n > n)
			h->xsave.parts &= ~(UINT64_C(1) << p);
	}
}

/** Once, by the first thread that answers: one that still runs leaves the CPU's word standing. */
static void ask_kernel(struct host *h, pid_t tid)
{
	struct iovec io = { malloc(h->xsave_n), h->xsave_n };

	if (io.iov_base && h->xsave_n > 0) {
		long done = ptrace(PTRACE_GETREGSET, tid, (void *)NT_X86_XSTATE, &io);

		if (done == 0)
			limit_parts(h, io.iov_base, io.iov_len);
		else if (errno == ENODEV || errno == EINVAL || errno == EIO)
			h->xsave.parts = 0;
		h->asked = done == 0 || h->xsave.parts == 0;
	}
	free(io.iov_base);
}

/** By what the thread executes: for a program whose file cannot be read. */
static enum x86_mode mode_of_code(pid_t tid)
{
	uint8_t regs[X86_GENERAL_64];
	struct iovec io = { regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io) == 0 &&
	    io.iov_len == X86_GENERAL_32)
		return X86_MODE_32;
	return X86_MODE_64;
}

static enum x86_mode mode_of(pid_t tid)
{
	Elf32_Ehdr head; /* both classes have the fields of interest at the same place */
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		n = read(fd, &head, sizeof(head));
		close(fd);
	}
	if (n != (ssize_t)sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return mode_of_code(tid);
	if (head.e_machine != EM_X86_64)
		return X86_MODE_32;
	return head.e_ident[EI_CLASS] == ELFCLASS32 ? X86_MODE_X32 : X86_MODE_64;
}

const struct arch_desc *host_desc(struct host *h, pid_t tid)
{
	enum x86_mode mode = mode_of(tid);

	if (!h->asked)
		ask_kernel(h, tid);
	if (!h->descs[mode])
		h->descs[mode] = x86_desc_create(mode, &h->xsave);
	return h->descs[mode];
}

unsigned host_regset_note(unsigned set)
{
	static const unsigned notes[X86_SETS] = {
		[X86_SET_GENERAL] = NT_PRSTATUS,
		[X86_SET_XSAVE] = NT_X86_XSTATE,
		[X86_SET_FXSAVE] = NT_PRFPREG,
		[X86_SET_FXSAVE_32] = NT_PRXFPREG,
	};

	return set < X86_SETS ? notes[set] : 0;
}

size_t host_regset_room(const struct host *h, unsigned set)
{
	if (set == X86_SET_XSAVE)
		return h->xsave_n;
	return set == X86_SET_GENERAL ? X86_GENERAL_64 : X86_FXSAVE;
}

bool host_reg_get(const struct host *h, const struct arch_reg *r, const void *set, size_t n,
		  void *value)
{
	return x86_reg_get(&h->xsave, r, set, n, value);
}

bool host_reg_put(const struct host *h, const struct arch_reg *r, void *set, size_t n,
		  const void *value)
{
	return x86_reg_put(&h->xsave, r, set, n, value);
}

const void *host_break_insn(size_t *n)
{
	static const uint8_t int3 = 0xcc;

	*n = sizeof(int3);
	return &int3;
}

uint64_t host_break_pc_offset(void)
{
	return 1;
}

/* TRAP_BRKPT is what a step over a system call gives on this CPU. */
bool host_is_break_code(int si_code)
{
	return si_code == SI_KERNEL;
}

bool host_pc_get(pid_t tid, uint64_t *pc)
{
	errno = 0;
	*pc = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, (void *)offsetof(struct user, regs.rip), NULL);
	return !errno;
}

bool host_pc_put(pid_t tid, uint64_t pc)
{
	return !ptrace(PTRACE_POKEUSER, tid, (void *)offsetof(struct user, regs.rip), (void *)pc);
}

/* --- debug registers: Intel SDM volume 3, "Debug Registers" --- */

enum { DR_STATUS = 6, DR_CONTROL = 7, DR7_ENABLE_SHIFT = 2, DR7_TYPE_AT = 16, DR7_SLOT_BITS = 4 };

static bool debug_put(pid_t tid, unsigned n, unsigned long value)
{
	size_t at = offsetof(struct user, u_debugreg) + n * sizeof(unsigned long);

	return ptrace(PTRACE_POKEUSER, tid, (void *)at, (void *)value) == 0;
}

static unsigned long debug_get(pid_t tid, unsigned n)
{
	size_t at = offsetof(struct user, u_debugreg) + n * sizeof(unsigned long);

	errno = 0;
	long value = ptrace(PTRACE_PEEKUSER, tid, (void *)at, NULL);
	return errno ? 0 : (unsigned long)value;
}

/* The largest aligned piece at the start of a range that one slot can watch. */
static uint8_t piece(uint64_t at, uint64_t left)
{
	uint8_t size = 8;

	while (at % size || size > left)
		size /= 2;
	return size;
}

/* There is no watch for reads alone. */
bool host_has_point(enum target_point_kind kind)
{
	return kind != TARGET_READ_WATCH;
}

/* The kernel refuses debug registers that point behind the memory of programs. */
#define WATCH_END (UINT64_C(1) << 47)

size_t host_slots_of(const struct target_point *p, struct host_slot *out)
{
	uint64_t at = p->at, left = p->kind == TARGET_HW_BREAK ? 1 : p->size;
	size_t n = 0;

	if (!left || left > HOST_SLOTS * 8 || at >= WATCH_END || left > WATCH_END - at)
		return 0;
	while (left) {
		if (n == HOST_SLOTS)
			return 0;
		uint8_t size = piece(at, left);
		out[n++] = (struct host_slot){ at, size, (uint8_t)p->kind, 1 };
		at += size;
		left -= size;
	}
	return n;
}

static unsigned long control_bits(const struct host_slot *s, unsigned i)
{
	static const uint8_t types[] = { [TARGET_HW_BREAK] = 0,
					 [TARGET_WRITE_WATCH] = 1,
					 [TARGET_READ_WATCH] = 3,
					 [TARGET_ACCESS_WATCH] = 3 };
	static const uint8_t lengths[] = { [1] = 0, [2] = 1, [4] = 3, [8] = 2 };
	unsigned long type = types[s->kind] | (unsigned long)lengths[s->size] << 2;

	return 1ul << i * DR7_ENABLE_SHIFT | type << (DR7_TYPE_AT + i * DR7_SLOT_BITS);
}

/* All are switched off first: the kernel checks addresses against what is enabled. */
bool host_slots_write(pid_t tid, const struct host_slot *slots)
{
	unsigned long control = 0;
	bool ok = debug_put(tid, DR_CONTROL, 0);

	for (unsigned i = 0; i < HOST_SLOTS; i++) {
		if (!slots[i].refs)
			continue;
		ok &= debug_put(tid, i, slots[i].at);
		control |= control_bits(&slots[i], i);
	}
	return ok && debug_put(tid, DR_CONTROL, control);
}

int host_slot_hit(pid_t tid)
{
	unsigned long status = debug_get(tid, DR_STATUS) & 0xf;

	if (!status)
		return -1;
	debug_put(tid, DR_STATUS, 0);
	return __builtin_ctzl(status);
}

bool host_is_call(struct linux_process *p, uint64_t at)
{
	static const uint8_t calls[][2] = { { 0x0f, 0x05 }, { 0x0f, 0x34 }, { 0xcd, 0x80 } };
	struct points_memory m = linux_raw_memory(p);
	uint8_t insn[2];

	if (!m.read(m.ctx, at, insn, sizeof(insn)))
		return false;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!memcmp(insn, calls[i], sizeof(insn)))
			return true;
	return false;
}

/* Kernel's include/linux/errno.h, "restart" codes: never seen by programs. */
static bool is_restart(int64_t result)
{
	enum { ERESTARTSYS = 512, ERESTARTNOINTR = 513, ERESTARTNOHAND = 514,
	       ERESTART_RESTARTBLOCK = 516 };

	return result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
	       result == -ERESTART_RESTARTBLOCK;
}

/* The number of the call and its result; false: a set of no such size. */
static bool get_call(const void *set, size_t n, int64_t *number, int64_t *result)
{
	enum { EAX_32 = 6, ORIG_EAX_32 = 11 };
	int64_t wide[X86_GENERAL_64 / 8];
	int32_t narrow[X86_GENERAL_32 / 4];

	if (n == sizeof(narrow)) {
		memcpy(narrow, set, n);
		*number = narrow[ORIG_EAX_32];
		*result = narrow[EAX_32];
		return true;
	}
	if (n != sizeof(wide))
		return false;
	memcpy(wide, set, n);
	*number = wide[ORIG_RAX];
	*result = wide[RAX];
	return true;
}

bool host_is_waiting(const void *set, size_t n)
{
	int64_t number, result;

	return get_call(set, n, &number, &result) && number >= 0 && is_restart(result);
}

bool host_in_call(const void *set, size_t n)
{
	int64_t number, result;

	return get_call(set, n, &number, &result) && number >= 0;
}

/* Shadow stacks (the kernel's Documentation/arch/x86/shstk.rst): calls and returns use them too. */
static bool has_shadow_stack(pid_t tid)
{
	enum { NOTE = 0x204 }; /* NT_X86_SHSTK, younger than the C library's headers */
	uint64_t pointer;
	struct iovec io = { &pointer, sizeof(pointer) };

	return !ptrace(PTRACE_GETREGSET, tid, (void *)NOTE, &io);
}

/*
 * Protection keys forbid what the pages allow (pkeys(7)): taken are their state behind exec, in
 * which only memory is out of reach that was given a key and is opened for a moment, and none.
 */
static bool has_plain_keys(const struct host *h, pid_t tid)
{
	enum { PKRU_EXEC = 0x55555554 };
	struct iovec io = { malloc(h->xsave_n), h->xsave_n };
	uint64_t in_use = 0;
	uint32_t pkru = 0;
	size_t at = h->xsave.part[X86_PART_PKRU].at;

	bool ok = io.iov_base && !ptrace(PTRACE_GETREGSET, tid, (void *)NT_X86_XSTATE, &io) &&
		  io.iov_len >= at + sizeof(pkru);
	if (ok) {
		memcpy(&in_use, (uint8_t *)io.iov_base + X86_AT_XSTATE_BV, sizeof(in_use));
		memcpy(&pkru, (uint8_t *)io.iov_base + at, sizeof(pkru));
	}
	free(io.iov_base);
	return ok && (!(in_use >> X86_PART_PKRU & 1) || !pkru || pkru == PKRU_EXEC);
}

bool host_may_emulate(const struct host *h, pid_t tid)
{
	return !(h->shadow && has_shadow_stack(tid)) &&
	       (!(h->xsave.parts >> X86_PART_PKRU & 1) || has_plain_keys(h, tid));
}

int64_t host_syscall_number(pid_t tid)
{
	errno = 0;
	return ptrace(PTRACE_PEEKUSER, tid, (void *)offsetof(struct user, regs.orig_rax), NULL);
}

/*
 * Clients have one table for all programs of 64-bit code. x32 marks its numbers by a bit, and calls
 * whose arguments lie otherwise in memory have others (arch/x86/entry/syscalls/syscall_64.tbl).
 */
int64_t host_syscall_known(int64_t number)
{
	enum { X32_BIT = 0x40000000, OWN_FIRST = 512 };
	static const uint16_t own[] = {
		SYS_rt_sigaction, SYS_rt_sigreturn, SYS_ioctl, SYS_readv, SYS_writev,
		SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_execve, SYS_ptrace,
		SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigqueueinfo, SYS_sigaltstack,
		SYS_timer_create, SYS_mq_notify, SYS_kexec_load, SYS_waitid, SYS_set_robust_list,
		SYS_get_robust_list, SYS_vmsplice, SYS_move_pages, SYS_preadv, SYS_pwritev,
		SYS_rt_tgsigqueueinfo, SYS_recvmmsg, SYS_sendmmsg, SYS_process_vm_readv,
		SYS_process_vm_writev, SYS_setsockopt, SYS_getsockopt, SYS_io_setup,
		SYS_io_submit, SYS_execveat, SYS_preadv2, SYS_pwritev2,
	};
	int64_t call = number < X32_BIT ? -1 : number - X32_BIT;

	if (call < 0 || call >= OWN_FIRST + (int64_t)(sizeof(own) / sizeof(own[0])))
		return number;
	return call < OWN_FIRST ? call : own[call - OWN_FIRST];
}

bool host_thread_regs(pid_t tid, void *regs, size_t n)
{
	struct user_regs_struct all;

	/* unlike PTRACE_GETREGSET this has one form, also of a 32-bit program */
	if (n < sizeof(all) || ptrace(PTRACE_GETREGS, tid, NULL, &all) != 0)
		return false;
	memset(regs, 0, n);
	memcpy(regs, &all, sizeof(all));
	return true;
}

/*
 * 64-bit programs name the segment by the number of its register in struct user_regs_struct
 * (<sys/reg.h>), 32-bit ones by its entry in the thread's descriptor table (get_thread_area(2)).
 */
bool host_thread_area(pid_t tid, int index, uint64_t *base)
{
	uint32_t desc[4]; /* struct user_desc: entry, base, limit, flags */
	size_t at = index == FS ? offsetof(struct user, regs.fs_base)
				: offsetof(struct user, regs.gs_base);

	errno = 0;
	if (index == FS || index == GS) {
		*base = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, (void *)at, NULL);
		return !errno;
	}
	if (index < 0 || ptrace(PTRACE_GET_THREAD_AREA, tid, (void *)(intptr_t)index, desc) != 0)
		return false;
	*base = desc[1];
	return true;
}
