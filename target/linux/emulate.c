/*
 * When an instruction may be executed in a thread's place, and how its memory is reached. Called by
 * resume.c for steps and by over.c at breakpoints whose condition is false. What keeps the
 * difference invisible:
 * - code has to stand in a page that the CPU itself has just executed, so that it may be executed;
 * - data has to be resident, private where it is written, and is reached as the program would
 *   (process_vm_readv), so nothing faults, waits or is seen half-written by others;
 * - the kernel has the registers behind each store, so that a server that dies loses nothing;
 * - signals, restartable sequences and debug registers are the CPU's business.
 */
#include "target/linux/emulate.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"

enum {
	BURST = 1024, /* instructions until the CPU does one, and signals are looked for */
	WINDOW = 128, /* bytes of code that are read at once */
	INSN_MAX = 16,
	PAGES = 4,
	PAGE_SHIFT = 12,
	PAGE = 1 << PAGE_SHIFT,
};

/* What is done at one go: nothing of the process runs meanwhile. */
struct burst {
	struct linux_target *l;
	struct linux_thread *th;
	struct linux_regset *regs;
	uint64_t code_at; /* the window */
	size_t code_n;
	uint8_t code[WINDOW + INSN_MAX];
	uint64_t stack_at; /* its top, where it was read with the code */
	size_t stack_n;
	uint8_t stack[sizeof(uint64_t)];
	struct {
		uint64_t page, bits;
	} pages[PAGES]; /* of data, and what the kernel says of them */
	unsigned page_n;
	bool stored;
};

/* --- memory, as the program reaches it --- */

static bool transfer(const struct linux_thread *th, uint64_t at, void *buf, size_t n, bool write)
{
	struct iovec here = { buf, n }, there = { (void *)(uintptr_t)at, n };
	ssize_t done = write ? process_vm_writev(th->tid, &here, 1, &there, 1, 0)
			     : process_vm_readv(th->tid, &here, 1, &there, 1, 0);

	return done == (ssize_t)n;
}

static int pagemap(struct linux_process *p)
{
	char path[64];

	if (p->pagemap >= 0)
		return p->pagemap;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", p->pid);
	p->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	return p->pagemap;
}

/* 0: unknown. Bits: the kernel's Documentation/admin-guide/mm/pagemap.rst. */
static uint64_t page_bits(struct burst *b, uint64_t page)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < PAGES; i++)
		if (b->pages[i].page == page && b->pages[i].bits)
			return b->pages[i].bits;
	if (pread(pagemap(b->th->process), &bits, sizeof(bits),
		  (off_t)(page >> PAGE_SHIFT) * (off_t)sizeof(bits)) != sizeof(bits))
		return 0;
	b->pages[b->page_n % PAGES].page = page;
	b->pages[b->page_n++ % PAGES].bits = bits;
	return bits;
}

/* Others may have shared pages in use: what is read of them has to be of one piece. */
static bool may_reach(struct burst *b, uint64_t at, size_t n, bool write)
{
	const uint64_t present = UINT64_C(1) << 63, shared = UINT64_C(1) << 61;
	const uint64_t watched = UINT64_C(1) << 57; /* by userfaultfd */
	uint64_t page = at & ~(uint64_t)(PAGE - 1);

	if (((at + n - 1) ^ page) >> PAGE_SHIFT)
		return false;
	uint64_t bits = page_bits(b, page);
	if (!(bits & present))
		return false;
	return write ? !(bits & (shared | watched)) : !(bits & shared) || at % n == 0;
}

static bool overlap(uint64_t a, size_t a_n, uint64_t b, size_t b_n)
{
	return a < b + b_n && b < a + a_n;
}

static bool data_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct burst *b = ctx;

	if (at == b->stack_at && n <= b->stack_n) {
		memcpy(buf, b->stack, n);
		return true;
	}
	return may_reach(b, at, n, false) && transfer(b->th, at, buf, n, false);
}

