//! What the layer must know of each RPC, made once from its HTTP rule and the contract's descriptors; and the RPC behind
//! a path.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use http::Uri;
use prost_reflect::{DescriptorPool, Kind, MessageDescriptor};
use tacos_proto::json::{Codec, MessageId};

use crate::rpc::{HttpRule, Rpc};

/// A piece of the place of what an RPC makes.
pub(super) enum Piece {
    Text(&'static str),
    /// The numbers that lead to a field of the answer.
    Field(Vec<u32>),
}

/// Numbers of the fields that say how far a stream is.
pub(super) struct PositionFields {
    pub(super) position: u32,
    /// True in the last message of a position, where several may share one.
    pub(super) done: Option<u32>,
}

/// What the layer must know of one RPC.
pub(super) struct Plan {
    pub(super) rpc: Rpc,
    /// `/package.Service/Method`.
    pub(super) name: String,
    pub(super) uri: Uri,
    pub(super) request: MessageId,
    pub(super) response: MessageId,
    pub(super) streams: bool,
    pub(super) rule: Option<HttpRule>,
    /// Fields of the request that its path names.
    pub(super) in_path: Vec<&'static str>,
    /// Names of the request's fields, in both spellings.
    pub(super) fields: HashSet<String>,
    /// Number of the request's field `idempotency_key`.
    pub(super) key: Option<u32>,
    /// Where the answer's revision stands, of RPCs that answer an event.
    pub(super) revision: Option<Vec<u32>>,
    /// Names of the fields that a merge patch may set, in both spellings, of RPCs that take one.
    pub(super) patched: Option<HashSet<String>>,
    pub(super) created: Vec<Piece>,
    /// Where a stream's messages say how far it is, of streams that go on after a position.
    pub(super) position: Option<PositionFields>,
    /// Number of the field `error` in the messages of a stream.
    pub(super) stream_error: Option<u32>,
}

/// The RPCs of one path.
pub(super) type OfPath = BTreeMap<&'static str, &'static Plan>;

/// All plans, in the order of [`Rpc::ALL`], and the paths.
pub(super) struct Table {
    plans: Vec<Option<Plan>>,
    paths: LazyLock<matchit::Router<OfPath>>,
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("the contract's own: tested");
    let plans = Rpc::ALL.iter().map(|rpc| plan(&pool, *rpc)).collect();
    Table { plans, paths: LazyLock::new(paths) }
});

impl Table {
    /// The plan of an RPC; none of those whose requests are a stream, which HTTP's one body cannot carry.
    pub(super) fn plan(&self, rpc: Rpc) -> Option<&Plan> {
        self.plans[rpc.index()].as_ref()
    }

    /// The RPCs of a path, by their methods, and what stands in the path's variable parts, as it was sent.
    pub(super) fn of_path<'p>(&self, path: &'p str) -> Option<(&OfPath, Vec<&'p str>)> {
        let found = self.paths.at(path).ok()?;
        Some((found.value, found.params.iter().map(|(_, value)| value).collect()))
    }
}

