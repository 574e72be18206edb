//! The company that is measured: made by the engine's own generator, outside every timer.

use std::path::Path;

use moshtari::Config;
use moshtari::generate::{self, Format, GenerateParams};

/// Order lines of a customer, as `moshtari generate` has it.
const LINES_PER_CUSTOMER: u64 = 10;
/// Every company is drawn from this.
const SEED: u64 = 20_260_101;

/// Writes a company of so many transactions and reads its configuration.
pub(crate) fn make(folder: &Path, transactions: u64, format: Format) -> Config {
    let params = GenerateParams {
        transactions,
        customers: (transactions / LINES_PER_CUSTOMER) as u32,
        seed: SEED,
        format,
        ..GenerateParams::default()
    };
    generate::run(folder, &params, &mut |_| {}).expect("the folder is empty");
    open(folder)
}

/// The configuration of a company made before.
pub(crate) fn open(folder: &Path) -> Config {
    Config::read(&folder.join("moshtari.toml"))
        .expect("the generator writes a configuration that can be read")
}
