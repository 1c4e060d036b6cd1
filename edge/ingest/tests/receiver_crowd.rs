//! Ten thousand connections that say nothing. A process of its own: its memory is measured, and it
//! wants all open files there are.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use hw_ingest::{Answer, Delivery, Outcome, Receiver, ReceiverSettings, Signal, Transport};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

const CROWD: usize = 10_000;

/// Files for everything else that the process and the receiver have open.
const OTHER_FILES: u64 = 600;

/// Memory that a silent connection may take, in bytes, over both of its ends.
const CONNECTION_BYTES_MAX: usize = 32 << 10;

/// As many as the system allows: each takes two open files, one at either end.
fn crowd_allowed() -> usize {
    let wanted = 2 * CROWD as u64 + OTHER_FILES;
    // A privileged process may raise its own upper limit.
    let raised = rlimit::Resource::NOFILE.set(wanted, wanted);
    let files = match raised {
        Ok(()) => wanted,
        Err(_) => rlimit::increase_nofile_limit(wanted).unwrap(),
    };
    CROWD.min(usize::try_from((files - OTHER_FILES) / 2).unwrap())
}

/// Bytes of memory the process has now; `None` where the system does not say.
fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? * 1024)
}

/// A good sender, on a connection of its own.
async fn export(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        content-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn ten_thousand_idle_connections_do_not_shut_others_out() {
    let n = crowd_allowed();
    if n < CROWD {
        println!("only {n} connections instead of {CROWD}: the limit of open files is lower");
    }
    let demanded = if std::env::var_os("HIGHWATER_DEMAND_ALL").is_some() { 5_000 } else { 100 };
    assert!(n >= demanded, "a limit of open files this low leaves nothing to test");
    let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let settings = ReceiverSettings {
        http: free,
        grpc: free,
        // They may be silent as long as they like.
        header_timeout: Duration::from_secs(3600),
        ..ReceiverSettings::standard()
    };
    let (deliveries, mut written) = mpsc::channel::<Delivery>(8);
    let receiver = Receiver::bind(settings, deliveries).await.unwrap();
    let (http, grpc) = (receiver.http_address().unwrap(), receiver.grpc_address().unwrap());
    let counts = receiver.counts();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(receiver.run(async { drop(stopped.await) }));
    tokio::spawn(async move {
        while let Some(delivery) = written.recv().await {
            delivery.answer(Answer::Accepted { rejected: 0, message: None });
        }
    });
    assert!(export(http).await.starts_with("HTTP/1.1 200"));
    let before = resident_bytes();
    let mut crowd = Vec::with_capacity(n);
    for at in 0..n {
        let mut stream = TcpStream::connect(if at % 2 == 0 { http } else { grpc }).await.unwrap();
        // Some have begun to speak.
        if at % 3 == 0 {
            stream.write_all(b"POST /v1/traces HTTP/1.1\r\n").await.unwrap();
        }
        crowd.push(stream);
    }
    let began = std::time::Instant::now();
    while counts.connections_open() < n as u64 {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", counts.connections_open());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for _ in 0..10 {
        assert!(export(http).await.starts_with("HTTP/1.1 200"));
    }
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        let each = after.saturating_sub(before) / n;
        println!("{n} connections, {each} bytes each");
        assert!(each <= CONNECTION_BYTES_MAX, "{each} bytes a connection");
    }
    assert_eq!((counts.bytes_in_flight(), counts.connections_refused()), (0, 0));
    drop(crowd);
    drop(stop);
    running.await.unwrap();
    assert_eq!(counts.connections_open(), 0);
    let accepted = counts.requests(Transport::Http, Signal::Traces, Outcome::Accepted);
    assert_eq!(accepted, 11);
}
