//! What iExec's contracts did, step by step, on this chain's pallets.
//!
//! A file holds scenarios: who has how much, which orders there are, and steps with a time, what was tried, whether
//! the contracts accepted it, and what it changed (`vectors/poco/`). Each step is dispatched as a call, without the
//! hooks of blocks, and without deposits. After each, acceptance, accounts, scores, kitty and tasks must be as recorded.

mod runtime;
mod scenario;
mod view;
mod world;

use std::{fmt, fs, path::Path};

use serde_json::Value;

use scenario::Scenario;

/// How much was replayed without a disagreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
	/// Files read.
	pub files: usize,
	/// Scenarios in them.
	pub scenarios: usize,
	/// Steps in those.
	pub steps: usize,
}

impl fmt::Display for Summary {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{} files, {} scenarios, {} steps: all agree", self.files, self.scenarios, self.steps)
	}
}

/// Replays files.
///
/// # Errors
///
/// The first disagreement: scenario, step, field, what was expected and what was found. Or what is wrong with a file.
pub fn files(paths: &[impl AsRef<Path>]) -> Result<Summary, String> {
	let mut summary = Summary::default();
	for path in paths {
		let path = path.as_ref();
		let shown = path.display();
		let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
		let file: Value = serde_json::from_str(&text).map_err(|error| format!("{shown}: not JSON: {error}"))?;
		for scenario in scenario::all(&file).map_err(|error| format!("{shown}: {error}"))? {
			summary.steps += replay(&scenario).map_err(|error| format!("{shown}: {error}"))?;
			summary.scenarios += 1;
		}
		summary.files += 1;
	}
	Ok(summary)
}

/// Replays a scenario on a chain of its own; how many steps it has.
fn replay(scenario: &Scenario) -> Result<usize, String> {
	runtime::chain().execute_with(|| {
		let mut world = world::World::new(scenario)?;
		let mut expected = world.view();
		for (number, step) in scenario.steps.iter().enumerate() {
			let at = || format!("scenario {}, step {number} ({})", scenario.name, step.operation);
			let outcome = world.step(step).map_err(|error| format!("{}: {error}", at()))?;
			if outcome.is_ok() != step.accepted {
				let word = |accepted| if accepted { "accepted" } else { "refused" };
				let found = match outcome {
					Ok(()) => word(true).into(),
					Err(error) => format!("{} with {error:?}", word(false)),
				};
				return Err(format!("{}: acceptance: expected {}, found {found}", at(), word(step.accepted)));
			}
			view::record(&mut expected, &step.changed);
			if let Some(difference) = view::difference(&expected, &world.view()) {
				return Err(format!("{}: {difference}", at()));
			}
		}
		Ok(scenario.steps.len())
	})
}
