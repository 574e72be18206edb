//! Runs without transactions: the answers alone, of named customers or of nobody.

use crate::desk::Desk;
use crate::ledger;
use crate::published::{Published, Table};
use crate::shared;

/// The value of a measure over all responses of a survey or of one of its dimensions.
fn index(indices: &Table, dimension: &str, measure: &str) -> Option<f64> {
    let column = |name: &str| indices.texts(name);
    let (dimensions, groups, measures) = (column("dimension"), column("group_by"), column("measure"));
    let is = |cells: &[Option<String>], row: usize, text: &str| cells[row].as_deref() == Some(text);
    let row = (0..indices.height())
        .find(|r| is(&dimensions, *r, dimension) && is(&groups, *r, "all") && is(&measures, *r, measure));
    indices.floats("value")[row.unwrap_or_else(|| panic!("no {measure} of {dimension}"))]
}

fn run(config: &str, survey: &str) -> (Desk, Published) {
    let desk = Desk::with_config(config);
    desk.write("survey.csv", survey);
    let result = desk.published();
    result.assert_complete();
    (desk, result)
}

const NAMED: &str = r#"
[satisfaction]
fade = false
minimum_group = 1
[[surveys]]
files = ["survey.csv"]
columns = { customer_id = "who", responded_at = "when" }
items = [{ column = "overall", measures = "satisfaction", scale = [1, 5] }]
"#;

#[test]
fn who_answered_is_a_customer_and_the_last_answer_is_the_day() {
    let answers = "who,when,overall\nb,2024-01-20,4\na,2024-01-30,1\nb,2024-01-31 10:00,2\n,2024-02-09,5\n";
    let (desk, result) = run(NAMED, answers);
    let customers = result.customers();
    assert_eq!(customers.ids("customer_id"), ["a", "b"]);
    // b: 0.75 eleven days before the as-of day and 0.25 on it, the older one weighing 2^(-11/90).
    let weight = (-11.0_f64 / 90.0).exp2();
    let expected = (0.75 * weight + 0.25) / (weight + 1.0);
    let scores = customers.floats("satisfaction_score");
    assert_eq!(scores[0], Some(0.0));
    assert!((scores[1].unwrap() - expected).abs() < 1e-12);
    assert_eq!(result.manifest["as_of"], "2024-01-31");
    assert_eq!(result.account("survey").set_aside, [("missing_customer".to_owned(), 1)].into());
    // What they bought is unknown, and no stage that needs it ran.
    assert_eq!(customers.ints("order_count"), [None, None]);
    assert_eq!(customers.floats("spend_total"), [None, None]);
    assert_eq!(result.manifest["stages"], serde_json::json!(["activity", "satisfaction"]));
    assert!(!customers.names().contains(&"rfm_segment".to_owned()));
    let explained = desk.moshtari(&["explain", "results", "a"]).must_end_with(0).out;
    assert!(explained.contains("unknown: the run had no transactions"), "{explained}");
    assert!(explained.contains("score 0.000 in [0, 0.125): angry"), "{explained}");
    desk.moshtari(&["check"]).must_end_with(0);
}

#[test]
fn nobody_answered_for_himself() {
    let config = NAMED.replace("customer_id = \"who\", ", "");
    let (_desk, result) = run(&config, "when,overall\n2024-01-20,4\n2024-01-30,1\n");
    assert_eq!(result.customers().height(), 0);
    assert_eq!(result.manifest["as_of"], "2024-01-30");
    assert_eq!(index(&result.table("satisfaction"), "overall", "mean"), Some(0.375));
}

#[test]
fn what_is_missing_for_a_run_without_transactions_is_said() {
    let told = |config: &str, survey: &str, code: i32| {
        let desk = Desk::with_config(config);
        desk.write("survey.csv", survey);
        let err = desk.moshtari(&["run"]).must_end_with(code).err;
        assert_eq!(desk.names_in("results/runs"), [""; 0]);
        err
    };
    let undated = NAMED.replace(", responded_at = \"when\"", "");
    insta::assert_snapshot!(told(&undated, "who,overall\na,1\n", 2), @r#"
    error: there is no moment to look from: no `[run] as_of`, no transactions, no dated answer
    hint: write `as_of = "2024-12-31"`: the day from which the answers are looked at
    "#);
    insta::assert_snapshot!(told(&format!("[run]\nstages = [\"loyalty\"]\n{NAMED}"), "who,when,overall\n", 2), @"
    error: stage `loyalty` needs `[transactions]`, which there is none of
    hint: without transactions there are `activity` and `satisfaction`; leave `stages` out
    ");
    insta::assert_snapshot!(told(&NAMED.replace("customer_id", "order_id"), "who,when,overall\n", 2), @"
    error: moshtari.toml: survey `number 1` finds its customers through `order_id`, but there is no `[transactions]`
    hint: map `customer_id`, or leave `order_id` out: the survey is then anonymous
    ");
    insta::assert_snapshot!(told(NAMED, "who,when,overall\n,2024-01-01,1\n,2024-01-02,2\n", 3), @"
    error: surveys: none of 2 rows was accepted
    hint: `moshtari check` shows why each was set aside
    ");
}

#[test]
fn the_published_survey_of_mobile_phone_customers() {
    let Some(path) = shared::real("survey_ecsi_mobile/mobi.csv") else { return };
    let text = shared::text(&path);
    let blocks = [
        ("CUEX", 3, "expectation", "expectation"),
        ("PERQ", 7, "perception", "quality"),
        ("PERV", 2, "perception", "value"),
        ("CUSA", 3, "satisfaction", "satisfaction"),
        ("CUSL", 3, "repurchase", "loyalty"),
        ("IMAG", 5, "perception", "image"),
    ];
    let items: String = blocks
        .iter()
        .flat_map(|(block, n, measures, dimension)| {
            (1..=*n).map(move |i| {
                format!(
                    "[[surveys.items]]\ncolumn = \"{block}{i}\"\nmeasures = \"{measures}\"\nscale = [1, 10]\ndimension = \"{dimension}\"\n"
                )
            })
        })
        .collect();
    let config = format!(
        "[run]\nas_of = \"2005-01-01\"\n[[surveys]]\nname = \"mobi\"\nfiles = [\"survey.csv\"]\n{items}"
    );
    let (_desk, result) = run(&config, &text);
    let account = result.account("mobi");
    assert_eq!((account.read, account.accepted), (250, 250));
    // satisfaction_mobi.json: mean of (mean of CUSA1-3 − 1) / 9 over the 250 customers, and their levels.
    let indices = result.table("satisfaction");
    let reference: serde_json::Value =
        serde_json::from_str(&shared::golden("satisfaction_mobi.json")).unwrap();
    let mean = index(&indices, "satisfaction", "mean").unwrap();
    assert!((mean - reference["plain_mean_u"].as_f64().unwrap()).abs() < 1e-12, "{mean}");
    for (level, count) in reference["plain_levels"].as_object().unwrap() {
        let share = index(&indices, "satisfaction", &format!("share_{level}")).unwrap();
        assert!((share - count.as_f64().unwrap() / 250.0).abs() < 1e-12, "{level}: {share}");
    }
    assert_eq!(ledger::records(&text).len(), 250);
}
