#ifndef TARGET_SET_PRIV_H
#define TARGET_SET_PRIV_H

#include "target/set.h"

/** What the two files of the target set need of each other. */

enum { SET_ACTIONS = 1024 };

struct target_set {
	struct target base;
	struct target *host, *devices; /* owned */
	int events;		       /* epoll of both */
	bool non_stop;
	bool host_stop, device_stop; /* told a stop of its own that was not resumed since */
	bool device_first; /* non-stop: what was resumed last is on a device */
	bool unseen; /* the last event was a device's, of the kind a client deals with by itself */
	struct {
		struct target_action actions[SET_ACTIONS];
		size_t n;
	} doing; /* what the host was resumed with last */
	struct target_tid last;
	struct target_table_info *tables; /* of both, owned */
	size_t table_count;
	struct target_text help;
};

static inline struct target_set *set_of(struct target *t)
{
	return (struct target_set *)t;
}

/** Whose a process is. */
struct target *set_member(struct target *t, uint32_t pid);
/** The words of a member become those of the set; returns status. */
enum target_status set_back(struct target *t, const struct target *member,
			    enum target_status status);

/* --- set_view.c --- */
enum target_status set_threads(struct target *t, struct target_tid *out, size_t cap, size_t *count);
const struct arch_desc *set_arch(struct target *t, struct target_tid tid);
enum target_status set_stop(struct target *t, struct target_tid tid, struct target_stop *out);
enum target_status set_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				bool *valid);
enum target_status set_mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				size_t n, size_t *done);
/** false: out of memory. */
bool set_make_tables(struct target_set *s);
extern const struct target_write_ops set_write_ops;
extern const struct target_point_ops set_point_ops;
extern const struct target_process_ops set_process_ops;
extern const struct target_view_ops set_view_ops;
extern const struct target_os_ops set_os_ops;
extern const struct target_file_ops set_file_ops;

#endif
