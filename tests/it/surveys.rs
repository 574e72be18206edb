//! Surveys in every layout: the answers of the same people give the same satisfaction.

use crate::desk::Desk;
use crate::published::Published;

const ORDERS: &str = "customer,order,at,amount\na,1,2024-01-01,5\nb,2,2024-01-01,5\nc,3,2024-01-02,5\n";

/// The result of a survey of this text and description; no fading, so that scores can be seen at once.
fn survey(description: &str, text: &str) -> (Desk, Published) {
    let desk = Desk::with_config(&format!(
        r#"
        [run]
        as_of = "2024-01-31"
        stages = ["satisfaction"]
        [transactions]
        files = ["orders.csv"]
        columns = {{ customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }}
        [satisfaction]
        fade = false
        minimum_group = 1
        [[surveys]]
        name = "shop"
        files = ["survey.csv"]
        {description}
        "#
    ));
    desk.write("orders.csv", ORDERS);
    desk.write("survey.csv", text);
    let result = desk.published();
    result.assert_complete();
    (desk, result)
}

fn scores(result: &Published) -> Vec<Option<f64>> {
    result.customers().floats("satisfaction_score")
}

const WIDE: &str = r#"
columns = { customer_id = "who", responded_at = "when" }
items = [{ column = "overall", measures = "satisfaction", scale = [1, 5] },
         { column = "wait", measures = "satisfaction", scale = [0, 10], reversed = true }]
"#;

#[test]
fn one_row_a_response_or_one_row_an_answer() {
    // a: (4-1)/4 = 0.75 and 1 - 2/10 = 0.8, mean 0.775. b: one answer, 0. c: none.
    let text = "who,when,overall,wait\na,2024-01-20,4,2\nb,2024-01-20,1,\n";
    let (_desk, wide) = survey(WIDE, text);
    assert_eq!(scores(&wide), [Some(0.775), Some(0.0), None]);
    assert_eq!(
        wide.customers().texts("satisfaction_level")[..2],
        [Some("happy".into()), Some("angry".into())]
    );
    assert_eq!(wide.customers().ints("satisfaction_answers")[..2], [Some(1), Some(1)]);

    let long =
        WIDE.replace("when\" }", "when\", item = \"question\", answer = \"answer\" }\nlayout = \"long\"");
    let text =
        "who,when,question,answer\na,2024-01-20,overall,4\na,2024-01-20,wait,2\nb,2024-01-20,overall,1\n";
    let (_desk, long) = survey(&long, text);
    assert_eq!(scores(&long), scores(&wide));
    assert_eq!(long.account("shop").accepted, 3);
}

#[test]
fn answers_off_the_scale_and_strangers_are_set_aside() {
    let text = "who,when,overall,wait\na,2024-01-20,6,2\nb,2024-01-20,good,2\nz,2024-01-20,4,2\n,2024-01-20,4,2\n\
        c,2024-02-20,4,2\nc,2024-13-20,4,2\nc,,5,0\nb,2024-01-21,7,\n";
    let (_desk, result) = survey(WIDE, text);
    let account = result.account("shop");
    assert_eq!((account.read, account.accepted), (8, 3));
    let expected = [
        ("after_as_of", 1),
        ("bad_timestamp", 1),
        ("missing_customer", 1),
        ("out_of_scale", 1),
        ("unknown_customer", 1),
    ];
    assert_eq!(account.set_aside, expected.map(|(reason, n)| (reason.to_owned(), n)).into());
    // An answer off its scale leaves the others of its response; an undated response counts.
    assert_eq!(scores(&result), [Some(0.8), Some(0.8), Some(1.0)]);
    let answers = result.answers("shop");
    assert_eq!((answers.given, answers.accepted, answers.set_aside, answers.empty), (7, 4, 3, 1));
    let aside = result.table("rejects/answers");
    assert_eq!(aside.ints("row"), [Some(1), Some(2), Some(8)]);
    assert_eq!(aside.ids("column"), ["overall"; 3]);
    assert_eq!(aside.ids("value"), ["6", "good", "7"]);
    assert_eq!(aside.ids("raw"), ["a,2024-01-20,6,2", "b,2024-01-20,good,2", "b,2024-01-21,7,"]);
    // A row that has no other answer is set aside itself.
    let rows = result.table("rejects/surveys");
    let place = rows.ids("reason").iter().position(|reason| reason == "out_of_scale").unwrap();
    assert_eq!(rows.ints("row")[place], Some(8));
}

