// Arguments of a scenario as commands.

package main

import (
	tacos "github.com/traffic-tacos/engine/bindings/go"
)

var (
	sales        = []tacos.SaleState{tacos.SaleDraft, tacos.SaleOpen, tacos.SalePaused, tacos.SaleClosed}
	reservations = []tacos.ReservationState{
		tacos.ReservationPending, tacos.ReservationConfirmed, tacos.ReservationCancelled,
		tacos.ReservationExpired, tacos.ReservationFailed, tacos.ReservationRefunded,
	}
	payments = []tacos.PaymentState{
		tacos.PaymentPending, tacos.PaymentProcessing, tacos.PaymentCompleted, tacos.PaymentFailed,
		tacos.PaymentCancelled, tacos.PaymentExpired, tacos.PaymentRefunded,
	}
)

// makers turn arguments into commands, by operation.
var makers = map[string]func(arguments) tacos.Command{
	"create_event": func(a arguments) tacos.Command {
		command := tacos.CreateEvent{Event: a.text("event"), Settings: settings(a), Seats: seatMap(a), Key: a.optional("key")}
		if queue, is := a.fields["queue"].(fields); is {
			rules := policy(arguments{queue})
			command.Queue = &rules
		}
		return command
	},
	"update_event": func(a arguments) tacos.Command {
		return tacos.UpdateEvent{Event: a.text("event"), Settings: settings(a), Key: a.optional("key")}
	},
	"set_sale": func(a arguments) tacos.Command {
		return tacos.SetSale{Event: a.text("event"), State: word(a, "state", sales...), Key: a.optional("key")}
	},
	"block_seats": func(a arguments) tacos.Command {
		return tacos.BlockSeats{
			Event: a.text("event"), Seats: a.texts("seats"), Unblock: !a.flag("block", false), Key: a.optional("key"),
		}
	},
	"set_queue_policy": func(a arguments) tacos.Command {
		return tacos.SetQueuePolicy{Event: a.text("event"), Policy: policy(a), Key: a.optional("key")}
	},
	"pause_queue": func(a arguments) tacos.Command {
		return tacos.PauseQueue{Event: a.text("event"), Resume: !a.flag("paused", false), Key: a.optional("key")}
	},
	"draw_room": func(a arguments) tacos.Command {
		return tacos.DrawRoom{Event: a.text("event"), Key: a.optional("key")}
	},
	"join_queue": func(a arguments) tacos.Command {
		return tacos.JoinQueue{Event: a.text("event"), Session: a.optional("session"), User: a.optional("user")}
	},
	"leave_queue": func(a arguments) tacos.Command {
		return tacos.LeaveQueue{Token: needed(a, "token", tacos.ParseWaitingToken)}
	},
	"request_admission": func(a arguments) tacos.Command {
		return tacos.RequestAdmission{
			Token: needed(a, "token", tacos.ParseWaitingToken), Event: a.optional("event"), User: a.optional("user"),
		}
	},
	"reserve": reserve,
	"confirm": func(a arguments) tacos.Command {
		return tacos.Confirm{
			Which: a.which(), User: a.optional("user"), Payment: parsed(a, "payment", tacos.ParsePaymentID),
			Exactly: a.texts("exactly"), Key: a.optional("key"),
		}
	},
	"release": func(a arguments) tacos.Command {
		return tacos.Release{Which: a.which(), User: a.optional("user"), Seats: a.texts("seats"), Key: a.optional("key")}
	},
	"extend": func(a arguments) tacos.Command {
		return tacos.Extend{Which: a.which(), User: a.optional("user"), By: a.duration("by_ms"), Key: a.optional("key")}
	},
	"expire":         func(a arguments) tacos.Command { return tacos.Expire{Which: a.which()} },
	"create_payment": createPayment,
	"process_payment": func(a arguments) tacos.Command {
		return tacos.ProcessPayment{Payment: needed(a, "payment", tacos.ParsePaymentID), User: a.optional("user"), Key: a.optional("key")}
	},
	"cancel_payment": func(a arguments) tacos.Command {
		command := tacos.CancelPayment{
			Payment: needed(a, "payment", tacos.ParsePaymentID), User: a.optional("user"), Key: a.optional("key"),
		}
		if a.has("refund_minor") {
			refund := a.number("refund_minor")
			command.RefundMinor = &refund
		}
		return command
	},
	"report_payment": func(a arguments) tacos.Command {
		return tacos.ReportPayment{
			Payment: needed(a, "payment", tacos.ParsePaymentID),
			Outcome: word(a, "outcome", tacos.OutcomeCompleted, tacos.OutcomeFailed), Key: a.optional("key"),
		}
	},
	"report_webhook": func(a arguments) tacos.Command {
		return tacos.ReportWebhook{Webhook: needed(a, "webhook", tacos.ParseWebhookID), Delivered: a.flag("delivered", false)}
	},
	"replay_webhook": func(a arguments) tacos.Command {
		return tacos.ReplayWebhook{Webhook: needed(a, "webhook", tacos.ParseWebhookID)}
	},
	"note": func(a arguments) tacos.Command {
		if !a.has("value") {
			return tacos.RemoveNote{Name: a.text("name"), Key: a.optional("key")}
		}
		return tacos.SetNote{Name: a.text("name"), Value: []byte(a.text("value")), Key: a.optional("key")}
	},
	"reservation": func(a arguments) tacos.Command {
		return tacos.ReadReservation{Which: a.which(), User: a.optional("user")}
	},
	"reservations": func(a arguments) tacos.Command {
		return tacos.ListReservations{
			User: a.text("user"), Event: a.optional("event"), State: word(a, "state", reservations...),
			After: a.cursor(), Most: a.some("most"),
		}
	},
	"payment": func(a arguments) tacos.Command {
		return tacos.ReadPayment{Payment: needed(a, "payment", tacos.ParsePaymentID), User: a.optional("user")}
	},
	"payments": func(a arguments) tacos.Command {
		return tacos.ListPayments{
			User: a.text("user"), Reservation: parsed(a, "reservation", tacos.ParseReservationID),
			State: word(a, "state", payments...), After: a.cursor(), Most: a.some("most"),
		}
	},
}

