package com.traffic_tacos.contract

import com.traffic_tacos.gateway.v1.EventType
import com.traffic_tacos.gateway.v1.JoinQueueRequest
import com.traffic_tacos.gateway.v1.JoinQueueResponse
import com.traffic_tacos.gateway.v1.QueueServiceGrpcKt
import com.traffic_tacos.gateway.v1.QueueStatus
import com.traffic_tacos.gateway.v1.StreamQueueUpdatesRequest
import com.traffic_tacos.gateway.v1.StreamQueueUpdatesResponse
import com.traffic_tacos.gateway.v1.WebSocketServiceGrpcKt
import com.traffic_tacos.gateway.v1.joinQueueRequest
import com.traffic_tacos.gateway.v1.joinQueueResponse
import com.traffic_tacos.gateway.v1.queueUpdate
import com.traffic_tacos.gateway.v1.streamQueueUpdatesRequest
import com.traffic_tacos.gateway.v1.streamQueueUpdatesResponse
import io.grpc.inprocess.InProcessChannelBuilder
import io.grpc.inprocess.InProcessServerBuilder
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** A Kotlin client with coroutine stubs: one answer from a suspend function, many from a flow. */
class KotlinClientTest {
    @Test
    fun `a suspend call joins and a flow counts down to the front`() = runBlocking {
        val name = InProcessServerBuilder.generateName()
        val server = InProcessServerBuilder.forName(name).addService(Queue()).addService(Positions()).build().start()
        val channel = InProcessChannelBuilder.forName(name).build()
        try {
            val place = QueueServiceGrpcKt.QueueServiceCoroutineStub(channel)
                .joinQueue(joinQueueRequest { eventId = "evt_2025_1001"; userId = "user-1" })
            assertEquals(QueueStatus.QUEUE_STATUS_WAITING, place.status)

            val seen = WebSocketServiceGrpcKt.WebSocketServiceCoroutineStub(channel)
                .streamQueueUpdates(streamQueueUpdatesRequest { waitingToken = place.waitingToken })
                .toList()
            assertEquals(listOf(3, 2, 1), seen.map { it.queueUpdate.position })
            assertEquals(setOf(place.waitingToken), seen.map { it.queueUpdate.waitingToken }.toSet())
        } finally {
            channel.shutdownNow()
            server.shutdownNow()
        }
        Unit
    }

    private class Queue : QueueServiceGrpcKt.QueueServiceCoroutineImplBase() {
        override suspend fun joinQueue(request: JoinQueueRequest): JoinQueueResponse = joinQueueResponse {
            waitingToken = "wtkn_${request.userId}"
            positionHint = 3
            status = QueueStatus.QUEUE_STATUS_WAITING
        }
    }

    private class Positions : WebSocketServiceGrpcKt.WebSocketServiceCoroutineImplBase() {
        override fun streamQueueUpdates(request: StreamQueueUpdatesRequest): Flow<StreamQueueUpdatesResponse> =
            listOf(3, 2, 1).asFlow().map { place ->
                streamQueueUpdatesResponse {
                    type = EventType.EVENT_TYPE_QUEUE_UPDATE
                    queueUpdate = queueUpdate { waitingToken = request.waitingToken; position = place }
                }
            }
    }
}
