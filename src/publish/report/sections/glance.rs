//! Tonight at a glance: the headline figures, what stands out, what to know.

use serde_json::Value;

use super::voice::Voice;
use crate::publish::report::page::{Block, Card, Said, Section, Tone};
use crate::schema::customers as c;
use crate::schema::rfm_segments as p;

/// Rows set aside for one reason are worth a sentence from this share of an input on.
const MANY_ROWS: f64 = 0.05;

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let mut blocks = vec![Block::Cards { cards: cards(voice) }];
    let items: Vec<Said> = standing_out(voice).into_iter().map(Said::from).collect();
    if !items.is_empty() {
        blocks.push(Block::Sentences { title: voice.get("glance.stands_out"), items, tone: Tone::Plain });
    }
    blocks.push(super::changes::block(voice));
    let warnings = super::warnings::all(voice);
    blocks.push(if warnings.is_empty() {
        Block::Note { text: voice.get("glance.no_warnings") }
    } else {
        Block::Sentences { title: voice.get("glance.warnings"), items: warnings, tone: Tone::Warning }
    });
    Section { id: "glance", title: voice.get("glance.title"), lead: voice.get("glance.lead"), blocks }
}

fn cards(voice: &Voice<'_>) -> Vec<Card> {
    let manifest = &voice.figures.manifest;
    let figure = |key: &str| manifest["figures"][key].as_f64();
    let (customers, orders, spend) = (figure("customers"), figure("orders"), figure("spend_total"));
    let per = |a: Option<f64>, b: Option<f64>| Some(a? / b.filter(|b| *b > 0.0)?);
    let mut cards = vec![
        Card {
            label: voice.get("glance.customers"),
            value: customers.map_or_else(String::new, |n| voice.count(n)),
            raw: customers,
            ..Card::default()
        },
        Card {
            label: voice.get("glance.orders"),
            value: orders.map_or_else(String::new, |n| voice.count(n)),
            detail: per(orders, customers)
                .map(|n| voice.fill("glance.per_customer", &[("n", &voice.numbers.decimal(n, 1))]))
                .unwrap_or_default(),
            raw: orders,
            ..Card::default()
        },
        Card {
            label: voice.get("glance.spend"),
            value: spend.map_or_else(|| voice.get("unknown"), |n| voice.numbers.compact(n)),
            detail: per(spend, orders)
                .map(|n| voice.fill("glance.per_order", &[("n", &voice.money(n))]))
                .unwrap_or_default(),
            raw: spend,
            ..Card::default()
        },
    ];
    cards.extend(known_satisfaction(voice, customers));
    cards.push(set_aside(voice));
    cards
}

fn known_satisfaction(voice: &Voice<'_>, customers: Option<f64>) -> Option<Card> {
    let levels = voice.figures.manifest["figures"][c::SATISFACTION_LEVEL].as_object()?;
    let known: f64 =
        levels.iter().filter(|(name, _)| *name != "(none)").filter_map(|(_, n)| n.as_f64()).sum();
    let share = known / customers.filter(|n| *n > 0.0)?;
    voice.has_surveys().then(|| Card {
        label: voice.get("glance.satisfaction_known"),
        value: voice.percent(share),
        detail: voice.counted("glance.of_customers", known, &[("n", &voice.count(known))]),
        raw: Some(known),
        ..Card::default()
    })
}

fn set_aside(voice: &Voice<'_>) -> Card {
    let tables = voice.figures.manifest["accounting"].as_object();
    let sum = |key: &str| -> f64 {
        tables.map_or(0.0, |tables| tables.values().filter_map(|table| table[key].as_f64()).sum())
    };
    let (read, aside) = (sum("rows_read"), sum("rows_set_aside"));
    Card {
        label: voice.get("glance.set_aside"),
        value: voice.percent(if read > 0.0 { aside / read } else { 0.0 }),
        detail: voice.fill("glance.rows_of", &[("n", &voice.count(aside)), ("all", &voice.count(read))]),
        raw: Some(aside),
        ..Card::default()
    }
}

