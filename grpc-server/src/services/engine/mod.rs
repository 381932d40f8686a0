//! `engine.v1.EngineService`: events, seat maps, queue policies, the change feed, backups, dead letters and the undoing
//! of emergencies. One file for each proto file of the package.

mod entries;
mod events;
mod feed;
mod operations;
mod queue_policy;
mod seat_map;

use tacos_engine::EventId;
use tacos_proto::engine::v1::engine_service_server::EngineService;
use tacos_proto::engine::v1::{
    BlockSeatsRequest, BlockSeatsResponse, CloseSaleRequest, CloseSaleResponse, CreateEventRequest,
    CreateEventResponse, DrawPresaleRequest, DrawPresaleResponse, GetEngineStatusRequest,
    GetEngineStatusResponse, GetEventRequest, GetEventResponse, GetPresaleRequest, GetPresaleResponse,
    GetQueuePolicyRequest, GetQueuePolicyResponse, GetSeatMapRequest, GetSeatMapResponse,
    ImportSeatMapRequest, ImportSeatMapResponse, ListDeadLettersRequest, ListDeadLettersResponse,
    ListEmergencyActionsRequest, ListEmergencyActionsResponse, ListEventsRequest, ListEventsResponse,
    OpenPresaleRequest, OpenPresaleResponse, OpenSaleRequest, OpenSaleResponse, PauseQueueRequest,
    PauseQueueResponse, PauseSaleRequest, PauseSaleResponse, ReplayDeadLettersRequest,
    ReplayDeadLettersResponse, ResumeQueueRequest, ResumeQueueResponse, SetQueuePolicyRequest,
    SetQueuePolicyResponse, TakeBackupRequest, TakeBackupResponse, UnblockSeatsRequest, UnblockSeatsResponse,
    UndoEmergencyActionRequest, UndoEmergencyActionResponse, UpdateEventRequest, UpdateEventResponse,
    WatchFeedRequest,
};
use tonic::{Request, Response, Status};

use crate::call::{Call, unary};
use crate::once::{Keyed, keyed};
use crate::rpc::Rpc;
use crate::wire::{Checks, Fault};
use events::{close_sale, create_event, get_event, list_events, open_sale, pause_sale, update_event};
use operations::{
    get_engine_status, list_dead_letters, list_emergency_actions, replay_dead_letters, take_backup,
    undo_emergency_action,
};
use queue_policy::{
    draw_presale, get_presale, get_queue_policy, open_presale, pause_queue, resume_queue, set_queue_policy,
};
use seat_map::{block_seats, get_seat_map, import_seat_map, unblock_seats};

unary! { EngineService:
    CreateEvent create_event(CreateEventRequest) -> CreateEventResponse, keeping;
    UpdateEvent update_event(UpdateEventRequest) -> UpdateEventResponse, keeping;
    GetEvent get_event(GetEventRequest) -> GetEventResponse;
    ListEvents list_events(ListEventsRequest) -> ListEventsResponse;
    OpenSale open_sale(OpenSaleRequest) -> OpenSaleResponse, keeping;
    PauseSale pause_sale(PauseSaleRequest) -> PauseSaleResponse, keeping;
    CloseSale close_sale(CloseSaleRequest) -> CloseSaleResponse, keeping;
    ImportSeatMap import_seat_map(ImportSeatMapRequest) -> ImportSeatMapResponse, keeping;
    GetSeatMap get_seat_map(GetSeatMapRequest) -> GetSeatMapResponse;
    BlockSeats block_seats(BlockSeatsRequest) -> BlockSeatsResponse, keeping;
    UnblockSeats unblock_seats(UnblockSeatsRequest) -> UnblockSeatsResponse, keeping;
    GetQueuePolicy get_queue_policy(GetQueuePolicyRequest) -> GetQueuePolicyResponse;
    SetQueuePolicy set_queue_policy(SetQueuePolicyRequest) -> SetQueuePolicyResponse, keeping;
    PauseQueue pause_queue(PauseQueueRequest) -> PauseQueueResponse, by_command;
    ResumeQueue resume_queue(ResumeQueueRequest) -> ResumeQueueResponse, by_command;
    OpenPresale open_presale(OpenPresaleRequest) -> OpenPresaleResponse, keeping;
    DrawPresale draw_presale(DrawPresaleRequest) -> DrawPresaleResponse, keeping;
    GetPresale get_presale(GetPresaleRequest) -> GetPresaleResponse;
    TakeBackup take_backup(TakeBackupRequest) -> TakeBackupResponse, keeping;
    GetEngineStatus get_engine_status(GetEngineStatusRequest) -> GetEngineStatusResponse;
    ListDeadLetters list_dead_letters(ListDeadLettersRequest) -> ListDeadLettersResponse;
    ReplayDeadLetters replay_dead_letters(ReplayDeadLettersRequest) -> ReplayDeadLettersResponse, keeping;
    ListEmergencyActions list_emergency_actions(ListEmergencyActionsRequest) -> ListEmergencyActionsResponse;
    UndoEmergencyAction undo_emergency_action(UndoEmergencyActionRequest) -> UndoEmergencyActionResponse, keeping;
{
    type WatchFeedStream = feed::Out;
    async fn watch_feed(&self, request: Request<WatchFeedRequest>) -> Result<Response<Self::WatchFeedStream>, Status> {
        let begin = |call: Call, request: WatchFeedRequest| async move { feed::watch(call, &request) };
        self.0.open_stream(Rpc::WatchFeed, request, begin).await
    }
}}

keyed!(
    CreateEventRequest,
    UpdateEventRequest,
    OpenSaleRequest,
    PauseSaleRequest,
    CloseSaleRequest,
    BlockSeatsRequest,
    UnblockSeatsRequest,
    SetQueuePolicyRequest,
    PauseQueueRequest,
    ResumeQueueRequest,
    OpenPresaleRequest,
    DrawPresaleRequest,
    TakeBackupRequest,
    ReplayDeadLettersRequest,
    UndoEmergencyActionRequest,
);

impl Keyed for ImportSeatMapRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

/// An event that an operator names.
fn event_id(text: &str) -> Result<EventId, Fault> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", text);
    checks.take((event,)).map(|(event,)| event)
}

fn reason(text: &str) -> Result<(), Fault> {
    let mut checks = Checks::new();
    checks.text("reason", text, 512);
    checks.done()
}
