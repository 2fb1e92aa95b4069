/* Sample operator that never ends: it waits for a number in global memory that nobody writes. */
typedef unsigned long u64;

static u64 wait_for(volatile u64 *flag, u64 value)
{
	u64 turns = 0;

	while (*flag != value)
		turns++;
	return turns;
}

void stuck(u64 *flag, u64 value)
{
	flag[1] = wait_for(flag, value);
}
