//! One customer, from arrival to an order or to walking away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tacos_proto::common::v1::{Error, ErrorCode};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{
    AdmissionStatus, JoinQueueRequest, LeaveQueueRequest, RequestAdmissionRequest,
};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CreatePaymentIntentRequest, GetPaymentStatusRequest, PaymentScenario, PaymentStatus,
};
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::{
    ConfirmReservationRequest, CreateReservationRequest, CreateReservationResponse,
};
use tonic::transport::Channel;

use super::{Acknowledged, Chance, Play, Step, one};

/// How often a customer in line asks whether it is their turn.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// Sends a request, and the same one again for as long as the server may be away or overloaded.
macro_rules! insist {
    ($self:ident, $what:literal, $client:ident.$method:ident($request:expr)) => {{
        let (request, began) = ($request, Instant::now());
        loop {
            match $client.$method(request.clone()).await {
                Ok(answer) => break answer.into_inner(),
                Err(status) if $self.play.is_away(&status, began) => $self.play.wait_for_server().await,
                Err(status) if $self.play.was_turned_away(&status, began).await => {}
                Err(status) => return Err($self.broken($what, status)),
            }
        }
    }};
}

/// A customer ended early; the reason is tallied already.
struct GaveUp;

struct Customer {
    play: Arc<Play>,
    channel: Channel,
    user: String,
    chance: Chance,
}

