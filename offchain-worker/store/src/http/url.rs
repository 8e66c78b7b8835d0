//! Where stores have contents.

use reqwest::Url;

use crate::Cid;

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
