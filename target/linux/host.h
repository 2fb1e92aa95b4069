#ifndef TARGET_LINUX_HOST_H
#define TARGET_LINUX_HOST_H

#include <sys/types.h>

#include "arch/arch.h"
#include "target/types.h"

/**
 * Everything about the CPU: each host_$(ARCH).c offers this to the rest of the folder, and the
 * Makefile takes the one of the machine.
 */

struct host;
struct linux_process;

/** A debug register pair of the CPU; refs 0: free. */
enum { HOST_SLOTS = 4 };
struct host_slot {
	uint64_t at;
	uint8_t size;
	uint8_t kind; /* enum target_point_kind */
	unsigned refs;
};

struct host *host_create(void);
void host_destroy(struct host *h);
/** Layout for a process: by the class of its program (64-bit, 32-bit, x32) and the CPU. */
const struct arch_desc *host_desc(struct host *h, pid_t tid);
/** NT_* number of a register set; 0: no such set. */
unsigned host_regset_note(unsigned set);
/** Bytes of its largest form; a CPU with AMX has 11 KiB. */
size_t host_regset_room(const struct host *h, unsigned set);
/**
 * Takes one register out of a set's bytes, or puts it in. n: bytes the kernel gave; false: the
 * register is not in them.
 */
bool host_reg_get(const struct host *h, const struct arch_reg *r, const void *set, size_t n,
		  void *value);
bool host_reg_put(const struct host *h, const struct arch_reg *r, void *set, size_t n,
		  const void *value);
/**
 * General registers of a stopped thread as libthread_db computes with them: those of a 64-bit
 * program, whatever the thread runs. n: room in regs. false: no such thread.
 */
bool host_thread_regs(pid_t tid, void *regs, size_t n);
/** Base address of a thread's segment; index is what libthread_db names it by. */
bool host_thread_area(pid_t tid, int index, uint64_t *base);
/** Number of the system call a stopped thread is in. */
int64_t host_syscall_number(pid_t tid);
/** The number that clients know such a call by; the same one where they know it by no other. */
int64_t host_syscall_known(int64_t number);
/** The breakpoint instruction, and how far the pc is behind it when it has been hit. */
const void *host_break_insn(size_t *n);
uint64_t host_break_pc_offset(void);
/** The si_code of a SIGTRAP that the breakpoint instruction makes. */
bool host_is_break_code(int si_code);
/** The pc of a stopped thread by system calls only, for signal handlers. false: no such thread. */
bool host_pc_get(pid_t tid, uint64_t *pc);
bool host_pc_put(pid_t tid, uint64_t pc);

/** This CPU has points of that kind. */
bool host_has_point(enum target_point_kind kind);
/** The slots a point needs, at most HOST_SLOTS; 0: more than there are, or out of reach. */
size_t host_slots_of(const struct target_point *p, struct host_slot *out);
bool host_slots_write(pid_t tid, const struct host_slot *slots);
/** The slot that stopped a thread, -1 none; the CPU's note of it is cleared. */
int host_slot_hit(pid_t tid);

/**
 * A stopped thread with these registers (the set of the pc, n bytes) stands in a system call that
 * the kernel goes on waiting in when the thread runs.
 */
bool host_is_waiting(const void *set, size_t n);
/** Such a thread stands in a system call, or has just come out of one. */
bool host_in_call(const void *set, size_t n);
/** The instruction at an address is a system call. */
bool host_is_call(struct linux_process *p, uint64_t at);

/**
 * Memory as an instruction reaches it, at most 8 bytes a call. false: the instruction has to be
 * executed by the CPU, which shows what is there.
 */
struct host_memory {
	bool (*read)(void *ctx, uint64_t at, void *buf, size_t n);
	bool (*write)(void *ctx, uint64_t at, const void *data, size_t n);
	void *ctx;
};

/**
 * Executes one instruction of a stopped thread in its place. set: the register set of the pc, n
 * bytes; code: what stands at the pc, as far as code_n goes. true: the set is as it would be behind
 * the instruction, and m->write has been called at most once, last, with what does not depend on
 * memory at that place: done again from the same registers it has the same effect. false: the CPU
 * has to execute it; nothing has changed. A CPU for which nothing is emulated says false always.
 */
bool host_emulate(void *set, size_t n, const void *code, size_t code_n,
		  const struct host_memory *m);
/** Nothing that only the CPU knows bears on the instructions of a stopped thread: see there. */
bool host_may_emulate(const struct host *h, pid_t tid);

#endif
