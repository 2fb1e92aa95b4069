#ifndef TARGET_CORE_CORE_H
#define TARGET_CORE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "target/target.h"

/**
 * Ascend dumps (ET_CORE, e_machine 0x1029) as a target. Layout and names: coredump facts 1 to 6.
 * The file is mapped and memory is answered from the map; a broken part costs that part and one
 * log line.
 */

enum { CORE_WORDS = 512 };

struct chip;

struct core_limits {
	uint64_t file_bytes;   /* largest file that is opened */
	uint64_t global_bytes; /* largest GM block */
	uint64_t local_bytes;  /* largest local memory entry */
	bool insecure;	       /* owner and mode problems only warn */
	const struct chip *chip; /* goes before those of the tables; NULL: none; outlives all */
};

/** Defaults: 100 GiB, 60 GiB, 10 GiB, false (coredump facts 6.5). */
extern const struct core_limits core_limits_default;

/**
 * Opens path. kernel: a KERNEL.o to take symbols from, or NULL. log may be used as long as the
 * target lives. NULL on failure: why (CORE_WORDS bytes) holds the complete message for the user,
 * with what to do next.
 */
struct target *core_open(const char *path, const char *kernel, const struct core_limits *limits,
			 struct target_log log, char *why);

/** What core_open has found: open descriptors and how to read them. */
struct core_input {
	int fd;		  /* the dump; core_open_input takes it, success or not */
	int kernel_fd;	  /* KERNEL.o, -1 none; only used during the call */
	const char *name; /* file name without directories: it may tell stream and task */
	const struct core_limits *limits; /* copied */
	struct target_log log;
};

/** As core_open, on descriptors that were checked (core_open_file) or need no check (memfd). */
struct target *core_open_input(const struct core_input *in, char *why);

/**
 * Opens a file that the user named, with the checks of coredump facts 6.5 made on the descriptor
 * (no race): exists, regular, no symbolic link, readable, not empty, at most max_bytes, owned by
 * root or the current user, not writable by group or others. what: "coredump file", "kernel file",
 * "config file". Returns a descriptor, or -1 with the message in why. Problems that `insecure`
 * forgives are logged as warnings.
 */
int core_open_file(const char *path, const char *what, uint64_t max_bytes, bool insecure,
		   struct target_log log, char *why);

#endif
