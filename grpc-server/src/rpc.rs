//! Every RPC of the server as data: its name, its handler, who may call it, whether it writes, how repeats are
//! answered, what overload does to it, its place in HTTP. A new RPC is one line of this list and its handler. The
//! dispatch, the metrics, the role table of the docs and its test all read it.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use tonic::Status;

use crate::services;
use crate::task::{self, Task};

/// A second name of InventoryService, with the same rules.
pub const SECOND_NAME: &str = "reservation.v1.Inventory";

/// The least role that may call an RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Any caller, without credentials.
    Open,
    /// Any caller with valid credentials.
    User,
    /// Services and administrators.
    Service,
    /// Administrators.
    Admin,
}

/// Whether an RPC writes: maintenance refuses those that do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// May change something.
    Write,
    /// Operators' RPCs that must work in maintenance too.
    Control,
}

/// How a repeat of a request with its idempotency key is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// As any other: the request has no key.
    Fresh,
    /// From the reply that the engine remembers of the one command behind the answer.
    ByCommand,
    /// By the first answer, which is kept byte for byte.
    Kept,
}

/// Which calls an overloaded server refuses first: the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Begins new work: joins a line, takes seats.
    Low,
    /// Reads, and whatever the list does not name.
    Normal,
    /// Ends what was begun: pays, confirms, gives back. Operators' RPCs and health have it too.
    High,
}

impl Priority {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Normal, Self::High];

    /// Its name in figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// Where an RPC stands in HTTP: its method, and its path with the fields of the request that it names in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpRule {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Such as `/v1/queue/{waiting_token}`.
    pub path: &'static str,
    /// Of what makes something: where that can be read, with the fields of the answer that it names in braces. It is
    /// answered with 201 and this as `location`.
    pub created: Option<&'static str>,
}

/// The list's syntax: services with the module of their handlers; in each the RPCs, `as` the method's name where that
/// is not theirs, with handler, access, kind, the answer to repeats, the priority of those for which it is not what
/// [`Rpc::priority`] says of all, and the HTTP rule of those that have a path of their own, with `=>` and the place of
/// what they make.
macro_rules! rpcs {
    ($($service:literal in $module:ident {
        $($rpc:ident $(as $method:literal)?: $handler:ident, $access:ident $kind:ident $repeat:ident
            $($priority:ident)? $(, $verb:ident $path:literal $(=> $created:literal)?)?;)*
    })*) => {
        /// One RPC.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are those of the contract")]
        #[repr(u8)]
        pub enum Rpc { $($($rpc),*),* }

        impl Rpc {
            /// All of them, in the order of the contract.
            pub const ALL: &'static [Self] = &[$($(Self::$rpc),*),*];

            /// Full name of its service.
            #[must_use]
            pub const fn service(self) -> &'static str {
                match self { $($(Self::$rpc)|* => $service),* }
            }

            /// Its method's name.
            #[must_use]
            pub const fn method(self) -> &'static str {
                match self { $($(Self::$rpc => rpcs!(@first $($method)? stringify!($rpc))),*),* }
            }

            /// Who may call it.
            #[must_use]
            pub const fn access(self) -> Access {
                match self { $($(Self::$rpc => Access::$access),*),* }
            }

            /// Whether it writes.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $($(Self::$rpc => Kind::$kind),*),* }
            }

            /// How a repeat is answered.
            #[must_use]
            pub const fn repeat(self) -> Repeat {
                match self { $($(Self::$rpc => Repeat::$repeat),*),* }
            }

            /// What the list does not name is normal; operators' RPCs are high.
            #[must_use]
            pub const fn priority(self) -> Priority {
                let named = match self { $($(Self::$rpc => rpcs!(@first $(Some(Priority::$priority))? None)),*),* };
                match (named, self.access()) {
                    (Some(named), _) => named,
                    (None, Access::Admin) => Priority::High,
                    (None, _) => Priority::Normal,
                }
            }

            /// Its place in HTTP, where it has a path of its own.
            #[must_use]
            pub const fn http(self) -> Option<HttpRule> {
                match self {
                    $($(Self::$rpc => rpcs!(
                        @first $(Some(HttpRule {
                            method: stringify!($verb),
                            path: $path,
                            created: rpcs!(@first $(Some($created))? None),
                        }))? None
                    )),*),*
                }
            }

            /// Decodes a request of this RPC and puts its handler beside it.
            pub(crate) fn task(self, request: &[u8]) -> Result<Box<dyn Task>, Status> {
                match self { $($(Self::$rpc => task::of(request, services::$module::$handler)),*),* }
            }
        }
    };
    (@first $first:expr) => { $first };
    (@first $first:literal $rest:expr) => { $first };
    (@first Some($($first:tt)*) $rest:expr) => { Some($($first)*) };
}

