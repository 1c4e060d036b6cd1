//! One incident: what, since when, where it starts, who is innocent, whether it is over.

mod evidence;

use super::picture::{Mark, draw};
use super::words::{clock, date, words};
use super::{paragraph, plain, rounded, shifts};
use hw_engine::Report;
use hw_model::{
    Change, ChangeId, Diagnosis, Effect, Impact, Incident, Judgement, Signal, Timestamp, Verdict,
    length_words,
};

/// What the section of an incident is written from.
#[derive(Clone, Copy)]
struct Section<'a> {
    report: &'a Report,
    incident: &'a Incident,
    diagnosis: &'a Diagnosis,
}

/// The section of one incident. `to` is where the data ends.
pub(super) fn section(report: &Report, incident: &Incident, to: Timestamp) -> String {
    let section = Section { report, incident, diagnosis: &incident.diagnosis };
    let mut out = paragraph("", "  ", &format!("{}  {}.", incident.id, incident.title));
    out.push('\n');
    out.push_str(&section.facts(to));
    out.push_str(&section.picture());
    out.push_str(&section.origins());
    out.push_str(&section.changes());
    out.push_str(&section.mitigations());
    out.push_str(&section.redeploys());
    out.push_str(&section.leads());
    out.push_str(&section.trail());
    out.push_str(&shifts::of_incident(report, incident));
    out
}

impl<'a> Section<'a> {
    /// The lines that answer the first questions.
    fn facts(&self, to: Timestamp) -> String {
        let (incident, diagnosis) = (self.incident, self.diagnosis);
        let noticed_s = incident.detected_at.seconds_since(incident.started_at);
        let since = format!(
            "{} {} UTC; could be noticed at {}, {} later",
            date(incident.started_at),
            self.clock(incident.started_at),
            self.clock(incident.detected_at),
            length_words(noticed_s)
        );
        let until = match incident.ended_at {
            Some(at) => {
                format!(
                    "{}, after {}",
                    self.clock(at),
                    length_words(at.seconds_since(incident.started_at))
                )
            }
            None => match self.back_since() {
                Some(at) => format!(
                    "not yet certain: back to usual since {}, and said to be over once that has \
                     held for a minute",
                    self.clock(at)
                ),
                None => format!("still going on where the data ends, at {}", self.clock(to)),
            },
        };
        let mut rows = vec![("since", since), ("over", until)];
        if let Some(origin) = diagnosis.origins.first() {
            let sure = format!("{} ({:.0} % sure)", origin.service, origin.confidence * 100.0);
            rows.push(("starts at", sure));
        }
        if let Some(impact) = diagnosis.impact {
            rows.push(("harm", harm(impact)));
        }
        let blamed = self.named(Verdict::Implicated);
        if !blamed.is_empty() {
            rows.push(("caused by", blamed.join(", ")));
        }
        let innocent = self.innocent();
        if !innocent.is_empty() {
            rows.push(("innocent", innocent.join("; ")));
        }
        if let Some(helped) = self.helped() {
            rows.push(("helped", helped));
        }
        let mut out = String::new();
        for (name, text) in rows {
            out.push_str(&paragraph(&format!("  {name:<10} "), &" ".repeat(13), &text));
        }
        out
    }

    /// Since when all that had shifted looks as usual again, if it does.
    fn back_since(&self) -> Option<Timestamp> {
        let own = self.report.shifts.iter().filter(|s| s.incident == Some(self.incident.id));
        let back: Option<Vec<Timestamp>> =
            own.map(|numbered| numbered.shift.ended_at.or(numbered.shift.back_since)).collect();
        back?.into_iter().max()
    }

    /// Changes that came before the onset and were exonerated; those after it are innocent by order and
    /// need no line up here.
    fn innocent(&self) -> Vec<String> {
        let clear = |j: &&Judgement| j.verdict == Verdict::Exonerated && j.probability > 0.0;
        let judged = self.diagnosis.judgements.iter().filter(clear);
        judged
            .filter_map(|judgement| {
                let change = self.find(judgement.change)?;
                Some(format!("{} (exonerated)", words(change)))
            })
            .collect()
    }

    fn named(&self, verdict: Verdict) -> Vec<String> {
        let judged = self.diagnosis.judgements.iter().filter(|j| j.verdict == verdict);
        judged.filter_map(|j| self.find(j.change)).map(words).collect()
    }

    fn helped(&self) -> Option<String> {
        let worked = self.diagnosis.mitigations.iter().find(|m| m.effect == Effect::Worked)?;
        self.find(worked.change).map(words)
    }

    fn picture(&self) -> String {
        let (report, incident) = (self.report, self.incident);
        let own = report.shifts.iter().filter(|shift| incident.shifts.contains(&shift.id));
        let transfer = own.clone().find(|shift| shift.shift.signal == Signal::Transfer);
        let hop = transfer.and_then(|shift| shift.shift.target.hop());
        let Some(counted) = hop.and_then(|hop| report.hops.iter().find(|c| c.hop == *hop)) else {
            return String::new();
        };
        let mut marks = vec![Mark { at: incident.started_at, label: "onset".to_owned() }];
        let judged = self.diagnosis.judgements.iter().filter_map(|j| self.find(j.change));
        marks.extend(judged.map(|change| Mark { at: change.at, label: change.id.to_string() }));
        marks.sort_by_key(|mark| mark.at);
        let drawn = draw(counted, report.window_s, &marks);
        drawn.map_or_else(String::new, |drawn| format!("\n{drawn}"))
    }

    fn find(&self, id: ChangeId) -> Option<&'a Change> {
        self.report.changes.iter().find(|change| change.id == id)
    }

    fn clock(&self, at: Timestamp) -> String {
        clock(at, self.incident.started_at)
    }
}

fn harm(impact: Impact) -> String {
    let Impact { excess_items, low, high } = impact;
    let what = |n: f64| if n < 0.0 { "too few" } else { "too many" };
    let interval = if low < 0.0 && high > 0.0 {
        format!("{} too few to {} too many", rounded(low), rounded(high))
    } else {
        let (least, most) = (low.abs().min(high.abs()), low.abs().max(high.abs()));
        format!("{} to {}", rounded(least), rounded(most))
    };
    format!("{} items {} (95 %: {interval})", rounded(excess_items), what(excess_items))
}

/// The changes found, where there is no incident to judge them for.
pub(super) fn changes_without_incident(report: &Report, day: Timestamp) -> String {
    if report.changes.is_empty() {
        return String::new();
    }
    let mut out = "\nChanges\n".to_owned();
    for change in &report.changes {
        out.push_str(&format!(
            "  {:<4}{}  {}\n",
            change.id.to_string(),
            clock(change.at, day),
            plain(&words(change))
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harm_says_which_way_it_went() {
        let harm = |excess_items, low, high| harm(Impact { excess_items, low, high });
        assert_eq!(harm(2_033.2, 1_931.0, 2_136.0), "2,033 items too many (95 %: 1,931 to 2,136)");
        assert_eq!(harm(-40.0, -60.0, -20.0), "40 items too few (95 %: 20 to 60)");
        assert_eq!(harm(5.0, -20.0, 30.0), "5 items too many (95 %: 20 too few to 30 too many)");
    }
}
