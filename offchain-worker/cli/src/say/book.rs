//! Lists of the order book.

use rlc_primitives::{deal::Category, market::BookEntry, AnyOrder, CategoryId};

use crate::{
	amount::Amount,
	answer::Answer,
	ids,
	table::{table, when},
};

/// Returns the category of an order, if its kind has one.
pub(crate) fn category_of(order: &AnyOrder) -> Option<CategoryId> {
	match order {
		AnyOrder::Workerpool(order) => Some(order.category),
		AnyOrder::Request(order) => Some(order.category),
		AnyOrder::App(_) | AnyOrder::Dataset(_) => None,
	}
}

/// What is left out of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
	/// Nothing.
	Nothing,
	/// So many entries.
	Entries(usize),
	/// Some, that were not counted.
	Uncounted,
}

impl Cut {
	/// Returns that so many entries are left out.
	pub(crate) fn by(more: usize) -> Self {
		if more == 0 {
			Self::Nothing
		} else {
			Self::Entries(more)
		}
	}

	fn words(self) -> String {
		match self {
			Self::Nothing => String::new(),
			Self::Entries(more) => format!("\nand {more} more; --limit shows them"),
			Self::Uncounted => "\nand more; --limit shows them".into(),
		}
	}
}

/// Lists entries, whose assets have these names; `now` is this machine's time, in ms since the Unix epoch.
pub(crate) fn listed(
	entries: &[BookEntry],
	names: &[String],
	categories: &[(CategoryId, Category)],
	cut: Cut,
	now: u64,
) -> Answer {
	let json: Vec<_> = entries.iter().cloned().map(rlc_json::BookEntry::from).collect();
	if entries.is_empty() {
		return Answer::new("There are no such orders in the book.", json);
	}
	let rows = entries.iter().zip(names).map(|(entry, name)| {
		let (what, trust) = match &entry.order {
			AnyOrder::App(order) => (format!("{:?}", order.app.0), String::new()),
			AnyOrder::Dataset(order) => (format!("{:?}", order.dataset.0), String::new()),
			AnyOrder::Workerpool(order) => (format!("{:?}", order.workerpool.0), order.trust.to_string()),
			AnyOrder::Request(order) => (format!("{:?}", order.app.0), order.trust.to_string()),
		};
		let category = category_of(&entry.order).and_then(|id| categories.iter().find(|(known, _)| *known == id));
		[
			entry.order.kind().name().into(),
			what,
			name.clone(),
			category.map(|(_, category)| ids::name(category)).unwrap_or_default(),
			trust,
			Amount(entry.price).to_string(),
			entry.remaining.to_string(),
			when(entry.published, now),
			format!("{:?}", entry.hash.0),
		]
	});
	let table = table(["KIND", "FOR", "NAME", "CATEGORY", "TRUST", "PRICE", "LEFT", "PUBLISHED", "ORDER"], rows);
	Answer::new(table + &cut.words(), json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::quote;
	use rlc_primitives::{AccountId, OrderHash};

	#[test]
	fn list_says_what_it_leaves_out() {
		let entry = BookEntry {
			hash: OrderHash::default(),
			order: quote().app.into(),
			owner: AccountId::new([1; 32]),
			price: 3,
			remaining: 1,
			published: 0,
		};
		let said = |cut| listed(std::slice::from_ref(&entry), &["hello".to_owned()], &[], cut, 0).text;
		assert!(said(Cut::by(2)).ends_with("\nand 2 more; --limit shows them"));
		assert!(said(Cut::Uncounted).ends_with("\nand more; --limit shows them"));
		assert!(!said(Cut::by(0)).contains("more"));
	}
}
