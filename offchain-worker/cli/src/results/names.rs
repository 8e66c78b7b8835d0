//! What the results of a deal's tasks are called, if the requester has given them names: kept beside them, so that a
//! download that is resumed finds them again.

use std::{
	fs,
	path::{Path, PathBuf},
};

use rlc_primitives::{deal::Deal, DealId};

use crate::{
	bag::are_distinct,
	failure::{disk, Result},
};

/// The names of a deal's tasks, in their order; none, if they have only numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names(Vec<String>);

/// Notes what the results of a deal are called that will be downloaded into a directory.
///
/// # Errors
///
/// If the directory cannot be written to.
pub(crate) fn remember(output: &Path, deal: DealId, names: &[String]) -> Result<()> {
	fs::create_dir_all(output).map_err(disk(output))?;
	let file = file_of(output, deal);
	fs::write(&file, serde_json::to_vec(names)?).map_err(disk(&file))
}

impl Names {
	/// Returns what was noted of a deal in a directory. A note that does not fit the deal, or leads elsewhere, counts as none.
	pub(super) fn recall(output: &Path, id: DealId, deal: &Deal) -> Self {
		let noted = fs::read(file_of(output, id)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
		let names: Vec<String> = noted.unwrap_or_default();
		let fits = names.len() as u64 >= deal.size && are_distinct(&names);
		Self(if fits { names } else { Vec::new() })
	}

	/// Returns what the result of a task is called, if it has a name.
	pub(super) fn of(&self, deal: &Deal, index: u64) -> Option<&str> {
		let place = usize::try_from(index.checked_sub(deal.first)?).ok()?;
		self.0.get(place).map(String::as_str)
	}
}

/// Returns the file in which the names of a deal's results are noted.
fn file_of(output: &Path, deal: DealId) -> PathBuf {
	output.join(format!(".rlc-names-{}.json", &hex::encode(deal.0)[..8]))
}
