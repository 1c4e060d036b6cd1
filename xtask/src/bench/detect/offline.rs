//! Offline peers from PyPI (apache-otava, ruptures) on days of ratios by the minute, where they are
//! installed: `offline.py` says so where they are not.

use anyhow::{Context, Result, bail};
use hw_sim::{AlarmKind, Base, Seconds};
use hw_stats::Counts;
use std::io::Write;
use std::process::{Command, Stdio};

const MINUTES: i64 = 1_440;
const ONSET: i64 = 720;
const RATE: f64 = 10.0;

/// Feeds the script days of each family, without a shift and with one at noon; its lines are the answer.
pub(super) fn run(python: &str, from: u64, days: u64) -> Result<String> {
    let mut series = String::new();
    for base in [Base::Constant, Base::Season, Base::Autocorrelated] {
        for seed in from..from + days {
            series.push_str(&day(base, None, seed));
            for kind in [AlarmKind::ToEight, AlarmKind::ToSix, AlarmKind::ToFiftyFive] {
                series.push_str(&day(base, Some(kind), seed));
            }
        }
    }
    let mut script = Command::new(python)
        .arg("xtask/src/bench/detect/offline.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to run {python} in the top folder of the repo"))?;
    if let Some(stdin) = &mut script.stdin {
        stdin.write_all(series.as_bytes()).context("failed to hand over the series")?;
    }
    let done = script.wait_with_output().context("failed to wait for the script")?;
    if !done.status.success() {
        bail!("offline.py failed");
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// A day as a line of the script's input.
fn day(base: Base, kind: Option<AlarmKind>, seed: u64) -> String {
    let mut seconds = Seconds::new(base.world(RATE), seed);
    let mut line = format!(
        "{},{},{}",
        base.words(),
        kind.map_or("nothing", AlarmKind::words),
        kind.map_or(-1, |_| ONSET)
    );
    let mut ratio = 0.5;
    for minute in 0..MINUTES {
        if let Some(kind) = kind.filter(|_| minute == ONSET) {
            seconds = seconds.shifted(kind, seed);
        }
        let mut counts = Counts::default();
        while let Some(second) = seconds.next_before((minute + 1) * 60) {
            counts += second.counts;
        }
        ratio = counts.ratio().unwrap_or(ratio);
        line.push_str(&format!(",{ratio:.5}"));
    }
    line.push('\n');
    line
}
