//! Counts that are final, with the words that lead to them, for whoever keeps them longer.

use crate::describe::{counter_hop, entry_words};
use crate::engine::Engine;
use hw_flow::{Asked, Exported, ExportedOf, Rows};
use hw_model::Target;

/// Rows of counts that are final.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalRows {
    /// Whose they are.
    pub of: Target,
    /// What they hold, and what the columns mean.
    pub what: Rows,
    /// Name of the answer's key; empty where there is none.
    pub key: String,
    /// Names of the answer's values, column by column.
    pub values: Vec<String>,
    /// Second (of ticks) or number (of windows) and counts, oldest first.
    pub rows: Vec<(i64, Vec<u32>)>,
}

impl Engine {
    /// Counts that became final since the last call, in packs of 256 rows. To be called about once a
    /// minute: memory holds the newest packs only.
    pub fn take_final_rows(&mut self) -> Vec<FinalRows> {
        let exported = self.flow.export();
        exported.into_iter().filter_map(|rows| self.named(rows)).collect()
    }

    fn named(&self, exported: Exported) -> Option<FinalRows> {
        let Exported { of, what, key, values, rows } = exported;
        let of = match of {
            ExportedOf::Entry(entry) => {
                let (service, operation) = entry_words(&self.flow, entry)?;
                Target::Entry { service, operation }
            }
            ExportedOf::Asked(Asked::Hop(hop)) => Target::Hop(self.flow.hop_words(hop)?),
            ExportedOf::Asked(Asked::Counter(counter)) => {
                Target::Hop(counter_hop(&self.flow, counter)?)
            }
        };
        Some(FinalRows { of, what, key, values, rows })
    }
}
