#!/usr/bin/env python3
"""Sample host in Python: add_custom through ctypes. Arguments: libascendcl.so, the kernel file."""
import ctypes
import os
import struct
import sys

ELEMENTS, TILE, BLOCKS = 8 * 256, 128, 8
TO_DEVICE, TO_HOST = 1, 2

acl = ctypes.CDLL(sys.argv[1])


def check(error, what):
    if error:
        sys.exit(f"{what}: error {error}")


def call(name, *arguments):
    check(getattr(acl, name)(*arguments), name)


def device_copy(data):
    at = ctypes.c_void_p()
    call("aclrtMalloc", ctypes.byref(at), ctypes.c_size_t(len(data)), 0)
    call("aclrtMemcpy", at, ctypes.c_size_t(len(data)), data, ctypes.c_size_t(len(data)), TO_DEVICE)
    return at


call("aclInit", None)
call("aclrtSetDevice", 0)
stream, binary, function = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
call("aclrtCreateStream", ctypes.byref(stream))
call("aclrtBinaryLoadFromFile", sys.argv[2].encode(), None, ctypes.byref(binary))
call("aclrtBinaryGetFunction", binary, b"add_custom", ctypes.byref(function))
x = device_copy(struct.pack(f"{ELEMENTS}e", *(i % 500 for i in range(ELEMENTS))))
y = device_copy(struct.pack(f"{ELEMENTS}e", *(0.5 for _ in range(ELEMENTS))))
z = device_copy(bytes(2 * ELEMENTS))
tiling = device_copy(struct.pack("QIxxxx", ELEMENTS, TILE))
arguments = (ctypes.c_void_p * 4)(x, y, z, tiling)
call("aclrtLaunchKernel", function, BLOCKS, arguments, ctypes.c_size_t(32), stream)
call("aclrtSynchronizeStream", stream)
out = ctypes.create_string_buffer(2 * ELEMENTS)
call("aclrtMemcpy", out, ctypes.c_size_t(len(out)), z, ctypes.c_size_t(len(out)), TO_HOST)
if "SAMPLE_RESULTS" in os.environ:
    with open(os.environ["SAMPLE_RESULTS"], "ab") as results:
        results.write(out.raw)
got = struct.unpack(f"{ELEMENTS}e", out.raw)
wrong = sum(got[i] != i % 500 + 0.5 for i in range(ELEMENTS))
print(f"add_custom: {ELEMENTS} elements from Python, {wrong} wrong")
call("aclrtResetDevice", 0)
sys.exit(wrong != 0)
