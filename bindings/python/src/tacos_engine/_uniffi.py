# Written by uniffi's program from bindings/uniffi: do not edit; `make border` writes it anew.

# Common helper code.
#
# Ideally this would live in a separate .py file where it can be unittested etc
# in isolation, and perhaps even published as a re-useable package.
#
# However, it's important that the details of how this helper code works (e.g. the
# way that different builtin types are passed across the FFI) exactly match what's
# expected by the rust code on the other side of the interface. In practice right
# now that means coming from the exact some version of `uniffi` that was used to
# compile the rust component. The easiest way to ensure this is to bundle the Python
# helpers directly inline like we're doing here.

from __future__ import annotations
import os
import sys
import ctypes
from dataclasses import dataclass
import enum
import struct
import contextlib
import datetime
import threading
import itertools
import traceback
import typing
import asyncio
import platform


# Used for default argument values
_DEFAULT = object() # type: typing.Any

import ctypes
import struct

class _UniffiRustBuffer(ctypes.Structure):
    _fields_ = [
        ("capacity", ctypes.c_uint64),
        ("len", ctypes.c_uint64),
        ("data", ctypes.POINTER(ctypes.c_char)),
    ]

    @staticmethod
    def default():
        return _UniffiRustBuffer(0, 0, None)

    @staticmethod
    def alloc(size):
        return _uniffi_rust_call(_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_alloc, size)

    @staticmethod
    def reserve(rbuf, additional):
        return _uniffi_rust_call(_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_reserve, rbuf, additional)

    def free(self):
        return _uniffi_rust_call(_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_free, self)

    def __str__(self):
        return "_UniffiRustBuffer(capacity={}, len={}, data={})".format(
            self.capacity,
            self.len,
            self.data[0:self.len]
        )

    @contextlib.contextmanager
    def alloc_with_builder(*args):
        """Context-manger to allocate a buffer using a _UniffiRustBufferBuilder.

        The allocated buffer will be automatically freed if an error occurs, ensuring that
        we don't accidentally leak it.
        """
        builder = _UniffiRustBufferBuilder()
        try:
            yield builder
        except:
            builder.discard()
            raise

    @contextlib.contextmanager
    def consume_with_stream(self):
        """Context-manager to consume a buffer using a _UniffiRustBufferStream.

        The _UniffiRustBuffer will be freed once the context-manager exits, ensuring that we don't
        leak it even if an error occurs.
        """
        try:
            s = _UniffiRustBufferStream.from_rust_buffer(self)
            yield s
            if s.remaining() != 0:
                raise RuntimeError(f"junk data left in buffer at end of consume_with_stream {s.remaining()}")
        finally:
            self.free()

    @contextlib.contextmanager
    def read_with_stream(self):
        """Context-manager to read a buffer using a _UniffiRustBufferStream.

        This is like consume_with_stream, but doesn't free the buffer afterwards.
        It should only be used with borrowed `_UniffiRustBuffer` data.
        """
        s = _UniffiRustBufferStream.from_rust_buffer(self)
        yield s
        if s.remaining() != 0:
            raise RuntimeError(f"junk data left in buffer at end of read_with_stream {s.remaining()}")

class _UniffiForeignBytes(ctypes.Structure):
    _fields_ = [
        ("len", ctypes.c_int32),
        ("data", ctypes.POINTER(ctypes.c_char)),
    ]

    def __str__(self):
        return "_UniffiForeignBytes(len={}, data={})".format(self.len, self.data[0:self.len])


class _UniffiFfiConverterByRefBytes:
    """Zero-copy converter for `&[u8]` / `[ByRef] bytes` arguments.

    Only `lower` and `check_lower` are valid — zero-copy byte buffers only
    flow foreign -> Rust, and only in argument position. `lift`, `read`, and
    `write` have no sound implementation here.

    CPython `bytes` objects are immutable and their internal buffer doesn't
    move for the lifetime of the object; the caller must keep the source
    `bytes` alive for the duration of the FFI call.
    """

    @staticmethod
    def check_lower(value):
        # Tighter than `bytes-like`: `lower` uses `ctypes.c_char_p` which only
        # accepts `bytes`/`None`, so fail fast with a matching check.
        if not isinstance(value, bytes):
            raise TypeError("a bytes object is required, not {!r}".format(type(value).__name__))

    @staticmethod
    def lower(value):
        fb = _UniffiForeignBytes()
        if len(value) == 0:
            fb.len = 0
            fb.data = None
        else:
            fb.len = len(value)
            fb.data = ctypes.cast(ctypes.c_char_p(value), ctypes.POINTER(ctypes.c_char))
        return fb

    @staticmethod
    def lift(value):
        raise NotImplementedError("ByRef bytes cannot be lifted: zero-copy &[u8] only flows foreign->Rust")

    @staticmethod
    def read(buf):
        raise NotImplementedError("ByRef bytes cannot be read from a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")

    @staticmethod
    def write(value, buf):
        raise NotImplementedError("ByRef bytes cannot be written to a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")


class _UniffiRustBufferStream:
    """
    Helper for structured reading of bytes from a _UniffiRustBuffer
    """

    def __init__(self, data, len):
        self.data = data
        self.len = len
        self.offset = 0

    @classmethod
    def from_rust_buffer(cls, buf):
        return cls(buf.data, buf.len)

    def remaining(self):
        return self.len - self.offset

    def _unpack_from(self, size, format):
        if self.offset + size > self.len:
            raise InternalError("read past end of rust buffer")
        value = struct.unpack(format, self.data[self.offset:self.offset+size])[0]
        self.offset += size
        return value

    def read(self, size):
        if self.offset + size > self.len:
            raise InternalError("read past end of rust buffer")
        data = self.data[self.offset:self.offset+size]
        self.offset += size
        return data

    def read_i8(self):
        return self._unpack_from(1, ">b")

    def read_u8(self):
        return self._unpack_from(1, ">B")

    def read_i16(self):
        return self._unpack_from(2, ">h")

    def read_u16(self):
        return self._unpack_from(2, ">H")

    def read_i32(self):
        return self._unpack_from(4, ">i")

    def read_u32(self):
        return self._unpack_from(4, ">I")

    def read_i64(self):
        return self._unpack_from(8, ">q")

    def read_u64(self):
        return self._unpack_from(8, ">Q")

    def read_float(self):
        v = self._unpack_from(4, ">f")
        return v

    def read_double(self):
        return self._unpack_from(8, ">d")

