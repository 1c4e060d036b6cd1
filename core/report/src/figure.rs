//! Figures: plain numbers, with the question that answers with them. Who draws them decides how they look.

use crate::case::{Course, Step, Usual};
use hw_model::{Effect, Hop, Interval, Timestamp, Verdict, count_words, length_words, share_words};

/// Points of a course at most: more than a page has room for.
pub const POINTS_MAX: usize = 240;

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name within the document.
    pub id: String,
    /// What it shows, in a line.
    pub title: String,
    /// The question to the API that answers with its numbers.
    pub query: String,
    /// The numbers.
    pub data: FigureData,
}

/// The numbers of a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum FigureData {
    /// The legs that the items passed while it lasted.
    Flow(FlowData),
    /// The ratio of a hop over the whole time, with what was done meanwhile.
    Ratio(RatioData),
    /// The same around the onset.
    CloseUp(RatioData),
    /// What a dependency answered before and since.
    Answers(AnswerData),
}

/// The legs that the items passed, source first.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowData {
    /// The legs.
    pub legs: Vec<FlowLeg>,
    /// Where it most likely starts.
    pub origin: Option<String>,
    /// Who behaves as always.
    pub cleared: Vec<String>,
}

/// A leg.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowLeg {
    /// Which.
    pub hop: Hop,
    /// Items that entered its caller.
    pub entered: u64,
    /// Items that left on it.
    pub left: u64,
    /// Items that usually would have.
    pub expected: f64,
}

/// A ratio over time.
#[derive(Clone, Debug, PartialEq)]
pub struct RatioData {
    /// The hop.
    pub hop: Hop,
    /// Seconds of a step.
    pub step_s: u32,
    /// Its steps, oldest first.
    pub points: Vec<RatioPoint>,
    /// What is usual.
    pub usual: Option<Usual>,
    /// When it most likely began.
    pub onset_at: Timestamp,
    /// The stretch in which it began with 95 % probability.
    pub onset: Interval,
    /// When Highwater noticed.
    pub detected_at: Timestamp,
    /// When the figure was back.
    pub ended_at: Option<Timestamp>,
    /// What was done meanwhile.
    pub marks: Vec<Mark>,
}

/// A step of a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatioPoint {
    /// Its start.
    pub at: Timestamp,
    /// Items that entered, and that left of them; `None` where there is no data.
    pub counts: Option<(u64, u64)>,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// Which: `C11`, or the number of an entry.
    pub id: String,
    /// What, in a few words.
    pub words: String,
    /// In which lane it stands.
    pub lane: Lane,
    /// What is said of it as a cause.
    pub verdict: Option<Verdict>,
    /// What it did, if it was an attempt to help.
    pub effect: Option<Effect>,
}

/// A lane of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Changes.
    Change,
    /// What people noticed and declared.
    Person,
}

/// What a dependency answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerData {
    /// The hop on which it is asked.
    pub hop: Hop,
    /// Answers before the onset, by value.
    pub before: Vec<(String, u64)>,
    /// Answers since, while it lasted.
    pub since: Vec<(String, u64)>,
}

/// The numbers of a figure that can be read without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// What stands above each column.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Lane {
    /// The word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Person => "person",
        }
    }
}

impl Figure {
    /// Its main numbers as a table, for who reads it without pictures.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        match &self.data {
            FigureData::Flow(flow) => flow.numbers(),
            FigureData::Ratio(ratio) | FigureData::CloseUp(ratio) => ratio.numbers(),
            FigureData::Answers(answers) => answers.numbers(),
        }
    }
}

impl FlowData {
    fn numbers(&self) -> Numbers {
        let row = |leg: &FlowLeg| {
            let entered = leg.entered as f64;
            vec![
                format!("{} to {}", leg.hop.caller, leg.hop.callee),
                count_words(entered),
                count_words(leg.left as f64),
                ratio_words(leg.left as f64, entered),
                ratio_words(leg.expected, entered),
            ]
        };
        Numbers {
            columns: columns(["Leg", "Came in", "Went on", "Share", "Usual share"]),
            rows: self.legs.iter().map(row).collect(),
        }
    }
}

impl RatioData {
    /// The data of a course between two times, thinned to what can be drawn.
    pub(crate) fn points(course: &Course, within: Interval) -> (u32, Vec<RatioPoint>) {
        let is_within = |step: &&Step| within.from <= step.at && step.at < within.to;
        let steps: Vec<&Step> = course.steps.iter().filter(is_within).collect();
        let merged = steps.len().div_ceil(POINTS_MAX).max(1);
        let points = steps.chunks(merged).filter_map(merged_point).collect();
        (course.step_s.saturating_mul(u32::try_from(merged).unwrap_or(u32::MAX)), points)
    }

