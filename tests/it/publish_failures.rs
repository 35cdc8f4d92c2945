//! Lost answers, races, deaths and damage while publishing.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use delta_kernel::committer::{CommitMetadata, CommitResponse, Committer, FileSystemCommitter, PublishMetadata};
use delta_kernel::{Engine, FilteredEngineData, KernelError, KernelResult, KernelResultIterator};
use tenure::error::{Error, Kind};
use tenure::publish::{Committers, Run, publish, publish_with};
use tenure::storage::Storage;
use tenure::tables::outputs::{CHURN_TABLE, MRR_TABLE};

use crate::support::publish::{Place, computed, everywhere, frame, local, months, record};

everywhere!(
    a_commit_whose_answer_was_lost_is_found_in_the_log,
    a_commit_that_seems_to_conflict_with_itself_is_found_in_the_log,
    a_commit_that_fails_leaves_readers_the_old_version,
    a_commit_that_lands_with_the_last_attempt_keeps_its_files,
    two_publishers_of_different_months_both_succeed,
    two_publishers_of_the_same_month_leave_one_whole_run,
    a_lost_answer_about_a_version_that_another_run_took_is_no_commit,
    a_run_that_ended_halfway_is_noticed_and_repaired,
    a_changed_file_is_noticed,
);

/// A committer that does something around the real one.
struct Around<F>(F);

impl<F> Committer for Around<F>
where
    F: Fn(&mut dyn FnMut() -> KernelResult<CommitResponse>) -> KernelResult<CommitResponse> + Send,
{
    fn commit(
        &self,
        engine: &dyn Engine,
        actions: KernelResultIterator<'_, FilteredEngineData>,
        metadata: CommitMetadata,
    ) -> KernelResult<CommitResponse> {
        let mut arguments = Some((actions, metadata));
        (self.0)(&mut || {
            let (actions, metadata) = arguments.take().unwrap();
            FileSystemCommitter::new().commit(engine, actions, metadata)
        })
    }
    fn is_catalog_committer(&self) -> bool {
        false
    }
    fn publish(&self, _: &dyn Engine, _: PublishMetadata) -> KernelResult<()> {
        Ok(())
    }
}

/// What a request says whose answer never came.
fn lost() -> KernelError {
    KernelError::ObjectStore(object_store::Error::Generic { store: "S3", source: "timed out".into() })
}

fn expect(place: &Place, run: &str, value: i64) {
    let range = months("2026-01", "2026-01");
    for table in [&CHURN_TABLE, &MRR_TABLE] {
        let read = place.history().table(table, Some(range)).unwrap();
        assert!(read.equals_missing(&frame(table, range, value)), "{read:?}");
    }
    assert_eq!(place.history().runs().last().unwrap().record.run_id, run);
}

fn a_commit_whose_answer_was_lost_is_found_in_the_log(place: &Place) {
    let range = months("2026-01", "2026-01");
    for (run, value) in [("r1", 1), ("r2", 2)] {
        let lost: &Committers = &move || {
            Box::new(Around(|commit: &mut dyn FnMut() -> _| {
                commit()?;
                Err(KernelError::generic("connection reset by peer"))
            }))
        };
        let record = record(run, range, run);
        let run = publish_with(&place.storage, &place.output, computed(range, value), &record, lost).unwrap();
        assert_eq!(run.tables[MRR_TABLE.name].version, value as u64 - 1, "committed once");
        expect(place, &record.run_id, value);
    }
}

fn a_commit_that_seems_to_conflict_with_itself_is_found_in_the_log(place: &Place) {
    // what a retry inside the HTTP client sees when the first answer was lost: the object exists already
    let range = months("2026-01", "2026-01");
    for (run, value) in [("r1", 1), ("r2", 2)] {
        let conflict: &Committers = &move || {
            Box::new(Around(|commit: &mut dyn FnMut() -> _| {
                commit()?;
                Ok(CommitResponse::Conflict { version: 0 })
            }))
        };
        let record = record(run, range, run);
        let run = publish_with(&place.storage, &place.output, computed(range, value), &record, conflict).unwrap();
        assert_eq!(run.tables[MRR_TABLE.name].version, value as u64 - 1, "committed once");
        expect(place, &record.run_id, value);
    }
}

