//! Campaign files: who gets which, in the form that each platform reads, counted to the last customer.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Reader, Xlsx};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::desk::{Desk, Ended};
use crate::ledger::cells;
use crate::published::{Table, said_by};
use crate::sample::company;

const COLUMNS: &str = r#"
[run]
as_of = "2024-01-31"
[transactions]
files = ["orders.csv"]
columns = { customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }
"#;

const CUSTOMERS: &str = r#"
[customers]
files = ["people.csv"]
columns = { customer_id = "customer", name = "name", email = "email", phone = "phone", city = "city", postal_code = "zip" }
consent = { email = "mail", ad_user_data = "data", ad_personalization = "personal", ads = "personal" }
rules = { country = "IR" }
suppression = { files = ["never.csv"] }
"#;

const CAMPAIGNS: &str = r#"
[publish.campaigns]
formats = ["csv", "parquet", "xlsx", "google_ads", "meta", "mailchimp", "klaviyo"]
[[publish.campaigns.audiences]]
name = "everybody"
where = "spend_total > 0"
columns = ["spend_total"]
[[publish.campaigns.audiences]]
name = "big"
where = "spend_total >= 10"
priority = 1
columns = ["spend_total"]
value = "spend_total"
"#;

/// h spends little, f is in no list.
fn orders() -> String {
    let one = |(i, id)| format!("{id},{i},2024-01-0{},{}\n", i + 1, if id == 'h' { 5 } else { 100 + i });
    format!("customer,order,at,amount\n{}", "abcdefgh".chars().enumerate().map(one).collect::<String>())
}

const LIST: &str = "\
customer,name,email,phone,city,zip,mail,data,personal
a,=Sara Zand, Sara.Zand@Example.com ,۰۹۱۲ ۳۴۵ ۶۷۸۹,Tehran,11369,yes,yes,yes
b,Babak Amiri,babak@example.com,0912 345 6780,Shiraz,,yes,yes,no
c,Cyrus,cyrus@example.com,,Shiraz,,no,,
d,Dara,dara at example,0098-912-345-6781,Shiraz,,yes,yes,
e,Elham,elham@example.com,,Shiraz,,yes,yes,yes
g,Gita,gita@example.com,,Shiraz,,,no,no
h,Hana,hana@example.com,,Shiraz,,yes,yes,yes
";

fn desk(campaigns: &str) -> Desk {
    let desk = Desk::with_config(&format!("{COLUMNS}{CUSTOMERS}{campaigns}"));
    desk.write("orders.csv", orders());
    desk.write("people.csv", LIST);
    desk.write("never.csv", "ELHAM@example.com\n");
    desk
}

/// An export read back.
struct Export {
    folder: PathBuf,
    manifest: Value,
}

impl Export {
    fn of(desk: &Desk, audience: &str) -> Self {
        Self::open(&desk.path().join("results/campaigns").join(audience).join("latest"))
    }

    fn open(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap();
        let manifest = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        Self { folder, manifest }
    }

    /// Counts that are not 0, of the audience or of a format; they must add up.
    fn counts(&self, format: Option<&str>) -> BTreeMap<String, u64> {
        let counts = match format {
            Some(format) => &self.manifest["formats"][format]["counts"],
            None => &self.manifest["counts"],
        };
        let counts: BTreeMap<String, u64> =
            counts.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.as_u64().unwrap())).collect();
        let sum: u64 = counts.iter().filter(|(k, _)| *k != "matched").map(|(_, n)| n).sum();
        assert_eq!(sum, counts["matched"]);
        counts.into_iter().filter(|(_, n)| *n > 0).collect()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Lines of a comma-separated file, the header first.
    fn lines(&self, name: &str) -> Vec<Vec<String>> {
        cells(&self.text(name))
    }

    fn members(&self) -> Table {
        Table::open(&self.folder.join("members.parquet"))
    }
}

