//! What was wrong in files, said on stderr.

use crate::text::plain;
use hw_ingest::FileReport;

/// Faults of one file that are shown.
const SHOWN_MAX: usize = 5;

/// Says what could not be used.
pub(crate) fn say(reports: &[FileReport]) {
    for report in reports {
        for fault in report.faults.iter().take(SHOWN_MAX) {
            let (name, reason) = (fault.file.display(), plain(&fault.reason));
            match fault.line {
                0 => anstream::eprintln!("warning: {reason}; the other files are used"),
                line => anstream::eprintln!(
                    "warning: {name}, line {line}: {reason}; the other lines are used"
                ),
            }
        }
        let n_more = report.n_faults.saturating_sub(SHOWN_MAX as u64);
        if n_more > 0 {
            anstream::eprintln!(
                "warning: {}: {n_more} more lines like that",
                report.file.display()
            );
        }
    }
}
