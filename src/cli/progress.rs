//! Watches a run: a bar on a terminal, the clock for the manifest.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use moshtari::Warning;
use moshtari::pipeline::Observer;

use super::printer::Printer;

/// Shows and times the stages of a run.
pub(super) struct Progress {
    printer: Printer,
    bar: ProgressBar,
    began: Instant,
    stage: Option<(&'static str, Instant)>,
    done: Vec<(String, f64)>,
    rows: u64,
    bytes: u64,
}

impl Progress {
    pub(super) fn new(printer: Printer) -> Self {
        let bar = if printer.is_watched() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { printer, bar, began: now(), stage: None, done: Vec::new(), rows: 0, bytes: 0 }
    }

    /// Seconds since the run began.
    pub(super) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line keeps the clock")]
fn now() -> Instant {
    Instant::now()
}

impl Observer for Progress {
    fn stage(&mut self, name: &'static str) {
        if let Some((name, began)) = self.stage.take() {
            self.done.push((name.to_owned(), began.elapsed().as_secs_f64()));
        }
        self.stage = Some((name, now()));
        (self.rows, self.bytes) = (0, 0);
        self.bar.set_prefix(name);
        self.bar.set_message("");
    }

    fn progress(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        self.bytes += bytes;
        let seconds = self.stage.map_or(0.0, |(_, began)| began.elapsed().as_secs_f64()).max(1e-3);
        let per_second = (self.rows as f64 / seconds) as u64;
        let mut message = format!("{} rows, {} rows/s", HumanCount(self.rows), HumanCount(per_second));
        if self.bytes > 0 {
            let rate = HumanBytes((self.bytes as f64 / seconds) as u64);
            message.push_str(&format!(", {}, {rate}/s", HumanBytes(self.bytes)));
        }
        self.bar.set_message(message);
    }

    fn warning(&mut self, warning: &Warning) {
        self.bar.suspend(|| self.printer.warning(warning));
    }

    fn timings(&self) -> Vec<(String, f64)> {
        let mut timings = self.done.clone();
        timings.extend(self.stage.map(|(name, began)| (name.to_owned(), began.elapsed().as_secs_f64())));
        timings
    }
}
