// Writes vectors.json: orders of iExec's four kinds, with their EIP-712 hashes and signatures as ethers makes them.
// Orders and keys come from a fixed seed, so a second run writes the same file.
import { writeFileSync } from 'node:fs';
import { Signature, SigningKey, TypedDataEncoder, Wallet, getBytes, hexlify, id, keccak256, toBeHex } from 'ethers';

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const ZERO = '0x' + '00'.repeat(20);
const ORDERS_PER_KIND = 6;

// The types, as the Solidity structures of IexecLibOrders_v5.sol declare them, without `sign`.
const fields = (text) => text.split(',').map((field) => ({ type: field.split(' ')[0], name: field.split(' ')[1] }));
const TYPES = {
	AppOrder: fields('address app,uint256 appprice,uint256 volume,bytes32 tag,address datasetrestrict,address workerpoolrestrict,address requesterrestrict,bytes32 salt'),
	DatasetOrder: fields('address dataset,uint256 datasetprice,uint256 volume,bytes32 tag,address apprestrict,address workerpoolrestrict,address requesterrestrict,bytes32 salt'),
	WorkerpoolOrder: fields('address workerpool,uint256 workerpoolprice,uint256 volume,bytes32 tag,uint256 category,uint256 trust,address apprestrict,address datasetrestrict,address requesterrestrict,bytes32 salt'),
	RequestOrder: fields('address app,uint256 appmaxprice,address dataset,uint256 datasetmaxprice,address workerpool,uint256 workerpoolmaxprice,address requester,uint256 volume,bytes32 tag,uint256 category,uint256 trust,address beneficiary,address callback,string params,bytes32 salt'),
};

// The domain of the vectors, and others for which their signatures must not count.
const DOMAIN = { name: 'iExecODB', version: '5.0.0', chainId: 134, verifyingContract: '0x3eca1b216a7df1c7689aeb259ffb83adfb894e7f' };
const WRONG_DOMAINS = {
	name: { ...DOMAIN, name: 'iExec' },
	version: { ...DOMAIN, version: '3.0-alpha' },
	chainId: { ...DOMAIN, chainId: 133 },
	verifyingContract: { ...DOMAIN, verifyingContract: '0x' + '11'.repeat(20) },
};

let counter = 0;
const bytes = (length) => hexlify(getBytes(id(`rlc eip712 vectors ${counter++}`)).slice(0, length));
const below = (bound) => BigInt(bytes(32)) % BigInt(bound);

const TEXTS = ['', 'hello', '{"iexec_args":"--rate 3","iexec_secrets":{"1":"clé"}}', '日本語 🦀', 'x'.repeat(200), '0'];

// A value for a field. Extremes come first, so that each kind has an order of zeros and one of the largest numbers.
function value({ type, name }, nth) {
	if (name === 'params') return TEXTS[nth % TEXTS.length];
	if (type === 'bytes32') return nth === 0 ? '0x' + '00'.repeat(32) : bytes(32);
	if (type === 'address') {
		const optional = name.endsWith('restrict') || ['beneficiary', 'callback'].includes(name);
		const absent = optional && (nth === 0 || (nth > 1 && below(2) === 0n));
		return absent ? ZERO : bytes(20);
	}
	const bits = name.endsWith('price') ? 128n : name === 'category' ? 32n : 64n;
	if (nth === 0) return '0';
	return (nth === 1 ? (1n << bits) - 1n : below(1n << (bits / 2n))).toString();
}

function order(kind, nth, signer) {
	const made = Object.fromEntries(TYPES[kind].map((field) => [field.name, value(field, nth)]));
	if (kind === 'RequestOrder') {
		made.requester = signer.address.toLowerCase();
		if (nth === 0) made.dataset = made.workerpool = ZERO;
	}
	return made;
}

// The same signature with the other `s`: valid arithmetic, and refused since anyone can make it.
function malleable({ r, s, v }) {
	const high = toBeHex(N - BigInt(s), 32);
	return hexlify(Buffer.concat([getBytes(r), getBytes(high), Uint8Array.of(v === 27 ? 28 : 27)]));
}

function vector(kind, nth) {
	const signer = new Wallet(bytes(32));
	const other = new Wallet(bytes(32));
	const types = { [kind]: TYPES[kind] };
	const message = order(kind, nth, signer);
	const digest = TypedDataEncoder.hash(DOMAIN, types, message);
	const sign = (key, hash) => new SigningKey(key.privateKey).sign(hash);
	const signature = Signature.from(sign(signer, digest));
	return {
		kind,
		order: message,
		struct_hash: TypedDataEncoder.from(types).hash(message),
		digest,
		signer: signer.address.toLowerCase(),
		signature_65: signature.serialized,
		signature_64: signature.compactSerialized,
		refused: {
			high_s: malleable(signature),
			wrong_signer: sign(other, digest).serialized,
			...Object.fromEntries(
				Object.entries(WRONG_DOMAINS).map(([what, domain]) => [
					`wrong_domain_${what}`,
					sign(signer, TypedDataEncoder.hash(domain, types, message)).serialized,
				]),
			),
		},
	};
}

const vectors = {
	source: 'ethers 6',
	domain: DOMAIN,
	domain_separator: TypedDataEncoder.hashDomain(DOMAIN),
	type_hashes: Object.fromEntries(
		Object.keys(TYPES).map((kind) => [kind, keccak256(Buffer.from(TypedDataEncoder.from({ [kind]: TYPES[kind] }).encodeType(kind)))]),
	),
	orders: Object.keys(TYPES).flatMap((kind) => Array.from({ length: ORDERS_PER_KIND }, (_, nth) => vector(kind, nth))),
};
writeFileSync(new URL('vectors.json', import.meta.url), JSON.stringify(vectors, null, '\t') + '\n');
