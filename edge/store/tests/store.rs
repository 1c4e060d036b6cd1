//! What is written is there, all of it or nothing, and what was altered is noticed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_engine::FinalRows;
use hw_flow::Rows;
use hw_model::{Hop, Target, Timestamp};
use hw_store::{
    BackupError, Folder, Group, HistoryQuery, ImportKey, ImportsKept, Kind, NewRow, OpenError,
    OutboxRow, Page, Paths, Reader, Retention, SeenMinute, Snapshot, Snapshots, State, Store,
    StoredImport, StoredRule, StoredToken, WriteError, backup, restore, subject_of, verify,
};
use hw_wire::{ActV1, EventV1, WhatV1};
use tempfile::TempDir;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(Folder::take(folder.path()).unwrap()).unwrap();
    (folder, store)
}

fn row(at: i64, row: &[u8]) -> NewRow<'_> {
    NewRow { at, received_at: at + 5, digest: Some([7; 16]), row }
}

fn event(at: i64, incident: Option<u32>, shift: u32) -> EventV1 {
    EventV1 { at, incident, by: None, what: WhatV1::ShiftEnded { shift } }
}

fn hop() -> Target {
    Target::Hop(Hop {
        caller: "screening".into(),
        entry: Some("POST /items".into()),
        callee: "worklist".into(),
        operation: "POST /items".into(),
    })
}

fn token(id: u32) -> StoredToken {
    StoredToken {
        id,
        name: format!("pipeline {id}"),
        scope: "ingest".to_owned(),
        hash: [7; 32],
        created_at: 5,
        expires_at: id.is_multiple_of(2).then_some(9),
        last_used_at: None,
        revoked_at: None,
    }
}

fn windows(from: i64, n: i64) -> FinalRows {
    let rows = (from..from + n).map(|at| (at, vec![90, 45, 45, 45, 45, 1])).collect();
    FinalRows { of: hop(), what: Rows::Windows, key: String::new(), values: Vec::new(), rows }
}

/// Something of everything.
fn fill(group: &mut Group<'_>) -> Result<(), WriteError> {
    for n in 0..40i64 {
        group.append(row(n, &[u8::try_from(n).unwrap(); 6_000]))?;
    }
    for step in 1..=30u64 {
        let shift = u32::try_from(step).unwrap();
        group.record(step, &[event(1, None, shift), event(2, Some(shift % 2), shift)], 99)?;
        let body = format!("{{\"id\": \"S{step}\"}}");
        group.put_state(step, &State { kind: Kind::Shift, number: shift, body })?;
    }
    let seen = SeenMinute { minute: 3, digests: vec![1, 2, 3], keys: (0..200).collect() };
    group.keep_seen(&seen, 0)?;
    group.keep_history(&[windows(0, 256), windows(256, 200)])?;
    group.keep_key("deploy-7", (5, b"row"), 99)?;
    group.quarantine(5, "panicked", 9)?;
    for id in 1..=20 {
        group.put_token(&token(id))?;
    }
    for n in 1..=30 {
        group.put_outbox(&message("chat", n, "waiting"))?;
    }
    for id in 1..=20 {
        group.put_rule(&rule(id, "quiet"))?;
        group.put_import(&old(id))?;
    }
    group.set_meta("window_s", "10")
}

fn rule(id: u32, standing: &str) -> StoredRule {
    let body = format!("{{\"name\": \"screening passes too much, {id}\"}}");
    StoredRule { id, body, standing: standing.to_owned() }
}

fn old(id: u32) -> StoredImport {
    StoredImport {
        id,
        digest: format!("{id:064x}"),
        name: "2024-03-01-queue.md".to_owned(),
        title: "The queue was stuck".to_owned(),
        at: (id % 2 == 1).then_some(1_709_251_200_000_000_000),
        imported_at: 9,
        by: "Anna".to_owned(),
        body: format!("{{\"title\": \"The queue was stuck, {id}\"}}"),
    }
}

