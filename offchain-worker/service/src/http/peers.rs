//! Who is connected: so many in all, and so many of one address.

use std::{
	collections::HashMap,
	hash::{BuildHasher, RandomState},
	net::{IpAddr, Ipv6Addr},
	sync::{Arc, Mutex, MutexGuard},
};

use tokio_util::sync::CancellationToken;

use super::Limits;

/// The other side of a connection. A handler finds it among the extensions of a request, and the connection counts until
/// the last one is dropped.
///
/// When there is no room for a new connection, it takes the place of another: of one of the same address, if that has as
/// many as one may have, else of one of the address that has the most. Those that have not [proven](Self::prove) who they
/// are go first. Which of them goes is left to chance: if the new one or the oldest had to go, a flood would keep all others
/// out.
#[derive(Debug)]
pub struct Peer {
	id: u64,
	table: Arc<Table>,
	evicted: CancellationToken,
}

impl Peer {
	/// Returns where it is: an IPv4 address, or the site of an IPv6 address, which has as many addresses as it wants.
	/// `None` for one on this machine that has no address, and for a reverse proxy that has not said for whom it speaks.
	pub fn address(&self) -> Option<IpAddr> {
		self.table.lock().open.get(&self.id)?.address
	}

	/// Records that it proved who it is: from now on it counts apart from the others of its address. Returns whether there is
	/// room among those of its address that have done so too. If not, it goes on as it is.
	pub fn prove(&self) -> bool {
		let mut inner = self.table.lock();
		let Some(&Open { address, is_proven, .. }) = inner.open.get(&self.id) else { return false };
		if is_proven {
			return true;
		}
		if inner.of(address, true).count() >= self.table.proven_each {
			return false;
		}
		inner.list(self.id, address, true);
		true
	}

	/// Counts this many more bytes that are held in memory for it. Returns whether its address may have so many; if not, they
	/// are not counted.
	pub fn hold(&self, bytes: usize) -> bool {
		let mut inner = self.table.lock();
		let Some(address) = inner.open.get(&self.id).map(|open| open.address) else { return false };
		if inner.held_for(address).saturating_add(bytes) > self.table.held_each {
			return false;
		}
		if let Some(open) = inner.open.get_mut(&self.id) {
			open.held = open.held.saturating_add(bytes);
		}
		true
	}

	/// Records that nothing of that is held any more.
	pub fn let_go(&self) {
		if let Some(open) = self.table.lock().open.get_mut(&self.id) {
			open.held = 0;
		}
	}

	/// Waits until it has to go, since others need its place.
	pub async fn evicted(&self) {
		self.evicted.cancelled().await;
	}

	/// Records for whom it speaks: it is a reverse proxy.
	pub(super) fn speaks_for(&self, address: IpAddr) {
		let address = Some(subject(address));
		let mut inner = self.table.lock();
		let Some(&Open { address: known, is_proven, .. }) = inner.open.get(&self.id) else { return };
		if known == address {
			return;
		}
		if inner.of(address, false).count() >= self.table.each {
			inner.evict(address, false);
		}
		inner.list(self.id, address, is_proven);
	}
}

impl Drop for Peer {
	fn drop(&mut self) {
		let mut inner = self.table.lock();
		inner.unlist(self.id);
		inner.open.remove(&self.id);
	}
}

/// Connections that are open.
pub(super) struct Peers(Arc<Table>);

impl Peers {
	/// Returns a table without connections.
	pub(super) fn new(limits: &Limits) -> Self {
		let Limits { connections, each, proven_each, held_each, .. } = *limits;
		Self(Arc::new(Table { connections, each: each.max(1), proven_each, held_each, inner: Mutex::default() }))
	}

