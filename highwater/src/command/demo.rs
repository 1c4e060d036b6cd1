//! `highwater demo`: a team's two days, after two quiet weeks, through a real server.

mod colleagues;
mod ending;
mod names;
mod saying;
mod stage;
mod telling;

use crate::exit::Exit;
use clap::Args;
use hw_model::Timestamp;
use hw_sim::{Demo, DemoSettings, People, Sent, Tally};
use stage::Stage;
use std::time::Instant;
use telling::Telling;

/// Play a team's two days after two quiet weeks, and watch what Highwater says.
///
/// Seven services pass items on. After fourteen days of ordinary traffic a filter begins to let
/// everything through: nothing fails, nothing is slow. All of it is sent as OpenTelemetry to a server
/// in this process, at many thousand times real speed; what people do is told to its API. Nothing of
/// what Highwater says is prepared: it hears what any server hears.
///
/// The server stays up at the end, with all of it to look at. Ctrl-C ends it and removes its data.
#[derive(Debug, Args)]
pub(crate) struct DemoCommand {
    /// What chance is drawn from: traffic, and the ordinary life of the quiet days.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Days of ordinary traffic before the story.
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=60))]
    quiet_days: u32,

    /// End when the story is told: with code 1 if Highwater was wrong about it, or raised a false alarm.
    #[arg(long)]
    exit: bool,
}

/// Seconds of data in one request in quiet days, and while the story is told.
const QUIET_STRETCH_S: u32 = 300;
const STORY_STRETCH_S: u32 = 60;

/// The exit code of what Ctrl-C ended before its time.
const INTERRUPTED: u8 = 130;

impl DemoCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let settings = DemoSettings {
            seed: self.seed,
            ends_by: crate::server::wall(),
            quiet_days: self.quiet_days,
        };
        let demo = Demo::new(&settings);
        let story_at = demo.begins_at().plus_s(f64::from(self.quiet_days) * 86_400.0);
        let stage = Stage::build()?;
        let mut telling = Telling::begin(&demo, story_at, self.quiet_days);
        telling.opening(&stage)?;
        let began = Instant::now();
        let tally = play(&demo, story_at, &stage, &mut telling)?;
        let took_s = began.elapsed().as_secs_f64();
        telling.end();
        let Some(tally) = tally else {
            stage.clear()?;
            return Ok(Exit::Other(INTERRUPTED));
        };
        let played_s = demo.ends_at().seconds_since(demo.begins_at());
        let is_right =
            ending::say(&demo.facts(), tally, &stage, (story_at, telling.quiet_incidents()))?;
        crate::text::print(&format!(
            "\n{} spans and {} log lines, {:.1} days of a team's life, in {took_s:.0} s.\n",
            crate::text::count(tally.n_spans),
            crate::text::count(tally.n_lines),
            played_s / 86_400.0,
        ))?;
        if !self.exit {
            stage.stay()?;
        }
        stage.clear()?;
        Ok(if is_right || !self.exit { Exit::Fine } else { Exit::Found })
    }
}

/// Sends the world piece by piece, and tells what is said of it. `None` if it was interrupted.
fn play(
    demo: &Demo,
    story_at: Timestamp,
    stage: &Stage,
    telling: &mut Telling,
) -> anyhow::Result<Option<Tally>> {
    let mut play = demo.play(QUIET_STRETCH_S);
    let mut is_story = false;
    while let Some(sent) = play.next() {
        if stage.is_interrupted() {
            return Ok(None);
        }
        match sent {
            Sent::Traces(request) => {
                stage.send(hw_ingest::Signal::Traces, &request.body)?;
                telling.reach(request.until, play.tally());
                if !is_story && request.until >= story_at {
                    is_story = true;
                    play.set_stretch(STORY_STRETCH_S);
                    telling.quiet_is_over(stage)?;
                }
            }
            Sent::Logs(request) => stage.send(hw_ingest::Signal::Logs, &request.body)?,
            Sent::People { at, what } => {
                telling.hear(stage)?;
                match what {
                    People::Say { who, kind, text } => {
                        telling.said((at, &who), (kind, &text))?;
                        let incident = telling.incident();
                        colleagues::say(stage, incident, (at, &who), (kind, &text))?;
                    }
                    People::Change(change) => {
                        stage.tell(&change)?;
                        telling.told(at, &change)?;
                    }
                }
            }
        }
        if is_story {
            telling.hear(stage)?;
        }
    }
    telling.hear(stage)?;
    Ok(Some(play.tally()))
}
