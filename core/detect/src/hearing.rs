//! How long a sender may say nothing before that is news.
//!
//! A pause is measured in occasions on which it would have been heard, not in time alone: at night
//! there are few, and in a lull none. Records of one item come together, so what counts is how often
//! something new came, not how much. If pauses end by themselves at a steady rate per occasion, and n
//! of them took s occasions, a further one of c or more has the chance (s / (s + c))^n: evidence
//! n ln(1 + c / s), which knows that the rate was learned from a few pauses only.
//!
//! Pauses that cluster, exporters that send every half minute and jobs that come by the clock break
//! the assumption. Hence the second condition: a silence has twice the evidence of any pause that
//! ended by itself, or thrice. For tails like exp(-x / a), whatever a is, the next of n such pauses
//! passes that with chance n^-2. Of a silence that was told, what it took to tell it counts as usual from then on:
//! who comes and goes is told of a few times, each later, and who was down once is missed a
//! little later for some weeks.

use serde::{Deserialize, Serialize};

/// Shares of what was learned that are kept with each pause: the last sixty count, which follow the
/// day, and the last six hundred, among which are several of the long ones where pauses cluster.
const KEPT: [f64; 2] = [1.0 - 1.0 / 60.0, 1.0 - 1.0 / 600.0];

/// The shortest silence in seconds: exporters wait, and services restart.
const SILENT_S: f64 = 60.0;

/// What it takes to be missed.
struct Terms {
    /// For how long it must be known, and how often heard.
    known_s: f64,
    heard_min: u32,
    /// By how much a silence exceeds any pause that ended by itself.
    beyond_usual: f64,
}

/// Who was called must be heard.
const CALLED: Terms = Terms { known_s: 300.0, heard_min: 60, beyond_usual: 2.0 };

/// Who begins by itself may come in bursts, and a few of those are to be known.
const BY_ITSELF: Terms = Terms { known_s: 3_600.0, heard_min: 600, beyond_usual: 3.0 };

/// Seconds after which an unusual pause is half forgotten. A week: what happens on Sundays.
const USUAL_HALF_S: f64 = 7.0 * 86_400.0;

/// What the occasions are on which a sender would be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occasion {
    /// Somebody calls it: then it works, and is heard.
    Called,
    /// Somebody else is heard. More of that may mean more of something else, so time counts too.
    OthersHeard,
}

/// What is known of how often a sender is heard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hearing {
    occasion: Occasion,
    occasions: Pauses,
    seconds: Pauses,
    /// Most evidence of a pause that ended by itself.
    usual: f64,
    /// Evidence that was wanted of the last silence.
    told: f64,
    known_s: f64,
    n_heard: u32,
}

/// Pauses on one clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Pauses {
    /// Numbers and lengths of those that ended, in each memory.
    ended: [(f64, f64); KEPT.len()],
    /// The one that lasts.
    now: f64,
}

impl Pauses {
    /// How rarely a pause gets as long as this one, in nats; by the memory that finds it less rare.
    fn nats(&self) -> f64 {
        let nats = self.ended.iter().map(|(n, length)| n * (self.now / length.max(1.0)).ln_1p());
        nats.fold(f64::INFINITY, f64::min)
    }

    fn learn(&mut self, more: f64) {
        for ((n, length), kept) in self.ended.iter_mut().zip(KEPT) {
            *n = kept * *n + 1.0;
            *length = kept * *length + more;
        }
    }
}

impl Hearing {
    /// A sender that was just heard for the first time.
    #[must_use]
    pub fn new(occasion: Occasion) -> Self {
        Self {
            occasion,
            occasions: Pauses::default(),
            seconds: Pauses::default(),
            usual: 0.0,
            told: 0.0,
            known_s: 0.0,
            n_heard: 1,
        }
    }

    /// What its occasions are now. Pauses counted in others say nothing of these.
    pub fn set_occasion(&mut self, occasion: Occasion) {
        if self.occasion != occasion {
            self.occasion = occasion;
            self.occasions = Pauses::default();
            self.n_heard = 1;
        }
    }

    /// What its occasions are.
    #[must_use]
    pub const fn occasion(&self) -> Occasion {
        self.occasion
    }

    /// It was not heard for so many seconds by now, and since the last call there were so many
    /// occasions, at most one a second.
    pub fn wait(&mut self, pause_s: f64, occasions: u32) {
        self.seconds.now = pause_s.max(0.0);
        self.occasions.now += f64::from(occasions);
    }

    /// It was heard again, so many seconds after the last time.
    pub fn hear(&mut self, after_s: f64) {
        let forgotten = 0.5f64.powf(after_s.max(0.0) / USUAL_HALF_S);
        self.usual = (self.usual * forgotten).max(self.nats());
        self.seconds.learn(after_s.max(1.0));
        self.occasions.learn(self.occasions.now + 1.0);
        self.known_s += after_s.max(0.0);
        self.n_heard = self.n_heard.saturating_add(1);
        self.go_on();
    }

    /// It was heard again after a silence that was told.
    pub fn end_silence(&mut self) {
        self.usual = self.usual.max(self.told);
        self.go_on();
    }

    const fn go_on(&mut self) {
        (self.occasions.now, self.seconds.now) = (0.0, 0.0);
    }

    /// Evidence that it sends no more, if that is to be told: `ln_a` is the budget's ln A.
    pub fn silence_nats(&mut self, ln_a: f64) -> Option<f64> {
        let terms = match self.occasion {
            Occasion::Called => CALLED,
            Occasion::OthersHeard => BY_ITSELF,
        };
        let is_known = self.known_s >= terms.known_s && self.n_heard >= terms.heard_min;
        if !is_known || self.seconds.now < SILENT_S {
            return None;
        }
        let wanted = ln_a.max(terms.beyond_usual * self.usual);
        let nats = self.nats();
        if nats < wanted {
            return None;
        }
        self.told = wanted;
        Some(nats)
    }

    fn nats(&self) -> f64 {
        match self.occasion {
            Occasion::Called => self.occasions.nats(),
            Occasion::OthersHeard => self.occasions.nats().min(self.seconds.nats()),
        }
    }
}
