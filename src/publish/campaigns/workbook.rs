//! Campaign files as workbooks. Texts are written as texts, never as formulas or links.

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::line::{Cell, clock};
use crate::{Error, Result};

/// Rows of a worksheet below its header.
const MOST_ROWS: usize = 1_048_575;
/// Width of every column, in letters.
const WIDTH: f64 = 22.0;

/// How a workbook is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkbookForm<'a> {
    /// Columns run from right to left.
    pub(super) right_to_left: bool,
    /// Folder for what does not fit into memory while it is being made.
    pub(super) folder: &'a Path,
}

/// Writes the lines as worksheets; more than one where one cannot hold them.
///
/// # Errors
/// `Io` when the file cannot be written.
pub(super) fn write<W: Write + Send + std::io::Seek>(
    header: &[String],
    lines: &[&[Cell]],
    form: WorkbookForm<'_>,
    file: W,
    path: &Path,
) -> Result<()> {
    fill(header, lines, form, file).map_err(|e| match e {
        XlsxError::IoError(io) => Error::io("write", path)(io),
        other => Error::io("write", path)(std::io::Error::other(other.to_string())),
    })
}

fn fill<W: Write + Send + std::io::Seek>(
    header: &[String],
    lines: &[&[Cell]],
    form: WorkbookForm<'_>,
    file: W,
) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(form.folder)?;
    // The same bytes every night: a workbook states when it was made.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    let mut parts: Vec<&[&[Cell]]> = lines.chunks(MOST_ROWS).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for part in parts {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_right_to_left(form.right_to_left);
        sheet.set_freeze_panes(1, 0)?;
        for (column, name) in header.iter().enumerate() {
            sheet.set_column_width(column as u16, WIDTH)?;
            sheet.write_string_with_format(0, column as u16, name, &bold)?;
        }
        for (row, cells) in part.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (row as u32 + 1, column as u16);
                match cell {
                    Cell::Empty => {}
                    Cell::Number(number) => {
                        sheet.write_number(row, column, *number)?;
                    }
                    Cell::Text(text) => {
                        sheet.write_string(row, column, fitting(text))?;
                    }
                    Cell::Time(at) => {
                        sheet.write_string(row, column, clock(*at))?;
                    }
                }
            }
        }
    }
    workbook.save_to_writer(file)
}

/// What a cell can hold: 32,767 letters.
fn fitting(text: &str) -> String {
    const MOST: usize = 32_767;
    text.chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn texts_stay_texts_and_bytes_stay_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let lines = [
            vec![Cell::Text("=HYPERLINK(\"http://x\")".into()), Cell::Number(-5.0)],
            vec![Cell::Text("https://example.com".into()), Cell::Empty],
        ];
        let lines: Vec<&[Cell]> = lines.iter().map(Vec::as_slice).collect();
        let make = || {
            let form = WorkbookForm { right_to_left: true, folder: folder.path() };
            let mut bytes = Cursor::new(Vec::new());
            write(&["نام".to_owned(), "n".to_owned()], &lines, form, &mut bytes, folder.path()).unwrap();
            bytes.into_inner()
        };
        let bytes = make();
        assert_eq!(bytes, make());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let cell = |row, column| sheet.get_value((row, column)).cloned().unwrap_or(Data::Empty);
        assert_eq!(cell(0, 0), Data::String("نام".into()));
        assert_eq!(cell(1, 0), Data::String("=HYPERLINK(\"http://x\")".into()));
        assert_eq!(cell(1, 1), Data::Float(-5.0));
        assert_eq!(cell(2, 0), Data::String("https://example.com".into()));
        let name = book.sheet_names()[0].clone();
        assert_eq!(book.worksheet_formula(&name).unwrap().used_cells().count(), 0);
    }
}
