//! The post mortem of an incident: drafted from its record, read for its wording, and cleared of names for others.
//!
//! `draft` takes a `Case` and gives a `Document`, the same for the same case. Each sentence of it names what it rests
//! on, and what the record does not say stands there as a question. It deliberately does not know how a case
//! is gathered, where texts of people are kept, how a document is shown or how a figure is drawn.

mod action;
mod case;
mod clock;
mod document;
mod draft;
mod figure;
mod lint;
mod phrase;
mod question;
mod redact;
mod retell;
mod review;
mod source;
mod view;

pub use action::{Action, ActionState};
pub use case::{Case, Course, Fact, Line, LineKind, Step, StepCounts, Usual, What};
pub use document::{
    Audience, Block, Day, Document, Happening, HeadFact, Place, Point, Row, Section, SectionKind,
    Table, Tone, Voice, Written,
};
pub use draft::draft;
pub use figure::{
    AnswerData, Figure, FigureData, FlowData, FlowLeg, Lane, Mark, Numbers, POINTS_MAX, RatioData,
    RatioPoint,
};
pub use lint::{ActionText, Finding, LintContext, Nature, Rule, lint, lint_action, lint_document};
pub use phrase::without_nats;
pub use question::{Question, QuestionKind};
pub use redact::{Redaction, ServiceNames, doubtful_words, redact};
pub use retell::{Saying, retell};
pub use review::Review;
pub use source::{Sentence, Source, Sources, is_link};
