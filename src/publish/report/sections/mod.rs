//! The parts of the page, in reading order.

mod changes;
mod clusters;
mod complaints;
mod concentration;
mod drivers;
mod glance;
mod quadrant;
mod quality;
mod rfm;
mod satisfaction;
mod voice;
mod warnings;
mod watchlist;

use self::voice::Voice;
use super::Settings;
use super::figures::Figures;
use super::page::{Page, Ui};
use crate::Result;
use crate::config::run::Language;

/// The whole page in one language.
///
/// # Errors
/// `Input` when the manifest names a time zone that does not exist, `Internal` when the words are broken.
pub(super) fn page(figures: &Figures, language: Language, settings: Settings) -> Result<Page> {
    let voice = Voice::new(figures, language, settings)?;
    let sections = vec![
        glance::section(&voice),
        rfm::section(&voice),
        satisfaction::section(&voice),
        quadrant::section(&voice),
        clusters::section(&voice),
        complaints::section(&voice),
        watchlist::section(&voice),
        concentration::section(&voice),
        quality::section(&voice),
    ];
    let manifest = &figures.manifest;
    let text = |key: &str| manifest[key].as_str().unwrap_or_default();
    let as_of = voice.numbers.written(text("as_of"));
    Ok(Page {
        lang: language.code(),
        dir: if voice.right_to_left() { "rtl" } else { "ltr" },
        title: voice.get("page.title"),
        subtitle: voice.fill("page.subtitle", &[("as_of", &as_of)]),
        footer: footer(&voice),
        sections,
        ui: ui(&voice),
    })
}

fn footer(voice: &Voice<'_>) -> Vec<String> {
    let manifest = &voice.figures.manifest;
    let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
    let version = manifest["engine"]["version"].as_str().unwrap_or_default();
    let fingerprint: String = text("fingerprint").chars().take(12).collect();
    vec![
        voice.fill("page.made", &[("version", version), ("fingerprint", &fingerprint)]),
        voice.fill("page.clock", &[("timezone", &text("timezone"))]),
        voice.get(if voice.settings.customers { "page.named" } else { "page.unnamed" }),
    ]
}

fn ui(voice: &Voice<'_>) -> Ui {
    let get = |key: &str| voice.get(&format!("ui.{key}"));
    Ui {
        skip: get("skip"),
        contents: get("contents"),
        language: get("language"),
        theme: get("theme"),
        theme_auto: get("theme_auto"),
        theme_light: get("theme_light"),
        theme_dark: get("theme_dark"),
        table_behind: get("table_behind"),
        filter: get("filter"),
        sort: get("sort"),
        none_left: get("none_left"),
    }
}
