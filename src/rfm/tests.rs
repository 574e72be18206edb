//! The whole stage: reference scores, and the properties of methods 1.6 against a slow oracle.

use std::io::Read as _;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::*;

/// One customer: days, orders, money.
type Row = (Option<i32>, u32, Option<f64>);

fn frame(rows: &[Row]) -> DataFrame {
    table::new(vec![
        Column::new(columns::RECENCY_DAYS.into(), rows.iter().map(|r| r.0).collect::<Vec<_>>()),
        Column::new(columns::FREQUENCY.into(), rows.iter().map(|r| r.1).collect::<Vec<_>>()),
        Column::new(columns::MONETARY.into(), rows.iter().map(|r| r.2).collect::<Vec<_>>()),
    ])
    .unwrap()
}

fn with_text(text: &str) -> RfmParams {
    toml::from_str(text).unwrap()
}

fn rfm(rows: &[Row], params: &RfmParams) -> Rfm {
    run(frame(rows), params, None).unwrap()
}

fn scores(of: &Rfm) -> [Vec<Option<u8>>; 3] {
    [columns::R_SCORE, columns::F_SCORE, columns::M_SCORE]
        .map(|name| table::u8s(&of.customers, name).unwrap())
}

fn texts(of: &Rfm, name: &str) -> Vec<Option<String>> {
    table::texts(&of.customers, name).unwrap().into_iter().map(|t| t.map(str::to_owned)).collect()
}

struct Reference {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Reference {
    fn read() -> Self {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/rfm_cdnow_sample_1998-06-30_scores.csv.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let mut rows = text.lines().map(|line| line.split(',').map(str::to_owned).collect());
        Self { header: rows.next().unwrap(), rows: rows.collect() }
    }

    fn texts(&self, column: &str) -> Vec<String> {
        let index = self.header.iter().position(|h| h == column).unwrap();
        self.rows.iter().map(|row| row[index].clone()).collect()
    }

    fn numbers<T: std::str::FromStr<Err: std::fmt::Debug>>(&self, column: &str) -> Vec<T> {
        self.texts(column).iter().map(|t| t.parse().unwrap()).collect()
    }

    fn scores(&self, column: &str) -> Vec<Option<u8>> {
        self.numbers(column).into_iter().map(Some).collect()
    }

