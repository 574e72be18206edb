//! Fast equals slow: on random exports, against readers and sums that are plain enough to trust.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use moshtari::ingest::csv::{Cutter, Layout, split};
use moshtari::ingest::dialect::Delimiter;
use moshtari::{Config, pipeline};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::desk::Desk;
use crate::formats;
use crate::formats::export::{Export, Line};
use crate::formats::typed;
use crate::ledger::{Tally, day, nearest};
use crate::published::Table;

/// Few cases, the same every time.
fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(1404), ..ProptestConfig::default() }
}

// ---- the splitter ----

/// The table that csv-core reads.
fn slowly(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = text;
    loop {
        let mut out = [0; 64];
        let (result, read, written) = reader.read_field(rest, &mut out);
        rest = &rest[read..];
        cell.extend_from_slice(&out[..written]);
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                row.push(String::from_utf8(std::mem::take(&mut cell)).unwrap());
                if record_end {
                    rows.push(std::mem::take(&mut row));
                }
            }
            csv_core::ReadFieldResult::End => return rows,
            csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::OutputFull => {}
        }
    }
}

/// The table that the engine's cutter and splitter read; every record must be a good one.
fn fast(text: &[u8], width: usize) -> Vec<Vec<String>> {
    let delimiter = Delimiter::Byte(b',');
    let feeds = (0..width).map(|field| vec![field]).collect();
    let layout = Layout { delimiter, quote: Some(b'"'), fields: width, feeds, columns: width };
    let mut cutter = Cutter::new(text, None, delimiter, Some(b'"'));
    let mut rows = Vec::new();
    while let Some(piece) = cutter.next_piece().unwrap() {
        let block = split(piece, &layout);
        assert_eq!(block.broken, []);
        rows.extend(
            (0..block.rows).map(|row| (0..width).map(|c| block.cell(c, row).shown()).collect::<Vec<_>>()),
        );
    }
    rows
}

/// A field as it stands in a file: bare, quoted, or quoted with letters after the closing quote.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9é .;']{1,8}",
        "[a-z][a-z\"]{0,4}",
        "[a-zآ,\"\n .]{0,10}".prop_map(|text| format!("\"{}\"", text.replace('"', "\"\""))),
        Just("\"\"".to_owned()),
        "[a-z]{0,3}".prop_map(|text| format!("\"{text}\"{text}")),
    ]
}

fn document(width: usize) -> impl Strategy<Value = String> {
    let record = prop::collection::vec(field(), width).prop_map(|fields| fields.join(","));
    let end = prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\n\n")];
    prop::collection::vec((record, end), 1..60)
        .prop_map(|records| records.into_iter().map(|(record, end)| record + end).collect())
}

proptest! {
    #![proptest_config(few(256))]

    #[test]
    fn the_splitter_reads_what_csv_core_reads((width, text) in (2_usize..7).prop_flat_map(|w| (Just(w), document(w)))) {
        prop_assert_eq!(fast(text.as_bytes(), width), slowly(text.as_bytes()));
        let open_end = text.trim_end_matches(['\r', '\n']);
        prop_assert_eq!(fast(open_end.as_bytes(), width), slowly(open_end.as_bytes()));
    }
}

proptest! {
    #![proptest_config(few(4))]

    /// Three mebibytes, so that blocks end between records, and quoted line ends stand at their edges.
    #[test]
    fn cutting_into_blocks_loses_nothing(text in document(5)) {
        let large = text.repeat((3 << 20) / text.len() + 1);
        prop_assert!(fast(large.as_bytes(), 5) == slowly(large.as_bytes()));
    }
}

// ---- the fold ----

/// One row of a random export.
#[derive(Clone, Debug)]
struct Sale {
    customer: u8,
    order: u8,
    cancelled: bool,
    day: u8,
    minute: u16,
    quantity: i8,
    cents: u32,
}

fn sales() -> impl Strategy<Value = Vec<Sale>> {
    let sale = (0_u8..8, 0_u8..16, prop::bool::weighted(0.1), 0_u8..60, 0_u16..1440, -3_i8..6, 0_u32..50_000);
    let sale = sale.prop_map(|(customer, order, cancelled, day, minute, quantity, cents)| Sale {
        customer,
        order,
        cancelled,
        day,
        minute,
        quantity,
        cents,
    });
    prop::collection::vec(sale, 1..120)
}

