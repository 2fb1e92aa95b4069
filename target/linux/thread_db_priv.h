#ifndef TARGET_LINUX_THREAD_DB_PRIV_H
#define TARGET_LINUX_THREAD_DB_PRIV_H

#include <proc_service.h>
#include <thread_db.h>

#include "target/linux/linux_priv.h"

/**
 * The C library's own view of a process's threads: libthread_db, loaded when a client offers
 * symbols. It reads the process through the ps_* functions (proc_service.c) with a pointer to the
 * struct here.
 */

enum thread_db_answer { SYMBOL_UNASKED, SYMBOL_KNOWN, SYMBOL_ABSENT };

struct thread_db_symbol {
	enum thread_db_answer answer;
	uint64_t value;
};

/** The functions of the library that are used; the types are those of <thread_db.h>. */
struct thread_db_calls {
	__typeof__(td_symbol_list) *symbol_list;
	__typeof__(td_ta_new) *ta_new;
	__typeof__(td_ta_delete) *ta_delete;
	__typeof__(td_ta_map_lwp2thr) *map_lwp2thr;
	__typeof__(td_thr_tls_get_addr) *tls_get_addr;
	__typeof__(td_thr_tlsbase) *tlsbase; /* NULL: not in this library */
};

/** One per process; the name is what <proc_service.h> leaves to us. */
struct ps_prochandle {
	struct linux_target *target;
	struct linux_process *process;
	void *lib;
	size_t candidate; /* place in the search path that lib came from */
	struct thread_db_calls td;
	const char **names; /* of the library, NULL-terminated */
	struct thread_db_symbol *symbols; /* one per name */
	size_t version;     /* the symbol that says which library fits */
	td_thragent_t *agent; /* NULL: not yet known whether the library fits */
	unsigned reads;     /* left for the call in work */
};

/** Before each call into the library: what the call may cost is bounded. */
void proc_service_begin(struct ps_prochandle *ph);

#endif