/// The names in braces of a template.
fn named(template: &'static str) -> impl Iterator<Item = &'static str> {
    template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The numbers that lead to a field.
fn numbers(message: &MessageDescriptor, path: &str) -> Option<Vec<u32>> {
    let mut message = message.clone();
    let mut numbers = Vec::new();
    for name in path.split('.') {
        let field = message.get_field_by_name(name)?;
        numbers.push(field.number());
        if let Kind::Message(inner) = field.kind() {
            message = inner;
        }
    }
    Some(numbers)
}

fn names(message: &MessageDescriptor) -> HashSet<String> {
    message.fields().flat_map(|field| [field.name().to_owned(), field.json_name().to_owned()]).collect()
}

fn plan(pool: &DescriptorPool, rpc: Rpc) -> Option<Plan> {
    let service = pool.get_service_by_name(rpc.service())?;
    let method = service.methods().find(|method| method.name() == rpc.method())?;
    if method.is_client_streaming() {
        return None;
    }
    let (input, output) = (method.input(), method.output());
    let name = format!("/{rpc}");
    let rule = rpc.http();
    let patched = input.get_field_by_name("update_mask").and(input.get_field_by_name("settings"));
    let patched = patched.and_then(|field| field.kind().as_message().map(names));
    let created = rule.and_then(|rule| rule.created).unwrap_or_default();
    let piece = |part: &'static str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(field) => numbers(&output, field).map(Piece::Field),
        None => Some(Piece::Text(part)),
    };
    let number = |name: &str| output.get_field_by_name(name).map(|field| field.number());
    let resumes = method.is_server_streaming() && input.get_field_by_name("after_position").is_some();
    let position = number("position").filter(|_| resumes);
    let codec = Codec::contract();
    Some(Plan {
        rpc,
        uri: name.parse().ok()?,
        name,
        request: codec.message(input.full_name())?,
        response: codec.message(output.full_name())?,
        streams: method.is_server_streaming(),
        rule,
        in_path: rule.into_iter().flat_map(|rule| named(rule.path)).collect(),
        key: input.get_field_by_name("idempotency_key").map(|field| field.number()),
        revision: numbers(&output, "event.revision"),
        patched: patched.filter(|_| rule.is_some_and(|rule| rule.method == "PATCH")),
        fields: names(&input),
        position: position.map(|position| PositionFields { position, done: number("position_done") }),
        stream_error: output
            .get_field_by_name("error")
            .map(|field| field.number())
            .filter(|_| method.is_server_streaming()),
        created: created.split('/').skip(1).map(piece).collect::<Option<_>>()?,
    })
}

/// Variable parts have the names of their places: two rules may call the same place otherwise.
fn paths() -> matchit::Router<OfPath> {
    let mut by_shape: HashMap<String, OfPath> = HashMap::new();
    for plan in Rpc::ALL.iter().filter_map(|rpc| TABLE.plan(*rpc)) {
        let Some(rule) = plan.rule else { continue };
        let mut shape = String::new();
        for (at, part) in rule.path.split('/').skip(1).enumerate() {
            let variable = part.starts_with('{');
            shape.push_str(&if variable { format!("/{{{at}}}") } else { format!("/{part}") });
        }
        by_shape.entry(shape).or_default().insert(rule.method, plan);
    }
    let mut router = matchit::Router::new();
    for (shape, of_path) in by_shape {
        router.insert(&shape, of_path).unwrap_or_else(|error| panic!("{shape}: {error}: tested"));
    }
    router
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_with_a_rule_is_found_by_its_path() {
        let mut found = 0;
        for rpc in Rpc::ALL {
            let Some(plan) = TABLE.plan(*rpc) else {
                assert_eq!(*rpc, Rpc::Run, "the only one whose requests are a stream");
                continue;
            };
            assert_eq!(plan.rpc, *rpc);
            let Some(rule) = plan.rule else { continue };
            let asked = rule.path.replace(['{', '}'], "");
            let (of_path, values) = TABLE.of_path(&asked).expect("a path");
            assert_eq!(of_path[rule.method].rpc, *rpc, "{asked}");
            assert_eq!(values, plan.in_path, "the names of fields stand in their places");
            assert_eq!(plan.created.is_empty(), rule.created.is_none(), "{rpc}");
            found += 1;
        }
        assert!(found > 60, "only {found} rules");
        for none in ["/", "/v1", "/v1/reservations/", "/v1//events", "/v1/queue/a/b/c"] {
            assert!(TABLE.of_path(none).is_none(), "{none}");
        }
    }

    #[test]
    fn keys_revisions_and_patches_are_where_the_contract_has_them() {
        let plan = |rpc| TABLE.plan(rpc).expect("planned");
        assert_eq!(plan(Rpc::UpdateEvent).revision, Some(vec![1, 3]));
        assert!(plan(Rpc::UpdateEvent).patched.as_ref().is_some_and(|names| names.contains("holdSeconds")));
        assert!(plan(Rpc::UpdateConfig).patched.is_none());
        assert!(plan(Rpc::GatewayCreateReservation).key.is_some());
        assert_eq!((plan(Rpc::GetQueueStatus).key, plan(Rpc::WatchFeed).streams), (None, true));
    }
}
