//! What a sender waits for its answer, one request at a time: with the commit, and without.

use super::load::Load;
use super::sender::{Send, Transport};
use super::server::{Kind, Running};
use crate::bench::print;
use anyhow::Result;
use std::time::Duration;

/// Requests of each measurement; and those before that, which are not measured.
const N: u32 = 2000;
const N_WARM: u32 = 200;

pub(super) async fn measure() -> Result<()> {
    print(&format!("\n| ms until the answer, of {N} requests | connections | p50 | p99 | most |"));
    print("|---|---|---|---|---|");
    for kind in [Kind::Serve, Kind::Drop] {
        for connections in [1, 16] {
            let running = Running::start(kind).await?;
            let (load, transport) = (Load::THROUGHPUT, Transport::Http);
            let send = |first, n| Send { load, transport, first, n, connections };
            send(0, N_WARM).run(&running).await?;
            let mut waits = send(N_WARM, N).run(&running).await?.waits;
            running.stop()?;
            waits.sort();
            let at = |permille: usize| {
                let idx = (waits.len() * permille / 1000).min(waits.len().saturating_sub(1));
                waits.get(idx).copied().unwrap_or_default()
            };
            let ms = |wait: Duration| format!("{:.1}", wait.as_secs_f64() * 1000.0);
            let (p50, p99, most) = (ms(at(500)), ms(at(990)), ms(at(1000)));
            print(&format!("| {} | {connections} | {p50} | {p99} | {most} |", kind.name()));
        }
    }
    Ok(())
}
