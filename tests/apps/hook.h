#ifndef TESTS_APPS_HOOK_H
#define TESTS_APPS_HOOK_H

/**
 * A program, a framework that it uses, a vendor's library that the framework loads, and a library
 * that is put in between by LD_PRELOAD: host -> libframe.so -> libhook.so -> libdevice.so.
 */

/** libdevice.so: 1 and 2. */
int device_mem_get_v1(void);
int device_mem_get_v2(void);
/** libframe.so: calls device_mem_get_v1 of a library twice; ten times the first and the second. */
int frame_run(const char *library);

#endif
