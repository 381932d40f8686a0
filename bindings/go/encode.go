// From commands to the structs of the C ABI, in memory of C's.

package tacos

/*
#include "tacos_engine.h"
*/
import "C"

import (
	"reflect"
	"time"
	"unsafe"
)

func head[T any](kind C.uint32_t) C.tacos_head {
	var zero T
	return C.tacos_head{size: C.uint32_t(unsafe.Sizeof(zero)), kind: kind}
}

func ms(duration time.Duration) C.uint64_t { return C.uint64_t(max(duration.Milliseconds(), 0)) }

func cTime(at time.Time) C.uint64_t {
	if at.IsZero() {
		return 0
	}
	return C.uint64_t(max(at.UnixMilli(), 0))
}

func goTime(ms C.uint64_t) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms))
}

func cWhich(a *arena, which Which) C.tacos_which {
	return C.tacos_which{id: cID(which.ID), external: a.text(which.External)}
}

func cCursor(cursor *Cursor) (C.tacos_id, C.uint32_t) {
	if cursor == nil {
		return C.tacos_id{}, 0
	}
	return cID(*cursor), 1
}

// encode builds a command in memory of C's.
func encode(a *arena, command Command) *C.tacos_head {
	switch c := command.(type) {
	case Reserve:
		return encodeReserve(a, &c)
	case Confirm:
		out := alloc[C.tacos_confirm](a)
		out.head = head[C.tacos_confirm](C.TACOS_COMMAND_CONFIRM)
		out.which, out.user, out.key = cWhich(a, c.Which), a.text(c.User), a.text(c.Key)
		out.exactly, out.exactly_count = a.texts(c.Exactly)
		if c.Payment != nil {
			out.payment = cID(*c.Payment)
		}
		out.outside = flag(c.Payment == nil)
		return &out.head
	case Release:
		out := alloc[C.tacos_release](a)
		out.head = head[C.tacos_release](C.TACOS_COMMAND_RELEASE)
		out.which, out.user, out.key = cWhich(a, c.Which), a.text(c.User), a.text(c.Key)
		out.seats, out.seat_count = a.texts(c.Seats)
		return &out.head
	case Extend:
		out := alloc[C.tacos_extend](a)
		out.head = head[C.tacos_extend](C.TACOS_COMMAND_EXTEND)
		out.which, out.user, out.key, out.by_ms = cWhich(a, c.Which), a.text(c.User), a.text(c.Key), ms(c.By)
		return &out.head
	case Expire:
		out := alloc[C.tacos_expire](a)
		out.head, out.which = head[C.tacos_expire](C.TACOS_COMMAND_EXPIRE), cWhich(a, c.Which)
		return &out.head
	case JoinQueue:
		out := alloc[C.tacos_join_queue](a)
		out.head = head[C.tacos_join_queue](C.TACOS_COMMAND_JOIN_QUEUE)
		out.event, out.session, out.user = a.text(c.Event), a.text(c.Session), a.text(c.User)
		return &out.head
	case LeaveQueue:
		out := alloc[C.tacos_leave_queue](a)
		out.head, out.token = head[C.tacos_leave_queue](C.TACOS_COMMAND_LEAVE_QUEUE), cToken(c.Token)
		return &out.head
	case RequestAdmission:
		out := alloc[C.tacos_request_admission](a)
		out.head = head[C.tacos_request_admission](C.TACOS_COMMAND_REQUEST_ADMISSION)
		out.token, out.event, out.user = cToken(c.Token), a.text(c.Event), a.text(c.User)
		return &out.head
	case ReadReservation:
		out := alloc[C.tacos_read_reservation](a)
		out.head = head[C.tacos_read_reservation](C.TACOS_COMMAND_READ_RESERVATION)
		out.which, out.user = cWhich(a, c.Which), a.text(c.User)
		return &out.head
	case ListReservations:
		out := alloc[C.tacos_list_reservations](a)
		out.head = head[C.tacos_list_reservations](C.TACOS_COMMAND_LIST_RESERVATIONS)
		out.user, out.event, out.state = a.text(c.User), a.text(c.Event), C.uint32_t(c.State)
		out.after, out.has_after = cCursor(c.After)
		out.most = C.uint32_t(c.Most)
		return &out.head
	}
	if out := encodeMoney(a, command); out != nil {
		return out
	}
	if out := encodeEvent(a, command); out != nil {
		return out
	}
	// Not by fmt: commands would have to outlive the call for it.
	panic(reflect.TypeOf(command).String() + " is no command of this package")
}