impl Sale {
    fn order(&self) -> String {
        format!("{}{}", if self.cancelled { "C" } else { "" }, self.order)
    }

    fn date(&self) -> String {
        let first = chrono::NaiveDate::from_ymd_opt(2024, 2, 1).unwrap();
        (first + chrono::Days::new(u64::from(self.day))).to_string()
    }

    fn line(&self) -> String {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let (whole, part) = (self.cents / 100, self.cents % 100);
        let (customer, order, date) = (self.customer, self.order(), self.date());
        format!("K{customer},{order},{date} {hour:02}:{minute:02}:00,{},{whole}.{part:02}\n", self.quantity)
    }
}

/// The customers that the pipeline makes of these rows.
fn customers(sales: &[Sale]) -> Table {
    let desk = Desk::new();
    let lines: String = sales.iter().map(Sale::line).collect();
    desk.write("orders.csv", format!("customer,order,at,quantity,price\n{lines}"));
    let config = r#"
        [run]
        as_of = "2024-05-01"
        stages = ["rfm"]
        [transactions]
        files = ["orders.csv"]
        [transactions.columns]
        customer_id = "customer"
        order_id = "order"
        ordered_at = "at"
        quantity = "quantity"
        unit_price = "price"
        [transactions.rules]
        cancelled_when = { column = "order", starts_with = "C" }
    "#;
    let config = Config::parse(config, desk.path()).unwrap();
    pipeline::run(&config, &mut pipeline::Silent).unwrap();
    desk.latest().customers()
}

/// One order, by the definitions: a cancelled sale never happened, an order without a sale does not count,
/// nor does one of which as much came back as went out and no money stayed.
#[derive(Default)]
struct Order {
    first_sale: Option<(String, u16)>,
    taken_back: bool,
    pieces: i64,
    cents: i64,
}

fn by_hand(sales: &[Sale]) -> BTreeMap<String, Tally> {
    let mut orders: BTreeMap<(u8, String), Order> = BTreeMap::new();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for sale in sales {
        let tally = tallies.entry(format!("K{}", sale.customer)).or_default();
        let order = orders.entry((sale.customer, sale.order())).or_default();
        let back = sale.quantity < 0;
        tally.returned_rows += i64::from(back);
        order.taken_back |= back;
        if sale.cancelled && !back {
            continue;
        }
        let cents = i64::from(sale.quantity) * i64::from(sale.cents);
        tally.money += i128::from(cents) * 100;
        order.pieces += i64::from(sale.quantity);
        order.cents += cents;
        if sale.quantity > 0 {
            let at = (sale.date(), sale.minute);
            order.first_sale = Some(order.first_sale.take().map_or(at.clone(), |first| first.min(at)));
        }
    }
    for ((customer, id), order) in orders {
        let undone = order.taken_back && order.pieces <= 0 && order.cents <= 0;
        if let Some((date, _)) = order.first_sale.filter(|_| !undone) {
            let tally = tallies.entry(format!("K{customer}")).or_default();
            tally.orders.insert(id);
            tally.days.insert(day(&date));
        }
    }
    tallies
}

proptest! {
    #![proptest_config(few(48))]

    #[test]
    fn the_fold_adds_up_what_a_plain_group_by_adds_up(sales in sales()) {
        let (found, expected) = (customers(&sales), by_hand(&sales));
        prop_assert_eq!(found.ids("customer_id"), expected.keys().cloned().collect::<Vec<_>>());
        let tallies: Vec<_> = expected.values().collect();
        let ints = |value: &dyn Fn(&Tally) -> i64| tallies.iter().map(|t| Some(value(t))).collect::<Vec<_>>();
        prop_assert_eq!(found.ints("order_count"), ints(&|t| t.orders.len() as i64));
        prop_assert_eq!(found.ints("active_days"), ints(&|t| t.days.len() as i64));
        prop_assert_eq!(found.ints("return_count"), ints(&|t| t.returned_rows));
        let money: Vec<_> = tallies.iter().map(|t| Some(nearest(t.money))).collect();
        prop_assert_eq!(found.floats("spend_total"), money);
    }
}

