//! Which count somebody means: `screening->worklist.received`, `screening`, or a hop's whole id.
//!
//! What fits more than one thing is refused with the list of them: a guess that is wrong compares
//! something else, and nobody notices.

use crate::backend::NamedCount;
use crate::nearest::nearest;
use hw_api::{Hop, Service};
use hw_model::{CountOf, HopCount, Target};
use std::collections::BTreeMap;

/// Names shown of those that fit.
const SHOWN: usize = 6;

/// Everything that has counts.
pub(crate) struct Names {
    places: Vec<Place>,
}

/// A hop or an entry, with the ways in which it may be written.
struct Place {
    target: Target,
    /// The shortest name that is its own.
    name: String,
    /// All that it may be called, the id first.
    spellings: Vec<String>,
    /// The count that is meant if none is said: of a hop what left, of an entry what entered.
    usual: HopCount,
}

/// No count, or too many, are called so.
#[derive(Debug)]
pub(crate) struct NoSuch {
    pub why: String,
    pub nearest: Option<String>,
}

impl Names {
    pub(crate) fn new(hops: Vec<Hop>, services: Vec<Service>) -> Self {
        let mut places: Vec<Place> = hops.into_iter().map(of_hop).collect();
        for service in services {
            places.extend(service.entries.iter().map(|entry| of_entry(&service.id, entry)));
        }
        let mut n_places: BTreeMap<String, usize> = BTreeMap::new();
        for spelling in places.iter().flat_map(|place| &place.spellings) {
            *n_places.entry(spelling.clone()).or_default() += 1;
        }
        for place in &mut places {
            // What nobody else is called.
            let own = place.spellings.iter().skip(1).filter(|name| n_places.get(*name) == Some(&1));
            if let Some(shortest) = own.min_by_key(|name| name.len()) {
                place.name.clone_from(shortest);
            }
        }
        Self { places }
    }

    /// The count that is called so; if it is not said which, the usual one.
    pub(crate) fn find(&self, text: &str) -> Result<NamedCount, NoSuch> {
        let text = text.trim();
        // An operation may end like a count, so the whole comes first.
        let whole = self.fitting(text);
        let split = text.rsplit_once('.').and_then(|(place, word)| {
            let count = HopCount::ALL.into_iter().find(|count| count.word() == word)?;
            Some((place.trim_end(), count))
        });
        let (fitting, said) = match (whole.is_empty(), split) {
            (true, Some((place, count))) => (self.fitting(place), Some(count)),
            (false, _) | (true, None) => (whole, None),
        };
        match fitting.as_slice() {
            [] => Err(self.none(text, split.map_or(text, |(place, _)| place))),
            [place] => {
                let count = said.unwrap_or(place.usual);
                place.count(count)
            }
            many => Err(several(text, many)),
        }
    }

    /// What entered where the hop of a count leaves from.
    pub(crate) fn at_entrance(&self, named: &NamedCount) -> Option<NamedCount> {
        let place = self.places.iter().find(|place| place.target == named.of.target)?;
        let is_hop = matches!(place.target, Target::Hop(_));
        let entered = is_hop.then(|| place.count(HopCount::Entered).ok()).flatten();
        entered.filter(|entered| entered.of.count != named.of.count)
    }

    fn fitting(&self, text: &str) -> Vec<&Place> {
        let text = tidied(text);
        let exact = self.places.iter().filter(|place| place.spellings.first() == Some(&text));
        let exact: Vec<&Place> = exact.collect();
        if !exact.is_empty() {
            return exact;
        }
        self.places.iter().filter(|place| place.spellings.contains(&text)).collect()
    }

    fn none(&self, text: &str, place: &str) -> NoSuch {
        if self.places.is_empty() {
            return NoSuch { why: format!("no \"{text}\": nothing was seen yet"), nearest: None };
        }
        let spelt = self.places.iter().flat_map(|place| &place.spellings).map(String::as_str);
        let found = nearest(&tidied(place), spelt);
        let listed = self.places.iter().map(|place| place.name.as_str());
        NoSuch {
            why: format!("no hop or entry is called \"{text}\"; {}", among(listed)),
            nearest: found,
        }
    }
}

impl Place {
    fn count(&self, count: HopCount) -> Result<NamedCount, NoSuch> {
        let is_entry = matches!(self.target, Target::Entry { .. });
        if is_entry && matches!(count, HopCount::Left | HopCount::Received) {
            let why = format!(
                "\"{}\" is an entry: it has .entered, .calls and .errors; name the hop on which items \
                 leave it, such as {}->...",
                self.name, self.name
            );
            return Err(NoSuch { why, nearest: None });
        }
        let name = format!("{} {}", self.name, count.word());
        Ok(NamedCount { name, of: CountOf { target: self.target.clone(), count } })
    }
}

