//! Which blocks were delivered, as far as that decides what is to be delivered next.

use std::collections::VecDeque;

use rlc_primitives::{BlockNumber, Hash, Header};

/// How many delivered blocks are remembered: no branch is likely to be longer.
const WINDOW: usize = 512;

/// A block's position in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
	pub(crate) number: BlockNumber,
	pub(crate) hash: Hash,
	pub(crate) parent: Hash,
}

impl Head {
	pub(crate) fn of(header: &Header) -> Self {
		Self { number: header.number, hash: header.hash(), parent: header.parent_hash }
	}
}

/// The blocks that were delivered recently.
pub(super) struct Seen {
	/// In the order of delivery.
	blocks: VecDeque<(BlockNumber, Hash)>,
	/// Where to begin while nothing was delivered; `None`: at the first head there is.
	from: Option<BlockNumber>,
}

impl Seen {
	pub(super) fn new(from: Option<BlockNumber>) -> Self {
		Self { blocks: VecDeque::new(), from }
	}

	/// Returns whether the head, or blocks before it, are to be delivered.
	pub(super) fn wants(&self, head: &Head) -> bool {
		let early = self.blocks.is_empty() && self.from.is_some_and(|from| head.number < from);
		!early && self.blocks.iter().all(|(_, hash)| *hash != head.hash)
	}

	/// Returns whether nothing is to be delivered before this one: its parent was, or there is nothing to join it to.
	pub(super) fn joins(&self, head: &Head) -> bool {
		let lowest = self.blocks.iter().map(|(number, _)| *number).min();
		match lowest.or(self.from) {
			None => true,
			Some(lowest) => head.number <= lowest || self.blocks.iter().any(|(_, hash)| *hash == head.parent),
		}
	}

	/// Returns how many heights lie between what was delivered last and this one, with it.
	pub(super) fn gap(&self, number: BlockNumber) -> BlockNumber {
		match (self.last(), self.from) {
			(Some((last, _)), _) => number.saturating_sub(last),
			(None, Some(from)) => number.saturating_sub(from).saturating_add(1),
			(None, None) => 1,
		}
	}

	/// Returns the height after what was delivered last.
	pub(super) fn next_number(&self) -> BlockNumber {
		self.last().map_or(self.from.unwrap_or_default(), |(last, _)| last.saturating_add(1))
	}

	/// Returns what was delivered last.
	pub(super) fn last(&self) -> Option<(BlockNumber, Hash)> {
		self.blocks.back().copied()
	}

	/// Remembers that a block was delivered.
	pub(super) fn push(&mut self, head: Head) {
		if self.blocks.len() == WINDOW {
			self.blocks.pop_front();
		}
		self.blocks.push_back((head.number, head.hash));
	}

	/// Forgets what was delivered last, as it is not part of the chain any more: its height is to be delivered again.
	pub(super) fn pop(&mut self) {
		if let Some((number, _)) = self.blocks.pop_back() {
			self.from = Some(number);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Returns a block of a branch.
	fn block(branch: u8, number: BlockNumber) -> Head {
		let hash = |number: BlockNumber| Hash::from_low_u64_be(u64::from(branch) << 32 | u64::from(number));
		Head { number, hash: hash(number), parent: hash(number.saturating_sub(1)) }
	}

	/// Returns the first block of a branch that leaves branch 0.
	fn fork(branch: u8, number: BlockNumber) -> Head {
		Head { parent: block(0, number - 1).hash, ..block(branch, number) }
	}

	/// Returns what is delivered for a head, if its ancestors are as `ancestor` says.
	fn deliver(seen: &mut Seen, head: Head, ancestor: impl Fn(&Head) -> Head) -> Vec<Head> {
		if !seen.wants(&head) {
			return Vec::new();
		}
		let mut way = vec![head];
		while !seen.joins(way.last().unwrap()) {
			way.push(ancestor(way.last().unwrap()));
		}
		way.reverse();
		way.iter().for_each(|head| seen.push(*head));
		way
	}

	fn straight(head: &Head) -> Head {
		block(0, head.number - 1)
	}

	#[test]
	fn without_a_beginning_the_first_head_is_the_first_block() {
		let mut seen = Seen::new(None);
		assert_eq!(deliver(&mut seen, block(0, 7), straight), [block(0, 7)]);
		assert_eq!(deliver(&mut seen, block(0, 7), straight), [], "told twice, delivered once");
		assert_eq!(deliver(&mut seen, block(0, 8), straight), [block(0, 8)]);
	}

	#[test]
	fn gap_is_filled_in_order() {
		let mut seen = Seen::new(None);
		deliver(&mut seen, block(0, 7), straight);
		let filled = deliver(&mut seen, block(0, 10), straight);
		assert_eq!(filled, [block(0, 8), block(0, 9), block(0, 10)]);
	}

	#[test]
	fn blocks_since_a_height_begin_with_it() {
		let mut seen = Seen::new(Some(5));
		assert_eq!(deliver(&mut seen, block(0, 4), straight), [], "too early");
		assert_eq!(deliver(&mut seen, block(0, 6), straight), [block(0, 5), block(0, 6)]);
		assert_eq!((seen.gap(9), seen.next_number()), (3, 7));
		let mut seen = Seen::new(Some(0));
		assert_eq!((seen.gap(40), seen.next_number()), (41, 0));
		assert_eq!(deliver(&mut seen, block(0, 1), straight).len(), 2, "with the first block");
	}

	#[test]
	fn another_branch_is_delivered_from_where_it_left() {
		let mut seen = Seen::new(Some(1));
		deliver(&mut seen, block(0, 5), straight);
		let ancestor = |head: &Head| if head.number == 5 { fork(1, 4) } else { block(1, head.number - 1) };
		let delivered = deliver(&mut seen, block(1, 6), ancestor);
		assert_eq!(delivered, [fork(1, 4), block(1, 5), block(1, 6)]);
	}

	#[test]
	fn branch_that_comes_back_goes_on_where_it_was_left() {
		let mut seen = Seen::new(Some(1));
		deliver(&mut seen, block(0, 5), straight);
		assert_eq!(deliver(&mut seen, fork(1, 5), straight), [fork(1, 5)]);
		assert_eq!(deliver(&mut seen, block(0, 5), straight), []);
		assert_eq!(deliver(&mut seen, block(0, 6), straight), [block(0, 6)]);
	}

	#[test]
	fn branch_deeper_than_memory_begins_at_the_lowest_known_height() {
		let mut seen = Seen::new(Some(100));
		deliver(&mut seen, block(0, 103), straight);
		let delivered = deliver(&mut seen, block(1, 104), |head| block(1, head.number - 1));
		assert_eq!(delivered.first(), Some(&block(1, 100)));
		assert_eq!(delivered.len(), 5);
	}

	#[test]
	fn height_that_was_taken_back_comes_again() {
		let mut seen = Seen::new(Some(3));
		deliver(&mut seen, block(0, 4), straight);
		seen.pop();
		assert_eq!((seen.last(), seen.next_number()), (Some((3, block(0, 3).hash)), 4));
		seen.pop();
		assert_eq!((seen.last(), seen.next_number()), (None, 3));
	}
}
