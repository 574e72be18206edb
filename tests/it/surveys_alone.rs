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
    assert!(explained.contains("score in [0, 0.125): angry; score 0.000"), "{explained}");
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
    hint: without transactions there are `activity`, `satisfaction`, `complaints` and `watchlist`; leave `stages` out
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

/// The questions of the form: header, the rest of its item. Answers of people who never buy are spelled in five ways.
const FORM: [(&str, &str); 20] = [
    ("1. Your Gender", "labels = [\"Male\", \"Female\"]"),
    ("2. Your Age", "labels = [\"Below 20\", \"From 20 to 29\", \"From 30 to 39\", \"40 and above\"]"),
    ("3. Are you currently....?", "labels = [\"Student\", \"Employed\", \"Self-employed\", \"Housewife\"]"),
    (
        "4. What is your annual income?",
        "labels = [\"Less than RM25,000\", \"RM25,000 - RM50,000\", \"RM50,000 - RM100,000\", \"RM100,000 - RM150,000\", \"More than RM150,000\"]",
    ),
    (
        "5. How often do you visit Starbucks?",
        "labels = [\"Never\", \"Rarely\", \"Monthly\", \"Weekly\", \"Daily\"]",
    ),
    (
        "6. How do you usually enjoy Starbucks?",
        "labels = [[\"never\", \"Never buy\", \"I dont like coffee\"], \"Drive-thru\", \"Take away\", \"Dine in\"]",
    ),
    (
        "7. How much time do you normally  spend during your visit?",
        "labels = [\"Below 30 minutes\", \"Between 30 minutes to 1 hour\", \"Between 1 hour to 2 hours\", \"Between 2 hours to 3 hours\", \"More than 3 hours\"]",
    ),
    (
        "8. The nearest Starbucks's outlet to you is...?",
        "labels = [\"more than 3km\", \"1km - 3km\", \"within 1km\"]",
    ),
    ("9. Do you have Starbucks membership card?", "labels = [\"No\", \"Yes\"]"),
    ("10. What do you most frequently purchase at Starbucks?", "option = \"Coffee\"\nseparator = \";\""),
    (
        "11. On average, how much would you spend at Starbucks per visit?",
        "labels = [\"Zero\", \"Less than RM20\", \"Around RM20 - RM40\", \"More than RM40\"]",
    ),
    (
        "12. How would you rate the quality of Starbucks compared to other brands (Coffee Bean, Old Town White Coffee..) to be:",
        "scale = [1, 5]\ndimension = \"product\"",
    ),
    ("13. How would you rate the price range at Starbucks?", "scale = [1, 5]\ndimension = \"price\""),
    ("14. How important are sales and promotions in your purchase decision?", "scale = [1, 5]"),
    (
        "15. How would you rate the ambiance at Starbucks? (lighting, music, etc...)",
        "scale = [1, 5]\ndimension = \"tangibles\"",
    ),
    ("16. You rate the WiFi quality at Starbucks as..", "scale = [1, 5]\ndimension = \"tangibles\""),
    (
        "17. How would you rate the service at Starbucks? (Promptness, friendliness, etc..)",
        "scale = [1, 5]\ndimension = \"service\"",
    ),
    (
        "18. How likely you will choose Starbucks for doing business meetings or hangout with friends?",
        "scale = [1, 5]",
    ),
    (
        "19. How do you come to hear of promotions at Starbucks? Check all that apply.",
        "option = \"Social Media\"\nseparator = \";\"",
    ),
    ("20. Will you continue buying at Starbucks?", "labels = [\"No\", \"Yes\"]"),
];

/// Answers given, missing ones, empty cells and what is off its question: every cell with something in it, and every
/// part of the two questions where people ticked what applies.
fn counted(records: &[std::collections::BTreeMap<String, String>]) -> (u64, u64, u64, Vec<String>) {
    let (mut given, mut missing, mut empty, mut aside) = (0, 0, 0, Vec::new());
    for record in records {
        for (question, rest) in FORM {
            let cell = record[question].trim();
            if cell.is_empty() {
                empty += 1;
            } else if cell == "NA" {
                given += 1;
                missing += 1;
            } else if let Some(option) = rest.strip_prefix("option = \"") {
                let parts: Vec<&str> =
                    cell.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
                given += parts.len() as u64;
                let known = option.split('"').next().unwrap();
                aside.extend(parts.into_iter().filter(|part| *part != known).map(str::to_owned));
            } else {
                given += 1;
            }
        }
    }
    (given, missing, empty, aside)
}

