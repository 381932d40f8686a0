//! Claim: a call that may not be made is refused before its body has come, in the typed error of its response; one that is
//! too long is refused when its length has come.

use prost::Message;
use tacos_proto::common::v1::ErrorCode;

use super::h2::{Sender, connect, framed, grpc, send, unfinished, whole};
use super::tokens::{bearer, house_with_key};
use crate::support::House;

const OUT_OF_RANGE: i32 = 11;
const UNAUTHENTICATED: i32 = 16;

/// Number of the field `error` in a response of the contract.
fn error_field(service: &str, method: &str) -> u32 {
    let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
    let service = pool.get_service_by_name(service).expect("known");
    let method = service.methods().find(|one| one.name() == method).expect("known");
    method.output().get_field_by_name("error").expect("has one").number()
}

#[tokio::test]
async fn without_the_role_no_body_is_waited_for() {
    let house = house_with_key();
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    let (kim, forged) = (bearer("kim", &[]), format!("{}AAAA", bearer("kim", &["admin"])));
    for (service, method, credentials, wanted) in [
        ("reservation.v1.ReservationService", "CreateReservation", None, ErrorCode::Unauthenticated),
        ("gateway.v1.QueueService", "JoinQueue", Some("Basic eA=="), ErrorCode::Unauthenticated),
        ("gateway.v1.QueueService", "JoinQueue", Some(forged.as_str()), ErrorCode::Unauthenticated),
        ("reservation.v1.InventoryService", "ReserveSeat", Some(kim.as_str()), ErrorCode::Forbidden),
        ("engine.v1.EngineService", "ImportSeatMap", Some(kim.as_str()), ErrorCode::Forbidden),
    ] {
        let headers: Vec<_> = credentials.iter().map(|value| ("authorization", *value)).collect();
        let request = grpc(&format!("/{service}/{method}"), &headers, unfinished(""));
        let answer = send(&mut client, request).await;
        assert_eq!(answer.status(), 0, "{method}: the error is in the message");
        let error = answer.error(error_field(service, method));
        assert_eq!((error.code(), error.trace_id.len()), (wanted, 32), "{method}");
    }
    // The second name of a service has the same rules.
    let request = grpc("/reservation.v1.Inventory/ReserveSeat", &[("authorization", &kim)], unfinished(""));
    let error =
        send(&mut client, request).await.error(error_field("reservation.v1.InventoryService", "ReserveSeat"));
    assert_eq!(error.code(), ErrorCode::Forbidden);
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn streams_are_refused_at_the_same_door_and_counted() {
    let mut house = house_with_key();
    house.settings.server.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    let path = "/gateway.v1.WebSocketService/StreamReservationUpdates";
    let refused = send(&mut client, grpc(path, &[], unfinished(""))).await;
    assert_eq!((refused.status(), refused.bytes.len()), (UNAUTHENTICATED, 0));
    let page = super::other_protocols_get_a_readable_answer::http1(
        server.metrics_address.expect("configured"),
        "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    let labels = r#"{service="gateway.v1.WebSocketService",method="StreamReservationUpdates"}"#;
    for figure in ["tacos_rpc_faults_total", "tacos_rpc_seconds_count"] {
        assert!(page.contains(&format!("{figure}{labels} 1\n")), "{figure}: {page}");
    }
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_message_past_its_bound_is_refused_by_its_length() {
    let house = House::new();
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    let announced = |bytes: u32| {
        let head = [[0].as_slice(), &bytes.to_be_bytes()].concat();
        unfinished(head)
    };
    let ask = async |client: &mut Sender, path: &str, bytes: u32| {
        send(client, grpc(path, &[], announced(bytes))).await
    };
    let path = "/reservation.v1.ReservationService/CreateReservation";
    assert_eq!(ask(&mut client, path, (64 << 10) + 1).await.status(), OUT_OF_RANGE);
    let import = "/engine.v1.EngineService/ImportSeatMap";
    assert_eq!(ask(&mut client, import, (4 << 20) + 1).await.status(), OUT_OF_RANGE);
    // A seat map of a megabyte is read, and then judged by what it says.
    let map =
        tacos_proto::engine::v1::ImportSeatMapRequest { event_id: "e".repeat(1 << 20), ..Default::default() };
    let answer = send(&mut client, grpc(import, &[], whole(framed(&map.encode_to_vec())))).await;
    assert_eq!(answer.status(), 0);
    let error = answer.error(error_field("engine.v1.EngineService", "ImportSeatMap"));
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_overloaded_server_sheds_by_the_head() {
    let mut house = House::new();
    house.settings.limits.concurrent_calls = 1;
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    let path = "/gateway.v1.QueueService/JoinQueue";
    // The first call keeps its place for as long as its body does not come.
    client.ready().await.expect("the connection lives");
    let first = tokio::spawn(client.send_request(grpc(path, &[], unfinished(""))));
    let deadline = std::time::Instant::now() + super::h2::PATIENCE;
    loop {
        let answer = send(&mut client, grpc(path, &[], whole(framed(&[])))).await;
        if answer.status() == 8 {
            assert!(answer.all.contains_key("grpc-retry-pushback-ms"));
            break;
        }
        assert!(std::time::Instant::now() < deadline, "the first call was never under way");
    }
    first.abort();
    drop(client);
    server.drain().await.expect("ends cleanly");
}
