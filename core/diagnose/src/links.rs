//! What a change that was only told takes back or repeats. Telemetry shows that by the versions of instances; of
//! a change that people or pipelines told, the same words say it.

use crate::evidence::KnownChange;
use hw_model::{Change, ChangeId, ChangeKind};

/// Links changes, in order of time, to those of their service that they take back or repeat, where no telemetry
/// did.
pub fn link_told(changes: &mut [KnownChange]) {
    for at in 0..changes.len() {
        let (before, rest) = changes.split_at_mut(at);
        let Some(known) = rest.first_mut() else { return };
        let change = &mut known.change;
        if change.kind == ChangeKind::Rollback && change.reverses.is_none() {
            change.reverses = taken_back(before, change);
        } else if sets_a_version(change.kind) && change.redeploy_of.is_none() {
            change.redeploy_of = made_again(before, change);
        }
    }
}

const fn sets_a_version(kind: ChangeKind) -> bool {
    matches!(kind, ChangeKind::Deploy | ChangeKind::Flag | ChangeKind::Config)
}

/// The latest change of the service that still stood, and whose versions fit.
fn taken_back(before: &[KnownChange], rollback: &Change) -> Option<ChangeId> {
    let changes = || before.iter().map(|known| &known.change);
    let stands = |id: ChangeId| changes().all(|other| other.reverses != Some(id));
    let fits = |change: &&Change| {
        change.service == rollback.service
            && sets_a_version(change.kind)
            && stands(change.id)
            && may_be_same(change.from_version.as_deref(), rollback.to_version.as_deref())
            && may_be_same(change.to_version.as_deref(), rollback.from_version.as_deref())
    };
    changes().rev().find(fits).map(|change| change.id)
}

/// The change with the same result that was taken back last.
fn made_again(before: &[KnownChange], again: &Change) -> Option<ChangeId> {
    let changes = || before.iter().map(|known| &known.change);
    let gone = changes().rev().filter(|other| other.service == again.service);
    let gone = gone.filter_map(|rollback| rollback.reverses);
    let mut gone = gone.filter_map(|id| changes().find(|change| change.id == id));
    let is_same = |change: &&Change| {
        change.kind == again.kind
            && again.to_version.is_some()
            && change.to_version == again.to_version
    };
    gone.find(is_same).map(|change| change.id)
}

/// Whether two versions can be one: they are equal, or one is not known.
fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_model::{ChangeSource, Timestamp};

    fn told(id: u32, kind: ChangeKind, (from, to): (&str, &str)) -> KnownChange {
        let version = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        let at = Timestamp::from_s(i64::from(id));
        let change = Change {
            id: ChangeId(id),
            kind,
            service: "router".to_owned(),
            from_version: version(from),
            to_version: version(to),
            at,
            source: ChangeSource::Told,
            reverses: None,
            redeploy_of: None,
        };
        KnownChange { change, began_at: at, settled_at: at, mitigates: false, split: None }
    }

    fn links(mut changes: Vec<KnownChange>) -> Vec<(Option<u32>, Option<u32>)> {
        link_told(&mut changes);
        let number = |id: Option<ChangeId>| id.map(|id| id.0);
        let both =
            |known: &KnownChange| (number(known.change.reverses), number(known.change.redeploy_of));
        changes.iter().map(both).collect()
    }

    #[test]
    fn told_rollback_takes_back_what_its_versions_say_and_a_deploy_repeats_it() {
        let found = links(vec![
            told(1, ChangeKind::Deploy, ("1", "2")),
            told(2, ChangeKind::Config, ("off", "on")),
            told(3, ChangeKind::Rollback, ("2", "1")),
            told(4, ChangeKind::Deploy, ("1", "2")),
        ]);
        assert_eq!(found, [(None, None), (None, None), (Some(1), None), (None, Some(1))]);
    }

    #[test]
    fn without_versions_it_is_the_latest_that_stands() {
        let found = links(vec![
            told(1, ChangeKind::Deploy, ("", "")),
            told(2, ChangeKind::Flag, ("", "")),
            told(3, ChangeKind::Rollback, ("", "")),
            told(4, ChangeKind::Rollback, ("", "")),
            told(5, ChangeKind::Rollback, ("", "")),
        ]);
        let reverses: Vec<Option<u32>> = found.into_iter().map(|(reverses, _)| reverses).collect();
        assert_eq!(reverses, [None, None, Some(2), Some(1), None]);
    }

    #[test]
    fn versions_that_do_not_fit_link_nothing() {
        let found = links(vec![
            told(1, ChangeKind::Deploy, ("1", "2")),
            told(2, ChangeKind::Rollback, ("5", "4")),
            told(3, ChangeKind::Deploy, ("2", "3")),
        ]);
        assert_eq!(found, [(None, None); 3]);
    }
}
