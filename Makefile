# ascend-gdbserver: one non-recursive Makefile. `make help` lists the targets.

CC ?= gcc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
SAN ?=
V ?=

# All output goes below $(O); a sanitizer build gets a folder of its own so the two never mix.
O ?= $(if $(SAN),build-san,build)
Q := $(if $(V),,@)

PKGS := libelf inih libcrypto json-c
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wundef -Wpointer-arith $(if $(findstring clang,$(CC)),,-Wcast-align=strict)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Debian keeps the headers of libdwarf in a folder of their own and has no .pc file for it.
DWARF_INC := $(addprefix -isystem ,$(wildcard /usr/include/libdwarf*))
override CPPFLAGS += -I. $(DWARF_INC) -MMD -MP -D_GNU_SOURCE
override CFLAGS += -std=gnu11 $(WARN) -fstack-protector-strong $(SANFLAGS)
override LDFLAGS += $(SANFLAGS)
LDLIBS = $(shell pkg-config --libs $(PKGS)) -ldwarf

LIB_SRC := $(sort $(wildcard rsp/*.c arch/*.c config/*.c target/*.c target/*/*.c stub/*.c))
LIB_SRC := $(filter-out stub/main.c,$(LIB_SRC))
LIB_OBJ := $(LIB_SRC:%.c=$(O)/%.o)
LIB := $(O)/libascend.a
BIN := $(O)/ascend-gdbserver

.PHONY: all
all: $(BIN)

$(BIN): $(O)/stub/main.o $(LIB)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# --- unit tests: every tests/unit/test_*.c is one CUnit program, linked with tests/unit/unit.c
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:%.c=$(O)/%)

$(O)/tests/unit/test_%: $(O)/tests/unit/test_%.o $(O)/tests/unit/unit.o $(LIB)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcunit $(LDLIBS)

-include tests/tools/rules.mk tests/kernels/rules.mk
-include $(shell find $(O) -name '*.d' 2>/dev/null)
