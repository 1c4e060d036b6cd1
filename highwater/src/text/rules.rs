//! Rules: the list, what one would have done as a table and a picture, and the one an incident lacked.

use super::answers::table;
use super::fields::{raw, word};
use super::{count, paragraph, plain};
use hw_api::{Backtest, Replay, RuleBody, RuleCase, RuleFiring, RuleProposal, SweepStep};
use hw_model::length_words;
use serde_json::Value;

/// False alarms that are listed one by one.
const LISTED: usize = 10;

/// Columns of the longest bar of a sweep.
const BAR: usize = 30;

/// Rules, one in a line.
pub(crate) fn list(rules: &[Value]) -> String {
    if rules.is_empty() {
        return "No rule is set. `highwater rule propose INC-1` writes the one that an incident lacked.\n"
            .to_owned();
    }
    let row = |rule: &Value| {
        let body = rule.get("rule").cloned().unwrap_or_default();
        let since = match word(rule, "since") {
            since if since.is_empty() => String::new(),
            since => format!("since {}", minute(&since)),
        };
        let window = body.get("window_s").and_then(Value::as_f64).unwrap_or_default();
        let bound = format!("{} over {}", word(rule, "bound"), length_words(window));
        [
            word(rule, "id"),
            word(&body, "name"),
            bound,
            word(rule, "state"),
            since,
            word(rule, "incident"),
        ]
    };
    let mut out = table(["", "name", "fires", "state", "", ""], rules.iter().map(row));
    for rule in rules {
        for why in
            ["trouble", "warning"].map(|key| raw(rule, key)).iter().filter(|why| !why.is_empty())
        {
            out.push_str(&paragraph("  ", "  ", &format!("{}: {why}", word(rule, "id"))));
        }
    }
    out
}

/// The rule that an incident lacked.
pub(crate) fn proposal(found: &RuleProposal) -> String {
    let rule = &found.rule;
    let mut out = paragraph("", "", &format!("{}: {}", found.incident, rule.name));
    out.push('\n');
    out.push_str(&terms(rule, &found.bound));
    out.push_str("\nWhy\n");
    for reason in &rule.because {
        out.push_str(&paragraph("  - ", "    ", reason));
    }
    out.push('\n');
    out.push_str(&backtest(&found.backtest));
    out.push_str(&format!(
        "\nhighwater rule propose {} --dir DIR writes it, with files for Prometheus and promtool.\n",
        plain(&found.incident)
    ));
    out
}

/// What a rule says, line by line.
fn terms(rule: &RuleBody, bound: &str) -> String {
    let place = match (&rule.hop, &rule.service, &rule.operation) {
        (Some(hop), _, _) => hop.clone(),
        (None, service, operation) => {
            let parts = [service, operation].into_iter().flatten();
            parts.map(String::as_str).collect::<Vec<_>>().join(" ")
        }
    };
    let signal = match &rule.value {
        Some(value) => format!("{} “{value}”", rule.signal),
        None => rule.signal.clone(),
    };
    let for_s = length_words(rule.for_s.unwrap_or_default() as f64);
    let window = length_words(rule.window_s as f64);
    let fires = match rule.items_min {
        0 => format!("{bound} over {window}, for {for_s}"),
        n => format!("{bound} over {window} with {} items or more, for {for_s}", count(n)),
    };
    [("looks at", format!("{signal} of {place}")), ("fires", fires)]
        .iter()
        .map(|(name, what)| paragraph(&format!("  {name:<10}"), "            ", what))
        .collect()
}

/// What a rule would have done.
pub(crate) fn backtest(found: &Backtest) -> String {
    let mut out = paragraph("", "", &found.words);
    let (from, to) = (minute(&found.from), minute(&found.to));
    out.push_str(&format!(
        "  {:.1} days from {from} to {to} UTC, {} windows\n",
        found.days,
        count(found.n_windows)
    ));
    if let Some((low, high)) = found.quiet_low.zip(found.quiet_high) {
        let low_high = format!("{} to {}", figure(&found.rule, low), figure(&found.rule, high));
        out.push_str(&format!("  outside of incidents the figure was {low_high}\n"));
    }
    if let Some(a_month) = found.false_alarms_a_month {
        let expected =
            if a_month < 0.001 { "under 0.001".to_owned() } else { format!("{a_month:.3}") };
        out.push_str(&format!("  chance alone makes {expected} false alarms in 30 days\n"));
    }
    if found.damaged_packs > 0 {
        let n = found.damaged_packs;
        out.push_str(&format!(
            "  {n} packs of history are damaged and left out: `highwater verify`\n"
        ));
    }
    out.push_str(&firings(found));
    out.push_str(&sweep(found));
    out
}

fn firings(found: &Backtest) -> String {
    if found.fired.is_empty() {
        return String::new();
    }
    let row = |fired: &RuleFiring| {
        let until = fired.ended.as_deref().map_or_else(|| "still".to_owned(), minute);
        let why = fired.incident.as_deref().map_or_else(|| "false alarm".to_owned(), plain);
        ["  ".to_owned() + &minute(&fired.said), until, figure(&found.rule, fired.figure), why]
    };
    let shown = found.fired.iter().take(LISTED).map(row);
    let mut out = "\n".to_owned() + &table(["  says so at (UTC)", "until", "figure", ""], shown);
    if let Some(more) = found.fired.len().checked_sub(LISTED).filter(|more| *more > 0) {
        out.push_str(&format!("  and {more} times more\n"));
    }
    out
}

