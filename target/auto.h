#ifndef TARGET_AUTO_H
#define TARGET_AUTO_H

#include <stdlib.h>
#include <unistd.h>

/** Scope guards: AUTO_FREE char *p = ...; TAKE(p) hands the value on and disarms the guard. */
static inline void auto_free(void *pp)
{
	free(*(void **)pp);
}

static inline void auto_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define AUTO_FREE __attribute__((cleanup(auto_free)))
#define AUTO_CLOSE __attribute__((cleanup(auto_close)))
#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

#endif
