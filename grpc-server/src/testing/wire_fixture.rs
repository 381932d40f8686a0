//! A server without a listener: calls go into its routes and come out again as they would on a connection.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body_util::Full;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};
use tacos_engine::{Driver, Engine, ManualClock, UnixMs};
use tacos_proto::common::v1::{Error, ErrorCode};
use tokio::runtime::Runtime;
use tonic::body::Body;
use tonic::codegen::Body as _;
use tonic::service::Routes;
use tower::ServiceExt;

use super::echo;
use crate::admission::AdmissionCheck;
use crate::app::App;
use crate::log::LogRing;
use crate::rpc::Rpc;
use crate::settings::{DurabilityName, Settings};

/// Calls made of one input, at most.
const CALLS_MAX: usize = 24;
/// When inputs begin.
const START: UnixMs = UnixMs::new(1_800_000_000_000);
/// Ids and tokens that are remembered for `@`.
const GIVEN_MAX: usize = 64;
/// Messages read of one stream, at most.
const STREAMED_MAX: usize = 64;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors"));

thread_local! {
    static RUNTIME: LazyCell<Runtime> = const {
        LazyCell::new(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
        })
    };
}

/// A server with one event on sale, and what it has given out.
pub(super) struct WireFixture {
    app: Arc<App>,
    check: AdmissionCheck,
    clock: Arc<ManualClock>,
    given: Vec<String>,
    /// Requests that came to something: a repeat is answered as they were, whatever has changed since.
    done: HashSet<(Rpc, Vec<u8>)>,
    most_sold: u32,
}

/// How a call ended.
pub(super) struct CallOutcome {
    /// 0 for success.
    pub(super) status: i32,
    pub(super) messages: Vec<DynamicMessage>,
}

impl WireFixture {
    pub(super) fn new() -> Self {
        let mut settings = Settings::default();
        settings.engine.durability = DurabilityName::Memory;
        // No input finds a file.
        settings.engine.data_dir = PathBuf::from("/dev/null/data");
        settings.server.backup_dir = PathBuf::from("/dev/null/backups");
        settings.limits.user_per_second = 0;
        (settings.engine.reservations_max, settings.engine.payments_max) = (64, 64);
        settings.engine.idempotency_keys_max = 64;
        let clock = Arc::new(ManualClock::new(START));
        let config = settings
            .engine_config()
            .with_driver(Driver::Manual)
            .with_clock(Arc::clone(&clock) as _)
            .with_fixed_entropy(Some(7))
            .with_log_buffer_bytes(tacos_engine::limits::LOG_BUFFER_BYTES_MIN)
            .with_update_history_bytes(1 << 16)
            .with_webhooks_max(64)
            .with_notes_max(256);
        let engine = Engine::in_memory(config).expect("settings that fit");
        let app = App::new(engine, settings, None, LogRing::new(64)).expect("nothing to be read");
        let check = AdmissionCheck::new(&app, Routes::default());
        let mut fixture = Self { app, check, clock, given: Vec::new(), done: HashSet::new(), most_sold: 0 };
        fixture.open_sale();
        fixture
    }

    /// `evt_1`: a row of ten, a standing area, a line.
    fn open_sale(&mut self) {
        use serde_json::json;
        let settings = json!({
            "event_id": "evt_1", "name": "A concert", "currency": "KRW",
            "queue_policy": { "admissions_per_minute": 6000, "burst": 100 },
        });
        let price = json!({ "amount": 5_000, "currency": "KRW" });
        let map = json!({ "sections": [
            { "section_id": "stalls", "price": price, "rows": [
                { "label": "A", "runs": [{ "id_prefix": "A-", "first_number": 1, "count": 10 }] },
            ] },
            { "section_id": "pit", "price": price, "general_admission_capacity": 20 },
        ] });
        for (rpc, request) in [
            (Rpc::CreateEvent, json!({ "settings": settings, "idempotency_key": "c" })),
            (Rpc::ImportSeatMap, json!({ "event_id": "evt_1", "seat_map": map, "idempotency_key": "i" })),
            (Rpc::OpenSale, json!({ "event_id": "evt_1", "idempotency_key": "o" })),
        ] {
            let message = DynamicMessage::deserialize(method(rpc).input(), request).expect("fits");
            self.call(u8::try_from(rpc.index()).expect("few"), &message.encode_to_vec());
        }
        assert_eq!(self.app.engine.events().len(), 1, "the sale of the fuzz target did not open");
    }

