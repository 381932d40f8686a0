// Package contract holds the Go side of the contract's tests: the stubs compile under the import paths that existing clients
// use, and a client reaches a server through them. It does not check field by field: tests/contract.rs does.
package contract

import (
	"context"
	"net"
	"testing"

	commonv1 "github.com/traffic-tacos/proto-contracts/gen/go/common/v1"
	enginev1 "github.com/traffic-tacos/proto-contracts/gen/go/engine/v1"
	gatewayv1 "github.com/traffic-tacos/proto-contracts/gen/go/gateway/v1"
	paymentv1 "github.com/traffic-tacos/proto-contracts/gen/go/payment/v1"
	reservationv1 "github.com/traffic-tacos/proto-contracts/gen/go/reservation/v1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
)

// oneEventQueue knows one event and gives everybody the seventh place.
type oneEventQueue struct {
	gatewayv1.UnimplementedQueueServiceServer
}

func (oneEventQueue) JoinQueue(_ context.Context, in *gatewayv1.JoinQueueRequest) (*gatewayv1.JoinQueueResponse, error) {
	if in.GetEventId() != "evt_2025_1001" {
		refusal := &commonv1.Error{Code: commonv1.ErrorCode_ERROR_CODE_NOT_FOUND, Message: "event not found"}
		return &gatewayv1.JoinQueueResponse{Error: refusal}, nil
	}
	return &gatewayv1.JoinQueueResponse{
		WaitingToken: "wtkn_" + in.GetUserId(),
		PositionHint: 7,
		Status:       gatewayv1.QueueStatus_QUEUE_STATUS_WAITING,
	}, nil
}

func dial(t *testing.T) gatewayv1.QueueServiceClient {
	t.Helper()
	listener := bufconn.Listen(64 * 1024)
	server := grpc.NewServer()
	gatewayv1.RegisterQueueServiceServer(server, oneEventQueue{})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)

	conn, err := grpc.NewClient("passthrough:///bufconn",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return gatewayv1.NewQueueServiceClient(conn)
}

func TestJoiningAnswersWithAPlace(t *testing.T) {
	reply, err := dial(t).JoinQueue(t.Context(), &gatewayv1.JoinQueueRequest{EventId: "evt_2025_1001", UserId: "user-1"})
	if err != nil {
		t.Fatalf("call: %v", err)
	}
	if reply.GetError() != nil || reply.GetWaitingToken() != "wtkn_user-1" || reply.GetPositionHint() != 7 {
		t.Fatalf("unexpected reply: %v", reply)
	}
}

func TestRefusalArrivesAsAValue(t *testing.T) {
	reply, err := dial(t).JoinQueue(t.Context(), &gatewayv1.JoinQueueRequest{EventId: "evt_unknown"})
	if err != nil {
		t.Fatalf("call: %v", err)
	}
	if got, want := reply.GetError().GetCode(), commonv1.ErrorCode_ERROR_CODE_NOT_FOUND; got != want {
		t.Fatalf("code = %v, want %v", got, want)
	}
}

func TestEveryPackageRoundTrips(t *testing.T) {
	price := &commonv1.Money{Amount: 120_000, Currency: "KRW"}
	for _, sent := range []proto.Message{
		price,
		&reservationv1.Reservation{ReservationId: "rsv_1", Status: reservationv1.ReservationStatus_RESERVATION_STATUS_CONFIRMED, TotalAmount: price},
		&paymentv1.Payment{PaymentIntentId: "pay_1", Status: paymentv1.PaymentStatus_PAYMENT_STATUS_COMPLETED, Amount: price},
		&enginev1.SeatRun{IdPrefix: "A-", FirstNumber: 2, Count: 20, Step: 2, Price: price},
	} {
		encoded, err := proto.Marshal(sent)
		if err != nil {
			t.Fatalf("encode %T: %v", sent, err)
		}
		received := sent.ProtoReflect().New().Interface()
		if err := proto.Unmarshal(encoded, received); err != nil {
			t.Fatalf("decode %T: %v", sent, err)
		}
		if len(encoded) == 0 || !proto.Equal(sent, received) {
			t.Fatalf("%T: sent %v, received %v", sent, sent, received)
		}
	}
}

func TestNamesOnTheWireAreThoseOfTheContract(t *testing.T) {
	for got, want := range map[string]string{
		gatewayv1.QueueService_JoinQueue_FullMethodName:           "/gateway.v1.QueueService/JoinQueue",
		reservationv1.InventoryService_ReserveSeat_FullMethodName: "/reservation.v1.InventoryService/ReserveSeat",
		reservationv1.Inventory_ReserveSeat_FullMethodName:        "/reservation.v1.Inventory/ReserveSeat",
		enginev1.EngineService_WatchFeed_FullMethodName:           "/engine.v1.EngineService/WatchFeed",
	} {
		if got != want {
			t.Errorf("method %s, want %s", got, want)
		}
	}
}
