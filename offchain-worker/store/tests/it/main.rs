//! The store, its routes, its client and the fetcher together, over real connections.

mod archive;
mod client;
mod fetcher;
mod full;
mod http;
mod ipfs;
mod layers;
mod mirror;
mod node;
mod pin;
mod proxy;
mod registry;
mod served;
mod store;
