//! Views for the tests of pages, with hostile names in every field.

use hw_api::{
    ActionWords, Change, DependencyAnswers, Entry, FlowHop, FlowMap, Hit, Hop, Incident,
    IncidentRecord, IncidentTimes, Now, Origin, Received, Rule, RuleBody, Service, Shift, Streams,
    Window, Windows,
};
use hw_chart::Zone;
use hw_page::{
    ActionsView, ChangeView, ChangesView, Clock, FlowView, Frame, HopView, IncidentsView, NowView,
    Page, Place, ProblemView, RuleView, RulesView, SearchView, SentField, ServiceView,
    SettingsView, Theme, TimelineView, Viewer,
};
use std::collections::BTreeMap;

pub(crate) const HOSTILE: &str = "\"'><script>alert(1)</script>&amp;<img src=x onerror=alert(1)>";

pub(crate) fn frame(place: Place, name: Option<&str>) -> Frame {
    Frame {
        place,
        viewer: Viewer {
            name: name.map(str::to_owned),
            is_signed_in: false,
            may_respond: true,
            may_admin: true,
            theme: Theme::Dark,
            has_keys: true,
        },
        clock: Clock { zone: Zone::utc(), now: hw_api::instant("2026-11-26T22:30:00Z").unwrap() },
        event: 7,
        said: Some(HOSTILE.to_owned()),
    }
}

pub(crate) fn text() -> String {
    HOSTILE.to_owned()
}

pub(crate) const AT: &str = "2026-11-26T20:41:09.000Z";

pub(crate) fn now() -> Now {
    Now {
        status: "calm".to_owned(),
        sentence: text(),
        incidents: Vec::new(),
        troubles: vec![text()],
        clock: "wall".to_owned(),
        now: Some(AT.to_owned()),
        streams: Streams { watched: 3, armed: 2, blunt: 1 },
        coverage: 0.9,
        received: Received {
            last_minute: 1,
            last_record_at: Some(AT.to_owned()),
            last_age_s: None,
        },
        batches_behind: 0,
        version: "0.1.0".to_owned(),
    }
}

pub(crate) fn map() -> FlowMap {
    let hop = FlowHop {
        id: format!("{HOSTILE}|a|b|c"),
        caller: text(),
        entry: Some(text()),
        callee: text(),
        operation: text(),
        entered: 10,
        left: 5,
        transfer_ratio: Some(0.5),
        calls: 5,
        errors: 1,
        shifts: vec!["S1".to_owned()],
        dependency: None,
    };
    let answers = BTreeMap::from([(text(), 3), ("no".to_owned(), 2)]);
    let dependency = Some(DependencyAnswers { answers, usual: BTreeMap::new() });
    let asked = FlowHop { id: format!("{HOSTILE}|a|d|c"), dependency, ..hop.clone() };
    FlowMap { from: AT.to_owned(), to: AT.to_owned(), hops: vec![hop, asked] }
}

pub(crate) fn shift() -> Shift {
    Shift {
        id: "S1".to_owned(),
        signal: "transfer".to_owned(),
        service: text(),
        hop: Some(text()),
        value: Some(text()),
        direction: "up".to_owned(),
        before: 0.25,
        after: 0.5,
        onset_at: AT.to_owned(),
        onset_from: AT.to_owned(),
        onset_to: AT.to_owned(),
        detected_at: AT.to_owned(),
        ended_at: None,
        evidence_nats: 9.0,
        incident: Some("INC-1".to_owned()),
        accepted_at: None,
    }
}

pub(crate) fn change() -> Change {
    Change {
        id: "C1".to_owned(),
        kind: "deploy".to_owned(),
        service: text(),
        from_version: Some(text()),
        to_version: Some("2".to_owned()),
        at: AT.to_owned(),
        source: "told".to_owned(),
        reverses: None,
        redeploy_of: None,
    }
}

pub(crate) fn incident() -> Incident {
    Incident {
        id: "INC-1".to_owned(),
        title: text(),
        started_at: AT.to_owned(),
        detected_at: Some(AT.to_owned()),
        origins: vec![Origin {
            rank: 1,
            service: text(),
            hop: Some(text()),
            confidence: 0.9,
            because: vec![text()],
        }],
        ..Incident::default()
    }
}

