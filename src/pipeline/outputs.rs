//! A night to files: every table of the result into the draft, the manifest last.

use std::borrow::Cow;
use std::io::Write;

use polars::prelude::*;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::inputs::Inputs;
use super::quadrants::{QUADRANTS, quadrants};
use super::{Night, Observer, pseudonyms};
use crate::clusters::Clustering;
use crate::config::{Config, Stage};
use crate::ingest::people::{Consent, Contact, People};
use crate::math::sum::Sum;
use crate::privacy::groups;
use crate::privacy::pseudonym::Pseudonyms;
use crate::profile::profile;
use crate::publish::parquet::{self, ExtraColumn, Stamp};
use crate::publish::{Draft, Manifest, members, report};
use crate::schema::{self, CENTRE_PREFIX, Table, customers as c};
use crate::{Error, Result, table};

/// Writes every table and the manifest; returns the headline figures.
///
/// # Errors
/// `Io` when a file cannot be written, `Internal` when a figure does not add up.
pub(super) fn write(
    config: &Config,
    night: &Night,
    inputs: &Inputs,
    draft: &Draft,
    stamp: &Stamp,
    observer: &mut dyn Observer,
) -> Result<Map<String, Value>> {
    // Labels of groups that are too small to be told apart are those of one group.
    let customers = large_groups(&night.customers, config.publish.smallest_group())?;
    let (written, figures) =
        rayon::join(|| write_tables(config, night, &customers, draft, stamp), || figures(night, &customers));
    written?;
    let figures = figures?;
    night.warnings.iter().for_each(|w| observer.warning(w));
    let models = night
        .clustering
        .as_ref()
        .map(|made| serde_json::to_value(&made.model))
        .transpose()
        .map_err(|e| Error::internal(format!("the cluster model cannot be stored: {e}")))?;
    let manifest = Manifest {
        fingerprint: stamp.fingerprint.clone(),
        inputs_fingerprint: inputs.fingerprint.clone(),
        previous: night.compared.as_ref().map_or(Value::Null, |compared| compared.previous.clone()),
        key_id: night.pseudonyms.as_ref().map(|pseudonyms| pseudonyms.key_id().to_owned()),
        as_of: night.as_of.shown(),
        seed: config.run.seed,
        timezone: config.run.timezone.clone(),
        stages: night.stages.iter().map(|s| s.name()).collect(),
        config: config.text.clone(),
        inputs: inputs.files.clone(),
        tables: night.tables.clone(),
        figures: figures.clone(),
        models: models.into_iter().map(|m| (Stage::Clusters.name().to_owned(), m)).collect(),
        report: report::Settings::of(config).json(),
        warnings: night.warnings.clone(),
        timings: observer.timings(),
    };
    if config.reports() {
        observer.stage("report");
        write_report(draft, &manifest.json(&[]))?;
    }
    // The tables are hashed while they go to the disk.
    std::thread::scope(|scope| {
        let settled = scope.spawn(|| draft.settle());
        manifest.write(draft)?;
        settled.join().map_err(|_| Error::internal("the thread that syncs the result panicked"))?
    })?;
    Ok(figures)
}

/// Every table of the result; `customers` are those with the labels of small groups put together.
fn write_tables(
    config: &Config,
    night: &Night,
    customers: &DataFrame,
    draft: &Draft,
    stamp: &Stamp,
) -> Result<()> {
    let writer = Writer { draft, stamp, pseudonyms: night.pseudonyms.as_ref() };
    // The customers are by far the largest table: the others are made beside it.
    let (written, others) = rayon::join(
        || writer.file(&night.published, &schema::customers::TABLE, &[]),
        || write_summaries(config, night, customers, &writer),
    );
    written.and(others)?;
    if config.publish.segments {
        members::write(&night.published, draft, stamp)?;
    }
    Ok(())
}

