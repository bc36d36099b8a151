// Reads an .xlsx without any library: the parts of the archive, sheets by name, cells with type, value, formula and format.
import fs from "node:fs";
import zlib from "node:zlib";

export function unzip(path) {
	const bytes = fs.readFileSync(path);
	const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
	if (end < 0) throw new Error(`${path}: not an archive`);
	const parts = new Map();
	for (let at = bytes.readUInt32LE(end + 16), left = bytes.readUInt16LE(end + 10); left > 0; left--) {
		if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error(`${path}: broken directory`);
		const method = bytes.readUInt16LE(at + 10), packed = bytes.readUInt32LE(at + 20);
		const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
		const local = bytes.readUInt32LE(at + 42);
		const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
		const raw = bytes.subarray(from, from + packed);
		parts.set(bytes.toString("utf8", at + 46, at + 46 + name), method === 8 ? () => zlib.inflateRawSync(raw) : () => raw);
		at += 46 + name + extra + comment;
	}
	return parts;
}

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
export const unescapeXml = (text) =>
	text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_, hex, decimal, name) =>
		hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(Number(decimal)) : entities[name]);
// Readers of the format take _x0041_ for an escaped character.
const unescapeCell = (text) => text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
const attribute = (text, name) => {
	const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text);
	return found ? unescapeXml(found[1]) : null;
};
const textOf = (xml) => [...xml.matchAll(/<t(?:\s[^>]*)?>([^]*?)<\/t>/g)].map((found) => unescapeCell(unescapeXml(found[1]))).join("");

// { name → Map(cell address → {type, value, formula, array, style}) }, in the order of the book.
export function readBook(path) {
	const parts = unzip(path);
	const part = (name) => parts.get(name)().toString("utf8");
	const targets = new Map([...part("xl/_rels/workbook.xml.rels").matchAll(/<Relationship\s([^>]*?)\/>/g)].map(([, a]) => [attribute(a, "Id"), attribute(a, "Target")]));
	const shared = parts.has("xl/sharedStrings.xml") ? [...part("xl/sharedStrings.xml").matchAll(/<si>([^]*?)<\/si>|<si\/>/g)].map(([, xml]) => textOf(xml ?? "")) : [];
	const sheets = new Map();
	for (const [, a] of part("xl/workbook.xml").matchAll(/<sheet\s([^>]*?)\/>/g)) {
		const target = targets.get(attribute(a, "r:id")).replace(/^\/?(xl\/)?/, "xl/");
		const xml = part(target), cells = new Map();
		for (const [, head, , body] of xml.matchAll(/<c\s([^>]*?)(\/>|>([^]*?)<\/c>)/g)) {
			if (body === undefined) continue;
			const formula = /<f([^>]*?)(?:\/>|>([^]*?)<\/f>)/.exec(body), value = /<v>([^]*?)<\/v>/.exec(body);
			let type = attribute(head, "t") ?? "n", text = value ? unescapeXml(value[1]) : null;
			if (type === "s") [type, text] = ["str", shared[Number(text)]];
			else if (type === "inlineStr") [type, text] = ["str", textOf(body)];
			else if (type === "str") text = unescapeCell(text ?? "");
			cells.set(attribute(head, "r"), {
				type, value: type === "n" ? (text === null ? null : Number(text)) : text, formula: formula ? unescapeXml(formula[2] ?? "") : null,
				array: formula ? /t="array"/.test(formula[1]) : false, style: Number(attribute(head, "s") ?? 0),
			});
		}
		sheets.set(attribute(a, "name"), { cells, xml });
	}
	return { sheets, parts };
}

// Rows of a sheet as objects by heading.
export function table(book, name) {
	const { cells } = book.sheets.get(name), rows = [], headings = [];
	for (const [address, cell] of cells) {
		const [, letters, number] = /^([A-Z]+)(\d+)$/.exec(address);
		if (number === "1") headings.push([letters, cell.value]);
		else (rows[number - 2] ??= {})[headings.find(([l]) => l === letters)[1]] = cell.value;
	}
	return rows;
}
