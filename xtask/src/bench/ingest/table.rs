//! Figures as docs/benchmarks.md shows them.

use super::server::Kind;
use crate::bench::print;
use std::fmt;

/// What was measured of a server: spans per CPU-second, round by round.
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) http: Vec<f64>,
    pub(super) grpc: Vec<f64>,
}

impl Row {
    pub(super) const fn new(kind: Kind) -> Self {
        Self { kind, http: Vec::new(), grpc: Vec::new() }
    }
}

/// A median, and the least and the most.
pub(super) struct Spread {
    pub(super) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(values.len() / 2), least: at(0), most: at(values.len().max(1) - 1) }
    }

    /// With so many digits after the point.
    pub(super) fn digits(&self, n: usize) -> String {
        let Self { median, least, most } = self;
        format!("{median:.n$} ({least:.n$} to {most:.n$})")
    }
}

/// Whole thousands.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, least, most] = [self.median, self.least, self.most].map(|n| n / 1000.0);
        write!(f, "{median:.0} ({least:.0} to {most:.0})")
    }
}

/// Each server, and what `serve` is to it: ratios of one round each.
pub(super) fn print_throughput(rows: &[Row]) {
    print("| thousand spans per CPU-second | HTTP | gRPC |");
    print("|---|---|---|");
    for row in rows {
        let [http, grpc] = [&row.http, &row.grpc].map(|values| Spread::of(values.clone()));
        print(&format!("| {} | {http} | {grpc} |", row.kind.name()));
    }
    let Some(serve) = rows.iter().find(|row| row.kind == Kind::Serve) else { return };
    for row in rows.iter().filter(|row| row.kind != Kind::Serve) {
        let ratio = |ours: &[f64], theirs: &[f64]| {
            let ratios = ours.iter().zip(theirs).map(|(our, their)| our / their);
            Spread::of(ratios.collect()).digits(2)
        };
        let (http, grpc) = (ratio(&serve.http, &row.http), ratio(&serve.grpc, &row.grpc));
        print(&format!("| **serve, of {}** | {http} | {grpc} |", row.kind.name()));
    }
}

/// What else the machine does: a figure taken on a busy one says little.
pub(super) fn machine() -> String {
    let n_cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    format!("{n_cores} cores, load {}", load.join(" "))
}
