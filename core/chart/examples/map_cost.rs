//! Prints what maps of thousands of hops cost: time, elements, bytes plain and by the `gzip` tool.
//! `cargo run --release -p hw-chart --example map_cost`. The figures inform; no test rests on them.
#![expect(clippy::unwrap_used, reason = "an example may panic")]
#![expect(clippy::print_stdout, reason = "it prints")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

#[path = "../tests/support/great.rs"]
mod great;
#[path = "../tests/support/story.rs"]
#[expect(dead_code, reason = "shared with the gallery")]
mod story;

use hw_chart::{FlowMap, PAGE, Style, flow_map, flow_map_whole};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 21;

fn gzipped(text: &str) -> usize {
    let mut gzip = Command::new("gzip")
        .args(["-c", "-6"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = gzip.wait_with_output().unwrap();
    writer.join().unwrap();
    output.stdout.len()
}

fn main() {
    let maps =
        [("layered", great::layered()), ("cyclic", great::cyclic()), ("chain", great::chain())];
    for (name, data) in &maps {
        for (view, draw) in [
            ("whole", flow_map_whole as fn(&FlowMap, &Style<'_>) -> String),
            ("default", flow_map as fn(&FlowMap, &Style<'_>) -> String),
        ] {
            for width_px in [1_200, 330] {
                let style = Style { inks: &PAGE, width_px, id_prefix: "map" };
                let svg = draw(data, &style);
                let mut times: Vec<f64> = (0..ROUNDS)
                    .map(|_| {
                        let start = Instant::now();
                        std::hint::black_box(draw(data, &style));
                        start.elapsed().as_secs_f64() * 1_000.0
                    })
                    .collect();
                times.sort_by(f64::total_cmp);
                let n_elements = svg.matches('<').count() - svg.matches("</").count();
                println!(
                    "{name} {view} {width_px} px: {:.1} ms in all, {n_elements} elements, {} bytes, {} gzip",
                    times.get(ROUNDS / 2).unwrap(),
                    svg.len(),
                    gzipped(&svg)
                );
            }
        }
    }
}
