//! The command line: the only place that prints, reads the clock and chooses exit codes.

mod args;
mod check;
mod completions;
mod diff;
mod explain;
mod export;
mod generate;
mod init;
mod printer;
mod progress;
mod report;
mod run;
mod schema;

use std::panic::{catch_unwind, set_hook, take_hook};
use std::process::ExitCode;

use clap::Parser;
use moshtari::ingest::guard::is_guarding;
use moshtari::{Error, Result};

use self::args::{Args, Command};
use self::printer::Printer;

/// Published, or the command's work done.
const DONE: u8 = 0;
/// Internal or I/O failure.
const FAILED: u8 = 1;
/// Usage, configuration or inputs at fault.
const USAGE: u8 = 2;
/// A data gate stopped the run.
const GATE: u8 = 3;
/// Another run holds the output.
const LOCKED: u8 = 4;

/// Reads the arguments, runs the command, reports and returns the exit code.
pub(crate) fn main() -> ExitCode {
    survive_file_size_limits();
    keep_freed_memory();
    let args = Args::parse();
    let printer = Printer::new(args.log, args.quiet);
    keep_damaged_files_quiet();
    let gave_up = |_| Err(Error::internal("the engine gave up; the lines above say where"));
    match catch_unwind(|| dispatch(args.command, printer)).unwrap_or_else(gave_up) {
        Ok(code) => code.into(),
        Err(error) => {
            printer.error(&error);
            exit_code(&error).into()
        }
    }
}

/// Blocks of rows come and go by the hundred. The GNU C library hands each back to the system and asks for it anew, page
/// by page, until it has seen a block as large freed: so it is shown one, which is never written to (`mallopt(3)`,
/// `M_MMAP_THRESHOLD`). Elsewhere this does nothing.
fn keep_freed_memory() {
    /// A page below 32 MiB, up to which the library learns.
    const LARGEST: usize = (32 << 20) - (1 << 13);
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGEST)));
}

fn dispatch(command: Command, printer: Printer) -> Result<u8> {
    match command {
        Command::Init(args) => init::run(&args, printer),
        Command::Run(args) => run::run(&args, printer),
        Command::Check(args) => check::run(&args, printer),
        Command::Explain(args) => explain::run(&args, printer),
        Command::Export(args) => export::run(&args, printer),
        Command::Diff(args) => diff::run(&args, printer),
        Command::Report(args) => report::run(&args, printer),
        Command::Generate(args) => generate::run(&args, printer),
        Command::Schema(args) => schema::run(&args, printer),
        Command::Completions { shell } => completions::shell(shell, printer),
        Command::Man => completions::man(printer),
    }
}

fn exit_code(error: &Error) -> u8 {
    match error {
        Error::Config { .. } | Error::Input { .. } => USAGE,
        Error::Gate { .. } => GATE,
        Error::Locked { .. } => LOCKED,
        _ => FAILED,
    }
}

/// A panic of a guarded reader becomes an error that names the file; the panic itself helps nobody.
fn keep_damaged_files_quiet() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        if !is_guarding() {
            usual(panic);
        }
    }));
}

/// A write beyond the file-size limit should be an error that can be reported, not a signal that kills.
fn survive_file_size_limits() {
    let noticed = std::sync::Arc::default();
    // If the handler cannot be set, the limit kills as it would have.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noticed);
}
