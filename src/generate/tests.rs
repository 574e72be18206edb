//! The company as a whole: exact sizes, counts that hold in the files, twins that agree, and the committed
//! sample, byte for byte.

use std::io::Read;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int32Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;

/// How `data/` was made; its README shows the same command.
fn sample(locale: Locale) -> GenerateParams {
    GenerateParams { transactions: 5000, customers: 900, seed: 1404, files: 3, locale, format: Format::Csv }
}

fn generate(params: &GenerateParams) -> (tempfile::TempDir, Summary) {
    let dir = tempfile::tempdir().unwrap();
    let summary = run(dir.path(), params, &mut |_| {}).unwrap();
    (dir, summary)
}

/// Records of a delimited file, by the reference splitter.
fn records(path: &Path) -> Vec<Vec<String>> {
    let bytes = fs::read(path).unwrap();
    let mut reader = csv_core::Reader::new();
    let (mut rows, mut rest) = (Vec::new(), &bytes[..]);
    let (mut out, mut ends) = (vec![0; 4096], [0; 16]);
    loop {
        let (result, read, _, fields) = reader.read_record(rest, &mut out, &mut ends);
        rest = &rest[read..];
        match result {
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let cells =
                    starts.zip(&ends[..fields]).map(|(a, b)| String::from_utf8(out[a..*b].to_vec()).unwrap());
                rows.push(cells.collect());
            }
            csv_core::ReadRecordResult::End => return rows,
            other => panic!("{other:?}"),
        }
    }
}

/// All transaction rows with the columns in declared order; short rows lack the last of their file.
fn order_rows(dir: &Path, summary: &Summary) -> Vec<Vec<String>> {
    let declared = words::ORDERS.names(Locale::En);
    let mut all = Vec::new();
    for file in summary.files.iter().filter(|file| file.to_string_lossy().contains("orders-")) {
        let mut rows = records(&dir.join(file)).into_iter();
        let header = rows.next().unwrap();
        let place = |name: &&str| header.iter().position(|h| h == name);
        let order: Vec<Option<usize>> = declared.iter().map(place).collect();
        all.extend(rows.map(|row| {
            let cell = |place: &Option<usize>| place.and_then(|p| row.get(p).cloned()).unwrap_or_default();
            order.iter().map(cell).collect()
        }));
    }
    all
}

#[test]
fn the_committed_sample_is_reproduced_byte_for_byte() {
    for (folder, locale) in [("data", Locale::En), ("data/fa", Locale::Fa)] {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let (dir, summary) = generate(&sample(locale));
        for file in &summary.files {
            let same = fs::read(dir.path().join(file)).unwrap() == fs::read(committed.join(file)).unwrap();
            assert!(same, "{} differs", committed.join(file).display());
        }
        let exports = fs::read_dir(committed.join(EXPORTS)).unwrap().count();
        assert_eq!(exports + 1, summary.files.len());
    }
}

#[test]
fn the_sample_readme_states_the_counts() {
    let (_dir, summary) = generate(&sample(Locale::En));
    let readme = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/README.md"));
    for (what, count) in [
        ("transaction rows", summary.transactions),
        ("orders", summary.orders),
        ("rows without customer id", summary.missing_customer),
        ("postage and discount rows", summary.service_rows),
        ("exact duplicate rows", summary.duplicates),
        ("dates in a thirteenth month", summary.bad_dates),
        ("words for a number", summary.bad_numbers),
        ("rows without their last field", summary.short_rows),
        ("quantities with a thousands separator", summary.grouped_numbers),
        ("blank lines", summary.blank_lines),
        ("cancellation rows", summary.named_returns),
        ("negative quantities inside an order", summary.unnamed_returns),
        ("customers", summary.customers),
        ("survey responses", summary.responses),
        ("answers outside their scale", summary.out_of_scale),
        ("responses of unknown customers", summary.unknown_customers),
        ("responses without a date", summary.undated),
        ("complaints", summary.complaints),
        ("open complaints", summary.open_complaints),
    ] {
        let line = format!("| {what} | {count} |");
        assert!(readme.contains(&line), "data/README.md lacks `{line}`");
    }
}

