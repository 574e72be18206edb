//! Fits k-means on a matrix from a file, to be timed beside other programs.
//!
//! `kmeans_fit ROWS.npy COLUMNS STARTS.npy|TIMES` reads a matrix of float64 and fits as many clusters as
//! `STARTS.npy` has rows, by 20 passes from these; or eight clusters from the best of `TIMES` starts. Prints
//! one line of JSON: seconds to `load` and to `fit`, `inertia`, `passes`, sorted `sizes`.
#![expect(clippy::print_stdout, reason = "a program for scripts")]
#![expect(clippy::disallowed_methods, reason = "a clock is what this is for")]

use std::time::Instant;

use linfa::ParamGuard;
use moshtari::clusters::kmeans::KMeansParams;

/// Clusters when no starts are given.
const CLUSTERS: usize = 8;
/// Passes from given starts.
const PASSES: u32 = 20;
/// Passes at most, and tolerance, of each run of the best of several: the peers' own.
const TO_THE_END: (u32, f64) = (300, 1e-4);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [rows, columns, start] = words.as_slice() else {
        println!("kmeans_fit ROWS.npy COLUMNS STARTS.npy|TIMES");
        return;
    };
    let columns: usize = columns.parse().expect("the number of columns is a number");
    let began = Instant::now();
    let values = matrix(rows);
    let loaded = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let fitted = if let Ok(times) = start.parse() {
        let (passes, tolerance) = TO_THE_END;
        let params = KMeansParams::new(CLUSTERS).n_init(times).max_iter(passes).tolerance(tolerance).seed(1);
        params.check().expect("the parameters are in range").fit_rows(&values, columns)
    } else {
        let centres = matrix(start);
        let params = KMeansParams::new(centres.len() / columns).max_iter(PASSES);
        params.check().expect("the parameters are in range").fit_from(&values, columns, &centres)
    };
    let model = fitted.expect("the rows are finite");
    let fit = began.elapsed().as_secs_f64();
    let mut sizes = model.sizes().to_vec();
    sizes.sort_unstable();
    let line = serde_json::json!({
        "load": loaded, "fit": fit, "inertia": model.inertia(), "passes": model.passes(), "sizes": sizes,
    });
    println!("{line}");
}

/// The numbers of a `.npy` file of little-endian float64 in row order.
fn matrix(path: &str) -> Vec<f64> {
    let bytes = std::fs::read(path).expect("the file can be read");
    assert!(bytes.starts_with(b"\x93NUMPY\x01\x00"), "`{path}` is no .npy file of version 1");
    let data = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..data]);
    let plain = header.contains("'<f8'") && header.contains("'fortran_order': False");
    assert!(plain, "`{path}` should hold float64 in row order, but says {header}");
    let number = |chunk: &[u8]| f64::from_le_bytes(chunk.try_into().expect("eight bytes"));
    bytes[data..].chunks_exact(8).map(number).collect()
}
