/*
 * A program that is linked with no library of the toolkit and finds the calls that its arguments
 * name at run time, as an interpreter does; each takes a device.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int (*call)(int32_t) = (int (*)(int32_t))dlsym(RTLD_DEFAULT, argv[i]);

		if (call)
			printf("%s: %d\n", argv[i], call(0));
		else
			printf("%s: not there\n", argv[i]);
		fflush(stdout);
	}
	return 0;
}
