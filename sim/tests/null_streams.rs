//! A hundred stream-months in which nothing happens, of all null families by their shares: nothing is
//! said. `cargo xtask bench detect` runs as many as are asked for.

use hw_sim::{Heard, hear, hear_all};

#[test]
fn nothing_is_said_in_a_hundred_stream_months() {
    let seeds: Vec<u64> = (0..50).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let heard = hear_all(&seeds, 2, threads, |_| {});
    let months: u32 = heard.iter().map(|heard| heard.months).sum();
    assert_eq!(months, 100);
    let said = |heard: &&Heard| !heard.alarms.is_empty();
    let said: Vec<(u64, &str)> =
        heard.iter().filter(said).map(|heard| (heard.seed, heard.family.name)).collect();
    assert!(said.is_empty(), "{said:?}");
    // That it is listened to: most streams have had some evidence of something.
    assert!(heard.iter().filter(|heard| heard.highest > 3.0).count() > 25);
}

/// What was said of two streams after their first two weeks by detectors before this one.
#[test]
fn what_was_learned_wrongly_is_not_told_again() {
    for (seed, what) in [
        (21_199, "batches that share a fate: a false alarm of the first day lasted for two months"),
        (44_890, "a weekend that differs, of 360 items an hour: it was told four times"),
    ] {
        let heard = hear(seed, 2);
        assert_eq!(heard.n_alarms(), (1, 0), "{what}");
    }
}
