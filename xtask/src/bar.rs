//! How much of long work is done, on stderr, where a person is watching.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const FORM: &str = "{msg:22} {wide_bar} {human_pos}/{human_len}, {per_sec}, {eta} left";

/// A bar over so many parts. Nothing is drawn where stderr is no terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn over(n: usize, of: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(n as u64), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(FORM);
        bar.set_style(style.expect("invariant: the template is a constant"));
        bar.set_message(of);
        Self(bar)
    }

    pub(crate) fn show(&self, n_done: u64) {
        self.0.set_position(n_done);
    }

    /// The work is done: the bar goes.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}
