//! Backstage's `catalog-info.yaml`: who owns which component.
//!
//! Several documents in one file; those of kind `Component` count, others are counted by kind.

use super::yaml::{FileRefused, Node, documents};
use hw_people::plain_name;
use std::collections::BTreeMap;

/// Troubles that are said.
const TROUBLES_MAX: usize = 20;
/// Characters of a kind, an annotation or any other short text.
const TEXT_CHARS_MAX: usize = 200;
/// Annotations of one component.
const ANNOTATIONS_MAX: usize = 100;

/// A service as a catalog lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its name there.
    pub name: String,
    /// Its owner there, without kind and namespace.
    pub owner: String,
    /// Whether the owner is a team.
    pub owner_is_team: bool,
    /// The system it belongs to.
    pub system: Option<String>,
    /// Its lifecycle: `production`, `experimental`, `deprecated`.
    pub lifecycle: Option<String>,
    /// How much it matters, in OpsLevel's words.
    pub tier: Option<String>,
    /// Its annotations: `pagerduty.com/service-id`, `github.com/project-slug`.
    pub annotations: BTreeMap<String, String>,
}

/// What a file lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingsRead {
    /// The services.
    pub listings: Vec<Listing>,
    /// Documents of other kinds, by kind.
    pub n_others: BTreeMap<String, usize>,
    /// What a person should repair, one sentence each.
    pub troubles: Vec<String>,
}

impl ListingsRead {
    pub(crate) fn trouble(&mut self, sentence: String) {
        if self.troubles.len() < TROUBLES_MAX {
            self.troubles.push(sentence);
        }
    }
}

/// Reads a `catalog-info.yaml`.
///
/// # Errors
/// If it is no YAML, or has more in it than such files have.
pub fn read_catalog(bytes: &[u8]) -> Result<ListingsRead, FileRefused> {
    let mut read = ListingsRead::default();
    for document in documents(bytes, "a catalog-info.yaml")? {
        if document == Node::Nothing {
            continue;
        }
        match short(document.get("kind")) {
            Some(kind) if kind == "Component" => component(&document, &mut read),
            Some(kind) => *read.n_others.entry(kind).or_default() += 1,
            None => read.trouble("A document has no kind.".to_owned()),
        }
    }
    Ok(read)
}

fn component(document: &Node, read: &mut ListingsRead) {
    let metadata = document.get("metadata");
    let spec = document.get("spec");
    let Some(name) = short(metadata.get("name")) else {
        read.trouble("A component has no name.".to_owned());
        return;
    };
    let Some((owner, owner_is_team)) = short(spec.get("owner")).and_then(|o| owner_ref(&o)) else {
        read.trouble(format!("The component \"{name}\" has no owner."));
        return;
    };
    let pairs = metadata.get("annotations").pairs().iter().take(ANNOTATIONS_MAX);
    let annotation = |(key, value): &(String, Node)| Some((plain_name(key).ok()?, short(value)?));
    read.listings.push(Listing {
        name,
        owner,
        owner_is_team,
        system: short(spec.get("system")),
        lifecycle: short(spec.get("lifecycle")),
        tier: None,
        annotations: pairs.filter_map(annotation).collect(),
    });
}

/// A short text without unprintable characters.
pub(crate) fn short(node: &Node) -> Option<String> {
    let text = plain_name(node.text()?).ok()?;
    (text.chars().count() <= TEXT_CHARS_MAX).then_some(text)
}

/// A reference to an owner, `[kind:][namespace/]name`; without a kind it is a group, says Backstage.
fn owner_ref(written: &str) -> Option<(String, bool)> {
    let (kind, rest) = written.split_once(':').unwrap_or(("group", written));
    let name = rest.rsplit_once('/').map_or(rest, |(_, name)| name).trim();
    let is_team = !kind.trim().eq_ignore_ascii_case("user");
    (!name.is_empty()).then(|| (name.to_owned(), is_team))
}