#[test]
fn a_form_whose_headers_are_questions_accounts_for_each_answer() {
    let Some(path) = shared::real("survey_starbucks_my/starbucks_satisfactory_survey.csv") else { return };
    let text = shared::text(&path);
    let items: String = FORM
        .iter()
        .map(|(question, rest)| {
            let measures = match question.split('.').next().unwrap().parse().unwrap() {
                12 | 13 | 15..=17 => "satisfaction",
                18 | 20 => "repurchase",
                _ => "other",
            };
            format!("[[surveys.items]]\ncolumn = \"{question}\"\nmeasures = \"{measures}\"\n{rest}\n")
        })
        .collect();
    let config = format!(
        "[run]\ntimezone = \"Asia/Kuala_Lumpur\"\n[[surveys]]\nname = \"form\"\nfiles = [\"survey.csv\"]\n\
        columns = {{ responded_at = \"Timestamp\" }}\n{items}"
    );
    let (_desk, result) = run(&config, &text);
    let records = ledger::records(&text);
    let account = result.account("form");
    assert_eq!((account.read, account.accepted), (122, 122));
    assert_eq!(result.customers().height(), 0);
    let (given, missing, empty, mut aside) = counted(&records);
    let answers = result.answers("form");
    assert_eq!((answers.given, answers.missing, answers.empty), (given, missing, empty));
    assert_eq!(answers.repeated, 0);
    let mut found = result.table("rejects/answers").ids("value");
    found.sort();
    aside.sort();
    assert_eq!(found, aside);
    // A dimension of one item and one of two, by hand from the cells.
    let indices = result.table("satisfaction");
    let unit = |record: &std::collections::BTreeMap<String, String>, item: usize| {
        (record[FORM[item - 1].0].parse::<f64>().unwrap() - 1.0) / 4.0
    };
    let service: f64 = records.iter().map(|r| unit(r, 17)).sum::<f64>() / 122.0;
    let tangibles: f64 = records.iter().map(|r| f64::midpoint(unit(r, 15), unit(r, 16))).sum::<f64>() / 122.0;
    for (dimension, expected) in [("service", service), ("tangibles", tangibles)] {
        let mean = index(&indices, dimension, "mean").unwrap();
        assert!((mean - expected).abs() < 1e-12, "{dimension}: {mean}, not {expected}");
    }
    let days = records.iter().map(|r| r["Timestamp"][..10].replace('/', "-")).max().unwrap();
    assert_eq!(result.manifest["as_of"], days);
}

/// The aspects as another keyboard types them, and what they are here.
const ASPECTS: [(&str, &str); 7] = [
    ("طعم", "taste"),
    ("ارزش خريد", "value"),
    ("ارسال", "delivery"),
    ("بسته  بندي", "packaging"),
    ("ارزش غذايي", "nutrition"),
    ("كيفيت", "product"),
    ("كلي", "whole"),
];

fn aspects(file: &str) -> String {
    let items: String = ASPECTS
        .iter()
        .map(|(aspect, dimension)| {
            format!(
                "[[surveys.items]]\ncolumn = \"{aspect}\"\nmeasures = \"satisfaction\"\nscale = [-2, 2]\ndimension = \"{dimension}\"\n"
            )
        })
        .collect();
    format!(
        "[run]\nas_of = \"2021-01-01\"\n[satisfaction]\nminimum_group = 1\n[[surveys]]\nname = \"food\"\nfiles = [\"{file}\"]\n\
        layout = \"long\"\nmissing = [-3]\ncolumns = {{ response_id = \"review_id\", item = \"aspect\", answer = \"label\" }}\n{items}"
    )
}

#[test]
fn what_persian_reviews_say_of_each_aspect() {
    let Some(path) = shared::real("persian_food_reviews/food_aspects_dev.jsonl.gz") else { return };
    let desk = Desk::with_config(&aspects("aspects.jsonl"));
    let text = shared::text(&path);
    desk.write("aspects.jsonl", &text);
    let result = desk.published();
    result.assert_complete();
    let (mut missing, mut empty, mut mixed, mut judged) = (0, 0, 0, [(0_u32, 0.0); 7]);
    let names = ["طعم", "ارزش خرید", "ارسال", "بسته بندی", "ارزش غذایی", "کیفیت", "کلی"];
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        match row["label"].as_str().unwrap() {
            "-3" => missing += 1,
            "" => empty += 1,
            "3" => mixed += 1,
            label => {
                let aspect = names.iter().position(|name| row["aspect"] == *name).unwrap();
                judged[aspect].0 += 1;
                judged[aspect].1 += (label.parse::<f64>().unwrap() + 2.0) / 4.0;
            }
        }
    }
    let rows = text.lines().count() as u64;
    let accepted = judged.iter().map(|(n, _)| u64::from(*n)).sum::<u64>();
    let account = result.account("food");
    assert_eq!((account.read, account.accepted), (rows, rows - mixed));
    let answers = result.answers("food");
    assert_eq!((answers.accepted, answers.missing), (accepted, missing));
    assert_eq!((answers.set_aside, answers.empty, answers.repeated), (mixed, empty, 0));
    assert!(result.table("rejects/answers").ids("value").iter().all(|value| value == "3"));
    eprintln!("persian aspects: {rows} rows, {accepted} judge, {missing} do not mention, {mixed} are mixed");
    let indices = result.table("satisfaction");
    for ((_, dimension), (n, sum)) in ASPECTS.iter().zip(judged) {
        let mean = index(&indices, dimension, "mean").unwrap();
        assert!((mean - sum / f64::from(n)).abs() < 1e-12, "{dimension}: {mean}");
    }
}

#[test]
fn a_file_that_is_not_json_is_refused_with_its_line() {
    let Some(path) = shared::real("persian_food_reviews/food_aspects_train.pydict.txt.gz") else { return };
    for declared in ["", "format = \"ndjson\"\n"] {
        let config = aspects("aspects.txt").replace("layout =", &format!("{declared}layout ="));
        let desk = Desk::with_config(&config);
        desk.write("aspects.txt", shared::text(&path));
        let told = desk.moshtari(&["run"]).must_end_with(2).err;
        assert!(told.contains("aspects.txt: line 1: not JSON: key must be a string"), "{told}");
        assert!(told.contains("hint: each line must be one JSON object"), "{told}");
        assert_eq!(desk.names_in("results/runs"), [""; 0]);
    }
}
