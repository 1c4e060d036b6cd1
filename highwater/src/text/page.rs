//! The whole page: the sentence that matters, each incident, every hop, and what it all rests on.

use super::{count, hops, incident, paragraph, shifts};
use hw_api::{Rejected, rfc3339};
use hw_engine::Report;
use hw_model::{Timestamp, length_words};

/// The page.
pub(crate) fn page(report: &Report, from: Timestamp, to: Timestamp, rejected: Rejected) -> String {
    let mut out = String::new();
    out.push_str(&headline(report, from, to));
    for incident in &report.incidents {
        if report.incidents.len() > 1 {
            out.push('\n');
        }
        out.push_str(&incident::section(report, incident, to));
    }
    if report.incidents.is_empty() {
        out.push_str(&incident::changes_without_incident(report, from));
    }
    out.push_str(&shifts::without_incident(report, from));
    out.push_str(&hops::table(report));
    out.push_str(&footer(report, from, to, rejected));
    out
}

fn headline(report: &Report, from: Timestamp, to: Timestamp) -> String {
    let (n_streams, n_armed) = report.n_watched;
    let shifted = if report.shifts.is_empty() { ", and none shifted" } else { "" };
    match report.incidents.len() {
        0 if n_armed == 0 => paragraph(
            "",
            "",
            &format!(
                "No incident, but nothing could be noticed either: {} of data are too short to \
                 learn what is usual (about five minutes of normal traffic are needed).",
                length_words(to.seconds_since(from))
            ),
        ),
        0 => paragraph(
            "",
            "",
            &format!(
                "No incident: {n_streams} figures of {} hops were watched for {}{shifted}. What shifted \
                 in the first five minutes of a figure could not be noticed: they are for learning.",
                report.hops.len(),
                length_words(to.seconds_since(from))
            ),
        ),
        1 => String::new(),
        n => format!("{n} incidents.\n"),
    }
}

fn footer(report: &Report, from: Timestamp, to: Timestamp, rejected: Rejected) -> String {
    let coverage = report.coverage;
    let weights = report.hops.iter().all(|counted| counted.summary.weighted.is_none());
    let mut facts = vec![format!(
        "{} spans and {} log lines from {} to {}, all times UTC",
        count(coverage.spans),
        count(coverage.logs),
        rfc3339(from),
        rfc3339(to)
    )];
    facts.push(format!(
        "{:.1} % of calls and called entries found their other end; {} records rejected, {} late, \
         {} calls without an entry",
        coverage.share() * 100.0,
        count(rejected.n),
        count(coverage.late),
        count(coverage.unjoined)
    ));
    if coverage.beyond > 0 {
        facts.push(format!(
            "{} ends of calls are not counted: there are more hops than the limit allows",
            count(coverage.beyond)
        ));
    }
    if weights && !report.hops.is_empty() {
        facts.push(
            "spans do not say how they were sampled: counts are of spans seen, ratios hold either way"
                .to_owned(),
        );
    }
    let mut out = "\nWhat this rests on\n".to_owned();
    for fact in facts {
        out.push_str(&paragraph("  ", "  ", &fact));
    }
    out
}
