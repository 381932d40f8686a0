//! What the fuzzer and the tests call: the JSON codec beside prost-reflect, which does the same by dynamic messages.
//! Panics when the two disagree where they should not, and only then.

mod choices;
mod kinds;

use std::sync::LazyLock;

use prost::Message;
use prost::encoding::{DecodeContext, decode_key, decode_varint, skip_field};
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, Kind, MessageDescriptor, SerializeOptions,
};
use serde_json::Value;

use crate::json::{Codec, JsonError, MessageId, Unknown};
use choices::Choices;

/// Every message of the contract, and one with every kind of field that there is, in both codecs.
struct Subjects {
    ours: Vec<Codec>,
    messages: Vec<(usize, MessageId, MessageDescriptor)>,
}

static SUBJECTS: LazyLock<Subjects> = LazyLock::new(|| {
    let sets = [crate::FILE_DESCRIPTOR_SET.to_vec(), kinds::descriptor_set()];
    let (mut ours, mut messages) = (Vec::new(), Vec::new());
    for (at, set) in sets.iter().enumerate() {
        let codec = Codec::new(set).expect("a plan of our own descriptors");
        let pool = DescriptorPool::decode(set.as_slice()).expect("our own descriptors");
        let all =
            pool.all_messages().filter(|of| !of.is_map_entry() && !of.full_name().starts_with("google."));
        messages.extend(all.map(|of| (at, codec.message(of.full_name()).expect("in both"), of)));
        ours.push(codec);
    }
    Subjects { ours, messages }
});

/// How many messages [`json`] chooses from.
#[must_use]
pub fn messages() -> usize {
    SUBJECTS.messages.len()
}

/// Two bytes choose a message, one what is done; the rest are choices, bytes of the message, or its JSON.
///
/// # Panics
/// If the codecs disagree, apart from what [`crate::json`] says is read otherwise.
pub fn json(bytes: &[u8]) {
    let Some((&[low, high, what], rest)) = bytes.split_first_chunk() else { return };
    let subjects = &*SUBJECTS;
    let at = usize::from(u16::from_le_bytes([low, high])) % subjects.messages.len();
    let (codec, message, descriptor) = &subjects.messages[at];
    let subject = Subject { codec: &subjects.ours[*codec], message: *message, descriptor };
    let mut choices = Choices::new(rest);
    match what % 5 {
        0 => subject.bytes(rest),
        1 => subject.text(rest),
        2 => {
            let chosen = choices.message(descriptor);
            subject.bytes(&chosen.encode_to_vec());
            subject.returns(&chosen.encode_to_vec());
        }
        3 => {
            let json = theirs(&choices.message(descriptor)).expect("what was chosen can be written");
            subject.text(&choices.damaged(json.into_bytes()));
        }
        _ => {
            let bytes = choices.message(descriptor).encode_to_vec();
            subject.bytes(&choices.damaged(bytes));
            subject.field(&mut choices);
        }
    }
}

struct Subject<'s> {
    codec: &'s Codec,
    message: MessageId,
    descriptor: &'s MessageDescriptor,
}

