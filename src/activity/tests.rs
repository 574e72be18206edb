//! The fold against a plain computation, with rows of an order apart and with runs on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::{AsOfDay, Fold, Keep, Measures, Register, Runs};
use crate::facts::{Facts, Orders as _, RETURN, SALE, TextColumn, hash};
use crate::math::money::{MILLION, Money};
use crate::schema::customers as c;
use crate::table;

#[derive(Clone, Debug)]
struct Row {
    customer: String,
    order: String,
    day: i64,
    pieces: i64,
    cents: i64,
}

const DAY: i64 = 86_400_000_000;

fn facts(rows: &[Row]) -> Facts {
    let mut facts = Facts::default();
    for (i, row) in rows.iter().enumerate() {
        // Runs of one customer share an entry, as the readers make them.
        if i == 0 || rows[i - 1].customer != row.customer {
            Arc::make_mut(&mut facts.customers).push(row.customer.as_bytes());
        }
        facts.customer_of.push(facts.customers.hashes.len() as u32 - 1);
        facts.order_keys.push(hash(row.order.as_bytes()));
        facts.at.push(row.day * DAY);
        facts.quantities.push(row.pieces * MILLION);
        facts.amounts.push(Money::product(row.pieces * MILLION, row.cents * 10_000));
        facts.effects.push(if row.pieces > 0 { SALE } else { RETURN });
        facts.rows.push(i as u32);
    }
    facts
}

/// Orders and net cents of each customer, and the day of the last counting order.
fn plainly(rows: &[Row]) -> BTreeMap<String, (u32, i64, Option<i64>)> {
    let mut orders: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    rows.iter().for_each(|r| orders.entry((&r.customer, &r.order)).or_default().push(r));
    let mut out = BTreeMap::new();
    for ((customer, _), lines) in orders {
        let net: i64 = lines.iter().map(|r| r.pieces * r.cents).sum();
        let pieces: i64 = lines.iter().map(|r| r.pieces).sum();
        let last_sale = lines.iter().filter(|r| r.pieces > 0).map(|r| r.day).max();
        let taken_back = lines.iter().any(|r| r.pieces < 0) && pieces <= 0 && net <= 0;
        let counts = last_sale.filter(|_| !taken_back);
        let entry: &mut (u32, i64, Option<i64>) = out.entry(customer.to_owned()).or_default();
        entry.0 += u32::from(counts.is_some());
        entry.1 += net;
        entry.2 = entry.2.max(counts);
    }
    out
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..30_u32, 0..4_u32, 0..50_i64, -3..6_i64, 1..500_i64).prop_map(
        |(who, order, day, pieces, cents)| Row {
            // Some ids are longer than what is compared at first sight.
            customer: if who % 3 == 0 { format!("customer-with-a-long-id-{who}") } else { format!("c{who}") },
            order: format!("{who}-{order}"),
            day,
            pieces: if pieces == 0 { 1 } else { pieces },
            cents,
        },
    );
    prop::collection::vec(row, 1..300)
}

fn folded(rows: &[Row], block: usize, records_in_memory: usize) -> super::Activity {
    let folder = tempfile::tempdir().unwrap();
    let (mut fold, register) = (Fold::new(folder.path()), Register::default());
    fold.records_in_memory = records_in_memory;
    for batch in rows.chunks(block * 3) {
        fold.add(batch.chunks(block).map(|rows| Runs::of(&facts(rows), &register)).collect()).unwrap();
    }
    // A block whose rows are all set aside changes nothing.
    fold.add(vec![Runs::of(&facts(&[]), &register)]).unwrap();
    let day_of = |at: i64| (at / DAY) as i32;
    fold.finish(
        register,
        &AsOfDay { day: 60, day_of: &day_of },
        Measures { with_quantities: true, ..Measures::default() },
    )
    .unwrap()
}

