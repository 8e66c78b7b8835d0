//! What a store holds, in memory: for whom, until when, and whether its bytes are on the disk, on an IPFS node, or both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::checked::Checked;
use crate::{token::Room, Cid};

/// A content.
pub(super) struct Object {
	/// In bytes.
	pub(super) size: u64,
	/// Whether its file was seen to be what its name says.
	pub(super) checked: Checked,
	/// Its holders, and how they hold it. Empty only until it is removed.
	pub(super) holds: BTreeMap<String, Hold>,
	/// Whether its file is on the disk. If not, it is on the node.
	pub(super) on_disk: bool,
	/// What it is on the IPFS node, if it is there.
	pub(super) node: Option<OnNode>,
}

/// How a holder has a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
	/// Until when, in ms.
	pub(super) until: u64,
	/// Which part of the store it takes.
	pub(super) room: Room,
}

impl Object {
	/// Returns the parts of the store that it takes.
	pub(super) fn rooms(&self) -> BTreeSet<Room> {
		self.holds.values().map(|hold| hold.room).collect()
	}
}

/// A content on the IPFS node.
pub(super) struct OnNode {
	/// Its name there. Contents that are named by different hashes may share one.
	pub(super) name: String,
	/// Later ones have greater numbers.
	pub(super) order: u64,
}

/// What is held.
#[derive(Default)]
pub(super) struct Held {
	pub(super) objects: HashMap<Cid, Object>,
	/// Bytes of all objects, wherever they are.
	pub(super) total: u64,
	/// Bytes by holder; an object counts for each.
	pub(super) by_who: HashMap<String, u64>,
	/// Bytes in each part of the store; an object counts once in each that it takes.
	by_room: BTreeMap<Room, u64>,
	/// How many holds there are.
	pub(super) holds: usize,
	/// Objects on the disk that a node does not have for sure.
	pub(super) pending: BTreeSet<Cid>,
	/// Objects on the disk that the node has too, in the order in which they came there.
	cached: BTreeMap<u64, Cid>,
	/// Their bytes.
	cached_bytes: u64,
	/// How many objects have each name on the node.
	names: HashMap<String, usize>,
	/// Names on the node that are no longer needed.
	pub(super) loose: BTreeSet<String>,
	/// How many objects have come to the node.
	order: u64,
}

impl Held {
	/// Holds a content for a holder. `checked` is of one that is new here, and on the disk.
	pub(super) fn hold(&mut self, cid: Cid, size: u64, who: &str, hold: Hold, checked: Checked) {
		let (total, pending) = (&mut self.total, &mut self.pending);
		let object = self.objects.entry(cid).or_insert_with(|| {
			*total += size;
			pending.insert(cid);
			Object { size, checked, holds: BTreeMap::new(), on_disk: true, node: None }
		});
		let (size, before) = (object.size, object.rooms());
		let is_new = object.holds.insert(who.into(), hold).is_none();
		let after = object.rooms();
		if is_new {
			self.holds += 1;
			*self.by_who.entry(who.into()).or_default() += size;
		}
		self.change_rooms(&before, &after, size);
	}

	/// Returns the bytes in a part of the store.
	pub(super) fn in_room(&self, room: Room) -> u64 {
		self.by_room.get(&room).copied().unwrap_or(0)
	}

	/// Counts an object where it is now.
	fn change_rooms(&mut self, before: &BTreeSet<Room>, after: &BTreeSet<Room>, size: u64) {
		for room in before.difference(after) {
			if let Some(bytes) = self.by_room.get_mut(room) {
				*bytes -= size;
			}
		}
		for room in after.difference(before) {
			*self.by_room.entry(*room).or_default() += size;
		}
	}

	/// Ends a hold.
	pub(super) fn release(&mut self, cid: &Cid, who: &str) {
		let Some(object) = self.objects.get_mut(cid) else { return };
		let before = object.rooms();
		if object.holds.remove(who).is_some() {
			let (size, after) = (object.size, object.rooms());
			self.holds -= 1;
			self.subtract(who, size);
			self.change_rooms(&before, &after, size);
		}
	}

