/*
 * libruntime.so of the simulated NPU: kernel binaries, functions, all forms of launches. Names and
 * parameters are the public runtime's. Called by apps and libacl_rt_impl.so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "target/sim/rt_process_priv.h"

enum { FILE_MAX = 1 << 29 };

/* --- binaries */

static rtError_t load(const void *data, uint64_t n, bool cube, void **out)
{
	struct rt_call call = { .kind = SIM_APP_LOAD, .v = { cube }, .parts = { { data, n } } };
	struct rt_binary *b;
	struct rt_process *p;
	uint32_t device;
	rtError_t error = rt_current(&device);

	if (data == NULL || out == NULL || n > FILE_MAX)
		return RT_PARAM_INVALID;
	error = error != 0 ? error : rt_call(&call);
	if (error != 0)
		return error;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return RT_MEMORY_ALLOCATION;
	b->id = (uint32_t)call.answer.v[0];
	b->base = call.answer.v[1];
	p = rt_lock();
	b->next = p->binaries;
	p->binaries = b;
	rt_unlock(p);
	*out = b;
	return 0;
}

rtError_t rtDevBinaryRegister(const rtDevBinary_t *bin, void **handle)
{
	if (bin == NULL)
		return RT_PARAM_INVALID;
	return load(bin->data, bin->length, bin->magic == RT_DEV_BINARY_MAGIC_ELF_AICUBE, handle);
}

rtError_t rtRegisterAllKernel(const rtDevBinary_t *bin, void **handle)
{
	return rtDevBinaryRegister(bin, handle);
}

rtError_t rtsBinaryLoadFromData(const void *data, uint64_t n, const void *options, rtBinHandle *bin)
{
	(void)options;
	return load(data, n, false, bin);
}

rtError_t rtsBinaryLoadFromFile(const char *path, const void *options, rtBinHandle *bin)
{
	FILE *f = path != NULL ? fopen(path, "rbe") : NULL;
	rtError_t error = RT_FILE_OPEN;
	struct stat st;
	void *data;

	if (f == NULL)
		return RT_FILE_OPEN;
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX) {
		data = malloc((size_t)st.st_size + 1);
		if (data != NULL && fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size)
			error = rtsBinaryLoadFromData(data, (uint64_t)st.st_size, options, bin);
		free(data);
	}
	fclose(f);
	return error;
}

/** Takes the binary with its functions and stubs out of the lists; the lock is held. */
static bool remove_binary(struct rt_process *p, struct rt_binary *b)
{
	struct rt_binary **link = &p->binaries;

	while (*link != NULL && *link != b)
		link = &(*link)->next;
	if (*link == NULL)
		return false;
	*link = b->next;
	for (struct rt_stub **s = &p->stubs; *s != NULL;) {
		struct rt_stub *stub = *s;

		if (stub->function->binary != b) {
			s = &stub->next;
			continue;
		}
		*s = stub->next;
		free(stub);
	}
	return true;
}

rtError_t rtDevBinaryUnRegister(void *handle)
{
	struct rt_binary *b = handle;
	struct rt_call call = { .kind = SIM_APP_UNLOAD };
	struct rt_process *p;
	rtError_t error;
	bool found;

	if (b == NULL)
		return RT_INVALID_HANDLE;
	call.v[0] = b->id;
	error = rt_call(&call);
	if (error != 0)
		return error;
	p = rt_lock();
	found = remove_binary(p, b);
	rt_unlock(p);
	while (found && b->functions != NULL) {
		struct rt_function *f = b->functions;

		b->functions = f->next;
		free(f);
	}
	if (found)
		free(b);
	return 0;
}

rtError_t rtsBinaryUnload(rtBinHandle bin)
{
	return rtDevBinaryUnRegister(bin);
}

/* --- functions */

/** The one handle of a function; *name is taken and freed. */
static struct rt_function *keep(struct rt_binary *b, const struct rt_call *call)
{
	struct rt_process *p = rt_lock();
	struct rt_function *f = b->functions;
	size_t n = strlen(call->text) + 1;

	while (f != NULL && strcmp(f->name, call->text) != 0)
		f = f->next;
	if (f == NULL && (f = calloc(1, sizeof(*f) + n)) != NULL) {
		f->binary = b;
		f->aic = call->answer.v[0];
		f->aiv = call->answer.v[1];
		f->arguments = call->answer.v[2];
		memcpy(f->name, call->text, n);
		f->next = b->functions;
		b->functions = f;
	}
	rt_unlock(p);
	return f;
}