	/// Adds a connection from an address. Another one may have to go. `None`: it comes from nowhere, or from a reverse proxy
	/// that says later for whom it speaks.
	pub(super) fn admit(&self, from: Option<IpAddr>) -> Arc<Peer> {
		let address = from.map(subject);
		let evicted = CancellationToken::new();
		let mut inner = self.0.lock();
		if address.is_some() && inner.of(address, false).count() >= self.0.each {
			inner.evict(address, false);
		}
		// Those that are told to go are gone soon.
		if inner.staying() >= self.0.connections {
			inner.evict_of_crowd();
		}
		let id = inner.next;
		inner.next += 1;
		inner.open.insert(id, Open { address, is_proven: false, held: 0, evicted: evicted.clone() });
		inner.list(id, address, false);
		Arc::new(Peer { id, table: self.0.clone(), evicted })
	}
}

/// Connections, and how many there may be.
#[derive(Debug)]
struct Table {
	connections: usize,
	each: usize,
	proven_each: usize,
	held_each: usize,
	inner: Mutex<Inner>,
}

impl Table {
	fn lock(&self) -> MutexGuard<'_, Inner> {
		self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

#[derive(Debug, Default)]
struct Inner {
	next: u64,
	open: HashMap<u64, Open>,
	/// Those that were not told to go, by address, and by whether they proved who they are.
	listed: HashMap<(Option<IpAddr>, bool), Vec<u64>>,
}

#[derive(Debug)]
struct Open {
	address: Option<IpAddr>,
	is_proven: bool,
	/// How many bytes are held in memory for it.
	held: usize,
	evicted: CancellationToken,
}

impl Inner {
	/// Returns the connections of an address.
	fn of(&self, address: Option<IpAddr>, is_proven: bool) -> impl Iterator<Item = &u64> {
		self.listed.get(&(address, is_proven)).into_iter().flatten()
	}

	/// Returns how many bytes are held in memory for the connections of an address.
	fn held_for(&self, address: Option<IpAddr>) -> usize {
		let ids = [false, true].into_iter().flat_map(|is_proven| self.of(address, is_proven));
		ids.filter_map(|id| self.open.get(id)).map(|open| open.held).sum()
	}

	/// Returns how many were not told to go.
	fn staying(&self) -> usize {
		self.listed.values().map(Vec::len).sum()
	}

	/// Lists a connection there, and nowhere else.
	fn list(&mut self, id: u64, address: Option<IpAddr>, is_proven: bool) {
		self.unlist(id);
		let Some(open) = self.open.get_mut(&id) else { return };
		open.address = address;
		open.is_proven = is_proven;
		if !open.evicted.is_cancelled() {
			self.listed.entry((address, is_proven)).or_default().push(id);
		}
	}

	fn unlist(&mut self, id: u64) {
		let Some(open) = self.open.get(&id) else { return };
		let key = (open.address, open.is_proven);
		let Some(ids) = self.listed.get_mut(&key) else { return };
		ids.retain(|listed| *listed != id);
		if ids.is_empty() {
			self.listed.remove(&key);
		}
	}

	/// Tells one of an address to go.
	fn evict(&mut self, address: Option<IpAddr>, is_proven: bool) {
		let ids = self.of(address, is_proven).copied().collect::<Vec<_>>();
		let Some(id) = any_of(&ids) else { return };
		if let Some(open) = self.open.get(&id) {
			open.evicted.cancel();
		}
		self.unlist(id);
	}

