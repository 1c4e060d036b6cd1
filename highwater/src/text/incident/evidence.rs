//! What was found, with its evidence: origins, verdicts on changes, attempts, leads, the trail.

use super::Section;
use crate::text::words::{verdict_word, words};
use crate::text::{count, paragraph, plain, rounded};
use hw_model::Effect;

impl Section<'_> {
    pub(super) fn origins(&self) -> String {
        let mut out = "\nWhere it starts\n".to_owned();
        for (origin, rank) in self.diagnosis.origins.iter().zip(1..) {
            let sure = origin.confidence * 100.0;
            if rank > 1 && sure < 1.0 {
                continue;
            }
            out.push_str(&format!("  {rank}. {}, {sure:.0} %\n", plain(&origin.service)));
            out.push_str(&bullets(&origin.because));
        }
        for cleared in &self.diagnosis.cleared {
            out.push_str(&format!("  cleared: {}\n", plain(&cleared.service)));
            out.push_str(&bullets(&cleared.because));
        }
        out
    }

    pub(super) fn changes(&self) -> String {
        if self.diagnosis.judgements.is_empty() {
            return "\nChanges\n  none was found in the day before\n".to_owned();
        }
        let mut out = "\nDid a change do it?\n".to_owned();
        for judgement in &self.diagnosis.judgements {
            let Some(change) = self.find(judgement.change) else { continue };
            let verdict = verdict_word(judgement.verdict).to_uppercase();
            let line = format!(
                "{:<4}{}  {:<44} {verdict} (P {})",
                change.id.to_string(),
                self.clock(change.at),
                plain(&words(change)),
                probability(judgement.probability)
            );
            out.push_str(&format!("  {}\n", line.trim_end()));
            out.push_str(&bullets(&judgement.because));
        }
        out
    }

    pub(super) fn mitigations(&self) -> String {
        if self.diagnosis.mitigations.is_empty() {
            return String::new();
        }
        let mut out = "\nWhat was tried\n".to_owned();
        for mitigation in &self.diagnosis.mitigations {
            let Some(change) = self.find(mitigation.change) else { continue };
            let effect = match mitigation.effect {
                Effect::Worked => "WORKED",
                Effect::None => "NO EFFECT",
                Effect::Undecided => "NOT DECIDABLE YET",
            };
            out.push_str(&format!(
                "  {:<4}{}: {effect}\n",
                change.id.to_string(),
                plain(&words(change))
            ));
            out.push_str(&bullets(&mitigation.because));
        }
        out
    }

    pub(super) fn redeploys(&self) -> String {
        let mut out = String::new();
        for id in &self.diagnosis.redeploy {
            let Some(change) = self.find(*id) else { continue };
            let again = self.report.changes.iter().find(|other| other.redeploy_of == Some(*id));
            let line = match again {
                Some(again) => format!(
                    "{} was taken back although innocent; deployed again at {} as {}, and watched",
                    words(change),
                    self.clock(again.at),
                    again.id
                ),
                None => {
                    format!("{} was taken back although innocent: deploy it again", words(change))
                }
            };
            out.push_str(&paragraph("  ", "    ", &line));
        }
        if out.is_empty() { out } else { format!("\nTo re-deploy\n{out}") }
    }

    pub(super) fn leads(&self) -> String {
        if self.diagnosis.leads.is_empty() {
            return String::new();
        }
        let mut out = "\nLog lines worth a look (they changed at the onset; no proof)\n".to_owned();
        for lead in &self.diagnosis.leads {
            let line = format!(
                "{} {}: \"{}\", {} since {}",
                lead.service,
                lead.severity.word(),
                lead.template,
                count(lead.count),
                self.clock(lead.first_at)
            );
            out.push_str(&paragraph("  ", "    ", &line));
            if let Some(place) = &lead.place {
                out.push_str(&paragraph(
                    "    ",
                    "      ",
                    &format!("written at {}", plain(&place.to_string())),
                ));
                // An address is not broken: it is to be clicked.
                out.push_str(
                    &place.link().map_or_else(String::new, |link| format!("    {link}\n")),
                );
            }
        }
        out
    }

    pub(super) fn trail(&self) -> String {
        if self.diagnosis.trail.is_empty() {
            return String::new();
        }
        let mut out = "\nThe way the items came, while it lasted\n".to_owned();
        for step in &self.diagnosis.trail {
            let off = step.left as f64 - step.expected;
            let usual = if off.abs() < 0.02 * step.expected.max(50.0) {
                "as usual".to_owned()
            } else {
                format!("usually {}", rounded(step.expected))
            };
            let line = format!(
                "{} -> {}: {} in, {} on, {usual}",
                step.hop.caller,
                step.hop.callee,
                count(step.entered),
                count(step.left)
            );
            out.push_str(&paragraph("  ", "    ", &line));
        }
        out
    }
}

fn bullets(facts: &[String]) -> String {
    facts.iter().map(|fact| paragraph("     - ", "       ", fact)).collect()
}

fn probability(p: f64) -> String {
    if p > 0.0 && p < 0.005 { "under 0.01".to_owned() } else { format!("{p:.2}") }
}
