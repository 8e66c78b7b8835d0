//! Who has which device: one run at a time, and nobody before it is clear.
//!
//! ```text
//!            take                 drop                  cleared
//!   free ───────────► taken ───────────────► clearing ─────────► free
//!                       │ lose                   │ not cleared
//!                       └───────► out of use ◄───┘
//! ```

use std::{
	fs,
	path::{Path, PathBuf},
	sync::Arc,
};

use serde::{Deserialize, Serialize};
use tokio::{runtime::Handle, sync::watch};
use tracing::{error, info};

use super::{choice, clear, edits::Edits, gpu::Gpu, Gpus, NoDevice};
use crate::Error;

/// The file in the directory of a tier that names the devices out of use, for people.
const OUT_OF_USE: &str = "devices-out-of-use";

/// Returns which devices of the tier with this directory are out of use and why, as it has written it down.
pub fn gpus_out_of_use(state: &Path) -> Option<String> {
	fs::read_to_string(state.join(OUT_OF_USE)).ok().map(|text| text.trim().to_owned())
}

/// What is done with a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GpuState {
	/// Nothing: the next run can have it.
	Free,
	/// A run has it.
	Taken,
	/// What a run left is being removed.
	Clearing,
	/// Nobody gets it any longer, for this reason.
	OutOfUse(String),
}

impl GpuState {
	/// Returns whether a run can have it, now or soon.
	pub fn is_usable(&self) -> bool {
		!matches!(self, Self::OutOfUse(_))
	}
}

/// The devices of a tier.
#[derive(Debug)]
pub struct Ledger {
	gpus: Vec<Gpu>,
	how: Gpus,
	/// One for each device.
	states: watch::Sender<Vec<GpuState>>,
	/// Where people are told of devices out of use.
	file: PathBuf,
	runtime: Handle,
}

impl Ledger {
	/// Finds the devices, and clears them: it is not known what was done with them before. Those that cannot be cleared are
	/// out of use.
	///
	/// # Errors
	///
	/// [`NoDevice`], if one cannot be found, or if none can be cleared.
	pub async fn open(gpus: &Gpus, directory: &Path) -> Result<Arc<Self>, NoDevice> {
		let found = choice::find(gpus)?;
		let (states, _) = watch::channel(vec![GpuState::Clearing; found.len()]);
		let file = directory.join(OUT_OF_USE);
		let ledger = Arc::new(Self { gpus: found, how: gpus.clone(), states, file, runtime: Handle::current() });
		ledger.tell();
		let clearing: Vec<_> = (0..ledger.gpus.len()).map(|index| tokio::spawn(ledger.clone().clear(index))).collect();
		for one in clearing {
			// Fails only if it panicked: then the device stays as it is, and nobody gets it.
			let _ = one.await;
		}
		let states = ledger.states.borrow().clone();
		if let (Some(GpuState::OutOfUse(why)), false) = (states.first(), states.iter().any(GpuState::is_usable)) {
			return Err(NoDevice::NotCleared { name: ledger.gpus[0].name.clone(), why: why.clone() });
		}
		for gpu in &ledger.gpus {
			let left_out =
				if gpu.left_out.is_empty() { String::new() } else { format!(", without {}", gpu.left_out.join(", ")) };
			info!("containers can be given {}{left_out}", gpu.name);
		}
		Ok(ledger)
	}

	/// Returns what is done with each device, now and later.
	pub fn watch(&self) -> watch::Receiver<Vec<GpuState>> {
		self.states.subscribe()
	}

	/// Returns the name of each device.
	pub fn names(&self) -> Vec<String> {
		self.gpus.iter().map(|gpu| gpu.name.clone()).collect()
	}