fn message(receiver: &str, n: u32, words: &str) -> OutboxRow {
    let row = format!("{{\"state\": \"{words}\"}}").into_bytes();
    OutboxRow { receiver: receiver.to_owned(), key: format!("INC-1/{n}"), row }
}

#[test]
fn rows_of_the_log_come_back_in_order_and_go_when_they_are_not_needed() {
    let (_folder, mut store) = store();
    let steps = store.group(|group| Ok([group.append(row(1, b"a"))?, group.append(row(2, b"b"))?]));
    assert_eq!(steps.unwrap(), [1, 2]);
    let reader = Reader::open(store.paths()).unwrap();
    let rows = reader.log_after(0, 10).unwrap();
    assert_eq!(rows.iter().map(|r| r.row.clone().unwrap()).collect::<Vec<_>>(), [b"a", b"b"]);
    assert_eq!((rows[1].at, rows[1].received_at, rows[1].digest), (2, 7, Some([7; 16])));
    store.group(|group| group.forget_log(2, 1)).unwrap();
    assert_eq!(reader.log_range().unwrap(), Some((2, 2)));
    store.group(|group| group.forget_log(2, 1)).unwrap();
    assert_eq!(store.group(|group| group.append(row(3, b"c"))).unwrap(), 3, "numbers go on");
}

#[test]
fn group_that_fails_leaves_nothing_behind() {
    let (_folder, mut store) = store();
    let failed = store.group(|group| {
        fill(group)?;
        group.append(row(1, b"last")).map(drop)?;
        Err::<(), _>(WriteError::Refused(rusqlite_error()))
    });
    assert!(failed.is_err());
    let reader = Reader::open(store.paths()).unwrap();
    assert_eq!(reader.log_range().unwrap(), None);
    assert_eq!(reader.last_event().unwrap(), 0);
    assert_eq!(reader.meta("window_s").unwrap(), None);
}

fn rusqlite_error() -> rusqlite::Error {
    rusqlite::Error::QueryReturnedNoRows
}

