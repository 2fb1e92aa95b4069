/*
 * Thread-local storage and thread handles by libthread_db. The library wants symbols of the
 * process, which only the client can look up: linux_symbol_wanted() names one after the other.
 * Without the library, or for a program without threads, everything else works as before.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/linux/thread_db_priv.h"
#include "target/linux/view_priv.h"

#define LIBRARY "libthread_db.so.1"
/* GDB's words: where the system has its libraries, and beside the program's libpthread */
#define SYSTEM_FOLDER  "$sdir"
#define PRESET_FOLDERS "$sdir:$pdir"

static struct linux_target *of(struct target *t)
{
	return (struct linux_target *)t;
}

static const char *folders(const struct linux_target *l)
{
	return l->thread_db_folders ? l->thread_db_folders : PRESET_FOLDERS;
}

void linux_thread_db_drop(struct linux_process *p)
{
	struct ps_prochandle *db = p->thread_db;

	if (!db)
		return;
	p->thread_db = NULL;
	if (db->agent)
		db->td.ta_delete(db->agent);
	if (db->lib)
		dlclose(db->lib);
	free(db->symbols);
	free(db);
}

void linux_thread_db_exec(struct linux_process *p)
{
	linux_thread_db_drop(p);
	for (struct linux_thread *th = p->threads; th; th = th->next)
		th->handle = 0;
}

/* Path of the n-th folder's library; false: there is no n-th folder. "": nothing to load there. */
static bool candidate(const struct linux_target *l, size_t n, char *path, size_t cap)
{
	const char *at = folders(l);

	for (; n; n--) {
		at = strchr(at, ':');
		if (!at)
			return false;
		at++;
	}
	size_t len = strcspn(at, ":");
	bool system = len == strlen(SYSTEM_FOLDER) && !strncmp(at, SYSTEM_FOLDER, len);
	int needed = system ? snprintf(path, cap, "%s", LIBRARY)
			    : snprintf(path, cap, "%.*s/%s", (int)len, at, LIBRARY);
	/* other words with a '$' name what only a debugger on the same side as the symbols knows */
	if (needed < 0 || (size_t)needed >= cap || *path == '$' || !len)
		*path = '\0';
	return true;
}

/* dlsym gives a pointer to data, and ISO C has no cast to one to a function. */
static bool find_call(void *lib, const char *name, void *call)
{
	void *found = dlsym(lib, name);

	memcpy(call, &found, sizeof(found));
	return found != NULL;
}

static bool find_calls(void *lib, struct thread_db_calls *td)
{
	find_call(lib, "td_thr_tlsbase", &td->tlsbase);
	return find_call(lib, "td_symbol_list", &td->symbol_list) &&
	       find_call(lib, "td_ta_new", &td->ta_new) &&
	       find_call(lib, "td_ta_delete", &td->ta_delete) &&
	       find_call(lib, "td_ta_map_lwp2thr", &td->map_lwp2thr) &&
	       find_call(lib, "td_thr_tls_get_addr", &td->tls_get_addr);
}

/* "nptl_version", from glibc 2.34 on "__nptl_version". */
static bool find_version(struct ps_prochandle *db)
{
	for (size_t i = 0; db->names[i]; i++)
		if (strstr(db->names[i], "nptl_version")) {
			db->version = i;
			return true;
		}
	return false;
}

static bool load_symbols(struct ps_prochandle *db)
{
	size_t n = 0;

	db->names = db->td.symbol_list();
	while (db->names && db->names[n])
		n++;
	db->symbols = calloc(n + 1, sizeof(*db->symbols));
	return n && db->symbols && find_version(db);
}

static void load(struct linux_target *l, struct linux_process *p, const char *path, size_t place)
{
	struct ps_prochandle *db = calloc(1, sizeof(*db));

	if (!db)
		return;
	p->thread_db = db;
	db->target = l;
	db->process = p;
	db->candidate = place;
	db->lib = dlopen(path, RTLD_NOW);
	if (!db->lib || !find_calls(db->lib, &db->td) || !load_symbols(db)) {
		target_logf(&l->base.log, TARGET_LOG_DEBUG, "thread-db pid=%d: %s cannot be used",
			    p->pid, path);
		linux_thread_db_drop(p);
	}
}

/* The first library from that place of the search path on that can be loaded. */
static bool load_from(struct linux_target *l, struct linux_process *p, size_t place)
{
	char path[4096];

	for (; !p->thread_db && candidate(l, place, path, sizeof(path)); place++)
		if (*path)
			load(l, p, path, place);
	return p->thread_db != NULL;
}

/* Asks the library whether it is the one of the process's C library. */
static bool open_agent(struct ps_prochandle *db)
{
	if (db->symbols[db->version].answer != SYMBOL_KNOWN)
		return false;
	proc_service_begin(db);
	if (db->td.ta_new(db, &db->agent) == TD_OK)
		return true;
	db->agent = NULL;
	return false;
}

