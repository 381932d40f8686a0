// A server of streams that does what a test says: it reads calls, and answers those that the test wants answered.

package tacos_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	tacos "github.com/traffic-tacos/engine/bindings/go"
	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
	enginev1 "github.com/traffic-tacos/proto-contracts/gen/go/engine/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

type fakeServer struct {
	enginev1.UnimplementedCommandServiceServer
	// answer is what a call is answered; nil: nothing, and lose says that the stream is lost with it.
	answer func(stream int, call *commandv1.Call) (answer *commandv1.Answer, lose bool)

	mu       sync.Mutex
	streams  int
	messages int
	tokens   []string
	grpc     *grpc.Server
	address  string
}

// startFake serves until the test ends.
func startFake(t *testing.T, answer func(int, *commandv1.Call) (*commandv1.Answer, bool)) *fakeServer {
	t.Helper()
	f := &fakeServer{answer: answer}
	f.serve(t, "127.0.0.1:0")
	t.Cleanup(func() { f.stop() })
	return f
}

func (f *fakeServer) serve(t *testing.T, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	enginev1.RegisterCommandServiceServer(server, f)
	f.mu.Lock()
	f.grpc, f.address = server, listener.Addr().String()
	f.mu.Unlock()
	go func() { _ = server.Serve(listener) }()
}

func (f *fakeServer) stop() {
	f.mu.Lock()
	server := f.grpc
	f.mu.Unlock()
	server.Stop()
}

func (f *fakeServer) seen() (streams, messages int, tokens []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.streams, f.messages, append([]string(nil), f.tokens...)
}

func (f *fakeServer) Run(stream grpc.BidiStreamingServer[enginev1.RunRequest, enginev1.RunResponse]) error {
	head, _ := metadata.FromIncomingContext(stream.Context())
	f.mu.Lock()
	f.streams++
	number := f.streams
	f.tokens = append(f.tokens, head.Get("authorization")...)
	f.mu.Unlock()
	if err := stream.SendHeader(nil); err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f.mu.Lock()
		f.messages++
		f.mu.Unlock()
		said := &enginev1.RunResponse{}
		for _, call := range message.Calls {
			answer, lose := f.answer(number, call)
			if lose {
				return errors.New("the test loses this stream")
			}
			if answer != nil {
				answer.Tag = call.Tag
				said.Answers = append(said.Answers, answer)
			}
		}
		if len(said.Answers) > 0 {
			if err := stream.Send(said); err != nil {
				return err
			}
		}
	}
}

// dial gives a client that is closed when the test ends.
func dial(t *testing.T, f *fakeServer, options tacos.DialOptions) *tacos.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, err := tacos.Dial(ctx, f.address, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func counted(total uint32) *commandv1.Answer {
	return &commandv1.Answer{Outcome: &commandv1.Answer_Counts{Counts: &commandv1.Counts{Total: total}}}
}

func done() *commandv1.Answer {
	return &commandv1.Answer{Outcome: &commandv1.Answer_Done{Done: &commandv1.Done{AtUnixMs: 1_800_000_000_000}}}
}
