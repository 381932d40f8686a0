// A method of the engine for each command, and which answer it has.

package tacos

import "context"

func (CreateEvent) command()                 {}
func (CreateEvent) answer() (r EventChanged) { return }

func (UpdateEvent) command()                 {}
func (UpdateEvent) answer() (r EventChanged) { return }

func (SetSale) command()                 {}
func (SetSale) answer() (r EventChanged) { return }

func (BlockSeats) command()         {}
func (BlockSeats) answer() (r Done) { return }

func (SetQueuePolicy) command()                 {}
func (SetQueuePolicy) answer() (r EventChanged) { return }

func (PauseQueue) command()                 {}
func (PauseQueue) answer() (r EventChanged) { return }

func (DrawRoom) command()                 {}
func (DrawRoom) answer() (r EventChanged) { return }

func (JoinQueue) command()           {}
func (JoinQueue) answer() (r Joined) { return }

func (LeaveQueue) command()         {}
func (LeaveQueue) answer() (r Done) { return }

func (RequestAdmission) command()             {}
func (RequestAdmission) answer() (r Admitted) { return }

func (Reserve) command()             {}
func (Reserve) answer() (r Reserved) { return }

func (Confirm) command()              {}
func (Confirm) answer() (r Confirmed) { return }

func (Release) command()             {}
func (Release) answer() (r Released) { return }

func (Extend) command()             {}
func (Extend) answer() (r Extended) { return }

func (Expire) command()             {}
func (Expire) answer() (r Released) { return }

func (CreatePayment) command()                   {}
func (CreatePayment) answer() (r PaymentChanged) { return }

func (ProcessPayment) command()                   {}
func (ProcessPayment) answer() (r PaymentChanged) { return }

func (CancelPayment) command()                   {}
func (CancelPayment) answer() (r PaymentChanged) { return }

func (ReportPayment) command()                   {}
func (ReportPayment) answer() (r PaymentChanged) { return }

func (ReportWebhook) command()         {}
func (ReportWebhook) answer() (r Done) { return }

func (ReplayWebhook) command()         {}
func (ReplayWebhook) answer() (r Done) { return }

func (SetNote) command()         {}
func (SetNote) answer() (r Done) { return }

func (RemoveNote) command()         {}
func (RemoveNote) answer() (r Done) { return }

func (ReadReservation) command()                {}
func (ReadReservation) answer() (r Reservation) { return }

func (ListReservations) command()                    {}
func (ListReservations) answer() (r ReservationPage) { return }

func (ReadPayment) command()            {}
func (ReadPayment) answer() (r Payment) { return }

func (ListPayments) command()                {}
func (ListPayments) answer() (r PaymentPage) { return }

// CreateEvent runs the command; see [CreateEvent].
func (e *Engine) CreateEvent(ctx context.Context, command CreateEvent) (EventChanged, error) {
	return Do(ctx, e, command)
}

// UpdateEvent runs the command; see [UpdateEvent].
func (e *Engine) UpdateEvent(ctx context.Context, command UpdateEvent) (EventChanged, error) {
	return Do(ctx, e, command)
}

// SetSale runs the command; see [SetSale].
func (e *Engine) SetSale(ctx context.Context, command SetSale) (EventChanged, error) {
	return Do(ctx, e, command)
}

// BlockSeats runs the command; see [BlockSeats].
func (e *Engine) BlockSeats(ctx context.Context, command BlockSeats) (Done, error) {
	return Do(ctx, e, command)
}

// SetQueuePolicy runs the command; see [SetQueuePolicy].
func (e *Engine) SetQueuePolicy(ctx context.Context, command SetQueuePolicy) (EventChanged, error) {
	return Do(ctx, e, command)
}

// PauseQueue runs the command; see [PauseQueue].
func (e *Engine) PauseQueue(ctx context.Context, command PauseQueue) (EventChanged, error) {
	return Do(ctx, e, command)
}