pub(crate) fn action(due: &str) -> ActionWords {
    ActionWords {
        id: "INC-1-A1".to_owned(),
        incident: "INC-1".to_owned(),
        kind: "detect".to_owned(),
        text: text(),
        owner: text(),
        due: due.to_owned(),
        done_when: text(),
        state: "open".to_owned(),
        because: None,
        ended_at: None,
        ended_by: None,
        by: text(),
        added_at: AT.to_owned(),
        url: Some("javascript:alert(1)".to_owned()),
        tracker: None,
        issue: None,
        tracker_trouble: Some(text()),
        nudges: 0,
        seq: 3,
        state_seq: 3,
    }
}

pub(crate) fn entry() -> Entry {
    Entry {
        seq: Some(1),
        event: 1,
        incident: Some("INC-1".to_owned()),
        kind: "noted".to_owned(),
        timeline: "note".to_owned(),
        by: text(),
        source: "person".to_owned(),
        happened_at: AT.to_owned(),
        recorded_at: AT.to_owned(),
        words: text(),
        about: Some(text()),
        value: None,
        because: vec![text(), text()],
        before: vec![text()],
        pinned: true,
    }
}

pub(crate) fn service() -> Service {
    Service {
        id: text(),
        entries: vec![text()],
        calls: vec![text()],
        called_by: vec![text()],
        versions: Vec::new(),
        last_at: None,
    }
}

pub(crate) fn now_view() -> NowView {
    NowView {
        now: now(),
        map: map(),
        shifts: vec![shift()],
        changes: vec![change()],
        late: vec![action(AT)],
        doors: vec![text()],
    }
}

/// A page with its frame, for somebody with a hostile name.
pub(crate) fn shown(place: Place, page: impl FnOnce(&Frame) -> Page) -> (Page, Frame) {
    let frame = frame(place, Some(HOSTILE));
    (page(&frame), frame)
}

/// Some pages with hostile names in every field.
pub(crate) fn hostile_pages() -> Vec<(Page, Frame)> {
    let timeline = TimelineView {
        incident: incident(),
        entries: vec![entry()],
        changes: vec![change()],
        shifts: vec![shift()],
        brief: None,
        people: None,
        others: vec![("INC-2".to_owned(), text())],
    };
    let changes = ChangesView {
        changes: vec![change()],
        is_more: true,
        incidents: vec![incident()],
        redeploy: Vec::new(),
        n_last_day: 1,
    };
    let incidents = vec![("INC-1".to_owned(), text())];
    let actions = ActionsView { items: vec![action(AT)], incidents };
    let of_service = Place::Changes { service: Some(text()), verdict: None, before: None };
    let flow = FlowView { map: map(), shifts: vec![shift()] };
    let found = IncidentsView { incidents: vec![incident()] };
    vec![
        shown(Place::Now, |frame| now_view().page(frame)),
        shown(Place::Flow { at: None, is_whole: true }, |frame| flow.page(frame)),
        shown(Place::Incidents { status: None }, |frame| found.page(frame)),
        shown(Place::timeline(1), |frame| timeline.page(frame)),
        shown(of_service, |frame| changes.page(frame)),
        shown(Place::Actions { owner: None }, |frame| actions.page(frame)),
        shown(Place::Settings, |frame| settings().page(frame)),
        shown(Place::Search { text: text() }, |frame| search().page(frame)),
        shown(Place::service(HOSTILE), |frame| problem().page(frame)),
        shown(Place::hop(HOSTILE), |frame| hop_view(vec![shift()]).page(frame)),
        shown(Place::service(HOSTILE), |frame| service_view().page(frame)),
        shown(Place::Change { change: 1 }, |frame| change_view().page(frame)),
        shown(Place::Rules, |frame| RulesView { rules: vec![rule()] }.page(frame)),
        shown(Place::Rule { rule: 1, bound: None }, |frame| rule_view().page(frame)),
    ]
}

pub(crate) fn window(minute: u32, left: u64) -> Window {
    Window {
        from: format!("2026-11-26T20:{minute:02}:00.000Z"),
        to: format!("2026-11-26T20:{:02}:00.000Z", minute + 1),
        is_final: true,
        entered: 100,
        left,
        received: None,
        transfer_ratio: Some(left as f64 / 100.0),
        calls: left,
        errors: 1,
        answers: BTreeMap::from([(text(), 7), ("no".to_owned(), 93)]),
        latency_ms: None,
    }
}

