//! The answers to what the API asks: from the record, the history, the engine and the counters.
//!
//! The record and the history are read from the store beside the writer; what is in memory only is
//! asked of the engine between two rows. Nothing is answered that is not durable.

mod access;
mod actions;
mod alerts;
mod backlog;
mod brief;
mod chat;
mod commands;
mod compare;
mod courses;
mod dependencies;
mod figures;
mod freeze;
mod imported;
mod map;
mod messages;
mod pasts;
mod people;
mod postmortem;
mod present;
mod record;
mod recorded;
mod rules;
mod search;
mod series;
mod team;
mod windows;

pub(super) use pasts::Final;
pub(super) use rules::{KeptStanding, Remembered, Watched};

use super::clock::ClockKind;
use super::counts::{Counts, get};
use super::hooks::HookSettings;
use super::orders::{ToEngine, ToWriter};
use super::trackers::Tracking;
use crate::people::Known;
use hw_access::Door;
use hw_api::{
    ActionWords, AlertsAnswer, Backlog, Backtest, Brief, Change, ChatAnswer, Comparison,
    CountSeries, DoneAnswer, Entry, FlowMap, FreezeAnswer, Health, Hit, Hop, ImportAnswer,
    ImportBody, ImportedPostmortem, Incident, KnowledgeMap, List, Now, Opened, Orders,
    RedeployItem, Replay, ReportAnswer, Reported, Rule, RuleBody, RuleProposal, Service,
    ServicePeople, Shift, SimilarIncident, TeamRecord, Told, Typed, Windows,
};
use hw_engine::Engine;
use hw_ingest::ReceiverCounts;
use hw_model::{IncidentId, ShiftId, Timestamp};
use hw_store::{Kind, Reader, Readers};
use hw_web::{
    Answered, Backend, BacktestAsked, CompareAsked, CountsAsked, Failure, Family, FreezeAsked,
    MaySee, Page, PostmortemAsked, SearchAsked, StretchAsked, WindowsAsked,
};
use postmortem::drawn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

/// How long engine and writer may take to answer. A page of the log takes the engine some tenths of a
/// second.
const PATIENCE: Duration = Duration::from_secs(5);

/// Seconds after which a question is worth another try.
const RETRY_S: u32 = 5;

/// Batches that the engine may be behind before it is said.
const BEHIND_SAID: u64 = 200;

/// Who has the answers.
pub(super) struct Answers {
    pub counts: Arc<Counts>,
    pub receiver: Arc<ReceiverCounts>,
    pub readers: Readers,
    pub engine: mpsc::Sender<ToEngine>,
    pub writer: mpsc::UnboundedSender<ToWriter>,
    pub last_event: watch::Receiver<u64>,
    pub clock: ClockKind,
    pub door: Arc<Door>,
    pub hooks: HookSettings,
    /// Alerts are taken one post after the other: what one writes, the next one knows.
    pub alerts: Mutex<()>,
    /// Where action items stand as issues too, and what is wrong there.
    pub tracking: Tracking,
    /// What files and calendars say about people.
    pub people: Arc<Known>,
    /// Rules that were proposed lately.
    pub proposals: Remembered,
    /// Rows up to this one were durable when the process started.
    pub durable_at_start: u64,
    /// Where telemetry is taken in.
    pub taken_in: Vec<String>,
    pub runtime: Handle,
}

