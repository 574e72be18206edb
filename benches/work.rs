//! The kernels worth watching, by name: `kernels` times them, `count` runs one under callgrind.

use std::any::Any;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use moshtari::activity::{Activity, AsOfDay, Basis, Fold, Measures, Register, Runs};
use moshtari::clusters::kmeans::{KMeansParams, KMeansValidParams};
use moshtari::facts::Facts;
use moshtari::ingest::numbers::{DecimalMark, parse_fixed};
use moshtari::ingest::times::{Calendar, TimeFormat};
use moshtari::math::random::stream;
use moshtari::publish::Store;
use moshtari::publish::parquet::{self, Stamp};
use moshtari::rfm::{self, RfmParams};
use moshtari::{Config, schema};

use linfa::ParamGuard;

use crate::exports::Exports;

/// What a call made, kept until the clock has stopped.
pub(crate) type Made = Box<dyn Any>;
/// One call with its input.
pub(crate) type Call = Box<dyn FnOnce() -> Made>;

/// A piece of work with a name.
pub(crate) struct Kernel {
    pub(crate) name: &'static str,
    /// Rows that a call works on.
    pub(crate) rows: u64,
    /// Makes the input of the next call; not measured.
    pub(crate) prepare: Box<dyn Fn() -> Call>,
}

/// Names of all kernels, in the order of the data.
pub(crate) const NAMES: [&str; 11] = [
    "csv_split",
    "parquet_decode",
    "numbers",
    "times",
    "rows_to_facts",
    "fold",
    "customers",
    "rfm_scores",
    "kmeans_20_passes",
    "kmeans_one_start",
    "parquet_write",
];

/// What kernels are made from.
pub(crate) struct Material<'a> {
    /// A company of CSV exports.
    pub(crate) text: &'a Config,
    /// The same company as Parquet.
    pub(crate) typed: &'a Config,
    /// Its transactions.
    pub(crate) rows: u64,
    /// A folder to write to.
    pub(crate) folder: &'a Path,
}

/// A kernel by its name.
pub(crate) fn kernel(name: &str, of: &Material<'_>) -> Kernel {
    let rows = of.rows;
    let exports = || Exports::open(of.text);
    match name {
        "csv_split" => named("csv_split", rows, blocks(exports())),
        "parquet_decode" => named("parquet_decode", rows, blocks(Exports::open(of.typed))),
        "numbers" => named("numbers", rows, numbers(rows)),
        "times" => named("times", rows, times(rows)),
        "rows_to_facts" => named("rows_to_facts", rows, rows_to_facts(exports())),
        "fold" => named("fold", rows, fold(exports())),
        "customers" => named("customers", rows, customers(exports())),
        "rfm_scores" => {
            let activity = folded(&exports().facts());
            named("rfm_scores", activity.customers.height() as u64, rfm_scores(activity))
        }
        "kmeans_20_passes" => named("kmeans_20_passes", rows, kmeans_passes(rows)),
        "kmeans_one_start" => named("kmeans_one_start", rows, kmeans_start(rows)),
        "parquet_write" => {
            let activity = folded(&exports().facts());
            named("parquet_write", activity.customers.height() as u64, parquet_write(activity, of.folder))
        }
        other => panic!("there is no kernel `{other}`; there are: {}", NAMES.join(", ")),
    }
}

fn named(name: &'static str, rows: u64, prepare: impl Fn() -> Call + 'static) -> Kernel {
    Kernel { name, rows, prepare: Box::new(prepare) }
}

fn call<T: 'static>(work: impl FnOnce() -> T + 'static) -> Call {
    Box::new(|| Box::new(work()))
}

/// Pieces of files to blocks of fields.
fn blocks(exports: Arc<Exports>) -> impl Fn() -> Call {
    move || {
        let (exports, pieces) = (Arc::clone(&exports), exports.pieces());
        call(move || exports.blocks(pieces))
    }
}

/// Blocks of fields to accepted rows and rows set aside.
fn rows_to_facts(exports: Arc<Exports>) -> impl Fn() -> Call {
    move || {
        let (exports, blocks) = (Arc::clone(&exports), exports.blocks(exports.pieces()));
        call(move || {
            let read = |block| exports.reader.read(block).expect("the export has one currency");
            blocks.into_iter().map(read).collect::<Vec<_>>()
        })
    }
}

/// Prices of one to six digits before the point.
fn numbers(rows: u64) -> impl Fn() -> Call {
    let mut draws = stream(1, "bench numbers");
    let text = |_| format!("{:.2}", 10_f64.powf(6.0 * draws.unit())).into_bytes();
    let texts: Arc<Vec<Vec<u8>>> = Arc::new((0..rows).map(text).collect());
    move || {
        let texts = Arc::clone(&texts);
        call(move || texts.iter().filter_map(|t| parse_fixed(black_box(t), DecimalMark::Point)).sum::<i64>())
    }
}

