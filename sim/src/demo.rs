//! The world of `highwater demo`: two quiet weeks, then the two days of the story.
//!
//! The story is a scenario in words, `scenarios/demo/story.txt`. Quiet days with ordinary life are
//! drawn before it, and dates are set so that it was over, on working days, before a given instant.
//! What is sent comes piece by piece, as OTLP requests and what people do and say in between, so
//! that weeks take no more memory than a minute.

mod calendar;
mod facts;
mod play;
mod quiet;

use crate::clock::{DAY_S, S};
use crate::life::Life;
use crate::random::{Random, Use};
use crate::world::World;
use hw_model::Timestamp;

pub use facts::{Deployed, Facts, Suspect};
pub use play::{People, Play, Request, Sent, Tally};

/// The story in words.
const STORY: &str = include_str!("../scenarios/demo/story.txt");

/// What can be set about a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoSettings {
    /// What chance is drawn from: traffic, and the ordinary life of the quiet days.
    pub seed: u64,
    /// The story is over by then.
    pub ends_by: Timestamp,
    /// Days before the story.
    pub quiet_days: u32,
}

/// A world with a story at its end.
#[derive(Clone, Debug)]
pub struct Demo {
    world: World,
    life: Life,
}

impl Demo {
    /// The world of these settings; equal settings give equal bytes.
    #[must_use]
    pub fn new(settings: &DemoSettings) -> Self {
        let story = World::from_script("story.txt", STORY);
        let mut world = story.expect("invariant: the story is read by a test");
        world.seed = settings.seed;
        world.start = calendar::start(settings.ends_by, world.length_s);
        let days = i64::from(settings.quiet_days);
        world.begin_earlier(days * DAY_S);
        let mut random = Random::new(settings.seed, Use::Quiet, &[]);
        quiet::draw(&mut world, &mut random, days);
        let life = Life::new(&world);
        Self { world, life }
    }

    /// The world, which is shown as a script.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// When it begins: at midnight.
    #[must_use]
    pub const fn begins_at(&self) -> Timestamp {
        self.world.start.instant(0)
    }

    /// When the last item has come in.
    #[must_use]
    pub const fn ends_at(&self) -> Timestamp {
        self.world.start.instant(self.world.length_s * S)
    }

    /// What is true, and what Highwater should find out.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts::of(&self.world)
    }

    /// Everything that is sent, said and told, in order of time. A request holds what ended in a
    /// stretch of so many seconds, or less where somebody does or says something meanwhile.
    #[must_use]
    pub fn play(&self, stretch_s: u32) -> Play<'_> {
        Play::new(&self.world, &self.life, i64::from(stretch_s.max(1)) * S)
    }
}

impl World {
    /// Puts so many seconds before everything that happens.
    fn begin_earlier(&mut self, seconds: i64) {
        self.start.0 -= seconds;
        self.length_s += seconds;
        self.acts.iter_mut().for_each(|act| act.at += seconds * S);
        self.remarks.iter_mut().for_each(|remark| remark.at += seconds * S);
        if let Some(fault) = &mut self.fault {
            fault.from += seconds * S;
            fault.until = fault.until.map(|until| until + seconds * S);
            fault.again = fault.again.map(|again| again + seconds * S);
        }
    }
}

#[cfg(test)]
mod tests;