impl Subject<'_> {
    fn to_json(&self, bytes: &[u8]) -> Result<Value, JsonError> {
        let mut out = b"before".to_vec();
        let done = self.codec.to_json(self.message, bytes, &mut out);
        let text = out.strip_prefix(b"before").expect("what was there is left");
        assert!(done.is_ok() || text.is_empty(), "half of a text is left");
        done.map(|()| serde_json::from_slice(text).expect("what we write is JSON"))
    }

    fn to_bytes(&self, json: &[u8], unknown: Unknown) -> Result<Vec<u8>, JsonError> {
        let mut out = b"before".to_vec();
        let done = self.codec.to_bytes(self.message, json, unknown, &mut out);
        let bytes = out.strip_prefix(b"before").expect("what was there is left");
        assert!(done.is_ok() || bytes.is_empty(), "half of a message is left");
        done.map(|()| bytes.to_vec())
    }

    fn decode(&self, bytes: &[u8]) -> Result<DynamicMessage, prost::DecodeError> {
        DynamicMessage::decode(self.descriptor.clone(), bytes)
    }

    /// Bytes to JSON: the same verdict, the same JSON.
    fn bytes(&self, bytes: &[u8]) {
        let ours = self.to_json(bytes);
        let theirs = match self.decode(bytes) {
            // Masks are written otherwise.
            Ok(message) if has_mask(&message) => return,
            Ok(message) => theirs(&message),
            Err(error) => Err(error.to_string()),
        };
        let name = self.descriptor.full_name();
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => {
                let theirs: Value = serde_json::from_str(theirs).expect("what they write is JSON");
                assert_eq!(*ours, theirs, "{name} of {bytes:x?}");
            }
            (Err(_), Err(_)) => {}
            // They go on to 100, and carry nanoseconds beyond a second.
            (Err(error), Ok(_)) if only_we_refuse(error) => {}
            (Ok(_), Err(_)) if replaces(self.descriptor, bytes) => {}
            _ => panic!("{name} of {bytes:x?}: we say {ours:?}, they {theirs:?}"),
        }
    }

    /// A message to JSON and back is the message.
    fn returns(&self, bytes: &[u8]) {
        let mut json = Vec::new();
        self.codec.to_json(self.message, bytes, &mut json).expect("can be written");
        let told = format!("{}: {}", self.descriptor.full_name(), String::from_utf8_lossy(&json));
        let back = self.to_bytes(&json, Unknown::Refuse).unwrap_or_else(|error| panic!("{error}: {told}"));
        let [message, back] = [bytes, &back].map(|bytes| theirs(&self.decode(bytes).expect("a message")));
        assert_eq!(back, message, "{told}");
    }

    /// JSON to bytes: the same verdict but for what is said here, the same message.
    fn text(&self, json: &[u8]) {
        for unknown in [Unknown::Refuse, Unknown::Ignore] {
            let ours = self.to_bytes(json, unknown);
            let options = DeserializeOptions::new().deny_unknown_fields(unknown == Unknown::Refuse);
            let mut source = serde_json::Deserializer::from_slice(json);
            let read =
                DynamicMessage::deserialize_with_options(self.descriptor.clone(), &mut source, &options);
            let read = read.and_then(|message| source.end().map(|()| message));
            let told = || {
                format!("{} {unknown:?} of {}", self.descriptor.full_name(), String::from_utf8_lossy(json))
            };
            match (ours, read) {
                (Ok(ours), Ok(read)) => {
                    let ours = self.decode(&ours).expect("what we write is a message");
                    assert_eq!(theirs(&ours), theirs(&read), "{}", told());
                }
                (Err(_), Err(_)) => {}
                (Ok(_), Err(error)) => {
                    assert!(only_we_take(&error.to_string()), "only they refuse ({error}): {}", told());
                }
                (Err(error), Ok(_)) => {
                    assert!(only_we_refuse(&error), "only we refuse ({error}): {}", told());
                }
            }
        }
    }

    /// One text put into a field is what the same text is in JSON.
    fn field(&self, choices: &mut Choices<'_>) {
        let fields: Vec<_> = self.descriptor.fields().filter(|field| !field.is_map()).collect();
        let Some(field) = choices.of(&fields) else { return };
        let text = choices.text();
        let quoted = Value::from(text.as_str());
        let value = match (field.kind(), text.as_str()) {
            (Kind::Bool, "true") => Value::from(true),
            (Kind::Bool, "false") => Value::from(false),
            _ => quoted,
        };
        let value = if field.is_list() { Value::from(vec![value]) } else { value };
        let json = serde_json::to_vec(&serde_json::json!({ (field.name()): value })).expect("a value");
        let mut put = Vec::new();
        let ours = self.codec.put_text(self.message, field.name(), &text, &mut put);
        let told = format!("{} {:?}: {ours:?}", field.full_name(), text);
        match self.to_bytes(&json, Unknown::Refuse) {
            Ok(bytes) => {
                assert!(ours.is_ok(), "{told}");
                let [put, bytes] = [put, bytes].map(|bytes| self.decode(&bytes).expect("a message"));
                assert_eq!(theirs(&put), theirs(&bytes), "{told}");
            }
            Err(_) => assert!(ours.is_err(), "{told}"),
        }
    }
}

