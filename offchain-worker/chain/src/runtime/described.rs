//! Calls, storage, constants and parameters by the runtime's description.

use frame_metadata::v14::StorageEntryType;
use scale_info::{form::PortableForm, Variant};
use sp_runtime::{DispatchError, ModuleError};

use super::{hash, pallet, reader, storage_entry, storage_prefix, unnamed, variants, writer, Runtime};
use crate::{rpc::bad_answer, views::Parameter, Data, Error, Failure};

/// Where parameters are set.
const PARAMETERS: (&str, &str, &str) = ("Parameters", "set_parameter", "key_value");

impl Runtime {
	/// Returns a call as this runtime reads it.
	///
	/// # Errors
	///
	/// [`Error::BadCall`] if it is not one of this runtime's.
	pub(crate) fn write_call(&self, call: &Data) -> Result<Vec<u8>, Error> {
		writer::written(self.types(), self.metadata.extrinsic.call_ty.id, call).map_err(Error::BadCall)
	}

	/// Returns an encoded call as this runtime reads it.
	///
	/// # Errors
	///
	/// [`Error::BadCall`] if it is not one of this runtime's.
	pub(crate) fn read_call(&self, bytes: &[u8]) -> Result<Data, Error> {
		reader::read(self.types(), self.metadata.extrinsic.call_ty.id, bytes).map_err(Error::BadCall)
	}

	/// Returns what the runtime says of a call: the first paragraph of its description.
	pub(crate) fn call_docs(&self, pallet: &str, call: &str) -> String {
		self.call_variant(pallet, call).map(|variant| paragraph(&variant.docs)).unwrap_or_default()
	}

	fn call_variant(&self, in_pallet: &str, call: &str) -> Option<&Variant<PortableForm>> {
		let calls = pallet(&self.metadata, in_pallet)?.calls.as_ref()?.ty.id;
		variants(self.types(), calls).iter().find(|variant| variant.name == call)
	}

	/// Returns the parameters that a referendum can set, by their groups.
	pub(crate) fn parameters(&self) -> Vec<Parameter> {
		let (in_pallet, call, field) = PARAMETERS;
		let fields = self.call_variant(in_pallet, call).map(|variant| variant.fields.as_slice()).unwrap_or_default();
		let held = fields.iter().find(|one| one.name.as_deref() == Some(field));
		let groups = held.map(|field| variants(self.types(), field.ty.id)).unwrap_or_default();
		let all = groups.iter().flat_map(|group| {
			let parameters = group.fields.first().map(|held| variants(self.types(), held.ty.id)).unwrap_or_default();
			parameters.iter().map(move |parameter| Parameter {
				group: group.name.clone(),
				name: parameter.name.clone(),
				docs: paragraph(&parameter.docs),
				// The key comes first, then the value.
				is_amount: parameter.fields.get(1).is_some_and(super::shapes::is_amount),
			})
		});
		all.collect()
	}

	/// Returns the storage key of an entry, from its encoded keys; none for a plain value.
	///
	/// # Errors
	///
	/// [`Error::Mismatch`] if the chain lacks the item.
	pub(crate) fn described_key(&self, in_pallet: &str, name: &str, keys: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
		let missing = || self.mismatch(format!("it has no storage {in_pallet}.{name} with {} keys", keys.len()));
		let entry = storage_entry(&self.metadata, in_pallet, name).ok_or_else(missing)?;
		let hashers = match &entry.ty {
			StorageEntryType::Plain(_) => &[] as &[_],
			StorageEntryType::Map { hashers, .. } => hashers,
		};
		if hashers.len() != keys.len() {
			return Err(missing());
		}
		let mut key = storage_prefix(in_pallet, name);
		key.extend(hashers.iter().zip(keys).flat_map(|(hasher, part)| hash(hasher, part)));
		Ok(key)
	}

	/// Reads what is stored in an item.
	///
	/// # Errors
	///
	/// [`Error::Mismatch`] if the chain lacks the item; [`Error::BadAnswer`] if this is not what it holds.
	pub(crate) fn read_stored(&self, in_pallet: &str, name: &str, bytes: &[u8]) -> Result<Data, Error> {
		let entry = storage_entry(&self.metadata, in_pallet, name)
			.ok_or_else(|| self.mismatch(format!("it has no storage {in_pallet}.{name}")))?;
		let (StorageEntryType::Plain(value) | StorageEntryType::Map { value, .. }) = &entry.ty;
		let read = reader::read(self.types(), value.id, bytes);
		read.map_err(|wrong| bad_answer(&format!("{in_pallet}.{name}"), wrong))
	}

