use proptest::prelude::*;
use rlc_testing::SmallDisk;

use super::*;
use crate::{
	config::Config,
	machine::{memory_for_tasks, own_memory, Machine},
	testing,
};

fn dirs() -> (tempfile::TempDir, Dirs) {
	let dir = tempfile::tempdir().unwrap();
	let dirs = Dirs::make(dir.path()).unwrap();
	(dir, dirs)
}

fn share() -> impl Strategy<Value = Share> {
	prop_oneof![(1..=100u8).prop_map(Share::Percent), any::<u64>().prop_map(Share::Bytes)]
}

/// Returns sizes of all magnitudes, in bytes.
fn size() -> impl Strategy<Value = u64> {
	(0..50u32, any::<u64>()).prop_map(|(shift, number)| (number >> 14) >> shift)
}

proptest! {
	#[test]
	fn what_is_promised_in_all_slots_is_there_whatever_the_machine_and_its_owner_says(
		(disk, memory, cores) in (size(), size(), 1..512u32),
		(disk_share, memory_share) in (share(), share()),
		slots in prop::option::of(any::<u32>()),
		network in any::<bool>(),
	) {
		let shares = Shares::of(disk_share, disk);
		let config = Config { slots, ..testing::config("/nowhere") };
		let own_memory = own_memory(slots.unwrap_or(cores).clamp(1, cores), network);
		let for_tasks = memory_for_tasks(memory_share, memory, own_memory);
		let machine = Machine { cores, memory: for_tasks, disk: shares.promised };
		let offered = machine.resources(&config, Some(0), 0);
		prop_assert!(shares.total <= disk);
		let own = OWN.min(shares.total);
		prop_assert!(own + needed(offered.disk) + shares.kept + shares.cache <= shares.total);
		prop_assert!(offered.memory <= memory && (memory < 2 || offered.memory < memory));
		prop_assert!(memory / 2 < own_memory || offered.memory + own_memory <= memory);
		prop_assert!(offered.slots >= 1 && offered.slots <= cores);
		// The slots' parts are rounded down.
		let (slots, part) = (u64::from(offered.slots), |all: u64| all / u64::from(offered.slots));
		prop_assert!(needed(part(offered.disk)) * slots <= shares.total && part(offered.memory) * slots <= memory);
	}
}

#[test]
fn tasks_in_all_slots_have_what_was_promised_and_results_and_inputs_theirs() {
	let (_dir, dirs) = dirs();
	let shares = Shares::of(Share::Percent(50), 10 << 30);
	let disk = Disk::of(&dirs, Share::Percent(50), shares, Budget::of(shares.total));
	let _tasks: Vec<_> = (0..7).map(|_| disk.budget.take(Part::Tasks, needed(shares.promised / 7)).unwrap()).collect();
	let _results = disk.budget.take(Part::Results, shares.kept).unwrap();
	let _cache = disk.budget.take(Part::Cache, shares.cache).unwrap();
	assert!(disk.refuses(7).unwrap().contains("no room for"));
}

#[tokio::test]
async fn worker_that_starts_on_a_full_disk_offers_something_once_there_is_room() {
	let Some(mut small) = SmallDisk::mount(128 << 20) else { return };
	// What fills the disk is somebody else's.
	let dirs = Dirs::make(&small.path().join("worker")).unwrap();
	small.fill();
	let disk = Arc::new(Disk::new(&dirs, Share::Percent(100)));
	assert_eq!(disk.shares().promised, 0);
	let why = disk.refuses(2).unwrap();
	assert!(why.contains("needs 64 MiB for itself") && why.contains("remove something there"), "{why}");
	assert!(disk.grow().is_none());
	small.clear();
	let (offer, mut offered) = watch::channel(Resources::default());
	let (actor, mut inbox) = mpsc::unbounded_channel();
	let watching = tokio::spawn(watch(disk.clone(), offer, actor));
	offered.changed().await.unwrap();
	let promised = offered.borrow().disk;
	assert!((8 << 20..=16 << 20).contains(&promised), "{promised}");
	assert_eq!((disk.shares().promised, disk.refuses(2)), (promised, None));
	assert!(disk.grow().is_none(), "what was promised once is not changed");
	assert!(matches!(inbox.recv().await, Some(Message::Resources(resources)) if resources.disk == promised));
	drop(inbox);
	tokio::time::timeout(Duration::from_secs(60), watching).await.unwrap().unwrap();
	assert!(disk.ballast.is_there());
}
