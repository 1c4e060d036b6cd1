//! Who sent a record: one running instance of one version of a service.

use super::code::Checkout;
use super::facts::Facts;
use crate::hash::Hash;
use crate::keys::Key;
use crate::options::ReadOptions;
use crate::request::Attribute;
use hw_flow::{Dictionary, SourceText};
use hw_model::SourceId;
use std::borrow::Cow;

/// Stands for a service that does not say its name, as the SDKs call it.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// The sender of the records of one resource.
pub(super) struct Sender<'r> {
    pub(super) id: SourceId,
    pub(super) service: &'r str,
    /// Hash of all that tells it from other senders.
    pub(super) identity: u64,
    /// Where its code is.
    pub(super) checkout: Checkout,
}

impl<'r> Sender<'r> {
    pub(super) fn new(
        resource: &'r [Attribute<'_>],
        options: &ReadOptions,
        dictionary: &mut Dictionary,
    ) -> Self {
        let facts = Facts::new(resource);
        let word = |key| facts.word(key).unwrap_or_default();
        let (environment, version) = (word(Key::Environment), word(Key::ServiceVersion));
        let (instance, sdk) = (instance(&facts), sdk(&facts));
        let service = facts.text(Key::ServiceName).unwrap_or(UNKNOWN_SERVICE);
        let text = SourceText {
            service,
            environment: &environment,
            version: &version,
            instance: &instance,
            sdk: &sdk,
        };
        let hash = Hash::new().text(service).text(&environment).text(&version).text(&instance);
        Self {
            id: dictionary.source(text),
            service,
            identity: hash.text(&sdk).finish(),
            checkout: Checkout::new(&facts, service, &options.repositories),
        }
    }

    /// Stands for a sender where there is no resource at all.
    pub(super) fn unknown() -> Self {
        let checkout = Checkout::default();
        Self { id: SourceId(0), service: UNKNOWN_SERVICE, identity: 0, checkout }
    }
}

/// What tells one running process of a service from another.
fn instance<'r>(facts: &Facts<'r, '_>) -> Cow<'r, str> {
    let said = [Key::InstanceId, Key::PodUid, Key::ContainerId];
    if let Some(word) = said.into_iter().find_map(|key| facts.word(key)) {
        return word;
    }
    match (facts.text(Key::HostName), facts.word(Key::ProcessPid)) {
        (Some(host), Some(pid)) => Cow::Owned(format!("{host}/{pid}")),
        _ => Cow::Borrowed(""),
    }
}

fn sdk(facts: &Facts<'_, '_>) -> String {
    let words = [Key::SdkName, Key::SdkLanguage, Key::SdkVersion];
    let said: Vec<&str> = words.into_iter().filter_map(|key| facts.text(key)).collect();
    said.join(" ")
}
