// Opening, closing, and commands: run one, run many, wait for answers. Nothing here knows what a command means.

package tacos

/*
#include "tacos_engine.h"

// The calls that are made for every customer, with addresses as numbers: cgo asks of each pointer, at each call,
// whether it is one of Go's. All of these are C's.
static inline tacos_status tacos_go_try(tacos_engine engine, uintptr_t command, uint64_t tag, uintptr_t buffer, uintptr_t out) {
    return tacos_try(engine, (const tacos_head *)command, tag, (tacos_buffer *)buffer, (tacos_answer *)out);
}

static inline tacos_status tacos_go_submit(tacos_engine engine, uintptr_t commands, size_t count, uint64_t first_tag,
                                           uintptr_t accepted, uintptr_t buffer, uintptr_t out) {
    return tacos_submit(engine, (const tacos_head *const *)commands, count, first_tag, (size_t *)accepted,
                        (tacos_buffer *)buffer, (tacos_list *)out);
}

// Calls that cannot call back into Go and keep no pointer: says so, which makes them cheaper.
#cgo noescape tacos_go_try
#cgo nocallback tacos_go_try
#cgo noescape tacos_go_submit
#cgo nocallback tacos_go_submit
#cgo noescape tacos_counts_of
#cgo nocallback tacos_counts_of
#cgo noescape tacos_abi_version
#cgo nocallback tacos_abi_version
*/
import "C"

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Options of an engine. Zero values stand for the engine's usual, production-ready settings.
type Options struct {
	// RelaxedSync, if not zero, acknowledges writes once they are with the operating system and syncs at least this often:
	// a crash of the machine may lose what was acknowledged within it. Zero: acknowledged once on disk.
	RelaxedSync time.Duration
	// ManualDriver: no threads; time is turned by Turn, and waiting for a write writes it. For tests and simulations.
	ManualDriver bool
	// ManualClock, if not zero, is where a clock starts that only AdvanceClock moves. For tests and simulations.
	ManualClock time.Time
	// IdempotencyRequired refuses writes without a key.
	IdempotencyRequired bool
	IdempotencyTTL      time.Duration
	IdempotencyKeysMax  uint32
	ReservationsMax     uint32
	PaymentsMax         uint32
	WebhooksMax         uint32
	NotesMax            uint32
	Retention           time.Duration
	// ExpiryWarning goes out this long before a hold ends; negative for none.
	ExpiryWarning          time.Duration
	PaymentTTL             time.Duration
	AdmissionsPerSecondMax uint32
	// LatePaymentRefund always pays late money back, instead of first trying to take the same seats again.
	LatePaymentRefund bool
	// AnyPaymentAmount does not compare a payment's amount with the reservation's total.
	AnyPaymentAmount bool
	// PaymentTimePermille makes simulated payments faster: 1,000 is real time.
	PaymentTimePermille uint32
	WebhookRetriesMax   *uint32
	// CompletionsMax answers can wait for the disk at once.
	CompletionsMax     uint32
	LogBufferBytes     uint64
	UpdateHistoryBytes uint64
	SegmentBytes       uint64
	// SnapshotEveryBytes of journal a snapshot is taken; nil for the usual 512 MiB, 0 for only when asked.
	SnapshotEveryBytes *uint64
	// FixedEntropy makes ids and simulated outcomes reproducible. Never in production.
	FixedEntropy *uint64
	// CutAtDamage: the operator agrees to lose everything from the first damage of the folder on.
	CutAtDamage bool
}

// Engine is an open engine. Any number of goroutines may use it.
type Engine struct {
	handle C.tacos_engine
	tags   atomic.Uint64
	// drained is closed once the last answer has been taken out.
	drained  chan struct{}
	close    sync.Once
	closeErr error

	mu sync.Mutex
	// waiting has, by tag, who waits for an answer; nil for a call that went away.
	waiting map[uint64]*waiter
	// early has answers that came before a call could wait for them.
	early map[uint64]Result
	// broken, if not nil, is why no answers will come any more.
	broken error

	news news
}

// waiter waits for the answers to one or more commands. Once it is registered, the engine's lock guards it.
type waiter struct {
	first   uint64
	left    int
	results []Result
	// done is closed after the last answer; nil as long as no call waits.
	done chan struct{}
}

