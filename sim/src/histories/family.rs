//! What is true in a history: how often things change, how often a change does harm, how soon, and whether
//! taking it back helps.
//!
//! None of it is taken from the judge's constants. Two settings: one in which
//! teams live as the research notes assume, and one that differs from it in everything that the judge
//! cannot know. Families twist one thing each.

/// How teams live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// A deploy per service and day; nine faults in ten go with their version.
    Base,
    /// Three times the deploys, 30 % of faults outlive their version, 15 % recover by
    /// whatever is done, returns are slow, lags are longer.
    Misspecified,
}

impl Setting {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Base, Self::Misspecified];

    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Misspecified => "misspecified",
        }
    }
}

/// What is special about a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HistoryFamily {
    /// Nothing.
    Plain,
    /// Three times the deploys.
    Busy,
    /// Most faults outlive their version.
    Irreversible,
    /// Half of the faults end by themselves.
    Recovers,
    /// Most effects come hours after their cause.
    Delayed,
    /// Every deploy lets both versions run side by side for a while.
    Canary,
    /// Two changes within a minute.
    Twins,
    /// An innocent deploy is taken back just when the figure recovers by itself.
    Meets,
    /// Changes are known by being told only, with times that are up to two minutes off.
    Clocks,
    /// A third of the changes is known to nobody.
    Untold,
    /// The story: an innocent deploy shortly before, taken back to no avail.
    Story,
}

impl HistoryFamily {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::Busy,
        Self::Irreversible,
        Self::Recovers,
        Self::Delayed,
        Self::Canary,
        Self::Twins,
        Self::Meets,
        Self::Clocks,
        Self::Untold,
        Self::Story,
    ];

    /// In a few words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Busy => "3x deploys",
            Self::Irreversible => "irreversible",
            Self::Recovers => "recovers by itself",
            Self::Delayed => "delayed effects",
            Self::Canary => "canary rollouts",
            Self::Twins => "two in one minute",
            Self::Meets => "rollback meets recovery",
            Self::Clocks => "wrong clocks",
            Self::Untold => "never told",
            Self::Story => "story: innocent rollback",
        }
    }
}

/// One number for services that keep nothing, one for those that do.
#[derive(Clone, Copy, Debug)]
pub struct ByState {
    /// Of what keeps nothing.
    pub stateless: f64,
    /// Of what sends or writes.
    pub stateful: f64,
}

impl ByState {
    pub(super) const fn of(self, is_stateful: bool) -> f64 {
        if is_stateful { self.stateful } else { self.stateless }
    }
}

/// The true parameters of a history.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// Share of faults that a change causes.
    pub caused: f64,
    /// Deploys, settings and restarts per service and day.
    pub deploys: f64,
    /// See `deploys`.
    pub settings: f64,
    /// See `deploys`.
    pub restarts: f64,
    /// Mean lag in seconds of a prompt effect at the changed service, and at one that it feeds.
    pub prompt_s: f64,
    /// See `prompt_s`.
    pub passed_on_s: f64,
    /// Share of effects that are delayed, by a log-normal of this median (seconds) and sigma.
    pub delayed: f64,
    /// See `delayed`.
    pub delay_s: f64,
    /// See `delayed`.
    pub delay_sigma: f64,
    /// Probability that a fault goes with its version, and seconds it takes on average.
    pub reverses: ByState,
    /// See `reverses`.
    pub return_s: ByState,
    /// Probability that an innocent rollback or restart on the way ends it all the same.
    pub anyway: f64,
    /// Share of faults that end by themselves within two hours.
    pub by_itself: f64,
    /// Probability that a restart of where the fault sits ends it, if no change caused it, and if one did.
    pub restart_cures: f64,
    /// See `restart_cures`.
    pub restart_hides: f64,
    /// Probability that a guilty change, made again, brings it back.
    pub again: f64,
    /// Share of deploys with both versions side by side.
    pub canary: f64,
    /// Share of deploys that are known by being told only, and seconds by which told times are off at most.
    pub told: f64,
    /// See `told`.
    pub clock_s: f64,
    /// Share of changes that nobody tells.
    pub untold: f64,
}

impl Truth {
    /// The true parameters of a family in a setting.
    #[must_use]
    pub fn of(setting: Setting, family: HistoryFamily) -> Self {
        let base = Self::of_setting(setting);
        match family {
            HistoryFamily::Plain | HistoryFamily::Twins | HistoryFamily::Meets => base,
            HistoryFamily::Story => Self { caused: 0.0, ..base },
            HistoryFamily::Busy => Self { deploys: 3.0 * base.deploys, ..base },
            HistoryFamily::Irreversible => {
                Self { reverses: ByState { stateless: 0.3, stateful: 0.2 }, ..base }
            }
            HistoryFamily::Recovers => Self { by_itself: 0.5, ..base },
            HistoryFamily::Delayed => Self { delayed: 0.75, ..base },
            HistoryFamily::Canary => Self { canary: 1.0, ..base },
            HistoryFamily::Clocks => Self { told: 1.0, clock_s: 120.0, ..base },
            HistoryFamily::Untold => Self { untold: 1.0 / 3.0, ..base },
        }
    }

    const fn of_setting(setting: Setting) -> Self {
        let base = Self {
            caused: 0.5,
            deploys: 1.0,
            settings: 0.2,
            restarts: 0.3,
            prompt_s: 180.0,
            passed_on_s: 60.0,
            delayed: 0.25,
            delay_s: 7_200.0,
            delay_sigma: 1.2,
            reverses: ByState { stateless: 0.93, stateful: 0.85 },
            return_s: ByState { stateless: 20.0, stateful: 150.0 },
            anyway: 0.05,
            by_itself: 0.05,
            restart_cures: 0.6,
            restart_hides: 0.15,
            again: 0.85,
            canary: 0.3,
            told: 0.15,
            clock_s: 20.0,
            untold: 0.05,
        };
        match setting {
            Setting::Base => base,
            Setting::Misspecified => Self {
                deploys: 3.0,
                settings: 0.6,
                restarts: 0.6,
                prompt_s: 300.0,
                passed_on_s: 300.0,
                delay_s: 10_800.0,
                reverses: ByState { stateless: 0.70, stateful: 0.70 },
                return_s: ByState { stateless: 60.0, stateful: 400.0 },
                anyway: 0.15,
                by_itself: 0.15,
                restart_hides: 0.3,
                again: 0.7,
                clock_s: 60.0,
                ..base
            },
        }
    }
}
