//! Two counts side by side: gathers them, and all that lies on the way between them.

use super::Answers;
use super::series::{Gathered, Steps};
use crate::compared::{Shown, shown};
use hw_api::{Comparison, CountSeries, CountSide, CountStep, rfc3339};
use hw_diagnose::{LegSeries, Passage, Series, Sides, compare, way};
use hw_model::{CountOf, Target, length_words};
use hw_web::{Answered, CompareAsked, CountsAsked, NamedCount};

impl Answers {
    /// One count over time.
    pub(super) fn count_series(&self, asked: &CountsAsked) -> Answered<CountSeries> {
        let CountsAsked { of, steps, shift_s } = asked;
        let (steps, _) = self.steps(*steps)?;
        steps.check_shift(*shift_s)?;
        let wanted = [(of.of.target.clone(), *shift_s)];
        let gathered = self.gather(steps, wanted.into_iter().collect())?;
        let rows = gathered.rows(&of.of, *shift_s)?;
        let step = |(step, row): (i64, &Option<f64>)| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let n = row.map(|n| n as u64);
            CountStep { from: rfc3339(steps.at(step)), n }
        };
        let mut side = side(of, *shift_s);
        (side.total, side.missing) = crate::compared::totals(&rows);
        Ok(CountSeries {
            of: side,
            from: rfc3339(steps.at(steps.from)),
            to: rfc3339(steps.at(steps.end)),
            step_s: steps.step_s,
            window_s: steps.window_s,
            items: (steps.from..).zip(&rows).map(step).collect(),
            notes: notes(&gathered),
        })
    }

    /// Two counts side by side.
    pub(super) fn comparison(&self, asked: &CompareAsked) -> Answered<Comparison> {
        let (steps, hops) = self.steps(asked.steps)?;
        let shift_s = asked.shift_s.unwrap_or_default();
        steps.check_shift(shift_s)?;
        let passages = match asked.shift_s {
            Some(_) => Vec::new(),
            None => {
                let there = way(&hops, &asked.a.of, &asked.b.of);
                if there.is_empty() { way(&hops, &asked.b.of, &asked.a.of) } else { there }
            }
        };
        let ends = passages.iter().flat_map(|passage| [&passage.before, &passage.after]);
        let mut wanted: super::series::Wanted = ends.map(|of| (of.target.clone(), 0)).collect();
        wanted.insert((asked.a.of.target.clone(), shift_s));
        wanted.insert((asked.b.of.target.clone(), 0));
        let gathered = self.gather(steps, wanted)?;
        let sides = sides(&gathered, asked, (shift_s, &passages))?;
        let found = compare(&sides);
        Ok(shown(
            &sides,
            &found,
            Shown { a: side(&asked.a, shift_s), b: side(&asked.b, 0), notes: notes(&gathered) },
        ))
    }
}

fn sides(
    gathered: &Gathered,
    asked: &CompareAsked,
    (shift_s, passages): (i64, &[Passage]),
) -> Answered<Sides> {
    let mut a = gathered.rows(&asked.a.of, shift_s)?;
    let mut b = gathered.rows(&asked.b.of, 0)?;
    let leg = |passage: &Passage| {
        let rows = |of: &CountOf| gathered.rows(of, 0);
        Ok(LegSeries {
            hop: passage.hop.clone(),
            what: passage.what.clone(),
            before: rows(&passage.before)?,
            after: rows(&passage.after)?,
        })
    };
    let mut legs = passages.iter().map(leg).collect::<Answered<Vec<LegSeries>>>()?;
    // Before the first and after the last data there is nothing to see.
    let has_data = |(a, b): (&Option<f64>, &Option<f64>)| a.is_some() || b.is_some();
    let first = a.iter().zip(&b).position(has_data).unwrap_or(0);
    let end = a.iter().zip(&b).rposition(has_data).map_or(first, |last| last + 1);
    let cut = |rows: &mut Vec<Option<f64>>| {
        rows.truncate(end);
        drop(rows.drain(..first.min(rows.len())));
    };
    cut(&mut a);
    cut(&mut b);
    for leg in &mut legs {
        cut(&mut leg.before);
        cut(&mut leg.after);
    }
    let Steps { from, step_s, .. } = gathered.steps;
    let first = i64::try_from(first).unwrap_or(0);
    Ok(Sides {
        from: gathered.steps.at(from.saturating_add(first)),
        step_s,
        a: Series { name: side(&asked.a, shift_s).name, rows: a },
        b: Series { name: asked.b.name.clone(), rows: b },
        may_follow: asked.shift_s.is_none(),
        legs,
    })
}

/// What is said of one side. Totals come once the rows are laid over each other.
fn side(named: &NamedCount, shift_s: i64) -> CountSide {
    let (hop, entry) = match &named.of.target {
        Target::Hop(hop) => (Some(hop.id().0), None),
        Target::Entry { service, operation } => (None, Some(format!("{service} {operation}"))),
        Target::Service(service) => (None, Some(service.clone())),
    };
    let name = match shift_s {
        0 => named.name.clone(),
        86_400 => format!("{} a day before", named.name),
        604_800 => format!("{} a week before", named.name),
        _ => format!("{} {} before", named.name, length_words(shift_s as f64)),
    };
    let count = named.of.count.word().to_owned();
    CountSide { name, hop, entry, count, shift_s, total: 0.0, missing: 0 }
}

fn notes(gathered: &Gathered) -> Vec<String> {
    let mut notes = Vec::new();
    let steps = gathered.steps;
    if steps.is_cut {
        let end = rfc3339(steps.at(steps.end));
        notes.push(format!("from {end} on windows may still take late data: they are left out"));
    }
    if gathered.damaged_packs > 0 {
        notes.push(format!(
            "{} packs of stored windows are damaged and left out; `highwater verify` says which",
            gathered.damaged_packs
        ));
    }
    notes
}
