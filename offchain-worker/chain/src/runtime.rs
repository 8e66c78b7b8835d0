//! What a chain's runtime says of itself, checked against what this program was made for.

mod check;
mod decode;
mod described;
mod errors;
mod numbers;
mod reader;
mod shapes;
mod unnamed;
mod writer;

use codec::{Decode, Encode};
use frame_metadata::{
	v14::{StorageEntryType, StorageHasher},
	v15::{PalletMetadata, RuntimeMetadataV15, SignedExtensionMetadata},
	RuntimeMetadata, RuntimeMetadataPrefixed,
};
use rlc_primitives::Address;
use scale_info::{form::PortableForm, PortableRegistry, TypeDef, Variant};
use sp_io::hashing::{blake2_128, blake2_256, twox_128, twox_256, twox_64};

use self::numbers::Numbers;
use crate::{
	calls::{Call, ProxyType, StakersCall},
	questions::Item,
	rpc::{bad_answer, Version},
	Error,
};

/// The form in which the runtime is asked to describe itself.
pub(crate) const METADATA_VERSION: u32 = 15;
/// The key of what happened in a block: `System.Events`.
pub(crate) const EVENTS: (&str, &str) = ("System", "Events");

/// A runtime that this program fits.
pub(crate) struct Runtime {
	/// Which one it is.
	pub(crate) version: Version,
	metadata: RuntimeMetadataV15,
	/// Its numbers of each [`Call`].
	calls: Numbers,
	/// Its numbers of a batch.
	batch: [u8; 2],
	/// Its numbers of a proxy's call.
	proxy: [u8; 2],
	/// Its numbers of each [`Event`](crate::Event).
	events: Numbers,
	/// Its numbers of what the frame says of extrinsics.
	frame_events: Numbers,
	/// Its numbers of each [`StakersCall`], or how its stakes differ from what this program knows.
	staking: Result<Numbers, String>,
}

impl Runtime {
	/// Reads what the runtime says, and checks all that this program uses of it. Whether stakes fit is for
	/// [`check_staking`](Self::check_staking) to say.
	///
	/// # Errors
	///
	/// [`Error::BadAnswer`] if it is not metadata; [`Error::Mismatch`] at the first difference.
	pub(crate) fn new(version: Version, mut metadata: &[u8]) -> Result<Self, Error> {
		let RuntimeMetadataPrefixed(_, metadata) = RuntimeMetadataPrefixed::decode(&mut metadata)
			.map_err(|error| bad_answer("Metadata_metadata_at_version", error))?;
		let RuntimeMetadata::V15(metadata) = metadata else {
			return Err(bad_answer("Metadata_metadata_at_version", "it is of another version"));
		};
		let spec = version.spec_version;
		Self::of(version, metadata).map_err(|difference| Error::Mismatch { version: spec, difference })
	}

	fn of(version: Version, metadata: RuntimeMetadataV15) -> Result<Self, String> {
		let found = check::Found::new(&metadata)?;
		Ok(Self {
			version,
			calls: found.calls,
			batch: found.batch,
			proxy: found.proxy,
			events: found.events,
			frame_events: found.frame_events,
			staking: found.staking,
			metadata,
		})
	}

	/// Returns a call as this runtime reads it.
	///
	/// # Errors
	///
	/// [`Error::BadCall`] if it is one of governance, which this runtime does not have so; [`Error::Mismatch`] if it is about
	/// stakes, and those do not fit.
	pub(crate) fn encode(&self, call: &Call) -> Result<Vec<u8>, Error> {
		if let Call::BatchAll(calls) = call {
			let mut bytes = self.batch.to_vec();
			bytes.extend(codec::Compact(calls.len() as u32).encode());
			for call in calls {
				bytes.extend(self.encode(call)?);
			}
			return Ok(bytes);
		}
		if let Call::For { account, call } = call {
			// As any of the proxy's types that allows it.
			let (real, any_type) = (Address::Id(account.clone()), None::<ProxyType>);
			return Ok([self.proxy.to_vec(), real.encode(), any_type.encode(), self.encode(call)?].concat());
		}
		if let Call::Governance(call) = call {
			return self.write_call(&call.described());
		}
		let (ours, calls) = match call {
			Call::Staking(call) => (StakersCall::Staking(call.clone()).encode(), self.staking()?),
			Call::Session(call) => (StakersCall::Session(call.clone()).encode(), self.staking()?),
			call => (call.encode(), &self.calls),
		};
		let (numbers, rest) =
			ours.split_first_chunk().expect("a call's encoding begins with its pallet and its number");
		let mut bytes = calls.theirs(*numbers).to_vec();
		bytes.extend(rest);
		Ok(bytes)
	}

