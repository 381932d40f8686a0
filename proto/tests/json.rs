//! The JSON codec by example: what each kind of value is in JSON, and how wrong texts are refused.

use tacos_proto::common::v1::Error;
use tacos_proto::engine::v1::{OpenPresaleRequest, UpdateEventRequest};
use tacos_proto::gateway::v1::{CreateReservationRequest, JoinQueueResponse, SystemQueueStats};
use tacos_proto::json::{Codec, JsonError, Unknown};
use tacos_proto::prost::Message;

fn bytes_of(message: &str, json: &str, unknown: Unknown) -> Result<Vec<u8>, JsonError> {
    let codec = Codec::contract();
    let mut out = Vec::new();
    codec.to_bytes(codec.message(message).expect("of the contract"), json.as_bytes(), unknown, &mut out)?;
    Ok(out)
}

fn read<M: Message + Default>(message: &str, json: &str) -> M {
    let bytes = bytes_of(message, json, Unknown::Refuse).expect("accepted");
    M::decode(bytes.as_slice()).expect("a message")
}

fn json_of(message: &str, bytes: &[u8]) -> Result<String, JsonError> {
    let codec = Codec::contract();
    let mut out = b"before".to_vec();
    let written = codec.to_json(codec.message(message).expect("of the contract"), bytes, &mut out);
    let text = String::from_utf8(out).expect("a text");
    let text = text.strip_prefix("before").expect("what was there is left").to_owned();
    assert!(written.is_ok() || text.is_empty(), "half of a text is left: {text}");
    written.map(|()| text)
}

const RESERVE: &str = "gateway.v1.CreateReservationRequest";
const JOINED: &str = "gateway.v1.JoinQueueResponse";
const UPDATE: &str = "engine.v1.UpdateEventRequest";
const PRESALE: &str = "engine.v1.OpenPresaleRequest";

#[test]
fn a_request_is_read_in_both_spellings() {
    let snake = r#" {"event_id":"evt_1","seat_ids":["A-1","\u00e9\ud83c\udfb8"],"quantity":2,"require_adjacent":true,
        "section":null} "#;
    let camel = r#"{"eventId":"evt_1","seatIds":["A-1","é🎸"],"quantity":"2","requireAdjacent":true}"#;
    let wanted = CreateReservationRequest {
        event_id: "evt_1".to_owned(),
        seat_ids: vec!["A-1".to_owned(), "é🎸".to_owned()],
        quantity: 2,
        require_adjacent: true,
        ..Default::default()
    };
    assert_eq!(read::<CreateReservationRequest>(RESERVE, snake), wanted);
    assert_eq!(read::<CreateReservationRequest>(RESERVE, camel), wanted);
    assert_eq!(read::<CreateReservationRequest>(RESERVE, "{}"), CreateReservationRequest::default());
}

#[test]
fn an_answer_has_its_defaults_and_nothing_else() {
    let joined = JoinQueueResponse { waiting_token: "a\"\\\n\u{1}é".to_owned(), ..Default::default() };
    assert_eq!(
        json_of(JOINED, &joined.encode_to_vec()).as_deref(),
        Ok(
            r#"{"waiting_token":"a\"\\\n\u0001é","position_hint":0,"eta_seconds":0,"status":"QUEUE_STATUS_UNSPECIFIED"}"#
        )
    );
}

