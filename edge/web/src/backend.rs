//! What is asked of whoever has the answers, and what may go wrong with it.
//!
//! Two implementations: the server's, over store, writer and engine, and a canned one that the tests
//! of this room bring (docs/adr/0010). Questions block: they are asked on threads that may wait.

use crate::figures::Family;
use crate::search::SearchAsked;
use crate::team::{FreezeAsked, StretchAsked};
use hw_api::{
    ActionWords, AlertsAnswer, Backlog, Backtest, Brief, Change, ChatAnswer, Comparison,
    CountSeries, DoneAnswer, Entry, FlowMap, FreezeAnswer, Health, Hit, Hop, ImportAnswer,
    ImportBody, ImportedPostmortem, Incident, KnowledgeMap, List, Now, Opened, Orders,
    RedeployItem, Replay, ReportAnswer, Reported, Rule, RuleBody, RuleProposal, Service,
    ServicePeople, Shift, SimilarIncident, TeamRecord, Told, Typed, Windows,
};
use hw_model::{CountOf, ShiftId, Timestamp};
use hw_page::DrawnSection;
use hw_report::Document;
use tokio::sync::watch;

/// An answer, or why there is none.
pub type Answered<T> = Result<T, Failure>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What was asked for cannot be; the words say what can.
    Invalid(String),
    /// It cannot be done in the state that things are in.
    Conflict(String),
    /// It can be done later.
    Unavailable {
        /// Why not now.
        reason: String,
        /// Seconds until it is worth another try.
        retry_after_s: u32,
    },
    /// Something of ours is broken.
    Broken(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid(why)
            | Self::Conflict(why)
            | Self::Unavailable { reason: why, .. }
            | Self::Broken(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

/// Whether what is of this incident may be seen; what is of none may.
pub type MaySee<'a> = dyn FnMut(Option<&String>) -> Answered<bool> + 'a;

/// A part of a list of numbered things, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only what has a smaller number.
    pub before: Option<u32>,
    /// At most so many.
    pub items_max: u32,
}

/// Which windows are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsAsked {
    /// Id of the hop.
    pub hop: String,
    /// Start of the stretch; without it, an hour before its end.
    pub from: Option<Timestamp>,
    /// Its end; without it, now.
    pub to: Option<Timestamp>,
    /// Seconds of a step; without it, one stored window.
    pub step_s: Option<i64>,
    /// Steps at most.
    pub items_max: u32,
}

/// A count, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCount {
    /// What it is called.
    pub name: String,
    /// Which it is.
    pub of: CountOf,
}

/// Which steps are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepsAsked {
    /// Start; without it, some hours before the end.
    pub from: Option<Timestamp>,
    /// End; without it, where the data is final.
    pub to: Option<Timestamp>,
    /// Seconds of a step; without it, as many as fit.
    pub step_s: Option<i64>,
}

/// Which count is asked for over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountsAsked {
    /// Of what.
    pub of: NamedCount,
    /// When.
    pub steps: StepsAsked,
    /// So many seconds before that.
    pub shift_s: i64,
}

/// Which counts are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareAsked {
    /// What is compared with.
    pub a: NamedCount,
    /// What is compared.
    pub b: NamedCount,
    /// If it is the same: with what it was so many seconds before.
    pub shift_s: Option<i64>,
    /// When.
    pub steps: StepsAsked,
}

/// In which form a post mortem is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostmortemForm {
    /// JSON.
    Json,
    /// Markdown.
    Markdown,
    /// One page.
    Html,
}

/// Which post mortem is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostmortemAsked {
    /// How it is written.
    pub form: PostmortemForm,
    /// Whether names of people and hosts are left out.
    pub is_public: bool,
    /// In whose sections; Highwater's own if it is left out.
    pub template: Option<String>,
}

/// Which rule is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleAsked {
    /// One that is kept, by its number.
    Kept(u32),
    /// One that is not.
    Told(Box<RuleBody>),
}

/// Which rule is run over what.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestAsked {
    /// Which.
    pub rule: RuleAsked,
    /// Start; without it, two weeks before the end.
    pub from: Option<Timestamp>,
    /// End; without it, where the data is final.
    pub to: Option<Timestamp>,
    /// Whether other bounds are tried, too.
    pub is_swept: bool,
}

