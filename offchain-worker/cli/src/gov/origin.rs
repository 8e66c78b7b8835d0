//! Which track decides on a call: what an approved one is made as, and who may make it.

use rlc_chain::{Data, Governance, Track};
use rlc_primitives::governance::TRACK_CALLS;

use crate::failure::{failure, Result};

/// The track on which anything can be decided.
pub(super) const ROOT: &str = "root";

/// The calls that hold others, which are made by the same origin.
const BATCHES: [&str; 4] = ["batch", "batch_all", "force_batch", "if_else"];

/// Returns the name of the track that is meant for a call: root, if there is none.
pub(crate) fn track_of(call: &Data) -> &'static str {
	let Some((pallet, name, _)) = call.as_call() else { return ROOT };
	if pallet == "Utility" && BATCHES.contains(&name) {
		let mut tracks = within(call).into_iter().map(track_of);
		let first = tracks.next().unwrap_or(ROOT);
		return if tracks.all(|track| track == first) { first } else { ROOT };
	}
	let is_its = |(_, of, calls): &&(&str, &str, &[&str])| *of == pallet && calls.contains(&name);
	TRACK_CALLS.iter().find(is_its).map_or(ROOT, |(track, ..)| *track)
}

/// Returns the calls that a call holds, and which are made by its own origin.
pub(super) fn within(call: &Data) -> Vec<&Data> {
	let Some(("Utility", name, arguments)) = call.as_call() else { return Vec::new() };
	if !BATCHES.contains(&name) {
		return Vec::new();
	}
	let listed = arguments.field("calls").and_then(Data::as_list).unwrap_or_default();
	let either = ["main", "fallback"].into_iter().filter_map(|name| arguments.field(name));
	listed.iter().chain(either).collect()
}

/// Returns the name of a track as the chain writes it.
pub(crate) fn plain(name: &str) -> String {
	name.to_ascii_lowercase().replace('-', "_")
}

/// Returns the track of this name.
///
/// # Errors
///
/// If there is none, with those that there are.
pub(crate) fn named<'a>(rules: &'a Governance, name: &str) -> Result<&'a Track> {
	let plain = plain(name);
	rules.tracks.iter().find(|track| track.name == plain).ok_or_else(|| {
		let known: Vec<_> = rules.tracks.iter().map(|track| track.name.as_str()).collect();
		failure!(TrackUnknown, "there is no track {name}"; "choose one of {}", known.join(", "))
	})
}

/// Returns what the call of an approved referendum of a track is made as, in the runtime's terms.
pub(crate) fn of_track(track: &Track) -> Data {
	if track.name == ROOT {
		return Data::variant("system", Data::variant("Root", Data::Nothing));
	}
	Data::variant("Origins", Data::variant(&camel_case(&track.name), Data::Nothing))
}

/// Writes `staking_admin` as `StakingAdmin`.
fn camel_case(name: &str) -> String {
	let words = name.split('_').map(|word| {
		let mut letters = word.chars();
		letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
	});
	words.collect()
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use rlc_chain::Curve;

	/// Returns a track of this name.
	pub(crate) fn track(id: u16, name: &str) -> Track {
		let line = Curve::Linear { length: 1.0, floor: 0.5, ceil: 1.0 };
		let (prepare, decide, confirm, enact) = (10, 100, 5, 3);
		let (deposit, deciding) = (500, 1);
		Track {
			id,
			name: name.into(),
			deciding,
			deposit,
			prepare,
			decide,
			confirm,
			enact,
			approval: line,
			support: line,
		}
	}

	/// Returns rules with two tracks, and blocks of a second.
	pub(crate) fn rules() -> Governance {
		let tracks = vec![track(0, "root"), track(12, "marketplace_admin")];
		Governance { tracks, submission_deposit: 1, undecided: 50, locking: 20, block_ms: 1_000 }
	}

	#[test]
	fn call_goes_to_the_track_that_may_make_it() {
		let set = || Data::call("Parameters", "set_parameter", []);
		let spend = || Data::call("Treasury", "spend_local", []);
		let batch = |calls| Data::call("Utility", "batch_all", [("calls", Data::List(calls))]);
		for (call, track) in [
			(set(), "marketplace_admin"),
			(spend(), "treasury_spender"),
			(Data::call("Treasury", "payout", []), "root"),
			(Data::call("Staking", "manual_slash", []), "root"),
			(Data::call("System", "authorize_upgrade", []), "root"),
			(batch(vec![spend(), spend()]), "treasury_spender"),
			(Data::call("Utility", "if_else", [("main", spend()), ("fallback", spend())]), "treasury_spender"),
			(batch(vec![spend(), set()]), "root"),
			(batch(Vec::new()), "root"),
			(Data::Nothing, "root"),
		] {
			assert_eq!(track_of(&call), track, "{call:?}");
		}
	}

	#[test]
	fn origin_is_that_of_the_track() {
		let root = Data::variant("system", Data::variant("Root", Data::Nothing));
		assert_eq!(of_track(&track(0, "root")), root);
		let admin = Data::variant("Origins", Data::variant("MarketplaceAdmin", Data::Nothing));
		assert_eq!(of_track(&track(12, "marketplace_admin")), admin);
	}

	#[test]
	fn track_is_found_by_its_name() {
		assert_eq!(named(&rules(), "Marketplace-Admin").unwrap().id, 12);
		let unknown = named(&rules(), "market").unwrap_err();
		assert_eq!(unknown.code(), "track.unknown");
		assert!(unknown.to_string().ends_with("choose one of root, marketplace_admin"), "{unknown}");
	}
}