	/// Returns a constant.
	///
	/// # Errors
	///
	/// [`Error::Mismatch`] if the chain lacks the constant, or its value is not what the description says.
	pub(crate) fn described_constant(&self, in_pallet: &str, name: &str) -> Result<Data, Error> {
		let constants = pallet(&self.metadata, in_pallet).map(|pallet| pallet.constants.as_slice()).unwrap_or_default();
		let constant = constants.iter().find(|constant| constant.name == name);
		let constant = constant.ok_or_else(|| self.mismatch(format!("it has no constant {in_pallet}.{name}")))?;
		let read = reader::read(self.types(), constant.ty.id, &constant.value);
		read.map_err(|wrong| self.mismatch(format!("constant {in_pallet}.{name}: {wrong}")))
	}

	/// Returns an error in words that was read by the description.
	pub(crate) fn described_failure(&self, error: &Data) -> Failure {
		match module_error(error) {
			Some(module) => self.failure(&DispatchError::Module(module)),
			None => {
				let (kind, held) = error.as_variant().unwrap_or(("Unknown", &Data::Nothing));
				let (pallet, name) = held.as_variant().map_or(("System", kind), |(name, _)| (kind, name));
				let known = unnamed::all().find(|known| known.is(pallet, name));
				known.unwrap_or_else(|| Failure { pallet: pallet.into(), error: name.into(), docs: String::new() })
			}
		}
	}

	/// Returns the error of a runtime that differs from what this program was made for.
	pub(crate) fn mismatch(&self, difference: String) -> Error {
		Error::Mismatch { version: self.version.spec_version, difference }
	}
}

/// Returns the error of a pallet.
fn module_error(error: &Data) -> Option<ModuleError> {
	let ("Module", fields) = error.as_variant()? else { return None };
	let error = fields.field("error")?.as_bytes()?.try_into().ok()?;
	Some(ModuleError { index: fields.field("index")?.as_number()?, error, message: None })
}

/// Returns the first paragraph of a description, in one line.
fn paragraph(docs: &[String]) -> String {
	let lines = docs.iter().map(|line| line.trim()).skip_while(|line| line.is_empty());
	lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::runtime::tests::bare;

	#[test]
	fn first_paragraph_tells_what_a_call_does() {
		let docs = ["", " Sets a value,", " for all.", "", " More."].map(String::from);
		assert_eq!(paragraph(&docs), "Sets a value, for all.");
		assert_eq!(paragraph(&[]), "");
	}

	#[test]
	fn error_of_an_enacted_call_is_told_in_words() {
		let error = |data| bare().described_failure(&data).to_string();
		let module = [("index", Data::Number(9)), ("error", Data::Bytes(vec![2, 0, 0, 0]))];
		assert_eq!(error(Data::variant("Module", Data::fields(module))), "Pallet9.Error2");
		let token = Data::variant("Token", Data::variant("FundsUnavailable", Data::Nothing));
		assert!(error(token).starts_with("Token.FundsUnavailable: The account has less free RLC"));
		assert!(error(Data::variant("BadOrigin", Data::Nothing)).starts_with("System.BadOrigin: The account may not"));
		assert_eq!(error(Data::variant("Corruption", Data::Nothing)), "System.Corruption");
	}

	#[test]
	fn what_a_runtime_lacks_is_named() {
		let runtime = bare();
		let missing = [
			runtime.described_key("Referenda", "ReferendumInfoFor", &[vec![1]]).unwrap_err(),
			runtime.read_stored("Referenda", "ReferendumInfoFor", &[]).unwrap_err(),
			runtime.described_constant("Referenda", "Tracks").unwrap_err(),
		];
		for error in missing {
			assert!(
				matches!(&error, Error::Mismatch { difference, .. } if difference.contains("Referenda.")),
				"{error}"
			);
		}
		assert_eq!((runtime.call_docs("Referenda", "submit"), runtime.parameters()), (String::new(), Vec::new()));
		assert!(matches!(runtime.write_call(&Data::Nothing), Err(Error::BadCall(_))));
	}
}
