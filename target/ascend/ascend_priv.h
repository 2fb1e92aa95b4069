#ifndef TARGET_ASCEND_ASCEND_PRIV_H
#define TARGET_ASCEND_ASCEND_PRIV_H

#include "target/ascend/ascend.h"

/** What the files of this folder need of each other. */

enum { ASCEND_CORE_WORDS = 16, ASCEND_FRAMES = 64 };

/** "AIV 11". */
struct ascend_core_name {
	char text[ASCEND_CORE_WORDS];
};

/* --- threads.c --- */
struct ascend_core_name ascend_core_name(const struct ascend_core *core);
/** Core by unified id, or NULL. */
struct ascend_core *ascend_core_unified(struct ascend *a, unsigned unified);
/** The first core whose stop reason is known, else 0. */
size_t ascend_focus(struct ascend *a);
/** "at 0x12c0..." is not part of it: "VEC_ERROR: AIC_ERROR_1 bit 30 vec_ub_wrap_around". */
void ascend_stop_words(const struct chip_stop *stop, struct target_text *out);
/** Entry of one bit, or NULL when its meaning is not public. */
const struct chip_error_bit *ascend_error_bit(const struct chip_error_reg *reg, unsigned bit);
enum target_status ascend_threads(struct target *t, struct target_tid *out, size_t cap,
				  size_t *count);
enum target_status ascend_stop(struct target *t, struct target_tid tid, struct target_stop *out);
enum target_status ascend_thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out);
enum target_status ascend_thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out);

/* --- regs.c --- */
enum target_status ascend_reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				   bool *valid);
/** A register of at most 8 bytes as a number, and by name; false: it cannot be read. */
bool ascend_reg_value(struct ascend *a, struct ascend_core *core, const struct chip_reg *reg,
		      uint64_t *out);
bool ascend_reg_number(struct ascend *a, struct ascend_core *core, const char *name, uint64_t *out);
/** Little-endian bytes (at most 8) as a number. */
uint64_t ascend_number_of(const void *bytes, size_t n);

/* --- memory.c --- */
/** Room of one slot of a window (DESIGN section 3). */
#define ASCEND_SLOT_BYTES (UINT64_C(1) << 32)
/** Device addresses at which the cores of all chips see their own stack: coredump facts 6.1. */
#define ASCEND_ALIAS_START UINT64_C(0x100000)
#define ASCEND_ALIAS_END   UINT64_C(0x1000000)
#define ASCEND_ALIAS_BASE  UINT64_C(0xff000000000)

/** Readable block that holds a device address, else an unreadable one, else SIZE_MAX. */
size_t ascend_block_at(const struct ascend *a, uint64_t at);
/** DCACHE copy of a core that holds a device address, else SIZE_MAX. */
size_t ascend_dcache_at(const struct ascend *a, const struct ascend_core *core, uint64_t at);
/** Memory class that addresses below 1 MiB mean on a core: UB or L1 (coredump facts 5.1). */
uint8_t ascend_small_mem(const struct ascend_core *core);
/** TARGET_UNAVAILABLE with the words for bytes that the device did not give, and a log line. */
enum target_status ascend_copy_failed(struct ascend *a, const char *what);
void ascend_window_layout(struct ascend *a);

/* --- blocks.c --- */
/** Sets the ordinals that names are made from. */
void ascend_blocks_number(struct ascend *a);
/** "GM" or "GM/DCACHE" (coredump facts 2.4). */
const char *ascend_block_mem_name(uint16_t type);
bool ascend_is_tensor(uint16_t type);
bool ascend_is_stack(uint16_t type);
/** Per-type id and type of the core of a stack; false: belongs to no core. */
bool ascend_block_core(const struct ascend *a, const struct ascend_block *b,
		       enum chip_core_type *type, uint16_t *id);
/** "[8, 512]" with at most max dims ("..." behind them when there are more), or "NA". */
void ascend_dims_text(const struct ascend_block *b, size_t max, struct target_text *out);
const char *ascend_element_name(enum symbols_element e);

