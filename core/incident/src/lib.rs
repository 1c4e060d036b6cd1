//! The incident record: what people and Highwater do is decided into events, and everything known of
//! an incident is a fold over them.
//!
//! `Record::decide` takes an order and says which events follow, or why it cannot be; `Record::apply`
//! takes an event and cannot fail: what was recorded, applies. It does not know how a shift was found,
//! where events are kept, or how anybody is told of them.

mod after;
mod author;
mod clocks;
mod command;
mod decide;
mod event;
mod follow;
mod record;
mod refusal;
mod remind;
mod text;
mod words;

pub use after::{
    Action, ActionChange, ActionItem, ActionKind, ActionState, After, AfterCommand, AfterFault,
    NUDGES_MAX, Review, ReviewNudges, ReviewStatus, Section, review_due,
};
pub use author::{ALERTMANAGER, Author, RULES};
pub use clocks::{Moment, Times};
pub use command::{Command, Order, TakeOver};
pub use event::{Event, Finding, Move, Revision, What, Written};
pub use record::{Entry, Hypothesis, HypothesisState, Mitigation, Promise, Record, RoleHeld, Wait};
pub use refusal::{EntryFault, Part, Refusal, Standing, Timing};
pub use text::{Name, SECTION_MAX, TEXT_MAX, Text, TextFault};
pub use words::{NoteKind, Role, SeverityLevel, Status};
