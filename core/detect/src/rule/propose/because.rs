//! Why a rule is as it is, in sentences.

use super::super::words::{self, Unit};
use super::super::{CaseFound, Measure, Quiet};
use super::{Candidate, JUDGED_MIN, Question};
use hw_model::{count_words, length_words, share_words};

/// Why the rule is as it is, one sentence each.
pub(super) fn because(
    question: &Question<'_>,
    best: &Candidate<'_>,
    figures: (f64, f64),
    a_month: f64,
) -> Vec<String> {
    let unit = Unit::of(question.measure, figures.0.max(figures.1));
    let found = best.backtest.cases.first().copied().unwrap_or_default();
    let mut said = vec![
        usual(question, &best.quiet, figures, unit),
        reach(best, figures, unit),
        window(question, best),
        chance(best, a_month),
    ];
    said.extend(found.delay_s.map(|delay_s| fired(delay_s, &found)));
    said
}

fn usual(
    question: &Question<'_>,
    quiet: &Quiet<'_>,
    (usual, was): (f64, f64),
    unit: Unit,
) -> String {
    let case = question.cases.first().map_or("", |case| case.name.as_str());
    let place = (question.target, question.measure);
    format!(
        "{} in {} of recorded time outside of incidents; in {case} it was {}.",
        words::amount(place, &words::figure(usual, unit), unit),
        length(quiet.days() * 86_400.0),
        words::figure(was, unit),
    )
}

/// How far the bound is from both.
fn reach(best: &Candidate<'_>, (usual, was): (f64, f64), unit: Unit) -> String {
    let terms = best.rule.terms();
    let edge = terms.bound.above().or_else(|| terms.bound.below()).unwrap_or_default();
    let way = (edge - usual) / (was - usual);
    let where_it_lies = if (way - 0.5).abs() < 0.08 {
        "lies halfway".to_owned()
    } else {
        format!("lies {} of the way, because chance reaches halfway", share_words(way))
    };
    let exposure = match terms.measure {
        Measure::Volume => terms.window_s as f64,
        Measure::Transfer | Measure::Answer(_) | Measure::Errors => terms.items_min as f64,
    };
    let scatter = best.quiet.scatter();
    let more = if scatter >= 1.2 {
        format!("; that allows for windows that scatter {scatter:.1} times as much as chance")
    } else {
        String::new()
    };
    format!(
        "{} {where_it_lies}: with the fewest items that are judged it is {:.1} standard deviations from \
         what is usual, and {:.1} from what was{more}.",
        words::edge(edge, unit),
        best.quiet.distance(usual, edge, exposure),
        best.quiet.distance(best.was, edge, exposure),
    )
}

/// Why this window.
fn window(question: &Question<'_>, best: &Candidate<'_>) -> String {
    let terms = best.rule.terms();
    let (length, held) = (length(terms.window_s as f64), share_words(best.judged));
    if terms.items_min == 0 {
        return format!("{length} is the window that fires soonest.");
    }
    let items = count_words(terms.items_min as f64);
    let thing = words::items(question.measure);
    if best.judged >= JUDGED_MIN {
        format!(
            "{length} is the window that fires soonest of those that hold {items} {thing} nearly \
             always ({held} of the time); with fewer the rule says nothing."
        )
    } else {
        format!(
            "No window of an hour or less that tells the two apart holds {items} {thing} nearly \
             always; {length} does {held} of the time, and in the rest the rule says nothing."
        )
    }
}

fn chance(best: &Candidate<'_>, a_month: f64) -> String {
    let expected =
        if a_month < 0.001 { "less than 0.001".to_owned() } else { format!("{a_month:.3}") };
    format!(
        "By chance it would fire {expected} times in 30 days; over the {} that were recorded it fires in \
         incidents only.",
        length(best.backtest.days * 86_400.0)
    )
}

fn fired(delay_s: f64, found: &CaseFound) -> String {
    let lead = |lead_s: f64| {
        let by = length_words(lead_s.abs());
        if lead_s >= 0.0 { format!("{by} before") } else { format!("{by} after") }
    };
    let machine = found.lead_machine_s.map(|lead_s| format!("{} Highwater noticed", lead(lead_s)));
    let person = found.lead_person_s.map(|lead_s| format!("{} people noticed", lead(lead_s)));
    let leads: Vec<String> = machine.into_iter().chain(person).collect();
    let delay = length_words(delay_s);
    if leads.is_empty() {
        format!("In the incident it fires {delay} after the onset.")
    } else {
        format!("In the incident it fires {delay} after the onset, {}.", leads.join(" and "))
    }
}

/// A length of time, in days where there are several.
fn length(seconds: f64) -> String {
    let days = seconds / 86_400.0;
    if days >= 2.0 { format!("{days:.1} days") } else { length_words(seconds) }
}
