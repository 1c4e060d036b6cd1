//! Memory of `serve` while it follows two thousand hops.

use super::load::Load;
use super::sender::{Send, Transport};
use super::server::{Kind, Running};
use crate::bench::print;
use crate::process::println_stderr;
use anyhow::Result;

/// Looks at it so many times.
const LOOKS: u32 = 5;

pub(super) async fn measure(event_s: u32) -> Result<()> {
    let load = Load::HOPS_2000;
    let running = Running::start(Kind::Serve).await?;
    let spans_per_s = load.spans_per_s();
    let hops = load.hops();
    print(&format!("\n| minutes of {hops} hops, {spans_per_s} spans/s | MiB now | MiB at most |"));
    print("|---|---|---|");
    let n = load.requests_of(event_s) / LOOKS;
    for look in 0..LOOKS {
        println_stderr(&format!("{hops} hops: part {} of {LOOKS}", look + 1));
        let send = Send { load, transport: Transport::Grpc, first: look * n, n, connections: 4 };
        send.run(&running).await?;
        running.until_calm().await?;
        let [now, most] = running.memory_mib()?;
        let minutes = f64::from(event_s * (look + 1)) / f64::from(LOOKS) / 60.0;
        print(&format!("| {minutes:.0} | {now:.0} | {most:.0} |"));
    }
    running.stop()
}
