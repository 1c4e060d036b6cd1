//! Why what is to be done after an incident cannot be, in words that say what can.

use super::ReviewStatus;
use hw_model::Timestamp;

/// What is wrong with what is to be done after an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterFault {
    /// There is no such action item.
    NoAction {
        /// The number that was said.
        action: u32,
        /// How many there are.
        n: usize,
    },
    /// There are as many action items as can be.
    TooManyActions(usize),
    /// It would have been due before now.
    DueIsOver {
        /// When.
        due: Timestamp,
        /// What is now.
        now: Timestamp,
    },
    /// It is not said what is other.
    NothingChanged,
    /// Somebody else was faster.
    ActionMoved {
        /// Which.
        action: u32,
        /// The event that last altered it, as it was thought.
        was: u64,
        /// The event that did.
        seq: u64,
    },
    /// It is done already.
    ActionIsDone(u32),
    /// It was declined already.
    ActionIsDeclined(u32),
    /// It is open already.
    ActionIsOpen(u32),
    /// It has an issue, or will have one.
    ActionIsTracked {
        /// Which.
        action: u32,
        /// Where.
        at: String,
    },
    /// How issues stand is said by Highwater alone, which looks.
    IssueNotSeen,
    /// Somebody else wrote this section meanwhile.
    SectionMoved {
        /// Which.
        section: String,
        /// Who.
        by: String,
        /// The event that wrote what was read.
        base: u64,
        /// The event that wrote what stands there.
        seq: u64,
    },
    /// There are as many sections as can be.
    TooManySections(usize),
    /// What is closed is not written on.
    ReviewIsClosed,
    /// The review stands there already.
    ReviewStands(ReviewStatus),
    /// It can be, with a reason.
    ReviewReasonMissing {
        /// Where it stands.
        from: ReviewStatus,
        /// Where it was to stand.
        to: ReviewStatus,
    },
    /// A review is closed when nothing is left to do.
    ActionsAreOpen(Vec<u32>),
    /// Figures are frozen by Highwater alone, and not without a limit.
    NotFrozen,
}

impl AfterFault {
    pub(crate) fn words(&self, time: &dyn Fn(Timestamp) -> String) -> String {
        match self {
            Self::NoAction { action, n: 0 } => {
                format!("there is no action item {action}, and no other: add it first")
            }
            Self::NoAction { action, n } => {
                format!("there is no action item {action}: there are {n}")
            }
            Self::TooManyActions(n) => format!("it has {n} action items, as many as can be"),
            Self::DueIsOver { due, now } => format!(
                "{} is over, it is {}: say a time until which it can be done",
                time(*due),
                time(*now)
            ),
            Self::NothingChanged => {
                "say what is to be other: text, owner, due, done_when, kind".to_owned()
            }
            Self::ActionMoved { action, was, seq } => format!(
                "somebody was faster: action item {action} was altered by entry {seq}, and you saw it \
                 as entry {was} left it; read it again"
            ),
            Self::ActionIsDone(action) => {
                format!("action item {action} is done: reopen it first, with a reason")
            }
            Self::ActionIsDeclined(action) => {
                format!("action item {action} was declined: reopen it first, with a reason")
            }
            Self::ActionIsOpen(action) => format!("action item {action} is open already"),
            Self::ActionIsTracked { action, at } => {
                format!("action item {action} stands in a tracker already, at {at}")
            }
            Self::IssueNotSeen => "how an issue stands is said by Highwater alone".to_owned(),
            Self::SectionMoved { section, by, base, seq } => format!(
                "somebody was faster: {by} wrote the section {section} in entry {seq}, and you have read \
                 {base}; put both together, and say that you have read {seq}"
            ),
            Self::TooManySections(n) => format!("it has {n} sections of people, as many as can be"),
            Self::ReviewIsClosed => {
                "its review is closed: put it back to draft first, with a reason".to_owned()
            }
            Self::ReviewStands(status) => {
                format!("its review stands at {} already", status.word())
            }
            Self::ReviewReasonMissing { from, to } => format!(
                "from {} to {} is not the usual way: say why, with a reason",
                from.word(),
                to.word()
            ),
            Self::ActionsAreOpen(open) => {
                let open: Vec<String> = open.iter().map(ToString::to_string).collect();
                format!(
                    "action items {} are open: each must be done, or declined with a reason",
                    open.join(", ")
                )
            }
            Self::NotFrozen => "figures are frozen by Highwater alone".to_owned(),
        }
    }
}
