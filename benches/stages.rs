//! Whole runs by the clock, from export to published result: `cargo bench --profile release --bench stages`.

mod company;

use std::fs;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use moshtari::config::Stage;
use moshtari::generate::Format;
use moshtari::pipeline::{self, Silent};

/// Transactions of the companies.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

/// The runs: name, form of the exports, stages (none: all).
const RUNS: [(&str, Format, Option<&[Stage]>); 4] = [
    ("activity_from_csv", Format::Csv, Some(&[Stage::Activity])),
    ("activity_from_parquet", Format::Parquet, Some(&[Stage::Activity])),
    ("rfm_and_satisfaction_from_csv", Format::Csv, Some(&[Stage::Activity, Stage::Rfm, Stage::Satisfaction])),
    ("everything_from_csv", Format::Csv, None),
];

fn stages(criterion: &mut Criterion) {
    for rows in SIZES {
        for (name, format, stages) in RUNS {
            let folder = tempfile::tempdir().expect("there is room for temporary files");
            let mut config = company::make(&folder.path().join("company"), rows, format);
            let results = folder.path().join("results");
            config.run.output.clone_from(&results);
            config.run.stages = stages.map(<[Stage]>::to_vec);
            let mut group = criterion.benchmark_group(name);
            group.throughput(Throughput::Elements(rows)).sample_size(10);
            group.bench_function(BenchmarkId::from_parameter(rows), |bencher| {
                bencher.iter_batched(
                    // A night that was published before is not computed again.
                    || fs::remove_dir_all(&results).ok(),
                    |_| pipeline::run(&config, &mut Silent).expect("the company can be read"),
                    BatchSize::PerIteration,
                );
            });
            group.finish();
        }
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
