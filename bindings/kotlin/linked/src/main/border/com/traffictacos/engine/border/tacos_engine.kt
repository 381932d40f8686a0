// Written by uniffi's program from bindings/uniffi: do not edit; `make border` writes it anew.

@file:Suppress("NAME_SHADOWING")

package com.traffictacos.engine.border

// Common helper code.
//
// Ideally this would live in a separate .kt file where it can be unittested etc
// in isolation, and perhaps even published as a re-useable package.
//
// However, it's important that the details of how this helper code works (e.g. the
// way that different builtin types are passed across the FFI) exactly match what's
// expected by the Rust code on the other side of the interface. In practice right
// now that means coming from the exact some version of `uniffi` that was used to
// compile the Rust component. The easiest way to ensure this is to bundle the Kotlin
// helpers directly inline like we're doing here.

import com.sun.jna.Library
import com.sun.jna.IntegerType
import com.sun.jna.Native
import com.sun.jna.Pointer
import com.sun.jna.Structure
import com.sun.jna.Callback
import com.sun.jna.ptr.*
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.resume
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine

// This is a helper for safely working with byte buffers returned from the Rust code.
// A rust-owned buffer is represented by its capacity, its current length, and a
// pointer to the underlying data.

/**
 * @suppress
 */
@Structure.FieldOrder("capacity", "len", "data")
open class RustBuffer : Structure() {
    // Note: `capacity` and `len` are actually `ULong` values, but JVM only supports signed values.
    // When dealing with these fields, make sure to call `toULong()`.
    @JvmField var capacity: Long = 0
    @JvmField var len: Long = 0
    @JvmField var data: Pointer? = null

    class ByValue: RustBuffer(), Structure.ByValue
    class ByReference: RustBuffer(), Structure.ByReference

   internal fun setValue(other: RustBuffer) {
        capacity = other.capacity
        len = other.len
        data = other.data
    }

    companion object {
        internal fun alloc(size: ULong = 0UL) = uniffiRustCall() { status ->
            // Note: need to convert the size to a `Long` value to make this work with JVM.
            UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_alloc(size.toLong(), status)
        }.also {
            if(it.data == null) {
               throw RuntimeException("RustBuffer.alloc() returned null data pointer (size=${size})")
           }
        }

        internal fun create(capacity: ULong, len: ULong, data: Pointer?): RustBuffer.ByValue {
            var buf = RustBuffer.ByValue()
            buf.capacity = capacity.toLong()
            buf.len = len.toLong()
            buf.data = data
            return buf
        }

        internal fun free(buf: RustBuffer.ByValue) = uniffiRustCall() { status ->
            UniffiLib.ffi_tacos_engine_uniffi_rustbuffer_free(buf, status)
        }
    }

    @Suppress("TooGenericExceptionThrown")
    fun asByteBuffer() =
        this.data?.getByteBuffer(0, this.len)?.also {
            it.order(ByteOrder.BIG_ENDIAN)
        }
}

// This is a helper for safely passing byte references into the rust code.
// It's not actually used at the moment, because there aren't many things that you
// can take a direct pointer to in the JVM, and if we're going to copy something
// then we might as well copy it into a `RustBuffer`. But it's here for API
// completeness.

@Structure.FieldOrder("len", "data")
internal open class ForeignBytes : Structure() {
    @JvmField var len: Int = 0
    @JvmField var data: Pointer? = null

    class ByValue : ForeignBytes(), Structure.ByValue
}

// Converter for `&[u8]` / `[ByRef] bytes` arguments.
//
// Only `lower` is valid — zero-copy byte buffers only flow foreign -> Rust,
// and only in argument position. `lift`, `read`, `write`, and
// `allocationSize` have no sound implementation here and all panic at
// runtime. The `FfiConverter` interface is implemented so that the
// compiler enforces the full method set (rather than relying on eyeball).
//
// The provided `ByteBuffer` MUST be direct — only direct buffers have a
// stable native address that JNA can expose via `getDirectBufferPointer`.
// The returned `ForeignBytes.ByValue` is only valid for the duration of
// the FFI call; the Rust side treats it as a borrow.
internal object FfiConverterByRefBytes : FfiConverter<java.nio.ByteBuffer, ForeignBytes.ByValue> {
    override fun lower(value: java.nio.ByteBuffer): ForeignBytes.ByValue {
        require(value.isDirect) { "UniFFI zero-copy &[u8] requires a direct ByteBuffer. Use ByteBuffer.allocateDirect()." }
        val remaining = value.remaining()
        val fb = ForeignBytes.ByValue()
        fb.len = remaining
        // Zero-length direct buffers: skip getDirectBufferPointer (platform-variable behavior)
        // and pass null. The Rust side treats (null, 0) as &[].
        fb.data = if (remaining == 0) null else com.sun.jna.Native.getDirectBufferPointer(value)
        return fb
    }

    override fun lift(value: ForeignBytes.ByValue): java.nio.ByteBuffer =
        error("ByRef bytes cannot be lifted: zero-copy &[u8] only flows foreign->Rust")

    override fun read(buf: java.nio.ByteBuffer): java.nio.ByteBuffer =
        error("ByRef bytes cannot be read from a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")

    override fun write(value: java.nio.ByteBuffer, buf: java.nio.ByteBuffer): Unit =
        error("ByRef bytes cannot be written to a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")

    override fun allocationSize(value: java.nio.ByteBuffer): ULong =
        error("ByRef bytes have no RustBuffer allocation size: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")
}
/**
 * The FfiConverter interface handles converter types to and from the FFI
 *
 * All implementing objects should be public to support external types.  When a
 * type is external we need to import it's FfiConverter.
 *
 * @suppress
 */
public interface FfiConverter<KotlinType, FfiType> {
    // Convert an FFI type to a Kotlin type
    fun lift(value: FfiType): KotlinType

    // Convert an Kotlin type to an FFI type
    fun lower(value: KotlinType): FfiType

    // Read a Kotlin type from a `ByteBuffer`
    fun read(buf: ByteBuffer): KotlinType

    // Calculate bytes to allocate when creating a `RustBuffer`
    //
    // This must return at least as many bytes as the write() function will
    // write. It can return more bytes than needed, for example when writing
    // Strings we can't know the exact bytes needed until we the UTF-8
    // encoding, so we pessimistically allocate the largest size possible (3
    // bytes per codepoint).  Allocating extra bytes is not really a big deal
    // because the `RustBuffer` is short-lived.
    fun allocationSize(value: KotlinType): ULong

    // Write a Kotlin type to a `ByteBuffer`
    fun write(value: KotlinType, buf: ByteBuffer)

    // Lower a value into a `RustBuffer`
    //
    // This method lowers a value into a `RustBuffer` rather than the normal
    // FfiType.  It's used by the callback interface code.  Callback interface
    // returns are always serialized into a `RustBuffer` regardless of their
    // normal FFI type.
    fun lowerIntoRustBuffer(value: KotlinType): RustBuffer.ByValue {
        val rbuf = RustBuffer.alloc(allocationSize(value))
        try {
            val bbuf = rbuf.data!!.getByteBuffer(0, rbuf.capacity).also {
                it.order(ByteOrder.BIG_ENDIAN)
            }
            write(value, bbuf)
            rbuf.writeField("len", bbuf.position().toLong())
            return rbuf
        } catch (e: Throwable) {
            RustBuffer.free(rbuf)
            throw e
        }
    }

    // Lift a value from a `RustBuffer`.
    //
    // This here mostly because of the symmetry with `lowerIntoRustBuffer()`.
    // It's currently only used by the `FfiConverterRustBuffer` class below.
    fun liftFromRustBuffer(rbuf: RustBuffer.ByValue): KotlinType {
        val byteBuf = rbuf.asByteBuffer()!!
        try {
           val item = read(byteBuf)
           if (byteBuf.hasRemaining()) {
               throw RuntimeException("junk remaining in buffer after lifting, something is very wrong!!")
           }
           return item
        } finally {
            RustBuffer.free(rbuf)
        }
    }
}

/**
 * FfiConverter that uses `RustBuffer` as the FfiType
 *
 * @suppress
 */
public interface FfiConverterRustBuffer<KotlinType>: FfiConverter<KotlinType, RustBuffer.ByValue> {
    override fun lift(value: RustBuffer.ByValue) = liftFromRustBuffer(value)
    override fun lower(value: KotlinType) = lowerIntoRustBuffer(value)
}
// A handful of classes and functions to support the generated data structures.
// This would be a good candidate for isolating in its own ffi-support lib.

internal const val UNIFFI_CALL_SUCCESS = 0.toByte()
internal const val UNIFFI_CALL_ERROR = 1.toByte()
internal const val UNIFFI_CALL_UNEXPECTED_ERROR = 2.toByte()

