//! The words of a message: one row as it is, or many rows as a digest.

use std::collections::BTreeMap;

use super::Manner;
use super::lane::{Lane, Parcel, Told, Waiting};
use crate::notice::{Kind, Notice};

/// Titles a digest names.
const TITLES_MAX: usize = 10;

/// What a parcel says: one notice, or for Alertmanager as many as there are rows.
pub(super) fn notices(lane: &Lane, parcel: &Parcel) -> Vec<Notice> {
    let kinds = lane.kinds(parcel);
    let told: Vec<(&Waiting, Kind)> = parcel.rows.iter().zip(kinds).collect();
    if lane.manner == Manner::Alerts {
        return told.iter().map(|(row, kind)| alert(lane, row, *kind)).collect();
    }
    match (told.as_slice(), &parcel.as_thread) {
        ([(row, kind)], None) => vec![single(row, *kind)],
        (rows, as_thread) => {
            let thread = as_thread.clone().unwrap_or_else(|| parcel.message.clone());
            digest(rows, &parcel.message, thread).into_iter().collect()
        }
    }
}

fn single(row: &Waiting, kind: Kind) -> Notice {
    let folded = row.notice.folded.saturating_add(row.folded);
    Notice { kind, folded, ..row.notice.clone() }
}

/// Alertmanager knows an alert by its labels and service: they stay those it was told first.
fn alert(lane: &Lane, row: &Waiting, kind: Kind) -> Notice {
    let mut notice = single(row, kind);
    let thread = lane.threads.get(&notice.thread);
    if let Some(Told::Firing(anchor)) = thread.map(|thread| &thread.told) {
        notice.labels.clone_from(&anchor.notice.labels);
        notice.service.clone_from(&anchor.notice.service);
    }
    notice
}

fn digest(rows: &[(&Waiting, Kind)], key: &str, thread: String) -> Option<Notice> {
    let (newest, _) = rows.iter().max_by_key(|(row, _)| row.seq)?;
    let n_of = |kind: Kind| rows.iter().filter(|(_, k)| *k == kind).count();
    let (n_firing, n_over) = (n_of(Kind::Firing), n_of(Kind::Resolved));
    let n_else = rows.len().saturating_sub(n_firing).saturating_sub(n_over);
    let counts = [(n_firing, "firing"), (n_over, "resolved"), (n_else, "updated")];
    let counts = counts.iter().filter(|(n, _)| *n > 0);
    let counts: Vec<String> = counts.map(|(n, word)| format!("{n} {word}")).collect();
    let mut lines: Vec<String> = Vec::new();
    for (row, kind) in rows.iter().rev().take(TITLES_MAX) {
        let severity = row.notice.severity.map(|s| format!(" {}", s.word())).unwrap_or_default();
        let (word, thread) = (kind.word(), &row.notice.thread);
        lines.push(format!("{thread} {word}{severity}: {}", row.notice.title));
    }
    let left_out = rows.len().saturating_sub(TITLES_MAX);
    if left_out > 0 {
        lines.push(format!("and {left_out} more"));
    }
    let kind = match (n_firing, n_over) {
        (1.., _) => Kind::Firing,
        (0, n) if n == rows.len() => Kind::Resolved,
        _ => Kind::Update,
    };
    let folded = rows.iter().map(|(row, _)| row.folded.saturating_add(row.notice.folded));
    let ended = rows.iter().map(|(row, _)| row.notice.ended_at.unwrap_or(row.notice.at));
    Some(Notice {
        key: key.to_owned(),
        thread,
        kind,
        title: format!(
            "{} incidents ({}), the newest: {}",
            rows.len(),
            counts.join(", "),
            newest.notice.title
        ),
        severity: rows.iter().filter_map(|(row, _)| row.notice.severity).min(),
        lines,
        service: newest.notice.service.clone(),
        labels: BTreeMap::new(),
        started_at: rows.iter().map(|(row, _)| row.notice.started_at).min().unwrap_or(0),
        at: newest.notice.at,
        ended_at: if kind == Kind::Resolved { ended.max() } else { None },
        link: newest.notice.link.clone(),
        folded: folded.fold(0, u32::saturating_add),
    })
}
