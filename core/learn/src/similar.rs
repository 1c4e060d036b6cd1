//! Incidents that were like this one, and what stopped them.
//!
//! Two incidents are alike if they start at the same place and show the same shape, whatever they were
//! called. Points are given for what they share:
//!
//! | they share | points |
//! |---|---|
//! | the leg on which it shows first | 6 |
//! | the service where it most likely starts (else) | 4 |
//! | the place where the one starts lies on the way of the items in the other (else) | 2 |
//! | the figure that shifted | 2 |
//! | its direction, if the figure is the same | 1 |
//! | that nothing failed and nothing was slow | 1 |
//! | legs of their ways, as a share of all | up to 2 |
//! | words of their titles, as a share of all | up to 1 |
//!
//! Words decide only between what is equal otherwise. At least 3 points make a similar incident, so that
//! words alone never do where figures speak. Of an incident that people opened and no figure speaks of,
//! words are all there is: there half of them make one, and it is said.

use crate::log::{Case, Log, Shape};
use crate::words::{length, listed, real};
use hw_model::{Direction, Effect, HopId, IncidentId, Signal, Timestamp, plain};
use std::collections::BTreeSet;

const SAME_LEG: f64 = 6.0;
const SAME_SERVICE: f64 = 4.0;
const ON_THE_WAY: f64 = 2.0;
const SAME_SIGNAL: f64 = 2.0;
const SAME_DIRECTION: f64 = 1.0;
const BOTH_SILENT: f64 = 1.0;
const WAY: f64 = 2.0;
const WORDS: f64 = 1.0;

/// Points from which on incidents are similar.
const POINTS_MIN: f64 = 3.0;

/// Share of the words of two titles that are the same, from which on words alone are enough.
const WORDS_ALONE_MIN: f64 = 0.5;

/// Letters of a word that says something.
const WORD_LETTERS_MIN: usize = 4;

/// Letters of a name in a sentence.
const NAME_MAX: usize = 100;

/// An incident that was like another.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// Its number.
    pub incident: IncidentId,
    /// What it is called.
    pub title: String,
    /// When it began.
    pub began_at: Timestamp,
    /// Points; only their order means something.
    pub points: f64,
    /// What they share, the weightiest first.
    pub because: Vec<String>,
    /// How the harm was stopped then, one sentence each; what did not help stands behind it.
    pub mitigated: Vec<String>,
    /// Whether nothing but words of their titles speaks for it.
    pub is_by_words_only: bool,
}

/// Something that two incidents share.
struct Shared {
    points: f64,
    words: String,
}

/// Incidents that are like this one, the most similar first. Among equals the latest comes first: it is
/// remembered best. None if there is no such incident.
#[must_use]
pub fn similar(log: &Log, id: IncidentId) -> Option<Vec<Similar>> {
    let this = log.incidents.iter().find(|case| case.id == id)?;
    let others = log.counted().filter(|case| case.id != id);
    let mut found: Vec<Similar> = others.filter_map(|other| compare(this, other)).collect();
    found.sort_by(|a, b| {
        (b.points.total_cmp(&a.points))
            .then_with(|| (b.began_at, b.incident).cmp(&(a.began_at, a.incident)))
    });
    Some(found)
}

fn compare(this: &Case, other: &Case) -> Option<Similar> {
    let words = shared_words(this, other);
    let share = words.as_ref().map_or(0.0, |(share, _)| *share);
    let mut shared: Vec<Shared> = [place(this, other), way(this, other)]
        .into_iter()
        .flatten()
        .chain(shape(this.shape.as_ref(), other.shape.as_ref()))
        .collect();
    let known: f64 = shared.iter().map(|it| it.points).sum();
    let is_unmeasured = this.shape.is_none() || other.shape.is_none();
    let is_by_words_only = known < POINTS_MIN;
    if is_by_words_only && !(is_unmeasured && share >= WORDS_ALONE_MIN) {
        return None;
    }
    let words = words.filter(|(share, _)| is_by_words_only || *share >= WORDS_ALONE_MIN);
    shared.extend(words.map(|(share, words)| Shared { points: WORDS * share, words }));
    shared.sort_by(|a, b| b.points.total_cmp(&a.points));
    Some(Similar {
        incident: other.id,
        title: other.title.clone(),
        began_at: other.began_at(),
        points: known + WORDS * share,
        because: shared.into_iter().map(|it| it.words).collect(),
        mitigated: mitigated(other),
        is_by_words_only,
    })
}

