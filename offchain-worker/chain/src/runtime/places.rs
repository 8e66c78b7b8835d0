//! Where a runtime has the calls and events that are named here.

/// Where a runtime has each variant of an enum of pallets: its numbers of the pallet and of the call or event.
#[derive(Default)]
pub(super) struct Places(Vec<Vec<[u8; 2]>>);

impl Places {
	/// Keeps them: by pallet, and in each by call or event, in the order of the enums here.
	pub(super) fn new(pallets: Vec<Vec<[u8; 2]>>) -> Self {
		Self(pallets)
	}

	/// Returns the runtime's numbers for those here.
	pub(super) fn theirs(&self, [pallet, variant]: [u8; 2]) -> [u8; 2] {
		self.0[usize::from(pallet)][usize::from(variant)]
	}

	/// Returns the numbers here for the runtime's, if they are known here.
	pub(super) fn ours(&self, theirs: [u8; 2]) -> Option<[u8; 2]> {
		self.0.iter().zip(0..).find_map(|(variants, pallet)| {
			let (_, variant) = variants.iter().zip(0..).find(|(place, _)| **place == theirs)?;
			Some([pallet, variant])
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_translated_both_ways() {
		let places = Places::new(vec![vec![[7, 3]], vec![[9, 0], [9, 4]]]);
		for (ours, theirs) in [([0, 0], [7, 3]), ([1, 0], [9, 0]), ([1, 1], [9, 4])] {
			assert_eq!((places.theirs(ours), places.ours(theirs)), (theirs, Some(ours)));
		}
		assert_eq!(places.ours([7, 4]), None);
	}
}
