use super::*;
use proptest::prelude::*;
use rlc_testing::SmallDisk;

/// Keeps things that nobody uses.
struct Shelf(Mutex<Vec<Taken>>);

impl Shelf {
	fn holding(budget: &Budget, sizes: &[u64]) -> Arc<Self> {
		let things = sizes.iter().map(|bytes| budget.take(Part::Cache, *bytes).unwrap()).collect();
		let shelf = Arc::new(Self(Mutex::new(things)));
		let weak: Weak<Self> = Arc::downgrade(&shelf);
		budget.give_way_by(weak);
		shelf
	}

	fn len(&self) -> usize {
		self.0.lock().unwrap().len()
	}
}

impl GiveWay for Shelf {
	fn idle(&self) -> u64 {
		self.0.lock().unwrap().iter().map(Taken::bytes).sum()
	}

	fn give_way(&self, bytes: u64) {
		let mut given = 0;
		while given < bytes {
			let Some(thing) = self.0.lock().unwrap().pop() else { return };
			given += thing.bytes();
		}
	}
}

fn dir() -> tempfile::TempDir {
	tempfile::tempdir().unwrap()
}

#[test]
fn nobody_gets_more_than_is_left_and_what_is_dropped_is_given_back() {
	let dir = dir();
	let budget = Budget::new(dir.path(), 100);
	let tasks = budget.take(Part::Tasks, 60).unwrap();
	let refused = budget.take(Part::Results, 41).unwrap_err().to_string();
	assert!(refused.contains("41 bytes more of results") && refused.contains("tasks 60 bytes"), "{refused}");
	let results = budget.take(Part::Results, 40).unwrap();
	drop(tasks);
	assert_eq!((budget.used(Part::Tasks), budget.used(Part::Results)), (0, 40));
	drop(results);
	assert!(budget.take(Part::Images, 100).is_ok());
}

#[test]
fn share_becomes_less_as_others_write_and_counts_what_it_has() {
	let Some(disk) = SmallDisk::mount(8 << 20) else { return };
	let budget = Budget::share(disk.path(), 50);
	drop(budget.take(Part::Images, 4_000_000).unwrap());
	let refused = budget.take(Part::Images, 5_000_000).unwrap_err().to_string();
	assert!(refused.contains("no more than 4.0 MiB may be used"), "{refused}");
	std::fs::write(disk.path().join("of-others"), vec![1; 6 << 20]).unwrap();
	assert!(budget.take(Part::Images, 2_000_000).is_err());
	let _image = budget.take(Part::Images, 1_000_000).unwrap();
	std::fs::write(disk.path().join("image"), vec![1; 1_000_000]).unwrap();
	assert!(budget.take(Part::Images, 100_000).is_err(), "the other half is for others");
	assert_eq!(budget.used(Part::Images), 1_000_000);
}

#[test]
fn what_nobody_uses_gives_way_and_no_more_of_it_than_needed() {
	let dir = dir();
	let budget = Budget::new(dir.path(), 100);
	let shelf = Shelf::holding(&budget, &[30, 30, 30]);
	assert!(budget.could_take(Part::Tasks, 100).is_ok() && budget.could_take(Part::Tasks, 101).is_err());
	let tasks = budget.take(Part::Tasks, 40).unwrap();
	assert_eq!((shelf.len(), budget.used(Part::Cache)), (2, 60));
	assert!(budget.could_take(Part::Tasks, 61).is_err());
	assert_eq!(shelf.len(), 2, "asking takes nothing");
	drop(tasks);
	assert!(budget.take(Part::Tasks, 101).is_err());
}

#[test]
fn what_grows_takes_what_it_needs_if_there_is_no_more() {
	let dir = dir();
	let budget = Budget::new(dir.path(), 3 * STEP / 2);
	let mut file = budget.take(Part::Cache, 0).unwrap();
	file.reach(1).unwrap();
	assert_eq!(file.bytes(), STEP);
	file.reach(STEP + 1).unwrap();
	assert_eq!(file.bytes(), STEP + 1);
	assert!(file.reach(2 * STEP).is_err());
	assert_eq!(file.bytes(), STEP + 1);
	file.set(10);
	assert_eq!(budget.used(Part::Cache), 10);
}

