//! Definitions that users rely on, on exports small enough to compute by hand.

use crate::desk::Desk;
use crate::published::Table;

/// The customers of `orders.csv` under these sections beside the columns.
fn customers(orders: &str, columns: &str, rules: &str, sections: &str) -> Table {
    let desk = Desk::with_config(&format!(
        "{sections}\n[transactions]\nfiles = [\"orders.csv\"]\n[transactions.columns]\n{columns}\n[transactions.rules]\n{rules}\n"
    ));
    desk.write("orders.csv", orders);
    let ended = desk.moshtari(&["run", "--stages", "rfm"]);
    ended.must_end_with(0);
    desk.latest().customers()
}

const COLUMNS: &str = "customer_id = 'customer'\norder_id = 'order'\nordered_at = 'at'\nquantity = 'quantity'\nunit_price = 'price'";

fn micros(text: &str) -> i64 {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc().timestamp_micros()
}

#[test]
fn returns_cancellations_and_free_orders() {
    let orders = "customer,order,at,quantity,price\n\
        a,1,2024-01-01 10:00,2,5.00\n\
        a,1,2024-01-01 10:00,-1,5.00\n\
        a,C1,2024-01-03 10:00,-1,5.00\n\
        b,2,2024-01-02 10:00,1,0.00\n\
        c,C3,2024-01-02 10:00,-4,2.50\n\
        d,C4,2024-01-02 10:00,1,7.00\n\
        d,5,2024-01-02 10:00,0,7.00\n\
        e,6,2024-01-02 10:00,3,1.00\n\
        e,6,2024-01-05 10:00,-3,1.00\n";
    let cancelled = "cancelled_when = { column = 'order', starts_with = 'C' }";
    let table = customers(orders, COLUMNS, cancelled, "[run]\nas_of = '2024-01-10'");
    assert_eq!(table.ids("customer_id"), ["a", "b", "c", "d", "e"]);
    // a: sold 2, took 1 back at once and 1 later. b: a free order counts. c: returns only. d: a cancelled sale
    // and a line without quantity. e: an order wholly taken back.
    assert_eq!(table.ints("order_count"), [Some(1), Some(1), Some(0), Some(0), Some(0)]);
    assert_eq!(table.floats("spend_total"), [Some(0.0), Some(0.0), Some(-10.0), Some(0.0), Some(0.0)]);
    assert_eq!(table.ints("return_count"), [Some(2), Some(0), Some(1), Some(0), Some(1)]);
    assert_eq!(table.floats("return_total"), [Some(10.0), Some(0.0), Some(10.0), Some(0.0), Some(3.0)]);
    assert_eq!(table.floats("quantity_total"), [Some(0.0), Some(1.0), Some(-4.0), Some(0.0), Some(0.0)]);
    assert_eq!(table.ints("recency_days"), [Some(9), Some(8), None, None, None]);
    assert_eq!(
        table.ints("r_score").iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, true, false, false, false]
    );
    assert_eq!(table.texts("rfm_segment")[2..], [None, None, None]);
    assert_eq!(table.floats("spend_mean"), [Some(0.0), Some(0.0), None, None, None]);

    let skipped =
        customers(orders, COLUMNS, &format!("{cancelled}\nreturns = 'skip'\nmax_set_aside = 1"), "");
    assert_eq!(skipped.ids("customer_id"), ["a", "b", "d", "e"]);
    assert_eq!(skipped.floats("spend_total"), [Some(10.0), Some(0.0), Some(0.0), Some(3.0)]);
}

#[test]
fn the_time_zone_decides_the_day() {
    // 21:30 in London is past midnight in Tehran: two orders of one day there, of two days here.
    let orders = "customer,order,at,quantity,price\n\
        a,1,2024-01-01T21:30:00Z,1,1\n\
        a,2,2024-01-02T08:00:00Z,1,1\n\
        b,3,2024-01-09T20:45:00Z,1,1\n";
    let london = customers(orders, COLUMNS, "", "[run]\nas_of = '2024-01-10'\ntimezone = 'Europe/London'");
    let tehran = customers(orders, COLUMNS, "", "[run]\nas_of = '2024-01-10'\ntimezone = 'Asia/Tehran'");
    assert_eq!(london.ints("active_days"), [Some(2), Some(1)]);
    assert_eq!(tehran.ints("active_days"), [Some(1), Some(1)]);
    assert_eq!(london.ints("recency_days"), [Some(8), Some(1)]);
    assert_eq!(tehran.ints("recency_days"), [Some(8), Some(0)]);
    assert_eq!(
        tehran.ints("first_order_at"),
        [Some(micros("2024-01-01 21:30")), Some(micros("2024-01-09 20:45"))]
    );
    // Times without a zone are those of the wall clock there: 3:30 ahead of UTC.
    let naive = orders.replace('Z', "");
    let naive = customers(&naive, COLUMNS, "", "[run]\nas_of = '2024-01-10'\ntimezone = 'Asia/Tehran'");
    assert_eq!(naive.ints("first_order_at")[0], Some(micros("2024-01-01 18:00")));
    assert_eq!(naive.ints("active_days"), [Some(2), Some(1)]);
}

