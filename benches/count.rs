//! Runs one kernel once, for a counter of instructions: `benches/instructions.py` calls it under callgrind.
//!
//! `count make FOLDER ROWS` makes the companies; `count run FOLDER ROWS KERNEL` runs a kernel on them, on one
//! thread; anything else lists the kernels.
#![expect(clippy::print_stdout, reason = "a program for scripts")]

mod company;
mod exports;
mod work;

use std::path::Path;

use moshtari::generate::Format;

use self::work::{Call, Made, Material, NAMES, kernel};

/// The only part that is counted: callgrind looks for it by name.
#[inline(never)]
fn counted_region(call: Call) -> Made {
    call()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["make", folder, rows] => {
            company::make(&Path::new(folder).join("text"), number(rows), Format::Csv);
            company::make(&Path::new(folder).join("typed"), number(rows), Format::Parquet);
        }
        ["run", folder, rows, name] => run(Path::new(folder), number(rows), name),
        _ => NAMES.iter().for_each(|name| println!("{name}")),
    }
}

fn number(word: &str) -> u64 {
    word.parse().expect("the number of rows is a number")
}

fn run(folder: &Path, rows: u64, name: &str) {
    // The calling thread does all the work, so that nothing escapes the counter or waits in it.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().expect("nobody has asked for threads yet");
    let (text, typed) = (company::open(&folder.join("text")), company::open(&folder.join("typed")));
    let kernel = kernel(name, &Material { text: &text, typed: &typed, rows, folder });
    let made = counted_region((kernel.prepare)());
    drop(made);
    println!("{} {}", kernel.name, kernel.rows);
}
