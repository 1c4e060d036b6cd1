//! How often each log template was written, per second.

use crate::cells::MINUTES_KEPT;
use crate::services::ServiceIdx;
use hw_model::{TemplateId, Timestamp};
use hw_stats::History;
use serde::{Deserialize, Serialize};

/// Seconds with lines that are kept per template.
const SECONDS_KEPT: usize = 7_200;

/// Seconds a line may be late and still be counted in its own second.
const REORDER_S: i64 = 30;

/// Counts of all templates.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct LogBook {
    pages: Vec<Option<Page>>,
}

/// Counts of one template.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    pub service: ServiceIdx,
    pub first_at: Timestamp,
    pub total: u64,
    series: History,
    /// Seconds that may still get lines, ascending.
    open: Vec<(i64, u32)>,
}

impl LogBook {
    pub(crate) fn count(&mut self, template: TemplateId, service: ServiceIdx, at: Timestamp) {
        let slot = template.0 as usize;
        if self.pages.len() <= slot {
            self.pages.resize_with(slot + 1, || None);
        }
        let Some(slot) = self.pages.get_mut(slot) else { return };
        let page = slot.get_or_insert_with(|| Page {
            service,
            first_at: at,
            total: 0,
            series: History::new(SECONDS_KEPT, MINUTES_KEPT),
            open: Vec::new(),
        });
        page.first_at = page.first_at.min(at);
        page.total += 1;
        page.count(at.tick().0);
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = (TemplateId, &Page)> {
        let numbered = (0u32..).map(TemplateId).zip(&self.pages);
        numbered.filter_map(|(id, page)| page.as_ref().map(|page| (id, page)))
    }
}

impl Page {
    fn count(&mut self, second: i64) {
        match self.open.binary_search_by_key(&second, |(at, _)| *at) {
            Ok(place) => {
                if let Some((_, count)) = self.open.get_mut(place) {
                    *count += 1;
                }
            }
            Err(place) => self.open.insert(place, (second, 1)),
        }
        let newest = self.open.last().map_or(second, |(at, _)| *at);
        let closed = self.open.iter().take_while(|(at, _)| *at < newest - REORDER_S).count();
        for (at, count) in self.open.drain(..closed) {
            self.series.push(at, &[count]);
        }
    }

    /// Lines in the seconds `[from, to)`.
    pub(crate) fn lines(&self, from: i64, to: i64) -> u64 {
        let [closed, _] = self.series.totals(from, to);
        let open = self.open.iter().filter(|(at, _)| (from..to).contains(at));
        closed + open.map(|(_, count)| u64::from(*count)).sum::<u64>()
    }

    /// The first second with a line in `[from, to)`.
    pub(crate) fn first_in(&self, from: i64, to: i64) -> Option<i64> {
        let mut first = None;
        self.series.visit(from, to, |at, _| first = first.or(Some(at)));
        first.or_else(|| self.open.iter().map(|(at, _)| *at).find(|at| (from..to).contains(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_in_their_second_even_if_a_little_late() {
        let mut book = LogBook::default();
        for second in [100, 101, 130, 120, 100, 200] {
            book.count(TemplateId(3), ServiceIdx(0), Timestamp::from_s(second));
        }
        let (_, page) = book.pages().next().unwrap();
        assert_eq!((page.lines(0, 1_000), page.lines(100, 101), page.lines(121, 150)), (6, 2, 1));
        assert_eq!(page.first_in(102, 1_000), Some(120));
    }
}
