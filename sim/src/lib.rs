//! Seeded worlds that drive the real engine: services, items, what people do, what breaks, and how
//! telemetry fails. What must hold is checked after each step, and what is said is written down.
//!
//! It deliberately does not know how anything is detected or explained: it knows what is true, and
//! compares. It reads no files and asks no clock; equal seeds give equal bytes.

mod check;
mod clock;
mod course;
mod days;
mod demo;
mod draw;
mod drive;
mod export;
mod fault;
mod histories;
mod ids;
mod impact;
mod life;
mod locate;
mod log_line;
mod ordinary;
mod otlp;
mod parts;
mod random;
mod records;
mod remark;
mod run;
mod scenario;
mod stream;
mod summary;
mod sway;
mod traffic;
mod transcript;
mod truth;
mod world;
pub use check::Broken;
pub use clock::Start;
pub use demo::{Demo, DemoSettings, Deployed, Facts, People, Play, Request, Sent, Suspect, Tally};
pub use fault::FaultKind;
pub use histories::{
    Bin, ByState, Came, Case, CaseId, Class, HistoryFamily, Judged, Place, Row, Scores, Setting,
    Tests, Truth, judge_histories, judge_history, upper_bound,
};
pub use impact::{Said, Scatter, Trial, Weighed, weigh, weigh_seed, world_of_harm};
pub use locate::{
    Calibration, Hits, Located, Named, Scene, Shape, Size, Wanted, locate, located, located_kinds,
    misses, tables,
};
pub use ordinary::{Ordinary, OrdinaryLife};
pub use otlp::{Recorded, record};
pub use remark::{Remark, RemarkKind};
pub use run::{run, side_by_side, try_seed, try_world};
pub use scenario::ScenarioError;
pub use stream::{
    AlarmKind, Base, Clump, FAMILIES, Family, Heard, LEARNING_DAYS, Learned, Noticed, Second,
    Seconds, StreamWorld, TAIL_NATS, Wander, family_of, hear, hear_all,
};
pub use summary::{Summary, Tried};
pub use transcript::{Scribe, broken_words, transcript, transcript_of};
pub use truth::{Changes, Efforts, Found, Outcome};
pub use world::World;
