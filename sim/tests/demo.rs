//! The afternoon and evening of the demo's story, decoded as the receiver does, to the real engine.
//! All sixteen days take minutes: `cargo run --release -p hw-sim --example demo`.

#[path = "../examples/demo/listener.rs"]
#[expect(dead_code, reason = "the example asks for more")]
mod listener;

use hw_model::{Timestamp, Verdict};
use hw_sim::{Demo, DemoSettings, Sent};
use listener::{Feeding, Heard, Listener};

/// Thursday, 2026-11-26 20:00 UTC.
const ENDS_BY: Timestamp = Timestamp(1_795_723_200_000_000_000);

const HOUR_S: f64 = 3_600.0;

/// What is said between two times.
fn heard(demo: &Demo, from: Timestamp, until: Timestamp) -> Heard {
    let mut listener = Listener::new(demo, from, Feeding::BySecond);
    let at = |sent: &Sent| match sent {
        Sent::Traces(request) | Sent::Logs(request) => request.until,
        Sent::People { at, .. } => *at,
    };
    let sent = demo.play(60).skip_while(|sent| at(sent) <= from);
    sent.take_while(|sent| at(sent) <= until).for_each(|sent| listener.take(sent));
    listener.finish()
}

#[test]
fn evening_of_the_story_is_noticed_within_minutes_and_the_afternoon_deploy_is_not_implicated() {
    let demo = Demo::new(&DemoSettings { seed: 1, ends_by: ENDS_BY, quiet_days: 0 });
    let facts = demo.facts();
    let (from, until) = (facts.broke_at.plus_s(-7.2 * HOUR_S), facts.broke_at.plus_s(900.0));
    let Heard { report, transcript, .. } = heard(&demo, from, until);
    let [incident] = report.incidents.as_slice() else { panic!("one incident in\n{transcript}") };
    let delay_s = incident.detected_at.seconds_since(facts.broke_at);
    assert!((0.0..600.0).contains(&delay_s), "{delay_s}");
    // At an item in six seconds, a run of luck before the break looks like its beginning.
    assert!(incident.started_at.seconds_since(facts.broke_at).abs() < 240.0, "{transcript}");
    let first = incident.diagnosis.origins.first().map(|origin| origin.service.as_str());
    assert_eq!(first, Some(facts.origin.as_str()), "{transcript}");
    let suspect = facts.suspect.deployed;
    let deploy = report.changes.iter().find(|change| change.service == suspect.service);
    let deploy = deploy.unwrap_or_else(|| panic!("the deploy is found in\n{transcript}"));
    assert_eq!(deploy.to_version, Some(suspect.version));
    assert!(deploy.at.seconds_since(suspect.at) < 60.0, "{transcript}");
    let judged = incident.diagnosis.judgements.iter().find(|judged| judged.change == deploy.id);
    assert_eq!(judged.map(|judged| judged.verdict), Some(Verdict::NotImplicated), "{transcript}");
}
