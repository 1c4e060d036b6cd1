//! Undoing the compression of one body, with bounded memory and away from the connections.
//!
//! A body is unpacked once all of it is there: a slow sender holds only what it sent, and what it
//! grows to is held for milliseconds. Unpacking takes a thread of its own, as many at one time as
//! there are cores: 64 MiB take a tenth of a second, for which no other connection may stand still.

use super::budget::{Full, Held};
use super::counts::Refused;
use super::refusal::Refusal;
use super::shared::Shared;
use flate2::bufread::MultiGzDecoder;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use std::io::{self, Read};
use std::sync::Arc;

/// What a zstd decoder may keep of what it wrote: 8 MiB, which RFC 8878 asks every decoder for and
/// which the levels up to 19 never exceed. A frame that asks for more is refused.
const WINDOW_LOG_MAX: u32 = 23;

/// How much is unpacked at a time: what fits into the second-level cache.
const STEP_BYTES: usize = 64 << 10;

/// A compression that we undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// What may be named in `Content-Encoding` and `grpc-encoding`.
    pub(super) const NAMES: &str = "gzip,zstd,identity";

    /// What the header `name` asks for; `None` if nothing is to be undone.
    pub(super) fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Refusal> {
        let mut values = headers.get_all(name).iter();
        let value = values.next().map_or(b"".as_slice(), HeaderValue::as_bytes);
        if values.next().is_some() {
            return Err(unknown("is used more than once"));
        }
        Self::named(value.trim_ascii())
    }

    fn named(name: &[u8]) -> Result<Option<Self>, Refusal> {
        if name.is_empty() || name.eq_ignore_ascii_case(b"identity") {
            Ok(None)
        } else if name.eq_ignore_ascii_case(b"gzip") {
            Ok(Some(Self::Gzip))
        } else if name.eq_ignore_ascii_case(b"zstd") {
            Ok(Some(Self::Zstd))
        } else {
            Err(unknown(&format!("'{}' is not known here", name.escape_ascii())))
        }
    }
}

fn unknown(what: &str) -> Refusal {
    let reason = format!("compression {what}: use one of {}", Packing::NAMES);
    Refusal::for_good(Refused::UnknownCompression, reason)
}

/// `packed` from byte `at` on, unpacked.
pub(super) async fn unpack(
    packing: Packing,
    packed: Held,
    at: usize,
    shared: &Shared,
) -> Result<Held, Refusal> {
    // What waits here holds only what it was sent, and whoever goes on never waits: no circle.
    let turn = Arc::clone(&shared.turns_to_unpack).acquire_owned().await;
    let unpacked = Held::new(&shared.budget, shared.settings.body_bytes_max);
    let work = move || {
        let _turn = turn;
        fill(unpacked, packing, packed.as_slice().get(at..).unwrap_or_default())
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(unpacked)) => Ok(unpacked),
        Ok(Err(Fault::Full(full))) => Err(shared.no_room(full)),
        Ok(Err(Fault::Garbled(error))) => Err(garbled(packing, &error)),
        Err(_) => Err(shared.broken_down("unpacking the request failed")),
    }
}

enum Fault {
    Full(Full),
    Garbled(io::Error),
}

fn fill(mut unpacked: Held, packing: Packing, packed: &[u8]) -> Result<Held, Fault> {
    let mut reader = open(packing, packed).map_err(Fault::Garbled)?;
    let mut step = vec![0; STEP_BYTES];
    loop {
        let n = reader.read(&mut step).map_err(Fault::Garbled)?;
        if n == 0 {
            return Ok(unpacked);
        }
        unpacked.extend(step.get(..n).unwrap_or_default()).map_err(Fault::Full)?;
    }
}

/// All members of a gzip file and all frames of a zstd file belong to it, as their RFCs say; whatever
/// else stands behind them is an error.
fn open(packing: Packing, packed: &[u8]) -> io::Result<Box<dyn Read + '_>> {
    Ok(match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
    })
}

fn garbled(packing: Packing, error: &io::Error) -> Refusal {
    let name = match packing {
        Packing::Gzip => "gzip",
        Packing::Zstd => "zstd",
    };
    Refusal::for_good(
        Refused::Garbled,
        format!("the {name} data of the request is broken: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;
    use std::io::Write;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(plain: &[u8]) -> Vec<u8> {
        zstd::encode_all(plain, 3).unwrap()
    }

    fn check(packing: Packing, packed: &[u8], expect: Result<&[u8], &str>) {
        let budget = Budget::new(1 << 20);
        let got = fill(Held::new(&budget, 100_000), packing, packed);
        let got = got.as_ref().map(Held::as_slice).map_err(|fault| match fault {
            Fault::Full(full) => format!("{full:?}"),
            Fault::Garbled(error) => error.to_string(),
        });
        match (got, expect) {
            (Ok(got), Ok(expect)) => assert!(got == expect),
            (Err(got), Err(expect)) => assert!(got.contains(expect), "{got}"),
            (got, expect) => panic!("got {got:?}, expected {expect:?}"),
        }
    }

    #[test]
    fn several_members_are_one_body() {
        check(Packing::Gzip, &[gzip(b"one, "), gzip(b""), gzip(b"two")].concat(), Ok(b"one, two"));
        check(Packing::Zstd, &[zstd(b"one, "), zstd(b""), zstd(b"two")].concat(), Ok(b"one, two"));
    }

    #[test]
    fn what_is_cut_short_or_followed_by_something_is_broken() {
        for (packing, packed) in
            [(Packing::Gzip, gzip(&[7; 999])), (Packing::Zstd, zstd(&[7; 999]))]
        {
            check(packing, &packed, Ok(&[7; 999]));
            for n in 1..packed.len() {
                let got = fill(Held::new(&Budget::new(1 << 20), 9999), packing, &packed[..n]);
                assert!(matches!(got, Err(Fault::Garbled(_))), "{packing:?} cut at {n}");
            }
            check(packing, &[&packed, b"garbage".as_slice()].concat(), Err(""));
            check(packing, &[&packed, [0; 9].as_slice()].concat(), Err(""));
        }
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        check(Packing::Gzip, &gzip(&vec![0; 100_000]), Ok(&vec![0; 100_000]));
        check(Packing::Gzip, &gzip(&vec![0; 100_001]), Err("Body"));
        check(Packing::Zstd, &zstd(&vec![0; 100_001]), Err("Body"));
    }

    #[test]
    fn a_window_larger_than_the_limit_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(24).unwrap();
        encoder.write_all(b"little").unwrap();
        check(Packing::Zstd, &encoder.finish().unwrap(), Err("too much memory"));
    }
}
