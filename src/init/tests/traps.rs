//! Exports that look like something else at first sight.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::*;

/// Rows that are orders: the first line of each order of a made-up shop.
fn orders(count: u64) -> Vec<[u64; 7]> {
    let mut orders = rows(count);
    orders.dedup_by_key(|row| row[0]);
    orders
}

#[test]
fn orders_that_a_bare_id_numbers_are_no_list_of_customers() {
    let orders = orders(300);
    let customer_days: BTreeSet<(u64, u64)> = orders.iter().map(|row| (row[2], row[6])).collect();
    for (header, customer) in [
        ("id,created_at,customer_id,customer_email,total", "customer_id"),
        ("id,created_at,customer_email,total", "customer_email"),
        ("id,created_at,customer_id,city,total", "customer_id"),
        ("ID,Date,Customer Name,Amount", "Customer Name"),
    ] {
        let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
            let cell = |name: &str| match name {
                "id" | "ID" => (1 + order).to_string(),
                "created_at" | "Date" => date(*day).to_string(),
                "customer_id" => (500 + customer).to_string(),
                "customer_email" => format!("c{customer}@example.org"),
                "Customer Name" => format!("Ada {customer}"),
                "city" => "Rome".to_owned(),
                _ => cents(quantity * price),
            };
            header.split(',').map(cell).collect::<Vec<_>>().join(",")
        };
        let shop = Shop::new(&[("orders.csv", table(header, &orders, line))]);
        let (proposal, config, (people, found, money)) = shop.tried();
        assert!(mapping(&config).starts_with(&format!("customer_id={customer} ")), "{}", proposal.config);
        assert_eq!((people, found), (customers(&orders), customer_days.len() as u64), "{header}");
        assert!((money - spend(&orders)).abs() < 1e-6, "{header}");
    }
}

#[test]
fn a_list_of_customers_with_what_they_spent_stays_one() {
    let line = |n: u64| format!("{n},2023-01-{:02},Ada,a{n}@example.org,{n}.50\n", 1 + n % 28);
    let list = "id,created_at,name,email,total_spent\n".to_owned() + &(1..=80).map(line).collect::<String>();
    let shop = Shop::new(&[("people.csv", list)]);
    let error = propose(&shop.files, shop.folder.path(), &mut Silent).unwrap_err().to_string();
    assert!(error.contains("a list of customers"), "{error}");
}

/// Sixty orders of two lines, 10.00 and 20.00; every fifth is voided, as its first line says.
fn with_a_status_on_first_lines(total: bool) -> Shop {
    let mut text = format!(
        "Name,Email,Financial Status{},Created at,Lineitem quantity,Lineitem name,Lineitem price\n",
        if total { ",Total" } else { "" }
    );
    for order in 0..60 {
        for (line, price) in ["10.00", "20.00"].iter().enumerate() {
            let status = match (line, order % 5) {
                (0, 0) => "voided",
                (0, _) => "paid",
                _ => "",
            };
            let whole = match (total, line) {
                (true, 0) => ",30.00",
                (true, _) => ",",
                _ => "",
            };
            let (number, customer, day) = (1001 + order, order % 9, date(order));
            writeln!(
                text,
                "#{number},c{customer}@example.org,{status}{whole},{day} 10:00:00 +0200,1,Thing {line},{price}"
            )
            .unwrap();
        }
    }
    Shop::new(&[("orders_export.csv", text)])
}