	/// Waits until that many devices are free, and takes them. All that wait get theirs if the devices are enough for all
	/// together, as they are for the slots of a worker: so nobody waits for longer than runs and clearing take.
	///
	/// # Errors
	///
	/// [`Error::Host`], if there are not, or no longer, as many that can be used.
	pub async fn take(self: &Arc<Self>, count: u32) -> Result<Lease, Error> {
		let count = usize::try_from(count).unwrap_or(usize::MAX);
		let mut changes = self.states.subscribe();
		loop {
			let mut taken = Vec::new();
			let mut usable = 0;
			self.states.send_if_modified(|states| {
				usable = states.iter().filter(|state| state.is_usable()).count();
				let free = states.iter().enumerate().filter(|(_, state)| **state == GpuState::Free);
				taken = free.map(|(index, _)| index).take(count).collect();
				let is_enough = taken.len() == count;
				if is_enough {
					taken.iter().for_each(|index| states[*index] = GpuState::Taken);
				}
				is_enough
			});
			if taken.len() == count {
				return Ok(Lease { ledger: self.clone(), taken });
			}
			if usable < count {
				return Err(Error::Host(format!(
					"the app is granted {count} graphics processors; {usable} can be used here{}",
					self.out_of_use()
				)));
			}
			// Fails only without the sender, which is here.
			let _ = changes.changed().await;
		}
	}

	/// Clears a device, and lets others have it.
	async fn clear(self: Arc<Self>, index: usize) {
		let gpu = &self.gpus[index];
		match clear::clear(&self.how.clear, gpu, clear::TIME).await {
			Ok(()) => self.set(index, GpuState::Free),
			Err(why) => self.lose(index, &format!("it could not be cleared: {why}")),
		}
	}

	fn lose(&self, index: usize, why: &str) {
		let name = &self.gpus[index].name;
		error!("{name} is out of use until this process is started again: {why}");
		self.set(index, GpuState::OutOfUse(why.into()));
		self.tell();
	}

	fn set(&self, index: usize, state: GpuState) {
		self.states.send_modify(|states| states[index] = state);
	}

	/// Returns which are out of use and why, as the end of a sentence.
	fn out_of_use(&self) -> String {
		let states = self.states.borrow();
		let lines = self.gpus.iter().zip(states.iter()).filter_map(|(gpu, state)| match state {
			GpuState::OutOfUse(why) => Some(format!("; {} is out of use: {why}", gpu.name)),
			_ => None,
		});
		lines.collect()
	}

	/// Writes down which are out of use.
	fn tell(&self) {
		let text = self.out_of_use();
		let done = match text.strip_prefix("; ") {
			None => fs::remove_file(&self.file).or_else(|error| match error.kind() {
				std::io::ErrorKind::NotFound => Ok(()),
				_ => Err(error),
			}),
			Some(text) => fs::write(&self.file, format!("{}\n", text.replace('\n', " "))),
		};
		if let Err(error) = done {
			error!("{} cannot be written: {error}", self.file.display());
		}
	}
}

/// Devices that one run has. They are cleared when this is dropped, and then others can have them.
#[derive(Debug)]
pub struct Lease {
	ledger: Arc<Ledger>,
	taken: Vec<usize>,
}

impl Lease {
	/// Returns what they change in a container.
	pub fn edits(&self) -> Edits {
		let mut edits = Edits::default();
		self.taken.iter().for_each(|index| edits.join(&self.ledger.gpus[*index].edits));
		edits
	}

	/// Takes them out of use: the container that had them may still be there.
	pub fn lose(&self, why: &str) {
		self.taken.iter().for_each(|index| self.ledger.lose(*index, why));
	}
}

