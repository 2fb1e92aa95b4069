#ifndef STUB_LIMITS_H
#define STUB_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * What an admitted client may do. The bits stand beside the capabilities of the target in
 * session.have and in the `need` of packets: what is not there is refused in words.
 */
#define MAY_WRITE_REGISTERS (1u << 20)
#define MAY_WRITE_MEMORY    (1u << 21)
#define MAY_BREAK	    (1u << 22) /* set breakpoints and watchpoints */
#define MAY_STOP	    (1u << 23) /* what runs */
#define MAY_RESUME	    (1u << 24)
#define MAY_START	    (1u << 25) /* programs, and attach to processes */
#define MAY_END		    (1u << 26) /* processes and the server */
#define MAY_MONITOR	    (1u << 27)
#define MAY_FILES	    (1u << 28) /* read files of the machine */
#define MAY_WRITE_FILES	    (1u << 29)
#define MAY_ALL		    (0x3ffu << 20)

/** What a client can give up by itself (QAllow). */
#define MAY_GIVE_UP (MAY_WRITE_REGISTERS | MAY_WRITE_MEMORY | MAY_BREAK | MAY_STOP)

/** Limits of the server, the same for every client. */
struct limits {
	unsigned denied; /* MAY_* bits */
	bool rooted;	 /* files are those below file_root */
	int file_root;	 /* O_PATH descriptor of a folder, owned by whoever made the limits */
};

/** The options that each of these limits comes from. */
enum {
	LIMITS_READ_ONLY = MAY_WRITE_REGISTERS | MAY_WRITE_MEMORY | MAY_BREAK | MAY_RESUME |
			   MAY_START | MAY_END | MAY_WRITE_FILES,
	LIMITS_NO_RUN = MAY_START,
	LIMITS_NO_MONITOR = MAY_MONITOR,
	LIMITS_NO_FILES = MAY_FILES | MAY_WRITE_FILES,
};

/** What is refused when that bit (the lowest one, if there are several) is missing. */
const char *limits_what(unsigned may);
/**
 * The option that has taken that bit away, of those that `denied` comes from (struct limits); ""
 * when none of them has.
 */
const char *limits_option(unsigned may, unsigned denied);

/**
 * The bits of an operation of QAllow (n bytes). 0: it is known, but nothing here does it. false:
 * unknown.
 */
bool limits_operation(const char *name, size_t n, unsigned *may);

#endif
