//! Exports of known shop systems and in many languages.

use std::fmt::Write;
use std::path::Path;

use super::*;

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
fn an_arabic_export() {
    let rows = rows(200);
    let header = "رقم الفاتورة;تاريخ الفاتورة;رقم العميل;اسم العميل;الصنف;الكمية;سعر الوحدة;الإجمالي";
    let text = table(header, &rows, |[order, _, customer, product, quantity, price, day]| {
        let (price, total) = (cents(*price), cents(quantity * price));
        format!(
            "INV-{order:05};{};{customer};محمد {customer};قهوة {product};{quantity};{price};{total}",
            date(*day)
        )
    });
    let (proposal, _) = assert_sees_all(
        &Shop::new(&[("sales.csv", text)]),
        &rows,
        "customer_id=رقم العميل ordered_at=تاريخ الفاتورة order_id=رقم الفاتورة product_id=الصنف quantity=الكمية \
         unit_price=سعر الوحدة",
    );
    assert!(!proposal.config.contains("locale"), "{}", proposal.config);
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
    assert_eq!(
        config.transactions.as_ref().unwrap().rules.timestamp_format,
        "%m/%d/%y %H:%M",
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
        let sales = |c: &Config| c.transactions.clone().unwrap();
        assert_eq!(sales(&config).files.as_slice(), sales(&own).files.as_slice());
        assert_eq!(sales(&config).rules.cancelled_when.as_slice().len(), 1);
        let items = |c: &Config| {
            c.surveys[0].items.iter().map(|i| (i.column.clone(), i.measures, i.scale)).collect::<Vec<_>>()
        };
        assert_eq!(items(&config), items(&own), "{}", proposal.config);
        assert_eq!(config.surveys[0].columns.customer_id, own.surveys[0].columns.customer_id);
        assert!(proposal.config.contains("[customers] will take it"));
        let complaints = |c: &Config| format!("{:?}", c.complaints.as_ref().unwrap().columns);
        assert_eq!(complaints(&config), complaints(&own), "{}", proposal.config);
        let found = pipeline::check(&config, &mut Silent).unwrap();
        assert!(found.gate.is_none());
        let account = &found.tables.iter().find(|table| table.name == "complaints").unwrap().account;
        assert_eq!((account.rows_read, account.rows_accepted), (54, 54));
    }
}