/// Every table but the customers.
fn write_summaries(config: &Config, night: &Night, customers: &DataFrame, writer: &Writer<'_>) -> Result<()> {
    if let Some(thresholds) = &night.thresholds {
        writer.table(thresholds, &schema::rfm_thresholds::TABLE, &[])?;
        let map = config.rfm.segment_map()?;
        let names: Vec<&str> = map.names().iter().map(String::as_str).collect();
        let names = kept(&names, &night.customers, customers, c::RFM_SEGMENT)?;
        let segments = profile(customers, c::RFM_SEGMENT, &names, None)?;
        adds_up(&segments, customers)?;
        writer.table(&segments, &schema::rfm_segments::TABLE, &[])?;
    }
    if let Some(responses) = &night.responses {
        writer.table(responses, &schema::responses::TABLE, &[])?;
    }
    for (frame, declared) in night.opinions.tables() {
        writer.table(frame, declared, &[])?;
    }
    if let Some(complaints) = &night.complaints {
        writer.table(complaints, &schema::complaints::TABLE, &[])?;
    }
    if let Some(watchlist) = &night.watchlist {
        writer.table(watchlist, &schema::watchlist::TABLE, &[])?;
    }
    if let Some(cuts) = &night.cuts {
        let names = kept(&QUADRANTS, &night.customers, customers, c::QUADRANT)?;
        let moves = night.compared.as_ref().and_then(|compared| compared.tables.as_ref());
        let quadrants = quadrants(customers, &names, cuts, moves.map(|(moves, _)| moves))?;
        adds_up(&quadrants, customers)?;
        writer.table(&quadrants, &schema::quadrants::TABLE, &[])?;
    }
    if let Some(clustering) = &night.clustering {
        let (profiles, extra) = clusters(&night.customers, customers, clustering)?;
        writer.table(&profiles, &schema::clusters::TABLE, &extra)?;
        writer.table(&clustering.quality, &schema::cluster_quality::TABLE, &[])?;
    }
    if let Some((moves, drift)) = night.compared.as_ref().and_then(|compared| compared.tables.as_ref()) {
        writer.table(moves, &schema::moves::TABLE, &[])?;
        writer.table(drift, &schema::drift::TABLE, &[])?;
    }
    Ok(())
}

/// The page, from the tables as they were just written.
fn write_report(draft: &Draft, manifest: &Value) -> Result<()> {
    let page = report::render(&draft.path(""), manifest, report::Settings::kept(manifest))?;
    let path = draft.path(report::FILE);
    draft.create(report::FILE)?.write_all(page.as_bytes()).map_err(Error::io("write", &path))
}

struct Writer<'a> {
    draft: &'a Draft,
    stamp: &'a Stamp,
    pseudonyms: Option<&'a Pseudonyms>,
}

impl Writer<'_> {
    /// A table, with pseudonyms where it names customers and these are asked for.
    fn table(&self, frame: &DataFrame, table: &Table, extra: &[ExtraColumn]) -> Result<()> {
        match self.pseudonyms.filter(|_| frame.column(c::CUSTOMER_ID).is_ok()) {
            Some(made) => {
                let sorted = table.columns[0].name == c::CUSTOMER_ID;
                self.file(&pseudonyms::apply(made, frame, sorted)?, table, extra)
            }
            None => self.file(frame, table, extra),
        }
    }

    /// A table as it is.
    fn file(&self, frame: &DataFrame, table: &Table, extra: &[ExtraColumn]) -> Result<()> {
        let name = format!("{}.parquet", table.name);
        parquet::write(frame, table, extra, self.stamp, self.draft, &name)
    }
}

/// Labels that published groups are made of.
const GROUPS: [&str; 5] = [c::RFM_SEGMENT, c::SATISFACTION_LEVEL, c::QUADRANT, c::TIER, c::CLUSTER_NAME];

/// The customers with the labels of groups smaller than `smallest` put together.
fn large_groups(customers: &DataFrame, smallest: usize) -> Result<Cow<'_, DataFrame>> {
    let mut columns = Vec::new();
    // A group has at least one member.
    if smallest <= 1 {
        return Ok(Cow::Borrowed(customers));
    }
    for label in GROUPS.into_iter().filter(|label| customers.column(label).is_ok()) {
        let small = groups::too_small(&table::counts(customers, label)?, smallest as u64);
        if !small.is_empty() {
            let labels = table::texts(customers, label)?;
            columns.push(Column::new(label.into(), groups::merged(&labels, &small)));
        }
    }
    table::with(customers.clone(), columns).map(Cow::Owned)
}

/// The names of groups that were not put together with others, empty ones included.
fn kept<'a>(
    names: &[&'a str],
    customers: &DataFrame,
    grouped: &DataFrame,
    label: &str,
) -> Result<Vec<&'a str>> {
    if std::ptr::eq(customers, grouped) {
        return Ok(names.to_vec());
    }
    let (before, after) = (table::counts(customers, label)?, table::counts(grouped, label)?);
    let stays = |name: &&str| after.contains_key(&Some(*name)) || !before.contains_key(&Some(*name));
    Ok(names.iter().filter(|name| stays(name)).copied().collect())
}

/// Every customer is in exactly one group.
fn adds_up(groups: &DataFrame, customers: &DataFrame) -> Result<()> {
    let sum: u64 =
        table::u32s(groups, schema::rfm_segments::CUSTOMERS)?.into_iter().flatten().map(u64::from).sum();
    if sum == customers.height() as u64 {
        return Ok(());
    }
    Err(Error::internal(format!("the groups hold {sum} customers of {}", customers.height())))
}

