#ifndef TARGET_LINUX_PROC_H
#define TARGET_LINUX_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/text.h"

/**
 * Reading /proc. A process may end at any moment, so everything here can fail and nothing of that
 * is an error. proc(5) describes the files.
 */

enum { PROC_PATH = 64, PROC_COMM = 64 };

/** A path below /proc: all of them are short. */
struct proc_path {
	char s[PROC_PATH];
};
struct proc_path proc_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** Appends the whole file; false: it cannot be read. */
bool proc_read(const char *path, struct target_text *out);
/** At most cap - 1 bytes of the file and a NUL; how many, or -1. */
ssize_t proc_read_short(const char *path, char *buf, size_t cap);
/** What a link names; false: no such link, or its text is longer. */
bool proc_link(const char *path, char *buf, size_t cap);

/** Walks the entries of a folder whose names are numbers. */
struct proc_dir {
	DIR *dir; /* NULL: there is no such folder */
};
struct proc_dir proc_dir_open(const char *path);
bool proc_dir_next(struct proc_dir *d, uint32_t *number);
void proc_dir_close(struct proc_dir *d);

/** The fields of a thread's `stat` that are shown. */
struct proc_stat {
	char name[PROC_COMM];
	char state; /* R, S, t ..., 0 unknown */
	int core; /* CPU it is on or was on last, -1 unknown */
};
/** false: there is no such thread; then the name is "" and the core -1. */
bool proc_stat(uint32_t pid, uint32_t tid, struct proc_stat *out);
/** The line "Name:\tvalue" of a process's `status` as a number; -1: not there. */
long proc_status_number(uint32_t pid, const char *name);

/** Class of a process's program. */
struct proc_class {
	bool wide;	  /* addresses of 8 bytes, else 4 */
	uint16_t machine; /* e_machine */
};
bool proc_class(uint32_t pid, struct proc_class *out);

#endif
