# Programs that the tests debug. Included by the Makefile; `apps` builds them all.

APP_DIR := $(O)/tests/apps

# lists.c needs no library, so it can be built for 4-byte addresses without any being installed
LISTS_FLAGS := -O1 -I. -ffreestanding -fno-stack-protector -fpie -fvisibility=hidden \
	-fno-asynchronous-unwind-tables -nostdlib -static-pie -Wl,-T,tests/apps/lists.ld \
	-Wl,--no-dynamic-linker -Wl,--build-id=none
APPS := $(addprefix $(APP_DIR)/,spaces say stay $(if $(filter x86_64,$(ARCH)),lists64 lists32))
APPS += $(addprefix $(APP_DIR)/,dispatch family sleepers hook_host libhook.so libframe.so libdevice.so)

# needs libc6-dev-i386 and lib32gcc-12-dev; gcc-multilib, which has the folder of <asm/*.h> too, cannot
# be there beside compilers for other CPUs
M32_READY := $(and $(wildcard /usr/lib32/libc.so),$(wildcard /usr/lib/gcc/x86_64-linux-gnu/*/32/libgcc.a))
APPS += $(addprefix $(APP_DIR)/,$(if $(filter x86_64,$(ARCH)),local64 $(if $(M32_READY),local32)))

.PHONY: apps
apps: $(APPS)

$(APP_DIR)/spaces: tests/apps/spaces.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O1 -pthread -o $@ $< -ldl

$(APP_DIR)/say: tests/apps/say.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -o $@ $<

$(APP_DIR)/stay: tests/apps/stay.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O1 -pthread -o $@ $<

$(APP_DIR)/sleepers: tests/apps/sleepers.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -pthread -o $@ $<

$(APP_DIR)/family: tests/apps/family.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -o $@ $<

$(APP_DIR)/dispatch: tests/apps/dispatch.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -g -O0 -pthread -o $@ $<

$(APP_DIR)/local%: tests/apps/local.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -m$* -idirafter /usr/include/x86_64-linux-gnu -g -O0 -pthread -o $@ $<

$(APP_DIR)/lists%: tests/apps/lists.c tests/apps/lists.h tests/apps/lists.ld
	$(Q)mkdir -p $(@D)
	$(Q)gcc -m$* $(LISTS_FLAGS) -o $@ $<

HOOK_BUILD := gcc -D_GNU_SOURCE -I. -g -O0 -fPIC

# its source is recorded where it is not, as that of a library built elsewhere
$(APP_DIR)/libhook.so: tests/apps/hook.c tests/apps/hook.h
	$(Q)mkdir -p $(@D)
	$(Q)$(HOOK_BUILD) -fdebug-prefix-map=tests/apps=/built/elsewhere -shared -o $@ $<

$(APP_DIR)/lib%.so: tests/apps/hook_%.c tests/apps/hook.h
	$(Q)mkdir -p $(@D)
	$(Q)$(HOOK_BUILD) -shared -o $@ $<

$(APP_DIR)/hook_host: tests/apps/hook_host.c tests/apps/hook.h $(APP_DIR)/libframe.so
	$(Q)mkdir -p $(@D)
	$(Q)$(HOOK_BUILD) -o $@ $< -L$(APP_DIR) -lframe '-Wl,-rpath,$$ORIGIN'

TEST_FILES += $(APPS)

# A driver's node for the link to devices, preloaded into its test.
DRV_SHIM := $(O)/tests/shim/drv-shim.so
$(DRV_SHIM): tests/shim/drv_shim.c tests/fake/fake_npu.c tests/shim/drv_shim.h tests/fake/fake_npu.h
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -I. -g -O1 -fPIC -shared -o $@ $(filter %.c,$^)
TEST_FILES += $(DRV_SHIM)

# A toolkit that only says what it is asked, for the runtime stub, and a program that calls all of it.
TOOLKIT := $(O)/tests/shim/toolkit/lib64
TOOLKIT_BUILD = gcc -D_GNU_SOURCE -I. -g -O1 -Wall -Wextra -Wl,-soname,$(@F),-rpath,'$$ORIGIN'
$(TOOLKIT)/libascend_hal.so: tests/shim/toolkit_hal.c tests/shim/toolkit.h tests/apps/rules.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOLKIT_BUILD) -fPIC -shared -o $@ $<
$(TOOLKIT)/libruntime.so: tests/shim/toolkit_rt.c tests/shim/toolkit.h tests/apps/rules.mk $(TOOLKIT)/libascend_hal.so
	$(Q)$(TOOLKIT_BUILD) -fPIC -shared -o $@ $< -L$(TOOLKIT) -lascend_hal -Wl,--no-as-needed
$(TOOLKIT)/libacl_rt_impl.so: tests/shim/toolkit_acl.c tests/shim/toolkit.h tests/apps/rules.mk $(TOOLKIT)/libruntime.so
	$(Q)$(TOOLKIT_BUILD) -fPIC -shared -o $@ $< -L$(TOOLKIT) -lruntime
$(O)/tests/shim/toolkit_calls: tests/shim/toolkit_calls.c tests/shim/toolkit.h $(TOOLKIT)/libacl_rt_impl.so
	$(Q)$(TOOLKIT_BUILD) -o $@ $< -L$(TOOLKIT) -lacl_rt_impl -lruntime -lascend_hal \
		-Wl,-rpath,'$$ORIGIN/toolkit/lib64'
$(O)/tests/shim/no_toolkit: tests/shim/no_toolkit.c
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOLKIT_BUILD) -o $@ $< -ldl
TEST_FILES += $(O)/tests/shim/toolkit_calls $(O)/tests/shim/no_toolkit

# The driver's node in front of the simulated NPU, preloaded into the server.
DRV_SIM := $(O)/tests/shim/drv-sim.so
$(DRV_SIM): tests/shim/drv_sim.c target/sim/wire.c target/sim/wire.h target/sim/sim_wire.h
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -I. -g -O1 -Wall -Wextra -fPIC -shared -o $@ $(filter %.c,$^) -pthread
TEST_FILES += $(DRV_SIM)
