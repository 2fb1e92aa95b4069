# Test kernels: freestanding AArch64 code linked at address 0, then given the shape of the device
# compiler's files by mkkernel. Included by the Makefile. `kernels` builds them all.

KERNEL_CC ?= aarch64-linux-gnu-gcc
KERNEL_CXX ?= aarch64-linux-gnu-g++
KERNEL_STRIP ?= aarch64-linux-gnu-strip
KERNEL_OBJCOPY ?= aarch64-linux-gnu-objcopy

KERNEL_FLAGS := -ffreestanding -fno-pic -mno-outline-atomics -fno-stack-protector
KERNEL_NO_EH := -fno-asynchronous-unwind-tables -fno-unwind-tables
KERNEL_LINK := -nostdlib -static -Wl,-Ttext=0,-e,0,--build-id=none,-z,max-page-size=4096
KERNEL_ADD := $(KERNEL_CC) $(KERNEL_FLAGS)
KERNEL_MIX := $(KERNEL_CXX) $(KERNEL_FLAGS) -fno-exceptions -fno-rtti -mgeneral-regs-only
KERNEL_DIR := $(O)/tests/kernels

# name = compiler and flags; the source is the name up to the first dot
kernel_add_custom := $(KERNEL_ADD) $(KERNEL_NO_EH) -g -O0
kernel_add_custom.nog := $(KERNEL_ADD) $(KERNEL_NO_EH) -O0
kernel_add_custom.eh := $(KERNEL_ADD) -g -O0
kernel_matmul_mix := $(KERNEL_MIX) $(KERNEL_NO_EH) -g -O0
kernel_matmul_mix.o2 := $(KERNEL_MIX) $(KERNEL_NO_EH) -g -O2
kernel_matmul_mix.eh := $(KERNEL_MIX) -g -O2
kernel_matmul_mix.dwarf2 := $(KERNEL_MIX) $(KERNEL_NO_EH) -gdwarf-2 -O2
kernel_matmul_mix.dwarf3 := $(KERNEL_MIX) $(KERNEL_NO_EH) -gdwarf-3 -O2
kernel_matmul_mix.dwarf4 := $(KERNEL_MIX) $(KERNEL_NO_EH) -gdwarf-4 -O2
kernel_matmul_mix.dwarf64 := $(KERNEL_MIX) $(KERNEL_NO_EH) -gdwarf-5 -gdwarf64 -O2
kernel_inlined := $(KERNEL_ADD) $(KERNEL_NO_EH) -g -O0
kernel_headed := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-5 -O2
kernel_headed.dwarf64 := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-5 -gdwarf64 -O2
kernel_headed.dwarf4 := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-4 -O2
kernel_tiny := $(KERNEL_ADD) $(KERNEL_NO_EH) -g -O2
kernel_tiny.eh := $(KERNEL_ADD) -g -O2
kernel_tiny.dwarf2 := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-2 -O2
kernel_tiny.dwarf3 := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-3 -O2
kernel_tiny.dwarf4 := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-4 -O2
kernel_tiny.dwarf64 := $(KERNEL_ADD) $(KERNEL_NO_EH) -gdwarf-5 -gdwarf64 -O2

KERNEL_NAMES := $(patsubst kernel_%,%,$(filter kernel_%,$(.VARIABLES)))
KERNELS := $(KERNEL_NAMES:%=$(KERNEL_DIR)/%.o) \
	$(addprefix $(KERNEL_DIR)/add_custom,.stripped.o .gz.o)

.PHONY: kernels
kernels: $(KERNELS)

$(KERNEL_NAMES:%=$(KERNEL_DIR)/%.elf): $(KERNEL_DIR)/%.elf: tests/kernels/rules.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(kernel_$*) $(KERNEL_LINK) -o $@ $(filter %.c %.cpp,$^)
$(filter $(KERNEL_DIR)/add_custom%,$(KERNEL_NAMES:%=$(KERNEL_DIR)/%.elf)): tests/kernels/add_custom.c
$(filter $(KERNEL_DIR)/matmul_mix%,$(KERNEL_NAMES:%=$(KERNEL_DIR)/%.elf)): tests/kernels/matmul_mix.cpp
$(KERNEL_DIR)/inlined.elf: tests/kernels/inlined.c
$(filter $(KERNEL_DIR)/headed%,$(KERNEL_NAMES:%=$(KERNEL_DIR)/%.elf)): tests/kernels/headed.c
$(filter $(KERNEL_DIR)/tiny%,$(KERNEL_NAMES:%=$(KERNEL_DIR)/%.elf)): tests/kernels/tiny.c

# no symbols at all
$(KERNEL_DIR)/add_custom.stripped.elf: $(KERNEL_DIR)/add_custom.elf
	$(Q)$(KERNEL_STRIP) --strip-all -o $@ $<

$(KERNEL_DIR)/%.o: $(KERNEL_DIR)/%.elf $(O)/tests/tools/mkkernel
	$(Q)$(O)/tests/tools/mkkernel $< $@

# compressed debug sections; objcopy does not know the machine, so it is put back
$(KERNEL_DIR)/add_custom.gz.o: $(KERNEL_DIR)/add_custom.o
	$(Q)$(KERNEL_OBJCOPY) -I elf64-little --compress-debug-sections=zlib $< $@
	$(Q)printf '\051\020' | dd of=$@ bs=1 seek=18 conv=notrunc status=none

# what the fuzz target of kernel files starts from
fuzz-bin check-fuzz: $(KERNELS)
