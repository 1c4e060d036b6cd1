//! The evidence about one person, weighed and said in sentences.
//!
//! Weights stand here beside the words, because a sentence appears in the order of its points.

use crate::day::{date_words, day_words};
use crate::fact::{ChangeDone, Holder, Knowledge, KnowsEvidence, OnCall, RoleHeld};
use crate::rank::HALF_LIFE_DAYS;
use hw_model::{Effect, IncidentId, Timestamp};
use std::collections::BTreeMap;

/// How the evidence of somebody who is on call now begins.
pub const ON_CALL_NOW: &str = "on call for it now";

const LEAD_POINTS: f64 = 8.0;
const ROLE_POINTS: f64 = 5.0;
const OWNER_POINTS: f64 = 4.0;
const CURE_POINTS: f64 = 3.0;
const ATTEMPT_POINTS: f64 = 1.0;
const MADE_POINTS: f64 = 2.0;
const ON_CALL_POINTS: f64 = 2.0;
const TOLD_POINTS: f64 = 1.0;
const ENTRY_POINTS: f64 = 1.0;

const SECONDS_PER_DAY: f64 = 86_400.0;
/// Halvings after which nothing is left to halve.
const HALVINGS_MAX: f64 = 64.0;
/// Incidents that have their own sentence; the others share one.
const INCIDENTS_SAID_MAX: usize = 2;
/// Sentences of one person: a list that is read at three in the morning.
const SENTENCES_MAX: usize = 5;

/// What is known of one person for one service.
pub(crate) struct Evidence {
    /// The sum of points.
    pub(crate) score: f64,
    /// The weightiest first.
    pub(crate) sentences: Vec<String>,
    /// Whether all there is comes from a file that names a team.
    pub(crate) is_team: bool,
}

/// One sentence.
struct Said {
    points: f64,
    /// The points by which it is sorted.
    place: f64,
    words: String,
}

impl Said {
    const fn new(points: f64, words: String) -> Self {
        Self { points, place: points, words }
    }
}

/// The pieces by kind.
#[derive(Default)]
struct Sorted<'a> {
    incidents: BTreeMap<IncidentId, (f64, RoleHeld, Timestamp)>,
    mitigations: BTreeMap<IncidentId, (f64, Effect, Timestamp)>,
    entries: Vec<Timestamp>,
    told: Vec<Timestamp>,
    made: Vec<Timestamp>,
    turns: Vec<Timestamp>,
    owns: Option<(&'a Holder, String)>,
}

/// Weighs the pieces of one person, none of them from after `now`, `turn` being the one the person has
/// now.
pub(crate) fn evidence_of(
    pieces: &[&KnowsEvidence],
    turn: Option<&OnCall>,
    now: Timestamp,
) -> Evidence {
    let mut sorted = Sorted::default();
    let mut pieces = pieces.to_vec();
    pieces.sort();
    for piece in pieces {
        // The turn that lasts now is said once, by the turn itself.
        let is_this_turn = turn.is_some_and(|s| piece.at >= s.from);
        sorted.take(piece, is_this_turn, now);
    }
    let is_team = matches!(sorted.owns, Some((Holder::Team, _)))
        && sorted.incidents.is_empty()
        && sorted.mitigations.is_empty()
        && [&sorted.entries, &sorted.told, &sorted.made, &sorted.turns]
            .iter()
            .all(|v| v.is_empty())
        && turn.is_none();
    let mut said = sorted.said(turn, now);
    said.sort_by(|a, b| b.place.total_cmp(&a.place).then_with(|| a.words.cmp(&b.words)));
    let score = said.iter().map(|said| said.points).sum();
    let sentences = said.into_iter().map(|said| said.words).take(SENTENCES_MAX).collect();
    Evidence { score, sentences, is_team }
}

impl<'a> Sorted<'a> {
    fn take(&mut self, piece: &'a KnowsEvidence, is_this_turn: bool, now: Timestamp) {
        match &piece.knowledge {
            Knowledge::Incident { incident, role } => {
                let points = role_points(*role) * freshness(piece.at, now);
                let held = self.incidents.entry(*incident).or_insert((points, *role, piece.at));
                if points > held.0 {
                    *held = (points, *role, piece.at);
                }
            }
            Knowledge::Mitigation { incident, effect } => {
                let points = mitigation_points(*effect) * freshness(piece.at, now);
                let tried =
                    self.mitigations.entry(*incident).or_insert((points, *effect, piece.at));
                if points > tried.0 {
                    *tried = (points, *effect, piece.at);
                }
            }
            Knowledge::Entry { .. } => self.entries.push(piece.at),
            Knowledge::Change(ChangeDone::Told) => self.told.push(piece.at),
            Knowledge::Change(ChangeDone::Made) => self.made.push(piece.at),
            Knowledge::OnCall { .. } if is_this_turn => {}
            Knowledge::OnCall { .. } => self.turns.push(piece.at),
            Knowledge::Owns { source, holder } => {
                // Pieces come in order, so that the person comes before the team, and the file that is
                // named is the same in every run.
                let words = match holder {
                    Holder::Person => format!("owner by {source}"),
                    Holder::MemberOf(team) => format!("in {team}, owner by {source}"),
                    Holder::Team => format!("the team that owns it by {source}"),
                };
                if self.owns.as_ref().is_none_or(|(before, _)| holder < before) {
                    self.owns = Some((holder, words));
                }
            }
        }
    }

