// The bytes of what crosses the border: numbers are big-endian, texts and lists have their length ahead, and a byte
// says whether an optional value is there. `bindings/uniffi/src/codec` has the other end.
package com.traffictacos.engine

import java.nio.BufferUnderflowException
import java.nio.ByteBuffer
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** Writes one request. What is not text in UTF-16 cannot be written: [CharacterCodingException]. */
internal class Writer(size: Int = BYTES_USUAL) {
    private var buffer = ByteBuffer.allocate(size)
    private val encoder = Charsets.UTF_8.newEncoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT)

    /** What was written stands at the beginning of this array. */
    val array: ByteArray get() = buffer.array()

    /** How many bytes were written. */
    val length: Int get() = buffer.position()

    /** What was written, alone. */
    fun copied(): ByteArray = array.copyOf(length)

    fun tag(number: Int) {
        room(1).put(number.toByte())
    }

    fun flag(value: Boolean) = tag(if (value) 1 else 0)

    fun int(value: Int) {
        room(Int.SIZE_BYTES).putInt(value)
    }

    fun long(value: Long) {
        room(Long.SIZE_BYTES).putLong(value)
    }

    fun text(value: String) {
        // No sign takes more than three bytes for each of its UTF-16 units.
        val most = Math.toIntExact(Int.SIZE_BYTES + 3L * value.length)
        val at = room(most).position()
        buffer.putInt(0)
        if (!ascii(value)) {
            encoder.reset()
            var result = encoder.encode(CharBuffer.wrap(value), buffer, true)
            if (result.isUnderflow) result = encoder.flush(buffer)
            if (result.isError) result.throwException()
        }
        buffer.putInt(at, buffer.position() - at - Int.SIZE_BYTES)
    }

    /** Most texts are ASCII, whose bytes are their signs; false, with nothing written, if this one is not. */
    private fun ascii(value: String): Boolean {
        val at = buffer.position()
        for (sign in value) {
            if (sign.code >= 0x80) {
                buffer.position(at)
                return false
            }
            buffer.put(sign.code.toByte())
        }
        return true
    }

    fun bytes(value: Bytes) {
        room(Math.addExact(Int.SIZE_BYTES, value.size)).putInt(value.size).put(value.asReadOnlyByteBuffer())
    }

    fun moment(value: Instant) = long(value.toEpochMilli())

    fun duration(value: Duration) = long(value.inWholeMilliseconds)

    inline fun <T : Any> maybe(value: T?, put: (T) -> Unit) {
        flag(value != null)
        if (value != null) put(value)
    }

    inline fun <T> list(values: List<T>, put: (T) -> Unit) {
        int(values.size)
        values.forEach(put)
    }

    /** Writes what [put] writes behind its length. */
    inline fun measured(put: () -> Unit) {
        val at = length
        int(0)
        put()
        setLength(at)
    }

    fun setLength(at: Int) {
        buffer.putInt(at, buffer.position() - at - Int.SIZE_BYTES)
    }

    private fun room(bytes: Int): ByteBuffer {
        if (buffer.remaining() < bytes) {
            val needed = Math.addExact(buffer.position(), bytes)
            val larger = ByteBuffer.allocate(maxOf(needed, minOf(needed.toLong() * 2, Int.MAX_VALUE.toLong() - 8).toInt()))
            buffer = larger.put(buffer.flip())
        }
        return buffer
    }

    private fun cleared() = apply { buffer.clear() }

    companion object {
        /** What a thread keeps for its next request; a longer one gets a buffer of its own. */
        private const val BYTES_USUAL = 1 shl 14
        private val kept: ThreadLocal<Writer> = ThreadLocal.withInitial { Writer() }

        /** This thread's writer, empty. What was written by it before is gone. */
        fun ofThread(): Writer {
            if (kept.get().array.size > BYTES_USUAL) kept.set(Writer())
            return kept.get().cleared()
        }
    }
}

/** Reads one answer. Bytes that no answer has are a bug: the two sides do not fit. */
internal class Reader(private val bytes: ByteBuffer) {
    constructor(bytes: ByteArray) : this(ByteBuffer.wrap(bytes))

    val isEmpty: Boolean get() = !bytes.hasRemaining()

    fun tag(): Int = bytes.get().toInt() and 0xff

    fun flag(): Boolean = when (val flag = tag()) {
        0 -> false
        1 -> true
        else -> malformed("$flag is neither yes nor no")
    }

    fun int(): Int = bytes.getInt()

    fun long(): Long = bytes.getLong()

    fun text(): String {
        val length = count()
        val text = String(bytes.array(), bytes.arrayOffset() + bytes.position(), length, Charsets.UTF_8)
        bytes.position(bytes.position() + length)
        return text
    }

    fun bytes(): Bytes = Bytes.of(array())

    fun array(): ByteArray = ByteArray(count()).also { bytes.get(it) }

    fun moment(): Instant = Instant.ofEpochMilli(long())

    fun duration(): Duration = long().milliseconds

    fun <E : Enum<E>> word(all: List<E>): E {
        val number = tag()
        return all.getOrNull(number) ?: malformed("no word has number $number")
    }

    inline fun <T : Any> maybe(read: () -> T): T? = if (flag()) read() else null

    inline fun <T> list(read: () -> T): List<T> = List(count()) { read() }

    /** How many items or bytes follow. Each takes a byte at least, so that no more are promised than are there. */
    fun count(): Int {
        val count = int()
        if (count !in 0..bytes.remaining()) malformed("$count items or bytes are promised, ${bytes.remaining()} are left")
        return count
    }

    /** The next [length] bytes, to be read apart. */
    fun part(length: Int): Reader {
        if (length !in 0..bytes.remaining()) malformed("$length bytes are promised, ${bytes.remaining()} are left")
        val part = bytes.slice(bytes.position(), length)
        bytes.position(bytes.position() + length)
        return Reader(part)
    }

    fun malformed(what: String): Nothing = throw EngineBugException("the answer of the engine cannot be read: $what")

    companion object {
        /** Reads all of [from]; bytes that are left over are a bug. */
        inline fun <T> whole(from: Reader, read: Reader.() -> T): T = try {
            from.read().also { if (!from.isEmpty) from.malformed("bytes are left over") }
        } catch (cut: BufferUnderflowException) {
            throw EngineBugException("the answer of the engine cannot be read: it is cut off", cut)
        }
    }
}
