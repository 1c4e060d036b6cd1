//! Scratch.
fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    if args.len() == 1 {
        println!("{}", hw_sim::transcript(args[0]));
        return;
    }
    let start = std::time::Instant::now();
    let summary = hw_sim::run(args[0]..args[1], args[2] as usize, |_| {});
    println!("{summary}");
    println!("{:?}", start.elapsed());
}