fn a_commit_that_fails_leaves_readers_the_old_version(place: &Place) {
    let range = months("2026-01", "2026-01");
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let refused: &Committers = &|| Box::new(Around(|_: &mut dyn FnMut() -> _| Err(KernelError::generic("refused"))));
    let r2 = record("r2", range, "b");
    let error = publish_with(&place.storage, &place.output, computed(range, 2), &r2, refused).unwrap_err();
    assert_eq!(error.kind, Kind::Io, "{error}");
    expect(place, "r1", 1);
    let left = || place.storage.list(&place.output).unwrap().iter().filter(|object| object.uri.contains("-r3")).count();
    let staged = place.storage.list(&place.output).unwrap();
    assert!(!staged.iter().any(|object| object.uri.contains("-r2")), "nothing refers to them, nor ever will");

    // nobody knows whether the log will name the files: they stay
    let unknown: &Committers = &|| Box::new(Around(|_: &mut dyn FnMut() -> _| Err(lost())));
    let error = publish_with(&place.storage, &place.output, computed(range, 2), &record("r3", range, "b"), unknown);
    assert_eq!(error.unwrap_err().kind, Kind::Retry);
    expect(place, "r1", 1);
    assert_eq!(left(), 2);
}

fn a_commit_that_lands_with_the_last_attempt_keeps_its_files(place: &Place) {
    let range = months("2026-01", "2026-01");
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = attempts.clone();
    let conflicts: &Committers = &move || {
        let attempts = counted.clone();
        Box::new(Around(move |commit: &mut dyn FnMut() -> _| {
            // the last of them lands, and its client asked twice
            if attempts.fetch_add(1, Ordering::SeqCst) + 1 == 12 {
                commit()?;
            }
            Ok(CommitResponse::Conflict { version: 1 })
        }))
    };
    let error = publish_with(&place.storage, &place.output, computed(range, 2), &record("r2", range, "b"), conflicts);
    assert_eq!((error.unwrap_err().kind, attempts.load(Ordering::SeqCst)), (Kind::Retry, 12));
    let left = place.storage.list(&place.output).unwrap();
    assert!(left.iter().any(|object| object.uri.contains("-r2")), "the log names them");
}

/// Both publishers have read the log before either writes to it.
fn race(place: &Place, one: (&str, &str, i64), two: (&str, &str, i64)) -> [Result<Run, Error>; 2] {
    let barrier = Arc::new(Barrier::new(2));
    let start = |(run, month, value): (&str, &str, i64)| {
        let (storage, output): (Storage, String) = (place.another_storage(), place.output.clone());
        let (range, barrier, is_first) = (months(month, month), barrier.clone(), Arc::new(AtomicBool::new(true)));
        let record = record(run, range, run);
        std::thread::spawn(move || {
            let committers: &Committers = &move || {
                let (barrier, is_first) = (barrier.clone(), is_first.clone());
                Box::new(Around(move |commit: &mut dyn FnMut() -> _| {
                    if is_first.swap(false, Ordering::SeqCst) {
                        barrier.wait();
                    }
                    commit()
                }))
            };
            publish_with(&storage, &output, computed(range, value), &record, committers)
        })
    };
    [start(one), start(two)].map(|thread| thread.join().unwrap())
}

fn two_publishers_of_different_months_both_succeed(place: &Place) {
    for (round, months_of_round) in [["2026-01", "2026-02"], ["2026-03", "2026-04"]].into_iter().enumerate() {
        let names = [format!("a{round}"), format!("b{round}")];
        let results = race(place, (&names[0], months_of_round[0], 1), (&names[1], months_of_round[1], 2));
        for result in results {
            result.unwrap();
        }
    }
    for table in [&CHURN_TABLE, &MRR_TABLE] {
        for (month, value) in [("2026-01", 1), ("2026-02", 2), ("2026-03", 1), ("2026-04", 2)] {
            let range = months(month, month);
            let read = place.history().table(table, Some(range)).unwrap();
            assert!(read.equals_missing(&frame(table, range, value)), "{month} {read:?}");
        }
    }
    assert_eq!(place.history().runs().len(), 4);
}

