# Samples for the simulated NPU: a host program, and beside it the kernel it loads. Included by the
# Makefile after tests/kernels/rules.mk and target/sim/rules.mk; `samples` builds them all.

SIM_KERNELS := $(patsubst tests/apps/kernels/%.c,$(APP_DIR)/%.o,$(wildcard tests/apps/kernels/*.c))
SIM_SAMPLES := $(addprefix $(APP_DIR)/,add_custom matmul two_ops stuck ub_overflow gm_overflow acl_calls \
	threads processes devices reset simt)
SIM_LATE := $(APP_DIR)/late $(APP_DIR)/liblate.so
SAMPLE_LINK := -L$(SIM_LIB) -Wl,-rpath,'$$ORIGIN/../../sim/lib64' -Wl,-rpath-link,$(SIM_LIB)

$(APP_DIR)/kernels/%.elf: tests/apps/kernels/%.c target/sim/sim_kernel.h target/sim/sim_intrinsics.h
	$(Q)mkdir -p $(@D)
	$(Q)$(KERNEL_ADD) $(KERNEL_NO_EH) -I. -g -O0 $(KERNEL_LINK) -o $@ $<
$(SIM_KERNELS): $(APP_DIR)/%.o: $(APP_DIR)/kernels/%.elf $(O)/tests/tools/mkkernel
	$(Q)$(O)/tests/tools/mkkernel $< $@

$(addprefix $(APP_DIR)/,add_custom matmul two_ops acl_calls simt): $(APP_DIR)/%: tests/apps/%_host.c
$(APP_DIR)/stuck $(APP_DIR)/ub_overflow $(APP_DIR)/gm_overflow: tests/apps/crash_host.c
$(addprefix $(APP_DIR)/,threads processes devices reset): $(APP_DIR)/%: tests/apps/%_host.c tests/apps/scale.c
$(SIM_SAMPLES): tests/apps/host.c tests/apps/host.h $(SIM_KERNELS) $(SIM_LIBS) $(SIM_HEADERS)
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -Wall -Wextra -I. -I$(O)/sim/include -o $@ \
		$(filter tests/apps/%.c,$^) $(SAMPLE_LINK) -lascendcl -lacl_rt_impl -lruntime -pthread

# a host that has neither operator nor runtime before it opens them
$(APP_DIR)/late: tests/apps/late_host.c tests/apps/late.h $(APP_DIR)/liblate.so
	$(Q)gcc -D_GNU_SOURCE -g -O0 -Wall -Wextra -I. -o $@ $< -Wl,--disable-new-dtags \
		-Wl,-rpath,'$$ORIGIN/../../sim/lib64' -ldl
$(APP_DIR)/liblate.so: tests/apps/late_operator.c tests/apps/scale.c tests/apps/host.c tests/apps/late.h \
		tests/apps/scale.h tests/apps/host.h $(APP_DIR)/two_ops.o $(SIM_LIBS) $(SIM_HEADERS)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -Wall -Wextra -fPIC -I. -I$(O)/sim/include -shared -o $@ \
		-DLATE_KERNEL='"$(APP_DIR)/two_ops.o"' $(filter %.c,$^) $(SAMPLE_LINK) -lascendcl

.PHONY: samples
samples: $(SIM_SAMPLES) $(SIM_LATE) $(SIM_BIN)
TEST_FILES += $(SIM_SAMPLES) $(SIM_LATE) $(SIM_BIN)

# core files that samples leave, beside the dumps of recipes: chip, sample, its argument
core_of_ub_overflow := 910B ub_overflow
core_of_gm_overflow := 910B gm_overflow
core_of_simt := 950 simt crash
SIM_CORES := $(addprefix $(O)/tests/dumps/sim_,ub_overflow.core gm_overflow.core simt.core)
$(SIM_CORES): $(O)/tests/dumps/sim_%.core: $(APP_DIR)/% $(SIM_BIN) tests/apps/leave-core.sh
	$(Q)mkdir -p $(@D)
	$(Q)tests/apps/leave-core.sh $(O) $@ $(core_of_$*)
TEST_FILES += $(SIM_CORES)
