/*
 * What a target can do, computed from the operations it has: nothing else says so. Called by stub/
 * and by tests.
 */
#include "target/target.h"

static unsigned caps_of_view(const struct target_view_ops *v)
{
	return (v->exec_file ? TARGET_HAS_EXEC_FILE : 0u) |
	       (v->libraries ? TARGET_HAS_LIBRARIES : 0u) | (v->region ? TARGET_HAS_REGIONS : 0u) |
	       (v->tables && v->table ? TARGET_HAS_TABLES : 0u) |
	       (v->file ? TARGET_HAS_FILES : 0u) | (v->thread_name ? TARGET_HAS_NAMES : 0u) |
	       (v->command ? TARGET_HAS_COMMANDS : 0u);
}

static unsigned caps_of_os(const struct target_os_ops *os)
{
	return (os->auxv ? TARGET_HAS_AUXV : 0u) | (os->link_maps ? TARGET_HAS_LINK_MAPS : 0u) |
	       (os->link_word ? TARGET_HAS_LINK_WORD : 0u) |
	       (os->siginfo_read && os->siginfo_write ? TARGET_HAS_SIGINFO : 0u);
}

static unsigned caps_of_points(const struct target_point_ops *p)
{
	return TARGET_CAN_BREAK | (p->persists ? TARGET_CAN_EVALUATE : 0u);
}

static unsigned caps_of_run(const struct target_run_ops *r)
{
	return TARGET_CAN_RUN | (r->non_stop ? TARGET_CAN_NON_STOP : 0u) |
	       (r->wish ? TARGET_HAS_EVENTS : 0u);
}

unsigned target_caps(const struct target *t)
{
	const struct target_ops *o = t->ops;

	return (o->run ? caps_of_run(o->run) : 0u) | (o->process ? TARGET_CAN_START : 0u) |
	       (o->write ? TARGET_CAN_WRITE : 0u) | (o->points ? caps_of_points(o->points) : 0u) |
	       (o->view ? caps_of_view(o->view) : 0u) | (o->os ? caps_of_os(o->os) : 0u) |
	       (o->files ? TARGET_HAS_FILES | TARGET_HAS_HOST_FILES : 0u);
}

bool target_command_steers(const struct target *t, size_t argc, const char *const *argv)
{
	const struct target_view_ops *v = t->ops->view;

	return argc && v && v->steers && v->steers(t, argc, argv);
}
