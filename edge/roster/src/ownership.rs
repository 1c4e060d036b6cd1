//! Files that name owners, and how the names in them become services.
//!
//! A catalog names a component, telemetry names a service. Most teams use one name for both; where they
//! do not, settings say which is which. A name that matches nothing is reported, not dropped: it is
//! a service that sends nothing, or a name to add to settings.

mod catalog;
mod codeowners;
mod glob;
mod opslevel;
mod yaml;

pub use catalog::{Listing, ListingsRead, read_catalog};
pub use codeowners::{CODEOWNERS_BYTES_MAX, CodeOwners, OwnerLine};
pub use opslevel::read_opslevel;
pub use yaml::{BYTES_MAX as CATALOG_BYTES_MAX, FileRefused};

use hw_people::{FileEntry, Matched, Owner, OwnerSource, Person};
use std::collections::{BTreeMap, BTreeSet};

/// The names of services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// The services that telemetry has shown, by their `service.name`.
    pub seen: BTreeSet<String>,
    /// What settings say: the name in a file, and the service it is.
    pub named: BTreeMap<String, String>,
    /// What settings say: a service, and its path in the repository of the CODEOWNERS file.
    pub paths: BTreeMap<String, String>,
}

/// A name in a file that is no service that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmatched {
    /// The name in the file, or the service that settings name.
    pub name: String,
    /// The file.
    pub file: String,
    /// Why it matches nothing, fit to stand after the name.
    pub why: String,
}

/// What a file says about owners of services that were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ownership {
    /// The owners, by service.
    pub owners: Vec<Owner>,
    /// The names that match nothing.
    pub unmatched: Vec<Unmatched>,
}

impl Ownership {
    /// Owners from the entries of a catalog or of OpsLevel.
    #[must_use]
    pub fn of_listings(
        listings: &[Listing],
        source: OwnerSource,
        file: &str,
        naming: &Naming,
    ) -> Self {
        let loose = loose_names(&naming.seen);
        let mut ownership = Self::default();
        for listing in listings {
            let name = &listing.name;
            match service_of(name, naming, &loose) {
                Err(why) => ownership.miss(name, file, why),
                Ok((service, matched)) => {
                    if !naming.seen.contains(service) {
                        ownership.miss(
                            name,
                            file,
                            "is named in settings as a service not seen yet",
                        );
                    }
                    let Ok(owner) = Person::new(&listing.owner) else { continue };
                    ownership.owners.push(Owner {
                        service: service.to_owned(),
                        owner,
                        is_team: listing.owner_is_team,
                        source,
                        file: file.to_owned(),
                        entry: FileEntry::Named(name.clone()),
                        matched,
                    });
                }
            }
        }
        ownership.sorted()
    }

    /// Owners from a CODEOWNERS file, for the services whose path settings give.
    #[must_use]
    pub fn of_code(code: &CodeOwners, file: &str, naming: &Naming) -> Self {
        let mut ownership = Self::default();
        for (service, path) in &naming.paths {
            if !naming.seen.contains(service) {
                ownership.miss(service, file, "has a path in settings and was not seen yet");
            }
            let lines = code.owners_of(path);
            if lines.is_empty() {
                ownership.miss(service, file, "has a path in settings that no line owns");
            }
            for line in lines {
                let Ok(owner) = Person::new(&line.owner) else { continue };
                ownership.owners.push(Owner {
                    service: service.clone(),
                    owner,
                    is_team: line.is_team,
                    source: OwnerSource::CodeOwners,
                    file: file.to_owned(),
                    entry: FileEntry::Line(line.line),
                    matched: Matched::ByPath,
                });
            }
        }
        ownership.sorted()
    }

    fn miss(&mut self, name: &str, file: &str, why: &str) {
        self.unmatched.push(Unmatched {
            name: name.to_owned(),
            file: file.to_owned(),
            why: why.to_owned(),
        });
    }

    fn sorted(mut self) -> Self {
        self.owners.sort();
        self.owners.dedup();
        self.unmatched.sort();
        self.unmatched.dedup();
        self
    }
}

/// The service that a file's name is, and how that was found.
fn service_of<'a>(
    name: &str,
    naming: &'a Naming,
    loose: &BTreeMap<String, Vec<&'a str>>,
) -> Result<(&'a str, Matched), &'static str> {
    if let Some(service) = naming.named.get(name) {
        return Ok((service, Matched::BySettings));
    }
    if let Some(service) = naming.seen.get(name) {
        return Ok((service, Matched::Exactly));
    }
    match loose.get(&loose_name(name)).map(Vec::as_slice) {
        Some([service]) => Ok((service, Matched::Loosely)),
        Some(_) => Err("is nearly the name of several services"),
        None => Err("is no service that was seen"),
    }
}

fn loose_names(seen: &BTreeSet<String>) -> BTreeMap<String, Vec<&str>> {
    let mut loose: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for service in seen {
        loose.entry(loose_name(service)).or_default().push(service);
    }
    loose
}

/// What `Payment_API`, `payment.api` and `payment-api` have in common.
fn loose_name(name: &str) -> String {
    name.to_lowercase().replace(['_', '.', ' '], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming() -> Naming {
        let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        Naming {
            seen: text(&["payments", "order-api", "a-b", "a_b", "billing"]),
            named: pairs(&[("old-billing", "billing"), ("later", "not-seen")]),
            paths: pairs(&[("payments", "services/payments"), ("ghost", "services/ghost")]),
        }
    }

    #[test]
    fn names_in_files_become_services_or_are_reported() {
        let listing = |name: &str| Listing {
            name: name.to_owned(),
            owner: "team-a".to_owned(),
            owner_is_team: true,
            ..Listing::default()
        };
        let names = ["payments", "Order_API", "old-billing", "A.B", "unheard", "later"];
        let ownership = Ownership::of_listings(
            &names.map(listing),
            OwnerSource::CatalogInfo,
            "catalog-info.yaml",
            &naming(),
        );
        let owners: Vec<_> =
            ownership.owners.iter().map(|o| (o.service.as_str(), o.matched)).collect();
        assert_eq!(
            owners,
            [
                ("billing", Matched::BySettings),
                ("not-seen", Matched::BySettings),
                ("order-api", Matched::Loosely),
                ("payments", Matched::Exactly),
            ]
        );
        let unmatched: Vec<_> =
            ownership.unmatched.iter().map(|u| format!("{} {}", u.name, u.why)).collect();
        assert_eq!(
            unmatched,
            [
                "A.B is nearly the name of several services",
                "later is named in settings as a service not seen yet",
                "unheard is no service that was seen",
            ]
        );
    }

    #[test]
    fn paths_in_settings_choose_the_line() {
        let code =
            CodeOwners::read(b"* @acme/all\n/services/payments/ @acme/pay anna@example.com\n")
                .unwrap();
        let ownership = Ownership::of_code(&code, "CODEOWNERS", &naming());
        let owners: Vec<_> = ownership
            .owners
            .iter()
            .map(|o| format!("{} {} {} {} {:?}", o.service, o.owner, o.is_team, o.file, o.entry))
            .collect();
        assert_eq!(
            owners,
            [
                "ghost @acme/all true CODEOWNERS Line(1)",
                "payments @acme/pay true CODEOWNERS Line(2)",
                "payments anna@example.com false CODEOWNERS Line(2)",
            ]
        );
        assert_eq!(ownership.unmatched.len(), 1);
    }
}
