//! The page: its figures are those of the tables, its bytes those of the result, and it keeps its secrets.

use std::collections::BTreeMap;
use std::fs;

use crate::desk::Desk;
use crate::published::{Published, Table};
use crate::sample;

/// A table of the page: the figures of each row, as stored, by column.
struct Shown {
    rows: Vec<Vec<Option<f64>>>,
    texts: Vec<Vec<String>>,
}

impl Shown {
    fn of(page: &str, id: &str) -> Self {
        let (_, rest) =
            page.split_once(&format!("<table id=\"{id}-table\">")).unwrap_or_else(|| panic!("no table {id}"));
        let (_, body) = rest.split_once("<tbody>").unwrap();
        let (body, _) = body.split_once("</tbody>").unwrap();
        let rows = body.split("<tr>").skip(1);
        let cells: Vec<Vec<&str>> = rows
            .map(|row| row.split(['\n']).next().unwrap())
            .map(|row| row.split("<t").skip(1).collect())
            .collect();
        let figure = |cell: &&str| {
            let (_, rest) = cell.split_once("data-v=\"")?;
            Some(rest.split_once('"').unwrap().0.parse().unwrap())
        };
        let text = |cell: &&str| {
            let (_, rest) = cell.split_once("<bdi>").unwrap();
            rest.split_once("</bdi>").unwrap().0.replace("&#x2f;", "/")
        };
        Self {
            rows: cells.iter().map(|row| row.iter().map(figure).collect()).collect(),
            texts: cells.iter().map(|row| row.iter().map(text).collect()).collect(),
        }
    }

    fn column(&self, at: usize) -> Vec<Option<f64>> {
        self.rows.iter().map(|row| row[at]).collect()
    }
}

/// A column of a published table as floats, whatever its type.
fn stored(table: &Table, name: &str) -> Vec<Option<f64>> {
    table.floats(name)
}

/// The sample, its page in both languages.
fn company() -> (Desk, Published, String) {
    let desk = sample::company();
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", config.replace("locale   = \"en\"", "locale   = \"both\""));
    let result = desk.published();
    let page = fs::read_to_string(result.folder.join("report.html")).unwrap();
    (desk, result, page)
}

#[test]
fn figures_of_the_page_are_those_of_the_tables() {
    let (_desk, result, page) = company();
    assert!(!page.contains('⟦'), "a sentence is missing: {}", &page[page.find('⟦').unwrap()..][..60]);
    let profile =
        [(1, "customers"), (2, "customers_share"), (3, "orders"), (4, "spend_total"), (5, "spend_share")];
    let means =
        [(6, "recency_days_mean"), (7, "frequency_mean"), (8, "monetary_mean"), (9, "satisfaction_mean")];
    for language in ["en", "fa"] {
        let shown = |id: &str| Shown::of(&page, &format!("{language}-{id}"));
        for (id, table, columns) in [
            ("segments", "rfm_segments", [&profile[..], &means[..]].concat()),
            ("quadrants", "quadrants", [&profile[..], &means[..], &[(10, "loyalty_mean")]].concat()),
            (
                "clusters",
                "clusters",
                [&profile[..], &[(6, "centre_recency_days"), (8, "centre_monetary")]].concat(),
            ),
            (
                "cluster-quality",
                "cluster_quality",
                vec![(0, "k"), (1, "simplified_silhouette"), (2, "inertia")],
            ),
        ] {
            let (shown, table) = (shown(id), result.table(table));
            for (at, column) in columns {
                assert_eq!(shown.column(at), stored(&table, column), "{language} {id} {column}");
            }
        }
        let (indices, table) = (shown("indices-1"), result.table("satisfaction"));
        let groups = table.texts("group_by");
        let of_all = |column: &str| -> Vec<Option<f64>> {
            let values = stored(&table, column).into_iter().zip(&groups);
            values.filter(|(_, group)| group.as_deref() == Some("all")).map(|(value, _)| value).collect()
        };
        for (at, column) in [(2, "value"), (3, "low"), (4, "high"), (5, "n")] {
            assert_eq!(indices.column(at), of_all(column), "{language} {column}");
        }
    }
}