#[test]
fn events_are_recorded_once_and_numbered_without_a_gap() {
    let (_folder, mut store) = store();
    store.group(fill).unwrap();
    // A replay says the same steps again.
    store.group(|group| group.record(7, &[event(9, Some(1), 70)], 100)).unwrap();
    let reader = Reader::open(store.paths()).unwrap();
    let all = reader.events_after(0, 1_000).unwrap();
    assert_eq!(all.iter().map(|e| e.seq).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
    let of_one = reader.events_of(1, 0, 1_000).unwrap();
    let places: Vec<_> = of_one.iter().map(|e| e.incident_seq.unwrap()).collect();
    assert_eq!(places, (1..=15).collect::<Vec<_>>());
    assert_eq!(reader.events_after(58, 10).unwrap().len(), 2);
}

#[test]
fn events_without_a_step_stand_in_the_same_chain() {
    let (_folder, mut store) = store();
    let append = |event: EventV1| move |group: &mut Group<'_>| group.append_event(&event, 50);
    let first = store.group(append(event(1, Some(1), 1))).unwrap();
    store.group(|group| group.record(1, &[event(2, Some(1), 2)], 51)).unwrap();
    // The same words twice are two events: nothing replays what a person did.
    let third = store.group(append(event(1, Some(1), 1))).unwrap();
    let fourth = store.group(append(event(1, None, 1))).unwrap();
    assert_eq!((first.seq, first.incident_seq), (1, Some(1)));
    assert_eq!((third.seq, third.incident_seq), (3, Some(3)));
    assert_eq!((fourth.seq, fourth.incident_seq), (4, None));
    assert_eq!(verify(store.paths(), |_| ()).unwrap().findings, []);
    let connection = rusqlite::Connection::open(store.paths().database()).unwrap();
    connection.execute("update event set step = 7, place = 0 where seq = 3", []).unwrap();
    assert!(!verify(store.paths(), |_| ()).unwrap().findings.is_empty(), "the step is covered");
}

#[test]
fn words_of_a_later_step_are_not_replaced_by_those_of_an_earlier_one() {
    let (_folder, mut store) = store();
    let put = |step: u64, body: &str| {
        let state = State { kind: Kind::Incident, number: 1, body: body.to_owned() };
        move |group: &mut Group<'_>| group.put_state(step, &state)
    };
    for (step, body) in [(5, "five"), (9, "nine"), (7, "seven"), (9, "nine again")] {
        store.group(put(step, body)).unwrap();
    }
    let reader = Reader::open(store.paths()).unwrap();
    assert_eq!(reader.state(Kind::Incident, 1).unwrap().unwrap(), "nine again");
    let page = Page { before: None, items_max: 10 };
    assert_eq!(reader.states(Kind::Incident, page).unwrap().len(), 1);
    assert_eq!(reader.states(Kind::Shift, page).unwrap().len(), 0);
}

#[test]
fn tokens_are_numbered_replaced_and_never_trusted_when_altered() {
    let (_folder, mut store) = store();
    assert_eq!(store.group(|group| group.next_token()).unwrap(), 1);
    store.group(|group| group.put_token(&token(1))).unwrap();
    assert_eq!(store.group(|group| group.next_token()).unwrap(), 2);
    store.group(|group| group.put_token(&token(2))).unwrap();
    let revoked = StoredToken { revoked_at: Some(77), ..token(1) };
    store.group(|group| group.put_token(&revoked)).unwrap();
    assert_eq!(store.group(|group| group.token(1)).unwrap(), Some(Ok(revoked.clone())));
    assert_eq!(store.group(|group| group.token(3)).unwrap(), None);
    let reader = Reader::open(store.paths()).unwrap();
    assert_eq!(reader.tokens().unwrap(), [Ok(revoked), Ok(token(2))]);
    let connection = rusqlite::Connection::open(store.paths().database()).unwrap();
    connection.execute("update token set scope = 'admin' where id = 2", []).unwrap();
    assert_eq!(reader.tokens().unwrap()[1], Err(2));
    assert_eq!(store.group(|group| group.token(2)).unwrap(), Some(Err(2)));
    connection.execute("update token set hash = x'00' where id = 2", []).unwrap();
    assert_eq!(store.group(|group| group.token(2)).unwrap(), Some(Err(2)), "no hash at all");
    let findings = verify(store.paths(), |_| ()).unwrap().findings;
    assert_eq!(findings[0].what, "token 2");
}

#[test]
fn rules_are_numbered_replaced_and_never_trusted_when_altered() {
    let (_folder, mut store) = store();
    assert_eq!(store.group(|group| group.next_rule()).unwrap(), 1);
    store.group(|group| group.put_rule(&rule(1, ""))).unwrap();
    assert_eq!(store.group(|group| group.next_rule()).unwrap(), 2);
    store.group(|group| group.put_rule(&rule(2, ""))).unwrap();
    store.group(|group| group.put_rule(&rule(1, "firing"))).unwrap();
    assert_eq!(store.group(|group| group.rule(1)).unwrap(), Some(Ok(rule(1, "firing"))));
    assert_eq!(store.group(|group| group.rule(3)).unwrap(), None);
    let reader = Reader::open(store.paths()).unwrap();
    assert_eq!(reader.rules().unwrap(), [Ok(rule(1, "firing")), Ok(rule(2, ""))]);
    let connection = rusqlite::Connection::open(store.paths().database()).unwrap();
    connection.execute("update rule set body = '{}' where id = 2", []).unwrap();
    assert_eq!(reader.rules().unwrap()[1], Err(2));
    assert_eq!(store.group(|group| group.rule(2)).unwrap(), Some(Err(2)));
    let findings = verify(store.paths(), |_| ()).unwrap().findings;
    assert_eq!(findings[0].what, "rule R2");
}

#[test]
fn imported_texts_are_kept_once_and_never_trusted_when_altered() {
    let (_folder, mut store) = store();
    for id in 1..=3 {
        assert_eq!(store.group(|group| group.next_import()).unwrap(), id);
        store.group(|group| group.put_import(&old(id))).unwrap();
    }
    let again = StoredImport { id: 4, ..old(3) };
    store.group(|group| group.put_import(&again)).unwrap_err();
    let has = |store: &mut Store, digest: &str| store.group(|group| group.has_import(digest));
    assert!(has(&mut store, &old(3).digest).unwrap());
    assert!(!has(&mut store, &old(4).digest).unwrap());
    let kept = store.group(|group| group.imports_kept()).unwrap();
    assert_eq!(kept, ImportsKept { n: 3, bytes: 3 * old(1).body.len() as u64 });
    let reader = Reader::open(store.paths()).unwrap();
    let page = |before| reader.imports(Page { before, items_max: 2 }).unwrap();
    assert_eq!(page(None), [Ok(old(3)), Ok(old(2))]);
    assert_eq!(page(Some(2)), [Ok(old(1))]);
    assert_eq!(reader.import(ImportKey::Number(2)).unwrap(), Some(Ok(old(2))));
    assert_eq!(reader.import(ImportKey::Digest(&old(1).digest)).unwrap(), Some(Ok(old(1))));
    assert_eq!(reader.import(ImportKey::Number(4)).unwrap(), None);
    let connection = rusqlite::Connection::open(store.paths().database()).unwrap();
    connection.execute("update imported set at = null where id = 1", []).unwrap();
    assert_eq!(reader.import(ImportKey::Number(1)).unwrap(), Some(Err(1)));
    let findings = verify(store.paths(), |_| ()).unwrap().findings;
    assert_eq!(findings[0].what, "imported post mortem OLD-1");
}

#[test]
fn events_of_the_audit_do_not_count_as_shown() {
    let (_folder, mut store) = store();
    let audit = |group: &mut Group<'_>| {
        let did = ActV1::TokenRevoked { token: 1, name: "x".into(), scope: "read".into() };
        group.append_event(&EventV1::audit(Timestamp(1), "anna", did), 50)
    };
    store.group(audit).unwrap();
    let reader = Reader::open(store.paths()).unwrap();
    assert_eq!((reader.last_event().unwrap(), reader.last_shown_event().unwrap()), (1, 0));
    store.group(|group| group.append_event(&event(1, Some(1), 1), 50)).unwrap();
    store.group(audit).unwrap();
    assert_eq!((reader.last_event().unwrap(), reader.last_shown_event().unwrap()), (3, 2));
}

