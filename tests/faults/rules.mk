# A second daemon of the same objects, of which a call can be made to fail. Included by the Makefile.

FAULT_BIN := $(O)/tests/faults/ascend-gdbserver
# what fault.c has a __wrap_ for
FAULT_CALLS := malloc calloc realloc strdup mmap waitpid poll read write pread pwrite send recv fork pipe2 \
	socket accept4 epoll_create1 epoll_ctl signalfd eventfd fopen opendir readlink fstat stat open ioctl \
	ptrace

$(FAULT_BIN): $(O)/stub/main.o $(O)/tests/faults/fault.o $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(FAULT_CALLS:%=-Wl,--wrap=%) $(LDLIBS)

TEST_FILES += $(FAULT_BIN)
