// The link to a server: one stream of commands at a time, over which the calls of all goroutines go. Calls wait in a
// queue; the writer of the stream takes as many as there are into one message; answers are told apart by their tags. When
// a stream is lost, what was sent and not answered is asked again if it was a read, and is not known if it was a write.

package tacos

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

const (
	// callsPerMessage is the most that a server takes in one message.
	callsPerMessage = 1024
	// bytesPerMessage is how large a message grows by further calls; one call may be larger.
	bytesPerMessage = 64 << 10
	// triesMax is how often a read is asked.
	triesMax = 3
)

type link struct {
	conn    *grpc.ClientConn
	options DialOptions
	// ctx is that of all streams; cancel ends them at once.
	ctx    context.Context
	cancel context.CancelFunc
	tags   atomic.Uint64
	// slots holds one for each call under way: it bounds the queue, and what a server is asked at once.
	slots chan struct{}
	// wake tells the writer that there is something to do.
	wake chan struct{}
	// closed is closed when no calls are taken any more; ended, when nothing is under way and no goroutine is left.
	closed, ended chan struct{}

	mu      sync.Mutex
	closing bool
	// queue has calls that were not sent yet; sent has, by tag, those that were and have no answer.
	queue []*flight
	sent  map[uint64]*flight
}

// flight is a call under way.
type flight struct {
	link  *link
	ctx   context.Context
	tag   uint64
	call  []byte
	reads bool
	// since is when it was put into the queue.
	since time.Time
	tries int
	// done is closed when the rest is there.
	done   chan struct{}
	answer *commandv1.Answer
	err    error
}

func newLink(conn *grpc.ClientConn, options DialOptions) *link {
	ctx, cancel := context.WithCancel(context.Background())
	return &link{
		conn: conn, options: options, ctx: ctx, cancel: cancel,
		slots:  make(chan struct{}, options.InFlightMax),
		wake:   make(chan struct{}, 1),
		closed: make(chan struct{}),
		ended:  make(chan struct{}),
		sent:   make(map[uint64]*flight),
	}
}

// start opens the first stream.
func (l *link) start(ctx context.Context) error {
	stop := context.AfterFunc(ctx, l.cancel)
	first, err := l.open()
	if !stop() {
		// The context ended meanwhile, and with it every stream of this link.
		return ctx.Err()
	}
	if err != nil {
		l.cancel()
		return unreachable(err)
	}
	go l.run(first)
	return nil
}

// submit puts a call into the queue.
func (l *link) submit(ctx context.Context, call *commandv1.Call, reads bool) (*flight, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-l.closed:
		return nil, closedError()
	case <-ctx.Done():
		return nil, ctx.Err()
	case l.slots <- struct{}{}:
	}
	call.Tag = l.tags.Add(1)
	if deadline, has := ctx.Deadline(); has {
		ms := uint32(min(max(time.Until(deadline).Milliseconds(), 1), 1<<32-1))
		call.DeadlineMs = &ms
	}
	// Here and not in the writer: many goroutines do it side by side, and a text that cannot be sent is this call's error.
	bytes, err := proto.Marshal(call)
	if err != nil {
		<-l.slots
		return nil, &Error{Status: ErrBadUTF8, Message: "a text is not UTF-8"}
	}
	f := &flight{link: l, ctx: ctx, tag: call.Tag, call: bytes, reads: reads, since: time.Now(), done: make(chan struct{})}
	l.mu.Lock()
	closing := l.closing
	if !closing {
		l.queue = append(l.queue, f)
	}
	l.mu.Unlock()
	if closing {
		<-l.slots
		return nil, closedError()
	}
	l.rouse()
	return f, nil
}

// rouse wakes the writer, or leaves it a sign that it is to look again.
func (l *link) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// wait gives the answer, or the error of ctx if that is done first.
func (f *flight) wait(ctx context.Context) (any, error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		select {
		case <-f.done:
		default:
			return nil, ctx.Err()
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	return fromAnswer(f.answer)
}

// end gives a call its answer, and room to another.
func (f *flight) end(answer *commandv1.Answer, err error) {
	f.answer, f.err = answer, err
	close(f.done)
	<-f.link.slots
}

// take moves calls from the queue to those that were sent, and gives them as one message; none if the queue is empty.
func (l *link) take() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var message []byte
	taken, count := 0, 0
	for _, f := range l.queue {
		if count == callsPerMessage || count > 0 && len(message)+len(f.call) > bytesPerMessage {
			break
		}
		taken++
		if err := f.ctx.Err(); err != nil {
			// Its caller is gone: it is not begun.
			f.end(nil, err)
			continue
		}
		f.tries++
		l.sent[f.tag] = f
		message = appendCall(message, f.call)
		count++
	}
	l.queue = slices.Delete(l.queue, 0, taken)
	return message
}

// answered takes a call out of those that wait for an answer; nil if it is not among them.
func (l *link) answered(tag uint64) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.sent[tag]
	delete(l.sent, tag)
	return f
}

// again puts reads that are to be asked again in front of the queue, in their order.
func (l *link) again(reads []*flight) {
	slices.SortFunc(reads, func(a, b *flight) int { return int(a.tag) - int(b.tag) })
	now := time.Now()
	for _, f := range reads {
		f.since = now
	}
	l.mu.Lock()
	l.queue = slices.Insert(l.queue, 0, reads...)
	l.mu.Unlock()
	l.rouse()
}

// lost settles what was sent over a stream that is no more.
func (l *link) lost(cause error) {
	l.mu.Lock()
	sent, closing := l.sent, l.closing
	l.sent = make(map[uint64]*flight)
	l.mu.Unlock()
	var reads []*flight
	for _, f := range sent {
		switch {
		case !f.reads:
			f.end(nil, &lostError{ErrOutcomeUnknown, cause})
		case closing || f.tries >= triesMax:
			f.end(nil, &lostError{ErrUnavailable, cause})
		default:
			reads = append(reads, f)
		}
	}
	l.again(reads)
}

// giveUp ends calls of the queue that have waited too long for a connection, or all of them if it is of no use to wait.
func (l *link) giveUp(why error, all bool) {
	l.mu.Lock()
	queue := l.queue
	l.queue = nil
	for _, f := range queue {
		if !all && f.ctx.Err() == nil && time.Since(f.since) < l.options.Patience {
			l.queue = append(l.queue, f)
			continue
		}
		f.end(nil, why)
	}
	l.mu.Unlock()
}

// isClosing says that no calls are taken any more.
func (l *link) isClosing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closing
}

func (l *link) close() error {
	l.mu.Lock()
	first := !l.closing
	l.closing = true
	l.mu.Unlock()
	if first {
		close(l.closed)
		l.rouse()
		timer := time.AfterFunc(closePatience, l.cancel)
		defer timer.Stop()
	}
	<-l.ended
	if first {
		return l.conn.Close()
	}
	return nil
}
