//! The customer list: accounting, consent, suppression, and contact data that stays where it belongs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::desk::Desk;
use crate::published::said_by;

const ORDERS: &str = "customer,order,at,amount\na,1,2024-01-01,5\nb,2,2024-01-01,5\nc,3,2024-01-02,5\n";

/// Values that must not be found in a result.
const CANARIES: [&str; 6] = ["Canarina", "canary.mail", "5550199", "Ghanari", "Qanari Street", "0012345678"];

const LIST: &str = "\
customer,name,email,phone,city,code,by mail,by phone
a,Canarina One,canary.mail@example.com,+1 201 5550199,Ghanari,0012345679,yes,no
b,Canarina Two,CANARY.MAIL.2@example.com,not a number,Ghanari,0012345678,,yes
c,Canarina Three,canary.mail at example,۰۹۱۲ ۳۴۵ ۶۷۸۹,Ghanari,,maybe,بله
,Canarina Nobody,canary.mail.3@example.com,,Ghanari,,yes,yes
a,Canarina Again,canary.mail.4@example.com,,Qanari Street,,no,yes
d,Canarina Four,canary.mail.5@example.com,,Ghanari,,yes,yes
short,Canarina
";

fn desk(more: &str) -> Desk {
    let desk = Desk::with_config(&format!(
        r#"
        [run]
        as_of = "2024-01-31"
        [transactions]
        files = ["orders.csv"]
        columns = {{ customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }}
        [customers]
        files = ["people.csv"]
        columns = {{ customer_id = "customer", name = "name", email = "email", phone = "phone", city = "city", national_code = "code" }}
        consent = {{ email = "by mail", sms = {{ phone = "by phone" }} }}
        {more}
        "#
    ));
    desk.write("orders.csv", ORDERS);
    desk.write("people.csv", LIST);
    desk
}

/// Every file below a folder, with what it says.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777;
        if path.is_dir() && !path.is_symlink() {
            assert_eq!(mode, 0o700, "{}", path.display());
            found.extend(files(&path));
        } else if path.is_file() {
            assert_eq!(mode, 0o600, "{}", path.display());
            found.push((path.display().to_string(), said_by(&path)));
        }
    }
    found
}

fn assert_no_canary(what: &str, bytes: &[u8]) {
    for canary in CANARIES {
        let found = bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()));
        assert!(!found, "`{canary}` in {what}");
    }
}

#[test]
fn every_row_of_the_list_is_accounted_for() {
    let desk = desk("");
    let result = desk.published();
    let account = result.account("customers");
    assert_eq!((account.read, account.accepted), (7, 4));
    let expected = [("duplicate", 1), ("missing_customer", 1), ("wrong_field_count", 1)];
    assert_eq!(account.set_aside, expected.map(|(reason, n)| (reason.to_owned(), n)).into());
    let figures = &result.manifest["figures"]["customer_list"];
    let expected = [
        ("listed", 4),
        ("never_ordered", 1),
        ("not_listed", 0),
        ("with_email", 3),
        ("with_phone", 1),
        ("suppressed", 0),
        // The second row of a refuses what the first allowed; c's word is none.
        ("consent email", 1),
        ("consent sms.phone", 3),
    ];
    for (name, count) in expected {
        assert_eq!(figures[name].as_u64(), Some(count), "{name}: {figures}");
    }
    let codes: Vec<&str> =
        result.manifest["warnings"].as_array().unwrap().iter().filter_map(|w| w["code"].as_str()).collect();
    assert!(
        ["unusable_email", "unusable_phone", "unknown_consent"].iter().all(|c| codes.contains(c)),
        "{codes:?}"
    );
    // Who never ordered is on the list and not among the customers.
    assert_eq!(result.customers().ids("customer_id"), ["a", "b", "c"]);
}

#[test]
fn contact_data_is_in_no_file_and_no_message() {
    let desk = desk("rules = { country = \"IR\", validate_national_code = true }");
    let run = desk.moshtari(&["run"]).must_end_with(0);
    assert_no_canary("standard error", run.err.as_bytes());
    assert_no_canary("standard output", run.out.as_bytes());
    for (name, bytes) in files(&desk.path().join("results")) {
        assert_no_canary(&name, &bytes);
    }
    let result = desk.latest();
    assert_eq!(result.account("customers").set_aside["bad_number"], 1);
    let rejects = result.table("rejects/customers");
    assert_eq!(
        rejects.texts("value"),
        [Some("9999999999"), Some(""), Some("a"), Some("2 fields instead of 8")]
            .map(|v| v.map(str::to_owned))
    );
    assert!(rejects.ids("raw")[0].starts_with("x,xxxxxxxx xxx,xxxxxx"));
    let check = desk.moshtari(&["check"]).must_end_with(0);
    assert_no_canary("what `check` prints", check.out.as_bytes());
    assert_no_canary("what `check` says", check.err.as_bytes());
}

#[test]
fn values_are_shown_to_who_asks() {
    let desk = desk("[publish]\nshow_values = true");
    let rejects = desk.published().table("rejects/customers");
    assert!(rejects.ids("raw").iter().any(|raw| raw.contains("Canarina Nobody")));
}

#[test]
fn a_column_that_is_not_there_is_named_without_showing_people() {
    let desk = desk("");
    // Without its header the first person stands where the names of columns are expected.
    desk.write("people.csv", LIST.split_once('\n').unwrap().1);
    let run = desk.moshtari(&["run"]).must_end_with(2);
    assert!(run.err.contains("`[customers]` names the column `customer`"), "{}", run.err);
    assert_no_canary("the message", run.err.as_bytes());
}

