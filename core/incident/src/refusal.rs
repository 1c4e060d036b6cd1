//! Why something cannot be done, in words that say what can.

use crate::after::AfterFault;
use crate::clocks::Moment;
use crate::words::{Role, SeverityLevel, Status};
use hw_model::{IncidentId, Timestamp};

/// Why an order is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The incident is part of another: what is to be done, is to be done there.
    Merged(IncidentId),
    /// An incident is no part of itself.
    IntoItself,
    /// There are as many entries as can be.
    Full(u64),
    /// It does not fit where the incident stands.
    Standing(Standing),
    /// A time cannot be.
    Timing(Timing),
    /// A role cannot be given or taken.
    Part(Part),
    /// An entry is not what it was taken for.
    Entry(EntryFault),
    /// An action item or the post mortem is not what it was taken for.
    After(AfterFault),
}

/// What does not fit where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands there already.
    Already(Status),
    /// From here nothing leads there.
    NoWay {
        /// Where it stands.
        from: Status,
        /// Where it was to stand.
        to: Status,
    },
    /// It can be, with a reason.
    ReasonMissing {
        /// Where it stands.
        from: Status,
        /// Where it was to stand.
        to: Status,
    },
    /// Its figures are not back: saying that the harm has stopped takes a reason.
    HarmGoesOn,
    /// Somebody else was faster.
    Moved {
        /// Where it stands.
        is: Status,
        /// Where it was thought to stand.
        was: Status,
    },
    /// Somebody else was faster.
    SeverityMoved {
        /// How bad it is.
        is: Option<SeverityLevel>,
        /// How bad it was thought to be.
        was: Option<SeverityLevel>,
    },
    /// It is as bad as that already.
    SeverityAlready(SeverityLevel),
    /// Everybody who may read incidents may read it.
    NotRestricted,
    /// These and nobody else may read it already.
    RestrictedAlready,
    /// A list so long is no restriction.
    TooManyReaders(usize),
}

/// What is wrong with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// It lies in the future.
    Future {
        /// What was said.
        at: Timestamp,
        /// What is now.
        now: Timestamp,
    },
    /// It lies before now.
    Past {
        /// What was said.
        at: Timestamp,
        /// What is now.
        now: Timestamp,
    },
    /// It lies before the harm began.
    BeforeOnset {
        /// What was said.
        at: Timestamp,
        /// When it began, at the earliest.
        started: Timestamp,
    },
    /// Two times would be in the wrong order.
    Order {
        /// The time that was to be set.
        moment: Moment,
        /// The time it does not fit.
        other: Moment,
        /// That time.
        other_at: Timestamp,
    },
    /// What Highwater noted of itself is not corrected.
    NotCorrectable(Moment),
    /// What has not happened yet is not corrected.
    NotYet(Moment),
}

/// Why a role cannot be given or taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Somebody else has the role.
    Held {
        /// Which.
        role: Role,
        /// Who.
        by: String,
        /// Since when.
        since: Timestamp,
    },
    /// That person has the role already, or does not have it.
    Already {
        /// Which.
        role: Role,
        /// Who.
        person: String,
        /// Whether they have it.
        is_held: bool,
    },
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryFault {
    /// There is no such entry.
    None(u64),
    /// What Highwater said is not amended.
    NotAmendable(u64),
    /// It has neither a new text nor a new time.
    NothingAmended,
    /// It is pinned already, or is not.
    PinnedAlready {
        /// The entry.
        entry: u64,
        /// Whether it is.
        is_pinned: bool,
    },
    /// That entry opened no hypothesis.
    NoHypothesis(u64),
    /// It was ruled out before.
    RuledOutAlready(u64),
    /// That entry began no mitigation.
    NoMitigation(u64),
    /// Nothing was tried yet.
    NothingTried,
}

impl Refusal {
    /// What is wrong and what can be done, in words. `time` shows a time: calendars live at the edges.
    #[must_use]
    pub fn words(&self, time: &dyn Fn(Timestamp) -> String) -> String {
        match self {
            Self::Merged(into) => format!("it is part of {into}: say it there"),
            Self::IntoItself => "an incident is no part of itself".to_owned(),
            Self::Full(n) => format!("it has {n} entries, which is as many as can be"),
            Self::Standing(standing) => standing.words(),
            Self::Timing(timing) => timing.words(time),
            Self::Part(part) => part.words(time),
            Self::Entry(entry) => entry.words(),
            Self::After(after) => after.words(time),
        }
    }
}

