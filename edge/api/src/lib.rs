//! The JSON people and programs get: `analyze --format json`, and the HTTP API.
//!
//! Shapes are a contract (DESIGN §11): fields keep their names, order and units. Times are RFC 3339
//! in UTC with milliseconds; shares are between 0 and 1; what is not known is `null`.
//!
//! It deliberately has no logic: it only says in JSON what the engine's report says in words.

mod access;
mod actions;
mod analysis;
mod compared;
mod convert;
mod entry;
mod frozen;
mod health;
mod hook;
mod imported;
mod list;
mod map;
mod number;
mod orders;
mod people;
mod postmortem;
mod present;
mod problem;
mod record;
mod review;
mod rules;
mod search;
mod services;
mod team;
mod time;
mod told;
mod window;
mod words;

pub use access::{
    Asking, Caller, CreateToken, CreatedToken, Doorman, Scope, Shown, Token, Turned, WantedToken,
    is_direct, name_of, names_loopback, names_token,
};
pub use actions::{
    ActionBody, ActionPatch, ActionRef, ActionWords, DEFAULT_TRACKER, ReviewWords, WrittenSection,
};
pub use analysis::{
    Analysis, Change, Cleared, CodePlace, Counts, Hop, Impact, Incident, Judgement, Lead,
    Mitigation, Origin, Shift, TrailStep,
};
pub use compared::{
    Backlog, BriefStretch, ComparedStep, Comparison, CountSeries, CountSide, CountStep, Grown,
    Parting, PartingLeg, SameRatio,
};
pub use convert::Rejected;
pub use entry::Entry;
pub use frozen::{Frozen, FrozenCounts, FrozenCourse, FrozenStep, FrozenUsual};
pub use health::Health;
pub use hook::{AlertsAnswer, Chat, ChatAnswer, SignedMessage, Typed, Unsigned};
pub use hw_model::change_name;
pub use imported::{ImportAnswer, ImportBody, ImportedPostmortem};
pub use list::List;
pub use map::{DependencyAnswers, FlowHop, FlowMap};
pub use number::ratio;
pub use orders::{
    AmendBody, Brief, CommandBody, DoneAnswer, EntryBody, OpenBody, Opened, OrderFault, Orders,
    PinBody, ReportAnswer, ReportBody, Reported,
};
pub use people::{AwayNow, KnowsService, OnCallNow, ServiceOwner, ServicePeople};
pub use postmortem::{
    CaseFault, CaseWords, Postmortem, PostmortemAnswer, PostmortemBlock, PostmortemCourse,
    PostmortemDay, PostmortemFact, PostmortemFault, PostmortemFigure, PostmortemFigureData,
    PostmortemMark, PostmortemMoment, PostmortemPoint, PostmortemQuestion, PostmortemRow,
    PostmortemSection, PostmortemSentence, PostmortemStep, PostmortemText, PostmortemUsual, case,
    course,
};
pub use present::{JudgedChange, Now, OpenIncident, Received, Streams};
pub use problem::Problem;
pub use record::{Attempt, HypothesisWords, IncidentRecord, IncidentTimes, RoleHolder, Waiting};
pub use review::PostmortemBody;
pub use rules::{
    Backtest, BacktestBody, ProposeBody, Replay, ReplayedRule, Rule, RuleBody, RuleCase, RuleFault,
    RuleFiring, RuleProposal, SweepStep,
};
pub use search::Hit;
pub use services::{Service, Version};
pub use team::{
    ChangeFailureRate, CountedFigure, DefinedTimes, DeploymentFrequency, FirstNoticed,
    FreezeAnswer, Knower, KnowledgeMap, LiveIncident, LiveShare, MovedDeploy, NaiveRate, NotKnown,
    RedeployItem, ReworkRate, ServiceDeploys, ServiceKnowledge, SimilarIncident, TeamRecord,
    TimeOf, TimesLeg, TimesSpread, VerdictIn, Waits,
};
pub use time::{instant, length_s, rfc3339, until};
pub use told::{TellChange, TellFault, Told, ToldAnswer};
pub use window::{Latency, Window, Windows};
pub use words::{effect_words, source_words};
