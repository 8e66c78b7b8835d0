//! Images that are unpacked now: each once, for all that wait for it, and few at a time.
//!
//! An image that nobody waits for any longer has no turn, and those that wait for an image that is unpacked already take
//! none. So slow images keep others from their turn only as long as somebody wants them.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::{
	sync::{watch, Semaphore},
	task::spawn_blocking,
};
use tracing::Instrument;

use crate::{kept::Sha, Error, Stop};

/// What is unpacked now, by the digests of what it is unpacked from.
#[derive(Debug)]
pub struct Unpackings<V> {
	turns: Arc<Semaphore>,
	begun: Mutex<HashMap<Sha, Weak<Unpacking<V>>>>,
}

/// Something that is unpacked, for all that hold this. If nobody does, it ends.
#[derive(Debug)]
pub struct Unpacking<V> {
	state: watch::Receiver<State<V>>,
	stop: Stop,
}

#[derive(Debug)]
enum State<V> {
	/// Others have all turns.
	Waiting,
	Unpacking,
	Done(Result<V, Error>),
}

impl<V: Clone + Send + Sync + 'static> Unpackings<V> {
	/// Unpacks so many at a time.
	pub fn new(turns: usize) -> Self {
		Self { turns: Arc::new(Semaphore::new(turns)), begun: Mutex::default() }
	}

	/// Returns the unpacking that is known by a digest, which begins if there is none: as soon as there is a turn, `unpack`
	/// is called, on a thread for that.
	pub fn join(
		&self,
		digest: Sha,
		unpack: impl FnOnce(&Stop) -> Result<V, Error> + Send + 'static,
	) -> Arc<Unpacking<V>> {
		let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
		begun.retain(|_, unpacking| unpacking.strong_count() > 0);
		if let Some(unpacking) = begun.get(&digest).and_then(Weak::upgrade) {
			return unpacking;
		}
		let unpacking = Arc::new(self.begin(unpack));
		begun.insert(digest, Arc::downgrade(&unpacking));
		unpacking
	}

	fn begin(&self, unpack: impl FnOnce(&Stop) -> Result<V, Error> + Send + 'static) -> Unpacking<V> {
		let (turns, stop) = (self.turns.clone(), Stop::new());
		let at_once = turns.clone().try_acquire_owned().ok();
		let (said, state) = watch::channel(if at_once.is_some() { State::Unpacking } else { State::Waiting });
		let unpacking = Unpacking { state, stop: stop.clone() };
		let work = async move {
			let turn = match at_once {
				Some(turn) => turn,
				None => tokio::select! {
					biased;
					() = stop.stopped() => return,
					// Closed by nobody.
					Ok(turn) = turns.acquire_owned() => turn,
				},
			};
			said.send_replace(State::Unpacking);
			let unpacked = spawn_blocking(move || {
				let _turn = turn;
				unpack(&stop)
			});
			let unpacked = unpacked.await.unwrap_or_else(|error| {
				if error.is_panic() {
					return Err(Error::App("unpacking the image panicked".into()));
				}
				Err(broken_off())
			});
			said.send_replace(State::Done(unpacked));
		};
		tokio::spawn(work.in_current_span());
		unpacking
	}
}

impl<V: Clone> Unpacking<V> {
	/// Returns whether it had its turn by now.
	pub fn has_begun(&self) -> bool {
		!matches!(*self.state.borrow(), State::Waiting)
	}

	/// Waits until it is unpacked.
	///
	/// # Errors
	///
	/// Those of unpacking it, the same for all that wait.
	pub async fn done(&self) -> Result<V, Error> {
		let mut state = self.state.clone();
		// Otherwise, the runtime ends.
		let Ok(state) = state.wait_for(|state| matches!(state, State::Done(_))).await else { return Err(broken_off()) };
		match &*state {
			State::Done(unpacked) => unpacked.clone(),
			_ => Err(broken_off()),
		}
	}
}

