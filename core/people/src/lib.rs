//! People around a service: who owns it, who is on call for it, who is away, and who knows it.
//!
//! The words for people and the one decision about them, [`who_knows`]: a ranked list in which every
//! place is explained by sentences of evidence. All facts come in as arguments, and so does the time.
//!
//! It deliberately does not know how a calendar or an ownership file is read, where facts are kept,
//! and how anybody is reached: Highwater says whom to ask, it does not page.

mod day;
mod fact;
mod person;
mod rank;
mod sentence;
mod team;

pub use fact::{
    Absence, ChangeDone, FeedRef, FileEntry, Holder, Knowledge, KnowsEvidence, Matched, OnCall,
    Owner, OwnerSource, RoleHeld,
};
pub use person::{Aliases, NAME_CHARS_MAX, NameRefused, Person, plain_name};
pub use rank::{Answer, Candidate, HALF_LIFE_DAYS, Unknown, Until, who_knows};
pub use sentence::ON_CALL_NOW;
pub use team::{Teams, is_same_team};
