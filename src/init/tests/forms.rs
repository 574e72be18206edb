//! Forms of exports: without a header, typed, in several files, with a survey.

use std::fmt::Write;

use super::*;
use crate::schema::Measure;

#[test]
fn a_file_without_a_header_is_judged_by_its_values() {
    let rows = rows(300);
    let mut text = String::new();
    for [order, _, customer, _, quantity, price, day] in &rows {
        writeln!(
            text,
            "{:05}|{}|{quantity}|{}|{}",
            10_000 + customer,
            date(*day),
            cents(quantity * price),
            order % 2
        )
        .unwrap();
    }
    let shop = Shop::new(&[("log.txt", text)]);
    let (proposal, config, (people, _, money)) = shop.tried();
    assert_eq!(mapping(&config), "customer_id=1 ordered_at=2 quantity=3 amount=4", "{}", proposal.config);
    assert_eq!((people, config.transactions.unwrap().header), (customers(&rows), Some(false)));
    assert!((money - spend(&rows)).abs() < 1e-6);
}

#[test]
fn typed_columns_of_parquet() {
    use arrow::array::{
        ArrayRef, Float64Array, Int32Array, Int64Array, ListArray, StringArray, TimestampMicrosecondArray,
    };
    use std::sync::Arc;
    let rows = rows(200);
    let longs = |at: usize| Int64Array::from_iter_values(rows.iter().map(|r| r[at] as i64));
    let days = rows.iter().map(|r| date(r[6]).and_hms_opt(9, 30, 0).unwrap().and_utc().timestamp_micros());
    let lists = rows.iter().map(|r| Some(vec![Some(r[3] as i64)]));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("user_id", Arc::new(longs(2))),
        ("order_id", Arc::new(longs(0))),
        ("ts", Arc::new(TimestampMicrosecondArray::from_iter_values(days))),
        ("sku", Arc::new(StringArray::from_iter_values(rows.iter().map(|r| format!("P{}", r[3]))))),
        ("qty", Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r[4] as i32)))),
        ("price", Arc::new(Float64Array::from_iter_values(rows.iter().map(|r| r[5] as f64 / 100.0)))),
        ("tags", Arc::new(ListArray::from_iter_primitive::<arrow::datatypes::Int64Type, _, _>(lists))),
    ];
    let batch = arrow::array::RecordBatch::try_from_iter(columns).unwrap();
    let shop = Shop::new(&[("orders.parquet", String::new())]);
    let file = std::fs::File::create(&shop.files[0]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert_sees_all(
        &shop,
        &rows,
        "customer_id=user_id ordered_at=ts order_id=order_id product_id=sku quantity=qty unit_price=price",
    );
}

#[test]
fn a_workbook_with_real_dates() {
    let rows = rows(200);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, name) in
        ["Order No", "Order Date", "Client", "Article", "Units", "Unit price"].iter().enumerate()
    {
        sheet.write(0, at as u16, *name).unwrap();
    }
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (at, [order, _, customer, product, quantity, price, day]) in rows.iter().enumerate() {
        let row = at as u32 + 1;
        let day = rust_xlsxwriter::ExcelDateTime::parse_from_str(&date(*day).to_string()).unwrap();
        sheet.write(row, 0, *order as f64).unwrap();
        sheet.write_with_format(row, 1, &day, &format).unwrap();
        sheet.write(row, 2, format!("Client {customer}")).unwrap();
        sheet.write(row, 3, format!("A{product}")).unwrap();
        sheet.write(row, 4, *quantity as f64).unwrap();
        sheet.write(row, 5, *price as f64 / 100.0).unwrap();
    }
    let shop = Shop::new(&[("orders.xlsx", String::new())]);
    book.save(&shop.files[0]).unwrap();
    assert_sees_all(
        &shop,
        &rows,
        "customer_id=Client ordered_at=Order Date order_id=Order No product_id=Article quantity=Units unit_price=Unit price",
    );
}

#[test]
fn the_sheets_of_a_workbook_are_one_table_beside_a_cover() {
    let rows = rows(200);
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Cover").unwrap().write(0, 0, "Sales of two years").unwrap();
    let (old, new) = rows.split_at(rows.len() / 2);
    for (name, rows) in [("First year", old), ("Second year", new)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (at, name) in
            ["order_id", "created_at", "customer_id", "sku", "qty", "unit_price"].iter().enumerate()
        {
            sheet.write(0, at as u16, *name).unwrap();
        }
        for (row, [order, _, customer, product, quantity, price, day]) in (1..).zip(rows) {
            let numbers = [*order as f64, *customer as f64, *quantity as f64, *price as f64 / 100.0];
            for (column, number) in [0, 2, 4, 5].into_iter().zip(numbers) {
                sheet.write(row, column, number).unwrap();
            }
            sheet.write(row, 1, date(*day).to_string()).unwrap();
            sheet.write(row, 3, format!("A{product}")).unwrap();
        }
    }
    let shop = Shop::new(&[("orders.xlsx", String::new())]);
    book.save(&shop.files[0]).unwrap();
    assert_sees_all(
        &shop,
        &rows,
        "customer_id=customer_id ordered_at=created_at order_id=order_id product_id=sku quantity=qty unit_price=unit_price",
    );
    let (proposal, ..) = shop.tried();
    assert!(proposal.config.contains("sheet = [\"First year\", \"Second year\"]"), "{}", proposal.config);
}

