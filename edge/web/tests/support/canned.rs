//! A backend that knows a few things by heart, and a client that says bytes to a socket.

#[path = "document.rs"]
mod document;
#[path = "rule.rs"]
mod rule;

use hw_api::{
    ActionWords, AlertsAnswer, Backlog, Backtest, Brief, Change, ChatAnswer, Comparison,
    CountSeries, CountSide, DoneAnswer, Entry, FlowMap, FreezeAnswer, Health, Hit, Hop,
    ImportAnswer, ImportBody, ImportedPostmortem, Incident, KnowledgeMap, List, Now, Opened,
    Orders, Received, RedeployItem, Replay, ReportAnswer, Reported, Rule, RuleBody, RuleProposal,
    Service, ServicePeople, Shift, SimilarIncident, Streams, TeamRecord, Told, Typed, Windows,
    rfc3339,
};
use hw_learn::{FreezeRule, Log, Zone};
use hw_model::{ShiftId, Timestamp};
use hw_report::Document;
use hw_web::{
    Answered, Backend, BacktestAsked, CompareAsked, CountsAsked, Doors, Failure, Family,
    FamilyKind, FreezeAsked, MaySee, Page, PostmortemAsked, PostmortemForm, RuleAsked, SearchAsked,
    SearchFrom, StretchAsked, Web, WebSettings, WindowsAsked,
};
use rule::rule;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The one hop.
pub(crate) const HOP: &str = "screening|POST /items|worklist|POST /items";
/// The same in a path.
pub(crate) const HOP_IN_PATH: &str = "screening%7CPOST%20%2Fitems%7Cworklist%7CPOST%20%2Fitems";

/// What the backend knows.
pub(crate) struct Canned {
    pub(crate) n_incidents: u32,
    pub(crate) changes: Mutex<Vec<Change>>,
    pub(crate) keys: Mutex<BTreeMap<String, Change>>,
    pub(crate) accepted: Mutex<Vec<u32>>,
    pub(crate) ordered: Mutex<Vec<Orders>>,
    pub(crate) asked: Mutex<Vec<WindowsAsked>>,
    pub(crate) compared: Mutex<Vec<CompareAsked>>,
    /// Rules that were saved, and backtests that were asked for.
    pub(crate) rules: Mutex<Vec<RuleBody>>,
    pub(crate) backtested: Mutex<Vec<BacktestAsked>>,
    /// What was typed in chats.
    pub(crate) typed: Mutex<Vec<Typed>>,
    /// Posts of alerts.
    pub(crate) alerted: Mutex<Vec<serde_json::Value>>,
    pub(crate) last_event: watch::Sender<u64>,
    /// What keeps it from writing.
    pub(crate) trouble: Mutex<Option<String>>,
    /// How long hops take.
    pub(crate) delay: Duration,
    /// What stands in each event.
    pub(crate) words: String,
}

impl Default for Canned {
    fn default() -> Self {
        Self {
            n_incidents: 5,
            changes: Mutex::default(),
            keys: Mutex::default(),
            accepted: Mutex::default(),
            ordered: Mutex::default(),
            asked: Mutex::default(),
            compared: Mutex::default(),
            rules: Mutex::default(),
            backtested: Mutex::default(),
            typed: Mutex::default(),
            alerted: Mutex::default(),
            last_event: watch::Sender::new(3),
            trouble: Mutex::default(),
            delay: Duration::ZERO,
            words: "S1: <b>rose</b>\nto 100 %".to_owned(),
        }
    }
}

pub(crate) fn hop(id: &str) -> Hop {
    let names: Vec<&str> = id.split('|').collect();
    Hop {
        id: id.to_owned(),
        caller: names[0].to_owned(),
        entry: Some(names[1].to_owned()),
        callee: names[2].to_owned(),
        operation: names[3].to_owned(),
        entered: 12_000,
        left: 8_000,
        received: Some(8_000),
        transfer_ratio: Some(0.666_667),
        answers: BTreeMap::from([("201".to_owned(), 8_000)]),
    }
}

