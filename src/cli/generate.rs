//! `moshtari generate`

use indicatif::{ProgressBar, ProgressStyle};
use moshtari::Result;
use moshtari::generate::{self, GenerateParams};
use serde_json::{Map, json};

use super::DONE;
use super::args::GenerateArgs;
use super::printer::Printer;

/// Order lines of a customer, where the number of customers is left out.
const LINES_PER_CUSTOMER: u64 = 10;

pub(super) fn run(args: &GenerateArgs, printer: Printer) -> Result<u8> {
    let customers = args
        .customers
        .unwrap_or_else(|| u32::try_from(args.transactions / LINES_PER_CUSTOMER).unwrap_or(u32::MAX).max(1));
    let params = GenerateParams {
        transactions: args.transactions,
        customers,
        seed: args.seed,
        format: args.format.parse()?,
        locale: args.locale.parse()?,
        files: args.files,
    };
    let bar = if printer.is_watched() { ProgressBar::new(args.transactions) } else { ProgressBar::hidden() };
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    let made = generate::run(&args.dir, &params, &mut |rows| bar.set_position(rows));
    bar.finish_and_clear();
    let made = made?;
    let fields = Map::from_iter([
        ("transactions".to_owned(), json!(made.transactions)),
        ("customers".to_owned(), json!(made.customers)),
    ]);
    printer.info(
        &format!(
            "{} order lines of {} customers; next: moshtari run -c {}",
            made.transactions,
            made.customers,
            args.dir.join("moshtari.toml").display()
        ),
        &fields,
    );
    Ok(DONE)
}
