//! Look-alikes of shops: what a person would write, and what is proposed.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{Proposal, propose};
use crate::Config;
use crate::config::ColumnName;
use crate::pipeline::{self, Silent};
use crate::schema::Measure;

/// A folder with exports and the proposal for them.
struct Shop {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Shop {
    fn new(files: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, text): &(&str, String)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = files.iter().map(write).collect();
        Self { folder, files }
    }

    fn proposal(&self) -> Proposal {
        propose(&self.files, self.folder.path(), &mut Silent).unwrap()
    }

    /// The proposal, its configuration, and the customers, orders and money that a run would see.
    fn tried(&self) -> (Proposal, Config, (usize, u64, f64)) {
        let proposal = self.proposal();
        let config = config(&proposal, self.folder.path());
        let found =
            pipeline::check(&config, &mut Silent).unwrap_or_else(|e| panic!("{e}\n{}", proposal.config));
        assert!(found.gate.is_none(), "{:?}\n{}", found.gate, proposal.config);
        let seen = found.seen.unwrap();
        (proposal, config, (seen.customers, seen.orders, found.tables[0].account.money_accepted.to_f64()))
    }
}

fn config(proposal: &Proposal, base: &Path) -> Config {
    Config::parse(&proposal.config, base).unwrap_or_else(|e| panic!("{e}\n{}", proposal.config))
}

