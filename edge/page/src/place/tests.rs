use super::*;

fn read(href: &str) -> Option<Place> {
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    Place::read(path, query)
}

#[test]
fn every_page_is_found_at_its_own_address() {
    let stretch = Stretch {
        from: Some(Timestamp::from_s(1_000_000_000)),
        to: Some(Timestamp::from_s(1_000_000_060)),
    };
    let hostile = "a/b|c d?<é>%2F".to_owned();
    for place in [
        Place::Now,
        Place::Flow { at: stretch.from, is_whole: true },
        Place::Hop { id: hostile.clone(), stretch },
        Place::service(&hostile),
        Place::Incidents { status: Some("open".to_owned()) },
        Place::story(7),
        Place::Timeline { incident: 7, amend: Some(3), is_newest_first: false },
        Place::Review { incident: 7, section: Some("impact".to_owned()) },
        Place::Proposal { incident: 7 },
        Place::Changes { service: Some(hostile.clone()), verdict: None, before: Some(9) },
        Place::Change { change: 3 },
        Place::Rules,
        Place::Rule { rule: 2, bound: Some("0.7".to_owned()) },
        Place::Actions { owner: Some(hostile.clone()) },
        Place::Record { stretch, only: Some("mon".to_owned()) },
        Place::Knowledge,
        Place::Settings,
        Place::Search { text: hostile },
    ] {
        assert_eq!(read(&place.href()).as_ref(), Some(&place), "{}", place.href());
    }
}

#[test]
fn what_is_no_page_is_none_and_what_cannot_be_read_is_not_asked() {
    for href in
        ["/nowhere", "/incidents/x", "/incidents/1/nowhere", "/incidents/-1", "/services/%FF"]
    {
        assert_eq!(read(href), None, "{href}");
    }
    assert_eq!(read("/incidents/INC-4"), Some(Place::story(4)));
    assert_eq!(read("/incidents/4?from=yesterday"), Some(Place::story(4)));
    assert_eq!(read("/incidents/4?from=2026-01-02&to=2026-01-01"), Some(Place::story(4)));
    assert_eq!(Place::of_id("INC-3"), Some(Place::story(3)));
    assert_eq!(Place::of_id("C3"), Some(Place::Change { change: 3 }));
    assert_eq!(Place::of_id("S3"), None);
}
