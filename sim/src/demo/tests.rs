use super::*;
use crate::clock::Start;
use crate::remark::RemarkKind;
use std::collections::BTreeMap;

fn demo(quiet_days: u32) -> Demo {
    let ends_by = Start::parse("2026-11-27", "12:00").unwrap().instant(0);
    Demo::new(&DemoSettings { seed: 1, ends_by, quiet_days })
}

#[test]
fn world_of_a_demo_reads_back_from_its_script() {
    let demo = demo(14);
    let script = demo.world().to_string();
    assert_eq!(World::from_script("demo.txt", &script).as_ref(), Ok(demo.world()), "{script}");
}

#[test]
fn facts_are_those_of_the_story() {
    let demo = demo(14);
    let facts = demo.facts();
    let day = |at: Timestamp| Start(at.tick().0).to_string();
    assert_eq!(day(demo.begins_at()), "2026-11-11 00:00:00");
    assert_eq!(day(demo.ends_at()), "2026-11-26 19:00:00");
    assert_eq!(facts.origin, "eligibility");
    assert_eq!(day(facts.broke_at), "2026-11-25 20:41:07");
    assert_eq!(day(facts.noticed_at), "2026-11-26 08:52:00");
    assert_eq!(day(facts.cured_at), "2026-11-26 10:54:00");
    assert_eq!(facts.repair.version, "0.9.8");
    let suspect = facts.suspect;
    assert_eq!(
        (suspect.deployed.service.as_str(), suspect.deployed.version.as_str()),
        ("router", "2.0.0")
    );
    assert!(suspect.deployed.at < facts.broke_at && facts.noticed_at < suspect.rolled_back_at);
    assert!(suspect.rolled_back_at < facts.cured_at && facts.repair.at < suspect.redeployed_at);
    assert!(facts.deploys.len() >= 8, "{:?}", facts.deploys);
}

#[test]
fn quiet_days_have_ordinary_life_and_versions_lead_up_to_the_story() {
    for seed in 0..20 {
        let ends_by = Start::parse("2026-11-27", "12:00").unwrap().instant(0);
        let demo = Demo::new(&DemoSettings { seed, ends_by, quiet_days: 14 });
        let world = demo.world();
        assert!(world.acts.is_sorted_by_key(|act| act.at), "seed {seed}");
        let quiet: Vec<_> = world.acts.iter().filter(|act| act.at < 14 * DAY_S * S).collect();
        assert!((5..30).contains(&quiet.len()), "seed {seed}: {}", quiet.len());
        let mut versions: BTreeMap<_, _> =
            world.services.iter().map(|s| (s.name.clone(), s.version.clone())).collect();
        for act in &quiet {
            if let crate::world::What::Deploy { version, .. } = &act.what {
                versions.insert(world.service(act.service).name.clone(), version.clone());
            }
        }
        let story = World::from_script("story.txt", STORY).unwrap();
        for service in story.services {
            assert_eq!(versions[&service.name], service.version, "seed {seed}");
        }
    }
}

#[test]
fn everything_comes_in_order_of_time_and_twice_the_same() {
    let demo = demo(0);
    let at = |sent: &Sent| match sent {
        Sent::Traces(request) | Sent::Logs(request) => request.until,
        Sent::People { at, .. } => *at,
    };
    let mut play = demo.play(60);
    let sent: Vec<Sent> = play.by_ref().collect();
    assert!(sent.is_sorted_by_key(at));
    let reports = sent.iter().filter(|sent| {
        matches!(sent, Sent::People { what: People::Say { kind: RemarkKind::Report, .. }, .. })
    });
    assert_eq!(reports.count(), 1);
    let is_traces = |sent: &&Sent| matches!(sent, Sent::Traces(_));
    assert!(sent.iter().filter(is_traces).count() > 2_000);
    let tally = play.tally();
    assert!((3_000..8_000).contains(&tally.excess_items), "{tally:?}");
    assert!(demo.play(60).eq(sent));
}
