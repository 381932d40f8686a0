//! What a registered endpoint is posted: a fact in the format that the endpoint asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tacos_proto::gateway::v1::{WebhookBodyFormat, WebhookEventType};

use super::facts::Fact;
use crate::wire::time::rfc3339;

/// How bodies are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BodyFormat {
    /// As the contract has them.
    #[default]
    Contract,
    /// As Standard Webhooks 1.0 recommends.
    Standard,
    /// CloudEvents 1.0, structured JSON.
    Cloudevents,
}

impl BodyFormat {
    /// The format of the contract's value; `None` if it has no such value.
    pub(crate) fn of(value: i32) -> Option<Self> {
        Some(match WebhookBodyFormat::try_from(value).ok()? {
            WebhookBodyFormat::Unspecified | WebhookBodyFormat::Contract => Self::Contract,
            WebhookBodyFormat::Standard => Self::Standard,
            WebhookBodyFormat::Cloudevents => Self::Cloudevents,
        })
    }

    /// The content type of a body.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Contract | Self::Standard => "application/json",
            Self::Cloudevents => "application/cloudevents+json",
        }
    }

    /// The body that tells a fact under a webhook's id.
    pub(super) fn body(self, id: &str, fact: &Fact) -> String {
        let timestamp = rfc3339(fact.at);
        let body = match self {
            Self::Contract => json!({
                "webhook_id": id,
                "event_type": fact.event.as_str_name(),
                "event_id": fact.event_id,
                "subject_id": fact.subject,
                "timestamp": timestamp,
            }),
            Self::Standard => {
                json!({ "type": type_name(fact.event), "timestamp": timestamp, "data": data(fact) })
            }
            Self::Cloudevents => json!({
                "specversion": "1.0",
                "id": id,
                "source": source(fact),
                "type": type_name(fact.event),
                "subject": fact.subject,
                "time": timestamp,
                "datacontenttype": "application/json",
                "data": data(fact),
            }),
        };
        body.to_string()
    }
}

/// `payment.approved` for `WEBHOOK_EVENT_TYPE_PAYMENT_APPROVED`.
fn type_name(event: WebhookEventType) -> String {
    let name = event.as_str_name().trim_start_matches("WEBHOOK_EVENT_TYPE_").to_ascii_lowercase();
    name.replacen('_', ".", 1)
}

/// The event as the source of a CloudEvent; the server itself has the root.
fn source(fact: &Fact) -> String {
    if fact.event_id.is_empty() { "/".to_owned() } else { format!("/events/{}", fact.event_id) }
}

fn data(fact: &Fact) -> Value {
    let mut data = Map::new();
    if !fact.event_id.is_empty() {
        data.insert("event_id".to_owned(), fact.event_id.clone().into());
    }
    data.extend(fact.data.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacos_engine::UnixMs;

    fn fact() -> Fact {
        Fact {
            event: WebhookEventType::ReservationConfirmed,
            event_id: "evt_1".to_owned(),
            subject: "rsv_1".to_owned(),
            data: vec![("reservation_id", json!("rsv_1")), ("status", json!("CONFIRMED"))],
            at: UnixMs::new(1_800_000_000_000),
            unique: "7".to_owned(),
            position: None,
        }
    }

    #[test]
    fn a_fact_is_written_in_three_ways() {
        let body = |format: BodyFormat| -> Value {
            serde_json::from_str(&format.body("wh_1", &fact())).expect("JSON")
        };
        let contract = body(BodyFormat::Contract);
        assert_eq!(contract["event_type"], "WEBHOOK_EVENT_TYPE_RESERVATION_CONFIRMED");
        assert_eq!((&contract["subject_id"], &contract["webhook_id"]), (&json!("rsv_1"), &json!("wh_1")));
        let data = json!({ "event_id": "evt_1", "reservation_id": "rsv_1", "status": "CONFIRMED" });
        let expected = json!({
            "type": "reservation.confirmed", "timestamp": "2027-01-15T08:00:00.000Z", "data": data,
        });
        assert_eq!(body(BodyFormat::Standard), expected);
        let event = body(BodyFormat::Cloudevents);
        assert_eq!((&event["specversion"], &event["id"]), (&json!("1.0"), &json!("wh_1")));
        assert_eq!((&event["source"], &event["subject"]), (&json!("/events/evt_1"), &json!("rsv_1")));
        assert_eq!((&event["type"], &event["data"]), (&json!("reservation.confirmed"), &data));
    }

    #[test]
    fn every_event_type_has_a_name_in_two_parts() {
        for value in 1..=i32::MAX {
            let Ok(event) = WebhookEventType::try_from(value) else { break };
            let name = type_name(event);
            assert_eq!(name.split('.').filter(|part| !part.is_empty()).count(), 2, "{name}");
        }
    }
}
