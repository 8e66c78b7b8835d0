//! One test for each kind of difference, each between types whose names are the same.

#![allow(dead_code, reason = "types that are compared need no values")]

use codec::{Compact, Encode};
use scale_info::{meta_type, Registry, TypeInfo};
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

use super::*;

/// Returns what a program made for `Ours` finds on a chain that has `Theirs`.
fn compare<Ours: TypeInfo + 'static, Theirs: TypeInfo + 'static>() -> Result<(), String> {
	let mut registry = Registry::new();
	let id = registry.register_type(&meta_type::<Theirs>()).id;
	let chain = PortableRegistry::from(registry);
	Comparison::with(&chain).types(&meta_type::<Ours>(), id).map_err(|difference| difference.to_string())
}

/// Returns the error of types that differ.
fn difference<Ours: TypeInfo + 'static, Theirs: TypeInfo + 'static>() -> String {
	compare::<Ours, Theirs>().expect_err("they differ")
}

mod here {
	use super::*;

	#[derive(Encode, TypeInfo)]
	pub struct Price {
		pub amount: u128,
		pub times: u32,
	}

	#[derive(Encode, TypeInfo)]
	pub enum Side {
		App(H256),
		Pool { price: Price },
		Nobody,
	}

	#[derive(Encode, TypeInfo)]
	pub struct Tree {
		pub branches: Vec<Tree>,
		pub leaf: Option<Side>,
	}
}

#[test]
fn equal_structures_are_equal_whatever_they_are_called() {
	mod there {
		use super::*;

		#[derive(Encode, TypeInfo)]
		pub struct Money {
			pub amount: u128,
			pub times: u32,
		}

		#[derive(Encode, TypeInfo)]
		pub enum Part {
			App(H256),
			Pool { price: Money },
			Nobody,
		}

		#[derive(Encode, TypeInfo)]
		pub struct Bush {
			pub branches: BoundedVec<Bush, ConstU32<4>>,
			pub leaf: Option<Part>,
		}
	}
	assert_eq!(compare::<here::Tree, there::Bush>(), Ok(()));
	assert_eq!(compare::<here::Tree, here::Tree>(), Ok(()));
}

#[test]
fn what_adds_nothing_is_looked_through() {
	#[derive(Encode, TypeInfo)]
	struct Id(H256);
	#[derive(Encode, TypeInfo)]
	struct Empty;
	#[derive(Encode, TypeInfo)]
	struct Pair(u8, u16);
	assert_eq!(compare::<[u8; 32], Id>(), Ok(()));
	assert_eq!(compare::<Id, ((H256,),)>(), Ok(()));
	assert_eq!(compare::<(), Empty>(), Ok(()));
	assert_eq!(compare::<(u8, u16), Pair>(), Ok(()));
	assert_eq!(compare::<Vec<u8>, BoundedVec<u8, ConstU32<9>>>(), Ok(()));
}

#[test]
fn width_of_a_number_matters() {
	assert_eq!(difference::<u32, u64>(), "here u32, there u64");
	assert_eq!(difference::<Vec<(u8, u32)>, Vec<(u8, i32)>>(), "in the list: value 1: here u32, there i32");
}

#[test]
fn compactness_matters() {
	assert_eq!(difference::<u32, Compact<u32>>(), "here u32, there a compact number");
	assert_eq!(difference::<Compact<u32>, Compact<u64>>(), "here u32, there u64");
	assert_eq!(compare::<Compact<u32>, Compact<u32>>(), Ok(()));
}

#[test]
fn length_of_an_array_matters() {
	assert_eq!(difference::<[u8; 20], [u8; 32]>(), "here an array of 20, there an array of 32");
	assert_eq!(difference::<[u8; 20], [u16; 20]>(), "in the array: here u8, there u16");
}

#[test]
fn kind_matters() {
	assert_eq!(difference::<Vec<u8>, [u8; 2]>(), "here a list, there an array of 2");
	assert_eq!(difference::<here::Price, here::Side>(), "here a struct of amount, times, there an enum");
	assert_eq!(difference::<(u8, u8), (u8, u8, u8)>(), "here 2 values, there 3");
}

#[test]
fn names_number_and_order_of_fields_matter() {
	#[derive(Encode, TypeInfo)]
	struct Renamed {
		amount: u128,
		count: u32,
	}
	#[derive(Encode, TypeInfo)]
	struct Longer {
		amount: u128,
		times: u32,
		more: u8,
	}
	#[derive(Encode, TypeInfo)]
	struct Turned {
		times: u32,
		amount: u128,
	}
	let renamed = difference::<here::Price, Renamed>();
	assert_eq!(renamed, "the fields differ: only here [\"times\"], only there [\"count\"]");
	assert!(difference::<here::Price, Longer>().contains("only there [\"more\"]"));
	assert!(difference::<here::Price, Turned>().contains("another order"));
}

#[test]
fn variants_their_numbers_and_their_fields_matter() {
	#[derive(Encode, TypeInfo)]
	enum More {
		App(H256),
		Pool { price: here::Price },
		Nobody,
		Somebody,
	}
	#[derive(Encode, TypeInfo)]
	enum Renumbered {
		App(H256),
		#[codec(index = 7)]
		Pool {
			price: here::Price,
		},
		#[codec(index = 2)]
		Nobody,
	}
	#[derive(Encode, TypeInfo)]
	enum Wider {
		App(H256),
		Pool { price: (here::Price, u8) },
		Nobody,
	}
	assert!(difference::<here::Side, More>().contains("only there [(3, \"Somebody\")]"));
	assert!(difference::<here::Side, Renumbered>().contains("only here [(1, \"Pool\")]"));
	let wider = difference::<here::Side, Wider>();
	assert_eq!(wider, "Pool: price: here a struct of amount, times, there a tuple of 2");
	assert!(difference::<here::Tree, Vec<u8>>().starts_with("here a struct"));
}

#[test]
fn read_variant_may_have_more_fields_on_the_chain() {
	#[derive(Encode, TypeInfo)]
	enum Ours {
		Paid { amount: u128 },
	}
	#[derive(Encode, TypeInfo)]
	enum Theirs {
		Paid { amount: u128, by: H256 },
	}
	let mut registry = Registry::new();
	let id = registry.register_type(&meta_type::<Theirs>()).id;
	let chain = PortableRegistry::from(registry);
	let TypeDef::Variant(theirs) = &chain.resolve(id).unwrap().type_def else { panic!("an enum") };
	let TypeDef::Variant(ours) = Ours::type_info().type_def else { panic!("an enum") };
	let compare = |fields| Comparison::with(&chain).variants(&ours.variants[0], &theirs.variants[0], fields);
	assert_eq!(compare(Fields::First), Ok(()));
	assert!(compare(Fields::All).is_err());
}
