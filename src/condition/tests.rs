//! Truth tables worked out by hand, and the messages people read.

use polars::prelude::*;

use super::*;
use crate::schema::{self, Kind, customers as c};
use crate::table;
use crate::zone::Zone;

const DAY: i64 = 86_400_000_000;
/// 2011-12-01 00:00 UTC.
const DECEMBER: i64 = 15_309 * DAY;

fn columns() -> Columns {
    Columns::of(&schema::customers::TABLE)
        .with("vip", Kind::Bool)
        .with("watched", Kind::TextList)
        .with_values(c::QUADRANT, ["advocate", "hostage", "mercenary", "dangerous"])
}

/// Five customers; each column has one null.
fn customers() -> DataFrame {
    let watched = |texts: &[&str]| Series::new("".into(), texts);
    let lists = vec![
        Some(watched(&["silent", "angry"])),
        Some(watched(&[])),
        None,
        Some(watched(&["angry"])),
        Some(watched(&["silence"])),
    ];
    let last = [0, DAY - 1, DAY, 0, -1].map(|after| DECEMBER + after);
    let last = [Some(last[0]), Some(last[1]), Some(last[2]), None, Some(last[4])];
    table::new(vec![
        Column::new(c::CUSTOMER_ID.into(), ["a", "b", "c", "d", "e"]),
        Column::new(
            c::RFM_SEGMENT.into(),
            [Some("champions"), Some("loyal"), Some("lost"), None, Some("champions")],
        ),
        Column::new(
            c::QUADRANT.into(),
            [Some("advocate"), Some("hostage"), None, Some("advocate"), Some("hostage")],
        ),
        Column::new(c::MONETARY.into(), [Some(10.0), Some(20.5), Some(-1.0), None, Some(0.0)]),
        Column::new(c::FREQUENCY.into(), [Some(1_u32), None, Some(3), Some(10), Some(0)]),
        Column::new("vip".into(), [Some(true), Some(false), None, Some(true), Some(false)]),
        Column::new("watched".into(), lists),
        table::timestamp_column(c::LAST_ORDER_AT, last.to_vec()).unwrap(),
    ])
    .unwrap()
}

/// The customers for whom a condition is true, as one text.
fn who(text: &str) -> String {
    let checked = Condition::parse(text).unwrap().check(&columns()).unwrap_or_else(|e| panic!("{e}"));
    let mask = checked.mask(&customers()).unwrap();
    "abcde".chars().zip(mask).filter(|(_, is_in)| *is_in).map(|(id, _)| id).collect()
}

#[test]
fn tests_are_true_for_these_customers() {
    for (text, expected) in [
        ("rfm_segment = 'champions'", "ae"),
        ("rfm_segment != 'champions'", "bc"),
        ("rfm_segment in ('champions', 'loyal') and quadrant = 'advocate'", "a"),
        ("rfm_segment not in ('champions')", "bc"),
        ("rfm_segment < 'd'", "ae"),
        ("rfm_segment contains 'o'", "abce"),
        ("rfm_segment not contains 'oy'", "ace"),
        ("monetary > 0", "ab"),
        ("monetary >= -0.0", "abe"),
        ("0 < monetary", "ab"),
        ("monetary between 0 and 10", "ae"),
        ("monetary not between 0 and 10", "bc"),
        ("monetary = 2.05e1", "b"),
        ("frequency in (1, 10)", "ad"),
        ("monetary > frequency", "a"),
        ("frequency <> 1", "cde"),
        ("monetary is null", "d"),
        ("monetary IS NOT NULL", "abce"),
        ("vip = true", "ad"),
        ("vip != true", "be"),
        ("watched contains 'silent'", "a"),
        ("not watched contains 'silent'", "bde"),
        ("watched is null", "c"),
        ("customer_id = 'it''s'", ""),
    ] {
        assert_eq!(who(text), expected, "{text}");
    }
}

#[test]
fn and_binds_more_than_or_and_not_most() {
    for (text, expected) in [
        ("monetary > 0 or frequency = 3 and vip = true", "ab"),
        ("(monetary > 0 or frequency = 3) and vip = true", "a"),
        ("not vip = true or monetary = 10", "abe"),
        ("not (vip = true or monetary = 20.5)", "e"),
    ] {
        assert_eq!(who(text), expected, "{text}");
    }
}

