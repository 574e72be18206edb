//! Kernels by the clock: `cargo bench --profile release --bench kernels`.

mod company;
mod exports;
mod work;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use moshtari::generate::Format;

use self::work::{Material, NAMES, kernel};

/// Transactions of the companies.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

fn kernels(criterion: &mut Criterion) {
    for rows in SIZES {
        let folder = tempfile::tempdir().expect("there is room for temporary files");
        let at = |name: &str| folder.path().join(name);
        let text = company::make(&at("text"), rows, Format::Csv);
        let typed = company::make(&at("typed"), rows, Format::Parquet);
        let material = Material { text: &text, typed: &typed, rows, folder: folder.path() };
        for name in NAMES {
            let kernel = kernel(name, &material);
            let mut group = criterion.benchmark_group(kernel.name);
            group.throughput(Throughput::Elements(kernel.rows)).sample_size(10);
            group.bench_function(BenchmarkId::from_parameter(rows), |bencher| {
                bencher.iter_batched(|| (kernel.prepare)(), |call| call(), BatchSize::PerIteration);
            });
            group.finish();
        }
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