fn two_publishers_of_the_same_month_leave_one_whole_run(place: &Place) {
    let range = months("2026-01", "2026-01");
    publish(&place.storage, &place.output, computed(range, 9), &record("r0", range, "0")).unwrap();
    let [one, two] = race(place, ("r1", "2026-01", 1), ("r2", "2026-01", 2));
    let (winner, value, loser) = match (one, two) {
        (Ok(_), Err(error)) => ("r1", 1, error),
        (Err(error), Ok(_)) => ("r2", 2, error),
        (one, two) => panic!("one must win and one must be told: {one:?} {two:?}"),
    };
    assert_eq!(loser.kind, Kind::Retry, "{loser}");
    expect(place, winner, value);
}

fn a_lost_answer_about_a_version_that_another_run_took_is_no_commit(place: &Place) {
    let (ours, theirs) = (months("2026-01", "2026-01"), months("2026-02", "2026-02"));
    publish(&place.storage, &place.output, computed(ours, 1), &record("r0", ours, "0")).unwrap();
    let (other, output) = (Arc::new(place.another_storage()), place.output.clone());
    let is_first = Arc::new(AtomicBool::new(true));
    let raced: &Committers = &move || {
        let (other, output, is_first) = (other.clone(), output.clone(), is_first.clone());
        Box::new(Around(move |commit: &mut dyn FnMut() -> _| {
            if !is_first.swap(false, Ordering::SeqCst) {
                return commit();
            }
            publish(&other, &output, computed(theirs, 2), &record("r1", theirs, "r1")).unwrap();
            assert!(matches!(commit()?, CommitResponse::Conflict { .. }));
            Err(lost())
        }))
    };
    publish_with(&place.storage, &place.output, computed(ours, 3), &record("r2", ours, "r2"), raced).unwrap();
    expect(place, "r2", 3);
    let read = place.history().table(&CHURN_TABLE, Some(theirs)).unwrap();
    assert!(read.equals_missing(&frame(&CHURN_TABLE, theirs, 2)), "{read:?}");
}

fn a_run_that_ended_halfway_is_noticed_and_repaired(place: &Place) {
    let range = months("2026-01", "2026-01");
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    // the first table is committed, the second is not
    let is_first = Arc::new(AtomicBool::new(true));
    let one_only: &Committers = &move || {
        let is_first = is_first.clone();
        Box::new(Around(move |commit: &mut dyn FnMut() -> _| {
            if is_first.swap(false, Ordering::SeqCst) { commit() } else { Err(KernelError::generic("killed")) }
        }))
    };
    let r2 = record("r2", range, "b");
    publish_with(&place.storage, &place.output, computed(range, 2), &r2, one_only).unwrap_err();
    expect(place, "r1", 1);
    let key = record("r3", range, "a").key([&CHURN_TABLE, &MRR_TABLE]);
    let missing = place.history().missing(&key).unwrap();
    assert_eq!(missing, Some(range), "r1 is in `runs`, but the log has r2's churn");

    // another month, whose version of `churn` includes what the dead run left
    let february = months("2026-02", "2026-02");
    publish(&place.storage, &place.output, computed(february, 3), &record("r3", february, "c")).unwrap();
    let error = place.history().table(&CHURN_TABLE, None).unwrap_err();
    assert!(error.to_string().contains("which no finished run wrote"), "{error}");
    assert!(error.hint.unwrap().contains("--from 2026-01 --to 2026-01"));

    publish(&place.storage, &place.output, computed(range, 4), &record("r4", range, "d")).unwrap();
    expect(place, "r4", 4);
}