/* --- kernels.c --- */
/** What is said of a kernel whose file is not the one that ran. */
#define ASCEND_DIFFERS "differs from the code on the device: functions and lines may be wrong"
/**
 * "add_one at /op/k.c:4", or what is known of it, "??" when nothing is; brief, for one line of
 * state: "add_one k.c:4", or the address.
 */
void ascend_place_words(struct ascend *a, uint64_t pc, bool brief, struct target_text *out);
/** Last part of a path. */
const char *ascend_base_name(const char *path);

/* --- image.c --- */
enum target_status ascend_image_build(struct ascend *a);

/* --- region.c --- */
void ascend_map_drop(struct ascend *a);
enum target_status ascend_region_op(struct target *t, struct target_tid tid, uint64_t at,
				    struct target_region *out);

/* --- tables.c --- */
/** out: zeroed, or a table of that name, to which the rows are added. */
enum target_status ascend_table_fill(struct ascend *a, const char *name, struct target_table *out);

/* --- tables_tasks.c: what runs, each row once, in the order of the cores --- */
/** What the cores of a device do; words a dump does not have. */
struct ascend_task {
	int64_t stream, task;
	char name[ASCEND_NAME]; /* of its kernel */
};
/** The task of a core; false: it has none. */
bool ascend_core_task(struct ascend *a, const struct ascend_core *core, struct ascend_task *out);
/** No core before this one has the same stream (and task). */
bool ascend_is_first(const struct ascend *a, const struct ascend_core *core, bool of_stream);
void ascend_fill_tasks(struct ascend *a, struct target_table *t);
void ascend_fill_streams(struct ascend *a, struct target_table *t);
void ascend_fill_blocks(struct ascend *a, struct target_table *t);
void ascend_fill_points(struct ascend *a, struct target_table *t);
/** File name and line of an address, then its function. */
void ascend_place_cells(struct ascend *a, bool has_pc, uint64_t pc, struct target_table *t);

/* --- commands.c --- */
struct ascend_call;
typedef enum target_status (*ascend_command_fn)(struct ascend_call *c);

/** One monitor command: `monitor ascend WORDS ARGS`. */
struct ascend_command_row {
	const char *words; /* "info summary" */
	const char *args;  /* for the usage line, "" when there are none */
	size_t max_args;
	ascend_command_fn run;
	const char *help;
};

/** A command as it runs. */
struct ascend_call {
	struct ascend *a;
	struct ascend_core *core; /* on which it acts */
	const struct ascend_command_row *row;
	size_t argc;
	const char *const *argv; /* behind the words */
	struct target_text *out;
};

/** TARGET_INVALID with the words and the usage of the command. */
enum target_status ascend_usage(struct ascend_call *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** The core that "aic N", "aiv N" or "aivN" at argv[0] names. */
enum target_status ascend_core_argument(struct ascend_call *c, struct ascend_core **out);
void ascend_help_build(struct ascend *a);

/* --- cmd_*.c: the commands --- */
enum target_status ascend_cmd_summary(struct ascend_call *c);
enum target_status ascend_cmd_devices(struct ascend_call *c);
enum target_status ascend_cmd_cores(struct ascend_call *c);
enum target_status ascend_cmd_tasks(struct ascend_call *c);
enum target_status ascend_cmd_stream(struct ascend_call *c);
enum target_status ascend_cmd_blocks(struct ascend_call *c);
enum target_status ascend_cmd_breakpoints(struct ascend_call *c);
enum target_status ascend_cmd_memory(struct ascend_call *c);
enum target_status ascend_cmd_tensors(struct ascend_call *c);
enum target_status ascend_cmd_kernels(struct ascend_call *c);
enum target_status ascend_cmd_threads(struct ascend_call *c);
enum target_status ascend_cmd_thread(struct ascend_call *c);
enum target_status ascend_cmd_stop(struct ascend_call *c);
enum target_status ascend_cmd_where(struct ascend_call *c);
enum target_status ascend_cmd_bt(struct ascend_call *c);
enum target_status ascend_cmd_x(struct ascend_call *c);
enum target_status ascend_cmd_register_read(struct ascend_call *c);

/** Right-aligned columns with a star at row `focus` (SIZE_MAX: none), as msDebug prints them. */
void ascend_table_right(const struct target_table *t, size_t focus, struct target_text *out);

#endif