/// Customers arrive, `rate` in a second, whatever the server does, until there were `customers` or `until` has come;
/// returns when the last of them has gone.
pub(crate) async fn arrive(play: &Arc<Play>, rate: u32, customers: u32, until: Option<Instant>) {
    let started = Instant::now();
    let mut going = tokio::task::JoinSet::new();
    for number in 0..customers {
        let due = started + Duration::from_secs(1) * number / rate.max(1);
        if until.is_some_and(|until| due >= until) {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        one(&play.tally.arrived);
        let customer = Customer {
            channel: play.channel(),
            user: format!("user-{number}"),
            chance: play.chance(number.into()),
            play: Arc::clone(play),
        };
        going.spawn(customer.go(due));
        while going.try_join_next().is_some() {}
    }
    while going.join_next().await.is_some() {}
}

impl Customer {
    async fn go(mut self, due: Instant) {
        // Whatever happens is tallied where it happens.
        let _ = self.buy(due).await;
        one(&self.play.tally.done);
    }

    async fn buy(&mut self, due: Instant) -> Result<(), GaveUp> {
        let token = self.line(due).await?;
        let held = self.reserve(token).await?;
        if self.chance.percent(10) {
            one(&self.play.tally.abandoned);
            return Err(GaveUp);
        }
        let payment = self.pay(&held).await?;
        self.confirm(&held, payment).await
    }

    /// Reports a call that failed, or a refusal that no customer should meet.
    fn broken(&self, what: &str, error: impl std::fmt::Display) -> GaveUp {
        self.play.fail(format!("{what}: {error}"));
        GaveUp
    }

    fn refused(&self, what: &str, error: &Error) -> GaveUp {
        self.broken(what, format!("{} {}", error.code().as_str_name(), error.message))
    }

    /// Waits in line, as long as patience lasts; returns the right to reserve.
    async fn line(&mut self, due: Instant) -> Result<String, GaveUp> {
        let mut queue = QueueServiceClient::new(self.channel.clone());
        let join = JoinQueueRequest {
            event_id: self.play.event.clone(),
            user_id: self.user.clone(),
            session_id: format!("tab-{}", self.user),
            metadata: None,
        };
        let joined = insist!(self, "JoinQueue", queue.join_queue(join));
        // From when it was due, not from when there was time for it: a slow server hides nothing.
        self.play.took(Step::Join, due.elapsed());
        if let Some(error) = &joined.error {
            return Err(self.refused("JoinQueue", error));
        }
        let patience = self.play.patience + Duration::from_millis(self.chance.below(30_000));
        let arrived = Instant::now();
        loop {
            let asked = Instant::now();
            let ask = RequestAdmissionRequest {
                waiting_token: joined.waiting_token.clone(),
                event_id: self.play.event.clone(),
                user_id: self.user.clone(),
            };
            let answer = insist!(self, "RequestAdmission", queue.request_admission(ask));
            self.play.took(Step::Admission, asked.elapsed());
            match answer.admission() {
                AdmissionStatus::Granted => {
                    one(&self.play.tally.admitted);
                    return Ok(answer.reservation_token);
                }
                AdmissionStatus::Denied if arrived.elapsed() < patience => {
                    tokio::time::sleep(ASK_EVERY).await;
                }
                AdmissionStatus::Denied => {
                    one(&self.play.tally.impatient);
                    let leave = LeaveQueueRequest {
                        waiting_token: joined.waiting_token,
                        reason: "no patience".into(),
                    };
                    insist!(self, "LeaveQueue", queue.leave_queue(leave));
                    return Err(GaveUp);
                }
                other => return Err(self.broken("RequestAdmission", format!("{other:?} {:?}", answer.error))),
            }
        }
    }

    /// Takes the best seats for a group; now and then the same request is sent twice.
    async fn reserve(&mut self, token: String) -> Result<CreateReservationResponse, GaveUp> {
        let mut reservations = ReservationServiceClient::new(self.channel.clone());
        let request = CreateReservationRequest {
            event_id: self.play.event.clone(),
            quantity: i32::try_from(1 + self.chance.below(6)).unwrap_or(1),
            user_id: self.user.clone(),
            reservation_token: token,
            idempotency_key: format!("hold-{}", self.user),
            ..CreateReservationRequest::default()
        };
        let asked = Instant::now();
        let held = insist!(self, "CreateReservation", reservations.create_reservation(request.clone()));
        self.play.took(Step::Reserve, asked.elapsed());
        match &held.error {
            Some(error) if error.code() == ErrorCode::InsufficientInventory => {
                one(&self.play.tally.sold_out);
                return Err(GaveUp);
            }
            Some(error) => return Err(self.refused("CreateReservation", error)),
            None => one(&self.play.tally.held),
        }
        self.play.held.lock().push((self.user.clone(), held.reservation_id.clone()));
        if self.chance.percent(10) {
            one(&self.play.tally.retried);
            let again = insist!(self, "CreateReservation", reservations.create_reservation(request));
            if again != held {
                self.play.violated(format!("a retry was answered differently: {held:?} then {again:?}"));
            }
        }
        Ok(held)
    }

    fn scenario(&mut self) -> PaymentScenario {
        match self.chance.below(100) {
            0..80 => PaymentScenario::Approve,
            80..87 => PaymentScenario::Random,
            87..94 => PaymentScenario::Fail,
            94..98 => PaymentScenario::Delay,
            _ => PaymentScenario::Timeout,
        }
    }

    /// Pays and waits for the outcome; returns the intent if money was taken.
    async fn pay(&mut self, held: &CreateReservationResponse) -> Result<String, GaveUp> {
        let mut payments = PaymentServiceClient::new(self.channel.clone());
        let request = CreatePaymentIntentRequest {
            reservation_id: held.reservation_id.clone(),
            amount: held.total_amount.clone(),
            user_id: self.user.clone(),
            scenario: self.scenario() as i32,
            idempotency_key: format!("pay-{}", self.user),
            ..CreatePaymentIntentRequest::default()
        };
        let asked = Instant::now();
        let intent = insist!(self, "CreatePaymentIntent", payments.create_payment_intent(request));
        self.play.took(Step::Pay, asked.elapsed());
        if let Some(error) = &intent.error {
            return Err(self.refused("CreatePaymentIntent", error));
        }
        let id = intent.payment_intent_id;
        let began = Instant::now();
        loop {
            tokio::time::sleep(ASK_EVERY).await;
            let ask = GetPaymentStatusRequest { payment_intent_id: id.clone(), user_id: self.user.clone() };
            let asked = Instant::now();
            let answer = insist!(self, "GetPaymentStatus", payments.get_payment_status(ask));
            self.play.took(Step::PaymentStatus, asked.elapsed());
            match answer.payment.as_ref().map(tacos_proto::payment::v1::Payment::status) {
                Some(PaymentStatus::Completed) => return Ok(id),
                Some(PaymentStatus::Pending | PaymentStatus::Processing)
                    if began.elapsed() < self.play.patience => {}
                Some(_) => {
                    one(&self.play.tally.unpaid);
                    return Err(GaveUp);
                }
                None => return Err(self.broken("GetPaymentStatus", format!("{:?}", answer.error))),
            }
        }
    }

    async fn confirm(&self, held: &CreateReservationResponse, payment: String) -> Result<(), GaveUp> {
        let mut reservations = ReservationServiceClient::new(self.channel.clone());
        let confirm = ConfirmReservationRequest {
            reservation_id: held.reservation_id.clone(),
            payment_intent_id: payment,
            user_id: self.user.clone(),
            idempotency_key: format!("confirm-{}", self.user),
            ..ConfirmReservationRequest::default()
        };
        let asked = Instant::now();
        let order = insist!(self, "ConfirmReservation", reservations.confirm_reservation(confirm));
        self.play.took(Step::Confirm, asked.elapsed());
        match &order.error {
            Some(error) if error.code() == ErrorCode::ReservationExpired => {
                one(&self.play.tally.expired);
                return Err(GaveUp);
            }
            Some(error) => return Err(self.refused("ConfirmReservation", error)),
            None => {}
        }
        one(&self.play.tally.sold);
        let seats: Vec<String> = order.confirmed_seats.iter().map(|seat| seat.id.clone()).collect();
        self.play.tally.seats.fetch_add(seats.len() as u64, std::sync::atomic::Ordering::Relaxed);
        self.play.acknowledged.lock().push(Acknowledged {
            user: self.user.clone(),
            reservation: held.reservation_id.clone(),
            order: order.order_id,
            seats,
        });
        Ok(())
    }
}
