//! The counters add up: whatever comes at one time, each request is in exactly one outcome.

use crate::call::{self, LOGS, METRICS, TRACES, framed};
use crate::packed::{gzip, zstd};
use crate::stage::{ACCEPTED, Stage, settings, until};
use crate::wire::{self, JSON, PROTOBUF, Wire, chunked, head, post};
use hw_ingest::{Answer, Delivery, Outcome, ReceiverSettings, Refused, Signal, Transport};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

const SIGNALS: [(&str, &str, Signal); 3] = [
    ("/v1/traces", TRACES, Signal::Traces),
    ("/v1/metrics", METRICS, Signal::Metrics),
    ("/v1/logs", LOGS, Signal::Logs),
];

/// What a sender does, and how it should end.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Good,
    Packed,
    Empty,
    InPart,
    Broken,
    Garbled,
    UnknownCompression,
    TooLarge,
    TooLargeUnpacked,
    TooSlow,
    Overloaded,
    Unavailable,
    Lost,
    GoesAway,
    Stray,
}

const DEEDS: [Deed; 15] = [
    Deed::Good,
    Deed::Packed,
    Deed::Empty,
    Deed::InPart,
    Deed::Broken,
    Deed::Garbled,
    Deed::UnknownCompression,
    Deed::TooLarge,
    Deed::TooLargeUnpacked,
    Deed::TooSlow,
    Deed::Overloaded,
    Deed::Unavailable,
    Deed::Lost,
    Deed::GoesAway,
    Deed::Stray,
];

impl Deed {
    /// `None`: it is no export.
    fn outcome(self) -> Option<Outcome> {
        Some(match self {
            Self::Good | Self::Packed | Self::Empty => Outcome::Accepted,
            Self::InPart => Outcome::AcceptedInPart,
            Self::Broken => Outcome::Refused(Refused::Broken),
            Self::Garbled => Outcome::Refused(Refused::Garbled),
            Self::UnknownCompression => Outcome::Refused(Refused::UnknownCompression),
            Self::TooLarge | Self::TooLargeUnpacked => Outcome::Refused(Refused::TooLarge),
            Self::TooSlow => Outcome::Refused(Refused::TooSlow),
            Self::Overloaded => Outcome::Refused(Refused::Overloaded),
            Self::Unavailable | Self::Lost => Outcome::Refused(Refused::Unavailable),
            Self::GoesAway => Outcome::Refused(Refused::Gone),
            Self::Stray => return None,
        })
    }

    fn body(self) -> Vec<u8> {
        match self {
            Self::Packed => gzip(b"good"),
            Self::Empty => Vec::new(),
            Self::InPart => b"in part".to_vec(),
            Self::Broken => b"broken".to_vec(),
            Self::TooLarge => vec![7; 10_001],
            Self::TooLargeUnpacked => zstd(&[7; 10_001]),
            Self::Overloaded => b"overloaded".to_vec(),
            Self::Unavailable => b"unavailable".to_vec(),
            Self::Lost => b"lost".to_vec(),
            Self::GoesAway => b"goes away".to_vec(),
            Self::Good | Self::Garbled | Self::UnknownCompression | Self::TooSlow | Self::Stray => {
                b"good".to_vec()
            }
        }
    }

    fn packing(self) -> &'static str {
        match self {
            Self::Packed | Self::Garbled => "gzip",
            Self::TooLargeUnpacked => "zstd",
            Self::UnknownCompression => "lzma",
            Self::Good
            | Self::Empty
            | Self::InPart
            | Self::Broken
            | Self::TooLarge
            | Self::TooSlow
            | Self::Overloaded
            | Self::Unavailable
            | Self::Lost
            | Self::GoesAway
            | Self::Stray => "identity",
        }
    }
}

fn key(transport: Transport, signal: Signal, outcome: Outcome) -> String {
    format!("{transport:?} {signal:?} {outcome:?}")
}

/// The writer's answer. It has nothing to say to what is lost.
fn answer(delivery: &Delivery) -> Option<Answer> {
    let reason = || "as the test wants it".to_owned();
    Some(match &*delivery.body {
        b"good" => ACCEPTED,
        b"in part" => Answer::Accepted { rejected: 1, message: None },
        b"broken" => Answer::Broken { reason: reason() },
        b"overloaded" => Answer::Overloaded { retry_after_s: 1, reason: reason() },
        b"unavailable" => Answer::Unavailable { retry_after_s: 1, reason: reason() },
        b"lost" => return None,
        other => panic!("nobody sent {}", other.escape_ascii()),
    })
}

/// One sender: to whom, over which signal, and in which round of the storm.
struct Sender {
    stage: Arc<Stage>,
    deed: Deed,
    path: &'static str,
    method: &'static str,
    is_odd: bool,
    /// Told once the writer holds a request whose sender goes away.
    held: Arc<Semaphore>,
}

impl Sender {
    async fn act(self, transport: Transport) {
        let work = async {
            match transport {
                Transport::Http => self.act_over_http().await,
                Transport::Grpc => self.act_over_grpc().await,
            }
        };
        if matches!(self.deed, Deed::GoesAway) {
            // Each takes one: when the last goes, the writer holds them all.
            tokio::select! {
                () = work => panic!("it was answered"),
                held = self.held.acquire() => held.unwrap().forget(),
            }
        } else {
            work.await;
        }
    }