#[test]
fn answers_in_words_in_any_typing() {
    let description = r#"
        columns = { customer_id = "who" }
        items = [{ column = "how", measures = "satisfaction", labels = ["بد", "بی‌نظر", "خیلی خوب"] }]
    "#;
    // Arabic yeh, half-spaces and outer blanks are ways of typing, not other answers.
    let (_desk, result) = survey(description, "who,how\na,خيلي  خوب\nb, بینظر \nc,بد\n");
    assert_eq!(scores(&result), [Some(1.0), Some(0.5), Some(0.0)]);
    assert_eq!(result.account("shop").accepted, 3);
}

#[test]
fn a_review_names_an_order() {
    let description = r#"
        columns = { order_id = "order" }
        items = [{ column = "stars", measures = "satisfaction", scale = [1, 5] }]
    "#;
    let (_desk, result) = survey(description, "order,stars\n1,5\n3,3\n9,1\n,1\n");
    assert_eq!(scores(&result), [Some(1.0), None, Some(0.5)]);
    let expected = [("missing_order", 1), ("unknown_order", 1)].map(|(reason, n)| (reason.to_owned(), n));
    assert_eq!(result.account("shop").set_aside, expected.into());
}

#[test]
fn nobodys_answers_make_indices_and_no_scores() {
    let description = r#"
        items = [{ column = "recommend", measures = "recommend", scale = [0, 10] },
                 { column = "overall", measures = "satisfaction", scale = [1, 5] }]
    "#;
    // Of twenty: ten promoters, six passives, four detractors; NPS = 100 (10 - 4) / 20 = 30.
    let answers = (0..20)
        .map(|n| format!("{},{}\n", [10, 7, 3][usize::from(n >= 10) + usize::from(n >= 16)], 1 + n % 5));
    let (_desk, result) = survey(description, &format!("recommend,overall\n{}", answers.collect::<String>()));
    assert_eq!(scores(&result), [None, None, None]);
    let indices = result.table("satisfaction");
    let value = |measure: &str| {
        let row = (0..indices.height()).find(|row| {
            indices.texts("measure")[*row].as_deref() == Some(measure)
                && indices.texts("group_by")[*row].as_deref() == Some("all")
        });
        row.and_then(|row| indices.floats("value")[row])
    };
    assert_eq!(value("nps"), Some(30.0));
    // 1 to 5 four times each: mean of the unit scale 0.5, two fifths of the answers are 4 or 5.
    assert_eq!(value("csat_top_two"), Some(0.4));
    assert_eq!(result.account("shop").accepted, 20);
}

#[test]
fn what_means_no_answer_is_missing_and_never_off_the_scale() {
    let description = r#"
        missing = [-99, "Don't know"]
        columns = { customer_id = "who" }
        items = [{ column = "q1", measures = "satisfaction", scale = [1, 5] },
                 { column = "q2", measures = "satisfaction", scale = [1, 5], missing = [9] },
                 { column = "q3", measures = "satisfaction", labels = ["none", "some", "all"] }]
    "#;
    let text = "who,q1,q2,q3\na,-99,5,NA\nb,NULL,9,none\nb,\u{6f9},-99.0,don't know\nc,,, \n";
    let (_desk, result) = survey(description, text);
    // a: one of three items is too few; b: one item, too, of the first response and none of the second.
    assert_eq!(scores(&result), [None, None, None]);
    let answers = result.answers("shop");
    // Only q1 = 9 is off its scale: in q2 it is declared, `none` is a label of q3 and `NA` is none anywhere.
    assert_eq!((answers.given, answers.accepted, answers.missing), (9, 2, 6));
    assert_eq!((answers.set_aside, answers.empty), (1, 3));
    assert_eq!(result.account("shop").set_aside, [("out_of_scale".to_owned(), 1)].into());
}

#[test]
fn several_answers_in_a_cell_and_several_spellings_of_one() {
    let description = r#"
        columns = { customer_id = "who" }
        items = [{ column = "visits", measures = "satisfaction", labels = [["never", "no"], "once", ["often", "Always"]],
                   separator = ";", several = "worst" },
                 { column = "liked", measures = "satisfaction", option = "taste", separator = ";", dimension = "taste" },
                 { column = "liked", measures = "satisfaction", option = "price", separator = ";", dimension = "price" }]
    "#;
    let text = "who,visits,liked\na,ALWAYS ;once,Taste\nb,No,price; taste\nc,often;rarely,Parking\n";
    let (_desk, result) = survey(description, text);
    // a: (½ + 1 + 0) / 3; b: (0 + 1 + 1) / 3; c: one of three items, which is too few.
    assert_eq!(scores(&result), [Some(0.5), Some(2.0 / 3.0), None]);
    let answers = result.answers("shop");
    assert_eq!((answers.given, answers.accepted, answers.set_aside), (9, 7, 2));
    assert_eq!(result.table("rejects/answers").ids("value"), ["rarely", "Parking"]);
}