    /// The customers, frequency taken from the named column.
    fn customers(&self, frequency: &str) -> Vec<Row> {
        let money: Vec<i64> = self.numbers("monetary_minor");
        let days: Vec<i32> = self.numbers("recency_days");
        let orders: Vec<u32> = self.numbers(frequency);
        (0..days.len()).map(|i| (Some(days[i]), orders[i], Some(money[i] as f64 / 100.0))).collect()
    }
}

fn summary() -> serde_json::Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/rfm_cdnow_sample_1998-06-30_summary.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn cdnow_scores_and_segments_are_those_of_the_reference() {
    let reference = Reference::read();
    let found = rfm(&reference.customers("frequency"), &RfmParams::default());
    assert_eq!(scores(&found), ["R", "F", "M"].map(|c| reference.scores(c)));
    let segments = reference.texts("segment").into_iter().map(Some).collect::<Vec<_>>();
    assert_eq!(texts(&found, columns::RFM_SEGMENT), segments);
    let cells: Vec<Option<String>> = (0..segments.len())
        .map(|i| Some(["R", "F", "M"].map(|c| reference.texts(c)[i].clone()).concat()))
        .take(50)
        .collect();
    assert_eq!(texts(&found, columns::RFM_CELL)[..50], cells);
    assert!(found.warnings.is_empty());
}

#[test]
fn cdnow_weighted_scores_are_those_of_the_reference() {
    let reference = Reference::read();
    let found = rfm(&reference.customers("frequency"), &RfmParams::default());
    let scores = table::f64s(&found.customers, columns::RFM_SCORE).unwrap();
    // the reference keeps nine decimals, and its mean is the mean of those
    let rounded: Vec<f64> = scores.iter().map(|s| (s.unwrap() * 1e9).round() / 1e9).collect();
    assert_eq!(rounded, reference.numbers::<f64>("rfm_score"));
    let mean = rounded.iter().sum::<f64>() / rounded.len() as f64;
    let expected = summary()["mean_rfm_score"].as_f64().unwrap();
    assert!((mean - expected).abs() < 1e-12, "{mean} against {expected}");
}

#[test]
fn cdnow_alternatives_are_those_of_the_reference() {
    let reference = Reference::read();
    let customers = reference.customers("frequency");
    for (method, column) in
        [("strict_worse", "F_strict"), ("mid_rank", "F_mid"), ("mean_split", "F_meansplit")]
    {
        let found = rfm(&customers, &with_text(&format!("frequency_method = '{method}'")));
        assert_eq!(scores(&found)[1], reference.scores(column), "{method}");
    }
    let fixed = with_text(
        "scoring = 'fixed'\nrecency_days = [30, 90, 180, 365]\nfrequency = [2, 3, 5, 10]\nmonetary = [1, 2, 3, 4]",
    );
    let found = scores(&rfm(&customers, &fixed));
    assert_eq!(found[0], reference.scores("R_fixed"));
    assert_eq!(found[1], reference.scores("F_fixed"));
    let package = rfm(&reference.customers("orders_rows"), &with_text("scoring = 'compat_cran_rfm'"));
    assert_eq!(scores(&package), ["R_rpkg", "F_rpkg", "M_rpkg"].map(|c| reference.scores(c)));
}

#[test]
fn cdnow_thresholds_are_those_of_the_reference() {
    let found = rfm(&Reference::read().customers("frequency"), &RfmParams::default());
    let rows = threshold_rows(&found.thresholds).unwrap();
    let customers = table::u32s(&found.thresholds, crate::schema::rfm_thresholds::CUSTOMERS).unwrap();
    assert_eq!(rows.len(), 15);
    let summary = summary();
    for (row, customers) in rows.iter().zip(customers) {
        let (count, range, scale) = match row.dimension {
            Dimension::Recency => ("R", "R", 1.0),
            Dimension::Frequency => ("F", "F", 1.0),
            Dimension::Monetary => ("M", "M_minor", 100.0),
        };
        let score = row.score.to_string();
        let bound = |end: usize| Some(summary["ranges"][range][&score][end].as_f64().unwrap() / scale);
        assert_eq!((row.lower, row.upper), (bound(0), bound(1)));
        assert_eq!(customers.map(u64::from), summary["counts"][count][&score].as_u64());
    }
}

#[test]
fn the_sentence_explains_the_labels() {
    let found = rfm(&Reference::read().customers("frequency"), &RfmParams::default());
    assert_eq!(
        texts(&found, columns::RFM_WHY)[0].as_deref(),
        Some(
            "recency -> 4 (152-441 days); frequency -> 4 (4-5 orders); \
             monetary -> 4 (59.26 to 130.49); cell 444 -> loyal"
        )
    );
}

#[test]
fn freezing_a_result_reproduces_every_score() {
    let mut params = with_text("scoring = 'frozen'\nfrozen_file = 'rfm_thresholds.parquet'");
    for method in ["repeat_split", "strict_worse", "mid_rank", "mean_split"] {
        for k in [2, 5, 10] {
            let segments = "[[segments]]\nname = 'all'\ncells = ['**']";
            let free = with_text(&format!("scores = {k}\nfrequency_method = '{method}'\n{segments}"));
            let rows = many_ties(k.into(), 3_000);
            let first = rfm(&rows, &free);
            (params.scores, params.segments) = (k, free.segments);
            let frozen = threshold_rows(&first.thresholds).unwrap();
            let again = run(frame(&rows), &params, Some(&frozen)).unwrap();
            assert_eq!(scores(&again), scores(&first), "{method}, {k} scores");
        }
    }
}

#[test]
fn frozen_bounds_of_another_number_of_scores_are_refused() {
    let rows = many_ties(1, 100);
    let frozen = threshold_rows(&rfm(&rows, &RfmParams::default()).thresholds).unwrap();
    let params = with_text(
        "scores = 4\nscoring = 'frozen'\nfrozen_file = 'a'\n[[segments]]\nname = 'all'\ncells = ['**']",
    );
    let message = run(frame(&rows), &params, Some(&frozen)).unwrap_err().to_string();
    assert!(message.contains("needs 4 rows for `recency_days`") && message.contains("found 5"), "{message}");
}

#[test]
fn customers_without_a_counting_order_have_no_labels_and_do_not_move_others() {
    let rows = [(Some(3), 1, Some(10.0)), (Some(9), 2, Some(-5.0))];
    let mut more = rows.to_vec();
    more.extend([(None, 0, Some(-70.0)), (None, 0, None)]);
    let (plain, found) = (rfm(&rows, &RfmParams::default()), rfm(&more, &RfmParams::default()));
    for (plain, found) in scores(&plain).iter().zip(scores(&found)) {
        assert_eq!(plain[..], found[..2]);
        assert_eq!(found[2..], [None, None]);
    }
    assert_eq!(texts(&found, columns::RFM_SEGMENT)[2..], [None, None]);
    assert_eq!(table::f64s(&found.customers, columns::RFM_SCORE).unwrap()[2..], [None, None]);
    let why = texts(&found, columns::RFM_WHY);
    assert_eq!(why[2].as_deref(), Some("no counting order"));
    assert!(why[1].as_ref().unwrap().contains("non_positive_spend"));
    let windowed = rfm(&more, &with_text("window_days = 365"));
    assert_eq!(texts(&windowed, columns::RFM_WHY)[3].as_deref(), Some("no counting order in 365 days"));
}

#[test]
fn unknown_money_leaves_two_scores_and_no_cell() {
    let found = rfm(&[(Some(3), 1, None), (Some(9), 2, Some(5.0))], &RfmParams::default());
    let [r, f, m] = scores(&found);
    assert_eq!((r[0], f[0], m[0]), (Some(3), Some(1), None));
    assert_eq!(texts(&found, columns::RFM_CELL)[0], None);
}

#[test]
fn nobody_one_customer_and_all_equal() {
    let nobody = rfm(&[], &RfmParams::default());
    assert_eq!((nobody.customers.height(), nobody.thresholds.height()), (0, 15));
    assert!(nobody.warnings.is_empty());
    let equal = rfm(&[(Some(4), 1, Some(9.5)); 7], &RfmParams::default());
    assert_eq!(scores(&equal), [1, 1, 1].map(|s| vec![Some(s); 7]));
    let warnings: Vec<_> = equal.warnings.iter().map(|w| (w.code, w.message.as_str())).collect();
    assert_eq!(warnings.len(), 3);
    let expected = "every customer has `monetary` 9.5, so its score tells nobody apart";
    assert_eq!(warnings[2], ("degenerate_dimension", expected));
    let one = rfm(&[(Some(0), 7, Some(0.0))], &RfmParams::default());
    assert_eq!(scores(&one), [vec![Some(1)], vec![Some(2)], vec![Some(1)]]);
}

#[test]
fn weights_and_own_maps_are_used() {
    let params = with_text(
        "scores = 2\nweights = [2, 1, 1]\n[[segments]]\nname = 'VIP / ویژه'\ncells = ['22']\n\
         [[segments]]\nname = 'rest'\ncells = ['1*', '21*']",
    );
    let found = rfm(&[(Some(1), 4, Some(5.0)), (Some(9), 1, Some(9.0))], &params);
    assert_eq!(texts(&found, columns::RFM_SEGMENT), [Some("VIP / ویژه".into()), Some("rest".into())]);
    // first: cell 221, (2·2 + 2 + 1)/4; second: cell 112, (2·1 + 1 + 2)/4
    assert_eq!(table::f64s(&found.customers, columns::RFM_SCORE).unwrap(), [Some(1.75), Some(1.25)]);
}

/// Customers of whom nine in ten share a few values, some without orders.
fn many_ties(seed: u64, n: usize) -> Vec<Row> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut below = move |n: u32| random.next_u32() % n;
    (0..n)
        .map(|_| {
            let tied = below(10) > 0;
            let days = if tied { below(3) * 30 } else { below(700) } as i32;
            let orders = 1 + if tied { below(2) } else { below(40) };
            let cents = if tied { below(4) * 500 } else { below(100_000) };
            let money = f64::from(cents) / 100.0 - 5.0;
            (Some(days).filter(|_| below(20) > 0), orders, Some(money))
        })
        .collect()
}

