//! What a dependency answers, now and usually: two bars of shares, one above the other.
//!
//! As in the flow map, the usual part of an answer is plain and what came on top of it is hatched, so that
//! one look says which answer gained. Counts come in and shares are derived, because a share without its
//! number cannot be trusted: the number stands beside the bar.

use crate::axis::clean;
use crate::ink::Style;
use crate::measure::{Weight, shortened_before};
use crate::pen::{Fill, Pen, Stroke};
use crate::table::Table;
use crate::words::{Anchor, NAME_PX, Rect, SMALL_PX, Words};
use hw_model::{count_words, share_words};

/// Answers that have a part of the bar; the rest is put together.
const PARTS_MAX: usize = 5;
/// Dependencies in one picture.
const DEPENDENCIES_MAX: usize = 20;
/// What the rest is called.
const OTHERS: &str = "others";
/// A name on a part is not shortened to less than this.
const PART_NAME_PX_MIN: f64 = 56.0;
/// Height of a bar.
pub(crate) const BAR_PX: f64 = 18.0;
/// From one bar to the next.
pub(crate) const BAR_STEP_PX: f64 = 24.0;
/// Gain in share below which nothing is hatched, and standard errors that it must be ahead of chance:
/// hatch says that something changed.
const GAIN_MIN: f64 = 0.01;
const GAIN_ERRORS: f64 = 4.0;

/// Whether a picture shows what is, or what was while an incident lasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    /// What is now.
    Now,
    /// What was during the incident.
    During,
}

impl Tense {
    /// `now`, `during`: what stands beside the usual.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::During => "during",
        }
    }

    /// Behind a number of items: those of a minute, or all of the incident.
    pub(crate) const fn per(self) -> &'static str {
        match self {
            Self::Now => " / min",
            Self::During => "",
        }
    }

    /// `pass`, `passed`.
    pub(crate) const fn pass(self) -> &'static str {
        match self {
            Self::Now => "pass",
            Self::During => "passed",
        }
    }
}

/// How often a dependency gave an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerCount {
    /// The answer.
    pub value: String,
    /// How often it is given when all is well.
    pub usual: f64,
    /// How often it is given in the incident.
    pub now: f64,
}

/// What one dependency answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answering {
    /// The dependency.
    pub service: String,
    /// Who asks it.
    pub asked_by: String,
    /// How often it gave each answer.
    pub answers: Vec<AnswerCount>,
}

/// The answer mix of dependencies before and in an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerMix {
    /// What it shows.
    pub title: String,
    /// Now, or during an incident that is over.
    pub tense: Tense,
    /// Who answers.
    pub dependencies: Vec<Answering>,
}

/// One answer as a part of both bars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) value: String,
    pub(crate) usual: f64,
    pub(crate) now: f64,
    /// What it gained, if that is more than chance.
    pub(crate) gain: f64,
}

/// Which of two bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bar {
    Now,
    Usual,
}

/// Draws the answer mix before and in the incident.
#[must_use]
pub fn answer_mix(data: &AnswerMix, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    let mut y = 4.0;
    for answering in data.dependencies.iter().take(DEPENDENCIES_MAX) {
        y = draw_dependency(&mut pen, data.tense, answering, y);
    }
    let n_more = data.dependencies.len().saturating_sub(DEPENDENCIES_MAX);
    let note = match (data.dependencies.is_empty(), n_more) {
        (true, _) => Some("No dependency answered.".to_owned()),
        (false, 0) => None,
        (false, n_more) => Some(format!("+{n_more} more dependencies")),
    };
    if let Some(note) = note {
        pen.write(&Words::plain(note).at(0.0, y + 14.0).ink(pen.inks.ink2));
        y += 22.0;
    }
    pen.finish(y, &data.title, &answer_mix_words(data))
}