	/// Tells one of the address that has the most to go.
	fn evict_of_crowd(&mut self) {
		let crowd = self.listed.iter().max_by_key(|((_, is_proven), ids)| (!is_proven, ids.len()));
		if let Some((&(address, is_proven), _)) = crowd {
			self.evict(address, is_proven);
		}
	}
}

/// Returns one of these, whichever.
fn any_of(ids: &[u64]) -> Option<u64> {
	// Each state has keys of its own: that is chance enough.
	let state = RandomState::new();
	ids.iter().max_by_key(|id| state.hash_one(id)).copied()
}

/// How many bits of an IPv6 address name a site. Each home or server has a network of 64 bits at least; whoever wants more is
/// given up to this, for nothing. Source: RFC 6177.
const SITE: u32 = 48;

/// Returns what counts as one address: of IPv6, a whole site.
fn subject(address: IpAddr) -> IpAddr {
	match address.to_canonical() {
		IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> (128 - SITE) << (128 - SITE)).into(),
		v4 => v4,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn peers(connections: usize, each: usize) -> Peers {
		Peers::new(&Limits { connections, each, proven_each: 1, ..Limits::default() })
	}

	fn address(last: u8) -> IpAddr {
		[192, 0, 2, last].into()
	}

	/// Lets this many of an address connect, and returns those that stay.
	fn connect(peers: &Peers, from: IpAddr, count: usize) -> Vec<Arc<Peer>> {
		let mut all = (0..count).map(|_| peers.admit(Some(from))).collect::<Vec<_>>();
		all.retain(|peer| !peer.evicted.is_cancelled());
		all
	}

	#[test]
	fn address_keeps_as_many_as_it_may_and_others_are_left_alone() {
		let peers = peers(100, 3);
		let other = peers.admit(Some(address(2)));
		assert_eq!(connect(&peers, address(1), 50).len(), 3);
		assert!(!other.evicted.is_cancelled());
	}

	#[test]
	fn newcomer_takes_the_place_of_one_of_the_crowd() {
		let peers = peers(10, 9);
		let crowd = connect(&peers, address(1), 9);
		let few = [peers.admit(Some(address(2))), peers.admit(Some(address(3)))];
		assert!(few.iter().all(|peer| !peer.evicted.is_cancelled()));
		assert_eq!(crowd.iter().filter(|peer| peer.evicted.is_cancelled()).count(), 1);
	}

	#[test]
	fn those_that_proved_who_they_are_stay_while_there_are_others() {
		let peers = peers(4, 9);
		let worker = peers.admit(Some(address(1)));
		assert!(worker.prove() && worker.prove());
		let second = peers.admit(Some(address(1)));
		assert!(!second.prove(), "one of an address may");
		let strangers = connect(&peers, address(1), 50);
		assert!(!worker.evicted.is_cancelled());
		drop(strangers);
		drop(second);
		assert_eq!(peers.0.lock().staying(), 1, "what is dropped counts no more");
	}

	#[test]
	fn what_is_held_for_an_address_is_limited() {
		let peers = Peers::new(&Limits { held_each: 100, ..Limits::default() });
		let [one, two] = [1, 1].map(|last| peers.admit(Some(address(last))));
		assert!(two.prove() && one.hold(60) && two.hold(40));
		assert!(!one.hold(1) && !two.hold(1), "whether it is a worker or not");
		assert!(peers.admit(Some(address(2))).hold(100), "others have their own");
		one.let_go();
		assert!(two.hold(60) && !one.hold(1));
		drop(two);
		assert!(one.hold(100));
	}

	#[test]
	fn proxy_is_limited_by_those_for_whom_it_speaks() {
		let peers = peers(100, 2);
		let through = (0..10).map(|_| peers.admit(None)).collect::<Vec<_>>();
		assert_eq!(through[0].address(), None);
		through.iter().for_each(|peer| peer.speaks_for(address(1)));
		assert_eq!(through[0].address(), Some(address(1)));
		assert_eq!(through.iter().filter(|peer| !peer.evicted.is_cancelled()).count(), 2);
	}

	#[test]
	fn site_of_an_ipv6_address_counts_as_one() {
		let [one, two] = ["2001:db8:1:2::1", "2001:db8:1:ffff:3::2"].map(|text| subject(text.parse().unwrap()));
		assert_eq!(one, two);
		assert_ne!(one, subject("2001:db8:2:2::1".parse().unwrap()));
		assert_eq!(subject("::ffff:192.0.2.1".parse().unwrap()), address(1));
	}
}