#[test]
fn lists_come_newest_first_in_pages() {
    let (_folder, mut store) = store();
    store.group(fill).unwrap();
    let reader = Reader::open(store.paths()).unwrap();
    let page = |before| reader.states(Kind::Shift, Page { before, items_max: 12 }).unwrap();
    let numbers = |page: Vec<(u32, String)>| page.into_iter().map(|(n, _)| n).collect::<Vec<_>>();
    assert_eq!(numbers(page(None)), (19..=30).rev().collect::<Vec<_>>());
    assert_eq!(numbers(page(Some(19))), (7..=18).rev().collect::<Vec<_>>());
    assert_eq!(numbers(page(Some(7))), (1..=6).rev().collect::<Vec<_>>());
}

#[test]
fn history_comes_back_and_is_kept_as_long_as_it_should() {
    let (_folder, mut store) = store();
    store.group(fill).unwrap();
    store.group(|group| group.keep_history(&[windows(0, 256)])).unwrap();
    let reader = Reader::open(store.paths()).unwrap();
    let query =
        |from, to| HistoryQuery { subject: subject_of(&hop()), what: Rows::Windows, from, to };
    let (found, n_damaged) = reader.history(&query(250, 260)).unwrap();
    assert_eq!(n_damaged, 0);
    let keys: Vec<i64> = found[0].rows.iter().map(|(at, _)| *at).collect();
    assert_eq!(keys, (250..260).collect::<Vec<_>>());
    assert_eq!(found[0].rows[0].1, [90, 45, 45, 45, 45, 1]);
    let kept = Retention { windows_days: 1, seconds_days: 1 };
    // Windows of ten seconds: the first pack ends at 2,560 s.
    let expire = |now_s: i64| move |group: &mut Group<'_>| group.expire_history(now_s, 10, kept);
    assert_eq!(store.group(expire(86_400 + 2_500)).unwrap(), 0);
    assert_eq!(store.group(expire(86_400 + 2_600)).unwrap(), 1);
    assert!(reader.history(&query(0, 256)).unwrap().0.is_empty());
    assert_eq!(reader.history(&query(0, 1_000)).unwrap().0[0].rows.len(), 200);
}