rpcs! {
    "common.v1.AdminService" in admin {
        GetSystemHealth: get_system_health, Admin Read Fresh, GET "/v1/admin/health";
        GetMetrics: get_metrics, Admin Read Fresh, GET "/v1/admin/metrics";
        UpdateConfig: update_config, Admin Control Fresh, PATCH "/v1/admin/config";
        TriggerOperation: trigger_operation, Admin Control Fresh, POST "/v1/admin/operations";
        GetLogs: get_logs, Admin Read Fresh, GET "/v1/admin/logs";
        EmergencyAction: emergency_action, Admin Control Fresh, POST "/v1/admin/emergencies";
    }
    "gateway.v1.GatewayService" in gateway {
        GatewayHealthCheck as "HealthCheck": health_check, Open Read Fresh High, GET "/healthz";
        ValidateToken: validate_token, Open Read Fresh, POST "/v1/tokens/validate";
        GatewayCreateReservation as "CreateReservation": create_reservation, User Write ByCommand Low,
            POST "/v1/reservations" => "/v1/reservations/{reservation_id}";
        GatewayGetReservation as "GetReservation": get_reservation, User Read Fresh,
            GET "/v1/reservations/{reservation_id}";
        GatewayConfirmReservation as "ConfirmReservation": confirm_reservation, User Write ByCommand High,
            POST "/v1/reservations/{reservation_id}/confirm";
        GatewayCancelReservation as "CancelReservation": cancel_reservation, User Write ByCommand High,
            POST "/v1/reservations/{reservation_id}/cancel";
        GatewayCreatePaymentIntent as "CreatePaymentIntent": create_payment_intent, User Write ByCommand High;
        GatewayGetPaymentStatus as "GetPaymentStatus": get_payment_status, User Read Fresh High;
        GetEventAvailability: get_event_availability, User Read Fresh,
            GET "/v1/events/{event_id}/availability";
    }
    "gateway.v1.QueueService" in queue {
        JoinQueue: join_queue, User Write Fresh Low,
            POST "/v1/events/{event_id}/queue" => "/v1/queue/{waiting_token}";
        GetQueueStatus: get_queue_status, User Read Fresh, GET "/v1/queue/{waiting_token}";
        RequestAdmission: request_admission, User Write Fresh, POST "/v1/queue/{waiting_token}/admission";
        LeaveQueue: leave_queue, User Write Fresh High, DELETE "/v1/queue/{waiting_token}";
        GetQueueStats: get_queue_stats, User Read Fresh, GET "/v1/queue-stats";
    }
    "gateway.v1.WebhookService" in webhook {
        ReceivePaymentWebhook: receive_payment_webhook, Open Write Fresh High, POST "/v1/webhooks/payment";
        ReceiveExpiryWebhook: receive_expiry_webhook, Service Write Fresh High, POST "/v1/webhooks/expiry";
        RegisterWebhook: register_webhook, Service Write Fresh, POST "/v1/webhook-endpoints";
        ValidateWebhook: validate_webhook, Service Read Fresh, POST "/v1/webhooks/validate";
    }
    "gateway.v1.WebSocketService" in websocket {
        StreamQueueUpdates: stream_queue_updates, User Read Fresh, GET "/v1/queue/{waiting_token}/stream";
        StreamReservationUpdates: stream_reservation_updates, User Read Fresh, GET "/v1/streams/reservations";
        StreamPaymentUpdates: stream_payment_updates, User Read Fresh, GET "/v1/streams/payments";
        SendMessage: send_message, Service Read Fresh, POST "/v1/messages";
    }
    "payment.v1.PaymentService" in payment {
        CreatePaymentIntent: create_payment_intent, User Write ByCommand High,
            POST "/v1/payments" => "/v1/payments/{payment_intent_id}";
        GetPaymentStatus: get_payment_status, User Read Fresh High, GET "/v1/payments/{payment_intent_id}";
        ProcessPayment: process_payment, User Write Kept High, POST "/v1/payments/{payment_intent_id}/process";
        CancelPayment: cancel_payment, User Write ByCommand High, POST "/v1/payments/{payment_intent_id}/cancel";
        ListPayments: list_payments, User Read Fresh, GET "/v1/payments";
        SimulateWebhook: simulate_webhook, Service Write Fresh High,
            POST "/v1/payments/{payment_intent_id}/simulate-webhook";
    }
    "reservation.v1.InventoryService" in inventory {
        CheckAvailability: check_availability, User Read Fresh, GET "/v1/events/{event_id}/seats/check";
        ReserveSeat: reserve_seat, Service Write ByCommand Low, POST "/v1/inventory/holds";
        CommitReservation: commit_reservation, Service Write ByCommand High,
            POST "/v1/inventory/holds/{reservation_id}/commit";
        ReleaseHold: release_hold, Service Write ByCommand High,
            POST "/v1/inventory/holds/{reservation_id}/release";
        GetInventoryStatus: get_inventory_status, User Read Fresh, GET "/v1/inventory/{event_id}";
    }
    "reservation.v1.ReservationService" in reservation {
        CreateReservation: create_reservation, User Write ByCommand Low;
        GetReservation: get_reservation, User Read Fresh;
        ConfirmReservation: confirm_reservation, User Write ByCommand High;
        CancelReservation: cancel_reservation, User Write ByCommand High;
        ListReservations: list_reservations, User Read Fresh, GET "/v1/reservations";
        ExtendHold: extend_hold, User Write ByCommand High, POST "/v1/reservations/{reservation_id}/extend";
    }
    "reservation.v1.WorkerService" in worker {
        ProcessReservationExpiry: process_reservation_expiry, Service Write Fresh High, POST "/v1/worker/expiries";
        ProcessPaymentResult: process_payment_result, Service Write Fresh High, POST "/v1/worker/payment-results";
        ProcessCompensation: process_compensation, Service Write Fresh High, POST "/v1/worker/compensations";
        WorkerHealthCheck as "HealthCheck": health_check, Service Read Fresh High, GET "/v1/worker/health";
        GetJobStatus: get_job_status, Service Read Fresh, GET "/v1/worker/jobs";
    }
    "engine.v1.EngineService" in engine {
        CreateEvent: create_event, Admin Write Kept,
            POST "/v1/admin/events" => "/v1/admin/events/{event.settings.event_id}";
        UpdateEvent: update_event, Admin Write Kept, PATCH "/v1/admin/events/{settings.event_id}";
        GetEvent: get_event, Open Read Fresh, GET "/v1/admin/events/{event_id}";
        ListEvents: list_events, Open Read Fresh, GET "/v1/admin/events";
        OpenSale: open_sale, Admin Write Kept, POST "/v1/admin/events/{event_id}/open";
        PauseSale: pause_sale, Admin Write Kept, POST "/v1/admin/events/{event_id}/pause";
        CloseSale: close_sale, Admin Write Kept, POST "/v1/admin/events/{event_id}/close";
        ImportSeatMap: import_seat_map, Admin Write Kept, PUT "/v1/admin/events/{event_id}/seat-map";
        GetSeatMap: get_seat_map, Open Read Fresh, GET "/v1/admin/events/{event_id}/seat-map";
        BlockSeats: block_seats, Admin Write Kept, POST "/v1/admin/events/{event_id}/seats/block";
        UnblockSeats: unblock_seats, Admin Write Kept, POST "/v1/admin/events/{event_id}/seats/unblock";
        GetQueuePolicy: get_queue_policy, Admin Read Fresh, GET "/v1/admin/events/{event_id}/queue-policy";
        SetQueuePolicy: set_queue_policy, Admin Write Kept, PUT "/v1/admin/events/{event_id}/queue-policy";
        PauseQueue: pause_queue, Admin Write ByCommand, POST "/v1/admin/events/{event_id}/queue/pause";
        ResumeQueue: resume_queue, Admin Write ByCommand, POST "/v1/admin/events/{event_id}/queue/resume";
        OpenPresale: open_presale, Admin Write Kept, POST "/v1/admin/events/{event_id}/presale";
        DrawPresale: draw_presale, Admin Write Kept, POST "/v1/admin/events/{event_id}/presale/draw";
        GetPresale: get_presale, Admin Read Fresh, GET "/v1/admin/events/{event_id}/presale";
        WatchFeed: watch_feed, Admin Read Fresh, GET "/v1/admin/feed";
        TakeBackup: take_backup, Admin Control Kept, POST "/v1/admin/backups";
        GetEngineStatus: get_engine_status, Admin Read Fresh, GET "/v1/admin/status";
        ListDeadLetters: list_dead_letters, Admin Read Fresh, GET "/v1/admin/dead-letters";
        ReplayDeadLetters: replay_dead_letters, Admin Write Kept, POST "/v1/admin/dead-letters/replay";
        ListEmergencyActions: list_emergency_actions, Admin Read Fresh, GET "/v1/admin/emergencies";
        UndoEmergencyAction: undo_emergency_action, Admin Control Kept,
            POST "/v1/admin/emergencies/{action_id}/undo";
    }
    "engine.v1.CommandService" in command {
        Run: run, Service Read Fresh;
    }
    "engine.v1.PublicService" in public {
        ListPublicEvents: list_public_events, Open Read Fresh, GET "/v1/events";
        GetPublicEvent: get_public_event, Open Read Fresh, GET "/v1/events/{event_id}";
        GetSeatBoard: get_seat_board, Open Read Fresh, GET "/v1/events/{event_id}/seats";
        StreamSeatBoard: stream_seat_board, Open Read Fresh, GET "/v1/events/{event_id}/seats/stream";
    }
}

