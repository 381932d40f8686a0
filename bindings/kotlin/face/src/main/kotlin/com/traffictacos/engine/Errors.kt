// What is thrown: a broken environment, misuse, or a bug. A refusal is not among them, unless the caller asked for it.
package com.traffictacos.engine

/** Everything that this library throws of its own accord. */
sealed class EngineException(message: String, cause: Throwable? = null) : RuntimeException(message, cause)

/** The engine or the client is closed, or was closed while the call waited: then a write may have been done. */
class EngineClosedException : EngineException("the engine is closed")

/**
 * A write or sync of the journal failed, or a panic stopped a thread of the engine. What was not acknowledged may be lost;
 * reads go on; opening the folder again is the only way back to writing.
 */
class JournalFailedException(message: String) : EngineException(message)

/** An engine could not be opened. Nothing on disk was changed; the text says what to do. */
class OpenException(val reason: Reason, message: String, val problems: List<Problem> = emptyList()) :
    EngineException(message) {
    /** Which kind of thing stood in the way. */
    enum class Reason {
        /** Settings that cannot be used; [problems] names each. */
        CONFIG,

        /** Another process, or another engine of this one, has the folder open. */
        LOCKED,

        /** The folder is damaged, of another program, or of a later version. */
        JOURNAL,

        /** The operating system refused. */
        SYSTEM,
    }
}

/** A snapshot, a backup or a turn of the clock was not done; the engine goes on. */
class JobException(message: String) : EngineException(message)

/** Updates that were asked for cannot be given. */
class UpdatesLostException(
    val reason: Reason,
    message: String,
    /** The oldest position from which can be read, where the updates asked for are gone. */
    val oldest: Long? = null,
) : EngineException(message) {
    /** Which kind of thing stood in the way. */
    enum class Reason {
        /** What comes next is no longer kept; [oldest] is where one can begin. */
        GONE,

        /** No update ends at the position asked for, or it is not durable yet. */
        NOT_A_POSITION,

        /** The journal could not be read. */
        JOURNAL,
    }
}

/** A refusal, thrown only where the caller asked for an exception: by `orThrow()`, and by reads of things unknown. */
class RefusedException(
    val refusal: Refusal,
    /** The refusal's name for machines; see [Refused.code]. */
    val code: String,
) : EngineException(refusal.message)

/**
 * A server was not reached before the call's time was over, or refused the connection. What was asked was not done. Only
 * a client of a server throws it.
 */
class UnreachableException(message: String, cause: Throwable? = null) : EngineException(message, cause)

/**
 * A write was sent, and whether it was done is not known: the connection was lost, the call's time was over, or the
 * server could not say. Send it again with the same key: then it acts once, and the answer is the first one. Only a
 * client of a server throws it, and never for a read.
 */
class OutcomeUnknownException(message: String, cause: Throwable? = null) : EngineException(message, cause)

/**
 * The server's own no, before the engine was asked or in its place: a role that does not reach, a rate limit,
 * maintenance, a server that shuts down. Only a client of a server throws it.
 */
class ServerException(
    /** The name of the contract's `common.v1.ErrorCode` without its prefix, such as `FORBIDDEN` or `RATE_LIMITED`. */
    val code: String,
    message: String,
    /** By which the server's log shows the call. */
    val traceId: String = "",
    /** Arguments that stand in the way, if some do. */
    val problems: List<Problem> = emptyList(),
) : EngineException(message)

/** Something that this kind of engine does not have; the text says where it is. Nothing was done. */
class UnsupportedException(message: String) : EngineException(message)

/** The engine panicked: a bug. The process goes on, and so does the engine. */
class EngineBugException(message: String, cause: Throwable? = null) : EngineException(message, cause)
