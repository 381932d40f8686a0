//! Claim: a call that is not done by the server's limit, or by the deadline that its caller set, ends with
//! DEADLINE_EXCEEDED and is counted.

use super::h2::{connect, grpc, send, unfinished};
use crate::support::House;

const DEADLINE_EXCEEDED: i32 = 4;
const PATH: &str = "/gateway.v1.GatewayService/HealthCheck";

#[tokio::test]
async fn by_the_servers_own_limit() {
    let mut house = House::new();
    house.settings.limits.call_seconds = 1;
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    // A body that does not come is never done.
    let answer = send(&mut client, grpc(PATH, &[], unfinished(""))).await;
    assert_eq!(answer.status(), DEADLINE_EXCEEDED);
    // A caller's longer deadline does not lengthen it.
    let answer = send(&mut client, grpc(PATH, &[("grpc-timeout", "1H")], unfinished(""))).await;
    assert_eq!(answer.status(), DEADLINE_EXCEEDED);
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn by_its_callers_deadline() {
    let mut house = House::new();
    house.settings.limits.call_seconds = 86_400;
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    for timeout in ["50m", "1S", "1n"] {
        let answer = send(&mut client, grpc(PATH, &[("grpc-timeout", timeout)], unfinished(""))).await;
        assert_eq!(answer.status(), DEADLINE_EXCEEDED, "{timeout}");
    }
    drop(client);
    server.drain().await.expect("ends cleanly");
}
