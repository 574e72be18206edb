//! Drivers of satisfaction: facts that go with a response, and what they explain.

use crate::desk::Desk;

/// Three orders in two lines each, and reviews that name an order; `reviews` completes the survey.
fn shop(facts: &str, lines: &str) -> Desk {
    let desk = Desk::with_config(&format!(
        r#"
        [run]
        as_of = "2024-01-31"
        stages = ["satisfaction"]
        [transactions]
        files = ["lines.csv"]
        columns = {{ customer_id = "customer", order_id = "order", ordered_at = "at", amount = "price" }}
        [[surveys]]
        name = "reviews"
        files = ["reviews.csv"]
        columns = {{ order_id = "order", responded_at = "at" }}
        items = [{{ column = "score", measures = "satisfaction", scale = [1, 5] }}]
        join = [{{ files = ["lines.csv"], on = {{ order = "order" }}, sum = ["price"] }}]
        {facts}
        "#
    ));
    desk.write("lines.csv", lines);
    desk.write("reviews.csv", "order,at,score,due,came\n1,2024-01-20,4,2024-01-10,2024-01-12\n2,2024-01-20,1,2024-01-10,2024-13-20\n3,2024-01-20,5,2024-01-10,2024-01-11\n1,2024-01-20,5,2024-01-10,\n");
    desk
}

const LINES: &str =
    "customer,order,at,price\na,1,2024-01-01,5\na,1,2024-01-01,2.5\nb,2,2024-01-01,5\nc,3,2024-01-02,5\n";

#[test]
fn a_fact_that_cannot_be_read_sets_its_row_aside() {
    let facts =
        r#"facts = [{ name = "paid", column = "price" }, { name = "days", from = "due", to = "came" }]"#;
    let result = shop(facts, LINES).published();
    let account = result.account("reviews");
    assert_eq!((account.read, account.accepted), (4, 3));
    assert_eq!(account.set_aside, [("bad_timestamp".to_owned(), 1)].into());
}

#[test]
fn only_numbers_are_added_up_and_facts_say_what_they_are() {
    let desk = shop(r#"facts = [{ name = "paid", column = "price" }]"#, &LINES.replace("2.5", "cheap"));
    let ended = desk.moshtari(&["check"]);
    let says = "`price` should be added up, but row 2 has no number there (it looks like `xxxxx`)";
    assert!(ended.err.contains(says) && !ended.err.contains("cheap"), "{}", ended.err);

    let desk = shop(r#"facts = [{ name = "days", from = "due" }]"#, LINES);
    let ended = desk.moshtari(&["run"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("the fact `days` should have either `column`, or both of `from` and `to`"));
}
