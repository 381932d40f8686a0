//! A bare tonic server that gives the same answer to everything: what a call costs before anything is done for it. The
//! messages have the sizes of the real ones.

use std::net::SocketAddr;

use tacos_proto::gateway::v1::queue_service_server::{QueueService, QueueServiceServer};
use tacos_proto::gateway::v1::{
    GetQueueStatsRequest, GetQueueStatsResponse, GetQueueStatusRequest, GetQueueStatusResponse,
    JoinQueueRequest, JoinQueueResponse, LeaveQueueRequest, LeaveQueueResponse, RequestAdmissionRequest,
    RequestAdmissionResponse,
};
use tacos_proto::reservation::v1::inventory_service_server::{InventoryService, InventoryServiceServer};
use tacos_proto::reservation::v1::{
    CheckAvailabilityRequest, CheckAvailabilityResponse, CommitReservationRequest, CommitReservationResponse,
    GetInventoryStatusRequest, GetInventoryStatusResponse, ReleaseHoldRequest, ReleaseHoldResponse,
    ReserveSeatRequest, ReserveSeatResponse,
};
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// The answers that are given, whatever is asked.
#[derive(Clone, Debug)]
pub(crate) struct Bare {
    pub(crate) joined: JoinQueueResponse,
    pub(crate) status: GetQueueStatusResponse,
    pub(crate) held: ReserveSeatResponse,
}

fn not_here<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("this server only gives three answers"))
}

#[tonic::async_trait]
impl QueueService for Bare {
    async fn join_queue(&self, _: Request<JoinQueueRequest>) -> Result<Response<JoinQueueResponse>, Status> {
        Ok(Response::new(self.joined.clone()))
    }

    async fn get_queue_status(
        &self,
        _: Request<GetQueueStatusRequest>,
    ) -> Result<Response<GetQueueStatusResponse>, Status> {
        Ok(Response::new(self.status.clone()))
    }

    async fn request_admission(
        &self,
        _: Request<RequestAdmissionRequest>,
    ) -> Result<Response<RequestAdmissionResponse>, Status> {
        not_here()
    }

    async fn leave_queue(
        &self,
        _: Request<LeaveQueueRequest>,
    ) -> Result<Response<LeaveQueueResponse>, Status> {
        not_here()
    }

    async fn get_queue_stats(
        &self,
        _: Request<GetQueueStatsRequest>,
    ) -> Result<Response<GetQueueStatsResponse>, Status> {
        not_here()
    }
}

#[tonic::async_trait]
impl InventoryService for Bare {
    async fn check_availability(
        &self,
        _: Request<CheckAvailabilityRequest>,
    ) -> Result<Response<CheckAvailabilityResponse>, Status> {
        not_here()
    }

    async fn reserve_seat(
        &self,
        _: Request<ReserveSeatRequest>,
    ) -> Result<Response<ReserveSeatResponse>, Status> {
        Ok(Response::new(self.held.clone()))
    }

    async fn commit_reservation(
        &self,
        _: Request<CommitReservationRequest>,
    ) -> Result<Response<CommitReservationResponse>, Status> {
        not_here()
    }

    async fn release_hold(
        &self,
        _: Request<ReleaseHoldRequest>,
    ) -> Result<Response<ReleaseHoldResponse>, Status> {
        not_here()
    }

    async fn get_inventory_status(
        &self,
        _: Request<GetInventoryStatusRequest>,
    ) -> Result<Response<GetInventoryStatusResponse>, Status> {
        not_here()
    }
}

/// Serves until the process ends; returns where.
pub(crate) fn serve(answers: &Bare) -> Result<SocketAddr, String> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).map_err(|error| error.to_string())?;
    let address = incoming.local_addr().map_err(|error| error.to_string())?;
    // As many calls may be under way on one connection as on the real server's.
    let calls = crate::settings::Limits::default().calls_per_connection;
    let server = tonic::transport::Server::builder()
        .max_concurrent_streams(Some(calls))
        .initial_connection_window_size(Some(crate::listen::window(calls)))
        .add_service(QueueServiceServer::new(answers.clone()))
        .add_service(InventoryServiceServer::new(answers.clone()));
    // Not waited for: it ends with its runtime.
    drop(tokio::spawn(server.serve_with_incoming(incoming.with_nodelay(Some(true)))));
    Ok(address)
}
