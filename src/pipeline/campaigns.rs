//! Campaign files from a published result: reads the result, the customer list and the exports before, and has
//! [`crate::publish::campaigns`] decide and write. The result itself is only read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use super::past::{published_names, without};
use super::{Observer, pseudonyms};
use crate::config::Config;
use crate::config::campaigns::{Audience, Format, LIFT, condition};
use crate::ingest::find::resolve;
use crate::ingest::forgotten::Forgotten;
use crate::ingest::people::{self, People};
use crate::ingest::published::{Published, in_time};
use crate::ingest::{frame, past_campaigns};
use crate::privacy::pseudonym::Pseudonyms;
use crate::publish::campaigns::lift::{self, Lift, Since};
use crate::publish::campaigns::{self, Counts, Night, Order, Part, lift_table};
use crate::publish::digest;
use crate::publish::manifest::{InputFile, KEY_ID};
use crate::publish::names::file_name;
use crate::publish::parquet::{self, Stamp};
use crate::publish::{Store, manifest};
use crate::schema::{campaign_lift, customers as c};
use crate::{Error, Result, Warning, error, table};

use self::past_campaigns::Past;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Audiences by name; none: all of them.
    pub audiences: Vec<String>,
    /// Formats, instead of those that each audience names.
    pub formats: Option<Vec<Format>>,
    /// Folder of the campaign files, instead of the configured one.
    pub output: Option<PathBuf>,
}

/// An audience exported.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The audience.
    pub audience: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Customers by what became of them; `None` when the same export was there before.
    pub counts: Option<Counts>,
}

/// The folder of the campaign files: the one that the configuration names, or one beside the result.
fn output(config: &Config, published: &Published) -> PathBuf {
    match &config.publish.campaigns.output {
        Some(folder) => config.base.join(folder),
        None => published.output().unwrap_or_else(|| config.output()).join("campaigns"),
    }
}

/// Writes the campaign files of a result. Audiences are decided in order of priority, all of them, so that a
/// customer is in the same one whichever is asked for; each audience asked for becomes a folder of its own, complete or
/// absent.
///
/// # Errors
/// `Config` when an audience is unknown or does not fit the result, `Input` when the list cannot be read,
/// `Locked` when another export holds the folder, `Io` when something cannot be written. Exports of audiences
/// before the one at fault stay; the result is never touched.
pub fn export(
    config: &Config,
    result: &Path,
    ask: &Ask,
    observer: &mut dyn Observer,
) -> Result<Vec<Exported>> {
    observer.stage("campaigns");
    let orders = orders(config, ask)?;
    let published = Published::open(result)?;
    let root = ask.output.clone().unwrap_or_else(|| output(config, &published));
    let list = list_files(config)?;
    let wanted: Vec<bool> = orders.iter().map(|order| ask.holds(order.audience)).collect();
    let work: Vec<String> =
        orders.iter().map(|order| mark(config, published.fingerprint(), order, &list)).collect();
    let (people, forgotten) = read_people(config, &published, &list, observer)?;
    let columns = campaigns::columns_read(&orders, config)?;
    let customers = frame::read(&published.file(c::TABLE.name), &c::TABLE, &columns)?;
    let customers = without(customers, &forgotten)?;
    let night = Night {
        config,
        customers: &customers,
        people: people.as_ref(),
        as_of: published.as_of(),
        result: published.fingerprint(),
        list: &list,
    };
    let mut seen = vec![false; customers.height()];
    let nobody = seen.clone();
    let exclusive = config.publish.campaigns.exclusive;
    let mut parts = parts(&orders, &wanted, &work, &root, &night, &forgotten)?;
    let mut done = Vec::new();
    for (i, order) in orders.iter().enumerate() {
        if let Some(column) = lacking(order, &night, ask)? {
            let name = &order.audience.name;
            let text =
                format!("audience `{name}`: the result has no column `{column}`, so there are no files");
            let warning = Warning::new("audience_left_out", text).with("audience", name.as_str());
            observer.warning(&warning.with("column", column));
            continue;
        }
        let selection = campaigns::select(&night, order, if exclusive { &seen } else { &nobody })?;
        for row in selection.taking_part() {
            parts[i].in_others += u64::from(seen[row]);
            seen[row] = true;
        }
        if !wanted[i] {
            continue;
        }
        let store = Store::take(&root.join(file_name(&order.audience.name)))?;
        let audience = order.audience.name.clone();
        if let Some(folder) = store.published(&work[i]) {
            store.point_latest_to(&folder)?;
            done.push(Exported { audience, folder, counts: None });
            continue;
        }
        let stamp = Stamp { fingerprint: work[i].clone() };
        let draft = store.draft(&work[i])?;
        let part = std::mem::take(&mut parts[i]);
        let warnings = campaigns::write(&night, order, &selection, &part, &draft, &stamp)?;
        let folder = store.commit(&draft, &moment(night.as_of), &work[i])?;
        warnings.iter().for_each(|warning| observer.warning(warning));
        done.push(Exported { audience, folder, counts: Some(selection.counts()) });
    }
    Ok(done)
}

