//! The check itself: each call, event, question and storage item that this program uses is there, and encoded alike.

use frame_metadata::{v14::StorageEntryType, v15::RuntimeMetadataV15};
use scale_info::{form::MetaForm, meta_type, MetaType, TypeDef, TypeInfo, Variant};

use super::{numbers::Numbers, pallet, storage_entry, variants, EVENTS};
use crate::{
	calls::{self, Call, StakersCall},
	events::{Event, FrameEvent, Phase},
	extension::extensions,
	questions::{self, ApiDemand, ItemDemand},
	structure::{Comparison, Difference, Fields},
};

/// The one version of signed transactions that is written here.
const TRANSACTION_FORMAT: u8 = 4;

/// The runtime's numbers of what this program names.
pub(super) struct Found {
	pub(super) calls: Numbers,
	pub(super) batch: [u8; 2],
	pub(super) proxy: [u8; 2],
	pub(super) events: Numbers,
	pub(super) frame_events: Numbers,
	/// Those of [`StakersCall`], or how stakes differ from what is known here, which ends only what needs them.
	pub(super) staking: Result<Numbers, String>,
}

/// Whether calls or events are looked for.
#[derive(Clone, Copy)]
enum Kind {
	Call,
	Event,
}

impl Kind {
	fn name(self) -> &'static str {
		match self {
			Self::Call => "call",
			Self::Event => "event",
		}
	}

	/// Returns the name on the chain of what has this name here.
	fn on_chain(self, name: &str) -> String {
		match self {
			Self::Call => calls::on_chain(name),
			Self::Event => name.into(),
		}
	}

	/// Returns the enum of a pallet's calls or events.
	fn of(self, pallet: &frame_metadata::v15::PalletMetadata<scale_info::form::PortableForm>) -> Option<u32> {
		match self {
			Self::Call => pallet.calls.as_ref().map(|calls| calls.ty.id),
			Self::Event => pallet.event.as_ref().map(|events| events.ty.id),
		}
	}

	/// Returns how fields may differ: calls are written for the chain, events are read from it.
	fn fields(self) -> Fields {
		match self {
			Self::Call => Fields::All,
			Self::Event => Fields::First,
		}
	}
}

impl Found {
	/// Checks all of it; the error names the item and the first difference.
	pub(super) fn new(metadata: &RuntimeMetadataV15) -> Result<Self, String> {
		let mut check = Check::of(metadata);
		let found = Self {
			calls: check.numbers::<Call>(Kind::Call)?,
			batch: check.batch()?,
			proxy: check.proxy()?,
			events: check.numbers::<Event>(Kind::Event)?,
			frame_events: check.numbers::<FrameEvent>(Kind::Event)?,
			// A comparison that has found a difference cannot be used again: it would pass the same types the second time.
			staking: Check::of(metadata).staking(),
		};
		check.event_records()?;
		check.questions(questions::apis())?;
		check.items(questions::items())?;
		check.transactions()?;
		Ok(found)
	}
}

struct Check<'a> {
	metadata: &'a RuntimeMetadataV15,
	comparison: Comparison<'a>,
}

impl<'a> Check<'a> {
	fn of(metadata: &'a RuntimeMetadataV15) -> Self {
		Self { metadata, comparison: Comparison::with(&metadata.types) }
	}

	/// Checks all about stakes, and finds the numbers of their calls.
	fn staking(&mut self) -> Result<Numbers, String> {
		self.questions(questions::staking_apis())?;
		self.items(questions::staking_items())?;
		self.numbers::<StakersCall>(Kind::Call)
	}

	/// Finds the numbers of each variant of `Ours`, whose variants are pallets that hold enums.
	fn numbers<Ours: TypeInfo>(&mut self, kind: Kind) -> Result<Numbers, String> {
		let TypeDef::Variant(ours) = Ours::type_info().type_def else { return Ok(Numbers::default()) };
		let pallets = ours.variants.iter().map(|pallet| self.numbers_in(kind, pallet));
		Ok(Numbers::new(pallets.collect::<Result<_, _>>()?))
	}

	fn numbers_in(&mut self, kind: Kind, pallet: &Variant<MetaForm>) -> Result<Vec<[u8; 2]>, String> {
		let held = pallet.fields.first().map(|field| field.ty.type_info().type_def);
		let Some(TypeDef::Variant(ours)) = held else { return Ok(Vec::new()) };
		ours.variants
			.iter()
			.map(|variant| self.variant(kind, pallet.name, &kind.on_chain(variant.name), variant))
			.collect()
	}

