//! A runtime's numbers of the calls and events that are named here.

/// A runtime's numbers of each variant of an enum of pallets: that of the pallet, and that of the call or event.
#[derive(Default)]
pub(super) struct Numbers(Vec<Vec<[u8; 2]>>);

impl Numbers {
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
			let (_, variant) = variants.iter().zip(0..).find(|(numbers, _)| **numbers == theirs)?;
			Some([pallet, variant])
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_translated_both_ways() {
		let numbers = Numbers::new(vec![vec![[7, 3]], vec![[9, 0], [9, 4]]]);
		for (ours, theirs) in [([0, 0], [7, 3]), ([1, 0], [9, 0]), ([1, 1], [9, 4])] {
			assert_eq!((numbers.theirs(ours), numbers.ours(theirs)), (theirs, Some(ours)));
		}
		assert_eq!(numbers.ours([7, 4]), None);
	}
}
