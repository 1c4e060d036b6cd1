//! Where an incident starts: the ledger's owners, walked on through what they ask.
//!
//! An owner that treats each answer as always is cleared, and the walk goes on at the dependency
//! whose answers moved. Where answers cannot be seen the origin is "the owner, or what it asks",
//! and it is said which answers are not visible. What remains uncertain stays in the probabilities;
//! "none of them" always keeps some.

mod unseen;

use crate::evidence::{AskedHop, Evidence, Leg, OUTSIDE};
use crate::ledger::{Own, owners};
use crate::mechanism::{Account, Mechanism, test};
use crate::words::{clock, count, moved, share, usual_share};
use hw_model::{Clearance, Direction, Hop, Origin, Shift, Signal};

/// Probability kept for "none of the services named". In fault worlds with even seeds all of 243 incidents
/// said with .9 and more were right, which bounds what is missed at a hundredth.
const NOBODY: f64 = 0.01;

/// Prior odds that a caller changed what it asks, so that the answers moved because of it.
const ASKS_DIFFERENTLY: f64 = 0.05;

/// Share of the blame for a dependency that gives an answer it never gave.
const NEW_ANSWER: f64 = 0.7;

/// Share of the blame for a caller whose own way with an answer moved, while the mix moved too.
const CALLER_MOVED: f64 = 0.8;

/// Confidence that more (or less) came in: where that is seen at an inlet, and where only no leg on the
/// way hands on another share.
const SEEN_OUTSIDE: f64 = 0.95;
const OUTSIDE_BY_ELIMINATION: f64 = 0.6;

/// What the walk found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    /// Suspects with probabilities, the likeliest first; their sum is below one.
    pub origins: Vec<Origin>,
    /// Services that behave as always.
    pub cleared: Vec<Clearance>,
}

/// Finds the origin of an incident.
pub(crate) fn walk(evidence: &Evidence) -> Walk {
    let mut walk = match evidence.main().signal {
        Signal::Transfer => walk_transfer(evidence),
        Signal::Volume => walk_volume(evidence),
        Signal::Errors | Signal::Latency => walk_failures(evidence),
        Signal::Answers => walk_answers(evidence),
        Signal::Log | Signal::NoData => Walk::default(),
    };
    if walk.origins.is_empty() {
        walk.origins.push(fallback(evidence));
    }
    walk.settle();
    walk
}

fn walk_transfer(evidence: &Evidence) -> Walk {
    let owners = owners(evidence);
    let total: f64 = owners.iter().map(|own| own.harm).sum();
    let mut walk = Walk::default();
    for own in &owners {
        let asked = evidence.asked.iter().filter(|asked| Some(&asked.outcome) == own.hop.as_ref());
        walk.blame_owner(evidence, own, own.harm / total, &asked.collect::<Vec<_>>());
    }
    walk
}

/// More or less came in from outside, unless some leg on the way changed its ratio.
fn walk_volume(evidence: &Evidence) -> Walk {
    let walk = walk_transfer(evidence);
    if !walk.origins.is_empty() {
        return walk;
    }
    let n_inlets = evidence.inlets.len();
    let moved = evidence.inlets.iter().filter_map(|inlet| {
        let (before, since) = (inlet.before.ratio()?, inlet.since.ratio()?);
        let excess = crate::ledger::gated_excess(inlet.before, inlet.since, n_inlets)?;
        Some((inlet, before, since, excess))
    });
    let most = moved.max_by(|a, b| a.3.abs().total_cmp(&b.3.abs()));
    if most.is_none() && !is_called_differently(evidence) {
        return Walk::default();
    }
    let mut because: Vec<String> = Vec::new();
    because.extend(most.as_ref().map(|(inlet, before, since, _)| {
        format!("{since:.1} items/s come in at {}; {before:.1} came before", inlet.service)
    }));
    because.push("every leg hands on the same share of what enters it as before".to_owned());
    let confidence = if most.is_some() { SEEN_OUTSIDE } else { OUTSIDE_BY_ELIMINATION };
    let service = OUTSIDE.to_owned();
    Walk { origins: vec![Origin { service, hop: None, confidence, because }], cleared: vec![] }
}

/// Whether at least half of what came to the main service too often, or too rarely, was sent to it:
/// what is sent and does not come is lost on the way.
fn is_called_differently(evidence: &Evidence) -> bool {
    let main = evidence.main();
    let Some(inlet) = evidence.inlets.first() else { return false };
    let (before_s, since_s) = (inlet.before.n.max(1.0), inlet.since.n);
    let calls = evidence.legs.iter().filter(|leg| leg.hop.callee == main.service);
    let sent: f64 =
        calls.map(|leg| leg.items_since.k - leg.items_before.k * since_s / before_s).sum();
    let came = (main.after - main.before) * since_s;
    sent * came.signum() >= 0.5 * came.abs() && since_s > 0.0
}