impl Standing {
    fn words(self) -> String {
        let moved = |is: &str, was: &str| {
            format!(
                "somebody was faster: it is {is} by now, and was {was} when you looked; say it again if \
                 it still holds"
            )
        };
        match self {
            Self::Already(status) => format!("it is {} already", status.word()),
            Self::NoWay { from, to } => {
                let next = from.next().map(|next| format!("; next is {}", next.word()));
                let next = next.unwrap_or_default();
                format!("it is {}, and cannot become {}{next}", from.word(), to.word())
            }
            Self::ReasonMissing { from, to } => format!(
                "from {} to {} is not the usual way: say why, with a reason",
                from.word(),
                to.word()
            ),
            Self::HarmGoesOn => {
                "its figures are not back at what is usual: wait until they are, or \
                                 say why the harm has stopped, with a reason"
                    .to_owned()
            }
            Self::Moved { is, was } => moved(is.word(), was.word()),
            Self::SeverityMoved { is, was } => {
                let word = |s: Option<SeverityLevel>| s.map_or("not set", SeverityLevel::word);
                moved(word(is), word(was))
            }
            Self::NotRestricted => {
                "everybody who may read incidents may read it already".to_owned()
            }
            Self::RestrictedAlready => "these and nobody else may read it already".to_owned(),
            Self::TooManyReaders(n) => format!("at most {n} people can be named"),
            Self::SeverityAlready(severity) => format!("it is {} already", severity.word()),
        }
    }
}

impl Timing {
    fn words(self, time: &dyn Fn(Timestamp) -> String) -> String {
        match self {
            Self::Future { at, now } => {
                format!("{} lies in the future; it is {}", time(at), time(now))
            }
            Self::Past { at, now } => format!("{} is over; it is {}", time(at), time(now)),
            Self::BeforeOnset { at, started } => format!(
                "{} lies before the incident began ({}): leave the time out and say it in the text, \
                 or correct when it started",
                time(at),
                time(started)
            ),
            Self::Order { moment, other, other_at } => format!(
                "{} would be out of order with {}, which was at {}: correct that first",
                moment.word(),
                other.word(),
                time(other_at)
            ),
            Self::NotCorrectable(moment) => {
                format!("when it was {} is not corrected: Highwater noted that", moment.word())
            }
            Self::NotYet(moment) => {
                format!("it was not {} yet: set its status first", moment.word())
            }
        }
    }
}

impl Part {
    fn words(&self, time: &dyn Fn(Timestamp) -> String) -> String {
        match self {
            Self::Held { role, by, since } => format!(
                "{by} is {} since {}: ask them, and say that it is taken over",
                role.word(),
                time(*since)
            ),
            Self::Already { role, person, is_held } => {
                let is = if *is_held { "is already" } else { "is not" };
                format!("{person} {is} {}", role.word())
            }
        }
    }
}

impl EntryFault {
    fn words(self) -> String {
        match self {
            Self::None(entry) => {
                format!("there is no entry {entry}; the numbers stand before the entries")
            }
            Self::NotAmendable(entry) => format!(
                "entry {entry} is not of a kind that is amended: write a note that says what is so"
            ),
            Self::NothingAmended => "say what the entry is to say, or when it was".to_owned(),
            Self::PinnedAlready { entry, is_pinned } => {
                let is = if is_pinned { "pinned already" } else { "not pinned" };
                format!("entry {entry} is {is}")
            }
            Self::NoHypothesis(entry) => format!("entry {entry} opened no hypothesis"),
            Self::RuledOutAlready(entry) => format!("hypothesis {entry} was ruled out before"),
            Self::NoMitigation(entry) => format!("entry {entry} began no mitigation"),
            Self::NothingTried => {
                "nothing was tried yet that could have helped: say what was done, \
                                   then whether it helped"
                    .to_owned()
            }
        }
    }
}