fn a_changed_file_is_noticed(place: &Place) {
    let range = months("2026-01", "2026-01");
    let run = publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let uri = format!("{}/mrr/{}", place.output, run.tables[MRR_TABLE.name].files[0].path);
    let mut bytes = place.storage.get(&uri).unwrap().to_vec();
    bytes[100] ^= 1;
    place.storage.put(&uri, bytes).unwrap();
    let error = place.history().table(&MRR_TABLE, None).unwrap_err();
    assert_eq!(error.kind, Kind::Io);
    assert!(error.to_string().contains("its SHA-256 differs"), "{error}");
}

/// Set for the child process of a test: where it publishes.
const CHILD_OUTPUT: &str = "TENURE_TEST_CHILD_OUTPUT";

/// This test again as a process of its own, optionally through a wrapper.
fn child(wrapper: &[&str], test: &str, output: &str) -> std::process::Output {
    let executable = std::env::current_exe().unwrap();
    let mut words = wrapper.iter().map(|word| word.to_string()).collect::<Vec<_>>();
    words.push(executable.display().to_string());
    let test = format!("publish_failures::{test}");
    Command::new(&words[0]).args(&words[1..]).args(["--exact", &test]).env(CHILD_OUTPUT, output).output().unwrap()
}

#[test]
fn a_process_killed_between_staging_and_commit_leaves_the_old_version() {
    let range = months("2026-01", "2026-01");
    if let Ok(output) = std::env::var(CHILD_OUTPUT) {
        let dies: &Committers = &|| Box::new(Around(|_: &mut dyn FnMut() -> _| std::process::abort()));
        publish_with(&local(), &output, computed(range, 2), &record("r2", range, "b"), dies).unwrap();
        unreachable!();
    }
    let place = Place::local();
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let ended = child(&[], "a_process_killed_between_staging_and_commit_leaves_the_old_version", &place.output);
    assert_eq!(ended.status.code(), None, "ended by a signal");
    let names: Vec<String> = place.storage.list(&place.output).unwrap().into_iter().map(|object| object.uri).collect();
    assert_eq!(names.iter().filter(|uri| uri.ends_with("-r2.parquet")).count(), 2, "{names:?}");
    expect(&place, "r1", 1);
    publish(&place.storage, &place.output, computed(range, 3), &record("r3", range, "c")).unwrap();
    expect(&place, "r3", 3);
}

#[test]
fn a_full_disk_is_exit_74_and_nothing_is_published() {
    // A file-size limit stands in for the full disk: the write fails in the same place.
    let range = months("2026-01", "2026-01");
    if let Ok(output) = std::env::var(CHILD_OUTPUT) {
        let error = publish(&local(), &output, computed(range, 2), &record("r2", range, "b")).unwrap_err();
        assert_eq!(error.exit_code(), 74, "{error}");
        assert!(error.hint.unwrap().contains("free space"));
        return;
    }
    let place = Place::local();
    publish(&place.storage, &place.output, computed(range, 1), &record("r1", range, "a")).unwrap();
    let limited = ["bash", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "bash"];
    let ended = child(&limited, "a_full_disk_is_exit_74_and_nothing_is_published", &place.output);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    expect(&place, "r1", 1);
}

#[test]
fn a_directory_that_may_not_be_written_is_exit_77() {
    let range = months("2026-01", "2026-01");
    if let Ok(output) = std::env::var(CHILD_OUTPUT) {
        let error = publish(&local(), &output, computed(range, 2), &record("r2", range, "b")).unwrap_err();
        assert_eq!(error.exit_code(), 77, "{error}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let forbidden = directory.path().join("forbidden");
    std::fs::create_dir(&forbidden).unwrap();
    let read_only: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o555);
    std::fs::set_permissions(&forbidden, read_only).unwrap();
    // root may write anywhere until it gives that up
    let humble = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
    let is_root = std::fs::write(forbidden.join("probe"), "").is_ok();
    let wrapper: &[&str] = if is_root { &humble } else { &[] };
    let output = forbidden.display().to_string();
    let ended = child(wrapper, "a_directory_that_may_not_be_written_is_exit_77", &output);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}
