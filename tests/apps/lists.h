#ifndef TESTS_APPS_LISTS_H
#define TESTS_APPS_LISTS_H

/** What lists.c makes by the first letter of its argument, and what it ends with. */
enum {
	LISTS_GOOD = 'g',
	LISTS_SPACES = 's',  /* a second namespace, whose next is the first */
	LISTS_NAME = 'n',    /* the second name is very long */
	LISTS_BROKEN = 'b',  /* the last entry's link back is wrong */
	LISTS_NOWHERE = 'w', /* links and names to where no memory is */
	LISTS_MANY = 'm',    /* LISTS_LONG entries */
	LISTS_EARLY = 'e',   /* DT_DEBUG is 0 */
	LISTS_LONG = 70000,
	LISTS_FAULT = 0x40, /* the address it dies of */
};

#if defined(__x86_64__)
#define LISTS_START                                                                                \
	".globl _start\n_start: mov 16(%rsp), %rdi\nand $-16, %rsp\ncall lists_main\nhlt\n"
#else
#define LISTS_START                                                                                \
	".globl _start\n_start: mov 8(%esp), %eax\nand $-16, %esp\npush %eax\npush %eax\n"         \
	"call lists_main\nhlt\n"
#endif

#endif