impl Answers {
    /// Asks the engine, once it has applied row `after`. Only on a thread that may wait.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        after: u64,
        question: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Answered<T> {
        let (reply, answer) = oneshot::channel();
        let question = Box::new(move |engine: &Engine| {
            // Nobody waits for it any more: the engine has better things to do.
            if !reply.is_closed() {
                drop(reply.send(question(engine)));
            }
        });
        let asked = async {
            self.engine.send(ToEngine::Ask { after, question }).await.ok()?;
            answer.await.ok()
        };
        match self.runtime.block_on(async { timeout(PATIENCE, asked).await }) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(later("the server is ending".to_owned())),
            Err(_) => Err(later(format!(
                "the engine is busy: it has {} batches to count",
                self.counts.behind()
            ))),
        }
    }

    /// Waits until all that is durable now was applied, and what is said of it is durable too.
    /// Returns the number of the last event then.
    pub(super) fn settle(&self) -> Answered<u64> {
        self.ask(get(&self.counts.durable), |_| ())?;
        self.show()?;
        Ok(*self.last_event.borrow())
    }

    /// Reads what is stored.
    fn read<T>(&self, read: impl FnOnce(&Reader) -> anyhow::Result<T>) -> Answered<T> {
        self.readers.read(read).map_err(|error| Failure::Broken(crate::chain::chain(&error)))
    }

    /// Whether the engine has much to count yet.
    fn is_behind(&self) -> bool {
        self.counts.behind() > BEHIND_SAID
    }

    /// What is wrong with the server itself, in words.
    fn troubles(&self) -> Vec<String> {
        let counts = &self.counts;
        let mut troubles = Vec::new();
        if let Some(trouble) = counts.trouble() {
            troubles.push(format!("nothing can be written, so nothing is taken in: {trouble}"));
        }
        if !counts.is_ready.load(Ordering::Relaxed) {
            troubles.push("the server is starting or ending".to_owned());
        }
        troubles.extend(counts.canary_trouble());
        if counts.is_post_dead.load(Ordering::Relaxed) {
            troubles.push(
                "others are not told any more: start the server again; its log says why".to_owned(),
            );
        }
        let (behind, applied) = (counts.behind(), get(&counts.applied));
        if applied < self.durable_at_start {
            let left = self.durable_at_start - applied;
            troubles.push(format!("{left} batches of before the start are still to be counted"));
        } else if behind > BEHIND_SAID {
            troubles.push(format!("counting is {behind} batches behind"));
        }
        let skipped = get(&counts.rows_skipped);
        if skipped > 0 {
            troubles.push(format!(
                "{skipped} damaged batches are not counted; `highwater verify` says which"
            ));
        }
        troubles
    }
}

fn later(reason: String) -> Failure {
    Failure::Unavailable { reason, retry_after_s: RETRY_S }
}

impl Backend for Answers {
    fn hops(&self) -> Answered<Vec<Hop>> {
        self.hop_list()
    }

    fn windows(&self, asked: &WindowsAsked) -> Answered<Option<Windows>> {
        self.window_list(asked)
    }

    fn counts(&self, asked: &CountsAsked) -> Answered<CountSeries> {
        self.count_series(asked)
    }

    fn compare(&self, asked: &CompareAsked) -> Answered<Comparison> {
        self.comparison(asked)
    }

    fn services(&self) -> Answered<Vec<Service>> {
        self.ask(0, map::services)
    }

    fn people(&self, service: &str) -> Answered<Result<ServicePeople, Vec<String>>> {
        self.service_people(service)
    }

    fn flow(&self, at: Option<Timestamp>) -> Answered<FlowMap> {
        self.flow_map(at)
    }

    fn now(&self) -> Answered<Now> {
        self.present()
    }

    fn changes(&self, page: Page) -> Answered<Vec<Change>> {
        self.states(Kind::Change, page)
    }

    fn shifts(&self, page: Page) -> Answered<Vec<Shift>> {
        self.states(Kind::Shift, page)
    }

    fn incidents(&self, page: Page) -> Answered<Vec<Incident>> {
        self.incident_page(page)
    }

    fn change(&self, number: u32) -> Answered<Option<Change>> {
        self.state(Kind::Change, number)
    }

    fn shift(&self, number: u32) -> Answered<Option<Shift>> {
        self.state(Kind::Shift, number)
    }

    fn incident(&self, number: u32) -> Answered<Option<Incident>> {
        self.incident_words(number)
    }

    fn entries(&self, incident: u32, after: u64, items_max: u32) -> Answered<Vec<Entry>> {
        self.entry_list(incident, after, items_max)
    }

    fn events(&self, after: u64, items_max: u32) -> Answered<Vec<Entry>> {
        self.some_events(after, items_max, |event| !event.event.what.is_audit())
    }

    fn search(&self, asked: &SearchAsked, may_see: &mut MaySee<'_>) -> Answered<List<Hit>> {
        self.found(asked, may_see)
    }

    fn record(&self, asked: StretchAsked, may_see: &mut MaySee<'_>) -> Answered<TeamRecord> {
        self.team_record(asked, may_see)
    }

