//! What strangers send: something right, with a few changes, or none.
//!
//! Random bytes seldom come past the first check of a reader. What is almost right does, and finds what the checks behind it
//! forgot.

use proptest::{collection::vec, prelude::*, sample::Index};

/// Bytes that mean something to one reader or another.
const TELLING: &[u8] =
	b"\0\t\n\r \"#%&'()*+,-./0123456789:;<=>?@ABCEFTXZ[\\]_abcdefnrtuxz{|}~\x7f\x80\xbf\xc3\xed\xf4\xff";

/// The most changes of one text.
const MOST_CHANGES: usize = 3;

/// The most bytes that one change removes or repeats.
const MOST_BYTES: usize = 16;

/// A change of some bytes, at a position.
#[derive(Clone, Debug)]
enum Change {
	Replace(u8),
	Insert(u8),
	Remove(usize),
	Repeat(usize),
	/// Removes all that follows.
	Cut,
}

/// Returns bytes that are right with up to three changes. Each byte may be replaced, removed or repeated, others inserted.
pub fn spoiled(right: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
	(right, vec((any::<Index>(), change()), 0..=MOST_CHANGES)).prop_map(|(mut bytes, changes)| {
		for (position, change) in changes {
			apply(&mut bytes, &position, &change);
		}
		bytes
	})
}

/// Returns a text that is right with such changes. What is no longer UTF-8 is replaced.
pub fn spoiled_text(right: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
	spoiled(right.prop_map(String::into_bytes)).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn change() -> impl Strategy<Value = Change> {
	let byte = || prop_oneof![3 => prop::sample::select(TELLING), 1 => any::<u8>()];
	prop_oneof![
		3 => byte().prop_map(Change::Replace),
		3 => byte().prop_map(Change::Insert),
		2 => (1..=MOST_BYTES).prop_map(Change::Remove),
		1 => (1..=MOST_BYTES).prop_map(Change::Repeat),
		1 => Just(Change::Cut),
	]
}

fn apply(bytes: &mut Vec<u8>, position: &Index, change: &Change) {
	let at = position.index(bytes.len() + 1);
	let until = |count: usize| (at + count).min(bytes.len());
	match *change {
		Change::Insert(byte) => bytes.insert(at, byte),
		Change::Replace(byte) => {
			if let Some(old) = bytes.get_mut(at) {
				*old = byte;
			}
		}
		Change::Remove(count) => {
			let until = until(count);
			bytes.drain(at..until);
		}
		Change::Repeat(count) => {
			let again = bytes[at..until(count)].to_vec();
			let rest = bytes.split_off(at);
			bytes.extend(again);
			bytes.extend(rest);
		}
		Change::Cut => bytes.truncate(at),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{strategy::ValueTree, test_runner::TestRunner};

	#[test]
	fn what_is_right_comes_as_it_is_and_changed() {
		let mut runner = TestRunner::deterministic();
		let strategy = spoiled_text(Just("right".to_owned()));
		let texts: Vec<_> = (0..200).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
		let right = texts.iter().filter(|text| *text == "right").count();
		assert!((20..120).contains(&right), "{right}");
		assert!(texts.iter().any(|text| text.len() < 5) && texts.iter().any(|text| text.len() > 5));
	}
}