/// Sentences about what is large.
fn standing_out(voice: &Voice<'_>) -> Vec<String> {
    let mut items: Vec<String> = super::changes::summary(voice).into_iter().collect();
    if let Some(segments) = &voice.figures.segments {
        let rows: Vec<usize> =
            (0..segments.rows()).filter(|r| segments.text(*r, p::NAME).is_some()).collect();
        let most = rows.iter().copied().max_by(|a, b| {
            let share = |row: usize| segments.number(row, p::SPEND_SHARE).unwrap_or(0.0);
            share(*a).total_cmp(&share(*b)).then(b.cmp(a))
        });
        let told = most.and_then(|row| {
            let share = segments.number(row, p::SPEND_SHARE)?;
            let of_all = segments.number(row, p::CUSTOMERS_SHARE)?;
            Some(voice.fill(
                "glance.most_spend",
                &[
                    ("segment", &voice.segment(segments.text(row, p::NAME))),
                    ("customers", &voice.percent(of_all)),
                    ("spend", &voice.percent(share)),
                ],
            ))
        });
        items.extend(told);
        items.extend(slipping(voice));
    }
    if let Some(concentration) = &voice.figures.customers.concentration {
        items.push(voice.fill("glance.top_tenth", &[("spend", &voice.percent(concentration.tops[2].1))]));
    }
    items.extend(unhappy(voice));
    items.extend(far_from_whole(voice));
    items
}

/// The reason that keeps most rows out, where it keeps many out.
fn far_from_whole(voice: &Voice<'_>) -> Option<String> {
    let tables = voice.figures.manifest["accounting"].as_object()?;
    let reasons = tables.iter().flat_map(|(table, account)| {
        let read = account["rows_read"].as_f64().unwrap_or(0.0);
        let reasons = account["set_aside"].as_object().into_iter().flatten();
        reasons
            .filter_map(move |(reason, entry)| Some((table, reason, entry["rows"].as_f64()? / read, entry)))
    });
    let (table, reason, share, entry) =
        reasons.filter(|(_, _, share, _)| *share >= MANY_ROWS).max_by(|a, b| a.2.total_cmp(&b.2))?;
    let money = entry["money"].as_f64().filter(|money| *money > 0.0);
    let key = if money.is_some() { "glance.far_from_whole_money" } else { "glance.far_from_whole" };
    Some(voice.fill(
        key,
        &[
            ("input", &super::warnings::isolated(&super::quality::table_name(voice, table))),
            ("share", &voice.percent(share)),
            ("reason", &voice.label("reason", reason)),
            ("money", &money.map(|money| voice.numbers.compact(money)).unwrap_or_default()),
        ],
    ))
}

/// Good customers who stay away.
fn slipping(voice: &Voice<'_>) -> Option<String> {
    let segments = voice.figures.segments.as_ref()?;
    let of = |name: &str, column: &str| -> f64 {
        segments.rows_where(&[(p::NAME, name)]).filter_map(|row| segments.number(row, column)).sum()
    };
    let sum = |column: &str| of("at_risk", column) + of("cannot_lose_them", column);
    let (customers, share) = (sum(p::CUSTOMERS), sum(p::SPEND_SHARE));
    (customers > 0.0).then(|| {
        voice.counted(
            "glance.slipping",
            customers,
            &[("n", &voice.count(customers)), ("spend", &voice.percent(share))],
        )
    })
}

fn unhappy(voice: &Voice<'_>) -> Option<String> {
    let levels = voice.figures.manifest["figures"][c::SATISFACTION_LEVEL].as_object()?;
    let of = |name: &str| levels.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    let unhappy = of("angry") + of("dissatisfied");
    let known: f64 =
        levels.iter().filter(|(name, _)| *name != "(none)").filter_map(|(_, n)| n.as_f64()).sum();
    (known > 0.0).then(|| {
        voice.fill("glance.unhappy", &[("n", &voice.count(unhappy)), ("known", &voice.count(known))])
    })
}
