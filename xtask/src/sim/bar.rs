//! How many seeds are done, on stderr, where a person is watching.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const SEEDS: &str = "{msg:10} {wide_bar} {human_pos}/{human_len}, {per_sec}, {eta} left";

/// A bar over seeds. Nothing is drawn where stderr is no terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn over(n_seeds: u64) -> Self {
        Self::new(n_seeds, "seeds")
    }

    pub(super) fn over_incidents(n_incidents: u64) -> Self {
        Self::new(n_incidents, "incidents")
    }

    fn new(n: u64, of: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(n), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(SEEDS);
        bar.set_style(style.expect("invariant: the template is a constant"));
        bar.set_message(of);
        Self(bar)
    }

    pub(super) fn show(&self, n_done: u64) {
        self.0.set_position(n_done);
    }

    /// The work is done: the bar goes.
    pub(super) fn finish(self) {
        self.0.finish_and_clear();
    }
}
