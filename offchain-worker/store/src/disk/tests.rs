//! A disk that is full at each of its writes.

use std::{
	io::Read,
	sync::{
		atomic::{AtomicBool, Ordering},
		mpsc, Arc,
	},
	thread,
};

use super::{
	faults::tests::{before_names, forget_forced, full_after, survives},
	*,
};
use crate::{
	token::{Grant, Keep, Room},
	HashKind,
};

/// How many bytes a piece of an upload has.
const PIECE: usize = 500_000;

fn open(dir: &Path) -> Arc<Disk> {
	let limits = Limits {
		total: 64 << 20,
		uploads: 16 << 20,
		trials: 4 << 20,
		each: 32 << 20,
		retention: Duration::from_secs(3_600),
		cached: None,
		second_clock: false,
	};
	Arc::new(Disk::open(dir, limits).unwrap())
}

fn grant(bytes: &[u8]) -> Grant {
	Grant {
		cid: Cid::of(HashKind::Sha256, bytes),
		max_size: 1 << 30,
		expires: u64::MAX,
		who: "results for alice".into(),
		by: Some("bob".into()),
		room: Room::Results,
		quota: None,
		keep: Keep::Retention,
	}
}

/// Stores bytes in one way.
type Way = fn(&Arc<Disk>, &[u8]) -> Result<(), StoreError>;

/// As the scheduler itself does.
fn put(disk: &Arc<Disk>, bytes: &[u8]) -> Result<(), StoreError> {
	disk.put(bytes, HashKind::Sha256, "results for alice").map(|_| ())
}

/// As a worker does, at once.
fn put_granted(disk: &Arc<Disk>, bytes: &[u8]) -> Result<(), StoreError> {
	disk.put_granted(&grant(bytes), bytes)
}

/// As a worker does, in pieces.
fn upload(disk: &Arc<Disk>, bytes: &[u8]) -> Result<(), StoreError> {
	let grant = grant(bytes);
	let mut reached = disk.begin(&grant, bytes.len() as u64)?;
	while !reached.is_complete() {
		let from = reached.offset as usize;
		let turn = disk.resume(grant.clone(), reached.offset)?;
		reached = turn.write(&bytes[from..(from + PIECE).min(bytes.len())])?;
	}
	Ok(())
}

/// Returns a content as it is read.
fn read(disk: &Disk, cid: &Cid) -> Option<Vec<u8>> {
	let mut bytes = Vec::new();
	disk.open_file(cid).unwrap()?.read_to_end(&mut bytes).unwrap();
	Some(bytes)
}

/// Lets the disk be full from one write on while a content is stored, and then have room again, after a restart or
/// without. Returns whether any write failed.
fn is_stored_later(way: Way, bytes: &[u8], writes: usize, restarts: bool) -> bool {
	let dir = tempfile::tempdir().unwrap();
	let mut disk = open(dir.path());
	let before = disk.put(&b"from before"[..], HashKind::Sha256, "carol").unwrap();
	let (stored, failed) = full_after(writes, || way(&disk, bytes));
	if failed == 0 {
		stored.unwrap();
		return false;
	}
	assert!(matches!(stored, Err(StoreError::DiskFull)), "after {writes} writes: {stored:?}");
	if restarts {
		drop(disk);
		disk = open(dir.path());
	}
	assert_eq!(read(&disk, &before).as_deref(), Some(&b"from before"[..]));
	way(&disk, bytes).unwrap_or_else(|error| panic!("with room again, after {writes} writes: {error}"));
	let cid = Cid::of(HashKind::Sha256, bytes);
	for _ in 0..2 {
		assert_eq!(read(&disk, &cid).as_deref(), Some(bytes), "after {writes} writes");
		let usage = disk.usage();
		assert_eq!((usage.objects, usage.unfinished), (2, 0), "after {writes} writes");
		assert_eq!((disk.held_by("results for alice"), disk.held_by("carol")), (bytes.len() as u64, 11));
		assert_eq!(fs::read_dir(disk.partial()).unwrap().count(), 0, "after {writes} writes");
		drop(disk);
		disk = open(dir.path());
	}
	true
}

