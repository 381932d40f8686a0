//! Every RPC of the server as data: its name, who may call it, whether it writes. The handlers, the metrics, the role
//! table of the docs and its test all read this one list.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// A second name of InventoryService, with the same rules.
pub const SECOND_NAME: &str = "reservation.v1.Inventory";

/// The least role that may call an RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Everybody, without credentials.
    Open,
    /// Anybody with valid credentials.
    User,
    /// Services and administrators.
    Service,
    /// Administrators.
    Admin,
}

/// Whether an RPC changes anything: what maintenance refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// May change something.
    Write,
    /// Operators' RPCs that must work in maintenance too.
    Control,
}

macro_rules! rpcs {
    ($($rpc:ident = $service:literal / $method:literal, $access:ident, $kind:ident;)*) => {
        /// One RPC.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are those of the contract")]
        #[repr(u8)]
        pub enum Rpc { $($rpc),* }

        impl Rpc {
            /// All of them, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$rpc),*];

            /// Full name of its service.
            #[must_use]
            pub const fn service(self) -> &'static str {
                match self { $(Self::$rpc => $service),* }
            }

            /// Its method's name.
            #[must_use]
            pub const fn method(self) -> &'static str {
                match self { $(Self::$rpc => $method),* }
            }

            /// Who may call it.
            #[must_use]
            pub const fn access(self) -> Access {
                match self { $(Self::$rpc => Access::$access),* }
            }

            /// Whether it writes.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$rpc => Kind::$kind),* }
            }
        }
    };
}

