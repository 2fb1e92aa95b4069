#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include <stdint.h>

/**
 * Shared between rsp-faults and the server that it lets fail: a file of this size whose path the
 * server finds in FAULT_FILE. Calls are counted over all functions that fault.c wraps.
 */
struct fault_orders {
	uint64_t at;	/* this call fails, counted from 1; 0: none */
	uint32_t same;	/* so many calls of one place in the code count; 0: all */
	uint64_t count; /* calls so far that count */
	char name[32];	/* of the function that failed, "" none has */
	uint32_t left;	/* 1: the server came to its exit */
	int32_t files;	/* ... with so many more descriptors than at its start */
};

#endif
