//! The sentence that says what two counts come to.

use super::{Comparison, Grown, Outcome, Parting, Sides, Span};
use crate::words::count;
use hw_model::{Date, Timestamp, clock_words, day_of, length_words};
use hw_stats::Estimate;

/// The answer, in a sentence or a few.
pub(super) fn answer(sides: &Sides, found: &Comparison) -> String {
    let (a, b) = (&sides.a.name, &sides.b.name);
    let mut said = match (found.outcome, found.parting, found.growth) {
        (Outcome::TooLittle, ..) => too_little(sides, found),
        (Outcome::Parted, Some(parting), _) => parted(sides, found, parting),
        (Outcome::Grew, _, Some(growth)) => grew(sides, found, growth),
        (Outcome::Parted | Outcome::Grew | Outcome::Together, ..) => {
            let span = found.spans.first();
            let ratio = span.map_or_else(String::new, |span| of(span, a));
            let stretch = span.map(|span| (span.from, span.to)).unwrap_or_default();
            let (from, to) = (moment(stretch.0), beside(stretch.1, stretch.0));
            format!("They do not part: from {from} to {to} {b} was {ratio} all the time.")
        }
    };
    if let Some(leg) = found.leg.and_then(|at| sides.legs.get(at)) {
        let hop = &leg.hop;
        let entry = hop.entry.as_deref().map(|entry| format!(" {entry}")).unwrap_or_default();
        said.push_str(&format!(
            " The first hop on the way at which they part is {}{entry} -> {} {}, {}.",
            hop.caller, hop.callee, hop.operation, leg.what
        ));
    } else if !sides.legs.is_empty() && found.outcome == Outcome::Parted {
        said.push_str(" No hop between them parts clearly by itself.");
    }
    said
}

fn too_little(sides: &Sides, found: &Comparison) -> String {
    let a: f64 = found.rows.iter().filter_map(|(a, _)| *a).sum();
    let b: f64 = found.rows.iter().filter_map(|(_, b)| *b).sum();
    let n = found.rows.iter().filter(|(a, b)| a.is_some() && b.is_some()).count();
    format!(
        "Too little was counted to say: {n} windows of {} have data of both; {} has {} in all its \
         windows, {} has {}. Take more time, or longer windows.",
        length_words(sides.step_s as f64),
        sides.a.name,
        count(a),
        sides.b.name,
        count(b),
    )
}

fn parted(sides: &Sides, found: &Comparison, parting: Parting) -> String {
    let (a, b) = (&sides.a.name, &sides.b.name);
    let end = parting.at.plus_s(sides.step_s as f64);
    let (from, to) = parting.within;
    let is_sharp = from >= parting.at && to <= end;
    let sure = if is_sharp {
        String::new()
    } else {
        format!("; 95 % sure between {} and {}", beside(from, parting.at), beside(to, parting.at))
    };
    let usual = found.spans.first().map_or_else(String::new, |span| of(span, a));
    let since = found
        .spans
        .get(1)
        .map_or_else(String::new, |span| span.ratio.map_or_else(|| of(span, a), figure));
    let mut said = format!(
        "They part at {} (window {} to {}{sure}): before, {b} was {usual}; since, {since}.",
        moment(parting.at),
        beside(parting.at, parting.at),
        beside(end, parting.at),
    );
    if let Some(next) = found.spans.get(2) {
        said.push_str(&afterwards(found, next, parting.at));
    }
    said
}

/// What came after the turn: whether it went back.
fn afterwards(found: &Comparison, next: &Span, day: Timestamp) -> String {
    let usual = found.spans.first().and_then(|span| span.ratio);
    let is_back = usual.zip(next.ratio).is_some_and(|(a, b)| a.low <= b.high && b.low <= a.high);
    let what = if is_back { "was back at" } else { "went to" };
    let ratio = next.ratio.map_or_else(|| "nothing to compare with".to_owned(), figure);
    let more = match found.spans.len() {
        0..=3 => "",
        _ => " It turned again later.",
    };
    format!(" At {} it {what} {ratio}.{more}", beside(next.from, day))
}

fn grew(sides: &Sides, found: &Comparison, growth: Grown) -> String {
    let Grown { from, to, before, after } = growth;
    let what = if after > before { "grew" } else { "shrank" };
    let later = found.spans.iter().find(|span| span.from >= to && differs(span, after));
    let mut said = format!(
        "{} {what} from {} to {} of {} between {} and {}, in {} and with no single step.",
        sides.b.name,
        percent(before),
        percent(after),
        sides.a.name,
        moment(from),
        beside(to, from),
        length_words(to.seconds_since(from)),
    );
    if let Some(span) = later {
        said.push_str(&afterwards(found, span, from));
    }
    said
}

fn differs(span: &Span, figure: f64) -> bool {
    span.ratio.is_some_and(|ratio| ratio.low > figure * 1.05 || ratio.high < figure * 0.95)
}

/// `50.1 % of A (49.2 to 51.0)`.
fn of(span: &Span, a: &str) -> String {
    match span.ratio {
        Some(Estimate { value, low, high }) => {
            format!("{} of {a} ({} to {})", percent(value), bare(low), bare(high))
        }
        None => format!("{} where {a} was none", count(span.counts.k)),
    }
}

/// `50.1 % (49.2 to 51.0)`.
fn figure(Estimate { value, low, high }: Estimate) -> String {
    format!("{} ({} to {})", percent(value), bare(low), bare(high))
}

/// `50.1 %`.
fn percent(p: f64) -> String {
    format!("{} %", bare(p))
}

/// `50.1`, `100`, `0.02`, `1,250`.
fn bare(p: f64) -> String {
    let percent = 100.0 * p;
    if percent >= 1_000.0 {
        return count(percent);
    }
    let near_all = (percent - 100.0).abs() < 0.95;
    let digits = if percent < 1.0 || near_all { 2 } else { 1 };
    let text = format!("{percent:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// `06:11:00 UTC on 2026-11-23`.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{} UTC on {}", clock_words(at), Date::of(at))
}

/// `06:11:00`, with its date if that is another than the day's.
pub(crate) fn beside(at: Timestamp, day: Timestamp) -> String {
    let is_same = day_of(at) == day_of(day);
    if is_same { clock_words(at) } else { format!("{} on {}", clock_words(at), Date::of(at)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_matter() {
        assert_eq!(
            [0.0, 0.0002, 0.501, 0.5, 0.9951, 1.0, 1.5, 12.5].map(bare),
            ["0", "0.02", "50.1", "50", "99.51", "100", "150", "1,250"]
        );
    }

    #[test]
    fn times_are_said_with_their_day_where_it_is_another() {
        let onset = Timestamp::from_s(1_795_330_494);
        assert_eq!(moment(onset), "06:54:54 UTC on 2026-11-22");
        assert_eq!(beside(onset.plus_s(86_400.0), onset), "06:54:54 on 2026-11-23");
    }
}
