//! Weights of the calls and of the hooks' steps. The runtime measures its own; `()` is for tests.

use frame_support::weights::Weight;

/// Weights of the pallet's calls and steps. What the runtime's `Outbox` weighs is added to those that make values.
pub trait WeightInfo {
	/// Returns the weight of [`Pallet::create_feed`](crate::Pallet::create_feed), for a panel and for a composite feed.
	fn create_feed() -> Weight {
		Self::create_panel_feed().max(Self::create_composite_feed())
	}
	/// Returns the weight of [`Pallet::create_feed`](crate::Pallet::create_feed) with a panel.
	fn create_panel_feed() -> Weight;
	/// Returns the weight of [`Pallet::create_feed`](crate::Pallet::create_feed) that is composite.
	fn create_composite_feed() -> Weight;
	/// Returns the weight of [`Pallet::close_feed`](crate::Pallet::close_feed).
	fn close_feed() -> Weight;
	/// Returns the weight of [`Pallet::fund`](crate::Pallet::fund).
	fn fund() -> Weight;
	/// Returns the weight of [`Pallet::take_seat`](crate::Pallet::take_seat).
	fn take_seat() -> Weight {
		Self::take_named_seat().max(Self::take_open_seat())
	}
	/// Returns the weight of [`Pallet::take_seat`](crate::Pallet::take_seat) of a named panel.
	fn take_named_seat() -> Weight;
	/// Returns the weight of [`Pallet::take_seat`](crate::Pallet::take_seat) of an open panel.
	fn take_open_seat() -> Weight;
	/// Returns the weight of [`Pallet::raise_bond`](crate::Pallet::raise_bond).
	fn raise_bond() -> Weight;
	/// Returns the weight of [`Pallet::leave_seat`](crate::Pallet::leave_seat).
	fn leave_seat() -> Weight;
	/// Returns the weight of [`Pallet::request`](crate::Pallet::request), without an election.
	fn request() -> Weight;
	/// Returns the weight of electing an open panel.
	fn elect() -> Weight;
	/// Returns the weight of [`Pallet::report_many`](crate::Pallet::report_many) of `n` reports, none of which closes a round.
	fn report_many(n: u32) -> Weight {
		Self::report_joining(n).max(Self::report_opening(n))
	}
	/// Returns the weight of [`Pallet::report_many`](crate::Pallet::report_many) of `n` reports in open rounds.
	fn report_joining(n: u32) -> Weight;
	/// Returns the weight of [`Pallet::report_many`](crate::Pallet::report_many) of `n` reports that each open a round.
	fn report_opening(n: u32) -> Weight;
	/// Returns the weight of a report that closes a round.
	fn report_and_close() -> Weight;
	/// Returns the weight of [`Pallet::publish_many`](crate::Pallet::publish_many) of `n` publications of panels in which `f`
	/// seats in all may be bad.
	fn publish_many(n: u32, f: u32) -> Weight {
		Self::publish_each(n).saturating_add(Self::publish_faults(f))
	}
	/// Returns the weight of [`Pallet::publish_many`](crate::Pallet::publish_many) of `n` publications, of one seat each.
	fn publish_each(n: u32) -> Weight;
	/// Returns the weight of [`Pallet::publish_many`](crate::Pallet::publish_many) of one publication, of `2f + 1` of a panel's
	/// `3f + 1` seats.
	fn publish_faults(f: u32) -> Weight;
	/// Returns the weight of [`Pallet::commit_many`](crate::Pallet::commit_many) of `n` commitments, without elections.
	fn commit_many(n: u32) -> Weight {
		Self::commit_joining(n).max(Self::commit_opening(n))
	}
	/// Returns the weight of [`Pallet::commit_many`](crate::Pallet::commit_many) of `n` commitments in open rounds.
	fn commit_joining(n: u32) -> Weight;
	/// Returns the weight of [`Pallet::commit_many`](crate::Pallet::commit_many) of `n` commitments that each open a round.
	fn commit_opening(n: u32) -> Weight;
	/// Returns the weight of [`Pallet::reveal_many`](crate::Pallet::reveal_many) of `n` reveals, none of which closes a round.
	fn reveal_many(n: u32) -> Weight;
	/// Returns the weight of a reveal that closes a round.
	fn reveal_and_close() -> Weight;
	/// Returns the weight of [`Pallet::close_round`](crate::Pallet::close_round).
	fn close_round() -> Weight;
	/// Returns the weight of [`Pallet::claim`](crate::Pallet::claim).
	fn claim() -> Weight;
	/// Returns the weight of [`Pallet::prove_equivocation`](crate::Pallet::prove_equivocation).
	fn prove_equivocation() -> Weight;
	/// Returns the weight of [`Pallet::prune_seat`](crate::Pallet::prune_seat).
	fn prune_seat() -> Weight;
	/// Returns the weight of looking at the agenda's next entry.
	fn due_next() -> Weight;
	/// Returns the weight of reading a feed that is as deep as feeds can be.
	fn read() -> Weight;
}

/// For tests: small, and enough to tell what is more.
impl WeightInfo for () {
	fn create_panel_feed() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn create_composite_feed() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn close_feed() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn fund() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn take_named_seat() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn take_open_seat() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn raise_bond() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn leave_seat() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn request() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn elect() -> Weight {
		Weight::from_parts(4_000, 0)
	}
	fn report_joining(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn report_opening(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn report_and_close() -> Weight {
		Weight::from_parts(5_000, 0)
	}
	fn publish_each(n: u32) -> Weight {
		Weight::from_parts(2_000, 0).saturating_mul(n.into())
	}
	fn publish_faults(f: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(f.into())
	}
	fn commit_joining(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn commit_opening(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn reveal_many(n: u32) -> Weight {
		Weight::from_parts(1_000, 0).saturating_mul(n.into())
	}
	fn reveal_and_close() -> Weight {
		Weight::from_parts(5_000, 0)
	}
	fn close_round() -> Weight {
		Weight::from_parts(5_000, 0)
	}
	fn claim() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn prove_equivocation() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn prune_seat() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn due_next() -> Weight {
		Weight::from_parts(10, 0)
	}
	fn read() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}