fn walk_failures(evidence: &Evidence) -> Walk {
    let owners = owners(evidence);
    let total: f64 = owners.iter().map(|own| own.harm).sum();
    let is_latency = evidence.main().signal == Signal::Latency;
    let what = if is_latency { "slow calls" } else { "failed calls" };
    let origins = owners.iter().map(|own| Origin {
        service: own.service.clone(),
        hop: own.hop.clone(),
        confidence: own.harm / total,
        because: vec![format!(
            "{} {what} more than usual begin at {}: that many are left after those in the calls it makes itself",
            count(own.harm),
            own.service
        )],
    });
    let mut walk = Walk { origins: origins.collect(), cleared: Vec::new() };
    walk.clear_passers_on(evidence, what);
    walk
}

fn walk_answers(evidence: &Evidence) -> Walk {
    let main = evidence.main();
    let mut because = vec![answer_moved(evidence, main)];
    because.extend(no_deeper_shift(evidence, &main.service));
    let service = main.service.clone();
    let hop = main.target.hop().cloned();
    Walk { origins: vec![Origin { service, hop, confidence: 0.9, because }], cleared: vec![] }
}

/// Nothing could be accounted for: the service that shows the shift is all there is to say.
fn fallback(evidence: &Evidence) -> Origin {
    let main = evidence.main();
    Origin {
        service: main.service.clone(),
        hop: main.target.hop().cloned(),
        confidence: 0.5,
        because: vec![format!("{} is where it shows; nothing leads further", main.service)],
    }
}

impl Walk {
    /// Shares the blame of an owner between it and what it asks.
    fn blame_owner(&mut self, evidence: &Evidence, own: &Own, weight: f64, asked: &[&AskedHop]) {
        let verdicts = asked.iter().map(|asked| (*asked, asked.answers.as_ref().map(test)));
        let verdicts: Vec<_> = verdicts.collect();
        let passed = verdicts.iter().find_map(|(asked, verdict)| match verdict {
            Some(Mechanism::AsAlways(account)) => Some((*asked, account)),
            _ => None,
        });
        if let Some((asked, account)) = passed {
            return self.clear_owner(evidence, own, weight, (asked, account));
        }
        let mut because = vec![owner_fact(evidence, own)];
        let mut left = 1.0;
        for (asked, verdict) in &verdicts {
            let dependency = &asked.asked;
            match verdict {
                None => because.push(format!(
                    "it asks {}, whose answers are not visible: it may be {}",
                    dependency.callee, dependency.callee
                )),
                Some(Mechanism::AnswersAsAlways) => because.push(format!(
                    "{} answers as before, so the change is in what {} does with it",
                    dependency.callee, own.service
                )),
                Some(Mechanism::Moved { value, .. }) => {
                    left = CALLER_MOVED;
                    because.push(format!(
                        "it treats \"{value}\" from {} differently than before",
                        dependency.callee
                    ));
                }
                Some(Mechanism::New { value, share: of_all }) => {
                    let fact = format!(
                        "{} now answers \"{value}\" to {}, which it did not before: what {} does with it is untested",
                        dependency.callee,
                        share(*of_all),
                        own.service
                    );
                    left = 1.0 - NEW_ANSWER;
                    because.push(fact.clone());
                    let callee = dependency.callee.clone();
                    self.add(callee, Some(dependency.clone()), weight * NEW_ANSWER, vec![fact]);
                }
                Some(Mechanism::Unexplained(explained)) => because.push(format!(
                    "{}'s answers moved too, but explain only {} of the change",
                    dependency.callee,
                    share(explained.clamp(0.0, 1.0))
                )),
                Some(Mechanism::AsAlways(_)) => {}
            }
        }
        let unseen = verdicts.iter().filter(|(_, verdict)| verdict.is_none());
        let unseen: Vec<&AskedHop> = unseen.map(|(asked, _)| *asked).collect();
        let shares = unseen::shares(evidence, &unseen);
        left *= 1.0 - shares.iter().sum::<f64>();
        self.add(own.service.clone(), own.hop.clone(), weight * left, because);
        for (AskedHop { asked, .. }, share) in unseen.into_iter().zip(shares) {
            let fact = format!(
                "{} asks it before items go on, and its answers are not visible",
                own.service
            );
            self.add(asked.callee.clone(), Some(asked.clone()), weight * share, vec![fact]);
        }
    }

    /// The owner treats each answer as always: the one that answers is where it starts.
    fn clear_owner(
        &mut self,
        evidence: &Evidence,
        own: &Own,
        weight: f64,
        (asked, account): (&AskedHop, &Account),
    ) {
        let dependency = &asked.asked;
        let odds = ASKS_DIFFERENTLY * account.ln_moved.exp() + (1.0 - account.explained).max(0.0);
        let owner = odds / (1.0 + odds);
        let (value, before, since) = &account.gained;
        let direction = if since > before { Direction::Up } else { Direction::Down };
        let mut because = vec![format!(
            "its answer \"{value}\" {} from {} to {} of its answers at {}",
            moved(direction),
            share(*before),
            share(*since),
            clock(evidence, evidence.onset_at())
        )];
        because.push(format!(
            "{} treats each answer as before, and the new mix explains {} of the change",
            own.service,
            share(account.explained)
        ));
        because.extend(no_deeper_shift(evidence, &dependency.callee));
        let callee = dependency.callee.clone();
        self.add(callee.clone(), Some(dependency.clone()), weight * (1.0 - owner), because);
        let fact = format!("the mechanism test clears it, up to a chance of {}", share(owner));
        self.add(own.service.clone(), own.hop.clone(), weight * owner, vec![fact]);
        let because = clearance_facts(&callee, own, account);
        self.cleared.push(Clearance { service: own.service.clone(), because });
    }

