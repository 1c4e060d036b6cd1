//! What a map leaves out, counted and named: `+4,940 hops as usual in 1,150 services: pay 310, ship 220`.

use super::FlowMap;
use super::chosen::Service;
use super::{FlowHop, HopState};
use crate::answers::shown_name;
use hw_model::count_words;
use std::collections::{BTreeMap, BTreeSet};

/// With fewer services left out, the count is enough; with more, their groups are named.
const GROUPED_MIN: usize = 12;
/// Groups that are named.
const GROUPS_MAX: usize = 3;
/// Letters of a group's name.
const LETTERS_MAX: usize = 20;

/// What is not drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    pub(crate) n_usual: usize,
    pub(crate) n_changed: usize,
    /// Services on no hop, of which there are too many.
    pub(crate) n_alone: usize,
    pub(crate) n_asked: usize,
    /// Services whose hops are all left out.
    n_services: usize,
    /// How many of these begin alike, the largest group first.
    groups: Vec<(String, usize)>,
    n_more_groups: usize,
}

impl Folded {
    /// Counts hops and dependencies that are left out.
    pub(crate) fn new(data: &FlowMap, hops: &[&FlowHop], n_asked_drawn: usize) -> Self {
        let n_changed = |hops: &mut dyn Iterator<Item = &FlowHop>| {
            hops.filter(|hop| hop.state != HopState::AsUsual).count()
        };
        let n_all = n_changed(&mut data.hops.iter());
        let n_changed = n_all - n_changed(&mut hops.iter().copied());
        let n_usual = data.n_folded.saturating_add(data.hops.len() - hops.len() - n_changed);
        let n_asked = data.asked.len() - n_asked_drawn;
        Self { n_usual, n_changed, n_asked, ..Self::default() }
    }

    /// Counts the services that are left out with their hops, by how their names begin.
    pub(crate) fn count_services(&mut self, data: &FlowMap, drawn: &[Service<'_>]) {
        if data.n_folded > 0 {
            // Of those left out before, nobody knows the services; a count without them would be wrong.
            return;
        }
        let drawn: BTreeSet<&str> = drawn.iter().map(|service| service.name).collect();
        let ends = data.hops.iter().flat_map(|hop| [hop.from.as_str(), hop.to.as_str()]);
        let left_out: BTreeSet<&str> = ends.filter(|name| !drawn.contains(name)).collect();
        self.n_services = left_out.len();
        if left_out.len() < GROUPED_MIN {
            return;
        }
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for name in left_out {
            *groups.entry(group(name)).or_default() += 1;
        }
        let mut groups: Vec<(&str, usize)> = groups.into_iter().collect();
        groups.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        self.n_more_groups = groups.len().saturating_sub(GROUPS_MAX);
        // One service is no group.
        let groups = groups.into_iter().take(GROUPS_MAX).filter(|(_, n)| *n > 1);
        self.groups =
            groups.map(|(name, n)| (hw_model::plain(shown_name(name), LETTERS_MAX), n)).collect();
    }

    /// `+37 hops as usual in 12 services, +2 dependencies`.
    pub(crate) fn words(&self) -> String {
        let counts = [
            (self.n_usual, "hop as usual", "hops as usual"),
            (self.n_changed, "changed hop", "changed hops"),
            (self.n_alone, "service without a hop", "services without a hop"),
            (self.n_asked, "dependency", "dependencies"),
        ];
        let words = counts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| {
            let words = format!("+{} {}", figure(n), if n == 1 { one } else { many });
            if one == "hop as usual" { words + &self.services_words() } else { words }
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// ` in 1,150 services (pay 310, ship 220, mail 117 and 12 more groups)`.
    fn services_words(&self) -> String {
        let groups: Vec<String> =
            self.groups.iter().map(|(name, n)| format!("{name} {}", figure(*n))).collect();
        let more = match self.n_more_groups {
            0 => String::new(),
            1 => " and 1 more group".to_owned(),
            n => format!(" and {} more groups", figure(n)),
        };
        let groups = match groups.as_slice() {
            [] => String::new(),
            groups => format!(" ({}{more})", groups.join(", ")),
        };
        match self.n_services {
            0 => String::new(),
            1 => " in 1 service".to_owned(),
            n => format!(" in {} services{groups}", figure(n)),
        }
    }
}

/// How a name begins: `pay` of `pay-cards-eu`.
fn group(name: &str) -> &str {
    name.split(['-', '_', '.', '/', ':']).find(|part| !part.is_empty()).unwrap_or(name)
}

fn figure(n: usize) -> String {
    count_words(n as f64)
}
