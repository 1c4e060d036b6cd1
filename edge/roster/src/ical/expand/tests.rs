//! The examples of RFC 5545, section 3.8.5.3, and what a rule may cost.

use super::*;
use crate::ical::moment::Moment;

fn local(written: &str) -> DateTime {
    match Moment::read(written, None) {
        Some(Moment::At(at, _)) => at,
        other => panic!("{written} is {other:?}"),
    }
}

fn between(from: &str, to: &str) -> Stretch {
    Stretch { from: local(from), to: local(to) }
}

fn run(start: &str, rule: &str, stretch: Stretch) -> Result<Vec<String>, TooMuch> {
    let rule = Rule::read(rule).unwrap();
    let until = rule.until.clone().map(|until| match until {
        Moment::At(at, _) => at,
        Moment::Day(day) => day.at(23, 59, 59, 0),
    });
    let found = expand(&rule, local(start), until, stretch, &mut Budget::new())?;
    Ok(found.iter().map(|at| at.strftime("%Y%m%dT%H%M").to_string()).collect())
}

/// Dates are given as `97: 0902 0909 / 98: 0106`, all at nine.
fn check(start: &str, rule: &str, expect: &str) {
    let mut dates = Vec::new();
    for year in expect.split('/') {
        let (year, days) = year.split_once(':').unwrap();
        let year: u32 = year.trim().parse().unwrap();
        let year = if year > 90 { 1900 + year } else { 2000 + year };
        dates.extend(days.split_whitespace().map(|day| format!("{year}{day}T0900")));
    }
    let all = run(start, rule, between("19900101T000000", "20300101T000000"));
    let mut found = all.unwrap_or_default();
    if !rule.contains("COUNT") && !rule.contains("UNTIL") {
        assert!(found.len() > dates.len(), "{rule} goes on for ever");
        found.truncate(dates.len());
    }
    assert_eq!(found, dates, "{rule}");
}

const SEP_2: &str = "19970902T090000";

#[test]
fn daily_and_weekly_examples_of_the_rfc() {
    for (start, rule, expect) in [
        (SEP_2, "FREQ=DAILY;COUNT=10", "97: 0902 0903 0904 0905 0906 0907 0908 0909 0910 0911"),
        (SEP_2, "FREQ=DAILY;INTERVAL=2", "97: 0902 0904 0906 0908 0910 0912"),
        (SEP_2, "FREQ=DAILY;INTERVAL=10;COUNT=5", "97: 0902 0912 0922 1002 1012"),
        (SEP_2, "FREQ=WEEKLY;COUNT=10", "97: 0902 0909 0916 0923 0930 1007 1014 1021 1028 1104"),
        (
            SEP_2,
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
            "97: 0902 0916 0930 1014 1028 1111 1125 1209 1223 / 98: 0106 0120 0203 0217",
        ),
        (
            SEP_2,
            "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
            "97: 0902 0904 0909 0911 0916 0918 0923 0925 0930 1002",
        ),
        (
            "19970901T090000",
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
            "97: 0901 0903 0905 0915 0917 0919 0929 1001 1003 1013 1015 1017 1027 1029 1031 1110 \
             1112 1114 1124 1126 1128 1208 1210 1212 1222",
        ),
        (
            SEP_2,
            "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            "97: 0902 0904 0916 0918 0930 1002 1014 1016",
        ),
        (
            "19970805T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            "97: 0805 0810 0819 0824",
        ),
        (
            "19970805T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            "97: 0805 0817 0819 0831",
        ),
    ] {
        check(start, rule, expect);
    }
}

#[test]
fn monthly_examples_of_the_rfc() {
    for (start, rule, expect) in [
        (
            "19970905T090000",
            "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
            "97: 0905 1003 1107 1205 / 98: 0102 0206 0306 0403 0501 0605",
        ),
        (
            "19970905T090000",
            "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
            "97: 0905 1003 1107 1205",
        ),
        (
            "19970907T090000",
            "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
            "97: 0907 0928 1102 1130 / 98: 0104 0125 0301 0329 0503 0531",
        ),
        (
            "19970922T090000",
            "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
            "97: 0922 1020 1117 1222 / 98: 0119 0216",
        ),
        (
            "19970928T090000",
            "FREQ=MONTHLY;BYMONTHDAY=-3",
            "97: 0928 1029 1128 1229 / 98: 0129 0226",
        ),
        (
            SEP_2,
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
            "97: 0902 0915 1002 1015 1102 1115 1202 1215 / 98: 0102 0115",
        ),
        (
            "19970930T090000",
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
            "97: 0930 1001 1031 1101 1130 1201 1231 / 98: 0101 0131 0201",
        ),
    ] {
        check(start, rule, expect);
    }
}