#[test]
fn messages_stay_in_the_order_in_which_they_were_made_whatever_becomes_of_them() {
    let (_folder, mut store) = store();
    let (first, second) = (message("chat", 1, "waiting"), message("pager", 1, "waiting"));
    let told = message("chat", 1, "told");
    store
        .group(|group| {
            group.put_outbox(&first)?;
            group.put_outbox(&second)?;
            group.put_outbox(&message("chat", 2, "waiting"))?;
            assert_eq!(group.outbox_row("chat", "INC-1/1")?, Some(first.clone()));
            group.put_outbox(&told)?;
            group.drop_outbox("chat", "INC-1/2")?;
            assert_eq!(group.outbox_row("chat", "INC-1/2")?, None);
            Ok(())
        })
        .unwrap();
    let reader = Reader::open(store.paths()).unwrap();
    assert_eq!(reader.outbox().unwrap(), [Ok(told), Ok(second)]);
    let connection = rusqlite::Connection::open(store.paths().database()).unwrap();
    connection.execute("update outbox set row = x'00' where receiver = 'pager'", []).unwrap();
    let damaged = Err(("pager".to_owned(), "INC-1/1".to_owned()));
    assert_eq!(reader.outbox().unwrap()[1], damaged);
    let findings = verify(store.paths(), |_| ()).unwrap().findings;
    assert_eq!(findings[0].what, "message INC-1/1 to pager");
}

#[test]
fn folder_of_the_first_version_is_verified_as_it_is_and_brought_up_to_date() {
    let (folder, mut store) = store();
    store.group(|group| group.append(row(1, b"a"))).unwrap();
    let paths = store.paths().clone();
    drop(store);
    let connection = rusqlite::Connection::open(paths.database()).unwrap();
    connection
        .execute_batch(
            "drop table outbox; drop table rule; drop table imported; pragma user_version = 1",
        )
        .unwrap();
    drop(connection);
    assert_eq!(verify(&paths, |_| ()).unwrap().findings, []);
    let mut store = Store::open(Folder::take(folder.path()).unwrap()).unwrap();
    store.group(|group| group.put_outbox(&message("chat", 1, "waiting"))).unwrap();
    store.group(|group| group.put_rule(&rule(1, ""))).unwrap();
    let reader = Reader::open(&paths).unwrap();
    assert_eq!((reader.outbox().unwrap().len(), reader.log_range().unwrap()), (1, Some((1, 1))));
}

#[test]
fn folder_is_for_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let held = Folder::take(folder.path()).unwrap();
    let error = Folder::take(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    drop(held);
    Folder::take(folder.path()).unwrap();
}

#[test]
fn what_is_no_data_folder_of_ours_is_refused_by_what_it_is() {
    let (folder, store) = store();
    let database = store.paths().database();
    drop(store);
    let open = || Store::open(Folder::take(folder.path()).unwrap()).unwrap_err();
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.execute_batch("pragma user_version = 99").unwrap();
    let error = open();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("newer Highwater"), "{error}");
    connection.execute_batch("pragma user_version = 1; pragma application_id = 5").unwrap();
    assert!(matches!(open(), OpenError::Foreign { .. }));
    drop(connection);
    std::fs::write(&database, "this is no database at all, whatever its name says").unwrap();
    let _gone = std::fs::remove_file(database.with_extension("db-wal"));
    assert!(matches!(open(), OpenError::Foreign { .. }));
    let empty = tempfile::tempdir().unwrap();
    let missing = Reader::open(&Paths::of(empty.path())).unwrap_err();
    assert!(matches!(missing, OpenError::Missing { .. }));
}