#[test]
fn a_status_on_first_lines_only_cancels_whole_orders() {
    let (proposal, config, (people, found, _)) = with_a_status_on_first_lines(true).tried();
    assert_eq!(
        mapping(&config),
        "customer_id=Email ordered_at=Created at order_id=Name amount=Total",
        "{}",
        proposal.config
    );
    for rule in [
        r#"skip_when = [{ column = "Total", is_empty = true }]"#,
        r#"cancelled_when = { column = "Financial Status", in = ["voided"] }"#,
    ] {
        assert!(proposal.config.contains(rule), "{}", proposal.config);
    }
    // 60 - 12 orders.
    assert_eq!((people, found), (9, 48), "{}", proposal.config);
    assert!(proposal.open.is_empty(), "{:?}", proposal.open);

    let (proposal, _, _) = with_a_status_on_first_lines(false).tried();
    let asked = "`Financial Status` stands on the first line of an order only";
    assert!(proposal.open.iter().any(|question| question.starts_with(asked)), "{:?}", proposal.open);
}

#[test]
fn columns_that_share_a_name_are_asked_about() {
    let orders = orders(200);
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        format!("{customer},{},{},{},R{order},", date(*day), cents(quantity * price), cents(quantity * price))
    };
    let text = table("Customer,Date,Amount,Amount,Reference,", &orders, line);
    let shop = Shop::new(&[("report.csv", text.clone())]);
    let proposal = shop.proposal();
    assert!(!proposal.runs && !proposal.config.contains("\nmoney"), "{}", proposal.config);
    let asked =
        "several columns of `report.csv` are called `Amount`, so that none of them can be named. Give each";
    assert!(proposal.open[0].starts_with(asked), "{:?}", proposal.open);
    // With names of their own the first of them is taken.
    let shop = Shop::new(&[("report.csv", text.replacen("Amount,Amount", "Amount,Amount with tax", 1))]);
    let (_, config, (_, _, money)) = shop.tried();
    assert!(mapping(&config).contains(" amount=Amount"));
    assert!((money - spend(&orders)).abs() < 1e-6);
}

#[test]
fn parts_without_a_header_belong_together_however_they_are_packed() {
    let rows = rows(300);
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        format!(
            "{:05}|{}|{quantity}|{}|{}\n",
            10_000 + customer,
            date(*day),
            cents(quantity * price),
            order % 2
        )
    };
    let parts: Vec<String> =
        rows.chunks(rows.len().div_ceil(4)).map(|part| part.iter().map(line).collect()).collect();
    let names = ["sales_0.psv.gz", "sales_1.psv.gz", "sales_2.psv.zst", "sales_3.psv"];
    let shop = Shop::new(&names.map(|name| (name, String::new())));
    for (path, part) in shop.files.iter().zip(&parts) {
        let packed = match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => {
                let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                std::io::Write::write_all(&mut gz, part.as_bytes()).unwrap();
                gz.finish().unwrap()
            }
            Some("zst") => zstd::encode_all(part.as_bytes(), 1).unwrap(),
            _ => part.clone().into_bytes(),
        };
        std::fs::write(path, packed).unwrap();
    }
    let (proposal, config, (people, _, money)) = shop.tried();
    assert_eq!(config.transactions.unwrap().files.as_slice(), ["*.psv*"], "{}", proposal.config);
    assert_eq!(people, customers(&rows));
    assert!((money - spend(&rows)).abs() < 1e-6, "{}", proposal.config);
}

#[test]
fn words_of_a_status_are_cancelled_or_asked_about() {
    let orders = orders(300);
    let status = |order: u64| match order % 10 {
        0 => "Refund",
        1 => "Reversed",
        2 => "Denied",
        3 => "Closed",
        _ => "Paid",
    };
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        format!("{order},{customer},{},{},{}", date(*day), cents(quantity * price), status(*order))
    };
    let header = "Order ID,Customer ID,Order Date,Total,Status";
    let (proposal, _, (_, found, _)) = Shop::new(&[("orders.csv", table(header, &orders, line))]).tried();
    let rule = r#"cancelled_when = { column = "Status", in = ["Denied", "Refund", "Reversed"] }"#;
    assert!(proposal.config.contains(rule), "{}", proposal.config);
    // Three tenths of 300 orders are cancelled.
    assert_eq!(found, 210, "{}", proposal.config);
    let asked = "do these values of `Status` stand for sales (rows): `Closed` 30? they count now; see `cancelled_when`";
    assert_eq!(proposal.open, [asked]);
}