/// Incidents 2 and 4 are over, 3 is part of 1, the others are open.
fn incident(number: u32) -> Incident {
    let at = |s| rfc3339(Timestamp::from_s(1_795_330_000 + s));
    Incident {
        id: format!("INC-{number}"),
        title: format!("incident {number}"),
        started_at: at(i64::from(number)),
        detected_at: Some(at(i64::from(number) + 12)),
        ended_at: number.is_multiple_of(2).then(|| at(500)),
        shifts: vec!["S1".to_owned()],
        merged_into: (number == 3).then(|| "INC-1".to_owned()),
        ..Incident::default()
    }
}

fn shift(number: u32) -> Shift {
    let at = rfc3339(Timestamp::from_s(1_795_330_000));
    Shift {
        id: format!("S{number}"),
        signal: "transfer".to_owned(),
        service: "screening".to_owned(),
        hop: Some(HOP.to_owned()),
        value: None,
        direction: "up".to_owned(),
        before: 0.5,
        after: 1.0,
        onset_at: at.clone(),
        onset_from: at.clone(),
        onset_to: at.clone(),
        detected_at: at,
        ended_at: None,
        evidence_nats: 41.1,
        incident: Some("INC-1".to_owned()),
        accepted_at: None,
    }
}

fn service(id: &str) -> Service {
    Service {
        id: id.to_owned(),
        entries: vec!["POST /items".to_owned()],
        calls: Vec::new(),
        called_by: Vec::new(),
        versions: Vec::new(),
        last_at: None,
    }
}

fn old(number: u32) -> ImportedPostmortem {
    let words = |text: &str| text.to_owned();
    ImportedPostmortem {
        id: format!("OLD-{number}"),
        title: words("The queue was stuck"),
        at: None,
        name: words("queue.md"),
        by: words("anna"),
        imported_at: words("2026-11-22T07:00:00.000Z"),
    }
}

fn tested(body: RuleBody) -> Backtest {
    let at = rfc3339(Timestamp::from_s(1_795_330_000));
    Backtest {
        rule: body,
        from: at.clone(),
        to: at,
        n_windows: 1,
        days: 1.0,
        quiet_days: 1.0,
        unknown: 0.0,
        thin: 0.0,
        items_max: 300.0,
        quiet_low: Some(0.4),
        quiet_high: Some(0.6),
        false_alarms: 0,
        false_alarms_a_month: None,
        judgement: "good".to_owned(),
        words: "it fires where it ought to".to_owned(),
        fired: Vec::new(),
        incidents: Vec::new(),
        sweep: Vec::new(),
        damaged_packs: 0,
    }
}

impl Canned {
    fn entry(&self, event: u64, seq: Option<u64>) -> Entry {
        let at = rfc3339(Timestamp::from_s(1_795_330_000 + event.cast_signed()));
        Entry {
            seq,
            event,
            incident: seq.map(|_| "INC-1".to_owned()),
            kind: "shift_detected".to_owned(),
            timeline: "alert".to_owned(),
            by: "Highwater".to_owned(),
            source: "machine".to_owned(),
            happened_at: at.clone(),
            recorded_at: at,
            words: self.words.clone(),
            about: Some("S1".to_owned()),
            value: None,
            because: Vec::new(),
            before: Vec::new(),
            pinned: false,
        }
    }
}

/// A log in which nothing happened.
fn log() -> Log {
    let at = |s: i64| Timestamp::from_s(1_795_330_000 + s);
    Log { known_from: at(-864_000), now: at(0), changes: Vec::new(), incidents: Vec::new() }
}

fn page<T>(page: Page, last: u32, make: impl Fn(u32) -> T) -> Vec<T> {
    let before = page.before.unwrap_or(u32::MAX).min(last + 1);
    let take = usize::try_from(page.items_max).unwrap();
    (1..before).rev().take(take).map(make).collect()
}