/// The whole content of a database, in words.
fn content(paths: &Paths) -> Option<String> {
    let connection = rusqlite::Connection::open(paths.database()).ok()?;
    let mut words = String::new();
    for table in [
        "meta",
        "command_key",
        "log",
        "seen",
        "event",
        "state",
        "token",
        "series",
        "pack",
        "quarantine",
        "outbox",
        "rule",
        "imported",
    ] {
        let mut statement = connection.prepare(&format!("select * from {table}")).ok()?;
        let n = statement.column_count();
        let mut rows = statement.query([]).ok()?;
        while let Some(row) = rows.next().ok()? {
            for column in 0..n {
                let value: rusqlite::types::Value = row.get(column).ok()?;
                words.push_str(&format!("{value:?} "));
            }
        }
    }
    Some(words)
}

#[test]
fn flipped_bit_is_noticed_or_changes_nothing() {
    let (folder, mut store) = store();
    store.group(fill).unwrap();
    drop(store);
    let paths = Paths::of(folder.path());
    // Opening and closing it moves the write-ahead log into the file.
    let before = content(&paths).unwrap();
    assert_eq!(verify(&paths, |_| ()).unwrap().findings, []);
    let bytes = std::fs::read(paths.database()).unwrap();
    let (mut noticed, mut harmless) = (0, 0);
    for n in 0..400usize {
        let bit = n * 7_919 * 13 % (bytes.len() * 8);
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(paths.database(), flipped).unwrap();
        let is_noticed = verify(&paths, |_| ()).map_or(true, |v| !v.findings.is_empty());
        if is_noticed {
            noticed += 1;
        } else {
            assert_eq!(content(&paths).as_ref(), Some(&before), "bit {bit} of the file");
            harmless += 1;
        }
    }
    println!("of 400 flipped bits {noticed} were noticed, {harmless} were in nothing");
    assert!(noticed > 100, "{noticed}");
}

#[test]
fn removed_event_is_noticed() {
    let (folder, mut store) = store();
    store.group(fill).unwrap();
    drop(store);
    let paths = Paths::of(folder.path());
    let connection = rusqlite::Connection::open(paths.database()).unwrap();
    connection.execute("delete from event where seq = 20", []).unwrap();
    let findings = verify(&paths, |_| ()).unwrap().findings;
    let what: Vec<&str> = findings.iter().map(|finding| finding.what.as_str()).collect();
    assert!(what.contains(&"events between 19 and 21 are missing"), "{what:?}");
    assert!(what.iter().any(|what| what.starts_with("entries of INC-")), "{what:?}");
}

#[test]
fn backup_of_a_folder_in_use_goes_on_where_its_log_does() {
    let (_folder, mut store) = store();
    store.group(fill).unwrap();
    let snapshots = Snapshots::new(store.paths());
    let snapshot = |step| Snapshot { step, version: 1, body: vec![1, 2, 3] };
    for step in [10, 20, 90] {
        snapshots.write(&snapshot(step)).unwrap();
    }
    store.group(|group| group.forget_log(20, 1_000)).unwrap();
    let to = tempfile::tempdir().unwrap();
    let copy = to.path().join("copy");
    let copied = backup(store.paths(), &copy, |_| ()).unwrap();
    assert_eq!(copied.snapshot, Some(20), "90 is newer than the last row");
    let again = backup(store.paths(), &copy, |_| ()).unwrap_err();
    assert!(matches!(again, BackupError::NotEmpty(_)), "{again}");
    let back = to.path().join("back");
    restore(&Paths::of(&copy), &back, |_| ()).unwrap();
    assert_eq!(content(&Paths::of(&back)), content(store.paths()));
    assert_eq!(Snapshots::new(&Paths::of(&back)).read(20).unwrap(), snapshot(20));
}
