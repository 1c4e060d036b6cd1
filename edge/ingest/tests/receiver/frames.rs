//! HTTP/2 frames as bytes, for what no client library would send.

use super::wire::Wire;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// One frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [head.as_slice(), payload].concat()
}

/// What a client says first.
pub(crate) fn greeting() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, b"")].concat()
}

/// A header as HPACK writes it without tables.
pub(crate) fn header(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| {
        assert!(text.len() < 127, "one byte of length");
        [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
    };
    [vec![0], text(name), text(value)].concat()
}

/// The headers of a gRPC export of traces.
pub(crate) fn export_headers() -> Vec<u8> {
    let all = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", super::call::TRACES),
        (":authority", "highwater"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    all.map(|(name, value)| header(name, value)).concat()
}

/// Sends frames until the other side will not have more of them, at most `n` times; says what it
/// said until it closed. `None` if it went on taking them.
pub(crate) async fn flood(
    wire: &mut Wire,
    piece: impl Fn(u32) -> Vec<u8>,
    n: u32,
) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    for at in 0..n {
        if !wire.write_while_reading(&piece(at), &mut said).await {
            return Some(said);
        }
    }
    None
}

/// The error code of the last GOAWAY among `frames`.
pub(crate) fn farewell(mut frames: &[u8]) -> Option<u32> {
    let mut code = None;
    while let Some((head, rest)) = frames.split_first_chunk::<9>() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let Some((payload, rest)) = rest.split_at_checked(length) else { break };
        if head[3] == GOAWAY {
            code = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
        }
        frames = rest;
    }
    code
}
