/*
 * Words on standard error once the server serves: the server, the session's handlers and the
 * guardian write them.
 */
#include "stub/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "stub/log_file.h"

void say_to_user(const char *fmt, ...)
{
	char text[SAY_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > SAY_MAX) {
		n = SAY_MAX;
		text[n - 1] = '\n';
	}
	if (n > 0)
		(void)log_write_all(STDERR_FILENO, text, (size_t)n);
}