/// The text with its comments on one line.
fn flat(text: &str) -> String {
    text.replace("\n# ", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `customer_id=...` and so on, in the order of the configuration.
fn mapping(config: &Config) -> String {
    let c = &config.transactions.columns;
    let optional = [
        ("order_id", &c.order_id),
        ("product_id", &c.product_id),
        ("quantity", &c.quantity),
        ("unit_price", &c.unit_price),
        ("amount", &c.amount),
        ("unit_cost", &c.unit_cost),
        ("currency", &c.currency),
    ];
    let mut text = format!("customer_id={} ordered_at={}", c.customer_id.0, c.ordered_at.0);
    for (key, name) in optional {
        if let Some(ColumnName(name)) = name {
            write!(text, " {key}={name}").unwrap();
        }
    }
    text
}

/// Rows of a made-up shop: (order, line, customer, product, quantity, price in cents, day of 2023), forty customers.
fn rows(orders: u64) -> Vec<[u64; 7]> {
    // A small generator of Lehmer's kind is enough to mix rows.
    let mut state = 20_260_101_u64;
    let mut draw = |below: u64| {
        state = state * 48_271 % 2_147_483_647;
        state % below
    };
    let mut rows = Vec::new();
    for order in 0..orders {
        let (customer, day) = (draw(40), order * 360 / orders);
        for line in 0..=draw(3) {
            let product = draw(25);
            rows.push([order, line, customer, product, 1 + draw(4), 299 + product * 137, day]);
        }
    }
    rows
}

fn date(day: u64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(day)
}

fn cents(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn comma(value: u64) -> String {
    cents(value).replace('.', ",")
}

/// A text table: a header, and a line for each row.
fn table(header: &str, rows: &[[u64; 7]], line: impl Fn(&[u64; 7]) -> String) -> String {
    let mut text = format!("{header}\n");
    rows.iter().for_each(|row| writeln!(text, "{}", line(row)).unwrap());
    text
}

fn spend(rows: &[[u64; 7]]) -> f64 {
    rows.iter().map(|[_, _, _, _, quantity, price, _]| quantity * price).sum::<u64>() as f64 / 100.0
}

fn customers(rows: &[[u64; 7]]) -> usize {
    rows.iter().map(|row| row[2]).collect::<std::collections::BTreeSet<_>>().len()
}

/// The proposal maps as a person would, and a run sees every customer, order and cent.
fn assert_sees_all(shop: &Shop, rows: &[[u64; 7]], expected: &str) -> (Proposal, Config) {
    let (proposal, config, (people, orders, money)) = shop.tried();
    assert_eq!(mapping(&config), expected, "{}", proposal.config);
    assert!(proposal.runs);
    let all: std::collections::BTreeSet<u64> = rows.iter().map(|row| row[0]).collect();
    assert_eq!((people, orders), (customers(rows), all.len() as u64), "{}", proposal.config);
    assert!((money - spend(rows)).abs() < 1e-6, "{money} {}\n{}", spend(rows), proposal.config);
    (proposal, config)
}

#[test]
fn a_shopify_export_of_orders() {
    let rows = rows(200);
    let header = "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,\
                  Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
                  Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Billing Name,Billing City,Id,Vendor";
    let total = |order: u64| rows.iter().filter(|r| r[0] == order).map(|r| r[4] * r[5]).sum::<u64>();
    let text = table(header, &rows, |[order, line, customer, product, quantity, price, day]| {
        // Only the first line of an order carries what is true of the whole of it.
        let whole = |text: String| if *line == 0 { text } else { String::new() };
        let at = format!("{} 10:{:02}:00 +0200", date(*day), order % 60);
        [
            format!("#{}", 1001 + order),
            format!("c{customer}@example.org"),
            whole("paid".into()),
            whole(at.clone()),
            whole("fulfilled".into()),
            whole("no".into()),
            whole("EUR".into()),
            whole(cents(total(*order))),
            whole("4.90".into()),
            whole("0.00".into()),
            whole(cents(total(*order) + 490)),
            String::new(),
            whole("0.00".into()),
            at,
            quantity.to_string(),
            format!("Mug {product}"),
            cents(*price),
            String::new(),
            format!("SKU-{product:03}"),
            "true".into(),
            whole(format!("Customer {customer}")),
            whole("Berlin".into()),
            whole(format!("5{order:07}")),
            "Acme".into(),
        ]
        .join(",")
    });
    let shop = Shop::new(&[("orders_export.csv", text)]);
    assert_sees_all(
        &shop,
        &rows,
        "customer_id=Email ordered_at=Created at order_id=Name product_id=Lineitem sku quantity=Lineitem quantity \
         unit_price=Lineitem price",
    );
}

#[test]
fn an_export_whose_date_and_money_stand_on_the_first_line_only() {
    let rows = rows(200);
    let header = "Name,Email,Financial Status,Paid at,Total,Lineitem quantity,Lineitem name,Lineitem price";
    let total = |order: u64| rows.iter().filter(|r| r[0] == order).map(|r| r[4] * r[5]).sum::<u64>();
    let text = table(header, &rows, |[order, line, customer, product, quantity, price, day]| {
        let whole = |text: String| if *line == 0 { text } else { String::new() };
        format!(
            "#{},c{customer}@example.org,{},{},{},{quantity},Mug {product},{}",
            1001 + order,
            whole("paid".into()),
            whole(format!("{} 10:00:00 +0200", date(*day))),
            whole(cents(total(*order))),
            cents(*price)
        )
    });
    let shop = Shop::new(&[("orders_export.csv", text)]);
    let (proposal, _) =
        assert_sees_all(&shop, &rows, "customer_id=Email ordered_at=Paid at order_id=Name amount=Total");
    assert!(
        proposal.config.contains(r#"skip_when = [{ column = "Total", is_empty = true }]"#),
        "{}",
        proposal.config
    );
}

#[test]
fn a_woocommerce_export_with_the_order_total_on_every_line() {
    let rows = rows(200);
    let header = "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Email (Billing),\
                  Payment Method Title,Order Subtotal Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,\
                  Order Total Tax Amount,SKU,Item #,Item Name,Quantity,Item Cost,Coupon Code,Discount Amount";
    let total = |order: u64| rows.iter().filter(|r| r[0] == order).map(|r| r[4] * r[5]).sum::<u64>();
    let text = table(header, &rows, |[order, line, customer, product, quantity, price, day]| {
        let status = if order % 20 == 0 { "Cancelled" } else { "Completed" };
        format!(
            "{},{status},{} 10:15,,Ada,L{customer},c{customer}@example.org,PayPal,{},4.9,0,{},0,S{product:03},{},Mug {product},{quantity},{},,0",
            7000 + order,
            date(*day),
            cents(total(*order)),
            cents(total(*order) + 490),
            line + 1,
            cents(*price)
        )
    });
    let shop = Shop::new(&[("wc-orders.csv", text)]);
    let (proposal, config, (people, orders, money)) = shop.tried();
    assert_eq!(
        mapping(&config),
        "customer_id=Email (Billing) ordered_at=Order Date order_id=Order Number product_id=SKU quantity=Quantity unit_price=Item Cost",
        "{}",
        proposal.config
    );
    assert!(
        proposal.config.contains(r#"cancelled_when = { column = "Order Status", in = ["Cancelled"] }"#),
        "{}",
        proposal.config
    );
    let kept: Vec<[u64; 7]> = rows.iter().filter(|r| r[0] % 20 != 0).copied().collect();
    assert_eq!((people, orders), (customers(&rows), 190));
    assert!((money - spend(&kept)).abs() < 1e-6);
    assert!(proposal.open.iter().any(|q| q.contains("`Item Cost`")), "{:?}", proposal.open);
}

#[test]
fn an_order_total_on_every_line_and_no_price_is_not_summed() {
    let rows = rows(200);
    let total = |order: u64| rows.iter().filter(|r| r[0] == order).map(|r| r[4] * r[5]).sum::<u64>();
    let line = |[order, _, customer, product, _, _, day]: &[u64; 7]| {
        format!("{order},{customer},{},P{product},{}", date(*day), cents(total(*order)))
    };
    let shop = Shop::new(&[(
        "lines.csv",
        table("order_id,customer_id,order_date,product,order_total", &rows, line),
    )]);
    let proposal = shop.proposal();
    assert!(!proposal.runs);
    assert!(
        proposal.open[0].contains("`order_total` is the money of the whole order"),
        "{:?}",
        proposal.open
    );
    let error = Config::parse(&proposal.config, shop.folder.path()).unwrap_err().to_string();
    assert_eq!(error, "`[transactions.columns]` names no money");
    // With the lines numbered, the first of each order is enough.
    let line = |[order, number, customer, product, _, _, day]: &[u64; 7]| {
        format!("{order},{},{customer},{},P{product},{}", number + 1, date(*day), cents(total(*order)))
    };
    let shop = Shop::new(&[(
        "lines.csv",
        table("order_id,line_no,customer_id,order_date,product,order_total", &rows, line),
    )]);
    assert_sees_all(
        &shop,
        &rows,
        "customer_id=customer_id ordered_at=order_date order_id=order_id amount=order_total",
    );
}

#[test]
fn a_german_export_with_semicolons_and_decimal_commas() {
    let rows = rows(200);
    let header = "Rechnungsnr;Pos;Kundennummer;Kundenname;Rechnungsdatum;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Gesamtbetrag;Währung";
    let text = table(header, &rows, |[order, line, customer, product, quantity, price, day]| {
        format!(
            "R{:05};{};K{customer:04};Firma {customer};{};A-{product:03};Tasse {product};{quantity};{};{};EUR",
            order,
            line + 1,
            date(*day).format("%d.%m.%Y"),
            comma(*price),
            comma(quantity * price)
        )
    });
    let latin: Vec<u8> = text.chars().map(|sign| sign as u8).collect();
    let shop = Shop::new(&[("umsatz.csv", String::new())]);
    std::fs::write(&shop.files[0], latin).unwrap();
    let (proposal, _) = assert_sees_all(
        &shop,
        &rows,
        "customer_id=Kundennummer ordered_at=Rechnungsdatum order_id=Rechnungsnr product_id=Artikelnummer quantity=Menge \
         unit_price=Einzelpreis currency=Währung",
    );
    assert!(
        proposal.config.contains("`Gesamtbetrag` is Menge x Einzelpreis in 100.0 %"),
        "{}",
        proposal.config
    );
}

#[test]
fn a_persian_export_in_the_jalali_calendar() {
    let rows = rows(200);
    let persian = |text: String| {
        text.chars()
            .map(|d| d.to_digit(10).map_or(d, |d| char::from_u32(0x6F0 + d).unwrap()))
            .collect::<String>()
    };
    let header = "شماره فاکتور,تاریخ فاکتور,کد مشتری,نام مشتری,کد کالا,شرح کالا,تعداد,فی,مبلغ کل";
    let text = table(header, &rows, |[order, _, customer, product, quantity, price, day]| {
        let at = format!("14{:02}/{:02}/{:02}", 1 + day / 336, 1 + day % 336 / 28, 1 + day % 28);
        let numbers = |n: u64| persian(n.to_string());
        format!(
            "{},{},{customer},علی {customer},K{product},لیوان {product},{},{},{}",
            numbers(*order),
            persian(at),
            numbers(*quantity),
            numbers(price * 10),
            numbers(quantity * price * 10)
        )
    });
    let shop = Shop::new(&[("sales.csv", text)]);
    let (proposal, config, (people, orders, money)) = shop.tried();
    assert_eq!(
        mapping(&config),
        "customer_id=کد مشتری ordered_at=تاریخ فاکتور order_id=شماره فاکتور product_id=کد کالا quantity=تعداد unit_price=فی",
        "{}",
        proposal.config
    );
    assert_eq!((people, orders), (customers(&rows), 200));
    assert!((money - 1000.0 * spend(&rows)).abs() < 1e-3);
    assert!(
        proposal.config.contains("(jalali)") && proposal.config.contains("locale   = \"fa\""),
        "{}",
        proposal.config
    );
}

#[test]
fn a_superstore_whose_sales_are_after_discounts() {
    let rows = rows(300);
    let header = "Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,Country,City,State,Postal Code,\
                  Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit";
    let mut number = 0;
    let mut text = format!("{header}\n");
    for [order, _, customer, product, quantity, price, day] in &rows {
        number += 1;
        let us = |day: u64| date(day).format("%-m/%-d/%Y").to_string();
        writeln!(
            text,
            "{number},CA-2023-{:06},{},{},Second Class,CG-{customer:05},Claire {customer},Consumer,United States,Henderson,Kentucky,42420,\
             South,FUR-BO-{product:08},Furniture,Bookcases,\"Bush, {product}\",{},{quantity},0.2,{}",
            100_000 + order, us(*day), us(day + 3), cents(quantity * price), cents(quantity * price / 5)
        )
        .unwrap();
    }
    let shop = Shop::new(&[("superstore.csv", text)]);
    let (proposal, _) = assert_sees_all(
        &shop,
        &rows,
        "customer_id=Customer ID ordered_at=Order Date order_id=Order ID product_id=Product ID quantity=Quantity amount=Sales",
    );
    assert!(!proposal.open.iter().any(|q| q.contains("Discount")), "{:?}", proposal.open);
}

#[test]
fn romance_and_turkish_headers() {
    let rows = rows(150);
    for (header, expected) in [
        (
            "Número de pedido;Fecha de compra;ID de cliente;Nombre;Código de producto;Cantidad;Precio unitario;Importe total",
            "customer_id=ID de cliente ordered_at=Fecha de compra order_id=Número de pedido product_id=Código de producto \
             quantity=Cantidad unit_price=Precio unitario",
        ),
        (
            "Nº do pedido;Data da compra;Código do cliente;Nome;SKU;Quantidade;Preço unitário;Valor total",
            "customer_id=Código do cliente ordered_at=Data da compra order_id=Nº do pedido product_id=SKU \
             quantity=Quantidade unit_price=Preço unitário",
        ),
        (
            "N° commande;Date de commande;N° client;Nom;Référence article;Quantité;Prix unitaire;Montant total",
            "customer_id=N° client ordered_at=Date de commande order_id=N° commande product_id=Référence article \
             quantity=Quantité unit_price=Prix unitaire",
        ),
        (
            "Sipariş No;Sipariş Tarihi;Müşteri No;Adı;Ürün Kodu;Adet;Birim Fiyatı;Toplam Tutar",
            "customer_id=Müşteri No ordered_at=Sipariş Tarihi order_id=Sipariş No product_id=Ürün Kodu quantity=Adet \
             unit_price=Birim Fiyatı",
        ),
    ] {
        let text = table(header, &rows, |[order, _, customer, product, quantity, price, day]| {
            let day = date(*day).format("%d/%m/%Y");
            format!(
                "{order};{day};{customer};Ana {customer};P{product};{quantity};{};{}",
                comma(*price),
                comma(quantity * price)
            )
        });
        assert_sees_all(&Shop::new(&[("ventas.csv", text)]), &rows, expected);
    }
}

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
    assert_eq!((people, config.transactions.header), (customers(&rows), Some(false)));
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
fn a_date_that_is_mostly_empty_gives_way() {
    // A column that looks like the date of the order but is nearly always empty gives way in the trial.
    let rows = rows(200);
    let line = |r: &[u64; 7]| {
        let ordered = if r[0] == 0 { date(r[6]).to_string() } else { String::new() };
        format!("{},{},{ordered},{},{}", r[0], r[2], date(r[6]), cents(r[4] * r[5]))
    };
    let shop =
        Shop::new(&[("orders.csv", table("order_id,customer_id,order_date,created_at,amount", &rows, line))]);
    assert_sees_all(
        &shop,
        &rows,
        "customer_id=customer_id ordered_at=created_at order_id=order_id amount=amount",
    );
}

#[test]
fn dates_that_mean_two_days_are_left_to_a_person() {
    let rows: Vec<[u64; 7]> =
        rows(200).into_iter().map(|r| [r[0], r[1], r[2], r[3], r[4], r[5], r[6] % 12]).collect();
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        format!("{order},{customer},{:02}/{:02}/2023,{}", 1 + day, 1 + order % 12, cents(quantity * price))
    };
    let shop = Shop::new(&[("orders.csv", table("order,customer,date,amount", &rows, line))]);
    let proposal = shop.proposal();
    assert!(!proposal.runs);
    assert!(proposal.open[0].contains("day-first or month-first"), "{:?}", proposal.open);
    assert!(proposal.config.contains("# timestamp_format = \"day_first\""), "{}", proposal.config);
    let refused =
        pipeline::check(&config(&proposal, shop.folder.path()), &mut Silent).map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("day-first"), "{refused}");
    let answered = proposal.config.replace("# timestamp_format", "timestamp_format");
    let answered = Config::parse(&answered, shop.folder.path()).unwrap();
    assert!(pipeline::check(&answered, &mut Silent).unwrap().gate.is_none());
}

#[test]
fn years_of_two_digits_get_the_only_pattern_that_fits() {
    let rows = rows(200);
    let line = |[order, _, customer, product, quantity, price, day]: &[u64; 7]| {
        format!(
            "{order},{customer},{},P{product},{quantity},{}",
            date(*day).format("%-m/%-d/%y 8:26"),
            cents(*price)
        )
    };
    let header = "InvoiceNo,CustomerID,InvoiceDate,StockCode,Quantity,UnitPrice";
    let shop = Shop::new(&[("online.csv", table(header, &rows, line))]);
    let (proposal, config) = assert_sees_all(
        &shop,
        &rows,
        "customer_id=CustomerID ordered_at=InvoiceDate order_id=InvoiceNo product_id=StockCode quantity=Quantity unit_price=UnitPrice",
    );
    assert_eq!(config.transactions.rules.timestamp_format, "%m/%d/%y %H:%M", "{}", proposal.config);
}

#[test]
fn several_currencies_are_not_summed() {
    let rows = rows(200);
    let line = |[order, _, customer, _, quantity, price, day]: &[u64; 7]| {
        let currency = ["EUR", "USD", "EUR", "GBP"][(customer % 4) as usize];
        format!("{order},{customer},{},{},{currency}", date(*day), cents(quantity * price))
    };
    let shop =
        Shop::new(&[("orders.csv", table("order_id,customer_id,order_date,amount,currency", &rows, line))]);
    let (proposal, config, (_, _, money)) = shop.tried();
    let euros: Vec<[u64; 7]> = rows.iter().filter(|r| r[2] % 2 == 0).copied().collect();
    assert!((money - spend(&euros)).abs() < 1e-6, "{}", proposal.config);
    assert!(config.transactions.rules.max_set_aside > 0.3);
    assert!(
        proposal.config.contains("# [transactions.rules.rates]")
            && proposal.open.iter().any(|q| q.contains("currenc") || q.contains("rates"))
    );
}

#[test]
fn customers_who_never_come_back_are_questioned_and_better_ones_taken() {
    let rows = rows(300);
    let shop = |header: &str, with_email: bool| {
        let text = table(header, &rows, |[order, _, customer, _, quantity, price, day]| {
            let email = if with_email { format!(",c{customer}@example.org") } else { String::new() };
            format!("{order},{},{},{}{email}", 90_000 + order, date(*day), cents(quantity * price))
        });
        Shop::new(&[("orders.csv", text)])
    };
    let (proposal, config, _) = shop("order_id,customer_id,order_date,amount,email", true).tried();
    assert!(mapping(&config).starts_with("customer_id=email"), "{}", proposal.config);
    assert!(
        flat(&proposal.config).contains("not `customer_id`, which is another one for each of 300 orders"),
        "{}",
        proposal.config
    );
    let (proposal, config, _) = shop("order_id,customer_id,order_date,amount", false).tried();
    assert!(mapping(&config).starts_with("customer_id=customer_id"));
    assert!(proposal.open[0].contains("another one for each of 300 orders"), "{:?}", proposal.open);
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
    assert_eq!(config.transactions.join.len(), 1);
    let kept: Vec<[u64; 7]> = rows.iter().filter(|r| r[0] % 10 != 3).copied().collect();
    assert_eq!((people, orders), (customers(&rows), 180));
    assert!((money - spend(&kept)).abs() < 1e-6);
    assert!(proposal.config.contains("a list of customers; [customers] will take it"), "{}", proposal.config);
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
fn the_sample_company_is_mapped_as_its_own_configuration_does() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for language in ["", "fa"] {
        let folder = data.join(language);
        let own = Config::read(&folder.join("moshtari.toml")).unwrap();
        let proposal = propose(&[folder.join("exports")], &folder, &mut Silent).unwrap();
        let config = config(&proposal, &folder);
        assert_eq!(mapping(&config), mapping(&own), "{}", proposal.config);
        assert_eq!(config.transactions.files.as_slice(), own.transactions.files.as_slice());
        assert_eq!(config.transactions.rules.cancelled_when.as_slice().len(), 1);
        let items = |c: &Config| {
            c.surveys[0].items.iter().map(|i| (i.column.clone(), i.measures, i.scale)).collect::<Vec<_>>()
        };
        assert_eq!(items(&config), items(&own), "{}", proposal.config);
        assert_eq!(config.surveys[0].columns.customer_id, own.surveys[0].columns.customer_id);
        assert!(
            proposal.config.contains("[complaints] will take it")
                && proposal.config.contains("[customers] will take it")
        );
        assert!(pipeline::check(&config, &mut Silent).unwrap().gate.is_none());
    }
}

#[test]
fn what_is_no_sale_is_named_and_refused() {
    let survey = "q1,q2,q3,q4\n".to_owned() + &"7,8,3,10\n4,5,6,1\n2,9,8,7\n".repeat(20);
    let shop = Shop::new(&[("answers.csv", survey)]);
    let error = propose(&shop.files, shop.folder.path(), &mut Silent).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are no transactions among the exports, so nothing can be run:\n  `answers.csv`: 60 rows, 4 columns: answers of a \
         survey; no column for a customer, a date of purchase, money"
    );
    assert!(error.hint_text().unwrap().starts_with("give the export of sales, too"));
    assert!(matches!(error, crate::Error::Config { .. }));
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