/// The tables of SQL: rows and columns are true, false, unknown.
#[test]
fn unknown_is_neither_true_nor_false() {
    let (yes, no, unknown) = ("customer_id = 'a'", "customer_id != 'a'", "frequency != 99");
    let frame = table::new(vec![
        Column::new(c::CUSTOMER_ID.into(), ["a"]),
        Column::new(c::FREQUENCY.into(), [None::<u32>]),
    ])
    .unwrap();
    let truth = |text: &str| {
        Condition::parse(text).unwrap().check(&columns()).unwrap().test.truths(&frame).unwrap()[0]
    };
    let values = [yes, no, unknown];
    let and = [[Some(true), Some(false), None], [Some(false); 3], [None, Some(false), None]];
    let or = [[Some(true); 3], [Some(true), Some(false), None], [Some(true), None, None]];
    for (i, a) in values.iter().enumerate() {
        for (j, b) in values.iter().enumerate() {
            assert_eq!(truth(&format!("{a} and {b}")), and[i][j], "{a} and {b}");
            assert_eq!(truth(&format!("{a} or {b}")), or[i][j], "{a} or {b}");
        }
    }
    assert_eq!([yes, no, unknown].map(|v| truth(&format!("not ({v})"))), [Some(false), Some(true), None]);
}

#[test]
fn a_date_is_its_whole_day_in_the_zone() {
    for (text, expected) in [
        ("last_order_at = '2011-12-01'", "ab"),
        ("last_order_at < '2011-12-01'", "e"),
        ("last_order_at <= '2011-12-01'", "abe"),
        ("last_order_at > '2011-12-01'", "c"),
        ("last_order_at >= '2011-12-01'", "abc"),
        ("last_order_at != '2011-12-01'", "ce"),
        ("last_order_at between '2011-11-30' and '2011-12-01'", "abe"),
        ("last_order_at > '2011-12-01T00:00'", "bc"),
        ("last_order_at = '2011-12-01T01:00:00+01:00'", "a"),
    ] {
        assert_eq!(who(text), expected, "{text}");
    }
    // Midnight in Tehran is 20:30 UTC of the day before.
    let tehran = columns().in_zone(Zone::parse("+03:30").unwrap());
    let condition = Condition::parse("last_order_at < '2011-12-01'").unwrap().check(&tehran).unwrap();
    assert_eq!(condition.mask(&customers()).unwrap(), [false; 5]);
}

#[test]
fn a_column_that_was_not_made_is_named() {
    let condition = Condition::parse("clusters_are = 1 or cluster_id = 1").unwrap();
    let condition = condition.check(&columns().with("clusters_are", Kind::U16)).unwrap();
    let error = condition.mask(&customers()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the condition `clusters_are = 1 or cluster_id = 1` reads the column `cluster_id`, \
         which this table does not have"
    );
}

/// The message and hint for a condition at fault.
fn fault(text: &str) -> String {
    let error = Condition::parse(text).and_then(|c| c.check(&columns()).map(|_| ())).unwrap_err();
    match error.hint_text() {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    }
}

#[test]
fn faults_are_told_with_place_and_way_out() {
    let faults = [
        "rfm_segmnt = 'loyal'",
        "quadrant = 'advocat'",
        "quadrant = 'none of them'",
        "quadrant = 5",
        "monetary > '5'",
        "monetary > quadrant",
        "monetary >",
        "monetary",
        "monetary is 5",
        "monetary = null",
        "monetary not 5",
        "monetary == 5",
        "!(monetary = 5)",
        "monetary = 5 && vip = true",
        "monetary > 5 quadrant = 'advocate'",
        "rfm_segment in 'loyal'",
        "rfm_segment in ('loyal'",
        "rfm_segment in ()",
        "quadrant = \"advocate\"",
        "quadrant = 'advocate",
        "(monetary > 5",
        "monetary between 5, 6",
        "1 = 1",
        "monetary > 5 + 5",
        "last_order_at > 2011-12-01",
        "last_order_at > '1 December'",
        "vip > true",
        "watched = 'silent'",
        "monetary contains 'x'",
        "'loyal' in ('loyal')",
        "نام = 'سارا' and ؟",
        "",
    ];
    let told: Vec<String> = faults.into_iter().map(fault).collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn nesting_has_an_end() {
    let text = format!("{}monetary > 1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(Condition::parse(&text).is_err());
    let long = vec!["monetary > 1"; 100_000].join(" or ");
    assert!(Condition::parse(&long).is_ok());
}
