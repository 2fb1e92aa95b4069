# ascend-gdbserver: one non-recursive Makefile. `make help` lists the targets.

ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
SAN ?=
V ?=
FUZZ_SECONDS ?= 60
SEQUENCES ?= 1000
SEED ?=
ARCH := $(shell uname -m)

# All output goes below $(O); a sanitizer build gets a folder of its own so the two never mix.
O ?= $(if $(SAN),build-san,build)
Q := $(if $(V),,@)

LIBS := dwarf elf inih nettle json-c z
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wundef -Wpointer-arith $(if $(findstring clang,$(CC)),,-Wcast-align=strict)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Dictionaries know what is compared; to trace it would take a third of the time. What would trace
# strings is replaced: tests/fuzz/untraced.c.
SANFLAGS += $(if $(findstring fuzzer,$(SAN)),-fno-sanitize-coverage=trace-cmp)
FUZZ_HOOKS := $(foreach f,memcmp memmem strcmp strncmp strcasecmp strncasecmp strstr strcasestr,\
	-Wl,--defsym=__sanitizer_weak_hook_$(f)=fuzz_untraced)
# Debian keeps the headers of libdwarf in a folder of their own and has no .pc file for it.
DWARF_INC := $(addprefix -isystem ,$(wildcard /usr/include/libdwarf*))
override CPPFLAGS += -I. $(DWARF_INC) -MMD -MP -D_GNU_SOURCE \
	$(if $(findstring fuzzer,$(SAN)),-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
override CFLAGS += -std=gnu11 $(WARN) -fstack-protector-strong $(SANFLAGS)
# libthread_db calls back into the program that loads it. What is bound at the start is not looked
# for later, through tables of every library.
override LDFLAGS += $(SANFLAGS) -static-libgcc -Wl,-z,now '-Wl,--export-dynamic-symbol=ps_*'
# Archives where there are some: what is not used of them is not mapped, let alone relocated.
archive = $(firstword $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)) -l$(1))
LDLIBS := $(foreach lib,$(LIBS),$(call archive,$(lib))) -lZydis
# Objects before archives, whatever order the rules of tests name them in.
LINK = $(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

LIB_SRC := $(sort $(wildcard rsp/*.c arch/*.c config/*.c target/*.c target/*/*.c stub/*.c))
LIB_SRC := $(filter-out stub/main.c target/linux/host_%.c target/sim/% target/runtime/%,$(LIB_SRC)) \
	$(sort $(wildcard target/linux/host_$(ARCH)*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(O)/%.o)
LIB := $(O)/libascend.a
BIN := $(O)/ascend-gdbserver

.PHONY: all
all: $(BIN) ## the daemon

$(BIN): $(O)/stub/main.o $(LIB)
	$(Q)$(LINK) $(LDLIBS)

$(LIB): $(LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# --- tests. Rules files say how tools, kernels and dumps are made and add to TEST_FILES what has to
# be there before the unit, protocol and gdb rings run.
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:%.c=$(O)/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_SRC:%.c=$(O)/%)
REPLAY_BIN := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(O)/tests/fuzz/replay_%)
TEST_FILES :=
-include target/sim/rules.mk tests/kernels/rules.mk tests/tools/rules.mk tests/bench/rules.mk
-include target/runtime/rules.mk tests/apps/rules.mk tests/apps/samples.mk tests/faults/rules.mk
TEST_FILES += $(KERNELS)

# Fakes and the writer of dumps, for the unit tests and fuzz targets that want them.
TEST_LIB_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/fake/*.c))) $(DUMP_OBJ) \
	$(O)/target/sim/wire.o
TEST_LIB := $(if $(strip $(TEST_LIB_OBJ)),$(O)/libtest.a)
$(O)/libtest.a: $(TEST_LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(UNIT_BIN): %: %.o $(O)/tests/unit/unit.o $(TEST_LIB) $(LIB)
	$(Q)$(LINK) -lcunit $(LDLIBS)

$(REPLAY_BIN): $(O)/tests/fuzz/replay_%: $(O)/tests/fuzz/fuzz_%.o $(O)/tests/fuzz/replay_main.o \
		$(TEST_LIB) $(LIB)
	$(Q)$(LINK) $(LDLIBS)

$(FUZZ_BIN): %: %.o $(O)/tests/fuzz/untraced.o $(TEST_LIB) $(LIB)
	$(Q)$(LINK) -fsanitize=fuzzer $(FUZZ_HOOKS) $(LDLIBS)

# Tools are installed before pkg-config is asked for anything: hence the second make.
RINGS := unit protocol random faults gdb fuzz lint suite
AGAIN = +$(Q)$(MAKE) --no-print-directory
RUN = $(Q)O=$(O) CC=$(CC) tests/run

.PHONY: check check-all check-gdb-full check-live-100 check-x32 $(RINGS:%=check-%)
check: deps ## install what is missing, build, run every test
	$(AGAIN) check-all
check-all: $(BIN) $(UNIT_BIN) $(REPLAY_BIN) $(TEST_FILES) ## every test, without deps
	$(RUN) $(RINGS)
check-unit: $(BIN) $(UNIT_BIN) $(TEST_FILES) ## unit tests
	$(RUN) unit
check-live-100: $(BIN) $(O)/tests/unit/test_live_samples $(TEST_FILES) ## samples 100 times under the daemon
	$(Q)O=$(O) ROUNDS=100 $(O)/tests/unit/test_live_samples
check-protocol: $(BIN) $(TEST_FILES) ## transcripts against the daemon
	$(RUN) protocol
check-random: $(BIN) $(TEST_FILES) ## sequences of packets by chance against the daemon
	$(RUN) random
check-faults: ## sessions of which every single call is made to fail, with sanitizers: an hour
	$(AGAIN) $(if $(SAN),,O=$(O)-san SAN=address,undefined) faults-whole
.PHONY: faults-whole
faults-whole: $(FAULT_TESTS)
	$(Q)FAULTS_EVERY=1 FAULTS_SAME=0 TEST_SECONDS=14400 O=$(O) tests/run faults
check-gdb: $(BIN) $(TEST_FILES) ## stock gdb (and lldb) against the daemon
	$(RUN) gdb
check-suite: $(BIN) ## a part of gdb's own testsuite: 10 minutes
	$(RUN) suite
check-gdb-full: $(BIN) ## all of it, on three boards: an hour or two
	$(Q)O=$(O) tests/gdb/suite.sh full
check-fuzz: $(REPLAY_BIN) ## fuzz targets over their corpora
	$(RUN) fuzz
check-lint: lint
check-x32: $(BIN) ## x32 programs, in a guest that QEMU emulates: a minute, and 100 MB the first time
	$(RUN) x32

.PHONY: lint format fuzz fuzz-bin fuzz-stateful bench compare-robustness coverage demo deps
lint: ## house rules
	$(RUN) lint
format: ## clang-format all sources in place
	$(Q)clang-format -i $$(find rsp arch config target stub tests -name '*.[ch]')
fuzz: ## every fuzz target for FUZZ_SECONDS (60), with clang's sanitizers
	$(AGAIN) CC=clang O=$(O)-fuzz SAN=fuzzer-no-link,address,undefined fuzz-bin
	$(Q)O=$(O)-fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run
fuzz-bin: $(FUZZ_BIN)
fuzz-stateful: $(BIN) $(TEST_FILES) ## SEQUENCES (1000) sequences of packets by chance, from SEED
	$(Q)O=$(O) $(O)/tests/tools/rsp-random --sequences $(SEQUENCES) $(if $(SEED),--seed $(SEED)) \
		--chain 25 --table tests/protocol/packets.tab
bench: $(BIN) $(TEST_FILES) $(BENCH_FILES) ## speed beside gdbserver
	$(Q)O=$(O) tests/bench/run.sh
compare-robustness: $(BIN) $(TEST_FILES) ## one-packet tests, gdbserver beside ours
	$(Q)O=$(O) $(O)/tests/tools/rsp-probe --compare tests/protocol/packets.tab
coverage: ## lines and branches that the tests reach
	$(Q)-find $(O)-cov -name "*.gcda" -delete 2>/dev/null
	-$(AGAIN) O=$(O)-cov CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage check-all
	$(Q)tests/coverage.sh $(O)-cov
demo: deps ## a dump and a live kernel, as gdb shows them
	$(AGAIN) demo-run
.PHONY: demo-run
demo-run: $(BIN) $(SIM_BIN) $(RT_STUB) $(O)/tests/dumps/demo.core $(APP_DIR)/add_custom
	$(Q)O=$(O) tests/demo.sh
deps: ## install missing Debian packages, or say which
	$(Q)tests/deps.sh

# --- installation
DOC := $(DESTDIR)$(PREFIX)/share/doc/ascend-gdbserver
MAN := $(DESTDIR)$(PREFIX)/share/man/man1

.PHONY: install uninstall clean help
install: $(BIN) sim $(RT_STUB) ## into PREFIX (/usr/local), below DESTDIR
	$(Q)install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/ascend-gdbserver
	$(Q)install -D -m 755 $(SIM_BIN) $(DESTDIR)$(PREFIX)/bin/ascend-npu-sim
	$(Q)install -D -m 755 -t $(DESTDIR)$(PREFIX)/lib/ascend-npu-sim/lib64 $(SIM_LIBS)
	$(Q)install -D -m 755 $(RT_STUB) $(DESTDIR)$(PREFIX)/lib/libascend-rt-stub.so
	$(Q)install -D -m 644 docs/ascend-gdbserver.1 $(MAN)/ascend-gdbserver.1
	$(Q)install -D -m 644 config/ascend-gdbserver.ini $(DOC)/ascend-gdbserver.ini
uninstall: ## take away what install put there
	$(Q)rm -f $(DESTDIR)$(PREFIX)/bin/ascend-gdbserver $(MAN)/ascend-gdbserver.1
	$(Q)rm -f $(DESTDIR)$(PREFIX)/bin/ascend-npu-sim
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/lib/ascend-npu-sim
	$(Q)rm -f $(DESTDIR)$(PREFIX)/lib/libascend-rt-stub.so
	$(Q)rm -f $(DOC)/ascend-gdbserver.ini
	-$(Q)rmdir $(DOC) 2>/dev/null
clean: ## remove all output
	$(Q)rm -rf $(O) $(O)-fuzz $(O)-cov build-san
help: ## this list
	@echo 'make TARGET [O=folder] [CC=clang] [SAN=address,undefined] [V=1]'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' Makefile

-include $(shell find $(O) -name '*.d' 2>/dev/null)