func encodeReserve(a *arena, c *Reserve) *C.tacos_head {
	out := alloc[C.tacos_reserve](a)
	out.head = head[C.tacos_reserve](C.TACOS_COMMAND_RESERVE)
	out.event, out.user, out.key = a.text(c.Event), a.text(c.User), a.text(c.Key)
	out.seats, out.seat_count = a.texts(c.Seats)
	out.section, out.external = a.text(c.Section), a.text(c.External)
	out.hold_until_ms = cTime(c.HoldUntil)
	if c.Token != nil {
		out.token, out.has_token = cToken(*c.Token), 1
	}
	out.trusted, out.quantity = flag(c.Trusted), C.uint32_t(c.Quantity)
	out.whole_only, out.accessible = flag(c.WholeOnly), flag(c.Accessible)
	return &out.head
}

func encodeMoney(a *arena, command Command) *C.tacos_head {
	switch c := command.(type) {
	case CreatePayment:
		out := alloc[C.tacos_create_payment](a)
		out.head = head[C.tacos_create_payment](C.TACOS_COMMAND_CREATE_PAYMENT)
		out.which, out.unlinked = cWhich(a, c.Which), a.text(c.Unlinked)
		out.user, out.key, out.currency = a.text(c.User), a.text(c.Key), a.text(c.Currency)
		out.amount_minor, out.webhook_url = C.int64_t(c.AmountMinor), a.text(c.WebhookURL)
		out.attachment = a.bytes(c.Attachment)
		out.method, out.scenario = C.uint32_t(c.Method), C.uint32_t(c.Scenario)
		return &out.head
	case ProcessPayment:
		out := alloc[C.tacos_process_payment](a)
		out.head = head[C.tacos_process_payment](C.TACOS_COMMAND_PROCESS_PAYMENT)
		out.payment, out.user, out.key = cID(c.Payment), a.text(c.User), a.text(c.Key)
		return &out.head
	case CancelPayment:
		out := alloc[C.tacos_cancel_payment](a)
		out.head = head[C.tacos_cancel_payment](C.TACOS_COMMAND_CANCEL_PAYMENT)
		out.payment, out.user, out.key = cID(c.Payment), a.text(c.User), a.text(c.Key)
		if c.RefundMinor != nil {
			out.refund_minor, out.has_refund = C.int64_t(*c.RefundMinor), 1
		}
		return &out.head
	case ReportPayment:
		out := alloc[C.tacos_report_payment](a)
		out.head = head[C.tacos_report_payment](C.TACOS_COMMAND_REPORT_PAYMENT)
		out.payment, out.key, out.outcome = cID(c.Payment), a.text(c.Key), C.uint32_t(c.Outcome)
		return &out.head
	case ReportWebhook:
		out := alloc[C.tacos_report_webhook](a)
		out.head = head[C.tacos_report_webhook](C.TACOS_COMMAND_REPORT_WEBHOOK)
		out.webhook, out.delivered = cID(c.Webhook), flag(c.Delivered)
		return &out.head
	case ReplayWebhook:
		out := alloc[C.tacos_replay_webhook](a)
		out.head, out.webhook = head[C.tacos_replay_webhook](C.TACOS_COMMAND_REPLAY_WEBHOOK), cID(c.Webhook)
		return &out.head
	case ReadPayment:
		out := alloc[C.tacos_read_payment](a)
		out.head = head[C.tacos_read_payment](C.TACOS_COMMAND_READ_PAYMENT)
		out.payment, out.user = cID(c.Payment), a.text(c.User)
		return &out.head
	case ListPayments:
		out := alloc[C.tacos_list_payments](a)
		out.head = head[C.tacos_list_payments](C.TACOS_COMMAND_LIST_PAYMENTS)
		out.user, out.state, out.most = a.text(c.User), C.uint32_t(c.State), C.uint32_t(c.Most)
		out.after, out.has_after = cCursor(c.After)
		if c.Reservation != nil {
			out.reservation, out.has_reservation = cID(*c.Reservation), 1
		}
		return &out.head
	}
	return nil
}

