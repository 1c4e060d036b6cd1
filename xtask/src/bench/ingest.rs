//! `cargo xtask bench ingest`: spans per CPU-second of whole servers, over HTTP and over gRPC, in
//! turns: `highwater serve`; the receiver alone; the receiver and prost; rotel from PyPI with its
//! blackhole. Then what an answer waits for the commit, and memory at two thousand hops.
//!
//! CPU time is that of the server's process; the sender works beside it and is not counted. A server
//! has done its work when its CPU time stands still, so that what it does after answering counts.

mod load;
mod memory;
mod protobuf;
mod sender;
mod server;
mod sink;
mod table;
mod waits;

use super::print;
use crate::process::{println_stderr, run};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use load::Load;
use sender::{Send, Transport};
use server::{Kind, Running};
use std::path::PathBuf;
use table::Row;

/// Where the benchmark works. On the disk of the repository: commits are a matter of disks.
const FOLDER: &str = "target/bench/ingest";

/// Requests that are not measured: 80 seconds of event time, after which the tables of spans that may
/// still be joined are as full as they get.
const N_WARM: u32 = 1600;

/// Spans per CPU-second of `highwater serve`, beside what others take to receive the same.
#[derive(Args)]
pub(crate) struct Ingest {
    #[command(subcommand)]
    part: Option<Part>,
    /// How often each server is measured, in turns.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Requests of each measurement, 510 spans each.
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u32).range(50..))]
    requests: u32,
    /// Connections that send at one time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// Seconds of event time that the 2,000 hops are followed for.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u32).range(60..))]
    memory_s: u32,
    /// Leave rotel out: it is fetched from PyPI.
    #[arg(long)]
    without_rotel: bool,
}

/// What the benchmark starts as processes of their own.
#[derive(Subcommand)]
enum Part {
    /// Receives and throws away; used by the benchmark itself.
    #[command(hide = true)]
    Sink(sink::Sink),
}

impl Ingest {
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(Part::Sink(sink)) = &self.part {
            return sink.run();
        }
        run("cargo", &["build", "--release", "--package", "highwater", "--package", "xtask"])?;
        std::fs::create_dir_all(FOLDER).context("failed to make the folder of the benchmark")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.measure())?;
        std::fs::remove_dir_all(FOLDER).context("failed to remove the folder of the benchmark")
    }

    async fn measure(&self) -> Result<()> {
        print(&format!("Before: {}", table::machine()));
        let kinds = self.kinds();
        let mut rows: Vec<Row> = kinds.into_iter().map(Row::new).collect();
        let load = Load::THROUGHPUT;
        let bytes = load.request(0).body.len() as f64 / f64::from(load.request(0).spans);
        for round in 1..=self.rounds {
            for row in &mut rows {
                println_stderr(&format!("round {round} of {}: {}", self.rounds, row.kind.name()));
                self.measure_one(load, row).await?;
            }
        }
        print(&format!(
            "\n{} requests of {} spans ({bytes:.0} bytes a span) over {} connections, {} rounds in turns: \
             median (least to most)\n",
            self.requests,
            load.request(0).spans,
            self.connections,
            self.rounds
        ));
        table::print_throughput(&rows);
        waits::measure().await?;
        memory::measure(self.memory_s).await?;
        print(&format!("\nAfter: {}", table::machine()));
        Ok(())
    }

    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::Serve, Kind::Drop, Kind::Prost];
        if !self.without_rotel {
            match server::fetch_rotel() {
                Ok(()) => kinds.push(Kind::Rotel),
                Err(error) => println_stderr(&format!("without rotel: {error:#}")),
            }
        }
        kinds
    }

    /// Each way on a fresh server, warmed up.
    async fn measure_one(&self, load: Load, row: &mut Row) -> Result<()> {
        for (transport, values) in
            [(Transport::Http, &mut row.http), (Transport::Grpc, &mut row.grpc)]
        {
            let running = Running::start(row.kind).await?;
            let send = |first, n| Send { load, transport, first, n, connections: self.connections };
            send(0, N_WARM).run(&running).await?;
            running.until_calm().await?;
            let before = running.cpu_s()?;
            let sent = send(N_WARM, self.requests).run(&running).await?;
            running.until_calm().await?;
            values.push(sent.spans as f64 / (running.cpu_s()? - before));
            running.stop()?;
        }
        Ok(())
    }
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(FOLDER).join(name)
}
