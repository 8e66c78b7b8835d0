//! Lists as strangers write them.

use proptest::{collection::vec, option, prelude::*};
use rlc_testing::spoiled;

use super::*;

fn entries() -> impl Strategy<Value = Vec<Entry>> {
	let entry = (option::of("[ a-c\"'\\\\\u{e9}\0]{0,6}"), vec("[a-c:/.#]{0,4}", 0..3));
	vec(entry.prop_map(|(args, inputs)| Entry { args, inputs }), 0..5)
}

/// Returns whether a location is pinned, for these tests.
fn is_pinned(location: &str) -> bool {
	location.contains('#')
}

/// Returns whether workers can serve an entry.
fn is_servable(entry: &Entry, trust: u64) -> bool {
	entry.args().is_ok() && (trust <= 1 || entry.inputs.iter().all(|location| is_pinned(location)))
}

proptest! {
	#[test]
	fn list_is_read_as_written_or_for_nobody(entries in entries(), place in 0..6_u64, trust in 0..4_u64) {
		let read = Entry::of_task(&serde_json::to_vec(&entries).unwrap(), place, trust, is_pinned).ok();
		let all = entries.iter().all(|entry| is_servable(entry, trust));
		let expected = entries.get(place as usize).filter(|_| all);
		let of_task = |entry: &Entry| OfTask { args: entry.args().unwrap(), inputs: entry.inputs.clone() };
		prop_assert_eq!(read, expected.map(of_task));
	}

	#[test]
	fn whatever_is_read_can_be_served(
		list in spoiled(entries().prop_map(|entries| serde_json::to_vec(&entries).unwrap())),
		place in 0..6_u64,
		trust in 0..4_u64,
	) {
		match Entry::of_task(&list, place, trust, is_pinned) {
			Ok(OfTask { args, inputs }) => {
				prop_assert!(args.iter().flatten().all(|arg| !arg.contains('\0')), "a program can be given them");
				prop_assert!(trust <= 1 || inputs.iter().all(|location| is_pinned(location)));
			}
			Err(why) => prop_assert!(why.cause().is_from_outside()),
		}
	}
}
