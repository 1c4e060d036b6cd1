//! Where in the source the lines of each log template were written last.

use crate::table::{Table, table};
use hw_model::{CodePlace, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};

/// The last known place of each template.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Places {
    #[serde(with = "crate::table::sorted")]
    known: Table<TemplateId, (Timestamp, CodePlace)>,
    changed: Vec<TemplateId>,
}

impl Default for Places {
    fn default() -> Self {
        Self { known: table(), changed: Vec::new() }
    }
}

impl Places {
    /// Notes that a line was written at a place. Of two lines the later one counts, in whatever order they
    /// come; of two of the same time the greater place.
    pub(crate) fn note(&mut self, template: TemplateId, at: Timestamp, place: CodePlace) {
        match self.known.get_mut(&template) {
            Some((known_at, known)) => {
                if *known == place {
                    *known_at = at.max(*known_at);
                } else if (at, &place) > (*known_at, known) {
                    (*known_at, *known) = (at, place);
                    self.changed.push(template);
                }
            }
            None => {
                self.known.insert(template, (at, place));
                self.changed.push(template);
            }
        }
    }

    /// Places that are new since the last call.
    pub(crate) fn drain(&mut self) -> Vec<(TemplateId, CodePlace)> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        let place = |id| Some((id, self.known.get(&id)?.1.clone()));
        changed.into_iter().filter_map(place).collect()
    }

    /// Places that were drained and must be drained again.
    pub(crate) fn take_back(&mut self, ids: impl Iterator<Item = TemplateId>) {
        self.changed.extend(ids);
    }

    /// Learns places that were drained by an earlier run, which does not say of when they are.
    pub(crate) fn learn(&mut self, places: &[(TemplateId, CodePlace)]) {
        for (template, place) in places {
            self.known.insert(*template, (Timestamp(i64::MIN), place.clone()));
        }
        self.changed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32) -> CodePlace {
        CodePlace { file: "a.py".into(), line, ..CodePlace::default() }
    }

    #[test]
    fn later_line_counts_in_whatever_order_they_come() {
        let lines = [(5, 1), (9, 2), (7, 3), (9, 1)];
        for turn in 0..lines.len() {
            let mut places = Places::default();
            let turned = lines.iter().cycle().skip(turn).take(lines.len());
            turned.for_each(|(at, line)| places.note(TemplateId(4), Timestamp(*at), place(*line)));
            assert_eq!(places.drain(), [(TemplateId(4), place(2))]);
            assert_eq!(places.drain(), []);
        }
    }

    #[test]
    fn what_is_known_is_not_told_again_unless_it_was_lost() {
        let mut places = Places::default();
        places.learn(&[(TemplateId(1), place(3))]);
        places.note(TemplateId(1), Timestamp(1), place(3));
        assert_eq!(places.drain(), []);
        places.take_back([TemplateId(1)].into_iter());
        assert_eq!(places.drain(), [(TemplateId(1), place(3))]);
    }
}
