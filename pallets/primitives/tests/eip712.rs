//! Hashes and signatures of orders, against those that ethers made (`vectors/eip712/`).

use rlc_primitives::{
	eip712::domain_separator,
	ethereum::{account_of, EthereumSignature, EthereumSignatureError},
	orders::{Member, NotExpressible},
	signature::SignatureError,
	AccountId, AppOrder, Balance, CallbackId, CategoryId, DatasetOrder, Order, OrderSignature, PoolRestriction,
	RequestOrder, Restriction, SigningDomain, Tag, WorkerpoolOrder,
};
use serde_json::Value;
use sp_core::{bytes::from_hex, H160, H256};

fn vectors() -> Value {
	serde_json::from_str(include_str!("../vectors/eip712/vectors.json")).expect("the vectors are JSON")
}

fn text(value: &Value) -> &str {
	value.as_str().expect("a string")
}

fn bytes(value: &Value) -> Vec<u8> {
	from_hex(text(value)).expect("hexadecimal")
}

fn h160(value: &Value) -> H160 {
	H160::from_slice(&bytes(value))
}

fn h256(value: &Value) -> H256 {
	H256::from_slice(&bytes(value))
}

fn amount(value: &Value) -> Balance {
	text(value).parse().expect("a number of 128 bits")
}

fn number<N: TryFrom<Balance>>(value: &Value) -> N {
	N::try_from(amount(value)).ok().expect("a number in range")
}

fn optional(value: &Value) -> Option<H160> {
	Some(h160(value)).filter(|address| !address.is_zero())
}

fn account(address: H160) -> AccountId {
	account_of(address)
}

fn restriction<Id: Clone + Into<Member>>(value: &Value, id: fn(H160) -> Id) -> Restriction<Id> {
	optional(value).map_or(Restriction::Anyone, |address| Restriction::Exactly(id(address)))
}

fn app_order(o: &Value) -> AppOrder {
	AppOrder {
		app: rlc_primitives::AppId(h160(&o["app"])),
		price: amount(&o["appprice"]),
		volume: number(&o["volume"]),
		tag: Tag(h256(&o["tag"])),
		dataset_restrict: restriction(&o["datasetrestrict"], rlc_primitives::DatasetId),
		workerpool_restrict: restriction(&o["workerpoolrestrict"], rlc_primitives::WorkerpoolId),
		requester_restrict: restriction(&o["requesterrestrict"], account),
		salt: h256(&o["salt"]),
	}
}

fn dataset_order(o: &Value) -> DatasetOrder {
	DatasetOrder {
		dataset: rlc_primitives::DatasetId(h160(&o["dataset"])),
		price: amount(&o["datasetprice"]),
		volume: number(&o["volume"]),
		tag: Tag(h256(&o["tag"])),
		app_restrict: restriction(&o["apprestrict"], rlc_primitives::AppId),
		workerpool_restrict: restriction(&o["workerpoolrestrict"], rlc_primitives::WorkerpoolId),
		requester_restrict: restriction(&o["requesterrestrict"], account),
		salt: h256(&o["salt"]),
	}
}

fn workerpool_order(o: &Value) -> WorkerpoolOrder {
	WorkerpoolOrder {
		workerpool: rlc_primitives::WorkerpoolId(h160(&o["workerpool"])),
		price: amount(&o["workerpoolprice"]),
		volume: number(&o["volume"]),
		tag: Tag(h256(&o["tag"])),
		category: CategoryId(number(&o["category"])),
		trust: number(&o["trust"]),
		app_restrict: restriction(&o["apprestrict"], rlc_primitives::AppId),
		dataset_restrict: restriction(&o["datasetrestrict"], rlc_primitives::DatasetId),
		requester_restrict: restriction(&o["requesterrestrict"], account),
		salt: h256(&o["salt"]),
	}
}

fn request_order(o: &Value) -> RequestOrder {
	RequestOrder {
		app: rlc_primitives::AppId(h160(&o["app"])),
		app_max_price: amount(&o["appmaxprice"]),
		dataset: optional(&o["dataset"]).map(rlc_primitives::DatasetId),
		dataset_max_price: amount(&o["datasetmaxprice"]),
		workerpool: restriction(&o["workerpool"], rlc_primitives::WorkerpoolId).into(),
		workerpool_max_price: amount(&o["workerpoolmaxprice"]),
		requester: account(h160(&o["requester"])),
		volume: number(&o["volume"]),
		tag: Tag(h256(&o["tag"])),
		category: CategoryId(number(&o["category"])),
		trust: number(&o["trust"]),
		beneficiary: optional(&o["beneficiary"]).map(account),
		callback: optional(&o["callback"]).map(CallbackId),
		params: text(&o["params"]).as_bytes().to_vec().try_into().expect("short params"),
		salt: h256(&o["salt"]),
		payer: None,
		expiry: None,
	}
}

