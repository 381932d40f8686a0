// What a message can say, and what is done about the rest.
package com.traffictacos.engine.remote

import com.google.protobuf.ByteString
import com.traffic_tacos.command.v1.Answer as WireAnswer
import com.traffic_tacos.common.v1.Error as WireError
import com.traffictacos.engine.Bytes
import com.traffictacos.engine.EngineBugException
import com.traffictacos.engine.OutcomeUnknownException
import com.traffictacos.engine.Problem
import com.traffictacos.engine.Refusal
import com.traffictacos.engine.Refused
import com.traffictacos.engine.ServerException

/** An argument that no message can have: the engine would refuse it. */
internal class NotSaid(private val field: String, private val reason: String, private val value: Any) :
    Exception("$field $reason") {
    /** What the engine says to it. */
    fun refused(): Refused {
        val problem = Problem(field, reason, "$value")
        return Refused(Refusal.Invalid(listOf(problem), "invalid argument: $field $reason"), "invalid")
    }
}

/** A number that is not below zero. */
internal fun count(value: Int, field: String): Int =
    if (value >= 0) value else throw NotSaid(field, "is out of range", value)

/** A text; half of a surrogate pair would be sent as a question mark. */
internal fun text(value: String): String {
    var at = 0
    while (at < value.length) {
        val sign = value[at]
        val whole = !sign.isSurrogate() ||
            (sign.isHighSurrogate() && at + 1 < value.length && value[at + 1].isLowSurrogate())
        require(whole) { "a text has half of a surrogate pair" }
        at += if (sign.isSurrogate()) 2 else 1
    }
    return value
}

internal fun Bytes.wire(): ByteString = ByteString.copyFrom(asReadOnlyByteBuffer())

internal fun ByteString.face(): Bytes = Bytes.of(toByteArray())

internal fun unknown(word: Enum<*>) = EngineBugException("the server says a word that this library does not know: $word")

internal fun unexpected(answer: WireAnswer) =
    EngineBugException("the server's answer is ${answer.outcomeCase}, which is none to what was asked")

/** Codes with which the contract leaves open whether a write was done. */
private val OPEN = setOf("TIMEOUT", "UNAVAILABLE", "INTERNAL")

/** The server's no as an exception. */
internal fun WireError.asException(isRead: Boolean): RuntimeException {
    val name = code.name.removePrefix("ERROR_CODE_")
    val no = ServerException(name, message, traceId, detailsList.map { Problem(it.field, it.reason, it.value) })
    return if (isRead || name !in OPEN) no else OutcomeUnknownException("it is not known whether this was done: $message", no)
}
