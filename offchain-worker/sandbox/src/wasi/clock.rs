//! Time, as modules see it.

/// 2020-01-01T00:00:00Z, in ns since the Unix epoch: when each run begins.
pub const START: u64 = 1_577_836_800_000_000_000;
/// What passes with each look, in ns, and so the clocks' resolution. Loops that wait for a time to come end.
pub const STEP: u64 = 1_000_000;

/// A clock that moves when it is read, and when the module sleeps.
#[derive(Debug, Default)]
pub struct Clock {
	/// In ns since the run began.
	passed: u64,
}

/// The clocks of preview 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
	/// Since the Unix epoch.
	Wall,
	/// Since the run began: the monotonic clock, and those of processor time.
	Run,
}

impl Id {
	/// Returns the clock of a number.
	pub fn of(id: u32) -> Option<Self> {
		match id {
			0 => Some(Self::Wall),
			1..=3 => Some(Self::Run),
			_ => None,
		}
	}
}

impl Clock {
	/// Reads a clock, in ns.
	pub fn look(&mut self, id: Id) -> u64 {
		self.passed = self.passed.saturating_add(STEP);
		self.passed.saturating_add(base(id))
	}

	/// Returns how long it is until a time, in ns. 0: it has come.
	pub fn until(&self, id: Id, time: u64) -> u64 {
		time.saturating_sub(self.passed.saturating_add(base(id)))
	}

	/// Sleeps this many ns.
	pub fn sleep(&mut self, time: u64) {
		self.passed = self.passed.saturating_add(time);
	}
}

fn base(id: Id) -> u64 {
	match id {
		Id::Wall => START,
		Id::Run => 0,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn time_passes_with_each_look_and_with_sleep() {
		let mut clock = Clock::default();
		assert_eq!(clock.look(Id::Wall), START + STEP);
		assert_eq!(clock.look(Id::Run), 2 * STEP);
		clock.sleep(5);
		assert_eq!(clock.until(Id::Run, 2 * STEP + 7), 2);
		assert_eq!(clock.until(Id::Wall, 0), 0);
		clock.sleep(u64::MAX);
		assert_eq!(clock.look(Id::Wall), u64::MAX);
	}
}
