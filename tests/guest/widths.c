/*
 * Values whose size the ABI decides: pointers and longs in structures, arguments and results in
 * registers of all kinds. `widths fault ADDRESS` writes there, `widths stay` goes on until it is
 * told not to. Built for 64-bit programs, 32-bit ones and x32.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct link {
	struct link *next;
	long value;
	const char *name;
};

static struct link third = { NULL, 3, "third" };
static struct link second = { &third, 2, "second" };
static struct link first = { &second, 1, "first" };
volatile int staying = 1;
long long wide = 0x1122334455667788;

struct link *find(struct link *from, long value)
{
	while (from && from->value != value)
		from = from->next;
	return from;
}

double half(double x, float more)
{
	return x / 2 + more;
}

long double third_of(long double x)
{
	return x / 3;
}

struct link of_both(struct link *a, struct link *b)
{
	struct link both = { a, b->value, b->name };

	return both;
}

static void fault(const char *address)
{
	*(volatile char *)strtoul(address, NULL, 0) = 1;
}

static void stay(void)
{
	puts("stays");
	fflush(stdout);
	while (staying)
		usleep(900000);
}

int main(int argc, char **argv)
{
	struct link *found = find(&first, 3);
	double h = half(5, 0.25f);
	long double t = third_of(1);
	struct link both = of_both(&first, found);

	if (argc > 2 && !strcmp(argv[1], "fault"))
		fault(argv[2]);
	if (argc > 1 && !strcmp(argv[1], "stay"))
		stay();
	printf("%ld %g %Lg %s\n", found->value, h, t, both.name);
	return 0;
}
