//! What an attribute key means to us, decided once per distinct key and remembered.
//!
//! Old and new names of the semantic conventions share one `Key`, so that nothing behind this file
//! knows that names have moved. A span has a dozen attributes with few distinct keys overall: a
//! small direct-mapped memory answers in a few nanoseconds, and a flood of keys only costs time.

use crate::hash::Hash;
use crate::options::{DecisionValue, ReadOptions};

/// An attribute that the mapping reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    ServiceName,
    ServiceVersion,
    Environment,
    InstanceId,
    PodUid,
    ContainerId,
    HostName,
    ProcessPid,
    SdkName,
    SdkLanguage,
    SdkVersion,
    HttpMethod,
    HttpRoute,
    HttpStatus,
    UrlTemplate,
    UrlFull,
    UrlPath,
    RpcService,
    RpcMethod,
    RpcStatus,
    MessagingOperation,
    MessagingOperationName,
    MessagingTemplate,
    MessagingDestination,
    MessagingBatch,
    DbOperation,
    DbCollection,
    DbNamespace,
    DbSystem,
    GraphqlType,
    GraphqlName,
    PeerService,
    ServerAddress,
    ServerPort,
    NetworkPeerAddress,
    NetworkPeerPort,
    EventName,
    Flag,
    FlagVariant,
    FlagValue,
    FlagReason,
    FlagProvider,
}

impl Key {
    /// How many keys there are.
    pub(crate) const COUNT: usize = Self::FlagProvider as usize + 1;
}

/// Whether a name is the one of today's conventions or one that was replaced. Where a sender gives
/// both, today's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    New,
    Old,
}

/// Names of semantic conventions 1.4 to 1.44.
const NAMES: [(&str, Key, Age); 62] = [
    ("service.name", Key::ServiceName, Age::New),
    ("service.version", Key::ServiceVersion, Age::New),
    ("deployment.environment.name", Key::Environment, Age::New),
    ("deployment.environment", Key::Environment, Age::Old),
    ("service.instance.id", Key::InstanceId, Age::New),
    ("k8s.pod.uid", Key::PodUid, Age::New),
    ("container.id", Key::ContainerId, Age::New),
    ("host.name", Key::HostName, Age::New),
    ("process.pid", Key::ProcessPid, Age::New),
    ("telemetry.sdk.name", Key::SdkName, Age::New),
    ("telemetry.sdk.language", Key::SdkLanguage, Age::New),
    ("telemetry.sdk.version", Key::SdkVersion, Age::New),
    ("http.request.method", Key::HttpMethod, Age::New),
    ("http.method", Key::HttpMethod, Age::Old),
    ("http.route", Key::HttpRoute, Age::New),
    ("http.response.status_code", Key::HttpStatus, Age::New),
    ("http.status_code", Key::HttpStatus, Age::Old),
    ("url.template", Key::UrlTemplate, Age::New),
    ("url.full", Key::UrlFull, Age::New),
    ("http.url", Key::UrlFull, Age::Old),
    ("url.path", Key::UrlPath, Age::New),
    ("http.target", Key::UrlPath, Age::Old),
    ("rpc.service", Key::RpcService, Age::New),
    ("rpc.method", Key::RpcMethod, Age::New),
    ("rpc.response.status_code", Key::RpcStatus, Age::New),
    ("rpc.status_code", Key::RpcStatus, Age::Old),
    ("rpc.grpc.status_code", Key::RpcStatus, Age::Old),
    ("messaging.operation.type", Key::MessagingOperation, Age::New),
    ("messaging.operation", Key::MessagingOperation, Age::Old),
    ("messaging.operation.name", Key::MessagingOperationName, Age::New),
    ("messaging.destination.template", Key::MessagingTemplate, Age::New),
    ("messaging.destination.name", Key::MessagingDestination, Age::New),
    ("messaging.destination", Key::MessagingDestination, Age::Old),
    ("messaging.batch.message_count", Key::MessagingBatch, Age::New),
    ("db.operation.name", Key::DbOperation, Age::New),
    ("db.operation", Key::DbOperation, Age::Old),
    ("db.collection.name", Key::DbCollection, Age::New),
    ("db.sql.table", Key::DbCollection, Age::Old),
    ("db.namespace", Key::DbNamespace, Age::New),
    ("db.name", Key::DbNamespace, Age::Old),
    ("db.system.name", Key::DbSystem, Age::New),
    ("db.system", Key::DbSystem, Age::Old),
    ("graphql.operation.type", Key::GraphqlType, Age::New),
    ("graphql.operation.name", Key::GraphqlName, Age::New),
    ("service.peer.name", Key::PeerService, Age::New),
    ("peer.service", Key::PeerService, Age::Old),
    ("server.address", Key::ServerAddress, Age::New),
    ("net.peer.name", Key::ServerAddress, Age::Old),
    ("server.port", Key::ServerPort, Age::New),
    ("net.peer.port", Key::ServerPort, Age::Old),
    ("network.peer.address", Key::NetworkPeerAddress, Age::New),
    ("net.peer.ip", Key::NetworkPeerAddress, Age::Old),
    ("network.peer.port", Key::NetworkPeerPort, Age::New),
    ("event.name", Key::EventName, Age::New),
    ("feature_flag.key", Key::Flag, Age::New),
    ("feature_flag.result.variant", Key::FlagVariant, Age::New),
    ("feature_flag.variant", Key::FlagVariant, Age::Old),
    ("feature_flag.result.value", Key::FlagValue, Age::New),
    ("feature_flag.result.reason", Key::FlagReason, Age::New),
    ("feature_flag.evaluation.reason", Key::FlagReason, Age::Old),
    ("feature_flag.provider.name", Key::FlagProvider, Age::New),
    ("feature_flag.provider_name", Key::FlagProvider, Age::Old),
];

