//! Signed orders as iExec's SDK writes them: its names of fields, addresses, and an Ethereum wallet's signature under `sign`.
//!
//! The signature is good here if it was made for this chain: with the chain id and the verifying contract that
//! `marketplace_domain` tells.

use rlc_json::hex;
use rlc_primitives::{
	ethereum::{account_of, EthereumSignature},
	AccountId, AnyOrder, AppId, AppOrder, CallbackId, CategoryId, DatasetId, DatasetOrder, OrderSignature,
	RequestOrder, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use serde_json::Value;
use sp_core::{H160, H256};

use super::Signed;

/// Returns the order of a file, or of an answer of iExec's order book, which has it under `order`.
pub(super) fn held(file: &Value) -> Option<Signed> {
	let written = if file["sign"].is_string() { file } else { &file["order"] };
	let signature = hex::read(written["sign"].as_str()?)?;
	let signature = OrderSignature::Eip712(EthereumSignature::try_from(signature.as_slice()).ok()?);
	let fields = Fields(written);
	let order: AnyOrder = if fields.has("appprice") {
		fields.app()?.into()
	} else if fields.has("datasetprice") {
		fields.dataset()?.into()
	} else if fields.has("workerpoolprice") {
		fields.workerpool()?.into()
	} else {
		fields.request()?.into()
	};
	Some(Signed { order, signature })
}

/// The fields of an order.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a Value);

impl Fields<'_> {
	fn has(self, name: &str) -> bool {
		!self.0[name].is_null()
	}

	fn app(self) -> Option<AppOrder> {
		Some(AppOrder {
			app: AppId(self.address("app")?),
			price: self.number("appprice")?,
			volume: self.number("volume")?,
			tag: self.tag()?,
			dataset_restrict: self.restriction("datasetrestrict", DatasetId)?,
			workerpool_restrict: self.restriction("workerpoolrestrict", WorkerpoolId)?,
			requester_restrict: self.restriction("requesterrestrict", account_of)?,
			salt: self.hash("salt")?,
		})
	}

	fn dataset(self) -> Option<DatasetOrder> {
		Some(DatasetOrder {
			dataset: DatasetId(self.address("dataset")?),
			price: self.number("datasetprice")?,
			volume: self.number("volume")?,
			tag: self.tag()?,
			app_restrict: self.restriction("apprestrict", AppId)?,
			workerpool_restrict: self.restriction("workerpoolrestrict", WorkerpoolId)?,
			requester_restrict: self.restriction("requesterrestrict", account_of)?,
			salt: self.hash("salt")?,
		})
	}

	fn workerpool(self) -> Option<WorkerpoolOrder> {
		Some(WorkerpoolOrder {
			workerpool: WorkerpoolId(self.address("workerpool")?),
			price: self.number("workerpoolprice")?,
			volume: self.number("volume")?,
			tag: self.tag()?,
			category: CategoryId(self.number("category")?),
			trust: self.number("trust")?,
			app_restrict: self.restriction("apprestrict", AppId)?,
			dataset_restrict: self.restriction("datasetrestrict", DatasetId)?,
			requester_restrict: self.restriction("requesterrestrict", account_of)?,
			salt: self.hash("salt")?,
		})
	}

	fn request(self) -> Option<RequestOrder> {
		Some(RequestOrder {
			app: AppId(self.address("app")?),
			app_max_price: self.number("appmaxprice")?,
			dataset: self.optional("dataset")?.map(DatasetId),
			dataset_max_price: self.number("datasetmaxprice")?,
			workerpool: self.restriction("workerpool", WorkerpoolId)?.into(),
			workerpool_max_price: self.number("workerpoolmaxprice")?,
			requester: self.requester()?,
			volume: self.number("volume")?,
			tag: self.tag()?,
			category: CategoryId(self.number("category")?),
			trust: self.number("trust")?,
			beneficiary: self.optional("beneficiary")?.map(account_of),
			callback: self.optional("callback")?.map(CallbackId),
			params: self.0["params"].as_str()?.as_bytes().to_vec().try_into().ok()?,
			salt: self.hash("salt")?,
			payer: None,
			expiry: None,
		})
	}

	fn requester(self) -> Option<AccountId> {
		self.address("requester").map(account_of)
	}

	fn tag(self) -> Option<Tag> {
		self.hash("tag").map(Tag)
	}

	/// Returns whom or what an order is restricted to; the address zero: nobody.
	fn restriction<Id>(self, name: &str, id: fn(H160) -> Id) -> Option<Restriction<Id>> {
		Some(self.optional(name)?.map_or(Restriction::Anyone, |address| Restriction::Exactly(id(address))))
	}

	/// Returns an address, unless that is zero.
	fn optional(self, name: &str) -> Option<Option<H160>> {
		Some(Some(self.address(name)?).filter(|address| !address.is_zero()))
	}

	fn address(self, name: &str) -> Option<H160> {
		self.bytes::<20>(name).map(H160)
	}

	fn hash(self, name: &str) -> Option<H256> {
		self.bytes::<32>(name).map(H256)
	}

	fn bytes<const N: usize>(self, name: &str) -> Option<[u8; N]> {
		hex::read(self.0[name].as_str()?)?.try_into().ok()
	}

	/// Returns a number, which the SDK writes as one or as a text.
	fn number<Number: TryFrom<u128>>(self, name: &str) -> Option<Number> {
		let number = match &self.0[name] {
			Value::String(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok()?,
			number => u128::from(number.as_u64()?),
		};
		number.try_into().ok()
	}
}

#[cfg(test)]
mod tests {
	use rlc_primitives::SigningDomain;

	use super::*;

	/// What ethers signed, which iExec's SDK signs by.
	fn vectors() -> Value {
		let text = include_str!("../../../../pallets/primitives/vectors/eip712/vectors.json");
		serde_json::from_str(text).unwrap()
	}

	/// Returns an order as the SDK writes it.
	fn written(vector: &Value) -> Value {
		let mut order = vector["order"].clone();
		order["sign"] = vector["signature_65"].clone();
		order
	}

	#[test]
	fn orders_of_the_sdk_are_read_and_their_signatures_are_good() {
		let vectors = vectors();
		let contract = vectors["domain"]["verifyingContract"].as_str().unwrap().parse().unwrap();
		let domain = SigningDomain::new(H256::zero(), vectors["domain"]["chainId"].as_u64().unwrap(), contract);
		let all = vectors["orders"].as_array().unwrap();
		for vector in all {
			let Signed { order, signature } = held(&written(vector)).unwrap();
			let signer = account_of(vector["signer"].as_str().unwrap().parse().unwrap());
			let verified = match &order {
				AnyOrder::App(order) => signature.verify(order, &domain, &signer),
				AnyOrder::Dataset(order) => signature.verify(order, &domain, &signer),
				AnyOrder::Workerpool(order) => signature.verify(order, &domain, &signer),
				AnyOrder::Request(order) => signature.verify(order, &domain, &signer),
			};
			assert_eq!(verified, Ok(()), "{vector}");
			let in_book = serde_json::json!({ "orderHash": "0x", "status": "open", "order": written(vector) });
			assert_eq!(held(&in_book).unwrap().order, order);
		}
		assert!(all.len() >= 24);
	}

	#[test]
	fn order_that_lacks_a_field_or_has_another_form_is_not_one() {
		let vector = vectors()["orders"][0].clone();
		for (field, value) in [
			("sign", Value::Null),
			("sign", "0x12".into()),
			("app", "0x12".into()),
			("appprice", "-1".into()),
			("appprice", 1.5.into()),
			("volume", "99999999999999999999999".into()),
			("salt", Value::Null),
		] {
			let mut order = written(&vector);
			order[field] = value;
			assert!(held(&order).is_none(), "{field}");
		}
		let mut order = written(&vector);
		order["appprice"] = 7.into();
		assert!(
			matches!(held(&order).unwrap().order, AnyOrder::App(AppOrder { price: 7, .. })),
			"a number is fine, too"
		);
	}
}