func reserve(a arguments) tacos.Command {
	if a.has("seats") && a.has("quantity") {
		panic(illFormed("quantity"))
	}
	return tacos.Reserve{
		Event:      a.text("event"),
		User:       a.text("user"),
		Seats:      a.texts("seats"),
		Quantity:   a.small("quantity"),
		Section:    a.optional("section"),
		WholeOnly:  !a.flag("allow_split", true),
		Accessible: a.flag("accessible", false),
		Token:      parsed(a, "token", tacos.ParseReservationToken),
		Trusted:    a.flag("trusted", false),
		External:   a.optional("external"),
		HoldUntil:  a.moment("hold_until_ms"),
		Key:        a.optional("key"),
	}
}

func createPayment(a arguments) tacos.Command {
	command := tacos.CreatePayment{
		Unlinked:    a.optional("unlinked"),
		User:        a.text("user"),
		AmountMinor: a.number("amount_minor"),
		Currency:    a.text("currency"),
		Method: word(a, "method", tacos.MethodCreditCard, tacos.MethodDebitCard, tacos.MethodBankTransfer,
			tacos.MethodMobilePay, tacos.MethodDigitalWallet),
		Scenario: word(a, "scenario", tacos.ScenarioApprove, tacos.ScenarioFail, tacos.ScenarioDelay,
			tacos.ScenarioRandom, tacos.ScenarioTimeout, tacos.ScenarioOutside),
		WebhookURL: a.text("webhook_url"),
		Attachment: []byte(a.text("attachment")),
		Key:        a.optional("key"),
	}
	if !a.has("unlinked") {
		command.Which = a.which()
	}
	return command
}

func settings(a arguments) tacos.EventSettings {
	return tacos.EventSettings{
		Name:                   a.text("name"),
		Currency:               a.text("currency"),
		SeatsPerReservationMax: a.some("seats_per_reservation_max"),
		SeatsPerUserMax:        a.some("seats_per_user_max"),
		Hold:                   a.someTime("hold_ms"),
		HoldMax:                a.someTime("hold_ms_max"),
		ExtensionMax:           a.someTime("extension_ms_max"),
		ExtensionsMax:          a.pointer("extensions_max"),
		SaleStarts:             a.moment("sale_starts_ms"),
		SaleEnds:               a.moment("sale_ends_ms"),
	}
}

func policy(a arguments) tacos.QueuePolicy {
	if a.has("room_opens_ms") != a.has("room_draws_ms") {
		panic(illFormed("room_draws_ms"))
	}
	policy := tacos.QueuePolicy{
		Off:                 !a.flag("enabled", true),
		AdmissionsPerMinute: a.some("admissions_per_minute"),
		Burst:               a.some("burst"),
		InsideMax:           a.some("inside_max"),
		WaitingMax:          a.some("waiting_max"),
		ClaimWindow:         a.someTime("claim_window_ms"),
		TokenTTL:            a.someTime("token_ttl_ms"),
		Inactivity:          a.someTime("inactivity_ms"),
		ManyPlacesPerUser:   !a.flag("one_place_per_user", true),
	}
	if a.has("room_opens_ms") {
		policy.Room = &tacos.PresaleRoom{OpensAt: a.moment("room_opens_ms"), DrawsAt: a.moment("room_draws_ms")}
	}
	return policy
}

// seatMap makes sections of places: rows that follow each other under one name are one section.
func seatMap(a arguments) tacos.SeatMap {
	var seats tacos.SeatMap
	for _, entry := range a.list("places") {
		place := arguments{entry.(fields)}
		name, price := place.text("section"), place.number("price_minor")
		if place.has("capacity") {
			seats = append(seats, tacos.Section{Name: name, Capacity: place.small("capacity"), PriceMinor: price})
			continue
		}
		if last := len(seats) - 1; last >= 0 && seats[last].Rows != nil && seats[last].Name == name {
			seats[last].Rows = append(seats[last].Rows, row(place))
		} else {
			seats = append(seats, tacos.Section{Name: name, Rows: []tacos.Row{row(place)}})
		}
	}
	return seats
}

func row(place arguments) tacos.Row {
	row := tacos.Row{
		Label:       place.text("row"),
		PriceMinor:  place.number("price_minor"),
		Accessible:  place.flag("accessible", false),
		Prefix:      place.text("prefix"),
		FirstNumber: place.some("first"),
		Step:        int32(place.number("step")),
		DigitsMin:   place.small("digits_min"),
		Count:       place.small("count"),
		Labels:      place.texts("labels"),
	}
	for _, index := range place.list("aisles_before") {
		row.AislesBefore = append(row.AislesBefore, fits("aisles_before", index.(int64)))
	}
	accessible := true
	for _, index := range place.list("accessible_at") {
		exception := tacos.SeatException{Index: fits("accessible_at", index.(int64)), Accessible: &accessible}
		row.Exceptions = append(row.Exceptions, exception)
	}
	return row
}
