//! Log lines worth a look: templates whose rate changed when the incident began.
//!
//! ln Bayes factor of two rates against one, with Gamma priors on the rates (Gelman et al.,
//! Bayesian Data Analysis, §2.6). A lead is no proof: it never names an origin and never holds an
//! incident open.

use crate::evidence::{Evidence, LogRate};
use hw_model::{Lead, Severity};
use hw_stats::{Counts, Form, ln_marginal};

/// ln Bayes factor from which on a template is a lead.
const LN_LEAD: f64 = 10.0;

/// Leads shown at most.
const LEADS_MAX: usize = 8;

/// Leads, the most telling first: warnings and errors before the rest, lines of the likely origin
/// before others, new templates before old ones.
pub(crate) fn leads(evidence: &Evidence, origin: Option<&str>) -> Vec<Lead> {
    let moved = evidence.logs.iter().filter(|log| ln_moved(log) >= LN_LEAD);
    let mut leads: Vec<&LogRate> = moved.collect();
    let rank = |log: &LogRate| {
        let is_loud = log.severity >= Severity::Warn;
        let is_new = log.before.k < 1.0;
        (!is_loud, Some(&*log.service) != origin, !is_new)
    };
    leads.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| ln_moved(b).total_cmp(&ln_moved(a)))
            .then_with(|| a.template.cmp(&b.template))
    });
    leads.into_iter().take(LEADS_MAX).filter_map(lead).collect()
}

fn lead(log: &LogRate) -> Option<Lead> {
    Some(Lead {
        service: log.service.clone(),
        severity: log.severity,
        template: log.template.clone(),
        count: log.n_since,
        first_at: log.first_at?,
        place: log.place.clone(),
    })
}

fn ln_moved(log: &LogRate) -> f64 {
    if log.before.n < 1.0 || log.early.n < 1.0 {
        return 0.0;
    }
    let both = log.before + log.early;
    let scale = (both.k + 1.0) / both.n;
    let ln = |counts: Counts| ln_marginal(Form::Count, counts, scale, 1.0);
    ln(log.before) + ln(log.early) - ln(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(before: (f64, f64), since: (f64, f64)) -> LogRate {
        LogRate {
            service: "eligibility".into(),
            severity: Severity::Warn,
            template: "rules snapshot <*> is empty".into(),
            before: Counts::new(before.0, before.1),
            early: Counts::new(since.0, since.1),
            n_since: 0,
            first_at: None,
            place: None,
        }
    }

    #[test]
    fn new_warning_is_a_lead_within_half_a_minute() {
        assert!(ln_moved(&log((660.0, 0.0), (25.0, 6.0))) >= LN_LEAD);
        assert!(ln_moved(&log((660.0, 0.0), (540.0, 91.0))) >= LN_LEAD);
    }

    #[test]
    fn steady_line_is_no_lead() {
        assert!(ln_moved(&log((660.0, 300.0), (540.0, 250.0))) < 0.0);
        assert!(ln_moved(&log((660.0, 0.0), (540.0, 1.0))) < LN_LEAD);
    }
}