func encodeEvent(a *arena, command Command) *C.tacos_head {
	switch c := command.(type) {
	case CreateEvent:
		out := alloc[C.tacos_create_event](a)
		out.head = head[C.tacos_create_event](C.TACOS_COMMAND_CREATE_EVENT)
		out.event, out.key, out.settings = a.text(c.Event), a.text(c.Key), cSettings(a, &c.Settings)
		sections := allocSlice[C.tacos_section](a, len(c.Seats))
		for i := range sections {
			encodeSection(a, &c.Seats[i], &sections[i])
		}
		out.sections, out.section_count = unsafe.SliceData(sections), C.size_t(len(sections))
		if c.Queue != nil {
			out.queue = cPolicy(a, c.Queue)
		}
		return &out.head
	case UpdateEvent:
		out := alloc[C.tacos_update_event](a)
		out.head = head[C.tacos_update_event](C.TACOS_COMMAND_UPDATE_EVENT)
		out.event, out.key, out.settings = a.text(c.Event), a.text(c.Key), cSettings(a, &c.Settings)
		return &out.head
	case SetSale:
		out := alloc[C.tacos_set_sale](a)
		out.head = head[C.tacos_set_sale](C.TACOS_COMMAND_SET_SALE)
		out.event, out.key, out.state = a.text(c.Event), a.text(c.Key), C.uint32_t(c.State)
		return &out.head
	case BlockSeats:
		out := alloc[C.tacos_block_seats](a)
		out.head = head[C.tacos_block_seats](C.TACOS_COMMAND_BLOCK_SEATS)
		out.event, out.key, out.block = a.text(c.Event), a.text(c.Key), flag(!c.Unblock)
		out.seats, out.seat_count = a.texts(c.Seats)
		return &out.head
	case SetQueuePolicy:
		out := alloc[C.tacos_set_queue_policy](a)
		out.head = head[C.tacos_set_queue_policy](C.TACOS_COMMAND_SET_QUEUE_POLICY)
		out.event, out.key, out.policy = a.text(c.Event), a.text(c.Key), cPolicy(a, &c.Policy)
		return &out.head
	case PauseQueue:
		out := alloc[C.tacos_pause_queue](a)
		out.head = head[C.tacos_pause_queue](C.TACOS_COMMAND_PAUSE_QUEUE)
		out.event, out.key, out.paused = a.text(c.Event), a.text(c.Key), flag(!c.Resume)
		return &out.head
	case DrawRoom:
		out := alloc[C.tacos_draw_room](a)
		out.head = head[C.tacos_draw_room](C.TACOS_COMMAND_DRAW_ROOM)
		out.event, out.key = a.text(c.Event), a.text(c.Key)
		return &out.head
	case SetNote:
		out := alloc[C.tacos_note](a)
		out.head = head[C.tacos_note](C.TACOS_COMMAND_NOTE)
		out.name, out.key, out.value = a.text(c.Name), a.text(c.Key), a.bytes(c.Value)
		return &out.head
	case RemoveNote:
		out := alloc[C.tacos_note](a)
		out.head = head[C.tacos_note](C.TACOS_COMMAND_NOTE)
		out.name, out.key, out.remove = a.text(c.Name), a.text(c.Key), 1
		return &out.head
	}
	return nil
}

func encodeSection(a *arena, section *Section, out *C.tacos_section) {
	out.name, out.capacity = a.text(section.Name), C.uint32_t(section.Capacity)
	out.price_minor = C.int64_t(section.PriceMinor)
	rows := allocSlice[C.tacos_row](a, len(section.Rows))
	for i := range rows {
		encodeRow(a, &section.Rows[i], &rows[i])
	}
	out.rows, out.row_count = unsafe.SliceData(rows), C.size_t(len(rows))
}