#[test]
fn full_disk_at_any_write_is_later_and_loses_nothing() {
	// Several pieces.
	let large = (0..1_200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>();
	let small = &b"small"[..];
	let ways = [(put as Way, small), (put_granted as Way, small), (upload as Way, &large[..])];
	for (way, bytes) in ways {
		for restarts in [false, true] {
			let writes = (0..).take_while(|writes| is_stored_later(way, bytes, *writes, restarts)).count();
			assert!(writes >= 4, "a file, its bytes, its name, and a line of the journal: {writes}");
		}
	}
}

#[test]
fn what_is_confirmed_survives_a_power_cut_whatever_its_size() {
	let (small, large) = (&b"small"[..], vec![7; 1_200_000]);
	let ways = [(put as Way, small), (put_granted as Way, small), (upload as Way, small), (upload as Way, &large[..])];
	for (way, bytes) in ways {
		forget_forced();
		let dir = tempfile::tempdir().unwrap();
		let disk = open(dir.path());
		way(&disk, bytes).unwrap();
		let location = disk.location(&Cid::of(HashKind::Sha256, bytes));
		assert!(survives(&location), "{} bytes", bytes.len());
		// As if another process had been killed before it came to that.
		drop(disk);
		forget_forced();
		assert!(!survives(&location));
		way(&open(dir.path()), bytes).unwrap();
		assert!(survives(&location), "{} bytes from before", bytes.len());
	}
}

#[test]
fn content_is_there_for_nobody_before_its_name_is_on_the_disk() {
	const RESULT: &[u8] = b"a result";
	for way in [put as Way, put_granted as Way, upload as Way] {
		let dir = tempfile::tempdir().unwrap();
		let disk = open(dir.path());
		let cid = Cid::of(HashKind::Sha256, RESULT);
		let is_confirmed = Arc::new(AtomicBool::new(false));
		let (begun, other) = mpsc::channel();
		let (same, confirmed) = (disk.clone(), is_confirmed.clone());
		before_names(move || {
			assert_eq!(same.checked_size(&cid), None, "the scheduler is not told yet");
			let (same_too, told) = (same.clone(), confirmed.clone());
			let work = move || {
				put_granted(&same_too, RESULT).unwrap();
				told.store(true, Ordering::SeqCst);
			};
			begun.send(thread::spawn(work)).unwrap();
			thread::sleep(Duration::from_millis(200));
			assert!(!confirmed.load(Ordering::SeqCst), "nor is another worker");
		});
		way(&disk, RESULT).unwrap();
		assert_eq!(disk.checked_size(&cid), Some(8));
		other.recv().unwrap().join().unwrap();
		assert!(is_confirmed.load(Ordering::SeqCst));
	}
}

/// Returns what allows somebody who has paid nothing to store a content.
fn trial(who: &str, bytes: &[u8]) -> Grant {
	Grant { who: who.into(), by: None, room: Room::Trials, ..grant(bytes) }
}

#[test]
fn part_of_the_store_is_not_exceeded_by_naming_what_another_part_has() {
	let dir = tempfile::tempdir().unwrap();
	let disk = open(dir.path());
	let results = (0..6).map(|n| vec![n; 1 << 20]).collect::<Vec<_>>();
	for bytes in &results {
		put(&disk, bytes).unwrap();
	}
	let name = |n: usize| disk.begin(&trial(&format!("guest {n}"), &results[n]), 1 << 20);
	for n in 0..4 {
		assert!(name(n).unwrap().is_complete(), "its bytes are there");
	}
	assert!(matches!(name(4), Err(StoreError::Full(_))), "the trials have their four MiB");
	let put_again = disk.put_granted(&trial("guest 5", &results[5]), &results[5]);
	assert!(matches!(put_again, Err(StoreError::Full(_))));
	assert!(disk.begin(&trial("guest 6", &results[0]), 1 << 20).unwrap().is_complete(), "it counts there already");
	assert_eq!(disk.usage().uploads_left, 12 << 20);
}

#[test]
fn trial_remains_one_when_a_deal_needs_it() {
	let dir = tempfile::tempdir().unwrap();
	let disk = open(dir.path());
	let bytes = [7; 1_000];
	let cid = Cid::of(HashKind::Sha256, &bytes);
	disk.put_granted(&trial("guest", &bytes), &bytes).unwrap();
	for who in ["guest", "requester"] {
		disk.keep(&cid, who, 1 << 20).unwrap();
		assert_eq!(disk.state().index.room(&cid, who), Some(Room::Trials));
	}
	let result = disk.put(&b"a result"[..], HashKind::Sha256, "results for alice").unwrap();
	disk.keep(&result, "requester", 1 << 20).unwrap();
	assert_eq!(disk.state().index.room(&result, "requester"), Some(Room::Uploads));
}

#[test]
fn full_disk_while_something_goes_frees_its_room() {
	let dir = tempfile::tempdir().unwrap();
	let disk = open(dir.path());
	let cid = disk.put(&b"a result"[..], HashKind::Sha256, "alice").unwrap();
	let (collected, failed) = full_after(0, || disk.collect(u64::MAX - 1).unwrap());
	assert!(failed > 0);
	assert_eq!((collected.objects, collected.bytes), (1, 8));
	assert!(!disk.location(&cid).exists());
	drop(disk);
	assert_eq!(open(dir.path()).usage().objects, 0);
}
