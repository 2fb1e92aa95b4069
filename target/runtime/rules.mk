# The library that is preloaded into programs which use devices. Included by the Makefile.

RT_STUB := $(O)/libascend-rt-stub.so
RT_STUB_SRC := $(wildcard target/runtime/*.c) target/stub_message.c $(wildcard arch/ch*.c)

all: $(RT_STUB)

# It goes into programs that are not ours: no sanitizers.
$(O)/runtime/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out $(SANFLAGS),$(CFLAGS)) -fPIC -fvisibility=hidden -c -o $@ $<
$(RT_STUB): $(RT_STUB_SRC:%.c=$(O)/runtime/%.o)
	$(Q)$(CC) -shared -Wl,-z,defs -Wl,-soname,$(@F) -o $@ $^ -lcrypto -ldl -pthread

TEST_FILES += $(RT_STUB)
