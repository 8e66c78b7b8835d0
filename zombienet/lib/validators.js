"use strict";

const { nameOf } = require("./accounts");

/// The names of the accounts that make blocks in the current session, in alphabetical order.
const validators = async (api) => (await api.query.session.validators()).map(nameOf).sort();

/// Who made the blocks `from` to `to`: how many blocks by name.
async function authors(api, from, to) {
	const counts = {};
	for (let number = from; number <= to; number++) {
		const header = await api.derive.chain.getHeader(await api.rpc.chain.getBlockHash(number));
		const name = nameOf(header.author);
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

module.exports = { authors, validators };
