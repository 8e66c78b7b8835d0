//! Lists of what is registered.

use std::collections::BTreeMap;

use clap::Args;
use futures::future::try_join_all;
use rlc_primitives::AccountId;

use super::{kind::Asset, named::skeleton, sale};
use crate::{
	answer::Answer,
	context::Context,
	failure::Result,
	say::{self, asset::Line},
};

/// How many assets are looked at, at most.
const LOOKED_AT: usize = 100_000;

/// Which assets to list.
#[derive(Clone, Debug, Args)]
pub(crate) struct Catalog {
	/// Only those with all of these words in their names
	#[arg(value_name = "WORD")]
	pub words: Vec<String>,
	/// Only those of this owner
	#[arg(long, value_name = "ACCOUNT")]
	pub owner: Option<String>,
	/// The most to list
	#[arg(long, default_value_t = 50, value_name = "N")]
	pub limit: usize,
}

impl Catalog {
	/// Returns whether an asset of this name and owner is wanted.
	fn wants(&self, name: &str, owner: &AccountId, wanted: Option<&AccountId>) -> bool {
		let name = name.to_lowercase();
		wanted.is_none_or(|wanted| wanted == owner) && self.words.iter().all(|word| name.contains(&word.to_lowercase()))
	}

	/// Lists assets of a kind by their names, with the price of the best offer to everybody.
	///
	/// # Errors
	///
	/// If the owner is not an account, or the node does not answer.
	pub(crate) async fn list<A: Asset>(&self, context: &Context) -> Result<Answer> {
		let owner = self.owner.as_deref().map(|owner| context.account(owner)).transpose()?;
		let chain = context.chain().await?;
		let all = A::all(&chain, LOOKED_AT).await?;
		if !all.is_whole {
			context.out.say("warning: the chain has more than were looked at: some may be missing");
		}
		let mut alike = BTreeMap::<_, u64>::new();
		for (_, asset) in &all.found {
			*alike.entry(skeleton(&A::name(&asset.content))).or_default() += 1;
		}
		let found = all.found.into_iter().map(|(id, asset)| (A::name(&asset.content), id, asset.owner));
		let mut found: Vec<_> = found.filter(|(name, _, whose)| self.wants(name, whose, owner.as_ref())).collect();
		found.sort_by_cached_key(|(name, id, _)| (name.clone(), id.hex()));
		let more = found.len().saturating_sub(self.limit);
		found.truncate(self.limit);
		let prices = try_join_all(found.iter().map(|(_, id, _)| sale::best_for_anyone(&chain, id.list()))).await?;
		let mut lines = Vec::with_capacity(found.len());
		for ((name, id, owner), price) in found.into_iter().zip(prices) {
			let alike = alike.get(&skeleton(&name)).copied().unwrap_or_default().saturating_sub(1);
			lines.push(Line { name, id: id.hex(), owner, price, alike });
		}
		Ok(say::asset::list(A::KIND, &lines, more))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn all_words_are_in_the_name_whatever_their_case() {
		let catalog = |words: &[&str]| Catalog {
			words: words.iter().map(|word| (*word).to_owned()).collect(),
			owner: None,
			limit: 9,
		};
		let (mine, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		assert!(catalog(&[]).wants("hello", &mine, None));
		assert!(catalog(&["ray", "BLEND"]).wants("Blender ray tracer", &mine, Some(&mine)));
		assert!(!catalog(&["ray", "x"]).wants("Blender ray tracer", &mine, None));
		assert!(!catalog(&[]).wants("hello", &mine, Some(&other)));
	}
}