	/// Checks that calls, storage, and questions about stakes are as this program knows them.
	///
	/// # Errors
	///
	/// [`Error::Mismatch`] if they are not.
	pub(crate) fn check_staking(&self) -> Result<(), Error> {
		self.staking().map(|_| ())
	}

	fn staking(&self) -> Result<&Numbers, Error> {
		self.staking.as_ref().map_err(|difference| self.mismatch(difference.clone()))
	}

	/// Returns the storage key of a plain value.
	pub(crate) fn value_key<Value>(&self, item: &Item<(), Value>) -> Vec<u8> {
		storage_prefix(item.pallet, item.name)
	}

	/// Returns the storage key of a map's entry, from its encoded keys.
	pub(crate) fn entry_key<Keys, Value>(&self, item: &Item<Keys, Value>, keys: &[Vec<u8>]) -> Vec<u8> {
		let mut bytes = storage_prefix(item.pallet, item.name);
		bytes.extend(self.hashers(item.pallet, item.name).iter().zip(keys).flat_map(|(hasher, key)| hash(hasher, key)));
		bytes
	}

	/// Returns the key of an entry, as it is encoded at the end of its storage key; `None` if the chain stores its hash alone,
	/// or if this is not a storage key of the map.
	pub(crate) fn key_in<'a, Key, Value>(&self, item: &Item<(Key,), Value>, storage_key: &'a [u8]) -> Option<&'a [u8]> {
		let rest = storage_key.strip_prefix(storage_prefix(item.pallet, item.name).as_slice())?;
		let hash = match self.hashers(item.pallet, item.name) {
			[StorageHasher::Identity] => 0,
			[StorageHasher::Twox64Concat] => 8,
			[StorageHasher::Blake2_128Concat] => 16,
			_ => return None,
		};
		rest.get(hash..)
	}

	fn hashers(&self, pallet: &str, name: &str) -> &[StorageHasher] {
		match storage_entry(&self.metadata, pallet, name).map(|entry| &entry.ty) {
			Some(StorageEntryType::Map { hashers, .. }) => hashers,
			_ => &[],
		}
	}

	/// Returns a constant of a pallet as the chain encodes it; `None` if it has none of this name.
	pub(crate) fn constant(&self, in_pallet: &str, name: &str) -> Option<&[u8]> {
		let constants = &pallet(&self.metadata, in_pallet)?.constants;
		constants.iter().find(|constant| constant.name == name).map(|constant| constant.value.as_slice())
	}

	/// Returns what extends a transaction, in its order.
	pub(crate) fn extensions(&self) -> &[SignedExtensionMetadata<PortableForm>] {
		&self.metadata.extrinsic.signed_extensions
	}

	fn types(&self) -> &PortableRegistry {
		&self.metadata.types
	}
}

/// Returns where a pallet keeps an item.
pub(crate) fn storage_prefix(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

fn hash(hasher: &StorageHasher, key: &[u8]) -> Vec<u8> {
	match hasher {
		StorageHasher::Identity => key.to_vec(),
		StorageHasher::Blake2_128 => blake2_128(key).to_vec(),
		StorageHasher::Blake2_256 => blake2_256(key).to_vec(),
		StorageHasher::Blake2_128Concat => [blake2_128(key).as_slice(), key].concat(),
		StorageHasher::Twox128 => twox_128(key).to_vec(),
		StorageHasher::Twox256 => twox_256(key).to_vec(),
		StorageHasher::Twox64Concat => [twox_64(key).as_slice(), key].concat(),
	}
}

fn pallet<'a>(metadata: &'a RuntimeMetadataV15, name: &str) -> Option<&'a PalletMetadata<PortableForm>> {
	metadata.pallets.iter().find(|pallet| pallet.name == name)
}