rpcs! {
    GetSystemHealth = "common.v1.AdminService" / "GetSystemHealth", Admin, Read;
    GetMetrics = "common.v1.AdminService" / "GetMetrics", Admin, Read;
    UpdateConfig = "common.v1.AdminService" / "UpdateConfig", Admin, Control;
    TriggerOperation = "common.v1.AdminService" / "TriggerOperation", Admin, Control;
    GetLogs = "common.v1.AdminService" / "GetLogs", Admin, Read;
    EmergencyAction = "common.v1.AdminService" / "EmergencyAction", Admin, Control;

    GatewayHealthCheck = "gateway.v1.GatewayService" / "HealthCheck", Open, Read;
    ValidateToken = "gateway.v1.GatewayService" / "ValidateToken", Open, Read;
    GatewayCreateReservation = "gateway.v1.GatewayService" / "CreateReservation", User, Write;
    GatewayGetReservation = "gateway.v1.GatewayService" / "GetReservation", User, Read;
    GatewayConfirmReservation = "gateway.v1.GatewayService" / "ConfirmReservation", User, Write;
    GatewayCancelReservation = "gateway.v1.GatewayService" / "CancelReservation", User, Write;
    GatewayCreatePaymentIntent = "gateway.v1.GatewayService" / "CreatePaymentIntent", User, Write;
    GatewayGetPaymentStatus = "gateway.v1.GatewayService" / "GetPaymentStatus", User, Read;
    GetEventAvailability = "gateway.v1.GatewayService" / "GetEventAvailability", User, Read;

    JoinQueue = "gateway.v1.QueueService" / "JoinQueue", User, Write;
    GetQueueStatus = "gateway.v1.QueueService" / "GetQueueStatus", User, Read;
    RequestAdmission = "gateway.v1.QueueService" / "RequestAdmission", User, Write;
    LeaveQueue = "gateway.v1.QueueService" / "LeaveQueue", User, Write;
    GetQueueStats = "gateway.v1.QueueService" / "GetQueueStats", User, Read;

    ReceivePaymentWebhook = "gateway.v1.WebhookService" / "ReceivePaymentWebhook", Open, Write;
    ReceiveExpiryWebhook = "gateway.v1.WebhookService" / "ReceiveExpiryWebhook", Service, Write;
    RegisterWebhook = "gateway.v1.WebhookService" / "RegisterWebhook", Service, Write;
    ValidateWebhook = "gateway.v1.WebhookService" / "ValidateWebhook", Service, Read;

    StreamQueueUpdates = "gateway.v1.WebSocketService" / "StreamQueueUpdates", User, Read;
    StreamReservationUpdates = "gateway.v1.WebSocketService" / "StreamReservationUpdates", User, Read;
    StreamPaymentUpdates = "gateway.v1.WebSocketService" / "StreamPaymentUpdates", User, Read;
    SendMessage = "gateway.v1.WebSocketService" / "SendMessage", Service, Read;

    CreatePaymentIntent = "payment.v1.PaymentService" / "CreatePaymentIntent", User, Write;
    GetPaymentStatus = "payment.v1.PaymentService" / "GetPaymentStatus", User, Read;
    ProcessPayment = "payment.v1.PaymentService" / "ProcessPayment", User, Write;
    CancelPayment = "payment.v1.PaymentService" / "CancelPayment", User, Write;
    ListPayments = "payment.v1.PaymentService" / "ListPayments", User, Read;
    SimulateWebhook = "payment.v1.PaymentService" / "SimulateWebhook", Service, Write;

    CheckAvailability = "reservation.v1.InventoryService" / "CheckAvailability", User, Read;
    ReserveSeat = "reservation.v1.InventoryService" / "ReserveSeat", Service, Write;
    CommitReservation = "reservation.v1.InventoryService" / "CommitReservation", Service, Write;
    ReleaseHold = "reservation.v1.InventoryService" / "ReleaseHold", Service, Write;
    GetInventoryStatus = "reservation.v1.InventoryService" / "GetInventoryStatus", User, Read;

    CreateReservation = "reservation.v1.ReservationService" / "CreateReservation", User, Write;
    GetReservation = "reservation.v1.ReservationService" / "GetReservation", User, Read;
    ConfirmReservation = "reservation.v1.ReservationService" / "ConfirmReservation", User, Write;
    CancelReservation = "reservation.v1.ReservationService" / "CancelReservation", User, Write;
    ListReservations = "reservation.v1.ReservationService" / "ListReservations", User, Read;
    ExtendHold = "reservation.v1.ReservationService" / "ExtendHold", User, Write;

    ProcessReservationExpiry = "reservation.v1.WorkerService" / "ProcessReservationExpiry", Service, Write;
    ProcessPaymentResult = "reservation.v1.WorkerService" / "ProcessPaymentResult", Service, Write;
    ProcessCompensation = "reservation.v1.WorkerService" / "ProcessCompensation", Service, Write;
    WorkerHealthCheck = "reservation.v1.WorkerService" / "HealthCheck", Service, Read;
    GetJobStatus = "reservation.v1.WorkerService" / "GetJobStatus", Service, Read;

    CreateEvent = "engine.v1.EngineService" / "CreateEvent", Admin, Write;
    UpdateEvent = "engine.v1.EngineService" / "UpdateEvent", Admin, Write;
    GetEvent = "engine.v1.EngineService" / "GetEvent", Open, Read;
    ListEvents = "engine.v1.EngineService" / "ListEvents", Open, Read;
    OpenSale = "engine.v1.EngineService" / "OpenSale", Admin, Write;
    PauseSale = "engine.v1.EngineService" / "PauseSale", Admin, Write;
    CloseSale = "engine.v1.EngineService" / "CloseSale", Admin, Write;
    ImportSeatMap = "engine.v1.EngineService" / "ImportSeatMap", Admin, Write;
    GetSeatMap = "engine.v1.EngineService" / "GetSeatMap", Open, Read;
    BlockSeats = "engine.v1.EngineService" / "BlockSeats", Admin, Write;
    UnblockSeats = "engine.v1.EngineService" / "UnblockSeats", Admin, Write;
    GetQueuePolicy = "engine.v1.EngineService" / "GetQueuePolicy", Admin, Read;
    SetQueuePolicy = "engine.v1.EngineService" / "SetQueuePolicy", Admin, Write;
    PauseQueue = "engine.v1.EngineService" / "PauseQueue", Admin, Write;
    ResumeQueue = "engine.v1.EngineService" / "ResumeQueue", Admin, Write;
    OpenPresale = "engine.v1.EngineService" / "OpenPresale", Admin, Write;
    DrawPresale = "engine.v1.EngineService" / "DrawPresale", Admin, Write;
    GetPresale = "engine.v1.EngineService" / "GetPresale", Admin, Read;
    WatchFeed = "engine.v1.EngineService" / "WatchFeed", Admin, Read;
    TakeBackup = "engine.v1.EngineService" / "TakeBackup", Admin, Control;
    GetEngineStatus = "engine.v1.EngineService" / "GetEngineStatus", Admin, Read;
    ListDeadLetters = "engine.v1.EngineService" / "ListDeadLetters", Admin, Read;
    ReplayDeadLetters = "engine.v1.EngineService" / "ReplayDeadLetters", Admin, Write;
    ListEmergencyActions = "engine.v1.EngineService" / "ListEmergencyActions", Admin, Read;
    UndoEmergencyAction = "engine.v1.EngineService" / "UndoEmergencyAction", Admin, Control;
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
    use super::*;

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