/// Methods 1.2 word for word: compares every customer with every other.
fn oracle(rows: &[Row], k: u64) -> [Vec<Option<u8>>; 3] {
    let bought: Vec<&Row> = rows.iter().filter(|r| r.0.is_some()).collect();
    let n = bought.len() as u64;
    let again: Vec<&&Row> = bought.iter().filter(|r| r.1 >= 2).collect();
    let worse = |is_worse: &dyn Fn(&Row) -> bool| bought.iter().filter(|r| is_worse(r)).count() as u64;
    let score = |row: &Row| {
        let days = worse(&|other| other.0 > row.0);
        let money = worse(&|other| other.2 < row.2);
        let orders = again.iter().filter(|other| other.1 < row.1).count() as u64;
        let f = if row.1 == 1 { 1 } else { 2 + (k - 1) * orders / again.len() as u64 };
        row.0.map(|_| [1 + k * days / n, f, 1 + k * money / n].map(|s| s as u8))
    };
    let all: Vec<Option<[u8; 3]>> = rows.iter().map(score).collect();
    [0, 1, 2].map(|d| all.iter().map(|s| s.map(|s| s[d])).collect())
}

#[test]
fn scores_are_those_of_comparing_everyone_with_everyone() {
    for seed in 0..40 {
        let k = [2, 3, 5, 10][seed as usize % 4];
        let params = with_text(&format!("scores = {k}\n[[segments]]\nname = 'all'\ncells = ['**']"));
        let rows = many_ties(seed, 1 + seed as usize * 17);
        assert_eq!(scores(&rfm(&rows, &params)), oracle(&rows, k), "seed {seed}");
    }
}

