//! People who asked to be forgotten: nothing of them in what is written afterwards, and every row accounted for.

use std::fs;

use crate::desk::Desk;
use crate::published::{Published, said_by};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

const CONFIG: &str = r#"
[run]
as_of = "2024-01-31"
[transactions]
files = ["orders.csv"]
columns = { customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }
[[surveys]]
name = "shop"
files = ["survey.csv"]
columns = { customer_id = "who", responded_at = "when" }
items = [{ column = "overall", measures = "satisfaction", scale = [1, 5] }]
[complaints]
files = ["complaints.csv"]
columns = { order_id = "about", opened_at = "opened" }
[customers]
files = ["people.csv"]
columns = { customer_id = "id", email = "mail" }
consent = { email = "news" }
[publish]
show_values = true
[publish.campaigns]
[[publish.campaigns.audiences]]
name = "all"
where = "spend_total > 0"
"#;

/// Thirty customers with two orders each; whoever has number 7 stands in rows of every kind.
fn desk(config: &str) -> Desk {
    let desk = Desk::with_config(config);
    let order = |n: u32| format!("Kanari{:02},Rotkehl{n},2024-01-{:02},{}\n", n % 30, 1 + n % 28, 5 + n);
    let orders: String = (0..60).map(order).collect();
    let faults =
        "Kanari07,Rotkehl90,no day,5\nKanari07,Rotkehl91,2024-01-05,5,x\n Kanari07 ,Rotkehl92,2024-02-05,5\n";
    desk.write("orders.csv", format!("customer,order,at,amount\n{orders}{faults}"));
    desk.write(
        "survey.csv",
        "who,when,overall\nKanari01,2024-01-30,4\nKanari07,2024-01-30,1\nKanari07,2024-01-30,9\n",
    );
    desk.write("complaints.csv", "about,opened\nRotkehl1,2024-01-20\nRotkehl7,2024-01-20\nRotkehl37,2024-01-21\nRotkehl99,2024-01-20\n");
    let person = |n: u32| format!("Kanari{n:02},kanari{n:02}@example.com,yes\n");
    desk.write("people.csv", format!("id,mail,news\n{}", (0..30).map(person).collect::<String>()));
    desk
}

fn run(desk: &Desk) -> (Published, String) {
    let output = desk.command(&["run"]).env("MOSHTARI_TEST_KEY", KEY).output().unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}");
    (desk.latest(), told)
}

fn forget(desk: &Desk, config: &str) -> (Published, String) {
    // Without a header, in another typing.
    desk.write("forget.txt", "Kanari07\nKanari55\n");
    let config = config.replace("2024-01-31", "2024-02-01");
    desk.write("moshtari.toml", format!("{config}\n[forget]\nfiles = [\"forget.txt\"]\n"));
    run(desk)
}

fn holds(text: &[u8], word: &str) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[test]
fn nothing_is_written_of_who_is_forgotten() {
    let desk = desk(CONFIG);
    let (before, _) = run(&desk);
    assert_eq!(before.customers().height(), 30);
    assert!(before.files().iter().any(|file| holds(&said_by(&before.folder.join(file)), "kanari07")));
    let (after, told) = forget(&desk, CONFIG);
    after.assert_complete();
    // Two orders and three faults, two answers, two complaints about the orders, a row of the list.
    let expected = [("transactions", 5, 60), ("shop", 2, 1), ("complaints", 2, 1), ("customers", 1, 29)];
    let figures = &after.manifest["figures"]["forgotten"];
    assert_eq!(figures["listed"], 2);
    for (table, skipped, accepted) in expected {
        let account = after.account(table);
        // A row that cannot be split is nobody's.
        let broken = u64::from(table == "transactions");
        assert_eq!(account.set_aside["skipped_by_rule"], skipped - broken, "{table}");
        assert_eq!(
            figures[format!("rows of {}", table.replace("shop", "surveys"))],
            skipped - broken,
            "{table}"
        );
        assert_eq!(account.accepted, accepted - if table == "transactions" { 2 } else { 0 }, "{table}");
    }
    assert_eq!(after.customers().height(), 29);
    let aside = after.table("rejects/transactions");
    assert_eq!(aside.ids("raw"), ["", "", "", "xxxxxx99,xxxxxxx99,9999-99-99,9,x", ""]);
    assert_eq!(after.table("rejects/complaints").ids("raw"), ["", "", "Rotkehl99,2024-01-20"]);
    // Nobody left: the night before is looked at without them.
    let history = &after.manifest["figures"]["history"];
    assert_eq!((history["left"].as_u64(), history["entered"].as_u64()), (Some(0), Some(0)));
    let export = desk.path().join("results/campaigns/all/latest").canonicalize().unwrap();
    let mut files: Vec<_> = after.files().iter().map(|file| after.folder.join(file)).collect();
    files.extend(fs::read_dir(export).unwrap().map(|entry| entry.unwrap().path()));
    assert!(files.len() > 15);
    for word in ["kanari07", "rotkehl7\n", "rotkehl7,", "rotkehl37", "rotkehl90", "rotkehl91", "rotkehl92"] {
        for file in &files {
            assert!(!holds(&said_by(file), word), "`{word}` in {}", file.display());
        }
        assert!(!holds(told.as_bytes(), word), "{told}");
    }
    let check = desk.moshtari(&["check", "--show-values"]).must_end_with(0);
    assert!(!holds(format!("{}{}", check.out, check.err).as_bytes(), "kanari07"), "{}", check.out);
}

#[test]
fn who_is_forgotten_is_gone_from_pseudonymised_nights_too() {
    let config = CONFIG.replace("show_values = true", "pseudonyms = { key_env = \"MOSHTARI_TEST_KEY\" }");
    let desk = desk(&config);
    run(&desk);
    let (after, _) = forget(&desk, &config);
    let history = &after.manifest["figures"]["history"];
    assert_eq!((history["left"].as_u64(), history["entered"].as_u64()), (Some(0), Some(0)));
    // Computed with Python: hmac.new(key, b"customer_id\x1fKanari07", "sha256").hexdigest()[:32]
    let pseudonym = "d80d57d11d33a197f7f4404038df0bfa";
    let changes =
        crate::published::Table::open(&desk.path().join("results/campaigns/all/latest/changes.parquet"));
    assert!(!changes.ids("customer_id").contains(&pseudonym.to_owned()));
    assert!(!after.customers().ids("customer_id").contains(&pseudonym.to_owned()));
}

#[test]
fn a_list_that_cannot_be_read_stops_the_run() {
    let desk = desk(&format!("{CONFIG}\n[forget]\nfiles = [\"forget.csv\"]\n"));
    desk.moshtari(&["run"]).must_end_with(2);
    desk.write("forget.csv", "id,why\nKanari07,asked\nKanari08\n");
    let told = desk.moshtari(&["run"]).must_end_with(2).err;
    assert!(told.contains("forget.csv: row 2: 1 fields instead of 2"), "{told}");
    assert!(told.contains("a list in `[forget]` must be readable to its last row"), "{told}");
}
