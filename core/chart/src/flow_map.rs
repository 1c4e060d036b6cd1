//! The flow map of an incident: what flowed where, usual against now in one mark.
//!
//! A ribbon is as wide as its items per minute. Its usual part is plain; what came on top is hatched,
//! densely where it starts and thinly where it is only carried on; what is missing is an empty dashed
//! outline. One look says where it starts. The map runs with the data, from left to right, on a phone
//! downwards; it is never laid out by force. What closes a cycle is a thin line back. Questions to
//! dependencies are no flow: a thin double line leads to a box with what was answered. Hops that are not
//! drawn are counted: `+37 hops as usual`.

mod asked;
mod boxes;
mod canvas;
mod chosen;
mod flat;
mod folded;
mod labels;
mod layers;
mod layout;
mod ranks;
mod returns;
#[cfg(test)]
mod tests;
mod whole;

use crate::answers::{Answering, Tense, shown_name};
use crate::axis::clean;
use crate::ink::Style;
use crate::measure::wrapped;
use crate::pen::{Fill, Pen, Stroke};
use crate::table::Table;
use crate::words::{BODY_PX, LABEL_PX, Rect, Words};
use canvas::Canvas;
use chosen::Chosen;
use hw_model::{count_words, share_words};

/// Hops that the words name one by one.
const NAMED_MAX: usize = 8;
/// From the top of the head's last line to the map: names stand close above its bars.
const HEAD_PX: f64 = 32.0;
/// Lines about what is not drawn.
const FOLDED_LINES: usize = 3;

/// How a hop stands to its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopState {
    /// It passes as usual what it gets as usual.
    AsUsual,
    /// It passes another share than usual: here, or at what it asks, it starts.
    Changed,
    /// It passes its usual share of what came to it in other numbers.
    CarriedOn,
}

/// How a dependency stands to its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The incident starts here, as far as is known.
    Origin,
    /// It answers otherwise than usual.
    Changed,
    /// It answers as usual.
    AsUsual,
}

/// A service on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowService {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: Option<String>,
}

/// What flows from one service to another.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowHop {
    /// The caller's name.
    pub from: String,
    /// The callee's name.
    pub to: String,
    /// Items per minute; of an incident that is over ([`Tense::During`]) all of them.
    pub now: f64,
    /// The same when all is well.
    pub usual: f64,
    /// The transfer ratio, where it is known.
    pub ratio_now: Option<f64>,
    /// The band of the transfer ratio, lower and upper edge, where it is known.
    pub ratio_usual: Option<(f64, f64)>,
    /// How it stands to its baseline.
    pub state: HopState,
    /// Its page.
    pub href: Option<String>,
}

/// A dependency that a service on the map asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Who answers, who asks, and what was answered.
    pub answering: Answering,
    /// Whose it is: `Team Rules`.
    pub owner: String,
    /// Questions per minute; of an incident that is over ([`Tense::During`]) all of them.
    pub asks_per_min: f64,
    /// What else is to be said of it: `errors 0.02 %, p95 11 ms: both as usual`.
    pub note: String,
    /// How it stands to its baseline.
    pub standing: Standing,
    /// Its page.
    pub href: Option<String>,
}

/// The flow map of an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowMap {
    /// What it shows: `Where the flow changed`.
    pub title: String,
    /// What flows: `items`.
    pub unit: String,
    /// Now, or during an incident that is over.
    pub tense: Tense,
    /// The services, in the order in which ties are broken. Those that only hops name come after them.
    pub services: Vec<FlowService>,
    /// The hops.
    pub hops: Vec<FlowHop>,
    /// The dependencies.
    pub asked: Vec<Asked>,
    /// Hops as usual that were left out before.
    pub n_folded: usize,
}

/// Draws the flow map.
#[must_use]
pub fn flow_map(data: &FlowMap, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    let chosen = Chosen::new(data, style.width());
    let top = write_head(&mut pen, data, &chosen);
    let canvas = Canvas::new(&chosen, pen.width, top);
    canvas.draw_ribbons(&mut pen, &chosen);
    canvas.draw_bars(&mut pen, &chosen);
    returns::draw(&mut pen, &canvas, &chosen);
    labels::write_names(&mut pen, &canvas, &chosen);
    returns::write(&mut pen, &canvas, &chosen);
    let n_unboxed = labels::write_ribbons(&mut pen, &canvas, &chosen, data.tense);
    let mut bottom = asked::draw(&mut pen, &canvas, &chosen, data.tense);
    if chosen.services.is_empty() {
        pen.write(&Words::plain("Nothing flowed.").at(0.0, bottom + 14.0).ink(pen.inks.ink2));
        bottom += 22.0;
    }
    bottom = write_below(&mut pen, &chosen, n_unboxed, bottom);
    pen.finish(bottom + 2.0, &data.title, &words_of(data, &chosen))
}

