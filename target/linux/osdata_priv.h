#ifndef TARGET_LINUX_OSDATA_PRIV_H
#define TARGET_LINUX_OSDATA_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "target/table.h"

/** Tables of `info os` that come out of one file each, and what both halves share. */

enum { OSDATA_NAME = 64 };

/** Name of a user, "" when nobody knows it. */
void osdata_user(uint32_t uid, char *buf, size_t cap);
/** Name of a process, its number once it has ended. */
void osdata_command(uint32_t pid, char *buf, size_t cap);
/** Cuts a line into words in place; how many, at most cap. */
size_t osdata_words(char *line, char **words, size_t cap);

/* --- osdata_system.c: fill a table whose columns are set; cpus sets its own --- */
void osdata_cpus(struct target_table *out);
void osdata_modules(struct target_table *out);
void osdata_sockets(struct target_table *out);

/* --- osdata_ipc.c --- */
void osdata_shm(struct target_table *out);
void osdata_semaphores(struct target_table *out);
void osdata_msg(struct target_table *out);

#endif