    /// All calls of an input; the counts must add up after each.
    pub(super) fn run(&mut self, mut bytes: &[u8]) {
        for _ in 0..CALLS_MAX {
            let [number, low, high, more @ ..] = bytes else { break };
            let length = usize::from(u16::from_le_bytes([*low, *high])).min(more.len());
            let (request, later) = more.split_at(length);
            self.call(*number, request);
            self.add_up();
            bytes = later;
        }
    }

    /// Places that were sold at once, at most.
    #[cfg(test)]
    pub(super) fn most_sold(&self) -> u32 {
        self.most_sold
    }

    /// One call. A number past the RPCs lets time pass instead.
    pub(super) fn call(&mut self, number: u8, bytes: &[u8]) {
        let Some(rpc) = Rpc::ALL.get(usize::from(number)).copied() else {
            let mut by = [0; 4];
            bytes.iter().zip(&mut by).for_each(|(byte, into)| *into = *byte);
            self.clock.advance(std::time::Duration::from_millis(u32::from_le_bytes(by).into()));
            self.app.engine.turn();
            return;
        };
        let method = method(rpc);
        let mut asked = DynamicMessage::decode(method.input(), bytes).ok();
        if let Some(asked) = &mut asked {
            self.fill_in(asked);
        }
        let bytes = asked.as_ref().map_or_else(|| bytes.to_vec(), Message::encode_to_vec);
        let ended = self.send(rpc, &method, &bytes);
        if asked.is_none() {
            assert!(ended.status != 0, "{rpc} took what is no request: {bytes:?}");
        }
        for answer in &ended.messages {
            check_answer(rpc, answer);
            self.remember(answer);
        }
        if let (Some(asked), [answer]) = (&asked, ended.messages.as_slice())
            && !answer.has_field_by_name("error")
            && self.done.insert((rpc, bytes))
        {
            echo::check(self, rpc, asked, answer);
        }
    }

