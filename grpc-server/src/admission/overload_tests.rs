//! Claim: calls that stood in a queue are let in or turned away by their age and what they are for, before their body
//! is read. Their age is written into the request, as the listener writes it when a head is decoded.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http::{Request, Response};
use http_body_util::BodyExt;
use tacos_engine::Engine;
use tonic::Code;
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service;

use super::{AdmissionCheck, Queued};
use crate::app::App;
use crate::log::LogRing;
use crate::rpc::Rpc;
use crate::settings::{Limits, Settings};

/// So long that no machine is so slow: in a queue that stands low priority is served for 10 s, normal for 20 s.
const TARGET_MS: u32 = 5_000;
const YOUNG: Duration = Duration::ZERO;
const OLD: Duration = Duration::from_secs(12);

type InTheMaking = Pin<Box<dyn Future<Output = Response<Body>>>>;

struct Queue {
    app: Arc<App>,
    check: AdmissionCheck,
}

impl Queue {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.limits.queue_target_ms = TARGET_MS;
        settings.limits.refusal_hold_ms = 0;
        settings.limits.call_seconds = 3_600;
        change(&mut settings);
        let engine = Engine::in_memory(settings.engine_config()).expect("settings that fit");
        let app = App::new(engine, settings, None, LogRing::new(64)).expect("nothing to be read");
        let check = AdmissionCheck::new(&app, Routes::default());
        Self { app, check }
    }

    /// A call that came so long ago.
    fn begin(&mut self, rpc: Rpc, waited: Duration, headers: &[(&str, &str)]) -> InTheMaking {
        let mut request = Request::post(format!("/{rpc}")).header("content-type", "application/grpc");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // An empty message in its frame.
        let body = http_body_util::Full::new(bytes::Bytes::from_static(&[0; 5]));
        let request = request.body(Body::new(body)).expect("a request");
        let arrived = Instant::now().checked_sub(waited).expect("the machine has run for longer");
        let queued = Queued::new(&self.app, &request, arrived);
        let mut check = self.check.clone();
        let serve = async move |request| match check.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        Box::pin(queued.serve(request, serve))
    }

    async fn ask(&mut self, rpc: Rpc, waited: Duration, headers: &[(&str, &str)]) -> Response<Body> {
        self.begin(rpc, waited, headers).await
    }

    async fn code(&mut self, rpc: Rpc, waited: Duration, headers: &[(&str, &str)]) -> Code {
        let response = self.ask(rpc, waited, headers).await;
        let head = response.headers().clone();
        let body = response.into_body().collect().await.expect("a whole answer");
        let status = body.trailers().and_then(tonic::Status::from_header_map);
        status.or_else(|| tonic::Status::from_header_map(&head)).expect("a status").code()
    }

    fn shed(&self, priority: &str, reason: &str) -> f64 {
        let wanted = [("priority", priority.to_owned()), ("reason", reason.to_owned())];
        let samples = self.app.samples();
        let found = samples.iter().find(|one| one.name == "tacos_calls_shed_total" && one.labels == wanted);
        found.expect("a figure").value
    }
}

/// True if it has ended.
fn has_ended(answer: &mut InTheMaking) -> bool {
    matches!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_))
}

#[tokio::test]
async fn new_work_is_refused_while_reads_and_paid_work_are_served() {
    let mut queue = Queue::new(|_| ());
    let refused = queue.ask(Rpc::JoinQueue, OLD, &[]).await;
    let status = tonic::Status::from_header_map(refused.headers()).expect("a status");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    let pushback: u64 =
        refused.headers()["grpc-retry-pushback-ms"].to_str().expect("text").parse().expect("a number");
    assert!((500..1_500).contains(&pushback), "{pushback}");
    for rpc in [Rpc::CreateReservation, Rpc::GatewayCreateReservation, Rpc::ReserveSeat] {
        assert_eq!(queue.code(rpc, OLD, &[]).await, Code::ResourceExhausted, "{rpc}");
    }
    for rpc in [Rpc::GetQueueStats, Rpc::GetReservation, Rpc::CheckAvailability] {
        assert_eq!(queue.code(rpc, OLD, &[]).await, Code::Ok, "{rpc}");
        assert_eq!(queue.code(rpc, OLD * 2, &[]).await, Code::ResourceExhausted, "{rpc}");
    }
    let paid = [Rpc::CreatePaymentIntent, Rpc::ConfirmReservation, Rpc::CommitReservation, Rpc::ReleaseHold];
    for rpc in paid.into_iter().chain([Rpc::GetSystemHealth, Rpc::GatewayHealthCheck]) {
        assert_eq!(queue.code(rpc, OLD * 10, &[]).await, Code::Ok, "{rpc}");
    }
    assert_eq!(
        (queue.shed("low", "age"), queue.shed("normal", "age"), queue.shed("high", "age")),
        (4.0, 3.0, 0.0)
    );
}

