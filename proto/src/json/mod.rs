//! Messages of the contract as JSON and back, from bytes to bytes: no message type is needed, and none is built. A plan
//! that is compiled once from the descriptors says what each field must be.
//!
//! The JSON is the canonical mapping of protobuf (the chapter "ProtoJSON Format" of its documentation) with these
//! choices: names are written as the contract has them (`event_id`), and read in both spellings (`eventId` too); fields
//! without presence are written when they have their default; field masks have the contract's names in both directions,
//! and camelCase is read as well. Stricter than common readers: a name that is given twice is refused, and so is a whole
//! number with a point or an exponent beyond 2^53, whose digits may have been lost.

mod error;
mod plan;
mod read;
mod scalar;
mod text;
mod wire;
mod write;

use std::sync::LazyLock;

use prost::encoding::{WireType, encode_key};

pub use error::{CodecError, JsonError};
use error::{Step, cut, shown};
use plan::{Field, Form, Kind, MessagePlan, Plan, Shape};

/// How deep objects and arrays may lie in each other, and messages in bytes.
const DEPTH_MAX: usize = 64;

/// What becomes of names in a JSON object that its message does not have, and of names of enum values that the contract
/// does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are refused.
    Refuse,
    /// They are left out, with whatever stands behind them.
    Ignore,
}

/// A message of a [`Codec`]; means nothing to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(u32);

/// The codec of all messages of a descriptor set.
///
/// # Examples
///
/// ```
/// use tacos_proto::common::v1::Money;
/// use tacos_proto::json::{Codec, Unknown};
/// use tacos_proto::prost::Message;
///
/// let codec = Codec::contract();
/// let money = codec.message("common.v1.Money").expect("a message of the contract");
/// let mut bytes = Vec::new();
/// codec.to_bytes(money, br#"{"amount":"120000","currency":"KRW"}"#, Unknown::Refuse, &mut bytes)?;
/// assert_eq!(Money::decode(bytes.as_slice()), Ok(Money { amount: 120_000, currency: "KRW".to_owned() }));
///
/// let mut json = Vec::new();
/// codec.to_json(money, &bytes, &mut json)?;
/// assert_eq!(json, br#"{"amount":"120000","currency":"KRW"}"#);
///
/// let refused = codec.to_bytes(money, br#"{"amount":true}"#, Unknown::Refuse, &mut bytes).expect_err("no number");
/// assert_eq!((refused.path(), refused.reason()), ("amount", "expected a whole number"));
/// # Ok::<(), tacos_proto::json::JsonError>(())
/// ```
#[derive(Debug)]
pub struct Codec(Plan);

impl Codec {
    /// Compiles the plan of an encoded `google.protobuf.FileDescriptorSet` of proto3 files.
    ///
    /// # Errors
    ///
    /// If the bytes are no such set, or it has what the codec does not know: proto2, groups, messages of more than 128
    /// fields, well-known types other than `Timestamp`, `Duration`, `FieldMask` and `Empty`.
    pub fn new(descriptor_set: &[u8]) -> Result<Self, CodecError> {
        Plan::new(descriptor_set).map(Self)
    }

    /// The codec of this crate's messages; compiled when it is first asked for.
    #[must_use]
    pub fn contract() -> &'static Self {
        static CODEC: LazyLock<Codec> = LazyLock::new(|| {
            Codec::new(crate::FILE_DESCRIPTOR_SET).expect("the contract has a plan: tested")
        });
        &CODEC
    }

    /// The message with this full name, such as `gateway.v1.JoinQueueRequest`.
    #[must_use]
    pub fn message(&self, full_name: &str) -> Option<MessageId> {
        self.0.by_name.get(full_name).copied().map(MessageId)
    }

    fn plan(&self, message: MessageId) -> &MessagePlan {
        &self.0.messages[message.0 as usize]
    }

    /// Adds the protobuf bytes of a JSON object to `out`. Everything that the object says is written, defaults too.
    /// `null` is the same as absence.
    ///
    /// # Errors
    ///
    /// If the text is no JSON, has more than one value, says what the message does not have or what its fields cannot
    /// hold, gives a name or a key twice, gives two members of a oneof, or lies deeper than 64. `out` is then as it was.
    pub fn to_bytes(
        &self,
        message: MessageId,
        json: &[u8],
        unknown: Unknown,
        out: &mut Vec<u8>,
    ) -> Result<(), JsonError> {
        read::read(&self.0, self.plan(message), json, unknown, out)
    }

    /// Adds one text, such as a part of a path or a query, to `out`, which are bytes of `message`, as the field at a
    /// dotted path: `section`, `settings.event_id`. It wins over what the bytes said of the field before; to a repeated
    /// field it is added. Numbers, truth values, names of enum values, moments, spans and masks are read as in a JSON
    /// text.
    ///
    /// # Errors
    ///
    /// If there is no such field, it is a map or a message without a form as a text, or the text is none of its values.
    /// `out` is then as it was.
    pub fn put_text(
        &self,
        message: MessageId,
        path: &str,
        text: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), JsonError> {
        let begun = out.len();
        self.put(self.plan(message), path, text, out).map_err(|reason| {
            out.truncate(begun);
            JsonError::new(shown(&[Step::Key(cut(path))]), reason)
        })
    }

    fn put(
        &self,
        message: &MessagePlan,
        path: &str,
        text: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), scalar::Reason> {
        let mut message = message;
        let mut opened = Vec::new();
        let mut names = path.split('.');
        while let Some(name) = names.next() {
            let at = message.by_name(name).ok_or("is no field of this message")?;
            let field = &message.fields[at];
            match field.kind {
                _ if field.shape == Shape::Map => return Err("has no form as one text".into()),
                Kind::Message(of) if self.0.messages[of].form == Form::Object => {
                    if field.shape == Shape::Many {
                        return Err("has no form as one text".into());
                    }
                    tag(field, true, out);
                    opened.push(wire::open(out));
                    message = &self.0.messages[of];
                }
                _ if names.next().is_some() => return Err("is no field of this message".into()),
                kind => {
                    tag(field, false, out);
                    scalar::put_text(&self.0, kind, text, scalar::Texts::Bare, out)?;
                    opened.into_iter().rev().for_each(|from| wire::close(out, from));
                    return Ok(());
                }
            }
        }
        Err("has no form as one text".into())
    }

    /// Adds the canonical JSON of a message's bytes to `out`: names as in the contract, defaults of fields without
    /// presence written, 64-bit numbers as texts, enum values by name (by number if they have none), bytes as base64,
    /// moments with `Z`. Fields that the contract does not have are left out; values that later ones replace are not
    /// looked at.
    ///
    /// # Errors
    ///
    /// If the bytes are no such message, a moment or a span is outside of what can be written, or messages lie deeper
    /// than 64 in each other. `out` is then as it was.
    pub fn to_json(&self, message: MessageId, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsonError> {
        write::write(&self.0, self.plan(message), bytes, out)
    }
}

/// Writes a field's tag: of the single value that follows, or, where `whole`, of all values of a packed field.
fn tag(field: &Field, whole: bool, out: &mut Vec<u8>) {
    let packed = whole && field.shape == Shape::Many && field.kind.packs();
    encode_key(field.number, if packed { WireType::LengthDelimited } else { field.kind.wire() }, out);
}
