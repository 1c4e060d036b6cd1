//! What a team can learn from its own record: DORA's figures, how long things took, what was like this
//! before, what to deploy again, and what a rule about deploy days would have done.
//!
//! Everything is computed from one [`Log`], plain data that whoever asks may see. Every figure has its
//! definition beside it and says what it counted of how many: a percentage alone is an opinion, and the
//! mean of times that scatter over hours and days says little of any of them.
//!
//! It deliberately does not know where the log comes from, who asks, or how a figure is shown.

mod dora;
mod failure;
mod figure;
mod freeze;
mod knowledge;
mod live;
mod log;
mod noticed;
mod redeploy;
mod similar;
mod spread;
mod times;
mod words;
mod zone;

pub use dora::{Dora, Frequency, Rework, dora};
pub use failure::{FailureRate, Naive};
pub use figure::Figure;
pub use freeze::{Batches, Delay, Freeze, FreezeRule, Moved, freeze};
pub use knowledge::{Knower, ServiceKnowledge, knowledge};
pub use live::{Live, LiveOf, live};
pub use log::{Attempt, Case, Log, Place, Shape, Shifted, Sighting, Written};
pub use noticed::{Detector, Noticed, WhoNoticed, who_noticed};
pub use redeploy::{Judged, Redeploy, RedeployState, Unproven, redeploys};
pub use similar::{Similar, similar};
pub use spread::{Spread, Value};
pub use times::{Leg, times};
pub use zone::{Weekday, Zone};
