//! Backstage's `catalog-info.yaml`: who owns which component.
//!
//! Several documents in one file; those of kind `Component` count, others are counted by kind.

use super::yaml::{FileRefused, Node, documents};
use crate::troubles::Troubles;
use hw_people::plain_name;
use std::collections::BTreeMap;

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
    /// What a person should repair, one sentence each; the last one says how many were left out.
    pub troubles: Vec<String>,
}

/// Reads a `catalog-info.yaml`.
///
/// # Errors
/// If it is no YAML, or has more in it than such files have.
pub fn read_catalog(bytes: &[u8]) -> Result<ListingsRead, FileRefused> {
    let mut read = ListingsRead::default();
    let mut troubles = Troubles::default();
    for document in documents(bytes, "a catalog-info.yaml")? {
        if document == Node::Nothing {
            continue;
        }
        match short(document.get("kind")) {
            Some(kind) if kind == "Component" => {
                read.listings.extend(component(&document, &mut troubles))
            }
            Some(kind) => *read.n_others.entry(kind).or_default() += 1,
            None => troubles.say("A document has no kind.".to_owned()),
        }
    }
    read.troubles = troubles.said();
    Ok(read)
}

fn component(document: &Node, troubles: &mut Troubles) -> Option<Listing> {
    let metadata = document.get("metadata");
    let spec = document.get("spec");
    let Some(name) = short(metadata.get("name")) else {
        troubles.say("A component has no name.".to_owned());
        return None;
    };
    let Some((owner, owner_is_team)) = short(spec.get("owner")).and_then(|o| owner_ref(&o)) else {
        troubles.add("component", &name, "has no owner");
        return None;
    };
    let pairs = metadata.get("annotations").pairs();
    let annotation = |(key, value): &(String, Node)| Some((plain_name(key).ok()?, short(value)?));
    let annotations: BTreeMap<String, String> =
        pairs.iter().take(ANNOTATIONS_MAX).filter_map(annotation).collect();
    if annotations.len() < pairs.len() {
        let n_out = pairs.len() - annotations.len();
        let why = format!("has {n_out} annotations that are left out: too many, too long or empty");
        troubles.add("component", &name, &why);
    }
    Some(Listing {
        name,
        owner,
        owner_is_team,
        system: short(spec.get("system")),
        lifecycle: short(spec.get("lifecycle")),
        tier: None,
        annotations,
    })
}

/// A text without unprintable characters, as short as a name.
pub(crate) fn short(node: &Node) -> Option<String> {
    plain_name(node.text()?).ok()
}

/// A reference to an owner, `[kind:][namespace/]name`; without a kind it is a group, says Backstage.
fn owner_ref(written: &str) -> Option<(String, bool)> {
    let (kind, rest) = written.split_once(':').unwrap_or(("group", written));
    let name = rest.rsplit_once('/').map_or(rest, |(_, name)| name).trim();
    let is_team = !kind.trim().eq_ignore_ascii_case("user");
    (!name.is_empty()).then(|| (name.to_owned(), is_team))
}
