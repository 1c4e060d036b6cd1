//! What a rule about deploy days would have done: the sentence, what its words mean, and which deploys.

use crate::text::timeline::Zone;
use crate::text::{paragraph, plain};
use hw_api::FreezeAnswer;
use std::collections::BTreeMap;

/// Deploys that are shown by name.
const DEPLOYS_SHOWN: usize = 20;

/// The page.
pub(crate) fn freeze(answer: &FreezeAnswer, zone: &Zone) -> String {
    let mut page = paragraph("", "", &answer.words);
    let stretch = format!(
        "From {} to {}; days are those of {}.",
        zone.date(&answer.from),
        zone.date(&answer.to),
        answer.zone
    );
    page.push_str(&paragraph("", "", &stretch));
    page.push_str("\nIncidents\n");
    for (name, ids, means) in [
        ("avoided", &answer.avoided, &answer.avoided_means),
        ("moved", &answer.moved, &answer.moved_means),
    ] {
        page.push_str(&line(name, &format!("{}: {means}", which(ids))));
    }
    page.push_str(&line(
        "unchanged",
        &format!("{}: on an allowed day anyway", which(&answer.unchanged)),
    ));
    let others = answer.incidents.saturating_sub(answer.caused.len() as u64);
    page.push_str(&line("not touched", &format!("{others}: no deploy is implicated in them")));
    page.push_str("\nDeploys\n");
    let batches = format!(
        "versions of one service on one day: as it was {}; then {}",
        sizes(&answer.batches),
        sizes(&answer.batches_then)
    );
    page.push_str(&line("batches", &batches));
    if !answer.during_incidents.is_empty() {
        let words = format!(
            "{} made while an incident hurt, perhaps its repair: the rule as it is would have delayed that, \
             too",
            which(&answer.during_incidents)
        );
        page.push_str(&line("in need", &words));
    }
    for moved in answer.moved_deploys.iter().take(DEPLOYS_SHOWN) {
        let words =
            format!("{}: {} -> {}", moved.words, zone.day(&moved.at), zone.day(&moved.then));
        page.push_str(&line(&moved.change, &words));
    }
    let n_more = answer.moved_deploys.len().saturating_sub(DEPLOYS_SHOWN);
    if n_more > 0 {
        page.push_str(&line("", &format!("and {n_more} more; --format json has them all")));
    }
    for note in &answer.notes {
        page.push_str(&paragraph("\n", "", note));
    }
    page
}

fn line(name: &str, words: &str) -> String {
    paragraph(&format!("  {:<13}", plain(name)), &" ".repeat(15), words)
}

/// `0`, or `2 (INC-1, INC-4)`.
fn which(ids: &[String]) -> String {
    match ids.len() {
        0 => "0".to_owned(),
        n => format!("{n} ({})", ids.join(", ")),
    }
}

/// `1 (7 times), 2 (once)`.
fn sizes(sizes: &BTreeMap<String, u64>) -> String {
    let mut sorted: Vec<(u64, u64)> =
        sizes.iter().filter_map(|(size, n)| Some((size.parse().ok()?, *n))).collect();
    sorted.sort_unstable();
    let said = sorted.iter().map(|(size, n)| match n {
        1 => format!("{size} (once)"),
        n => format!("{size} ({n} times)"),
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { "none".to_owned() } else { said.join(", ") }
}