/// A line for each bound: its false alarms as a bar, how soon it fires, what comes out of it.
fn sweep(found: &Backtest) -> String {
    if found.sweep.len() < 2 {
        return String::new();
    }
    let most = found.sweep.iter().map(|step| step.false_alarms).max().unwrap_or(0);
    let name = found.incidents.first().map_or_else(String::new, |case| plain(&case.incident));
    let row = |step: &SweepStep| {
        let mark = if is_own(&found.rule, step) { ">" } else { " " };
        let soon = step.delay_s.map_or_else(|| "not".to_owned(), length_words);
        let alarms = format!("{:>5} {}", step.false_alarms, bar(step.false_alarms, most));
        let edges = [step.below, step.above].into_iter().flatten();
        let bound = edges.map(|edge| figure(&found.rule, edge)).collect::<Vec<_>>().join(" to ");
        [format!("{mark} {bound}"), alarms, soon, judgement(&step.judgement).to_owned()]
    };
    let after = format!("fires in {name} after");
    "\n".to_owned()
        + &table(["  bound", "false alarms", after.trim_end(), ""], found.sweep.iter().map(row))
}

fn is_own(rule: &RuleBody, step: &SweepStep) -> bool {
    let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    same(rule.above, step.above) && same(rule.below, step.below)
}

/// A bar of so many of most, by the logarithm: one false alarm is bad, a thousand are not a thousand times
/// worse.
fn bar(n: u64, most: u64) -> String {
    if n == 0 {
        return String::new();
    }
    let share = (n as f64 + 1.0).ln() / (most as f64 + 1.0).ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few columns")]
    let columns = (share * BAR as f64).round() as usize;
    "█".repeat(columns.max(1))
}

fn judgement(word: &str) -> &'static str {
    match word {
        "good" => "good",
        "misses" => "misses the incident",
        "cries" => "cries wolf",
        "misses_and_cries" => "cries wolf, and misses the incident",
        "blind" => "can never fire",
        _ => "",
    }
}

/// What an incident does to all rules.
pub(crate) fn replay(found: &Replay) -> String {
    let mut out = paragraph("", "", &found.words);
    let row = |rule: &hw_api::ReplayedRule| {
        ["  ".to_owned() + &plain(&rule.id), plain(&rule.name), case_words(&rule.found)]
    };
    if !found.rules.is_empty() {
        out.push_str(&table(["", "", ""], found.rules.iter().map(row)));
    }
    out
}

fn case_words(case: &RuleCase) -> String {
    match (case.delay_s, case.in_time) {
        (Some(delay_s), true) => format!("fires {} after the onset", length_words(delay_s)),
        (Some(_), false) => "fires when it is over".to_owned(),
        (None, _) => "does not fire".to_owned(),
    }
}

/// A figure of a rule: shares in percent.
fn figure(rule: &RuleBody, figure: f64) -> String {
    let is_share = match rule.signal.as_str() {
        "answers" | "errors" => true,
        "transfer" => rule.above.or(rule.below).unwrap_or(0.0) <= 1.0,
        _ => false,
    };
    if is_share {
        let percent = format!("{:.2}", 100.0 * figure);
        format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
    } else {
        format!("{figure:.2}")
    }
}

/// `2026-11-22 06:54`.
fn minute(time: &str) -> String {
    plain(time).replace('T', " ").chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(above: f64, false_alarms: u64, delay_s: Option<f64>, judgement: &str) -> SweepStep {
        let judgement = judgement.to_owned();
        SweepStep { above: Some(above), below: None, false_alarms, n_fired: 1, delay_s, judgement }
    }

    #[test]
    fn sweep_shows_at_a_glance_which_bounds_are_bad() {
        let rule = RuleBody { signal: "transfer".into(), above: Some(0.75), ..RuleBody::default() };
        let found = Backtest {
            rule,
            from: "2026-11-10T00:00:00.000Z".into(),
            to: "2026-11-24T00:00:00.000Z".into(),
            n_windows: 120_960,
            days: 14.0,
            quiet_days: 13.9,
            unknown: 0.0,
            thin: 0.0,
            items_max: 300.0,
            quiet_low: Some(0.41),
            quiet_high: Some(0.613),
            false_alarms: 0,
            false_alarms_a_month: Some(0.0),
            judgement: "good".into(),
            words: "No false alarm in 13.9 quiet days.".into(),
            fired: vec![RuleFiring {
                since: String::new(),
                began: "2026-11-23T20:43:10.000Z".into(),
                said: "2026-11-23T20:45:10.000Z".into(),
                ended: None,
                figure: 0.83,
                incident: Some("INC-1".into()),
            }],
            incidents: vec![RuleCase {
                incident: "INC-1".into(),
                expected: true,
                first: None,
                in_time: true,
                delay_s: Some(300.0),
                lead_machine_s: None,
                lead_person_s: None,
            }],
            sweep: vec![
                step(0.5, 412, Some(120.0), "cries"),
                step(0.6, 1, Some(200.0), "cries"),
                step(0.75, 0, Some(300.0), "good"),
                step(1.0, 0, None, "misses"),
            ],
            damaged_packs: 0,
        };
        let expect = "\
No false alarm in 13.9 quiet days.
  14.0 days from 2026-11-10 00:00 to 2026-11-24 00:00 UTC, 120,960 windows
  outside of incidents the figure was 41 % to 61.3 %
  chance alone makes under 0.001 false alarms in 30 days

  says so at (UTC)  until  figure
  2026-11-23 20:45  still  83 %    INC-1

  bound  false alarms                          fires in INC-1 after
  50 %     412 ██████████████████████████████  2 min                 cries wolf
  60 %       1 ███                             3 min                 cries wolf
> 75 %       0                                 5 min                 good
  100 %      0                                 not                   misses the incident
";
        let page = backtest(&found);
        assert_eq!(page, expect, "\n{page}");
    }
}