	fn variant(
		&mut self,
		kind: Kind,
		in_pallet: &str,
		name: &str,
		ours: &Variant<MetaForm>,
	) -> Result<[u8; 2], String> {
		let what = kind.name();
		let missing = || format!("it has no {what} {in_pallet}.{name}");
		let pallet = pallet(self.metadata, in_pallet).ok_or_else(missing)?;
		let theirs = kind.of(pallet).ok_or_else(missing)?;
		let theirs = variants(&self.metadata.types, theirs).iter().find(|theirs| theirs.name == name);
		let theirs = theirs.ok_or_else(missing)?;
		self.comparison
			.variants(ours, theirs, kind.fields())
			.map_err(|difference| format!("{what} {in_pallet}.{name}: {difference}"))?;
		Ok([pallet.index, theirs.index])
	}

	/// Returns the numbers of the call that holds calls.
	fn batch(&self) -> Result<[u8; 2], String> {
		let (in_pallet, name) = calls::BATCH;
		let missing = || format!("it has no call {in_pallet}.{name} of a list of calls");
		let pallet = pallet(self.metadata, in_pallet).ok_or_else(missing)?;
		let calls = pallet.calls.as_ref().ok_or_else(missing)?.ty.id;
		let call = variants(&self.metadata.types, calls).iter().find(|call| call.name == name).ok_or_else(missing)?;
		let [field] = call.fields.as_slice() else { return Err(missing()) };
		match self.metadata.types.resolve(field.ty.id).map(|ty| &ty.type_def) {
			Some(TypeDef::Sequence(list)) if list.type_param.id == self.metadata.extrinsic.call_ty.id => {
				Ok([pallet.index, call.index])
			}
			_ => Err(missing()),
		}
	}

	/// Returns the numbers of the call that holds another account's.
	fn proxy(&mut self) -> Result<[u8; 2], String> {
		let (in_pallet, name) = calls::FOR;
		let missing = || format!("it has no call {in_pallet}.{name} of an account, a type and a call");
		let pallet = pallet(self.metadata, in_pallet).ok_or_else(missing)?;
		let calls = pallet.calls.as_ref().ok_or_else(missing)?.ty.id;
		let call = variants(&self.metadata.types, calls).iter().find(|call| call.name == name).ok_or_else(missing)?;
		let [real, kind, held] = call.fields.as_slice() else { return Err(missing()) };
		let mut alike = |ours: MetaType, theirs: u32| self.comparison.types(&ours, theirs).is_ok();
		let is_as_written = alike(meta_type::<rlc_primitives::Address>(), real.ty.id)
			&& alike(meta_type::<Option<calls::ProxyType>>(), kind.ty.id)
			&& held.ty.id == self.metadata.extrinsic.call_ty.id;
		is_as_written.then_some([pallet.index, call.index]).ok_or_else(missing)
	}

	/// Checks the list of what happened in a block.
	fn event_records(&mut self) -> Result<(), String> {
		let (pallet, name) = EVENTS;
		let strange = |why: String| format!("storage {pallet}.{name}: {why}");
		let Some(StorageEntryType::Plain(list)) = storage_entry(self.metadata, pallet, name).map(|entry| &entry.ty)
		else {
			return Err(strange("it is not a list".into()));
		};
		let types = &self.metadata.types;
		let record = match types.resolve(list.id).map(|ty| &ty.type_def) {
			Some(TypeDef::Sequence(list)) => types.resolve(list.type_param.id).map(|ty| &ty.type_def),
			_ => None,
		};
		let Some(TypeDef::Composite(record)) = record else {
			return Err(strange("it is not a list of records".into()));
		};
		let fields: Vec<_> = record.fields.iter().map(|field| field.name.as_deref().unwrap_or_default()).collect();
		let ([phase, _, topics], ["phase", "event", "topics"]) = (record.fields.as_slice(), fields.as_slice()) else {
			return Err(strange(format!("a record has the fields {fields:?}")));
		};
		let in_field = |difference: Difference| strange(difference.to_string());
		self.comparison.types(&meta_type::<Phase>(), phase.ty.id).map_err(in_field)?;
		self.comparison.types(&meta_type::<Vec<rlc_primitives::Hash>>(), topics.ty.id).map_err(in_field)
	}

	fn questions(&mut self, demands: Vec<ApiDemand>) -> Result<(), String> {
		for demand in demands {
			let name = format!("{}.{}", demand.api, demand.method);
			let api = self.metadata.apis.iter().find(|api| api.name == demand.api);
			let method = api.and_then(|api| api.methods.iter().find(|method| method.name == demand.method));
			let method = method.ok_or_else(|| format!("it has no question {name}"))?;
			if method.inputs.len() != demand.args.len() {
				let (ours, theirs) = (demand.args.len(), method.inputs.len());
				return Err(format!("question {name}: here {ours} parameters, there {theirs}"));
			}
			for (ours, theirs) in demand.args.iter().zip(&method.inputs) {
				let different = |difference| format!("question {name}: {}: {difference}", theirs.name);
				self.comparison.types(ours, theirs.ty.id).map_err(different)?;
			}
			let different = |difference| format!("question {name}: the answer: {difference}");
			self.comparison.types(&demand.answer, method.output.id).map_err(different)?;
		}
		Ok(())
	}

