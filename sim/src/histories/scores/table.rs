//! The tables of a scores, as Markdown.

use super::{BINS, Bin, Class, Row, Scores, share, upper_bound, weighted_error};
use crate::histories::{Came, Case, HistoryFamily, Judged, Setting};
use hw_diagnose::Fact;
use hw_model::{ChangeKind, Verdict};
use std::fmt;

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.families(f)?;
        for (name, cases) in self.stretches() {
            writeln!(f, "\n### {name}\n")?;
            exonerations(f, &cases)?;
            calibration(f, &cases)?;
            rules(f, &cases)?;
        }
        Ok(())
    }
}

impl Scores {
    /// What the long tables are made of: the goals' histories, and all.
    fn stretches(&self) -> Vec<(&'static str, Vec<&Case>)> {
        let plain: Vec<&Case> = self.plain_cases().collect();
        let all: Vec<&Case> = self.cases.iter().collect();
        let is_more = all.len() > plain.len();
        let mut stretches = vec![("plain, both settings", plain)];
        if is_more {
            stretches.push(("all families, both settings", all));
        }
        stretches
    }

    fn families(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| setting | family | noticed | guilty: impl/und/not/exon | ever exonerated | innocent: \
             impl/und/not/exon | precision | of the oracle's | oracle's precision | decided (guilty) |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|")?;
        for family in HistoryFamily::ALL {
            for setting in Setting::ALL {
                let row = self.row(setting, family);
                if row.cases > 0 {
                    write_row(f, (setting.word(), family.words()), &row)?;
                }
            }
        }
        write_row(f, ("both", "**plain**"), &self.plain())?;
        write_row(f, ("both", "**all**"), &self.all())
    }
}

fn write_row(
    f: &mut fmt::Formatter<'_>,
    (setting, family): (&str, &str),
    row: &Row,
) -> fmt::Result {
    let words = |counts: [usize; 4]| counts.map(|n| n.to_string()).join("/");
    let (decided, of_guilty) = row.decided();
    writeln!(
        f,
        "| {setting} | {family} | {} of {} ({} before) | {} | {} of {} (< {:.2} %) | {} | {:.3} | {:.2} | {:.3} | {:.2} ({:.2}) |",
        row.noticed,
        row.cases,
        row.false_alarms,
        words(row.guilty),
        row.ever_exonerated,
        row.n_guilty(),
        100.0 * upper_bound(row.ever_exonerated, row.n_guilty()),
        words(row.innocent),
        row.precision(),
        row.of_oracle(),
        share(row.oracle.0, row.oracle.0 + row.oracle.1),
        decided,
        of_guilty,
    )
}

const fn fact_words(fact: Fact) -> &'static str {
    match fact {
        Fact::Timing => "time and place",
        Fact::Order => "order",
        Fact::Reversal => "reversal",
        Fact::Split => "split",
        Fact::Cure => "cure",
        Fact::Redeploy => "re-deploy",
    }
}

fn exonerations(f: &mut fmt::Formatter<'_>, cases: &[&Case]) -> fmt::Result {
    writeln!(f, "| exonerated on | changes | of them guilty | wrong, 95 % upper bound |")?;
    writeln!(f, "|---|---|---|---|")?;
    for Class { fact, n, wrong } in Scores::classes(cases.iter().copied()) {
        let bound = 100.0 * upper_bound(wrong, n);
        writeln!(f, "| {} | {n} | {wrong} | {bound:.2} % |", fact_words(fact))?;
    }
    Ok(())
}

fn calibration(f: &mut fmt::Formatter<'_>, cases: &[&Case]) -> fmt::Result {
    let ours = Scores::bins(cases.iter().copied(), |one| one.probability);
    let oracle = Scores::bins(cases.iter().copied(), |one| one.oracle);
    writeln!(f, "\n| probability | changes | said | true | oracle: changes | said | true |")?;
    writeln!(f, "|---|---|---|---|---|---|---|")?;
    let edges = BINS.iter().zip(BINS.iter().skip(1));
    for ((from, to), (bin, other)) in edges.zip(ours.iter().zip(&oracle)) {
        let Bin { n, said, guilty } = bin;
        writeln!(
            f,
            "| {from} to {:.2} | {n} | {said:.3} | {guilty:.3} | {} | {:.3} | {:.3} |",
            to.min(1.0),
            other.n,
            other.said,
            other.guilty
        )?;
    }
    writeln!(
        f,
        "\nWeighted error {:.4} (oracle {:.4}); over those of .01 and more {:.3} (oracle {:.3}).\n",
        weighted_error(&ours),
        weighted_error(&oracle),
        weighted_error(ours.get(1..).unwrap_or_default()),
        weighted_error(oracle.get(1..).unwrap_or_default()),
    )
}

/// Rules beside each other, on the deploys that are on the way.
fn rules(f: &mut fmt::Formatter<'_>, cases: &[&Case]) -> fmt::Result {
    writeln!(f, "| rule | changes blamed | of them guilty | guilty passed over |")?;
    writeln!(f, "|---|---|---|---|")?;
    let judged: Vec<&Judged> = cases
        .iter()
        .filter_map(|case| match &case.came {
            Came::Judged(judged) => Some(judged),
            Came::Missed | Came::FalseAlarm => None,
        })
        .flatten()
        .collect();
    let mut rule = |name: &str,
                    is_asked: &dyn Fn(&Judged) -> bool,
                    blames: &dyn Fn(&Judged) -> bool| {
        let asked = judged.iter().filter(|one| is_asked(one));
        let (blamed, passed): (Vec<&&Judged>, Vec<&&Judged>) = asked.partition(|one| blames(one));
        let right = blamed.iter().filter(|one| one.is_guilty).count();
        let missed = passed.iter().filter(|one| one.is_guilty).count();
        writeln!(
            f,
            "| {name} | {} | {right} ({:.1} %) | {missed} of {} |",
            blamed.len(),
            100.0 * share(right, blamed.len()),
            missed + right
        )
    };
    let any = |_: &Judged| true;
    let deploy = |one: &Judged| one.kind == ChangeKind::Deploy;
    let tested = |one: &Judged| one.tests.is_some();
    let implicated = |one: &Judged| one.verdict == Verdict::Implicated;
    rule("**Highwater: implicated**", &any, &implicated)?;
    rule("oracle: P >= .9", &any, &|one| one.oracle >= 0.9)?;
    rule("latest deploy before the onset", &deploy, &|one| one.is_latest)?;
    rule("latest deploy of the alerting service", &deploy, &|one| one.is_latest_there)?;
    rule("Highwater, deploys on the way", &tested, &implicated)?;
    rule("t-test, 60 min before and after, p < .01", &tested, &|one| {
        one.tests.is_some_and(|tests| tests.differs)
    })?;
    rule("canary judge (Mann-Whitney, .98, .25)", &tested, &|one| {
        one.tests.is_some_and(|tests| tests.fails)
    })
}