#[test]
fn pictures_of_the_page_are_those_of_the_customers() {
    let (_desk, result, page) = company();
    let customers = result.customers();
    let [r, f, spend] = ["r_score", "f_score", "spend_total"].map(|column| stored(&customers, column));
    let mut cells: BTreeMap<(u64, u64), (f64, f64)> = BTreeMap::new();
    for row in 0..customers.height() {
        if let (Some(r), Some(f)) = (r[row], f[row]) {
            let cell = cells.entry((r as u64, f as u64)).or_default();
            *cell = (cell.0 + 1.0, cell.1 + spend[row].unwrap());
        }
    }
    let map = Shown::of(&page, "en-rfm-map");
    assert_eq!(map.rows.len(), cells.len());
    for row in &map.rows {
        let (customers, spend) = cells[&(row[0].unwrap() as u64, row[1].unwrap() as u64)];
        assert_eq!(row[3], Some(customers));
        assert!((row[4].unwrap() - spend).abs() < 1e-6);
    }
    let known = r.iter().flatten().count() as f64;
    for name in ["recency", "frequency", "monetary"] {
        let sum: f64 = Shown::of(&page, &format!("en-{name}")).column(1).into_iter().flatten().sum();
        assert_eq!(sum, known, "{name}");
    }
    let mut sorted: Vec<f64> = spend.into_iter().flatten().map(|s| s.max(0.0)).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = sorted.iter().sum();
    for row in Shown::of(&page, "en-concentration").rows {
        let top: f64 = sorted[..row[1].unwrap() as usize].iter().sum();
        assert_eq!(row[1], Some((row[0].unwrap() * sorted.len() as f64).ceil()));
        assert!((row[2].unwrap() - top / total).abs() < 1e-12);
    }
}

#[test]
fn rows_set_aside_on_the_page_are_those_of_the_rejects() {
    let (_desk, result, page) = company();
    let mut counts: BTreeMap<(String, String), f64> = BTreeMap::new();
    for name in result.files().iter().filter_map(|file| file.strip_suffix(".parquet")) {
        if !name.starts_with("rejects/") {
            continue;
        }
        let table = result.table(name);
        for (file, reason) in table.texts("file").into_iter().zip(table.texts("reason")) {
            *counts.entry((file.unwrap(), reason.unwrap())).or_default() += 1.0;
        }
    }
    let shown = Shown::of(&page, "en-files");
    assert_eq!(shown.rows.len(), counts.len());
    for (file, _) in counts.keys() {
        let of_page: Vec<f64> = (0..shown.rows.len())
            .filter(|row| shown.texts[*row][0] == *file)
            .map(|row| shown.rows[row][2].unwrap())
            .collect();
        let of_file: Vec<f64> = counts.iter().filter(|((f, _), _)| f == file).map(|(_, n)| *n).collect();
        let sorted = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values
        };
        assert_eq!(sorted(of_page), sorted(of_file), "{file}");
    }
    for (row, table) in
        Shown::of(&page, "en-accounts").rows.iter().zip(["transactions", "customers", "shop", "complaints"])
    {
        let account = result.account(table);
        let aside: u64 = account.set_aside.values().sum();
        assert_eq!(row[1..4], [account.read, account.accepted, aside].map(|n| Some(n as f64)));
    }
}