const LONG: &str = r#"
layout = "long"
columns = { customer_id = "who", responded_at = "when", item = "question", answer = "answer" }
items = [{ column = "کیفیت", measures = "satisfaction", scale = [1, 5] },
         { column = "Price ", measures = "satisfaction", scale = [1, 5] }]
"#;

#[test]
fn questions_in_any_typing_and_answers_given_twice() {
    let text = "who,when,question,answer\na,2024-01-20,كيفيت,4\na,2024-01-20,PRICE,2\na,2024-01-20,price,5\n\
        b,2024-01-20,Colour,3\nb,2024-01-20,price,6\n";
    let (_desk, result) = survey(LONG, text);
    // The last answer to the price counts: (0.75 + 1) / 2.
    assert_eq!(scores(&result), [Some(0.875), None, None]);
    let answers = result.answers("shop");
    assert_eq!((answers.given, answers.accepted, answers.repeated, answers.set_aside), (4, 2, 1, 1));
    let expected = [("out_of_scale", 1), ("skipped_by_rule", 1)].map(|(reason, n)| (reason.to_owned(), n));
    assert_eq!(result.account("shop").set_aside, expected.into());
    let warnings = result.manifest["warnings"].to_string();
    assert!(warnings.contains("1 of 4 answers were given again"), "{warnings}");
}

#[test]
fn responses_of_nobody_are_told_apart_or_refused() {
    let anonymous = LONG.replace("customer_id = \"who\", responded_at = \"when\"", "COLUMN");
    let text = "response,question,answer\n1,price,1\n1,کیفیت,1\n2,price,5\n2,کیفیت,5\n";
    let index = |description: &str, text: &str| {
        let (_desk, result) = survey(description, text);
        let table = result.table("satisfaction");
        let row = table.ids("measure").iter().position(|measure| measure == "mean").unwrap();
        (table.ints("n")[row], table.floats("value")[row])
    };
    let by_id = anonymous.replace("COLUMN", "response_id = \"response\"");
    assert_eq!(index(&by_id, text), (Some(2), Some(0.5)));
    let by_row = format!("{}rules = {{ response = \"row\" }}\n", anonymous.replace("COLUMN, ", ""));
    assert_eq!(index(&by_row, text), (Some(4), Some(0.5)));
    let desk = Desk::with_config(&format!(
        "[[surveys]]\nname = \"shop\"\nfiles = [\"survey.csv\"]\n{}",
        anonymous.replace("COLUMN, ", "")
    ));
    desk.write("survey.csv", text);
    insta::assert_snapshot!(desk.moshtari(&["run"]).must_end_with(2).err, @r#"
    error: moshtari.toml: survey `shop` has the long layout, but no column tells one response from another
    hint: map `response_id`, `customer_id` or `order_id`; where each row is a response of its own, write `response = "row"` in `[surveys.rules]`
    "#);
}

#[test]
fn several_surveys_with_scales_of_their_own() {
    let desk = Desk::with_config(
        r#"
        [run]
        as_of = "2024-01-31"
        [transactions]
        files = ["orders.csv"]
        columns = { customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }
        [satisfaction]
        half_life_days = 30
        fade = false
        [[surveys]]
        name = "desk"
        files = ["desk.csv"]
        columns = { customer_id = "who", responded_at = "when" }
        items = [{ column = "stars", measures = "satisfaction", scale = [1, 5] }]
        [[surveys]]
        name = "phone"
        files = ["phone.csv"]
        columns = { customer_id = "who", responded_at = "when" }
        items = [{ column = "score", measures = "satisfaction", scale = [0, 10], reversed = true }]
        "#,
    );
    desk.write("orders.csv", ORDERS);
    desk.write("desk.csv", "who,when,stars\na,2024-01-31,5\nb,2024-01-31,3\nb,2024-01-01,1\n");
    desk.write("phone.csv", "who,when,score\na,2024-01-01,10\na,2024-01-31,12\n");
    let result = desk.published();
    // a: 1 today, 0 thirty days ago at half the weight; b: ½ and 0 the same way.
    let expected = [Some(1.0 / 1.5), Some(0.5 / 1.5), None];
    for (found, expected) in scores(&result).into_iter().zip(expected) {
        assert!(found.zip(expected).is_none_or(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {expected:?}");
        assert_eq!(found.is_some(), expected.is_some());
    }
    assert_eq!(result.customers().ints("satisfaction_answers"), [Some(2), Some(2), Some(0)]);
    assert_eq!(result.answers("phone").set_aside, 1);
    assert_eq!(result.table("rejects/answers_phone").ids("value"), ["12"]);
    assert_eq!(result.table("rejects/answers_desk").height(), 0);
}
