//! What pages must say, whatever they are given: hostile names stay text, colours can be read, and nothing
//! is promised that is not there.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_api::{
    ActionWords, Change, Entry, FlowHop, FlowMap, Hit, Incident, KnowledgeMap, Now, Origin,
    Received, Service, Shift, Streams,
};
use hw_chart::Zone;
use hw_page::{
    ActionsView, ChangesView, Clock, FlowView, Frame, IncidentsView, KnowledgeView, NowView, Page,
    Place, ProblemView, SearchView, SentField, SettingsView, Theme, TimelineView, Viewer,
};

const HOSTILE: &str = "\"'><script>alert(1)</script>&amp;<img src=x onerror=alert(1)>";

fn frame(place: Place, name: Option<&str>) -> Frame {
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

fn text() -> String {
    HOSTILE.to_owned()
}

const AT: &str = "2026-11-26T20:41:09.000Z";

fn now() -> Now {
    Now {
        status: "calm".to_owned(),
        sentence: text(),
        incidents: Vec::new(),
        troubles: vec![text()],
        clock: "wall".to_owned(),
        now: Some(AT.to_owned()),
        streams: Streams { watched: 3, armed: 2 },
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

fn map() -> FlowMap {
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
    };
    FlowMap { from: AT.to_owned(), to: AT.to_owned(), hops: vec![hop] }
}

fn shift() -> Shift {
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

fn change() -> Change {
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

fn incident() -> Incident {
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

fn action(due: &str) -> ActionWords {
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

fn entry() -> Entry {
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

fn service() -> Service {
    Service {
        id: text(),
        entries: vec![text()],
        calls: vec![text()],
        called_by: vec![text()],
        versions: Vec::new(),
        last_at: None,
    }
}

fn now_view() -> NowView {
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
fn shown(place: Place, page: impl FnOnce(&Frame) -> Page) -> (Page, Frame) {
    let frame = frame(place, Some(HOSTILE));
    (page(&frame), frame)
}

/// Some pages with hostile names in every field.
fn hostile_pages() -> Vec<(Page, Frame)> {
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
    ]
}

fn settings() -> SettingsView {
    SettingsView {
        now: now(),
        services: vec![service()],
        doors: vec![text()],
        tokens: Some(Vec::new()),
        audit: vec![entry()],
    }
}

fn search() -> SearchView {
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

fn problem() -> ProblemView {
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

#[test]
fn hostile_names_stay_text_everywhere() {
    for (page, frame) in hostile_pages() {
        let html = page.html(&frame);
        assert!(html.contains("onerror=alert(1)"), "the name is missing in {}", page.title);
        assert!(!html.contains("<script>alert"), "{}", page.title);
        assert!(!html.contains("<img"), "{}", page.title);
        assert!(!html.contains("href=\"javascript:"), "{}", page.title);
        assert!(!html.contains(" style="), "a policy forbids styles in the page: {}", page.title);
        assert!(!html.contains(" onclick="), "{}", page.title);
        // Nothing ends the script elements in which data stands before their own end.
        let data = html.split("type=\"application/json\"").skip(1);
        for rest in data {
            let inside = rest.split("</script>").next().unwrap();
            let json = inside.split_once('>').unwrap().1;
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
        }
    }
}

#[test]
fn a_page_says_first_what_matters() {
    let head = |page: &Page, frame: &Frame| {
        let html = page.html(frame);
        let (_, after) = html.split_once("<h1").unwrap();
        let (_, after) = after.split_once('>').unwrap();
        after.split("</h1>").next().unwrap().to_owned()
    };
    let calm = NowView { shifts: Vec::new(), ..now_view() };
    let of = frame(Place::Now, None);
    assert_eq!(head(&calm.page(&of), &of), "Everything flows as usual.");
    let mut silent = calm.clone();
    silent.now.status = "silent".to_owned();
    assert_eq!(head(&silent.page(&of), &of), "Nothing comes in.");
    let mut none = calm;
    none.now.now = None;
    none.now.received = Received::default();
    assert_eq!(head(&none.page(&of), &of), "No data yet.");
    let incidents = IncidentsView { incidents: vec![incident()] };
    let of = frame(Place::Incidents { status: None }, None);
    assert_eq!(
        head(&incidents.page(&of), &of),
        "1 incident is open, and waits for somebody to lead it."
    );
    let items = vec![action("2026-11-25T00:00:00.000Z"), action("2026-12-25T00:00:00.000Z")];
    let actions = ActionsView { items, incidents: Vec::new() };
    let of = frame(Place::Actions { owner: None }, None);
    assert_eq!(head(&actions.page(&of), &of), "1 of 2 open action items is late.");
    let map = KnowledgeMap {
        from: AT.to_owned(),
        at: AT.to_owned(),
        bus_factor_means: String::new(),
        services: Vec::new(),
        troubles: Vec::new(),
    };
    let of = frame(Place::Knowledge, None);
    assert_eq!(head(&KnowledgeView { map }.page(&of), &of), "No service was seen yet.");
}

#[test]
fn who_may_only_read_gets_no_form_that_does_something() {
    let mut of = frame(Place::Now, Some("ann"));
    of.viewer.may_respond = false;
    let html = now_view().page(&of).html(&of);
    assert!(!html.contains("action=\"/do/"));
    of.viewer.may_respond = true;
    let html = now_view().page(&of).html(&of);
    assert!(html.contains("action=\"/do/reports\"") && html.contains("action=\"/do/incidents\""));
}

#[test]
fn a_region_is_another_only_if_what_stands_in_it_is() {
    let of = frame(Place::Now, None);
    let page = now_view().page(&of);
    assert_eq!(page.version(), now_view().page(&of).version());
    let mut other = now_view();
    other.now.streams.armed = 3;
    let later = other.page(&of);
    assert_ne!(page.version(), later.version());
    let changed: Vec<&str> = page
        .regions
        .iter()
        .zip(&later.regions)
        .filter(|(a, b)| a.html().into_string() != b.html().into_string())
        .map(|(region, _)| region.id)
        .collect();
    assert_eq!(changed, ["r-watch"]);
}

/// Relative luminance of `#rrggbb` or `#rgb`, by WCAG 2.2.
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let long: String = if digits.len() == 3 {
        digits.chars().flat_map(|digit| [digit, digit]).collect()
    } else {
        digits.to_owned()
    };
    let channel = |at: usize| {
        let value =
            f64::from(u8::from_str_radix(long.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

#[test]
fn every_pair_of_colours_that_is_used_can_be_read_in_the_light_and_in_the_dark() {
    let css = hw_page::asset("highwater.css").unwrap().text;
    let (light, dark) = css.split_once("[data-theme=dark]").unwrap();
    // The style sheet says the dark colours twice: by choice, and by the reader's system.
    let by_system = css.split("prefers-color-scheme: dark").nth(1).unwrap();
    for (name, theme) in [("light", light), ("dark", dark), ("system", by_system)] {
        let of = |token: &str| {
            let key = format!("--{token}:");
            let rest = theme.split(&key).nth(1).unwrap_or_else(|| panic!("{name} has no {token}"));
            luminance(rest.split([';', '}']).next().unwrap().trim())
        };
        let text = [
            ("ink", "paper"),
            ("ink", "surface"),
            ("ink", "sunk"),
            ("ink2", "paper"),
            ("ink2", "surface"),
            ("ink3", "paper"),
            ("ink3", "surface"),
            ("ink", "flow-wash"),
            ("ink2", "flow-wash"),
            ("ink", "flow-fill"),
            ("ink2", "flow-fill"),
            ("flow", "surface"),
            ("flow", "paper"),
            ("flow", "flow-wash"),
            ("alarm", "surface"),
            ("alarm", "paper"),
            ("on-solid", "flow"),
            ("on-solid", "alarm"),
            ("paper", "ink"),
        ];
        let marks = [
            ("line2", "surface"),
            ("focus", "surface"),
            ("focus", "paper"),
            ("flow", "flow-fill"),
            ("alarm", "alarm-fill"),
        ];
        let all = text.map(|pair| (pair, 4.5)).into_iter().chain(marks.map(|pair| (pair, 3.0)));
        for ((ink, ground), least) in all {
            let (a, b) = (of(ink), of(ground));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= least, "{name}: {ink} on {ground} is {contrast:.2}, not {least}");
        }
    }
}

#[test]
fn a_page_is_small_where_much_is_known() {
    let mut view = now_view();
    view.map.hops = (0..2_000)
        .map(|n| FlowHop {
            id: format!("s{n}|in|s{}|out", n + 1),
            caller: format!("service-{n}"),
            callee: format!("service-{}", n + 1),
            shifts: Vec::new(),
            ..map().hops.remove(0)
        })
        .collect();
    view.shifts = Vec::new();
    let of = frame(Place::Now, None);
    let html = view.page(&of).html(&of);
    let nodes = html.matches('<').count() / 2;
    assert!(nodes <= 1_700, "{nodes} nodes, at 2,000 hops");
    assert!(html.len() <= 260_000, "{} bytes, at 2,000 hops", html.len());
}