// Open opens the data folder at path, or makes one there, and brings back everything that was durable.
func Open(path string, options Options) (*Engine, error) {
	return open(options, func(a *arena, config *C.tacos_config, out *C.tacos_engine) C.tacos_status {
		return C.tacos_open(a.text(path), config, out)
	})
}

// OpenInMemory opens an engine without a folder: everything is gone when it is closed.
func OpenInMemory(options Options) (*Engine, error) {
	return open(options, func(_ *arena, config *C.tacos_config, out *C.tacos_engine) C.tacos_status {
		return C.tacos_open_in_memory(config, out)
	})
}

func open(options Options, call func(*arena, *C.tacos_config, *C.tacos_engine) C.tacos_status) (*Engine, error) {
	if got := C.tacos_abi_version(); got != C.TACOS_ABI_VERSION {
		return nil, fmt.Errorf("tacos: the native library has ABI version %d, this package needs %d", got, C.TACOS_ABI_VERSION)
	}
	a := takeArena()
	defer a.giveBack()
	config, out := cConfig(a, &options), alloc[C.tacos_engine](a)
	if err := checked(func() C.tacos_status { return call(a, config, out) }); err != nil {
		return nil, err
	}
	e := &Engine{
		handle:  *out,
		drained: make(chan struct{}),
		waiting: make(map[uint64]*waiter),
		early:   make(map[uint64]Result),
	}
	go e.drain()
	return e, nil
}

// emptyCall crosses the border and comes back.
func emptyCall() { _ = C.tacos_abi_version() }

// Close stops taking commands, makes durable what was taken, and waits until every answer in flight has been delivered.
// Closing again does nothing and gives the same error; every other call gives ErrClosed from now on.
func (e *Engine) Close() error {
	e.close.Do(func() {
		e.closeErr = checked(func() C.tacos_status { return C.tacos_close(e.handle) })
		<-e.drained
	})
	return e.closeErr
}

// run is [Do], without an interface's value for the most frequent answers.
func run[R any, Q Returns[R]](ctx context.Context, e *Engine, command Q) (R, error) {
	var direct R
	answer, err := e.do(ctx, command, &direct)
	if err != nil || answer == nil {
		return direct, err
	}
	return answer.(R), nil
}

// Run runs a command of which only the program knows the kind; the answer is of the type that [Do] gives for it.
func (e *Engine) Run(ctx context.Context, command Command) (any, error) {
	return e.do(ctx, command, nil)
}

// do gives nil where the answer could be put into `direct`, which saves the memory of an interface's value.
func (e *Engine) do(ctx context.Context, command Command, direct any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for {
		tag := e.tags.Add(1)
		answer, err, pending := e.try(command, tag, direct)
		if pending {
			w := newWaiter(tag, 1)
			if err := e.await(ctx, w); err != nil {
				return nil, err
			}
			return w.results[0].Answer, w.results[0].Err
		}
		if !isQueueFull(err) {
			return answer, err
		}
		if err := e.makeRoom(ctx); err != nil {
			return nil, err
		}
	}
}

// try runs a command; pending says that the answer will come out of the queue.
func (e *Engine) try(command Command, tag uint64, direct any) (answer any, err error, pending bool) {
	a := takeArena()
	defer a.giveBack()
	head := encode(a, command)
	for {
		border()
		status := C.tacos_go_try(e.handle, address(head), C.uint64_t(tag), address(a.buffer), address(a.answer))
		border()
		switch status {
		case C.TACOS_STATUS_OK:
			if decodeInto(a.answer, direct) {
				return nil, nil, false
			}
			answer, err = decode(a.answer)
			return answer, err, false
		case C.TACOS_STATUS_PENDING:
			return nil, nil, true
		case C.TACOS_STATUS_BUFFER_TOO_SMALL:
			// Only reads: nothing was done, so it can be done again.
			a.grow()
		default:
			return nil, statusError(status), false
		}
	}
}

