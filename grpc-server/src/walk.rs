//! One customer's way from the line to a confirmed seat, as data: printed as lines for a shell when the server starts,
//! and walked by `tacos-server try`. Both are the same steps.

use std::fmt::Write;

use serde_json::Value;

use crate::client::{Client, at_path, plain};

/// Asked so often, once a second, whether the payment is through.
const ASKS_MAX: u32 = 60;
/// Lines of a long answer that are shown.
const LINES_MAX: usize = 12;
/// Entries of a list that are shown.
const ENTRIES_MAX: usize = 1;

/// One step. `$BUYER`, `$EVENT`, `$T`, `$R`, `$H`, `$A`, `$C` and `$P` stand for what is known by then.
struct Step {
    about: &'static str,
    rpc: &'static str,
    body: &'static [(&'static str, &'static str)],
    then: Then,
}

/// What is done with an answer.
enum Then {
    /// It is only shown.
    Show,
    /// Its beginning is shown: a hall of eighty sections is a wall of text.
    Glance,
    /// The value at the path is kept under a name.
    Keep(&'static str, &'static str),
    /// The step is repeated every second until the value at the path is this.
    Until(&'static str, &'static str),
}

const STEPS: [Step; 9] = [
    Step {
        about: "Join the line",
        rpc: "gateway.v1.QueueService/JoinQueue",
        body: &[("event_id", "$EVENT"), ("user_id", "$BUYER"), ("session_id", "tab-$BUYER")],
        then: Then::Keep("T", "waitingToken"),
    },
    Step {
        about: "Ask to be let in",
        rpc: "gateway.v1.QueueService/RequestAdmission",
        body: &[("waiting_token", "$T"), ("event_id", "$EVENT"), ("user_id", "$BUYER")],
        then: Then::Keep("R", "reservationToken"),
    },
    Step {
        about: "See what is free",
        rpc: "gateway.v1.GatewayService/GetEventAvailability",
        body: &[("event_id", "$EVENT")],
        then: Then::Glance,
    },
    Step {
        about: "Hold the two best seats for a minute",
        rpc: "reservation.v1.ReservationService/CreateReservation",
        body: &[
            ("event_id", "$EVENT"),
            ("quantity", "2"),
            ("user_id", "$BUYER"),
            ("reservation_token", "$R"),
            ("idempotency_key", "hold-$BUYER"),
        ],
        then: Then::Keep("H", "reservationId"),
    },
    Step {
        about: "What do they cost?",
        rpc: "reservation.v1.ReservationService/GetReservation",
        body: &[("reservation_id", "$H"), ("user_id", "$BUYER")],
        then: Then::Keep("A", "reservation.totalAmount.amount"),
    },
    Step {
        about: "In which currency?",
        rpc: "reservation.v1.ReservationService/GetReservation",
        body: &[("reservation_id", "$H"), ("user_id", "$BUYER")],
        then: Then::Keep("C", "reservation.totalAmount.currency"),
    },
    Step {
        about: "Pay (simulated: two to five seconds)",
        rpc: "payment.v1.PaymentService/CreatePaymentIntent",
        body: &[
            ("reservation_id", "$H"),
            ("amount", "{\"amount\":\"$A\",\"currency\":\"$C\"}"),
            ("user_id", "$BUYER"),
            ("scenario", "PAYMENT_SCENARIO_APPROVE"),
            ("idempotency_key", "pay-$BUYER"),
        ],
        then: Then::Keep("P", "paymentIntentId"),
    },
    Step {
        about: "Wait for the payment",
        rpc: "payment.v1.PaymentService/GetPaymentStatus",
        body: &[("payment_intent_id", "$P"), ("user_id", "$BUYER")],
        then: Then::Until("payment.status", "PAYMENT_STATUS_COMPLETED"),
    },
    Step {
        about: "The completed payment has confirmed the seats; confirming names the order",
        rpc: "reservation.v1.ReservationService/ConfirmReservation",
        body: &[
            ("reservation_id", "$H"),
            ("payment_intent_id", "$P"),
            ("user_id", "$BUYER"),
            ("idempotency_key", "confirm-$BUYER"),
        ],
        then: Then::Show,
    },
];

/// Which program the printed lines call.
#[derive(Clone, Debug)]
pub(crate) enum Tool {
    /// grpcurl, which reads the contract by reflection.
    Grpcurl,
    /// This program, by its path.
    OurOwn(String),
}

impl Step {
    /// The request as JSON. Numbers and objects stand as they are, all else is text.
    fn json(&self) -> String {
        let mut text = String::from("{");
        for (at, (name, value)) in self.body.iter().enumerate() {
            let bare = value.starts_with('{') || value.bytes().all(|byte| byte.is_ascii_digit());
            let quote = if bare { "" } else { "\"" };
            let _ = write!(text, "{}\"{name}\":{quote}{value}{quote}", if at == 0 { "" } else { "," });
        }
        text.push('}');
        text
    }
}