/// Namespaces that say how or where something ran, never what was answered.
const DENIED_NAMESPACES: [&str; 34] = [
    "aws.",
    "azure.",
    "browser.",
    "client.",
    "cloud.",
    "code.",
    "container.",
    "db.",
    "destination.",
    "device.",
    "enduser.",
    "exception.",
    "faas.",
    "gcp.",
    "host.",
    "http.",
    "k8s.",
    "messaging.",
    "net.",
    "network.",
    "os.",
    "otel.",
    "peer.",
    "process.",
    "rpc.",
    "server.",
    "service.",
    "session.",
    "source.",
    "telemetry.",
    "thread.",
    "url.",
    "user.",
    "user_agent",
];

/// Parts of denied namespaces that do carry answers.
const ADMITTED_NAMESPACES: [&str; 2] = ["http.response.header.", "rpc.response.metadata."];

/// Last segments of keys whose values are ids, amounts, times or places.
const DENIED_SEGMENTS: [&str; 33] = [
    "id",
    "uuid",
    "guid",
    "key",
    "token",
    "hash",
    "time",
    "timestamp",
    "date",
    "duration",
    "ms",
    "ns",
    "us",
    "seconds",
    "ip",
    "port",
    "url",
    "uri",
    "path",
    "host",
    "hostname",
    "address",
    "target",
    "email",
    "name",
    "count",
    "size",
    "length",
    "bytes",
    "offset",
    "index",
    "seq",
    "number",
];

/// Last segments of labels that make a counter count answers.
const ANSWER_SEGMENTS: [&str; 6] =
    ["decision", "result", "outcome", "verdict", "allowed", "answer"];

/// What an attribute key means to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    /// The mapping reads it by name.
    pub(crate) known: Option<Key>,
    /// A name that was replaced; yields to today's.
    pub(crate) old: bool,
    /// The person who runs us said to look away.
    pub(crate) ignored: bool,
    /// On a span its value may be an answer.
    pub(crate) candidate: bool,
    /// A rule reads it.
    pub(crate) declared: bool,
    /// As a label of a counter it names the answer that is counted.
    pub(crate) label: bool,
}

impl Class {
    /// Whether a span keeps an attribute of this class.
    pub(crate) const fn is_kept(self) -> bool {
        !self.ignored && (self.known.is_some() || self.candidate || self.declared)
    }
}

/// Classes of keys under the options in force.
#[derive(Debug)]
pub(crate) struct Keys {
    ignored: Vec<String>,
    declared: Vec<String>,
    labels: Vec<String>,
    remembered: Vec<Option<(Box<str>, Class)>>,
}

/// Places in the memory; a power of two, far above the number of keys in use.
const REMEMBERED: usize = 1024;

impl Keys {
    pub(crate) fn new(options: &ReadOptions) -> Self {
        let mut declared: Vec<String> = options.items.iter().map(|rule| rule.key.clone()).collect();
        let mut labels = Vec::new();
        for rule in &options.decisions {
            match &rule.value {
                DecisionValue::SpanAttribute(key) => declared.push(key.clone()),
                DecisionValue::MetricLabel(key) => labels.push(key.clone()),
                DecisionValue::Status => {}
            }
        }
        let ignored = options.ignored_attributes.clone();
        Self { ignored, declared, labels, remembered: vec![None; REMEMBERED] }
    }