    /// Everything in sentences.
    fn said(mut self, turn: Option<&OnCall>, now: Timestamp) -> Vec<Said> {
        let mut said = incidents_said(&self.incidents, now);
        said.extend(mitigations_said(&self.mitigations, now));
        if let Some((_, words)) = self.owns {
            said.push(Said::new(OWNER_POINTS, words));
        }
        let mut several = |times: &mut Vec<Timestamp>, weight, words: &dyn Fn(usize) -> String| {
            times.sort_by(|a, b| b.cmp(a));
            if let Some(last) = times.first() {
                let day = day_words(*last, now);
                let when = if times.len() == 1 { day } else { format!("the last {day}") };
                let words = format!("{}, {when}", words(times.len()));
                said.push(Said::new(points(times, weight, now), words));
            }
        };
        several(&mut self.made, MADE_POINTS, &|n| format!("made {}", counted(n, "change")));
        several(&mut self.told, TOLD_POINTS, &|n| format!("told {}", counted(n, "change")));
        several(&mut self.entries, ENTRY_POINTS, &|n| format!("wrote {}", entries(n)));
        if turn.is_some() {
            self.turns.push(now);
            self.turns.sort_by(|a, b| b.cmp(a));
            let words = match self.turns.len().saturating_sub(1) {
                0 => ON_CALL_NOW.to_owned(),
                1 => format!("{ON_CALL_NOW}, and once before"),
                n => format!("{ON_CALL_NOW}, and {n} times before"),
            };
            said.push(Said::new(points(&self.turns, ON_CALL_POINTS, now), words));
        } else {
            several(&mut self.turns, ON_CALL_POINTS, &|n| match n {
                1 => "on call for it".to_owned(),
                n => format!("on call for it {n} times"),
            });
        }
        said
    }
}

/// Incidents: the weightiest ones by name, the others together.
fn incidents_said(
    incidents: &BTreeMap<IncidentId, (f64, RoleHeld, Timestamp)>,
    now: Timestamp,
) -> Vec<Said> {
    let mut each: Vec<(f64, IncidentId, RoleHeld, Timestamp)> =
        incidents.iter().map(|(id, (points, role, at))| (*points, *id, *role, *at)).collect();
    each.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(&a.1)));
    let others = each.split_off(each.len().min(INCIDENTS_SAID_MAX));
    let named = |(points, id, role, at): (f64, IncidentId, RoleHeld, Timestamp)| {
        Said::new(points, format!("{role} of {id} ({})", date_words(at, now)))
    };
    let mut said: Vec<Said> = each.into_iter().map(named).collect();
    if !others.is_empty() {
        let words = format!("took part in {}", counted(others.len(), "more incident"));
        let points: f64 = others.iter().map(|other| other.0).sum();
        // Behind those that are named, however many they are.
        let place = said.last().map_or(points, |last| points.min(last.place));
        said.push(Said { points, place, words });
    }
    said
}

/// Attempts to stop the harm: the weightiest by its incident, with the number of
/// the others.
fn mitigations_said(
    mitigations: &BTreeMap<IncidentId, (f64, Effect, Timestamp)>,
    now: Timestamp,
) -> Option<Said> {
    let best = mitigations.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0).then_with(|| a.0.cmp(b.0)));
    let (incident, (_, effect, at)) = best?;
    let what = match effect {
        Effect::Worked => "stopped the harm in",
        Effect::None | Effect::Undecided => "tried to stop the harm in",
    };
    let more = match mitigations.len() - 1 {
        0 => String::new(),
        n => format!(", and tried in {}", counted(n, "more incident")),
    };
    let points = mitigations.values().map(|tried| tried.0).sum();
    Some(Said::new(points, format!("{what} {incident} ({}){more}", date_words(*at, now))))
}

const fn mitigation_points(effect: Effect) -> f64 {
    match effect {
        Effect::Worked => CURE_POINTS,
        Effect::None | Effect::Undecided => ATTEMPT_POINTS,
    }
}

const fn role_points(role: RoleHeld) -> f64 {
    match role {
        RoleHeld::Lead => LEAD_POINTS,
        RoleHeld::Scribe | RoleHeld::Deputy | RoleHeld::Liaison | RoleHeld::Helper => ROLE_POINTS,
    }
}

/// Points of several pieces of one kind, newest first: the `k`-th counts `1/k^2`.
fn points(times: &[Timestamp], weight: f64, now: Timestamp) -> f64 {
    let mut sum = 0.0;
    let mut rank = 1.0;
    for at in times {
        sum += weight * freshness(*at, now) / (rank * rank);
        rank += 1.0;
    }
    sum
}

/// What is left of a piece of evidence: 1 today, half of it after each half-life.
fn freshness(at: Timestamp, now: Timestamp) -> f64 {
    let age = now.seconds_since(at).max(0.0) / SECONDS_PER_DAY / HALF_LIFE_DAYS;
    let halvings = age.floor().min(HALVINGS_MAX);
    let mut left = 1.0;
    let mut done = 0.0;
    while done < halvings {
        left /= 2.0;
        done += 1.0;
    }
    left * (1.0 - (age - halvings).min(1.0) / 2.0)
}

fn counted(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

fn entries(n: usize) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") }
}
