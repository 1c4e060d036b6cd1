//! Where a fault is, in a small fixed set of worlds: counts that must not get worse, no times.

use hw_sim::{Hits, Located, Size, locate};

/// Worlds of 5 to 30 services.
fn worlds() -> Vec<Located> {
    let seeds: Vec<u64> = (0..24).collect();
    locate(
        &seeds,
        (Size::Small, 2),
        &|call| {
            call();
            0.0
        },
        |_| {},
    )
}

#[test]
fn the_guilty_are_named_and_nobody_is_where_nothing_broke() {
    let worlds = worlds();
    let visible = Hits::over("visible", &worlds, |w| w.scene.is_visible());
    assert!(visible.found >= 8, "{visible}");
    assert!(visible.top1_share() >= 0.9, "{visible}");
    assert!(visible.top3_share() >= 0.95, "{visible}");
    let all = Hits::over("all", &worlds, |_| true);
    assert_eq!(all.n_false, 0, "{all}");
}