/// Times as most exports write them.
fn times(rows: u64) -> impl Fn() -> Call {
    let format = TimeFormat::declared("year_first", Calendar::Gregorian).expect("the format is known");
    let mut draws = stream(1, "bench times");
    let mut below = |n| draws.below(n);
    let text = |_| {
        let (month, day, hour, minute) = (1 + below(12), 1 + below(28), below(24), below(60));
        format!("{}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}", 2024 + below(2), below(60)).into_bytes()
    };
    let texts: Arc<Vec<Vec<u8>>> = Arc::new((0..rows).map(text).collect());
    move || {
        let (texts, format) = (Arc::clone(&texts), format.clone());
        call(move || {
            let stamps = texts.iter().filter_map(|t| format.parse(black_box(t)));
            stamps.fold(0_i64, |sum, stamp| sum.wrapping_add(stamp.micros))
        })
    }
}

/// Blocks that the run folds at a time.
const BATCH: usize = 4;

fn add_all(facts: &[Facts]) -> (Fold, Register) {
    let (mut fold, register) = (Fold::new(&std::env::temp_dir()), Register::default());
    for batch in facts.chunks(BATCH) {
        let runs = batch.iter().map(|facts| Runs::of(facts, &register)).collect();
        fold.add(runs).expect("runs fit in memory or on disk");
    }
    (fold, register)
}

fn finish((fold, register): (Fold, Register)) -> Activity {
    const DAY: i64 = 86_400_000_000;
    let day_of = |at: i64| at.div_euclid(DAY) as i32;
    let day = day_of(fold.last_at().expect("there are rows"));
    let measures = Measures { basis: Basis::Sum, with_quantities: true, ..Measures::default() };
    fold.finish(register, &AsOfDay { day, day_of: &day_of }, measures).expect("the fold fits a table")
}

fn folded(facts: &[Facts]) -> Activity {
    finish(add_all(facts))
}

/// Rows to orders and totals per customer.
fn fold(exports: Arc<Exports>) -> impl Fn() -> Call {
    move || {
        let facts = exports.facts();
        call(move || add_all(&facts))
    }
}

/// Orders and totals to the customers table.
fn customers(exports: Arc<Exports>) -> impl Fn() -> Call {
    move || {
        let fold = add_all(&exports.facts());
        call(move || finish(fold))
    }
}

/// Quantile scores and segments.
fn rfm_scores(activity: Activity) -> impl Fn() -> Call {
    move || {
        let customers = activity.customers.clone();
        call(move || rfm::run(customers, &RfmParams::default(), None).expect("the columns are there"))
    }
}

/// Columns and clusters of the peers' comparison.
const COLUMNS: usize = 4;
const CLUSTERS: usize = 8;

/// Overlapping groups of points.
fn points(rows: u64) -> Arc<Vec<f64>> {
    let mut draws = stream(1, "bench points");
    let mut values = Vec::with_capacity(rows as usize * COLUMNS);
    for _ in 0..rows {
        let group = draws.below(6) as f64;
        for column in 0..COLUMNS {
            let spread = (0..4).map(|_| draws.unit() - 0.5).sum::<f64>();
            values.push(spread + group * (0.3 + 0.1 * column as f64));
        }
    }
    Arc::new(values)
}

fn checked(params: KMeansParams) -> KMeansValidParams {
    params.check().expect("the parameters are in range")
}

/// Twenty passes over all rows from given centres.
fn kmeans_passes(rows: u64) -> impl Fn() -> Call {
    let values = points(rows);
    let params = checked(KMeansParams::new(CLUSTERS).max_iter(20));
    move || {
        let (values, params) = (Arc::clone(&values), params.clone());
        call(move || {
            let start = values[..CLUSTERS * COLUMNS].to_vec();
            params.fit_from(&values, COLUMNS, &start).expect("the points are finite")
        })
    }
}

/// One start with its swaps, run until no label changes.
fn kmeans_start(rows: u64) -> impl Fn() -> Call {
    let values = points(rows);
    let params = checked(KMeansParams::new(CLUSTERS).n_init(1));
    move || {
        let (values, params) = (Arc::clone(&values), params.clone());
        call(move || params.fit_rows(&values, COLUMNS).expect("the points are finite"))
    }
}

/// The customers table to disk.
fn parquet_write(activity: Activity, folder: &Path) -> impl Fn() -> Call + use<> {
    let folder = folder.join("results");
    move || {
        let customers = activity.customers.clone();
        let store = Store::take(&folder).expect("the folder can be written to");
        let stamp = Stamp { fingerprint: "benchmark".to_owned() };
        let draft = store.draft(&stamp.fingerprint).expect("the folder can be written to");
        call(move || {
            parquet::write(&customers, &schema::customers::TABLE, &[], &stamp, &draft, "customers.parquet")
                .expect("the table is as declared");
        })
    }
}