static const char *unasked(const struct ps_prochandle *db)
{
	for (size_t i = 0; db->names[i]; i++)
		if (db->symbols[i].answer == SYMBOL_UNASKED)
			return db->names[i];
	return NULL;
}

const char *linux_symbol_wanted(struct target *t, uint32_t pid, bool first)
{
	struct linux_process *p = linux_process_find(of(t), pid);

	if (!p)
		return NULL;
	/* before the C library is there nothing of it is found: asked again at every offer */
	if (first && p->thread_db && !p->thread_db->agent)
		linux_thread_db_drop(p);
	if (!p->thread_db && (!first || !load_from(of(t), p, 0)))
		return NULL;
	while (!p->thread_db->agent) {
		struct ps_prochandle *db = p->thread_db;

		if (db->symbols[db->version].answer == SYMBOL_UNASKED)
			return db->names[db->version];
		if (open_agent(db))
			break;
		size_t next = db->candidate + 1;
		linux_thread_db_drop(p);
		if (!load_from(of(t), p, next))
			return NULL;
	}
	return unasked(p->thread_db);
}

void linux_symbol_found(struct target *t, uint32_t pid, const char *name, const uint64_t *value)
{
	struct linux_process *p = linux_process_find(of(t), pid);
	struct ps_prochandle *db = p ? p->thread_db : NULL;

	for (size_t i = 0; db && db->names[i]; i++)
		if (!strcmp(db->names[i], name))
			db->symbols[i] =
				(struct thread_db_symbol){ value ? SYMBOL_KNOWN : SYMBOL_ABSENT,
							   value ? *value : 0 };
}

/* The library for a call; NULL: there is none, or it has not got its symbols. */
static struct ps_prochandle *ready(const struct linux_process *p)
{
	struct ps_prochandle *db = p->thread_db;

	if (!db || !db->agent || unasked(db))
		return NULL;
	proc_service_begin(db);
	return db;
}

/*
 * The library's name of a thread. td_thr_get_info is not called: it takes room on the stack as the
 * process says.
 */
static bool find_handle(struct ps_prochandle *db, struct linux_thread *th, td_thrhandle_t *out)
{
	if (!th->handle && !th->running && db->td.map_lwp2thr(db->agent, th->tid, out) == TD_OK)
		th->handle = (uintptr_t)out->th_unique;
	*out = (td_thrhandle_t){ db->agent, (psaddr_t)(uintptr_t)th->handle };
	return th->handle != 0;
}

static td_err_e find_tls(struct ps_prochandle *db, const td_thrhandle_t *th, uint64_t lm,
			 uint64_t offset, uint64_t *out)
{
	psaddr_t at = NULL;
	td_err_e err = TD_NOCAPAB;

	if (lm)
		err = db->td.tls_get_addr(th, (psaddr_t)(uintptr_t)lm, offset, &at);
	else if (db->td.tlsbase) /* a static program has one module and no link map */
		err = db->td.tlsbase(th, 1, &at);
	*out = (uintptr_t)at + (lm ? 0 : offset);
	return err;
}

enum target_status linux_tls_address(struct target *t, struct target_tid tid, uint64_t lm,
				     uint64_t offset, uint64_t *out)
{
	struct linux_thread *th;
	td_thrhandle_t handle;

	enum target_status status = linux_view_thread(t, tid, &th);
	if (status != TARGET_OK)
		return status;
	struct ps_prochandle *db = ready(th->process);
	if (!db)
		return target_fail(t, TARGET_UNAVAILABLE,
				   "libthread_db does not know process %u: the program has no "
				   "thread library yet, or the one here is of another version",
				   tid.pid);
	if (!find_handle(db, th, &handle))
		return target_fail(t, TARGET_UNAVAILABLE, "libthread_db does not know thread %u",
				   tid.tid);
	td_err_e err = find_tls(db, &handle, lm, offset, out);
	if (err == TD_OK)
		return TARGET_OK;
	return target_fail(t, TARGET_UNAVAILABLE,
			   "thread %u has no storage for that module yet (libthread_db: %d)",
			   tid.tid, (int)err);
}

enum target_status linux_thread_handle(struct target *t, struct target_tid tid,
				       struct target_text *out)
{
	struct linux_thread *th;
	td_thrhandle_t handle;

	enum target_status status = linux_view_thread(t, tid, &th);
	if (status != TARGET_OK)
		return status;
	struct ps_prochandle *db = th->handle ? th->process->thread_db : ready(th->process);
	if (!db || !find_handle(db, th, &handle))
		return TARGET_UNAVAILABLE;
	target_text_bytes(out, (const char *)&handle.th_unique, sizeof(handle.th_unique));
	return TARGET_OK;
}

enum target_status linux_thread_db_path(struct target *t, const char *path, const char **now)
{
	struct linux_target *l = of(t);
	char *copy = *path ? strdup(path) : NULL;

	if (*path && !copy)
		return target_fail(t, TARGET_SYSTEM, "out of memory");
	free(l->thread_db_folders);
	l->thread_db_folders = copy;
	*now = folders(l);
	return TARGET_OK;
}
