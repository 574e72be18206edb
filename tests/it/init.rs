//! `moshtari init`: what it writes runs unchanged, and says what it could not decide.

use std::path::Path;

use crate::desk::Desk;
use crate::published::Published;
use crate::shared::real;

/// Looks at exports, runs what was written, and opens the result.
fn looked_at_and_run(desk: &Desk, exports: &[&str]) -> Published {
    let args: Vec<&str> = ["init"].into_iter().chain(exports.iter().copied()).collect();
    desk.moshtari(&args).must_end_with(0);
    let ended = desk.moshtari(&["run"]).must_end_with(0);
    assert!(!ended.err.contains("error"), "{}", ended.err);
    desk.latest()
}

/// The files of a folder of the real data, as the shell would list them.
fn listed(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| wanted(name)).collect();
    names.sort();
    names
}

fn config(desk: &Desk) -> String {
    std::fs::read_to_string(desk.path().join("moshtari.toml")).unwrap()
}

/// Customers, orders and money of a result.
fn figures(result: &Published) -> (u64, u64, Option<f64>) {
    let figures = &result.manifest["figures"];
    let whole = |name: &str| figures[name].as_u64().unwrap();
    (whole("customers"), whole("orders"), figures["spend_total"].as_f64())
}

/// Runs on one real export; `None` where it is missing.
fn on_real(name: &str) -> Option<(Desk, Published)> {
    let file = real(name)?;
    let desk = Desk::new();
    let result = looked_at_and_run(&desk, &[&file.to_string_lossy()]);
    Some((desk, result))
}

#[test]
fn cdnow_with_a_header_and_without() {
    // Rows, customers, dollars and customer-days: the README beside the data.
    if let Some((_, result)) = on_real("cdnow/CDNOW_master.txt.gz") {
        assert_eq!(figures(&result), (23_570, 69_659 - 2_068, Some(2_500_315.63)));
    }
    if let Some((desk, result)) = on_real("cdnow/CDNOW_sample.txt") {
        let (customers, orders, _) = figures(&result);
        assert_eq!((customers, orders), (2_357, 6_696));
        assert_eq!(result.account("transactions").accepted, 6_919);
        assert!(config(&desk).contains("could also be `2`"), "{}", config(&desk));
    }
}

#[test]
fn plain_logs() {
    for (name, rows, customers) in [
        ("rfm_r_package/rfm_data_orders.csv.gz", 4_906, 995),
        ("apparel_simulated/apparelTrans.csv.gz", 3_187, 600),
        ("lifetimes_example_simulated/example_transactions.csv.gz", 15_273, 5_000),
    ] {
        let Some((_, result)) = on_real(name) else { continue };
        assert_eq!(result.account("transactions").accepted, rows, "{name}");
        let (found, _, spend) = figures(&result);
        assert_eq!(found, customers, "{name}");
        // The simulated log holds who and when, and nothing about money.
        assert_eq!(spend.is_none(), name.starts_with("lifetimes"), "{name}");
    }
}

#[test]
fn daily_files_of_a_shop_become_one_pattern() {
    let Some(folder) = real("online_retail_2010-12_2011-06/by-day") else { return };
    let files = listed(&folder, |name| name.ends_with(".csv.gz"));
    let desk = Desk::new();
    let result = looked_at_and_run(&desk, &files.iter().map(String::as_str).collect::<Vec<_>>());
    let account = result.account("transactions");
    assert_eq!((account.read, account.set_aside["missing_customer"]), (245_903, 69_014));
    let text = config(&desk);
    let flat = text.replace("\n# ", " ");
    for part in [
        "by-day/*.csv.gz\"]",
        r#"customer_id = "CustomerID""#,
        r#"order_id    = "InvoiceNo""#,
        r#"unit_price  = "UnitPrice""#,
        r#"cancelled_when = { column = "InvoiceNo", starts_with = "C" }"#,
        r#"skip_when = [{ column = "StockCode", in = ["POST", "DOT", "M", "#,
        "4,494",
        "2,012",
        "missing_customer 69,014",
    ] {
        assert!(flat.contains(part), "`{part}` is not in\n{text}");
    }
}

