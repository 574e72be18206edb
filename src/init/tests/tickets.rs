//! Exports of complaints: a row each, a row an event, with and without the sales they are about.

use super::*;

/// Column of a key of `[complaints.columns]`, by its name in the configuration's text.
fn mapped(proposal: &Proposal) -> Vec<(String, String)> {
    let parsed: toml::Table = toml::from_str(&proposal.config).unwrap();
    let columns = parsed["complaints"]["columns"].as_table().unwrap();
    let text = |(key, value): (&String, &toml::Value)| (key.clone(), value.as_str().unwrap().to_owned());
    columns.iter().map(text).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    pairs.sort();
    pairs
}

/// Sixty events of twenty tickets, as service desks export them: day first, `?` for nothing.
fn events() -> String {
    let mut text = "number,incident_state,reopen_count,caller_id,opened_by,opened_at,sys_updated_at,contact_type,category,\
                    subcategory,resolved_at,closed_at\n"
        .to_owned();
    for ticket in 0..20 {
        for (step, state) in ["New", "Active", "Resolved"].into_iter().enumerate() {
            let (kind, done) = (["Phone", "Email"][ticket % 2], format!("{}/2/2016 16:00", 14 + ticket % 9));
            let done = if ticket == 0 { "?" } else { &done };
            writeln!(
                text,
                "INC{ticket:05},{state},0,Caller {},Opened by 8,{}/2/2016 01:16,{}/2/2016 0{}:23,{kind},Category {},Sub {ticket},{done},{done}",
                ticket % 7, 13 + ticket % 9, 13 + ticket % 9, 2 + step, ticket % 3
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn an_event_log_alone_is_a_run_about_complaints() {
    let shop = Shop::new(&[("incidents.csv", events())]);
    let proposal = shop.proposal();
    let expected = [
        ("customer_id", "caller_id"),
        ("complaint_id", "number"),
        ("opened_at", "opened_at"),
        ("resolved_at", "resolved_at"),
        ("event_at", "sys_updated_at"),
        ("state", "incident_state"),
        ("reopened", "reopen_count"),
        ("category", "category"),
        ("channel", "contact_type"),
    ];
    assert_eq!(mapped(&proposal), pairs(&expected), "{}", proposal.config);
    assert!(proposal.runs && proposal.open.is_empty(), "{:?}", proposal.open);
    assert!(flat(&proposal.config).contains("[complaints] # 60 rows, one an event"), "{}", proposal.config);
    assert!(proposal.config.contains("could also be `closed_at`"), "{}", proposal.config);
    let config = config(&proposal, shop.folder.path());
    let found = pipeline::check(&config, &mut Silent).unwrap();
    assert_eq!((found.tables[0].name.as_str(), found.tables[0].account.rows_accepted), ("complaints", 60));
}

#[test]
fn tickets_beside_sales_lead_to_customers_and_doubts_are_questions() {
    let rows = rows(200);
    let line = |[order, _, customer, product, quantity, price, day]: &[u64; 7]| {
        format!("{order},{customer},{},P{product},{quantity},{}", date(*day), cents(*price))
    };
    let sales = table("InvoiceNo,CustomerID,InvoiceDate,StockCode,Quantity,UnitPrice", &rows, line);
    let ticket =
        |n: u64| format!("T{n},{},{},{}\n", n % 50, date(n * 5), ["neu", "fertig", "wartet"][n as usize % 3]);
    let tickets: String = (0..60).map(ticket).collect();
    let shop = Shop::new(&[
        ("sales.csv", sales),
        ("tickets.csv", format!("ticket_id,customer,opened,status\n{tickets}")),
    ]);
    let (proposal, config, _) = shop.tried();
    let expected = [
        ("complaint_id", "ticket_id"),
        ("customer_id", "customer"),
        ("opened_at", "opened"),
        ("state", "status"),
    ];
    assert_eq!(mapped(&proposal), pairs(&expected), "{}", proposal.config);
    // Ten of the fifty customers never bought anything, and nobody here knows which word means settled.
    assert!(proposal.config.contains("80.0 % of the ids here are in the sales"), "{}", proposal.config);
    let asked = "which of `neu`, `fertig`, `wartet` in `status` settle a complaint?";
    assert!(proposal.open.iter().any(|question| question.contains(asked)), "{:?}", proposal.open);
    assert!(config.complaints.unwrap().rules.resolved_states.contains(&"resolved".to_owned()));
    assert!(
        proposal.said.iter().any(|said| said == "complaints: 50 of 60 rows accepted"),
        "{:?}",
        proposal.said
    );
}

#[test]
fn complaints_without_an_end_are_asked_about() {
    let tickets = (0..30).map(|n| format!("T{n},{}\n", date(n * 3))).collect::<Vec<_>>().concat();
    let shop = Shop::new(&[("complaints.csv", format!("complaint no,opened\n{tickets}"))]);
    let proposal = shop.proposal();
    assert!(proposal.runs, "{}", proposal.config);
    assert!(
        proposal.open[0].contains("no column says when or whether a complaint was settled"),
        "{:?}",
        proposal.open
    );
    assert!(proposal.config.contains("# no column leads to a customer"), "{}", proposal.config);
}
