//! Journals as crashes leave them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;

/// Returns lines about few contents and holders, so that they concern each other.
fn lines() -> impl Strategy<Value = Vec<Line>> {
	let line =
		(0..6_u8, 0..3_u8, 0..3_u8, 0..1_000_u64, 0..4_usize).prop_map(|(form, content, holder, number, room)| {
			let (cid, who, name) =
				(Cid::of_sha256([content; 32]), format!("holder {holder}"), format!("name {holder}"));
			let room = [None, Some(Room::Results), Some(Room::Uploads), Some(Room::Trials)][room];
			match form {
				0 => Line::Release { cid, who },
				1 => Line::Gone { cid },
				2 => Line::Mirrored { cid, name },
				3 => Line::Loose { name },
				4 => Line::Unpinned { name },
				_ => Line::Hold { cid, size: number, who, until: number, room },
			}
		});
	vec(line, 0..12)
}

/// Returns what a disk may have where a line was to be written: nothing that ends the line.
fn rest() -> impl Strategy<Value = Vec<u8>> {
	vec(prop_oneof![Just(0), 0x80..=0xff_u8], 0..20)
}

fn written(lines: &[Line]) -> Vec<u8> {
	let mut bytes = Vec::new();
	for line in lines {
		serde_json::to_writer(&mut bytes, line).unwrap();
		bytes.push(b'\n');
	}
	bytes
}

/// A content's size, its holders with their ends, and its name on the node.
type Seen = (u64, BTreeMap<String, u64>, Option<String>);

/// Returns all that is held, and the names that are not needed.
fn seen(held: &Held) -> (BTreeMap<Cid, Seen>, BTreeSet<String>) {
	let objects = held.objects.iter().map(|(cid, object)| {
		let holds = object.holds.iter().map(|(who, hold)| (who.clone(), hold.until)).collect();
		(*cid, (object.size, holds, object.node.as_ref().map(|node| node.name.clone())))
	});
	(objects.collect(), held.loose.iter().cloned().collect())
}

/// Returns what is held after these lines, if each is done.
fn after(lines: &[Line]) -> Held {
	let mut held = Held::default();
	lines.iter().for_each(|line| line.clone().replay(&mut held));
	held
}

proptest! {
	#[test]
	fn torn_journal_says_all_of_its_whole_lines(lines in lines(), cut in any::<Index>(), rest in rest()) {
		let mut bytes = written(&lines);
		bytes.truncate(cut.index(bytes.len() + 1));
		let whole = bytes.iter().filter(|byte| **byte == b'\n').count();
		// A line may lack nothing but its end.
		let is_last_whole = written(&lines[..(whole + 1).min(lines.len())]).len() == bytes.len() + 1;
		let is_torn = !is_last_whole && bytes.last().is_some_and(|last| *last != b'\n');
		if is_torn {
			bytes.extend(rest);
		}
		let held = Journal::replay(bytes.as_slice()).unwrap();
		prop_assert_eq!(seen(&held), seen(&after(&lines[..whole + usize::from(is_last_whole)])));
	}

	#[test]
	fn what_is_held_adds_up(lines in lines()) {
		let held = Journal::replay(written(&lines).as_slice()).unwrap();
		let total: u64 = held.objects.values().map(|object| object.size).sum();
		let holds: usize = held.objects.values().map(|object| object.holds.len()).sum();
		prop_assert_eq!((held.total, held.holds), (total, holds));
		for (who, bytes) in &held.by_who {
			let of_holder = held.objects.values().filter(|object| object.holds.contains_key(who));
			prop_assert_eq!(*bytes, of_holder.map(|object| object.size).sum::<u64>(), "{}", who);
		}
		for room in [Room::Results, Room::Uploads, Room::Trials] {
			let there = held.objects.values().filter(|object| object.holds.values().any(|hold| hold.room == room));
			prop_assert_eq!(held.in_room(room), there.map(|object| object.size).sum::<u64>(), "{:?}", room);
		}
	}

	#[test]
	fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..200)) {
		let _ = Journal::replay(bytes.as_slice()).unwrap();
	}
}
