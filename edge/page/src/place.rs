//! Which page an address means, and the address of a page: one list for the router, for links and for
//! whoever follows a page live.
//!
//! What an address asks for and cannot be read is left out of the question, as if it had not been asked:
//! a page with a wrong `from=` is still the page.

use hw_api::{instant, rfc3339};
use hw_model::{Timestamp, percent_encoded};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// A stretch of time that is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Its start; what is right for the page if left out.
    pub from: Option<Timestamp>,
    /// Its end.
    pub to: Option<Timestamp>,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Is everything flowing as usual?
    Now,
    /// What flows where.
    Flow {
        /// At what time; now if left out.
        at: Option<Timestamp>,
        /// Whether all hops are drawn.
        is_whole: bool,
    },
    /// One hop.
    Hop {
        /// Its id.
        id: String,
        /// What is looked at.
        stretch: Stretch,
    },
    /// One service.
    Service {
        /// Its name.
        name: String,
    },
    /// All incidents.
    Incidents {
        /// Only those of this status.
        status: Option<String>,
    },
    /// What happened, why, is it over?
    Story {
        /// Number of the incident.
        incident: u32,
    },
    /// What happened last, and who does what?
    Timeline {
        /// Number of the incident.
        incident: u32,
        /// The entry that is amended.
        amend: Option<u64>,
        /// Whether the latest entry stands first.
        is_newest_first: bool,
    },
    /// Is the draft right, and what is missing?
    Review {
        /// Number of the incident.
        incident: u32,
        /// The section that is written on.
        section: Option<String>,
    },
    /// What changed, and did it matter?
    Changes {
        /// Only those of this service.
        service: Option<String>,
        /// Only those of this verdict.
        verdict: Option<String>,
        /// Only those with a smaller number.
        before: Option<u32>,
    },
    /// One change.
    Change {
        /// Its number.
        change: u32,
    },
    /// All alert rules.
    Rules,
    /// One rule, with its backtest.
    Rule {
        /// Its number.
        rule: u32,
        /// Another bound to try.
        bound: Option<String>,
    },
    /// The rule that an incident lacked.
    Proposal {
        /// Number of the incident.
        incident: u32,
    },
    /// Action items.
    Actions {
        /// Only those of this person.
        owner: Option<String>,
    },
    /// The team's record.
    Record {
        /// What is looked at.
        stretch: Stretch,
        /// Days of the week on which would be deployed: `mon`.
        only: Option<String>,
    },
    /// Who knows what.
    Knowledge,
    /// Sources, receivers, tokens.
    Settings,
    /// What is found.
    Search {
        /// What is looked for.
        text: String,
    },
}

