# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Selling, call by call. Every call is a command by another name: what is said of the command holds of the call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from .commands import (
    CreateEvent,
    UpdateEvent,
    SetSale,
    BlockSeats,
    SetQueuePolicy,
    PauseQueue,
    DrawRoom,
    JoinQueue,
    LeaveQueue,
    RequestAdmission,
    Reserve,
    Confirm,
    Release,
    Extend,
    Expire,
    CreatePayment,
    ProcessPayment,
    CancelPayment,
    ReportPayment,
    ReportWebhook,
    ReplayWebhook,
    Note,
    ReadReservation,
    ReadReservations,
    ReadPayment,
    ReadPayments,
)
from .results import EventChanged, Reserved, Extended, Released, Confirmed, PaymentChanged, Joined, Admitted, Done
from .settings import EventSettings, QueuePolicy
from .states import SaleState, PaymentMethod, Scenario, ReservationState, PaymentState
from .values import Command, Page, Payee, Section, SeatRequest, ReservationRef
from .views import Reservation, Payment

R = TypeVar("R")


class Calls(ABC):
    """What can be asked of an engine with an answer that waits for the disk. Each call blocks its thread."""

    __slots__ = ()

    @abstractmethod
    def execute(self, command: Command[R]) -> R:
        """Does any command, and returns when its answer may be seen. A refusal is raised."""

    @abstractmethod
    def execute_all(self, commands: Sequence[Command[Any]]) -> list[Any]:
        """Does commands one after the other with one crossing of the border, and returns when all answers may be seen.
        A command that is refused does not stop the next. Answer *i* is that of command *i*; a refusal is an entry, and
        is not raised.
        """

    def create_event(
        self,
        event: str,
        settings: EventSettings,
        sections: Sequence[Section],
        *,
        queue: QueuePolicy | None = None,
        key: str | None = None,
    ) -> EventChanged:
        """Creates an event with its seats; its sale is a draft until it is opened. See `CreateEvent`. Raises `Invalid`,
        `EventExists`.
        """
        return self.execute(CreateEvent(event, settings, sections, queue=queue, key=key))

    def update_event(self, event: str, settings: EventSettings, *, key: str | None = None) -> EventChanged:
        """Changes an event's settings. The currency must stay. See `UpdateEvent`. Raises `Invalid`, `UnknownEvent`."""
        return self.execute(UpdateEvent(event, settings, key=key))

    def set_sale(self, event: str, state: SaleState, *, key: str | None = None) -> EventChanged:
        """Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft. See `SetSale`.
        Raises `Invalid`, `UnknownEvent`.
        """
        return self.execute(SetSale(event, state, key=key))

    def block_seats(self, event: str, seats: Sequence[str], block: bool, *, key: str | None = None) -> Done:
        """Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section
        stands for one place there, and may be said several times. See `BlockSeats`. Raises `Invalid`, `UnknownEvent`,
        `UnknownSeats`, `SeatsTaken`, `Insufficient`.
        """
        return self.execute(BlockSeats(event, seats, block, key=key))

    def set_queue_policy(self, event: str, policy: QueuePolicy, *, key: str | None = None) -> EventChanged:
        """Gives an event a waiting line, or changes the rules of the one it has, while the sale runs. See
        `SetQueuePolicy`. Raises `Invalid`, `UnknownEvent`.
        """
        return self.execute(SetQueuePolicy(event, policy, key=key))

    def pause_queue(self, event: str, paused: bool, *, key: str | None = None) -> EventChanged:
        """Stops or restarts admissions of one event's line. People keep their places. See `PauseQueue`. Raises
        `UnknownEvent`, `NoWaitingLine`.
        """
        return self.execute(PauseQueue(event, paused, key=key))

    def draw_room(self, event: str, *, key: str | None = None) -> EventChanged:
        """Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the line is
        first come, first served. See `DrawRoom`. Raises `Invalid`, `UnknownEvent`, `NoWaitingLine`.
        """
        return self.execute(DrawRoom(event, key=key))

    def join_queue(self, event: str, *, session: str | None = None, user: str | None = None) -> Joined:
        """Takes a place in an event's waiting line. At least one of session and user is needed; the same session
        joining again has the same place. See `JoinQueue`. Raises `Invalid`, `UnknownEvent`, `NoWaitingLine`,
        `AlreadyWaiting`, `SaleNotOpen`.
        """
        return self.execute(JoinQueue(event, session=session, user=user))

    def leave_queue(self, token: str) -> Done:
        """Gives a place in the line up. See `LeaveQueue`. Raises `UnknownToken`, `TokenExpired`, `LeftLine`."""
        return self.execute(LeaveQueue(token))

    def request_admission(self, token: str, *, event: str | None = None, user: str | None = None) -> Admitted:
        """Asks to be let in; asked again, the answer is the same. See `RequestAdmission`. Raises `UnknownToken`,
        `TokenExpired`, `LeftLine`, `NotYet`, `AdmissionPaused`.
        """
        return self.execute(RequestAdmission(token, event=event, user=user))

    def reserve(
        self,
        event: str,
        user: str,
        want: SeatRequest,
        *,
        token: str | None = None,
        trusted: bool = False,
        external: str | None = None,
        hold_until: datetime | None = None,
        key: str | None = None,
    ) -> Reserved:
        """Holds seats for a customer until the deadline: all that are wanted or none. See `Reserve`. Raises `Invalid`,
        `UnknownEvent`, `UnknownSeats`, `UnknownSection`, `SaleNotOpen`, `UnknownToken`, `TokenExpired`, `SeatsTaken`,
        `Insufficient`, `NotAdjacent`, `QuotaExceeded`, `ExternalExists`.
        """
        return self.execute(
            Reserve(
                event,
                user,
                want,
                token=token,
                trusted=trusted,
                external=external,
                hold_until=hold_until,
                key=key,
            )
        )

    def confirm(
        self,
        which: ReservationRef,
        *,
        user: str | None = None,
        payment: str | None = None,
        exactly: Sequence[str] | None = None,
        total_minor: int | None = None,
        key: str | None = None,
    ) -> Confirmed:
        """Turns a hold into a sale. See `Confirm`. Raises `Invalid`, `UnknownReservation`, `UnknownSeats`, `Forbidden`,
        `SeatsDiffer`, `ReservationExpired`, `ReservationIs`, `PaymentNotApproved`.
        """
        return self.execute(
            Confirm(
                which,
                user=user,
                payment=payment,
                exactly=exactly,
                total_minor=total_minor,
                key=key,
            )
        )

    def release(
        self,
        which: ReservationRef,
        *,
        user: str | None = None,
        seats: Sequence[str] = (),
        key: str | None = None,
    ) -> Released:
        """Gives a hold back, whole or in part; a part only while no payment is under way for the whole. See `Release`.
        Raises `Invalid`, `UnknownReservation`, `UnknownSeats`, `Forbidden`, `SeatsDiffer`, `ReservationExpired`,
        `ReservationIs`, `PaymentExists`.
        """
        return self.execute(Release(which, user=user, seats=seats, key=key))

    def extend(
        self,
        which: ReservationRef,
        by: timedelta,
        *,
        user: str | None = None,
        expires_at: datetime | None = None,
        key: str | None = None,
    ) -> Extended:
        """Lets a hold last longer. See `Extend`. Raises `Invalid`, `UnknownReservation`, `Forbidden`,
        `ReservationExpired`, `ReservationIs`, `ExtensionRefused`.
        """
        return self.execute(Extend(which, by, user=user, expires_at=expires_at, key=key))

    def expire(self, which: ReservationRef) -> Released:
        """Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator. See
        `Expire`. Raises `UnknownReservation`, `NotDue`, `ReservationIs`.
        """
        return self.execute(Expire(which))

    def create_payment(
        self,
        payee: Payee,
        user: str,
        amount_minor: int,
        currency: str,
        *,
        method: PaymentMethod = PaymentMethod.CREDIT_CARD,
        scenario: Scenario = Scenario.APPROVE,
        webhook_url: str | None = None,
        attachment: bytes = b"",
        key: str | None = None,
    ) -> PaymentChanged:
        """Creates a payment intent. See `CreatePayment`. Raises `Invalid`, `UnknownReservation`, `Forbidden`,
        `ReservationExpired`, `ReservationIs`, `PaymentExists`.
        """
        return self.execute(
            CreatePayment(
                payee,
                user,
                amount_minor,
                currency,
                method=method,
                scenario=scenario,
                webhook_url=webhook_url,
                attachment=attachment,
                key=key,
            )
        )

    def process_payment(self, payment: str, *, user: str | None = None, key: str | None = None) -> PaymentChanged:
        """Starts processing a payment at once instead of shortly. See `ProcessPayment`. Raises `UnknownPayment`,
        `Forbidden`, `PaymentIs`.
        """
        return self.execute(ProcessPayment(payment, user=user, key=key))

    def cancel_payment(
        self,
        payment: str,
        *,
        user: str | None = None,
        refund_minor: int | None = None,
        key: str | None = None,
    ) -> PaymentChanged:
        """Calls a payment off before it completes, or pays back (all that is left, or a part) after. See
        `CancelPayment`. Raises `Invalid`, `UnknownPayment`, `Forbidden`, `PaymentIs`, `RefundTooLarge`.
        """
        return self.execute(CancelPayment(payment, user=user, refund_minor=refund_minor, key=key))

    def report_payment(self, payment: str, completed: bool, *, key: str | None = None) -> PaymentChanged:
        """Reports the outcome of a payment at once, whatever its scenario. See `ReportPayment`. Raises
        `UnknownPayment`, `PaymentIs`.
        """
        return self.execute(ReportPayment(payment, completed, key=key))

    def report_webhook(self, webhook: str, delivered: bool) -> Done:
        """Reports what became of one delivery attempt of a webhook. See `ReportWebhook`. Raises `UnknownWebhook`."""
        return self.execute(ReportWebhook(webhook, delivered))

    def replay_webhook(self, webhook: str) -> Done:
        """Puts a dead letter back into the outbox. See `ReplayWebhook`. Raises `Invalid`, `UnknownWebhook`."""
        return self.execute(ReplayWebhook(webhook))

    def set_note(self, name: str, value: bytes | None, *, key: str | None = None) -> Done:
        """Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a
        registered address. See `Note`. Raises `Invalid`.
        """
        return self.execute(Note(name, value, key=key))

    def reservation(self, which: ReservationRef, *, user: str | None = None) -> Reservation:
        """Reads a reservation; what is shown is durable. See `ReadReservation`."""
        return self.execute(ReadReservation(which, user=user))

    def reservations(
        self,
        user: str,
        *,
        state: ReservationState | None = None,
        event: str | None = None,
        after: bytes | None = None,
        most: int = 100,
    ) -> Page[Reservation]:
        """Reads a user's reservations, newest first; what is shown is durable. See `ReadReservations`."""
        return self.execute(ReadReservations(user, state=state, event=event, after=after, most=most))

    def payment(self, payment: str, *, user: str | None = None) -> Payment:
        """Reads a payment intent; what is shown is durable. See `ReadPayment`."""
        return self.execute(ReadPayment(payment, user=user))

    def payments(
        self,
        user: str,
        *,
        state: PaymentState | None = None,
        reservation: str | None = None,
        after: bytes | None = None,
        most: int = 100,
    ) -> Page[Payment]:
        """Reads a user's payments, newest first; what is shown is durable. See `ReadPayments`."""
        return self.execute(ReadPayments(user, state=state, reservation=reservation, after=after, most=most))