static bool data_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	struct burst *b = ctx;
	uint64_t copy = 0, rseq = b->th->rseq.at;

	if ((rseq && overlap(at, n, rseq + LINUX_RSEQ_SECTION_AT, sizeof(uint64_t))) ||
	    !may_reach(b, at, n, true))
		return false;
	memcpy(&copy, data, n);
	if (!transfer(b->th, at, &copy, n, true))
		return false;
	b->stored = true;
	b->stack_n = 0;
	if (overlap(at, n, b->code_at, b->code_n))
		b->code_n = 0;
	return true;
}

/* --- code --- */

static bool was_executed(const struct linux_process *p, uint64_t at)
{
	const struct linux_executed *e = &p->executed;

	for (unsigned i = 0; i < LINUX_EXECUTED && i < e->n; i++)
		if (e->pages[i] == at >> PAGE_SHIFT)
			return true;
	return false;
}

void linux_emulate_executed(struct linux_process *p, uint64_t at)
{
	if (!was_executed(p, at))
		p->executed.pages[p->executed.n++ % LINUX_EXECUTED] = at >> PAGE_SHIFT;
}

void linux_emulate_forget(struct linux_process *p)
{
	p->executed.n = 0;
}

/* The window of code at the pc, which ends with its page at the latest. */
static struct linux_piece window(struct burst *b, uint64_t pc)
{
	uint64_t left = PAGE - pc % PAGE;

	b->code_at = pc;
	return (struct linux_piece){
		.at = pc,
		.buf = b->code,
		.n = left < sizeof(b->code) ? (size_t)left : sizeof(b->code),
	};
}

/* Of what stands there without breakpoints; whether one is to be hit is asked for each pc. */
static void set_window(struct burst *b, size_t n)
{
	points_hide(b->th->process->points, b->code_at, b->code, n);
	b->code_n = n;
}

/* Bytes of code from the pc to the end of the window. */
static size_t fetch(struct burst *b, uint64_t pc, const uint8_t **code)
{
	if (pc < b->code_at || pc + INSN_MAX > b->code_at + b->code_n) {
		struct linux_piece w = window(b, pc);

		set_window(b, transfer(b->th, w.at, w.buf, w.n, false) ? w.n : 0);
	}
	*code = b->code + (pc - b->code_at);
	return b->code_n - (size_t)(pc - b->code_at);
}

/* --- one after the other --- */

/* The kernel's registers are ours: from there on the thread goes on whatever becomes of us. */
static bool commit(struct burst *b)
{
	return linux_pc_set_write(b->l, b->th) == TARGET_OK;
}

/* over: it stands at a breakpoint that is not to be hit. */
static bool execute(struct burst *b, bool over)
{
	struct host_memory m = { .read = data_read, .write = data_write, .ctx = b };
	const struct linux_process *p = b->th->process;
	const uint8_t *code;
	uint64_t pc;

	if (linux_pc_read(b->l, b->th, &pc) != TARGET_OK || !was_executed(p, pc) ||
	    (!over && points_is_set(p->points, pc)))
		return false;
	size_t n = fetch(b, pc, &code);
	if (!n)
		return false;
	b->stored = false;
	if (!host_emulate(b->regs->data, b->regs->n, code, n < INSN_MAX ? n : INSN_MAX, &m))
		return false;
	b->regs->dirty = true;
	return true;
}

/* The thread would get a signal before it executed anything. */
static bool has_signal(const struct linux_thread *th)
{
	return linux_signal_due(th, 0) || linux_signal_due(th, PTRACE_PEEKSIGINFO_SHARED);
}

/* Asked once after the thread has run. */
static bool is_plain(const struct linux_target *l, struct linux_thread *th)
{
	th->emulation.plain = th->emulation.plain || host_may_emulate(l->host, th->tid);
	return th->emulation.plain;
}

/* Where breakpoints mostly stand instructions mostly have to do with the top of the stack. */
static struct linux_piece stack_top(struct burst *b, bool over)
{
	if (!over || linux_sp_read(b->l, b->th, &b->stack_at) != TARGET_OK ||
	    !may_reach(b, b->stack_at, sizeof(b->stack), false))
		return (struct linux_piece){ .n = 0 };
	return (struct linux_piece){ .at = b->stack_at, .buf = b->stack, .n = sizeof(b->stack) };
}

/*
 * In a restartable sequence (rseq(2)) a stop of the thread makes it begin anew. What the thread
 * will execute is read by the way.
 */
