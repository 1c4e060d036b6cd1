//! Services by number: one per name and environment.
//!
//! A service is shown by its name; only where the same name runs in several environments does the
//! environment follow, as in `screening@staging`, because then their flows must not be added up.

use crate::table::{Table, table};
use crate::vocabulary::Vocabulary;
use hw_model::{NameId, Source};
use serde::{Deserialize, Serialize};

/// Number of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceIdx(pub u32);

/// All services seen.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Services {
    #[serde(with = "crate::table::sorted")]
    ids: Table<(NameId, NameId), ServiceIdx>,
    keys: Vec<(NameId, NameId)>,
    #[serde(with = "crate::table::sorted")]
    per_name: Table<NameId, u32>,
}

impl Services {
    pub(crate) const fn new() -> Self {
        Self { ids: table(), keys: Vec::new(), per_name: table() }
    }

    pub(crate) fn id(&mut self, source: &Source) -> ServiceIdx {
        self.number((source.service, source.environment))
    }

    /// The service that stands for a peer whose own spans never come.
    pub(crate) fn veiled(&mut self, peer: NameId) -> ServiceIdx {
        self.number((peer, NameId::EMPTY))
    }

    fn number(&mut self, key: (NameId, NameId)) -> ServiceIdx {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let id = ServiceIdx(u32::try_from(self.keys.len()).expect("invariant: services_max"));
        self.keys.push(key);
        self.ids.insert(key, id);
        *self.per_name.entry(key.0).or_insert(0) += 1;
        id
    }

    /// The name, without the environment.
    pub(crate) fn name<'v>(&self, id: ServiceIdx, vocabulary: &'v Vocabulary) -> &'v str {
        self.keys.get(id.0 as usize).map_or(crate::OTHER, |(name, _)| vocabulary.name(*name))
    }

    pub(crate) fn word(&self, id: ServiceIdx, vocabulary: &Vocabulary) -> String {
        let Some((name, environment)) = self.keys.get(id.0 as usize) else {
            return crate::OTHER.to_owned();
        };
        let is_alone = self.per_name.get(name).is_none_or(|n| *n < 2);
        let name = vocabulary.name(*name);
        if is_alone || environment.is_empty() {
            return name.to_owned();
        }
        format!("{name}@{}", vocabulary.name(*environment))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = ServiceIdx> + use<> {
        (0..u32::try_from(self.keys.len()).unwrap_or(u32::MAX)).map(ServiceIdx)
    }
}
