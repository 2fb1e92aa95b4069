/*
 * Calls that are compiled into their callers, one in the other, each on a line of its own: what
 * tables say of an address is compared with this file by line.
 */
static inline __attribute__((always_inline)) long inner(volatile long *out, long x)
{
	*out = x;
	return x + *out;
}

static inline __attribute__((always_inline)) long outer(volatile long *out, long x)
{
	long made = inner(out, x);

	out[1] = made;
	return made;
}

long inlined(volatile long *out, long n)
{
	long sum = n;

	sum += outer(out, n);
	return sum;
}