#[test]
fn the_number_of_rows_is_exact_at_any_size() {
    for (transactions, customers) in [(1, 1), (2, 1), (300, 1), (40, 40), (41, 40), (97, 33), (5000, 50)] {
        let (dir, summary) =
            generate(&GenerateParams { transactions, customers, ..GenerateParams::default() });
        assert_eq!(summary.transactions, transactions);
        assert_eq!(order_rows(dir.path(), &summary).len() as u64, transactions);
        assert_eq!(records(&dir.path().join("exports/customers.csv")).len() as u32, customers + 1);
    }
}

#[test]
fn the_summary_counts_what_the_files_hold() {
    let (dir, summary) = generate(&sample(Locale::En));
    let rows = order_rows(dir.path(), &summary);
    let count = |test: &dyn Fn(&[String]) -> bool| rows.iter().filter(|row| test(row)).count() as u64;
    assert_eq!(count(&|row| row[2].is_empty()), summary.missing_customer);
    assert_eq!(count(&|row| row[0].starts_with('C')), summary.named_returns);
    let unnamed = count(&|row| row[5].starts_with('-') && !row[0].starts_with('C') && row[3] != "DISCOUNT");
    assert_eq!(unnamed, summary.unnamed_returns);
    assert_eq!(count(&|row| ["POST", "DISCOUNT"].contains(&&*row[3])), summary.service_rows);
    assert_eq!(count(&|row| row[1].contains("-13-")), summary.bad_dates);
    assert_eq!(count(&|row| row[5] == "two"), summary.bad_numbers);
    assert_eq!(count(&|row| row[5].contains(',')), summary.grouped_numbers);
    assert_eq!(count(&|row| row[5].is_empty() || row[6].is_empty()), summary.short_rows);
    assert!(count(&|row| row[2].ends_with(".0")) > 1000);
    let unique: std::collections::BTreeSet<_> = rows.iter().collect();
    assert_eq!((rows.len() - unique.len()) as u64, summary.duplicates);
    let orders: std::collections::BTreeSet<_> =
        rows.iter().map(|row| &row[0]).filter(|id| !id.starts_with('C')).collect();
    assert_eq!(orders.len() as u64, summary.orders);
    let survey = records(&dir.path().join("exports/survey.csv"));
    assert_eq!(survey.len() as u64, summary.responses + 1);
    let sold =
        |row: &&Vec<String>| row[3].starts_with('P') && row[3] != "POST" && row[5].parse::<u32>().is_ok();
    let sound = |row: &&Vec<String>| !row[1].contains("-13-") && !row[6].is_empty();
    let known: std::collections::BTreeSet<&str> =
        rows.iter().filter(sold).filter(sound).map(|row| row[2].trim_end_matches(".0")).collect();
    let unknown = survey.iter().skip(1).filter(|row| !known.contains(&*row[1])).count();
    assert_eq!(unknown as u64, summary.unknown_customers);
    assert_eq!(survey.iter().filter(|row| row[2].is_empty()).count() as u64, summary.undated);
}

#[test]
fn rows_are_in_time_order_and_lines_of_an_order_adjacent() {
    let (dir, summary) = generate(&sample(Locale::En));
    let rows = order_rows(dir.path(), &summary);
    let times: Vec<&String> = rows.iter().map(|row| &row[1]).filter(|time| !time.contains("-13-")).collect();
    assert!(times.is_sorted());
    let mut ids: Vec<&String> = rows.iter().map(|row| &row[0]).collect();
    ids.dedup();
    let runs = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), runs);
}

#[test]
fn the_persian_twin_has_the_same_ids_products_and_money() {
    let latin = |text: &str| -> String {
        text.chars()
            .map(|c| match c {
                '۰'..='۹' => char::from(b'0' + (c as u32 - '۰' as u32) as u8),
                '\u{66b}' => '.',
                '\u{66c}' => ',',
                other => other,
            })
            .collect()
    };
    let (english, persian) = (generate(&sample(Locale::En)), generate(&sample(Locale::Fa)));
    assert_eq!(english.1, persian.1);
    for file in english.1.files.iter().filter(|file| file.starts_with(EXPORTS)) {
        let rows = [&english, &persian].map(|twin| records(&twin.0.path().join(file)));
        assert_eq!(rows[0].len(), rows[1].len());
        for (left, right) in rows[0].iter().zip(&rows[1]).skip(1) {
            for (left, right) in left.iter().zip(right) {
                let right = latin(right);
                let readable = right.is_ascii() && !right.contains('/');
                assert!(!readable || *left == right, "{left} is not {right}");
            }
        }
    }
}

