use super::*;

const STORY: &str = "
# The gate that is always open.
seed 1
begins 2026-11-09 00:00
length 25:00
hosts slow 0.5% skew 20ms
telemetry lost 0.5% late 1% doubled 1% silent screening at 12:00 for 20s
service intake 1.0.0
service screening 3.0.1
service eligibility 0.9.7
service worklist 2.2.0
entry intake POST /items work 4ms fails 0.1% inner tenants 3
  pass screening POST /items
  log 20% INFO item # accepted
entry eligibility POST /decide work 1500us sways 5% every 300s
  answers eligibility.answer go 50% halt 50%
entry screening POST /items
  ask eligibility POST /decide
  pass worklist process accepted if eligibility says go times 1..3 linked
entry worklist process accepted
inlet intake POST /items 9.5/s days night 10% weekend 30% wander 40% batches 5% up to 12
08:00 deploy screening 3.1.0 down 3s told off -20s after 30s guilty
11:00.250 fault gate-open eligibility POST /decide answers go 100% until 22:00 sticks
  log 2% WARN rules snapshot # is empty, using defaults
15:00 rollback screening down 2500ms
15:30 observation lea 512 came in, 511 went out
20:00 crash eligibility down 3s cures
0d02:00:00 restart eligibility down 3s
";

fn world(script: &str) -> World {
    World::from_script("story.txt", script).unwrap()
}

#[test]
fn script_is_read_and_written_back() {
    let story = world(STORY);
    assert_eq!(story.entries.len(), 4);
    assert_eq!(
        story.fault.as_ref().map(|fault| (fault.cause, fault.cures.clone())),
        Some((Some(0), vec![2]))
    );
    assert_eq!(world(&story.to_string()), story, "{story}");
}

#[test]
fn world_of_every_seed_reads_back_from_its_script() {
    for seed in 0..300 {
        let drawn = World::from_seed(seed);
        let read = World::from_script("drawn.txt", &drawn.to_string());
        assert_eq!(read.as_ref(), Ok(&drawn), "seed {seed}\n{drawn}");
    }
}

/// Replaces a line of the story and returns what is said about it.
fn error(line: &str, by: &str) -> String {
    assert!(STORY.contains(line), "{line}");
    World::from_script("story.txt", &STORY.replace(line, by)).unwrap_err().to_string()
}

/// What is replaced in the story, by what, and what is said then.
const ERRORS: &[(&str, &str, &str)] = &[
    ("seed 1", "seed one", "story.txt:3: expected a number, found \"one\""),
    (
        "begins 2026-11-09 00:00",
        "begins 2026-11-31 00:00",
        "story.txt:4: expected a day and a time that there are, like 2026-11-23 06:00, found \"00:00\"",
    ),
    ("length 25:00", "length 25", "story.txt:5: expected a time like 25:00, found \"25\""),
    ("slow 0.5%", "slow 0.5", "story.txt:6: expected a share like 50%, found \"0.5\""),
    (
        "lost 0.5%",
        "gone 0.5%",
        "story.txt:7: expected lost, late, doubled or silent, found \"gone\"",
    ),
    (
        "service worklist 2.2.0",
        "service worklist",
        "story.txt:11: expected a version, found the end of the line",
    ),
    (
        "service worklist 2.2.0",
        "service intake 1",
        "story.txt:11: expected the name of another service, found \"intake\"",
    ),
    ("work 4ms", "work 4", "story.txt:12: expected a length of time like 3s or 40ms, found \"4\""),
    (
        "pass screening POST /items",
        "pass nobody POST /items",
        "story.txt:13: expected the name of a service, found \"nobody\"",
    ),
    (
        "pass screening POST /items",
        "pass screening POST /other",
        "story.txt:13: expected an entry of that service, found \"/other\"",
    ),
    (
        "pass screening POST /items",
        "hand screening",
        "story.txt:13: expected seed, begins, length, hosts, telemetry, service, entry, inlet, a step of an entry, or a time like 08:00, found \"hand\"",
    ),
    (
        "go 50% halt 50%",
        "go 50% halt 40%",
        "story.txt:16: expected answers whose shares sum to 100%, found \"40%\"",
    ),
    (
        "if eligibility says go",
        "if eligibility says yes",
        "story.txt:19: expected one of its answers, found \"yes\"",
    ),
    (
        "if eligibility says go",
        "if intake says go",
        "story.txt:19: expected a service that was asked before, found \"intake\"",
    ),
    ("9.5/s", "9.5", "story.txt:21: expected a rate like 9/s or 0.5/s, found \"9.5\""),
    (
        "deploy screening",
        "ship screening",
        "story.txt:22: expected fault, deploy, rollback, restart, crash, grow, shrink, sdk, config or a remark after the time, found \"ship\"",
    ),
    (
        "gate-open",
        "ajar",
        "story.txt:23: expected one of gate-open, gate-shut, leak, vanished, failures, fan-out, surge, strict, slow, duplicates, lost, routing, found \"ajar\"",
    ),
    (
        "15:00 rollback",
        "10:00 rollback",
        "story.txt:25: expected a time not before 11:00.250, found \"10:00\"",
    ),
    (
        "rollback screening",
        "rollback intake",
        "story.txt:25: expected a service with a deploy before, found \"intake\"",
    ),
    ("cures", "cures all", "story.txt:27: expected the end of the line, found \"all\""),
];

#[test]
fn errors_name_the_line_and_what_was_expected() {
    for (line, by, wanted) in ERRORS {
        assert_eq!(error(line, by), *wanted, "{by}");
    }
}

#[test]
fn rate_is_scaled_for_all_inlets() {
    let mut story = world(STORY);
    let second = crate::world::Inlet { per_1000_s: 950, ..story.inlets[0].clone() };
    story.inlets.push(second);
    let rates: Vec<u32> =
        story.at_rate(6_000).inlets.iter().map(|inlet| inlet.per_1000_s).collect();
    assert_eq!(rates, [6_000, 600]);
}
