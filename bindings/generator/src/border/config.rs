//! The settings of an engine as they cross, and what else a managed language says when it opens one.

use tacos_engine::schema::{CONFIG, Field, Kind};

use super::{Item, Shape, shape_of};

/// A setting of an engine, as it crosses.
pub(crate) struct Setting {
    pub(crate) item: Item,
    /// Its usual value on the other side; where that is nothing, the engine's own stays.
    pub(crate) usual: &'static str,
    /// How Rust reads it.
    pub(crate) rust: String,
}

/// The settings of an engine, and what else a managed language says when it opens one.
pub(crate) fn config() -> Vec<Setting> {
    let mut all: Vec<Setting> = CONFIG.fields.iter().filter_map(setting).collect();
    all.push(said(
        ("cut_at_damage", Shape::Bool, "false"),
        "Cut a damaged journal at the damage and lose what comes after, instead of refusing to open it. What is cut is \
         kept aside. For operators who have read the refusal.",
        "if from.take(\"cut_at_damage\")? {\n        opening.consent = tacos::RecoveryConsent::CutAtDamage;\n    }",
    ));
    all.push(said(
        ("in_flight_max", Shape::Int, "65_536"),
        "Answers under way at once, 1 to 1,048,576. Beyond it a write waits for the disk before it returns to its thread.",
        "opening.in_flight_max = from.take::<u32>(\"in_flight_max\")? as usize;",
    ));
    all
}

fn said((name, shape, usual): (&str, Shape, &'static str), doc: &str, rust: &str) -> Setting {
    let item = Item { name: name.into(), doc: doc.into(), shape, secret: None };
    Setting { item, usual, rust: rust.into() }
}

fn setting(field: &'static Field) -> Option<Setting> {
    let name = field.name;
    let given = |name: &str, set: &str| {
        format!("if let Some(value) = from.take(\"{name}\")? {{\n        {set};\n    }}")
    };
    let optional = |shape: Shape| Shape::Optional(Box::new(shape));
    Some(match (name, field.kind) {
        // Time by hand brings both.
        ("driver", _) => return None,
        ("clock", _) => said(
            ("time_by_hand_from", optional(Shape::Moment), "null"),
            "With a moment given here, time stands still there until [Engine.advance] moves it, and what is due happens \
             only in [Engine.turn]: for tests and simulations.",
            &given("manual_now_ms", "opening.by_hand(value)"),
        ),
        ("durability", Kind::Enum(of)) => said(
            (name, Shape::Form(of), "Durability.Synced"),
            &field.doc.join("\n"),
            &given(
                "relaxed_sync_ms",
                "opening.config.durability = tacos::Durability::Relaxed { sync_every: value }",
            ),
        ),
        ("late_payment", _) => said(
            ("refund_late_payments", Shape::Bool, "false"),
            "Pay money back that comes after its hold ended, even if the same seats are still free.",
            "if from.take(\"refund_late_payments\")? {\n        \
             opening.config.late_payment = tacos::LatePayment::Refund;\n    }",
        ),
        ("fixed_entropy", _) => said(
            (name, optional(Shape::Long), "null"),
            &field.doc.join("\n"),
            &given(name, "opening.config.fixed_entropy = Some(i64::cast_unsigned(value))"),
        ),
        (_, Kind::Bool) => {
            let usual = tacos_engine::Config::default();
            let usual = match name {
                "idempotency_required" => usual.idempotency_required,
                "payment_amount_must_match" => usual.payment_amount_must_match,
                other => unreachable!("{other} has no usual value here yet"),
            };
            said(
                (name, Shape::Bool, if usual { "true" } else { "false" }),
                &field.doc.join("\n"),
                &format!("opening.config.{name} = from.take(\"{name}\")?;"),
            )
        }
        (_, kind) => {
            let argument = if kind == Kind::Duration { format!("{name}_ms") } else { name.into() };
            said(
                (name, optional(shape_of(kind)), "null"),
                &field.doc.join("\n"),
                &given(&argument, &format!("opening.config.{name} = value")),
            )
        }
    })
}
