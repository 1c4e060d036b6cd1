//! Scales and their ticks: where an instant or a value lies, and which of them are named.
//!
//! A share always runs from 0 to 100 %, so that half looks like half in every picture; a fan-out or a
//! count runs from 0 to a round number. Times have ticks at round times of the reader's clock, and where
//! the day changes the day is named in place of midnight.

use crate::zone::View;
use hw_model::{DAY_S, Timestamp, count_words, share_words};

/// A ratio up to here is a share: a window may hold an item more than came in.
const SHARE_MAX: f64 = 1.05;

/// Steps of a time axis in seconds; beyond them the last is doubled.
const STEPS_S: [i64; 21] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    21_600,
    43_200,
    DAY_S,
    2 * DAY_S,
    7 * DAY_S,
    28 * DAY_S,
];

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Items out per item in: a share up to 100 %, above that a fan-out.
    Ratio,
    /// A number of something: `items / min`.
    Count {
        /// Of what.
        unit: String,
    },
}

/// The largest value a picture holds.
const VALUE_MAX: f64 = 1e12;

/// A value that a picture can hold: finite, from 0.
pub(crate) const fn clean(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, VALUE_MAX) } else { 0.0 }
}

impl Quantity {
    /// A value with its unit.
    pub(crate) fn words(&self, value: f64) -> String {
        match self {
            Self::Ratio => share_words(value),
            Self::Count { unit } => {
                format!("{} {}", figure(value), hw_model::plain(unit, 40)).trim_end().to_owned()
            }
        }
    }

    /// What the names of an axis leave open, if anything.
    pub(crate) fn unit(&self, scale: &ValueScale) -> Option<String> {
        match (self, scale.unit) {
            (Self::Ratio, Unit::Percent) => None,
            (Self::Ratio, Unit::Figure) => Some("per item".to_owned()),
            (Self::Count { unit }, _) => Some(hw_model::plain(unit, 60)).filter(|u| !u.is_empty()),
        }
    }

    /// The scale that holds values up to `highest`, between two heights.
    pub(crate) fn scale(&self, highest: f64, top: f64, bottom: f64) -> ValueScale {
        let highest = clean(highest);
        let (max, step, unit) = match self {
            Self::Ratio if highest <= SHARE_MAX => (1.0, 0.25, Unit::Percent),
            Self::Ratio | Self::Count { .. } => {
                let (max, step) = nice(highest);
                (max, step, Unit::Figure)
            }
        };
        ValueScale { max, step, unit, top, bottom }
    }
}

/// How the ticks of a scale are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Percent,
    Figure,
}

/// Heights of values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueScale {
    max: f64,
    step: f64,
    unit: Unit,
    top: f64,
    bottom: f64,
}

impl ValueScale {
    /// The height of a value; what is a little too high for the axis stays within the picture.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let share = (clean(value) / self.max).min(1.05);
        self.bottom - (self.bottom - self.top) * share
    }

    /// The values that are named, with their names.
    pub(crate) fn ticks(&self) -> Vec<(f64, String)> {
        let n_steps = (self.max / self.step).round().clamp(1.0, 12.0);
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= n_steps {
            let value = at * self.step;
            let name = match self.unit {
                Unit::Percent => format!("{:.0}\u{a0}%", value * 100.0),
                Unit::Figure => figure(value),
            };
            ticks.push((value, name));
            at += 1.0;
        }
        ticks
    }
}

/// `2.5`, `12`, `1,200`, `3.5 M`: as many digits as are needed.
pub(crate) fn figure(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-VALUE_MAX, VALUE_MAX) } else { 0.0 };
    if value.abs() >= 1e6 {
        return format!("{} M", figure(value / 1e6));
    }
    if value.abs() >= 100.0 || (value - value.round()).abs() < 1e-9 {
        return count_words(value);
    }
    let digits = if value.abs() >= 1.0 { 1 } else { 3 };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A round number not below `highest`, and the step of its ticks: four or five of them.
pub(crate) fn nice(highest: f64) -> (f64, f64) {
    let highest = clean(highest);
    if highest <= 0.0 {
        return (1.0, 0.25);
    }
    let rough = highest / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
    let step = steps.into_iter().find(|step| step * 4.0 >= highest * 0.999).unwrap_or(highest);
    let n_steps = (highest / step * 0.999).ceil().max(1.0);
    (n_steps * step, step)
}

/// A named instant of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Where.
    pub(crate) x: f64,
    /// What is written.
    pub(crate) label: String,
    /// Whether a day begins here.
    pub(crate) is_day: bool,
}

/// Places of instants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeScale<'v> {
    /// What is shown.
    pub(crate) view: &'v View,
    /// The left edge.
    pub(crate) x0: f64,
    /// The right edge.
    pub(crate) x1: f64,
}