/// A hop that was counted from 20:30 to 20:58; its figure may have shifted at 20:41.
pub(crate) fn hop_view(shifts: Vec<Shift>) -> HopView {
    HopView {
        hop: Hop {
            id: format!("{HOSTILE}|a|b|c"),
            caller: text(),
            entry: Some(text()),
            callee: text(),
            operation: text(),
            entered: 10,
            left: 5,
            received: None,
            transfer_ratio: Some(0.5),
            answers: BTreeMap::from([(text(), 3), ("no".to_owned(), 1)]),
        },
        windows: Windows {
            hop: text(),
            from: "2026-11-26T20:30:00.000Z".to_owned(),
            to: "2026-11-26T20:58:00.000Z".to_owned(),
            step_s: 60,
            window_s: 10,
            items: (30..58).map(|minute| window(minute, 25)).collect(),
            next: None,
            damaged_packs: 1,
        },
        shifts,
        changes: vec![change()],
        incidents: vec![judging()],
    }
}

/// An incident that says something of the change.
pub(crate) fn judging() -> Incident {
    let judged = serde_json::json!({
        "change": "C1", "verdict": "undecided", "probability": 0.2, "because": [HOSTILE],
    });
    Incident { changes: vec![serde_json::from_value(judged).unwrap()], ..incident() }
}

fn service_view() -> ServiceView {
    ServiceView {
        service: service(),
        hops: vec![hop_view(Vec::new()).hop],
        changes: vec![change()],
        shifts: vec![shift()],
        incidents: vec![incident()],
        people: None,
    }
}

fn change_view() -> ChangeView {
    ChangeView { change: change(), incidents: vec![judging()], redeploy: None }
}

fn rule_body() -> RuleBody {
    RuleBody {
        name: text(),
        signal: "transfer".to_owned(),
        hop: Some(format!("{HOSTILE}|a|b|c")),
        window_s: 60,
        above: Some(0.75),
        because: vec![text()],
        ..RuleBody::default()
    }
}

fn rule() -> Rule {
    Rule {
        id: "R1".to_owned(),
        rule: rule_body(),
        bound: text(),
        saved_at: AT.to_owned(),
        retired_at: None,
        state: "quiet".to_owned(),
        since: None,
        incident: Some("INC-1".to_owned()),
        trouble: Some(text()),
        warning: Some(text()),
    }
}

fn rule_view() -> RuleView {
    let backtest = serde_json::json!({
        "rule": rule_body(), "from": AT, "to": AT, "n_windows": 7, "days": 1.0, "quiet_days": 0.9,
        "unknown": 0.0, "thin": 0.0, "items_max": 3.0, "quiet_low": 0.2, "quiet_high": 0.3,
        "false_alarms": 1, "false_alarms_a_month": 0.1, "judgement": "good", "words": HOSTILE,
        "fired": [{ "since": AT, "began": AT, "said": AT, "ended": null, "figure": 0.9, "incident": null }],
        "incidents": [], "sweep": [], "damaged_packs": 0,
    });
    RuleView { rule: rule(), backtest: serde_json::from_value(backtest).unwrap(), tried: None }
}

pub(crate) fn settings() -> SettingsView {
    SettingsView {
        now: now(),
        services: vec![service()],
        doors: vec![text()],
        tokens: Some(Vec::new()),
        audit: vec![entry()],
    }
}

pub(crate) fn search() -> SearchView {
    let hit = Hit {
        kind: "entry".to_owned(),
        incident: Some("INC-1".to_owned()),
        entry: Some(2),
        about: None,
        postmortem: None,
        section: None,
        at: AT.to_owned(),
        by: text(),
        words: text(),
    };
    SearchView { text: text(), hits: vec![hit], is_more: false }
}

pub(crate) fn problem() -> ProblemView {
    ProblemView {
        title: text(),
        detail: text(),
        did_you_mean: Some(text()),
        request: text(),
        sent: Some((text(), vec![SentField { name: text(), value: text() }])),
        can_resend: true,
        needs_token: true,
    }
}

pub(crate) fn closed_record() -> IncidentRecord {
    IncidentRecord {
        title: None,
        status: "closed".to_owned(),
        severity: None,
        times: IncidentTimes::default(),
        roles: Vec::new(),
        hypotheses: Vec::new(),
        attempts: Vec::new(),
        actions: Vec::new(),
        review: None,
        next_update_due: None,
        is_update_overdue: false,
        waiting: None,
        merged_into: None,
        restricted_to: None,
        seq: 9,
    }
}