class _UniffiRustBufferBuilder:
    """
    Helper for structured writing of bytes into a _UniffiRustBuffer.
    """

    def __init__(self):
        self.rbuf = _UniffiRustBuffer.alloc(16)
        self.rbuf.len = 0

    def finalize(self):
        rbuf = self.rbuf
        self.rbuf = None
        return rbuf

    def discard(self):
        if self.rbuf is not None:
            rbuf = self.finalize()
            rbuf.free()

    @contextlib.contextmanager
    def _reserve(self, num_bytes):
        if self.rbuf.len + num_bytes > self.rbuf.capacity:
            self.rbuf = _UniffiRustBuffer.reserve(self.rbuf, num_bytes)
        yield None
        self.rbuf.len += num_bytes

    def _pack_into(self, size, format, value):
        with self._reserve(size):
            packed = struct.pack(format, value)
            if size > 0:
                ctypes.memmove(ctypes.addressof(self.rbuf.data.contents) + self.rbuf.len, packed, size)

    def write(self, value):
        length = len(value)
        with self._reserve(length):
            if length > 0:
                ctypes.memmove(ctypes.addressof(self.rbuf.data.contents) + self.rbuf.len, value, length)

    def write_i8(self, v):
        self._pack_into(1, ">b", v)

    def write_u8(self, v):
        self._pack_into(1, ">B", v)

    def write_i16(self, v):
        self._pack_into(2, ">h", v)

    def write_u16(self, v):
        self._pack_into(2, ">H", v)

    def write_i32(self, v):
        self._pack_into(4, ">i", v)

    def write_u32(self, v):
        self._pack_into(4, ">I", v)

    def write_i64(self, v):
        self._pack_into(8, ">q", v)

    def write_u64(self, v):
        self._pack_into(8, ">Q", v)

    def write_float(self, v):
        self._pack_into(4, ">f", v)

    def write_double(self, v):
        self._pack_into(8, ">d", v)

    def write_c_size_t(self, v):
        self._pack_into(ctypes.sizeof(ctypes.c_size_t) , "@N", v)
# A handful of classes and functions to support the generated data structures.
# This would be a good candidate for isolating in its own ffi-support lib.

class InternalError(Exception):
    pass

class _UniffiRustCallStatus(ctypes.Structure):
    """
    Error runtime.
    """
    _fields_ = [
        ("code", ctypes.c_int8),
        ("error_buf", _UniffiRustBuffer),
    ]

    # These match the values from the uniffi::rustcalls module
    CALL_SUCCESS = 0
    CALL_ERROR = 1
    CALL_UNEXPECTED_ERROR = 2

    @staticmethod
    def default():
        return _UniffiRustCallStatus(code=_UniffiRustCallStatus.CALL_SUCCESS, error_buf=_UniffiRustBuffer.default())

    def __str__(self):
        if self.code == _UniffiRustCallStatus.CALL_SUCCESS:
            return "_UniffiRustCallStatus(CALL_SUCCESS)"
        elif self.code == _UniffiRustCallStatus.CALL_ERROR:
            return "_UniffiRustCallStatus(CALL_ERROR)"
        elif self.code == _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR:
            return "_UniffiRustCallStatus(CALL_UNEXPECTED_ERROR)"
        else:
            return "_UniffiRustCallStatus(<invalid code>)"

def _uniffi_rust_call(fn, *args):
    # Call a rust function
    return _uniffi_rust_call_with_error(None, fn, *args)

def _uniffi_rust_call_with_error(error_ffi_converter, fn, *args):
    # Call a rust function and handle any errors
    #
    # This function is used for rust calls that return Result<> and therefore can set the CALL_ERROR status code.
    # error_ffi_converter must be set to the _UniffiConverter for the error class that corresponds to the result.
    call_status = _UniffiRustCallStatus.default()

    args_with_error = args + (ctypes.byref(call_status),)
    result = fn(*args_with_error)
    _uniffi_check_call_status(error_ffi_converter, call_status)
    return result

def _uniffi_check_call_status(error_ffi_converter, call_status):
    if call_status.code == _UniffiRustCallStatus.CALL_SUCCESS:
        pass
    elif call_status.code == _UniffiRustCallStatus.CALL_ERROR:
        if error_ffi_converter is None:
            call_status.error_buf.free()
            raise InternalError("_uniffi_rust_call_with_error: CALL_ERROR, but error_ffi_converter is None")
        else:
            raise error_ffi_converter.lift(call_status.error_buf)
    elif call_status.code == _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR:
        # When the rust code sees a panic, it tries to construct a _UniffiRustBuffer
        # with the message.  But if that code panics, then it just sends back
        # an empty buffer.
        if call_status.error_buf.len > 0:
            msg = _UniffiFfiConverterString.lift(call_status.error_buf)
        else:
            msg = "Unknown rust panic"
        raise InternalError(msg)
    else:
        raise InternalError("Invalid _UniffiRustCallStatus code: {}".format(
            call_status.code))

def _uniffi_trait_interface_call(call_status, make_call, write_return_value):
    try:
        return write_return_value(make_call())
    except Exception as e:
        call_status.code = _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR
        call_status.error_buf = _UniffiFfiConverterString.lower(repr(e))

def _uniffi_trait_interface_call_with_error(call_status, make_call, write_return_value, error_type, lower_error):
    try:
        try:
            return write_return_value(make_call())
        except error_type as e:
            call_status.code = _UniffiRustCallStatus.CALL_ERROR
            call_status.error_buf = lower_error(e)
    except Exception as e:
        call_status.code = _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR
        call_status.error_buf = _UniffiFfiConverterString.lower(repr(e))
# Initial value and increment amount for handles.
# These ensure that Python-generated handles always have the lowest bit set
_UNIFFI_HANDLEMAP_INITIAL = 1
_UNIFFI_HANDLEMAP_DELTA = 2

class _UniffiHandleMap:
    """
    A map where inserting, getting and removing data is synchronized with a lock.
    """

    def __init__(self):
        # type Handle = int
        self._map = {}  # type: Dict[Handle, Any]
        self._lock = threading.Lock()
        self._counter = _UNIFFI_HANDLEMAP_INITIAL

    def insert(self, obj):
        with self._lock:
            return self._insert(obj)

    """Low-level insert, this assumes `self._lock` is held."""
    def _insert(self, obj):
        handle = self._counter
        self._counter += _UNIFFI_HANDLEMAP_DELTA
        self._map[handle] = obj
        return handle

    def get(self, handle):
        try:
            with self._lock:
                return self._map[handle]
        except KeyError:
            raise InternalError(f"_UniffiHandleMap.get: Invalid handle {handle}")

    def clone(self, handle):
        try:
            with self._lock:
                obj = self._map[handle]
                return self._insert(obj)
        except KeyError:
            raise InternalError(f"_UniffiHandleMap.clone: Invalid handle {handle}")

    def remove(self, handle):
        try:
            with self._lock:
                return self._map.pop(handle)
        except KeyError:
            raise InternalError(f"_UniffiHandleMap.remove: Invalid handle: {handle}")

    def __len__(self):
        return len(self._map)
# Types conforming to `_UniffiConverterPrimitive` pass themselves directly over the FFI.
class _UniffiConverterPrimitive:
    @classmethod
    def lift(cls, value):
        return value

    @classmethod
    def lower(cls, value):
        return value

