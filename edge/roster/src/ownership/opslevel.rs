//! OpsLevel's `opslevel.yml`: one service, or component, per document, with its owner and tier.

use super::catalog::{Listing, ListingsRead, short};
use super::yaml::{FileRefused, Node, documents};
use crate::troubles::Troubles;
use std::collections::BTreeMap;

/// Reads an `opslevel.yml`.
///
/// # Errors
/// If it is no YAML, or has more in it than such files have.
pub fn read_opslevel(bytes: &[u8]) -> Result<ListingsRead, FileRefused> {
    let mut read = ListingsRead::default();
    let mut troubles = Troubles::default();
    for document in documents(bytes, "an opslevel.yml")? {
        for (key, value) in document.pairs() {
            match key.as_str() {
                "service" | "component" => read.listings.extend(listing(value, &mut troubles)),
                "version" => {}
                _ => {
                    *read.n_others.entry(hw_model::plain(key, 40)).or_default() += 1;
                }
            }
        }
    }
    read.troubles = troubles.said();
    Ok(read)
}

fn listing(service: &Node, troubles: &mut Troubles) -> Option<Listing> {
    let Some(name) = short(service.get("name")) else {
        troubles.say("A service has no name.".to_owned());
        return None;
    };
    let Some(owner) = short(service.get("owner")) else {
        troubles.add("service", &name, "has no owner");
        return None;
    };
    Some(Listing {
        name,
        owner,
        // Owners in OpsLevel are teams.
        owner_is_team: true,
        system: short(service.get("system")),
        lifecycle: short(service.get("lifecycle")),
        tier: short(service.get("tier")),
        annotations: BTreeMap::new(),
    })
}
