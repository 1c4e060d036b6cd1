//! Hops in words: the leg from an entry of the caller to an operation of the callee.
//!
//! The data plane counts by index; whoever explains, shows or compares uses these names, because
//! they are the same in every run.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Stands where the name of a caller or callee could not be learned.
pub const UNKNOWN: &str = "~unknown";

/// Stands in a hop's id where the caller has no entry: a job or script that starts by itself.
pub const ROOT_ENTRY: &str = "";

/// One leg of a flow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hop {
    /// Service from which items leave.
    pub caller: String,
    /// Operation of the caller through which the items came in; `None` where they begin there.
    pub entry: Option<String>,
    /// Service that is called, or its peer key (`host:port`) while its name is not known.
    pub callee: String,
    /// Operation of the callee.
    pub operation: String,
}

/// A hop's name in one string: `caller|entry|callee|operation`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HopId(pub String);

/// Which items of a hop are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HopCount {
    /// Items that entered the caller.
    Entered,
    /// Items that left on the hop.
    Left,
    /// Items that arrived at the callee.
    Received,
    /// Calls.
    Calls,
    /// Calls that failed.
    Errors,
}

impl HopCount {
    /// All of them; the first three in the order in which items pass them.
    pub const ALL: [Self; 5] =
        [Self::Entered, Self::Left, Self::Received, Self::Calls, Self::Errors];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Left => "left",
            Self::Received => "received",
            Self::Calls => "calls",
            Self::Errors => "errors",
        }
    }
}

impl Hop {
    /// The id, the same in every run. A `|` or `%` inside a name is percent-encoded.
    #[must_use]
    pub fn id(&self) -> HopId {
        let entry = self.entry.as_deref().unwrap_or(ROOT_ENTRY);
        let parts = [&self.caller, entry, &self.callee, &self.operation].map(escape);
        HopId(parts.join("|"))
    }
}

impl HopId {
    /// The hop of this id; `None` if it is none.
    #[must_use]
    pub fn hop(&self) -> Option<Hop> {
        let parts: Vec<String> = self.0.split('|').map(unescape).collect();
        let [caller, entry, callee, operation] = <[String; 4]>::try_from(parts).ok()?;
        let entry = Some(entry).filter(|entry| entry != ROOT_ENTRY);
        Some(Hop { caller, entry, callee, operation })
    }
}

fn unescape(name: &str) -> String {
    name.replace("%7C", "|").replace("%25", "%")
}

fn escape(name: &str) -> String {
    name.replace('%', "%25").replace('|', "%7C")
}

impl fmt::Display for HopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(caller: &str, entry: Option<&str>) -> Hop {
        Hop {
            caller: caller.into(),
            entry: entry.map(Into::into),
            callee: "b".into(),
            operation: "op".into(),
        }
    }

    #[test]
    fn id_joins_the_four_names() {
        assert_eq!(hop("a", Some("GET /x")).id().0, "a|GET /x|b|op");
        assert_eq!(hop("a", None).id().0, "a||b|op");
    }

    #[test]
    fn separator_inside_a_name_is_encoded() {
        assert_eq!(hop("a|b", Some("50%")).id().0, "a%7Cb|50%25|b|op");
    }

    #[test]
    fn id_says_which_hop_it_is() {
        for hop in [hop("a", Some("GET /x")), hop("a", None), hop("%7C|25%", Some("|%|"))] {
            assert_eq!(hop.id().hop(), Some(hop));
        }
        assert_eq!(HopId("a|b|c".into()).hop(), None);
    }
}
