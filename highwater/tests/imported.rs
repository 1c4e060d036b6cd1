//! What a team remembers: old post mortems are kept, shown and written again, and what stands in them and in
//! sections that people wrote is found.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use serde_json::{Value, json};
use server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;

const OLD: &str = "/api/v1/postmortems";

const QUEUE: &str = "# The queue was stuck\n\nDate: 2024-03-01\n\n## Summary\n\nA lock was held for an hour.\n\n## \
                     Impact\n\nOrders of an hour <b>waited</b>.\n\n## Lessons\n\nLocks need a deadline.\n";

const DISK: &str = "# Disk full\n\n## Timeline\n\n- 06:00 the disk of ledger is full\n\n## What went well\n\nThe \
                    orders were kept.\n";

/// What a command says on stdout and stderr, and how it ends.
fn ran(server: &Server, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(arguments).env_remove("HIGHWATER_CONFIG").env("HIGHWATER_USER", "Anna");
    command.env("HIGHWATER_TZ", "UTC").env("HIGHWATER_LISTEN", server.api.to_string());
    let output = command.output().unwrap();
    let [out, talk] = [&output.stdout, &output.stderr];
    let [out, talk] = [out, talk].map(|said| String::from_utf8_lossy(said).into_owned());
    (output.status.code().unwrap(), out, talk)
}

/// A folder with old post mortems.
fn old_ones(folder: &Path) -> PathBuf {
    let old = folder.join("old");
    std::fs::create_dir(&old).unwrap();
    for (name, text) in [("2024-03-01-queue.md", QUEUE), ("disk.md", DISK), ("notes.txt", "no")] {
        std::fs::write(old.join(name), text).unwrap();
    }
    old
}

fn ids(server: &Server) -> Vec<String> {
    let (status, list) = server.get(OLD);
    assert_eq!(status, 200, "{list}");
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// All that a search finds, page by page.
fn found(server: &Server, words: &str, limit: u32) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/search?q={words}&limit={limit}{cursor}");
        let (status, page) = server.get(&path);
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= usize::try_from(limit).unwrap(), "{page}");
        all.extend(items.clone());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn folder_of_old_ones_is_kept_once_shown_and_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::by_the_wall(folder.path());
    let old = old_ones(folder.path());
    let old = old.to_str().unwrap();
    let (code, read, _) = ran(&server, &["postmortem", "import", "--dry-run", old]);
    let read: Value = serde_json::from_str(&read).unwrap();
    assert_eq!((code, read["items"].as_array().unwrap().len()), (0, 2), "{read}");
    assert!(ids(&server).is_empty(), "nothing was kept");

    let (code, said, talk) = ran(&server, &["postmortem", "import", old]);
    assert_eq!(code, 0, "{talk}");
    for words in ["OLD-1    2024-03-01  The queue was stuck", "OLD-2", "2 added, 0 kept before"] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    let (code, said, _) = ran(&server, &["postmortem", "import", old]);
    assert!(code == 0 && said.contains("0 added, 2 kept before"), "{said}");
    assert_eq!(ids(&server), ["OLD-2", "OLD-1"]);
    server.kill();
    server.serve();
    assert_eq!(ids(&server), ["OLD-2", "OLD-1"]);

    let (code, list, _) = ran(&server, &["postmortem", "list"]);
    assert!(code == 0 && list.contains("Disk full (disk.md; imported by Anna, "), "{list}");
    let (code, text, talk) = ran(&server, &["postmortem", "OLD-1"]);
    assert_eq!(code, 0, "{talk}");
    assert!(
        text.contains("The queue was stuck") && text.contains("Locks need a deadline"),
        "{text}"
    );
    // What is written again is read back as the same document.
    let again = folder.path().join("again.md");
    std::fs::write(&again, &text).unwrap();
    let (_, read, _) =
        ran(&server, &["postmortem", "import", "--dry-run", again.to_str().unwrap()]);
    let read: Value = serde_json::from_str(&read).unwrap();
    let (_, kept) = server.get(&format!("{OLD}/old-1"));
    assert_eq!(read["items"][0]["postmortem"]["sections"], kept["sections"]);
    let (code, html, _) = ran(&server, &["postmortem", "old-1", "--format", "html"]);
    assert!(code == 0 && html.contains("waited") && !html.contains("<b>waited"), "text stays text");
    let (code, _, talk) = ran(&server, &["postmortem", "OLD-1", "--public"]);
    assert!(code == 2 && talk.contains("nobody said which names"), "{code}: {talk}");
    let (code, _, talk) = ran(&server, &["postmortem", "OLD-9"]);
    assert!(code == 2 && talk.contains("there is no OLD-9"), "{code}: {talk}");

    let (_, audit) = server.get("/api/v1/audit?limit=1000");
    assert!(audit.to_string().contains("Anna imported the post mortem OLD-1"), "{audit}");
    let data = server.data();
    server.kill();
    let (code, verified, _) = ran(&server, &["verify", "--data", data.to_str().unwrap()]);
    assert!(code == 0 && verified.contains("imported"), "{verified}");
}