fn counted<const N: usize>(pairs: [(&str, u64); N]) -> BTreeMap<String, u64> {
    pairs.into_iter().map(|(name, n)| (name.to_owned(), n)).collect()
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_customer_matched_is_decided_and_counted() {
    let desk = desk(CAMPAIGNS);
    let ended = desk.moshtari(&["run"]).must_end_with(0);
    assert!(ended.err.contains("audience big: 7 matched = 3 exported + 1 suppressed"), "{}", ended.err);
    let big = Export::of(&desk, "big");
    let all = [("matched", 7), ("exported", 3), ("suppressed", 1), ("consent_unknown", 2), ("not_listed", 1)];
    assert_eq!(big.counts(None), counted(all));
    let mail = [
        ("matched", 7),
        ("exported", 2),
        ("rejected", 1),
        ("suppressed", 1),
        ("consent_denied", 1),
        ("consent_unknown", 1),
        ("not_listed", 1),
    ];
    for format in ["csv", "parquet", "xlsx", "mailchimp", "klaviyo"] {
        assert_eq!(big.counts(Some(format)), counted(mail), "{format}");
    }
    let google = [
        ("matched", 7),
        ("exported", 3),
        ("suppressed", 1),
        ("consent_denied", 1),
        ("consent_unknown", 1),
        ("not_listed", 1),
    ];
    assert_eq!(big.counts(Some("google_ads")), counted(google));
    // Who is in an audience that comes first is in no other.
    let everybody = Export::of(&desk, "everybody");
    assert_eq!(everybody.counts(None)["elsewhere"], 3);
    assert_eq!(everybody.counts(None)["exported"], 1);
    assert_eq!(everybody.lines("everybody-mailchimp.csv")[1][0], "hana@example.com");
    let shared = desk_shared();
    assert!(shared.contains("audience `everybody`: 3 members are in another audience too"), "{shared}");
    let members = big.members();
    assert_eq!(members.ids("customer_id"), ["a", "b", "c", "d", "e", "f", "g"]);
    let arm = |of: Option<&str>| of.map(str::to_owned);
    let arms = [Some("treated"), Some("treated"), None, Some("treated"), None, None, None].map(arm);
    assert_eq!(members.texts("arm"), arms);
    let rejects = Table::open(&big.folder.join("rejects.parquet"));
    assert!(rejects.ids("customer_id").iter().all(|id| id == "d"));
    assert!(rejects.ids("value").iter().all(|value| value == "xxxx xx xxxxxxx"));
    assert!(rejects.ids("reason").iter().all(|reason| reason == "bad_email"));
}

/// Messages of a run in which customers may be in several audiences.
fn desk_shared() -> String {
    let desk = desk(&CAMPAIGNS.replace("[publish.campaigns]", "[publish.campaigns]\nexclusive = false"));
    desk.moshtari(&["run"]).must_end_with(0).err
}

#[test]
fn files_are_as_their_platforms_read_them() {
    let desk = desk(CAMPAIGNS);
    desk.moshtari(&["run"]).must_end_with(0);
    let big = Export::of(&desk, "big");
    let sara = hash("sara.zand@example.com");
    let google = |state: &str| big.lines(&format!("big-google_ads-granted-{state}.csv"));
    assert_eq!(google("granted")[0], ["Email", "Phone", "First Name", "Last Name", "Country", "Zip"]);
    let address = [hash("=sara"), hash("zand"), "IR".to_owned(), "11369".to_owned()];
    let expected = [vec![sara.clone(), hash("+989123456789")], address.to_vec()].concat();
    assert_eq!(google("granted")[1..], [expected]);
    assert_eq!(google("denied")[1][..2], [hash("babak@example.com"), hash("+989123456780")]);
    assert_eq!(google("unspecified")[1][..3], [String::new(), hash("+989123456781"), String::new()]);
    let declared = &big.manifest["formats"]["google_ads"]["files"][0];
    assert_eq!(declared["declare"]["ad_personalization"], "DENIED");
    assert_eq!(declared["file"], "big-google_ads-granted-denied.csv");
    let meta = big.lines("big-meta.csv");
    let head = ["email", "phone", "fn", "ln", "ct", "st", "zip", "country", "doby", "gen", "value"];
    assert_eq!(meta[0], head);
    assert_eq!(meta.len(), 2);
    let expected = [&sara, &hash("989123456789"), &hash("sara"), &hash("zand"), &hash("tehran")];
    assert!(meta[1].iter().zip(expected).all(|(a, b)| a == b), "{:?}", meta[1]);
    assert_eq!(meta[1][6..], [hash("11369"), hash("ir"), String::new(), String::new(), "100".to_owned()]);
    for name in ["big-mailchimp.csv", "big-klaviyo.csv"] {
        let lines = big.lines(name);
        assert_eq!(lines[0], ["Email Address", "First Name", "Last Name", "spend_total"]);
        // A machine reads this file, and must not read an apostrophe.
        assert_eq!(lines[1], ["sara.zand@example.com", "=Sara", "Zand", "100"]);
        assert_eq!(lines.len(), 3);
    }
    let plain = "\"customer_id\",\"email\",\"name\",\"city\",\"spend_total\"\r\n\
                 \"a\",\"sara.zand@example.com\",\"'=Sara Zand\",\"Tehran\",100\r\n";
    assert!(big.text("big-csv.csv").starts_with(plain), "{}", big.text("big-csv.csv"));
    let parquet = Table::open(&big.folder.join("big-parquet.parquet"));
    assert_eq!(parquet.ids("name")[0], "=Sara Zand");
    assert_eq!(parquet.floats("spend_total")[0], Some(100.0));
    let mut book: Xlsx<_> = calamine::open_workbook(big.folder.join("big-xlsx.xlsx")).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(sheet.get_value((1, 2)).unwrap().to_string(), "=Sara Zand");
    for entry in fs::read_dir(&big.folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn an_export_can_be_asked_for_and_is_made_once() {
    let desk = desk(CAMPAIGNS);
    desk.moshtari(&["run"]).must_end_with(0);
    let out = |ended: Ended| ended.must_end_with(0).out;
    let first = out(desk.moshtari(&["export", "results", "--audience", "big"]));
    assert_eq!(Path::new(first.trim()), Export::of(&desk, "big").folder);
    assert_eq!(desk.names_in("results/campaigns/big/runs").len(), 1, "the run made the same export");
    let elsewhere = desk.moshtari(&[
        "export",
        "results",
        "-c",
        "moshtari.toml",
        "--audience",
        "big",
        "--format",
        "csv,meta",
        "--output",
        "out",
    ]);
    let folder = PathBuf::from(elsewhere.must_end_with(0).out.trim());
    let export = Export::open(&folder);
    assert_eq!(export.manifest["formats"].as_object().unwrap().len(), 2);
    assert_eq!(desk.names_in("out"), ["big"]);
    let error = desk.moshtari(&["export", "results", "--audience", "bgi"]).must_end_with(2).err;
    insta::assert_snapshot!(error, @"
    error: there is no audience `bgi`
    hint: known audiences: big, everybody
    ");
    let error = desk.moshtari(&["export", "results", "--format", "mailchip"]).must_end_with(2).err;
    insta::assert_snapshot!(error, @"
    error: there is no campaign format `mailchip`
    hint: did you mean `mailchimp`?
    ");
}

/// The result stands, whatever becomes of the campaign files.
#[test]
fn a_failed_export_leaves_the_result_alone() {
    let desk = desk(CAMPAIGNS);
    desk.write("results/campaigns", "not a folder");
    let ended = desk.moshtari(&["run"]).must_end_with(1);
    assert!(ended.err.contains("the result is published and complete; its campaign files are not"));
    desk.latest().assert_complete();
    fs::remove_file(desk.path().join("results/campaigns")).unwrap();
    // A rerun publishes nothing again and makes what was missing.
    desk.moshtari(&["run"]).must_end_with(0);
    assert_eq!(desk.names_in("results/runs").len(), 1);
    assert_eq!(Export::of(&desk, "big").counts(None)["exported"], 3);
}

#[test]
fn audiences_are_checked_when_they_are_loaded() {
    let told = |campaigns: &str| {
        let desk = desk(campaigns);
        let ended = desk.moshtari(&["run"]).must_end_with(2);
        assert!(!desk.path().join("results").exists());
        ended.err
    };
    let audience = |keys: &str| format!("[[publish.campaigns.audiences]]\nname = \"x\"\n{keys}\n");
    insta::assert_snapshot!(told(&audience("where = \"quadrnt = 'advocate'\"")), @"
    error: moshtari.toml: [[publish.campaigns.audiences]] `x`: there is no column `quadrnt` (at character 1 of `quadrnt = 'advocate'`)
    hint: did you mean `quadrant`?
    ");
    insta::assert_snapshot!(told(&audience("where = \"spend_total > 1\"\nchannel = \"sms\"")), @"
    error: moshtari.toml: [[publish.campaigns.audiences]] `x`: `csv` files need the consent `sms`, which the list does not have
    hint: name the column of the consent in `[customers.consent]`
    ");
    let by_message =
        "where = \"spend_total > 1\"\nchannel = \"sms\"\nconsent = \"email\"\nformats = [\"mailchimp\"]";
    insta::assert_snapshot!(told(&audience(by_message)), @"
    error: moshtari.toml: [[publish.campaigns.audiences]] `x`: `mailchimp` files are by e-mail, but `channel` is `sms`
    hint: leave `channel` out for e-mail, or ask for `klaviyo` or `csv` files instead
    ");
    insta::assert_snapshot!(told(&audience("where = \"spend_total > 1\"\ncontrol = 0.1")), @"
    error: moshtari.toml: [[publish.campaigns.audiences]] `x`: a control group needs a `salt` in `[publish.campaigns]`
    hint: any text that stays the same from night to night, such as the company's name
    ");
    insta::assert_snapshot!(told(&audience("where = \"spend_total > 1\"\ncolumns = [\"clvv\"]")), @"
    error: moshtari.toml: [[publish.campaigns.audiences]] `x`: `columns`: the customers table has no column `clvv`
    hint: `moshtari schema customers` lists the columns
    ");
}

#[test]
fn without_a_list_there_are_ids() {
    let campaigns = CAMPAIGNS.replace(", \"google_ads\", \"meta\", \"mailchimp\", \"klaviyo\"", "");
    let desk = Desk::with_config(&format!("{COLUMNS}{campaigns}"));
    desk.write("orders.csv", orders());
    let ended = desk.moshtari(&["run"]).must_end_with(0);
    assert!(ended.err.contains("nobody's consent is known"), "{}", ended.err);
    let big = Export::of(&desk, "big");
    assert_eq!(big.lines("big-csv.csv")[0], ["customer_id", "spend_total"]);
    assert_eq!(big.counts(None), counted([("matched", 7), ("exported", 7)]));
    let error = Desk::with_config(&format!("{COLUMNS}{CAMPAIGNS}")).moshtari(&["run"]).must_end_with(2).err;
    assert!(error.contains("`google_ads` files need contact data"), "{error}");
}

const HOLD_OUT: &str = r#"
[publish.campaigns]
salt = "salt-2024"
control = 0.2
[[publish.campaigns.audiences]]
name = "nowruz_1403"
where = "spend_total >= 10"
"#;

/// Six hundred customers; those with an even number buy again, and those with a number that 3 divides leave.
#[test]
fn control_groups_stay_and_are_measured_against() {
    let desk = Desk::with_config(&format!("{COLUMNS}{HOLD_OUT}"));
    let first: String = (0..600).map(|n| format!("C{n:03},{n},2024-01-05,{}\n", 10 + n % 3)).collect();
    desk.write("orders.csv", format!("customer,order,at,amount\n{first}"));
    desk.moshtari(&["run"]).must_end_with(0);
    let before = Export::of(&desk, "nowruz_1403");
    let arms: BTreeMap<String, String> =
        before.members().ids("customer_id").into_iter().zip(before.members().ids("arm")).collect();
    for (id, arm) in &arms {
        let digest = Sha256::digest(format!("salt-2024\u{1f}nowruz_1403\u{1f}{id}"));
        let place = u64::from_be_bytes(digest[..8].try_into().unwrap());
        let bucket = (u128::from(place) * 10_000) >> 64;
        assert_eq!(arm == "control", bucket < 2_000, "{id}");
    }
    let exported = before.lines("nowruz_1403-csv.csv");
    assert!(exported[1..].iter().all(|line| arms[&line[0]] == "treated"));
    assert_eq!(exported.len() as u64 - 1, before.counts(None)["exported"]);

    let again: String =
        (0..600).filter(|n| n % 2 == 0).map(|n| format!("C{n:03},{},2024-02-05,7\n", 600 + n)).collect();
    let gone: String =
        (0..600).filter(|n| n % 3 == 0).map(|n| format!("C{n:03},{},2024-02-06,-17\n", 2000 + n)).collect();
    desk.write(
        "orders.csv",
        format!("customer,order,at,amount\n{first}{again}{gone}New,9999,2024-02-07,50\n"),
    );
    desk.moshtari(&["run", "--as-of", "2024-02-29"]).must_end_with(0);
    let after = Export::of(&desk, "nowruz_1403");
    assert_eq!(after.manifest["since"]["entered"], 1);
    let left = (0..600).filter(|n| n % 3 == 0).count() as u64;
    assert_eq!(after.manifest["since"]["left"].as_u64(), Some(left));
    let lift = Table::open(&after.folder.join("lift.parquet"));
    let share = |arm: &str| {
        let of: Vec<&String> = arms.iter().filter(|(_, a)| *a == arm).map(|(id, _)| id).collect();
        let bought = of.iter().filter(|id| id[1..].parse::<u32>().unwrap() % 2 == 0).count();
        bought as f64 / of.len() as f64
    };
    assert_eq!(lift.ids("measure"), ["bought", "spent", "spent_winsorised"]);
    assert_eq!(lift.floats("value_treated")[0], Some(share("treated")));
    assert_eq!(lift.floats("value_control")[0], Some(share("control")));
    let told = desk.moshtari(&["export", "results", "--lift", &before.folder.to_string_lossy()]);
    let told = told.must_end_with(0).out;
    let line = format!("bought: {:.4} against {:.4}", share("treated"), share("control"));
    assert!(told.contains(&line), "{told}");
    let same = Table::open(&desk.path().join("results/campaigns/lift/latest/lift.parquet"));
    lift.assert_equals(&same, "by command");
    the_newest_export_from_before_a_result_counts(&desk, &told);
}

/// After two nights and an export of the first one, of which `told` was told.
fn the_newest_export_from_before_a_result_counts(desk: &Desk, told: &str) {
    // Not that of the result itself.
    for folder in ["results/campaigns", "results/campaigns/nowruz_1403"] {
        let told_again = desk.moshtari(&["export", "results", "--lift", folder]).must_end_with(0).out;
        assert_eq!(told_again, told, "{folder}");
    }
    assert!(told.starts_with("nowruz_1403, exported as of 2024-01-31, until 2024-02-29\n"), "{told}");
    // Made again for the same night, an export replaces the one before.
    desk.write("moshtari.toml", format!("{COLUMNS}{HOLD_OUT}").replace(">= 10", ">= 12"));
    for day in ["2024-02-29", "2024-03-31"] {
        desk.moshtari(&["run", "--as-of", day]).must_end_with(0);
    }
    assert_eq!(desk.names_in("results/campaigns/nowruz_1403/runs").len(), 4);
    let told = desk.moshtari(&["export", "results", "--lift", "results/campaigns"]).must_end_with(0).out;
    assert!(told.starts_with("nowruz_1403, exported as of 2024-02-29, until 2024-03-31\n"), "{told}");
    let number_before = |words: &str| -> u64 {
        told.split(words).next().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    };
    // Those who spent 12 or 19, half of those who spent 11 (they spent 7 more), and the new one.
    assert_eq!(number_before(" reached") + number_before(" left alone"), 200 + 100 + 1, "{told}");
    // An export is measured by later results only.
    let first = desk.path().join("results/runs").join(&desk.names_in("results/runs")[0]);
    let ended = desk.moshtari(&["export", &first.to_string_lossy(), "--lift", "results/campaigns"]);
    let told = ended.must_end_with(2).err;
    assert!(told.contains("holds no export with a control group from before 2024-01-31"), "{told}");
}

/// People read the clock of the run's zone, machines read types and UTC.
#[test]
fn times_are_local_for_people() {
    let columns = COLUMNS.replace("[transactions]", "timezone = \"Asia/Tehran\"\n[transactions]");
    let campaigns = "[publish.campaigns]\nformats = [\"csv\", \"xlsx\", \"mailchimp\", \"parquet\"]\n\
                     [[publish.campaigns.audiences]]\nname = \"all\"\nwhere = \"spend_total > 0\"\n\
                     columns = [\"last_order_at\", \"recency_days\", \"order_count\"]\n";
    let desk = Desk::with_config(&format!("{columns}{CUSTOMERS}{campaigns}"));
    desk.write(
        "orders.csv",
        "customer,order,at,amount\na,1,2024-01-29 00:30:00,5\nb,2,2024-01-05 14:00:00,5\n",
    );
    desk.write("people.csv", LIST);
    desk.write("never.csv", "ELHAM@example.com\n");
    desk.moshtari(&["run"]).must_end_with(0);
    let all = Export::of(&desk, "all");
    let times = |name: &str| {
        let lines = all.lines(name);
        let column = place(&lines[0], "last_order_at");
        lines[1..].iter().map(|line| line[column].clone()).collect::<Vec<_>>()
    };
    // Tehran is 3:30 east of Greenwich.
    assert_eq!(times("all-csv.csv"), ["2024-01-29 00:30:00", "2024-01-05 14:00:00"]);
    assert_eq!(times("all-mailchimp.csv"), ["2024-01-28 21:00:00", "2024-01-05 10:30:00"]);
    let mut book: Xlsx<_> = calamine::open_workbook(all.folder.join("all-xlsx.xlsx")).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert!(sheet.rows().nth(1).unwrap().iter().any(|cell| *cell == "2024-01-29 00:30:00"));
    let typed = Table::open(&all.folder.join("all-parquet.parquet"));
    assert_eq!(typed.ids("recency_days"), ["2", "26"]);
    assert_eq!(typed.ids("order_count"), ["1", "1"]);
    assert_eq!(typed.ints("last_order_at"), [Some(1_706_475_600_000_000), Some(1_704_450_600_000_000)]);
}

/// One address under several ids is one person: a refusal holds for all of them, and one line is sent.
#[test]
fn an_address_has_one_reader() {
    let people = "\
customer,name,email,phone,city,zip,mail,data,personal
a,Amir,same@example.com,,Shiraz,,no,,
b,Amir,Same@example.com,,Shiraz,,yes,,
c,Sara,never@example.com,,Shiraz,,yes,,
d,Sara,NEVER@example.com,,Shiraz,,yes,,
e,Reza,twice@example.com,0912 345 6789,Shiraz,,yes,,
f,Reza,Reza <twice@example.com>,,Shiraz,,yes,,
g,Gita,later@example.com,,Shiraz,,yes,,
h,Hana,hana@example.com,,Shiraz,,yes,,
h,Hana,Later@example.com,,Shiraz,,no,,
";
    let campaigns = "[publish.campaigns]\n[[publish.campaigns.audiences]]\nname = \"all\"\nwhere = \"spend_total > 0\"\n\
                     formats = [\"csv\", \"mailchimp\", \"klaviyo\"]\n";
    let desk = desk(campaigns);
    desk.write("people.csv", people);
    desk.write("never.csv", "c\n");
    desk.moshtari(&["run"]).must_end_with(0);
    let all = Export::of(&desk, "all");
    let expected =
        [("matched", 8), ("exported", 1), ("rejected", 1), ("suppressed", 2), ("consent_denied", 4)];
    assert_eq!(all.counts(None), counted(expected));
    for name in ["all-mailchimp.csv", "all-klaviyo.csv"] {
        let lines = all.lines(name);
        assert_eq!((lines.len(), lines[1][0].as_str()), (2, "twice@example.com"), "{name}");
    }
    let rejects = Table::open(&all.folder.join("rejects.parquet"));
    assert_eq!(rejects.ids("customer_id"), ["f", "f", "f"]);
    assert!(rejects.ids("reason").iter().all(|reason| reason == "duplicate_address"));
    assert!(rejects.ids("value").iter().all(|value| value == "xxxxx@xxxxxxx.xxx"));
}

/// Who is reached by one audience is not reached by the next under another id.
#[test]
fn an_address_is_in_one_audience() {
    let desk = desk(CAMPAIGNS);
    let list = LIST.replace("hana@example.com", "Babak@example.com");
    desk.write("people.csv", list);
    desk.moshtari(&["run"]).must_end_with(0);
    let everybody = Export::of(&desk, "everybody");
    // h spends too little for the first audience, in which b is.
    assert_eq!(everybody.counts(Some("csv")).get("exported"), None);
    assert_eq!(everybody.counts(Some("csv"))["elsewhere"], 4);
}

/// Two ids of each address; the control group is drawn by the first of them.
#[test]
fn control_groups_take_people_whole() {
    let share = "control = 0.5\nsalt = \"salt-2024\"";
    let campaigns = format!(
        "[publish.campaigns]\n{share}\n[[publish.campaigns.audiences]]\nname = \"nowruz_1403\"\nwhere = \"spend_total > 0\"\n"
    );
    let desk = desk(&campaigns);
    // Neighbours share a number and have addresses of their own.
    let person = |n: usize| format!("C{n:03},N,x{n}@example.com,+98912345{:04},,,yes,,\n", n / 2);
    let head = LIST.lines().next().unwrap();
    desk.write("people.csv", format!("{head}\n{}", (0..100).map(person).collect::<String>()));
    let orders: String = (0..100).map(|n| format!("C{n:03},{n},2024-01-01,100\n")).collect();
    desk.write("orders.csv", format!("customer,order,at,amount\n{orders}"));
    desk.moshtari(&["run"]).must_end_with(0);
    let members = Export::of(&desk, "nowruz_1403").members();
    let arms: BTreeMap<String, String> =
        members.ids("customer_id").into_iter().zip(members.ids("arm")).collect();
    for n in 0..100 {
        let first = format!("C{:03}", n / 2 * 2);
        let digest = Sha256::digest(format!("salt-2024\u{1f}nowruz_1403\u{1f}{first}"));
        let arm = if digest[0] < 0x80 { "control" } else { "treated" };
        assert_eq!(arms[&format!("C{n:03}")], arm, "{n}");
    }
}

/// Names that spreadsheets could take for formulas, as they are seen in customer lists.
const HOSTILE: [&str; 22] = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u{A0}=1+1",
    "\u{FF1D}1+1",
    "\u{FF0B}1+1",
    "\u{FF0D}1+1",
    "\u{FF20}SUM(1)",
    "\u{202E}=1+1",
    "\u{200F}+1+1",
    "\u{61C}-1+1",
    "\u{2066}@SUM(1)\u{2069}",
    "\u{FEFF}=1+1",
    "\u{200B}=1+1",
    "'=1+1",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"\"http://x\"\")",
];

/// `LibreOffice` opens the files of a hostile list, finds no formula and shows the names.
#[test]
fn no_spreadsheet_finds_a_formula() {
    let desk = desk(&CAMPAIGNS.replace(", \"google_ads\", \"meta\", \"mailchimp\", \"klaviyo\"", ""));
    let person = |(n, name)| format!("{n},\"{name}\",x{n}@example.com,,\"{name}\",,yes,,\n");
    let people: String = HOSTILE.iter().enumerate().map(person).collect();
    let head = LIST.lines().next().unwrap();
    desk.write("people.csv", format!("{head}\n{people}"));
    let orders: String = (0..HOSTILE.len()).map(|n| format!("{n},{n},2024-01-01,100\n")).collect();
    desk.write("orders.csv", format!("customer,order,at,amount\n{orders}"));
    desk.moshtari(&["run"]).must_end_with(0);
    let big = Export::of(&desk, "big");
    assert_eq!(big.counts(None)["exported"], HOSTILE.len() as u64);
    // A machine reads the names as they are; a person sees an apostrophe before each, and can take it away.
    let names = Table::open(&big.folder.join("big-parquet.parquet")).ids("name");
    let seen: Vec<String> =
        big.lines("big-csv.csv").into_iter().skip(1).map(|line| line[2].clone()).collect();
    assert_eq!(seen, names.iter().map(|name| format!("'{name}")).collect::<Vec<_>>());
    let again = desk.moshtari(&["export", "results", "--audience", "big", "--output", "again"]);
    let again = PathBuf::from(again.must_end_with(0).out.trim());
    // Comma, double quote, UTF-8: where nobody is asked, an office takes a text for Windows-1252.
    let utf8 = "--infilter=CSV:44,34,76";
    for (name, form, shown) in [("big-csv.csv", Some(utf8), &seen), ("big-xlsx.xlsx", None, &names)] {
        assert_eq!(fs::read(big.folder.join(name)).unwrap(), fs::read(again.join(name)).unwrap());
        let Some(sheet) = opened_by_an_office(&desk, &big.folder.join(name), form) else { return };
        let formula = ["table:formula", "of:=", "xlink:href"].into_iter().find(|mark| sheet.contains(mark));
        assert_eq!(formula, None, "{name}");
        for text in shown {
            let text = text.replace('"', "&quot;").replace('\'', "&apos;");
            assert!(sheet.contains(&format!("<text:p>{text}</text:p>")), "{name} does not show {text:?}");
        }
    }
}

/// A file as `LibreOffice` reads it, in the form in which formulas would show.
fn opened_by_an_office(desk: &Desk, file: &Path, form: Option<&str>) -> Option<String> {
    let office = Command::new("soffice")
        .args(["--headless", "--convert-to", "fods", "--outdir", "."])
        .arg(format!("-env:UserInstallation=file://{}/office", desk.path().display()))
        .args(form)
        .arg(file)
        .current_dir(desk.path())
        .output();
    let Ok(office) = office else {
        eprintln!("SKIPPED: there is no `soffice` here to open `{}`", file.display());
        return None;
    };
    let made = desk.path().join(file.with_extension("fods").file_name().unwrap());
    let told = String::from_utf8_lossy(&office.stderr).into_owned();
    Some(fs::read_to_string(made).unwrap_or_else(|e| panic!("{}: {e}: {told}", file.display())))
}

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Contact data finds its customers behind pseudonyms, and only with the key.
#[test]
fn campaigns_of_a_pseudonymised_result() {
    let named = "[publish]\npseudonyms = { key_env = \"MOSHTARI_TEST_KEY\" }\n";
    let desk = desk(&format!("{named}{CAMPAIGNS}"));
    let with = |key: &str, args: &[&str]| {
        Ended::from(desk.command(args).env("MOSHTARI_TEST_KEY", key).output().unwrap())
    };
    with(KEY, &["run"]).must_end_with(0);
    let big = Export::of(&desk, "big");
    // As without pseudonyms.
    let all = [("matched", 7), ("exported", 3), ("suppressed", 1), ("consent_unknown", 2), ("not_listed", 1)];
    assert_eq!(big.counts(None), counted(all));
    // Computed with Python: hmac.new(key, b"customer_id\x1fa", "sha256").hexdigest()[:32], and for b.
    let (a, b) = ("56d0375d6e4ec55982285f132f059720", "c62d9b99c20ffd0e6d24d21abe167d07");
    let lines = big.lines("big-csv.csv");
    let of = |id: &str| lines.iter().find(|line| line[0] == id).unwrap_or_else(|| panic!("{id}: {lines:?}"));
    assert_eq!(of(a)[1..], ["sara.zand@example.com", "'=Sara Zand", "Tehran", "100"]);
    assert_eq!(of(b)[1..3], ["babak@example.com", "Babak Amiri"]);
    assert_eq!(lines.len(), 3);
    let meta = big.lines("big-meta.csv");
    assert_eq!(meta[1][..2], [hash("sara.zand@example.com"), hash("989123456789")]);
    assert!(big.members().ids("customer_id").iter().all(|id| id.len() == 32));

    let export = ["export", "results", "--audience", "big", "--output", "out"];
    with(KEY, &export).must_end_with(0);
    let again = Export::open(&desk.path().join("out/big/latest"));
    assert_eq!(again.text("big-csv.csv"), big.text("big-csv.csv"));
    let refused = |ended: Ended| {
        let told = ended.must_end_with(2).err;
        assert_eq!(desk.names_in("elsewhere"), Vec::<String>::new());
        told
    };
    let export = ["export", "results", "--output", "elsewhere"];
    let told = refused(desk.moshtari(&export));
    assert!(told.contains("the environment has no `MOSHTARI_TEST_KEY`"), "{told}");
    insta::assert_snapshot!(refused(with(&KEY.replace("00", "ff"), &export)), @"
    error: the result names its customers by the key `630dcd29`, but `[publish] pseudonyms` holds the key `297e3971`
    hint: name the key of the result, or run again with this one
    ");
    // A night with another key is another night, and a key that is not there stops it.
    with(&KEY.replace("00", "ff"), &["run"]).must_end_with(0);
    assert_eq!(desk.names_in("results/runs").len(), 2);
    desk.moshtari(&["run"]).must_end_with(2);
    with(KEY, &["run"]).must_end_with(0);
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", config.replace(named, ""));
    let export = ["export", "results", "-c", "moshtari.toml", "--output", "elsewhere"];
    insta::assert_snapshot!(refused(desk.moshtari(&export)), @"
    error: the result names its customers by pseudonyms (key `630dcd29`), but `[publish] pseudonyms` names no key
    hint: name the key, so that the customer list can be matched
    ");
    desk.moshtari(&["run"]).must_end_with(0);
    desk.write("moshtari.toml", config);
    insta::assert_snapshot!(refused(with(KEY, &export)), @"
    error: the result names its customers by their ids, but `[publish] pseudonyms` asks for pseudonyms
    hint: run again, and export from that result
    ");
}

/// Every file below a folder but links, with what it says.
fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push((path.to_string_lossy().into_owned(), said_by(&path)));
        }
    }
    found
}

/// Words of people where nobody reads them, in rows that are used and in rows that are set aside.
const FREE_TEXT: &str = r#"
[[surveys]]
name = "shop"
files = ["survey.csv"]
columns = { customer_id = "who", responded_at = "when" }
items = [{ column = "overall", measures = "satisfaction", scale = [1, 5] }]
[complaints]
files = ["complaints.ndjson"]
columns = { customer_id = "who", opened_at = "opened", resolved_at = "settled" }
[[transactions.join]]
files = ["orders-of.csv"]
on = { order = "number" }
"#;

/// A desk whose files name people wherever they can.
fn talkative() -> Desk {
    let config = format!("{COLUMNS}{CUSTOMERS}{CAMPAIGNS}{FREE_TEXT}");
    let config = config.replace("customer_id = \"customer\", order_id", "customer_id = \"buyer\", order_id");
    let desk = Desk::with_config(&config);
    let note = "\"Zand, ring 0912 345 6789\"";
    let rows: Vec<String> = orders().lines().skip(1).map(|row| format!("{row},{note}")).collect();
    let faults =
        format!("x,90,no day zand,5,{note}\nb,91,2024-01-05,amiri 5,{note}\nc,92,2024-01-05,5,x,{note}\n");
    desk.write("orders.csv", format!("customer,order,at,amount,note\n{}\n{faults}", rows.join("\n")));
    let numbers = (0..8).chain([90, 91, 92]).map(|n| format!("{n},{}\n", char::from(b"abcdefgh"[n % 8])));
    desk.write("orders-of.csv", format!("number,buyer\n{}", numbers.collect::<String>()));
    desk.write("people.csv", LIST);
    desk.write("never.csv", "ELHAM@example.com\n");
    let said = "\"I am Sara Zand, sara.zand@example.com\"";
    desk.write(
        "survey.csv",
        format!("who,when,overall,why\na,2024-01-20,5,{said}\nKanari-7,2024-01-20,4,{said}\nb,2024-01-20,Amiri,{said}\n"),
    );
    let complaint = |who: &str, opened: &str| {
        format!(
            "{{\"who\":\"{who}\",\"opened\":\"{opened}\",\"settled\":null,\"text\":\"Zand of Shiraz, 0912 345\"}}\n"
        )
    };
    let told =
        [complaint("a", "2024-01-20"), complaint("Kanari-8", "2024-01-20"), complaint("b", "day of zand")];
    desk.write("complaints.ndjson", told.concat());
    desk
}

/// A file that asks for contact data.
fn asks(name: &str) -> bool {
    let endings = ["-csv.csv", "-mailchimp.csv", "-klaviyo.csv", "-xlsx.xlsx", "-parquet.parquet"];
    endings.iter().any(|ending| name.ends_with(ending))
}

fn found(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()))
}

/// Names, addresses and numbers are in the files that ask for them, and nowhere else; ids in no message.
#[test]
fn contact_data_is_in_campaign_files_only() {
    let desk = talkative();
    let told = |args: &[&str]| {
        let ended = desk.moshtari(args).must_end_with(0);
        (args.join(" "), format!("{}{}", ended.out, ended.err).into_bytes())
    };
    let mut said = vec![told(&["check"]), told(&["check", "--json"]), told(&["run", "--log", "json"])];
    let first = desk.latest();
    assert_eq!(first.account("transactions").set_aside.values().sum::<u64>(), 3);
    assert_eq!(first.account("shop").set_aside.values().sum::<u64>(), 2);
    assert_eq!(first.account("complaints").set_aside.values().sum::<u64>(), 2);
    let old = first.folder.to_string_lossy().into_owned();
    said.push(told(&["run", "--as-of", "2024-02-01"]));
    said.push(told(&["export", "results", "--audience", "big", "--output", "out"]));
    said.push(told(&["diff", &old, "results"]));
    said.push(told(&["explain", "results", "a"]));
    let mut places = files_below(&desk.path().join("results"));
    places.extend(files_below(&desk.path().join("out")));
    assert!(places.iter().any(|(name, bytes)| asks(name) && found(bytes, "sara.zand@example.com")));
    // What stands where a day, an amount or an answer should is kept with its row, so that it can be mended.
    let mends = |name: &str, canary: &str| {
        name.contains("/rejects/")
            && ["zand", "amiri"].contains(&canary)
            && !name.ends_with("customers.parquet")
    };
    for canary in ["zand", "amiri", "@example", "912 345", "912345", "dara at", "shiraz", "11369"] {
        for (name, bytes) in places.iter().filter(|(name, _)| !asks(name)) {
            // Google wants postal codes as they are.
            let wanted = canary == "11369" && name.contains("google_ads");
            assert!(wanted || mends(name, canary) || !found(bytes, canary), "`{canary}` in {name}");
        }
    }
    for canary in ["zand", "amiri", "@example", "912 345", "912345", "dara", "shiraz", "11369", "kanari"] {
        for (name, bytes) in &said {
            assert!(
                !found(bytes, canary),
                "`{canary}` in what `{name}` says: {}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
    // The buyer stands in a joined file; the first column of this one is read by nobody.
    let raw = |table: &str| first.table(&format!("rejects/{table}")).ids("raw");
    assert_eq!(
        raw("transactions")[..2],
        [
            "x,90,no day zand,5,\"xxxx, xxxx 9999 999 9999\"",
            "x,91,2024-01-05,amiri 5,\"xxxx, xxxx 9999 999 9999\"",
        ]
    );
    let kept: Value = serde_json::from_str(&raw("complaints")[1]).unwrap();
    let expected = serde_json::json!({
        "who": "b", "opened": "day of zand", "settled": null, "text": "xxxx xx xxxxxx, 9999 999"
    });
    assert_eq!(kept, expected);
    // Who asks sees all of it.
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n[publish]\nshow_values = true\n"));
    let rejects = desk.published().table("rejects/transactions");
    assert!(rejects.ids("raw").iter().all(|raw| raw.contains("Zand, ring 0912 345 6789")));
}

/// The files of the sample company by the rules of each platform, and by what its customers agreed to.
#[test]
fn the_sample_is_what_platforms_take() {
    let desk = company();
    desk.moshtari(&["run"]).must_end_with(0);
    let list = cells(&fs::read_to_string(desk.path().join("exports/customers.csv")).unwrap());
    let agreed = |column: &str| -> BTreeSet<&str> {
        let (column, email) = (place(&list[0], column), place(&list[0], "email"));
        list[1..].iter().filter(|row| row[column] == "yes").map(|row| row[email].as_str()).collect()
    };
    let is_hash = |cell: &String| {
        cell.is_empty() || (cell.len() == 64 && cell.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
    };
    let newcomers = Export::of(&desk, "newcomers");
    let ads: BTreeSet<String> = agreed("consent_ads").into_iter().map(hash).collect();
    let google = newcomers.lines("newcomers-google_ads-granted-granted.csv");
    assert_eq!(google[0], ["Email", "Phone", "First Name", "Last Name", "Country", "Zip"]);
    let meta = newcomers.lines("newcomers-meta.csv");
    for lines in [&google, &meta] {
        for line in &lines[1..] {
            assert_eq!(line.len(), lines[0].len());
            assert!(line[..4].iter().all(is_hash) && (!line[0].is_empty() || !line[1].is_empty()));
            assert!(line[0].is_empty() || ads.contains(&line[0]));
        }
    }
    assert!(meta[1..].iter().all(|line| line.iter().all(is_hash)));
    let win_back = Export::of(&desk, "win_back");
    let lines = win_back.lines("win_back-mailchimp.csv");
    let mails = agreed("consent_email");
    for line in &lines[1..] {
        let (local, domain) = line[0].split_once('@').unwrap();
        assert!(local.is_ascii() && domain.contains('.') && !line[0].contains(' '));
        assert!(line.iter().all(|cell| cell.len() <= 255) && mails.contains(line[0].as_str()));
    }
    // Matched = exported + everybody else, in every audience and file, and nobody is in two.
    let mut reached = BTreeSet::new();
    for name in desk.names_in("results/campaigns") {
        let export = Export::of(&desk, &name);
        let counts = export.counts(None);
        let members = export.members();
        assert_eq!(members.height() as u64, counts["matched"]);
        let arms = members.texts("arm");
        let of = |arm: &str| arms.iter().filter(|a| a.as_deref() == Some(arm)).count() as u64;
        assert_eq!((of("treated"), of("control")), (counts["exported"], counts["control"]));
        for (id, arm) in members.ids("customer_id").into_iter().zip(arms) {
            assert!(arm.is_none() || reached.insert(id.clone()), "{id} is in two audiences");
        }
        for (format, stated) in export.manifest["formats"].as_object().unwrap() {
            let rows: u64 =
                stated["files"].as_array().unwrap().iter().map(|f| f["rows"].as_u64().unwrap()).sum();
            assert_eq!(Some(rows), stated["counts"]["exported"].as_u64());
            export.counts(Some(format));
        }
    }
}

fn place(header: &[String], name: &str) -> usize {
    header.iter().position(|column| column == name).unwrap()
}
