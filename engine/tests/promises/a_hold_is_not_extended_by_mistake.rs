//! Claim: an extension that says when the hold ends extends it only if it still ends then. A caller who has lost the
//! answer and its key cannot extend twice.

use std::time::Duration;

use crate::common::*;
use tacos_engine::{Extend, Failure, Refusal};

#[test]
fn what_was_extended_meanwhile_is_not_extended_again() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("free");
    let extend =
        || Extend::new(held.id, user("kim"), Duration::from_secs(5)).with_expires_at(held.expires_at);
    let extended = engine.extend(extend()).wait().expect("as it was said");
    assert_eq!(extended.expires_at, held.expires_at.plus(Duration::from_secs(5)));
    let Err(Failure::Refused(Refusal::Invalid(problems))) = engine.extend(extend()).wait() else {
        panic!("extended twice")
    };
    assert_eq!(problems[0].field, "expires_at");
    assert!(problems[0].reason.contains(&extended.expires_at.get().to_string()), "{problems:?}");
}
