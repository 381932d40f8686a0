# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""
The commands of operations, the records of answers, what refusals carry, and facts with their words, one row each:
`name=field`. With `.` for a name the fields of that record are the operation's own. `:hex` says how bytes are shown,
`:count` that there are so many, `:of` that a change of a reservation is shown beside its id.
"""

import tacos_engine as tacos
from tacos_engine import updates

COMMANDS = {
    "create_event": (tacos.CreateEvent, "event .=settings places=sections queue key"),
    "update_event": (tacos.UpdateEvent, "event .=settings key"),
    "set_sale": (tacos.SetSale, "event state key"),
    "block_seats": (tacos.BlockSeats, "event seats block key"),
    "set_queue_policy": (tacos.SetQueuePolicy, "event .=policy key"),
    "pause_queue": (tacos.PauseQueue, "event paused key"),
    "draw_room": (tacos.DrawRoom, "event key"),
    "join_queue": (tacos.JoinQueue, "event session user"),
    "leave_queue": (tacos.LeaveQueue, "token"),
    "request_admission": (tacos.RequestAdmission, "token event user"),
    "reserve": (tacos.Reserve, "event user .=want token trusted external hold_until_ms=hold_until key"),
    "confirm": (tacos.Confirm, ".=which user payment exactly total_minor key"),
    "release": (tacos.Release, ".=which user seats key"),
    "extend": (tacos.Extend, ".=which user by_ms=by expires_at_ms=expires_at key"),
    "expire": (tacos.Expire, ".=which"),
    "create_payment": (tacos.CreatePayment,
        ".=payee user amount_minor currency method scenario webhook_url attachment key"
    ),
    "process_payment": (tacos.ProcessPayment, "payment user key"),
    "cancel_payment": (tacos.CancelPayment, "payment user refund_minor key"),
    "report_payment": (tacos.ReportPayment, "payment outcome=completed key"),
    "report_webhook": (tacos.ReportWebhook, "webhook delivered"),
    "replay_webhook": (tacos.ReplayWebhook, "webhook"),
    "note": (tacos.Note, "name value key"),
    "reservation": (tacos.ReadReservation, ".=which user"),
    "reservations": (tacos.ReadReservations, "user state event after most"),
    "payment": (tacos.ReadPayment, "payment user"),
    "payments": (tacos.ReadPayments, "user state reservation after most"),
}

RECORDS = {
    tacos.EventChanged: "at_ms=at",
    tacos.Done: "at_ms=at",
    tacos.Joined: "token .=place again",
    tacos.QueuePlace: "state position eta_ms=eta expires_at_ms=expires_at",
    tacos.Admitted: "token valid_until_ms=valid_until",
    tacos.Reserved: "id event seats=places total_minor expires_at_ms=expires_at",
    tacos.Confirmed: "id order event seats=places total_minor at_ms=at",
    tacos.Released: "id event state seats=places at_ms=at",
    tacos.Extended: "id expires_at_ms=expires_at extended_ms=extended_by_ms",
    tacos.PaymentChanged: "id state at_ms=at expires_at_ms=expires_at refunded_minor refund_number effect",
    tacos.Reservation:(
        "id external event user state seats=places total_minor currency created_at_ms=created_at"
        " changed_at_ms=changed_at expires_at_ms=expires_at extensions payment"
    ),
    tacos.Payment:(
        "id state reservation unlinked user amount_minor currency refunded_minor refunds method scenario effect"
        " created_at_ms=created_at changed_at_ms=changed_at processed_at_ms=processed_at expires_at_ms=expires_at"
        " webhook_url attachment"
    ),
    tacos.Event: "event=id .=settings sale .=counts has_queue",
    tacos.EventSettings:(
        "name currency seats_per_reservation_max seats_per_user_max hold_ms=hold hold_ms_max=hold_max"
        " extension_ms_max=extension_max extensions_max sale_starts_ms=sale_starts sale_ends_ms=sale_ends"
    ),
    tacos.Counts: "available reserved sold blocked total",
    tacos.SectionView: "section=name standing .=counts price_min_minor price_max_minor",
    tacos.Seat: ".=place state",
    tacos.Place: "id section row number price_minor",
    tacos.QueueFigures: "waiting ready inside admitted_total expired_total left_total paused",
    tacos.QueuePolicy:(
        "enabled admissions_per_minute burst inside_max waiting_max claim_window_ms=claim_window"
        " token_ttl_ms=token_ttl inactivity_ms=inactivity one_place_per_user .=room"
    ),
    tacos.Draw: "commitment:hex seed:hex",
    tacos.Webhook: "id payment tells created_at_ms=created_at attempts next_at_ms=next_at order",
    tacos.PresaleRoom: "room_opens_ms=opens_at room_draws_ms=draws_at",
    tacos.ReservationChange: "id user from=from_ state expires_at_ms=expires_at .=places",
    tacos.Options:(
        "idempotency_required idempotency_ttl_ms=idempotency_ttl idempotency_keys_max reservations_max payments_max"
        " webhooks_max notes_max retention_ms=retention expiry_warning_ms=expiry_warning admissions_per_second_max"
        " late_payment=refund_late_payments payment_amount_must_match payment_ttl_ms=payment_ttl payment_time_permille"
        " webhook_retries_max"
    ),
}

REFUSALS = {
    tacos.Invalid: "fields=problems",
    tacos.UnknownSeats: "seats",
    tacos.UnknownSection: "section",
    tacos.SaleNotOpen: "state",
    tacos.SeatsTaken: "seats",
    tacos.Insufficient: "wanted available",
    tacos.NotAdjacent: "wanted",
    tacos.QuotaExceeded: "seats_max has=seats",
    tacos.ReservationIs: "state",
    tacos.PaymentIs: "state",
    tacos.PaymentNotApproved: "doubt state",
    tacos.ExtensionRefused: "doubt extension_ms_max=extension_max",
    tacos.RefundTooLarge: "left_minor",
    tacos.NotDue: "due_ms=at",
    tacos.AtCapacity: "bound",
}

FACTS = {
    updates.EventCreated: "event_created",
    updates.EventChanged: "event_changed",
    updates.Sale: "sale state",
    updates.QueuePaused: "queue_paused paused",
    updates.RoomDrawn: "room_drawn id=seed:hex",
    updates.Seats: "seats .=places",
    updates.ReservationChanged: "reservation .=reservation",
    updates.HoldExpiring: "hold_expiring id user expires_at_ms=expires_at",
    updates.PaymentChanged: "payment id user state effect refunded_minor reservation:of",
    updates.WebhookChanged: "webhook id",
    updates.Joined: "joined",
    updates.Left: "left",
    updates.Ready: "ready tickets=tokens:count until_ms=until",
    updates.Admitted: "admitted",
    updates.PlacesExpired: "tickets_expired tickets=tokens:count",
    updates.NoteChanged: "note id=name",
}
