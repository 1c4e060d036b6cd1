//! The story line by line: what people say and do, and what Highwater says, each at its time.

use super::names::{day, instant, time};
use super::saying::Saying;
use super::stage::Stage;
use crate::text::fields::raw as text;
use crate::text::{count, paragraph, print};
use anyhow::Context;
use hw_model::{Timestamp, ToldChange};
use hw_sim::{Demo, RemarkKind, Tally};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::cell::Cell;

/// Who speaks for us.
const WE: &str = "HIGHWATER";

const BAR: &str = "{msg:12} {wide_bar} {percent:>3} %";

/// Tells the story.
pub(super) struct Telling {
    bar: ProgressBar,
    begins_at: Timestamp,
    story_at: Timestamp,
    heard: u64,
    day: Cell<Option<String>>,
    tally: Tally,
    /// What was found before the story began.
    quiet_days: u32,
    quiet_changes: usize,
    quiet_incidents: usize,
    is_story: bool,
    saying: Saying,
}

impl Telling {
    pub(super) fn begin(demo: &Demo, story_at: Timestamp, quiet_days: u32) -> Self {
        let length_s = demo.ends_at().seconds_since(demo.begins_at());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some weeks")]
        let bar = ProgressBar::with_draw_target(
            Some(length_s as u64),
            ProgressDrawTarget::stderr_with_hz(10),
        );
        bar.set_style(ProgressStyle::with_template(BAR).expect("invariant: a constant"));
        Self {
            bar,
            begins_at: demo.begins_at(),
            story_at,
            heard: 0,
            day: Cell::new(None),
            tally: Tally::default(),
            quiet_days,
            quiet_changes: 0,
            quiet_incidents: 0,
            is_story: false,
            saying: Saying::default(),
        }
    }

    /// What is about to be played.
    pub(super) fn opening(&self, stage: &Stage) -> anyhow::Result<()> {
        let [http, grpc] = stage.otlp().map(|at| at.map_or_else(String::new, |at| at.to_string()));
        self.print(&format!(
            "A server takes OTLP at {http} (HTTP) and {grpc} (gRPC); its API answers at \
             http://{}\n\n",
            stage.address()
        ))?;
        self.print(&paragraph(
            "",
            "",
            &format!(
                "A team runs seven services. Items come in at intake; router passes them to \
                 screening, which asks eligibility about each and lets half of them through to \
                 worklist. First {} ordinary days, to learn what is usual; then the two \
                 days of the story. All times are UTC.",
                self.quiet_days
            ),
        ))?;
        self.print("\n")
    }

    /// So much was sent.
    pub(super) fn reach(&mut self, until: Timestamp, tally: Tally) {
        self.tally = tally;
        self.bar.set_message(day(until));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some weeks")]
        self.bar.set_position(until.seconds_since(self.begins_at) as u64);
    }

    /// The incident of the story, once there is one.
    pub(super) fn incident(&self) -> Option<&str> {
        self.is_story.then(|| self.saying.latest()).flatten()
    }

    /// The ordinary days are over.
    pub(super) fn quiet_is_over(&mut self, stage: &Stage) -> anyhow::Result<()> {
        self.hear(stage)?;
        self.is_story = true;
        let (changes, spans) = (self.quiet_changes, count(self.tally.n_spans));
        let alarms = match self.quiet_incidents {
            0 => "no alarm".to_owned(),
            n => format!("{n} FALSE ALARMS"),
        };
        self.print(&paragraph(
            "",
            "",
            &format!(
                "{} ordinary days, until {}: {spans} spans counted, {changes} deploys, restarts \
                 and other changes known, {alarms}.",
                self.quiet_days,
                day(self.story_at.plus_s(-1.0)),
            ),
        ))
    }

    pub(super) const fn quiet_incidents(&self) -> usize {
        self.quiet_incidents
    }

    /// Tells what Highwater has said since.
    pub(super) fn hear(&mut self, stage: &Stage) -> anyhow::Result<()> {
        for event in stage.events(&mut self.heard)? {
            let entry: Value = serde_json::from_str(&event.data).context("an event is no JSON")?;
            if self.is_story {
                self.entry(stage, &entry)?;
            } else if event.kind == "change_found" {
                self.quiet_changes += 1;
            } else if self.saying.opens(&entry) {
                self.quiet_incidents += 1;
            }
        }
        Ok(())
    }

    /// One thing Highwater said, if it is news to people.
    fn entry(&mut self, stage: &Stage, entry: &Value) -> anyhow::Result<()> {
        let Some(words) = self.saying.words(stage, entry)? else { return Ok(()) };
        let at = instant(text(entry, "happened_at")).context("a time is no time")?;
        self.line(at, WE, &words)
    }

    /// Somebody said something.
    pub(super) fn said(
        &self,
        (at, who): (Timestamp, &str),
        (kind, text): (RemarkKind, &str),
    ) -> anyhow::Result<()> {
        let words = match kind {
            RemarkKind::Sets => format!("sets it in the record: {text}"),
            RemarkKind::Action => format!("action item, {text}"),
            RemarkKind::Report
            | RemarkKind::Note
            | RemarkKind::Observation
            | RemarkKind::Hypothesis
            | RemarkKind::Decision
            | RemarkKind::RulesOut => format!("\u{201c}{text}\u{201d}"),
        };
        self.line(at, who, &words)
    }

    /// Somebody told a change.
    pub(super) fn told(&self, at: Timestamp, change: &ToldChange) -> anyhow::Result<()> {
        if !self.is_story {
            return Ok(());
        }
        let to = change.to_version.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
        let words = format!("tells of a change: {} of {}{to}", change.kind.word(), change.service);
        self.line(at, "pipeline", &words)
    }

    fn line(&self, at: Timestamp, who: &str, words: &str) -> anyhow::Result<()> {
        let today = day(at);
        if self.day.take().is_none_or(|day| day != today) {
            self.print(&format!("\n{today}\n"))?;
        }
        self.day.set(Some(today));
        let head = format!("  {}  {who:<10} ", time(at));
        self.print(&paragraph(&head, &" ".repeat(head.chars().count()), words))
    }

    fn print(&self, text: &str) -> anyhow::Result<()> {
        self.bar.suspend(|| print(text))
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
