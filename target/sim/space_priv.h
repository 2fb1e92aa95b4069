#ifndef TARGET_SIM_SPACE_PRIV_H
#define TARGET_SIM_SPACE_PRIV_H

#include "target/sim/sim_priv.h"

/** A range of global memory that a process was given. */
struct sim_range {
	uint64_t at, size; /* whole pages */
	bool code;
};

struct sim_function {
	struct sim_kernel *kernel;
	char *name;
	uint64_t aic, aiv; /* entry points, 0: none; both: a mixed kernel */
	uint64_t arguments; /* as SIM_KERNEL_ARGS says, 0: it does not */
};

struct sim_kernel {
	uint32_t id;
	uint64_t base, size; /* on the device; size in whole pages */
	bool cube;	     /* plain functions run on AIC cores */
	uint8_t *elf;
	size_t elf_size;
	size_t image_at, image_size;	 /* what of the file is loaded */
	struct sim_function **functions; /* those that were asked for */
	size_t function_count;
};

/** What an app process has. */
struct sim_space {
	struct sim_space *next;
	pid_t tgid;
	unsigned clients; /* connections that keep it */
	int memfd;
	uint8_t *gm;		  /* memfd mapped: SIM_GM_SIZE bytes from SIM_GM_BASE */
	struct sim_range *ranges; /* sorted by address */
	size_t range_count;
	struct sim_kernel **kernels;
	size_t kernel_count;
	struct sim_stream *streams;
	char *dump_folder; /* NULL: an exception writes no core file */
	uint32_t next_kernel;
};

/** The space of a process; made when it has none. NULL: no memory file could be made. */
struct sim_space *sim_space_open(struct sim *s, pid_t tgid);
/** NULL: the process has none. */
struct sim_space *sim_space_find(struct sim *s, pid_t tgid);
/** Ends its tasks and gives back everything; frees it when no client is left. */
void sim_space_reset(struct sim *s, struct sim_space *space);
void sim_space_close(struct sim *s, struct sim_space *space);

/** Address of `size` bytes of zeroed memory, whole pages with one free page behind; 0: full. */
uint64_t sim_memory_take(struct sim_space *space, uint64_t size, bool code);
/** false: no range begins there. Cores lose sight of it. */
bool sim_memory_give(struct sim *s, struct sim_space *space, uint64_t at);
/** The range that holds an address, or NULL. */
const struct sim_range *sim_memory_find(const struct sim_space *space, uint64_t at);
/** Host address of n bytes that all lie in one range; NULL: they do not. */
uint8_t *sim_memory_at(const struct sim_space *space, uint64_t at, uint64_t n);

/** A copy of the ELF file, loaded. NULL: not an ELF64 file with something to load, or no room. */
struct sim_kernel *sim_kernel_load(struct sim_space *space, const void *elf, size_t n, bool cube);
void sim_kernel_unload(struct sim *s, struct sim_space *space, struct sim_kernel *kernel);
struct sim_kernel *sim_kernel_find(const struct sim_space *space, uint32_t id);
/** By name; NULL: it has neither NAME nor NAME_mix_aic nor NAME_mix_aiv. */
struct sim_function *sim_function_get(struct sim_kernel *k, const char *name);
/** The function whose name ends in "_<key>", as tiling keys do; key 0: else the first one. */
struct sim_function *sim_function_get_key(struct sim_kernel *k, uint64_t key);

/* kernel_elf.c: a kernel file, never trusted */
/** Range of the file that is loaded: first to last loaded section (coredump facts 2.3). */
bool sim_elf_image(const uint8_t *elf, size_t n, size_t *at, size_t *size);
/** Value of a defined function symbol; false: there is none. */
bool sim_elf_symbol(const uint8_t *elf, size_t n, const char *name, uint64_t *out);
/** Value of an absolute symbol, 0: there is none. */
uint64_t sim_elf_constant(const uint8_t *elf, size_t n, const char *name);
/** Name of the nth global function symbol, borrowed; NULL: there are not that many. */
const char *sim_elf_function(const uint8_t *elf, size_t n, size_t nth);

#endif