static rtError_t find(void *bin, struct rt_call *call, struct rt_function **out)
{
	struct rt_binary *b = bin;
	rtError_t error;

	if (b == NULL || out == NULL)
		return RT_INVALID_HANDLE;
	call->kind = SIM_APP_FUNCTION;
	call->v[0] = b->id;
	call->wants_text = true;
	error = rt_call(call);
	*out = error == 0 && call->text != NULL ? keep(b, call) : NULL;
	free(call->text);
	return error != 0 ? error : *out != NULL ? 0 : RT_MEMORY_ALLOCATION;
}

static rtError_t find_name(void *bin, const char *name, struct rt_function **out)
{
	struct rt_call call = { .parts = { { name, name != NULL ? strlen(name) : 0 } } };

	return name == NULL ? RT_PARAM_INVALID : find(bin, &call, out);
}

static rtError_t find_key(void *bin, uint64_t key, struct rt_function **out)
{
	struct rt_call call = { .v = { 0, 1, key } };

	return find(bin, &call, out);
}

rtError_t rtsFuncGetByName(rtBinHandle bin, const char *name, rtFuncHandle *func)
{
	return find_name(bin, name, (struct rt_function **)func);
}

rtError_t rtsFuncGetByEntry(rtBinHandle bin, uint64_t entry, rtFuncHandle *func)
{
	return find_key(bin, entry, (struct rt_function **)func);
}

rtError_t rtsFuncGetAddr(rtFuncHandle func, void **aic, void **aiv)
{
	const struct rt_function *f = func;

	if (f == NULL || aic == NULL || aiv == NULL)
		return RT_PARAM_INVALID;
	*aic = (void *)(uintptr_t)f->aic;
	*aiv = (void *)(uintptr_t)f->aiv;
	return 0;
}

rtError_t rtsFuncGetName(rtFuncHandle func, uint32_t room, char *name)
{
	const struct rt_function *f = func;

	if (f == NULL || name == NULL || strlen(f->name) >= room)
		return RT_PARAM_INVALID;
	memcpy(name, f->name, strlen(f->name) + 1);
	return 0;
}

rtError_t rtsFuncGetBinary(rtFuncHandle func, rtBinHandle *bin)
{
	const struct rt_function *f = func;

	if (f == NULL || bin == NULL)
		return RT_PARAM_INVALID;
	*bin = f->binary;
	return 0;
}

rtError_t rtFunctionRegister(void *bin, const void *stub, const char *stub_name,
			     const void *device_name, uint32_t mode)
{
	const char *name = device_name != NULL ? device_name : stub_name;
	struct rt_function *f;
	struct rt_stub *s;
	struct rt_process *p;
	rtError_t error = find_name(bin, name, &f);

	(void)mode;
	if (error != 0)
		return error;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return RT_MEMORY_ALLOCATION;
	s->key = stub;
	s->function = f;
	p = rt_lock();
	s->next = p->stubs;
	p->stubs = s;
	rt_unlock(p);
	return 0;
}

static struct rt_function *by_stub(const void *stub)
{
	struct rt_process *p = rt_lock();
	const struct rt_stub *s = p->stubs;

	while (s != NULL && s->key != stub)
		s = s->next;
	rt_unlock(p);
	return s != NULL ? s->function : NULL;
}

rtError_t rtRegisterFuncSymbol(void *bin, const void *symbol, const char *name, void *reserve)
{
	(void)reserve;
	if (symbol == NULL)
		return RT_PARAM_INVALID;
	return rtFunctionRegister(bin, symbol, name, name, 0);
}

rtError_t rtGetFuncBySymbol(const void *symbol, rtFuncHandle *func)
{
	struct rt_function *f = symbol != NULL ? by_stub(symbol) : NULL;

	if (f == NULL || func == NULL)
		return func == NULL ? RT_PARAM_INVALID : RT_KERNEL_LOOKUP;
	*func = f;
	return 0;
}

rtError_t rtKernelGetAddrAndPrefCnt(void *handle, const uint64_t key, const void *const stub,
				    const uint32_t flag, void **at, uint32_t *count)
{
	struct rt_function *f = NULL;
	rtError_t error = flag != 0 ? find_key(handle, key, &f) : 0;

	if (flag == 0)
		f = by_stub(stub);
	if (error != 0 || f == NULL || at == NULL || count == NULL)
		return error != 0 ? error : RT_KERNEL_LOOKUP;
	*at = (void *)(uintptr_t)(f->aic != 0 ? f->aic : f->aiv);
	*count = 0;
	return 0;
}

