//! Claim: `kill -9` under load loses nothing that was acknowledged and doubles nothing. Customers go on where they were
//! when the server is back; in the end every reservation and order that they were told of is there, and no seat is sold twice.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{PROGRAM, Serving, ended, run};
use tacos_proto::reservation::v1::GetInventoryStatusRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tonic::transport::Channel;

const EVENT: &str = "evt_2025_1002";
/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until so many seats are sold.
async fn until_sold(channel: &Channel, wanted: i32) {
    let deadline = Instant::now() + PATIENCE;
    let mut inventory = InventoryServiceClient::new(channel.clone());
    loop {
        let ask = GetInventoryStatusRequest { event_id: EVENT.into(), section: String::new() };
        if let Ok(answer) = inventory.get_inventory_status(ask).await
            && answer.into_inner().stats.is_some_and(|stats| stats.sold_seats >= wanted)
        {
            return;
        }
        assert!(Instant::now() < deadline, "{wanted} seats were not sold in {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_three_times_it_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut serving = Serving::start(&data, "127.0.0.1:0", &[]);
    let (target, address) = (serving.target(), serving.address.to_string());
    // Everybody is let in at once: what is looked at here are the writes.
    run(Command::new(PROGRAM).args([
        "call",
        "--target",
        &target,
        "engine.v1.EngineService/SetQueuePolicy",
        &format!(
            r#"{{"event_id":"{EVENT}","idempotency_key":"wide","policy":{{"admissions_per_minute":60000,"burst":1000}}}}"#
        ),
    ]));
    let channel = Channel::from_shared(target.clone()).expect("an address").connect_lazy();
    let load = std::thread::spawn({
        let target = target.clone();
        move || {
            ended(Command::new(PROGRAM).args([
                "load",
                "--target",
                &target,
                "--event",
                EVENT,
                "--customers",
                "300",
                "--rate",
                "60",
                "--connections",
                "4",
                "--outage-seconds",
                "60",
                "--seed",
                "7",
            ]))
        }
    });
    for sold in [20, 120, 320] {
        until_sold(&channel, sold).await;
        serving.kill();
        serving = Serving::start(&data, &address, &[]);
    }
    let (well, out, err) = load.join().expect("no panic");
    assert!(well, "{out}\n{err}");
    assert!(out.contains("audit: nothing lost, nothing doubled, counts add up"), "{out}");
    assert!(out.contains("failed calls: 0"), "{out}");
    let repeated = out.split("repeated ").nth(1).and_then(|rest| rest.split(' ').next());
    let repeated: u32 = repeated.expect("told").parse().expect("a number");
    assert!(repeated > 0, "no call broke off, so nothing was shown:\n{out}");
    serving.stop();
    let verified = run(Command::new(PROGRAM).args(["journal", "verify", "--data-dir"]).arg(&data));
    assert!(!verified.is_empty());
}
