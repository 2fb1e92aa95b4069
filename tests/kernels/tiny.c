/*
 * The least kernel that has one of everything: a call, an inlined function, locals on the stack
 * and in registers. Fuzzers read it some hundred times a second.
 */
static __attribute__((noinline)) long twice(long x)
{
	volatile long sum = x;

	return sum + x;
}

static inline long next(long x)
{
	return x + 1;
}

void tiny(long *out, long n)
{
	long last = twice(n);

	*out = next(last) + twice(last);
}
