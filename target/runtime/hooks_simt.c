/*
 * The hooks of the newest launches: those that take an array of arguments, and those of SIMT
 * kernels (950), whose function may be a symbol of the host (live facts 1.5).
 */
#include "target/runtime/runtime_priv.h"

static const char library[] = "libacl_rt_impl.so";

#define REAL(name) ((__typeof__(&name))runtime_real(#name, library))

/* Passed by value, as its public declaration says. */
struct dim3 {
	uint32_t x, y, z;
};

int aclrtLaunchKernelWithArgsArrayImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				       void **args);
int aclrtLaunchSIMTKernelWithArgsArrayImpl(void *func, struct dim3 grid, struct dim3 block,
					   size_t ubuf, void *stream, void *cfg, void **args);
int aclrtLaunchSIMTKernelWithHostArgsImpl(void *func, struct dim3 grid, struct dim3 block,
					  size_t ubuf, void *stream, void *cfg, void *args,
					  size_t n, void *places, size_t place_count);

RUNTIME_HOOK int aclrtLaunchKernelWithArgsArrayImpl(void *func, uint32_t blocks, void *stream,
						    void *cfg, void **args)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchKernelWithArgsArrayImpl)(func, blocks, stream, cfg, args);

	runtime_launch_end(outer, error, stream);
	return error;
}

RUNTIME_HOOK int aclrtLaunchSIMTKernelWithArgsArrayImpl(void *func, struct dim3 grid,
							struct dim3 block, size_t ubuf,
							void *stream, void *cfg, void **args)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchSIMTKernelWithArgsArrayImpl)(func, grid, block, ubuf, stream,
								 cfg, args);

	runtime_launch_end(outer, error, stream);
	return error;
}

/* Ten parameters: the form is the runtime's. */
RUNTIME_HOOK int aclrtLaunchSIMTKernelWithHostArgsImpl(void *func, struct dim3 grid,
						       struct dim3 block, size_t ubuf, void *stream,
						       void *cfg, void *args, size_t n,
						       void *places, size_t place_count)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchSIMTKernelWithHostArgsImpl)(func, grid, block, ubuf, stream,
								cfg, args, n, places, place_count);

	runtime_launch_end(outer, error, stream);
	return error;
}
