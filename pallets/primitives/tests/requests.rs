//! How requests are encoded, hashed and signed, with a least record and without one.

use codec::{Decode, Encode};
use rlc_primitives::{
	record::LeastRecord, AccountId, AnyOrder, AppId, CategoryId, DatasetId, GroupId, OrderHash, PoolRestriction,
	RequestOrder, Restriction, SigningDomain, Tag, WorkerpoolId,
};
use sp_core::{bytes::from_hex, H160, H256};

/// What comes before the workerpool in the bytes of [`request`].
const BEFORE: &str = "\
	01010101010101010101010101010101010101010a0000000000000000000000000000000102020202020202020202020202\
	0202020202020214000000000000000000000000000000";

/// What comes after it.
const AFTER: &str = "\
	6400000000000000000000000000000005050505050505050505050505050505050505050505050505050505050505050500\
	0000000000000000000000000000000000000000000000000000000000000000000000000000000000000200000000000000\
	0000087b7d060606060606060606060606060606060606060606060606060606060606060601070707070707070707070707\
	0707070707070707070707070707070707070707010900000000000000";

fn request(workerpool: PoolRestriction) -> RequestOrder {
	RequestOrder {
		app: AppId(H160::repeat_byte(1)),
		app_max_price: 10,
		dataset: Some(DatasetId(H160::repeat_byte(2))),
		dataset_max_price: 20,
		workerpool,
		workerpool_max_price: 100,
		requester: AccountId::new([5; 32]),
		volume: 5,
		tag: Tag::NONE,
		category: CategoryId(0),
		trust: 2,
		beneficiary: None,
		callback: None,
		params: b"{}".to_vec().try_into().expect("short"),
		salt: H256::repeat_byte(6),
		payer: Some(AccountId::new([7; 32])),
		expiry: Some(9),
	}
}

/// Returns the bytes of a request for these workerpools.
fn bytes(workerpool: &str) -> Vec<u8> {
	from_hex(&format!("0x{BEFORE}{workerpool}{AFTER}")).expect("hexadecimal")
}

fn domain() -> SigningDomain {
	SigningDomain::new(H256::repeat_byte(0xAA), 134, H160::repeat_byte(2))
}

fn hash(digits: &str) -> OrderHash {
	OrderHash(H256::from_slice(&from_hex(digits).expect("hexadecimal")))
}

/// The bytes and hashes were recorded from code that knows no least record: signatures that exist have to stay valid.
#[test]
fn request_without_a_least_record_keeps_its_bytes_and_its_hash() {
	for (workerpool, encoded, hashed) in [
		(PoolRestriction::Anyone, "00", "0xb88405aa0386166384d080889e2a8afef5d77513c43f7fe08b6f0d21809be02e"),
		(
			PoolRestriction::Exactly(WorkerpoolId(H160::repeat_byte(3))),
			"010303030303030303030303030303030303030303",
			"0x7d49f49648c802d1972cffe7e2ca75a2b9386af2fd66fba32ac4fef71c472938",
		),
		(
			PoolRestriction::Group(GroupId(H160::repeat_byte(4))),
			"020404040404040404040404040404040404040404",
			"0xce25abbeae89726998991c87177de967138384ba70f52282973fd1c0a99274df",
		),
	] {
		let (order, bytes) = (request(workerpool), bytes(encoded));
		assert_eq!(order.encode(), bytes);
		assert_eq!(domain().hash(&order), hash(hashed));
		// As the book stores it: after its kind, and before more.
		let stored = [&[3_u8][..], &bytes, &[0xFF]].concat();
		let mut rest = stored.as_slice();
		assert_eq!(AnyOrder::decode(&mut rest), Ok(order.into()));
		assert_eq!(rest, [0xFF]);
	}
}

#[test]
fn least_record_is_part_of_what_is_hashed_and_signed() {
	let least = LeastRecord { completed: 500, max_failed: 10 };
	let named = |least| request(PoolRestriction::new(Restriction::Anyone, Some(least)));
	assert_eq!(named(least).encode(), bytes("0300f40100000000000000000000000000000a"));
	let expected = "0xd1b77e06b0b60d7f7bf9b2d62631aed6d45e0384a1c551c4e93ce839128d7d0c";
	assert_eq!(domain().hash(&named(least)), hash(expected));
	for other in [LeastRecord { completed: 501, ..least }, LeastRecord { max_failed: 11, ..least }] {
		assert_ne!(domain().hash(&named(other)), hash(expected));
		assert_ne!(domain().native_payload(&named(other)), domain().native_payload(&named(least)));
	}
}