/// Where they start.
fn place(this: &Case, other: &Case) -> Option<Shared> {
    let (here, there) = (this.origin()?, other.origin()?);
    let service = plain(&here.service, NAME_MAX);
    if let (Some(hop), true) = (&here.hop, here.hop == there.hop) {
        let words = format!("both start at {service}, and show first on {}", leg_words(hop));
        return Some(Shared { points: SAME_LEG, words });
    }
    if here.service == there.service {
        let words = format!("both start at {service}");
        return Some(Shared { points: SAME_SERVICE, words });
    }
    let lies_on = |case: &Case, service: &str| case.trail.iter().any(|hop| has(hop, service));
    let (its, name) = (&there.service, plain(&there.service, NAME_MAX));
    if lies_on(this, its) {
        let words = format!("it started at {name}, which lies on the way of the items here");
        return Some(Shared { points: ON_THE_WAY, words });
    }
    let words = format!("{service}, where this one starts, lay on the way of its items");
    lies_on(other, &here.service).then_some(Shared { points: ON_THE_WAY, words })
}

/// Legs on which the items of both came.
fn way(this: &Case, other: &Case) -> Option<Shared> {
    let (here, there): (BTreeSet<&HopId>, BTreeSet<&HopId>) =
        (this.trail.iter().collect(), other.trail.iter().collect());
    let (common, all) = ((&here & &there).len() as u64, (&here | &there).len() as u64);
    let words = format!("{common} of {all} legs on the way of the items are the same");
    (common > 0).then(|| Shared { points: WAY * real(common) / real(all), words })
}

/// What they look like.
fn shape(this: Option<&Shape>, other: Option<&Shape>) -> Vec<Shared> {
    let (Some(here), Some(there)) = (this, other) else { return Vec::new() };
    let mut shared = Vec::new();
    if here.signal == there.signal {
        let (points, which) = if here.direction == there.direction {
            (SAME_SIGNAL + SAME_DIRECTION, went(here.direction))
        } else {
            (SAME_SIGNAL, "shifted, the other way round")
        };
        let words = format!("in both {} {which}", figure(here.signal));
        shared.push(Shared { points, words });
    }
    if here.is_silent && there.is_silent {
        let words = "both were silent: nothing failed, and nothing was slow".to_owned();
        shared.push(Shared { points: BOTH_SILENT, words });
    }
    shared
}

const fn went(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "rose",
        Direction::Down => "fell",
    }
}

const fn figure(signal: Signal) -> &'static str {
    match signal {
        Signal::Transfer => "the share of items that go on",
        Signal::Answers => "the share of an answer",
        Signal::Errors => "the share of calls that fail",
        Signal::Latency => "the share of slow calls",
        Signal::Volume => "the number of items that come in",
        Signal::Log => "the rate of a log line",
        Signal::NoData => "the telemetry itself",
    }
}

/// The share of the words of both titles that they share, and the sentence of it.
fn shared_words(this: &Case, other: &Case) -> Option<(f64, String)> {
    let (here, there) = (said(&this.title), said(&other.title));
    let common: Vec<String> =
        (&here & &there).into_iter().map(|word| format!("\"{word}\"")).collect();
    let all = (&here | &there).len() as u64;
    let share = real(common.len() as u64) / real(all.max(1));
    (!common.is_empty()).then(|| (share, format!("their titles share {}", listed(&common))))
}

/// The words of a title that say something.
fn said(title: &str) -> BTreeSet<String> {
    let title = plain(title, usize::MAX).to_lowercase();
    let words = title.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
    words.filter(|word| word.chars().count() >= WORD_LETTERS_MIN).map(str::to_owned).collect()
}

/// What helped, how soon, and what did not.
fn mitigated(case: &Case) -> Vec<String> {
    let of = |effect: Effect| case.attempts.iter().filter(move |tried| tried.effect == effect);
    let mut said: Vec<String> = of(Effect::Worked)
        .map(|tried| {
            let after = tried.began_at.seconds_since(case.began_at());
            format!("{} helped, {} after it began", tried.words, length(after))
        })
        .collect();
    said.extend(of(Effect::None).map(|tried| format!("{} did not help", tried.words)));
    if said.is_empty() {
        said.push(match case.times.mitigated {
            Some(at) => {
                let after = length(at.seconds_since(case.began_at()));
                format!("it stopped {after} after it began; what stopped it is not known")
            }
            None => "it is not over".to_owned(),
        });
    }
    said
}

/// Caller and callee of a leg, as its id writes them.
fn ends(hop: &HopId) -> Option<(&str, &str)> {
    let mut parts = hop.0.split('|');
    Some((parts.next()?, parts.nth(1)?))
}

fn has(hop: &HopId, service: &str) -> bool {
    ends(hop).is_some_and(|(caller, callee)| caller == service || callee == service)
}

fn leg_words(hop: &HopId) -> String {
    match ends(hop) {
        Some((caller, callee)) => plain(&format!("{caller} -> {callee}"), NAME_MAX),
        None => plain(&hop.0, NAME_MAX),
    }
}