    fn freeze(&self, asked: &FreezeAsked, may_see: &mut MaySee<'_>) -> Answered<FreezeAnswer> {
        self.freeze_answer(asked, may_see)
    }

    fn knowledge(&self, asked: StretchAsked) -> Answered<KnowledgeMap> {
        self.knowledge_map(asked)
    }

    fn similar(
        &self,
        incident: u32,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Vec<SimilarIncident>>> {
        self.similar_incidents(incident, may_see)
    }

    fn redeploy(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<RedeployItem>> {
        self.redeploy_list(may_see)
    }

    fn last_event(&self) -> watch::Receiver<u64> {
        self.last_event.clone()
    }

    fn tell(&self, told: Told, key: Option<String>) -> Answered<Change> {
        self.tell_change(told, key)
    }

    fn accept(&self, shift: u32, key: Option<String>) -> Answered<Option<Shift>> {
        self.accept_shift(shift, key)
    }

    fn open(&self, opened: &Opened, key: Option<&str>) -> Answered<Option<DoneAnswer>> {
        self.open_incident(opened, key)
    }

    fn order(
        &self,
        incident: u32,
        orders: Orders,
        key: Option<&str>,
    ) -> Answered<Option<DoneAnswer>> {
        self.order_done(IncidentId(incident), orders, key)
    }

    fn report(&self, reported: Reported, key: Option<&str>) -> Answered<Option<ReportAnswer>> {
        self.take_report(reported, key)
    }

    fn backlog(&self, incident: u32) -> Answered<Option<Vec<Backlog>>> {
        self.backlogs(incident)
    }

    fn actions(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<ActionWords>> {
        let mut items = self.action_list(may_see)?;
        self.tracking.say_troubles(&mut items);
        Ok(items)
    }

    fn document(&self, incident: u32) -> Answered<Option<hw_report::Document>> {
        self.postmortem_document(incident)
    }

    fn drawn(&self, document: &hw_report::Document) -> Vec<hw_page::DrawnSection> {
        drawn(document)
    }

    fn rendered(&self, markdown: &str) -> String {
        hw_document::rendered(markdown)
    }

    fn doors(&self) -> Vec<String> {
        self.taken_in.clone()
    }

    fn postmortem(&self, incident: u32, asked: &PostmortemAsked) -> Answered<Option<String>> {
        self.postmortem_text(incident, asked)
    }

    fn imported(&self, page: Page) -> Answered<Vec<ImportedPostmortem>> {
        self.import_list(page)
    }

    fn imported_document(&self, number: u32) -> Answered<Option<String>> {
        self.import_text_of(number)
    }

    fn import(&self, body: &ImportBody, by: &str) -> Answered<ImportAnswer> {
        self.import_text(body, by)
    }

    fn brief(&self, incident: u32) -> Answered<Option<Brief>> {
        self.brief_words(incident)
    }

    fn rules(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<Rule>> {
        self.rule_list(may_see)
    }

    fn save_rule(&self, body: RuleBody, by: &str) -> Answered<Rule> {
        self.save_rule_of(body, by)
    }

    fn retire_rule(&self, number: u32, by: &str) -> Answered<Option<Rule>> {
        self.retire_rule_of(number, by)
    }

    fn backtest_rule(
        &self,
        asked: &BacktestAsked,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Backtest>> {
        self.backtest_of(asked, may_see)
    }

    fn propose_rule(
        &self,
        asked: (u32, Option<ShiftId>),
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<RuleProposal>> {
        self.proposal_of(asked, may_see)
    }

    fn replay(&self, incident: u32) -> Answered<Option<Replay>> {
        self.replay_of(incident)
    }

    fn chat(&self, typed: &Typed) -> ChatAnswer {
        self.chat_answer(typed)
    }

    fn alerts(&self, posted: serde_json::Value) -> Answered<AlertsAnswer> {
        self.take_alerts(posted)
    }

    fn health(&self) -> Health {
        let counts = &self.counts;
        let is_caught_up = get(&counts.applied) >= self.durable_at_start;
        let is_taking = counts.is_ready.load(Ordering::Relaxed) && counts.trouble().is_none();
        Health { is_ready: is_caught_up && is_taking, troubles: self.troubles() }
    }

    fn figures(&self) -> Vec<Family> {
        self.families()
    }
}