/// Says in words what the picture shows.
#[must_use]
pub fn answer_mix_words(data: &AnswerMix) -> String {
    let mut said = vec![format!("{}.", hw_model::plain(&data.title, 200))];
    for answering in data.dependencies.iter().take(DEPENDENCIES_MAX) {
        said.push(answering.sentence(data.tense));
    }
    let n_more = data.dependencies.len().saturating_sub(DEPENDENCIES_MAX);
    if n_more > 0 {
        said.push(format!("{n_more} more dependencies are in the table."));
    }
    said.join(" ")
}

/// The same data as a table.
#[must_use]
pub fn answer_mix_tables(data: &AnswerMix) -> Vec<Table> {
    let rows: Vec<[String; 7]> = data
        .dependencies
        .iter()
        .flat_map(|answering| {
            let (usual, now) = answering.totals();
            answering.answers.iter().map(move |answer| {
                [
                    answering.service.clone(),
                    answering.asked_by.clone(),
                    answer.value.clone(),
                    count_words(clean(answer.usual)),
                    share_words(share(answer.usual, usual)),
                    count_words(clean(answer.now)),
                    share_words(share(answer.now, now)),
                ]
            })
        })
        .collect();
    let now = data.tense.word();
    let share_now = format!("share {now}");
    let head = ["Dependency", "Asked by", "Answer", "Usual", "Usual share", now, &share_now];
    vec![Table::new(data.title.clone(), head, rows.into_iter())]
}

impl Answering {
    /// Number of answers usually and now.
    pub(crate) fn totals(&self) -> (f64, f64) {
        self.answers.iter().fold((0.0, 0.0), |(usual, now), answer| {
            (usual + clean(answer.usual), now + clean(answer.now))
        })
    }

    /// The answers in the order of their bars: the most frequent first, the rest together.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let (usual, now) = self.totals();
        let mut parts: Vec<Part> = self
            .answers
            .iter()
            .map(|answer| Part {
                value: answer.value.clone(),
                usual: share(answer.usual, usual),
                now: share(answer.now, now),
                gain: 0.0,
            })
            .collect();
        let weight = |part: &Part| part.usual.max(part.now);
        parts.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.value.cmp(&b.value)));
        if parts.len() > PARTS_MAX {
            let rest = parts.split_off(PARTS_MAX - 1);
            let sum = |of: fn(&Part) -> f64| rest.iter().map(of).sum();
            let value = format!("{} {OTHERS}", rest.len());
            let (usual, now) = (sum(|part| part.usual), sum(|part| part.now));
            parts.push(Part { value, usual, now, gain: 0.0 });
        }
        for part in &mut parts {
            part.gain = gain(part, usual, now);
        }
        parts
    }

    /// `eligibility, asked by filter: go ahead 100 % now, usually 50 %; halt 0 % now, usually 50 %.`
    pub(crate) fn sentence(&self, tense: Tense) -> String {
        let name = |name: &str| hw_model::plain(name, 60);
        let (usual, now) = self.totals();
        let parts: Vec<String> = self
            .parts()
            .iter()
            .map(|part| {
                let now =
                    format!("{} {} {}", name(&part.value), share_words(part.now), tense.word());
                // Without answers of before nothing is usual.
                if usual > 0.0 {
                    format!("{now}, usually {}", share_words(part.usual))
                } else {
                    now
                }
            })
            .collect();
        let (service, by) = (name(&self.service), name(&self.asked_by));
        if parts.is_empty() {
            return format!("{service}, asked by {by}: its answers are not visible.");
        }
        if usual + now <= 0.0 {
            return format!("{service} gave no answers.");
        }
        format!("{service}, asked by {by}: {}.", parts.join("; "))
    }
}

/// What a part gained between two numbers of answers, 0 if chance may have done it: the standard error of
/// a difference of two shares, with the pooled share.
fn gain(part: &Part, n_usual: f64, n_now: f64) -> f64 {
    let gain = part.now - part.usual;
    if n_usual <= 0.0 || n_now <= 0.0 {
        return 0.0;
    }
    let pooled = (part.usual * n_usual + part.now * n_now) / (n_usual + n_now);
    let error = (pooled * (1.0 - pooled) * (1.0 / n_usual + 1.0 / n_now)).max(0.0).sqrt();
    if gain < GAIN_MIN.max(GAIN_ERRORS * error) { 0.0 } else { gain }
}