    /// The class of `key`.
    pub(crate) fn class(&mut self, key: &str) -> Class {
        #[expect(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
        let place = Hash::new().text(key).finish() as usize % REMEMBERED;
        if let Some(Some((known, class))) = self.remembered.get(place)
            && **known == *key
        {
            return *class;
        }
        let class = self.classify(key);
        if key.len() <= 128
            && let Some(slot) = self.remembered.get_mut(place)
        {
            *slot = Some((key.into(), class));
        }
        class
    }

    fn classify(&self, key: &str) -> Class {
        let is_in = |list: &[String]| list.iter().any(|entry| entry == key);
        if is_in(&self.ignored) {
            return Class { ignored: true, ..Class::default() };
        }
        let found = NAMES.iter().find(|(name, _, _)| *name == key);
        Class {
            known: found.map(|(_, key, _)| *key),
            old: found.is_some_and(|(_, _, age)| *age == Age::Old),
            ignored: false,
            candidate: is_candidate(key),
            declared: is_in(&self.declared),
            label: is_in(&self.labels) || ANSWER_SEGMENTS.contains(&last_segment(key)),
        }
    }
}

/// Whether values of `key` may be answers.
fn is_candidate(key: &str) -> bool {
    let is_in = |list: &[&str]| list.iter().any(|namespace| key.starts_with(namespace));
    let denied = is_in(&DENIED_NAMESPACES) && !is_in(&ADMITTED_NAMESPACES);
    !key.is_empty() && !denied && !DENIED_SEGMENTS.contains(&last_segment(key))
}

/// `id` of `order.customer_id`.
fn last_segment(key: &str) -> &str {
    key.rsplit(['.', '_', '-']).next().unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new(&ReadOptions::default())
    }

    #[test]
    fn old_and_new_names_mean_the_same_and_the_new_one_counts() {
        let mut keys = keys();
        for (name, key, age) in NAMES {
            let class = keys.class(name);
            assert_eq!((class.known, class.old), (Some(key), age == Age::Old), "{name}");
            assert_eq!(keys.class(name), class, "remembered {name}");
        }
    }

    #[test]
    fn every_key_has_a_name() {
        for idx in 0..Key::COUNT {
            assert!(NAMES.iter().any(|(_, key, _)| *key as usize == idx), "key {idx}");
        }
    }

    #[test]
    fn what_was_answered_is_a_candidate_and_who_where_and_when_is_not() {
        let candidates = [
            "eligibility.answer",
            "app.decision",
            "decision",
            "allowed",
            "error.type",
            "http.response.header.x-decision",
            "rpc.response.metadata.verdict",
            "tenant_tier",
            "userland.choice",
            "identity",
        ];
        let denied = [
            "",
            "net.host.name",
            "http.flavor",
            "http.request.header.accept",
            "http.response.header.x-request-id",
            "rpc.system",
            "user_agent.original",
            "user_agent",
            "user.roles",
            "db.response.rows",
            "order.id",
            "order_id",
            "order-id",
            "id",
            "app.elapsed_ms",
            "app.retry.count",
            "customer.email",
            "queue.name",
            "exception.type",
            "thread.state",
        ];
        for key in candidates {
            assert!(keys().class(key).candidate, "{key}");
        }
        for key in denied {
            assert!(!keys().class(key).candidate, "{key}");
        }
    }

    #[test]
    fn labels_that_name_answers_are_known() {
        for key in ["decision", "policy.result", "gate_verdict", "allowed"] {
            assert!(keys().class(key).label, "{key}");
        }
        for key in ["result.code", "http.route", "answered"] {
            assert!(!keys().class(key).label, "{key}");
        }
    }

    #[test]
    fn ignored_key_is_nothing_else() {
        let ignored_attributes = vec!["service.version".to_owned(), "app.decision".to_owned()];
        let options = ReadOptions { ignored_attributes, ..ReadOptions::default() };
        let mut keys = Keys::new(&options);
        for key in ["service.version", "app.decision"] {
            let class = keys.class(key);
            assert!(class.ignored && !class.is_kept() && !class.label, "{key}");
        }
        assert!(keys.class("service.name").is_kept());
    }

    #[test]
    fn flood_of_keys_changes_no_answer() {
        let mut keys = keys();
        for n in 0..10 * REMEMBERED {
            assert!(keys.class(&format!("app.k{n}.kind")).candidate);
        }
        assert_eq!(keys.class("http.route").known, Some(Key::HttpRoute));
    }
}