#[test]
fn what_cannot_be_kept_is_said_and_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let old = old_ones(folder.path());
    std::fs::write(old.join("empty.md"), " \n").unwrap();
    std::fs::write(old.join("long.md"), format!("# Long\n\n{}", "word ".repeat(120_000))).unwrap();
    std::fs::write(old.join("strange.md"), [0x23, 0x20, 0xff, 0xfe]).unwrap();
    let (code, said, talk) = ran(&server, &["postmortem", "import", old.to_str().unwrap()]);
    assert_eq!(code, 3, "{said}{talk}");
    assert!(said.contains("2 added"), "{said}");
    for words in ["empty.md holds no text", "524288 can be kept", "strange.md", "3 of 5 files"] {
        assert!(talk.contains(words), "{words} is not in\n{talk}");
    }
    let secret = json!({"name": "x.md", "text": restricted(&server), "by": "Anna"});
    let (status, refused) = server.tell(OLD, "r", &secret);
    assert_eq!(status, 422, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("restricted to some people"), "{refused}");
    for (body, words) in [
        (json!({"name": "", "text": "# A"}), "name must have"),
        (json!({"name": "a.md", "text": "# A", "by": "a\u{1b}"}), "by must have"),
        (json!({"name": "a.md", "txt": "# A"}), "txt"),
    ] {
        let (status, refused) = server.tell(OLD, words, &body);
        assert_eq!(status, 422, "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
    }
    assert_eq!(ids(&server).len(), 2);
    let empty = folder.path().join("none");
    std::fs::create_dir(&empty).unwrap();
    let (code, _, talk) = ran(&server, &["postmortem", "import", empty.to_str().unwrap()]);
    assert!(code == 3 && talk.contains("no file that ends in .md"), "{code}: {talk}");
}

/// A post mortem that only some may read, as Markdown.
fn restricted(server: &Server) -> String {
    let id = server.open_incident("o1", "a leak");
    let body = json!({"command": "restrict", "people": ["Anna"], "by": "Anna"});
    let (status, done) = server.tell(&format!("/api/v1/incidents/{id}/commands"), "r1", &body);
    assert_eq!(status, 200, "{done}");
    let (status, text) = server.get(&format!("/api/v1/incidents/{id}/postmortem.md"));
    assert_eq!(status, 200, "{text}");
    text.as_str().unwrap().to_owned()
}

#[test]
fn words_in_sections_and_in_old_ones_are_found_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o1", "orders twice");
    let put = |key: &str, section: &str, text: Option<&str>, base: u64| {
        let body = json!({"section": section, "text": text, "base": base, "by": "Lea"});
        let (status, done) = server.put(&format!("/api/v1/incidents/{id}/postmortem"), key, &body);
        assert_eq!(status, 200, "{done}");
        done["entries"][0]["seq"].as_u64().unwrap()
    };
    let first = put("w1", "surprises", Some("the default was marmalade"), 0);
    let second = put("w2", "surprises", Some("The default of orders\nwas go: nobody knew."), first);
    put("w3", "luck", Some("orders are few at night"), 0);
    assert!(found(&server, "marmalade", 9).is_empty(), "that stands there no more");
    let hits = found(&server, "default%20orders", 9);
    assert_eq!(hits.len(), 1, "{hits:?}");
    let hit = &hits[0];
    assert_eq!((&hit["kind"], &hit["section"]), (&json!("section"), &json!("surprises")), "{hit}");
    assert_eq!((&hit["postmortem"], &hit["entry"]), (&json!(id), &json!(second)), "{hit}");
    assert_eq!(hit["words"], "The default of orders was go: nobody knew.");

    let old = old_ones(folder.path());
    assert_eq!(ran(&server, &["postmortem", "import", old.to_str().unwrap()]).0, 0);
    let all = found(&server, "orders", 1_000);
    let place = |hit: &Value| {
        let word = |key: &str| hit[key].as_str().unwrap_or_default().to_owned();
        (word("kind"), word("postmortem"), word("section"))
    };
    let places: Vec<(String, String, String)> = all.iter().map(place).collect();
    let expect = [
        ("incident", "", ""),
        ("section", &*id, "luck"),
        ("section", &*id, "surprises"),
        ("entry", "", ""),
        ("section", "OLD-2", "went_well"),
        ("section", "OLD-1", "impact"),
    ];
    let expect = expect.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(places, expect, "{all:#?}");
    for limit in [1, 2, 5] {
        assert_eq!(found(&server, "orders", limit), all, "in parts of {limit} it is the same");
    }
    let (code, page, _) = ran(&server, &["search", "deadline"]);
    assert!(code == 0 && page.contains("OLD-1 other"), "{page}");
    assert!(page.contains("The queue was stuck: "), "{page}");

    put("w4", "surprises", None, second);
    assert!(found(&server, "default%20orders", 9).is_empty(), "the draft stands there again");
    for n in 0..12 {
        let opened = server.open_incident(&format!("m{n}"), &format!("marmalade number {n}"));
        assert!(!opened.is_empty());
    }
    let incidents = |limit: u32| {
        let hits = found(&server, "marmalade", limit);
        hits.iter().filter(|hit| hit["kind"] == "incident").count()
    };
    assert_eq!((incidents(5), incidents(1_000)), (12, 12), "none is left out between two parts");
}