#[test]
fn part_of_what_was_taken_goes_to_another_part() {
	let dir = dir();
	let budget = Budget::new(dir.path(), 100);
	let mut task = budget.take(Part::Tasks, 60).unwrap();
	let result = task.split(Part::Results, 50).unwrap();
	assert_eq!((task.bytes(), result.bytes()), (10, 50));
	assert!(task.split(Part::Results, 51).is_err(), "it has 10, and 40 are left");
	let other = task.split(Part::Results, 30).unwrap();
	assert_eq!((task.bytes(), other.bytes(), budget.used(Part::Results)), (0, 30, 80));
	drop((task, result, other));
	assert_eq!(Part::ALL.map(|part| budget.used(part)), [0; 6]);
}

#[test]
fn what_is_there_counts_even_if_it_is_too_much() {
	let dir = dir();
	let budget = Budget::new(dir.path(), 100);
	let results = budget.count(Part::Results, 150);
	assert!(budget.take(Part::Tasks, 1).is_err() && budget.take(Part::Tasks, 0).is_ok());
	budget.allow(200);
	assert!(budget.take(Part::Tasks, 50).is_ok());
	drop(results);
	assert_eq!(budget.used(Part::Results), 0);
}

#[test]
fn nobody_gets_what_the_disk_does_not_have_or_tasks_were_promised() {
	let Some(mut disk) = SmallDisk::mount(1 << 20) else { return };
	let budget = Budget::new(disk.path(), u64::MAX);
	let task = budget.take(Part::Tasks, 512 << 10).unwrap();
	let refused = budget.take(Part::Cache, 600 << 10).unwrap_err().to_string();
	assert!(refused.contains("are free at") && refused.contains("remove something there"), "{refused}");
	assert!(budget.take(Part::Cache, 400 << 10).is_ok());
	drop(task);
	assert!(budget.take(Part::Cache, 600 << 10).is_ok());
	disk.fill();
	assert!(budget.could_take(Part::Tasks, 1).is_err());
}

/// What is done with a budget.
#[derive(Clone, Debug)]
enum Act {
	Take(usize, u64),
	Reach(usize, u64),
	Split(usize, usize, u64),
	Drop(usize),
}

fn act() -> impl Strategy<Value = Act> {
	let (part, bytes) = (0..Part::ALL.len(), 0..400u64);
	prop_oneof![
		(part.clone(), bytes.clone()).prop_map(|(part, bytes)| Act::Take(part, bytes)),
		(any::<usize>(), bytes.clone()).prop_map(|(which, bytes)| Act::Reach(which, bytes)),
		(any::<usize>(), part, bytes).prop_map(|(which, part, bytes)| Act::Split(which, part, bytes)),
		any::<usize>().prop_map(Act::Drop),
	]
}

proptest! {
	#[test]
	fn parts_never_have_more_than_there_is_in_whatever_order_they_draw(acts in prop::collection::vec(act(), 1..60)) {
		let dir = dir();
		let budget = Budget::new(dir.path(), 1_000);
		let _shelf = Shelf::holding(&budget, &[100, 200]);
		let mut held: Vec<Taken> = Vec::new();
		for act in acts {
			match act {
				Act::Take(part, bytes) => held.extend(budget.take(Part::ALL[part], bytes).ok()),
				Act::Drop(which) if !held.is_empty() => drop(held.swap_remove(which % held.len())),
				Act::Reach(which, bytes) if !held.is_empty() => {
					let which = which % held.len();
					let before = held[which].bytes();
					let reached = held[which].reach(bytes).is_ok();
					let least = if reached { bytes.max(before) } else { before };
					prop_assert!(held[which].bytes() >= least);
				}
				Act::Split(which, part, bytes) if !held.is_empty() => {
					let which = which % held.len();
					let split = held[which].split(Part::ALL[part], bytes);
					held.extend(split.ok());
				}
				_ => {}
			}
			let used: u64 = Part::ALL.iter().map(|part| budget.used(*part)).sum();
			prop_assert!(used <= 1_000, "{used}");
			prop_assert!(held.iter().map(Taken::bytes).sum::<u64>() <= used);
		}
		drop(held);
		prop_assert!(Part::ALL.iter().map(|part| budget.used(*part)).sum::<u64>() <= 300);
	}
}
