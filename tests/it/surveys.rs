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
        c,2024-02-20,4,2\nc,2024-13-20,4,2\nc,,5,0\n";
    let (_desk, result) = survey(WIDE, text);
    let account = result.account("shop");
    assert_eq!((account.read, account.accepted), (7, 1));
    let expected = [
        ("after_as_of", 1),
        ("bad_timestamp", 1),
        ("missing_customer", 1),
        ("out_of_scale", 2),
        ("unknown_customer", 1),
    ];
    assert_eq!(account.set_aside, expected.map(|(reason, n)| (reason.to_owned(), n)).into());
    // An undated response counts.
    assert_eq!(scores(&result), [None, None, Some(1.0)]);
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