    /// Sends the bytes of a request and takes in whatever comes without waiting.
    pub(super) fn send(&self, rpc: Rpc, method: &MethodDescriptor, bytes: &[u8]) -> CallOutcome {
        let mut framed = BytesMut::with_capacity(bytes.len() + 5);
        framed.put_u8(0);
        framed.put_u32(u32::try_from(bytes.len()).expect("short"));
        framed.put_slice(bytes);
        let request = http::Request::post(format!("/{rpc}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(Body::new(Full::new(framed.freeze())))
            .expect("a request");
        RUNTIME.with(|runtime| {
            runtime.block_on(async {
                let answer = self.check.clone().oneshot(request).await.expect("routes do not fail");
                let (head, body) = answer.into_parts();
                let status = status_in(&head.headers);
                read(method, body, status)
            })
        })
    }

    /// Exchanges `@n` for what was given out.
    fn fill_in(&self, message: &mut DynamicMessage) {
        let pick = |text: &mut String| {
            let number = text.strip_prefix('@').and_then(|digits| digits.parse::<usize>().ok());
            if let Some(given) = number.and_then(|number| self.given.get(number)) {
                given.clone_into(text);
            }
        };
        for (_, value) in message.fields_mut() {
            match value {
                Value::String(text) => pick(text),
                Value::List(items) => items.iter_mut().for_each(|item| {
                    if let Value::String(text) = item {
                        pick(text);
                    }
                }),
                _ => {}
            }
        }
    }

    /// Keeps ids and tokens that an answer gives out.
    fn remember(&mut self, answer: &DynamicMessage) {
        for (field, value) in answer.fields() {
            if let Value::String(text) = value
                && (field.name().ends_with("_id") || field.name().ends_with("_token"))
                && !text.is_empty()
                && self.given.len() < GIVEN_MAX
                && !self.given.contains(text)
            {
                self.given.push(text.clone());
            }
        }
    }

    /// Counts of every section add up.
    fn add_up(&mut self) {
        let mut sold = 0;
        for event in self.app.engine.events() {
            for section in self.app.engine.sections(&event.id).expect("an event that is listed") {
                let counts = section.counts;
                let parts = counts.available + counts.reserved + counts.sold + counts.blocked;
                assert_eq!(parts, counts.total, "{} of {}", section.name, event.id);
                sold += counts.sold;
            }
        }
        self.most_sold = self.most_sold.max(sold);
    }
}

/// The RPC's descriptor.
pub(super) fn method(rpc: Rpc) -> MethodDescriptor {
    let service = POOL.get_service_by_name(rpc.service()).expect("a service of the contract");
    service.methods().find(|method| method.name() == rpc.method()).expect("a method of the contract")
}

fn status_in(headers: &http::HeaderMap) -> Option<i32> {
    headers
        .get("grpc-status")
        .map(|value| value.to_str().ok().and_then(|text| text.parse().ok()).expect("a status is a number"))
}

/// Frames and trailers that are there; a stream that has nothing to say now is left.
fn read(method: &MethodDescriptor, body: Body, mut status: Option<i32>) -> CallOutcome {
    let (mut body, mut bytes) = (Box::pin(body), BytesMut::new());
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..STREAMED_MAX {
        match body.as_mut().poll_frame(&mut context) {
            Poll::Ready(Some(frame)) => match frame.expect("bodies do not break off").into_data() {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => status = frame.trailers_ref().and_then(status_in).or(status),
            },
            Poll::Ready(None) => break,
            Poll::Pending => {
                assert!(method.is_server_streaming(), "{} waits in its answer", method.full_name());
                status = status.or(Some(0));
                break;
            }
        }
    }
    let (mut bytes, mut messages) = (bytes.freeze(), Vec::new());
    while bytes.has_remaining() {
        assert_eq!(bytes.get_u8(), 0, "nothing is compressed");
        let length = bytes.get_u32() as usize;
        let message: Bytes = bytes.split_to(length);
        messages.push(DynamicMessage::decode(method.output(), message).expect("an answer of the contract"));
    }
    CallOutcome { status: status.expect("every answer has a status"), messages }
}

/// What holds of every answer.
fn check_answer(rpc: Rpc, answer: &DynamicMessage) {
    assert_eq!(answer.unknown_fields().count(), 0, "{rpc}: {answer}");
    if !answer.has_field_by_name("error") {
        return;
    }
    let kept: Vec<String> = answer.fields().map(|(field, _)| field.name().to_owned()).collect();
    assert!(kept == ["error"] || may_say_more(rpc), "{rpc} refuses, and says {kept:?}: {answer}");
    let error = answer.get_field_by_name("error").expect("just seen");
    let error: Error = error.as_message().expect("a message").transcode_to().expect("an error");
    assert!(error.code() != ErrorCode::Unspecified && error.code() as i32 == error.code, "{rpc}: {error:?}");
    assert!(error.trace_id.len() == 32 && !error.message.is_empty(), "{rpc}: {error:?}");
    assert!(error.details.len() <= 100, "{rpc}: {} details", error.details.len());
    assert!(error.details.iter().all(|detail| detail.value.len() <= 128), "{rpc}: {error:?}");
    // Backups alone may find a disk that does not do what it should: there is none here.
    let broken = matches!(error.code(), ErrorCode::Internal | ErrorCode::DataCorruption);
    assert!(!broken || rpc == Rpc::TakeBackup, "{rpc} broke: {error:?}");
}

/// Refusals that the contract gives more than an error.
fn may_say_more(rpc: Rpc) -> bool {
    matches!(
        rpc,
        Rpc::GetQueueStatus
            | Rpc::RequestAdmission
            | Rpc::CommitReservation
            | Rpc::ReleaseHold
            | Rpc::ReserveSeat
            | Rpc::ExtendHold
            | Rpc::StreamQueueUpdates
            | Rpc::StreamReservationUpdates
            | Rpc::StreamPaymentUpdates
    ) || rpc.service() == "reservation.v1.WorkerService"
}