@Structure.FieldOrder("code", "error_buf")
internal open class UniffiRustCallStatus : Structure() {
    @JvmField var code: Byte = 0
    @JvmField var error_buf: RustBuffer.ByValue = RustBuffer.ByValue()

    class ByValue: UniffiRustCallStatus(), Structure.ByValue

    fun isSuccess(): Boolean {
        return code == UNIFFI_CALL_SUCCESS
    }

    fun isError(): Boolean {
        return code == UNIFFI_CALL_ERROR
    }

    fun isPanic(): Boolean {
        return code == UNIFFI_CALL_UNEXPECTED_ERROR
    }

    companion object {
        fun create(code: Byte, errorBuf: RustBuffer.ByValue): UniffiRustCallStatus.ByValue {
            val callStatus = UniffiRustCallStatus.ByValue()
            callStatus.code = code
            callStatus.error_buf = errorBuf
            return callStatus
        }
    }
}

class InternalException(message: String) : kotlin.Exception(message)

/**
 * Each top-level error class has a companion object that can lift the error from the call status's rust buffer
 *
 * @suppress
 */
interface UniffiRustCallStatusErrorHandler<E> {
    fun lift(error_buf: RustBuffer.ByValue): E;
}

// Helpers for calling Rust
// In practice we usually need to be synchronized to call this safely, so it doesn't
// synchronize itself

// Call a rust function that returns a Result<>.  Pass in the Error class companion that corresponds to the Err
private inline fun <U, E: kotlin.Exception> uniffiRustCallWithError(errorHandler: UniffiRustCallStatusErrorHandler<E>, callback: (UniffiRustCallStatus) -> U): U {
    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
}

// Check UniffiRustCallStatus and throw an error if the call wasn't successful
private fun<E: kotlin.Exception> uniffiCheckCallStatus(errorHandler: UniffiRustCallStatusErrorHandler<E>, status: UniffiRustCallStatus) {
    if (status.isSuccess()) {
        return
    } else if (status.isError()) {
        throw errorHandler.lift(status.error_buf)
    } else if (status.isPanic()) {
        // when the rust code sees a panic, it tries to construct a rustbuffer
        // with the message.  but if that code panics, then it just sends back
        // an empty buffer.
        if (status.error_buf.len > 0) {
            throw InternalException(FfiConverterString.lift(status.error_buf))
        } else {
            throw InternalException("Rust panic")
        }
    } else {
        throw InternalException("Unknown rust call status: $status.code")
    }
}

/**
 * UniffiRustCallStatusErrorHandler implementation for times when we don't expect a CALL_ERROR
 *
 * @suppress
 */
object UniffiNullRustCallStatusErrorHandler: UniffiRustCallStatusErrorHandler<InternalException> {
    override fun lift(error_buf: RustBuffer.ByValue): InternalException {
        RustBuffer.free(error_buf)
        return InternalException("Unexpected CALL_ERROR")
    }
}

// Call a rust function that returns a plain value
private inline fun <U> uniffiRustCall(callback: (UniffiRustCallStatus) -> U): U {
    return uniffiRustCallWithError(UniffiNullRustCallStatusErrorHandler, callback)
}

internal inline fun<T> uniffiTraitInterfaceCall(
    callStatus: UniffiRustCallStatus,
    makeCall: () -> T,
    writeReturn: (T) -> Unit,
) {
    try {
        writeReturn(makeCall())
    } catch(e: kotlin.Exception) {
        val err = try { e.stackTraceToString() } catch(_: Throwable) { "" }
        callStatus.code = UNIFFI_CALL_UNEXPECTED_ERROR
        callStatus.error_buf = FfiConverterString.lower(err)
    }
}

internal inline fun<T, reified E: Throwable> uniffiTraitInterfaceCallWithError(
    callStatus: UniffiRustCallStatus,
    makeCall: () -> T,
    writeReturn: (T) -> Unit,
    lowerError: (E) -> RustBuffer.ByValue
) {
    try {
        writeReturn(makeCall())
    } catch(e: kotlin.Exception) {
        if (e is E) {
            callStatus.code = UNIFFI_CALL_ERROR
            callStatus.error_buf = lowerError(e)
        } else {
            val err = try { e.stackTraceToString() } catch(_: Throwable) { "" }
            callStatus.code = UNIFFI_CALL_UNEXPECTED_ERROR
            callStatus.error_buf = FfiConverterString.lower(err)
        }
    }
}
// Initial value and increment amount for handles.
// These ensure that Kotlin-generated handles always have the lowest bit set
private const val UNIFFI_HANDLEMAP_INITIAL = 1.toLong()
private const val UNIFFI_HANDLEMAP_DELTA = 2.toLong()

// Map handles to objects
//
// This is used pass an opaque 64-bit handle representing a foreign object to the Rust code.
internal class UniffiHandleMap<T: Any> {
    private val map = ConcurrentHashMap<Long, T>()
    // Start
    private val counter = java.util.concurrent.atomic.AtomicLong(UNIFFI_HANDLEMAP_INITIAL)

    val size: Int
        get() = map.size

    // Insert a new object into the handle map and get a handle for it
    fun insert(obj: T): Long {
        val handle = counter.getAndAdd(UNIFFI_HANDLEMAP_DELTA)
        map.put(handle, obj)
        return handle
    }

    // Clone a handle, creating a new one
    fun clone(handle: Long): Long {
        val obj = map.get(handle) ?: throw InternalException("UniffiHandleMap.clone: Invalid handle")
        return insert(obj)
    }

    // Get an object from the handle map
    fun get(handle: Long): T {
        return map.get(handle) ?: throw InternalException("UniffiHandleMap.get: Invalid handle")
    }

    // Remove an entry from the handlemap and get the Kotlin object back
    fun remove(handle: Long): T {
        return map.remove(handle) ?: throw InternalException("UniffiHandleMap: Invalid handle")
    }
}

// Contains loading, initialization code,
// and the FFI Function declarations in a com.sun.jna.Library.
@Synchronized
private fun findLibraryName(componentName: String): String {
    val libOverride = System.getProperty("uniffi.component.$componentName.libraryOverride")
    if (libOverride != null) {
        return libOverride
    }
    return "tacos_engine_uniffi"
}

