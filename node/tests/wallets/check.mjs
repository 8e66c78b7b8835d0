// Signs transactions as wallets do, with polkadot.js and with PAPI, on a development node: paying ones, free ones, and
// free ones with a tip. Both libraries read the node's metadata, and know no more of this chain.
//
//   node check.mjs ws://127.0.0.1:9944

import { ApiPromise, Keyring, WsProvider } from "@polkadot/api";
import { createClient, Enum, FixedSizeBinary } from "polkadot-api";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws-provider/node";

const url = process.argv[2] ?? "ws://127.0.0.1:9944";
const PRICE = 1_000n;
const ANYONE = "Anyone";
const NOTHING = `0x${"00".repeat(32)}`;
const DIGEST = `0x${"01".repeat(32)}`;

const keys = new Keyring({ type: "sr25519" });
const [alice, bob, charlie] = ["//Alice", "//Bob", "//Charlie"].map((seed) => keys.addFromUri(seed));

const fail = (words) => {
	throw new Error(words);
};
const expect = (condition, words) => condition || fail(words);
const say = (words) => console.log(`wallets: ${words}`);

// Signs a call with polkadot.js; the events of its final block that it caused.
const byPolkadotJs = (api, call, who, tip = 0) =>
	new Promise((resolve, reject) => {
		call.signAndSend(who, { tip, nonce: -1 }, ({ status, events, dispatchError, isError }) => {
			if (isError) reject(new Error(`it left the pool: ${status}`));
			if (!status.isFinalized) return;
			if (dispatchError) reject(new Error(api.registry.findMetaError(dispatchError.asModule).name));
			resolve(events.map(({ event }) => event));
		}).catch(reject);
	});

// Opens a deal of some tasks of trust 1, delegates them to a worker, and returns its id.
async function open(api, size, worker) {
	const submit = (call, who) => byPolkadotJs(api, call, who);
	const found = (events, section, method) =>
		events.find((event) => event.section === section && event.method === method) ?? fail(`no ${section}.${method}`);
	const { registry, marketplace, poco } = api.tx;
	const registered = async (call) => found(await submit(call, alice), "registry", "Registered").data;
	const app = await registered(registry.registerApp({ name: "wallets", checksum: DIGEST }));
	const pool = await registered(registry.registerWorkerpool("wallets"));
	const id = ({ asset }) => asset.value.toHex();
	const restricted = { requesterRestrict: ANYONE, volume: size, tag: NOTHING, salt: NOTHING };
	// The caller owns all that is ordered.
	const side = (order) => ({ order, authorization: "OnChain" });
	const offered = { app: id(app), price: 0, datasetRestrict: ANYONE, workerpoolRestrict: ANYONE };
	const sold = { workerpool: id(pool), price: PRICE, category: 0, trust: 1 };
	// A record that every workerpool has, in the variant that iExec's orders do not know.
	const pools = { WithRecord: { of: ANYONE, least: { completed: 0, maxFailed: 100 } } };
	const asked = { appMaxPrice: 0, dataset: null, datasetMaxPrice: 0, workerpool: pools, workerpoolMaxPrice: PRICE };
	const given = { beneficiary: null, callback: null, params: "", payer: null, expiry: null };
	const common = { volume: size, tag: NOTHING, salt: NOTHING };
	const sides = {
		app: side({ ...common, ...offered, requesterRestrict: ANYONE }),
		dataset: null,
		workerpool: side({ ...common, ...sold, appRestrict: ANYONE, datasetRestrict: ANYONE, requesterRestrict: ANYONE }),
		request: side({ ...common, ...asked, ...given, app: id(app), requester: alice.address, category: 0, trust: 1 }),
	};
	const match = marketplace.matchOrders(sides);
	const deal = found(await submit(match, alice), "marketplace", "DealOpened").data.deal.toHex();
	const tasks = Array.from({ length: size }, (_, index) => ({ deal, index }));
	await submit(poco.delegate(tasks, [{ worker: worker.address, enclave: null }]), alice);
	return deal;
}

// What a library's transaction paid, of its events: `null` if nothing.
const paidOf = (fee) => (fee ? { fee: BigInt(fee.actualFee), tip: BigInt(fee.tip) } : null);

function judge(name, { paying, free, tipped }) {
	expect(paying && paying.tip === 3n && paying.fee > 3n, `${name}: a transfer pays its fee and its tip`);
	expect(free === null, `${name}: free work pays nothing`);
	expect(tipped && tipped.tip === 5_000n && tipped.fee === 5_000n, `${name}: free work with a tip pays the tip alone`);
	say(`${name}: a transfer paid ${paying.fee} nRLC, free work nothing, free work with a tip ${tipped.fee} nRLC`);
}

async function polkadotJs(api, deal, first) {
	const paid = async (call, tip) => {
		const events = await byPolkadotJs(api, call, bob, tip);
		const fee = events.find((event) => event.method === "TransactionFeePaid");
		return paidOf(fee && { actualFee: fee.data.actualFee.toString(), tip: fee.data.tip.toString() });
	};
	const work = (index) => api.tx.poco.contributeAndFinalize({ deal, index }, DIGEST, "OnChain", null, null);
	const transfer = api.tx.balances.transferKeepAlive(charlie.address, 1);
	return { paying: await paid(transfer, 3), free: await paid(work(first), 0), tipped: await paid(work(first + 1), 5_000) };
}

async function papi(api, deal, first) {
	const signer = getPolkadotSigner(bob.publicKey, "Sr25519", (bytes) => bob.sign(bytes));
	const paid = async (call, tip) => {
		const { ok, events, dispatchError } = await call.signAndSubmit(signer, { tip });
		expect(ok, `PAPI: the call fails: ${JSON.stringify(dispatchError)}`);
		const fee = events.find(({ type, value }) => type === "TransactionPayment" && value.type === "TransactionFeePaid");
		return paidOf(fee && { actualFee: fee.value.value.actual_fee, tip: fee.value.value.tip });
	};
	const work = (index) =>
		api.tx.Poco.contribute_and_finalize({
			task: { deal: FixedSizeBinary.fromHex(deal), index: BigInt(index) },
			digest: FixedSizeBinary.fromHex(DIGEST),
			authorization: Enum("OnChain"),
			enclave: undefined,
			callback_data: undefined,
		});
	const transfer = api.tx.Balances.transfer_keep_alive({ dest: Enum("Id", charlie.address), value: 1n });
	return { paying: await paid(transfer, 3n), free: await paid(work(first), 0n), tipped: await paid(work(first + 1), 5_000n) };
}

const api = await ApiPromise.create({ provider: new WsProvider(url), noInitWarn: true });
const client = createClient(getWsProvider(url));
try {
	const known = api.registry.signedExtensions.filter((name) => name === "ChargeTransactionPayment");
	expect(known.length === 1, `polkadot.js finds ChargeTransactionPayment among ${api.registry.signedExtensions}`);
	const deal = await open(api, 4, bob);
	judge("polkadot.js", await polkadotJs(api, deal, 0));
	judge("PAPI", await papi(client.getUnsafeApi(), deal, 2));
} finally {
	client.destroy();
	await api.disconnect();
}
process.exit(0);
