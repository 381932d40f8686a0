// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The reads of a client, each a call of the stream.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Answer as WireAnswer
import com.traffic_tacos.command.v1.Call as WireCall
import com.traffic_tacos.command.v1.PrepareEvent as WirePrepareEvent
import com.traffic_tacos.command.v1.PrepareSeat as WirePrepareSeat
import com.traffic_tacos.command.v1.PrepareUser as WirePrepareUser
import com.traffic_tacos.command.v1.ReadCounts as WireReadCounts
import com.traffic_tacos.command.v1.ReadDeadWebhooks as WireReadDeadWebhooks
import com.traffic_tacos.command.v1.ReadDraw as WireReadDraw
import com.traffic_tacos.command.v1.ReadDueWebhooks as WireReadDueWebhooks
import com.traffic_tacos.command.v1.ReadEvent as WireReadEvent
import com.traffic_tacos.command.v1.ReadEvents as WireReadEvents
import com.traffic_tacos.command.v1.ReadFreeSeats as WireReadFreeSeats
import com.traffic_tacos.command.v1.ReadNote as WireReadNote
import com.traffic_tacos.command.v1.ReadNotes as WireReadNotes
import com.traffic_tacos.command.v1.ReadPosition as WireReadPosition
import com.traffic_tacos.command.v1.ReadQueue as WireReadQueue
import com.traffic_tacos.command.v1.ReadQueuePlace as WireReadQueuePlace
import com.traffic_tacos.command.v1.ReadQueuePolicy as WireReadQueuePolicy
import com.traffic_tacos.command.v1.ReadSeats as WireReadSeats
import com.traffic_tacos.command.v1.ReadSeatsNamed as WireReadSeatsNamed
import com.traffic_tacos.command.v1.ReadSections as WireReadSections
import com.traffic_tacos.command.v1.ReadStatus as WireReadStatus
import com.traffic_tacos.command.v1.ReadTokenEvent as WireReadTokenEvent
import com.traffictacos.engine.*
import java.time.Instant
import java.util.BitSet

/** The reads of an engine behind a server. */
abstract class RemoteReads internal constructor() : TicketEngine {
    /**
     * Asks what [put] says, again after a lost connection, for an answer of this kind. Throws [RefusedException], and what
     * else every call may throw.
     */
    internal abstract suspend fun look(kind: WireAnswer.OutcomeCase, put: (WireCall.Builder) -> Unit): WireAnswer

    override suspend fun position(): Long =
        look(WireAnswer.OutcomeCase.POSITION) { it.setReadPosition(WireReadPosition.newBuilder()) }.position

    override suspend fun event(id: String): Event? = try {
        look(WireAnswer.OutcomeCase.EVENT) { it.setReadEvent(WireReadEvent.newBuilder().setEvent(text(id))) }.event.face()
    } catch (refused: RefusedException) {
        if (refused.refusal is Refusal.UnknownEvent) null else throw refused
    }

    override suspend fun events(): List<Event> =
        look(WireAnswer.OutcomeCase.EVENTS) { it.setReadEvents(WireReadEvents.newBuilder()) }.events.itemsList.map { it.face() }

    override suspend fun eventSnapshot(event: String): EventSnapshot {
        // The position first: what is recorded before it shows.
        val position = position()
        val found = look(WireAnswer.OutcomeCase.EVENT) { it.setReadEvent(WireReadEvent.newBuilder().setEvent(text(event))) }
        return EventSnapshot(found.event.face(), seats(event), position)
    }

    override suspend fun counts(event: String): Counts =
        look(WireAnswer.OutcomeCase.COUNTS) { it.setReadCounts(WireReadCounts.newBuilder().setEvent(text(event))) }.counts.face()

    override suspend fun sections(event: String): List<SectionView> =
        look(WireAnswer.OutcomeCase.SECTIONS) { it.setReadSections(WireReadSections.newBuilder().setEvent(text(event))) }.sections.itemsList.map { it.face() }

    override suspend fun seats(event: String, from: Int, most: Int): List<Seat> =
        look(WireAnswer.OutcomeCase.SEATS) { it.setReadSeats(WireReadSeats.newBuilder().setEvent(text(event)).setFrom(count(from, "from")).setMost(most.toLong())) }.seats.itemsList.map { it.face() }