// statusError is for calls whose statuses say everything: no caller reads the thread's text.
func statusError(status C.tacos_status) error {
	switch Status(status) {
	case ErrClosed:
		return &Error{Status: ErrClosed, Message: "the engine is closed"}
	case ErrPanicked:
		return &Error{Status: ErrPanicked, Message: "a bug of the library; close the engine and open it again to write"}
	case ErrBadUTF8:
		return &Error{Status: ErrBadUTF8, Message: "a text is not UTF-8"}
	}
	return &Error{Status: Status(status), Message: Status(status).Error()}
}

// Batch runs commands one after the other, crossing the border once, and gives their results in order. If ctx is done first
// the caller gets ctx.Err(), and those that were begun go on.
func (e *Engine) Batch(ctx context.Context, commands []Command) ([]Result, error) {
	var results []Result
	for len(results) < len(commands) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some, err := e.batch(ctx, commands[len(results):])
		if err != nil {
			return nil, err
		}
		if results == nil {
			// All of them, as a rule.
			results = some
		} else {
			results = append(results, some...)
		}
	}
	return results, nil
}

// batch runs as many commands as the queue has room for, at least one.
func (e *Engine) batch(ctx context.Context, commands []Command) ([]Result, error) {
	count := uint64(len(commands))
	first := e.tags.Add(count) - count + 1
	w, status := e.submit(commands, first)
	if err := e.await(ctx, w); err != nil {
		return nil, err
	}
	results := w.results
	switch {
	case status == C.TACOS_STATUS_OK:
	case status != C.TACOS_STATUS_QUEUE_FULL:
		// The next one was not begun, and says why; those behind it are tried on their own.
		results = append(results, Result{Err: statusError(status)})
	case len(results) == 0:
		return nil, e.makeRoom(ctx)
	}
	return results, nil
}

// submit hands commands over and gives who waits for the answers to those that were accepted; those that were there at once
// have come already.
func (e *Engine) submit(commands []Command, first uint64) (*waiter, C.tacos_status) {
	a := takeArena()
	defer a.giveBack()
	heads := allocSlice[*C.tacos_head](a, len(commands))
	for i, command := range commands {
		heads[i] = encode(a, command)
	}
	accepted, list := alloc[C.size_t](a), alloc[C.tacos_list](a)
	border()
	status := C.tacos_go_submit(e.handle, address(unsafe.SliceData(heads)), C.size_t(len(heads)), C.uint64_t(first),
		address(accepted), address(a.buffer), address(list))
	border()
	w := newWaiter(first, int(*accepted))
	for i := range list.count {
		answer := item[C.tacos_answer](*list, i)
		value, err := decode(answer)
		w.take(uint64(answer.tag), Result{value, err})
	}
	return w, status
}

// address of memory of C's.
func address[T any](at *T) C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(at))) }

func isQueueFull(err error) bool {
	failed, is := err.(*Error)
	return is && failed.Status == Status(C.TACOS_STATUS_QUEUE_FULL)
}