#[test]
fn dates_of_birth_that_can_be_read_in_two_ways_are_not_shown() {
    let desk = desk("");
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", config.replace("name = \"name\",", "birth_date = \"born\","));
    desk.write(
        "people.csv",
        "customer,born,email,phone,city,code,by mail,by phone\na,03/04/1980,,,,,,\nb,05/06/1981,,,,,,\n",
    );
    let run = desk.moshtari(&["run"]).must_end_with(2);
    assert!(run.err.contains("column `born`") && run.err.contains("timestamp_format"), "{}", run.err);
    assert!(!run.err.contains("1980") && !run.err.contains("1981"), "{}", run.err);
}

#[test]
fn suppression_is_by_id_address_and_number() {
    let desk = desk("rules = { country = \"IR\" }\nsuppression = { files = [\"never.csv\"] }");
    for (list, suppressed) in [
        ("id\nb\n", 1),
        // No header, addresses in another case, numbers in another form.
        ("canary.mail@EXAMPLE.com\n0098 912 345 6789\n", 2),
        ("d\n", 1),
        ("who,why\nnobody,asked\n", 0),
        ("email;phone\ncanary.mail.2@example.com;\n;+989123456789\n", 2),
        // What only the later row of a says.
        ("canary.mail.4@example.com\n", 1),
        ("Canarina One <canary.mail@example.com>\nmailto:canary.mail.2@example.com\n", 2),
    ] {
        desk.write("never.csv", list);
        let figures = desk.published().manifest["figures"]["customer_list"].clone();
        assert_eq!(figures["suppressed"].as_u64(), Some(suppressed), "{list}");
    }
    desk.write("never.csv", "who,since\ncanary.mail.5@example..com,2024-01-31\nd,2024-01-31\n");
    let warnings = desk.published().manifest["warnings"].clone();
    let unread = warnings.as_array().unwrap().iter().find(|w| w["code"] == "unread_suppression").unwrap();
    assert_eq!(unread["values"]["n"].as_u64(), Some(1));
    // MD5 of an address, which says nothing without the address.
    desk.write("never.csv", "55502f40dc8b7c769880b10874abc9d0\n");
    let run = desk.moshtari(&["run"]).must_end_with(2);
    assert!(run.err.contains("hashes of 32 hexadecimal digits"), "{}", run.err);
    desk.write("never.csv", "id,why\na,asked\nb\n");
    let run = desk.moshtari(&["run"]).must_end_with(2);
    assert!(run.err.contains("never.csv: row 2: 1 fields instead of 2"), "{}", run.err);
    fs::remove_file(desk.path().join("never.csv")).unwrap();
    desk.moshtari(&["run"]).must_end_with(2);
}

/// Of two customers the one who unsubscribed is not contacted, and no column is taken for the contrary of what it says.
#[test]
fn a_column_can_say_who_opted_out() {
    let list =
        |header: &str, more: &str| format!("customer,name,email,phone,city,code,{header},by phone\n{more}");
    let rows = "a,,a1@example.com,,,,true,\nb,,a2@example.com,,,,false,\nc,,a3@example.com,,,,,\n";
    let with = |consent: &str, header: &str| {
        let desk = desk("");
        let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
        desk.write("moshtari.toml", config.replace("email = \"by mail\"", &format!("email = {consent}")));
        desk.write("people.csv", list(header, rows));
        desk
    };
    let agreed = |desk: &Desk| {
        desk.published().manifest["figures"]["customer_list"]["consent email"].as_u64().unwrap()
    };
    for header in ["unsubscribed", "Email Opt-Out", "do_not_contact", "لغو عضویت", "opted_out"] {
        let run = with(&format!("\"{header}\""), header).moshtari(&["run"]).must_end_with(2);
        let hint = format!("write `{{ column = \"{header}\", opted_out = true }}`");
        assert!(run.err.contains(&hint), "{}", run.err);
        assert_eq!(agreed(&with(&format!("{{ column = \"{header}\", opted_out = true }}"), header)), 1);
        assert_eq!(agreed(&with(&format!("{{ column = \"{header}\", opted_out = false }}"), header)), 1);
    }
    let desk = with("{ column = \"unsubscribed\", opted_out = true }", "unsubscribed");
    let campaigns =
        "[publish.campaigns]\n[[publish.campaigns.audiences]]\nname = \"all\"\nwhere = \"spend_total > 0\"\n";
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n{campaigns}"));
    desk.moshtari(&["run"]).must_end_with(0);
    let sent = fs::read_to_string(desk.path().join("results/campaigns/all/latest/all-csv.csv")).unwrap();
    assert!(sent.contains("a2@example.com") && sent.lines().count() == 2, "{sent}");
    let nested = with("\"mail\"", "mail");
    let config = fs::read_to_string(nested.path().join("moshtari.toml")).unwrap();
    nested.write(
        "moshtari.toml",
        config.replace("{ phone = \"by phone\" }", "{ phone = { column = \"by phone\", opted_out = true } }"),
    );
    nested.write("people.csv", list("mail", "a,,,,,,,no\nb,,,,,,,yes\n"));
    assert_eq!(
        nested.published().manifest["figures"]["customer_list"]["consent sms.phone"].as_u64(),
        Some(1)
    );
}