impl TimeScale<'_> {
    /// The place of an instant, at an edge if it lies beyond.
    pub(crate) fn x(&self, at: Timestamp) -> f64 {
        let share = at.seconds_since(self.view.from) / self.view.length_s();
        self.x0 + (self.x1 - self.x0) * share.clamp(0.0, 1.0)
    }

    /// The instant at a place.
    pub(crate) fn at(&self, x: f64) -> Timestamp {
        let share = (x - self.x0) / (self.x1 - self.x0).max(1.0);
        self.view.from.plus_s(share.clamp(0.0, 1.0) * self.view.length_s())
    }

    /// Seconds of one pixel.
    pub(crate) fn seconds_per_px(&self) -> f64 {
        self.view.length_s() / (self.x1 - self.x0).max(1.0)
    }

    /// Round times, at least `apart_px` from each other.
    pub(crate) fn ticks(&self, apart_px: f64) -> Vec<Tick> {
        let step = step_s(self.seconds_per_px() * apart_px);
        let zone = &self.view.zone;
        let local = zone.local(self.view.from).tick().0;
        let shift = local - self.view.from.tick().0;
        let mut at_s = local.div_euclid(step).saturating_mul(step);
        let mut ticks: Vec<Tick> = Vec::new();
        let n_max = ((self.x1 - self.x0) / apart_px.max(1.0)).ceil() + 2.0;
        while (ticks.len() as f64) < n_max {
            let at = Timestamp::from_s(at_s.saturating_sub(shift));
            if at > self.view.to || at_s == i64::MAX {
                break;
            }
            if at >= self.view.from {
                let is_day = at_s.rem_euclid(DAY_S) == 0;
                let label = match (is_day, ticks.is_empty()) {
                    (true, _) => self.view.day(at),
                    (false, true) => self.view.moment(at),
                    (false, false) => self.view.clock(at),
                };
                ticks.push(Tick { x: self.x(at), label, is_day });
            }
            at_s = at_s.saturating_add(step);
        }
        ticks
    }
}

/// The smallest round step of at least so many seconds.
fn step_s(least: f64) -> i64 {
    let known = STEPS_S.iter().copied().find(|step| *step as f64 >= least);
    known.unwrap_or_else(|| {
        let mut step = 28 * DAY_S;
        while (step as f64) < least {
            step = step.saturating_mul(2);
        }
        step
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    fn labels(from_s: i64, length_s: i64, offset_s: i32) -> Vec<String> {
        let zone = Zone { offset_s, name: String::new() };
        let (from, to) = (Timestamp::from_s(from_s), Timestamp::from_s(from_s + length_s));
        let view = View { from, to, zone };
        let scale = TimeScale { view: &view, x0: 50.0, x1: 650.0 };
        scale.ticks(60.0).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_times_and_name_the_day_where_it_changes() {
        // 2026-11-22T20:10:00Z, a Sunday.
        let evening = 1_795_378_200;
        assert_eq!(
            labels(evening, 28_800, 0)[..5],
            ["Sun 21:00", "22:00", "23:00", "Mon", "01:00"]
        );
        assert_eq!(labels(evening, 28_800, 19_800)[..2], ["Mon 02:00", "03:00"]);
        assert_eq!(labels(evening, 300, 0)[..2], ["Sun 20:10:00", "20:10:30"]);
        assert_eq!(labels(evening, 20 * DAY_S, 0)[..2], ["23 Nov", "25 Nov"]);
    }

    #[test]
    fn ticks_end_whatever_is_shown() {
        for (from, to) in [(i64::MIN, i64::MAX), (5, 5), (5, -5), (i64::MAX, i64::MAX)] {
            let view = View { from: Timestamp(from), to: Timestamp(to), zone: Zone::utc() };
            let scale = TimeScale { view: &view, x0: 50.0, x1: 650.0 };
            assert!(scale.ticks(60.0).len() <= 12);
        }
    }

    #[test]
    fn a_share_runs_to_a_hundred_and_a_fan_out_to_a_round_number() {
        let names = |quantity: &Quantity, highest| -> Vec<String> {
            let ticks = quantity.scale(highest, 0.0, 100.0).ticks();
            ticks.into_iter().map(|(_, name)| name).collect()
        };
        let ratio = Quantity::Ratio;
        assert_eq!(
            names(&ratio, 0.1),
            ["0\u{a0}%", "25\u{a0}%", "50\u{a0}%", "75\u{a0}%", "100\u{a0}%"]
        );
        assert_eq!(names(&ratio, 2.13), ["0", "1", "2", "3"]);
        let count = Quantity::Count { unit: "items / min".to_owned() };
        assert_eq!(names(&count, 4_180.0), ["0", "2,000", "4,000", "6,000"]);
        assert_eq!(count.words(4_180.4), "4,180 items / min");
        assert_eq!(names(&count, 7.4e6), ["0", "2 M", "4 M", "6 M", "8 M"]);
        assert_eq!(names(&count, 0.0).len(), 5);
        assert_eq!(names(&count, f64::NAN).len(), 5);
    }

    #[test]
    fn a_round_number_is_never_below() {
        for power in -20..12 {
            for factor in [1.0, 1.3, 2.4, 3.9, 4.0, 7.7, 9.99] {
                let highest = factor * 10_f64.powi(power);
                let (max, step) = nice(highest);
                assert!(max >= highest * 0.998 && max / step <= 5.5, "{highest}: {max} by {step}");
            }
        }
    }
}
