//! What an upgrade changes in storage before the first block of the new runtime runs.
//!
//! A pallet's `STORAGE_VERSION` names the layout that its code reads; the chain stores which one it has. A change of a
//! layout raises the number and adds a file here, named after the new version, with a `VersionedMigration` from the
//! number before: it runs once, on chains that have that number, and never on another. What does not fit into a block
//! is a stepped migration instead, for `pallet_migrations`.
//!
//! Every migration has `pre_upgrade` and `post_upgrade` checks, and a test that runs it on state as the code before
//! wrote it (`tests/chain/migrations.rs`). It stays here until no chain has the version that it starts from.

mod bounds;
#[cfg(feature = "next-version")]
mod long;
mod translate;
mod v1;
pub mod v2;
pub mod v3;

/// Migrations that fit into one block, in the order in which they run.
pub type SingleBlock = (v1::OfAllPallets, bounds::Bounds, v2::StartClock);

/// Migrations that take several blocks, in which nothing else runs but inherents.
#[cfg(not(any(feature = "next-version", feature = "runtime-benchmarks")))]
pub type MultiBlock = (v2::OfAllPallets, v3::OfAllPallets);
/// The migrations of the runtime that a test network upgrades to.
#[cfg(all(feature = "next-version", not(feature = "runtime-benchmarks")))]
pub type MultiBlock = (v2::OfAllPallets, v3::OfAllPallets, long::Long);
/// What stands for them while they are measured.
#[cfg(feature = "runtime-benchmarks")]
pub type MultiBlock = pallet_migrations::mock_helpers::MockedMigrations;
