//! Exports that mean two things: what is chosen with a reason, and what is left to a person.

use super::*;

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
    // Half of the rows are skipped on purpose, and the gate is as narrow as ever.
    assert!((config.transactions.unwrap().rules.max_set_aside - 0.3).abs() < 1e-12);
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
fn what_is_no_sale_is_named_and_refused() {
    let list = "sku,title\n".to_owned()
        + &(1..=40).map(|n| format!("P{n},thing {n}\n")).collect::<Vec<_>>().concat();
    let shop = Shop::new(&[("things.csv", list)]);
    let error = propose(&shop.files, shop.folder.path(), &mut Silent).unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with(
            "there are no transactions among the exports, so nothing can be run:\n  `things.csv`: 40 rows, 2 columns: "
        ),
        "{told}"
    );
    assert!(told.ends_with("no column for a customer, a date of purchase, money"), "{told}");
    assert!(error.hint_text().unwrap().starts_with("give the export of sales, too"));
    assert!(matches!(error, crate::Error::Config { .. }));
}

#[test]
fn what_a_survey_alone_asks_is_assumed_and_doubted() {
    let survey = "q1,q2,q3,q4\n".to_owned() + &"7,8,3,10\n4,5,6,1\n2,-99,8,7\n5,3,9,4\n".repeat(15);
    let shop = Shop::new(&[("answers.csv", survey)]);
    let proposal = shop.proposal();
    let config = config(&proposal, shop.folder.path());
    assert!(proposal.runs && config.transactions.is_none(), "{}", proposal.config);
    assert!(
        proposal.open[0].starts_with("`answers.csv`: the headers do not say what `q1`, `q2`, `q3`, `q4` ask"),
        "{:?}",
        proposal.open
    );
    let items = &config.surveys[0].items;
    assert!(items.iter().all(|item| item.scale == Some([1.0, 10.0])), "{}", proposal.config);
    let found = pipeline::check(&config, &mut Silent).unwrap();
    let answers = found.tables[0].account.answers.as_ref().unwrap();
    assert_eq!((answers.given, answers.accepted, answers.missing), (240, 225, 15));
}
