//! Files as people export them, and as nobody should.

use super::*;

fn read(text: impl AsRef<[u8]>) -> Result<CountFile, String> {
    let parsed = CountFile::parse(Path::new("x.csv"), text.as_ref());
    parsed.map_err(|(line, why)| format!("{line:?} {why}"))
}

fn seconds(text: &str) -> Vec<(i64, f64)> {
    read(text).unwrap().seconds.into_iter().collect()
}

#[test]
fn files_are_read_in_the_ways_in_which_they_are_written() {
    let expect = vec![(1_795_330_440, 12.0), (1_795_330_500, 7.5)];
    for text in [
        "time,count\n2026-11-22T06:54:00Z,12\n2026-11-22T06:55:00Z,7.5\n",
        "2026-11-22T06:54:00Z,12\n2026-11-22T06:55:00Z,7.5",
        "\u{feff}Timestamp;Value\r\n2026-11-22 06:54:00;12\r\n2026-11-22 06:55:00;7.5\r\n",
        "1795330440\t12\n1795330500\t7.5\n",
        "# exported\n\n\"n\",\"at\",\"note\"\n\"12\",\"1795330440000\",\"a \"\"b\"\", c\"\n7.5,1795330500000,\n",
        "time,count\n2026-11-22T07:55:00+01:00,7.5\n2026-11-22T07:54:00+01:00,12\n",
    ] {
        let file = read(text).unwrap_or_else(|why| panic!("{text:?}: {why}"));
        assert_eq!(file.spacing_s, 60, "{text:?}");
        assert_eq!(file.seconds.into_iter().collect::<Vec<_>>(), expect, "{text:?}");
    }
    assert_eq!(
        seconds("1795330440\n1795330440.7\n1795330442\n"),
        [(1_795_330_440, 2.0), (1_795_330_442, 1.0)]
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    for (text, words) in [
        ("", "has no row of a time and a count"),
        ("time,count\n", "has no row"),
        ("a,b\n1,2\n", "Some(1) neither a time stands in the first column"),
        ("time,count\nyesterday,3\n", "Some(2) \"yesterday\" is no time"),
        ("time,count\n1795330440,many\n", "Some(2) \"many\" is no count"),
        ("time,count\n1795330440,-1\n", "\"-1\" is no count"),
        ("time,count\n1795330440,NaN\n", "\"NaN\" is no count"),
        ("time,count\n1795330440,inf\n", "\"inf\" is no count"),
        ("time,count\n1795330440,1e300\n", "is no count"),
        ("time,count\n1795330440\n", "Some(2) has no count in column 2"),
        ("time,count\n,3\n", "Some(2) has no time in column 1"),
        ("1795330440,3\n\"1795330440,3\n", "Some(2) a quote is not closed"),
        ("time,count\n1795330440,\u{1b}[31m\n", "\"\u{fffd}[31m\" is no count"),
    ] {
        let why = read(text).unwrap_err();
        assert!(why.contains(words), "{text:?}: {why}");
    }
    let why = read(b"time,count\n\xff\xfe,1\n").unwrap_err();
    assert!(why.contains("Some(2) is no UTF-8"), "{why}");
    let long = format!("time,count\n1795330440,{}\n", "9".repeat(LINE_MAX));
    assert!(read(&long).unwrap_err().contains("Some(2) is longer than"), "a line of 64 KiB");
    let wide = format!("1795330440,{}x\n", "y".repeat(9_000));
    assert!(read(&wide).unwrap_err().len() < 200, "not the whole of it is repeated");
}

#[test]
fn step_without_a_row_is_no_data_in_counts_and_zero_in_items() {
    let counts = read("1795330440,5\n1795330500,6\n1795330620,7\n").unwrap();
    let steps = (1_795_330_380 / 60, 1_795_330_740 / 60);
    assert_eq!(
        counts.rows(steps, 60),
        [None, Some(5.0), Some(6.0), None, Some(7.0), None],
        "{counts:?}"
    );
    let items = read("1795330445\n1795330530\n1795330625\n1795330690\n").unwrap();
    assert_eq!(items.rows(steps, 60), [None, None, Some(1.0), Some(0.0), Some(1.0), None]);
    assert_eq!(items.rows((5, 5), 60), []);
}
