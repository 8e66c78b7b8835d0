//! What an app is told: iExec's variables. Nothing here depends on the machine, so that all workers run the same.

use std::collections::HashSet;

use rlc_primitives::{market::DealView, work::TaskRef};

/// Returns the variables of a task's app. The sandbox adds `IEXEC_IN` and `IEXEC_OUT`, the directories as the app sees them.
///
/// | variable | value |
/// |---|---|
/// | `IEXEC_TASK_ID`, `IEXEC_DEAL_ID` | ids, in hex |
/// | `IEXEC_TASK_INDEX`, `IEXEC_BOT_TASK_INDEX` | the task's number in the request |
/// | `IEXEC_BOT_FIRST_INDEX`, `IEXEC_BOT_SIZE` | the deal's first number, and how many tasks it has |
/// | `IEXEC_DATASET_ADDRESS`, `IEXEC_DATASET_FILENAME` | the dataset's id and file, if there is one |
/// | `IEXEC_INPUT_FILES_NUMBER`, `IEXEC_INPUT_FILE_NAME_1` … | the input files |
/// | `IEXEC_INPUT_FILES_FOLDER` | where they are: the same directory as `IEXEC_IN` |
pub(crate) fn variables(
	task: &TaskRef,
	deal: &DealView,
	dataset: Option<&str>,
	inputs: &[String],
) -> Vec<(String, String)> {
	let mut variables = vec![
		("IEXEC_TASK_ID".into(), format!("{:?}", task.id().0)),
		("IEXEC_DEAL_ID".into(), format!("{:?}", task.deal.0)),
		("IEXEC_TASK_INDEX".into(), task.index.to_string()),
		("IEXEC_BOT_SIZE".into(), deal.deal.size.to_string()),
		("IEXEC_BOT_FIRST_INDEX".into(), deal.deal.first.to_string()),
		("IEXEC_BOT_TASK_INDEX".into(), task.index.to_string()),
	];
	if let (Some(resource), Some(file)) = (&deal.deal.dataset, dataset) {
		variables.push(("IEXEC_DATASET_ADDRESS".into(), format!("{:?}", resource.id.0)));
		variables.push(("IEXEC_DATASET_FILENAME".into(), file.into()));
	}
	variables.push(("IEXEC_INPUT_FILES_NUMBER".into(), inputs.len().to_string()));
	variables.push(("IEXEC_INPUT_FILES_FOLDER".into(), GUEST_INPUT.into()));
	let names =
		(1..).zip(inputs).map(|(number, name): (u32, _)| (format!("IEXEC_INPUT_FILE_NAME_{number}"), name.clone()));
	variables.extend(names);
	variables
}

/// Where an app sees its input.
const GUEST_INPUT: &str = "/iexec_in";

/// Returns the name that a file from this location gets: the last part of its path, or `filename` of its query, without
/// what does not belong in a name; `fallback` if that is nothing. All workers find the same names.
pub(crate) fn file_name(location: &str, fallback: &str) -> String {
	let url = location.split('#').next().unwrap_or_default();
	let (path, query) = url.split_once('?').unwrap_or((url, ""));
	let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
	// As gateways of IPFS name a content.
	let named = query.split('&').find_map(|part| part.strip_prefix("filename="));
	let name: String = named
		.or(path.rsplit('/').next())
		.unwrap_or_default()
		.chars()
		.map(|one| if one.is_ascii_alphanumeric() || ".-_".contains(one) { one } else { '_' })
		.take(128)
		.collect();
	if name.trim_matches('.').is_empty() {
		fallback.into()
	} else {
		name
	}
}