#[test]
fn further_monthly_examples_of_the_rfc() {
    for (start, rule, expect) in [
        (
            "19970910T090000",
            "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
            "97: 0910 0911 0912 0913 0914 0915 / 99: 0310 0311 0312 0313",
        ),
        (
            SEP_2,
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
            "97: 0902 0909 0916 0923 0930 1104 1111 1118 1125 / 98: 0106 0113 0120 0127 0303",
        ),
        (
            "19980213T090000",
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "98: 0213 0313 1113 / 99: 0813 / 00: 1013",
        ),
        (
            "19970913T090000",
            "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
            "97: 0913 1011 1108 1213 / 98: 0110 0207 0307 0411 0509 0613",
        ),
        ("19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "97: 0904 1007 1106"),
        (
            "19970929T090000",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "97: 0929 1030 1127 1230 / 98: 0129 0226 0330",
        ),
        (
            "20070115T090000",
            "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
            "07: 0115 0130 0215 0315 0330",
        ),
    ] {
        check(start, rule, expect);
    }
}

#[test]
fn yearly_examples_of_the_rfc() {
    for (start, rule, expect) in [
        (
            "19970610T090000",
            "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
            "97: 0610 0710 / 98: 0610 0710 / 99: 0610 0710 / 00: 0610 0710 / 01: 0610 0710",
        ),
        (
            "19970310T090000",
            "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
            "97: 0310 / 99: 0110 0210 0310 / 01: 0110 0210 0310 / 03: 0110 0210 0310",
        ),
        (
            "19970101T090000",
            "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
            "97: 0101 0410 0719 / 00: 0101 0409 0718 / 03: 0101 0410 0719 / 06: 0101",
        ),
        ("19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "97: 0519 / 98: 0518 / 99: 0517"),
        ("19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "97: 0512 / 98: 0511 / 99: 0517"),
        ("19970512T090000", "FREQ=YEARLY;BYWEEKNO=20", "97: 0512 / 98: 0511 / 99: 0517"),
        (
            "19970313T090000",
            "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
            "97: 0313 0320 0327 / 98: 0305 0312 0319 0326 / 99: 0304 0311 0318 0325",
        ),
        (
            "19970605T090000",
            "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
            "97: 0605 0612 0619 0626 0703 0710 0717 0724 0731 0807 0814 0821 0828 / 98: 0604 0611",
        ),
        (
            "19961105T090000",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "96: 1105 / 00: 1107 / 04: 1102",
        ),
        ("20000229T090000", "FREQ=YEARLY", "00: 0229 / 04: 0229 / 08: 0229"),
        ("20201231T090000", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH", "20: 1231"),
    ] {
        check(start, rule, expect);
    }
}

#[test]
fn january_is_the_same_by_year_and_by_day() {
    let wide = between("19900101T000000", "20300101T000000");
    let by_year = "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA";
    let by_day = "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1";
    let days = run("19980101T090000", by_year, wide).unwrap();
    assert_eq!(days.len(), 93);
    assert_eq!(days, run("19980101T090000", by_day, wide).unwrap());
    assert_eq!(run(SEP_2, "FREQ=DAILY;UNTIL=19971224T000000Z", wide).unwrap().len(), 113);
}

#[test]
fn examples_of_the_rfc_within_a_day() {
    let wide = between("19900101T000000", "20300101T000000");
    let times = |rule| -> Vec<String> {
        let all = run(SEP_2, rule, wide).unwrap();
        all.iter().map(|at| at.split_once('T').unwrap().1.to_owned()).collect()
    };
    assert_eq!(times("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z"), ["0900", "1200", "1500"]);
    assert_eq!(
        times("FREQ=MINUTELY;INTERVAL=15;COUNT=6"),
        ["0900", "0915", "0930", "0945", "1000", "1015"]
    );
    assert_eq!(times("FREQ=MINUTELY;INTERVAL=90;COUNT=4"), ["0900", "1030", "1200", "1330"]);
    assert_eq!(times("FREQ=SECONDLY;INTERVAL=1800;COUNT=3"), ["0900", "0930", "1000"]);
    let two_days = between("19970902T000000", "19970904T000000");
    let by_day = "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40";
    let by_minute = "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16";
    assert_eq!(run(SEP_2, by_day, two_days).unwrap().len(), 48);
    assert_eq!(run(SEP_2, by_day, two_days), run(SEP_2, by_minute, two_days));
}

#[test]
fn a_rule_entered_late_agrees_with_one_followed_from_its_beginning() {
    let whole = between("19900101T000000", "20100101T000000");
    let late = between("20050305T120000", "20060702T000000");
    for rule in [
        "FREQ=DAILY;INTERVAL=7",
        "FREQ=DAILY;INTERVAL=13;BYDAY=MO,FR",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,MO,TU;WKST=TU",
        "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
        "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1,-1;BYDAY=MO,SU",
        "FREQ=HOURLY;INTERVAL=100",
    ] {
        let mut all = run(SEP_2, rule, whole).unwrap();
        all.retain(|at| at.as_str() >= "20050305T1200" && at.as_str() < "20060702T0000");
        assert!(!all.is_empty());
        assert_eq!(run(SEP_2, rule, late).unwrap(), all, "{rule}");
    }
}

#[test]
fn the_first_instance_counts_even_where_the_rule_would_not_give_it() {
    let wide = between("19900101T000000", "20300101T000000");
    let found = run(SEP_2, "FREQ=WEEKLY;BYDAY=MO;COUNT=3", wide).unwrap();
    assert_eq!(found, ["19970902T0900", "19970908T0900", "19970915T0900"]);
}

#[test]
fn rules_that_never_end_or_never_match_are_given_up() {
    let year = between("20260101T000000", "20270601T000000");
    let decades = between("19900101T000000", "20300101T000000");
    assert_eq!(run("20150101T000000", "FREQ=SECONDLY", year), Err(TooMuch::Instances));
    assert_eq!(run("20150101T000000", "FREQ=MINUTELY;COUNT=4000000000", year), Err(TooMuch::Steps));
    assert_eq!(
        run("20150101T000000", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", year),
        Err(TooMuch::Steps)
    );
    let every_second = "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;\
                        BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12;BYSECOND=0,1,2,3,4,5,6,7,8,9,10";
    assert_eq!(run("20150101T000000", every_second, year), Err(TooMuch::Steps));
    assert_eq!(
        run("20150101T000000", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", decades).unwrap().len(),
        1
    );
    assert_eq!(run("99990101T000000", "FREQ=YEARLY;INTERVAL=4294967295", decades), Ok(vec![]));
    assert_eq!(run("00010101T000000", "FREQ=DAILY", year).unwrap().len(), 516);
    assert_eq!(run(SEP_2, "FREQ=YEARLY;INTERVAL=4294967295", decades).unwrap().len(), 1);

    let mut budget = Budget { feed: 1_000, rule: 0 };
    let rule = Rule::read("FREQ=DAILY").unwrap();
    let many = expand(&rule, local(SEP_2), None, decades, &mut budget);
    assert_eq!(many, Err(TooMuch::Feed));
}

#[test]
fn an_hour_of_an_hourly_rule_takes_three_steps() {
    let stretch = between("20260101T000000", "20260201T000000");
    let mut budget = Budget::new();
    let rule = Rule::read("FREQ=HOURLY").unwrap();
    let found = expand(&rule, stretch.from, None, stretch, &mut budget).unwrap();
    assert_eq!(found.len(), 31 * 24);
    // One round more sees that the stretch is over.
    assert_eq!(FEED_STEPS_MAX - budget.feed_left(), 3 * (31 * 24 + 1));
    assert_eq!(RULE_STEPS_MAX / 3 / 24 / 365, 19, "years");
}