// DrawRoom runs the command; see [DrawRoom].
func (e *Engine) DrawRoom(ctx context.Context, command DrawRoom) (EventChanged, error) {
	return Do(ctx, e, command)
}

// JoinQueue runs the command; see [JoinQueue].
func (e *Engine) JoinQueue(ctx context.Context, command JoinQueue) (Joined, error) {
	return Do(ctx, e, command)
}

// LeaveQueue runs the command; see [LeaveQueue].
func (e *Engine) LeaveQueue(ctx context.Context, command LeaveQueue) (Done, error) {
	return Do(ctx, e, command)
}

// RequestAdmission runs the command; see [RequestAdmission].
func (e *Engine) RequestAdmission(ctx context.Context, command RequestAdmission) (Admitted, error) {
	return Do(ctx, e, command)
}

// Reserve runs the command; see [Reserve].
func (e *Engine) Reserve(ctx context.Context, command Reserve) (Reserved, error) {
	return Do(ctx, e, command)
}

// Confirm runs the command; see [Confirm].
func (e *Engine) Confirm(ctx context.Context, command Confirm) (Confirmed, error) {
	return Do(ctx, e, command)
}

// Release runs the command; see [Release].
func (e *Engine) Release(ctx context.Context, command Release) (Released, error) {
	return Do(ctx, e, command)
}

// Extend runs the command; see [Extend].
func (e *Engine) Extend(ctx context.Context, command Extend) (Extended, error) {
	return Do(ctx, e, command)
}

// Expire runs the command; see [Expire].
func (e *Engine) Expire(ctx context.Context, command Expire) (Released, error) {
	return Do(ctx, e, command)
}

// CreatePayment runs the command; see [CreatePayment].
func (e *Engine) CreatePayment(ctx context.Context, command CreatePayment) (PaymentChanged, error) {
	return Do(ctx, e, command)
}

// ProcessPayment runs the command; see [ProcessPayment].
func (e *Engine) ProcessPayment(ctx context.Context, command ProcessPayment) (PaymentChanged, error) {
	return Do(ctx, e, command)
}

// CancelPayment runs the command; see [CancelPayment].
func (e *Engine) CancelPayment(ctx context.Context, command CancelPayment) (PaymentChanged, error) {
	return Do(ctx, e, command)
}

// ReportPayment runs the command; see [ReportPayment].
func (e *Engine) ReportPayment(ctx context.Context, command ReportPayment) (PaymentChanged, error) {
	return Do(ctx, e, command)
}

// ReportWebhook runs the command; see [ReportWebhook].
func (e *Engine) ReportWebhook(ctx context.Context, command ReportWebhook) (Done, error) {
	return Do(ctx, e, command)
}

// ReplayWebhook runs the command; see [ReplayWebhook].
func (e *Engine) ReplayWebhook(ctx context.Context, command ReplayWebhook) (Done, error) {
	return Do(ctx, e, command)
}

// SetNote runs the command; see [SetNote].
func (e *Engine) SetNote(ctx context.Context, command SetNote) (Done, error) {
	return Do(ctx, e, command)
}

// RemoveNote runs the command; see [RemoveNote].
func (e *Engine) RemoveNote(ctx context.Context, command RemoveNote) (Done, error) {
	return Do(ctx, e, command)
}

// ReadReservation runs the command; see [ReadReservation].
func (e *Engine) ReadReservation(ctx context.Context, command ReadReservation) (Reservation, error) {
	return Do(ctx, e, command)
}

// ListReservations runs the command; see [ListReservations].
func (e *Engine) ListReservations(ctx context.Context, command ListReservations) (ReservationPage, error) {
	return Do(ctx, e, command)
}

// ReadPayment runs the command; see [ReadPayment].
func (e *Engine) ReadPayment(ctx context.Context, command ReadPayment) (Payment, error) {
	return Do(ctx, e, command)
}

// ListPayments runs the command; see [ListPayments].
func (e *Engine) ListPayments(ctx context.Context, command ListPayments) (PaymentPage, error) {
	return Do(ctx, e, command)
}
