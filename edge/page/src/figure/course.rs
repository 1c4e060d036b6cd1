//! A ratio over time, as the charts take it.

use hw_chart::{
    BandPoint, Baseline, ChangeMark, Mark, Onset, OnsetCloseUp, Point, Quantity, RatioOverTime,
    Said, Series, View, Zone,
};
use hw_model::Timestamp;
use hw_report::{Lane, RatioData};

/// A ratio under a title, over the whole time. `None` if it has no points.
pub(crate) fn ratio_over_time(
    (title, ratio): (&str, &RatioData),
    zone: &Zone,
) -> Option<RatioOverTime> {
    let (first, last) = (ratio.points.first()?.at, ratio.points.last()?.at);
    let window_s = f64::from(ratio.step_s);
    let to = last.plus_s(window_s);
    Some(RatioOverTime {
        title: title.to_owned(),
        view: View { from: first, to, zone: zone.clone() },
        series: series(ratio, (first, to)),
        onset: Some(onset(ratio)),
        alerts: vec![Mark { at: ratio.detected_at, label: "Highwater noticed".to_owned() }],
        people: people(ratio),
        changes: changes(ratio),
    })
}

/// The same around the onset.
pub(crate) fn close_up(titled: (&str, &RatioData), zone: &Zone) -> Option<OnsetCloseUp> {
    let RatioOverTime { title, view, series, alerts, changes, .. } = ratio_over_time(titled, zone)?;
    let is_inside = |at: Timestamp| view.from <= at && at < view.to;
    // There is no room for who noticed: people come later than the picture ends.
    let noticed = |alert: Mark| Mark { label: "noticed".to_owned(), ..alert };
    Some(OnsetCloseUp {
        title,
        series,
        onset: onset(titled.1),
        alerts: alerts.into_iter().filter(|alert| is_inside(alert.at)).map(noticed).collect(),
        changes: changes.into_iter().filter(|change| is_inside(change.at)).collect(),
        view,
    })
}

fn series(ratio: &RatioData, (from, to): (Timestamp, Timestamp)) -> Series {
    let value = |counts: (u64, u64)| {
        let (entered, left) = counts;
        (entered > 0).then(|| left as f64 / entered as f64)
    };
    let points = ratio
        .points
        .iter()
        .map(|point| Point { at: point.at, value: point.counts.and_then(value) });
    let edge = |at| ratio.usual.map(|usual| BandPoint { at, low: usual.low, high: usual.high });
    Series {
        quantity: Quantity::Ratio,
        window_s: f64::from(ratio.step_s),
        points: points.collect(),
        band: [from, to].into_iter().filter_map(edge).collect(),
        baseline: Baseline::Learned,
    }
}

const fn onset(ratio: &RatioData) -> Onset {
    Onset { at: ratio.onset_at, within: ratio.onset }
}

fn people(ratio: &RatioData) -> Vec<Mark> {
    let of_people = ratio.marks.iter().filter(|mark| mark.lane == Lane::Person);
    of_people.map(|mark| Mark { at: mark.at, label: mark.words.clone() }).collect()
}

fn changes(ratio: &RatioData) -> Vec<ChangeMark> {
    let of_changes = ratio.marks.iter().filter(|mark| mark.lane == Lane::Change);
    let drawn = of_changes.filter_map(|mark| {
        // An attempt to help is shown as what it did.
        let said = match (mark.effect, mark.verdict) {
            (Some(effect), _) => Said::Effect(effect),
            (None, Some(verdict)) => Said::Verdict(verdict),
            (None, None) => return None,
        };
        // `deploy of router 1.4.2 -> 2.0.0`: the service has a lane, and the rest is said beside the shape.
        let (kind, rest) = mark.words.split_once(" of ").unwrap_or(("", mark.words.as_str()));
        let (service, what) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(ChangeMark {
            at: mark.at,
            service: service.to_owned(),
            kind: kind.to_owned(),
            what: what.to_owned(),
            said,
            href: crate::Place::of_id(&mark.id).map(|place| place.href()),
        })
    });
    drawn.collect()
}
