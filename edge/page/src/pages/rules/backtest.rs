//! What a rule would have done on what was recorded.

use crate::clock::Clock;
use crate::figure::chart;
use crate::frame::Frame;
use crate::parts::{card, id_link};
use hw_api::{Backtest, RuleBody, RuleCase};
use hw_chart::{Quantity, SweepPoint, ThresholdSweep, threshold_sweep, threshold_sweep_tables};
use hw_model::{length_words, share_words};
use maud::{Markup, html};

/// The same rule with other bounds, as a picture.
pub(super) fn sweep(backtest: &Backtest, chosen: Option<&RuleBody>) -> Markup {
    let rule = chosen.unwrap_or(&backtest.rule);
    let lead = backtest.incidents.iter().find(|case| case.delay_s.is_some());
    let after = |ahead: Option<f64>| {
        let lead = lead?;
        Some(lead.delay_s? + ahead?)
    };
    let data = ThresholdSweep {
        title: "The same rule with other bounds".to_owned(),
        quantity: if rule.signal == "volume" {
            Quantity::Count { unit: "items / s".to_owned() }
        } else {
            Quantity::Ratio
        },
        quiet_days: backtest.quiet_days,
        points: backtest
            .sweep
            .iter()
            .filter_map(|step| {
                Some(SweepPoint {
                    threshold: step.above.or(step.below)?,
                    false_alarms: step.false_alarms,
                    fires_after_s: step.delay_s,
                })
            })
            .collect(),
        chosen: rule.above.or(rule.below),
        noticed_after_s: after(lead.and_then(|case| case.lead_person_s)),
        detected_after_s: after(lead.and_then(|case| case.lead_machine_s)),
    };
    let picture = chart(
        "f-sweep",
        (827, 340),
        &|style| threshold_sweep(&data, style),
        (&threshold_sweep_tables(&data), None),
    );
    let n = backtest.incidents.len();
    let incidents = if n == 1 { "incident" } else { "incidents" };
    let note = format!("on {:.1} quiet days and {n} {incidents}", backtest.quiet_days);
    card("If the bound were another", &note, &picture)
}

/// What it did in each incident, and each time it fired.
pub(super) fn did(backtest: &Backtest, frame: &Frame) -> Markup {
    let body = html! {
        ul class="plain" {
            @for case in &backtest.incidents { li data-row { (id_link(&case.incident)) ": " (case_words(case)) } }
            li { b { (backtest.false_alarms) } " false alarms in " (format!("{:.1}", backtest.quiet_days)) " quiet days"
                @if let Some(rate) = backtest.false_alarms_a_month { "; chance makes " (format!("{rate:.2}")) " in 30 days" }
                "."
            }
            @if backtest.unknown > 0.001 { li class="note" { (share_words(backtest.unknown)) " of the windows say nothing because counts are missing." } }
            @if backtest.thin > 0.001 { li class="note" { (share_words(backtest.thin)) " of the windows say nothing because too few items came." } }
        }
        @if !backtest.fired.is_empty() { (fired(backtest, &frame.clock)) }
    };
    card(
        "What it would have done",
        &format!("{:.1} days of recorded windows", backtest.days),
        &body,
    )
}

fn fired(backtest: &Backtest, clock: &Clock) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="group" aria-label="Every firing" {
            table {
                thead { tr { th scope="col" { "Crossed" } th scope="col" { "Said" } th scope="col" { "Ended" } th scope="col" { "Figure" } th scope="col" { "Explained by" } } }
                tbody {
                    @for firing in &backtest.fired {
                        tr {
                            td { (clock.time(&firing.since)) }
                            td { (clock.time(&firing.said)) }
                            td { @match &firing.ended { Some(at) => (clock.time(at)), None => "still fires where the data ends" } }
                            td { (format!("{:.3}", firing.figure)) }
                            td { @match &firing.incident { Some(id) => (id_link(id)), None => b class="late" { "nothing: a false alarm" } } }
                        }
                    }
                }
            }
        }
    }
}

/// What it did in an incident.
pub(super) fn case_words(case: &RuleCase) -> String {
    let Some(delay) = case.delay_s.filter(|_| case.first.is_some()) else {
        return if case.expected {
            "it would not have fired".to_owned()
        } else {
            "it stays quiet, as it should".to_owned()
        };
    };
    let mut words = vec![format!("fires {} after the onset", length_words(delay))];
    words.extend(case.lead_person_s.map(|s| ahead(s, "the first person")));
    words.extend(case.lead_machine_s.map(|s| ahead(s, "Highwater's own detector")));
    if !case.in_time {
        words.push("too late to be of use".to_owned());
    }
    words.join(", ")
}

fn ahead(seconds: f64, whom: &str) -> String {
    if seconds >= 0.0 {
        format!("{} before {whom}", length_words(seconds))
    } else {
        format!("{} after {whom}", length_words(-seconds))
    }
}