    /// Services that only pass on what failed below them.
    fn clear_passers_on(&mut self, evidence: &Evidence, what: &str) {
        let named: Vec<&str> = self.origins.iter().map(|origin| &*origin.service).collect();
        let mut services: Vec<&str> = evidence.shifts.iter().map(|shift| &*shift.service).collect();
        services.sort_unstable();
        services.dedup();
        services.retain(|service| !named.contains(service));
        for service in services {
            let fact =
                format!("it passes on the {what} of what it calls, and adds none of its own");
            let because = vec![fact];
            self.cleared.push(Clearance { service: service.to_owned(), because });
        }
    }

    fn add(&mut self, service: String, hop: Option<Hop>, weight: f64, because: Vec<String>) {
        match self.origins.iter_mut().find(|origin| origin.service == service) {
            Some(origin) => {
                origin.confidence += weight;
                origin.because.extend(because);
            }
            None => self.origins.push(Origin { service, hop, confidence: weight, because }),
        }
    }

    /// Leaves "none of them" its share, and sorts. Of those as likely as each other the one that came
    /// first is named first: the owner, where it shows, before what it asks.
    fn settle(&mut self) {
        let total: f64 = self.origins.iter().map(|origin| origin.confidence).sum();
        let most = 1.0 - NOBODY;
        if total > most {
            self.origins.iter_mut().for_each(|origin| origin.confidence *= most / total);
        }
        let tied = |confidence: f64| (confidence * 1e9).round();
        self.origins.sort_by(|a, b| tied(b.confidence).total_cmp(&tied(a.confidence)));
    }
}

fn owner_fact(evidence: &Evidence, own: &Own) -> String {
    let leg = evidence.legs.iter().find(|leg| Some(&leg.hop) == own.hop.as_ref());
    let ratios = |leg: &Leg| Some((leg.items_before.ratio()?, leg.items_since.ratio()?));
    let Some((leg, (before, since))) = leg.and_then(|leg| Some((leg, ratios(leg)?))) else {
        return format!("{} items more or fewer than usual leave it", count(own.harm));
    };
    format!(
        "it passes {} of what it receives to {}; it usually passes {}: {} items {} its usual share",
        share(since),
        leg.hop.callee,
        usual_share(before),
        count(own.harm),
        if since < before { "short of" } else { "beyond" }
    )
}

fn answer_moved(evidence: &Evidence, shift: &Shift) -> String {
    format!(
        "its answer \"{}\" {} from {} to {} at {}",
        shift.value.as_deref().unwrap_or("?"),
        moved(shift.direction),
        share(shift.before),
        share(shift.after),
        clock(evidence, shift.onset_at)
    )
}

/// What `service` asks itself shows no shift.
fn no_deeper_shift(evidence: &Evidence, service: &str) -> Option<String> {
    let asks = evidence.legs.iter().filter(|leg| leg.hop.caller == service);
    let mut callees: Vec<&str> = asks.map(|leg| &*leg.hop.callee).collect();
    callees.sort_unstable();
    callees.dedup();
    let is_shifted = |callee: &&str| evidence.shifts.iter().any(|s| s.service == **callee);
    if callees.is_empty() || callees.iter().any(is_shifted) {
        return None;
    }
    Some(format!("what it asks in turn ({}) shows no shift", callees.join(", ")))
}

fn clearance_facts(dependency: &str, own: &Own, account: &Account) -> Vec<String> {
    let callee = own.hop.as_ref().map_or("", |hop| &hop.callee);
    let mut facts = Vec::new();
    for (value, before, since) in &account.tested {
        let went = |counts: &hw_stats::Counts| {
            format!(
                "{} ({} of {})",
                share(counts.ratio().unwrap_or(0.0)),
                count(counts.k),
                count(counts.n)
            )
        };
        facts.push(format!(
            "mechanism test: of the items to which {dependency} answered \"{value}\", {} went on before and {} since",
            went(before),
            went(since)
        ));
    }
    let (value, before, since) = &account.gained;
    facts.push(format!(
        "\"{value}\" went from {} to {} of {dependency}'s answers, which explains {} of the change on the way to {}",
        share(*before),
        share(*since),
        share(account.explained),
        callee
    ));
    if !account.untested.is_empty() {
        facts.push(format!(
            "\"{}\" no longer occurs, so what {} would do with it now is untested",
            account.untested.join("\", \""),
            own.service
        ));
    }
    facts
}
