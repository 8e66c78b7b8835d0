use proptest::prelude::*;
use rlc_testing::spoiled;

use super::*;
use crate::{
	answer::{tests::received, MAX_BODY},
	definition::{
		tests::{definition, price},
		Source,
	},
};

const ONE: i128 = 1_000_000_000_000_000_000;

fn sources(count: usize) -> Vec<Source> {
	vec![price(); count]
}

/// Returns the answer of a source with a price.
fn answer(source: u8, price_of: &str) -> Answer {
	Answer::new(source, &price(), received(&format!("{{\"price\":{price_of}}}")), None).unwrap()
}

fn archive() -> Archive {
	let answers = vec![answer(2, "30"), answer(0, "10"), answer(1, "20")];
	Archive::new(definition(sources(3)), 1_050, answers).unwrap()
}

fn feed() -> [u8; 32] {
	Definition::feed(&definition(sources(3)))
}

/// Returns the verdict on an archive that was changed.
fn verdict(change: impl FnOnce(&mut Archive)) -> Result<Archive, Wrong> {
	let mut archive = archive();
	change(&mut archive);
	recompute(feed(), &archive.to_bytes())
}

#[test]
fn honest_archive_makes_its_value_again() {
	let archive = archive();
	assert_eq!((archive.value.clone(), archive.answers[2].source), (Value::Number(20 * ONE), 2));
	let bytes = archive.to_bytes();
	assert_eq!((bytes[0], bytes.len()), (0, 1 + archive.encoded_size()));
	assert_eq!(recompute(feed(), &bytes), Ok(archive));
	let evidence: [u8; 32] = Sha256::digest(&bytes).into();
	assert_eq!(Archive::evidence(&bytes), evidence);
}

#[test]
fn lie_about_an_extraction_is_found() {
	assert_eq!(verdict(|archive| archive.value = Value::Number(21 * ONE)), Err(Wrong::Value));
	assert_eq!(verdict(|archive| archive.answers[0].value = Value::Number(11 * ONE)), Err(Wrong::SourceValue(0)));
	let wrong = |error| Err(Wrong::Source { source_index: 1, error });
	assert_eq!(verdict(|archive| archive.answers[1].status = 500), wrong(SourceError::Status(500)));
	assert_eq!(verdict(|archive| archive.answers[1].headers.clear()), wrong(SourceError::ContentType));
	assert_eq!(verdict(|archive| archive.answers[1].body = b"{\"price\":21}".to_vec()), Err(Wrong::SourceValue(1)));
	assert_eq!(verdict(|archive| archive.answers[2].source = 3), Err(Wrong::NoSource(3)));
	let few = Disagreement::TooFew { found: 0, least: 1 };
	assert_eq!(verdict(|archive| archive.answers.clear()), Err(few.into()));
	assert_eq!(recompute([7; 32], &archive().to_bytes()), Err(Wrong::Feed));
	let another = definition(sources(2));
	assert_eq!(verdict(|archive| archive.definition = another), Err(Wrong::Feed));
}

#[test]
fn archive_is_written_in_one_way() {
	let bytes = archive().to_bytes();
	let refused = |bytes: &[u8]| Archive::read(bytes).unwrap_err();
	assert_eq!(refused(&[&bytes[..], &[0]].concat()), InvalidArchive::Syntax);
	assert_eq!(refused(&bytes[..bytes.len() - 1]), InvalidArchive::Syntax);
	assert_eq!(refused(&[]), InvalidArchive::Syntax);
	let mut other = bytes.clone();
	other[0] = 1;
	assert_eq!(refused(&other), InvalidArchive::Kind);
	assert_eq!(refused(&vec![0; MAX_ARCHIVE + 1]), InvalidArchive::TooLong);
	let bounds = Err(Wrong::Archive(InvalidArchive::Bounds));
	assert_eq!(verdict(|archive| archive.answers.swap(0, 1)), bounds);
	assert_eq!(verdict(|archive| archive.answers[1].source = 0), bounds);
	assert_eq!(verdict(|archive| archive.answers[0].body = vec![b' '; MAX_BODY + 1]), bounds);
	assert_eq!(verdict(|archive| archive.answers[0].began = 2_000), bounds);
}

#[test]
fn longest_answers_are_left_out_of_an_archive_that_is_too_long() {
	let long = |source: u8, length: usize| {
		let body = format!("{{\"price\":{source}}}{}", " ".repeat(length));
		Answer::new(source, &price(), received(&body), None).unwrap()
	};
	let answers = (0..7).map(|source| long(source, 200_000 + usize::from(source))).collect();
	let archive = Archive::new(definition(sources(7)), 0, answers).unwrap();
	let left: Vec<_> = archive.answers.iter().map(|answer| answer.source).collect();
	assert_eq!((left, archive.value.clone()), (vec![0, 1, 2, 3, 4], Value::Number(2 * ONE)));
	assert!(archive.to_bytes().len() <= MAX_ARCHIVE);
}

#[test]
fn sources_agree_on_their_lower_median() {
	let numbers = |numbers: &[i128], least: u8| {
		let values: Vec<_> = numbers.iter().copied().map(Value::Number).collect();
		agree(Kind::Number, &values.iter().collect::<Vec<_>>(), least)
	};
	assert_eq!(numbers(&[3, -1, 2], 1), Ok(Value::Number(2)));
	assert_eq!(numbers(&[4, 1, 3, 2], 1), Ok(Value::Number(2)));
	assert_eq!(numbers(&[5], 1), Ok(Value::Number(5)));
	assert_eq!(numbers(&[5, 6], 3), Err(Disagreement::TooFew { found: 2, least: 3 }));
	assert_eq!(numbers(&[], 0), Err(Disagreement::TooFew { found: 0, least: 0 }));
}

#[test]
fn sources_of_texts_have_to_say_the_same() {
	let texts = |texts: &[&str], least: u8| {
		let values: Vec<_> = texts.iter().map(|text| Value::Text((*text).into())).collect();
		agree(Kind::Text, &values.iter().collect::<Vec<_>>(), least)
	};
	assert_eq!(texts(&["a", "b", "a"], 2), Ok(Value::Text("a".into())));
	assert_eq!(texts(&["a", "b", "a"], 3), Err(Disagreement::Differ));
	assert_eq!(texts(&["a", "b"], 1), Err(Disagreement::Differ));
	assert_eq!(texts(&[], 0), Err(Disagreement::TooFew { found: 0, least: 0 }));
}

mod parsing {
	use super::*;

	proptest! {
		#[test]
		fn what_is_read_is_an_archive(bytes in spoiled(Just(archive().to_bytes()))) {
			if let Ok(read) = Archive::read(&bytes) {
				prop_assert_eq!(read.to_bytes(), bytes);
			}
		}

		#[test]
		fn verdict_on_any_bytes_is_final(bytes in spoiled(Just(archive().to_bytes()))) {
			prop_assert_eq!(recompute(feed(), &bytes), recompute(feed(), &bytes));
		}
	}
}
