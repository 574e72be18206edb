//! Results read back, without the engine's own reader.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// One result folder.
pub(crate) struct Published {
    pub folder: PathBuf,
    pub manifest: Value,
}

/// Rows of an input table, as the manifest states them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub read: u64,
    pub accepted: u64,
    pub set_aside: BTreeMap<String, u64>,
}

/// Single answers of a survey, as the manifest states them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    pub given: u64,
    pub accepted: u64,
    pub missing: u64,
    pub repeated: u64,
    pub set_aside: u64,
    pub empty: u64,
}

impl Published {
    pub(crate) fn open(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap();
        let manifest = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        Self { folder, manifest }
    }

    /// A table by its name without `.parquet`.
    pub(crate) fn table(&self, name: &str) -> Table {
        Table::open(&self.folder.join(format!("{name}.parquet")))
    }

    pub(crate) fn customers(&self) -> Table {
        self.table("customers")
    }

    /// The account of an input table; its sum is checked on the way.
    pub(crate) fn account(&self, table: &str) -> Account {
        let stated = &self.manifest["accounting"][table];
        let reasons = stated["set_aside"].as_object().unwrap();
        let set_aside: BTreeMap<_, _> =
            reasons.iter().map(|(reason, count)| (reason.clone(), count["rows"].as_u64().unwrap())).collect();
        let read = stated["rows_read"].as_u64().unwrap();
        let accepted = stated["rows_accepted"].as_u64().unwrap();
        assert_eq!(read, accepted + set_aside.values().sum::<u64>(), "rows of `{table}` do not add up");
        assert_eq!(stated["rows_set_aside"].as_u64(), Some(read - accepted));
        Account { read, accepted, set_aside }
    }

    /// The account of a survey's single answers; its sum is checked on the way.
    pub(crate) fn answers(&self, table: &str) -> Answers {
        let stated = &self.manifest["accounting"][table]["answers"];
        let figure = |key: &str| stated[key].as_u64().unwrap();
        let set_aside = stated["set_aside"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        let (given, accepted) = (figure("given"), figure("accepted"));
        let (missing, repeated) = (figure("missing"), figure("repeated"));
        assert_eq!(given, accepted + missing + repeated + set_aside, "answers of `{table}` do not add up");
        Answers { given, accepted, missing, repeated, set_aside, empty: figure("empty_cells") }
    }

    /// Every file below the result, relative to it, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path.strip_prefix(&self.folder).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// Every file that the manifest lists is there with the bytes it states, and no other file is.
    pub(crate) fn assert_complete(&self) {
        let mut listed = vec!["manifest.json".to_owned()];
        for output in self.manifest["outputs"].as_array().unwrap() {
            let name = output["file"].as_str().unwrap();
            let bytes = fs::read(self.folder.join(name)).unwrap_or_else(|e| panic!("`{name}`: {e}"));
            assert_eq!(output["bytes"].as_u64(), Some(bytes.len() as u64), "size of `{name}`");
            let hash = blake3::hash(&bytes).to_hex().to_string();
            assert_eq!(output["blake3"].as_str(), Some(hash.as_str()), "content of `{name}`");
            listed.push(name.to_owned());
        }
        listed.sort();
        assert_eq!(self.files(), listed);
    }
}

/// Everything that a file says: its bytes, and the cells of a Parquet file, whose bytes are compressed.
pub(crate) fn said_by(path: &Path) -> Vec<u8> {
    let mut said = fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "parquet") {
        let rows = Table::open(path).rows;
        let is_text = |column: &&ArrayRef| !matches!(column.data_type(), DataType::Timestamp(..));
        for column in rows.columns().iter().filter(is_text) {
            let cells = ArrayFormatter::try_new(column, &FormatOptions::default()).unwrap();
            for row in 0..rows.num_rows() {
                said.push(b'\n');
                said.extend_from_slice(cells.value(row).to_string().as_bytes());
            }
        }
    }
    said
}

/// One Parquet file in memory.
pub(crate) struct Table {
    name: String,
    rows: RecordBatch,
}

impl Table {
    pub(crate) fn open(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|e| panic!("`{}`: {e}", path.display()));
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let schema = builder.schema().clone();
        let batches = builder.build().unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        let rows = concat_batches(&schema, &batches).unwrap();
        Self { name: path.file_name().unwrap().to_string_lossy().into_owned(), rows }
    }

    pub(crate) fn height(&self) -> usize {
        self.rows.num_rows()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.rows.schema().fields().iter().map(|f| f.name().clone()).collect()
    }

    fn column(&self, name: &str, kind: &DataType) -> ArrayRef {
        let column = self.rows.column_by_name(name);
        let column = column.unwrap_or_else(|| panic!("`{}` has no column `{name}`", self.name));
        cast(column, kind).unwrap()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<Option<String>> {
        let column = self.column(name, &DataType::Utf8);
        column.as_string::<i32>().iter().map(|v| v.map(str::to_owned)).collect()
    }

    pub(crate) fn floats(&self, name: &str) -> Vec<Option<f64>> {
        self.column(name, &DataType::Float64).as_primitive::<Float64Type>().iter().collect()
    }

    /// Whole numbers of any width; timestamps are µs since 1970-01-01 00:00 UTC.
    pub(crate) fn ints(&self, name: &str) -> Vec<Option<i64>> {
        self.column(name, &DataType::Int64).as_primitive::<Int64Type>().iter().collect()
    }

    /// Texts of a column without nulls.
    pub(crate) fn ids(&self, name: &str) -> Vec<String> {
        self.texts(name).into_iter().map(Option::unwrap).collect()
    }

    /// The same columns hold the same values.
    pub(crate) fn assert_equals(&self, other: &Self, what: &str) {
        assert_eq!(self.names(), other.names(), "columns of `{}`: {what}", self.name);
        let ids = self.texts(&self.names()[0]);
        for name in &self.names() {
            let (here, there) =
                (self.rows.column_by_name(name).unwrap(), other.rows.column_by_name(name).unwrap());
            assert_eq!(here.len(), there.len(), "rows of `{}`: {what}", self.name);
            for row in 0..here.len() {
                let (a, b) = (here.slice(row, 1), there.slice(row, 1));
                assert!(*a == *b, "`{}`, {what}: {name} of {:?} is {a:?} and {b:?}", self.name, ids[row]);
            }
        }
    }
}