// makeRoom waits a moment for answers to be taken out of a full queue.
func (e *Engine) makeRoom(ctx context.Context) error {
	timer := time.NewTimer(time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func newWaiter(first uint64, count int) *waiter {
	return &waiter{first: first, left: count, results: make([]Result, count)}
}

// take puts in the answer to one command, and wakes the caller after the last.
func (w *waiter) take(tag uint64, result Result) {
	w.results[tag-w.first], w.left = result, w.left-1
	if w.left == 0 && w.done != nil {
		close(w.done)
	}
}

// await waits for the answers that have not come yet.
func (e *Engine) await(ctx context.Context, w *waiter) error {
	if w.left == 0 || e.register(w) {
		return nil
	}
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range uint64(len(w.results)) {
		if waits, is := e.waiting[w.first+i]; is && waits == w {
			e.waiting[w.first+i] = nil
		}
	}
	return ctx.Err()
}

// register lets a waiter wait for the answers that it lacks; true if they have all come meanwhile.
func (e *Engine) register(w *waiter) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range w.results {
		tag, result := w.first+uint64(i), &w.results[i]
		if result.Answer != nil || result.Err != nil {
			continue
		}
		if early, came := e.early[tag]; came {
			delete(e.early, tag)
			w.take(tag, early)
		} else if e.broken != nil {
			w.take(tag, Result{Err: e.broken})
		} else {
			e.waiting[tag] = w
		}
	}
	if w.left == 0 {
		return true
	}
	w.done = make(chan struct{})
	return false
}

// drain is the one goroutine, and the one thread, that waits for the engine: it takes answers out and hands them on.
func (e *Engine) drain() {
	defer close(e.drained)
	a := newArena()
	list := (*C.tacos_list)(a.alloc(C.sizeof_tacos_list))
	const hour = 3_600_000
	for {
		border()
		status := C.tacos_poll(e.handle, 256, hour, a.buffer, list)
		border()
		switch status {
		case C.TACOS_STATUS_OK:
			e.deliverAll(list)
		case C.TACOS_STATUS_BUFFER_TOO_SMALL:
			a.grow()
		case C.TACOS_STATUS_CLOSED:
			return
		default:
			// A bug of the library met us there: waiting callers get the error.
			e.breakOff(statusError(status))
			return
		}
	}
}

// breakOff tells every call that waits, and every later one, that no answers come any more.
func (e *Engine) breakOff(why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.broken = why
	for tag, w := range e.waiting {
		delete(e.waiting, tag)
		if w != nil {
			w.take(tag, Result{Err: why})
		}
	}
}

// deliverAll hands answers on to those who wait for them.
func (e *Engine) deliverAll(list *C.tacos_list) {
	type decoded struct {
		tag uint64
		Result
	}
	answers := goList(*list, func(answer *C.tacos_answer) decoded {
		value, err := decode(answer)
		return decoded{uint64(answer.tag), Result{value, err}}
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, answer := range answers {
		w, known := e.waiting[answer.tag]
		if !known {
			e.early[answer.tag] = answer.Result
			continue
		}
		delete(e.waiting, answer.tag)
		if w == nil {
			continue
		}
		w.take(answer.tag, answer.Result)
	}
}

func cConfig(a *arena, o *Options) *C.tacos_config {
	config := alloc[C.tacos_config](a)
	if status := C.tacos_config_init(config, C.sizeof_tacos_config); status != C.TACOS_STATUS_OK {
		panic(misuse(status))
	}
	if o.RelaxedSync != 0 {
		config.durability, config.sync_every_ms = 1, ms(o.RelaxedSync)
	}
	config.manual_driver = flag(o.ManualDriver)
	if !o.ManualClock.IsZero() {
		config.manual_clock, config.clock_start_ms = 1, cTime(o.ManualClock)
	}
	config.idempotency_required = flag(o.IdempotencyRequired)
	setMs(&config.idempotency_ttl_ms, o.IdempotencyTTL)
	set32(&config.idempotency_keys_max, o.IdempotencyKeysMax)
	set32(&config.reservations_max, o.ReservationsMax)
	set32(&config.payments_max, o.PaymentsMax)
	set32(&config.webhooks_max, o.WebhooksMax)
	set32(&config.notes_max, o.NotesMax)
	setMs(&config.retention_ms, o.Retention)
	setMs(&config.expiry_warning_ms, o.ExpiryWarning)
	setMs(&config.payment_ttl_ms, o.PaymentTTL)
	set32(&config.admissions_per_second_max, o.AdmissionsPerSecondMax)
	config.late_payment_refund = flag(o.LatePaymentRefund)
	config.payment_amount_must_match = flag(!o.AnyPaymentAmount)
	set32(&config.payment_time_permille, o.PaymentTimePermille)
	if o.WebhookRetriesMax != nil {
		config.webhook_retries_max = C.uint32_t(*o.WebhookRetriesMax)
	}
	set32(&config.completions_max, o.CompletionsMax)
	set64(&config.log_buffer_bytes, o.LogBufferBytes)
	set64(&config.update_history_bytes, o.UpdateHistoryBytes)
	set64(&config.segment_bytes, o.SegmentBytes)
	if o.SnapshotEveryBytes != nil {
		config.snapshot_every_bytes = C.uint64_t(*o.SnapshotEveryBytes)
	}
	if o.FixedEntropy != nil {
		config.has_fixed_entropy, config.fixed_entropy = 1, C.uint64_t(*o.FixedEntropy)
	}
	config.cut_at_damage = flag(o.CutAtDamage)
	return config
}

func set64(out *C.uint64_t, value uint64) {
	if value != 0 {
		*out = C.uint64_t(value)
	}
}