/// Draws every hop there is, as an overview: thin lines without words, labels on what changed where there
/// is room, and no boxes of dependencies.
///
/// Deliberately another function than [`flow_map`]: a map of everything is asked for, never come upon.
#[must_use]
pub fn flow_map_whole(data: &FlowMap, style: &Style<'_>) -> String {
    whole::draw(data, style)
}

/// Says in words what the picture shows.
#[must_use]
pub fn flow_map_words(data: &FlowMap) -> String {
    words_of(data, &Chosen::new(data, f64::MAX))
}

/// Says in words what is chosen.
fn words_of(data: &FlowMap, chosen: &Chosen<'_>) -> String {
    let mut said = vec![format!("{}.", hw_model::plain(&data.title, 200))];
    let of = |state: HopState| chosen.hops.iter().copied().filter(move |hop| hop.state == state);
    for (state, what) in [
        (HopState::Changed, "Changed"),
        (HopState::CarriedOn, "Carried on"),
        (HopState::AsUsual, "As usual"),
    ] {
        let n_more = of(state).count().saturating_sub(NAMED_MAX);
        let mut hops: Vec<String> =
            of(state).take(NAMED_MAX).map(|h| h.sentence(data.tense)).collect();
        if n_more > 0 {
            hops.push(format!("{n_more} more in the table"));
        }
        if !hops.is_empty() {
            said.push(format!("{what}: {}.", hops.join("; ")));
        }
    }
    for asked in chosen.asked.iter().take(NAMED_MAX) {
        said.push(asked.answering.sentence(data.tense));
        if asked.standing == Standing::Origin {
            said.push(format!("{} is the origin.", hw_model::plain(&asked.answering.service, 60)));
        }
    }
    let folded = chosen.folded_words();
    if !folded.is_empty() {
        said.push(format!("Not drawn: {folded}."));
    }
    said.join(" ")
}

/// The same data as tables: all hops, and what dependencies answered.
#[must_use]
pub fn flow_map_tables(data: &FlowMap) -> Vec<Table> {
    let hops = data.hops.iter().map(|hop| {
        let ratio = hop.ratio_now.map(share_words).unwrap_or_default();
        let usual = hop.ratio_usual.map(|usual| usual_words(usual, "")).unwrap_or_default();
        let figures = [hop.now(), hop.usual()].map(count_words);
        let [now, usually] = figures;
        let state = hop.state.word().to_owned();
        [hop.from.clone(), hop.to.clone(), now, usually, ratio, usual, state]
    });
    let now = format!("{}{} {}", data.unit, data.tense.per(), data.tense.word());
    let head = ["From", "To", &now, "usually", "passes", "usually passes", "state"];
    let mut tables = vec![Table::new(data.title.clone(), head, hops)];
    if !data.asked.is_empty() {
        let dependencies = data.asked.iter().map(|asked| asked.answering.clone()).collect();
        let title = "Answers of dependencies".to_owned();
        let mix = crate::answers::AnswerMix { title, tense: data.tense, dependencies };
        tables.extend(crate::answers::answer_mix_tables(&mix));
    }
    tables
}

impl HopState {
    /// The words in the table.
    const fn word(self) -> &'static str {
        match self {
            Self::AsUsual => "as usual",
            Self::Changed => "changed",
            Self::CarriedOn => "carried on",
        }
    }
}

impl FlowHop {
    pub(crate) const fn now(&self) -> f64 {
        clean(self.now)
    }

    pub(crate) const fn usual(&self) -> f64 {
        clean(self.usual)
    }

    /// What came on top of the usual, if it is to be shown.
    pub(crate) fn surplus(&self) -> f64 {
        match self.state {
            HopState::AsUsual => 0.0,
            HopState::Changed | HopState::CarriedOn => (self.now() - self.usual()).max(0.0),
        }
    }

    /// What is missing from the usual, if it is to be shown.
    pub(crate) fn missing(&self) -> f64 {
        match self.state {
            HopState::AsUsual => 0.0,
            HopState::Changed | HopState::CarriedOn => (self.usual() - self.now()).max(0.0),
        }
    }

    /// `filter to enrich: 99.8 % pass, 4,171 / min, usually 2,062 / min`.
    pub(crate) fn sentence(&self, tense: Tense) -> String {
        let name = |name: &str| hw_model::plain(shown_name(name), 60);
        let ratio = self.ratio_now.map(|ratio| format!("{}, ", pass_words(ratio, tense)));
        let usual = self.ratio_usual.map(|usual| format!(" and {}", usual_words(usual, "")));
        format!(
            "{} to {}: {}{}, usually {}{}",
            name(&self.from),
            name(&self.to),
            ratio.unwrap_or_default(),
            labels::amount(self.now(), tense),
            labels::amount(self.usual(), tense),
            usual.unwrap_or_default()
        )
    }
}

