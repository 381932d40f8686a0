// Two ways across the border for the calls that are made for every customer. They hand over the same bytes; the long
// one is uniffi's own through JNA, the short one goes by JNI and costs a fraction. Everything else (opening, closing,
// following updates) goes the long way.
package com.traffictacos.engine

import com.traffictacos.engine.border.RawEngine

/** The calls of [RawEngine] that are made for every customer. */
internal interface Way {
    /** The answer, if it is known at once. */
    fun submit(tag: Long, request: Writer): ByteArray?

    /** The answers to many requests, each behind its length; -1 for those that come later. */
    fun submitAll(firstTag: Long, requests: Writer): ByteArray

    /** Answers, each behind its number and its length; nothing after the last answer of a closed engine. */
    fun drain(timeoutMs: Long): ByteArray?

    fun read(read: Writer): ByteArray

    /** There will be no more answers. Calls that come all the same are told that the engine is closed. */
    fun release()
}

/** Through JNA. What measurements compare with. */
internal class LongWay(private val raw: RawEngine) : Way {
    override fun submit(tag: Long, request: Writer) = raw.submit(tag, request.copied())

    override fun submitAll(firstTag: Long, requests: Writer) = raw.submitAll(firstTag, requests.copied())

    override fun drain(timeoutMs: Long) = raw.drain(timeoutMs)

    override fun read(read: Writer) = raw.read(read.copied())

    override fun release() = Unit}

/** By JNI. */
internal class ShortWay(raw: RawEngine) : Way {
    private val engine = raw.register()

    override fun submit(tag: Long, request: Writer) = Crossing.submit(engine, tag, request.array, request.length)

    override fun submitAll(firstTag: Long, requests: Writer) =
        Crossing.submitAll(engine, firstTag, requests.array, requests.length)

    override fun drain(timeoutMs: Long) = Crossing.drain(engine, timeoutMs)

    override fun read(read: Writer) = Crossing.read(engine, read.array, read.length)

    override fun release() = Crossing.release(engine)
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
