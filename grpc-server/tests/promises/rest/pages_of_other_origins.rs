//! Claim: pages of listed origins may call and read what they need; those of others may not; nothing that a path holds
//! is a figure.

use http::Method;

use super::Http;
use crate::support::House;

#[tokio::test]
async fn only_listed_origins_may_call() {
    let mut house = House::new();
    house.settings.web.origins = vec!["https://shop.example".to_owned()];
    let server = house.open().await;
    let mut http = Http::connect(server.web_addresses[0]).await;
    let asks = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "DELETE"),
            ("access-control-request-headers", "idempotency-key"),
        ]
    };
    let good = http.send(Method::OPTIONS, "/v1/queue/t", &asks("https://shop.example"), "").await;
    assert_eq!(good.status, 204);
    assert_eq!(good.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(good.header("access-control-allow-credentials"), "true");
    for header in ["authorization", "content-type", "idempotency-key", "x-trace-id", "x-grpc-web"] {
        assert!(good.header("access-control-allow-headers").contains(header), "{header}");
    }
    assert!(good.header("access-control-allow-methods").contains("DELETE"));
    let bad = http.send(Method::OPTIONS, "/v1/queue/t", &asks("https://evil.example"), "").await;
    assert_eq!(bad.refused(403), "FORBIDDEN");
    assert!(!bad.headers.contains_key("access-control-allow-origin"));
    let read = http.send(Method::GET, "/v1/none", &[("origin", "https://shop.example")], "").await;
    for header in ["x-trace-id", "retry-after", "location", "grpc-status", "grpc-message"] {
        assert!(read.header("access-control-expose-headers").contains(header), "{header}");
    }
    assert_eq!(read.header("vary"), "origin");
    // What a browser sends without asking before: an empty POST.
    let leave = "/v1/queue/t/admission";
    for (header, value) in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")]
    {
        let forged = http.send(Method::POST, leave, &[(header, value)], "").await;
        assert_eq!(forged.refused(403), "FORBIDDEN", "{header}: {value}");
    }
    for (header, value) in [
        ("origin", "https://shop.example"),
        ("origin", "http://test"),
        ("sec-fetch-site", "same-origin"),
        ("x-trace-id", "of no page"),
    ] {
        let served = http.send(Method::POST, leave, &[(header, value)], "").await;
        assert_ne!(served.status, 403, "{header}: {value}");
    }
    drop(http);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn figures_name_the_template_of_a_path_and_not_what_stands_in_it() {
    let mut house = House::new();
    house.settings.server.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    let server = house.open().await;
    let mut http = Http::connect(server.web_addresses[0]).await;
    assert_eq!(http.get("/v1/queue/wtkn_secret-of-mine").await.refused(404), "NOT_FOUND");
    assert_eq!(http.get("/v1/wtkn_secret-of-mine").await.refused(404), "NOT_FOUND");
    let page = Http::connect(server.metrics_address.expect("configured")).await.get("/metrics").await;
    let page = String::from_utf8_lossy(&page.bytes).into_owned();
    assert!(!page.contains("secret-of-mine"), "{page}");
    for line in [
        "# TYPE http_server_request_duration_seconds histogram\n",
        "http_server_active_requests 0\n",
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",\
         http_route=\"/v1/queue/{waiting_token}\",http_response_status_code=\"404\"} 1\n",
        "http_route=\"other\",http_response_status_code=\"404\"} 1\n",
        "tacos_rpc_faults_total{service=\"gateway.v1.QueueService\",method=\"GetQueueStatus\"} 1\n",
    ] {
        assert!(page.contains(line), "{line} is not in {page}");
    }
    drop(http);
    server.drain().await.expect("ends cleanly");
}
