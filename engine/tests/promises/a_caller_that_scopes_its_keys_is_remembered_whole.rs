//! Claim: a caller whose requests say more than the engine's commands scopes its keys itself and brings a digest of each
//! whole request. The digest alone says what the same request is; the first answer can be asked for, and answers of the
//! caller's own are kept beside those of commands, also across a restart and a snapshot.

use crate::common;

use std::time::Duration;

use crate::common::*;
use tacos_engine::{Engine, ExternalId, Failure, FirstAnswer, IdempotencyKey, Note, Refusal, Reply, Reserve};

fn scoped(text: &str, request: u8) -> IdempotencyKey {
    IdempotencyKey::for_request(text, [request; 32]).expect("valid")
}

fn hold(
    engine: &Engine,
    who: &str,
    seat: &str,
    key: &IdempotencyKey,
) -> Result<tacos_engine::Reserved, Failure> {
    engine.reserve(Reserve::new(event(), user(who), seats(&[seat])).with_key(key.clone())).wait()
}

#[test]
fn the_digest_alone_says_what_the_same_request_is() {
    let (engine, _) = small_sale();
    let key = scoped("k", 1);
    assert_eq!(engine.first_answer(&key).wait(), Ok(None), "a fresh key");
    let held = hold(&engine, "kim", "R1-1", &key).expect("held");
    assert_eq!(engine.first_answer(&key).wait(), Ok(Some(FirstAnswer::Reply(Reply::Reserved(held.clone())))));
    // What the command says no longer matters: the caller vouches that it is the same request.
    assert_eq!(hold(&engine, "lee", "R1-2", &key), Ok(held));
    let other = scoped("k", 2);
    assert_eq!(hold(&engine, "kim", "R1-1", &other), Err(Failure::Refused(Refusal::IdempotencyConflict)));
    assert_eq!(engine.first_answer(&other).wait(), Err(Failure::Refused(Refusal::IdempotencyConflict)));
    assert_eq!(engine.counts(&event()).expect("known").reserved, 1, "one effect");
    // A plain key with the same text is another key.
    hold(&engine, "kim", "R1-3", &common::key("k")).expect("held");
}

#[test]
fn answers_of_the_callers_own_are_kept_through_restarts_and_snapshots() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = clock();
    let engine = open_folder(folder.path(), by_hand(&clock));
    open_sale(&engine, house(2, 10));
    let (own, of_command) = (scoped("own", 1), scoped("command", 1));
    engine.keep_answer(&own, b"first").wait().expect("kept");
    engine.keep_answer(&own, b"second").wait().expect("a repeat changes nothing");
    let held = hold(&engine, "kim", "R1-1", &of_command).expect("held");
    let again = |engine: &Engine, when: &str| {
        let kept = engine.first_answer(&own).wait();
        assert_eq!(kept, Ok(Some(FirstAnswer::Kept(b"first".to_vec()))), "{when}");
        let reply = engine.first_answer(&of_command).wait();
        assert_eq!(reply, Ok(Some(FirstAnswer::Reply(Reply::Reserved(held.clone())))), "{when}");
        let other = engine.keep_answer(&scoped("own", 2), b"first").wait();
        assert_eq!(other, Err(Failure::Refused(Refusal::IdempotencyConflict)), "{when}");
        // A command under a key whose answer is not a command's: a conflict, and no crash.
        let crossed = hold(engine, "kim", "R1-2", &own);
        assert_eq!(crossed, Err(Failure::Refused(Refusal::IdempotencyConflict)), "{when}");
    };
    again(&engine, "at once");
    engine.close().expect("closes");
    drop(engine);

    let engine = open_folder(folder.path(), by_hand(&clock));
    again(&engine, "after a restart");
    engine.snapshot().expect("a snapshot");
    engine.close().expect("closes");
    drop(engine);

    let engine = open_folder(folder.path(), by_hand(&clock));
    again(&engine, "after a restart from a snapshot");
    clock.advance(Duration::from_secs(300));
    assert_eq!(engine.first_answer(&own).wait(), Ok(None), "for as long as answers are kept");
}

#[test]
fn a_key_that_answered_one_command_is_no_other_commands() {
    let (engine, _) = small_sale();
    let key = scoped("k", 1);
    let held = hold(&engine, "kim", "R1-1", &key).expect("held");
    // Its caller says that it is the same request, and it is not even the same kind of command.
    let noted =
        engine.note(Note::new(ExternalId::new("n").expect("valid"), None).with_key(key.clone())).wait();
    assert_eq!(noted, Err(Failure::Refused(Refusal::IdempotencyConflict)));
    assert_eq!(hold(&engine, "kim", "R1-1", &key), Ok(held), "the first answer stays");
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let (engine, _) = small_sale();
    let plain = engine.keep_answer(&key("k"), b"answer").wait();
    assert!(
        matches!(refused(plain), Refusal::Invalid(_)),
        "a key that does not say which request it came with"
    );
    let long = vec![0; tacos_engine::limits::REPLY_BYTES_MAX];
    assert!(matches!(refused(engine.keep_answer(&scoped("k", 1), &long).wait()), Refusal::Invalid(_)));
    assert_eq!(engine.first_answer(&scoped("k", 1)).wait(), Ok(None), "and leaves the key fresh");
}
