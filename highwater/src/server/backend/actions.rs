//! What is left to do, over all incidents.

use super::Answers;
use super::recorded::parse;
use hw_api::{ActionWords, IncidentRecord};
use hw_store::Kind;
use hw_web::{Answered, MaySee};

/// Incidents read at a time.
const PAGE: u32 = 500;

impl Answers {
    /// Every action item of incidents that may be seen, the newest incident first.
    pub(super) fn action_list(&self, may_see: &mut MaySee<'_>) -> Answered<Vec<ActionWords>> {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = hw_store::Page { before, items_max: PAGE };
            let rows = self.read(|reader| Ok(reader.states(Kind::Record, page)?))?;
            let Some((last, _)) = rows.last() else { return Ok(all) };
            before = Some(*last);
            for (number, body) in &rows {
                let record: IncidentRecord = parse(Kind::Record, *number, body)?;
                let has_some = !record.actions.is_empty();
                if has_some && may_see(Some(&format!("INC-{number}")))? {
                    all.extend(record.actions);
                }
            }
        }
    }
}
