// The signed text of a rating link, made by the description alone (src/people/secret.h) and the installation's key.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const config = process.env.VAKHTA_CONFIG;
if (!config) throw new Error("VAKHTA_CONFIG must name the configuration of the running server");
const file = /^\s*link_key_file\s*=\s*(\S+)/m.exec(readFileSync(config, "utf8"))?.[1];
if (!file) throw new Error(`${config} has no http.link_key_file`);
const key = readFileSync(file, "utf8").replace(/\n$/, "");

export function ratingToken(number, resolution, expiresAt = Date.now() / 1000 + 86400, { purpose = "rating", secret = key } = {}) {
	const payload = Buffer.alloc(21);
	payload.writeUInt8(1, 0);
	payload.writeBigInt64BE(BigInt(number.slice(4)), 1);
	payload.writeUInt32BE(resolution, 9);
	payload.writeBigInt64BE(BigInt(Math.floor(expiresAt)), 13);
	const code = createHmac("sha256", secret).update(purpose + "\0").update(payload).digest().subarray(0, 16);
	return Buffer.concat([payload, code]).toString("base64url");
}