#[tokio::test]
async fn a_repeat_under_a_key_goes_before_new_work() {
    let mut queue = Queue::new(|_| ());
    let again = [("grpc-previous-rpc-attempts", "1")];
    assert_eq!(queue.code(Rpc::ReserveSeat, OLD, &[]).await, Code::ResourceExhausted);
    assert_eq!(queue.code(Rpc::ReserveSeat, OLD, &again).await, Code::Ok);
    assert_eq!(
        queue.code(Rpc::ReserveSeat, OLD, &[("grpc-previous-rpc-attempts", "0")]).await,
        Code::ResourceExhausted
    );
    assert_eq!(queue.code(Rpc::JoinQueue, OLD, &again).await, Code::ResourceExhausted, "it has no key");
}

#[tokio::test]
async fn a_call_that_its_caller_has_given_up_is_not_served() {
    let mut queue = Queue::new(|settings| settings.limits.queue_target_ms = 0);
    for rpc in [Rpc::JoinQueue, Rpc::GetQueueStats, Rpc::ConfirmReservation] {
        assert_eq!(queue.code(rpc, OLD, &[("grpc-timeout", "12S")]).await, Code::DeadlineExceeded, "{rpc}");
        assert_eq!(queue.code(rpc, OLD, &[("grpc-timeout", "1H")]).await, Code::Ok, "{rpc}: it has time");
    }
    assert_eq!((queue.shed("low", "deadline"), queue.shed("high", "deadline")), (1.0, 1.0));
}

#[tokio::test]
async fn a_refusal_that_is_held_back_keeps_its_stream_and_counts_as_under_way() {
    let mut queue = Queue::new(|settings| settings.limits.refusal_hold_ms = 3_600_000);
    let under_way = Arc::clone(&queue.app);
    let under_way = || under_way.under_way.load(Ordering::Relaxed);
    let mut held = queue.begin(Rpc::JoinQueue, OLD, &[]);
    assert!(!has_ended(&mut held));
    assert_eq!(under_way(), 1);
    // A caller that goes away takes it along.
    drop(held);
    assert_eq!(under_way(), 0);
    let at_once = Limits { queue_target_ms: TARGET_MS, refusal_hold_ms: 0, ..Limits::default() };
    queue.app.overload.set(&at_once);
    assert!(has_ended(&mut queue.begin(Rpc::JoinQueue, OLD, &[])));
    assert_eq!(under_way(), 0);
}

#[tokio::test]
async fn refusals_that_are_held_back_leave_room_for_paid_work() {
    let mut queue = Queue::new(|settings| {
        settings.limits.refusal_hold_ms = 3_600_000;
        settings.limits.concurrent_calls = 8;
    });
    let held: Vec<_> = (0..7).map(|_| queue.begin(Rpc::JoinQueue, OLD, &[])).collect();
    assert_eq!(queue.code(Rpc::GetQueueStats, YOUNG, &[]).await, Code::ResourceExhausted);
    assert_eq!(queue.code(Rpc::JoinQueue, YOUNG, &[]).await, Code::ResourceExhausted);
    assert_eq!((queue.shed("normal", "calls"), queue.shed("low", "calls")), (1.0, 1.0));
    assert_eq!(queue.code(Rpc::ConfirmReservation, YOUNG, &[]).await, Code::Ok);
    drop(held);
    assert_eq!(queue.code(Rpc::GetQueueStats, YOUNG, &[]).await, Code::Ok);
}
