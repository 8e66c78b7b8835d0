//! What the tasks of a request demand of a worker.

use rlc_chain::Chain;
use rlc_primitives::{assets::AppKind, Tag};
use rlc_protocol::{requester::WorkerInfo, Needs};

use crate::{
	failure::Result,
	ids,
	market::{Quote, Wish},
	table::{counted, size},
};

/// What tasks demand of a worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
	/// What kind of app they run.
	pub kind: AppKind,
	/// What they demand by tag: app, dataset and request together.
	pub tag: Tag,
	/// What each of them needs.
	pub needs: Needs,
}

impl Demand {
	/// Returns the demand of the tasks of a deal by these offers.
	///
	/// # Errors
	///
	/// If the chain does not answer.
	pub(crate) async fn of(chain: &Chain, quote: &Quote, wish: &Wish) -> Result<Self> {
		let kind = chain.app(wish.app).await?.map(|app| app.content.kind).unwrap_or_default();
		let tag = quote.tag(wish);
		Ok(Self { kind, tag, needs: Needs::of_deal(&wish.params, tag) })
	}

	/// Returns whether every worker has what is demanded.
	pub(crate) fn is_nothing(&self) -> bool {
		self.kind == AppKind::Wasm && self.tag == Tag::NONE && self.needs.is_nothing()
	}

	/// Returns how many slots of a worker each task takes; `None` if it cannot run them, or is not connected.
	pub(crate) fn slots(&self, worker: &WorkerInfo) -> Option<u32> {
		let has = &worker.resources;
		let runs = match self.kind {
			AppKind::Wasm => has.wasm,
			AppKind::Container => has.container,
		};
		let able = worker.alive && runs && Tag(has.tag).covers(self.tag);
		able.then(|| self.needs.slots(has)).flatten()
	}

	/// Returns the demand in words.
	pub(crate) fn words(&self) -> String {
		let Needs { cores, memory, disk, gpus } = self.needs;
		let amount = |count: u32, thing: &str| (count > 0).then(|| counted(count.into(), thing));
		let bytes = |bytes: u64, what: &str| (bytes > 0).then(|| format!("{} of {what}", size(bytes)));
		let all = [
			(self.kind == AppKind::Container).then(|| "containers".into()),
			(self.tag != Tag::NONE).then(|| format!("the tag {}", ids::tag_words(self.tag))),
			amount(cores, "core"),
			bytes(memory, "memory"),
			bytes(disk, "disk"),
			amount(gpus, "graphics processor"),
		];
		all.into_iter().flatten().collect::<Vec<String>>().join(", ")
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;
	use rlc_protocol::{worker::Resources, Account};

	fn worker(change: impl FnOnce(&mut WorkerInfo)) -> WorkerInfo {
		let resources = Resources { slots: 4, cores: 4, memory: 8, wasm: true, ..Resources::default() };
		let mut worker = WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			vouched: true,
			alive: true,
			draining: false,
			record: None,
			usable_slots: None,
			resources,
			free_slots: 4,
			running: 0,
			seen: 0,
		};
		change(&mut worker);
		worker
	}

	#[test]
	fn worker_is_able_if_connected_and_has_all_that_is_demanded() {
		let demand = Demand {
			kind: AppKind::Container,
			tag: Tag::from_bits(Tag::NETWORK),
			needs: Needs { memory: 4, ..Needs::default() },
		};
		let tag = demand.tag.0;
		let able = worker(|one| (one.resources.container, one.resources.tag) = (true, tag));
		assert_eq!(demand.slots(&able), Some(2));
		assert_eq!(demand.slots(&WorkerInfo { alive: false, ..able.clone() }), None);
		assert_eq!(demand.slots(&worker(|one| one.resources.container = true)), None, "without the tag");
		assert_eq!(demand.slots(&worker(|one| one.resources.tag = tag)), None, "without containers");
		let small = Resources { memory: 3, ..able.resources.clone() };
		assert_eq!(demand.slots(&WorkerInfo { resources: small, ..able }), None, "too small");
		assert_eq!(Demand::default().slots(&worker(|_| ())), Some(1));
	}
}
