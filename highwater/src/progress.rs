//! Progress on stderr, where a person is watching.

use hw_ingest::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const BYTES: &str = "{msg:10} {wide_bar} {bytes}/{total_bytes}, {binary_bytes_per_sec}, {eta} left";
const ROWS: &str = "{msg:10} {spinner} {human_pos} rows, {per_sec}";
const OTHERS: &str = "{msg:10} {wide_bar} {pos}/{len} receivers answered";
const RECORDS: &str = "{msg:10} {wide_bar} {human_pos}/{human_len}, {per_sec}, {eta} left";

/// A bar that shows how far a piece of work has come. Nothing is drawn where stderr is no terminal.
pub(crate) struct Bar {
    bar: ProgressBar,
    progress: Progress,
    follower: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Bar {
    /// For reading files: follows the bytes read.
    pub(crate) fn reading() -> Self {
        Self::following("reading")
    }

    /// For a first look at files.
    pub(crate) fn looking() -> Self {
        Self::following("looking")
    }

    /// For counting records.
    pub(crate) fn counting(n_records: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(n_records), ProgressDrawTarget::stderr());
        bar.set_style(style(RECORDS));
        bar.set_message("counting");
        Self { bar, progress: Progress::new(), follower: None }
    }

    /// For asking so many others whether they answer.
    pub(crate) fn asking(n: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(n), ProgressDrawTarget::stderr());
        bar.set_style(style(OTHERS));
        bar.set_message("asking");
        Self { bar, progress: Progress::new(), follower: None }
    }

    /// For sending so many bytes.
    pub(crate) fn sending(n_bytes: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(n_bytes), ProgressDrawTarget::stderr());
        bar.set_style(style(BYTES));
        bar.set_message("sending");
        Self { bar, progress: Progress::new(), follower: None }
    }

    /// For reading so many rows as there are.
    pub(crate) fn checking() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style(ROWS));
        bar.set_message("checking");
        Self { bar, progress: Progress::new(), follower: None }
    }

    /// So many in all.
    pub(crate) fn set(&self, n: u64) {
        self.bar.set_position(n);
    }

    /// Says why it does not go on.
    pub(crate) fn wait(&self, why: &str) {
        self.bar.suspend(|| anstream::eprintln!("waiting: {why}"));
    }

    /// What the reader reports to.
    pub(crate) const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// So many records more.
    pub(crate) fn advance(&self, n: u64) {
        self.bar.inc(n);
    }

    /// The work is done: the bar goes.
    pub(crate) fn finish(self) {
        if let Some((done, thread)) = self.follower {
            done.store(true, Ordering::Relaxed);
            // A bar that cannot be drawn is no reason to fail.
            drop(thread.join());
        }
        self.bar.finish_and_clear();
    }

    fn following(message: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        bar.set_style(style(BYTES));
        bar.set_message(message);
        let progress = Progress::new();
        if bar.is_hidden() {
            return Self { bar, progress, follower: None };
        }
        let done = Arc::new(AtomicBool::new(false));
        let (stop, counters, shown) = (Arc::clone(&done), progress.clone(), bar.clone());
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                shown.set_length(counters.bytes_total());
                shown.set_position(counters.bytes_read());
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        Self { bar, progress, follower: Some((done, thread)) }
    }
}

fn style(template: &'static str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("invariant: templates are constants")
}