fn action(incident: &str, n: u32) -> ActionWords {
    ActionWords {
        id: format!("{incident}-A{n}"),
        incident: incident.to_owned(),
        kind: "detect".to_owned(),
        text: "write the alert that was missing".to_owned(),
        owner: if n == 1 { "Lea" } else { "Sami" }.to_owned(),
        due: rfc3339(Timestamp::from_s(i64::from(100 - n))),
        done_when: "it fires".to_owned(),
        state: "open".to_owned(),
        because: None,
        ended_at: None,
        ended_by: None,
        by: "Tom".to_owned(),
        added_at: rfc3339(Timestamp::from_s(1)),
        url: None,
        tracker: None,
        issue: None,
        tracker_trouble: None,
        nudges: 0,
        seq: u64::from(n),
        state_seq: u64::from(n),
    }
}

impl Backend for Canned {
    fn hops(&self) -> Answered<Vec<Hop>> {
        std::thread::sleep(self.delay);
        let more = (1..=4).map(|n| hop(&format!("a|op|b|op {n}")));
        Ok(more.chain([hop(HOP)]).collect())
    }

    fn windows(&self, asked: &WindowsAsked) -> Answered<Option<Windows>> {
        self.asked.lock().unwrap().push(asked.clone());
        if asked.step_s == Some(15) {
            return Err(Failure::Invalid("step must be a multiple of 10 s: 10 or 20".to_owned()));
        }
        Ok((asked.hop == HOP).then(|| Windows {
            hop: HOP.to_owned(),
            from: String::new(),
            to: String::new(),
            step_s: 10,
            window_s: 10,
            items: Vec::new(),
            next: None,
            damaged_packs: 0,
        }))
    }

    fn document(&self, incident: u32) -> Answered<Option<Document>> {
        let known = (1..=self.n_incidents).contains(&incident);
        Ok(known.then(|| document::bare(incident)))
    }

    fn drawn(&self, _document: &Document) -> Vec<hw_page::DrawnSection> {
        Vec::new()
    }

    fn rendered(&self, markdown: &str) -> String {
        markdown.replace('<', "&lt;")
    }

    fn doors(&self) -> Vec<String> {
        vec!["http://127.0.0.1:4318".to_owned()]
    }

    fn postmortem(&self, incident: u32, asked: &PostmortemAsked) -> Answered<Option<String>> {
        let known = (1..=self.n_incidents).contains(&incident);
        Ok(known.then(|| match asked.form {
            PostmortemForm::Json => "{}".to_owned(),
            PostmortemForm::Markdown => "# Post mortem".to_owned(),
            PostmortemForm::Html => "<!doctype html><title>Post mortem</title>".to_owned(),
        }))
    }