#[test]
fn orders_are_kept_as_far_as_they_are_asked_for() {
    let order = |day| Row { customer: "c".into(), order: format!("{day}"), day, pieces: 1, cents: 100 };
    let rows = [order(1), order(20), order(40)];
    let kept = |keep| {
        let folder = tempfile::tempdir().unwrap();
        let (mut fold, register) = (Fold::new(folder.path()), Register::default());
        fold.add(vec![Runs::of(&facts(&rows), &register)]).unwrap();
        let day_of = |at: i64| (at / DAY) as i32;
        let measures = Measures { keep, ..Measures::default() };
        let activity = fold.finish(register, &AsOfDay { day: 60, day_of: &day_of }, measures).unwrap();
        let mut days = Vec::new();
        activity.each_order(&mut |order| days.push(order.at / DAY));
        days.sort_unstable();
        days
    };
    assert_eq!(kept(Keep::Nothing), [0; 0]);
    assert_eq!(kept(Keep::Since(20)), [20, 40]);
    assert_eq!(kept(Keep::Everything), [1, 20, 40]);
}

#[test]
fn whoever_is_named_without_an_accepted_row_is_no_customer() {
    let row =
        |customer: &str| Row { customer: customer.into(), order: "1".into(), day: 1, pieces: 1, cents: 100 };
    let mut named = facts(&[row("b"), row("a")]);
    // As a file's dictionary that also holds the ids of rows set aside.
    ["0", "aa", "c", "a customer with a long id"]
        .into_iter()
        .for_each(|id| Arc::make_mut(&mut named.customers).push(id.as_bytes()));
    let folder = tempfile::tempdir().unwrap();
    let (mut fold, register) = (Fold::new(folder.path()), Register::default());
    fold.add(vec![Runs::of(&named, &register)]).unwrap();
    let day_of = |at: i64| (at / DAY) as i32;
    let activity = fold.finish(register, &AsOfDay { day: 60, day_of: &day_of }, Measures::default()).unwrap();
    assert_eq!(table::texts(&activity.customers, c::CUSTOMER_ID).unwrap(), [Some("a"), Some("b")]);
    let mut asked = TextColumn::default();
    ["0", "b", "a customer with a long id", "a", "d"].into_iter().for_each(|id| asked.push(id.as_bytes()));
    assert_eq!(activity.customers_of(&asked), [None, Some(1), None, Some(0), None]);
    assert_eq!((activity.customer(b"c"), activity.customer(b"b")), (None, Some(1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_fold_equals_a_plain_computation(rows in rows(), block in 1..40_usize) {
        let expected = plainly(&rows);
        let in_memory = folded(&rows, block, usize::MAX);
        let ids: Vec<_> = table::texts(&in_memory.customers, c::CUSTOMER_ID).unwrap().into_iter().flatten().collect();
        prop_assert_eq!(&ids, &expected.keys().map(String::as_str).collect::<Vec<_>>());
        let counts = table::u32s(&in_memory.customers, c::ORDER_COUNT).unwrap();
        let spend = table::f64s(&in_memory.customers, c::SPEND_TOTAL).unwrap();
        let recency = table::i32s(&in_memory.customers, c::RECENCY_DAYS).unwrap();
        for (i, (orders, cents, last)) in expected.values().enumerate() {
            prop_assert_eq!(counts[i], Some(*orders));
            prop_assert_eq!(spend[i], Some(*cents as f64 / 100.0));
            prop_assert_eq!(recency[i], last.map(|day| 60 - day as i32));
        }
        // Runs on disk from the first full piece on: the same table.
        let on_disk = folded(&rows, block, 0);
        prop_assert!(in_memory.customers.equals_missing(&on_disk.customers));
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        for (i, id) in ids.iter().enumerate() {
            prop_assert_eq!(in_memory.customer(id.as_bytes()), Some(i as u32));
        }
        prop_assert_eq!(in_memory.customer(b"nobody"), None);
        let mut texts = TextColumn::default();
        ids.iter().for_each(|id| texts.push(id.as_bytes()));
        texts.push(b"nobody");
        texts.push_null();
        let found: Vec<_> = (0..ids.len() as u32).map(Some).chain([None, None]).collect();
        prop_assert_eq!(in_memory.customers_of(&texts), found);
        prop_assert_eq!(known.len(), ids.len());
    }
}
