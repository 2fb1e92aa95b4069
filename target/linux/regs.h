#ifndef TARGET_LINUX_REGS_H
#define TARGET_LINUX_REGS_H

#include "target/linux/tables.h"

/** Registers of threads that stand: regs.c. */

enum target_status linux_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				  bool *valid);
enum target_status linux_reg_write(struct target *t, struct target_tid tid, size_t reg,
				   const void *value);
/** Writes back what was changed and forgets everything: before a thread runs. */
enum target_status linux_regs_flush(struct linux_target *l, struct linux_thread *th);
void linux_regs_free(struct linux_thread *th);
enum target_status linux_pc_read(struct linux_target *l, struct linux_thread *th, uint64_t *pc);
/** Its stack pointer. */
enum target_status linux_sp_read(struct linux_target *l, struct linux_thread *th, uint64_t *sp);
/** It stands in a system call that would go on if the thread did. */
bool linux_is_asleep(struct linux_target *l, struct linux_thread *th);
enum target_status linux_pc_write(struct linux_target *l, struct linux_thread *th, uint64_t pc);
/**
 * The set of the pc of a thread that stands, read if need be; whoever changes its bytes marks it
 * dirty. NULL: it cannot be had.
 */
struct linux_regset *linux_pc_set(struct linux_target *l, struct linux_thread *th);
/** Writes that set to the kernel and goes on knowing it. */
enum target_status linux_pc_set_write(struct linux_target *l, struct linux_thread *th);

#endif
