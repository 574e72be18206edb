//! Campaign exports read back: who took part, and who of them was left alone.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::frame;
use super::published::in_time;
use crate::publish::campaigns::MEMBERS;
use crate::publish::manifest;
use crate::publish::store::{LATEST, results_in};
use crate::schema::campaign_members as m;
use crate::{Error, Result, table};

/// An export.
#[derive(Debug)]
pub struct Past {
    /// Its fingerprint.
    pub fingerprint: String,
    /// As-of day or moment of its result.
    pub as_of: String,
    /// The audience.
    pub audience: String,
    /// Planned share of the control group.
    pub share: f64,
    /// Those who took part, in ascending order of their ids.
    pub members: Vec<Member>,
}

/// Somebody who took part.
#[derive(Debug)]
pub struct Member {
    /// The customer.
    pub id: String,
    /// Left alone.
    pub control: bool,
    /// Orders at the time of the export.
    pub order_count: u32,
    /// Spend at that time.
    pub spend_total: f64,
}

impl Past {
    /// The newest export in the folder of an audience, if there is one.
    ///
    /// # Errors
    /// `Input` when it is damaged.
    pub fn newest(audience: &Path) -> Result<Option<Self>> {
        let folder = audience.join(LATEST);
        if folder.join(MEMBERS).is_file() { Self::open(&folder).map(Some) } else { Ok(None) }
    }

    /// The exports from before this day or moment that a folder stands for (one, an audience's newest, or each
    /// audience's newest), and the folder of all audiences.
    ///
    /// # Errors
    /// `Config` when there is no export at all, `Input` when one is damaged.
    pub fn under(folder: &Path, as_of: &str) -> Result<(PathBuf, Vec<Self>)> {
        let none = || {
            Error::config(format!("`{}` holds no campaign export", folder.display()))
                .hint("name the folder of an export, such as `results/campaigns/AUDIENCE/latest`")
        };
        let here = folder.canonicalize().map_err(|_| none())?;
        let above = |levels: usize| here.ancestors().nth(levels).unwrap_or(&here).to_path_buf();
        if here.join(MEMBERS).is_file() {
            let past = Some(Self::open(&here)?).filter(|past| in_time(&past.as_of) < in_time(as_of));
            return Ok((above(3), past.into_iter().collect()));
        }
        if !exports_in(&here).is_empty() {
            return Ok((above(1), Self::newest_before(&here, as_of)?.into_iter().collect()));
        }
        let entries = std::fs::read_dir(&here).map_err(Error::io("read", &here))?;
        let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        folders.retain(|folder| !exports_in(folder).is_empty());
        if folders.is_empty() {
            return Err(none());
        }
        folders.sort();
        let mut exports = Vec::new();
        for folder in folders {
            exports.extend(Self::newest_before(&folder, as_of)?);
        }
        Ok((here, exports))
    }

    /// The newest export in the folder of an audience from before this day or moment.
    fn newest_before(audience: &Path, as_of: &str) -> Result<Option<Self>> {
        let mut older = Vec::new();
        for folder in exports_in(audience) {
            let manifest = read_manifest(&folder)?;
            let at = in_time(manifest["as_of"].as_str().unwrap_or_default());
            if at < in_time(as_of) {
                older.push((at, folder, manifest));
            }
        }
        // An export made again for the same night names the one that it replaces.
        let replaced = |at: &str, export: &Value| {
            older.iter().any(|(other, _, by)| other == at && by["since"]["export"] == export["fingerprint"])
        };
        let newest = older.iter().max_by_key(|(at, folder, export)| (at, !replaced(at, export), folder));
        newest.map(|(_, folder, _)| Self::open(folder)).transpose()
    }

    fn open(folder: &Path) -> Result<Self> {
        let manifest = read_manifest(folder)?;
        let part = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
        let frame = frame::read(
            &folder.join(MEMBERS),
            &m::TABLE,
            &[m::CUSTOMER_ID, m::ARM, m::ORDER_COUNT, m::SPEND_TOTAL],
        )?;
        let (ids, arms) = (table::texts(&frame, m::CUSTOMER_ID)?, table::texts(&frame, m::ARM)?);
        let (orders, spend) = (table::u32s(&frame, m::ORDER_COUNT)?, table::f64s(&frame, m::SPEND_TOTAL)?);
        let members = ids.into_iter().zip(arms).zip(orders.into_iter().zip(spend));
        let members = members.filter_map(|((id, arm), (orders, spend))| {
            Some(Member {
                id: id?.to_owned(),
                control: arm? == "control",
                order_count: orders.unwrap_or(0),
                spend_total: spend.unwrap_or(0.0),
            })
        });
        Ok(Self {
            fingerprint: part("fingerprint"),
            as_of: part("as_of"),
            audience: part("audience"),
            share: manifest["control"]["share"].as_f64().unwrap_or(0.0),
            members: members.collect(),
        })
    }
}

/// The exports in the folder of an audience.
fn exports_in(audience: &Path) -> Vec<PathBuf> {
    let mut exports = results_in(audience);
    exports.retain(|export| export.join(MEMBERS).is_file());
    exports
}

fn read_manifest(export: &Path) -> Result<Value> {
    let file = export.join(manifest::FILE);
    let text = std::fs::read(&file).map_err(Error::io("read", &file))?;
    serde_json::from_slice(&text).map_err(|e| {
        Error::input(&file, format!("not a manifest: {e}"))
            .hint("export again, or name the folder of another export")
    })
}
