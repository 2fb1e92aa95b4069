/*
 * The lines of `monitor doctor`. stub/ begins and ends the report, targets fill it.
 */
#include "target/doctor.h"

#include <stdio.h>

enum { LINE = 1024 };

static void __attribute__((format(printf, 4, 0)))
line(struct doctor *r, const char *verdict, const char *what, const char *fmt, va_list args)
{
	char text[LINE];

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		return;
	/* names of files and kernels are bytes of others: nothing of them reaches a terminal */
	for (char *p = text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			*p = '?';
	target_text_format(r->out, "%-8s %-16s %s\n", verdict, what, text);
}

void doctor_ok(struct doctor *r, const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line(r, "ok", what, fmt, args);
	va_end(args);
}

void doctor_note(struct doctor *r, const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line(r, "note", what, fmt, args);
	va_end(args);
}

void doctor_problem(struct doctor *r, const char *what, const char *fmt, ...)
{
	va_list args;

	r->problems++;
	va_start(args, fmt);
	line(r, "PROBLEM", what, fmt, args);
	va_end(args);
}

void doctor_mend(struct doctor *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line(r, "", "  mend it:", fmt, args);
	va_end(args);
}

void target_doctor(struct target *t, struct doctor *r)
{
	if (t->ops->view && t->ops->view->doctor)
		t->ops->view->doctor(t, r);
}