/// A column that an audience reads and the result does not have, as when its stage was not run; an audience
/// asked for by its name is not passed over for it.
fn lacking(order: &Order<'_>, night: &Night<'_>, ask: &Ask) -> Result<Option<String>> {
    if ask.audiences.contains(&order.audience.name) {
        return Ok(None);
    }
    let condition = condition(order.audience, night.config)?;
    let absent = |name: &&&str| night.customers.column(name).is_err();
    Ok(condition.columns().iter().find(absent).map(|name| (*name).to_owned()))
}

impl Ask {
    fn holds(&self, audience: &Audience) -> bool {
        self.audiences.is_empty() || self.audiences.contains(&audience.name)
    }
}

/// The audiences in order of priority, with the formats asked for.
fn orders<'a>(config: &'a Config, ask: &Ask) -> Result<Vec<Order<'a>>> {
    let campaigns = &config.publish.campaigns;
    let audiences = campaigns.by_priority();
    let names = || audiences.iter().map(|audience| audience.name.as_str());
    if audiences.is_empty() {
        return Err(Error::config("the configuration has no audience")
            .hint("describe one in `[[publish.campaigns.audiences]]` with `name` and `where`"));
    }
    if let Some(unknown) = ask.audiences.iter().find(|name| !names().any(|known| known == *name)) {
        let hint = error::closest(unknown, names()).map_or_else(
            || format!("known audiences: {}", names().collect::<Vec<_>>().join(", ")),
            |close| format!("did you mean `{close}`?"),
        );
        return Err(Error::config(format!("there is no audience `{unknown}`")).hint(hint));
    }
    audiences
        .into_iter()
        .map(|audience| {
            let asked = ask.formats.as_ref().filter(|_| ask.holds(audience));
            let formats = match asked {
                Some(formats) => {
                    let with = Audience { formats: Some(formats.clone()), ..audience.clone() };
                    let formats = campaigns.formats_of(&with);
                    formats.iter().try_for_each(|format| audience.check_format(*format, config))?;
                    formats
                }
                None => campaigns.formats_of(audience),
            };
            Ok(Order { audience, formats })
        })
        .collect()
}

/// Every file of the list, and of the people to be forgotten, with its hash.
fn list_files(config: &Config) -> Result<Vec<InputFile>> {
    let mut sources = Vec::new();
    if let Some(list) = &config.customers {
        sources.push(("customers", list.source()));
        sources.extend(list.source().joins.iter().map(|join| ("customers", join.source("customers"))));
        sources.extend(list.suppression_source().map(|source| ("suppression", source)));
    }
    sources.extend(config.forget.iter().map(|forget| ("forget", forget.source())));
    let mut files = Vec::new();
    for (name, source) in sources {
        for (path, file) in resolve(&source, &config.base)? {
            let (bytes, blake3) = digest::of_file(&path)?;
            files.push(InputFile { table: name.to_owned(), file, bytes, blake3 });
        }
    }
    Ok(files)
}

/// What an export stands on, as one fingerprint: the result, the list, the configuration of campaigns.
fn mark(config: &Config, result: &str, order: &Order<'_>, list: &[InputFile]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    part(env!("CARGO_PKG_VERSION"));
    part(result);
    part(&order.audience.name);
    part(&format!("{:?}", order.formats));
    part(&format!("{:?}", config.publish));
    part(&format!("{:?} {:?} {}", config.customers, config.run.locale, config.run.timezone));
    for file in list {
        part(&file.file);
        part(&file.blake3);
    }
    hasher.finalize().to_hex().to_string()
}

