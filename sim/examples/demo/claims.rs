//! What Highwater should say of a demo, held against what it said.

use crate::listener::Heard;
use hw_engine::{Output, Report};
use hw_model::{Change, ChangeKind, Effect, Incident, Signal, Timestamp, Verdict};
use hw_sim::Facts;

/// Seconds after the break in which it should be noticed.
const NOTICED_S: f64 = 600.0;

/// Seconds by which the interval of an onset may miss the break: it is said with 95 %, and clocks
/// are a little off.
const ONSET_S: f64 = 10.0;

/// Seconds after the cure in which it should be said to be over, at least of what flows.
const OVER_S: f64 = 600.0;

/// What should be said, and whether it was.
pub(crate) struct Claim {
    pub what: &'static str,
    pub holds: bool,
    pub seen: String,
}

/// Everything that should be said of a demo.
pub(crate) fn claims(facts: &Facts, excess_items: u64, heard: &Heard) -> Vec<Claim> {
    let report = &heard.report;
    let mut claims = vec![quiet(facts, heard), deploys(facts, report)];
    claims.push(Claim {
        what: "there is one incident",
        holds: report.incidents.len() == 1,
        seen: format!("{}", report.incidents.len()),
    });
    claims.push(never_implicated(heard));
    if let Some(first) = heard.first_report.as_ref().and_then(|known| of_story(facts, known)) {
        claims.push(origin("the origin is named before anybody reports", facts, first));
    }
    claims.push(onset(facts, report));
    if let Some(incident) = of_story(facts, report) {
        claims.push(origin("the origin is right in the end", facts, incident));
        claims.extend(times(facts, incident));
        claims.extend(verdicts(facts, incident, report));
        let impact = incident.diagnosis.impact;
        let items = excess_items as f64;
        claims.push(Claim {
            what: "the items too many lie in the interval that is said",
            holds: impact.is_some_and(|said| said.low <= items && items <= said.high),
            seen: format!("{items}, said {impact:?}"),
        });
    }
    claims
}

/// The first incident after the break.
fn of_story<'r>(facts: &Facts, report: &'r Report) -> Option<&'r Incident> {
    let later = report.incidents.iter().filter(|incident| incident.detected_at >= facts.broke_at);
    later.min_by_key(|incident| incident.detected_at)
}

fn quiet(facts: &Facts, heard: &Heard) -> Claim {
    let is_shift = |output: &Output| matches!(output, Output::ShiftDetected { .. });
    let early = heard.said.iter().filter(|(at, said)| *at < facts.broke_at && is_shift(said));
    let n = early.count();
    Claim { what: "no shift on quiet days", holds: n == 0, seen: format!("{n} shifts") }
}

fn deploys(facts: &Facts, report: &Report) -> Claim {
    let is_found = |deployed: &&hw_sim::Deployed| {
        report.changes.iter().any(|change| {
            change.kind == ChangeKind::Deploy
                && change.service == deployed.service
                && change.to_version.as_ref() == Some(&deployed.version)
                && change.at.seconds_since(deployed.at).abs() < 600.0
        })
    };
    let (wanted, found) = (facts.deploys.len(), facts.deploys.iter().filter(is_found).count());
    Claim {
        what: "every deploy is found",
        holds: wanted == found,
        seen: format!("{found} of {wanted}"),
    }
}

fn never_implicated(heard: &Heard) -> Claim {
    let is_implicated = |said: &&(Timestamp, Output)| {
        matches!(said.1, Output::VerdictChanged { verdict: Verdict::Implicated, .. })
    };
    let n = heard.said.iter().filter(is_implicated).count();
    Claim { what: "no change is ever implicated", holds: n == 0, seen: format!("{n} times") }
}

fn origin(what: &'static str, facts: &Facts, incident: &Incident) -> Claim {
    let first = incident.diagnosis.origins.first();
    Claim {
        what,
        holds: first.is_some_and(|origin| origin.service == facts.origin),
        seen: first.map_or_else(String::new, |o| format!("{} {:.2}", o.service, o.confidence)),
    }
}

/// The shift that is noticed first, of what flows or what is answered.
fn onset(facts: &Facts, report: &Report) -> Claim {
    let shifts = report.shifts.iter().map(|numbered| &numbered.shift);
    let flowing = shifts.filter(|s| matches!(s.signal, Signal::Transfer | Signal::Answers));
    let first = flowing.min_by_key(|shift| shift.detected_at).map(|shift| {
        let off = |at: Timestamp| at.seconds_since(facts.broke_at);
        (off(shift.onset.from), off(shift.onset_at), off(shift.onset.to))
    });
    Claim {
        what: "the break lies in the interval of the onset",
        holds: first.is_some_and(|(from, _, to)| from <= ONSET_S && to >= -ONSET_S),
        seen: first.map_or_else(String::new, |(from, at, to)| format!("{from:.0} {at:.0} {to:.0}")),
    }
}

fn times(facts: &Facts, incident: &Incident) -> Vec<Claim> {
    let delay = incident.detected_at.seconds_since(facts.broke_at);
    let over = incident.ended_at.map(|at| at.seconds_since(facts.cured_at));
    vec![
        Claim {
            what: "it is noticed within minutes",
            holds: (0.0..NOTICED_S).contains(&delay),
            seen: format!("after {delay:.0} s"),
        },
        Claim {
            what: "it is over within minutes of the cure",
            holds: over.is_some_and(|over| over.abs() < OVER_S),
            seen: format!("{over:?} s"),
        },
    ]
}

fn verdicts(facts: &Facts, incident: &Incident, report: &Report) -> Vec<Claim> {
    let diagnosis = &incident.diagnosis;
    let near = |at: Timestamp| {
        move |change: &&Change| {
            let later = change.at.seconds_since(at);
            (-5.0..120.0).contains(&later)
        }
    };
    let change = |service: &str, at| {
        report.changes.iter().filter(|c| c.service == service).find(near(at)).map(|c| c.id)
    };
    let suspect = &facts.suspect.deployed;
    let effect = |service: &str, at| {
        let id = change(service, at)?;
        diagnosis.mitigations.iter().find(|tried| tried.change == id).map(|tried| tried.effect)
    };
    let deployed = change(&suspect.service, suspect.at);
    let verdict = diagnosis.judgements.iter().find(|judged| Some(judged.change) == deployed);
    let rolled_back = effect(&suspect.service, facts.suspect.rolled_back_at);
    let cured = effect(&facts.origin, facts.cured_at);
    vec![
        Claim {
            what: "the suspect is exonerated in the end",
            holds: verdict.is_some_and(|judged| judged.verdict == Verdict::Exonerated),
            seen: format!("{:?}", verdict.map(|judged| (judged.verdict, judged.probability))),
        },
        Claim {
            what: "its rollback had no effect",
            holds: rolled_back == Some(Effect::None),
            seen: format!("{rolled_back:?}"),
        },
        Claim {
            what: "the restart worked",
            holds: cured == Some(Effect::Worked),
            seen: format!("{cured:?}"),
        },
        Claim {
            what: "the suspect is on the list to deploy again",
            holds: deployed.is_some_and(|id| diagnosis.redeploy.contains(&id)),
            seen: format!("{:?}", diagnosis.redeploy),
        },
    ]
}