	fn items(&mut self, demands: Vec<ItemDemand>) -> Result<(), String> {
		for demand in demands {
			let name = format!("{}.{}", demand.pallet, demand.name);
			let entry = storage_entry(self.metadata, demand.pallet, demand.name);
			let entry = entry.ok_or_else(|| format!("it has no storage {name}"))?;
			let different = |difference| format!("storage {name}: {difference}");
			match &entry.ty {
				StorageEntryType::Plain(value) if demand.depth() == 0 => {
					self.comparison.types(&demand.value, value.id).map_err(different)?;
				}
				StorageEntryType::Map { hashers, key, value } if hashers.len() == demand.depth() => {
					self.comparison.types(&demand.keys, key.id).map_err(different)?;
					self.comparison.types(&demand.value, value.id).map_err(different)?;
				}
				_ => return Err(format!("storage {name}: it has other keys")),
			}
		}
		Ok(())
	}

	/// Checks whether transactions are written as here.
	fn transactions(&mut self) -> Result<(), String> {
		let extrinsic = &self.metadata.extrinsic;
		if extrinsic.version != TRANSACTION_FORMAT {
			return Err(format!("its transactions have the format {}, not {TRANSACTION_FORMAT}", extrinsic.version));
		}
		let mut alike = |what: &str, ours, theirs| {
			self.comparison.types(&ours, theirs).map_err(|difference| format!("{what}: {difference}"))
		};
		alike("a transaction's sender", meta_type::<rlc_primitives::Address>(), extrinsic.address_ty.id)?;
		alike("a transaction's signature", meta_type::<rlc_primitives::Signature>(), extrinsic.signature_ty.id)?;
		for theirs in &extrinsic.signed_extensions {
			let name = &theirs.identifier;
			let ours = extensions().into_iter().find(|ours| ours.name == name);
			let ours =
				ours.ok_or_else(|| format!("it wants the transaction extension {name}, which is unknown here"))?;
			alike(&format!("transaction extension {name}"), ours.explicit, theirs.ty.id)?;
			alike(&format!("transaction extension {name}, signed"), ours.implicit, theirs.additional_signed.id)?;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::runtime::tests::storing;
	use frame_metadata::v14::StorageHasher;

	fn items(metadata: &RuntimeMetadataV15) -> Result<(), String> {
		Check::of(metadata).items(questions::items())
	}

	/// Returns what is found if this is changed about how members of groups are stored.
	fn members(change: impl FnOnce(&mut Vec<StorageHasher>, &mut u32)) -> Result<(), String> {
		let mut metadata = storing();
		let pallet = metadata.pallets.iter_mut().find(|pallet| pallet.name == "Registry").unwrap();
		let entries = &mut pallet.storage.as_mut().unwrap().entries;
		let entry = entries.iter_mut().find(|entry| entry.name == "Members").unwrap();
		let StorageEntryType::Map { hashers, value, .. } = &mut entry.ty else { panic!("it is a map") };
		// As in the chain's description, whose types are numbered.
		let mut id = value.id;
		change(hashers, &mut id);
		*value = id.into();
		items(&metadata)
	}

	#[test]
	fn storage_that_is_as_it_is_read_fits() {
		assert_eq!(members(|_, _| ()), Ok(()));
	}

	#[test]
	fn programs_without_stakes_need_nothing_of_staking() {
		let TypeDef::Variant(calls) = Call::type_info().type_def else { panic!("it is an enum") };
		let called = calls.variants.iter().map(|pallet| pallet.name);
		let read = questions::items().into_iter().map(|item| item.pallet);
		let asked = questions::apis().into_iter().map(|question| question.api);
		for name in called.chain(read).chain(asked) {
			assert!(!name.contains("Staking") && name != "Session", "{name}");
		}
		let staking = Check::of(&storing()).staking();
		assert_eq!(staking.err(), Some("it has no question StakingApi.pending_rewards".into()));
	}

	#[test]
	fn map_of_other_keys_is_refused_by_name() {
		let one_key = members(|hashers, _| hashers.truncate(1));
		assert_eq!(one_key, Err("storage Registry.Members: it has other keys".into()));
	}

	#[test]
	fn map_of_other_values_is_refused_by_name() {
		let another = members(|_, value| *value = 0).unwrap_err();
		assert!(another.starts_with("storage Registry.Members: here u128, there "), "{another}");
	}
}
