//! `cargo xtask kill`: the tests of `highwater/tests/{kill,record,notify}.rs`, longer. It is the same code: this
//! only says how often.

use crate::process::run;
use anyhow::Result;
use clap::Args;

/// Kill the server many times under load, and count what was lost, doubled or broken.
///
/// It starts `highwater serve`, sends to it with the exporters of the OpenTelemetry SDK for Python,
/// kills it with SIGKILL at random moments and starts it again. At the end it holds what was counted
/// against what was acknowledged, and prints the figures. Python 3 with venv is needed, and PyPI.
///
/// With --record four people write notes meanwhile, each until it is acknowledged; at the end every one of
/// them must stand in the record once, as it was written, in order.
///
/// With --notify three people open and end incidents meanwhile, and three receivers are told; at the end
/// every message that is due must have arrived, in order, with at most one copy per kill.
#[derive(Args)]
pub(crate) struct Kill {
    /// How many times. A thousand take about twenty minutes.
    #[arg(long, value_name = "N", default_value_t = 1_000,
          value_parser = clap::value_parser!(u64).range(1..))]
    n: u64,

    /// Kill it while people write into an incident's record, instead of while telemetry comes.
    #[arg(long)]
    record: bool,

    /// Kill it while others are told of incidents.
    #[arg(long, conflicts_with = "record")]
    notify: bool,
}

impl Kill {
    pub(crate) fn run(&self) -> Result<()> {
        let (key, file, test) = if self.record {
            ("HIGHWATER_RECORD_KILLS", "record", "no_acknowledged")
        } else if self.notify {
            ("HIGHWATER_NOTIFY_KILLS", "notify", "every_message")
        } else {
            ("HIGHWATER_KILLS", "kill", "killed")
        };
        let kills = format!("{key}={}", self.n);
        let cargo = ["cargo", "test", "--release", "--package", "highwater", "--test", file];
        let arguments = ["HIGHWATER_DEMAND_ALL=1", &kills].into_iter().chain(cargo);
        let arguments: Vec<&str> = arguments.chain(["--", "--nocapture", test]).collect();
        run("env", &arguments)
    }
}