/// The steps as lines that a shell runs as they are.
pub(crate) fn lines(tool: &Tool, address: &str, event: &str, user: &str) -> String {
    let mut text = format!("EVENT={event} BUYER={user}\n");
    for step in &STEPS {
        let quoted = step.json().replace('"', "\\\"");
        let call = match tool {
            Tool::Grpcurl => format!("grpcurl -plaintext -d \"{quoted}\" {address} {}", step.rpc),
            Tool::OurOwn(program) => {
                format!("{program} call --target http://{address} {} \"{quoted}\"", step.rpc)
            }
        };
        let _ = writeln!(text, "# {}", step.about);
        let _ = match step.then {
            Then::Show => writeln!(text, "{call}"),
            Then::Glance => writeln!(
                text,
                "{call} | awk 'NR <= {LINES_MAX}; END {{ if (NR > {LINES_MAX}) print \"… \" (NR - {LINES_MAX}) \" more lines\" }}'"
            ),
            Then::Keep(name, path) => writeln!(text, "{name}=$({call}{}); echo ${name}", only(tool, path)),
            Then::Until(path, value) => {
                let asked = format!("{call}{}", only(tool, path));
                writeln!(
                    text,
                    "for n in $(seq {ASKS_MAX}); do {asked} | grep {value} && break; sleep 1; done"
                )
            }
        };
    }
    text
}

/// What makes a tool print only the value at a path.
fn only(tool: &Tool, path: &str) -> String {
    match tool {
        Tool::OurOwn(_) => format!(" --get {path}"),
        Tool::Grpcurl => {
            // Within the innermost named object, so that another's field of the same name is not taken for it.
            let mut parts = path.rsplit('.');
            let last = parts.next().unwrap_or_default();
            let within = parts.next().map(|outer| format!("/\"{outer}\"/,/}}/")).unwrap_or_default();
            format!(" | sed -n '{within}s/.*\"{last}\": \"\\(.*\\)\".*/\\1/p'")
        }
    }
}

/// Walks the steps and prints each.
///
/// # Errors
/// The first step that did not come as it should, in words.
pub(crate) async fn walk(
    client: &Client,
    event: &str,
    user: &str,
    mut tell: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let mut known = vec![("EVENT", event.to_owned()), ("BUYER", user.to_owned())];
    for step in &STEPS {
        let mut json = step.json();
        for (name, value) in &known {
            json = json.replace(&format!("${name}"), value);
        }
        tell(&format!("\n# {}\n{} {json}", step.about, step.rpc))?;
        let answer = answered(client, step, &json).await?;
        tell(&format!("{:#}", shortened(&answer)))?;
        if let Then::Keep(name, path) = step.then {
            let value = at_path(&answer, path)
                .map(plain)
                .ok_or_else(|| format!("{}: the answer has no {path}: {answer:#}", step.rpc))?;
            known.push((name, value));
        }
    }
    Ok(())
}

/// An answer with only the first entries of its lists, and how many more there are: for people, on one screen.
fn shortened(answer: &Value) -> Value {
    match answer {
        Value::Array(list) => {
            let mut shown: Vec<Value> = list.iter().take(ENTRIES_MAX).map(shortened).collect();
            if list.len() > ENTRIES_MAX {
                shown.push(Value::String(format!("… {} more", list.len() - ENTRIES_MAX)));
            }
            Value::Array(shown)
        }
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect())
        }
        other => other.clone(),
    }
}

/// The answer of a step, or the last one of a step that is repeated.
async fn answered(client: &Client, step: &Step, json: &str) -> Result<Value, String> {
    for _ in 0..ASKS_MAX {
        let answer = client.call(step.rpc, json).await.map_err(|error| format!("{}: {error}", step.rpc))?;
        if let Some(error) = answer.get("error") {
            return Err(format!("{} was refused: {error:#}", step.rpc));
        }
        match step.then {
            Then::Until(path, value) if at_path(&answer, path).map(plain).as_deref() != Some(value) => {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
            _ => return Ok(answer),
        }
    }
    Err(format!("{}: still not there after {ASKS_MAX} s", step.rpc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_shown_by_its_beginning_and_its_length() {
        let answer = serde_json::json!({ "sections": [{ "seats": [1, 2, 3] }, {}, {}], "n": 7 });
        let shown = serde_json::json!({ "sections": [{ "seats": [1, "… 2 more"] }, "… 2 more"], "n": 7 });
        assert_eq!(shortened(&answer), shown);
    }

    #[test]
    fn every_request_is_json_of_its_message() {
        let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
        for step in &STEPS {
            let (service, method) = step.rpc.split_once('/').expect("service/method");
            let service = pool.get_service_by_name(service).expect("known");
            let method = service.methods().find(|one| one.name() == method).expect("known");
            let json: Value = serde_json::from_str(&step.json()).expect("JSON");
            for name in json.as_object().expect("an object").keys() {
                assert!(method.input().get_field_by_name(name).is_some(), "{}: {name}", step.rpc);
            }
        }
    }
}
