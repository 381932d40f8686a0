//! `engine.v1.EngineService`: events, seat maps, queue policies, the change feed, backups, dead letters and the undoing
//! of emergencies. One file for each proto file of the package.

mod events;
mod feed;
mod operations;
mod queue_policy;
mod seat_map;

use prost::Message;
use sha2::{Digest, Sha256};
use tacos_engine::{EventId, ExternalId, IdempotencyKey, Note, UnixMs};
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
use crate::rpc::Rpc;
use crate::wire::error::hex;
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
    CreateEvent create_event(CreateEventRequest) -> CreateEventResponse;
    UpdateEvent update_event(UpdateEventRequest) -> UpdateEventResponse;
    GetEvent get_event(GetEventRequest) -> GetEventResponse;
    ListEvents list_events(ListEventsRequest) -> ListEventsResponse;
    OpenSale open_sale(OpenSaleRequest) -> OpenSaleResponse;
    PauseSale pause_sale(PauseSaleRequest) -> PauseSaleResponse;
    CloseSale close_sale(CloseSaleRequest) -> CloseSaleResponse;
    ImportSeatMap import_seat_map(ImportSeatMapRequest) -> ImportSeatMapResponse;
    GetSeatMap get_seat_map(GetSeatMapRequest) -> GetSeatMapResponse;
    BlockSeats block_seats(BlockSeatsRequest) -> BlockSeatsResponse;
    UnblockSeats unblock_seats(UnblockSeatsRequest) -> UnblockSeatsResponse;
    GetQueuePolicy get_queue_policy(GetQueuePolicyRequest) -> GetQueuePolicyResponse;
    SetQueuePolicy set_queue_policy(SetQueuePolicyRequest) -> SetQueuePolicyResponse;
    PauseQueue pause_queue(PauseQueueRequest) -> PauseQueueResponse;
    ResumeQueue resume_queue(ResumeQueueRequest) -> ResumeQueueResponse;
    OpenPresale open_presale(OpenPresaleRequest) -> OpenPresaleResponse;
    DrawPresale draw_presale(DrawPresaleRequest) -> DrawPresaleResponse;
    GetPresale get_presale(GetPresaleRequest) -> GetPresaleResponse;
    TakeBackup take_backup(TakeBackupRequest) -> TakeBackupResponse;
    GetEngineStatus get_engine_status(GetEngineStatusRequest) -> GetEngineStatusResponse;
    ListDeadLetters list_dead_letters(ListDeadLettersRequest) -> ListDeadLettersResponse;
    ReplayDeadLetters replay_dead_letters(ReplayDeadLettersRequest) -> ReplayDeadLettersResponse;
    ListEmergencyActions list_emergency_actions(ListEmergencyActionsRequest) -> ListEmergencyActionsResponse;
    UndoEmergencyAction undo_emergency_action(UndoEmergencyActionRequest) -> UndoEmergencyActionResponse;
{
    type WatchFeedStream = feed::Out;
    async fn watch_feed(&self, request: Request<WatchFeedRequest>) -> Result<Response<Self::WatchFeedStream>, Status> {
        let (call, request) = self.0.begin_stream(Rpc::WatchFeed, request)?;
        feed::watch(call, &request).map(Response::new).map_err(|fault| fault.to_status())
    }
}}

/// What is known of a step that an operator asks for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// When it was first asked for.
    at: UnixMs,
    /// It was asked for before, under the same key.
    again: bool,
}

impl Asked {
    /// True if a record that changed at this moment already has what is asked for: a crash between the asking and the
    /// doing leaves a step that was asked for and not done.
    fn was_done(self, changed_at: Option<UnixMs>) -> bool {
        self.again && changed_at.is_some_and(|changed| changed >= self.at)
    }
}

/// Steps of an operator that are more than one command of the engine: the key is remembered by the engine together with
/// what was asked, each key for one RPC and one caller.
async fn once(call: &Call, rpc: Rpc, key: &str, request: &impl Message) -> Result<Asked, Fault> {
    let mut checks = Checks::new();
    let key = call.key(&mut checks, key);
    let (key,) = checks.take((key,))?;
    let Some(key) = key else { return Ok(Asked { at: call.engine.now(), again: false }) };
    let name = ExternalId::new("server.operator").map_err(|error| Fault::internal(error.to_string()))?;
    let value = Sha256::digest(request.encode_to_vec()).to_vec();
    let key = scoped(call, rpc, &key)?;
    let _alone = call.catalog.asking.lock().await;
    // A repeat writes nothing: what was taken away stays away.
    let cleared = call.engine.note(Note { name: name.clone(), value: None, key: None });
    let done = call.engine.note(Note { name: name.clone(), value: Some(value), key: Some(key) }).await?;
    // A read shows what is durable: only then is it known whether the second note wrote or found its key.
    cleared.await?;
    Ok(Asked { at: done.at, again: call.engine.read_note(&name).is_none() })
}

/// A key that the engine keeps apart from those of other RPCs and other callers.
fn scoped(call: &Call, rpc: Rpc, key: &IdempotencyKey) -> Result<IdempotencyKey, Fault> {
    let mut digest = Sha256::new();
    for part in [rpc.to_string().as_str(), &call.caller.subject, key.as_str()] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let text = format!("op:{}", hex(&digest.finalize()[..24]));
    IdempotencyKey::new(&text).map_err(|error| Fault::internal(error.to_string()))
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
