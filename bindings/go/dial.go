// The client of a server: opening, closing, and calls. Nothing here knows what a command means.

package tacos

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	commandv1 "github.com/traffic-tacos/proto-contracts/gen/go/command/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// DialOptions of a client. Zero values stand for usual, production-ready ones.
type DialOptions struct {
	// TLS, if not nil, is how the server is met; nil: in plain text.
	TLS *tls.Config
	// Token gives the bearer token that says who calls. It is asked for whenever a stream is opened, and anew when the
	// server says that the last one has ended. Nil: the caller has none.
	Token func(ctx context.Context) (string, error)
	// TokenInPlainText lets a token go to a server that is not on this machine without TLS. A reader of the network
	// can then act as the caller.
	TokenInPlainText bool
	// ReadTimeout is how long reads wait that take no context; see [Client.With]. Zero: 10 s.
	ReadTimeout time.Duration
	// Patience is how long a call waits for a connection before it gets ErrUnavailable. Zero: 10 s.
	Patience time.Duration
	// InFlightMax calls may be under way at once; what is more waits. Zero: 4,096, as many as a server takes from one
	// stream where its settings do not say otherwise.
	InFlightMax int
	// Options of grpc, which have the last word.
	Options []grpc.DialOption
}

const (
	usualReadTimeout = 10 * time.Second
	usualPatience    = 10 * time.Second
	usualInFlightMax = 4096
	// closePatience is how long Close waits for the answers to what is under way.
	closePatience = 5 * time.Second
	// answerBytesMax bounds one message of the server's: a seat map of a million seats with room to spare.
	answerBytesMax = 1 << 30
)

// Client is a server's engine: what can be asked of a linked [Engine] goes over one stream of commands to a server. Any
// number of goroutines may use it; calls that come together go in one message. A lost connection is found again.
type Client struct {
	link *link
	// ctx, if not nil, is that of reads that take none.
	ctx context.Context
}

// Dial meets the server at target (host:port, or any name that grpc understands), and gives up with ctx. The error is a
// [*ServerError] if the server does not let the caller in, else [errors.Is] finds ErrUnavailable or the context's error.
func Dial(ctx context.Context, target string, options DialOptions) (*Client, error) {
	if options.ReadTimeout <= 0 {
		options.ReadTimeout = usualReadTimeout
	}
	if options.Patience <= 0 {
		options.Patience = usualPatience
	}
	if options.InFlightMax <= 0 {
		options.InFlightMax = usualInFlightMax
	}
	conn, err := grpc.NewClient(target, dialOptions(target, &options)...)
	if err != nil {
		return nil, &lostError{ErrUnavailable, err}
	}
	link := newLink(conn, options)
	if err := link.start(ctx); err != nil {
		// Nothing was sent yet, so nothing is lost.
		_ = conn.Close()
		return nil, err
	}
	return &Client{link: link}, nil
}

func dialOptions(target string, options *DialOptions) []grpc.DialOption {
	transport := insecure.NewCredentials()
	if options.TLS != nil {
		transport = credentials.NewTLS(options.TLS)
	}
	// Quick to come back: the stream is the only call.
	waits := backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second}
	all := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: waits, MinConnectTimeout: 5 * time.Second}),
		// A peer that vanished without a word is noticed.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(answerBytesMax)),
	}
	if options.Token != nil {
		token := bearer{options.Token, !options.TokenInPlainText && !isThisMachine(target)}
		all = append(all, grpc.WithPerRPCCredentials(token))
	}
	return append(all, options.Options...)
}

// bearer is a caller's token as grpc asks for it.
type bearer struct {
	token  func(ctx context.Context) (string, error)
	secure bool
}

func (b bearer) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := b.token(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return b.secure }

func isThisMachine(target string) bool {
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return false
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Close takes no more calls, waits a few seconds for the answers to those under way, and ends the connection. Writes that
// are not answered by then get ErrOutcomeUnknown. Closing again does nothing; every other call gives ErrClosed.
func (c *Client) Close() error { return c.link.close() }

// With is the same client, whose reads wait as long as ctx lives: those that take no context of their own.
func (c *Client) With(ctx context.Context) *Client { return &Client{c.link, ctx} }

// Run runs a command of which only the program knows the kind; the answer is of the type that [Do] gives for it. When ctx
// is done the caller gets ctx.Err() at once, and a write that was sent goes on; the deadline of ctx goes along, and the
// server begins nothing behind it.
func (c *Client) Run(ctx context.Context, command Command) (any, error) {
	if err := disagreement(command); err != nil {
		return nil, err
	}
	call, reads := toCall(command)
	return c.ask(ctx, call, reads)
}

func (c *Client) ask(ctx context.Context, call *commandv1.Call, reads bool) (any, error) {
	f, err := c.link.submit(ctx, call, reads)
	if err != nil {
		return nil, err
	}
	return f.wait(ctx)
}

// look is a read that takes no context.
func (c *Client) look(call *commandv1.Call) (any, error) {
	ctx := c.ctx
	if ctx == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.Background(), c.link.options.ReadTimeout)
		defer cancel()
	}
	return c.ask(ctx, call, true)
}

// Batch hands commands over together, in their order, and gives their results in it. If ctx is done first the caller gets
// ctx.Err(), and those that were sent go on.
func (c *Client) Batch(ctx context.Context, commands []Command) ([]Result, error) {
	results, under := make([]Result, len(commands)), make([]*flight, len(commands))
	for i, command := range commands {
		err := disagreement(command)
		if err == nil {
			call, reads := toCall(command)
			under[i], err = c.link.submit(ctx, call, reads)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		results[i].Err = err
	}
	for i, f := range under {
		if f == nil {
			continue
		}
		results[i].Answer, results[i].Err = f.wait(ctx)
		if ctx.Err() != nil && errors.Is(results[i].Err, ctx.Err()) {
			return nil, ctx.Err()
		}
	}
	return results, nil
}

// disagreement is what the fields of a command say against each other, where a message can say only one of them.
func disagreement(command Command) error {
	reserve, is := command.(Reserve)
	if !is || len(reserve.Seats) == 0 || reserve.Quantity == 0 || int(reserve.Quantity) == len(reserve.Seats) {
		return nil
	}
	return invalid("quantity", "must agree with seat_ids")
}