impl Place {
    /// The page at an address, path and query as they stand in it.
    #[must_use]
    pub fn read(path: &str, query: &str) -> Option<Self> {
        let parts: Option<Vec<String>> = path
            .trim_matches('/')
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| Some(percent_decode_str(part).decode_utf8().ok()?.into_owned()))
            .collect();
        let parts = parts?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Self::of(&parts, &Asked::read(query))
    }

    fn of(parts: &[&str], asked: &Asked) -> Option<Self> {
        let stretch = asked.stretch();
        Some(match parts {
            [] => Self::Now,
            ["flow"] => Self::Flow { at: asked.time("at"), is_whole: asked.is_set("all") },
            ["flow", id] => Self::Hop { id: (*id).to_owned(), stretch },
            ["services", name] => Self::Service { name: (*name).to_owned() },
            ["incidents"] => Self::Incidents { status: asked.text("status") },
            ["incidents", n, rest @ ..] => Self::of_incident(number(n, "INC-")?, rest, asked)?,
            ["changes"] => Self::Changes {
                service: asked.text("service"),
                verdict: asked.text("verdict"),
                before: asked.text("before").and_then(|text| text.parse().ok()),
            },
            ["changes", n] => Self::Change { change: number(n, "C")? },
            ["alerts"] => Self::Rules,
            ["alerts", n] => Self::Rule { rule: number(n, "R")?, bound: asked.text("bound") },
            ["actions"] => Self::Actions { owner: asked.text("owner") },
            ["record"] => Self::Record { stretch, only: asked.text("only") },
            ["record", "knowledge"] => Self::Knowledge,
            ["settings"] => Self::Settings,
            ["search"] => Self::Search { text: asked.text("q").unwrap_or_default() },
            _ => return None,
        })
    }

    fn of_incident(incident: u32, rest: &[&str], asked: &Asked) -> Option<Self> {
        Some(match rest {
            [] => Self::story(incident),
            ["timeline"] => Self::Timeline {
                incident,
                amend: asked.text("amend").and_then(|text| text.parse().ok()),
                is_newest_first: asked.text("order").as_deref() == Some("newest"),
            },
            ["review"] => Self::Review { incident, section: asked.text("section") },
            ["alert"] => Self::Proposal { incident },
            _ => return None,
        })
    }

    /// Its address.
    #[must_use]
    pub fn href(&self) -> String {
        let mut asks: Vec<(&str, String)> = Vec::new();
        let path = match self {
            Self::Now => "/".to_owned(),
            Self::Flow { at, is_whole } => {
                asks.extend(at.map(|at| ("at", rfc3339(at))));
                asks.extend(is_whole.then(|| ("all", "1".to_owned())));
                "/flow".to_owned()
            }
            Self::Hop { id, stretch } => {
                asks.extend(stretch.asks());
                format!("/flow/{}", percent_encoded(id))
            }
            Self::Service { name } => format!("/services/{}", percent_encoded(name)),
            Self::Incidents { status } => {
                asks.extend(status.clone().map(|status| ("status", status)));
                "/incidents".to_owned()
            }
            Self::Story { incident } => format!("/incidents/{incident}"),
            Self::Timeline { incident, amend, is_newest_first } => {
                asks.extend(amend.map(|amend| ("amend", amend.to_string())));
                asks.extend(is_newest_first.then(|| ("order", "newest".to_owned())));
                format!("/incidents/{incident}/timeline")
            }
            Self::Review { incident, section } => {
                asks.extend(section.clone().map(|section| ("section", section)));
                format!("/incidents/{incident}/review")
            }
            Self::Changes { service, verdict, before } => {
                asks.extend(service.clone().map(|service| ("service", service)));
                asks.extend(verdict.clone().map(|verdict| ("verdict", verdict)));
                asks.extend(before.map(|before| ("before", before.to_string())));
                "/changes".to_owned()
            }
            Self::Change { change } => format!("/changes/{change}"),
            Self::Rules => "/alerts".to_owned(),
            Self::Rule { rule, bound } => {
                asks.extend(bound.clone().map(|bound| ("bound", bound)));
                format!("/alerts/{rule}")
            }
            Self::Proposal { incident } => format!("/incidents/{incident}/alert"),
            Self::Actions { owner } => {
                asks.extend(owner.clone().map(|owner| ("owner", owner)));
                "/actions".to_owned()
            }
            Self::Record { stretch, only } => {
                asks.extend(stretch.asks());
                asks.extend(only.clone().map(|only| ("only", only)));
                "/record".to_owned()
            }
            Self::Knowledge => "/record/knowledge".to_owned(),
            Self::Settings => "/settings".to_owned(),
            Self::Search { text } => {
                asks.push(("q", text.clone()));
                "/search".to_owned()
            }
        };
        with_query(path, &asks)
    }

    /// The story of an incident.
    #[must_use]
    pub const fn story(incident: u32) -> Self {
        Self::Story { incident }
    }

    /// The timeline of an incident.
    #[must_use]
    pub const fn timeline(incident: u32) -> Self {
        Self::Timeline { incident, amend: None, is_newest_first: false }
    }

    /// The page of a hop.
    #[must_use]
    pub fn hop(id: &str) -> Self {
        Self::Hop { id: id.to_owned(), stretch: Stretch::default() }
    }

    /// The page of a service.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self::Service { name: name.to_owned() }
    }

    /// The incident that it is a page of.
    #[must_use]
    pub const fn incident(&self) -> Option<u32> {
        if let Self::Story { incident, .. }
        | Self::Timeline { incident, .. }
        | Self::Review { incident, .. }
        | Self::Proposal { incident } = self
        {
            Some(*incident)
        } else {
            None
        }
    }

    /// What an id such as `INC-1`, `C3` or `R2` means.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        let digits =
            id.trim_start_matches(|letter: char| letter.is_ascii_uppercase() || letter == '-');
        let number: u32 = digits.parse().ok()?;
        match id.strip_suffix(digits)? {
            "INC-" => Some(Self::story(number)),
            "C" => Some(Self::Change { change: number }),
            "R" => Some(Self::Rule { rule: number, bound: None }),
            _ => None,
        }
    }
}

impl Stretch {
    fn asks(self) -> impl Iterator<Item = (&'static str, String)> {
        let from = self.from.map(|at| ("from", rfc3339(at)));
        from.into_iter().chain(self.to.map(|at| ("to", rfc3339(at))))
    }
}

fn with_query(path: String, asks: &[(&str, String)]) -> String {
    if asks.is_empty() {
        return path;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(asks).finish();
    format!("{path}?{query}")
}

/// The number in `INC-1` or `1`.
fn number(text: &str, prefix: &str) -> Option<u32> {
    let is_prefixed =
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let digits = if is_prefixed { text.get(prefix.len()..)? } else { text };
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What follows the `?`.
struct Asked(BTreeMap<String, String>);

impl Asked {
    fn read(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn text(&self, key: &str) -> Option<String> {
        self.0.get(key).filter(|text| !text.trim().is_empty()).cloned()
    }

    fn is_set(&self, key: &str) -> bool {
        self.text(key).is_some_and(|text| text != "0")
    }

    fn time(&self, key: &str) -> Option<Timestamp> {
        self.text(key).and_then(|text| instant(&text))
    }

    /// A stretch that ends before it begins is none.
    fn stretch(&self) -> Stretch {
        let stretch = Stretch { from: self.time("from"), to: self.time("to") };
        match (stretch.from, stretch.to) {
            (Some(from), Some(to)) if from >= to => Stretch::default(),
            _ => stretch,
        }
    }
}

#[cfg(test)]
mod tests;