#[test]
fn without_an_as_of_the_run_looks_from_the_end_of_the_last_day() {
    let orders = "customer,order,at,quantity,price\na,1,2024-01-01 10:00,1,1\nb,2,2024-03-01 00:00,1,1\n";
    assert_eq!(customers(orders, COLUMNS, "", "").ints("recency_days"), [Some(60), Some(0)]);
}

#[test]
fn a_night_long_past_is_run_again_with_the_gate_as_it_is() {
    let orders =
        "customer,order,at,quantity,price\na,1,2024-01-01,1,2\nb,2,2024-02-01,1,3\nb,3,2024-03-01,9,4\n";
    let then = "[run]\nas_of = '2024-01-31'";
    assert_eq!(customers(orders, COLUMNS, "", then).ids("customer_id"), ["a"]);
    let skipped = customers(orders, COLUMNS, "skip_when = { column = 'quantity', at_most = 1 }", "");
    assert_eq!(skipped.floats("spend_total"), [Some(36.0)]);
}

#[test]
fn a_column_that_does_not_tell_its_decimal_mark_is_written_like_the_others() {
    let columns = COLUMNS.replace("quantity = 'quantity'", "quantity = 'pieces'");
    let german = "customer;order;at;pieces;price\na;1;13.01.2023;1.000;1,50\nb;2;14.01.2023;2.500;2,50\n";
    let table = customers(german, &columns, "", "");
    assert_eq!(table.floats("quantity_total"), [Some(1000.0), Some(2500.0)]);
    assert_eq!(table.floats("spend_total"), [Some(1500.0), Some(6250.0)]);
    let english = german.replace("1,50", "1.50").replace("2,50", "2.50");
    assert_eq!(customers(&english, &columns, "", "").floats("spend_total"), [Some(1.5), Some(6.25)]);
    let weighed = german.replace("1,50", "2").replace("2,50", "4");
    let declared = customers(&weighed, &columns, "decimal = '.'", "");
    assert_eq!(declared.floats("spend_total"), [Some(2.0), Some(10.0)]);
}

#[test]
fn a_window_and_its_money() {
    let orders = "customer,order,at,quantity,price\n\
        a,1,2024-01-01,1,100\n\
        a,2,2024-01-22,1,10\n\
        a,3,2024-01-31,2,10\n\
        b,4,2024-01-21,1,50\n";
    // Ten days with the as-of day: from 22 January on.
    let at = "[run]\nas_of = '2024-01-31'\n[rfm]\nwindow_days = 10";
    let table = customers(orders, COLUMNS, "", at);
    assert_eq!(table.ints("order_count"), [Some(3), Some(1)]);
    assert_eq!(table.floats("spend_total"), [Some(130.0), Some(50.0)]);
    assert_eq!(table.ints("frequency"), [Some(2), Some(0)]);
    assert_eq!(table.ints("recency_days"), [Some(0), None]);
    assert_eq!(table.floats("monetary")[0], Some(30.0));
    let mean = customers(orders, COLUMNS, "", &format!("{at}\nmonetary_basis = 'mean'"));
    assert_eq!(mean.floats("monetary"), [Some(15.0), None]);
    // More days than a calendar has are all history.
    let all = customers(orders, COLUMNS, "", "[run]\nas_of = '2024-01-31'\n[rfm]\nwindow_days = 3000000000");
    assert_eq!(all.ints("frequency"), [Some(3), Some(1)]);
}

#[test]
fn margins_where_costs_are_known() {
    let orders = "customer,order,at,quantity,price,cost\n\
        a,1,2024-01-01,2,10.00,4.00\n\
        a,2,2024-01-02,-1,10.00,4.00\n\
        b,3,2024-01-02,3,1.00,0.25\n";
    let columns = format!("{COLUMNS}\nunit_cost = 'cost'");
    let table = customers(orders, &columns, "", "");
    assert_eq!(table.floats("margin_total"), [Some(6.0), Some(2.25)]);
    // One cost of three is missing, more than one in twenty: no margin is stated.
    let table = customers(&orders.replace(",0.25", ","), &columns, "", "");
    assert_eq!(table.floats("margin_total"), [None, None]);
    assert_eq!(customers(orders, COLUMNS, "", "").floats("margin_total"), [None, None]);
}

#[test]
fn currencies_become_one_by_their_rates() {
    let orders = "customer,order,at,quantity,price,currency\n\
        a,1,2024-01-01,1,10.00,EUR\n\
        a,2,2024-01-02,3,10.00,usd\n\
        b,3,2024-01-02,1,0.01,USD\n";
    let rules = "rates = { EUR = 1, USD = 0.92 }";
    let table = customers(orders, &format!("{COLUMNS}\ncurrency = 'currency'"), rules, "");
    assert_eq!(table.floats("spend_total"), [Some(37.6), Some(0.0092)]);
}