#[test]
fn a_marketplace_whose_customer_id_is_one_per_order() {
    let Some(folder) = real("olist_sample") else { return };
    let all = listed(&folder, |name| name.contains(".csv"));
    let few = listed(&folder, |n| {
        ["items", "orders_d", "customers", "reviews"].iter().any(|part| n.contains(part))
    });
    assert_eq!((all.len(), few.len()), (8, 4));
    let mut seen = Vec::new();
    for files in [all, few] {
        let desk = Desk::new();
        let result = looked_at_and_run(&desk, &files.iter().map(String::as_str).collect::<Vec<_>>());
        let text = config(&desk);
        for part in [
            r#"customer_id = "customer_unique_id""#,
            r#"ordered_at  = "order_purchase_timestamp""#,
            r#"amount      = "price""#,
            r#"on = { order_id = "order_id" }"#,
            r#"on = { customer_id = "customer_id" }"#,
            r#"cancelled_when = { column = "order_status", in = ["canceled", "unavailable"] }"#,
            "not `customer_id`, which is another one for each of",
            "column   = \"review_score\"\nmeasures = \"satisfaction\"\nscale    = [1, 5]",
        ] {
            assert!(
                text.replace("\n# ", " ").contains(part) || text.contains(part),
                "`{part}` is not in\n{text}"
            );
        }
        assert_eq!(result.account("transactions").set_aside.len(), 0);
        assert!(result.account("olist_order_reviews_dataset").accepted > 5_500);
        seen.push(figures(&result));
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn exports_without_sales_are_named_and_refused() {
    for (name, what) in [
        ("donations/donations.csv", "a summary: recency, frequency or the like, already counted"),
        ("groceries/groceries.csv.gz", "baskets: a row each, an item in each cell"),
        ("groceries/groceries_wide.csv.gz", "baskets: a row each, an item in each cell"),
        ("persian_food_reviews/food_reviews.jsonl.gz", "no column for a customer, a date of purchase"),
    ] {
        let Some(file) = real(name) else { continue };
        let desk = Desk::new();
        let ended = desk.moshtari(&["init", &file.to_string_lossy()]).must_end_with(2);
        assert!(ended.err.contains(what), "{}", ended.err);
        assert!(ended.err.contains("hint: give the export of sales, too"), "{}", ended.err);
        assert!(desk.names_in(".").is_empty());
    }
}

/// The figures are those of the reference, computed from the same events by statsmodels and lifelines.
#[test]
fn a_real_service_desk_log_is_recognised_and_run() {
    let Some(file) = real("incident_log/incident_events.csv.gz") else { return };
    let desk = Desk::new();
    desk.moshtari(&["init", &file.to_string_lossy()]).must_end_with(0);
    let text = config(&desk);
    assert!(text.contains("[complaints.columns]") && text.contains("\"sys_updated_at\""), "{text}");
    desk.write("moshtari.toml", text.replace("[run]\n", "[run]\nas_of = \"2016-03-31T23:59:00\"\n"));
    let figures = desk.published().table("complaints");
    let measures = figures.ids("measure");
    let of = |measure: &str| {
        let all = (0..figures.height()).filter(|row| figures.ids("group_by")[*row] == "all");
        let row =
            all.into_iter().find(|row| measures[*row] == measure).unwrap_or_else(|| panic!("{measure}"));
        figures.floats("value")[row].unwrap()
    };
    assert_eq!((of("opened"), of("open")), (9_202.0, 2_288.0));
    assert!((of("resolution_hours_naive_p50") - 43.63).abs() < 0.01);
    assert!((of("resolution_hours_p50") - 94.03).abs() < 0.01);
}

/// The survey export looked at and run; the items as `column measures scale dimension`.
fn survey_looked_at(name: &str) -> Option<(Desk, Published, Vec<String>)> {
    let (desk, result) = on_real(name)?;
    let parsed: toml::Table = toml::from_str(&config(&desk)).unwrap();
    assert!(!parsed.contains_key("transactions"));
    let survey = &parsed["surveys"].as_array().unwrap()[0];
    let items = survey["items"].as_array().unwrap().iter().map(|item| {
        let text = |key: &str| item.get(key).map_or(String::new(), |v| v.to_string().replace(['"', ' '], ""));
        let answered = if item.get("scale").is_some() { text("scale") } else { text("labels") };
        format!("{} {} {answered} {}", item["column"].as_str().unwrap(), text("measures"), text("dimension"))
    });
    let items = items.collect();
    Some((desk, result, items))
}

#[test]
fn a_survey_alone_of_coded_questions() {
    let Some((desk, result, items)) = survey_looked_at("survey_ecsi_mobile/mobi.csv") else { return };
    let mut expected = Vec::new();
    for (stem, n, measures) in [
        ("CUEX", 3, "expectation"),
        ("CUSA", 3, "satisfaction"),
        ("CUSL", 3, "repurchase"),
        ("PERQ", 7, "perception"),
        ("PERV", 2, "perception"),
    ] {
        expected.extend((1..=n).map(|i| format!("{stem}{i} {measures} [1,10] {}", stem.to_lowercase())));
    }
    assert_eq!(items, expected, "{}", config(&desk));
    let text = config(&desk);
    // What the headers do not say is left to a person, ready to be taken up; so is the day of undated answers.
    assert!(text.contains("# column   = \"IMAG1\"") && text.contains("# column   = \"CUSCO\""), "{text}");
    let flat = text.replace("\n#    ", " ");
    assert!(flat.contains("the answers have no dates"), "{text}");
    // The price difference at which one would leave: the README beside the data says that its direction is to be decided.
    assert!(
        flat.contains("the answers to `CUSL2` hardly go with those to the others (correlation 0."),
        "{text}"
    );
    let name = result.manifest["accounting"].as_object().unwrap().keys().next().unwrap().clone();
    assert_eq!((result.account(&name).accepted, result.answers(&name).accepted), (250, 18 * 250));
}

#[test]
fn a_form_alone_whose_headers_are_questions() {
    let file = "survey_starbucks_my/starbucks_satisfactory_survey.csv";
    let Some((desk, result, items)) = survey_looked_at(file) else { return };
    let text = config(&desk);
    let found = |number: &str| items.iter().find(|item| item.starts_with(number));
    for (number, rest) in [
        ("12.", "satisfaction [1,5] product"),
        ("13.", "satisfaction [1,5] value"),
        ("15.", "satisfaction [1,5] tangibles"),
        ("16.", "satisfaction [1,5] tangibles"),
        ("17.", "satisfaction [1,5] service"),
        ("18.", "repurchase [1,5] "),
        ("20.", "repurchase [No,Yes] "),
    ] {
        assert!(found(number).is_some_and(|item| item.ends_with(rest)), "{number} {rest}\n{text}");
    }
    assert!(text.contains("responded_at = \"Timestamp\""), "{text}");
    assert!(text.contains("# column   = \"14. How important"), "{text}");
    assert_eq!(result.account("starbucks_satisfactory_survey").accepted, 122);
}

#[test]
fn a_survey_alone_with_a_row_an_answer() {
    let Some((desk, result, items)) = survey_looked_at("persian_food_reviews/food_aspects_dev.jsonl.gz")
    else {
        return;
    };
    let text = config(&desk);
    assert_eq!(items.len(), 7, "{text}");
    assert!(items.iter().all(|item| item.contains(" satisfaction [-3,3] ")), "{items:?}");
    assert!(
        items.iter().any(|item| item.starts_with("ارزش غذایی ") && item.ends_with("ارزشغذایی")),
        "{items:?}"
    );
    for part in [
        "layout = \"long\"",
        "item = \"aspect\"",
        "answer = \"label\"",
        "response_id = \"review_id\"",
        "missing  = [-3]",
        "locale   = \"fa\"",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    let name = result.manifest["accounting"].as_object().unwrap().keys().next().unwrap().clone();
    assert_eq!(result.account(&name).read, 1_330);
}

const SALES: &str =
    "order,customer,date,amount\n1,7,2024-01-31,10.50\n2,8,2024-02-01,3.00\n3,7,2024-02-15,4.25\n";

#[test]
fn a_configuration_that_is_there_stays() {
    let desk = Desk::new();
    desk.write("exports/sales.csv", SALES);
    let ended = desk.moshtari(&["init", "exports/sales.csv"]).must_end_with(0);
    assert!(
        ended.err.ends_with("wrote moshtari.toml; next: moshtari run -c moshtari.toml\n"),
        "{}",
        ended.err
    );
    assert!(config(&desk).contains("files = [\"exports/sales.csv\"]"));
    desk.write("moshtari.toml", "mine");
    let ended = desk.moshtari(&["init", "exports"]).must_end_with(2);
    assert_eq!(
        ended.err,
        "error: `moshtari.toml` is there already\nhint: replace it with `--force`, write elsewhere with `--output FILE`, or \
         look first with `--stdout`\n"
    );
    assert_eq!(config(&desk), "mine");
    desk.moshtari(&["init", "exports", "--force"]).must_end_with(0);
    desk.moshtari(&["run"]).must_end_with(0);
    let shown = desk.moshtari(&["init", "exports", "--stdout", "--quiet"]).must_end_with(0);
    assert_eq!((shown.out, shown.err), (config(&desk), String::new()));
}

#[test]
fn paths_are_relative_to_the_configuration() {
    let desk = Desk::new();
    desk.write("exports/sales-1.csv", SALES);
    let earlier =
        SALES.replace("2024", "2023").replace("\n1,", "\n4,").replace("\n2,", "\n5,").replace("\n3,", "\n6,");
    desk.write("exports/sales-2.csv", earlier);
    std::fs::create_dir(desk.path().join("nightly")).unwrap();
    desk.moshtari(&["init", "exports/sales-1.csv", "exports/sales-2.csv", "-o", "nightly/shop.toml"])
        .must_end_with(0);
    let text = std::fs::read_to_string(desk.path().join("nightly/shop.toml")).unwrap();
    assert!(text.contains("files = [\"../exports/*.csv\"]"), "{text}");
    desk.moshtari(&["run", "-c", "nightly/shop.toml"]).must_end_with(0);
    assert_eq!(figures(&Published::open(&desk.path().join("nightly/results/latest"))).1, 6);
}

#[test]
fn a_question_that_has_to_be_answered_is_asked() {
    let desk = Desk::new();
    let text = (1..=60)
        .map(|n| format!("{n},{},0{}/0{}/2024,{n}.50\n", n % 7, 1 + n % 9, 1 + n % 5))
        .collect::<Vec<_>>();
    desk.write("sales.csv", format!("order,customer,date,amount\n{}", text.concat()));
    let ended = desk.moshtari(&["init", "sales.csv"]).must_end_with(0);
    let asked = "warning: could not decide: `date`: `06/01/2024` is day-first or month-first";
    assert!(ended.err.contains(asked), "{}", ended.err);
    assert!(ended.err.contains("it does not run yet"), "{}", ended.err);
    desk.moshtari(&["run"]).must_end_with(2);
    desk.write("moshtari.toml", config(&desk).replace("# timestamp_format", "timestamp_format"));
    assert_eq!(figures(&desk.published()).1, 60);
}

#[test]
fn an_export_that_is_not_there_is_a_mistake_of_usage() {
    let desk = Desk::new();
    desk.write("sales.csv", SALES);
    let ended = desk.moshtari(&["init", "sale.csv"]).must_end_with(2);
    assert_eq!(ended.err, "error: there is no file `sale.csv`\nhint: did you mean `./sales.csv`?\n");
    desk.write("empty/readme.pdf", "");
    let ended = desk.moshtari(&["init", "empty"]).must_end_with(2);
    assert!(ended.err.starts_with("error: the folder `empty` has no exports\nhint: "), "{}", ended.err);
}
