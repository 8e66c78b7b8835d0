//! How people write ids, categories and tags.

use std::str::FromStr;

use rlc_json::{hex, EthereumAddress, InvalidAddress};
use rlc_primitives::{
	deal::Category, AppId, CallbackId, CategoryId, DatasetId, DealId, GroupId, OrderHash, Restriction, Tag, TaskId,
	WorkerpoolId,
};
use rlc_protocol::TaskRef;
use sp_core::{H160, H256};

/// Declares readers of ids, for `value_parser`.
macro_rules! readers {
	($($(#[$doc:meta])* $name:ident: $id:ident($read:ident), $what:literal;)*) => { $(
		$(#[$doc])*
		///
		/// # Errors
		///
		/// In words, if it is not such an id.
		pub(crate) fn $name(text: &str) -> Result<$id, String> {
			$read(text, $what).map($id)
		}
	)* };
}

readers! {
	/// Reads an app's id.
	app: AppId(short), "an app id";
	/// Reads a dataset's id.
	dataset: DatasetId(short), "a dataset id";
	/// Reads a workerpool's id.
	workerpool: WorkerpoolId(short), "a workerpool id";
	/// Reads a group's id.
	group: GroupId(short), "a group id";
	/// Reads a callback's id.
	callback: CallbackId(short), "a callback id";
	/// Reads an order's hash.
	order: OrderHash(long), "the hash of an order";
	/// Reads a deal's id.
	deal: DealId(long), "a deal id";
}

/// Reads 20 bytes. Ethereum's tools write them as an address, with a checksum in the case of the digits.
fn short(text: &str, what: &str) -> Result<H160, String> {
	text.parse::<EthereumAddress>().map(|EthereumAddress(bytes)| bytes).map_err(|wrong| match wrong {
		InvalidAddress::Form => format!("not {what}; write 0x and 40 hex digits"),
		InvalidAddress::Checksum => {
			format!("not {what}: the checksum is wrong, so a digit is mistyped, or its case; copy it once more")
		}
	})
}

/// Reads 32 bytes.
fn long(text: &str, what: &str) -> Result<H256, String> {
	let bytes = hex::read(text).and_then(|bytes| bytes.try_into().ok()).map(H256);
	bytes.ok_or_else(|| format!("not {what}; write 0x and 64 hex digits"))
}

/// What stands before a group's id, where an order can be restricted to one id or to a group.
const GROUP: &str = "group:";

/// Returns a reader of what an order is restricted to: one id, which `read` reads, or `group:` and a group's id.
pub(crate) fn restriction<Id: 'static>(
	read: impl Fn(&str) -> Result<Id, String> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Result<Restriction<Id>, String> + Clone + Send + Sync + 'static {
	move |text: &str| match text.strip_prefix(GROUP) {
		Some(id) => group(id).map(Restriction::Group),
		None => read(text).map(Restriction::Exactly),
	}
}

/// Reads whom an order is restricted to: `group:` and a group's id, or an account, whose name is not looked up here.
///
/// # Errors
///
/// In words, if it is not a group's id.
pub(crate) fn requester(text: &str) -> Result<Restriction<String>, String> {
	restriction(|name: &str| Ok(name.to_owned()))(text)
}

/// A task as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskName {
	/// By its id. The chain finds it only if a worker has contributed to it.
	Id(TaskId),
	/// By its deal and index.
	Ref(TaskRef),
}

impl FromStr for TaskName {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let wrong = || "not a task; write DEAL:INDEX, or its id: 0x and 64 hex digits".to_owned();
		if text.contains(':') {
			return text.parse().map(Self::Ref).map_err(|_| wrong());
		}
		deal(text).map(|id| Self::Id(TaskId(id.0))).map_err(|_| wrong())
	}
}

/// Returns the category of this name or number.
///
/// # Errors
///
/// In words, with the categories that exist.
pub(crate) fn category(text: &str, known: &[(CategoryId, Category)]) -> Result<CategoryId, String> {
	let number = text.parse().ok().map(CategoryId);
	let named = |category: &Category| category.name.eq_ignore_ascii_case(text.as_bytes());
	let found = known.iter().find(|(id, category)| number == Some(*id) || named(category));
	found.map(|(id, _)| *id).ok_or_else(|| {
		let names: Vec<_> = known.iter().map(|(_, category)| name(category)).collect();
		format!("there is no category {text}; choose one of {}", names.join(", "))
	})
}

/// Returns a category's name.
pub(crate) fn name(category: &Category) -> String {
	String::from_utf8_lossy(&category.name).into_owned()
}

/// Reads a tag: `tee`, `gpu`, `network`, a number whose bits are meant, or 0x and 64 hex digits; several with commas
/// between.
///
/// # Errors
///
/// In words.
pub(crate) fn tag(text: &str) -> Result<Tag, String> {
	text.split(',').try_fold(Tag::NONE, |tag, one| Ok(tag | part_of_tag(one.trim())?))
}

/// The words for bits of a tag.
const TAG_WORDS: [(&str, u64); 3] = [("tee", 1), ("gpu", Tag::GPU), ("network", Tag::NETWORK)];