fn of_hop(hop: Hop) -> Place {
    let Hop { id, caller, entry, callee, operation, .. } = hop;
    let froms = [Some(caller.clone()), entry.as_ref().map(|entry| format!("{caller} {entry}"))];
    let tos = [callee.clone(), format!("{callee} {operation}")];
    let mut spellings = vec![tidied(&id)];
    for from in froms.iter().flatten() {
        spellings.extend(tos.iter().map(|to| tidied(&format!("{from}->{to}"))));
    }
    let target = Target::Hop(hw_model::Hop { caller, entry, callee, operation });
    Place { target, name: id, spellings, usual: HopCount::Left }
}

fn of_entry(service: &str, operation: &str) -> Place {
    let target = Target::Entry { service: service.to_owned(), operation: operation.to_owned() };
    let whole = format!("{service} {operation}");
    let spellings = vec![format!("{service}|{operation}"), tidied(&whole), service.to_owned()];
    Place { target, name: whole, spellings, usual: HopCount::Entered }
}

/// Without spaces around the arrow and bars.
fn tidied(text: &str) -> String {
    let parts =
        |text: &str, bar: &str| text.split(bar).map(str::trim).collect::<Vec<_>>().join(bar);
    parts(&parts(text.trim(), "->"), "|")
}

fn several(text: &str, fitting: &[&Place]) -> NoSuch {
    let names = fitting.iter().map(|place| place.name.as_str());
    let why = format!("\"{text}\" fits {} hops or entries; {}", fitting.len(), among(names));
    NoSuch { why, nearest: None }
}

/// The first of some names.
fn among<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("there are {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(caller: &str, entry: Option<&str>, callee: &str, operation: &str) -> Hop {
        let words = hw_model::Hop {
            caller: caller.to_owned(),
            entry: entry.map(str::to_owned),
            callee: callee.to_owned(),
            operation: operation.to_owned(),
        };
        Hop {
            id: words.id().0,
            caller: words.caller,
            entry: words.entry,
            callee: words.callee,
            operation: words.operation,
            entered: 0,
            left: 0,
            received: None,
            transfer_ratio: None,
            answers: BTreeMap::new(),
        }
    }

    fn names() -> Names {
        let service = |id: &str, entries: &[&str]| Service {
            id: id.to_owned(),
            entries: entries.iter().map(|&entry| entry.to_owned()).collect(),
            calls: Vec::new(),
            called_by: Vec::new(),
            versions: Vec::new(),
            last_at: None,
        };
        let hops = vec![
            hop("intake", None, "router", "POST /route"),
            hop("screening", Some("POST /items"), "worklist", "POST /items"),
            hop("screening", Some("POST /items"), "rules", "get.left"),
            hop("router", Some("POST /route"), "catalog", "GET /a"),
            hop("router", Some("POST /route"), "catalog", "GET /b"),
        ];
        let services = vec![
            service("screening", &["POST /items"]),
            service("router", &["POST /route", "GET /health"]),
        ];
        Names::new(hops, services)
    }

    fn found(text: &str) -> String {
        match names().find(text) {
            Ok(named) => named.name,
            Err(none) => format!("{}; near {:?}", none.why, none.nearest),
        }
    }

    #[test]
    fn short_names_are_taken_where_they_are_clear() {
        for (text, name) in [
            ("screening->worklist", "screening->worklist left"),
            ("screening -> worklist.received", "screening->worklist received"),
            ("screening POST /items->worklist POST /items.errors", "screening->worklist errors"),
            ("screening|POST /items|worklist|POST /items.entered", "screening->worklist entered"),
            ("intake||router|POST /route", "intake->router left"),
            ("intake->router", "intake->router left"),
            ("screening", "screening entered"),
            ("screening.calls", "screening calls"),
            ("router GET /health", "router GET /health entered"),
            ("router->catalog GET /b", "router->catalog GET /b left"),
            ("screening|POST /items|rules|get.left", "screening->rules left"),
            ("screening|POST /items|rules|get.left.entered", "screening->rules entered"),
        ] {
            assert_eq!(found(text), name, "{text}");
        }
    }

    #[test]
    fn what_fits_several_or_none_is_refused_with_names() {
        for (text, words) in [
            ("router->catalog", "fits 2 hops or entries; there are \"router->catalog GET /a\", \""),
            ("router", "fits 2 hops or entries; there are \"router POST /route\", \"router GET"),
            ("screening->wroklist", "near Some(\"screening->worklist\")"),
            ("sreening.entered", "near Some(\"screening\")"),
            ("bananas", "no hop or entry is called \"bananas\"; there are \"intake->router\""),
            ("", "no hop or entry is called"),
            ("screening.left", "\"screening\" is an entry: it has .entered"),
            ("screening->worklist.everything", "no hop or entry is called"),
        ] {
            assert!(found(text).contains(words), "{text}: {}", found(text));
        }
        let none = Names::new(Vec::new(), Vec::new()).find("a").unwrap_err();
        assert!(none.why.ends_with("nothing was seen yet"), "{none:?}");
    }

    #[test]
    fn hop_alone_is_compared_with_what_entered() {
        let names = names();
        let left = names.find("screening->worklist").unwrap();
        assert_eq!(names.at_entrance(&left).unwrap().name, "screening->worklist entered");
        let entry = names.find("screening").unwrap();
        assert!(names.at_entrance(&entry).is_none());
    }
}
