/*
 * The vendor's library.
 */
#include "tests/apps/hook.h"

int device_mem_get_v1(void)
{
	return 1;
}

int device_mem_get_v2(void)
{
	return 2;
}
