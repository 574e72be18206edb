//! What a nightly job meets: killed, disk full, two at once, the same night twice.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use crate::desk::{Desk, Ended};
use crate::sample::company;

/// Runs for this night, which the desk has no result of yet.
fn run_as_of(desk: &Desk, day: &str) -> Ended {
    desk.moshtari(&["run", "--as-of", day])
}

/// Nothing half-written is left, and `latest` leads to a whole result.
fn assert_clean(desk: &Desk) {
    let drafts: Vec<_> = desk.names_in("results/runs").into_iter().filter(|n| n.starts_with('.')).collect();
    assert_eq!(drafts, Vec::<String>::new());
    let names: Vec<_> = desk.names_in("results").into_iter().filter(|n| n != "campaigns").collect();
    assert_eq!(names, [".lock", "latest", "runs"]);
    desk.latest().assert_complete();
}

#[test]
fn killed_at_any_moment_it_leaves_a_whole_result_and_a_rerun_mends_all() {
    const KILLS: u32 = 50;
    let desk = company();
    let began = Instant::now();
    run_as_of(&desk, "2025-12-31").must_end_with(0);
    let mut usual = began.elapsed();
    let earlier = desk.latest().folder;

    // Moments spread over the run by the golden ratio, each inside its own fiftieth.
    let (mut killed, mut moved) = (0, 0);
    for n in 0..KILLS {
        let share = (f64::from(n) + (f64::from(n) * 0.618_034).fract()) / f64::from(KILLS);
        let mut command = desk.command(&["run", "--as-of", "2025-12-30"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(usual.mul_f64(share));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let latest = desk.latest();
        latest.assert_complete();
        if latest.folder != earlier {
            // This one came through; make room for the next, which need not wait as long.
            moved += 1;
            usual = usual.mul_f64(0.9);
            run_as_of(&desk, "2025-12-31").must_end_with(0);
            assert_eq!(desk.latest().folder, earlier);
            fs::remove_dir_all(latest.folder).unwrap();
        }
    }
    eprintln!("killed {killed} of {KILLS} runs; {moved} had published before");
    assert!(killed >= KILLS / 3, "the delays do not meet the run");

    run_as_of(&desk, "2025-12-30").must_end_with(0);
    assert_ne!(desk.latest().folder, earlier);
    assert_clean(&desk);
    // What a result may be compared with is part of it: the same night came before.
    let undisturbed = company();
    run_as_of(&undisturbed, "2025-12-31").must_end_with(0);
    run_as_of(&undisturbed, "2025-12-30").must_end_with(0);
    let (after, never) = (desk.latest(), undisturbed.latest());
    for file in never.files().iter().filter(|f| *f != "manifest.json") {
        let [a, b] = [&after, &never].map(|result| fs::read(result.folder.join(file)).unwrap());
        assert!(a == b, "`{file}` after kills differs from an undisturbed run");
    }
}

#[test]
fn a_full_disk_stops_the_run_and_keeps_the_earlier_result() {
    let desk = company();
    run_as_of(&desk, "2025-12-31").must_end_with(0);
    let earlier = desk.latest().folder;
    let mut refused = 0;
    // Blocks of 512 or 1024 bytes, as the shell has it; the largest file needs some hundred of them.
    for blocks in [0, 1, 2, 4, 8, 16, 32, 64, 100_000] {
        let mut command = Command::new("sh");
        let limited = format!("ulimit -f {blocks} && exec \"$0\" \"$@\"");
        command.current_dir(desk.path()).args(["-c", &limited, env!("CARGO_BIN_EXE_moshtari")]);
        let ended = Ended::from(command.args(["run", "--as-of", "2025-12-30"]).output().unwrap());
        if ended.code == Some(0) {
            assert_ne!(desk.latest().folder, earlier);
            break;
        }
        refused += 1;
        assert_eq!(ended.code, Some(1), "{blocks} blocks: {}", ended.err);
        let told = ended.err.lines().last().unwrap();
        assert!(told.starts_with("error: cannot write `./results/runs/.tmp-"), "{blocks} blocks: {told}");
        assert!(told.ends_with("File too large (os error 27)"), "{blocks} blocks: {told}");
        assert_eq!(desk.latest().folder, earlier);
        assert_clean(&desk);
    }
    assert!(refused >= 5, "only {refused} limits were met");
    assert_clean(&desk);
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let desk = company();
    run_as_of(&desk, "2025-12-31").must_end_with(0);
    let lock = File::options().write(true).open(desk.path().join("results/.lock")).unwrap();
    lock.lock().unwrap();
    let ended = run_as_of(&desk, "2025-12-30").must_end_with(4);
    insta::assert_snapshot!(ended.err, @"
    error: another run holds `./results`
    hint: wait for it to end, or give this run another `[run] output`
    ");
    drop(lock);
    run_as_of(&desk, "2025-12-30").must_end_with(0);
    assert_clean(&desk);
}

#[test]
fn two_runs_started_together_publish_once_each_or_refuse() {
    let desk = company();
    let spawn = || {
        let mut command = desk.command(&["run"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let runs = [spawn(), spawn(), spawn()];
    let codes = runs.map(|run| run.wait_with_output().unwrap().status.code().unwrap());
    assert!(codes.contains(&0), "{codes:?}");
    assert!(codes.iter().all(|code| [0, 4].contains(code)), "{codes:?}");
    assert_eq!(desk.names_in("results/runs").len(), 1);
    assert_clean(&desk);
}

#[test]
fn the_same_night_again_publishes_nothing_and_says_so() {
    let desk = company();
    let first = desk.moshtari(&["run"]).must_end_with(0);
    let published = fs::metadata(desk.latest().folder.join("manifest.json")).unwrap().modified().unwrap();
    let second = desk.moshtari(&["run"]).must_end_with(0);
    assert_eq!(second.out, first.out);
    insta::assert_snapshot!(second.err, @"nothing to do: the same inputs and configuration were published before");
    assert_eq!(desk.names_in("results/runs").len(), 1);
    let still = fs::metadata(desk.latest().folder.join("manifest.json")).unwrap().modified().unwrap();
    assert_eq!(published, still);

    // An older night asked for again becomes the newest result once more.
    run_as_of(&desk, "2025-12-30").must_end_with(0);
    let third = desk.moshtari(&["run"]).must_end_with(0);
    assert_eq!(third.out, first.out);
    assert_eq!(desk.names_in("results/runs").len(), 2);
    assert!(desk.latest().folder.ends_with(first.out.trim().rsplit('/').next().unwrap()));
}

#[test]
fn a_damaged_result_is_replaced_by_the_same_bytes() {
    let desk = company();
    run_as_of(&desk, "2025-11-30").must_end_with(0);
    run_as_of(&desk, "2025-12-31").must_end_with(0);
    let whole = desk.latest();
    let (files, manifest) = (whole.files(), whole.manifest.clone());
    let bytes: Vec<Vec<u8>> = files.iter().map(|file| fs::read(whole.folder.join(file)).unwrap()).collect();
    let shorten = |file: &Path| File::options().write(true).open(file).unwrap().set_len(100).unwrap();
    for (file, damage) in [
        ("customers.parquet", &shorten as &dyn Fn(&Path)),
        ("report.html", &|file| fs::remove_file(file).unwrap()),
        ("segments/rfm/champions.parquet", &|file| fs::write(file, "").unwrap()),
    ] {
        let damaged = desk.latest().folder;
        damage(&damaged.join(file));
        let ended = run_as_of(&desk, "2025-12-31").must_end_with(0);
        let name = damaged.file_name().unwrap().to_string_lossy();
        let told = format!("the published result `{name}` is damaged, its `{file}` is not as it was");
        assert!(ended.err.contains(&told), "{}", ended.err);
        assert_clean(&desk);
        assert!(!damaged.exists() && desk.names_in("results/runs").len() == 2);
        let anew = desk.latest();
        assert_eq!((anew.files(), &anew.manifest["fingerprint"]), (files.clone(), &manifest["fingerprint"]));
        assert_eq!(anew.manifest["warnings"], manifest["warnings"]);
        for (file, bytes) in files.iter().zip(&bytes).filter(|(file, _)| *file != "manifest.json") {
            assert!(fs::read(anew.folder.join(file)).unwrap() == *bytes, "`{file}` differs");
        }
        let again = run_as_of(&desk, "2025-12-31").must_end_with(0);
        assert!(again.err.starts_with("nothing to do"), "{}", again.err);
    }
    // Without its manifest nobody knows what it was compared with.
    let damaged = desk.latest().folder;
    let text = fs::read_to_string(damaged.join("manifest.json")).unwrap();
    fs::write(damaged.join("manifest.json"), &text[..text.len() / 2]).unwrap();
    let ended = run_as_of(&desk, "2025-12-31").must_end_with(0);
    assert!(ended.err.contains("is computed anew and replaced"), "{}", ended.err);
    assert!(ended.err.contains("its `manifest.json` cannot be read: moves are left out"), "{}", ended.err);
    assert_clean(&desk);
    assert!(!damaged.exists() && desk.names_in("results/runs").len() == 2);
}

#[test]
fn a_changed_export_is_another_night() {
    let desk = company();
    let first = desk.moshtari(&["run"]).must_end_with(0);
    let file = desk.path().join("exports/orders-2025-05.csv");
    let orders = fs::read_to_string(&file).unwrap();
    fs::write(&file, orders.replacen(",1,", ",2,", 1)).unwrap();
    let second = desk.moshtari(&["run"]).must_end_with(0);
    assert_ne!(first.out, second.out);
    assert_clean(&desk);
}

#[test]
fn a_result_of_another_night_with_the_same_short_name_is_not_taken_for_tonight() {
    let (desk, other) = (company(), company());
    run_as_of(&other, "2025-12-31").must_end_with(0);
    let name = other.latest().folder.file_name().unwrap().to_string_lossy().into_owned();
    let stranger =
        desk.write(&format!("results/runs/{name}/manifest.json"), "{\"fingerprint\": \"of another night\"}");
    run_as_of(&desk, "2025-12-31").must_end_with(0);
    assert!(stranger.is_file());
    assert_eq!(desk.names_in("results/runs").len(), 2);
    desk.latest().assert_complete();
    desk.latest().customers().assert_equals(&other.latest().customers(), "with and without a namesake");
}

#[test]
fn an_output_folder_that_cannot_be_made_is_named() {
    let desk = company();
    desk.write("taken", "a file");
    let ended = desk.moshtari(&["run", "--output", "taken/results"]).must_end_with(1);
    insta::assert_snapshot!(desk.without_path(&ended.err), @"error: cannot create `<here>/taken/results`: Not a directory (os error 20)");
}

#[test]
fn an_output_folder_without_the_right_to_write_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let desk = company();
    let folder = desk.path().join("results");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if File::create(folder.join("probe")).is_ok() {
        eprintln!("SKIPPED: this user may write into a folder without the right to");
        return;
    }
    let ended = desk.moshtari(&["run"]).must_end_with(1);
    assert!(ended.err.contains("results/.lock") && ended.err.contains("Permission denied"), "{}", ended.err);
}

#[test]
fn files_of_a_result_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = company();
    let result = desk.published();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&result.folder), 0o700);
    for file in result.files() {
        assert_eq!(mode(&result.folder.join(&file)), 0o600, "{file}");
    }
}