/// Whoever has the answers.
pub trait Backend: Send + Sync {
    /// Every hop, by id.
    ///
    /// # Errors
    ///
    /// If there is no answer now; so everywhere below.
    fn hops(&self) -> Answered<Vec<Hop>>;

    /// Counts of a hop over time; `None` if there is no such hop.
    ///
    /// # Errors
    ///
    /// Also if the step does not fit the stored windows.
    fn windows(&self, asked: &WindowsAsked) -> Answered<Option<Windows>>;

    /// A count over time.
    ///
    /// # Errors
    ///
    /// Also if the step does not fit, or if it was never counted.
    fn counts(&self, asked: &CountsAsked) -> Answered<CountSeries>;

    /// Two counts side by side.
    ///
    /// # Errors
    ///
    /// See [`Backend::counts`].
    fn compare(&self, asked: &CompareAsked) -> Answered<Comparison>;

    /// Every service, by name.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn services(&self) -> Answered<Vec<Service>>;

    /// Whom to ask about a service; or, if there is no such service, the names of those there are.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn people(&self, service: &str) -> Answered<Result<ServicePeople, Vec<String>>>;

    /// The map of the minute before a time, or of the last minute.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn flow(&self, at: Option<Timestamp>) -> Answered<FlowMap>;

    /// What is so now.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn now(&self) -> Answered<Now>;

    /// Changes.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn changes(&self, page: Page) -> Answered<Vec<Change>>;

    /// Shifts.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn shifts(&self, page: Page) -> Answered<Vec<Shift>>;

    /// Incidents.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn incidents(&self, page: Page) -> Answered<Vec<Incident>>;

    /// A change by its number.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn change(&self, number: u32) -> Answered<Option<Change>>;

    /// A shift by its number.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn shift(&self, number: u32) -> Answered<Option<Shift>>;

    /// An incident by its number.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn incident(&self, number: u32) -> Answered<Option<Incident>>;

    /// Events of an incident after a place among them, oldest first.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn entries(&self, incident: u32, after: u64, items_max: u32) -> Answered<Vec<Entry>>;

    /// Events after a place among all, oldest first.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn events(&self, after: u64, items_max: u32) -> Answered<Vec<Entry>>;

    /// What holds all of these words. What is of an incident that may not be seen is as if it were not
    /// there: it does not count towards what is found, either.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn search(&self, asked: &SearchAsked, may_see: &mut MaySee<'_>) -> Answered<List<Hit>>;

    /// The team's record over a stretch, of what may be seen.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn record(&self, asked: StretchAsked, may_see: &mut MaySee<'_>) -> Answered<TeamRecord>;