#[test]
fn an_id_that_all_guests_share_is_asked_about() {
    let orders = orders(300);
    let is_guest = |order: u64| order.is_multiple_of(5);
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        let id = if is_guest(*order) { 0 } else { 500 + customer };
        format!("{order},{id},c{customer}@example.org,{},{}", date(*day), cents(quantity * price))
    };
    let header = "Order Number,Customer User ID,Email (Billing),Order Date,Total";
    let (proposal, config, _) = Shop::new(&[("orders.csv", table(header, &orders, line))]).tried();
    assert!(mapping(&config).starts_with("customer_id=Customer User ID "), "{}", proposal.config);
    let guests: BTreeSet<u64> = orders.iter().filter(|row| is_guest(row[0])).map(|row| row[2]).collect();
    let asked = format!(
        "`Customer User ID` is `0` on 20.0 % of the rows, which name {} different `Email (Billing)`: all of these are one \
         customer now.",
        guests.len()
    );
    assert!(proposal.open.iter().any(|question| question.starts_with(&asked)), "{:?}", proposal.open);
}

#[test]
fn a_quantity_after_refunds_and_the_cost_of_an_item_are_the_money_of_a_line() {
    let rows = rows(200);
    let total = |order: u64| rows.iter().filter(|r| r[0] == order).map(|r| r[4] * r[5]).sum::<u64>();
    let line = |[order, line, customer, product, quantity, price, day]: &[u64; 7]| {
        format!(
            "{order},{},c{customer}@example.org,{},SKU{product},{},{quantity},{}",
            date(*day),
            cents(total(*order)),
            line + 1,
            cents(*price)
        )
    };
    let header =
        "Order Number,Order Date,Email (Billing),Order Total Amount,SKU,Item #,Quantity (- Refund),Item Cost";
    let (proposal, _) = assert_sees_all(
        &Shop::new(&[("orders.csv", table(header, &rows, line))]),
        &rows,
        "customer_id=Email (Billing) ordered_at=Order Date order_id=Order Number product_id=SKU \
         quantity=Quantity (- Refund) unit_price=Item Cost",
    );
    let asked = "`Item Cost` is taken for the selling price";
    assert!(proposal.open.iter().any(|question| question.starts_with(asked)), "{:?}", proposal.open);
}

#[test]
fn moments_and_counts_of_time_are_said_to_be_in_utc() {
    use arrow::array::{ArrayRef, Float64Array, Int64Array, TimestampMicrosecondArray};
    use std::sync::Arc;
    let orders = orders(200);
    let longs = |at: usize| Arc::new(Int64Array::from_iter_values(orders.iter().map(|r| r[at] as i64)));
    let at = |day: u64| date(day).and_hms_opt(9, 30, 0).unwrap().and_utc();
    let stored =
        TimestampMicrosecondArray::from_iter_values(orders.iter().map(|r| at(r[6]).timestamp_micros()));
    let counted = Int64Array::from_iter_values(orders.iter().map(|r| at(r[6]).timestamp_millis()));
    for (times, said) in [
        (Arc::new(stored.with_timezone("+03:30")) as ArrayRef, "times are stored in UTC; the zone"),
        (Arc::new(counted), "times are counted in UTC; the zone"),
    ] {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("customer_id", longs(2)),
            ("order_id", longs(0)),
            ("ordered_at", times),
            ("amount", Arc::new(Float64Array::from_iter_values(orders.iter().map(|r| r[5] as f64 / 100.0)))),
        ];
        let batch = arrow::array::RecordBatch::try_from_iter(columns).unwrap();
        let shop = Shop::new(&[("orders.parquet", String::new())]);
        let file = std::fs::File::create(&shop.files[0]).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let (proposal, _, (_, found, _)) = shop.tried();
        assert_eq!(found, 200);
        assert!(proposal.config.contains(said), "{}", proposal.config);
        assert!(!proposal.config.contains("name no zone"), "{}", proposal.config);
    }
}

