//! A bare tonic server: the same answer to everything, and a stream without end.

use std::net::SocketAddr;
use std::pin::Pin;

use tacos_proto::gateway::v1::queue_service_server::{QueueService, QueueServiceServer};
use tacos_proto::gateway::v1::web_socket_service_server::{WebSocketService, WebSocketServiceServer};
use tacos_proto::gateway::v1::{
    GetQueueStatsRequest, GetQueueStatsResponse, GetQueueStatusRequest, GetQueueStatusResponse,
    JoinQueueRequest, JoinQueueResponse, LeaveQueueRequest, LeaveQueueResponse, RequestAdmissionRequest,
    RequestAdmissionResponse, SendMessageRequest, SendMessageResponse, StreamPaymentUpdatesRequest,
    StreamPaymentUpdatesResponse, StreamQueueUpdatesRequest, StreamQueueUpdatesResponse,
    StreamReservationUpdatesRequest, StreamReservationUpdatesResponse,
};
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// As long as the feed's message of a hold of two seats.
const STREAMED_BYTES: usize = 160;

/// The answers that are given, whatever is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Echo {
    pub(crate) joined: JoinQueueResponse,
    pub(crate) status: GetQueueStatusResponse,
}

fn not_here<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("this server only repeats itself"))
}

type Answered<T> = Result<Response<T>, Status>;
type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl QueueService for Echo {
    async fn join_queue(&self, _: Request<JoinQueueRequest>) -> Answered<JoinQueueResponse> {
        Ok(Response::new(self.joined.clone()))
    }

    async fn get_queue_status(&self, _: Request<GetQueueStatusRequest>) -> Answered<GetQueueStatusResponse> {
        Ok(Response::new(self.status.clone()))
    }

    async fn request_admission(
        &self,
        _: Request<RequestAdmissionRequest>,
    ) -> Answered<RequestAdmissionResponse> {
        not_here()
    }

    async fn leave_queue(&self, _: Request<LeaveQueueRequest>) -> Answered<LeaveQueueResponse> {
        not_here()
    }

    async fn get_queue_stats(&self, _: Request<GetQueueStatsRequest>) -> Answered<GetQueueStatsResponse> {
        not_here()
    }
}

#[tonic::async_trait]
impl WebSocketService for Echo {
    type StreamQueueUpdatesStream = Streamed<StreamQueueUpdatesResponse>;
    type StreamReservationUpdatesStream = Streamed<StreamReservationUpdatesResponse>;
    type StreamPaymentUpdatesStream = Streamed<StreamPaymentUpdatesResponse>;

    async fn stream_queue_updates(
        &self,
        _: Request<StreamQueueUpdatesRequest>,
    ) -> Answered<Self::StreamQueueUpdatesStream> {
        let message = StreamQueueUpdatesResponse {
            correlation_id: "x".repeat(STREAMED_BYTES),
            ..StreamQueueUpdatesResponse::default()
        };
        Ok(Response::new(Box::pin(tokio_stream::iter(std::iter::repeat(message)).map(Ok))))
    }

    async fn stream_reservation_updates(
        &self,
        _: Request<StreamReservationUpdatesRequest>,
    ) -> Answered<Self::StreamReservationUpdatesStream> {
        not_here()
    }

    async fn stream_payment_updates(
        &self,
        _: Request<StreamPaymentUpdatesRequest>,
    ) -> Answered<Self::StreamPaymentUpdatesStream> {
        not_here()
    }

    async fn send_message(&self, _: Request<SendMessageRequest>) -> Answered<SendMessageResponse> {
        not_here()
    }
}

/// Serves until the process ends; returns where.
pub(crate) async fn serve(echo: Echo) -> SocketAddr {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = incoming.local_addr().expect("an address");
    let server = tonic::transport::Server::builder()
        .add_service(QueueServiceServer::new(echo.clone()))
        .add_service(WebSocketServiceServer::new(echo));
    // Not waited for: it ends with its runtime.
    drop(tokio::spawn(server.serve_with_incoming(incoming.with_nodelay(Some(true)))));
    address
}