#[test]
fn lines_orders_and_people_in_three_files() {
    let rows = rows(200);
    let mut orders: Vec<[u64; 7]> = rows.clone();
    orders.dedup_by_key(|row| row[0]);
    let mut people: Vec<[u64; 7]> = rows.clone();
    people.sort_by_key(|row| row[2]);
    people.dedup_by_key(|row| row[2]);
    let shop = Shop::new(&[
        (
            "customers.csv",
            table("id,name,email,city", &people, |r| {
                format!("{},Ada {},c{}@example.org,Rome", 500 + r[2], r[2], r[2])
            }),
        ),
        (
            "order_lines.csv",
            table("line_id,order_id,product_id,qty,unit_price", &rows, |r| {
                format!("{},{},{},{},{}", r[0] * 10 + r[1], 10_000 + r[0], 70 + r[3], r[4], cents(r[5]))
            }),
        ),
        (
            "orders.csv",
            table("order_id,customer_id,created_at,status", &orders, |r| {
                format!(
                    "{},{},{} 09:30,{}",
                    10_000 + r[0],
                    500 + r[2],
                    date(r[6]),
                    if r[0] % 10 == 3 { "canceled" } else { "done" }
                )
            }),
        ),
    ]);
    let (proposal, config, (people, orders, money)) = shop.tried();
    assert_eq!(
        mapping(&config),
        "customer_id=customer_id ordered_at=created_at order_id=order_id product_id=product_id quantity=qty unit_price=unit_price",
        "{}",
        proposal.config
    );
    assert_eq!(config.transactions.unwrap().join.len(), 1);
    let kept: Vec<[u64; 7]> = rows.iter().filter(|r| r[0] % 10 != 3).copied().collect();
    assert_eq!((people, orders), (customers(&rows), 180));
    assert!((money - spend(&kept)).abs() < 1e-6);
    assert!(proposal.config.contains("a list of customers; [customers] will take it"), "{}", proposal.config);
}

#[test]
fn effort_on_another_scale_leaves_that_of_satisfaction() {
    let rows = rows(200);
    let sales = table("order_id,customer_id,order_date,amount", &rows, |r| {
        format!("{},{},{},{}", r[0], 500 + r[2], date(r[6]), cents(r[4] * r[5]))
    });
    let survey = table("Submitted,customer_id,How satisfied are you?,Was it easy to get help?", &rows, |r| {
        format!("{} 12:00,{},{},{}", date(r[6]), 500 + r[2], 1 + r[3] % 5, 1 + r[3] % 7)
    });
    let shop = Shop::new(&[("sales.csv", sales), ("survey.csv", survey)]);
    let (proposal, config, _) = shop.tried();
    let items: Vec<_> = config.surveys[0].items.iter().map(|i| (i.measures, i.scale)).collect();
    let expected = [(Measure::Satisfaction, Some([1.0, 5.0])), (Measure::Effort, Some([1.0, 7.0]))];
    assert_eq!(items, expected, "{}", proposal.config);
}

#[test]
fn a_survey_beside_the_sales() {
    let rows = rows(200);
    let sales = table("order_id,customer_id,order_date,amount", &rows, |r| {
        format!("{},{},{},{}", r[0], 500 + r[2], date(r[6]), cents(r[4] * r[5]))
    });
    let survey = table(
        "Zeitpunkt,Kundennr,Wie zufrieden sind Sie insgesamt?,Würden Sie uns weiterempfehlen?,Wie hoch war Ihr Aufwand?,Lieferqualität,Alter",
        &rows,
        |r| {
            let words = ["sehr schlecht", "schlecht", "mittel", "gut", "sehr gut"][(r[3] % 5) as usize];
            format!(
                "{} 12:00,{},{},{},{},{words},{}",
                date(r[6]),
                500 + r[2],
                1 + r[3] % 5,
                r[3] % 11,
                1 + r[4],
                20 + r[2]
            )
        },
    );
    let shop = Shop::new(&[("sales.csv", sales), ("umfrage.csv", survey)]);
    let (proposal, config, _) = shop.tried();
    let survey = &config.surveys[0];
    assert_eq!(survey.columns.customer_id.as_ref().unwrap().0, "Kundennr", "{}", proposal.config);
    assert_eq!(survey.columns.responded_at.as_ref().unwrap().0, "Zeitpunkt");
    let items: Vec<_> = survey.items.iter().map(|i| (i.measures, i.scale, i.reversed)).collect();
    assert_eq!(
        items,
        [
            (Measure::Satisfaction, Some([1.0, 5.0]), false),
            (Measure::Recommend, Some([0.0, 10.0]), false),
            (Measure::Effort, Some([1.0, 5.0]), true),
            (Measure::Satisfaction, None, false),
        ],
        "{}",
        proposal.config
    );
}

#[test]
fn the_same_exports_give_the_same_text() {
    let rows = rows(100);
    let text = table("order_id,customer_id,order_date,amount", &rows, |r| {
        format!("{},{},{},{}", r[0], r[2], date(r[6]), cents(r[4] * r[5]))
    });
    let shop = Shop::new(&[("orders.csv", text)]);
    let (first, second) = (shop.proposal(), shop.proposal());
    assert_eq!(first.config, second.config);
    assert_eq!((first.said, first.open), (second.said, second.open));
}