fn storage_entry<'a>(
	metadata: &'a RuntimeMetadataV15,
	in_pallet: &str,
	name: &str,
) -> Option<&'a frame_metadata::v14::StorageEntryMetadata<PortableForm>> {
	pallet(metadata, in_pallet)?.storage.as_ref()?.entries.iter().find(|entry| entry.name == name)
}

/// Returns the variants of a type, none if it is not an enum.
fn variants(types: &PortableRegistry, id: u32) -> &[Variant<PortableForm>] {
	match types.resolve(id).map(|ty| &ty.type_def) {
		Some(TypeDef::Variant(variant)) => &variant.variants,
		_ => &[],
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::{
		calls::{BalancesCall, StakingCall},
		questions,
	};
	use frame_metadata::{
		v14::{PalletStorageMetadata, StorageEntryMetadata, StorageEntryModifier},
		v15::{CustomMetadata, ExtrinsicMetadata, OuterEnums},
	};
	use scale_info::{meta_type, Registry};

	/// A type, and the description that has it.
	pub(super) struct Registered {
		pub(super) types: PortableRegistry,
		pub(super) id: u32,
	}

	impl Registered {
		pub(super) fn of<T: scale_info::TypeInfo + 'static>() -> Self {
			let mut registry = Registry::new();
			let id = registry.register_type(&meta_type::<T>()).id;
			Self { types: registry.into(), id }
		}
	}

	/// Returns the description of a runtime without pallets.
	fn nothing() -> RuntimeMetadataV15 {
		let unit = Registry::new().register_type(&meta_type::<()>());
		RuntimeMetadataV15 {
			types: PortableRegistry { types: Vec::new() },
			pallets: Vec::new(),
			extrinsic: ExtrinsicMetadata {
				version: 4,
				address_ty: unit,
				call_ty: unit,
				signature_ty: unit,
				extra_ty: unit,
				signed_extensions: Vec::new(),
			},
			ty: unit,
			apis: Vec::new(),
			outer_enums: OuterEnums { call_enum_ty: unit, event_enum_ty: unit, error_enum_ty: unit },
			custom: CustomMetadata { map: Default::default() },
		}
	}

	/// Returns the description of a runtime that stores all that this program reads. A map's first key is not hashed.
	pub(super) fn storing() -> RuntimeMetadataV15 {
		let (mut registry, mut pallets) = (Registry::new(), Vec::<PalletMetadata<PortableForm>>::new());
		for demand in questions::items() {
			let (key, value) = (registry.register_type(&demand.keys), registry.register_type(&demand.value));
			let hashers = [StorageHasher::Identity, StorageHasher::Blake2_128Concat];
			let ty = match demand.depth() {
				0 => StorageEntryType::Plain(value),
				depth => StorageEntryType::Map { hashers: hashers[..depth].to_vec(), key, value },
			};
			let modifier = StorageEntryModifier::Optional;
			let name = demand.name.into();
			let entry = StorageEntryMetadata { name, modifier, ty, default: Vec::new(), docs: Vec::new() };
			let known = pallets.iter().position(|pallet| pallet.name == demand.pallet);
			let place = known.unwrap_or_else(|| {
				let name = demand.pallet.to_owned();
				let storage = Some(PalletStorageMetadata { prefix: name.clone(), entries: Vec::new() });
				let (calls, event, error) = (None, None, None);
				let (constants, docs, index) = (Vec::new(), Vec::new(), 0);
				pallets.push(PalletMetadata { name, storage, calls, event, error, constants, docs, index });
				pallets.len() - 1
			});
			pallets[place].storage.as_mut().unwrap().entries.push(entry);
		}
		RuntimeMetadataV15 { types: registry.into(), pallets, ..nothing() }
	}

	/// Returns a runtime of which nothing but the version is known.
	pub(crate) fn bare() -> Runtime {
		Runtime {
			version: Version { spec_version: 7, transaction_version: 3 },
			metadata: nothing(),
			calls: Numbers::new((60..65).map(|pallet| (1..30).map(|number| [pallet, number]).collect()).collect()),
			batch: [40, 2],
			proxy: [41, 0],
			events: Numbers::default(),
			frame_events: Numbers::default(),
			staking: Err("it has no call Staking.bond".into()),
		}
	}

	#[test]
	fn runtime_that_lacks_a_call_is_refused_by_name() {
		let version = Version { spec_version: 7, transaction_version: 3 };
		let metadata = RuntimeMetadataPrefixed(frame_metadata::META_RESERVED, RuntimeMetadata::V15(nothing())).encode();
		let error = Runtime::new(version, &metadata).err().unwrap();
		let difference = "it has no call Registry.register_app".into();
		assert_eq!(error, Error::Mismatch { version: 7, difference });
	}

	#[test]
	fn call_is_written_by_the_runtime_s_numbers() {
		use rlc_primitives::{AccountId, Address};
		let runtime = bare();
		let pay = BalancesCall::TransferAllowDeath { dest: Address::Id(AccountId::new([9; 32])), value: 1 };
		let pay = Call::from(pay);
		// The second call of the fourth pallet.
		let bytes = [[63, 2].as_slice(), &[0], &[9; 32], &[4]].concat();
		assert_eq!(runtime.encode(&pay).unwrap(), bytes);
		let both = [[40, 2, 8].as_slice(), &bytes, &bytes].concat();
		assert_eq!(runtime.encode(&Call::BatchAll(vec![pay.clone(), pay.clone()])).unwrap(), both);
		let account = AccountId::new([7; 32]);
		let proxied = [[41, 0, 0].as_slice(), &[7; 32], &[0], &bytes].concat();
		assert_eq!(runtime.encode(&Call::For { account, call: pay.into() }).unwrap(), proxied);
	}

	#[test]
	fn call_about_stakes_is_refused_where_they_do_not_fit() {
		let chill = Call::from(StakingCall::Chill);
		let difference = "it has no call Staking.bond".into();
		assert_eq!(bare().encode(&chill), Err(Error::Mismatch { version: 7, difference }));
		// The seventh call of the first pallet.
		let staking = Numbers::new(vec![(1..9).map(|number| [50, number]).collect()]);
		assert_eq!(Runtime { staking: Ok(staking), ..bare() }.encode(&chill), Ok(vec![50, 7]));
	}

	#[test]
	fn member_is_found_by_its_group_and_by_itself() {
		use rlc_primitives::{orders::Member, AccountId};
		let runtime = Runtime { metadata: storing(), ..bare() };
		let member = Member::from(AccountId::new([9; 32])).encode();
		let key = runtime.entry_key(&questions::MEMBERS, &[vec![7; 20], member.clone()]);
		let prefix = storage_prefix("Registry", "Members");
		assert_eq!(key, [prefix.as_slice(), &[7; 20], &blake2_128(&member), &member].concat());
	}

	#[test]
	fn key_of_an_entry_is_read_from_its_storage_key() {
		let runtime = Runtime { metadata: storing(), ..bare() };
		let key = runtime.entry_key(&questions::APPS, &[vec![7; 20]]);
		assert_eq!(runtime.key_in(&questions::APPS, &key), Some([7; 20].as_slice()));
		assert_eq!(runtime.key_in(&questions::DATASETS, &key), None, "it is of another map");
		assert_eq!(runtime.key_in(&questions::APPS, &key[..9]), None);
	}

	#[test]
	fn keys_are_hashed_as_the_chain_does() {
		let known = "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7";
		assert_eq!(hex::encode(storage_prefix("System", "Events")), known);
		assert_eq!(hash(&StorageHasher::Identity, &[1, 2]), [1, 2]);
		assert_eq!(hash(&StorageHasher::Blake2_128Concat, &[1, 2])[16..], [1, 2]);
		assert_eq!(hash(&StorageHasher::Twox64Concat, &[1, 2])[8..], [1, 2]);
		assert_eq!(hash(&StorageHasher::Twox256, &[1, 2]).len(), 32);
	}
}
