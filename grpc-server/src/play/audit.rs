//! The audit: asks the server for everything that it acknowledged and compares.

use std::collections::HashMap;

use indicatif::ProgressBar;
use tacos_proto::common::v1::{Pagination, SeatStatus};
use tacos_proto::engine::v1::GetSeatMapRequest;
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::{GetInventoryStatusRequest, GetReservationRequest, ReservationStatus};

use super::Play;

/// Compares; returns what was looked at, in words. Violations are added to the play's.
pub(crate) async fn audit(play: &Play, bar: &ProgressBar) -> Result<String, String> {
    let acknowledged = play.acknowledged.lock().clone();
    let mut owner: HashMap<&str, &str> = HashMap::new();
    for order in &acknowledged {
        for seat in order.seats.iter().filter(|seat| !seat.contains('#')) {
            if let Some(other) = owner.insert(seat, &order.order) {
                play.violated(format!("seat {seat} was sold twice: {other} and {}", order.order));
            }
        }
    }
    bar.set_length(acknowledged.len() as u64);
    let mut reservations = ReservationServiceClient::new(play.channel());
    for order in &acknowledged {
        let ask =
            GetReservationRequest { reservation_id: order.reservation.clone(), user_id: order.user.clone() };
        let answer = reservations.get_reservation(ask).await.map_err(|error| error.to_string())?.into_inner();
        let found = answer.reservation.unwrap_or_default();
        let seats: Vec<&str> = found.seats.iter().map(|seat| seat.id.as_str()).collect();
        if found.status() != ReservationStatus::Confirmed
            || found.order_id != order.order
            || seats != order.seats
        {
            play.violated(format!("acknowledged order {} is not there as it was: {found:?}", order.order));
        }
        bar.inc(1);
    }
    let held = play.held.lock().clone();
    for (user, id) in &held {
        let ask = GetReservationRequest { reservation_id: id.clone(), user_id: user.clone() };
        let answer = reservations.get_reservation(ask).await.map_err(|error| error.to_string())?.into_inner();
        if answer.reservation.is_none() {
            play.violated(format!("acknowledged reservation {id} is not there: {:?}", answer.error));
        }
    }
    let sold = seats_sold(play).await?;
    for (seat, order) in &owner {
        if !sold.contains_key(*seat) {
            play.violated(format!("seat {seat} of order {order} is not sold"));
        }
    }
    let counted = counts(play).await?;
    let seats: usize = acknowledged.iter().map(|order| order.seats.len()).sum();
    if u64::try_from(seats).unwrap_or(u64::MAX) > counted {
        play.violated(format!("{seats} seats were acknowledged as sold, but only {counted} are"));
    }
    bar.finish_and_clear();
    Ok(format!(
        "{} reservations, {} orders with {seats} seats, {counted} places sold altogether",
        held.len(),
        acknowledged.len()
    ))
}

async fn seats_sold(play: &Play) -> Result<HashMap<String, ()>, String> {
    let mut engine = EngineServiceClient::new(play.channel());
    let (mut sold, mut cursor) = (HashMap::new(), String::new());
    loop {
        let ask = GetSeatMapRequest {
            event_id: play.event.clone(),
            status: SeatStatus::Sold as i32,
            pagination: Some(Pagination { page: 0, page_size: 5_000, cursor: cursor.clone() }),
            ..GetSeatMapRequest::default()
        };
        let answer = engine.get_seat_map(ask).await.map_err(|error| error.to_string())?.into_inner();
        if let Some(error) = answer.error {
            return Err(error.message);
        }
        sold.extend(answer.seats.into_iter().filter_map(|entry| Some((entry.seat?.id, ()))));
        cursor = answer.page_info.unwrap_or_default().next_cursor;
        if cursor.is_empty() {
            return Ok(sold);
        }
    }
}

/// Counts of every section must add up; returns how many places are sold.
async fn counts(play: &Play) -> Result<u64, String> {
    let mut inventory = InventoryServiceClient::new(play.channel());
    let ask = GetInventoryStatusRequest { event_id: play.event.clone(), section: String::new() };
    let answer = inventory.get_inventory_status(ask).await.map_err(|error| error.to_string())?.into_inner();
    let mut sold = 0;
    for section in &answer.sections {
        let parts =
            section.available_seats + section.reserved_seats + section.sold_seats + section.blocked_seats;
        if parts != section.total_seats {
            play.violated(format!("section {} does not add up: {section:?}", section.section_id));
        }
        sold += u64::try_from(section.sold_seats).unwrap_or(0);
    }
    Ok(sold)
}

#[cfg(test)]
mod tests {
    use super::super::Acknowledged;
    use super::*;
    use crate::commands::import_catalogue;
    use crate::settings::Settings;
    use crate::{LogRing, Server, open_engine};
    use std::sync::Arc;
    use std::time::Duration;
    use tacos_engine::QueuePolicy;

    #[tokio::test]
    async fn the_truth_passes_and_every_kind_of_lie_is_found() {
        let mut settings = Settings::default();
        settings.engine.durability = crate::settings::DurabilityName::Memory;
        settings.engine.payment_time_permille = 1;
        settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
        settings.web.listen.clear();
        settings.limits.user_per_second = 0;
        let engine = open_engine(&settings, |_| ()).expect("opens");
        let queue = QueuePolicy::default().with_admissions_per_minute(60_000).with_burst(100);
        import_catalogue(&engine, &queue).expect("imported");
        let server = Server::start(engine, settings, None, LogRing::new(8)).await.expect("serves");
        let target = format!("http://{}", server.addresses[0]);
        let mut play = Play::new(&target, 1, "evt_2025_1006", 5, Duration::ZERO).expect("an address");
        Arc::get_mut(&mut play).expect("no other owner").patience = Duration::from_secs(2);
        super::super::arrive(&play, 50, 20, None).await;
        let truth = play.acknowledged.lock().clone();
        assert!(!truth.is_empty(), "no customer bought, seed 5");

        let audited = async || {
            play.violations.lock().clear();
            audit(&play, &ProgressBar::hidden()).await.expect("the audit itself works");
            play.violations.lock().join("\n")
        };
        assert_eq!(audited().await, "");
        play.acknowledged.lock().push(Acknowledged { order: "ord_other".to_owned(), ..truth[0].clone() });
        let found = audited().await;
        assert!(found.contains("was sold twice"), "{found}");
        *play.acknowledged.lock() = truth.clone();
        play.acknowledged.lock()[0].seats.push("999-Z-1".to_owned());
        let found = audited().await;
        assert!(found.contains("is not there as it was") && found.contains("is not sold"), "{found}");
        *play.acknowledged.lock() = truth;
        play.held.lock().push(("user-1".to_owned(), "rsv_0000000000000b3nat3vm5bpcw".to_owned()));
        let found = audited().await;
        assert!(found.contains("acknowledged reservation"), "{found}");
        drop(play);
        server.drain().await.expect("ends cleanly");
    }
}