	/// Notes that a content is gone. If the node has it, it is not needed there any longer.
	pub(super) fn remove(&mut self, cid: &Cid) {
		let Some(object) = self.objects.remove(cid) else { return };
		self.total -= object.size;
		self.holds -= object.holds.len();
		self.pending.remove(cid);
		for who in object.holds.keys() {
			self.subtract(who, object.size);
		}
		self.change_rooms(&object.rooms(), &BTreeSet::new(), object.size);
		if let Some(node) = object.node {
			self.remove_from_cache(node.order, object.size);
			self.remove_from_node(node.name);
		}
	}

	/// Notes that the node has a content, under a name. If it was removed meanwhile, it is not needed there.
	pub(super) fn mirrored(&mut self, cid: &Cid, name: String) {
		let Some(object) = self.objects.get_mut(cid) else {
			if !self.names.contains_key(&name) {
				self.loose.insert(name);
			}
			return;
		};
		self.order += 1;
		self.loose.remove(&name);
		*self.names.entry(name.clone()).or_default() += 1;
		let before = object.node.replace(OnNode { name, order: self.order });
		let size = object.size;
		if object.on_disk {
			self.pending.remove(cid);
			self.cached.insert(self.order, *cid);
			self.cached_bytes += size;
		}
		if let Some(before) = before {
			self.remove_from_cache(before.order, size);
			self.remove_from_node(before.name);
		}
	}

	/// Notes that the file of a content is gone from the disk; the node has it.
	pub(super) fn evicted(&mut self, cid: &Cid) {
		let Some(object) = self.objects.get_mut(cid) else { return };
		object.on_disk = false;
		let (size, order) = (object.size, object.node.as_ref().map(|node| node.order));
		self.pending.remove(cid);
		if let Some(order) = order {
			self.remove_from_cache(order, size);
		}
	}

	/// Notes that a content that was on the node only is on the disk again. It goes to the node again, which may have lost it.
	pub(super) fn restored(&mut self, cid: &Cid, checked: Checked) {
		let Some(object) = self.objects.get_mut(cid) else { return };
		object.on_disk = true;
		object.checked = checked;
		self.pending.insert(*cid);
	}

	/// Returns the contents whose files have to go so that files that the node has too take no more bytes than this. Those
	/// that came to the node first go first.
	pub(super) fn surplus(&self, limit: u64) -> Vec<Cid> {
		let mut left = self.cached_bytes;
		let mut surplus = Vec::new();
		for cid in self.cached.values() {
			if left <= limit {
				break;
			}
			left -= self.objects.get(cid).map_or(0, |object| object.size);
			surplus.push(*cid);
		}
		surplus
	}

	/// Returns whether a content is on the disk, and surely on the node too.
	pub(super) fn is_cached(&self, cid: &Cid) -> bool {
		let order = self.objects.get(cid).and_then(|object| object.node.as_ref()).map(|node| node.order);
		order.is_some_and(|order| self.cached.contains_key(&order))
	}

	/// Returns the contents on the node with their names, in the order in which they came there.
	pub(super) fn on_node(&self) -> Vec<(&Cid, &str)> {
		let mut all: Vec<_> =
			self.objects.iter().filter_map(|(cid, object)| Some((cid, object.node.as_ref()?))).collect();
		all.sort_unstable_by_key(|(_, node)| node.order);
		all.into_iter().map(|(cid, node)| (cid, node.name.as_str())).collect()
	}

	fn remove_from_cache(&mut self, order: u64, size: u64) {
		if self.cached.remove(&order).is_some() {
			self.cached_bytes -= size;
		}
	}

	/// Notes that a name on the node has one content less.
	fn remove_from_node(&mut self, name: String) {
		let Some(count) = self.names.get_mut(&name) else { return };
		*count -= 1;
		if *count == 0 {
			self.names.remove(&name);
			self.loose.insert(name);
		}
	}

