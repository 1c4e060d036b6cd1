//! What the product's detector notices of a figure, and when.

use super::figure::Figure;
use super::history::History;
use hw_detect::{Alarm, Budget, Figure as Watched, Step, Stream, Tuning};
use hw_engine::{Shifting, onset_of};
use hw_model::{Tick, Timestamp};
use hw_stats::Counts;

/// Streams that share the budget of one false alarm a month.
const N_STREAMS: usize = 200;

/// Seconds until a tick is judged.
pub(super) const AGE_S: i64 = 5;

/// Seconds for which a figure must be back before its shift has ended.
const HELD_S: i64 = 60;

/// The second 0 of every history.
const EPOCH_S: i64 = 1_795_300_000;

/// The instant of a second.
pub(super) const fn instant(second: i64) -> Timestamp {
    Timestamp::from_s(EPOCH_S + second)
}

/// A shift as the product knows it.
#[derive(Clone, Debug)]
pub(super) struct Noticed {
    pub alarm: Alarm,
    /// The second in which it was noticed.
    pub at: i64,
    pub phi: f64,
    /// Seconds and weights of the onset's posterior, as instants.
    pub onset: Vec<(i64, f64)>,
    /// First second back, once the detector says so; and what it says later.
    turns: Vec<Turn>,
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    Back { said_at: i64, since: i64 },
    Again { said_at: i64 },
}

/// What came of watching.
pub(super) enum Watching {
    /// The fault was not noticed while it lasted.
    Missed,
    /// Something was noticed before there was anything.
    FalseAlarm,
    Noticed(Noticed),
}

impl Noticed {
    /// The first second back of a shift that has ended, as known at this second.
    pub(super) fn ended_at(&self, now: i64) -> Option<i64> {
        let has_held = |since: i64, at: i64| at - since >= HELD_S;
        let mut back = None;
        for turn in &self.turns {
            match *turn {
                Turn::Back { said_at, since } if said_at <= now => back = Some(since),
                Turn::Again { said_at } if said_at <= now => {
                    if back.is_some_and(|since| has_held(since, said_at)) {
                        return back;
                    }
                    // It had come back, but not for long: the same shift goes on.
                    back = None;
                }
                Turn::Back { .. } | Turn::Again { .. } => {}
            }
        }
        back.filter(|since| has_held(*since, now))
    }
}

/// Watches a history.
pub(super) fn watch(history: &History, figure: &Figure) -> Watching {
    let ln_a = Budget { false_alarms_per_month: 1.0 }.ln_a(N_STREAMS);
    let mut stream = Stream::new(Watched::TRANSFER, Tuning::STANDARD);
    let mut noticed: Option<Noticed> = None;
    for (second, counts) in (0..).zip(&figure.ticks) {
        let step = stream.judge(instant(second).tick().0, *counts, ln_a);
        let said_at = second + AGE_S;
        match (step, &mut noticed) {
            (Step::Quiet | Step::Settled, _) | (Step::Ended(_), None) => {}
            (Step::Alarm(alarm), None) => {
                if second < history.onset {
                    return Watching::FalseAlarm;
                }
                if !history.is_shifted(second) && !history.is_shifted(second - 120) {
                    return Watching::Missed;
                }
                let found = Noticed {
                    alarm,
                    at: second,
                    phi: stream.phi(),
                    onset: onset(&alarm, second, stream.phi(), figure),
                    turns: Vec::new(),
                };
                noticed = Some(found);
            }
            (Step::Alarm(_), Some(known)) => known.turns.push(Turn::Again { said_at }),
            (Step::Ended(ending), Some(known)) => {
                let since = ending.back_tick - instant(0).tick().0;
                known.turns.push(Turn::Back { said_at, since });
            }
        }
    }
    noticed.map_or(Watching::Missed, Watching::Noticed)
}

fn onset(alarm: &Alarm, second: i64, phi: f64, figure: &Figure) -> Vec<(i64, f64)> {
    let shifting = Shifting {
        form: hw_stats::Form::Share,
        phi,
        before: alarm.learned.ratio().unwrap_or(alarm.before),
        coarse_tick: alarm.onset_tick,
        noticed_tick: instant(second).tick().0,
        back_tick: None,
    };
    onset_of(&shifting, |from, to| {
        ticks(figure, from - instant(0).tick().0, to - instant(0).tick().0)
    })
}

/// The seconds of `[from, to)` in which anything was counted.
pub(super) fn ticks(figure: &Figure, from: i64, to: i64) -> Vec<(Tick, Counts)> {
    let counted = (0..).zip(&figure.ticks).skip(usize::try_from(from.max(0)).unwrap_or(0));
    let inside = counted.take_while(|(second, _)| *second < to);
    let heard = inside.filter(|(_, counts)| counts.n > 0.0);
    heard.map(|(second, counts)| (instant(second).tick(), *counts)).collect()
}
