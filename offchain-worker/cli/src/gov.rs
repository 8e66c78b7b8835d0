//! Referenda: what is proposed, how far it is, and what votes lock.

pub(crate) mod bounds;
pub(crate) mod deposit;
pub(crate) mod form;
pub(crate) mod locks;
pub(crate) mod origin;
pub(crate) mod proposal;
pub(crate) mod stage;
pub(crate) mod value;
pub(crate) mod view;
pub(crate) mod words;
