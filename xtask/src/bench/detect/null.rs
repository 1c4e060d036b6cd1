//! The tables of the null streams: alarms by family, and how far the evidence reached.

use super::interval::poisson;
use hw_sim::{FAMILIES, Heard, LEARNING_DAYS, TAIL_NATS};
use std::fmt::Write;

/// What came of one family, or of all.
pub(super) struct Row<'a> {
    pub name: &'a str,
    pub streams: usize,
    pub months: usize,
    alarms: usize,
    /// While it was learned.
    young: usize,
    pub tail: [u64; TAIL_NATS.len()],
    highest: f64,
}

/// The families, and all of them together.
pub(super) fn rows(heard: &[Heard]) -> Vec<Row<'static>> {
    let of = |name| heard.iter().filter(move |heard: &&Heard| heard.family.name == name);
    let mut rows: Vec<Row<'_>> =
        FAMILIES.iter().map(|family| Row::new(family.name, of(family.name))).collect();
    rows.push(Row::new("all", heard.iter()));
    rows
}

impl<'a> Row<'a> {
    fn new<'h>(name: &'a str, heard: impl Iterator<Item = &'h Heard>) -> Self {
        let mut row = Self {
            name,
            streams: 0,
            months: 0,
            alarms: 0,
            young: 0,
            tail: [0; TAIL_NATS.len()],
            highest: 0.0,
        };
        for heard in heard {
            let (young, alarms) = heard.n_alarms();
            row.streams += 1;
            row.months += heard.months as usize;
            row.young += young;
            row.alarms += alarms;
            row.highest = row.highest.max(heard.highest);
            let hours = row.tail.iter_mut().zip(heard.tail_hours);
            hours.for_each(|(sum, hours)| *sum += u64::from(hours));
        }
        row
    }
}

/// Alarms by family.
pub(super) fn table(heard: &[Heard]) -> String {
    let mut text = format!(
        "\n| null family | streams | stream-months | alarms | per stream-month, 95 % | in the first \
         {LEARNING_DAYS} days | highest evidence |\n|---|---|---|---|---|---|---|\n"
    );
    for row in rows(heard) {
        let (low, high) = poisson(row.alarms);
        let months = row.months.max(1) as f64;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.1e} to {:.1e} | {} | {:.1} |",
            row.name,
            row.streams,
            row.months,
            row.alarms,
            low / months,
            high / months,
            row.young,
            row.highest
        );
    }
    for heard in heard.iter().filter(|heard| !heard.alarms.is_empty()) {
        let days: Vec<String> =
            heard.alarms.iter().map(|at| format!("{:.2}", *at as f64 / 86_400.0)).collect();
        let _ =
            writeln!(text, "seed {} ({}): days {}", heard.seed, heard.family.name, days.join(" "));
    }
    text
}

/// Hours in which the tempered evidence reached so many nats.
pub(super) fn tail(heard: &[Heard]) -> String {
    let mut text = String::from("\n| hours in which evidence reached, nats |");
    text.push_str(&cells(TAIL_NATS.iter()));
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(TAIL_NATS.len()));
    for row in rows(heard) {
        let _ = writeln!(text, "| {} |{}", row.name, cells(row.tail.iter()));
    }
    text
}

fn cells(values: impl Iterator<Item = impl std::fmt::Display>) -> String {
    values.map(|value| format!(" {value} |")).collect()
}
