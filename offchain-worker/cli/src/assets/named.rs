//! Assets by their names. Anybody can give any asset any name, so a name is good only if nothing else is called so, or alike.

use rlc_chain::{Chain, Walked};
use rlc_json::Account;
use rlc_primitives::{assets::Registered, AccountId};

use super::kind::Asset;
use crate::{
	context::Context,
	failure::{failure, Failure, Result},
};

/// How many assets are looked at for a name. With more, ids have to do.
const LOOKED_AT: usize = 100_000;
/// How many assets that a name may mean are told.
const TOLD: usize = 5;
/// From which likeness on, of 0 to 1, another name may have been meant.
const ALIKE: f64 = 0.85;

/// An asset as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AssetName<Id> {
	/// By its id.
	Id(Id),
	/// By its name, or its owner's account and its name: `OWNER/NAME`.
	Name(String),
}

/// Returns a reader of what names an asset: an id, which `read` reads and which begins with 0x, or a name.
pub(crate) fn named<Id: 'static>(
	read: impl Fn(&str) -> Result<Id, String> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Result<AssetName<Id>, String> + Clone + Send + Sync + 'static {
	move |text: &str| {
		if text.starts_with("0x") || text.trim().is_empty() {
			return read(text).map(AssetName::Id);
		}
		Ok(AssetName::Name(text.to_owned()))
	}
}

impl<A: Asset> AssetName<A> {
	/// Returns the id of the asset, and says which it is if it was named by its name.
	///
	/// # Errors
	///
	/// If no asset is called so, if others could be meant, or if the node does not answer.
	pub(crate) async fn find(&self, context: &Context, chain: &Chain) -> Result<A> {
		let name = match self {
			Self::Id(id) => return Ok(*id),
			Self::Name(name) => name,
		};
		let (owner, wanted) = match name.rsplit_once('/') {
			Some((owner, wanted)) => (Some(context.account(owner)?), wanted),
			None => (None, name.as_str()),
		};
		let Walked { found, is_whole } = A::all(chain, LOOKED_AT).await?;
		if !is_whole {
			return Err(failure!(NameAmbiguous, "there are too many {}s on the chain to tell them by name", A::KIND;
				"give the id"));
		}
		let known = found.into_iter().map(|(id, asset)| {
			let name = A::name(&asset.content);
			Known { id, owner: asset.owner, name }
		});
		let known: Vec<_> = known.filter(|one| owner.as_ref().is_none_or(|owner| one.owner == *owner)).collect();
		let Known { id, owner, .. } = pick(wanted, &known)?;
		let owner = Account(owner.clone());
		context.out.say(format_args!("{wanted} is {} {} of {owner}", A::KIND, id.hex()));
		Ok(*id)
	}
}

/// Returns the id of an asset that may be named.
///
/// # Errors
///
/// As of [`AssetName::find`].
pub(crate) async fn found<A: Asset>(
	name: Option<&AssetName<A>>,
	context: &Context,
	chain: &Chain,
) -> Result<Option<A>> {
	Ok(match name {
		Some(name) => Some(name.find(context, chain).await?),
		None => None,
	})
}

/// Returns the assets of an account that are called so, or alike, but for this one: earlier versions, most likely.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn earlier<A: Asset>(chain: &Chain, owner: &AccountId, name: &str, but: A) -> Result<Vec<A>> {
	let Walked { found, .. } = A::all(chain, LOOKED_AT).await?;
	let (wanted, but) = (skeleton(name), but.hex());
	let is_earlier = |id: A, asset: &Registered<A::Content>| {
		asset.owner == *owner && skeleton(&A::name(&asset.content)) == wanted && id.hex() != but
	};
	Ok(found.into_iter().filter(|(id, asset)| is_earlier(*id, asset)).map(|(id, _)| id).collect())
}

/// An asset that a name may mean.
#[derive(Clone, Debug)]
struct Known<A> {
	id: A,
	owner: AccountId,
	name: String,
}

