//! How soon a server takes requests again after kill -9, on a data folder of some size: 64 MB, or as many
//! as HIGHWATER_FOLDER_MB says (2,048 for the figures in docs/internals/record.md). It prints the times; the limit is for catastrophes only.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use rusqlite::Connection;
use server::Server;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Beyond this something is broken, whatever else the machine does.
const HANGS: Duration = Duration::from_secs(120);

/// Starts, each ended by a kill.
const STARTS: u32 = 3;

#[test]
fn killed_server_with_much_data_takes_requests_again() {
    let mb: u64 = std::env::var("HIGHWATER_FOLDER_MB").map_or(64, |mb| mb.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    import(&server);
    // What came is in no snapshot, and never will be: at each start it has to be folded again.
    server.kill();
    grow(&server.data().join("highwater.db"), mb << 20);
    for _ in 0..STARTS {
        let began = Instant::now();
        server.start();
        server.wait_until_ready();
        let takes = began.elapsed();
        while server.get("/readyz").0 != 200 {
            assert!(began.elapsed() < HANGS, "{}", server.get("/readyz").1);
            std::thread::sleep(Duration::from_millis(5));
        }
        let judges = began.elapsed();
        println!("{mb} MB: takes requests after {takes:.2?}, has judged all after {judges:.2?}");
        server.kill();
    }
}

fn import(server: &Server) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let status = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["import", "--otlp-http", &server.http.to_string()])
        .args(["traces.jsonl.zst", "logs.jsonl.zst"].map(|name| example.join(name)))
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Repeats the packs of history until the file has so many bytes.
fn grow(database: &Path, bytes: u64) {
    let connection = Connection::open(database).unwrap();
    let grown = "begin;
        insert into series select id + (select max(id) from series), subject || ' ' || (select max(id) from series),
            what, key,
            checksum from series;
        insert into pack select series + (select max(id) / 2 from series), first, last, n_rows,
            columns, body, checksum from pack;
        commit;";
    while std::fs::metadata(database).unwrap().len() < bytes {
        connection.execute_batch(grown).unwrap();
        connection.execute_batch("pragma wal_checkpoint(truncate)").unwrap();
    }
}