impl Drop for Lease {
	fn drop(&mut self) {
		for index in self.taken.iter().copied() {
			let is_out = !self.ledger.states.borrow()[index].is_usable();
			if !is_out {
				self.ledger.set(index, GpuState::Clearing);
				self.ledger.runtime.spawn(self.ledger.clone().clear(index));
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use std::time::Duration;

	use tokio::time;

	use super::{super::GpuClear, *};

	async fn ledger(clear: &str) -> (tempfile::TempDir, Result<Arc<Ledger>, NoDevice>) {
		let directory = tempfile::tempdir().unwrap();
		let choices = ["/dev/full", "/dev/zero"].map(str::to_owned).into();
		let clear = clear.replace("HERE", directory.path().to_str().unwrap()).parse::<GpuClear>().unwrap();
		let gpus = Gpus { specifications: Vec::new(), ..Gpus::new(choices, clear) };
		let ledger = Ledger::open(&gpus, directory.path()).await;
		(directory, ledger)
	}

	/// Waits for a lease, but not for long.
	async fn soon(ledger: &Arc<Ledger>, count: u32) -> Option<Lease> {
		time::timeout(Duration::from_millis(300), ledger.take(count)).await.ok().map(Result::unwrap)
	}

	#[tokio::test]
	async fn device_has_one_run_at_a_time() {
		let (_directory, ledger) = ledger("driver").await;
		let ledger = ledger.unwrap();
		let (one, other) = (ledger.take(1).await.unwrap(), ledger.take(1).await.unwrap());
		assert!(one.edits().nodes.is_disjoint(&other.edits().nodes));
		assert!(soon(&ledger, 1).await.is_none());
		let waiting = tokio::spawn({
			let ledger = ledger.clone();
			async move { ledger.take(2).await }
		});
		drop(one);
		time::sleep(Duration::from_millis(200)).await;
		assert!(!waiting.is_finished(), "it needs both");
		drop(other);
		assert_eq!(waiting.await.unwrap().unwrap().edits().nodes.len(), 2);
		let too_many = ledger.take(3).await.unwrap_err().to_string();
		assert!(too_many.contains("granted 3 graphics processors; 2 can be used here"), "{too_many}");
	}

	#[tokio::test]
	async fn device_is_cleared_before_the_first_run_and_before_the_next() {
		let (directory, ledger) =
			ledger("echo $RLC_GPU >> HERE/cleared; while [ -e HERE/wait ]; do sleep 0.05; done").await;
		let ledger = ledger.unwrap();
		let cleared = || fs::read_to_string(directory.path().join("cleared")).unwrap().lines().count();
		assert_eq!(cleared(), 2);
		fs::write(directory.path().join("wait"), "").unwrap();
		drop(ledger.take(2).await.unwrap());
		assert!(soon(&ledger, 1).await.is_none(), "it is not clear yet");
		fs::remove_file(directory.path().join("wait")).unwrap();
		let _lease = ledger.take(2).await.unwrap();
		assert_eq!(cleared(), 4);
	}

	#[tokio::test]
	async fn device_that_cannot_be_cleared_is_out_of_use_and_people_are_told() {
		let (directory, ledger) = ledger("[ ! -e HERE/broken ] || [ $RLC_GPU = /dev/zero ]").await;
		let ledger = ledger.unwrap();
		fs::write(directory.path().join("broken"), "").unwrap();
		drop(ledger.take(2).await.unwrap());
		let refused = ledger.take(2).await.unwrap_err().to_string();
		assert!(refused.contains("1 can be used here; /dev/full is out of use: it could not be cleared"), "{refused}");
		assert_eq!(ledger.take(1).await.unwrap().edits().nodes.first().unwrap().path, "/dev/zero");
		let told = fs::read_to_string(directory.path().join(OUT_OF_USE)).unwrap();
		assert!(told.starts_with("/dev/full is out of use"), "{told}");
		assert_eq!(ledger.watch().borrow().iter().filter(|state| state.is_usable()).count(), 1);
	}

	#[tokio::test]
	async fn tier_without_a_device_that_can_be_cleared_does_not_start() {
		let (directory, refused) = ledger("echo denied >&2; false").await;
		let refused = refused.unwrap_err().to_string();
		assert!(refused.contains("no containers with /dev/full: it could not be cleared"), "{refused}");
		assert!(directory.path().join(OUT_OF_USE).exists());
	}

	#[tokio::test]
	async fn device_of_a_container_that_may_still_run_is_not_given_again() {
		let (_directory, ledger) = ledger("driver").await;
		let ledger = ledger.unwrap();
		let lease = ledger.take(1).await.unwrap();
		lease.lose("runc does not delete it");
		drop(lease);
		assert!(ledger.take(2).await.unwrap_err().to_string().contains("runc does not delete it"));
		assert!(ledger.take(1).await.is_ok());
	}
}