    async fn act_over_http(&self) {
        let Self { deed, is_odd, .. } = *self;
        let path = if matches!(deed, Deed::Stray) { "/nowhere" } else { self.path };
        let kind = if is_odd { JSON } else { PROTOBUF };
        let headers = [("content-type", kind), ("content-encoding", deed.packing())];
        let body = deed.body();
        let mut wire = Wire::to(self.stage.http).await;
        if matches!(deed, Deed::TooSlow) {
            let length = [&headers[..], &[("content-length", "100")]].concat();
            wire.write(&[head("POST", path, &length).as_slice(), &body].concat()).await;
        } else if is_odd {
            let headers = [&headers[..], &[("transfer-encoding", "chunked")]].concat();
            wire.write(&[head("POST", path, &headers), chunked(&body, 1000)].concat()).await;
        } else {
            wire.write(&post(path, &headers, &body)).await;
        }
        let status = wire.response().await.expect("an answer").status;
        assert!([200, 400, 404, 413, 503].contains(&status), "{deed:?}: {status}");
    }

    async fn act_over_grpc(&self) {
        let deed = self.deed;
        let method = if matches!(deed, Deed::Stray) { "/nowhere" } else { self.method };
        let flag = u8::from(matches!(deed, Deed::Packed | Deed::Garbled | Deed::TooLargeUnpacked));
        let message = framed(flag, &deed.body());
        let headers = [("grpc-encoding", deed.packing())];
        let channel = call::Channel::open(self.stage.grpc).await;
        let called = if matches!(deed, Deed::TooSlow) {
            let (sender, sending) = call::Sending::open();
            sender.send(message[..7].to_vec().into()).unwrap();
            let called = channel.send(call::request(method, &headers, sending)).await.unwrap();
            drop(sender);
            called
        } else {
            channel.call(method, &headers, &message).await
        };
        assert!([0, 3, 8, 12, 14].contains(&called.code()), "{deed:?}: {}", called.code());
    }
}

const ROUNDS: usize = 4;
const REQUESTS: usize = ROUNDS * DEEDS.len() * SIGNALS.len() * Transport::ALL.len();
const GOING_AWAY: usize = REQUESTS / DEEDS.len();

/// Answers as the body asks for; lets those who go away go once it holds what all of them sent.
async fn write(mut deliveries: mpsc::Receiver<Delivery>, held: Arc<Semaphore>) {
    let mut kept = Vec::new();
    while let Some(delivery) = deliveries.recv().await {
        if &*delivery.body == b"goes away" {
            kept.push(delivery);
            if kept.len() == GOING_AWAY {
                held.add_permits(GOING_AWAY);
            }
        } else if let Some(answer) = answer(&delivery) {
            delivery.answer(answer);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_in_exactly_one_outcome() {
    let tight = ReceiverSettings {
        body_bytes_max: 10_000,
        body_grace: Duration::from_millis(500),
        in_flight_bytes_max: 64 << 20,
        ..settings()
    };
    // Room for all: who is refused for want of it would be a matter of luck.
    let (stage, deliveries) = Stage::bare(tight, 10_000).await;
    let held = Arc::new(Semaphore::new(0));
    let writer = tokio::spawn(write(deliveries, Arc::clone(&held)));
    let stage = Arc::new(stage);
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    let mut storm = JoinSet::new();
    for round in 0..ROUNDS {
        for (deed, (path, method, signal)) in
            DEEDS.into_iter().flat_map(|deed| SIGNALS.map(|signal| (deed, signal)))
        {
            for transport in Transport::ALL {
                let key = deed.outcome().map(|outcome| key(transport, signal, outcome));
                *expected.entry(key.unwrap_or_else(|| "stray".to_owned())).or_default() += 1;
                let (stage, held) = (Arc::clone(&stage), Arc::clone(&held));
                let sender = Sender { stage, deed, path, method, is_odd: round % 2 == 1, held };
                storm.spawn(sender.act(transport));
            }
        }
    }
    while let Some(done) = storm.join_next().await {
        done.unwrap();
    }
    let stage = Arc::into_inner(stage).unwrap();
    let counts = Arc::clone(&stage.counts);
    until("all connections are gone", || counts.connections_open() == 0).await;
    // Stopped first: the writer holds what was sent by those who went until it ends.
    stage.end().await;
    writer.await.unwrap();
    let mut counted = BTreeMap::from([("stray".to_owned(), counts.strays())]);
    for transport in Transport::ALL {
        for (_, _, signal) in SIGNALS {
            for outcome in Outcome::ALL {
                let n = counts.requests(transport, signal, outcome);
                if n > 0 {
                    counted.insert(key(transport, signal, outcome), n);
                }
            }
        }
    }
    assert_eq!(counted, expected);
    assert_eq!(counted.values().sum::<u64>(), REQUESTS as u64);
    assert_eq!(counts.connections_opened(), REQUESTS as u64);
    assert_eq!(counts.bytes_in_flight(), 0);
}

#[tokio::test]
async fn bytes_are_counted_as_they_came_and_as_they_were_handed_over() {
    let stage = Stage::accepting(settings()).await;
    let plain = vec![7; 50_000];
    let packed = gzip(&plain);
    let headers = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    wire::send(stage.http, &post("/v1/traces", &headers, &packed)).await;
    call::export(stage.grpc, b"hello").await;
    assert_eq!(stage.counts.bytes_read(), packed.len() as u64 + 5 + 5);
    assert_eq!(stage.counts.bytes_delivered(), 50_000 + 5);
    stage.close().await;
}
