#ifndef TARGET_LINUX_VIEW_PRIV_H
#define TARGET_LINUX_VIEW_PRIV_H

#include "target/linux/linux_priv.h"

/** What the source files behind view.c's operations share. */

/** A process or thread that is debugged, or NO_THREAD with words. */
enum target_status linux_view_process(struct target *t, uint32_t pid, struct linux_process **out);
enum target_status linux_view_thread(struct target *t, struct target_tid tid,
				     struct linux_thread **out);
/** Words for a process of which /proc could not be read (errno): it has ended, as a rule. */
enum target_status linux_view_failed(struct target *t, uint32_t pid);

/* --- libraries.c --- */
enum target_status linux_link_maps(struct target *t, uint32_t pid,
				   const struct target_link_start *from, target_link_map_fn fn,
				   void *ctx);
enum target_status linux_link_word(struct target *t, uint32_t pid, uint64_t *out);

/* --- maps.c --- */
enum target_status linux_region(struct target *t, struct target_tid tid, uint64_t at,
				struct target_region *out);

/* --- thread_db.c --- */
const char *linux_symbol_wanted(struct target *t, uint32_t pid, bool first);
void linux_symbol_found(struct target *t, uint32_t pid, const char *name, const uint64_t *value);
enum target_status linux_tls_address(struct target *t, struct target_tid tid, uint64_t lm,
				     uint64_t offset, uint64_t *out);
enum target_status linux_thread_handle(struct target *t, struct target_tid tid,
				       struct target_text *out);
enum target_status linux_thread_db_path(struct target *t, const char *path, const char **now);

/* --- siginfo.c --- */
enum target_status linux_siginfo_read(struct target *t, struct target_tid tid,
				      struct target_text *out);
enum target_status linux_siginfo_write(struct target *t, struct target_tid tid, uint64_t offset,
				       const void *data, size_t n);

/* --- hold.c --- */
enum target_status linux_hold_command(struct target *t, size_t argc, const char *const *argv,
				      struct target_text *out);
enum target_status linux_command(struct target *t, struct target_tid tid, size_t argc,
				 const char *const *argv, struct target_text *out);
bool linux_steers(const struct target *t, size_t argc, const char *const *argv);
const char *linux_help(const struct target *t);

/* --- doctor.c --- */
void linux_doctor(struct target *t, struct doctor *r);

/* --- osdata.c --- */
const struct target_table_info *linux_tables(const struct target *t, size_t *count);
enum target_status linux_table(struct target *t, const char *name, struct target_table *out);

#endif