/// The key that the result's pseudonyms were made with, where the list or the people to be forgotten are to be
/// found among them.
///
/// # Errors
/// `Config` when the configuration has no key, or another one, or one for a result without pseudonyms.
fn key_of(config: &Config, published: &Published, files: &[InputFile]) -> Result<Option<Pseudonyms>> {
    if files.is_empty() {
        return Ok(None);
    }
    let made = pseudonyms::configured(config, files)?;
    let theirs = published.manifest()[KEY_ID].as_str();
    let (message, hint) = match (theirs, made.as_ref().map(Pseudonyms::key_id)) {
        (theirs, ours) if theirs == ours => return Ok(made),
        (Some(theirs), Some(ours)) => (
            format!(
                "the result names its customers by the key `{theirs}`, but `[publish] pseudonyms` holds the key `{ours}`"
            ),
            "name the key of the result, or run again with this one",
        ),
        (Some(theirs), None) => (
            format!(
                "the result names its customers by pseudonyms (key `{theirs}`), but `[publish] pseudonyms` names no key"
            ),
            "name the key, so that the customer list can be matched",
        ),
        _ => (
            "the result names its customers by their ids, but `[publish] pseudonyms` asks for pseudonyms"
                .to_owned(),
            "run again, and export from that result",
        ),
    };
    Err(Error::config(message).hint(hint))
}

/// The list, and the people to be forgotten, both by the names that the result has for them.
fn read_people(
    config: &Config,
    published: &Published,
    files: &[InputFile],
    observer: &mut dyn Observer,
) -> Result<(Option<People>, BTreeSet<String>)> {
    let forgotten = Forgotten::read(config)?;
    let pseudonyms = key_of(config, published, files)?;
    let names = published_names(forgotten.as_ref(), pseudonyms.as_ref());
    let reading = forgotten.as_ref().map_or_else(|| config.clone(), |people| people.skipped_by(config));
    let Some(list) = &reading.customers else { return Ok((None, names)) };
    let mut read = people::read(list, &config.base, config.publish.show_values, &mut |_, placed, _| {
        observer.progress(placed.rows, placed.bytes);
        Ok(())
    })?;
    if let Some(made) = &pseudonyms {
        // The result names its customers by pseudonyms.
        read.rename(&|id| made.customer(id));
    }
    Ok((Some(read), names))
}

/// For each audience, the export before, and what it did if the result is a later one.
fn parts(
    orders: &[Order<'_>],
    wanted: &[bool],
    work: &[String],
    root: &Path,
    night: &Night<'_>,
    forgotten: &BTreeSet<String>,
) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for ((order, wanted), work) in orders.iter().zip(wanted).zip(work) {
        let folder = root.join(file_name(&order.audience.name));
        let mut past =
            if *wanted { Past::newest(&folder)?.filter(|past| past.fingerprint != *work) } else { None };
        past.iter_mut().for_each(|past| past.members.retain(|member| !forgotten.contains(&member.id)));
        parts.push(match past {
            Some(past) => Part {
                lifts: lifts(&past, night.customers, night.as_of)?,
                before: Some(past.fingerprint),
                as_of: past.as_of,
                members: past.members.into_iter().map(|member| member.id).collect(),
                in_others: 0,
            },
            None => Part::default(),
        });
    }
    let mut made: Vec<&mut Part> = parts.iter_mut().filter(|part| !part.lifts.is_empty()).collect();
    let mut all: Vec<Vec<Lift>> = made.iter_mut().map(|part| std::mem::take(&mut part.lifts)).collect();
    lift::correct(&mut all);
    made.into_iter().zip(all).for_each(|(part, lifts)| part.lifts = lifts);
    Ok(parts)
}

