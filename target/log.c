/*
 * How targets write to the server's log and speak to its user. Both may be absent: a test that
 * looks at neither, a client that cannot be told anything now.
 */
#include <stdio.h>

#include "target/target.h"

enum { LINE = 1024 };

void target_logf(const struct target_log *log, enum target_log_level level, const char *fmt, ...)
{
	char text[LINE];
	va_list args;

	if (!log->write)
		return;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n >= 0)
		log->write(log->ctx, level, text);
}

void target_tell(const struct target_log *log, enum target_log_level level, const char *event,
		 const char *fmt, ...)
{
	char text[LINE];
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		return;
	target_logf(log, level, "%s: %s", event, text);
	if (log->tell)
		log->tell(log->ctx, text);
}