#[test]
fn scores_ignore_order_money_unit_calendar_and_size() {
    for seed in 0..20 {
        let rows = many_ties(seed, 500);
        let of = |rows: &[Row]| scores(&rfm(rows, &RfmParams::default()));
        let expected = of(&rows);
        let cents: Vec<Row> = rows.iter().map(|r| (r.0, r.1, r.2.map(|m| m * 100.0))).collect();
        assert_eq!(of(&cents), expected);
        let later: Vec<Row> = rows.iter().map(|r| (r.0.map(|d| d + 400), r.1, r.2)).collect();
        assert_eq!(of(&later), expected);
        let backwards: Vec<Row> = rows.iter().rev().copied().collect();
        assert_eq!(of(&backwards).map(|s| s.into_iter().rev().collect::<Vec<_>>()), expected);
        let twice = [rows.clone(), rows.clone()].concat();
        assert_eq!(of(&twice), expected.map(|s| [s.clone(), s].concat()));
    }
}

#[test]
fn improving_one_dimension_never_lowers_its_score() {
    for method in ["repeat_split", "strict_worse", "mid_rank"] {
        let params = with_text(&format!("frequency_method = '{method}'"));
        for seed in 0..20 {
            let mut rows = many_ties(seed, 200);
            rows[7].0 = Some(300);
            let before = scores(&rfm(&rows, &params)).map(|s| s[7]);
            let by = seed as u32 * 3 + 1;
            rows[7].0 = rows[7].0.map(|days| days - by as i32);
            rows[7].1 += by;
            rows[7].2 = rows[7].2.map(|money| money + f64::from(by));
            let after = scores(&rfm(&rows, &params)).map(|s| s[7]);
            assert!(before.iter().zip(after).all(|(b, a)| *b <= a), "{method}, seed {seed}");
        }
    }
}

#[test]
fn every_customer_with_an_order_is_counted_once_per_dimension() {
    let rows = many_ties(5, 2_000);
    let bought = rows.iter().filter(|r| r.0.is_some()).count() as u32;
    let found = rfm(&rows, &RfmParams::default());
    let customers = table::u32s(&found.thresholds, crate::schema::rfm_thresholds::CUSTOMERS).unwrap();
    for dimension in customers.chunks(5) {
        assert_eq!(dimension.iter().flatten().sum::<u32>(), bought);
    }
    let named = texts(&found, columns::RFM_SEGMENT).iter().flatten().count() as u32;
    assert_eq!(named, bought);
}