    override suspend fun seatsNamed(event: String, seats: List<String>): List<Seat> =
        look(WireAnswer.OutcomeCase.SEATS_NAMED) { it.setReadSeatsNamed(WireReadSeatsNamed.newBuilder().setEvent(text(event)).addAllSeats(seats.map(::text))) }.seatsNamed.itemsList.map { it.face() }

    override suspend fun freeSeats(event: String): BitSet =
        look(WireAnswer.OutcomeCase.FREE_SEATS) { it.setReadFreeSeats(WireReadFreeSeats.newBuilder().setEvent(text(event))) }.freeSeats.let { BitSet.valueOf(it.asReadOnlyByteBuffer()) }

    override suspend fun prepareEvent(event: String): String =
        look(WireAnswer.OutcomeCase.PREPARED) { it.setPrepareEvent(WirePrepareEvent.newBuilder().setEvent(text(event))) }.prepared

    override suspend fun prepareSeat(event: String, seat: String): String =
        look(WireAnswer.OutcomeCase.PREPARED) { it.setPrepareSeat(WirePrepareSeat.newBuilder().setEvent(text(event)).setSeat(text(seat))) }.prepared

    override suspend fun prepareUser(user: String): String =
        look(WireAnswer.OutcomeCase.PREPARED) { it.setPrepareUser(WirePrepareUser.newBuilder().setUser(text(user))) }.prepared

    override suspend fun queuePlace(token: String): QueuePlaceLookup = try {
        look(WireAnswer.OutcomeCase.QUEUE_PLACE) { it.setReadQueuePlace(WireReadQueuePlace.newBuilder().setToken(text(token))) }.queuePlace.face()
    } catch (refused: RefusedException) {
        Refused(refused.refusal, refused.code)
    }

    override suspend fun tokenEvent(token: String): String =
        look(WireAnswer.OutcomeCase.TOKEN_EVENT) { it.setReadTokenEvent(WireReadTokenEvent.newBuilder().setToken(text(token))) }.tokenEvent

    override suspend fun queue(event: String): QueueFigures =
        look(WireAnswer.OutcomeCase.QUEUE) { it.setReadQueue(WireReadQueue.newBuilder().setEvent(text(event))) }.queue.face()

    override suspend fun queuePolicy(event: String): QueuePolicy =
        look(WireAnswer.OutcomeCase.QUEUE_POLICY) { it.setReadQueuePolicy(WireReadQueuePolicy.newBuilder().setEvent(text(event))) }.queuePolicy.face()

    override suspend fun draw(event: String): Draw =
        look(WireAnswer.OutcomeCase.DRAW) { it.setReadDraw(WireReadDraw.newBuilder().setEvent(text(event))) }.draw.face()

    override suspend fun dueWebhooks(most: Int): DueWebhooks =
        look(WireAnswer.OutcomeCase.DUE_WEBHOOKS) { it.setReadDueWebhooks(WireReadDueWebhooks.newBuilder().setMost(most.toLong())) }.dueWebhooks.let { due ->
            DueWebhooks(due.webhooksList.map { it.face() }, if (due.hasNextAtUnixMs()) Instant.ofEpochMilli(due.nextAtUnixMs) else null)
        }

    override suspend fun deadWebhooks(afterOrder: Long): List<Webhook> =
        look(WireAnswer.OutcomeCase.DEAD_WEBHOOKS) { it.setReadDeadWebhooks(WireReadDeadWebhooks.newBuilder().setAfter(afterOrder)) }.deadWebhooks.itemsList.map { it.face() }

    override suspend fun note(name: String): Bytes? =
        look(WireAnswer.OutcomeCase.NOTE) { it.setReadNote(WireReadNote.newBuilder().setName(text(name))) }.note.let { if (it.hasValue()) it.value.face() else null }

    override suspend fun notes(prefix: String): Map<String, Bytes> =
        look(WireAnswer.OutcomeCase.NOTES) { it.setReadNotes(WireReadNotes.newBuilder().setPrefix(text(prefix))) }.notes.notesList.associate { it.name to it.value.face() }

    override suspend fun status(): Status =
        look(WireAnswer.OutcomeCase.STATUS) { it.setReadStatus(WireReadStatus.newBuilder()) }.status.face()
}
