//! What may be set about the receiver, and why each value is what it is.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Addresses and limits of the receiver.
#[derive(Clone, Debug)]
pub struct ReceiverSettings {
    /// Where `--otlp-http` listens; `None` listens nowhere. Port 0 takes a free one.
    pub http: Option<SocketAddr>,
    /// Where `--otlp-grpc` listens; `None` listens nowhere.
    pub grpc: Option<SocketAddr>,
    /// Longest body in bytes, as sent and once decompressed: what the specification recommends.
    pub body_bytes_max: usize,
    /// Bytes of bodies in memory at one time, over all requests, from their first byte until the
    /// consumer lets go of them. Four of the longest fit. Less than two is taken as two, so that a
    /// body of full length fits beside its compressed form.
    pub in_flight_bytes_max: usize,
    /// Connections open at one time; another one is closed at once. Ten thousand slow ones must not
    /// shut others out. Lowered if the system allows fewer open files.
    pub connections_max: usize,
    /// How long a new connection may take to send its first head. SDKs connect to send, and send at
    /// once.
    pub header_timeout: Duration,
    /// How long any body may take, however short. A connection that stood still for less than this
    /// recovers.
    pub body_grace: Duration,
    /// A body may take one second more for each so many bytes of it that have come: 64 KiB, a
    /// thousandth of what a local network carries.
    pub body_bytes_per_s_min: usize,
    /// How long a body may take in all, at whatever rate. Senders give up sooner: SDKs after 10 s.
    pub body_timeout: Duration,
    /// How long the consumer may take to answer. SDKs wait 10 s: one less, so that they are told to
    /// come back and do not have to guess.
    pub answer_timeout: Duration,
    /// How long a connection may be idle. Metrics are sent once a minute: three of those.
    pub idle_timeout: Duration,
    /// How old a connection may become, give or take a tenth: then its sender is asked to open a new
    /// one, so that the load of several receivers evens out. No request is cut off by it.
    pub connection_age_max: Duration,
    /// How long requests that are on their way may take once the receiver is told to stop. `docker
    /// stop` kills after 10 s, and the store has to be closed too.
    pub drain_timeout: Duration,
    /// Seconds after which a sender is asked to come back. SDKs try for some 10 s in all: one leaves
    /// them their own, growing pauses.
    pub retry_after_s: u32,
}

impl ReceiverSettings {
    /// What is right for most: the ports of OTLP on loopback, and the limits above.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            http: Some(loopback(4318)),
            grpc: Some(loopback(4317)),
            body_bytes_max: 64 << 20,
            in_flight_bytes_max: 256 << 20,
            connections_max: 12_000,
            header_timeout: Duration::from_secs(10),
            body_grace: Duration::from_secs(10),
            body_bytes_per_s_min: 64 << 10,
            body_timeout: Duration::from_secs(60),
            answer_timeout: Duration::from_secs(9),
            idle_timeout: Duration::from_secs(180),
            connection_age_max: Duration::from_secs(300),
            drain_timeout: Duration::from_secs(5),
            retry_after_s: 1,
        }
    }

    /// How long a body may take of which `n_bytes` have come.
    pub(super) fn time_for_body(&self, n_bytes: usize) -> Duration {
        let earned_s = n_bytes / self.body_bytes_per_s_min.max(1);
        let earned = Duration::from_secs(earned_s as u64);
        self.body_grace.saturating_add(earned).min(self.body_timeout)
    }

    /// How long a request that has begun may take to be answered, at most.
    pub(super) fn time_for_request(&self) -> Duration {
        self.body_timeout.saturating_add(self.answer_timeout)
    }

    /// How old connection number `n` may become: spread evenly over nine to eleven tenths.
    pub(super) fn age_of_connection(&self, n: u64) -> Duration {
        // Multiples of the golden ratio, modulo 1, never crowd anywhere.
        let spread = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let permille = 900 + ((spread * 200) >> 32);
        self.connection_age_max / 1000 * u32::try_from(permille).unwrap_or(1000)
    }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_earns_time_by_arriving_and_never_more_than_its_timeout() {
        let settings = ReceiverSettings::standard();
        let check = |n_bytes, s| {
            assert_eq!(settings.time_for_body(n_bytes), Duration::from_secs(s));
        };
        check(0, 10);
        check(65_535, 10);
        check(65_536 * 7, 17);
        check(64 << 20, 60);
        check(usize::MAX, 60);
    }

    #[test]
    fn connections_do_not_grow_old_at_one_time() {
        let settings = ReceiverSettings::standard();
        let mut ages: Vec<Duration> = (0..100).map(|n| settings.age_of_connection(n)).collect();
        ages.sort();
        assert!(ages.iter().all(|age| (270..=330).contains(&age.as_secs())));
        let widest = ages.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(widest < Some(Duration::from_secs(2)), "{widest:?}");
    }
}