#[test]
fn moments_have_the_digits_that_they_need() {
    for (nanos, text) in [
        (0, "2030-01-31T09:00:00Z"),
        (500_000_000, "2030-01-31T09:00:00.500Z"),
        (1_000, "2030-01-31T09:00:00.000001Z"),
        (1, "2030-01-31T09:00:00.000000001Z"),
    ] {
        let stamp = prost_types::Timestamp { seconds: 1_896_080_400, nanos };
        let joined = JoinQueueResponse { expires_at: Some(stamp), ..Default::default() };
        let json = json_of(JOINED, &joined.encode_to_vec()).expect("in range");
        assert!(json.contains(&format!("\"expires_at\":\"{text}\"")), "{json}");
        assert_eq!(read::<JoinQueueResponse>(JOINED, &json), joined);
    }
    let zoned = r#"{"expires_at":"2030-01-31T18:00:00.5+09:00"}"#;
    let stamp = read::<JoinQueueResponse>(JOINED, zoned).expires_at;
    assert_eq!(stamp, Some(prost_types::Timestamp { seconds: 1_896_080_400, nanos: 500_000_000 }));
    // The moment that is a message without fields.
    assert_eq!(
        read::<JoinQueueResponse>(JOINED, r#"{"expires_at":"1970-01-01T00:00:00Z"}"#).expires_at,
        Some(prost_types::Timestamp::default())
    );
    for wrong in [
        "2030-01-31",
        "2030-01-31T09:00:00",
        "2030-01-31t09:00:00Z",
        "2030-01-31T09:00:00z",
        "2030-01-31 09:00:00Z",
        "2030-01-31T09:00:00.Z",
        "2030-01-31T09:00:60Z",
        "2030-02-30T09:00:00Z",
        "2030-01-31T09:00:00+0900",
        "2030-01-31T09:00:00Z ",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "",
    ] {
        let error = bytes_of(JOINED, &format!("{{\"expires_at\":\"{wrong}\"}}"), Unknown::Refuse)
            .expect_err("no moment");
        assert_eq!(error.path(), "expires_at", "{wrong}");
        assert!(error.reason().starts_with("expected a moment"), "{wrong}: {error}");
    }
    let late = prost_types::Timestamp { seconds: 253_402_300_800, nanos: 0 };
    let late = JoinQueueResponse { expires_at: Some(late), ..Default::default() };
    assert_eq!(
        json_of(JOINED, &late.encode_to_vec()).expect_err("in the year 10000").to_string(),
        "expires_at: is no moment of the years 1 to 9999"
    );
}

#[test]
fn masks_are_texts_in_either_spelling() {
    for text in ["hold_seconds,queue_policy.rate", "holdSeconds,queuePolicy.rate"] {
        let asked: UpdateEventRequest = read(UPDATE, &format!("{{\"updateMask\":\"{text}\"}}"));
        assert_eq!(asked.update_mask.expect("given").paths, ["hold_seconds", "queue_policy.rate"]);
    }
    let asked: UpdateEventRequest = read(UPDATE, r#"{"update_mask":""}"#);
    assert_eq!(asked.update_mask, Some(prost_types::FieldMask::default()));
    // The contract's names, as everywhere in the text; not camelCase as in other codecs.
    let mask = prost_types::FieldMask { paths: vec!["hold_seconds".to_owned(), "name".to_owned()] };
    let asked = UpdateEventRequest { update_mask: Some(mask), ..Default::default() };
    let json = json_of(UPDATE, &asked.encode_to_vec()).expect("written");
    assert!(json.contains(r#""update_mask":"hold_seconds,name""#), "{json}");
    assert_eq!(read::<UpdateEventRequest>(UPDATE, &json), asked);
    for wrong in ["a,,b", ",", "a b", "a..b", "1", "ä"] {
        let wrong = format!("{{\"update_mask\":\"{wrong}\"}}");
        assert!(bytes_of(UPDATE, &wrong, Unknown::Refuse).is_err(), "{wrong}");
    }
}

#[test]
fn bytes_are_base64_of_either_alphabet() {
    for text in ["+/8=", "+/8", "-_8=", "-_8"] {
        let asked: OpenPresaleRequest = read(PRESALE, &format!("{{\"seed\":\"{text}\"}}"));
        assert_eq!(asked.seed, [0xfb, 0xff]);
    }
    let asked = OpenPresaleRequest { seed: vec![0xfb, 0xff], ..Default::default() };
    let json = json_of(PRESALE, &asked.encode_to_vec()).expect("written");
    assert!(json.contains(r#""seed":"+/8=""#), "{json}");
    assert!(bytes_of(PRESALE, r#"{"seed":"-/8="}"#, Unknown::Refuse).is_err(), "both alphabets at once");
}

#[test]
fn numbers_that_are_whole_are_read_however_they_are_written() {
    for text in ["7", "7.0", "70e-1", "\"7\"", "\"7.0\"", "\"0.7e1\""] {
        let read: CreateReservationRequest = read(RESERVE, &format!("{{\"quantity\":{text}}}"));
        assert_eq!(read.quantity, 7, "{text}");
    }
    for (text, reason) in [
        ("2147483648", "is not within -2147483648 to 2147483647"),
        ("99999999999999999999", "is a whole number of too many digits: write it without point and exponent"),
        ("1.5", "expected a whole number"),
        ("true", "expected a whole number"),
        ("[]", "expected a whole number"),
        ("{}", "expected a whole number"),
        ("\"\"", "expected a whole number"),
        ("\" 7\"", "expected a whole number"),
        ("\"7 \"", "expected a whole number"),
        ("\"+7\"", "expected a whole number"),
        ("\"07\"", "expected a whole number"),
        ("\"NaN\"", "expected a whole number"),
        ("\"0x7\"", "expected a whole number"),
    ] {
        let error = bytes_of(RESERVE, &format!("{{\"quantity\":{text}}}"), Unknown::Refuse).expect_err(text);
        assert_eq!((error.path(), error.reason()), ("quantity", reason), "{text}");
    }
    // 2^53 + 1 with a point is a `f64` that may have been another number.
    let revision = |text: &str| {
        let json = format!("{{\"expected_revision\":{text}}}");
        let bytes = bytes_of(UPDATE, &json, Unknown::Refuse)?;
        Ok::<_, JsonError>(UpdateEventRequest::decode(&*bytes).expect("a message").expected_revision)
    };
    assert_eq!(revision("9007199254740993"), Ok(9_007_199_254_740_993));
    assert_eq!(revision("\"-9223372036854775808\""), Ok(i64::MIN));
    assert_eq!(revision("9007199254740992.0"), Ok(9_007_199_254_740_992));
    assert!(revision("9007199254740994.0").is_err());
    assert!(revision("9223372036854775808").is_err());
}

#[test]
fn what_is_not_finite_is_a_text() {
    const STATS: &str = "gateway.v1.SystemQueueStats";
    for (text, value) in [
        ("\"NaN\"", f32::NAN),
        ("\"Infinity\"", f32::INFINITY),
        ("\"-Infinity\"", f32::NEG_INFINITY),
        ("0.1", 0.1),
    ] {
        let stats: SystemQueueStats = read(STATS, &format!("{{\"average_admission_rate\":{text}}}"));
        assert_eq!(stats.average_admission_rate.to_bits(), value.to_bits());
        let json = json_of(STATS, &stats.encode_to_vec()).expect("written");
        assert!(json.contains(&format!("\"average_admission_rate\":{text}")), "{json}");
    }
    for wrong in ["NaN", "1e39", "\"inf\"", "\"nan\"", "\"infinity\"", "1e999", "\"1e999\""] {
        let wrong = format!("{{\"average_admission_rate\":{wrong}}}");
        assert!(bytes_of(STATS, &wrong, Unknown::Refuse).is_err(), "{wrong}");
    }
}

#[test]
fn refusals_name_the_place() {
    let mut wrong = Vec::new();
    for (message, json, wanted) in [
        (
            RESERVE,
            r#"{"seat_ids":["A-1","A-2","A-3",4]}"#,
            "seat_ids[3]: expected a text (line 1, column 32)",
        ),
        (RESERVE, r#"{"seat_ids":["A-1",null]}"#, "seat_ids[1]: expected a text (line 1, column 23)"),
        (RESERVE, r#"{"seat_ids":"A-1"}"#, "seat_ids: expected an array (line 1, column 17)"),
        (RESERVE, r#"{"event_id":["A-1"]}"#, "event_id: expected a text (line 1, column 13)"),
        (RESERVE, r#"{"metadata":7}"#, "metadata: expected an object (line 1, column 13)"),
        (RESERVE, r#"{"metadata":{"x":7}}"#, "metadata.x: is no field of this message (line 1, column 16)"),
        (RESERVE, r#"{"accessible":"true"}"#, "accessible: expected true or false (line 1, column 20)"),
        (RESERVE, r#"{"event_id":"a","eventId":"a"}"#, "event_id: is given twice (line 1, column 25)"),
        (RESERVE, r#"{"event_id":null,"event_id":null}"#, "event_id: is given twice (line 1, column 27)"),
        (
            RESERVE,
            r#"{"metadata":{"headers":{"a":"1","b":2}}}"#,
            "metadata.headers.b: expected a text (line 1, column 37)",
        ),
        (JOINED, r#"{"status":"QUEUE_STATUS_NONE"}"#, "status: is no value of this enum (line 1, column 29)"),
        (JOINED, r#"{"status":true}"#, "status: expected the name of a value (line 1, column 14)"),
        (RESERVE, "[]", "expected an object (line 1, column 2)"),
        (RESERVE, "null", "expected an object (line 1, column 4)"),
        (RESERVE, "", "is no JSON: EOF while parsing a value (line 1, column 0)"),
        (RESERVE, "{\n  \"event_id\": \"a\",\n}", "is no JSON: trailing comma (line 3, column 1)"),
        (RESERVE, "{} {}", "is no JSON: trailing characters (line 1, column 4)"),
        (RESERVE, r#"{"event_id":"\ud800"}"#, "is no JSON"),
        (RESERVE, r#"{"event_id":"a\u0000\udc00b"}"#, "is no JSON"),
    ] {
        let error = bytes_of(message, json, Unknown::Refuse).expect_err(json).to_string();
        if error != wanted && !(wanted == "is no JSON" && error.contains(wanted)) {
            wrong.push(format!("{json}\n{error}\n{wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let not_utf8 = Codec::contract().message(RESERVE).expect("of the contract");
    let refused =
        Codec::contract().to_bytes(not_utf8, b"{\"event_id\":\"\xff\"}", Unknown::Refuse, &mut Vec::new());
    assert!(refused.is_err());
}

#[test]
fn long_input_is_not_shown() {
    let long = "x\u{7}".repeat(100_000);
    for json in [
        format!("{{{:?}:1}}", long.replace('\u{7}', "y")),
        format!("{{\"quantity\":{:?}}}", long.replace('\u{7}', "y")),
        format!("{{\"event_id\":{{\"{}\":1}}}}", long.replace('\u{7}', "y")),
    ] {
        let error = bytes_of(RESERVE, &json, Unknown::Refuse).expect_err("wrong");
        assert!(error.to_string().len() < 200, "{} bytes", error.to_string().len());
    }
    let mut out = Vec::new();
    let codec = Codec::contract();
    let message = codec.message(RESERVE).expect("of the contract");
    let error = codec.put_text(message, &long, "1", &mut out).expect_err("no such field");
    assert!(error.to_string().len() < 600 && !error.to_string().contains('\u{7}'), "{error}");
}

#[test]
fn the_unknown_is_left_out_where_it_is_ignored() {
    let json = r#"{"new":{"deep":[1,{"a":null}]},"event_id":"evt_1","new":2}"#;
    assert!(bytes_of(RESERVE, json, Unknown::Refuse).is_err());
    let bytes = bytes_of(RESERVE, json, Unknown::Ignore).expect("ignored");
    assert_eq!(CreateReservationRequest::decode(&*bytes).expect("a message").event_id, "evt_1");
    assert_eq!(bytes_of(JOINED, r#"{"status":"QUEUE_STATUS_NEW"}"#, Unknown::Ignore), Ok(Vec::new()));
    // Names of the contract are not unknown: what they hold is still checked.
    assert!(bytes_of(RESERVE, r#"{"event_id":1}"#, Unknown::Ignore).is_err());
}

#[test]
fn what_is_refused_leaves_what_was_written_before() {
    let codec = Codec::contract();
    let message = codec.message(RESERVE).expect("of the contract");
    let mut out = b"before".to_vec();
    codec
        .to_bytes(message, br#"{"event_id":"a","quantity":{}}"#, Unknown::Refuse, &mut out)
        .expect_err("wrong");
    codec.put_text(message, "metadata.session_id.x", "1", &mut out).expect_err("wrong");
    codec.put_text(message, "quantity", "many", &mut out).expect_err("wrong");
    assert_eq!(out, b"before");
}

#[test]
fn texts_of_paths_and_queries_win_and_append() {
    let codec = Codec::contract();
    let message = codec.message(RESERVE).expect("of the contract");
    let mut out = Vec::new();
    let body = br#"{"event_id":"other","seat_ids":["A-1"],"quantity":9,"metadata":{"user_agent":"x"}}"#;
    codec.to_bytes(message, body, Unknown::Refuse, &mut out).expect("accepted");
    for (path, text) in [
        ("event_id", "evt_1"),
        ("seatIds", "A-2"),
        ("seat_ids", "A-3"),
        ("quantity", "0"),
        ("accessible", "true"),
        ("metadata.ip_address", "10.0.0.1"),
    ] {
        codec.put_text(message, path, text, &mut out).expect(path);
    }
    let read = CreateReservationRequest::decode(&*out).expect("a message");
    assert_eq!((read.event_id.as_str(), read.quantity, read.accessible), ("evt_1", 0, true));
    assert_eq!(read.seat_ids, ["A-1", "A-2", "A-3"]);
    let metadata = read.metadata.expect("given");
    assert_eq!((metadata.user_agent.as_str(), metadata.ip_address.as_str()), ("x", "10.0.0.1"));
    for (path, text, wanted) in [
        ("nothing", "1", "nothing: is no field of this message"),
        ("event_id.x", "1", "event_id.x: is no field of this message"),
        ("metadata", "1", "metadata: has no form as one text"),
        ("quantity", "", "quantity: expected a whole number"),
        ("accessible", "yes", "accessible: expected true or false"),
    ] {
        assert_eq!(codec.put_text(message, path, text, &mut out).expect_err(path).to_string(), wanted);
    }
}

#[test]
fn bytes_that_are_no_message_are_refused() {
    let joined = JoinQueueResponse { error: Some(Error::default()), ..Default::default() }.encode_to_vec();
    assert!(json_of(JOINED, &joined[..joined.len() - 1]).is_err(), "cut");
    // A varint where a text stands, a text that is no UTF-8, a group, number zero.
    for wrong in [&[0x08, 1][..], &[0x0a, 1, 0xff], &[0x0b], &[0x00, 1]] {
        assert!(json_of(JOINED, wrong).is_err(), "{wrong:x?}");
    }
    // Fields that the contract does not have are left out.
    assert_eq!(json_of(JOINED, &[0xf8, 0x3f, 1]), json_of(JOINED, &[]));
}