    fn actions(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<ActionWords>> {
        let is_seen = may_see(Some(&"INC-1".to_owned()))?;
        Ok(if is_seen { vec![action("INC-1", 1), action("INC-1", 2)] } else { Vec::new() })
    }

    fn backlog(&self, incident: u32) -> Answered<Option<Vec<Backlog>>> {
        Ok((1..=self.n_incidents).contains(&incident).then(Vec::new))
    }

    fn counts(&self, asked: &CountsAsked) -> Answered<CountSeries> {
        Ok(CountSeries {
            of: CountSide { name: asked.of.name.clone(), ..CountSide::default() },
            from: String::new(),
            to: String::new(),
            step_s: 10,
            window_s: 10,
            items: Vec::new(),
            notes: Vec::new(),
        })
    }

    fn compare(&self, asked: &CompareAsked) -> Answered<Comparison> {
        self.compared.lock().unwrap().push(asked.clone());
        let side = |name: &str| CountSide { name: name.to_owned(), ..CountSide::default() };
        Ok(Comparison {
            answer: "They do not part.".to_owned(),
            outcome: "together".to_owned(),
            a: side(&asked.a.name),
            b: side(&asked.b.name),
            from: String::new(),
            to: String::new(),
            step_s: 10,
            false_alarm_rate: 0.001,
            lag_s: 0,
            parting: None,
            growth: None,
            leg: None,
            stretches: Vec::new(),
            brief: Vec::new(),
            items: Vec::new(),
            notes: Vec::new(),
        })
    }

    fn services(&self) -> Answered<Vec<Service>> {
        Ok(["router", "screening", "worklist"].map(service).into())
    }

    fn people(&self, service: &str) -> Answered<Result<ServicePeople, Vec<String>>> {
        let known = ["1", "router", "screening", "<b>worklist</b>"];
        if !known.contains(&service) {
            return Ok(Err(known.map(str::to_owned).into()));
        }
        Ok(Ok(ServicePeople {
            service: service.to_owned(),
            at: rfc3339(Timestamp::from_s(1_795_330_000)),
            words: self.words.clone(),
            ask: vec!["<b>Anna</b>".to_owned()],
            on_call: Vec::new(),
            owners: Vec::new(),
            knows: Vec::new(),
            away: Vec::new(),
            would_help: Vec::new(),
            troubles: Vec::new(),
        }))
    }

    fn flow(&self, at: Option<Timestamp>) -> Answered<FlowMap> {
        let to = at.unwrap_or(Timestamp::from_s(1_795_330_000));
        Ok(FlowMap { from: rfc3339(to.plus_s(-60.0)), to: rfc3339(to), hops: Vec::new() })
    }

    fn now(&self) -> Answered<Now> {
        Ok(Now {
            status: "calm".to_owned(),
            sentence: "All is as usual.".to_owned(),
            incidents: Vec::new(),
            troubles: Vec::new(),
            clock: "wall".to_owned(),
            now: None,
            streams: Streams { watched: 2, armed: 1, blunt: 0 },
            coverage: 1.0,
            received: Received::default(),
            batches_behind: 0,
            version: "0.1.0".to_owned(),
        })
    }

    fn changes(&self, part: Page) -> Answered<Vec<Change>> {
        let changes = self.changes.lock().unwrap();
        let last = u32::try_from(changes.len()).unwrap();
        Ok(page(part, last, |number| changes[number as usize - 1].clone()))
    }

    fn shifts(&self, part: Page) -> Answered<Vec<Shift>> {
        Ok(page(part, 2, shift))
    }

    fn incidents(&self, part: Page) -> Answered<Vec<Incident>> {
        Ok(page(part, self.n_incidents, incident))
    }

    fn change(&self, number: u32) -> Answered<Option<Change>> {
        let place = (number as usize).checked_sub(1);
        Ok(place.and_then(|place| self.changes.lock().unwrap().get(place).cloned()))
    }

    fn shift(&self, number: u32) -> Answered<Option<Shift>> {
        Ok((1..=2).contains(&number).then(|| shift(number)))
    }

    fn incident(&self, number: u32) -> Answered<Option<Incident>> {
        Ok((1..=self.n_incidents).contains(&number).then(|| incident(number)))
    }

    fn entries(&self, incident: u32, after: u64, items_max: u32) -> Answered<Vec<Entry>> {
        let last = if incident == 1 { 3 } else { 0 };
        let numbers = (after + 1..=last).take(items_max as usize);
        Ok(numbers.map(|seq| self.entry(seq, Some(seq))).collect())
    }

    fn events(&self, after: u64, items_max: u32) -> Answered<Vec<Entry>> {
        let last = *self.last_event.borrow();
        let numbers = (after + 1..=last).take(items_max as usize);
        Ok(numbers.map(|event| self.entry(event, None)).collect())
    }

    fn search(&self, asked: &SearchAsked, _: &mut MaySee<'_>) -> Answered<List<Hit>> {
        let hit = Hit {
            kind: "entry".to_owned(),
            incident: Some("INC-1".to_owned()),
            entry: Some(2),
            about: None,
            postmortem: None,
            section: None,
            at: rfc3339(Timestamp::from_s(1_795_330_000)),
            by: "Anna".to_owned(),
            words: asked.words.join("+"),
        };
        let next = (asked.from == SearchFrom::Incidents(None)).then(|| "7".to_owned());
        Ok(List { items: vec![hit], next })
    }

    fn record(&self, asked: StretchAsked, may_see: &mut MaySee<'_>) -> Answered<TeamRecord> {
        let log = log();
        // Which incidents may be seen is said in the notes.
        let mut notes = Vec::new();
        for number in 1..=self.n_incidents {
            let id = format!("INC-{number}");
            if may_see(Some(&id))? {
                notes.push(id);
            }
        }
        Ok(TeamRecord::of(&log, log.period(asked.from, asked.to), notes))
    }

    fn freeze(&self, asked: &FreezeAsked, _: &mut MaySee<'_>) -> Answered<FreezeAnswer> {
        let log = log();
        let zone = Zone::new(&asked.zone, Vec::new());
        let rule = FreezeRule { only: asked.only.clone(), zone };
        let period = log.period(asked.stretch.from, asked.stretch.to);
        let freeze = hw_learn::freeze(&log, period, &rule);
        Ok(FreezeAnswer::of(&freeze, &rule, (&log, period), Vec::new()))
    }

    fn knowledge(&self, asked: StretchAsked) -> Answered<KnowledgeMap> {
        Ok(KnowledgeMap {
            from: rfc3339(asked.from.unwrap_or_default()),
            at: rfc3339(asked.to.unwrap_or_default()),
            bus_factor_means: self.words.clone(),
            services: Vec::new(),
            troubles: Vec::new(),
        })
    }

    fn similar(
        &self,
        incident: u32,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Option<Vec<SimilarIncident>>> {
        let mut seen = Vec::new();
        for number in (1..=self.n_incidents).filter(|number| *number != incident) {
            let id = format!("INC-{number}");
            if may_see(Some(&id))? {
                seen.push(SimilarIncident {
                    id,
                    title: self.words.clone(),
                    started_at: rfc3339(Timestamp::from_s(1_795_330_000)),
                    points: 6.0,
                    because: vec!["both start at eligibility".to_owned()],
                    mitigated: Vec::new(),
                    is_by_words_only: false,
                });
            }
        }
        Ok((incident <= self.n_incidents).then_some(seen))
    }

    fn redeploy(&self, _: &mut MaySee<'_>) -> Answered<Vec<RedeployItem>> {
        Ok(Vec::new())
    }

    fn last_event(&self) -> watch::Receiver<u64> {
        self.last_event.subscribe()
    }

    fn tell(&self, told: Told, key: Option<String>) -> Answered<Change> {
        if let Some(reason) = self.trouble.lock().unwrap().clone() {
            return Err(Failure::Unavailable { reason, retry_after_s: 5 });
        }
        let mut keys = self.keys.lock().unwrap();
        if let Some(first) = key.as_ref().and_then(|key| keys.get(key)) {
            return Ok(first.clone());
        }
        let mut changes = self.changes.lock().unwrap();
        let told = told.at_or(Timestamp::from_s(1_795_330_000));
        let change = Change {
            id: format!("C{}", changes.len() + 1),
            kind: told.kind.word().to_owned(),
            service: told.service,
            from_version: told.from_version,
            to_version: told.to_version,
            at: rfc3339(told.at),
            source: "told".to_owned(),
            reverses: None,
            redeploy_of: None,
        };
        changes.push(change.clone());
        keys.extend(key.map(|key| (key, change.clone())));
        Ok(change)
    }

    fn accept(&self, number: u32, _key: Option<String>) -> Answered<Option<Shift>> {
        if number == 2 {
            return Err(Failure::Conflict("S2 is over".to_owned()));
        }
        let known = self.shift(number)?;
        self.accepted.lock().unwrap().extend(known.as_ref().map(|_| number));
        Ok(known.map(|shift| Shift { accepted_at: Some(shift.onset_at.clone()), ..shift }))
    }

    fn open(&self, opened: &Opened, _key: Option<&str>) -> Answered<Option<DoneAnswer>> {
        let incident = Incident { title: opened.title.to_string(), ..incident(1) };
        Ok(Some(DoneAnswer { incident, entries: Vec::new(), warning: None }))
    }

    fn order(
        &self,
        number: u32,
        orders: Orders,
        _key: Option<&str>,
    ) -> Answered<Option<DoneAnswer>> {
        if number > self.n_incidents {
            return Ok(None);
        }
        self.ordered.lock().unwrap().push(orders);
        Ok(Some(DoneAnswer { incident: incident(number), entries: Vec::new(), warning: None }))
    }

    fn report(&self, reported: Reported, _key: Option<&str>) -> Answered<Option<ReportAnswer>> {
        let number = reported.incident.map_or(1, |incident| incident.0);
        let near = vec![format!("{} of {:?}", reported.text, reported.service)];
        Ok((number <= self.n_incidents).then(|| ReportAnswer {
            incident: incident(number),
            opened: false,
            entry: self.entry(1, Some(1)),
            near,
            compared: 1,
            warning: None,
        }))
    }

    fn brief(&self, number: u32) -> Answered<Option<Brief>> {
        let words = "It is over.".to_owned();
        let brief = Brief { incident: format!("INC-{number}"), words };
        Ok((number <= self.n_incidents).then_some(brief))
    }

    fn imported(&self, page: Page) -> Answered<Vec<ImportedPostmortem>> {
        let last = page.before.unwrap_or(4);
        let numbers = (1..last).rev().take(usize::try_from(page.items_max).unwrap());
        Ok(numbers.map(old).collect())
    }

    fn imported_document(&self, number: u32) -> Answered<Option<String>> {
        Ok((number <= 3).then(|| format!("{{\"title\": \"old {number}\"}}")))
    }

    fn import(&self, body: &ImportBody, by: &str) -> Answered<ImportAnswer> {
        let by = body.by.clone().unwrap_or_else(|| by.to_owned());
        let postmortem = ImportedPostmortem { by, name: body.name.clone(), ..old(4) };
        Ok(ImportAnswer { postmortem, added: body.text != "again", notes: Vec::new() })
    }

    fn rules(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<Rule>> {
        let bodies = self.rules.lock().unwrap().clone();
        let mut rules: Vec<Rule> = (1..).zip(&bodies).map(|(n, body)| rule(n, body)).collect();
        for rule in &mut rules {
            if !may_see(rule.incident.as_ref())? {
                rule.incident = None;
            }
        }
        Ok(rules)
    }

    fn save_rule(&self, body: RuleBody, _: &str) -> Answered<Rule> {
        let mut rules = self.rules.lock().unwrap();
        rules.push(body.clone());
        Ok(rule(rules.len(), &body))
    }

    fn retire_rule(&self, number: u32, _: &str) -> Answered<Option<Rule>> {
        let at = usize::try_from(number).unwrap();
        let body = self.rules.lock().unwrap().get(at - 1).cloned().unwrap_or_default();
        Ok((number <= self.n_incidents).then(|| rule(at, &body)))
    }

    fn backtest_rule(
        &self,
        asked: &BacktestAsked,
        _: &mut MaySee<'_>,
    ) -> Answered<Option<Backtest>> {
        self.backtested.lock().unwrap().push(asked.clone());
        Ok(match &asked.rule {
            RuleAsked::Told(body) => Some(tested((**body).clone())),
            RuleAsked::Kept(number) => {
                (*number <= self.n_incidents).then(|| tested(RuleBody::default()))
            }
        })
    }

    fn propose_rule(
        &self,
        (incident, shift): (u32, Option<ShiftId>),
        _: &mut MaySee<'_>,
    ) -> Answered<Option<RuleProposal>> {
        Ok(Some(RuleProposal {
            incident: format!("INC-{incident}"),
            shift: shift.unwrap_or(ShiftId(1)).to_string(),
            rule: RuleBody::default(),
            bound: "above 75 %".to_owned(),
            backtest: tested(RuleBody::default()),
            prometheus: "groups: []".to_owned(),
            promtool: None,
            no_promtool: None,
        }))
    }

    fn replay(&self, incident: u32) -> Answered<Option<Replay>> {
        let words = "no rule fires".to_owned();
        Ok(Some(Replay {
            incident: format!("INC-{incident}"),
            fires: false,
            rules: Vec::new(),
            words,
        }))
    }

    fn chat(&self, typed: &Typed) -> ChatAnswer {
        std::thread::sleep(self.delay);
        self.typed.lock().unwrap().push(typed.clone());
        ChatAnswer {
            response_type: "in_channel".to_owned(),
            text: format!("{} typed {}", typed.by, typed.text),
            blocks: None,
            mrkdwn: None,
            skip_slack_parsing: None,
        }
    }

    fn alerts(&self, posted: serde_json::Value) -> Answered<AlertsAnswer> {
        if posted.get("alerts").is_none() {
            return Err(Failure::Invalid("the body is no payload".to_owned()));
        }
        self.alerted.lock().unwrap().push(posted);
        Ok(AlertsAnswer { new: 1, words: "1 alert".to_owned(), ..AlertsAnswer::default() })
    }

    fn health(&self) -> Health {
        let troubles: Vec<String> = self.trouble.lock().unwrap().clone().into_iter().collect();
        Health { is_ready: troubles.is_empty(), troubles }
    }

    fn figures(&self) -> Vec<Family> {
        vec![Family::one("highwater_build_info", FamilyKind::Gauge, "The version.", 1.0)]
    }
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) backend: Arc<Canned>,
    pub(crate) address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    runtime: Runtime,
}

impl Running {
    pub(crate) fn new() -> Self {
        Self::with(Canned::default(), WebSettings::standard())
    }

    pub(crate) fn with(backend: Canned, settings: WebSettings) -> Self {
        Self::behind(backend, settings, Doors::default())
    }

    pub(crate) fn behind(backend: Canned, settings: WebSettings, doors: Doors) -> Self {
        let runtime = Runtime::new().unwrap();
        let (stop, stopping) = watch::channel(false);
        let backend = Arc::new(backend);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let web = runtime.block_on(Web::bind(any, settings)).unwrap().behind(doors);
        let address = web.address().unwrap();
        drop(runtime.spawn(web.run(Arc::clone(&backend) as Arc<dyn Backend>, stopping)));
        Self { backend, address, stop, runtime }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Says these bytes, and reads until the other side closes.
    pub(crate) fn say(&self, bytes: &[u8]) -> Said {
        let mut stream = self.connect();
        // The other side may stop reading before all is said: its answer counts.
        drop(stream.write_all(bytes));
        let mut answer = Vec::new();
        // A reset after the answer is none of the test's business.
        drop(stream.read_to_end(&mut answer));
        Said::parse(&answer)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Said {
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}{length}\r\n{body}",
            self.address
        );
        self.say(head.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Said {
        self.ask("GET", path, "", "")
    }

    /// Tells something as JSON.
    pub(crate) fn post(&self, path: &str, body: &str) -> Said {
        self.ask("POST", path, "Content-Type: application/json\r\n", body)
    }

    pub(crate) fn end(self) {
        self.stop.send_replace(true);
        self.runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Said {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A problem of this kind, with this status.
    pub(crate) fn problem(&self, status: u16, kind: &str) -> serde_json::Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:highwater:problem:{kind}"), "{self:?}");
        assert_eq!(problem["status"], status);
        for key in ["title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|words| words.len() > 5), "{self:?}");
        }
        problem
    }
}
