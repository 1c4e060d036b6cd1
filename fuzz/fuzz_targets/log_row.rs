//! Any bytes as a row of the log: no panic, no endless loop, and what is read is written again as it
//! was.
#![no_main]

use hw_wire::LogRow;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(row) = LogRow::decode(bytes) else { return };
    // Bytes are held against bytes: a number may be none (NaN), which equals nothing.
    let written = row.encode();
    let again = LogRow::decode(&written).expect("what was written can be read");
    assert_eq!(again.encode(), written);
});
