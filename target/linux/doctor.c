/*
 * `monitor doctor`, the programs: whether the library that tells of their kernels is in them, and
 * why not. ld.so(8) says when LD_PRELOAD counts.
 */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "target/doctor.h"
#include "target/linux/proc.h"
#include "target/linux/view_priv.h"

static const char what[] = "runtime stub";

/* One process, as /proc shows it. */
struct patient {
	const struct linux_process *p;
	struct doctor *r;
	struct target_text environ, maps, auxv;
	char program[PATH_MAX];
	bool wide; /* a program of 64 bits */
};

/* The value of a variable the program was started with; NULL: it has none. */
static const char *variable(const struct patient *x, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < x->environ.len; i += strlen(x->environ.data + i) + 1) {
		const char *at = x->environ.data + i;

		if (!strncmp(at, name, n) && at[n] == '=')
			return at + n + 1;
	}
	return NULL;
}

static bool has_mapped(const struct patient *x, const char *file)
{
	return x->maps.data && strstr(x->maps.data, file);
}

/* An entry of the auxiliary vector of a 64-bit program; 0: it has none. */
static uint64_t aux(const struct patient *x, uint64_t type)
{
	Elf64_auxv_t one;

	for (size_t i = 0; i + sizeof(one) <= x->auxv.len; i += sizeof(one)) {
		memcpy(&one, x->auxv.data + i, sizeof(one));
		if (one.a_type == type)
			return one.a_un.a_val;
	}
	return 0;
}

static void not_named(const struct patient *x, const char *preload)
{
	int pid = (int)x->p->pid;

	if (x->p->attached) {
		doctor_problem(x->r, what,
			       "process %d was started without this server: its kernels are not "
			       "known",
			       pid);
		doctor_mend(x->r,
			    "start it here: ascend-gdbserver COMM %s; or by hand, to attach to "
			    "it: LD_PRELOAD=%s MSOP_SOCKET_PATH=/tmp/PATH-OF-YOUR-CHOICE %s",
			    x->program, x->r->preload, x->program);
	} else if (preload) {
		doctor_problem(x->r, what, "process %d has another LD_PRELOAD=%.200s", pid,
			       preload);
		doctor_mend(x->r,
			    "let what starts it keep the old value: LD_PRELOAD=%s:$LD_PRELOAD",
			    x->r->preload);
	} else {
		doctor_problem(x->r, what,
			       "process %d has no LD_PRELOAD: what started it has "
			       "removed it",
			       pid);
		doctor_mend(x->r, "give it on: env LD_PRELOAD=%s %s", x->r->preload, x->program);
	}
}

static void not_loaded(const struct patient *x)
{
	int pid = (int)x->p->pid;

	if (!x->wide) {
		doctor_problem(x->r, what, "process %d is a 32-bit program: the library is not",
			       pid);
		doctor_mend(x->r, "build the program for 64 bits");
	} else if (!aux(x, AT_BASE)) {
		doctor_problem(x->r, what,
			       "process %d: %s is linked statically: nothing can be "
			       "preloaded into it",
			       pid, x->program);
		doctor_mend(x->r, "link it without -static");
	} else if (aux(x, AT_SECURE)) {
		doctor_problem(x->r, what,
			       "process %d: %s has set-id bits or capabilities: the "
			       "dynamic linker ignores LD_PRELOAD",
			       pid, x->program);
		doctor_mend(x->r, "debug a copy without them: cp %s /tmp", x->program);
	} else if (!has_mapped(x, "/libc.so") && !has_mapped(x, "/libc-")) {
		doctor_note(x->r, what,
			    "process %d stands before its libraries are loaded: "
			    "continue, then ask again",
			    pid);
	} else {
		doctor_problem(x->r, what,
			       "process %d: LD_PRELOAD names it and it is not loaded: "
			       "it cannot be read there, or is for another kind of program",
			       pid);
		doctor_mend(x->r, "look at the program's error output; ls -l %s", x->r->preload);
	}
}

/* The libraries that make kernels run, the lowest layer first. */
static const char *runtime_of(const struct patient *x)
{
	static const char *const names[] = { "libruntime.so", "libacl_rt_impl.so",
					     "libascendcl.so" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (has_mapped(x, names[i]))
			return names[i];
	return NULL;
}

/* By the process' own mounts: it may be in a container. */
static bool lacks_runtime(const struct patient *x, const char *home)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "/proc/%d/root%s/lib64/libruntime.so", (int)x->p->pid,
			 home);

	return n > 0 && n < (int)sizeof(path) && access(path, F_OK) < 0 && errno == ENOENT;
}

static void check_runtime(const struct patient *x)
{
	const char *home = variable(x, "ASCEND_TOOLKIT_HOME");
	const char *runtime = runtime_of(x);
	int pid = (int)x->p->pid;

	if (runtime) {
		doctor_ok(x->r, "runtime", "process %d uses %s", pid, runtime);
	} else if (home && *home == '/' && lacks_runtime(x, home)) {
		doctor_problem(x->r, "runtime",
			       "process %d has loaded no runtime library, and its "
			       "ASCEND_TOOLKIT_HOME=%.200s has no lib64/libruntime.so",
			       pid, home);
		doctor_mend(x->r, "source the set_env.sh of its toolkit, then start it again");
	} else {
		doctor_note(x->r, "runtime", "process %d has loaded no runtime library yet%s", pid,
			    home ? "" : "; it has no ASCEND_TOOLKIT_HOME to find one with");
	}
}

static void check(const struct patient *x)
{
	const char *preload = variable(x, "LD_PRELOAD");
	bool loaded = has_mapped(x, x->r->preload);

	bool can_be = aux(x, AT_BASE) && !aux(x, AT_SECURE) && x->wide;

	if (loaded)
		doctor_ok(x->r, what, "process %d has loaded it", (int)x->p->pid);
	else if (can_be && (!preload || !strstr(preload, x->r->preload)))
		not_named(x, preload);
	else
		not_loaded(x);
	check_runtime(x);
}

void linux_doctor(struct target *t, struct doctor *r)
{
	const struct linux_process *p = ((struct linux_target *)t)->processes;

	for (; p && r->preload; p = p->next) {
		struct patient x = { .p = p, .r = r };
		struct proc_class class;

		x.wide = !proc_class((uint32_t)p->pid, &class) || class.wide;

		if (!proc_link(proc_path("/proc/%d/exe", p->pid).s, x.program, sizeof(x.program)))
			snprintf(x.program, sizeof(x.program), "its program");
		if (proc_read(proc_path("/proc/%d/environ", p->pid).s, &x.environ) &&
		    proc_read(proc_path("/proc/%d/maps", p->pid).s, &x.maps) &&
		    proc_read(proc_path("/proc/%d/auxv", p->pid).s, &x.auxv))
			check(&x);
		else
			doctor_note(r, what,
				    "process %d cannot be looked at: it has ended, or "
				    "belongs to another user",
				    (int)p->pid);
		target_text_deinit(&x.environ);
		target_text_deinit(&x.maps);
		target_text_deinit(&x.auxv);
	}
}