/// Returns one name for each location of the inputs; `taken` is the dataset's. Names that are taken get the file's number
/// before them.
pub(crate) fn input_names(locations: &[String], taken: Option<&str>) -> Vec<String> {
	let mut names: Vec<String> = Vec::with_capacity(locations.len());
	let mut known: HashSet<String> = taken.map(String::from).into_iter().collect();
	for (number, location) in (1..).zip(locations) {
		let mut name = file_name(location, &format!("input-{number}"));
		while !known.insert(name.clone()) {
			name = format!("{number}-{name}");
		}
		names.push(name);
	}
	names
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::{deal, DEAL};
	use rlc_primitives::{deal::Resource, AccountId, DatasetId};
	use sp_core::H160;

	fn names(variables: &[(String, String)]) -> Vec<&str> {
		variables.iter().map(|(name, _)| name.as_str()).collect()
	}

	#[test]
	fn app_is_told_iexecs_variables() {
		let mut deal = deal(5);
		(deal.deal.first, deal.deal.size) = (10, 4);
		let owner = AccountId::new([0; 32]);
		deal.deal.dataset = Some(Resource { id: DatasetId(H160::repeat_byte(3)), owner, price: 0 });
		let task = TaskRef { deal: DEAL, index: 12 };
		let inputs = ["a.txt".into(), "b.txt".into()];
		let variables = variables(&task, &deal, Some("data.csv"), &inputs);
		let expected = [
			("IEXEC_TASK_ID", format!("{:?}", task.id().0)),
			("IEXEC_DEAL_ID", format!("{:?}", DEAL.0)),
			("IEXEC_TASK_INDEX", "12".into()),
			("IEXEC_BOT_SIZE", "4".into()),
			("IEXEC_BOT_FIRST_INDEX", "10".into()),
			("IEXEC_BOT_TASK_INDEX", "12".into()),
			("IEXEC_DATASET_ADDRESS", format!("0x{}", "03".repeat(20))),
			("IEXEC_DATASET_FILENAME", "data.csv".into()),
			("IEXEC_INPUT_FILES_NUMBER", "2".into()),
			("IEXEC_INPUT_FILES_FOLDER", "/iexec_in".into()),
			("IEXEC_INPUT_FILE_NAME_1", "a.txt".into()),
			("IEXEC_INPUT_FILE_NAME_2", "b.txt".into()),
		];
		assert_eq!(variables, expected.map(|(name, value)| (name.to_string(), value)));
	}

	#[test]
	fn task_without_dataset_or_input_is_told_of_none() {
		let variables = variables(&TaskRef { deal: DEAL, index: 0 }, &deal(1), None, &[]);
		assert!(!names(&variables).iter().any(|name| name.contains("DATASET") || name.contains("FILE_NAME")));
		assert!(variables.contains(&("IEXEC_INPUT_FILES_NUMBER".into(), "0".into())));
	}

	#[test]
	fn files_are_named_by_the_end_of_their_location() {
		for (location, name) in [
			("https://x.org/a/b.csv?c=/d#sha256=e", "b.csv"),
			("file:///tmp/x y", "x_y"),
			("bafkreigh", "bafkreigh"),
			("bafkreigh/notes.txt", "notes.txt"),
			("https://x.org/store/bafkreigh?filename=a_b.csv", "a_b.csv"),
			("https://x.org/a?b=1&filename=../c#d", ".._c"),
			("https://x.org/a?filename=", "fallback"),
			("ipfs://bafybeigh?filename=a.csv", "a.csv"),
			("https://x.org", "fallback"),
			("https://x.org/a/", "fallback"),
			("https://x.org/..", "fallback"),
			("https://x.org/a\\..\\b", "a_.._b"),
			("", "fallback"),
		] {
			assert_eq!(file_name(location, "fallback"), name, "{location}");
		}
		assert_eq!(file_name(&format!("http://x/{}", "a".repeat(999)), "f").len(), 128);
	}

	#[test]
	fn no_two_files_have_one_name() {
		let locations = ["http://x/a", "http://y/a", "http://x/data", "http://x/2-a", "http://x/"].map(String::from);
		assert_eq!(input_names(&locations, Some("data")), ["a", "2-a", "3-data", "4-2-a", "input-5"]);
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*};
	use rlc_testing::spoiled_text;

	fn locations() -> impl Strategy<Value = Vec<String>> {
		let location =
			prop::sample::select(vec!["http://x/a", "http://x/2-a", "bafk?filename=a", "file:///tmp/..", "a/."]);
		vec(spoiled_text(location.prop_map(String::from)), 0..6)
	}

	proptest! {
		#[test]
		fn each_file_has_a_plain_name_of_its_own(locations in locations(), taken in "a|2-a|input-1|[a-z.]{1,4}") {
			let names = input_names(&locations, Some(taken.as_str()));
			prop_assert_eq!(names.len(), locations.len());
			let all: std::collections::BTreeSet<_> = names.iter().chain([&taken]).collect();
			prop_assert_eq!(all.len(), names.len() + 1, "{:?}", names);
			for name in names {
				prop_assert!(name.chars().all(|one| one.is_ascii_alphanumeric() || ".-_".contains(one)), "{name}");
				prop_assert!(!name.trim_matches('.').is_empty() && name.len() <= 255, "{name}");
			}
		}
	}
}