/// Their JSON with our choices, where they have them.
fn theirs(message: &DynamicMessage) -> Result<String, String> {
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    let mut out = Vec::new();
    let done = message.serialize_with_options(&mut serde_json::Serializer::new(&mut out), &options);
    done.map_err(|error| error.to_string())?;
    // Their maps have no order: a `Value` has.
    let value: Value = serde_json::from_slice(&out).map_err(|error| error.to_string())?;
    Ok(value.to_string())
}

/// True if a later value of a single field, or of another member of its oneof, takes the place of one: the codec does
/// not look at what was replaced.
fn replaces(of: &MessageDescriptor, bytes: &[u8]) -> bool {
    let (mut rest, mut seen) = (bytes, Vec::new());
    while let Ok((number, wire)) = decode_key(&mut rest) {
        let before = rest;
        if skip_field(wire, number, &mut rest, DecodeContext::default()).is_err() {
            return false;
        }
        let Some(field) = of.get_field(number) else { continue };
        let place = field.containing_oneof().map_or(field.name().to_owned(), |of| of.full_name().to_owned());
        if !field.is_list() && !field.is_map() {
            if seen.contains(&place) {
                return true;
            }
            seen.push(place);
        }
        let mut payload = &before[..before.len() - rest.len()];
        if let Kind::Message(inner) = field.kind()
            && decode_varint(&mut payload).is_ok()
            && replaces(&inner, payload)
        {
            return true;
        }
    }
    false
}

/// True if there is a field mask in it that is not empty.
fn has_mask(message: &DynamicMessage) -> bool {
    message.fields().any(|(field, value)| match field.kind() {
        Kind::Message(of) if of.full_name() == "google.protobuf.FieldMask" => true,
        _ => match value {
            prost_reflect::Value::Message(inner) => has_mask(inner),
            prost_reflect::Value::List(all) => {
                all.iter().any(|value| value.as_message().is_some_and(has_mask))
            }
            prost_reflect::Value::Map(all) => {
                all.values().any(|value| value.as_message().is_some_and(has_mask))
            }
            _ => false,
        },
    })
}

/// What prost-reflect refuses and the canonical mapping allows.
fn only_we_take(error: &str) -> bool {
    let reasons = [
        // Whole numbers with a point or an exponent in quotes, and those of enum values.
        "invalid digit found in string",
        "invalid type: floating point",
        // The contract's names in masks.
        "expected a valid field mask",
        "invalid value: string",
    ];
    reasons.iter().any(|reason| error.contains(reason))
}

/// What prost-reflect takes and we refuse.
fn only_we_refuse(error: &JsonError) -> bool {
    let reason = error.reason();
    let reasons = [
        "is given twice",
        "is nested deeper than 64",
        "is a whole number of too many digits: write it without point and exponent",
        // `+7`, `07` and `.5` in quotes, `inf`.
        "expected a whole number",
        "expected a number",
        "is too large for 32 bits",
        // The second after the last of a minute.
        "expected a moment such as \"2030-01-31T09:00:00Z\"",
        // Nanoseconds beyond a second.
        "is no moment of the years 1 to 9999",
        "is no span within 10,000 years",
        // Commas with nothing between them, and what is no name.
        "expected names of fields with commas between them",
    ];
    reasons.contains(&reason)
}