impl Rpc {
    /// Its place in [`Rpc::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The RPC behind a path (`/package.Service/Method`); none for others, such as health and reflection.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        static BY_PATH: LazyLock<HashMap<String, Rpc>> = LazyLock::new(|| {
            let second_names =
                Rpc::ALL.iter().filter(|rpc| rpc.service() == "reservation.v1.InventoryService");
            let second_names = second_names.map(|rpc| (format!("/{SECOND_NAME}/{}", rpc.method()), *rpc));
            Rpc::ALL.iter().map(|rpc| (format!("/{rpc}"), *rpc)).chain(second_names).collect()
        });
        BY_PATH.get(path).copied()
    }

    /// Full names of all services, each once.
    #[must_use]
    pub fn services() -> Vec<&'static str> {
        let mut names: Vec<_> = Self::ALL.iter().map(|rpc| rpc.service()).collect();
        names.dedup();
        names
    }
}

impl fmt::Display for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service(), self.method())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use prost_reflect::{DescriptorPool, Kind as FieldKind, MessageDescriptor};

    use super::*;

    fn method(pool: &DescriptorPool, rpc: Rpc) -> prost_reflect::MethodDescriptor {
        let service = pool.get_service_by_name(rpc.service()).expect("a service of the contract");
        service.methods().find(|method| method.name() == rpc.method()).expect("a method of the contract")
    }

    fn pool() -> DescriptorPool {
        DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors")
    }

    #[test]
    fn every_rpc_has_the_handler_of_its_request() {
        let pool = pool();
        for rpc in Rpc::ALL.iter().copied() {
            let task = rpc.task(&[]).expect("nothing is a message of nothing");
            assert_eq!(task.request_name(), method(&pool, rpc).input().full_name(), "{rpc}");
        }
    }

    #[test]
    fn requests_with_a_key_and_no_others_are_remembered() {
        let pool = pool();
        for rpc in Rpc::ALL.iter().copied() {
            let has_key = method(&pool, rpc).input().get_field_by_name("idempotency_key").is_some();
            assert_eq!(has_key, rpc.repeat() != Repeat::Fresh, "{rpc}");
            assert!(!has_key || rpc.kind() != Kind::Read, "{rpc} reads under a key");
        }
    }

    /// The names in braces of a path.
    fn named(path: &str) -> impl Iterator<Item = &str> {
        path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// True if one text field stands at `path`, such as `settings.event_id`.
    fn is_text(message: &MessageDescriptor, path: &str) -> bool {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let Some(field) = message.get_field_by_name(first).filter(|field| !field.is_list()) else {
            return false;
        };
        match (field.kind(), rest) {
            (FieldKind::String, None) => true,
            (FieldKind::Message(inner), Some(rest)) => is_text(&inner, rest),
            _ => false,
        }
    }

    #[test]
    fn http_rules_name_fields_of_their_requests_and_do_not_collide() {
        let (pool, mut seen) = (pool(), HashSet::new());
        for rpc in Rpc::ALL.iter().copied() {
            let Some(HttpRule { method: verb, path, created }) = rpc.http() else { continue };
            assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&verb), "{rpc}: {verb}");
            let plain = |part: &str| {
                part.bytes().all(|byte| b"abcdefghijklmnopqrstuvwxyz0123456789-".contains(&byte))
            };
            for part in path.strip_prefix('/').expect("paths begin with a slash").split('/') {
                assert!(!part.is_empty() && (plain(part) || named(part).next().is_some()), "{rpc}: {part}");
            }
            for field in named(path) {
                assert!(is_text(&method(&pool, rpc).input(), field), "{rpc} has no text field {field}");
            }
            for field in created.into_iter().flat_map(named) {
                assert!(is_text(&method(&pool, rpc).output(), field), "{rpc} answers no text {field}");
            }
            // What stands in braces may be any text.
            let shape: Vec<_> =
                path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
            assert!(seen.insert((verb, shape)), "{rpc}: {verb} {path} is another's");
        }
        assert!(seen.len() > 60, "only {} rules", seen.len());
        // A path and one that has a field in its place are told apart by nothing but order: there are none.
        for (verb, path) in &seen {
            for (other, shape) in &seen {
                let same = verb == other && path != shape && path.len() == shape.len();
                let fits = same && path.iter().zip(shape).all(|(part, of)| part == of || *of == "*");
                assert!(!fits, "{verb} {path:?} is also {shape:?}");
            }
        }
    }

    #[test]
    fn the_list_is_the_contract() {
        use prost::Message;
        let second = |name: &String| name.starts_with(&format!("{SECOND_NAME}/"));
        let set = prost_types::FileDescriptorSet::decode(tacos_proto::FILE_DESCRIPTOR_SET)
            .expect("our own descriptors");
        let mut theirs: Vec<String> =
            set.file
                .iter()
                .flat_map(|file| {
                    file.service.iter().flat_map(move |service| {
                        service.method.iter().map(move |method| {
                            format!("{}.{}/{}", file.package(), service.name(), method.name())
                        })
                    })
                })
                .collect();
        // Every path leads to an RPC, those of the second name as well.
        for name in &theirs {
            let found = Rpc::of_path(&format!("/{name}")).expect("known");
            assert!(second(name) || found.to_string() == *name, "{name}");
        }
        theirs.retain(|name| !second(name));
        let mut ours: Vec<String> = Rpc::ALL.iter().map(ToString::to_string).collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs);
        assert_eq!(ours.iter().filter(|name| !name.starts_with("engine.v1.")).count(), 50);
    }
}
