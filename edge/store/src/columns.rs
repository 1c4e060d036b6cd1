//! Rows of counts as bytes: column by column, packed by pco, equal columns once.
//!
//! Measured on windows of 90 entries each (256 rows): 1.6 bytes per window, where varints take 7.1 and
//! varints by column under zstd 2.0; with 3 entries .9 (6.0, .9), with 2,000 entries 2.5 (12.9, 3.8).
//! That left and received are mostly equal is half of it.

use pco::ChunkConfig;
use pco::wrapped::{FileCompressor, FileDecompressor};

/// The newest format.
const VERSION: u8 = 1;

/// How rows become columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A count has its column in every row; what a shorter row lacks is zero.
    Table,
    /// Rows are lists of pairs, of any length.
    Pairs,
}

/// Keys and counts, oldest first.
pub(crate) type Rows = Vec<(i64, Vec<u32>)>;

/// The bytes of rows. Keys grow.
pub(crate) fn encode(rows: &[(i64, Vec<u32>)], shape: Shape) -> pco::errors::PcoResult<Vec<u8>> {
    let mut columns = vec![steps(rows)];
    match shape {
        Shape::Table => columns.extend(table(rows)),
        Shape::Pairs => columns.extend(pairs(rows)),
    }
    let mut bytes = vec![VERSION, u8::from(shape == Shape::Pairs)];
    let first = rows.first().map_or(0, |(at, _)| *at);
    bytes.extend_from_slice(&first.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(columns.len()).unwrap_or(u32::MAX).to_le_bytes());
    let file = FileCompressor::default();
    for (place, column) in columns.iter().enumerate() {
        let earlier = columns.iter().take(place).position(|other| other == column);
        let length = u32::try_from(column.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_le_bytes());
        // The place of an equal column before it, or its own.
        bytes.extend_from_slice(
            &u16::try_from(earlier.unwrap_or(place)).unwrap_or(u16::MAX).to_le_bytes(),
        );
        if earlier.is_none() && !column.is_empty() {
            let mut chunk = file.chunk_compressor(column, &ChunkConfig::default())?;
            chunk.write_meta(&mut bytes)?;
            chunk.write_page(0, &mut bytes)?;
        }
    }
    Ok(bytes)
}

/// Reads rows one after the other; `None`, and not one of them, if the bytes are not what was written.
pub(crate) fn visit(bytes: &[u8], mut row: impl FnMut(i64, &[u32])) -> Option<()> {
    let (head, rest) = bytes.split_first_chunk::<14>()?;
    let [VERSION, shape @ (0 | 1), first @ .., c0, c1, c2, c3] = *head else { return None };
    let first = i64::from_le_bytes(first);
    let n_columns = u32::from_le_bytes([c0, c1, c2, c3]);
    let columns = columns(rest, n_columns)?;
    let (steps, counts) = columns.split_first()?;
    let mut at = first;
    let keys = steps.iter().map(|step| {
        at = at.saturating_add(i64::from(*step));
        at
    });
    if shape == 0 { table_rows(counts, keys, &mut row) } else { pair_rows(counts, keys, &mut row) }
}

