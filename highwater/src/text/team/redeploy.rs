//! What was taken back although it is innocent: what waits first, with its evidence.

use crate::text::timeline::Zone;
use crate::text::{paragraph, plain};
use hw_api::RedeployItem;
use hw_model::length_words;

/// Facts of one incident that are shown; the Markdown has them all.
const FACTS_SHOWN: usize = 3;

/// The list.
pub(crate) fn redeploys(items: &[RedeployItem], zone: &Zone) -> String {
    if items.is_empty() {
        return "Nothing was taken back that is innocent.\n".to_owned();
    }
    let mut page = String::new();
    for (title, states) in [
        ("To deploy again", &["waiting"][..]),
        ("Runs again", &["watched", "done"]),
        ("Overtaken by another version", &["overtaken"]),
        ("Taken back, and cleared by no hard fact", &["unproven"]),
    ] {
        let of = items.iter().filter(|item| states.contains(&item.state.as_str()));
        let lines: String = of.map(|item| entry(item, zone)).collect();
        if !lines.is_empty() {
            let gap = if page.is_empty() { "" } else { "\n" };
            page.push_str(&format!("{gap}{title}\n{lines}"));
        }
    }
    page
}

fn entry(item: &RedeployItem, zone: &Zone) -> String {
    let head = format!("  {:<5} ", plain(&item.change.id));
    let owners = if item.owners.is_empty() {
        String::new()
    } else {
        format!("; owned by {}", item.owners.join(", "))
    };
    let words = format!("{}{owners}", item.change.name());
    let indent = " ".repeat(head.chars().count());
    let mut lines = paragraph(&head, &indent, &words);
    lines.push_str(&paragraph(&indent, &indent, &standing(item, zone)));
    for judged in item.incidents.iter().filter(|judged| judged.verdict == "exonerated") {
        let said = format!("{} exonerates it (P {:.2}):", judged.incident, judged.probability);
        lines.push_str(&paragraph(&indent, &indent, &said));
        for fact in judged.because.iter().take(FACTS_SHOWN) {
            let fact = zone.in_words(fact, &item.rolled_back_at);
            let (first, rest) = (format!("{indent}- "), format!("{indent}  "));
            lines.push_str(&paragraph(&first, &rest, &fact));
        }
    }
    lines
}

/// How it stands, in a sentence.
fn standing(item: &RedeployItem, zone: &Zone) -> String {
    let back = format!("rolled back {} ({})", zone.short(&item.rolled_back_at), item.rollback);
    let (by, age) = (item.by.as_deref().unwrap_or_default(), length_words(item.age_s));
    let by_at = zone.short(item.by_at.as_deref().unwrap_or_default());
    match item.state.as_str() {
        "waiting" => format!("{back}; it waits for {age} now"),
        "watched" => {
            let until = zone.short(item.watched_until.as_deref().unwrap_or_default());
            format!("{back}; deployed again {by_at} ({by}), watched until {until}")
        }
        "done" => format!("{back}; deployed again {by_at} ({by}), after {age}"),
        "overtaken" => format!("{back}; another version runs since {by_at} ({by})"),
        _ => {
            let verdict = item.verdict.as_deref().unwrap_or("judged by no incident");
            format!("{back}; {}", verdict.replace('_', " "))
        }
    }
}