fn share(count: f64, total: f64) -> f64 {
    if total > 0.0 { clean(count) / total } else { 0.0 }
}

fn draw_dependency(pen: &mut Pen<'_>, tense: Tense, answering: &Answering, top: f64) -> f64 {
    let inks = pen.inks;
    let name = Words::strong(shown_name(&answering.service)).size(NAME_PX);
    let asked_by = format!("asked by {}", shown_name(&answering.asked_by));
    pen.write(&name.then(asked_by, inks.ink2).at(0.0, top + 15.0).fit(pen.width));
    let parts = answering.parts();
    let (usual, now) = answering.totals();
    let mut y = top + 24.0;
    let mut bar_px = pen.width;
    for (bar, word, total) in [(Bar::Now, tense.word(), now), (Bar::Usual, "usual", usual)] {
        pen.write(&Words::plain(word).at(0.0, y + 13.0).ink(inks.ink2));
        let n = format!("n {}", count_words(total));
        let n = Words::plain(n).at(pen.width, y + 13.0).anchor(Anchor::End);
        let n = n.size(SMALL_PX).ink(inks.ink3);
        let room = Rect { x0: 50.0, y0: y, x1: n.rect().x0 - 8.0, y1: y + BAR_PX };
        pen.write(&n);
        draw_bar(pen, &parts, bar, total, room);
        bar_px = bar_px.min(room.width());
        y += BAR_STEP_PX;
    }
    for line in unlabelled(&parts, tense, bar_px, pen.width - 52.0) {
        pen.write(&Words::plain(line).at(50.0, y + 12.0).size(SMALL_PX).ink(inks.ink2));
        y += 17.0;
    }
    y + 14.0
}

/// Draws one bar of shares, each part with its words if they fit.
pub(crate) fn draw_bar(pen: &mut Pen<'_>, parts: &[Part], bar: Bar, total: f64, room: Rect) {
    let inks = pen.inks;
    let mut x = room.x0;
    let fills = [inks.flow_fill, inks.surface, inks.flow_wash, inks.surface, inks.flow_wash];
    for (part, fill) in parts.iter().zip(fills.into_iter().cycle()) {
        let share = match bar {
            Bar::Now => part.now,
            Bar::Usual => part.usual,
        };
        let gain = if bar == Bar::Now { part.gain } else { 0.0 };
        let width = |share: f64| room.width() * share;
        let plain = Rect { x0: x, x1: x + width(share - gain), ..room };
        let gained = Rect { x0: plain.x1, x1: x + width(share), ..room };
        pen.open_link("answer", None, &format!("{} {}", part.value, share_words(share)));
        pen.rect(plain, 0.0, Fill::Ink(fill), None);
        if gain > 0.0 {
            pen.rect(gained, 0.0, Fill::Dense, Some(Stroke::solid(inks.alarm, 1.0)));
        }
        if x > room.x0 {
            pen.line((x, room.y0), (x, room.y1), Stroke::solid(inks.line2, 1.0));
        }
        write_part(pen, part, share, plain, gained);
        pen.close();
        x += width(share);
    }
    pen.rect(room, 0.0, Fill::Empty, Some(Stroke::solid(inks.line2, 1.0)));
    if total <= 0.0 {
        let words = if bar == Bar::Usual { "not known" } else { "no answers" };
        let words = Words::plain(words).at(room.x0 + 8.0, room.y0 + 13.0).size(SMALL_PX);
        pen.write(&words.ink(inks.ink2));
    }
}

/// The words of a part: on its plain side if they fit there, else on a plate over the hatch. The name
/// gives way before the share.
fn write_part(pen: &mut Pen<'_>, part: &Part, share: f64, plain: Rect, gained: Rect) {
    let whole = Rect { x1: gained.x1.max(plain.x1), ..plain };
    let Some(words) = part_words(&part.value, share, whole.width() - 14.0) else { return };
    let words = words.at(whole.x0 + 7.0, whole.y0 + 13.0);
    if words.width() + 14.0 > plain.width() {
        let rect = words.rect();
        let (y0, y1) = (whole.y0 + 2.0, whole.y1 - 2.0);
        let plate = Rect { x0: rect.x0 - 4.0, x1: rect.x1 + 4.0, y0, y1 };
        pen.rect(plate, 2.0, Fill::Ink(pen.inks.surface), None);
    }
    pen.write(&words);
}