func encodeRow(a *arena, row *Row, out *C.tacos_row) {
	out.label, out.prefix = a.text(row.Label), a.text(row.Prefix)
	out.price_minor, out.accessible = C.int64_t(row.PriceMinor), flag(row.Accessible)
	out.count, out.digits_min = C.uint32_t(row.Count), C.uint32_t(row.DigitsMin)
	out.first_number, out.step = C.uint32_t(row.FirstNumber), C.int32_t(row.Step)
	if row.FirstNumber == 0 {
		out.first_number = 1
	}
	if row.Step == 0 {
		out.step = 1
	}
	if len(row.Labels) > 0 {
		out.labels, _ = a.texts(row.Labels)
		out.count = C.uint32_t(len(row.Labels))
	}
	aisles := allocSlice[C.uint32_t](a, len(row.AislesBefore))
	for i := range aisles {
		aisles[i] = C.uint32_t(row.AislesBefore[i])
	}
	out.aisles_before, out.aisle_count = unsafe.SliceData(aisles), C.size_t(len(aisles))
	exceptions := allocSlice[C.tacos_seat_exception](a, len(row.Exceptions))
	for i := range exceptions {
		given, out := &row.Exceptions[i], &exceptions[i]
		out.index = C.uint32_t(given.Index)
		if given.PriceMinor != nil {
			out.price_minor, out.has_price = C.int64_t(*given.PriceMinor), 1
		}
		if given.Accessible != nil {
			out.accessible = 2 - flag(*given.Accessible)
		}
	}
	out.exceptions, out.exception_count = unsafe.SliceData(exceptions), C.size_t(len(exceptions))
}

func cSettings(a *arena, settings *EventSettings) *C.tacos_event_settings {
	out := alloc[C.tacos_event_settings](a)
	if status := C.tacos_event_settings_init(out, C.sizeof_tacos_event_settings); status != C.TACOS_STATUS_OK {
		panic(misuse(status))
	}
	out.name, out.currency = a.text(settings.Name), a.text(settings.Currency)
	set32(&out.seats_per_reservation_max, settings.SeatsPerReservationMax)
	set32(&out.seats_per_user_max, settings.SeatsPerUserMax)
	setMs(&out.hold_ms, settings.Hold)
	setMs(&out.hold_ms_max, settings.HoldMax)
	setMs(&out.extension_ms_max, settings.ExtensionMax)
	if settings.ExtensionsMax != nil {
		out.extensions_max = C.uint32_t(*settings.ExtensionsMax)
	}
	out.sale_starts_ms, out.sale_ends_ms = cTime(settings.SaleStarts), cTime(settings.SaleEnds)
	return out
}

func cPolicy(a *arena, policy *QueuePolicy) *C.tacos_queue_policy {
	out := alloc[C.tacos_queue_policy](a)
	if status := C.tacos_queue_policy_init(out, C.sizeof_tacos_queue_policy); status != C.TACOS_STATUS_OK {
		panic(misuse(status))
	}
	out.enabled, out.one_place_per_user = flag(!policy.Off), flag(!policy.ManyPlacesPerUser)
	set32(&out.admissions_per_minute, policy.AdmissionsPerMinute)
	set32(&out.burst, policy.Burst)
	set32(&out.inside_max, policy.InsideMax)
	set32(&out.waiting_max, policy.WaitingMax)
	setMs(&out.claim_window_ms, policy.ClaimWindow)
	setMs(&out.token_ttl_ms, policy.TokenTTL)
	setMs(&out.inactivity_ms, policy.Inactivity)
	if policy.Room != nil {
		out.has_room = 1
		out.room_opens_at_ms, out.room_draws_at_ms = cTime(policy.Room.OpensAt), cTime(policy.Room.DrawsAt)
	}
	return out
}

// set32 and setMs leave the usual value where nothing is given.
func set32(out *C.uint32_t, value uint32) {
	if value != 0 {
		*out = C.uint32_t(value)
	}
}

func setMs(out *C.uint64_t, value time.Duration) {
	if value != 0 {
		*out = ms(value)
	}
}