#[test]
fn signs_of_one_currency_count_as_one_and_rows_that_rules_skip_as_none() {
    let orders = "customer,order,at,quantity,price\n\
        a,1,2024-01-01,1,$2.50\na,2,2024-01-02,2,3.50 USD\na,3,2024-01-02,1,US$ 1\nb,4,2024-01-03,1,4\n\
        b,5,2024-01-04,1,€4\nb,6,2024-01-05,1,-£5\n";
    let rules = "skip_when = [{ column = 'price', matches = '€' }, { column = 'price', at_most = 0 }]";
    let table = customers(orders, COLUMNS, rules, "");
    assert_eq!(table.floats("spend_total"), [Some(10.5), Some(4.0)]);
}

#[test]
fn an_export_without_order_ids_counts_days_or_rows() {
    let orders = "customer,at,total\na,2024-01-01 09:00,5\na,2024-01-01 18:00,5\na,2024-01-02 09:00,-3\nb,2024-01-01 09:00,0\n";
    let columns = "customer_id = 'customer'\nordered_at = 'at'\namount = 'total'";
    let days = customers(orders, columns, "", "");
    assert_eq!(days.ints("order_count"), [Some(1), Some(1)]);
    assert_eq!(days.ints("active_days"), [Some(1), Some(1)]);
    assert_eq!(days.floats("spend_total"), [Some(7.0), Some(0.0)]);
    let rows = customers(orders, columns, "order = 'row'", "");
    assert_eq!(rows.ints("order_count"), [Some(2), Some(1)]);
    assert_eq!(rows.ints("return_count"), [Some(1), Some(0)]);
}

#[test]
fn the_same_order_id_of_two_customers_is_two_orders() {
    let orders =
        "customer,order,at,quantity,price\na,1,2024-01-01,1,1\nb,1,2024-01-01,1,1\na,1,2024-01-02,1,1\n";
    let table = customers(orders, COLUMNS, "", "");
    assert_eq!(table.ints("order_count"), [Some(1), Some(1)]);
    assert_eq!(table.ints("active_days"), [Some(1), Some(1)]);
    assert_eq!(table.floats("spend_total"), [Some(2.0), Some(1.0)]);
}

#[test]
fn a_file_named_twice_counts_once() {
    let desk = Desk::with_config(&format!(
        "[transactions]\nfiles = ['orders.csv', './orders.csv', '*.csv', 'again/link.csv']\n[transactions.columns]\n{COLUMNS}\n"
    ));
    desk.write("orders.csv", "customer,order,at,quantity,price\na,1,2024-01-01,1,1\nb,2,2024-01-02,1,1\n");
    std::fs::create_dir(desk.path().join("again")).unwrap();
    std::os::unix::fs::symlink("../orders.csv", desk.path().join("again/link.csv")).unwrap();
    desk.moshtari(&["run", "--stages", "rfm"]).must_end_with(0);
    assert_eq!(desk.latest().account("transactions").read, 2);
}

#[test]
fn one_customer_in_all_spellings_of_an_id() {
    let orders = "customer,order,at,quantity,price\n17850.0,1,2024-01-01,1,1\n 17850,2,2024-01-01,1,1\n۱۷۸۵۰,3,2024-01-01,1,1\n017850,4,2024-01-01,1,1\n";
    let table = customers(orders, COLUMNS, "", "");
    assert_eq!(table.ids("customer_id"), ["017850", "17850"]);
    assert_eq!(table.ints("order_count"), [Some(1), Some(3)]);
    let verbatim = customers(orders, COLUMNS, "ids = 'verbatim'", "");
    assert_eq!(verbatim.ids("customer_id"), ["017850", "17850", "17850.0", "۱۷۸۵۰"]);
}

#[test]
fn frozen_thresholds_give_the_same_customers_the_same_scores() {
    let lines: String = (1..=60_u32)
        .flat_map(|c| (0..=c * c % 7).map(move |o| (c, o)))
        .map(|(c, o)| {
            format!("{c},{c}-{o},2024-{:02}-{:02},1,{}.5\n", 1 + (c + o) % 12, 1 + c * o % 28, c * 37 % 101)
        })
        .collect();
    let orders = format!("customer,order,at,quantity,price\n{lines}");
    let config = format!(
        "[run]\nas_of = '2024-12-31'\nstages = ['rfm']\n[transactions]\nfiles = ['orders.csv']\n[transactions.columns]\n{COLUMNS}\n"
    );
    let desk = Desk::with_config(&config);
    desk.write("orders.csv", orders);
    let first = desk.published();
    std::fs::copy(first.folder.join("rfm_thresholds.parquet"), desk.path().join("frozen.parquet")).unwrap();
    desk.write(
        "moshtari.toml",
        format!("{config}[rfm]\nscoring = 'frozen'\nfrozen_file = 'frozen.parquet'\n"),
    );
    let again = desk.published();
    assert_ne!(first.folder, again.folder);
    assert_eq!(first.customers().texts("rfm_cell"), again.customers().texts("rfm_cell"));
    assert!(first.customers().texts("rfm_cell").iter().flatten().count() == 60);
}
