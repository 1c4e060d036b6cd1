//! Where a fault is, in a small fixed set of worlds: counts that must not get worse, no times.

use hw_sim::{FaultKind, Hits, Located, Size, Wanted, locate};

/// Worlds of 5 to 30 services.
fn worlds(n: u64, wanted: Wanted) -> Vec<Located> {
    let seeds: Vec<u64> = (0..n).collect();
    locate(
        &seeds,
        (wanted, 2),
        &|call| {
            call();
            0.0
        },
        |_| {},
    )
}

#[test]
fn the_guilty_are_named_and_nobody_is_where_nothing_broke() {
    let worlds = worlds(24, Size::Small.into());
    let visible = Hits::over("visible", &worlds, |w| w.scene.is_visible());
    assert!(visible.found >= 8, "{visible}");
    assert!(visible.top1_share() >= 0.9, "{visible}");
    assert!(visible.top3_share() >= 0.95, "{visible}");
    let all = Hits::over("all", &worlds, |_| true);
    assert_eq!(all.n_false, 0, "{all}");
}

#[test]
fn a_hop_that_begins_to_send_twice_is_noticed() {
    let only = Some(FaultKind::Duplicates);
    let worlds = worlds(10, Wanted { size: Size::Small, only });
    let all = Hits::over("duplicates", &worlds, |_| true);
    assert!(all.found >= 5 && all.top1_share() >= 0.9, "{all}");
    assert_eq!(all.n_false, 0, "{all}");
}
