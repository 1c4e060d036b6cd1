//! The ratio of a hop over the stretch that is looked at, with shifts and changes in it.

use super::HopView;
use super::differs::Sides;
use crate::frame::Frame;
use crate::parts::said;
use crate::place::Place;
use hw_api::{Change, Window, instant};
use hw_chart::{
    BandPoint, Baseline, ChangeMark, Mark, Onset, Point, Quantity, RatioOverTime, Said, Series,
    View,
};
use hw_model::{Interval, Timestamp};
use std::collections::BTreeMap;

/// Steps outside of shifts from which it is said what is usual.
const USUAL_MIN: usize = 20;

/// The picture's data; `None` if nothing was counted.
pub(super) fn course(hop: &HopView, frame: &Frame) -> Option<RatioOverTime> {
    let windows = &hop.windows;
    let (from, to) = (instant(&windows.from)?, instant(&windows.to)?);
    if windows.items.is_empty() {
        return None;
    }
    let band = usual_of(hop).map(|(low, high)| [from, to].map(|at| BandPoint { at, low, high }));
    let shift = hop.shifts.iter().find(|shift| {
        shift.signal == "transfer"
            && instant(&shift.onset_at).is_some_and(|at| from <= at && at < to)
    });
    Some(RatioOverTime {
        title: format!(
            "Share of what enters {} that goes on to {}",
            hop.hop.caller, hop.hop.callee
        ),
        view: View { from, to, zone: frame.clock.zone.clone() },
        series: Series {
            quantity: Quantity::Ratio,
            window_s: windows.step_s as f64,
            points: points(&windows.items, (from, to), windows.step_s),
            band: band.map(Vec::from).unwrap_or_default(),
            baseline: Baseline::Shown,
        },
        onset: shift.and_then(|shift| {
            let within =
                Interval { from: instant(&shift.onset_from)?, to: instant(&shift.onset_to)? };
            Some(Onset { at: instant(&shift.onset_at)?, within })
        }),
        alerts: shift
            .and_then(|shift| instant(&shift.detected_at))
            .map(|at| Mark { at, label: "Highwater noticed".to_owned() })
            .into_iter()
            .collect(),
        people: Vec::new(),
        changes: hop.changes.iter().filter_map(|change| mark(change, hop, (from, to))).collect(),
    })
}

/// Every step; one in which nothing came in has no value, which is not zero.
fn points(items: &[Window], (from, to): (Timestamp, Timestamp), step_s: i64) -> Vec<Point> {
    let counted: BTreeMap<i64, f64> = items
        .iter()
        .filter_map(|window| Some((instant(&window.from)?.0, window.transfer_ratio?)))
        .collect();
    let step = Timestamp::from_s(step_s.max(1)).0;
    let steps = (to.0 - from.0).div_euclid(step).clamp(0, 4_000);
    (0..steps)
        .map(|n| {
            let at = from.0 + n * step;
            Point { at: Timestamp(at), value: counted.get(&at).copied() }
        })
        .collect()
}

/// Between which shares 95 of 100 steps lie outside of shifts.
pub(super) fn usual_of(hop: &HopView) -> Option<(f64, f64)> {
    let usual = Sides::of(hop).usual;
    let mut ratios: Vec<f64> = usual.iter().filter_map(|window| window.transfer_ratio).collect();
    if ratios.len() < USUAL_MIN {
        return None;
    }
    ratios.sort_by(f64::total_cmp);
    let beyond = ratios.len() / 40;
    Some((*ratios.get(beyond)?, *ratios.get(ratios.len() - 1 - beyond)?))
}

fn mark(change: &Change, hop: &HopView, (from, to): (Timestamp, Timestamp)) -> Option<ChangeMark> {
    let at = instant(&change.at).filter(|at| from <= *at && *at < to)?;
    let of = |incident: &hw_api::Incident| {
        let judged = incident.changes.iter().find(|judged| judged.change == change.id);
        let tried = incident.mitigations.iter().find(|tried| tried.change == change.id);
        let verdict = judged.map(|judged| judged.verdict.as_str()).unwrap_or_default();
        said(verdict, tried.map(|tried| tried.effect.as_str()))
    };
    Some(ChangeMark {
        at,
        service: change.service.clone(),
        kind: change.kind.clone(),
        what: change.versions(),
        said: hop.incidents.iter().find_map(of).unwrap_or(Said::Nothing),
        href: Place::of_id(&change.id).map(|place| place.href()),
    })
}