#[test]
fn a_header_without_rows_is_said_to_have_none() {
    let shop = Shop::new(&[("orders.csv", "Customer ID,Order No,Order Date,Total\n".to_owned())]);
    let error = propose(&shop.files, shop.folder.path(), &mut Silent).unwrap_err().to_string();
    assert!(error.ends_with("; it has no rows"), "{error}");
}

#[test]
fn customers_paid_what_stands_before_the_fees() {
    let orders = orders(200);
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        let (gross, fee) = (quantity * price, quantity * price / 40 + 30);
        format!(
            "{},Ada {customer},{},-{},{},T{order}",
            date(*day),
            cents(gross),
            cents(fee),
            cents(gross - fee)
        )
    };
    let shop = Shop::new(&[("download.csv", table("Date,Name,Gross,Fee,Net,Transaction ID", &orders, line))]);
    let (proposal, config, (_, _, money)) = shop.tried();
    assert!(mapping(&config).ends_with(" amount=Gross"), "{}", proposal.config);
    assert!((money - spend(&orders)).abs() < 1e-6);
    let said = "not `Net`, which is what `Fee` leaves of it";
    assert!(flat(&proposal.config).contains(said), "{}", proposal.config);
}

#[test]
fn numbers_of_lines_are_no_products() {
    let rows = rows(200);
    for is_running in [true, false] {
        let mut items = 5_000;
        let text = rows.iter().map(|[order, line, customer, product, quantity, price, day]| {
            items += 1;
            let item = if is_running { items } else { line + 1 };
            let day = date(*day);
            format!("{item},{order},{customer},{day},Mug {product},{quantity},{}\n", cents(*price))
        });
        let header = "item_id,increment_id,customer_id,created_at,product_name,qty_ordered,price\n";
        let shop = Shop::new(&[("orders.csv", header.to_owned() + &text.collect::<String>())]);
        let (proposal, _) = assert_sees_all(
            &shop,
            &rows,
            "customer_id=customer_id ordered_at=created_at order_id=increment_id product_id=product_name \
             quantity=qty_ordered unit_price=price",
        );
        assert!(
            flat(&proposal.config).contains("not `item_id`, which numbers the lines"),
            "{}",
            proposal.config
        );
    }
}

#[test]
fn columns_whose_values_belie_their_header_are_named() {
    let line = |n: u64| format!("{n},{},week {n},free of charge,\n", n % 7);
    let text =
        "Order ID,Customer ID,Order Date,Total,Price\n".to_owned() + &(1..=60).map(line).collect::<String>();
    let shop = Shop::new(&[("orders.csv", text)]);
    let error = propose(&shop.files, shop.folder.path(), &mut Silent).unwrap_err().to_string();
    let told = "no column for a date of purchase (not `Order Date`, which holds `week 1`), \
                money (not `Total`, which holds `free of charge`)";
    assert!(error.ends_with(told), "{error}");
}

#[test]
fn a_time_of_day_in_a_column_of_its_own_is_said_to_be_left_out() {
    let orders = orders(200);
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        let (day, hour, minute) = (date(*day).format("%d.%m.%Y"), 8 + order % 12, order % 60);
        format!("{order};{day};{hour}:{minute:02};{customer};{}", comma(quantity * price))
    };
    let header = "Bon-Nr;Datum;Uhrzeit;Kundennummer;Gesamt";
    let (proposal, _) = assert_sees_all(
        &Shop::new(&[("journal.csv", table(header, &orders, line))]),
        &orders,
        "customer_id=Kundennummer ordered_at=Datum order_id=Bon-Nr amount=Gesamt",
    );
    let said = "the time of day in `Uhrzeit` is not read";
    assert!(flat(&proposal.config).contains(said), "{}", proposal.config);
}