    /// What a rule about deploy days would have done, of what may be seen.
    ///
    /// # Errors
    ///
    /// Also if there is no such time zone.
    fn freeze(&self, asked: &FreezeAsked, may_see: &mut MaySee<'_>) -> Answered<FreezeAnswer>;

    /// Who knows which service.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn knowledge(&self, asked: StretchAsked) -> Answered<KnowledgeMap>;

    /// Incidents that are like one, of those that may be seen. `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn similar(
        &self,
        incident: u32,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Vec<SimilarIncident>>>;

    /// Changes that were taken back although they are innocent, by what may be seen.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn redeploy(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<RedeployItem>>;

    /// Number of the last event, and each later one.
    fn last_event(&self) -> watch::Receiver<u64>;

    /// Tells a change. It is durable when this returns; one told before with the same key is not told
    /// again.
    ///
    /// # Errors
    ///
    /// Also if it cannot be, or if the key belongs to another command.
    fn tell(&self, told: Told, key: Option<String>) -> Answered<Change>;

    /// Accepts a shift as the new normal. `None` if there is no such shift.
    ///
    /// # Errors
    ///
    /// Also if it is not open.
    fn accept(&self, shift: u32, key: Option<String>) -> Answered<Option<Shift>>;

    /// Opens an incident. It is durable when this returns; one opened before with the same key is not
    /// opened again.
    ///
    /// # Errors
    ///
    /// Also if the key belongs to another command.
    fn open(&self, opened: &Opened, key: Option<&str>) -> Answered<Option<DoneAnswer>>;

    /// Does something in an incident, all of it or nothing. `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// Also if it cannot be done as the incident stands.
    fn order(
        &self,
        incident: u32,
        orders: Orders,
        key: Option<&str>,
    ) -> Answered<Option<DoneAnswer>>;

    /// Takes a report, and says what deviates near it. `None` if it names an incident that is not there.
    ///
    /// # Errors
    ///
    /// See [`Backend::order`].
    fn report(&self, reported: Reported, key: Option<&str>) -> Answered<Option<ReportAnswer>>;

    /// An incident in at most 150 words.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn brief(&self, incident: u32) -> Answered<Option<Brief>>;

    /// Every action item of incidents that may be seen.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn actions(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<ActionWords>>;

    /// The draft of the post mortem with its figures, as data. `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn document(&self, incident: u32) -> Answered<Option<Document>>;

    /// The sections of a draft, drawn for a page.
    fn drawn(&self, document: &Document) -> Vec<DrawnSection>;

    /// Markdown of people as HTML in which nothing of theirs is markup.
    fn rendered(&self, markdown: &str) -> String;

    /// Where telemetry is taken in, as addresses to send it to.
    fn doors(&self) -> Vec<String>;

    /// The post mortem of an incident, as text. `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// Also if there is no such template.
    fn postmortem(&self, incident: u32, asked: &PostmortemAsked) -> Answered<Option<String>>;

    /// Imported post mortems.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn imported(&self, page: Page) -> Answered<Vec<ImportedPostmortem>>;

    /// An imported post mortem, as JSON. `None` if there is none.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn imported_document(&self, number: u32) -> Answered<Option<String>>;

    /// Keeps a post mortem that was written elsewhere. It is durable when this returns; a text that is kept
    /// is not kept again.
    ///
    /// # Errors
    ///
    /// Also if it cannot be read, or is too long, or if there are as many as may be.
    fn import(&self, body: &ImportBody, by: &str) -> Answered<ImportAnswer>;

    /// What piles up since an incident began, the most first. `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn backlog(&self, incident: u32) -> Answered<Option<Vec<Backlog>>>;

    /// All rules, by number. An incident that may not be seen is not named.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn rules(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<Rule>>;

    /// Sets a rule. It is durable when this returns; one that says the same is not set again.
    ///
    /// # Errors
    ///
    /// Also if it cannot be run, or if there are as many as may be.
    fn save_rule(&self, body: RuleBody, by: &str) -> Answered<Rule>;

    /// Sets a rule aside. `None` if there is no such rule.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn retire_rule(&self, number: u32, by: &str) -> Answered<Option<Rule>>;

    /// Runs a rule over what was recorded. `None` if there is no such rule.
    ///
    /// # Errors
    ///
    /// Also if it cannot be run, or over so much.
    fn backtest_rule(
        &self,
        asked: &BacktestAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Backtest>>;

    /// Proposes the rule that an incident lacked, on the figure of a shift or of the one that tells most.
    /// `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// Also if there is none.
    fn propose_rule(
        &self,
        asked: (u32, Option<ShiftId>),
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<RuleProposal>>;

    /// Runs an incident through all rules. `None` if there is no such incident.
    ///
    /// # Errors
    ///
    /// See [`Backend::hops`].
    fn replay(&self, incident: u32) -> Answered<Option<Replay>>;

    /// Does what somebody typed in a chat. What goes wrong is said in the answer, as it is to a person.
    fn chat(&self, typed: &Typed) -> ChatAnswer;

    /// Takes alerts as Alertmanager posts them. What is new of them stands in the record when this
    /// returns.
    ///
    /// # Errors
    ///
    /// Also if they cannot be read: then nothing is done.
    fn alerts(&self, posted: serde_json::Value) -> Answered<AlertsAnswer>;

    /// How the server is. It never waits.
    fn health(&self) -> Health;

    /// What the server counts of itself and of the hops.
    fn figures(&self) -> Vec<Family>;
}
