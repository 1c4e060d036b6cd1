//! Harm that travels against the flow: failures and waiting, from the one that is called to the one
//! that calls.
//!
//! A callee owns what was seen of it beyond what it was handed by the calls it made itself. Both are
//! sums over legs in one unit, failed calls or seconds, so what is passed on cancels out whatever the
//! topology, cycles included. Rank is by amount and chance only gates: a quiet leg may be many
//! standard deviations off and still matter little. Nothing is owned beyond what can have come to the
//! alert along legs that carry harm.
//!
//! A leg on which nothing was called before has no usual. What is wrong there is its caller's, which
//! never called it, so it hands nothing.

use crate::ledger::Excess;
use std::collections::BTreeMap;

/// What one leg saw beyond the usual.
#[derive(Clone, Copy, Debug)]
pub struct LegHarm<'a> {
    /// Who calls.
    pub caller: &'a str,
    /// Who is called.
    pub callee: &'a str,
    /// What was seen beyond the usual; `None` where there is no usual.
    pub excess: Option<Excess>,
}

/// What one service owns of the harm.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnHarm<'a> {
    /// The service.
    pub service: &'a str,
    /// Harm of its own that can have come to the alert, always positive.
    pub harm: f64,
    /// Variance that chance alone would give what it owns.
    pub variance: f64,
    /// The leg, by its place in what was given, on which most of it was seen.
    pub leg: usize,
}

/// Sums of one service.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    seen: f64,
    handed: f64,
    variance: f64,
    most: Option<(usize, f64)>,
}

/// Who owns harm that travels against the flow, the greatest first. `alerts` are services where it
/// was noticed, and `least` the smallest amount that counts.
#[must_use]
pub fn own_harm<'a>(legs: &[LegHarm<'a>], alerts: &[&str], least: f64) -> Vec<OwnHarm<'a>> {
    let sums = sums(legs);
    let arrived = arrived(legs, &sums, alerts);
    let n_services = sums.len();
    let own = |(service, sums): (&&'a str, &Sums)| {
        let beyond = Excess { amount: sums.seen - sums.handed, variance: sums.variance };
        let harm = beyond.amount.min(arrived.get(*service).copied().unwrap_or(0.0));
        let (leg, _) =
            sums.most.filter(|_| harm > 0.0 && beyond.is_more_than_chance(n_services, least))?;
        Some(OwnHarm { service, harm, variance: sums.variance, leg })
    };
    let mut owners: Vec<OwnHarm<'a>> = sums.iter().filter_map(own).collect();
    owners.sort_by(|a, b| b.harm.total_cmp(&a.harm).then_with(|| a.service.cmp(b.service)));
    owners
}

fn sums<'a>(legs: &[LegHarm<'a>]) -> BTreeMap<&'a str, Sums> {
    let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
    for (at, leg) in legs.iter().enumerate() {
        let Some(excess) = leg.excess else { continue };
        let callee = sums.entry(leg.callee).or_default();
        callee.seen += excess.amount;
        callee.variance += excess.variance;
        if callee.most.is_none_or(|(_, most)| excess.amount > most) {
            callee.most = Some((at, excess.amount));
        }
        // A call that went better than usual gives its caller nothing to be guilty of.
        let caller = sums.entry(leg.caller).or_default();
        caller.handed += excess.amount.max(0.0);
        caller.variance += excess.variance;
    }
    sums
}

/// How much of the harm seen at each service can have come to the alerts: through each caller no more
/// than came from it.
fn arrived<'a>(
    legs: &[LegHarm<'a>],
    sums: &BTreeMap<&'a str, Sums>,
    alerts: &[&str],
) -> BTreeMap<&'a str, f64> {
    let at_alert = |service: &str, sums: &Sums| {
        let is_alert = alerts.contains(&service);
        is_alert.then_some(if sums.seen > 0.0 { sums.seen } else { f64::INFINITY })
    };
    let own = sums.iter().filter_map(|(service, sums)| Some((*service, at_alert(service, sums)?)));
    let mut arrived: BTreeMap<&str, f64> = own.collect();
    // Along a path without repetition it takes at most as many steps as there are services.
    for _ in 0..sums.len() {
        let mut next: BTreeMap<&str, f64> = BTreeMap::new();
        for leg in legs {
            let through = arrived.get(leg.caller).copied().unwrap_or(0.0);
            let carried = leg.excess.map_or(0.0, |excess| excess.amount.max(0.0));
            *next.entry(leg.callee).or_default() += through.min(carried);
        }
        for (service, sums) in sums {
            if let Some(at_alert) = at_alert(service, sums) {
                next.insert(service, at_alert);
            }
        }
        if next == arrived {
            break;
        }
        arrived = next;
    }
    arrived
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg<'a>(caller: &'a str, callee: &'a str, amount: f64) -> LegHarm<'a> {
        LegHarm { caller, callee, excess: Some(Excess { amount, variance: 4.0 }) }
    }

    fn check(legs: &[LegHarm<'_>], alert: &str, expect: &[(&str, f64)]) {
        let found = own_harm(legs, &[alert], 3.0);
        let found: Vec<_> = found.iter().map(|own| (own.service, own.harm)).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn what_is_passed_on_is_not_owned() {
        let legs = [leg("~outside", "a", 100.0), leg("a", "b", 99.0), leg("b", "c", 98.0)];
        check(&legs, "a", &[("c", 98.0)]);
    }

    #[test]
    fn what_a_service_adds_is_owned() {
        let legs = [leg("~outside", "a", 100.0), leg("a", "b", 60.0), leg("b", "c", 10.0)];
        check(&legs, "a", &[("b", 50.0), ("a", 40.0), ("c", 10.0)]);
    }

    #[test]
    fn harm_that_cannot_have_come_to_the_alert_is_nobodys() {
        let legs = [leg("~outside", "a", 100.0), leg("a", "b", 95.0), leg("x", "y", 900.0)];
        check(&legs, "a", &[("b", 95.0)]);
        let thin = [leg("~outside", "a", 100.0), leg("a", "b", 20.0), leg("b", "c", 900.0)];
        check(&thin, "a", &[("a", 80.0), ("c", 20.0)]);
    }

    #[test]
    fn a_leg_that_is_new_is_its_callers() {
        let new = LegHarm { caller: "b", callee: "new", excess: None };
        check(&[leg("~outside", "a", 60.0), leg("a", "b", 60.0), new], "a", &[("b", 60.0)]);
    }

    #[test]
    fn cycles_come_to_an_end() {
        // a calls b, b calls a back for half of them, and both call c, where it begins.
        let legs = [
            leg("~outside", "a", 90.0),
            leg("a", "b", 90.0),
            leg("b", "a", 45.0),
            leg("a", "c", 45.0),
            leg("b", "c", 45.0),
        ];
        check(&legs, "a", &[("c", 90.0)]);
    }
}