	fn subtract(&mut self, who: &str, size: u64) {
		let Some(bytes) = self.by_who.get_mut(who) else { return };
		*bytes -= size;
		if *bytes == 0 {
			self.by_who.remove(who);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const UPLOAD: Hold = Hold { until: 100, room: Room::Uploads };
	const RESULT: Hold = Hold { until: 100, room: Room::Results };

	fn cid(n: u8) -> Cid {
		Cid::of_sha256([n; 32])
	}

	/// Holds this many contents of 10 bytes, on the disk.
	fn held(count: u8) -> Held {
		let mut held = Held::default();
		for n in 1..=count {
			held.hold(cid(n), 10, "a", UPLOAD, Checked::yes());
		}
		held
	}

	#[test]
	fn files_go_in_the_order_in_which_they_came_to_the_node() {
		let mut held = held(4);
		for (n, name) in [(2, "two"), (1, "one"), (3, "three")] {
			held.mirrored(&cid(n), name.into());
		}
		assert!(held.surplus(30).is_empty());
		assert_eq!(held.surplus(29), [cid(2)]);
		assert_eq!(held.surplus(0), [cid(2), cid(1), cid(3)], "never what the node does not have");
		held.evicted(&cid(2));
		assert_eq!(held.surplus(10), [cid(1)]);
		assert!(!held.is_cached(&cid(2)) && held.is_cached(&cid(1)) && !held.is_cached(&cid(4)));
		assert_eq!((held.total, held.by_who["a"]), (40, 40), "quotas count what is on the node only");
	}

	#[test]
	fn what_comes_again_goes_to_the_node_again() {
		let mut held = held(1);
		held.mirrored(&cid(1), "name".into());
		held.evicted(&cid(1));
		assert!(held.pending.is_empty());
		held.restored(&cid(1), Checked::yes());
		assert!(held.pending.contains(&cid(1)) && held.surplus(0).is_empty());
		held.mirrored(&cid(1), "name".into());
		assert!(held.pending.is_empty() && held.loose.is_empty());
		assert_eq!(held.surplus(0), [cid(1)]);
	}

	#[test]
	fn name_is_needed_until_its_last_content_is_gone() {
		let mut held = held(2);
		held.mirrored(&cid(1), "same bytes".into());
		held.mirrored(&cid(2), "same bytes".into());
		held.remove(&cid(1));
		assert!(held.loose.is_empty());
		held.remove(&cid(2));
		assert!(held.loose.contains("same bytes"));
		held.hold(cid(1), 10, "a", UPLOAD, Checked::yes());
		held.mirrored(&cid(1), "same bytes".into());
		assert!(held.loose.is_empty(), "it is needed again");
		held.mirrored(&cid(9), "removed meanwhile".into());
		assert!(held.loose.contains("removed meanwhile"));
	}

	#[test]
	fn content_counts_once_in_each_part_of_the_store_that_it_takes() {
		let mut held = held(2);
		held.hold(cid(1), 10, "b", UPLOAD, Checked::yes());
		held.hold(cid(1), 10, "c", RESULT, Checked::yes());
		let rooms = |held: &Held| [Room::Results, Room::Uploads, Room::Trials].map(|room| held.in_room(room));
		assert_eq!(rooms(&held), [10, 20, 0]);
		held.hold(cid(1), 10, "c", Hold { room: Room::Trials, ..RESULT }, Checked::yes());
		assert_eq!(rooms(&held), [0, 20, 10], "a holder has it in one part");
		held.release(&cid(1), "a");
		assert_eq!(rooms(&held), [0, 20, 10], "another one holds it there");
		held.release(&cid(1), "b");
		assert_eq!(rooms(&held), [0, 10, 10]);
		held.remove(&cid(1));
		held.remove(&cid(2));
		assert_eq!((rooms(&held), held.total), ([0; 3], 0));
	}
}
