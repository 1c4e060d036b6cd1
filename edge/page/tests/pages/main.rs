//! What pages must say, whatever they are given: hostile names stay text, colours can be read, and nothing
//! is promised that is not there.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod samples;

use hw_api::{FlowHop, Incident, IncidentRecord, IncidentTimes, KnowledgeMap, Received, Shift};
use hw_page::{
    ActionsView, ChangesView, Frame, IncidentsView, KnowledgeView, NowView, Page, Place,
};
use samples::*;

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
    let calm = NowView { shifts: Vec::new(), ..now_view() };
    let of = frame(Place::Now, None);
    assert_eq!(headline(&calm.page(&of), &of), "Everything flows as usual.");
    let mut silent = calm.clone();
    silent.now.status = "silent".to_owned();
    assert_eq!(headline(&silent.page(&of), &of), "Nothing comes in.");
    let mut none = calm;
    none.now.now = None;
    none.now.received = Received::default();
    assert_eq!(headline(&none.page(&of), &of), "No data yet.");
    let incidents = IncidentsView { incidents: vec![incident()] };
    let of = frame(Place::Incidents { status: None }, None);
    assert_eq!(
        headline(&incidents.page(&of), &of),
        "1 incident is open, and waits for somebody to lead it."
    );
    let items = vec![action("2026-11-25T00:00:00.000Z"), action("2026-12-25T00:00:00.000Z")];
    let actions = ActionsView { items, incidents: Vec::new() };
    let of = frame(Place::Actions { owner: None }, None);
    assert_eq!(headline(&actions.page(&of), &of), "1 of 2 open action items is late.");
    let map = KnowledgeMap {
        from: AT.to_owned(),
        at: AT.to_owned(),
        bus_factor_means: String::new(),
        services: Vec::new(),
        troubles: Vec::new(),
    };
    let of = frame(Place::Knowledge, None);
    assert_eq!(headline(&KnowledgeView { map }.page(&of), &of), "No service was seen yet.");
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

/// The sentence of a page.
fn headline(page: &Page, frame: &Frame) -> String {
    let html = page.html(frame);
    let (_, after) = html.split_once("<h1").unwrap();
    let (_, after) = after.split_once('>').unwrap();
    after.split("</h1>").next().unwrap().to_owned()
}

#[test]
fn what_was_accepted_as_normal_is_not_called_shifted_any_more() {
    let of = frame(Place::hop("a"), None);
    let open = hop_view(vec![shift()]);
    assert!(headline(&open.page(&of), &of).contains("since"), "it goes on");
    let accepted = Shift { accepted_at: Some("2026-11-26T20:50:00.000Z".to_owned()), ..shift() };
    let words = headline(&hop_view(vec![accepted]).page(&of), &of);
    assert!(words.contains(" from ") && words.contains(" to "), "it is over: {words}");
}

#[test]
fn without_a_stretch_of_before_nothing_is_said_to_be_usually_none() {
    let of = frame(Place::hop("a"), None);
    let began = "2026-11-26T19:00:00.000Z".to_owned();
    let early = Shift { onset_at: began.clone(), onset_from: began, ..shift() };
    let html = hop_view(vec![early]).page(&of).html(&of);
    assert!(html.contains("The figure was shifted in all of this stretch"));
    assert!(!html.contains("usually 0"), "of what is not shown nothing is known");
    assert!(hop_view(vec![shift()]).page(&of).html(&of).contains("id=\"f-answers\""));
}

#[test]
fn older_changes_are_of_the_same_question() {
    let place = Place::Changes {
        service: Some("router".to_owned()),
        verdict: Some("exonerated".to_owned()),
        before: None,
    };
    let of = frame(place, None);
    let view = ChangesView {
        changes: vec![change()],
        is_more: true,
        n_last_day: 120,
        incidents: vec![judging()],
        redeploy: Vec::new(),
    };
    let page = view.page(&of);
    let html = page.html(&of);
    assert!(html.contains("/changes?service=router&amp;verdict=exonerated&amp;before=1"));
    assert_eq!(headline(&page, &of), "120 exonerated changes of router in the last day.");
}

#[test]
fn when_the_last_incident_was_over_is_said_only_where_it_is_known() {
    let of = frame(Place::Incidents { status: None }, None);
    let said =
        |incident: Incident| headline(&IncidentsView { incidents: vec![incident] }.page(&of), &of);
    let closed = |times: IncidentTimes| IncidentRecord { times, ..closed_record() };
    let by_people =
        |times| Incident { record: Some(closed(times)), detected_at: None, ..incident() };
    let unknown = by_people(IncidentTimes::default());
    assert_eq!(said(unknown), "No incident is open.");
    let resolved_at = Some("2026-11-26T22:00:00.000Z".to_owned());
    let known = by_people(IncidentTimes { resolved_at, ..IncidentTimes::default() });
    assert_eq!(said(known), "No incident is open. The last one was over 30 min ago.");
}

#[test]
fn what_differs_since_a_shift_is_said_in_every_figure() {
    let of = frame(Place::hop("a"), None);
    let mut view = hop_view(vec![shift()]);
    for (n, window) in view.windows.items.iter_mut().enumerate() {
        // The shift began at 20:41:09: eleven steps and a bit before, sixteen since.
        if n > 11 {
            (window.left, window.errors, window.transfer_ratio) = (100, 50, Some(1.0));
            window.calls = 100;
        }
    }
    let html = view.page(&of).html(&of);
    let table = html.split("What differs").nth(1).unwrap();
    let row = |name: &str| {
        let (_, row) = table.split_once(name).unwrap();
        let row = row.split("</tr>").next().unwrap();
        let cells = row
            .split("<td")
            .skip(1)
            .map(|cell| cell.split_once('>').unwrap().1.split('<').next().unwrap().to_owned());
        cells.collect::<Vec<String>>()
    };
    assert_eq!(row("Share that goes on"), ["25 %", "100 %"]);
    assert_eq!(row("Calls that failed"), ["4 %", "50 %"]);
    assert_eq!(row("Came in"), ["100 / min", "100 / min"], "in twelve minutes and in sixteen");
    let calm = hop_view(Vec::new()).page(&of).html(&of);
    assert!(calm.contains("What was counted") && !calm.contains("While shifted"));
}
