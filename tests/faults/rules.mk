# A second daemon of the same objects, of which a call can be made to fail. Included by the Makefile.

FAULT_BIN := $(O)/tests/faults/ascend-gdbserver
# what fault.c has a __wrap_ for
FAULT_CALLS := malloc calloc realloc reallocarray strdup strndup mmap waitpid poll read write pread pwrite \
	send sendto recv recvfrom fork pipe2 socket listen connect accept4 epoll_create1 epoll_ctl epoll_wait \
	signalfd eventfd timerfd_create pidfd_open inotify_init1 fopen opendir readlink readlinkat fstat stat \
	lstat open openat ioctl process_vm_readv process_vm_writev ptrace bind inotify_add_watch mkdtemp \
	dlopen readdir fcntl

$(FAULT_BIN): $(O)/stub/main.o $(O)/tests/faults/fault.o $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(FAULT_CALLS:%=-Wl,--wrap=%) $(LIBS:%=-l%) -lZydis

# what the server finds beside itself
FAULT_LINKS := $(addprefix $(O)/tests/faults/,ascend-npu-sim libascend-rt-stub.so)
$(FAULT_LINKS): $(O)/tests/faults/%: $(O)/%
	$(Q)mkdir -p $(@D) && ln -sf ../../$* $@

TEST_FILES += $(FAULT_BIN) $(FAULT_LINKS)
# all that the ring needs
FAULT_TESTS := $(FAULT_BIN) $(FAULT_LINKS) $(addprefix $(O)/tests/,tools/rsp-faults dumps/packets.core \
	apps/stay apps/add_custom)