proptest! {
    #![proptest_config(few(24))]

    #[test]
    fn the_order_of_rows_changes_nothing((sales, shuffled) in sales().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle()))) {
        customers(&sales).assert_equals(&customers(&shuffled), "as drawn against shuffled");
    }

    #[test]
    fn a_hundred_times_the_money_is_a_hundred_times_the_spend(sales in sales()) {
        let rich: Vec<_> = sales.iter().map(|s| Sale { cents: s.cents * 100, ..s.clone() }).collect();
        let (plain, rich) = (customers(&sales), customers(&rich));
        let hundredfold: Vec<_> = by_hand(&sales).values().map(|t| Some(nearest(t.money * 100))).collect();
        prop_assert_eq!(rich.floats("spend_total"), hundredfold);
        for label in ["r_score", "f_score", "m_score"] {
            prop_assert_eq!(rich.ints(label), plain.ints(label), "{}", label);
        }
        prop_assert_eq!(rich.texts("rfm_segment"), plain.texts("rfm_segment"));
    }
}

// ---- damaged files ----

/// A change to the bytes of a file: some overwritten, a piece doubled, the end cut off.
#[derive(Clone, Debug)]
enum Damage {
    Bytes(Vec<(prop::sample::Index, u8)>),
    Piece(prop::sample::Index, prop::sample::Index),
    End(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<prop::sample::Index>;
    let sign = prop_oneof![any::<u8>(), prop::sample::select(b"\",;\n\r\0\xff\xfe {}[]-.'\t".to_vec())];
    prop_oneof![
        4 => prop::collection::vec((place(), sign), 1..20).prop_map(Damage::Bytes),
        1 => (place(), place()).prop_map(|(from, to)| Damage::Piece(from, to)),
        1 => place().prop_map(Damage::End),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            _ if bytes.is_empty() => {}
            Self::Bytes(changes) => changes.iter().for_each(|(at, byte)| *at.get_mut(bytes) = *byte),
            Self::Piece(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(from..from, piece);
            }
            Self::End(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

/// The export in every kind of file.
static FILES: LazyLock<[(&str, Vec<u8>); 8]> = LazyLock::new(|| {
    let export = Export { lines: Export::new().lines[..60].to_vec() };
    let plain = export.delimited(",", Line::plain);
    let json: String = export.lines.iter().map(|l| format!("{}\n", l.json_typed())).collect();
    [
        ("export.csv", plain.clone().into_bytes()),
        ("export.tsv", export.delimited("\t", Line::persian).into_bytes()),
        ("export.txt", export.delimited("  ", Line::without_blanks).into_bytes()),
        ("export.csv.gz", formats::gzip(plain.as_bytes())),
        ("export.csv.zst", zstd::encode_all(plain.as_bytes(), 3).unwrap()),
        ("export.ndjson", json.into_bytes()),
        ("export.parquet", typed::parquet(&typed::forms(&export)[1].1)),
        ("export.xlsx", typed::workbook(&export, typed::Cells::Typed)),
    ]
});

proptest! {
    #![proptest_config(few(96))]

    /// Whatever stands in an export: it is read and accounted for, or refused with its name, never a crash.
    #[test]
    fn damaged_files_are_accounted_for_or_refused(kind in 0..FILES.len(), damages in prop::collection::vec(damage(), 1..4)) {
        let (name, mut bytes) = FILES[kind].clone();
        damages.iter().for_each(|d| d.apply(&mut bytes));
        let desk = Desk::new();
        desk.write(name, bytes);
        let config = Config::parse(&formats::config(name), desk.path()).unwrap();
        match pipeline::check(&config, &mut pipeline::Silent) {
            Ok(found) => {
                for table in found.tables {
                    let account = table.account;
                    prop_assert_eq!(account.rows_read, account.rows_accepted + account.rows_set_aside());
                }
            }
            Err(moshtari::Error::Config { .. } | moshtari::Error::Input { .. }) => {}
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
