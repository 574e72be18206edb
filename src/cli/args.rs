//! The words of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Nightly analytical CRM: exports in, decisions about customers out.
#[derive(Debug, Parser)]
#[command(name = "moshtari", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
    /// How messages are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = Log::Text)]
    pub(super) log: Log,
    /// Only errors.
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

/// Form of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Log {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look at exports, propose which column means what, and write a configuration with comments
    Init(InitArgs),
    /// Read the exports, compute, and publish a result
    Run(RunArgs),
    /// Read config and inputs, say what would be set aside and why; publish nothing
    Check(CheckArgs),
    /// Why a customer carries these labels: values, thresholds, rules
    Explain(ExplainArgs),
    /// Campaign files of a published result, or what past campaigns did until then
    Export(ExportArgs),
    /// Who moved between two results
    Diff(DiffArgs),
    /// Render the report of a result again, in another language, say
    Report(ReportArgs),
    /// Write a synthetic company of any size
    Generate(GenerateArgs),
    /// Every table and column of a result
    Schema(SchemaArgs),
    /// Completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// The manual page
    Man,
}

#[derive(Debug, ClapArgs)]
pub(super) struct InitArgs {
    /// Exports: files, folders of files, or quoted patterns; all tables of the company at once
    #[arg(value_name = "EXPORT", required = true)]
    pub(super) exports: Vec<PathBuf>,
    /// Where the configuration is written
    #[arg(long, short, value_name = "FILE", default_value = "moshtari.toml")]
    pub(super) output: PathBuf,
    /// Replace a configuration that is there
    #[arg(long)]
    pub(super) force: bool,
    /// Write the configuration to standard output instead
    #[arg(long, conflicts_with_all = ["output", "force"])]
    pub(super) stdout: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RunArgs {
    /// Configuration
    #[arg(long, short, value_name = "FILE", default_value = "moshtari.toml")]
    pub(super) config: PathBuf,
    /// Look from this day (2011-12-10) or moment (2011-12-10T18:00:00)
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<String>,
    /// Result folder, relative to the current folder
    #[arg(long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Compute and publish only these stages (and those they need): activity, rfm, satisfaction, loyalty, priority, complaints, clusters, watchlist
    #[arg(long, value_name = "STAGES", value_delimiter = ',')]
    pub(super) stages: Option<Vec<String>>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    /// Configuration
    #[arg(long, short, value_name = "FILE", default_value = "moshtari.toml")]
    pub(super) config: PathBuf,
    /// Look from this day or moment
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<String>,
    /// Print the findings as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Print the values at fault instead of their shape
    #[arg(long)]
    pub(super) show_values: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExplainArgs {
    /// A result folder: `results`, `results/latest` or one of `results/runs`
    pub(super) result: PathBuf,
    /// The customer's id
    pub(super) id: String,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExportArgs {
    /// A result folder: `results`, `results/latest` or one of `results/runs`
    pub(super) result: PathBuf,
    /// Only this audience; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) audience: Vec<String>,
    /// These formats instead of those configured: csv, parquet, xlsx, `google_ads`, meta, mailchimp, klaviyo
    #[arg(long, value_name = "FORMATS", value_delimiter = ',')]
    pub(super) format: Vec<String>,
    /// Folder of the campaign files instead of the configured one, or of `campaigns` beside the result
    #[arg(long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Configuration; left out: the one of the result, if it lies in the output folder that this one names
    #[arg(long, short, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// What a past export (its folder, its audience's, or that of all) did until this result
    #[arg(long, value_name = "EXPORT", conflicts_with_all = ["audience", "format", "config"])]
    pub(super) lift: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DiffArgs {
    /// The earlier result: a folder of `results/runs`
    pub(super) old: PathBuf,
    /// The later result, such as `results/latest`
    pub(super) new: PathBuf,
    /// Only this label, such as `rfm_segment`
    #[arg(long, value_name = "LABEL")]
    pub(super) label: Option<String>,
    /// List customers instead of counting them
    #[arg(long)]
    pub(super) ids: bool,
    /// How the moves are written
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(super) format: DiffFormat,
}

/// Form of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ReportArgs {
    /// A result folder: `results`, `results/latest` or one of `results/runs`
    pub(super) result: PathBuf,
    /// Language: en, fa, or both with a switch; left out: as the result's configuration says
    #[arg(long)]
    pub(super) locale: Option<String>,
    /// Where the page is written, `-` for standard output; left out: `report.<locale>.html` in the current folder
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct GenerateArgs {
    /// Folder to write into
    pub(super) dir: PathBuf,
    /// Order lines
    #[arg(long, default_value_t = 100_000)]
    pub(super) transactions: u64,
    /// Customers; left out: one for ten order lines
    #[arg(long)]
    pub(super) customers: Option<u32>,
    /// Seed: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// File format: csv, csv.gz, tsv, ndjson, parquet
    #[arg(long, default_value = "csv")]
    pub(super) format: String,
    /// Language of headers, labels, digits and calendar: en or fa
    #[arg(long, default_value = "en")]
    pub(super) locale: String,
    /// Transaction files, 1 to 24, cut at starts of months
    #[arg(long, default_value_t = 1)]
    pub(super) files: usize,
}

#[derive(Debug, ClapArgs)]
pub(super) struct SchemaArgs {
    /// Only this table
    pub(super) table: Option<String>,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}
