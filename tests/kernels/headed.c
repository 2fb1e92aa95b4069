/*
 * A function of a header comes first in the code: lines begin in file 1 and not in the file that is
 * compiled.
 */
#line 20 "headed.h"
__attribute__((noinline)) int first_of_header(int x)
{
	return x * 7;
}
#line 10 "headed.c"
int behind_header(int x)
{
	return first_of_header(x) - 1;
}