class AsyncCalls(ABC):
    """The same calls for asyncio: each is awaited, and blocks no thread."""

    __slots__ = ()

    @abstractmethod
    async def execute(self, command: Command[R]) -> R:
        """Does any command; the answer comes when it may be seen. A refusal is raised. Who is cancelled while waiting
        gives up the waiting, not the write: asking again with the same key tells what became of it.
        """

    @abstractmethod
    async def execute_all(self, commands: Sequence[Command[Any]]) -> list[Any]:
        """Does commands one after the other with one crossing of the border; the answers come when all may be seen. A
        command that is refused does not stop the next. Answer *i* is that of command *i*; a refusal is an entry, and is
        not raised.
        """

    async def create_event(
        self,
        event: str,
        settings: EventSettings,
        sections: Sequence[Section],
        *,
        queue: QueuePolicy | None = None,
        key: str | None = None,
    ) -> EventChanged:
        """Creates an event with its seats; its sale is a draft until it is opened. See `CreateEvent`. Raises `Invalid`,
        `EventExists`.
        """
        return await self.execute(CreateEvent(event, settings, sections, queue=queue, key=key))

    async def update_event(self, event: str, settings: EventSettings, *, key: str | None = None) -> EventChanged:
        """Changes an event's settings. The currency must stay. See `UpdateEvent`. Raises `Invalid`, `UnknownEvent`."""
        return await self.execute(UpdateEvent(event, settings, key=key))

    async def set_sale(self, event: str, state: SaleState, *, key: str | None = None) -> EventChanged:
        """Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft. See `SetSale`.
        Raises `Invalid`, `UnknownEvent`.
        """
        return await self.execute(SetSale(event, state, key=key))

    async def block_seats(self, event: str, seats: Sequence[str], block: bool, *, key: str | None = None) -> Done:
        """Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section
        stands for one place there, and may be said several times. See `BlockSeats`. Raises `Invalid`, `UnknownEvent`,
        `UnknownSeats`, `SeatsTaken`, `Insufficient`.
        """
        return await self.execute(BlockSeats(event, seats, block, key=key))

    async def set_queue_policy(self, event: str, policy: QueuePolicy, *, key: str | None = None) -> EventChanged:
        """Gives an event a waiting line, or changes the rules of the one it has, while the sale runs. See
        `SetQueuePolicy`. Raises `Invalid`, `UnknownEvent`.
        """
        return await self.execute(SetQueuePolicy(event, policy, key=key))

    async def pause_queue(self, event: str, paused: bool, *, key: str | None = None) -> EventChanged:
        """Stops or restarts admissions of one event's line. People keep their places. See `PauseQueue`. Raises
        `UnknownEvent`, `NoWaitingLine`.
        """
        return await self.execute(PauseQueue(event, paused, key=key))

    async def draw_room(self, event: str, *, key: str | None = None) -> EventChanged:
        """Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the line is
        first come, first served. See `DrawRoom`. Raises `Invalid`, `UnknownEvent`, `NoWaitingLine`.
        """
        return await self.execute(DrawRoom(event, key=key))

    async def join_queue(self, event: str, *, session: str | None = None, user: str | None = None) -> Joined:
        """Takes a place in an event's waiting line. At least one of session and user is needed; the same session
        joining again has the same place. See `JoinQueue`. Raises `Invalid`, `UnknownEvent`, `NoWaitingLine`,
        `AlreadyWaiting`, `SaleNotOpen`.
        """
        return await self.execute(JoinQueue(event, session=session, user=user))

    async def leave_queue(self, token: str) -> Done:
        """Gives a place in the line up. See `LeaveQueue`. Raises `UnknownToken`, `TokenExpired`, `LeftLine`."""
        return await self.execute(LeaveQueue(token))

    async def request_admission(self, token: str, *, event: str | None = None, user: str | None = None) -> Admitted:
        """Asks to be let in; asked again, the answer is the same. See `RequestAdmission`. Raises `UnknownToken`,
        `TokenExpired`, `LeftLine`, `NotYet`, `AdmissionPaused`.
        """
        return await self.execute(RequestAdmission(token, event=event, user=user))

    async def reserve(
        self,
        event: str,
        user: str,
        want: SeatRequest,
        *,
        token: str | None = None,
        trusted: bool = False,
        external: str | None = None,
        hold_until: datetime | None = None,
        key: str | None = None,
    ) -> Reserved:
        """Holds seats for a customer until the deadline: all that are wanted or none. See `Reserve`. Raises `Invalid`,
        `UnknownEvent`, `UnknownSeats`, `UnknownSection`, `SaleNotOpen`, `UnknownToken`, `TokenExpired`, `SeatsTaken`,
        `Insufficient`, `NotAdjacent`, `QuotaExceeded`, `ExternalExists`.
        """
        return await self.execute(
            Reserve(
                event,
                user,
                want,
                token=token,
                trusted=trusted,
                external=external,
                hold_until=hold_until,
                key=key,
            )
        )

    async def confirm(
        self,
        which: ReservationRef,
        *,
        user: str | None = None,
        payment: str | None = None,
        exactly: Sequence[str] | None = None,
        total_minor: int | None = None,
        key: str | None = None,
    ) -> Confirmed:
        """Turns a hold into a sale. See `Confirm`. Raises `Invalid`, `UnknownReservation`, `UnknownSeats`, `Forbidden`,
        `SeatsDiffer`, `ReservationExpired`, `ReservationIs`, `PaymentNotApproved`.
        """
        return await self.execute(
            Confirm(
                which,
                user=user,
                payment=payment,
                exactly=exactly,
                total_minor=total_minor,
                key=key,
            )
        )

    async def release(
        self,
        which: ReservationRef,
        *,
        user: str | None = None,
        seats: Sequence[str] = (),
        key: str | None = None,
    ) -> Released:
        """Gives a hold back, whole or in part; a part only while no payment is under way for the whole. See `Release`.
        Raises `Invalid`, `UnknownReservation`, `UnknownSeats`, `Forbidden`, `SeatsDiffer`, `ReservationExpired`,
        `ReservationIs`, `PaymentExists`.
        """
        return await self.execute(Release(which, user=user, seats=seats, key=key))

    async def extend(
        self,
        which: ReservationRef,
        by: timedelta,
        *,
        user: str | None = None,
        expires_at: datetime | None = None,
        key: str | None = None,
    ) -> Extended:
        """Lets a hold last longer. See `Extend`. Raises `Invalid`, `UnknownReservation`, `Forbidden`,
        `ReservationExpired`, `ReservationIs`, `ExtensionRefused`.
        """
        return await self.execute(Extend(which, by, user=user, expires_at=expires_at, key=key))

    async def expire(self, which: ReservationRef) -> Released:
        """Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator. See
        `Expire`. Raises `UnknownReservation`, `NotDue`, `ReservationIs`.
        """
        return await self.execute(Expire(which))

    async def create_payment(
        self,
        payee: Payee,
        user: str,
        amount_minor: int,
        currency: str,
        *,
        method: PaymentMethod = PaymentMethod.CREDIT_CARD,
        scenario: Scenario = Scenario.APPROVE,
        webhook_url: str | None = None,
        attachment: bytes = b"",
        key: str | None = None,
    ) -> PaymentChanged:
        """Creates a payment intent. See `CreatePayment`. Raises `Invalid`, `UnknownReservation`, `Forbidden`,
        `ReservationExpired`, `ReservationIs`, `PaymentExists`.
        """
        return await self.execute(
            CreatePayment(
                payee,
                user,
                amount_minor,
                currency,
                method=method,
                scenario=scenario,
                webhook_url=webhook_url,
                attachment=attachment,
                key=key,
            )
        )

    async def process_payment(self, payment: str, *, user: str | None = None, key: str | None = None) -> PaymentChanged:
        """Starts processing a payment at once instead of shortly. See `ProcessPayment`. Raises `UnknownPayment`,
        `Forbidden`, `PaymentIs`.
        """
        return await self.execute(ProcessPayment(payment, user=user, key=key))

    async def cancel_payment(
        self,
        payment: str,
        *,
        user: str | None = None,
        refund_minor: int | None = None,
        key: str | None = None,
    ) -> PaymentChanged:
        """Calls a payment off before it completes, or pays back (all that is left, or a part) after. See
        `CancelPayment`. Raises `Invalid`, `UnknownPayment`, `Forbidden`, `PaymentIs`, `RefundTooLarge`.
        """
        return await self.execute(CancelPayment(payment, user=user, refund_minor=refund_minor, key=key))

    async def report_payment(self, payment: str, completed: bool, *, key: str | None = None) -> PaymentChanged:
        """Reports the outcome of a payment at once, whatever its scenario. See `ReportPayment`. Raises
        `UnknownPayment`, `PaymentIs`.
        """
        return await self.execute(ReportPayment(payment, completed, key=key))

    async def report_webhook(self, webhook: str, delivered: bool) -> Done:
        """Reports what became of one delivery attempt of a webhook. See `ReportWebhook`. Raises `UnknownWebhook`."""
        return await self.execute(ReportWebhook(webhook, delivered))

    async def replay_webhook(self, webhook: str) -> Done:
        """Puts a dead letter back into the outbox. See `ReplayWebhook`. Raises `Invalid`, `UnknownWebhook`."""
        return await self.execute(ReplayWebhook(webhook))

    async def set_note(self, name: str, value: bytes | None, *, key: str | None = None) -> Done:
        """Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a
        registered address. See `Note`. Raises `Invalid`.
        """
        return await self.execute(Note(name, value, key=key))

    async def reservation(self, which: ReservationRef, *, user: str | None = None) -> Reservation:
        """Reads a reservation; what is shown is durable. See `ReadReservation`."""
        return await self.execute(ReadReservation(which, user=user))

    async def reservations(
        self,
        user: str,
        *,
        state: ReservationState | None = None,
        event: str | None = None,
        after: bytes | None = None,
        most: int = 100,
    ) -> Page[Reservation]:
        """Reads a user's reservations, newest first; what is shown is durable. See `ReadReservations`."""
        return await self.execute(ReadReservations(user, state=state, event=event, after=after, most=most))

    async def payment(self, payment: str, *, user: str | None = None) -> Payment:
        """Reads a payment intent; what is shown is durable. See `ReadPayment`."""
        return await self.execute(ReadPayment(payment, user=user))

    async def payments(
        self,
        user: str,
        *,
        state: PaymentState | None = None,
        reservation: str | None = None,
        after: bytes | None = None,
        most: int = 100,
    ) -> Page[Payment]:
        """Reads a user's payments, newest first; what is shown is durable. See `ReadPayments`."""
        return await self.execute(ReadPayments(user, state=state, reservation=reservation, after=after, most=most))