class _UniffiConverterPrimitiveInt(_UniffiConverterPrimitive):
    @classmethod
    def check_lower(cls, value):
        try:
            value = value.__index__()
        except Exception:
            raise TypeError("'{}' object cannot be interpreted as an integer".format(type(value).__name__))
        if not isinstance(value, int):
            raise TypeError("__index__ returned non-int (type {})".format(type(value).__name__))
        if not cls.VALUE_MIN <= value < cls.VALUE_MAX:
            raise ValueError("{} requires {} <= value < {}".format(cls.CLASS_NAME, cls.VALUE_MIN, cls.VALUE_MAX))

class _UniffiConverterPrimitiveFloat(_UniffiConverterPrimitive):
    @classmethod
    def check_lower(cls, value):
        try:
            value = value.__float__()
        except Exception:
            raise TypeError("must be real number, not {}".format(type(value).__name__))
        if not isinstance(value, float):
            raise TypeError("__float__ returned non-float (type {})".format(type(value).__name__))

# Helper class for wrapper types that will always go through a _UniffiRustBuffer.
# Classes should inherit from this and implement the `read` and `write` static methods.
class _UniffiConverterRustBuffer:
    @classmethod
    def lift(cls, rbuf):
        with rbuf.consume_with_stream() as stream:
            return cls.read(stream)

    @classmethod
    def lower(cls, value):
        with _UniffiRustBuffer.alloc_with_builder() as builder:
            cls.write(value, builder)
            return builder.finalize()

# Contains loading, initialization code, and the FFI Function declarations.
# Define some ctypes FFI types that we use in the library

"""
Function pointer for a Rust task, which a callback function that takes a opaque pointer
"""
_UNIFFI_RUST_TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int8)

def _uniffi_future_callback_t(return_type):
    """
    Factory function to create callback function types for async functions
    """
    return ctypes.CFUNCTYPE(None, ctypes.c_uint64, return_type, _UniffiRustCallStatus)

def _uniffi_load_indirect():
    """
    This is how we find and load the dynamic library provided by the component.
    For now we just look it up by name.
    """
    if sys.platform == "darwin":
        libname = "lib{}.dylib"
    elif sys.platform.startswith("win"):
        # As of python3.8, ctypes does not seem to search $PATH when loading DLLs.
        # We could use `os.add_dll_directory` to configure the search path, but
        # it doesn't feel right to mess with application-wide settings. Let's
        # assume that the `.dll` is next to the `.py` file and load by full path.
        libname = os.path.join(
            os.path.dirname(__file__),
            "{}.dll",
        )
    else:
        # Anything else must be an ELF platform - Linux, *BSD, Solaris/illumos
        libname = "lib{}.so"

    libname = libname.format("tacos_engine_uniffi")
    path = os.path.join(os.path.dirname(__file__), libname)
    lib = ctypes.cdll.LoadLibrary(path)
    return lib

def _uniffi_check_contract_api_version(lib):
    # Get the bindings contract version from our ComponentInterface
    bindings_contract_version = 30
    # Get the scaffolding contract version by calling the into the dylib
    scaffolding_contract_version = lib.ffi_tacos_engine_uniffi_uniffi_contract_version()
    if bindings_contract_version != scaffolding_contract_version:
        raise InternalError("UniFFI contract version mismatch: try cleaning and rebuilding your project")

def _uniffi_check_api_checksums(lib):
    if lib.uniffi_tacos_engine_uniffi_checksum_func_encoding() != 41220:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_func_engine_version() != 4896:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_func_panic_for_test() != 59027:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_advance() != 60587:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_backup() != 56888:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call() != 45739:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call_all() != 22076:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_clear_idempotency() != 32721:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_drain() != 11715:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_execute() != 10480:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_read() != 15184:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_register() != 1736:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_shut_down() != 48424:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_snapshot() != 10642:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_stop() != 36489:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit() != 63078:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit_all() != 17303:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_turn() != 6355:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_updates() != 42043:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_in_memory() != 12517:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_open() != 54846:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_next() != 63365:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_position() != 34712:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_ready() != 4650:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_wait() != 4816:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")

# A ctypes library to expose the extern-C FFI definitions.
# This is an implementation detail which will be called internally by the public API.

