//! Watches a run: a bar on a terminal, the clock for the manifest.

use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
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
    read: Read,
}

/// What a stage has read.
#[derive(Clone, Copy, Default)]
struct Read {
    rows: u64,
    bytes: u64,
    /// Bytes there will be, as far as known; 0 when nothing is known.
    expected: u64,
}

impl Read {
    /// Rows and bytes, their rates, how far the stage is and how long it will take.
    fn told(self, seconds: f64) -> String {
        let rate = |n: u64| (n as f64 / seconds.max(1e-3)) as u64;
        let mut told = format!("{} rows, {} rows/s", HumanCount(self.rows), HumanCount(rate(self.rows)));
        if self.bytes > 0 {
            told.push_str(&format!(", {}/s", HumanBytes(rate(self.bytes))));
        }
        let left = self.expected.saturating_sub(self.bytes);
        if self.bytes > 0 && left > 0 && seconds > SETTLED_SECONDS {
            let share = 100 * self.bytes / self.expected;
            let left = Duration::from_secs((left as f64 / (self.bytes as f64 / seconds)).ceil() as u64);
            told.push_str(&format!(
                ", {share} % of {}, {left:#} left",
                HumanBytes(self.expected),
                left = HumanDuration(left)
            ));
        }
        told
    }
}

/// A rate of fewer seconds says little about the time left.
const SETTLED_SECONDS: f64 = 0.5;

impl Progress {
    pub(super) fn new(printer: Printer) -> Self {
        let bar = if printer.is_watched() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        // Nobody looks: no thread that ticks.
        if printer.is_watched() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { printer, bar, began: now(), stage: None, done: Vec::new(), read: Read::default() }
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
        self.read = Read::default();
        self.bar.set_prefix(name);
        self.bar.set_message("");
    }

    fn expect(&mut self, bytes: u64) {
        self.read.expected += bytes;
    }

    fn progress(&mut self, rows: u64, bytes: u64) {
        self.read.rows += rows;
        self.read.bytes += bytes;
        if !self.bar.is_hidden() {
            let seconds = self.stage.map_or(0.0, |(_, began)| began.elapsed().as_secs_f64());
            self.bar.set_message(self.read.told(seconds));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_time_left_follow_from_what_was_read() {
        let read = Read { rows: 4_000_000, bytes: 300 << 20, expected: 1_200 << 20 };
        assert_eq!(
            read.told(10.0),
            "4,000,000 rows, 400,000 rows/s, 30.00 MiB/s, 25 % of 1.17 GiB, 30s left"
        );
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let read = Read { rows: 500, bytes: 0, expected: 0 };
        assert_eq!(read.told(2.0), "500 rows, 250 rows/s");
        let without_size = Read { bytes: 4_096, ..read };
        assert_eq!(without_size.told(2.0), "500 rows, 250 rows/s, 2.00 KiB/s");
        let early = Read { expected: 1 << 30, ..without_size };
        assert_eq!(early.told(0.1), "500 rows, 5,000 rows/s, 40.00 KiB/s");
        let more_than_expected = Read { expected: 4_000, ..without_size };
        assert_eq!(more_than_expected.told(2.0), "500 rows, 250 rows/s, 2.00 KiB/s");
    }
}