    fn numbers(&self) -> Numbers {
        let ended = self.ended_at.unwrap_or(Timestamp(i64::MAX));
        let length = i64::from(self.step_s);
        let end = |at: Timestamp| Timestamp(at.0.saturating_add(Timestamp::from_s(length).0));
        let stretches = [
            ("before it began", Timestamp(i64::MIN), self.onset.from),
            ("while it lasted", self.onset.to, ended),
            ("after it was over", ended, Timestamp(i64::MAX)),
        ];
        let when = format!("When (whole steps of {})", length_words(f64::from(self.step_s)));
        let row = |(name, from, to): (&str, Timestamp, Timestamp)| {
            let inside = self.points.iter().filter(|point| from <= point.at && end(point.at) <= to);
            let counts = inside.filter_map(|point| point.counts);
            let (entered, left) =
                counts.fold((0, 0), |(entered, left), (e, l)| (entered + e, left + l));
            (entered > 0).then(|| {
                vec![
                    name.to_owned(),
                    count_words(entered as f64),
                    count_words(left as f64),
                    ratio_words(left as f64, entered as f64),
                ]
            })
        };
        Numbers {
            columns: columns([&when, "Came in", "Went on", "Share"]),
            rows: stretches.into_iter().filter_map(row).collect(),
        }
    }
}

impl AnswerData {
    fn numbers(&self) -> Numbers {
        let of = |answers: &[(String, u64)], value: &str| {
            let n = answers.iter().find(|(known, _)| known == value).map_or(0, |(_, n)| *n);
            let all: u64 = answers.iter().map(|(_, n)| n).sum();
            format!("{} ({})", count_words(n as f64), ratio_words(n as f64, all as f64))
        };
        let mut values: Vec<&String> =
            self.before.iter().chain(&self.since).map(|(value, _)| value).collect();
        values.sort_unstable();
        values.dedup();
        let row =
            |value: &String| vec![value.clone(), of(&self.before, value), of(&self.since, value)];
        Numbers {
            columns: columns(["Answer", "Before it began", "While it lasted"]),
            rows: values.into_iter().map(row).collect(),
        }
    }
}

/// Steps as one point: counts add up, and what is not known of all is not known.
fn merged_point(steps: &[&Step]) -> Option<RatioPoint> {
    let at = steps.first()?.at;
    let known = steps.iter().filter_map(|step| step.counts.as_ref());
    let counts = known.fold(None, |sum: Option<(u64, u64)>, step| {
        let (entered, left) = sum.unwrap_or_default();
        Some((entered + step.entered, left + step.left))
    });
    Some(RatioPoint { at, counts })
}

fn columns<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).into()
}

/// `50 %`, or a dash where nothing came in.
fn ratio_words(part: f64, whole: f64) -> String {
    if whole > 0.0 { share_words(part / whole) } else { "\u{2013}".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop() -> Hop {
        let names = ["screening", "worklist", "POST /items"].map(str::to_owned);
        let [caller, callee, operation] = names;
        Hop { caller, entry: Some("POST /items".to_owned()), callee, operation }
    }

    fn course(n: i64) -> Course {
        let step = |second: i64| Step {
            at: Timestamp::from_s(second * 10),
            counts: (second % 7 != 0).then(|| crate::case::StepCounts {
                entered: 10,
                left: if second < n / 2 { 5 } else { 10 },
                answers: Vec::new(),
            }),
        };
        let steps = (0..n).map(step).collect();
        Course { hop: hop(), query: "/q".to_owned(), step_s: 10, steps, usual: None }
    }

    #[test]
    fn thinning_keeps_every_item() {
        for n in [0, 1, 239, 240, 241, 1_000] {
            let course = course(n);
            let all = Interval { from: Timestamp(0), to: Timestamp(i64::MAX) };
            let (step_s, points) = RatioData::points(&course, all);
            assert!(points.len() <= POINTS_MAX);
            let counts = points.iter().filter_map(|point| point.counts);
            let drawn = counts.fold((0, 0), |(e, l), (entered, left)| (e + entered, l + left));
            let known = course.steps.iter().filter_map(|step| step.counts.as_ref());
            let counted = known.fold((0, 0), |(e, l), step| (e + step.entered, l + step.left));
            assert_eq!(drawn, counted, "{n}");
            assert!(u64::from(step_s) * points.len() as u64 >= 10 * n as u64, "{n}");
        }
    }

    #[test]
    fn numbers_of_a_ratio_are_those_of_its_stretches() {
        let (step_s, points) = RatioData::points(
            &course(100),
            Interval { from: Timestamp(0), to: Timestamp::from_s(10_000) },
        );
        let at = Timestamp::from_s(500);
        let onset = Interval { from: at.plus_s(-10.0), to: at.plus_s(10.0) };
        let data = RatioData {
            hop: hop(),
            step_s,
            points,
            usual: None,
            onset_at: at,
            onset,
            detected_at: at,
            ended_at: Some(Timestamp::from_s(800)),
            marks: Vec::new(),
        };
        let numbers = data.numbers();
        let shares: Vec<&str> = numbers.rows.iter().map(|row| row[3].as_str()).collect();
        assert_eq!(shares, ["50 %", "100 %", "100 %"]);
        assert_eq!(numbers.rows[0][1], "420", "49 steps of which 7 have no data");
    }

    #[test]
    fn an_answer_that_is_new_or_gone_stands_in_the_numbers() {
        let count = |value: &str, n| (value.to_owned(), n);
        let data = AnswerData {
            hop: hop(),
            before: vec![count("go", 50), count("halt", 50)],
            since: vec![count("go", 99), count("new", 1)],
        };
        let rows = data.numbers().rows;
        assert_eq!(rows[0], ["go", "50 (50 %)", "99 (99.0 %)"]);
        assert_eq!(rows[1], ["halt", "50 (50 %)", "0 (0 %)"]);
        assert_eq!(rows[2], ["new", "0 (0 %)", "1 (1.0 %)"]);
    }
}
