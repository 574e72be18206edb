//! A decided audience to a folder.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use polars::prelude::{Column, DataFrame, NewChunkedArray, UInt32Chunked};
use serde_json::{Map, Value, json};

use super::lift::{Lift, sample_size};
use super::lift_file::lift_table;
use super::line::Cell;
use super::select::{Counts, FileLines, FormatResult, Selection, Status};
use super::text_file::{self, MACHINE, TextForm};
use super::workbook::{self, WorkbookForm};
use super::{MEMBERS, Night, Order};
use crate::config::CustomersConfig;
use crate::config::campaigns::{Asked, Audience, Format};
use crate::config::run::Locale;
use crate::privacy::mask::shape;
use crate::publish::Draft;
use crate::publish::manifest;
use crate::publish::names::file_name;
use crate::publish::parquet::{self, Stamp};
use crate::schema::{
    Kind, Table, campaign_changes as k, campaign_lift, campaign_members as m, campaign_rejects as r,
    customers as c,
};
use crate::{Error, Result, Warning, table};

/// Largest file that Klaviyo takes, in bytes.
const KLAVIYO_LARGEST: usize = 50_000_000;
/// Meta discourages lists of fewer people.
const META_FEWEST: usize = 100;
/// The declaration of campaign files in Parquet; their columns are those of the file.
const FILE: Table = Table { name: "campaign_file", row: "one customer of a campaign", columns: &[] };

/// The part of a campaign that was there before: its members and what has happened to them since.
#[derive(Debug, Default)]
pub struct Part {
    /// Fingerprint of the export before, if there is one.
    pub before: Option<String>,
    /// Ids of those who took part in it, ascending.
    pub members: Vec<String>,
    /// What it did, compared with those left alone.
    pub lifts: Vec<Lift>,
    /// Its as-of day or moment.
    pub as_of: String,
    /// Members who are in an audience that comes first, too, where that is allowed.
    pub in_others: u64,
}

/// Writes the files of an audience and its manifest; returns what to know.
///
/// # Errors
/// `Io` when a file cannot be written, `Internal` when a count does not add up.
pub fn write(
    night: &Night<'_>,
    order: &Order<'_>,
    selection: &Selection,
    part: &Part,
    draft: &Draft,
    stamp: &Stamp,
) -> Result<Vec<Warning>> {
    let writer = Writer { night, audience: order.audience, draft, stamp };
    let files = selection
        .formats
        .iter()
        .map(|format| Ok((format, writer.files(format)?)))
        .collect::<Result<Vec<_>>>()?;
    let changes = writer.members(selection, part)?;
    writer.rejects(selection)?;
    if !part.lifts.is_empty() {
        let lifts =
            lift_table(&[(order.audience.name.as_str(), part.as_of.as_str(), &part.lifts)], night.as_of)?;
        writer.table(&lifts, &campaign_lift::TABLE, "lift.parquet")?;
    }
    let warnings = writer.warnings(selection, part);
    writer.manifest(selection, part, &files, changes, &warnings)?;
    Ok(warnings)
}

/// A file with its rows and the states that its upload declares.
type Written = (String, usize, Value);

struct Writer<'a> {
    night: &'a Night<'a>,
    audience: &'a Audience,
    draft: &'a Draft,
    stamp: &'a Stamp,
}

/// Members that came and went since the export before.
#[derive(Clone, Copy)]
struct Changes {
    entered: usize,
    left: usize,
}