_UniffiLib = _uniffi_load_indirect()
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_alloc.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_alloc.restype = _UniffiRustBuffer
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_from_bytes.argtypes = (
    _UniffiForeignBytes,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_from_bytes.restype = _UniffiRustBuffer
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_free.argtypes = (
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_free.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_reserve.argtypes = (
    _UniffiRustBuffer,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_reserve.restype = _UniffiRustBuffer
_UniffiLib.ffi_tacos_engine_uniffi_uniffi_contract_version.argtypes = (
)
_UniffiLib.ffi_tacos_engine_uniffi_uniffi_contract_version.restype = ctypes.c_uint32
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_func_encoding.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_func_encoding.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_func_engine_version.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_func_engine_version.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_func_panic_for_test.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_func_panic_for_test.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_advance.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_advance.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_backup.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_backup.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call_all.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call_all.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_clear_idempotency.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_clear_idempotency.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_drain.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_drain.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_execute.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_execute.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_read.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_read.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_register.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_register.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_shut_down.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_shut_down.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_snapshot.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_snapshot.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_stop.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_stop.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit_all.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit_all.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_turn.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_turn.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_updates.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_updates.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_in_memory.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_in_memory.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_open.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_open.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_next.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_next.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_position.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_position.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_ready.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_ready.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_wait.argtypes = (
)
_UniffiLib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_wait.restype = ctypes.c_uint16
_UniffiLib.uniffi_tacos_engine_uniffi_fn_func_encoding.argtypes = (
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_func_encoding.restype = ctypes.c_int64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_func_engine_version.argtypes = (
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_func_engine_version.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_func_panic_for_test.argtypes = (
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_func_panic_for_test.restype = None
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_advance.argtypes = (
    ctypes.c_uint64,
    ctypes.c_int64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_advance.restype = ctypes.c_int64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_backup.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_backup.restype = None
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call_all.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call_all.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_clear_idempotency.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_clear_idempotency.restype = None
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_drain.argtypes = (
    ctypes.c_uint64,
    ctypes.c_int64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_drain.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_execute.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_execute.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_read.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_read.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_register.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_register.restype = ctypes.c_int64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_shut_down.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_shut_down.restype = None
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_snapshot.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_snapshot.restype = ctypes.c_int64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_stop.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_stop.restype = None
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit.argtypes = (
    ctypes.c_uint64,
    ctypes.c_int64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit_all.argtypes = (
    ctypes.c_uint64,
    ctypes.c_int64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit_all.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_turn.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_turn.restype = ctypes.c_int64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_updates.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_updates.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_in_memory.argtypes = (
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_in_memory.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_open.argtypes = (
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_open.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_next.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_next.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_position.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_position.restype = ctypes.c_int64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_ready.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_ready.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_wait.argtypes = (
    ctypes.c_uint64,
    ctypes.c_int64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_wait.restype = _UniffiRustBuffer
_UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawengine.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawengine.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawengine.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawengine.restype = None
_UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawupdates.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawupdates.restype = ctypes.c_uint64
_UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawupdates.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawupdates.restype = None
_UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK = ctypes.CFUNCTYPE(None,ctypes.c_uint64,ctypes.c_int8,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u8.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u8.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u8.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u8.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u8.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u8.restype = ctypes.c_uint8
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u8.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u8.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i8.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i8.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i8.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i8.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i8.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i8.restype = ctypes.c_int8
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i8.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i8.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u16.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u16.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u16.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u16.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u16.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u16.restype = ctypes.c_uint16
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u16.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u16.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i16.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i16.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i16.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i16.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i16.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i16.restype = ctypes.c_int16
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i16.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i16.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u32.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u32.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u32.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u32.restype = ctypes.c_uint32
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u32.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i32.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i32.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i32.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i32.restype = ctypes.c_int32
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i32.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u64.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_u64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u64.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_u64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u64.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_u64.restype = ctypes.c_uint64
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u64.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_u64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i64.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_i64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i64.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_i64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i64.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_i64.restype = ctypes.c_int64
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i64.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_i64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_f32.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_f32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_f32.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_f32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_f32.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_f32.restype = ctypes.c_float
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_f32.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_f32.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_f64.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_f64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_f64.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_f64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_f64.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_f64.restype = ctypes.c_double
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_f64.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_f64.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_rust_buffer.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_rust_buffer.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer.restype = _UniffiRustBuffer
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_rust_buffer.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_rust_buffer.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_void.argtypes = (
    ctypes.c_uint64,
    _UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK,
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_void.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_void.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_cancel_void.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_void.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_void.restype = None
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_void.argtypes = (
    ctypes.c_uint64,
)
_UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_void.restype = None

_uniffi_check_contract_api_version(_UniffiLib)
# _uniffi_check_api_checksums(_UniffiLib)

# RustFuturePoll values
_UNIFFI_RUST_FUTURE_POLL_READY = 0
_UNIFFI_RUST_FUTURE_POLL_WAKE = 1

# Stores futures for _uniffi_continuation_callback
_UniffiContinuationHandleMap = _UniffiHandleMap()

_UNIFFI_GLOBAL_EVENT_LOOP = None

"""
Set the event loop to use for async functions

This is needed if some async functions run outside of the eventloop, for example:
    - A non-eventloop thread is spawned, maybe from `EventLoop.run_in_executor` or maybe from the
      Rust code spawning its own thread.
    - The Rust code calls an async callback method from a sync callback function, using something
      like `pollster` to block on the async call.

In this case, we need an event loop to run the Python async function, but there's no eventloop set
for the thread.  Use `uniffi_set_event_loop` to force an eventloop to be used in this case.
"""
def uniffi_set_event_loop(eventloop: asyncio.BaseEventLoop):
    global _UNIFFI_GLOBAL_EVENT_LOOP
    _UNIFFI_GLOBAL_EVENT_LOOP = eventloop

def _uniffi_get_event_loop():
    if _UNIFFI_GLOBAL_EVENT_LOOP is not None:
        return _UNIFFI_GLOBAL_EVENT_LOOP
    else:
        return asyncio.get_running_loop()

# Continuation callback for async functions
# lift the return value or error and resolve the future, causing the async function to resume.
@_UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK
def _uniffi_continuation_callback(future_ptr, poll_code):
    (eventloop, future) = _UniffiContinuationHandleMap.remove(future_ptr)
    eventloop.call_soon_threadsafe(_uniffi_set_future_result, future, poll_code)

def _uniffi_set_future_result(future, poll_code):
    if not future.cancelled():
        future.set_result(poll_code)

async def _uniffi_rust_call_async(rust_future, ffi_poll, ffi_complete, ffi_free, lift_func, error_ffi_converter):
    try:
        eventloop = _uniffi_get_event_loop()

        # Loop and poll until we see a _UNIFFI_RUST_FUTURE_POLL_READY value
        while True:
            future = eventloop.create_future()
            ffi_poll(
                rust_future,
                _uniffi_continuation_callback,
                _UniffiContinuationHandleMap.insert((eventloop, future)),
            )
            poll_code = await future
            if poll_code == _UNIFFI_RUST_FUTURE_POLL_READY:
                break

        return lift_func(
            _uniffi_rust_call_with_error(error_ffi_converter, ffi_complete, rust_future)
        )
    finally:
        ffi_free(rust_future)

# Public interface members begin here.


class _UniffiFfiConverterString:
    @staticmethod
    def check_lower(value):
        if not isinstance(value, str):
            raise TypeError("argument must be str, not {}".format(type(value).__name__))
        return value

    @staticmethod
    def read(buf):
        size = buf.read_i32()
        if size < 0:
            raise InternalError("Unexpected negative string length")
        utf8_bytes = buf.read(size)
        return utf8_bytes.decode("utf-8")

    @staticmethod
    def write(value, buf):
        utf8_bytes = value.encode("utf-8")
        buf.write_i32(len(utf8_bytes))
        buf.write(utf8_bytes)

    @staticmethod
    def lift(buf):
        with buf.consume_with_stream() as stream:
            return stream.read(stream.remaining()).decode("utf-8")

    @staticmethod
    def lower(value):
        with _UniffiRustBuffer.alloc_with_builder() as builder:
            builder.write(value.encode("utf-8"))
            return builder.finalize()

@dataclass
class RawProblem:
    """
    A setting that cannot be used.
"""
    def __init__(self, *, field:str, reason:str, value:str):
        self.field = field
        self.reason = reason
        self.value = value




    def __str__(self):
        return "RawProblem(field={}, reason={}, value={})".format(self.field, self.reason, self.value)
    def __eq__(self, other):
        if self.field != other.field:
            return False
        if self.reason != other.reason:
            return False
        if self.value != other.value:
            return False
        return True

class _UniffiFfiConverterTypeRawProblem(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return RawProblem(
            field=_UniffiFfiConverterString.read(buf),
            reason=_UniffiFfiConverterString.read(buf),
            value=_UniffiFfiConverterString.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterString.check_lower(value.field)
        _UniffiFfiConverterString.check_lower(value.reason)
        _UniffiFfiConverterString.check_lower(value.value)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterString.write(value.field, buf)
        _UniffiFfiConverterString.write(value.reason, buf)
        _UniffiFfiConverterString.write(value.value, buf)



# RawJobError
# We want to define each variant as a nested class that's also a subclass,
# which is tricky in Python.  To accomplish this we're going to create each
# class separately, then manually add the child classes to the base class's
# __dict__.  All of this happens in dummy class to avoid polluting the module
# namespace.
class RawJobError(Exception):
    """
    Why a maintenance job was not done.
"""
    pass

_UniffiTempRawJobError = RawJobError

class RawJobError:  # type: ignore
    """
    Why a maintenance job was not done.
"""

    class Closed(_UniffiTempRawJobError):
        """
        The engine is closed.
"""

        def __init__(self):
            pass

        def __repr__(self):
            return "RawJobError.Closed({})".format(str(self))
    _UniffiTempRawJobError.Closed = Closed # type: ignore
    class NoFolder(_UniffiTempRawJobError):
        """
        The engine is in memory: it has no folder.
"""

        def __init__(self):
            pass

        def __repr__(self):
            return "RawJobError.NoFolder({})".format(str(self))
    _UniffiTempRawJobError.NoFolder = NoFolder # type: ignore
    class Busy(_UniffiTempRawJobError):
        """
        Another snapshot is being taken.
"""

        def __init__(self):
            pass

        def __repr__(self):
            return "RawJobError.Busy({})".format(str(self))
    _UniffiTempRawJobError.Busy = Busy # type: ignore
    class Misused(_UniffiTempRawJobError):
        """
        Time moves by itself here; or an argument is wrong.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawJobError.Misused({})".format(str(self))
    _UniffiTempRawJobError.Misused = Misused # type: ignore
    class Failed(_UniffiTempRawJobError):
        """
        Reading or writing failed, or the journal takes no more writes.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawJobError.Failed({})".format(str(self))
    _UniffiTempRawJobError.Failed = Failed # type: ignore

RawJobError = _UniffiTempRawJobError # type: ignore
del _UniffiTempRawJobError


class _UniffiFfiConverterTypeRawJobError(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return RawJobError.Closed(
            )
        if variant == 2:
            return RawJobError.NoFolder(
            )
        if variant == 3:
            return RawJobError.Busy(
            )
        if variant == 4:
            return RawJobError.Misused(
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 5:
            return RawJobError.Failed(
                _UniffiFfiConverterString.read(buf),
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if isinstance(value, RawJobError.Closed):
            return
        if isinstance(value, RawJobError.NoFolder):
            return
        if isinstance(value, RawJobError.Busy):
            return
        if isinstance(value, RawJobError.Misused):
            _UniffiFfiConverterString.check_lower(value.text)
            return
        if isinstance(value, RawJobError.Failed):
            _UniffiFfiConverterString.check_lower(value.text)
            return

    @staticmethod
    def write(value, buf):
        if isinstance(value, RawJobError.Closed):
            buf.write_i32(1)
        if isinstance(value, RawJobError.NoFolder):
            buf.write_i32(2)
        if isinstance(value, RawJobError.Busy):
            buf.write_i32(3)
        if isinstance(value, RawJobError.Misused):
            buf.write_i32(4)
            _UniffiFfiConverterString.write(value.text, buf)
        if isinstance(value, RawJobError.Failed):
            buf.write_i32(5)
            _UniffiFfiConverterString.write(value.text, buf)

class _UniffiFfiConverterSequenceTypeRawProblem(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        for item in value:
            _UniffiFfiConverterTypeRawProblem.check_lower(item)

    @classmethod
    def write(cls, value, buf):
        items = len(value)
        buf.write_i32(items)
        for item in value:
            _UniffiFfiConverterTypeRawProblem.write(item, buf)

    @classmethod
    def read(cls, buf):
        count = buf.read_i32()
        if count < 0:
            raise InternalError("Unexpected negative sequence length")

        return [
            _UniffiFfiConverterTypeRawProblem.read(buf) for i in range(count)
        ]



# RawOpenError
# We want to define each variant as a nested class that's also a subclass,
# which is tricky in Python.  To accomplish this we're going to create each
# class separately, then manually add the child classes to the base class's
# __dict__.  All of this happens in dummy class to avoid polluting the module
# namespace.
class RawOpenError(Exception):
    """
    Why an engine could not be opened. Nothing on disk was changed.
"""
    pass

_UniffiTempRawOpenError = RawOpenError

class RawOpenError:  # type: ignore
    """
    Why an engine could not be opened. Nothing on disk was changed.
"""

    class Config(_UniffiTempRawOpenError):
        """
        Settings that cannot be used.
"""

        def __init__(self, problems):
            super().__init__(", ".join([
                "problems={!r}".format(problems),
            ]))
            self.problems = problems

        def __repr__(self):
            return "RawOpenError.Config({})".format(str(self))
    _UniffiTempRawOpenError.Config = Config # type: ignore
    class Locked(_UniffiTempRawOpenError):
        """
        Another process or engine has the folder.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawOpenError.Locked({})".format(str(self))
    _UniffiTempRawOpenError.Locked = Locked # type: ignore
    class Journal(_UniffiTempRawOpenError):
        """
        The folder is damaged, foreign, or of a later version.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawOpenError.Journal({})".format(str(self))
    _UniffiTempRawOpenError.Journal = Journal # type: ignore
    class System(_UniffiTempRawOpenError):
        """
        The operating system refused.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawOpenError.System({})".format(str(self))
    _UniffiTempRawOpenError.System = System # type: ignore
    class Malformed(_UniffiTempRawOpenError):
        """
        Bytes that are no settings: the two sides do not fit, which is a bug.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawOpenError.Malformed({})".format(str(self))
    _UniffiTempRawOpenError.Malformed = Malformed # type: ignore

RawOpenError = _UniffiTempRawOpenError # type: ignore
del _UniffiTempRawOpenError


class _UniffiFfiConverterTypeRawOpenError(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return RawOpenError.Config(
                _UniffiFfiConverterSequenceTypeRawProblem.read(buf),
            )
        if variant == 2:
            return RawOpenError.Locked(
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 3:
            return RawOpenError.Journal(
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 4:
            return RawOpenError.System(
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 5:
            return RawOpenError.Malformed(
                _UniffiFfiConverterString.read(buf),
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if isinstance(value, RawOpenError.Config):
            _UniffiFfiConverterSequenceTypeRawProblem.check_lower(value.problems)
            return
        if isinstance(value, RawOpenError.Locked):
            _UniffiFfiConverterString.check_lower(value.text)
            return
        if isinstance(value, RawOpenError.Journal):
            _UniffiFfiConverterString.check_lower(value.text)
            return
        if isinstance(value, RawOpenError.System):
            _UniffiFfiConverterString.check_lower(value.text)
            return
        if isinstance(value, RawOpenError.Malformed):
            _UniffiFfiConverterString.check_lower(value.text)
            return

    @staticmethod
    def write(value, buf):
        if isinstance(value, RawOpenError.Config):
            buf.write_i32(1)
            _UniffiFfiConverterSequenceTypeRawProblem.write(value.problems, buf)
        if isinstance(value, RawOpenError.Locked):
            buf.write_i32(2)
            _UniffiFfiConverterString.write(value.text, buf)
        if isinstance(value, RawOpenError.Journal):
            buf.write_i32(3)
            _UniffiFfiConverterString.write(value.text, buf)
        if isinstance(value, RawOpenError.System):
            buf.write_i32(4)
            _UniffiFfiConverterString.write(value.text, buf)
        if isinstance(value, RawOpenError.Malformed):
            buf.write_i32(5)
            _UniffiFfiConverterString.write(value.text, buf)



# RawRequestError
# We want to define each variant as a nested class that's also a subclass,
# which is tricky in Python.  To accomplish this we're going to create each
# class separately, then manually add the child classes to the base class's
# __dict__.  All of this happens in dummy class to avoid polluting the module
# namespace.
class RawRequestError(Exception):
    """
    Bytes that are no request: the two sides do not fit, which is a bug.
"""
    pass

_UniffiTempRawRequestError = RawRequestError

class RawRequestError:  # type: ignore
    """
    Bytes that are no request: the two sides do not fit, which is a bug.
"""

    class Malformed(_UniffiTempRawRequestError):
        """
        What is wrong with them.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawRequestError.Malformed({})".format(str(self))
    _UniffiTempRawRequestError.Malformed = Malformed # type: ignore

RawRequestError = _UniffiTempRawRequestError # type: ignore
del _UniffiTempRawRequestError


class _UniffiFfiConverterTypeRawRequestError(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return RawRequestError.Malformed(
                _UniffiFfiConverterString.read(buf),
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if isinstance(value, RawRequestError.Malformed):
            _UniffiFfiConverterString.check_lower(value.text)
            return

    @staticmethod
    def write(value, buf):
        if isinstance(value, RawRequestError.Malformed):
            buf.write_i32(1)
            _UniffiFfiConverterString.write(value.text, buf)

class _UniffiFfiConverterInt64(_UniffiConverterPrimitiveInt):
    CLASS_NAME = "i64"
    VALUE_MIN = -2**63
    VALUE_MAX = 2**63

    @staticmethod
    def read(buf):
        return buf.read_i64()

    @staticmethod
    def write(value, buf):
        buf.write_i64(value)



# RawUpdatesLost
# We want to define each variant as a nested class that's also a subclass,
# which is tricky in Python.  To accomplish this we're going to create each
# class separately, then manually add the child classes to the base class's
# __dict__.  All of this happens in dummy class to avoid polluting the module
# namespace.
class RawUpdatesLost(Exception):
    """
    Why a follower cannot go on.
"""
    pass

_UniffiTempRawUpdatesLost = RawUpdatesLost

class RawUpdatesLost:  # type: ignore
    """
    Why a follower cannot go on.
"""

    class Gone(_UniffiTempRawUpdatesLost):
        """
        What comes next is no longer kept.
"""

        def __init__(self, oldest):
            super().__init__(", ".join([
                "oldest={!r}".format(oldest),
            ]))
            self.oldest = oldest

        def __repr__(self):
            return "RawUpdatesLost.Gone({})".format(str(self))
    _UniffiTempRawUpdatesLost.Gone = Gone # type: ignore
    class NotAPosition(_UniffiTempRawUpdatesLost):
        """
        No update ends here, or it is not durable yet.
"""

        def __init__(self, position):
            super().__init__(", ".join([
                "position={!r}".format(position),
            ]))
            self.position = position

        def __repr__(self):
            return "RawUpdatesLost.NotAPosition({})".format(str(self))
    _UniffiTempRawUpdatesLost.NotAPosition = NotAPosition # type: ignore
    class Journal(_UniffiTempRawUpdatesLost):
        """
        The journal could not be read.
"""

        def __init__(self, text):
            super().__init__(", ".join([
                "text={!r}".format(text),
            ]))
            self.text = text

        def __repr__(self):
            return "RawUpdatesLost.Journal({})".format(str(self))
    _UniffiTempRawUpdatesLost.Journal = Journal # type: ignore
    class Closed(_UniffiTempRawUpdatesLost):
        """
        The engine is closed, and everything was read.
"""

        def __init__(self):
            pass

        def __repr__(self):
            return "RawUpdatesLost.Closed({})".format(str(self))
    _UniffiTempRawUpdatesLost.Closed = Closed # type: ignore
    class Busy(_UniffiTempRawUpdatesLost):
        """
        Another caller waits with this follower.
"""

        def __init__(self):
            pass

        def __repr__(self):
            return "RawUpdatesLost.Busy({})".format(str(self))
    _UniffiTempRawUpdatesLost.Busy = Busy # type: ignore

RawUpdatesLost = _UniffiTempRawUpdatesLost # type: ignore
del _UniffiTempRawUpdatesLost


class _UniffiFfiConverterTypeRawUpdatesLost(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return RawUpdatesLost.Gone(
                _UniffiFfiConverterInt64.read(buf),
            )
        if variant == 2:
            return RawUpdatesLost.NotAPosition(
                _UniffiFfiConverterInt64.read(buf),
            )
        if variant == 3:
            return RawUpdatesLost.Journal(
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 4:
            return RawUpdatesLost.Closed(
            )
        if variant == 5:
            return RawUpdatesLost.Busy(
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if isinstance(value, RawUpdatesLost.Gone):
            _UniffiFfiConverterInt64.check_lower(value.oldest)
            return
        if isinstance(value, RawUpdatesLost.NotAPosition):
            _UniffiFfiConverterInt64.check_lower(value.position)
            return
        if isinstance(value, RawUpdatesLost.Journal):
            _UniffiFfiConverterString.check_lower(value.text)
            return
        if isinstance(value, RawUpdatesLost.Closed):
            return
        if isinstance(value, RawUpdatesLost.Busy):
            return

    @staticmethod
    def write(value, buf):
        if isinstance(value, RawUpdatesLost.Gone):
            buf.write_i32(1)
            _UniffiFfiConverterInt64.write(value.oldest, buf)
        if isinstance(value, RawUpdatesLost.NotAPosition):
            buf.write_i32(2)
            _UniffiFfiConverterInt64.write(value.position, buf)
        if isinstance(value, RawUpdatesLost.Journal):
            buf.write_i32(3)
            _UniffiFfiConverterString.write(value.text, buf)
        if isinstance(value, RawUpdatesLost.Closed):
            buf.write_i32(4)
        if isinstance(value, RawUpdatesLost.Busy):
            buf.write_i32(5)

class _UniffiFfiConverterBytes(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        size = buf.read_i32()
        if size < 0:
            raise InternalError("Unexpected negative byte string length")
        return buf.read(size)

    @staticmethod
    def check_lower(value):
        try:
            memoryview(value)
        except TypeError:
            raise TypeError("a bytes-like object is required, not {!r}".format(type(value).__name__))

    @staticmethod
    def write(value, buf):
        buf.write_i32(len(value))
        buf.write(value)

class _UniffiFfiConverterOptionalBytes(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterBytes.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterBytes.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterBytes.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

class _UniffiFfiConverterOptionalInt64(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterInt64.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterInt64.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterInt64.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")


class RawUpdatesProtocol(typing.Protocol):
    """
    A follower of updates, for one reader at a time.
"""

    async def next(self, ) -> bytes:
        """
        The next updates, one at least; some hundreds at most.
"""
        raise NotImplementedError
    def position(self, ) -> int:
        """
        Where the last update that was read ends.
"""
        raise NotImplementedError
    def ready(self, ) -> bytes:
        """
        The updates that are there now, some hundreds at most; none if there are none.
"""
        raise NotImplementedError
    def wait(self, timeout_ms: int) -> bytes:
        """
        As [`RawUpdates::next`], for a thread that waits itself, at most so long; none if none came.
"""
        raise NotImplementedError

class RawUpdates(RawUpdatesProtocol):
    """
    A follower of updates, for one reader at a time.
"""

    _handle: ctypes.c_uint64

    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawupdates, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawupdates, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    async def next(self, ) -> bytes:
        """
        The next updates, one at least; some hundreds at most.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawUpdatesLost
        return await _uniffi_rust_call_async(
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_next(*_uniffi_lowered_args),
            _UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer,
            _UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer,
            _UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_rust_buffer,
            _uniffi_lift_return,
            _uniffi_error_converter,
        )
    def position(self, ) -> int:
        """
        Where the last update that was read ends.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterInt64.lift
        _uniffi_error_converter = None
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_position,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def ready(self, ) -> bytes:
        """
        The updates that are there now, some hundreds at most; none if there are none.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawUpdatesLost
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_ready,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def wait(self, timeout_ms: int) -> bytes:
        """
        As [`RawUpdates::next`], for a thread that waits itself, at most so long; none if none came.
"""

        _UniffiFfiConverterInt64.check_lower(timeout_ms)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterInt64.lower(timeout_ms),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawUpdatesLost
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_wait,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)





class _UniffiFfiConverterTypeRawUpdates:
    @staticmethod
    def lift(value: int) -> RawUpdates:
        return RawUpdates._uniffi_make_instance(value)

    @staticmethod
    def check_lower(value: RawUpdates):
        if not isinstance(value, RawUpdates):
            raise TypeError("Expected RawUpdates instance, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: RawUpdates) -> ctypes.c_uint64:
        return value._uniffi_clone_handle()

    @classmethod
    def read(cls, buf: _UniffiRustBuffer) -> RawUpdates:
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: RawUpdates, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))


class RawEngineProtocol(typing.Protocol):
    """
    An engine, as other languages see it.
"""

    def advance(self, by_ms: int) -> int:
        """
        Lets time pass, by hand, and returns the new time.
"""
        raise NotImplementedError
    def backup(self, path: str) -> None:
        """
        Copies everything durable into an empty or absent folder. Blocks for as long as that takes.
"""
        raise NotImplementedError
    def call(self, request: bytes) -> bytes:
        """
        Asks, and waits on this thread until the answer may be seen: for languages whose threads wait for nothing else.
"""
        raise NotImplementedError
    def call_all(self, requests: bytes) -> bytes:
        """
        The same of many things, one after the other; each has its length ahead, and so has each answer.
"""
        raise NotImplementedError
    def clear_idempotency(self, ) -> None:
        """
        Forgets all remembered idempotency answers.
"""
        raise NotImplementedError
    def drain(self, timeout_ms: int) -> typing.Optional[bytes]:
        """
        Fetches answers, each behind its number and its length; waits for the first, at most so long. Nothing after the
        last answer of a closed engine.
"""
        raise NotImplementedError
    async def execute(self, request: bytes) -> bytes:
        """
        Asks, as a future.
"""
        raise NotImplementedError
    def read(self, read: bytes) -> bytes:
        """
        Looks at what needs no waiting.
"""
        raise NotImplementedError
    def register(self, ) -> int:
        """
        The number under which [`crate::crossing`] finds this engine.
"""
        raise NotImplementedError
    def shut_down(self, ) -> None:
        """
        Writes and syncs what was taken, ends the engine's threads, and lets its memory go. Answers that wait can still
        be fetched. Closing twice is the same as closing once.
"""
        raise NotImplementedError
    def snapshot(self, ) -> int:
        """
        Takes a snapshot, and returns the position that it holds. Blocks for as long as that takes.
"""
        raise NotImplementedError
    def stop(self, ) -> None:
        """
        Takes no more writes, syncs what was taken, and answers every caller that waits. Reads go on until it is shut down.
"""
        raise NotImplementedError
    def submit(self, tag: int,request: bytes) -> typing.Optional[bytes]:
        """
        Asks. The answer, if it is known at once; if not, it comes out of [`RawEngine::drain`] as number `tag`.
"""
        raise NotImplementedError
    def submit_all(self, first_tag: int,requests: bytes) -> bytes:
        """
        Asks many things, one after the other; number *i* is `first_tag + i`. Each request has its length ahead, and so
        has each answer: -1 where it comes later.
"""
        raise NotImplementedError
    def turn(self, ) -> int:
        """
        Does everything that is due, and returns how many timers fired. With time by hand, time works only here.
"""
        raise NotImplementedError
    def updates(self, _from: typing.Optional[int]) -> RawUpdates:
        """
        A reader of updates behind `from`; absent for what is new from now on.
"""
        raise NotImplementedError

class RawEngine(RawEngineProtocol):
    """
    An engine, as other languages see it.
"""

    _handle: ctypes.c_uint64
    @classmethod
    def in_memory(cls, options: bytes) -> RawEngine:
        """
        An engine without a folder.
"""

        _UniffiFfiConverterBytes.check_lower(options)
        _uniffi_lowered_args = (
            _UniffiFfiConverterBytes.lower(options),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeRawEngine.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawOpenError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_in_memory,
            *_uniffi_lowered_args,
        )
        return cls._uniffi_make_instance(_uniffi_ffi_result)
    @classmethod
    def open(cls, path: str,options: bytes) -> RawEngine:
        """
        Opens the data folder at `path`, or makes one there.
"""

        _UniffiFfiConverterString.check_lower(path)

        _UniffiFfiConverterBytes.check_lower(options)
        _uniffi_lowered_args = (
            _UniffiFfiConverterString.lower(path),
            _UniffiFfiConverterBytes.lower(options),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeRawEngine.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawOpenError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_open,
            *_uniffi_lowered_args,
        )
        return cls._uniffi_make_instance(_uniffi_ffi_result)

    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawengine, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawengine, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def advance(self, by_ms: int) -> int:
        """
        Lets time pass, by hand, and returns the new time.
"""

        _UniffiFfiConverterInt64.check_lower(by_ms)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterInt64.lower(by_ms),
        )
        _uniffi_lift_return = _UniffiFfiConverterInt64.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_advance,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def backup(self, path: str) -> None:
        """
        Copies everything durable into an empty or absent folder. Blocks for as long as that takes.
"""

        _UniffiFfiConverterString.check_lower(path)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(path),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_backup,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def call(self, request: bytes) -> bytes:
        """
        Asks, and waits on this thread until the answer may be seen: for languages whose threads wait for nothing else.
"""

        _UniffiFfiConverterBytes.check_lower(request)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterBytes.lower(request),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawRequestError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def call_all(self, requests: bytes) -> bytes:
        """
        The same of many things, one after the other; each has its length ahead, and so has each answer.
"""

        _UniffiFfiConverterBytes.check_lower(requests)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterBytes.lower(requests),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawRequestError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call_all,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def clear_idempotency(self, ) -> None:
        """
        Forgets all remembered idempotency answers.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_clear_idempotency,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def drain(self, timeout_ms: int) -> typing.Optional[bytes]:
        """
        Fetches answers, each behind its number and its length; waits for the first, at most so long. Nothing after the
        last answer of a closed engine.
"""

        _UniffiFfiConverterInt64.check_lower(timeout_ms)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterInt64.lower(timeout_ms),
        )
        _uniffi_lift_return = _UniffiFfiConverterOptionalBytes.lift
        _uniffi_error_converter = None
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_drain,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    async def execute(self, request: bytes) -> bytes:
        """
        Asks, as a future.
"""

        _UniffiFfiConverterBytes.check_lower(request)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterBytes.lower(request),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawRequestError
        return await _uniffi_rust_call_async(
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_execute(*_uniffi_lowered_args),
            _UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer,
            _UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer,
            _UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_rust_buffer,
            _uniffi_lift_return,
            _uniffi_error_converter,
        )
    def read(self, read: bytes) -> bytes:
        """
        Looks at what needs no waiting.
"""

        _UniffiFfiConverterBytes.check_lower(read)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterBytes.lower(read),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawRequestError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_read,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def register(self, ) -> int:
        """
        The number under which [`crate::crossing`] finds this engine.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterInt64.lift
        _uniffi_error_converter = None
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_register,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def shut_down(self, ) -> None:
        """
        Writes and syncs what was taken, ends the engine's threads, and lets its memory go. Answers that wait can still
        be fetched. Closing twice is the same as closing once.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_shut_down,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def snapshot(self, ) -> int:
        """
        Takes a snapshot, and returns the position that it holds. Blocks for as long as that takes.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterInt64.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_snapshot,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def stop(self, ) -> None:
        """
        Takes no more writes, syncs what was taken, and answers every caller that waits. Reads go on until it is shut down.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_stop,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def submit(self, tag: int,request: bytes) -> typing.Optional[bytes]:
        """
        Asks. The answer, if it is known at once; if not, it comes out of [`RawEngine::drain`] as number `tag`.
"""

        _UniffiFfiConverterInt64.check_lower(tag)

        _UniffiFfiConverterBytes.check_lower(request)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterInt64.lower(tag),
            _UniffiFfiConverterBytes.lower(request),
        )
        _uniffi_lift_return = _UniffiFfiConverterOptionalBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawRequestError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def submit_all(self, first_tag: int,requests: bytes) -> bytes:
        """
        Asks many things, one after the other; number *i* is `first_tag + i`. Each request has its length ahead, and so
        has each answer: -1 where it comes later.
"""

        _UniffiFfiConverterInt64.check_lower(first_tag)

        _UniffiFfiConverterBytes.check_lower(requests)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterInt64.lower(first_tag),
            _UniffiFfiConverterBytes.lower(requests),
        )
        _uniffi_lift_return = _UniffiFfiConverterBytes.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawRequestError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit_all,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def turn(self, ) -> int:
        """
        Does everything that is due, and returns how many timers fired. With time by hand, time works only here.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterInt64.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawJobError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_turn,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def updates(self, _from: typing.Optional[int]) -> RawUpdates:
        """
        A reader of updates behind `from`; absent for what is new from now on.
"""

        _UniffiFfiConverterOptionalInt64.check_lower(_from)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterOptionalInt64.lower(_from),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeRawUpdates.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeRawUpdatesLost
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_updates,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)





class _UniffiFfiConverterTypeRawEngine:
    @staticmethod
    def lift(value: int) -> RawEngine:
        return RawEngine._uniffi_make_instance(value)

    @staticmethod
    def check_lower(value: RawEngine):
        if not isinstance(value, RawEngine):
            raise TypeError("Expected RawEngine instance, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: RawEngine) -> ctypes.c_uint64:
        return value._uniffi_clone_handle()

    @classmethod
    def read(cls, buf: _UniffiRustBuffer) -> RawEngine:
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: RawEngine, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))
def encoding() -> int:
    """
    Says which description this side's bytes follow. A face of another one must not talk to it.
"""
    _uniffi_lowered_args = (
    )
    _uniffi_lift_return = _UniffiFfiConverterInt64.lift
    _uniffi_error_converter = None
    _uniffi_ffi_result = _uniffi_rust_call_with_error(
        _uniffi_error_converter,
        _UniffiLib.uniffi_tacos_engine_uniffi_fn_func_encoding,
        *_uniffi_lowered_args,
    )
    return _uniffi_lift_return(_uniffi_ffi_result)
def engine_version() -> str:
    """
    The version of the engine behind the border.
"""
    _uniffi_lowered_args = (
    )
    _uniffi_lift_return = _UniffiFfiConverterString.lift
    _uniffi_error_converter = None
    _uniffi_ffi_result = _uniffi_rust_call_with_error(
        _uniffi_error_converter,
        _UniffiLib.uniffi_tacos_engine_uniffi_fn_func_engine_version,
        *_uniffi_lowered_args,
    )
    return _uniffi_lift_return(_uniffi_ffi_result)
def panic_for_test(words: str) -> None:
    """
    Panics, so that a face can test that a panic of the engine becomes an error and not the end of the process.
"""

    _UniffiFfiConverterString.check_lower(words)
    _uniffi_lowered_args = (
        _UniffiFfiConverterString.lower(words),
    )
    _uniffi_lift_return = lambda val: None
    _uniffi_error_converter = None
    _uniffi_ffi_result = _uniffi_rust_call_with_error(
        _uniffi_error_converter,
        _UniffiLib.uniffi_tacos_engine_uniffi_fn_func_panic_for_test,
        *_uniffi_lowered_args,
    )
    return _uniffi_lift_return(_uniffi_ffi_result)

__all__ = [
    "InternalError",
    "RawJobError",
    "RawOpenError",
    "RawRequestError",
    "RawUpdatesLost",
    "RawProblem",
    "encoding",
    "engine_version",
    "panic_for_test",
    "RawUpdates",
    "RawUpdatesProtocol",
    "RawEngine",
    "RawEngineProtocol",
]