#[test]
fn both_languages_show_the_same_figures() {
    let (_desk, _result, page) = company();
    let (english, persian) = page.split_once("<div class=\"page in-fa\"").unwrap();
    let figures = |part: &str| -> Vec<String> {
        part.split("data-v=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
    };
    assert_eq!(figures(english), figures(persian));
    assert!(persian.contains("۱۰ دی ۱۴۰۴"), "31 December 2025 in the Jalali calendar");
}

#[test]
fn a_page_rendered_again_is_the_same_bytes() {
    let (desk, _result, page) = company();
    let again = desk.moshtari(&["report", "results", "-o", "-"]).must_end_with(0);
    assert_eq!(again.out, page);
    for locale in ["en", "fa"] {
        let ended = desk.moshtari(&["report", "results/latest", "--locale", locale]).must_end_with(0);
        assert_eq!(ended.out, format!("report.{locale}.html\n"));
        let page = fs::read_to_string(desk.path().join(format!("report.{locale}.html"))).unwrap();
        let direction = if locale == "fa" { "rtl" } else { "ltr" };
        assert!(page.contains(&format!("<html lang=\"{locale}\" dir=\"{direction}\">")));
    }
    let ended = desk.moshtari(&["report", "results", "--locale", "fr"]).must_end_with(2);
    assert!(ended.err.contains("there is no locale `fr`"), "{}", ended.err);
}

const SHOP: &str = r#"
[transactions]
files = ["orders.csv"]
[transactions.columns]
customer_id = "customer"
order_id = "order"
ordered_at = "date"
amount = "amount"
[[surveys]]
files = ["survey <b>.csv"]
[surveys.columns]
customer_id = "customer"
responded_at = "date"
[[surveys.items]]
column = "mark"
measures = "satisfaction"
scale = [1, 5]
dimension = "<script>alert(1)</script>"
[run]
"#;

/// Thirty customers whose ids stand out, two of them answering off the scale.
fn shop(more: &str) -> Desk {
    let desk = Desk::with_config(&format!("{SHOP}{more}"));
    let (mut orders, mut survey) =
        ("customer,order,date,amount\n".to_owned(), "customer,date,mark\n".to_owned());
    for n in 0..30 {
        for order in 0..=n % 4 {
            let day = 1 + (n * 7 + order * 3) % 28;
            orders.push_str(&format!(
                "Zanbagh<i>{n},{n}-{order},2024-{:02}-{day:02},{}\n",
                1 + n % 12,
                10 + n * n
            ));
        }
        survey.push_str(&format!("Zanbagh<i>{n},2024-11-{:02},{}\n", 1 + n % 28, 1 + n % 5));
    }
    survey.push_str("Zanbagh<i>3,2024-11-01,7\nZanbagh<i>4,2024-11-02,canary@example.com\n");
    desk.write("orders.csv", orders);
    desk.write("survey <b>.csv", survey);
    desk
}

#[test]
fn customers_are_named_only_where_allowed_and_nothing_is_markup() {
    let read = |more: &str| {
        let desk = shop(more);
        let result = desk.published();
        fs::read_to_string(result.folder.join("report.html")).unwrap()
    };
    let unnamed = read("locale = \"both\"");
    assert!(!unnamed.contains("Zanbagh"), "an id");
    assert!(!unnamed.contains("canary@example.com"), "a value that was set aside");
    assert!(unnamed.contains("xxxxxx@xxxxxxx.xxx"), "its shape");
    assert!(!unnamed.contains("<script>alert"));
    assert!(unnamed.contains("survey &lt;b&gt;.csv"));
    let named = read("[publish]\nreport_customers = true");
    assert!(named.contains("Zanbagh&lt;i&gt;"));
    assert!(!named.contains("Zanbagh<i>"));
}

#[test]
fn the_page_is_written_when_the_run_is_whole_or_asks_for_it() {
    let has_page = |more: &str| {
        let desk = shop(more);
        let result = desk.published();
        let page = fs::read_to_string(result.folder.join("report.html")).ok();
        assert!(page.as_ref().is_none_or(|page| !page.contains('⟦')), "{more}");
        page.is_some()
    };
    assert!(has_page(""));
    assert!(!has_page("[publish]\nreport = false"));
    assert!(!has_page("stages = [\"rfm\"]"));
    for stages in ["activity", "rfm", "satisfaction", "loyalty", "clusters"] {
        assert!(has_page(&format!("stages = [\"{stages}\"]\n[publish]\nreport = true")), "{stages}");
    }
}

#[test]
fn a_company_without_a_survey_is_told_why_satisfaction_is_missing() {
    let desk = shop("");
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    let (before, after) = config.split_once("[[surveys]]").unwrap();
    let (_, run) = after.split_once("[run]").unwrap();
    desk.write("moshtari.toml", format!("{before}[run]{run}"));
    let page = fs::read_to_string(desk.published().folder.join("report.html")).unwrap();
    assert!(page.contains("No survey is configured"));
}

/// Texts of a column of a Persian table, those that are openly in English left out.
fn persian(page: &str, id: &str, column: usize) -> Vec<String> {
    let texts = Shown::of(page, &format!("fa-{id}")).texts;
    texts.into_iter().map(|row| row[column].clone()).filter(|text| !text.is_empty()).collect()
}

#[test]
fn the_persian_page_says_in_persian_what_the_engine_says() {
    let (_desk, _result, page) = company();
    // The sample has responses without a date; 4 of them, as the English page says.
    assert!(
        page.contains("<bdi>4 of 350 responses have no date: they count as if given today, unfaded.</bdi>")
    );
    assert!(page.contains("<bdi>۴ پاسخ‌نامه از ۳۵۰ تاریخ ندارد؛"));
    assert!(!page.contains("<bdi lang=\"en\""), "something is left in English");
    // Abbreviations that Persian readers use, too.
    let known = ["(CSAT)", "(NPS)", "(CES)", "KMO"];
    for (id, columns) in [("indices-1", [1, 6]), ("complaints", [0, 5])] {
        for text in columns.into_iter().flat_map(|column| persian(&page, id, column)) {
            let rest = known.iter().fold(text.clone(), |text, name| text.replace(name, ""));
            assert!(!rest.contains(|c: char| c.is_ascii_alphanumeric()), "{id}: {text}");
        }
    }
    let notes = persian(&page, "complaints", 5);
    assert!(notes.iter().any(|note| note == "تنها از شکایت‌های حل‌شده"), "{notes:?}");
}
