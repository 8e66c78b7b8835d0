"use strict";

// One node as its RPC port shows it. Plain HTTP requests: a node that is down answers with an error at once, and
// nothing reconnects behind a test's back.
class Node {
	constructor({ name, wsUri }) {
		this.name = name;
		this.wsUri = wsUri;
	}

	async rpc(method, ...params) {
		const response = await fetch(this.wsUri.replace("ws:", "http:"), {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
			signal: AbortSignal.timeout(30000),
		});
		const { result, error } = await response.json();
		if (error) throw new Error(`${this.name}: ${method}: ${error.message} ${error.data ?? ""}`);
		return result;
	}

	best() {
		return this.#block();
	}

	async finalized() {
		return this.#block(await this.rpc("chain_getFinalizedHead"));
	}

	async beefyFinalized() {
		return this.#block(await this.rpc("beefy_getFinalizedHead"));
	}

	hashAt(number) {
		return this.rpc("chain_getBlockHash", number);
	}

	// Whether an upgrade's migrations were still in progress after the block with this hash.
	async migrates(hash) {
		const key = ["MultiBlockMigrations", "Cursor"].map((name) => zombie.util.xxhashAsHex(name, 128).slice(2)).join("");
		return (await this.rpc("state_getStorage", `0x${key}`, hash)) !== null;
	}

	async specVersion() {
		return (await this.rpc("state_getRuntimeVersion")).specVersion;
	}

	async #block(hash) {
		const header = await this.rpc("chain_getHeader", ...(hash ? [hash] : []));
		const number = Number(header.number);
		return { number, hash: hash ?? (await this.hashAt(number)) };
	}

	// Runs `action` with a polkadot-js client of this node, which decodes storage and signs.
	async withApi(action) {
		const api = await zombie.connect(this.wsUri);
		try {
			return await action(api);
		} finally {
			await api.disconnect();
		}
	}
}

// Nodes start side by side and are listed as they came up: sorted, so that two runs read alike.
const allNodes = (network) =>
	network.relay.map((node) => new Node(node)).sort((one, other) => one.name.localeCompare(other.name));

const nodeNamed = (network, name) => new Node(network.nodesByName[name]);

const show = ({ number, hash }) => `#${number} ${hash.slice(0, 10)}`;

module.exports = { allNodes, nodeNamed, show };
