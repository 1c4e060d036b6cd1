//! What is folded: entries that say what another one says better.

use crate::case::{Line, What};
use crate::view::View;
use hw_model::ShiftId;
use std::collections::{BTreeMap, BTreeSet};

/// Shifts that are shown.
const SHIFTS_SHOWN: usize = 3;

/// What is shown of the machine's entries, worked out once for all of them.
pub(super) struct Folding {
    /// The last entry of each kind about each thing.
    last: BTreeSet<u64>,
    /// The first shifts.
    shifts: BTreeSet<u64>,
    /// Entries that name another origin than the one before.
    origins: BTreeSet<u64>,
    /// Changes that somebody could take for the cause.
    suspects: BTreeSet<String>,
}

impl Folding {
    pub(super) fn new(view: &View<'_>) -> Self {
        let case = view.case;
        let mut last: BTreeMap<(What, Option<&str>), u64> = BTreeMap::new();
        for line in &case.lines {
            last.insert((line.what, line.about.as_deref()), line.seq);
        }
        let mut origins = BTreeSet::new();
        let mut named = "";
        for line in case.told(What::OriginNamed) {
            if line.words != named {
                origins.insert(line.seq);
                named = &line.words;
            }
        }
        Self {
            last: last.into_values().collect(),
            shifts: first_of_each_figure(view),
            origins,
            suspects: view.suspects().iter().map(ToString::to_string).collect(),
        }
    }

    /// Whether an entry is told.
    pub(super) fn shows(&self, line: &Line) -> bool {
        if line.is_pinned {
            return true;
        }
        match line.what {
            // What is revised reads so, and the status says what ended; changes stand at the time at which they were made.
            What::Revised
            | What::TimeCorrected
            | What::ShiftEnded
            | What::Ended
            | What::ChangeFound => false,
            What::ShiftDetected => self.shifts.contains(&line.seq),
            What::OriginNamed => self.origins.contains(&line.seq),
            What::VerdictChanged => {
                let is_suspect =
                    line.about.as_ref().is_some_and(|change| self.suspects.contains(change));
                let is_guilty = line.value.as_deref() == Some("implicated");
                (is_suspect || is_guilty) && self.last.contains(&line.seq)
            }
            What::EffectKnown => self.last.contains(&line.seq),
            What::Opened
            | What::Repaired
            | What::StatusSet
            | What::SeveritySet
            | What::RoleMoved
            | What::Noted
            | What::Reported
            | What::Supposed
            | What::RuledOut
            | What::Mitigated
            | What::Checked
            | What::HandedOver => true,
            What::Other => line.by.is_person(),
        }
    }
}

/// The first shift of each kind of figure: those that follow say the same again.
fn first_of_each_figure(view: &View<'_>) -> BTreeSet<u64> {
    let mut signals = BTreeSet::new();
    let mut first = BTreeSet::new();
    for line in view.case.told(What::ShiftDetected) {
        let id = line.about.as_deref().and_then(ShiftId::from_word);
        let shift = id.and_then(|id| view.case.shifts.iter().find(|(known, _)| *known == id));
        if signals.insert(shift.map(|(_, shift)| shift.signal)) && first.len() < SHIFTS_SHOWN {
            first.insert(line.seq);
        }
    }
    first
}