static bool is_in_sequence(struct burst *b, uint64_t pc, bool over)
{
	struct linux_piece pieces[LINUX_PIECES] = { window(b, pc), stack_top(b, over) };

	if (!linux_rseq_look(b->l, b->th, pieces))
		return true;
	set_window(b, pieces[0].n);
	b->stack_n = pieces[1].n;
	return b->th->rseq.section != 0;
}

static bool has_hw_points(const struct linux_process *p)
{
	for (size_t i = 0; i < HOST_SLOTS; i++)
		if (p->slots[i].refs)
			return true;
	return false;
}

static bool begin(struct burst *b, struct linux_target *l, struct linux_thread *th, bool over)
{
	const struct linux_process *p = th->process;
	uint64_t pc;

	*b = (struct burst){ .l = l, .th = th };
	if (l->emulate_off || !th->emulation.trapped || th->halt || th->deliver || p->running ||
	    p->lent || p->borrower || p->stood || has_hw_points(p))
		return false;
	b->regs = linux_pc_set(l, th);
	/* a thread that goes on gets its signal one instruction later, which is any time */
	return b->regs && linux_pc_read(l, th, &pc) == TARGET_OK && was_executed(p, pc) &&
	       !(th->stepping && has_signal(th)) && is_plain(l, th) && !is_in_sequence(b, pc, over);
}

static bool is_over(struct linux_target *l, struct linux_thread *th)
{
	uint64_t pc;

	return !th->range || linux_pc_read(l, th, &pc) != TARGET_OK || pc < th->range_start ||
	       pc >= th->range_end;
}

bool linux_emulate_step(struct linux_target *l, struct linux_thread *th)
{
	struct burst b;
	unsigned n = 0;
	bool over = false, ok = begin(&b, l, th, false);

	while (ok && !over && n < BURST && execute(&b, false)) {
		n++;
		ok = !b.stored || commit(&b);
		over = is_over(l, th);
	}
	if (!n)
		return false;
	l->emulated += n;
	th->emulation.moved = true;
	return (b.stored || commit(&b)) && ok && over;
}

bool linux_emulate_over(struct linux_target *l, struct linux_thread *th)
{
	struct burst b;

	if (!begin(&b, l, th, true) || !execute(&b, true))
		return false;
	l->emulated++;
	th->emulation.moved = true;
	commit(&b);
	return true;
}

/* --- what the CPU does --- */

void linux_emulate_runs(struct linux_target *l, struct linux_thread *th, bool stepping)
{
	uint64_t pc = 0;

	th->emulation.trapped = th->emulation.moved = th->emulation.plain = false;
	th->emulation.from = 0;
	if (l->emulate_off || !stepping || th->process->running ||
	    linux_pc_read(l, th, &pc) != TARGET_OK)
		linux_emulate_forget(th->process);
	else
		th->emulation.from = pc;
}

/* A system call may have changed what the memory is. */
void linux_emulate_trapped(struct linux_target *l, struct linux_thread *th)
{
	const struct linux_regset *regs = linux_pc_set(l, th);

	th->emulation.trapped = true;
	if (!regs || host_in_call(regs->data, regs->n))
		linux_emulate_forget(th->process);
	else if (th->emulation.from)
		linux_emulate_executed(th->process, th->emulation.from);
}

void linux_emulate_settle(struct linux_target *l, struct linux_thread *th)
{
	siginfo_t info = { .si_signo = SIGTRAP, .si_code = TRAP_TRACE };
	uint64_t pc;

	if (!th->emulation.moved || linux_pc_read(l, th, &pc) != TARGET_OK)
		return;
	info.si_addr = (void *)(uintptr_t)pc;
	if (th->parked)
		th->trap = info;
	else
		ptrace(PTRACE_SETSIGINFO, th->tid, NULL, &info);
	th->emulation.moved = false;
}

bool linux_emulate_set(struct linux_target *l, const char *value, struct target_text *out)
{
	if (value && strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return false;
	if (value)
		l->emulate_off = !strcmp(value, "off");
	target_text_format(out,
			   "emulate %s: %" PRIu64 " instructions were executed by the server\n",
			   l->emulate_off ? "off" : "on", l->emulated);
	return true;
}
