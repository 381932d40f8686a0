// What is thrown: a broken environment, misuse, or a bug. A refusal is not among them, unless the caller asked for it.
package com.traffictacos.engine

/** Everything that this library throws of its own accord. */
sealed class EngineException(message: String, cause: Throwable? = null) : RuntimeException(message, cause)

/** The engine is closed, or was closed while the call waited. */
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

/** The engine panicked: a bug. The process goes on, and so does the engine. */
class EngineBugException(message: String, cause: Throwable? = null) : EngineException(message, cause)
