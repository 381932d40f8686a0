//! A real server on a port of its own, with a folder of its own, and clients that talk to it.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of this")]

use std::time::Duration;

use tacos_engine::{
    CreateEvent, Currency, Engine, EventId, EventSettings, QueuePolicy, Row, RowSeats, SaleState, SeatMap,
    Section, SetSale,
};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{AdmissionStatus, JoinQueueRequest, RequestAdmissionRequest};
use tacos_server::settings::Settings;
use tacos_server::{LogRing, Server, open_engine};
use tonic::transport::Channel;

pub const EVENT: &str = "evt_2025_1001";

pub struct House {
    pub folder: tempfile::TempDir,
    pub settings: Settings,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::default();
        settings.engine.data_dir = folder.path().join("data");
        settings.server.backup_dir = folder.path().join("backups");
        settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
        settings.web.listen = settings.server.listen.clone();
        settings.server.drain_seconds = 5;
        settings.engine.payment_time_permille = 1;
        settings.engine.reservations_max = 4_096;
        settings.engine.payments_max = 4_096;
        settings.engine.idempotency_keys_max = 4_096;
        settings.limits.user_per_second = 0;
        Self { folder, settings }
    }

    /// A server over this house's folder; the event exists and its sale is open.
    pub async fn open(&self) -> Server {
        self.open_with(|_| ()).await
    }

    pub async fn open_with(&self, more: impl FnOnce(&Engine)) -> Server {
        let engine = open_engine(&self.settings, |_| ()).expect("the folder opens");
        if engine.events().is_empty() {
            open_sale(&engine, EVENT, Some(QueuePolicy::default()));
        }
        more(&engine);
        let logs = LogRing::new(64);
        Server::start(engine, self.settings.clone(), None, logs).await.expect("serves")
    }
}

/// Two rows of ten seats at 5,000 won and a standing area of fifty, the sale open.
pub fn open_sale(engine: &Engine, id: &str, queue: Option<QueuePolicy>) {
    let event = create_sale(engine, id, queue);
    engine.set_sale(SetSale::new(event, SaleState::Open)).wait().expect("opened");
}

/// The same with a line, the sale not open yet.
pub fn draft_sale(engine: &Engine, id: &str, queue: QueuePolicy) {
    create_sale(engine, id, Some(queue));
}

fn create_sale(engine: &Engine, id: &str, queue: Option<QueuePolicy>) -> EventId {
    let row = |label: &str| Row {
        label: label.into(),
        price_minor: 5_000,
        seats: RowSeats::Numbered {
            prefix: format!("{label}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 10,
        },
        ..Row::default()
    };
    let stalls = Section::Seated { name: "stalls".into(), rows: vec![row("A"), row("B")] };
    let pit = Section::General { name: "pit".into(), capacity: 50, price_minor: 3_000 };
    let event = EventId::new(id).expect("valid");
    let create = CreateEvent::new(
        event.clone(),
        EventSettings::new("A concert", Currency::new("KRW").expect("valid")),
        SeatMap { sections: vec![stalls, pit] },
    )
    .with_queue(queue);
    engine.create_event(create).wait().expect("created");
    event
}

pub async fn channel(server: &Server) -> Channel {
    Channel::from_shared(format!("http://{}", server.addresses[0]))
        .expect("an address")
        .timeout(Duration::from_secs(10))
        .connect()
        .await
        .expect("connects")
}

/// Through the line: the reservation token of a user who has just been let in.
pub async fn admitted(channel: &Channel, user: &str) -> String {
    let mut queue = QueueServiceClient::new(channel.clone());
    let join = JoinQueueRequest {
        event_id: EVENT.into(),
        user_id: user.into(),
        session_id: format!("tab-{user}"),
        metadata: None,
    };
    let joined = queue.join_queue(join).await.expect("an answer").into_inner();
    assert_eq!(joined.error, None);
    let ask = RequestAdmissionRequest {
        waiting_token: joined.waiting_token,
        event_id: EVENT.into(),
        user_id: user.into(),
    };
    let answer = queue.request_admission(ask).await.expect("an answer").into_inner();
    assert_eq!(answer.admission(), AdmissionStatus::Granted, "{answer:?}");
    answer.reservation_token
}