fn columns(mut bytes: &[u8], n_columns: u32) -> Option<Vec<Vec<u32>>> {
    let file = FileDecompressor::new(FILE_HEADER).ok()?.0;
    let mut columns: Vec<Vec<u32>> = Vec::new();
    for place in 0..usize::try_from(n_columns).ok()? {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (earlier, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let earlier = usize::from(u16::from_le_bytes(*earlier));
        bytes = rest;
        if earlier < place {
            columns.push(columns.get(earlier)?.clone());
            continue;
        }
        let mut column = vec![0u32; length];
        if length > 0 {
            let (mut chunk, rest) = file.chunk_decompressor::<u32, _>(bytes).ok()?;
            let mut page = chunk.page_decompressor(rest, length).ok()?;
            page.read(&mut column).ok()?;
            bytes = page.into_src();
        }
        columns.push(column);
    }
    Some(columns)
}

/// The header of pco's format 4, which every pack has in common and none repeats.
const FILE_HEADER: &[u8] = &[4, 1];

/// Steps of the keys; the first is zero.
fn steps(rows: &[(i64, Vec<u32>)]) -> Vec<u32> {
    let first = rows.first().map_or(0, |(at, _)| *at);
    let keys = rows.iter().map(|(at, _)| *at);
    let before = std::iter::once(first).chain(keys.clone());
    keys.zip(before).map(|(at, before)| u32::try_from(at - before).unwrap_or(u32::MAX)).collect()
}

fn table(rows: &[(i64, Vec<u32>)]) -> Vec<Vec<u32>> {
    let width = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(0);
    let column =
        |at: usize| rows.iter().map(|(_, row)| row.get(at).copied().unwrap_or(0)).collect();
    (0..width).map(column).collect()
}

fn table_rows(
    columns: &[Vec<u32>],
    keys: impl Iterator<Item = i64>,
    row: &mut impl FnMut(i64, &[u32]),
) -> Option<()> {
    let mut counts = vec![0; columns.len()];
    for (place, at) in keys.enumerate() {
        for (count, column) in counts.iter_mut().zip(columns) {
            *count = column.get(place).copied().unwrap_or(0);
        }
        row(at, &counts);
    }
    Some(())
}

/// Lengths of the lists, first halves of the pairs, second halves.
fn pairs(rows: &[(i64, Vec<u32>)]) -> [Vec<u32>; 3] {
    let lengths = rows.iter().map(|(_, row)| u32::try_from(row.len() / 2).unwrap_or(0)).collect();
    let all = || rows.iter().flat_map(|(_, row)| row.as_chunks::<2>().0);
    [lengths, all().map(|[first, _]| *first).collect(), all().map(|[_, second]| *second).collect()]
}

fn pair_rows(
    columns: &[Vec<u32>],
    keys: impl Iterator<Item = i64>,
    row: &mut impl FnMut(i64, &[u32]),
) -> Option<()> {
    let [lengths, firsts, seconds] = columns else { return None };
    let mut all = firsts.iter().zip(seconds);
    let mut list = Vec::new();
    for (at, length) in keys.zip(lengths) {
        list.clear();
        let pairs = all.by_ref().take(*length as usize);
        list.extend(pairs.flat_map(|(first, second)| [*first, *second]));
        row(at, &list);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> Option<Rows> {
        let mut rows = Rows::new();
        visit(bytes, |at, counts| rows.push((at, counts.to_vec())))?;
        Some(rows)
    }

    fn keyed(lists: Vec<(u8, Vec<u32>)>) -> Rows {
        let mut at = 179_532_983;
        let rows = lists.into_iter().map(|(step, row)| {
            at += i64::from(step) + 1;
            (at, row)
        });
        rows.collect()
    }

    #[test]
    fn header_is_the_one_that_pco_writes() {
        let mut header = Vec::new();
        FileCompressor::default().write_header(&mut header).unwrap();
        assert_eq!(header, FILE_HEADER, "keep the old header for the old packs");
    }

    proptest! {
        #[test]
        fn tables_come_back_with_zeros_where_rows_were_short(
            lists in vec((any::<u8>(), vec(0u32..5_000, 0..9)), 0..300),
        ) {
            let rows = keyed(lists);
            let width = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(0);
            let mut full = rows.clone();
            full.iter_mut().for_each(|(_, row)| row.resize(width, 0));
            prop_assert_eq!(decode(&encode(&rows, Shape::Table).unwrap()), Some(full));
        }

        #[test]
        fn lists_of_pairs_come_back(
            lists in vec((any::<u8>(), vec((any::<u32>(), any::<u32>()), 0..12)), 0..100),
        ) {
            let flat = |pairs: Vec<(u32, u32)>| pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
            let rows = keyed(lists.into_iter().map(|(step, pairs)| (step, flat(pairs))).collect());
            prop_assert_eq!(decode(&encode(&rows, Shape::Pairs).unwrap()), Some(rows));
        }
    }

    #[test]
    fn broken_bytes_are_nothing() {
        let bytes = encode(&keyed(vec![(1, vec![5, 6]), (2, vec![7, 8])]), Shape::Table).unwrap();
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&bytes[..20]), None);
        assert_eq!(decode(&[9; 40]), None);
    }

    #[test]
    fn windows_take_few_bytes() {
        let row = |at: i64| {
            let left = 40 + u32::try_from(at * 7919 % 17).unwrap();
            (at, vec![90 + u32::try_from(at * 104_729 % 23).unwrap(), left, left, left, left])
        };
        let rows: Rows = (0..256).map(row).collect();
        let n = encode(&rows, Shape::Table).unwrap().len();
        assert!(n < 600, "{n} bytes for 256 windows");
    }
}