#[test]
fn every_form_holds_the_same_rows() {
    let params = GenerateParams { transactions: 3000, customers: 200, ..GenerateParams::default() };
    let (csv, summary) = generate(&params);
    let rows = order_rows(csv.path(), &summary);
    let plain = fs::read(csv.path().join("exports/orders-2024-01.csv")).unwrap();

    let (gz, _) = generate(&GenerateParams { format: Format::CsvGz, ..params.clone() });
    let mut unpacked = Vec::new();
    let packed = fs::File::open(gz.path().join("exports/orders-2024-01.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain);

    let (json, _) = generate(&GenerateParams { format: Format::Ndjson, ..params.clone() });
    let text = fs::read_to_string(json.path().join("exports/orders-2024-01.ndjson")).unwrap();
    let objects: Vec<serde_json::Value> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), rows.len());
    for (object, row) in objects.iter().zip(&rows) {
        assert_eq!(object["Description"], row[4]);
        assert_eq!(object["CustomerID"].as_str().unwrap_or(""), row[2]);
        assert_eq!(object["UnitPrice"].as_f64(), row[6].parse().ok());
    }

    let (parquet, _) = generate(&GenerateParams { format: Format::Parquet, ..params });
    let file = fs::File::open(parquet.path().join("exports/orders-2024-01.parquet")).unwrap();
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(5000).build().unwrap();
    let batch = reader.map(|batch| batch.unwrap()).next().unwrap();
    assert_eq!(batch.num_rows(), rows.len());
    let (names, times) = (batch.column(4).as_string::<i32>(), batch.column(1));
    let times = times.as_primitive::<TimestampMicrosecondType>();
    let (quantities, prices) =
        (batch.column(5).as_primitive::<Int32Type>(), batch.column(6).as_primitive::<Float64Type>());
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(names.value(index), row[4]);
        let quantity: Option<i32> = row[5].replace(',', "").parse().ok();
        assert_eq!(quantities.is_valid(index).then(|| quantities.value(index)), quantity);
        assert_eq!(prices.is_valid(index).then(|| prices.value(index)), row[6].parse().ok());
        assert_eq!(times.is_null(index), row[1].contains("-13-"));
    }
    // 2024-01-01 00:00 is 1,704,067,200 s after 1970
    assert!((0..86_400_000_000).contains(&(times.value(0) - 1_704_067_200_000_000)));
}

#[test]
fn another_seed_is_another_company() {
    let (one, summary) = generate(&sample(Locale::En));
    let (two, _) = generate(&GenerateParams { seed: 1405, ..sample(Locale::En) });
    let file = &summary.files[0];
    assert_ne!(fs::read(one.path().join(file)).unwrap(), fs::read(two.path().join(file)).unwrap());
}

#[test]
fn an_existing_company_is_never_overwritten() {
    let (dir, _) = generate(&GenerateParams { transactions: 10, customers: 2, ..GenerateParams::default() });
    let before = fs::read(dir.path().join(CONFIG)).unwrap();
    let error = run(dir.path(), &GenerateParams::default(), &mut |_| {}).unwrap_err();
    assert!(error.to_string().ends_with("moshtari.toml` exists already and is not overwritten"), "{error}");
    assert_eq!(error.hint_text(), Some("name an empty or new folder"));
    assert_eq!(fs::read(dir.path().join(CONFIG)).unwrap(), before);
}

#[test]
fn progress_only_rises_and_ends_at_the_total() {
    let dir = tempfile::tempdir().unwrap();
    let mut heard = Vec::new();
    let params = GenerateParams { transactions: 2000, customers: 100, ..GenerateParams::default() };
    run(dir.path(), &params, &mut |rows| heard.push(rows)).unwrap();
    assert!(heard.is_sorted());
    assert_eq!(heard.last(), Some(&2000));
}

#[test]
fn the_configuration_is_toml_with_the_promised_sections() {
    for format in Format::ALL {
        let (dir, _) =
            generate(&GenerateParams { transactions: 10, customers: 2, format, ..sample(Locale::En) });
        let config: toml::Table = fs::read_to_string(dir.path().join(CONFIG)).unwrap().parse().unwrap();
        let mut sections: Vec<&String> = config.keys().collect();
        sections.sort();
        assert_eq!(sections, ["complaints", "customers", "publish", "run", "surveys", "transactions"]);
        let exports = format!("exports/orders-*.{}", format.name());
        assert_eq!(config["transactions"]["files"][0].as_str(), Some(&*exports));
    }
}