/* --- launches */

rtError_t rtSimLaunchSimt(const rtSimSimtLaunch_t *l)
{
	const struct rt_function *f = l->func;
	struct rt_call call = { .kind = SIM_APP_LAUNCH };
	struct rt_stream s;
	rtError_t error = rt_stream(l->stream, &s);

	if (error != 0)
		return error;
	if (f == NULL || (l->args == NULL && l->args_size > 0) ||
	    (l->places == NULL && l->place_count > 0) || l->blocks > UINT16_MAX)
		return RT_PARAM_INVALID;
	call.v[0] = s.device;
	call.v[1] = s.id;
	call.v[2] = f->binary->id;
	call.v[3] = l->blocks;
	for (unsigned i = 0; i < 3; i++) {
		if (l->threads[i] > UINT16_MAX)
			return RT_PARAM_INVALID;
		call.v[3] |= (uint64_t)l->threads[i] << (16 * (i + 1));
	}
	call.v[4] = strlen(f->name);
	call.v[5] = l->args_size;
	call.v[6] = l->place_count;
	call.parts[0] = (struct sim_part){ f->name, strlen(f->name) };
	call.parts[1] = (struct sim_part){ l->args, l->args_size };
	call.parts[2] = (struct sim_part){ l->places, l->place_count * sizeof(*l->places) };
	error = rt_call(&call);
	rt_thread()->task = (uint32_t)call.answer.v[0];
	rt_thread()->stream = (uint32_t)call.answer.v[1];
	return error;
}

rtError_t rtsLaunchKernelWithHostArgs(rtFuncHandle func, uint32_t blocks, rtStream_t stream,
				      void *cfg, void *args, uint32_t args_size,
				      rtHostInputInfo_t *places, uint32_t place_count)
{
	(void)cfg;
	return rtSimLaunchSimt(&(rtSimSimtLaunch_t){ .func = func,
						     .blocks = blocks,
						     .stream = stream,
						     .args = args,
						     .args_size = args_size,
						     .places = places,
						     .place_count = place_count });
}

uint64_t rtSimArguments(rtFuncHandle func)
{
	return func != NULL ? ((const struct rt_function *)func)->arguments : 0;
}

static rtError_t launch_ex(struct rt_function *f, uint32_t blocks, const rtArgsEx_t *args,
			   rtStream_t stream)
{
	rtHostInputInfo_t places[64];
	uint32_t n = 0;

	if (f == NULL || args == NULL || args->hostInputInfoNum >= 64)
		return f == NULL ? RT_KERNEL_LOOKUP : RT_PARAM_INVALID;
	if (args->hasTiling != 0)
		places[n++] = (rtHostInputInfo_t){ args->tilingAddrOffset, args->tilingDataOffset };
	for (uint16_t i = 0; i < args->hostInputInfoNum; i++)
		places[n++] = args->hostInputInfoPtr[i];
	return rtsLaunchKernelWithHostArgs(f, blocks, stream, NULL, args->args, args->argsSize,
					   places, n);
}

rtError_t rtKernelLaunch(const void *stub, uint32_t blocks, void *args, uint32_t args_size,
			 void *sm, rtStream_t stream)
{
	struct rt_function *f = by_stub(stub);

	(void)sm;
	if (f == NULL)
		return RT_KERNEL_LOOKUP;
	return rtsLaunchKernelWithHostArgs(f, blocks, stream, NULL, args, args_size, NULL, 0);
}

rtError_t rtKernelLaunchWithFlagV2(const void *stub, uint32_t blocks, rtArgsEx_t *args, void *sm,
				   rtStream_t stream, uint32_t flags, const void *cfg)
{
	(void)sm;
	(void)flags;
	(void)cfg;
	return launch_ex(by_stub(stub), blocks, args, stream);
}

rtError_t rtKernelLaunchWithHandleV2(void *handle, const uint64_t key, uint32_t blocks,
				     rtArgsEx_t *args, void *sm, rtStream_t stream, const void *cfg)
{
	struct rt_function *f;
	rtError_t error = find_key(handle, key, &f);

	(void)sm;
	(void)cfg;
	return error != 0 ? error : launch_ex(f, blocks, args, stream);
}

rtError_t rtKernelLaunchWithHandle(void *handle, const uint64_t key, uint32_t blocks,
				   rtArgsEx_t *args, void *sm, rtStream_t stream, const void *info)
{
	return rtKernelLaunchWithHandleV2(handle, key, blocks, args, sm, stream, info);
}
