// Two ways across the border for the calls that are made for every customer. They say the same in the same encoding; the
// long one is uniffi's own through JNA, the short one hands bytes over by JNI and costs a fraction. Everything else
// (opening, closing, following updates) goes the long way.
package com.traffictacos.engine

import com.traffictacos.engine.border.FfiConverterRustBuffer
import com.traffictacos.engine.border.FfiConverterSequenceOptionalTypeRawAnswer
import com.traffictacos.engine.border.FfiConverterSequenceTypeRawCompletion
import com.traffictacos.engine.border.FfiConverterSequenceTypeRawRequest
import com.traffictacos.engine.border.FfiConverterTypeRawAnswer
import com.traffictacos.engine.border.FfiConverterTypeRawRead
import com.traffictacos.engine.border.FfiConverterTypeRawRequest
import com.traffictacos.engine.border.RawAnswer
import com.traffictacos.engine.border.RawCompletion
import com.traffictacos.engine.border.RawEngine
import com.traffictacos.engine.border.RawRead
import com.traffictacos.engine.border.RawRequest
import java.nio.ByteBuffer

/** The calls of [RawEngine] that are made for every customer. */
internal interface Way {
    fun submit(tag: Long, request: RawRequest): RawAnswer?

    fun submitAll(firstTag: Long, requests: List<RawRequest>): List<RawAnswer?>

    fun drain(timeoutMs: Long): List<RawCompletion>?

    fun read(read: RawRead): RawAnswer

    /** There will be no more answers. Calls that come all the same are told that the engine is closed. */
    fun release()
}

/** Through JNA. What measurements compare with. */
internal class LongWay(private val raw: RawEngine) : Way {
    override fun submit(tag: Long, request: RawRequest) = raw.submit(tag, request)

    override fun submitAll(firstTag: Long, requests: List<RawRequest>) = raw.submitAll(firstTag, requests)

    override fun drain(timeoutMs: Long) = raw.drain(timeoutMs)

    override fun read(read: RawRead) = raw.read(read)

    override fun release() = Unit
}

/** By JNI. */
internal class ShortWay(raw: RawEngine) : Way {
    private val engine = raw.register()

    override fun submit(tag: Long, request: RawRequest): RawAnswer? = encoded(FfiConverterTypeRawRequest, request) {
        Crossing.submit(engine, tag, it.array(), it.position())
    }?.let { decoded(FfiConverterTypeRawAnswer, it) }

    override fun submitAll(firstTag: Long, requests: List<RawRequest>): List<RawAnswer?> =
        decoded(
            FfiConverterSequenceOptionalTypeRawAnswer,
            encoded(FfiConverterSequenceTypeRawRequest, requests) {
                Crossing.submitAll(engine, firstTag, it.array(), it.position())
            },
        )

    override fun drain(timeoutMs: Long): List<RawCompletion>? =
        Crossing.drain(engine, timeoutMs)?.let { decoded(FfiConverterSequenceTypeRawCompletion, it) }

    override fun read(read: RawRead): RawAnswer = decoded(
        FfiConverterTypeRawAnswer,
        encoded(FfiConverterTypeRawRead, read) { Crossing.read(engine, it.array(), it.position()) },
    )

    override fun release() = Crossing.release(engine)

    private companion object {
        /** What a thread keeps for its next request; a longer one gets a buffer of its own. */
        const val BUFFER_BYTES = 1 shl 14
        val buffers: ThreadLocal<ByteBuffer> = ThreadLocal.withInitial { ByteBuffer.allocate(BUFFER_BYTES) }

        inline fun <T, R> encoded(converter: FfiConverterRustBuffer<T>, value: T, cross: (ByteBuffer) -> R): R {
            val bytesMax = converter.allocationSize(value).toLong()
            val buffer = if (bytesMax <= BUFFER_BYTES) buffers.get().clear() else ByteBuffer.allocate(Math.toIntExact(bytesMax))
            converter.write(value, buffer)
            return cross(buffer)
        }

        fun <T> decoded(converter: FfiConverterRustBuffer<T>, bytes: ByteArray): T {
            val buffer = ByteBuffer.wrap(bytes)
            val value = converter.read(buffer)
            check(!buffer.hasRemaining()) { "${buffer.remaining()} bytes too many" }
            return value
        }
    }
}

/** The other side's functions; `bindings/uniffi/src/crossing.rs` has them. Lengths are those of what is in an array. */
internal object Crossing {
    @JvmStatic
    external fun submit(engine: Long, tag: Long, request: ByteArray, length: Int): ByteArray?

    @JvmStatic
    external fun submitAll(engine: Long, firstTag: Long, requests: ByteArray, length: Int): ByteArray

    @JvmStatic
    external fun drain(engine: Long, timeoutMs: Long): ByteArray?

    @JvmStatic
    external fun read(engine: Long, read: ByteArray, length: Int): ByteArray

    @JvmStatic
    external fun release(engine: Long)

    /** What the crossing alone costs. */
    @JvmStatic
    external fun nothing(number: Long): Long

    @JvmStatic
    external fun panicForTest(): Long
}