/// The profiles of the clusters with their centres in original units.
fn clusters(
    all: &DataFrame,
    customers: &DataFrame,
    clustering: &Clustering,
) -> Result<(DataFrame, Vec<ExtraColumn>)> {
    use schema::clusters as k;
    let centres = &clustering.centres;
    let names: Vec<&str> = centres.iter().map(|centre| centre.name.as_str()).collect();
    let names = kept(&names, all, customers, c::CLUSTER_NAME)?;
    let groups = profile(customers, c::CLUSTER_NAME, &names, None)?;
    adds_up(&groups, customers)?;
    let found = table::texts(&groups, k::NAME)?;
    let of: Vec<_> =
        found.iter().map(|name| centres.iter().find(|centre| Some(centre.name.as_str()) == *name)).collect();
    let ids: Vec<Option<u16>> = of.iter().map(|centre| centre.map(|c| c.id)).collect();
    let mut columns =
        vec![Column::new(k::CLUSTER_ID.into(), ids), Column::new(k::CLUSTER_NAME.into(), found.clone())];
    let mut extra = Vec::new();
    let features = centres.first().map(|centre| centre.features.as_slice()).unwrap_or_default();
    for (f, (feature, _)) in features.iter().enumerate() {
        let name = format!("{CENTRE_PREFIX}{feature}");
        let values: Vec<Option<f64>> = of.iter().map(|centre| centre.map(|c| c.features[f].1)).collect();
        columns.push(Column::new(name.as_str().into(), values));
        let unit = c::TABLE.column(feature).map(|column| column.unit.to_owned()).unwrap_or_default();
        extra.push(ExtraColumn { name, unit, meaning: format!("mean {feature} of the cluster's customers") });
    }
    Ok((table::with(groups.clone(), columns)?, extra))
}

/// How many of the list bought, agreed, and must not be contacted.
fn list_figures(people: &People, customers: &DataFrame) -> Result<Value> {
    let bought = table::texts(customers, c::CUSTOMER_ID)?;
    let listed: Vec<&Contact> = bought.par_iter().flatten().filter_map(|id| people.contact(id)).collect();
    let mut out = Map::new();
    out.insert("listed".into(), json!(people.contacts.len()));
    out.insert("never_ordered".into(), json!(people.contacts.len() - listed.len()));
    out.insert("not_listed".into(), json!(bought.len() - listed.len()));
    let of = |holds: &dyn Fn(&Contact) -> bool| json!(people.contacts.iter().filter(|c| holds(c)).count());
    out.insert("with_email".into(), of(&|c| c.email_canonical.is_some()));
    out.insert("with_phone".into(), of(&|c| c.phone_e164.is_some()));
    out.insert("suppressed".into(), of(&|c| c.suppressed));
    for (i, name) in people.consents.iter().enumerate() {
        out.insert(format!("consent {name}"), of(&|c| c.consents[i] == Consent::Granted));
    }
    Ok(Value::Object(out))
}

/// Figures for the manifest and the last lines of a run.
fn figures(night: &Night, customers: &DataFrame) -> Result<Map<String, Value>> {
    let mut out = Map::new();
    out.insert("customers".into(), json!(customers.height()));
    out.insert("orders".into(), json!(night.orders));
    let spend = table::f64s(customers, c::SPEND_TOTAL)?;
    let known = spend.is_empty() || spend.iter().any(Option::is_some);
    let sum: Sum = spend.into_iter().flatten().collect();
    out.insert("spend_total".into(), json!(known.then(|| sum.value())));
    if let Some(people) = &night.people {
        out.insert("customer_list".into(), list_figures(people, customers)?);
    }
    if let Some(forgotten) = &night.forgotten {
        out.insert("forgotten".into(), json!(forgotten));
    }
    if let Some(history) = night.compared.as_ref().and_then(|compared| compared.figures.clone()) {
        out.insert("history".into(), history);
    }
    for column in GROUPS {
        if customers.column(column).is_ok() {
            out.insert(column.into(), counts(customers, column)?);
        }
    }
    Ok(out)
}

fn counts(customers: &DataFrame, column: &str) -> Result<Value> {
    let mut counts = table::counts(customers, column)?;
    let unlabelled = counts.remove(&None);
    let mut out: Map<String, Value> =
        counts.into_iter().filter_map(|(label, n)| Some((label?.to_owned(), json!(n)))).collect();
    if let Some(n) = unlabelled {
        out.insert("(none)".into(), json!(n));
    }
    Ok(Value::Object(out))
}
