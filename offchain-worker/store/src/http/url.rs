//! URLs: where stores have contents, and how URLs are shown.

use reqwest::Url;

use crate::Cid;

/// How many characters of a URL are shown.
const SHOWN: usize = 200;

/// Returns where the store at a server has a content.
pub(crate) fn content_url(server: &Url, cid: &Cid) -> Url {
	below(server, &format!("store/{cid}"))
}

/// Returns a URL below another one, whether that ends with a slash or not.
pub(crate) fn below(base: &Url, path: &str) -> Url {
	let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
	let mut url = base.clone();
	url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
	url.set_query(query);
	url
}

/// Returns a URL for people to read: without its password, and not endless.
pub(crate) fn shown(url: &Url) -> String {
	let mut url = url.clone();
	// Fails only for URLs that have none.
	let _ = url.set_password(None);
	url.as_str().chars().take(SHOWN).collect()
}