/// What a past export did until this result; nothing when the result is no later one.
fn lifts(past: &Past, customers: &DataFrame, as_of: &str) -> Result<Vec<Lift>> {
    if in_time(&past.as_of) >= in_time(as_of) || past.share == 0.0 {
        return Ok(Vec::new());
    }
    let ids = table::texts(customers, c::CUSTOMER_ID)?;
    let (orders, spend) = (table::u32s(customers, c::ORDER_COUNT)?, table::f64s(customers, c::SPEND_TOTAL)?);
    let members: Vec<Since> = past
        .members
        .iter()
        .map(|member| {
            let row = ids.binary_search(&Some(member.id.as_str())).ok();
            let now = row.and_then(|row| orders[row]).unwrap_or(member.order_count);
            let spent = row.and_then(|row| spend[row]).map_or(0.0, |total| total - member.spend_total);
            Since { control: member.control, bought: now > member.order_count, spent }
        })
        .collect();
    Ok(lift::lift(&members, past.share))
}

/// What past exports did until this result, one entry per audience.
#[derive(Debug)]
pub struct Measured {
    /// Audience, as-of of its export, figures.
    pub campaigns: Vec<(String, String, Vec<Lift>)>,
    /// As-of of the result.
    pub as_of: String,
    /// Folder with `lift.parquet`.
    pub folder: PathBuf,
}

/// Measures past exports against a later result and publishes the figures beside the audiences. `past` is an export, the folder
/// of an audience, or the folder of all of them; of several, each audience's newest export from before the result counts.
///
/// # Errors
/// `Config` when there is no export, or none that is older than the result.
pub fn measure(result: &Path, past: &Path, output: Option<&Path>) -> Result<Measured> {
    let published = Published::open(result)?;
    let as_of = published.as_of().to_owned();
    let (root, exports) = Past::under(past, &as_of)?;
    let columns = [c::CUSTOMER_ID, c::ORDER_COUNT, c::SPEND_TOTAL];
    let customers = frame::read(&published.file(c::TABLE.name), &c::TABLE, &columns)?;
    let (mut campaigns, mut hasher) = (Vec::new(), blake3::Hasher::new());
    hasher.update(published.fingerprint().as_bytes());
    for past in exports {
        let lifts = lifts(&past, &customers, &as_of)?;
        if !lifts.is_empty() {
            hasher.update(past.fingerprint.as_bytes());
            campaigns.push((past.audience, past.as_of, lifts));
        }
    }
    if campaigns.is_empty() {
        return Err(Error::config(format!(
            "`{}` holds no export with a control group from before {as_of}",
            past.display()
        ))
        .hint("measure an export against a result whose as-of day is later"));
    }
    let mut figures: Vec<Vec<Lift>> = campaigns.iter_mut().map(|(_, _, l)| std::mem::take(l)).collect();
    lift::correct(&mut figures);
    campaigns.iter_mut().zip(figures).for_each(|((_, _, lifts), made)| *lifts = made);
    let store = Store::take(&output.map_or_else(|| root.join(LIFT), Path::to_path_buf))?;
    let mark = hasher.finalize().to_hex().to_string();
    let folder = match store.published(&mark) {
        Some(folder) => folder,
        None => publish(&store, &mark, &campaigns, &as_of)?,
    };
    Ok(Measured { campaigns, as_of, folder })
}

fn publish(
    store: &Store,
    mark: &str,
    campaigns: &[(String, String, Vec<Lift>)],
    as_of: &str,
) -> Result<PathBuf> {
    let rows: Vec<(&str, &str, &[Lift])> =
        campaigns.iter().map(|(name, at, lifts)| (name.as_str(), at.as_str(), lifts.as_slice())).collect();
    let draft = store.draft(mark)?;
    let stamp = Stamp { fingerprint: mark.to_owned() };
    parquet::write(&lift_table(&rows, as_of)?, &campaign_lift::TABLE, &[], &stamp, &draft, "lift.parquet")?;
    manifest::write_plain(&serde_json::json!({ "fingerprint": mark, "as_of": as_of }), &draft)?;
    store.commit(&draft, &moment(as_of), mark)
}

/// An as-of day or moment in the name of a folder, as that of a result.
fn moment(as_of: &str) -> String {
    match as_of.split_once('T') {
        Some((day, time)) => format!("{day}T{}", time.replace(':', "")),
        None => format!("{as_of}T000000Z"),
    }
}
