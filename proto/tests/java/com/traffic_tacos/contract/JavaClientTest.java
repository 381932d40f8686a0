package com.traffic_tacos.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.traffic_tacos.common.v1.Error;
import com.traffic_tacos.common.v1.ErrorCode;
import com.traffic_tacos.gateway.v1.*;
import com.traffic_tacos.reservation.v1.InventoryGrpc;
import com.traffic_tacos.reservation.v1.InventoryServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Java client with the imports that existing services use talks to a server made from the same stubs. */
class JavaClientTest {
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name).directExecutor().addService(new OneEventQueue()).build().start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void joiningAnswersWithAPlace() {
        JoinQueueResponse reply = join("evt_2025_1001");
        assertFalse(reply.hasError());
        assertEquals("wtkn_user-1", reply.getWaitingToken());
        assertEquals(QueueStatus.QUEUE_STATUS_WAITING, reply.getStatus());
    }

    @Test
    void refusalArrivesAsAValue() {
        JoinQueueResponse reply = join("evt_unknown");
        assertTrue(reply.hasError());
        assertEquals(ErrorCode.ERROR_CODE_NOT_FOUND, reply.getError().getCode());
    }

    @Test
    void namesOnTheWireAreThoseOfTheContract() {
        assertEquals("gateway.v1.QueueService/JoinQueue", QueueServiceGrpc.getJoinQueueMethod().getFullMethodName());
        assertEquals("reservation.v1.InventoryService/ReserveSeat", InventoryServiceGrpc.getReserveSeatMethod().getFullMethodName());
        assertEquals("reservation.v1.Inventory/ReserveSeat", InventoryGrpc.getReserveSeatMethod().getFullMethodName());
        assertEquals("proto/gateway/v1/queue.proto", QueueProto.getDescriptor().getFullName());
    }

    private JoinQueueResponse join(String eventId) {
        JoinQueueRequest request = JoinQueueRequest.newBuilder().setEventId(eventId).setUserId("user-1").build();
        return QueueServiceGrpc.newBlockingStub(channel).joinQueue(request);
    }

    /** Knows one event and gives everybody the seventh place. */
    private static final class OneEventQueue extends QueueServiceGrpc.QueueServiceImplBase {
        @Override
        public void joinQueue(JoinQueueRequest request, StreamObserver<JoinQueueResponse> out) {
            JoinQueueResponse.Builder reply = JoinQueueResponse.newBuilder();
            if (request.getEventId().equals("evt_2025_1001")) {
                reply.setWaitingToken("wtkn_" + request.getUserId()).setPositionHint(7).setStatus(QueueStatus.QUEUE_STATUS_WAITING);
            } else {
                reply.setError(Error.newBuilder().setCode(ErrorCode.ERROR_CODE_NOT_FOUND).setMessage("event not found"));
            }
            out.onNext(reply.build());
            out.onCompleted();
        }
    }
}