/// Returns a tag as one writes it: in words, or in hexadecimal where there are none for it.
pub(crate) fn tag_words(tag: Tag) -> String {
	let known: Vec<_> = TAG_WORDS.into_iter().filter(|(_, bits)| tag.covers(Tag::from_bits(*bits))).collect();
	if Tag::from_bits(known.iter().map(|(_, bits)| bits).sum()) != tag {
		return format!("{:?}", tag.0);
	}
	known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(",")
}

fn part_of_tag(text: &str) -> Result<Tag, String> {
	if let Some((_, bits)) = TAG_WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)) {
		return Ok(Tag::from_bits(*bits));
	}
	if let Ok(bits) = text.parse() {
		return Ok(Tag::from_bits(bits));
	}
	deal(text)
		.map(|bytes| Tag(bytes.0))
		.map_err(|_| "not a tag; write tee, gpu, network, a number, or 0x and 64 hex digits".into())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn categories() -> Vec<(CategoryId, Category)> {
		let category = |(i, (name, reference_time)): (u32, (&str, u64))| {
			(CategoryId(i), Category { name: name.as_bytes().to_vec().try_into().unwrap(), reference_time })
		};
		(0..).zip(Category::DEFAULT).map(category).collect()
	}

	#[test]
	fn ids_are_hex_of_their_length() {
		assert_eq!(app(&format!("0x{}", "11".repeat(20))), Ok(AppId(H160::repeat_byte(0x11))));
		for wrong in
			["", "0x", "0x12", &"1".repeat(40), &format!("0x{}", "1".repeat(64)), &format!("0x{}", "g".repeat(40))]
		{
			assert_eq!(app(wrong), Err("not an app id; write 0x and 40 hex digits".into()), "{wrong}");
		}
	}

	#[test]
	fn id_with_a_wrong_checksum_is_refused() {
		let written = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
		assert_eq!(app(written), app(&written.to_lowercase()));
		let refused = app(&written.replace("ed", "eD")).unwrap_err();
		assert!(refused.starts_with("not an app id: the checksum is wrong"), "{refused}");
	}

	#[test]
	fn restrictions_are_one_id_or_a_group() {
		let id = format!("0x{}", "11".repeat(20));
		let members = format!("group:{id}");
		let of_group = GroupId(H160::repeat_byte(0x11));
		assert_eq!(restriction(app)(&id), Ok(Restriction::Exactly(AppId(H160::repeat_byte(0x11)))));
		assert_eq!(restriction(app)(&members), Ok(Restriction::Group(of_group)));
		assert_eq!(restriction(app)("0x12"), Err("not an app id; write 0x and 40 hex digits".into()));
		assert_eq!(restriction(app)("group:0x12"), Err("not a group id; write 0x and 40 hex digits".into()));
		assert_eq!(requester("//Alice"), Ok(Restriction::Exactly("//Alice".to_owned())));
		assert_eq!(requester(&members), Ok(Restriction::Group(of_group)));
	}

	#[test]
	fn tasks_have_two_names() {
		let id = format!("0x{}", "22".repeat(32));
		let task = TaskRef { deal: DealId(H256::repeat_byte(0x22)), index: 3 };
		assert_eq!(id.parse(), Ok(TaskName::Id(TaskId(H256::repeat_byte(0x22)))));
		assert_eq!(format!("{id}:3").parse(), Ok(TaskName::Ref(task)));
		assert!(["", "7", "0x22:1", &format!("{id}:x")].iter().all(|wrong| wrong.parse::<TaskName>().is_err()));
	}

	#[test]
	fn categories_have_names_and_numbers() {
		assert_eq!(category("xs", &categories()), Ok(CategoryId(0)));
		assert_eq!(category("4", &categories()), Ok(CategoryId(4)));
		assert_eq!(
			category("XXL", &categories()),
			Err("there is no category XXL; choose one of XS, S, M, L, XL".into())
		);
	}

	#[test]
	fn tags_are_words_numbers_or_bits() {
		assert_eq!((tag("tee"), tag("3")), (Ok(Tag::from_bits(1)), Ok(Tag::from_bits(3))));
		assert_eq!(tag(&format!("0x{}", "00".repeat(32))), Ok(Tag::NONE));
		assert_eq!((tag("GPU"), tag("network")), (Ok(Tag::from_bits(0x100)), Ok(Tag::from_bits(0x1_0000))));
		assert_eq!(tag("gpu, network,4"), Ok(Tag::from_bits(0x1_0104)));
		for wrong in ["gpus", "gpu,", ""] {
			assert!(tag(wrong).is_err(), "{wrong}");
		}
		assert_eq!(tag_words(Tag::from_bits(0x1_0100)), "gpu,network");
		for bits in [1, 2, 0x100, 0x1_0101, 1 << 40] {
			assert_eq!(tag(&tag_words(Tag::from_bits(bits))), Ok(Tag::from_bits(bits)), "{bits} is read back");
		}
	}
}
