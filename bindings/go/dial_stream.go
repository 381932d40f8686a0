// Streams of a link: opening one, writing and reading it, and finding another when it is lost.

package tacos

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
	commonv1 "github.com/traffic-tacos/proto-contracts/gen/go/common/v1"
	enginev1 "github.com/traffic-tacos/proto-contracts/gen/go/engine/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// stream is one stream of commands.
type stream struct {
	grpc.ClientStream
	cancel context.CancelFunc
	// stale: the server takes the caller's token no longer, and the next stream brings another.
	stale atomic.Bool
}

var runStream = &enginev1.CommandService_ServiceDesc.Streams[0]

// open opens a stream that the server has accepted. It takes as long as the link has patience, at most.
func (l *link) open() (*stream, error) {
	ctx, cancel := context.WithCancel(l.ctx)
	timer := time.AfterFunc(l.options.Patience, cancel)
	defer timer.Stop()
	opened, err := l.conn.NewStream(ctx, runStream, enginev1.CommandService_Run_FullMethodName, grpc.ForceCodecV2(codec{}))
	if err != nil {
		cancel()
		return nil, err
	}
	head, err := opened.Header()
	if err == nil && head == nil {
		// It ended before it began; its status is where an answer would be.
		err = opened.RecvMsg(&enginev1.RunResponse{})
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &stream{ClientStream: opened, cancel: cancel}, nil
}

// run serves streams, one after the other, until the link is closed.
func (l *link) run(s *stream) {
	defer close(l.ended)
	defer l.cancel()
	for s != nil {
		cause := l.serve(s)
		l.lost(cause)
		if l.isClosing() {
			break
		}
		s = l.reopen()
	}
	l.giveUp(closedError(), true)
}

// reopen opens another stream, as often as it takes; nil once the link is closed.
func (l *link) reopen() *stream {
	const first, longest = 20 * time.Millisecond, time.Second
	for delay := first; !l.isClosing(); delay = min(2*delay, longest) {
		opened, err := l.open()
		if err == nil {
			return opened
		}
		why := unreachable(err)
		l.giveUp(why, isFinal(why))
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-l.closed:
		}
		timer.Stop()
	}
	return nil
}

// serve writes calls and hands on answers until the stream ends, and says why it did.
func (l *link) serve(s *stream) error {
	written := make(chan struct{})
	go func() {
		defer close(written)
		l.write(s)
	}()
	why := l.read(s)
	s.cancel()
	<-written
	return why
}

// write sends what is in the queue, until the stream ends or takes no more. Why it ends is told to the reader of it.
func (l *link) write(s *stream) {
	for {
		if s.stale.Load() {
			_ = s.CloseSend()
			return
		}
		closing := l.isClosing()
		if message := l.take(); message != nil {
			if s.SendMsg(message) != nil {
				return
			}
			continue
		}
		if closing {
			// Nothing comes into the queue any more: the server answers the rest, and ends.
			_ = s.CloseSend()
			return
		}
		select {
		case <-l.wake:
		case <-s.Context().Done():
			return
		}
	}
}

// read hands answers to their calls.
func (l *link) read(s *stream) error {
	for {
		message := &enginev1.RunResponse{}
		if err := s.RecvMsg(message); err != nil {
			if errors.Is(err, io.EOF) {
				return errors.New("the server ended the stream")
			}
			return err
		}
		for _, answer := range message.Answers {
			f := l.answered(answer.GetTag())
			switch {
			case f == nil:
			case l.options.Token != nil && f.tries < triesMax && isUnauthenticated(answer):
				// It was not begun. The token has ended: calls go on over a stream with a new one.
				s.stale.Store(true)
				l.again([]*flight{f})
			default:
				f.end(answer, nil)
			}
		}
	}
}

func isUnauthenticated(answer *commandv1.Answer) bool {
	return answer.GetError().GetCode() == commonv1.ErrorCode_ERROR_CODE_UNAUTHENTICATED
}

// appendCall appends an encoded call to an encoded message of calls.
func appendCall(message, call []byte) []byte {
	const calls = 1
	message = protowire.AppendTag(message, calls, protowire.BytesType)
	return protowire.AppendBytes(message, call)
}

// codec sends messages that are encoded already, and decodes those that come.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(message any) (mem.BufferSlice, error) {
	bytes, is := message.([]byte)
	if !is {
		return nil, errors.New("a message that is not encoded")
	}
	return mem.BufferSlice{mem.SliceBuffer(bytes)}, nil
}

func (codec) Unmarshal(data mem.BufferSlice, into any) error {
	message, is := into.(proto.Message)
	if !is {
		return errors.New("what comes is a message")
	}
	bytes := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer bytes.Free()
	return proto.Unmarshal(bytes.ReadOnlyData(), message)
}
