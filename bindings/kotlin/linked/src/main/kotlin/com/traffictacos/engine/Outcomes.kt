// What an answer begins with: a value, a refusal, or why there is neither.
package com.traffictacos.engine

/** The answer to a command; or throws if there is none. */
internal fun Reader.toAnswer(): Answer = outcome({ readAnswer() }) { it }

/** The value of a read; or throws [RefusedException]. */
internal inline fun <T> Reader.value(read: Reader.() -> T): T = outcome(read) { throw it.asException() }

/** A value, or what becomes of a refusal. */
internal inline fun <T> Reader.outcome(read: Reader.() -> T, refused: (Refused) -> T): T = Reader.whole(this) {
    when (val outcome = tag()) {
        0 -> read()
        1 -> refused(readRefused())
        2 -> throw EngineClosedException()
        3 -> throw JournalFailedException("the journal failed and takes no more writes (reopen the data folder): ${text()}")
        4 -> throw EngineBugException("the engine panicked; a write was made all the same")
        else -> malformed("no outcome has number $outcome")
    }
}

internal fun Reader.readRefused(): Refused {
    val code = text()
    val message = text()
    val transient = flag()
    val retryAfter = maybe { duration() }
    return Refused(readRefusal(message, transient, retryAfter), code)
}