impl<V> Drop for Unpacking<V> {
	fn drop(&mut self) {
		self.stop.stop();
	}
}

fn broken_off() -> Error {
	Error::Host("unpacking the image was broken off".into())
}

#[cfg(test)]
mod tests {
	use std::{
		sync::atomic::{AtomicU32, Ordering},
		thread,
		time::{Duration, Instant},
	};

	use super::*;

	const PATIENCE: Duration = Duration::from_secs(60);

	/// Returns work that goes on until it is stopped, or for a while.
	fn slow(stop: &Stop) -> Result<u8, Error> {
		let start = Instant::now();
		while !stop.is_stopped() {
			assert!(start.elapsed() < PATIENCE, "it is not stopped");
			thread::sleep(Duration::from_millis(1));
		}
		Err(Error::Host("it was stopped".into()))
	}

	#[tokio::test]
	async fn all_that_wait_for_one_image_take_one_turn_and_share_how_it_ends() {
		let unpackings = Unpackings::new(2);
		let (times, release) = (Arc::new(AtomicU32::new(0)), Stop::new());
		let waiting: Vec<_> = (0..5)
			.map(|_| {
				let (times, release) = (times.clone(), release.clone());
				unpackings.join([1; 32], move |_| {
					times.fetch_add(1, Ordering::Relaxed);
					let _ = slow(&release);
					Err::<u8, _>(Error::App("it is bad".into()))
				})
			})
			.collect();
		assert!(waiting.iter().all(|one| one.has_begun()));
		let other = unpackings.join([2; 32], |_| Ok(7));
		assert_eq!(tokio::time::timeout(PATIENCE, other.done()).await.unwrap().unwrap(), 7, "a turn is left");
		release.stop();
		for one in &waiting {
			let failed = tokio::time::timeout(PATIENCE, one.done()).await.unwrap();
			assert!(matches!(&failed, Err(Error::App(cause)) if cause == "it is bad"), "{failed:?}");
		}
		assert_eq!(times.load(Ordering::Relaxed), 1, "nobody tries again");
		drop(waiting);
		let again = unpackings.join([1; 32], |_| Ok(1));
		assert_eq!(again.done().await.unwrap(), 1, "the next one does");
	}

	#[tokio::test]
	async fn image_that_nobody_waits_for_gives_its_turn_back() {
		let unpackings = Unpackings::new(1);
		let [one, two] = [(); 2].map(|()| unpackings.join([1; 32], slow));
		let next = unpackings.join([2; 32], |_| Ok(7));
		assert!(one.has_begun() && !next.has_begun());
		drop(one);
		let waited = tokio::time::timeout(Duration::from_millis(50), next.done()).await;
		assert!(waited.is_err() && !next.has_begun(), "somebody still waits for the first");
		drop(two);
		assert_eq!(tokio::time::timeout(PATIENCE, next.done()).await.unwrap().unwrap(), 7);
	}

	#[tokio::test]
	async fn image_that_nobody_waits_for_takes_no_turn() {
		let unpackings = Unpackings::new(1);
		let first = unpackings.join([1; 32], slow);
		let times = Arc::new(AtomicU32::new(0));
		let counted = times.clone();
		drop(unpackings.join([2; 32], move |_| {
			counted.fetch_add(1, Ordering::Relaxed);
			Ok(0)
		}));
		let next = unpackings.join([3; 32], |_| Ok(7));
		drop(first);
		assert_eq!(tokio::time::timeout(PATIENCE, next.done()).await.unwrap().unwrap(), 7);
		assert_eq!(times.load(Ordering::Relaxed), 0);
	}

	#[tokio::test]
	async fn image_that_breaks_the_unpacking_is_to_blame() {
		let unpackings = Unpackings::<u8>::new(1);
		let broken = unpackings.join([1; 32], |_| panic!("for the test"));
		let failed = broken.done().await;
		assert!(matches!(&failed, Err(Error::App(cause)) if cause.contains("panicked")), "{failed:?}");
	}
}