/// What is written on a part, if there is room for it.
fn part_words(value: &str, share: f64, room: f64) -> Option<Words> {
    let (name, share) = (shown_name(value), share_words(share));
    let face = (SMALL_PX, Weight::Semibold);
    let shown = shortened_before(name, &share, room, PART_NAME_PX_MIN, face)?;
    Some(Words::strong(format!("{name} {share}")).size(SMALL_PX).shown_as(shown))
}

/// A line about the answers whose parts are too narrow for words in both bars.
pub(crate) fn unlabelled(parts: &[Part], tense: Tense, bar_px: f64, width: f64) -> Vec<String> {
    let is_narrow = |part: &&Part| {
        let widest = part.now.max(part.usual);
        widest > 0.0 && part_words(&part.value, widest, widest * bar_px - 14.0).is_none()
    };
    let said: Vec<String> = parts
        .iter()
        .filter(is_narrow)
        .map(|part| {
            let (now, usual) = (share_words(part.now), share_words(part.usual));
            let said = format!("{now} {}, usually {usual}", tense.word());
            // A figure stays with its unit.
            format!("{} {}", shown_name(&part.value), said.replace(" %", "\u{a0}%"))
        })
        .collect();
    crate::measure::wrapped(&said.join(" · "), width, SMALL_PX, 2)
}

/// A name as it is shown: never nothing.
pub(crate) fn shown_name(name: &str) -> &str {
    if name.is_empty() { "unnamed" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answering(answers: &[(&str, f64, f64)]) -> Answering {
        let answers = answers.iter().map(|(value, usual, now)| AnswerCount {
            value: (*value).to_owned(),
            usual: *usual,
            now: *now,
        });
        let (service, asked_by) = ("eligibility".to_owned(), "filter".to_owned());
        Answering { service, asked_by, answers: answers.collect() }
    }

    #[test]
    fn shares_of_each_bar_add_up_to_one() {
        let many: Vec<(&str, f64, f64)> = ["a", "b", "c", "d", "e", "f", "g"]
            .iter()
            .zip(1..)
            .map(|(v, n)| (*v, f64::from(n), 9.0))
            .collect();
        let parts = answering(&many).parts();
        assert_eq!((parts.len(), parts.last().unwrap().value.as_str()), (5, "3 others"));
        let sum = |of: fn(&Part) -> f64| parts.iter().map(of).sum::<f64>();
        assert!((sum(|p| p.now) - 1.0).abs() < 1e-9 && (sum(|p| p.usual) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_answered_is_no_division() {
        let none = answering(&[("go ahead", 0.0, f64::NAN)]);
        assert_eq!(none.sentence(Tense::Now), "eligibility gave no answers.");
        assert!(none.parts().iter().all(|part| part.now.abs() < 1e-9));
    }

    #[test]
    fn the_sentence_has_the_figures() {
        let story = answering(&[("go ahead", 500.0, 4_180.0), ("halt", 500.0, 0.0)]);
        assert_eq!(
            story.sentence(Tense::During),
            "eligibility, asked by filter: go ahead 100 % during, usually 50 %; halt 0 % during, \
             usually 50 %."
        );
    }

    #[test]
    fn a_gain_by_chance_is_none() {
        let gains = |usual: f64, now: f64| -> Vec<f64> {
            let both = [("a", usual, now), ("b", 1_000.0 - usual, 1_000.0 - now)];
            answering(&both).parts().into_iter().map(|part| part.gain).collect()
        };
        assert_eq!(gains(500.0, 540.0), [0.0, 0.0]);
        assert!(gains(500.0, 620.0).iter().any(|gain| (gain - 0.12).abs() < 1e-9));
    }
}