impl Writer<'_> {
    fn table(&self, frame: &DataFrame, table: &Table, name: &str) -> Result<()> {
        parquet::write(frame, table, &[], self.stamp, self.draft, name)
    }

    /// The files of a format, with their names.
    fn files(&self, format: &FormatResult) -> Result<Vec<Written>> {
        let mut written = Vec::new();
        for lines in &format.files {
            let base = self.name(lines);
            let states: Map<String, Value> =
                lines.states.iter().map(|(name, state)| ((*name).to_owned(), json!(state))).collect();
            for (name, rows) in self.file(&base, lines)? {
                written.push((name, rows, Value::Object(states.clone())));
            }
        }
        Ok(written)
    }

    /// `google_ads-granted-denied` for an upload that declares states, `csv` and so on for others, with the
    /// audience before it, because files travel without their folders.
    fn name(&self, lines: &FileLines) -> String {
        let mut name = format!("{}-{}", file_name(&self.audience.name), lines.format.name());
        for (_, state) in &lines.states {
            name.push('-');
            name.push_str(&state.to_lowercase());
        }
        name
    }

    fn file(&self, base: &str, lines: &FileLines) -> Result<Vec<(String, usize)>> {
        let campaigns = &self.night.config.publish.campaigns;
        let rows = lines.lines.len();
        match lines.format {
            Format::Parquet => {
                let name = format!("{base}.parquet");
                self.parquet(&name, lines)?;
                Ok(vec![(name, rows)])
            }
            Format::Xlsx => {
                let name = format!("{base}.xlsx");
                let (file, path) = (self.draft.create(&name)?, self.draft.path(&name));
                let folder = self.draft.path("");
                let form = WorkbookForm {
                    right_to_left: self.night.config.run.locale == Locale::Fa,
                    folder: &folder,
                };
                let cells: Vec<&[Cell]> = lines.lines.iter().map(Vec::as_slice).collect();
                workbook::write(&lines.header, &cells, form, file, &path)?;
                Ok(vec![(name, rows)])
            }
            Format::Csv => {
                let people = Some(campaigns.formulas);
                self.text(base, lines, TextForm { bom: campaigns.bom, people, ..MACHINE })
            }
            Format::Klaviyo => self.text(base, lines, TextForm { most_bytes: KLAVIYO_LARGEST, ..MACHINE }),
            Format::GoogleAds | Format::Meta | Format::Mailchimp => self.text(base, lines, MACHINE),
        }
    }

    fn text(&self, base: &str, lines: &FileLines, form: TextForm) -> Result<Vec<(String, usize)>> {
        let made = text_file::files(&lines.header, lines.lines.iter().map(Vec::as_slice), form);
        let several = made.len() > 1;
        let mut written = Vec::new();
        for (i, text_file::TextFile { bytes, lines }) in made.into_iter().enumerate() {
            let name = if several { format!("{base}-{}.csv", i + 1) } else { format!("{base}.csv") };
            let path = self.draft.path(&name);
            self.draft.create(&name)?.write_all(&bytes).map_err(Error::io("write", &path))?;
            written.push((name, lines));
        }
        Ok(written)
    }

    fn parquet(&self, name: &str, lines: &FileLines) -> Result<()> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (i, header) in lines.header.iter().enumerate() {
            let declared = c::TABLE.column(header);
            // A list of texts is one text here, as in the other files.
            let kind = declared.map(|column| column.kind).filter(|kind| *kind != Kind::TextList);
            let (unit, meaning) =
                declared.map_or(("", "contact data"), |column| (column.unit, column.meaning));
            let field = parquet::field(header, kind.unwrap_or(Kind::Text), unit, meaning);
            let cells = lines.lines.iter().map(|cells| &cells[i]);
            arrays.push(array(cells, &field)?);
            fields.push(field);
        }
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
            .map_err(|e| Error::internal(format!("campaign file: {e}")))?;
        let (file, path) = (self.draft.create(name)?, self.draft.path(name));
        let mut writer = parquet::open(file, &schema, &FILE, self.stamp, Some(0), &path)?;
        writer.write(&batch).map_err(|e| parquet::refused(&path, e))?;
        writer.close().map(|_| ()).map_err(|e| parquet::refused(&path, e))
    }

    /// Everybody matched, and who entered and left.
    fn members(&self, selection: &Selection, part: &Part) -> Result<Changes> {
        let customers = self.night.customers;
        let rows = UInt32Chunked::from_slice("rows".into(), &selection.rows);
        let picked = customers.select([c::CUSTOMER_ID, c::ORDER_COUNT, c::SPEND_TOTAL])?.take(&rows)?;
        let ids = table::texts(&picked, c::CUSTOMER_ID)?;
        let was_member = |id: &str| part.members.binary_search_by(|member| member.as_str().cmp(id)).is_ok();
        let arm = |status: &Status| match status {
            Status::Exported => Some("treated"),
            Status::Control => Some("control"),
            _ => None,
        };
        let entered: Vec<Option<bool>> = ids
            .iter()
            .zip(&selection.statuses)
            .map(|(id, status)| {
                (part.before.is_some() && status.takes_part()).then(|| !id.is_some_and(was_member))
            })
            .collect();
        let members: Vec<&str> = ids
            .iter()
            .zip(&selection.statuses)
            .filter(|(_, s)| s.takes_part())
            .filter_map(|(id, _)| *id)
            .collect();
        let left: Vec<&str> =
            part.members.iter().map(String::as_str).filter(|id| members.binary_search(id).is_err()).collect();
        let mut changes: Vec<(&str, &str)> = left.iter().map(|id| (*id, "left")).collect();
        let new = ids.iter().zip(&entered).filter(|(_, entered)| **entered == Some(true));
        changes.extend(new.filter_map(|(id, _)| Some(((*id)?, "entered"))));
        changes.sort_unstable();
        let count = Changes { entered: changes.len() - left.len(), left: left.len() };
        let columns: (Vec<&str>, Vec<&str>) = changes.into_iter().unzip();
        let changes = table::new(vec![
            Column::new(k::CUSTOMER_ID.into(), columns.0),
            Column::new(k::CHANGE.into(), columns.1),
        ])?;
        let statuses: Vec<&str> = selection.statuses.iter().map(|s| s.name()).collect();
        let arms: Vec<Option<&str>> = selection.statuses.iter().map(arm).collect();
        let added = vec![
            Column::new(m::STATUS.into(), statuses),
            Column::new(m::ARM.into(), arms),
            Column::new(m::ENTERED.into(), entered),
        ];
        let members = table::with(picked.clone(), added)?;
        self.table(&members, &m::TABLE, MEMBERS)?;
        self.table(&changes, &k::TABLE, "changes.parquet")?;
        Ok(count)
    }

    fn rejects(&self, selection: &Selection) -> Result<()> {
        if selection.rejects.is_empty() {
            return Ok(());
        }
        let ids = table::texts(self.night.customers, c::CUSTOMER_ID)?;
        let rejects = &selection.rejects;
        let shown = |value: &String| {
            if self.night.config.publish.show_values { value.clone() } else { shape(value) }
        };
        let columns = vec![
            Column::new(
                r::CUSTOMER_ID.into(),
                rejects.iter().map(|x| ids[x.row as usize]).collect::<Vec<_>>(),
            ),
            Column::new(r::FORMAT.into(), rejects.iter().map(|x| x.format.name()).collect::<Vec<_>>()),
            Column::new(r::COLUMN.into(), rejects.iter().map(|x| x.fault.field).collect::<Vec<_>>()),
            Column::new(r::REASON.into(), rejects.iter().map(|x| x.fault.reason.name()).collect::<Vec<_>>()),
            Column::new(
                r::VALUE.into(),
                rejects.iter().map(|x| x.fault.value.as_ref().map(shown)).collect::<Vec<_>>(),
            ),
            Column::new(r::LEFT_OUT.into(), rejects.iter().map(|x| x.left_out).collect::<Vec<_>>()),
        ];
        self.table(&table::new(columns)?, &r::TABLE, "rejects.parquet")
    }

    fn warnings(&self, selection: &Selection, part: &Part) -> Vec<Warning> {
        let name = &self.audience.name;
        let mut warnings = Vec::new();
        if self.night.people.is_none() {
            let text = format!(
                "audience `{name}`: without a customer list nobody's consent is known; the files hold ids only"
            );
            warnings.push(Warning::new("consent_unknown", text).with("audience", name.as_str()));
        }
        for format in selection.formats.iter().filter(|format| format.format == Format::Meta) {
            let people: usize = format.files.iter().map(|file| file.lines.len()).sum();
            if people < META_FEWEST {
                let text = format!(
                    "audience `{name}`: Meta discourages lists of fewer than {META_FEWEST} people; this one has {people}"
                );
                let warning = Warning::new("small_list", text).with("audience", name.as_str());
                warnings.push(warning.with("least", META_FEWEST).with("n", people));
            }
        }
        if part.in_others > 0 {
            let text = format!(
                "audience `{name}`: {} members are in another audience too; what one campaign does cannot be told from the other",
                part.in_others
            );
            let warning = Warning::new("contamination", text).with("audience", name.as_str());
            warnings.push(warning.with("n", part.in_others));
        }
        if let Some(detect) = self.audience.detect {
            let needed = sample_size(detect.from, detect.to, detect.power);
            let counts = selection.counts();
            let of = |status| counts.get(&status).copied().unwrap_or(0);
            let (treated, control) = (of(Status::Exported), of(Status::Control));
            if treated.min(control) < needed {
                let text = format!(
                    "audience `{name}`: a change from {} to {} needs {needed} customers in each group; {treated} are reached and {control} left alone",
                    detect.from, detect.to
                );
                let warning = Warning::new("small_groups", text).with("audience", name.as_str());
                let warning = warning.with("from", detect.from).with("to", detect.to).with("needed", needed);
                warnings.push(warning.with("treated", treated).with("control", control));
            }
        }
        warnings
    }

    fn manifest(
        &self,
        selection: &Selection,
        part: &Part,
        files: &[(&FormatResult, Vec<Written>)],
        changes: Changes,
        warnings: &[Warning],
    ) -> Result<()> {
        let (night, audience) = (self.night, self.audience);
        let campaigns = &night.config.publish.campaigns;
        let formats: Map<String, Value> = files
            .iter()
            .map(|(format, files)| {
                let files: Vec<Value> = files
                    .iter()
                    .map(|(name, rows, states)| json!({ "file": name, "rows": rows, "declare": states }))
                    .collect();
                let entry = json!({
                    "consent": asked(&format.asked),
                    "counts": counts(&format.counts, selection.rows.len())?,
                    "files": files,
                });
                Ok((format.format.name().to_owned(), entry))
            })
            .collect::<Result<_>>()?;
        let text = json!({
            "engine": { "name": "moshtari", "version": env!("CARGO_PKG_VERSION") },
            "schema_version": crate::schema::SCHEMA_VERSION,
            "fingerprint": self.stamp.fingerprint,
            "result": night.result,
            "as_of": night.as_of,
            "audience": audience.name,
            "where": audience.condition,
            "priority": audience.priority,
            "channel": audience.channel.name(),
            "purpose": audience.purpose,
            "counts": counts(&selection.counts(), selection.rows.len())?,
            "formats": formats,
            "in_other_audiences": part.in_others,
            "control": {
                "share": audience.control.unwrap_or(campaigns.control),
                "salt": campaigns.salt,
                "campaign": audience.name,
            },
            "since": part.before.as_ref().map(|before| json!({
                "export": before, "as_of": part.as_of, "entered": changes.entered, "left": changes.left,
            })),
            "settings": {
                "exclusive": campaigns.exclusive,
                "bom": campaigns.bom,
                "formulas": campaigns.formulas,
                "gmail_dots": campaigns.gmail_dots,
                "country": night.config.customers.as_ref().and_then(CustomersConfig::country).map(|c| c.iso),
            },
            "warnings": warnings,
            "inputs": night.list,
            "outputs": manifest::outputs(self.draft)?,
        });
        manifest::write_plain(&text, self.draft)
    }
}