// Define FFI callback types
internal interface UniffiRustFutureContinuationCallback : com.sun.jna.Callback {
    fun callback(`data`: Long,`pollResult`: Byte,)
}
internal interface UniffiForeignFutureDroppedCallback : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
}
internal interface UniffiCallbackInterfaceFree : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
}
internal interface UniffiCallbackInterfaceClone : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
    : Long
}
@Structure.FieldOrder("handle", "free")
internal open class UniffiForeignFutureDroppedCallbackStruct(
    @JvmField internal var `handle`: Long = 0.toLong(),
    @JvmField internal var `free`: UniffiForeignFutureDroppedCallback? = null,
) : Structure() {
    class UniffiByValue(
        `handle`: Long = 0.toLong(),
        `free`: UniffiForeignFutureDroppedCallback? = null,
    ): UniffiForeignFutureDroppedCallbackStruct(`handle`,`free`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureDroppedCallbackStruct) {
        `handle` = other.`handle`
        `free` = other.`free`
    }

}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU8(
    @JvmField internal var `returnValue`: Byte = 0.toByte(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Byte = 0.toByte(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU8(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU8) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU8 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU8.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI8(
    @JvmField internal var `returnValue`: Byte = 0.toByte(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Byte = 0.toByte(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI8(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI8) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI8 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI8.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU16(
    @JvmField internal var `returnValue`: Short = 0.toShort(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Short = 0.toShort(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU16(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU16) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU16 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU16.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI16(
    @JvmField internal var `returnValue`: Short = 0.toShort(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Short = 0.toShort(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI16(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI16) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI16 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI16.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU32(
    @JvmField internal var `returnValue`: Int = 0,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Int = 0,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU32(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU32) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU32 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU32.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI32(
    @JvmField internal var `returnValue`: Int = 0,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Int = 0,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI32(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI32) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI32 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI32.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultU64(
    @JvmField internal var `returnValue`: Long = 0.toLong(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Long = 0.toLong(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultU64(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultU64) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteU64 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultU64.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultI64(
    @JvmField internal var `returnValue`: Long = 0.toLong(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Long = 0.toLong(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultI64(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultI64) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteI64 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultI64.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultF32(
    @JvmField internal var `returnValue`: Float = 0.0f,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Float = 0.0f,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultF32(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultF32) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteF32 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultF32.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultF64(
    @JvmField internal var `returnValue`: Double = 0.0,
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: Double = 0.0,
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultF64(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultF64) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteF64 : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultF64.UniffiByValue,)
}
@Structure.FieldOrder("returnValue", "callStatus")
internal open class UniffiForeignFutureResultRustBuffer(
    @JvmField internal var `returnValue`: RustBuffer.ByValue = RustBuffer.ByValue(),
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `returnValue`: RustBuffer.ByValue = RustBuffer.ByValue(),
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultRustBuffer(`returnValue`,`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultRustBuffer) {
        `returnValue` = other.`returnValue`
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteRustBuffer : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultRustBuffer.UniffiByValue,)
}
@Structure.FieldOrder("callStatus")
internal open class UniffiForeignFutureResultVoid(
    @JvmField internal var `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
) : Structure() {
    class UniffiByValue(
        `callStatus`: UniffiRustCallStatus.ByValue = UniffiRustCallStatus.ByValue(),
    ): UniffiForeignFutureResultVoid(`callStatus`,), Structure.ByValue

   internal fun uniffiSetValue(other: UniffiForeignFutureResultVoid) {
        `callStatus` = other.`callStatus`
    }

}
internal interface UniffiForeignFutureCompleteVoid : com.sun.jna.Callback {
    fun callback(`callbackData`: Long,`result`: UniffiForeignFutureResultVoid.UniffiByValue,)
}

// A JNA Library to expose the extern-C FFI definitions.
// This is an implementation detail which will be called internally by the public API.

// For large crates we prevent `MethodTooLargeException` (see #2340)
// N.B. the name of the extension is very misleading, since it is
// rather `InterfaceTooLargeException`, caused by too many methods
// in the interface for large crates.
//
// By splitting the otherwise huge interface into two parts
// * UniffiLib (this)
// * IntegrityCheckingUniffiLib
// And all checksum methods are put into `IntegrityCheckingUniffiLib`
// we allow for ~2x as many methods in the UniffiLib interface.
//
// Note: above all written when we used JNA's `loadIndirect` etc.
// We now use JNA's "direct mapping" - unclear if same considerations apply exactly.
internal object IntegrityCheckingUniffiLib {
    init {
        Native.register(IntegrityCheckingUniffiLib::class.java, findLibraryName(componentName = "tacos_engine"))
        uniffiCheckContractApiVersion(this)
        uniffiCheckApiChecksums(this)
    }

    internal fun ensureInitialized() = Unit
    external fun uniffi_tacos_engine_uniffi_checksum_func_encoding(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_func_engine_version(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_func_panic_for_test(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_advance(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_backup(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_call(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_call_all(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_clear_idempotency(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_drain(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_execute(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_read(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_register(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_shut_down(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_snapshot(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_stop(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit_all(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_turn(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawengine_updates(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawupdates_next(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawupdates_position(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawupdates_ready(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_method_rawupdates_wait(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_in_memory(
    ): Int
    external fun uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_open(
    ): Int
    external fun ffi_tacos_engine_uniffi_uniffi_contract_version(
    ): Int


}

internal object UniffiLib {

    // The Cleaner for the whole library
    internal val CLEANER: UniffiCleaner by lazy {
        UniffiCleaner.create()
    }


    init {
        Native.register(UniffiLib::class.java, findLibraryName(componentName = "tacos_engine"))

    }

    internal fun ensureInitialized() = Unit
    external fun uniffi_tacos_engine_uniffi_fn_clone_rawengine(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_free_rawengine(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_tacos_engine_uniffi_fn_constructor_rawengine_in_memory(`options`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_constructor_rawengine_open(`path`: RustBuffer.ByValue,`options`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_advance(`ptr`: Long,`byMs`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_backup(`ptr`: Long,`path`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_call(`ptr`: Long,`request`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_call_all(`ptr`: Long,`requests`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_clear_idempotency(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_drain(`ptr`: Long,`timeoutMs`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_execute(`ptr`: Long,`request`: RustBuffer.ByValue,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_read(`ptr`: Long,`read`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_register(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_shut_down(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_snapshot(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_stop(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_submit(`ptr`: Long,`tag`: Long,`request`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_submit_all(`ptr`: Long,`firstTag`: Long,`requests`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_turn(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawengine_updates(`ptr`: Long,`from`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_clone_rawupdates(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_free_rawupdates(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun uniffi_tacos_engine_uniffi_fn_method_rawupdates_next(`ptr`: Long,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawupdates_position(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_method_rawupdates_ready(`ptr`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_method_rawupdates_wait(`ptr`: Long,`timeoutMs`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_func_encoding(uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun uniffi_tacos_engine_uniffi_fn_func_engine_version(uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun uniffi_tacos_engine_uniffi_fn_func_panic_for_test(`words`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rustbuffer_alloc(`size`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_tacos_engine_uniffi_rustbuffer_from_bytes(`bytes`: ForeignBytes.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_tacos_engine_uniffi_rustbuffer_free(`buf`: RustBuffer.ByValue,uniffi_out_err: UniffiRustCallStatus,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rustbuffer_reserve(`buf`: RustBuffer.ByValue,`additional`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_tacos_engine_uniffi_rust_future_poll_u8(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_u8(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_u8(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_u8(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_tacos_engine_uniffi_rust_future_poll_i8(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_i8(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_i8(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_i8(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Byte
    external fun ffi_tacos_engine_uniffi_rust_future_poll_u16(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_u16(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_u16(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_u16(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_tacos_engine_uniffi_rust_future_poll_i16(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_i16(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_i16(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_i16(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Short
    external fun ffi_tacos_engine_uniffi_rust_future_poll_u32(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_u32(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_u32(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_u32(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_tacos_engine_uniffi_rust_future_poll_i32(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_i32(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_i32(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_i32(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Int
    external fun ffi_tacos_engine_uniffi_rust_future_poll_u64(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_u64(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_u64(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_u64(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun ffi_tacos_engine_uniffi_rust_future_poll_i64(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_i64(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_i64(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_i64(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Long
    external fun ffi_tacos_engine_uniffi_rust_future_poll_f32(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_f32(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_f32(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_f32(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Float
    external fun ffi_tacos_engine_uniffi_rust_future_poll_f64(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_f64(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_f64(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_f64(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Double
    external fun ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_rust_buffer(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_rust_buffer(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): RustBuffer.ByValue
    external fun ffi_tacos_engine_uniffi_rust_future_poll_void(`handle`: Long,`callback`: UniffiRustFutureContinuationCallback,`callbackData`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_cancel_void(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_free_void(`handle`: Long,
    ): Unit
    external fun ffi_tacos_engine_uniffi_rust_future_complete_void(`handle`: Long,uniffi_out_err: UniffiRustCallStatus,
    ): Unit


}

private fun uniffiCheckContractApiVersion(lib: IntegrityCheckingUniffiLib) {
    // Get the bindings contract version from our ComponentInterface
    val bindings_contract_version = 30
    // Get the scaffolding contract version by calling the into the dylib
    val scaffolding_contract_version = lib.ffi_tacos_engine_uniffi_uniffi_contract_version()
    if (bindings_contract_version != scaffolding_contract_version) {
        throw RuntimeException("UniFFI contract version mismatch: try cleaning and rebuilding your project")
    }
}
@Suppress("UNUSED_PARAMETER")
private fun uniffiCheckApiChecksums(lib: IntegrityCheckingUniffiLib) {
    if ((lib.uniffi_tacos_engine_uniffi_checksum_func_encoding() and 0xFFFF) != 41220) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_func_engine_version() and 0xFFFF) != 4896) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_func_panic_for_test() and 0xFFFF) != 59027) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_advance() and 0xFFFF) != 60587) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_backup() and 0xFFFF) != 56888) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call() and 0xFFFF) != 45739) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_call_all() and 0xFFFF) != 22076) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_clear_idempotency() and 0xFFFF) != 32721) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_drain() and 0xFFFF) != 11715) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_execute() and 0xFFFF) != 10480) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_read() and 0xFFFF) != 15184) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_register() and 0xFFFF) != 1736) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_shut_down() and 0xFFFF) != 48424) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_snapshot() and 0xFFFF) != 10642) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_stop() and 0xFFFF) != 36489) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit() and 0xFFFF) != 63078) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_submit_all() and 0xFFFF) != 17303) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_turn() and 0xFFFF) != 6355) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawengine_updates() and 0xFFFF) != 42043) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_next() and 0xFFFF) != 63365) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_position() and 0xFFFF) != 34712) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_ready() and 0xFFFF) != 4650) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_method_rawupdates_wait() and 0xFFFF) != 4816) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_in_memory() and 0xFFFF) != 12517) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
    if ((lib.uniffi_tacos_engine_uniffi_checksum_constructor_rawengine_open() and 0xFFFF) != 54846) {
        throw RuntimeException("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    }
}

/**
 * @suppress
 */
public fun uniffiEnsureInitialized() {
    // Call arbitrary methods on IntegrityCheckingUniffiLib and UniffiLib to ensure that
    // their init blocks run. This ensures initialization across crates works as expected.
    IntegrityCheckingUniffiLib.ensureInitialized()
    UniffiLib.ensureInitialized()
}

// Async support
// Async return type handlers

internal const val UNIFFI_RUST_FUTURE_POLL_READY = 0.toByte()
internal const val UNIFFI_RUST_FUTURE_POLL_WAKE = 1.toByte()

internal val uniffiContinuationHandleMap = UniffiHandleMap<CancellableContinuation<Byte>>()

// FFI type for Rust future continuations
internal object uniffiRustFutureContinuationCallbackImpl: UniffiRustFutureContinuationCallback {
    override fun callback(data: Long, pollResult: Byte) {
        uniffiContinuationHandleMap.remove(data).resume(pollResult)
    }
}

internal suspend fun<T, F, E: kotlin.Exception> uniffiRustCallAsync(
    rustFuture: Long,
    pollFunc: (Long, UniffiRustFutureContinuationCallback, Long) -> Unit,
    completeFunc: (Long, UniffiRustCallStatus) -> F,
    freeFunc: (Long) -> Unit,
    liftFunc: (F) -> T,
    errorHandler: UniffiRustCallStatusErrorHandler<E>
): T {
    try {
        do {
            val pollResult = suspendCancellableCoroutine<Byte> { continuation ->
                pollFunc(
                    rustFuture,
                    uniffiRustFutureContinuationCallbackImpl,
                    uniffiContinuationHandleMap.insert(continuation)
                )
            }
        } while (pollResult != UNIFFI_RUST_FUTURE_POLL_READY);

        return liftFunc(
            uniffiRustCallWithError(errorHandler, { status -> completeFunc(rustFuture, status) })
        )
    } finally {
        freeFunc(rustFuture)
    }
}

// Public interface members begin here.


// Interface implemented by anything that can contain an object reference.
//
// Such types expose a `destroy()` method that must be called to cleanly
// dispose of the contained objects. Failure to call this method may result
// in memory leaks.
//
// The easiest way to ensure this method is called is to use the `.use`
// helper method to execute a block and destroy the object at the end.
interface Disposable {
    fun destroy()
    companion object {
        fun destroy(vararg args: Any?) {
            for (arg in args) {
                when (arg) {
                    is Disposable -> arg.destroy()
                    is ArrayList<*> -> {
                        for (idx in arg.indices) {
                            val element = arg[idx]
                            if (element is Disposable) {
                                element.destroy()
                            }
                        }
                    }
                    is Map<*, *> -> {
                        for (element in arg.values) {
                            if (element is Disposable) {
                                element.destroy()
                            }
                        }
                    }
                    is Iterable<*> -> {
                        for (element in arg) {
                            if (element is Disposable) {
                                element.destroy()
                            }
                        }
                    }
                }
            }
        }
    }
}

/**
 * @suppress
 */
inline fun <T : Disposable?, R> T.use(block: (T) -> R) =
    try {
        block(this)
    } finally {
        try {
            // N.B. our implementation is on the nullable type `Disposable?`.
            this?.destroy()
        } catch (e: Throwable) {
            // swallow
        }
    }

/**
 * Placeholder object used to signal that we're constructing an interface with a FFI handle.
 *
 * This is the first argument for interface constructors that input a raw handle. It exists is that
 * so we can avoid signature conflicts when an interface has a regular constructor than inputs a
 * Long.
 *
 * @suppress
 * */
object UniffiWithHandle

/**
 * Used to instantiate an interface without an actual pointer, for fakes in tests, mostly.
 *
 * @suppress
 * */
object NoHandle
/**
 * The cleaner interface for Object finalization code to run.
 * This is the entry point to any implementation that we're using.
 *
 * The cleaner registers objects and returns cleanables, so now we are
 * defining a `UniffiCleaner` with a `UniffiClenaer.Cleanable` to abstract the
 * different implmentations available at compile time.
 *
 * @suppress
 */
interface UniffiCleaner {
    interface Cleanable {
        fun clean()
    }

    fun register(value: Any, cleanUpTask: Runnable): UniffiCleaner.Cleanable

    companion object
}

// The fallback Jna cleaner, which is available for both Android, and the JVM.
private class UniffiJnaCleaner : UniffiCleaner {
    private val cleaner = com.sun.jna.internal.Cleaner.getCleaner()

    override fun register(value: Any, cleanUpTask: Runnable): UniffiCleaner.Cleanable =
        UniffiJnaCleanable(cleaner.register(value, cleanUpTask))
}

private class UniffiJnaCleanable(
    private val cleanable: com.sun.jna.internal.Cleaner.Cleanable,
) : UniffiCleaner.Cleanable {
    override fun clean() = cleanable.clean()
}


// We decide at uniffi binding generation time whether we were
// using Android or not.
// There are further runtime checks to chose the correct implementation
// of the cleaner.
private fun UniffiCleaner.Companion.create(): UniffiCleaner =
    try {
        // For safety's sake: if the library hasn't been run in android_cleaner = true
        // mode, but is being run on Android, then we still need to think about
        // Android API versions.
        // So we check if java.lang.ref.Cleaner is there, and use that…
        java.lang.Class.forName("java.lang.ref.Cleaner")
        JavaLangRefCleaner()
    } catch (e: ClassNotFoundException) {
        // … otherwise, fallback to the JNA cleaner.
        UniffiJnaCleaner()
    }

private class JavaLangRefCleaner : UniffiCleaner {
    val cleaner = java.lang.ref.Cleaner.create()

    override fun register(value: Any, cleanUpTask: Runnable): UniffiCleaner.Cleanable =
        JavaLangRefCleanable(cleaner.register(value, cleanUpTask))
}

private class JavaLangRefCleanable(
    val cleanable: java.lang.ref.Cleaner.Cleanable
) : UniffiCleaner.Cleanable {
    override fun clean() = cleanable.clean()
}

/**
 * @suppress
 */
public object FfiConverterLong: FfiConverter<Long, Long> {
    override fun lift(value: Long): Long {
        return value
    }

    override fun read(buf: ByteBuffer): Long {
        return buf.getLong()
    }

    override fun lower(value: Long): Long {
        return value
    }

    override fun allocationSize(value: Long) = 8UL

    override fun write(value: Long, buf: ByteBuffer) {
        buf.putLong(value)
    }
}

/**
 * @suppress
 */
public object FfiConverterString: FfiConverter<String, RustBuffer.ByValue> {
    // Note: we don't inherit from FfiConverterRustBuffer, because we use a
    // special encoding when lowering/lifting.  We can use `RustBuffer.len` to
    // store our length and avoid writing it out to the buffer.
    override fun lift(value: RustBuffer.ByValue): String {
        try {
            val byteArr = ByteArray(value.len.toInt())
            value.asByteBuffer()!!.get(byteArr)
            return byteArr.toString(Charsets.UTF_8)
        } finally {
            RustBuffer.free(value)
        }
    }

    override fun read(buf: ByteBuffer): String {
        val len = buf.getInt()
        val byteArr = ByteArray(len)
        buf.get(byteArr)
        return byteArr.toString(Charsets.UTF_8)
    }

    fun toUtf8(value: String): ByteBuffer {
        // Make sure we don't have invalid UTF-16, check for lone surrogates.
        return Charsets.UTF_8.newEncoder().run {
            onMalformedInput(CodingErrorAction.REPORT)
            encode(CharBuffer.wrap(value))
        }
    }

    override fun lower(value: String): RustBuffer.ByValue {
        val byteBuf = toUtf8(value)
        // Ideally we'd pass these bytes to `ffi_bytebuffer_from_bytes`, but doing so would require us
        // to copy them into a JNA `Memory`. So we might as well directly copy them into a `RustBuffer`.
        val rbuf = RustBuffer.alloc(byteBuf.limit().toULong())
        rbuf.asByteBuffer()!!.put(byteBuf)
        return rbuf
    }

    // We aren't sure exactly how many bytes our string will be once it's UTF-8
    // encoded.  Allocate 3 bytes per UTF-16 code unit which will always be
    // enough.
    override fun allocationSize(value: String): ULong {
        val sizeForLength = 4UL
        val sizeForString = value.length.toULong() * 3UL
        return sizeForLength + sizeForString
    }

    override fun write(value: String, buf: ByteBuffer) {
        val byteBuf = toUtf8(value)
        buf.putInt(byteBuf.limit())
        buf.put(byteBuf)
    }
}

/**
 * @suppress
 */
public object FfiConverterByteArray: FfiConverterRustBuffer<ByteArray> {
    override fun read(buf: ByteBuffer): ByteArray {
        val len = buf.getInt()
        val byteArr = ByteArray(len)
        buf.get(byteArr)
        return byteArr
    }
    override fun allocationSize(value: ByteArray): ULong {
        return 4UL + value.size.toULong()
    }
    override fun write(value: ByteArray, buf: ByteBuffer) {
        buf.putInt(value.size)
        buf.put(value)
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * An engine, as other languages see it.
 */
public interface RawEngineInterface {

    /**
     * Lets time pass, by hand, and returns the new time.
     */
    fun `advance`(`byMs`: kotlin.Long): kotlin.Long

    /**
     * Copies everything durable into an empty or absent folder. Blocks for as long as that takes.
     */
    fun `backup`(`path`: kotlin.String)

    /**
     * Asks, and waits on this thread until the answer may be seen: for languages whose threads wait for nothing else.
     */
    fun `call`(`request`: kotlin.ByteArray): kotlin.ByteArray

    /**
     * The same of many things, one after the other; each has its length ahead, and so has each answer.
     */
    fun `callAll`(`requests`: kotlin.ByteArray): kotlin.ByteArray

    /**
     * Forgets all remembered idempotency answers.
     */
    fun `clearIdempotency`()

    /**
     * Fetches answers, each behind its number and its length; waits for the first, at most so long. Nothing after the
     * last answer of a closed engine.
     */
    fun `drain`(`timeoutMs`: kotlin.Long): kotlin.ByteArray?

    /**
     * Asks, as a future.
     */
    suspend fun `execute`(`request`: kotlin.ByteArray): kotlin.ByteArray

    /**
     * Looks at what needs no waiting.
     */
    fun `read`(`read`: kotlin.ByteArray): kotlin.ByteArray

    /**
     * The number under which [`crate::crossing`] finds this engine.
     */
    fun `register`(): kotlin.Long

    /**
     * Writes and syncs what was taken, ends the engine's threads, and lets its memory go. Answers that wait can still
     * be fetched. Closing twice is the same as closing once.
     */
    fun `shutDown`()

    /**
     * Takes a snapshot, and returns the position that it holds. Blocks for as long as that takes.
     */
    fun `snapshot`(): kotlin.Long

    /**
     * Takes no more writes, syncs what was taken, and answers every caller that waits. Reads go on until it is shut down.
     */
    fun `stop`()

    /**
     * Asks. The answer, if it is known at once; if not, it comes out of [`RawEngine::drain`] as number `tag`.
     */
    fun `submit`(`tag`: kotlin.Long, `request`: kotlin.ByteArray): kotlin.ByteArray?

    /**
     * Asks many things, one after the other; number *i* is `first_tag + i`. Each request has its length ahead, and so
     * has each answer: -1 where it comes later.
     */
    fun `submitAll`(`firstTag`: kotlin.Long, `requests`: kotlin.ByteArray): kotlin.ByteArray

    /**
     * Does everything that is due, and returns how many timers fired. With time by hand, time works only here.
     */
    fun `turn`(): kotlin.Long

    /**
     * A reader of updates behind `from`; absent for what is new from now on.
     */
    fun `updates`(`from`: kotlin.Long?): RawUpdates

    companion object
}

/**
 * An engine, as other languages see it.
 */
open class RawEngine: Disposable, AutoCloseable, RawEngineInterface
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawengine(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawengine(handle, status)
        }
    }


    /**
     * Lets time pass, by hand, and returns the new time.
     */
    @Throws(RawJobException::class)override fun `advance`(`byMs`: kotlin.Long): kotlin.Long {
            return FfiConverterLong.lift(
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_advance(
        it,

        FfiConverterLong.lower(`byMs`),_status)
}
    }
    )
    }



    /**
     * Copies everything durable into an empty or absent folder. Blocks for as long as that takes.
     */
    @Throws(RawJobException::class)override fun `backup`(`path`: kotlin.String)
        =
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_backup(
        it,

        FfiConverterString.lower(`path`),_status)
}
    }




    /**
     * Asks, and waits on this thread until the answer may be seen: for languages whose threads wait for nothing else.
     */
    @Throws(RawRequestException::class)override fun `call`(`request`: kotlin.ByteArray): kotlin.ByteArray {
            return FfiConverterByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawRequestException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call(
        it,

        FfiConverterByteArray.lower(`request`),_status)
}
    }
    )
    }



    /**
     * The same of many things, one after the other; each has its length ahead, and so has each answer.
     */
    @Throws(RawRequestException::class)override fun `callAll`(`requests`: kotlin.ByteArray): kotlin.ByteArray {
            return FfiConverterByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawRequestException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_call_all(
        it,

        FfiConverterByteArray.lower(`requests`),_status)
}
    }
    )
    }



    /**
     * Forgets all remembered idempotency answers.
     */
    @Throws(RawJobException::class)override fun `clearIdempotency`()
        =
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_clear_idempotency(
        it,
        _status)
}
    }




    /**
     * Fetches answers, each behind its number and its length; waits for the first, at most so long. Nothing after the
     * last answer of a closed engine.
     */override fun `drain`(`timeoutMs`: kotlin.Long): kotlin.ByteArray? {
            return FfiConverterOptionalByteArray.lift(
    callWithHandle {
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_drain(
        it,

        FfiConverterLong.lower(`timeoutMs`),_status)
}
    }
    )
    }



    /**
     * Asks, as a future.
     */
    @Throws(RawRequestException::class)
    @Suppress("ASSIGNED_BUT_NEVER_ACCESSED_VARIABLE")
    override suspend fun `execute`(`request`: kotlin.ByteArray) : kotlin.ByteArray {
        return uniffiRustCallAsync(
        callWithHandle { uniffiHandle ->
            UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_execute(
                uniffiHandle,

        FfiConverterByteArray.lower(`request`),
            )
        },
        { future, callback, continuation -> UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer(future, callback, continuation) },
        { future, continuation -> UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer(future, continuation) },
        { future -> UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_rust_buffer(future) },
        // lift function
        { FfiConverterByteArray.lift(it) },
        // Error FFI converter
        RawRequestException.ErrorHandler,
    )
    }


    /**
     * Looks at what needs no waiting.
     */
    @Throws(RawRequestException::class)override fun `read`(`read`: kotlin.ByteArray): kotlin.ByteArray {
            return FfiConverterByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawRequestException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_read(
        it,

        FfiConverterByteArray.lower(`read`),_status)
}
    }
    )
    }



    /**
     * The number under which [`crate::crossing`] finds this engine.
     */override fun `register`(): kotlin.Long {
            return FfiConverterLong.lift(
    callWithHandle {
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_register(
        it,
        _status)
}
    }
    )
    }



    /**
     * Writes and syncs what was taken, ends the engine's threads, and lets its memory go. Answers that wait can still
     * be fetched. Closing twice is the same as closing once.
     */
    @Throws(RawJobException::class)override fun `shutDown`()
        =
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_shut_down(
        it,
        _status)
}
    }




    /**
     * Takes a snapshot, and returns the position that it holds. Blocks for as long as that takes.
     */
    @Throws(RawJobException::class)override fun `snapshot`(): kotlin.Long {
            return FfiConverterLong.lift(
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_snapshot(
        it,
        _status)
}
    }
    )
    }



    /**
     * Takes no more writes, syncs what was taken, and answers every caller that waits. Reads go on until it is shut down.
     */
    @Throws(RawJobException::class)override fun `stop`()
        =
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_stop(
        it,
        _status)
}
    }




    /**
     * Asks. The answer, if it is known at once; if not, it comes out of [`RawEngine::drain`] as number `tag`.
     */
    @Throws(RawRequestException::class)override fun `submit`(`tag`: kotlin.Long, `request`: kotlin.ByteArray): kotlin.ByteArray? {
            return FfiConverterOptionalByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawRequestException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit(
        it,

        FfiConverterLong.lower(`tag`),
        FfiConverterByteArray.lower(`request`),_status)
}
    }
    )
    }



    /**
     * Asks many things, one after the other; number *i* is `first_tag + i`. Each request has its length ahead, and so
     * has each answer: -1 where it comes later.
     */
    @Throws(RawRequestException::class)override fun `submitAll`(`firstTag`: kotlin.Long, `requests`: kotlin.ByteArray): kotlin.ByteArray {
            return FfiConverterByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawRequestException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_submit_all(
        it,

        FfiConverterLong.lower(`firstTag`),
        FfiConverterByteArray.lower(`requests`),_status)
}
    }
    )
    }



    /**
     * Does everything that is due, and returns how many timers fired. With time by hand, time works only here.
     */
    @Throws(RawJobException::class)override fun `turn`(): kotlin.Long {
            return FfiConverterLong.lift(
    callWithHandle {
    uniffiRustCallWithError(RawJobException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_turn(
        it,
        _status)
}
    }
    )
    }



    /**
     * A reader of updates behind `from`; absent for what is new from now on.
     */
    @Throws(RawUpdatesLost::class)override fun `updates`(`from`: kotlin.Long?): RawUpdates {
            return FfiConverterTypeRawUpdates.lift(
    callWithHandle {
    uniffiRustCallWithError(RawUpdatesLost) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawengine_updates(
        it,

        FfiConverterOptionalLong.lower(`from`),_status)
}
    }
    )
    }








    companion object {

    /**
     * An engine without a folder.
     */
    @Throws(RawOpenException::class) fun `inMemory`(`options`: kotlin.ByteArray): RawEngine {
            return FfiConverterTypeRawEngine.lift(
    uniffiRustCallWithError(RawOpenException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_in_memory(


        FfiConverterByteArray.lower(`options`),_status)
}
    )
    }



    /**
     * Opens the data folder at `path`, or makes one there.
     */
    @Throws(RawOpenException::class) fun `open`(`path`: kotlin.String, `options`: kotlin.ByteArray): RawEngine {
            return FfiConverterTypeRawEngine.lift(
    uniffiRustCallWithError(RawOpenException) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_constructor_rawengine_open(


        FfiConverterString.lower(`path`),
        FfiConverterByteArray.lower(`options`),_status)
}
    )
    }



    }

}


/**
 * @suppress
 */
public object FfiConverterTypeRawEngine: FfiConverter<RawEngine, Long> {
    override fun lower(value: RawEngine): Long {
        return value.uniffiCloneHandle()
    }

    override fun lift(value: Long): RawEngine {
        return RawEngine(UniffiWithHandle, value)
    }

    override fun read(buf: ByteBuffer): RawEngine {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: RawEngine) = 8UL

    override fun write(value: RawEngine, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}


// This template implements a class for working with a Rust struct via a handle
// to the live Rust struct on the other side of the FFI.
//
// There's some subtlety here, because we have to be careful not to operate on a Rust
// struct after it has been dropped, and because we must expose a public API for freeing
// theq Kotlin wrapper object in lieu of reliable finalizers. The core requirements are:
//
//   * Each instance holds an opaque handle to the underlying Rust struct.
//     Method calls need to read this handle from the object's state and pass it in to
//     the Rust FFI.
//
//   * When an instance is no longer needed, its handle should be passed to a
//     special destructor function provided by the Rust FFI, which will drop the
//     underlying Rust struct.
//
//   * Given an instance, calling code is expected to call the special
//     `destroy` method in order to free it after use, either by calling it explicitly
//     or by using a higher-level helper like the `use` method. Failing to do so risks
//     leaking the underlying Rust struct.
//
//   * We can't assume that calling code will do the right thing, and must be prepared
//     to handle Kotlin method calls executing concurrently with or even after a call to
//     `destroy`, and to handle multiple (possibly concurrent!) calls to `destroy`.
//
//   * We must never allow Rust code to operate on the underlying Rust struct after
//     the destructor has been called, and must never call the destructor more than once.
//     Doing so may trigger memory unsafety.
//
//   * To mitigate many of the risks of leaking memory and use-after-free unsafety, a `Cleaner`
//     is implemented to call the destructor when the Kotlin object becomes unreachable.
//     This is done in a background thread. This is not a panacea, and client code should be aware that
//      1. the thread may starve if some there are objects that have poorly performing
//     `drop` methods or do significant work in their `drop` methods.
//      2. the thread is shared across the whole library. This can be tuned by using `android_cleaner = true`,
//         or `android = true` in the [`kotlin` section of the `uniffi.toml` file](https://mozilla.github.io/uniffi-rs/kotlin/configuration.html).
//
// If we try to implement this with mutual exclusion on access to the handle, there is the
// possibility of a race between a method call and a concurrent call to `destroy`:
//
//    * Thread A starts a method call, reads the value of the handle, but is interrupted
//      before it can pass the handle over the FFI to Rust.
//    * Thread B calls `destroy` and frees the underlying Rust struct.
//    * Thread A resumes, passing the already-read handle value to Rust and triggering
//      a use-after-free.
//
// One possible solution would be to use a `ReadWriteLock`, with each method call taking
// a read lock (and thus allowed to run concurrently) and the special `destroy` method
// taking a write lock (and thus blocking on live method calls). However, we aim not to
// generate methods with any hidden blocking semantics, and a `destroy` method that might
// block if called incorrectly seems to meet that bar.
//
// So, we achieve our goals by giving each instance an associated `AtomicLong` counter to track
// the number of in-flight method calls, and an `AtomicBoolean` flag to indicate whether `destroy`
// has been called. These are updated according to the following rules:
//
//    * The initial value of the counter is 1, indicating a live object with no in-flight calls.
//      The initial value for the flag is false.
//
//    * At the start of each method call, we atomically check the counter.
//      If it is 0 then the underlying Rust struct has already been destroyed and the call is aborted.
//      If it is nonzero them we atomically increment it by 1 and proceed with the method call.
//
//    * At the end of each method call, we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
//    * When `destroy` is called, we atomically flip the flag from false to true.
//      If the flag was already true we silently fail.
//      Otherwise we atomically decrement and check the counter.
//      If it has reached zero then we destroy the underlying Rust struct.
//
// Astute readers may observe that this all sounds very similar to the way that Rust's `Arc<T>` works,
// and indeed it is, with the addition of a flag to guard against multiple calls to `destroy`.
//
// The overall effect is that the underlying Rust struct is destroyed only when `destroy` has been
// called *and* all in-flight method calls have completed, avoiding violating any of the expectations
// of the underlying Rust code.
//
// This makes a cleaner a better alternative to _not_ calling `destroy()` as
// and when the object is finished with, but the abstraction is not perfect: if the Rust object's `drop`
// method is slow, and/or there are many objects to cleanup, and it's on a low end Android device, then the cleaner
// thread may be starved, and the app will leak memory.
//
// In this case, `destroy`ing manually may be a better solution.
//
// The cleaner can live side by side with the manual calling of `destroy`. In the order of responsiveness, uniffi objects
// with Rust peers are reclaimed:
//
// 1. By calling the `destroy` method of the object, which calls `rustObject.free()`. If that doesn't happen:
// 2. When the object becomes unreachable, AND the Cleaner thread gets to call `rustObject.free()`. If the thread is starved then:
// 3. The memory is reclaimed when the process terminates.
//
// [1] https://stackoverflow.com/questions/24376768/can-java-finalize-an-object-when-it-is-still-in-scope/24380219
//


/**
 * A follower of updates, for one reader at a time.
 */
public interface RawUpdatesInterface {

    /**
     * The next updates, one at least; some hundreds at most.
     */
    suspend fun `next`(): kotlin.ByteArray

    /**
     * Where the last update that was read ends.
     */
    fun `position`(): kotlin.Long

    /**
     * The updates that are there now, some hundreds at most; none if there are none.
     */
    fun `ready`(): kotlin.ByteArray

    /**
     * As [`RawUpdates::next`], for a thread that waits itself, at most so long; none if none came.
     */
    fun `wait`(`timeoutMs`: kotlin.Long): kotlin.ByteArray

    companion object
}

/**
 * A follower of updates, for one reader at a time.
 */
open class RawUpdates: Disposable, AutoCloseable, RawUpdatesInterface
{

    @Suppress("UNUSED_PARAMETER")
    /**
     * @suppress
     */
    constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
        this.cleanable = UniffiLib.CLEANER.register(this, UniffiCleanAction(handle))
    }

    /**
     * @suppress
     *
     * This constructor can be used to instantiate a fake object. Only used for tests. Any
     * attempt to actually use an object constructed this way will fail as there is no
     * connected Rust object.
     */
    @Suppress("UNUSED_PARAMETER")
    constructor(noHandle: NoHandle) {
        this.handle = 0
        this.cleanable = null
    }

    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?

    private val wasDestroyed = AtomicBoolean(false)
    private val callCounter = AtomicLong(1)

    /**
     * Whether the current object has been destroyed and its reference is gone in the Rust side.
     */
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()

    override fun destroy() {
        // Only allow a single call to this method.
        // TODO: maybe we should log a warning if called more than once?
        if (this.wasDestroyed.compareAndSet(false, true)) {
            // This decrement always matches the initial count of 1 given at creation time.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    @Synchronized
    override fun close() {
        this.destroy()
    }

    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
        // Check and increment the call counter, to keep the object alive.
        // This needs a compare-and-set retry loop in case of concurrent updates.
        do {
            val c = this.callCounter.get()
            if (c == 0L) {
                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")
            }
            if (c == Long.MAX_VALUE) {
                throw IllegalStateException("${this.javaClass.simpleName} call counter would overflow")
            }
        } while (! this.callCounter.compareAndSet(c, c + 1L))
        // Now we can safely do the method call without the handle being freed concurrently.
        try {
            return block(this.uniffiCloneHandle())
        } finally {
            // This decrement always matches the increment we performed above.
            if (this.callCounter.decrementAndGet() == 0L) {
                cleanable?.clean()
            }
        }
    }

    // Use a static inner class instead of a closure so as not to accidentally
    // capture `this` as part of the cleanable's action.
    private class UniffiCleanAction(private val handle: Long) : Runnable {
        override fun run() {
            if (handle == 0.toLong()) {
                // Fake object created with `NoHandle`, don't try to free.
                return;
            }
            uniffiRustCall { status ->
                UniffiLib.uniffi_tacos_engine_uniffi_fn_free_rawupdates(handle, status)
            }
        }
    }

    /**
     * @suppress
     */
    fun uniffiCloneHandle(): Long {
        if (handle == 0.toLong()) {
            throw InternalException("uniffiCloneHandle() called on NoHandle object");
        }
        return uniffiRustCall() { status ->
            UniffiLib.uniffi_tacos_engine_uniffi_fn_clone_rawupdates(handle, status)
        }
    }


    /**
     * The next updates, one at least; some hundreds at most.
     */
    @Throws(RawUpdatesLost::class)
    @Suppress("ASSIGNED_BUT_NEVER_ACCESSED_VARIABLE")
    override suspend fun `next`() : kotlin.ByteArray {
        return uniffiRustCallAsync(
        callWithHandle { uniffiHandle ->
            UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_next(
                uniffiHandle,

            )
        },
        { future, callback, continuation -> UniffiLib.ffi_tacos_engine_uniffi_rust_future_poll_rust_buffer(future, callback, continuation) },
        { future, continuation -> UniffiLib.ffi_tacos_engine_uniffi_rust_future_complete_rust_buffer(future, continuation) },
        { future -> UniffiLib.ffi_tacos_engine_uniffi_rust_future_free_rust_buffer(future) },
        // lift function
        { FfiConverterByteArray.lift(it) },
        // Error FFI converter
        RawUpdatesLost.ErrorHandler,
    )
    }


    /**
     * Where the last update that was read ends.
     */override fun `position`(): kotlin.Long {
            return FfiConverterLong.lift(
    callWithHandle {
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_position(
        it,
        _status)
}
    }
    )
    }



    /**
     * The updates that are there now, some hundreds at most; none if there are none.
     */
    @Throws(RawUpdatesLost::class)override fun `ready`(): kotlin.ByteArray {
            return FfiConverterByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawUpdatesLost) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_ready(
        it,
        _status)
}
    }
    )
    }



    /**
     * As [`RawUpdates::next`], for a thread that waits itself, at most so long; none if none came.
     */
    @Throws(RawUpdatesLost::class)override fun `wait`(`timeoutMs`: kotlin.Long): kotlin.ByteArray {
            return FfiConverterByteArray.lift(
    callWithHandle {
    uniffiRustCallWithError(RawUpdatesLost) { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_method_rawupdates_wait(
        it,

        FfiConverterLong.lower(`timeoutMs`),_status)
}
    }
    )
    }









    /**
     * @suppress
     */
    companion object

}


/**
 * @suppress
 */
public object FfiConverterTypeRawUpdates: FfiConverter<RawUpdates, Long> {
    override fun lower(value: RawUpdates): Long {
        return value.uniffiCloneHandle()
    }

    override fun lift(value: Long): RawUpdates {
        return RawUpdates(UniffiWithHandle, value)
    }

    override fun read(buf: ByteBuffer): RawUpdates {
        return lift(buf.getLong())
    }

    override fun allocationSize(value: RawUpdates) = 8UL

    override fun write(value: RawUpdates, buf: ByteBuffer) {
        buf.putLong(lower(value))
    }
}



/**
 * A setting that cannot be used.
 */
data class RawProblem (
    /**
     * Which.
     */
    val `field`: kotlin.String
    ,
    /**
     * Why, for a person.
     */
    val `reason`: kotlin.String
    ,
    /**
     * What was given; empty where that would not help.
     */
    val `value`: kotlin.String

){





    companion object
}

/**
 * @suppress
 */
public object FfiConverterTypeRawProblem: FfiConverterRustBuffer<RawProblem> {
    override fun read(buf: ByteBuffer): RawProblem {
        return RawProblem(
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
            FfiConverterString.read(buf),
        )
    }

    override fun allocationSize(value: RawProblem) = (
            FfiConverterString.allocationSize(value.`field`) +
            FfiConverterString.allocationSize(value.`reason`) +
            FfiConverterString.allocationSize(value.`value`)
    )

    override fun write(value: RawProblem, buf: ByteBuffer) {
            FfiConverterString.write(value.`field`, buf)
            FfiConverterString.write(value.`reason`, buf)
            FfiConverterString.write(value.`value`, buf)
    }
}





/**
 * Why a maintenance job was not done.
 */
sealed class RawJobException: kotlin.Exception() {

    /**
     * The engine is closed.
     */
    class Closed(
        ) : RawJobException() {
        override val message
            get() = ""
    }

    /**
     * The engine is in memory: it has no folder.
     */
    class NoFolder(
        ) : RawJobException() {
        override val message
            get() = ""
    }

    /**
     * Another snapshot is being taken.
     */
    class Busy(
        ) : RawJobException() {
        override val message
            get() = ""
    }

    /**
     * Time moves by itself here; or an argument is wrong.
     */
    class Misused(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawJobException() {
        override val message
            get() = "text=${ `text` }"
    }

    /**
     * Reading or writing failed, or the journal takes no more writes.
     */
    class Failed(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawJobException() {
        override val message
            get() = "text=${ `text` }"
    }





    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<RawJobException> {
        override fun lift(error_buf: RustBuffer.ByValue): RawJobException = FfiConverterTypeRawJobError.lift(error_buf)
    }


}

/**
 * @suppress
 */
public object FfiConverterTypeRawJobError : FfiConverterRustBuffer<RawJobException> {
    override fun read(buf: ByteBuffer): RawJobException {


        return when(buf.getInt()) {
            1 -> RawJobException.Closed()
            2 -> RawJobException.NoFolder()
            3 -> RawJobException.Busy()
            4 -> RawJobException.Misused(
                FfiConverterString.read(buf),
                )
            5 -> RawJobException.Failed(
                FfiConverterString.read(buf),
                )
            else -> throw RuntimeException("invalid error enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: RawJobException): ULong {
        return when(value) {
            is RawJobException.Closed -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
            )
            is RawJobException.NoFolder -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
            )
            is RawJobException.Busy -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
            )
            is RawJobException.Misused -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
            is RawJobException.Failed -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
        }
    }

    override fun write(value: RawJobException, buf: ByteBuffer) {
        when(value) {
            is RawJobException.Closed -> {
                buf.putInt(1)
                Unit
            }
            is RawJobException.NoFolder -> {
                buf.putInt(2)
                Unit
            }
            is RawJobException.Busy -> {
                buf.putInt(3)
                Unit
            }
            is RawJobException.Misused -> {
                buf.putInt(4)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
            is RawJobException.Failed -> {
                buf.putInt(5)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }

}





/**
 * Why an engine could not be opened. Nothing on disk was changed.
 */
sealed class RawOpenException: kotlin.Exception() {

    /**
     * Settings that cannot be used.
     */
    class Config(

        /**
         * Each of them.
         */
        val `problems`: List<RawProblem>
        ) : RawOpenException() {
        override val message
            get() = "problems=${ `problems` }"
    }

    /**
     * Another process or engine has the folder.
     */
    class Locked(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawOpenException() {
        override val message
            get() = "text=${ `text` }"
    }

    /**
     * The folder is damaged, foreign, or of a later version.
     */
    class Journal(

        /**
         * For a person; says what to do.
         */
        val `text`: kotlin.String
        ) : RawOpenException() {
        override val message
            get() = "text=${ `text` }"
    }

    /**
     * The operating system refused.
     */
    class System(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawOpenException() {
        override val message
            get() = "text=${ `text` }"
    }

    /**
     * Bytes that are no settings: the two sides do not fit, which is a bug.
     */
    class Malformed(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawOpenException() {
        override val message
            get() = "text=${ `text` }"
    }





    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<RawOpenException> {
        override fun lift(error_buf: RustBuffer.ByValue): RawOpenException = FfiConverterTypeRawOpenError.lift(error_buf)
    }


}

/**
 * @suppress
 */
public object FfiConverterTypeRawOpenError : FfiConverterRustBuffer<RawOpenException> {
    override fun read(buf: ByteBuffer): RawOpenException {


        return when(buf.getInt()) {
            1 -> RawOpenException.Config(
                FfiConverterSequenceTypeRawProblem.read(buf),
                )
            2 -> RawOpenException.Locked(
                FfiConverterString.read(buf),
                )
            3 -> RawOpenException.Journal(
                FfiConverterString.read(buf),
                )
            4 -> RawOpenException.System(
                FfiConverterString.read(buf),
                )
            5 -> RawOpenException.Malformed(
                FfiConverterString.read(buf),
                )
            else -> throw RuntimeException("invalid error enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: RawOpenException): ULong {
        return when(value) {
            is RawOpenException.Config -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterSequenceTypeRawProblem.allocationSize(value.`problems`)
            )
            is RawOpenException.Locked -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
            is RawOpenException.Journal -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
            is RawOpenException.System -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
            is RawOpenException.Malformed -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
        }
    }

    override fun write(value: RawOpenException, buf: ByteBuffer) {
        when(value) {
            is RawOpenException.Config -> {
                buf.putInt(1)
                FfiConverterSequenceTypeRawProblem.write(value.`problems`, buf)
                Unit
            }
            is RawOpenException.Locked -> {
                buf.putInt(2)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
            is RawOpenException.Journal -> {
                buf.putInt(3)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
            is RawOpenException.System -> {
                buf.putInt(4)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
            is RawOpenException.Malformed -> {
                buf.putInt(5)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }

}





/**
 * Bytes that are no request: the two sides do not fit, which is a bug.
 */
sealed class RawRequestException: kotlin.Exception() {

    /**
     * What is wrong with them.
     */
    class Malformed(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawRequestException() {
        override val message
            get() = "text=${ `text` }"
    }





    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<RawRequestException> {
        override fun lift(error_buf: RustBuffer.ByValue): RawRequestException = FfiConverterTypeRawRequestError.lift(error_buf)
    }


}

/**
 * @suppress
 */
public object FfiConverterTypeRawRequestError : FfiConverterRustBuffer<RawRequestException> {
    override fun read(buf: ByteBuffer): RawRequestException {


        return when(buf.getInt()) {
            1 -> RawRequestException.Malformed(
                FfiConverterString.read(buf),
                )
            else -> throw RuntimeException("invalid error enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: RawRequestException): ULong {
        return when(value) {
            is RawRequestException.Malformed -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
        }
    }

    override fun write(value: RawRequestException, buf: ByteBuffer) {
        when(value) {
            is RawRequestException.Malformed -> {
                buf.putInt(1)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }

}





/**
 * Why a follower cannot go on.
 */
sealed class RawUpdatesLost: kotlin.Exception() {

    /**
     * What comes next is no longer kept.
     */
    class Gone(

        /**
         * The oldest position from which can be read.
         */
        val `oldest`: kotlin.Long
        ) : RawUpdatesLost() {
        override val message
            get() = "oldest=${ `oldest` }"
    }

    /**
     * No update ends here, or it is not durable yet.
     */
    class NotAPosition(

        /**
         * The position asked for.
         */
        val `position`: kotlin.Long
        ) : RawUpdatesLost() {
        override val message
            get() = "position=${ `position` }"
    }

    /**
     * The journal could not be read.
     */
    class Journal(

        /**
         * For a person.
         */
        val `text`: kotlin.String
        ) : RawUpdatesLost() {
        override val message
            get() = "text=${ `text` }"
    }

    /**
     * The engine is closed, and everything was read.
     */
    class Closed(
        ) : RawUpdatesLost() {
        override val message
            get() = ""
    }

    /**
     * Another caller waits with this follower.
     */
    class Busy(
        ) : RawUpdatesLost() {
        override val message
            get() = ""
    }





    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<RawUpdatesLost> {
        override fun lift(error_buf: RustBuffer.ByValue): RawUpdatesLost = FfiConverterTypeRawUpdatesLost.lift(error_buf)
    }


}

/**
 * @suppress
 */
public object FfiConverterTypeRawUpdatesLost : FfiConverterRustBuffer<RawUpdatesLost> {
    override fun read(buf: ByteBuffer): RawUpdatesLost {


        return when(buf.getInt()) {
            1 -> RawUpdatesLost.Gone(
                FfiConverterLong.read(buf),
                )
            2 -> RawUpdatesLost.NotAPosition(
                FfiConverterLong.read(buf),
                )
            3 -> RawUpdatesLost.Journal(
                FfiConverterString.read(buf),
                )
            4 -> RawUpdatesLost.Closed()
            5 -> RawUpdatesLost.Busy()
            else -> throw RuntimeException("invalid error enum value, something is very wrong!!")
        }
    }

    override fun allocationSize(value: RawUpdatesLost): ULong {
        return when(value) {
            is RawUpdatesLost.Gone -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterLong.allocationSize(value.`oldest`)
            )
            is RawUpdatesLost.NotAPosition -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterLong.allocationSize(value.`position`)
            )
            is RawUpdatesLost.Journal -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
                + FfiConverterString.allocationSize(value.`text`)
            )
            is RawUpdatesLost.Closed -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
            )
            is RawUpdatesLost.Busy -> (
                // Add the size for the Int that specifies the variant plus the size needed for all fields
                4UL
            )
        }
    }

    override fun write(value: RawUpdatesLost, buf: ByteBuffer) {
        when(value) {
            is RawUpdatesLost.Gone -> {
                buf.putInt(1)
                FfiConverterLong.write(value.`oldest`, buf)
                Unit
            }
            is RawUpdatesLost.NotAPosition -> {
                buf.putInt(2)
                FfiConverterLong.write(value.`position`, buf)
                Unit
            }
            is RawUpdatesLost.Journal -> {
                buf.putInt(3)
                FfiConverterString.write(value.`text`, buf)
                Unit
            }
            is RawUpdatesLost.Closed -> {
                buf.putInt(4)
                Unit
            }
            is RawUpdatesLost.Busy -> {
                buf.putInt(5)
                Unit
            }
        }.let { /* this makes the `when` an expression, which ensures it is exhaustive */ }
    }

}




/**
 * @suppress
 */
public object FfiConverterOptionalLong: FfiConverterRustBuffer<kotlin.Long?> {
    override fun read(buf: ByteBuffer): kotlin.Long? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterLong.read(buf)
    }

    override fun allocationSize(value: kotlin.Long?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterLong.allocationSize(value)
        }
    }

    override fun write(value: kotlin.Long?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterLong.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
public object FfiConverterOptionalByteArray: FfiConverterRustBuffer<kotlin.ByteArray?> {
    override fun read(buf: ByteBuffer): kotlin.ByteArray? {
        if (buf.get().toInt() == 0) {
            return null
        }
        return FfiConverterByteArray.read(buf)
    }

    override fun allocationSize(value: kotlin.ByteArray?): ULong {
        if (value == null) {
            return 1UL
        } else {
            return 1UL + FfiConverterByteArray.allocationSize(value)
        }
    }

    override fun write(value: kotlin.ByteArray?, buf: ByteBuffer) {
        if (value == null) {
            buf.put(0)
        } else {
            buf.put(1)
            FfiConverterByteArray.write(value, buf)
        }
    }
}




/**
 * @suppress
 */
public object FfiConverterSequenceTypeRawProblem: FfiConverterRustBuffer<List<RawProblem>> {
    override fun read(buf: ByteBuffer): List<RawProblem> {
        val len = buf.getInt()
        return List<RawProblem>(len) {
            FfiConverterTypeRawProblem.read(buf)
        }
    }

    override fun allocationSize(value: List<RawProblem>): ULong {
        val sizeForLength = 4UL
        val sizeForItems = value.map { FfiConverterTypeRawProblem.allocationSize(it) }.sum()
        return sizeForLength + sizeForItems
    }

    override fun write(value: List<RawProblem>, buf: ByteBuffer) {
        buf.putInt(value.size)
        value.iterator().forEach {
            FfiConverterTypeRawProblem.write(it, buf)
        }
    }
}








        /**
         * Says which description this side's bytes follow. A face of another one must not talk to it.
         */ fun `encoding`(): kotlin.Long {
            return FfiConverterLong.lift(
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_func_encoding(

        _status)
}
    )
    }


        /**
         * The version of the engine behind the border.
         */ fun `engineVersion`(): kotlin.String {
            return FfiConverterString.lift(
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_func_engine_version(

        _status)
}
    )
    }


        /**
         * Panics, so that a face can test that a panic of the engine becomes an error and not the end of the process.
         */ fun `panicForTest`(`words`: kotlin.String)
        =
    uniffiRustCall() { _status ->
    UniffiLib.uniffi_tacos_engine_uniffi_fn_func_panic_for_test(


        FfiConverterString.lower(`words`),_status)
}