/// Returns the domain of the vectors. The genesis hash has no part in EIP-712.
fn domain() -> SigningDomain {
	let domain = &vectors()["domain"];
	let chain_id = domain["chainId"].as_u64().expect("a chain id");
	SigningDomain::new(H256::repeat_byte(7), chain_id, h160(&domain["verifyingContract"]))
}

/// Checks one vector, and says how many signatures it held.
fn check<O: Order>(order: &O, vector: &Value) -> usize {
	let signer = account(h160(&vector["signer"]));
	let verify = |signature: &[u8]| {
		let signature = EthereumSignature::try_from(signature).expect("65 or 64 bytes");
		OrderSignature::Eip712(signature).verify(order, &domain(), &signer)
	};
	assert_eq!(order.struct_hash(), Ok(h256(&vector["struct_hash"])), "{vector}");
	assert_eq!(domain().eip712_digest(order), Ok(h256(&vector["digest"])), "{vector}");
	assert_eq!(domain().hash(order).0, h256(&vector["digest"]), "{vector}");
	let full = bytes(&vector["signature_65"]);
	// The form of hardware wallets: the last byte is the parity alone.
	let mut plain = full.clone();
	plain[64] -= 27;
	for signature in [full, plain, bytes(&vector["signature_64"])] {
		assert_eq!(verify(&signature), Ok(()), "{vector}");
	}
	let refused = vector["refused"].as_object().expect("signatures that are refused");
	for (why, signature) in refused {
		let expected = match why.as_str() {
			"high_s" => SignatureError::Malformed(EthereumSignatureError::HighS),
			_ => SignatureError::WrongSigner,
		};
		assert_eq!(verify(&bytes(signature)), Err(expected), "{why}: {vector}");
	}
	3 + refused.len()
}

#[test]
fn every_vector_of_ethers_is_reproduced() {
	let vectors = vectors();
	let mut signatures = 0;
	let mut kinds = std::collections::BTreeMap::<_, usize>::new();
	for vector in vectors["orders"].as_array().expect("orders") {
		let (kind, order) = (text(&vector["kind"]), &vector["order"]);
		*kinds.entry(kind.to_string()).or_default() += 1;
		signatures += match kind {
			"AppOrder" => check(&app_order(order), vector),
			"DatasetOrder" => check(&dataset_order(order), vector),
			"WorkerpoolOrder" => check(&workerpool_order(order), vector),
			"RequestOrder" => check(&request_order(order), vector),
			other => panic!("no kind of order: {other}"),
		};
	}
	assert_eq!(kinds.values().copied().collect::<Vec<_>>(), [6; 4]);
	assert_eq!(signatures, 4 * 6 * 9);
}

#[test]
fn domain_separator_is_that_of_ethers() {
	let vectors = vectors();
	let domain = &vectors["domain"];
	let separator = domain_separator(domain["chainId"].as_u64().unwrap(), h160(&domain["verifyingContract"]));
	assert_eq!(separator, h256(&vectors["domain_separator"]));
}

#[test]
fn every_changed_field_changes_the_hash() {
	let vectors = vectors();
	let all = vectors["orders"].as_array().unwrap();
	let order = request_order(&all.iter().rfind(|one| one["kind"] == "RequestOrder").unwrap()["order"]);
	let address = H160::repeat_byte(0xAB);
	let changed = [
		RequestOrder { app: rlc_primitives::AppId(address), ..order.clone() },
		RequestOrder { app_max_price: 1, ..order.clone() },
		RequestOrder { dataset: Some(rlc_primitives::DatasetId(address)), ..order.clone() },
		RequestOrder { dataset_max_price: 1, ..order.clone() },
		RequestOrder { workerpool: PoolRestriction::Group(rlc_primitives::GroupId(address)), ..order.clone() },
		RequestOrder { workerpool_max_price: 1, ..order.clone() },
		RequestOrder { requester: account(address), ..order.clone() },
		RequestOrder { volume: 1, ..order.clone() },
		RequestOrder { tag: Tag::from_bits(1), ..order.clone() },
		RequestOrder { category: CategoryId(1), ..order.clone() },
		RequestOrder { trust: 1, ..order.clone() },
		RequestOrder { beneficiary: Some(account(address)), ..order.clone() },
		RequestOrder { callback: Some(CallbackId(address)), ..order.clone() },
		RequestOrder { params: b"other".to_vec().try_into().unwrap(), ..order.clone() },
		RequestOrder { salt: H256::repeat_byte(1), ..order.clone() },
	];
	let hash = order.struct_hash().unwrap();
	let mut hashes: Vec<_> = changed.iter().map(|order| order.struct_hash().unwrap()).chain([hash]).collect();
	hashes.sort();
	hashes.dedup();
	assert_eq!(hashes.len(), changed.len() + 1);
	let named = RequestOrder { payer: Some(account(address)), ..order };
	assert_eq!(named.struct_hash(), Err(NotExpressible::Payer));
}