/// A column of cells in the type of its field.
fn array<'a>(cells: impl Iterator<Item = &'a Cell>, field: &Field) -> Result<ArrayRef> {
    let text = |cell: &'a Cell| if let Cell::Text(text) = cell { Some(text.as_str()) } else { None };
    let number = |cell: &Cell| if let Cell::Number(number) = cell { Some(*number) } else { None };
    let time = |cell: &Cell| if let Cell::Time(at) = cell { Some(*at) } else { None };
    let plain: ArrayRef = match field.data_type() {
        DataType::Utf8 => Arc::new(cells.map(text).collect::<StringArray>()),
        DataType::Boolean => {
            Arc::new(cells.map(|cell| text(cell).map(|word| word == "true")).collect::<BooleanArray>())
        }
        DataType::Timestamp(..) => Arc::new(cells.map(time).collect::<Int64Array>()),
        _ => Arc::new(cells.map(number).collect::<Float64Array>()),
    };
    cast(&plain, field.data_type()).map_err(|e| Error::internal(format!("campaign file: {e}")))
}

/// Every count, and the sum that they must have.
fn counts(counts: &Counts, matched: usize) -> Result<Value> {
    let sum: u64 = counts.values().sum();
    if sum != matched as u64 {
        return Err(Error::internal(format!("{matched} customers matched and {sum} decided")));
    }
    let mut out = Map::from_iter([("matched".to_owned(), json!(matched))]);
    for status in Status::ALL {
        out.insert(status.name().to_owned(), json!(counts.get(&status).copied().unwrap_or(0)));
    }
    Ok(Value::Object(out))
}

fn asked(asked: &Asked) -> Value {
    match asked {
        Asked::Nothing => Value::Null,
        Asked::One(name) => json!([name]),
        Asked::UserData { user_data, personalization } => json!([user_data, personalization]),
    }
}