/// Returns the one asset that a name means.
fn pick<'a, A: Asset>(wanted: &str, known: &'a [Known<A>]) -> Result<&'a Known<A>> {
	let kind = A::KIND;
	if !wanted.chars().all(|one| one.is_ascii_graphic() || one == ' ') {
		return Err(failure!(NameAmbiguous, "the name has characters that look like others"; "give the {kind}'s id"));
	}
	let alike: Vec<_> = known.iter().filter(|one| skeleton(&one.name) == skeleton(wanted)).collect();
	match alike.as_slice() {
		[one] if one.name == wanted => Ok(*one),
		[] => Err(unknown(wanted, known)),
		[one] => Err(failure!(AssetUnknown, "no {kind} is called {wanted}";
			"one is called {}: {}, of {}", one.name, one.id.hex(), Account(one.owner.clone()))),
		several => {
			let told = several.iter().take(TOLD);
			let told = told.map(|one| format!("{} ({}, of {})", one.id.hex(), one.name, Account(one.owner.clone())));
			let told = told.collect::<Vec<_>>().join(", ");
			Err(failure!(NameAmbiguous, "{} {kind}s are called {wanted}, or alike: {told}", several.len();
				"give the id of the one that you mean, or OWNER/NAME"))
		}
	}
}

/// Returns the failure of a name that nothing has, with the one that it resembles most.
fn unknown<A: Asset>(wanted: &str, known: &[Known<A>]) -> Failure {
	let kind = A::KIND;
	let failure = failure!(AssetUnknown, "no {kind} is called {wanted}"; "`rlc {kind} list` shows what there is");
	let alike = known.iter().map(|one| (strsim::jaro_winkler(&one.name, wanted), one));
	match alike.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > ALIKE) {
		Some((_, one)) => failure.advise(format_args!("{} is called {}", one.id.hex(), one.name)),
		None => failure,
	}
}

/// Returns what is left of a name if characters that people take for each other are made one: what looks alike has the same
/// skeleton.
pub(crate) fn skeleton(name: &str) -> String {
	let folded = name.chars().flat_map(char::to_lowercase).filter_map(|one| match one {
		'0' => Some('o'),
		'1' | 'i' | '|' => Some('l'),
		'5' | '$' => Some('s'),
		_ if one.is_alphanumeric() => Some(one),
		_ => None,
	});
	let skeleton: String = folded.collect();
	// A name of nothing else is itself.
	if skeleton.is_empty() {
		name.to_owned()
	} else {
		skeleton.replace("rn", "m").replace("vv", "w")
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::ids;
	use rlc_primitives::AppId;
	use sp_core::H160;

	fn known(names: &[&str]) -> Vec<Known<AppId>> {
		let known = (1..).zip(names).map(|(byte, name)| Known {
			id: AppId(H160::repeat_byte(byte)),
			owner: AccountId::new([byte; 32]),
			name: (*name).to_owned(),
		});
		known.collect()
	}

	#[test]
	fn what_begins_with_0x_is_an_id_and_the_rest_a_name() {
		let read = named(ids::app);
		assert_eq!(read(&format!("0x{}", "11".repeat(20))), Ok(AssetName::Id(AppId(H160::repeat_byte(0x11)))));
		assert!(read("0x12").is_err() && read("").is_err());
		assert_eq!(read("hello"), Ok(AssetName::Name("hello".into())));
	}

	#[test]
	fn name_of_one_asset_is_that_asset() {
		let known = known(&["hello", "blender"]);
		assert_eq!(pick("hello", &known).unwrap().id, AppId(H160::repeat_byte(1)));
	}

	#[test]
	fn name_that_several_have_or_nearly_is_refused_with_their_ids() {
		for other in ["hello", "Hello", "he11o", "hell0", "hell-o", "h\u{200b}ello"] {
			let known = known(&["hello", other]);
			let refused = pick("hello", &known).unwrap_err();
			assert_eq!(refused.code(), "name.ambiguous", "{other}");
			for one in &known {
				assert!(refused.to_string().contains(&one.id.hex()), "{refused}");
			}
		}
		let refused = pick("h\u{435}llo", &known(&["h\u{435}llo"])).unwrap_err();
		assert_eq!(refused.code(), "name.ambiguous", "a letter of another script");
	}

	#[test]
	fn name_that_nothing_has_is_told_with_what_resembles_it() {
		let refused = |wanted| pick(wanted, &known(&["hello", "blender"])).unwrap_err();
		assert_eq!(refused("Hello").code(), "asset.unknown");
		assert!(refused("Hello").to_string().contains("one is called hello: 0x0101"));
		assert!(refused("blenders").to_string().contains("0x0202"), "{}", refused("blenders"));
		assert!(!refused("xyz").to_string().contains("0x"));
	}

	#[test]
	fn names_without_letters_are_not_all_alike() {
		assert_ne!(skeleton("--"), skeleton("..."));
		assert_eq!(skeleton("Co1or"), skeleton("color"));
	}
}