/// `99.8 % pass`, `2.1 per item`.
pub(crate) fn pass_words(ratio: f64, tense: Tense) -> String {
    let words = share_words(clean(ratio));
    if words.ends_with('%') { format!("{words} {}", tense.pass()) } else { words }
}

/// `47 to 52 %`, after what comes before it.
pub(crate) fn usual_words((low, high): (f64, f64), before: &str) -> String {
    let (low, high) = (share_words(clean(low.min(high))), share_words(clean(high.max(low))));
    if low == high {
        return format!("{before}{low}");
    }
    let unit =
        [" %", " per item"].into_iter().find(|unit| low.ends_with(unit) && high.ends_with(unit));
    let low = unit.and_then(|unit| low.strip_suffix(unit)).unwrap_or(&low);
    format!("{before}{low} to {high}")
}

/// Writes what is not drawn, and what has no room for words; gives where the picture goes on.
fn write_below(pen: &mut Pen<'_>, chosen: &Chosen<'_>, n_unlabelled: usize, bottom: f64) -> f64 {
    let mut folded = chosen.folded_words();
    if n_unlabelled > 0 {
        let apart = if folded.is_empty() { "" } else { ", " };
        folded.push_str(&format!("{apart}+{n_unlabelled} changed without room for words"));
    }
    let mut bottom = bottom;
    for line in wrapped(&folded, pen.width, BODY_PX, FOLDED_LINES) {
        pen.write(&Words::plain(line).at(0.0, bottom + 18.0).size(BODY_PX).ink(pen.inks.ink2));
        bottom += 18.0;
    }
    if folded.is_empty() { bottom } else { bottom + 6.0 }
}

/// Writes what width means, and what the hatches mean that occur; gives where the map may begin.
fn write_head(pen: &mut Pen<'_>, data: &FlowMap, chosen: &Chosen<'_>) -> f64 {
    let inks = pen.inks;
    let mut unit = hw_model::plain(&data.unit, 40);
    if unit.is_empty() {
        unit.push_str("items");
    }
    let first = unit.chars().next().map(|c| c.to_uppercase().collect::<String>());
    let rest: String = unit.chars().skip(1).collect();
    let of = match data.tense {
        Tense::Now => "per minute",
        Tense::During => "while it lasted",
    };
    let said = format!("{}{rest} {of}. Width is volume.", first.unwrap_or_default());
    let said = Words::plain(said).at(0.0, 14.0).size(LABEL_PX).ink(inks.ink2).fit(pen.width);
    pen.write(&said);
    let any = |is: fn(&FlowHop) -> bool| chosen.hops.iter().any(|hop| is(hop));
    let solid = |ink| Some(Stroke::solid(ink, 1.0));
    let alarm = solid(inks.alarm);
    let dashed = Some(Stroke::dashed(inks.alarm, 1.4, "4 3"));
    let entries = [
        (!chosen.hops.is_empty(), "usual", Fill::Ink(inks.flow_fill), solid(inks.flow)),
        (
            any(|h| h.starts() && h.surplus() > 0.0),
            "more than usual, changed here",
            Fill::Dense,
            alarm,
        ),
        (any(|h| !h.starts() && h.surplus() > 0.0), "more, carried on", Fill::Thin, alarm),
        (any(|h| h.missing() > 0.0), "missing", Fill::Empty, dashed),
    ];
    let entries: Vec<(Words, Fill, Option<Stroke>)> = entries
        .into_iter()
        .filter(|(occurs, ..)| *occurs)
        .map(|(_, name, fill, stroke)| {
            (Words::plain(name).size(LABEL_PX).ink(inks.ink2), fill, stroke)
        })
        .collect();
    // At the right end if all have room in the first line.
    let wanted = entries.iter().map(|(words, ..)| 24.0 + words.width() + 18.0).sum::<f64>() - 18.0;
    let is_one_line = said.width() + 24.0 + wanted <= pen.width;
    let mut x = if is_one_line { pen.width - wanted - 0.5 } else { said.width() + 24.0 };
    let mut y = 0.0;
    for (words, fill, stroke) in entries {
        if x + 24.0 + words.width() > pen.width {
            (x, y) = (0.0, y + 20.0);
        }
        pen.rect(Rect::sized(x + 0.5, y + 4.5, 17.0, 11.0), 0.0, fill, stroke);
        let words = words.at(x + 24.0, y + 14.0);
        pen.write(&words);
        x += 24.0 + words.width() + 18.0;
    }
    y + HEAD_PX
}

impl FlowHop {
    fn starts(&self) -> bool {
        self.state == HopState::Changed
    }
}
