// Holds a workbook against its format: what a reader would repair or refuse is a line in the answer; none means it opens as it is.
// Source: ECMA-376 parts 1 and 2 (packages, SpreadsheetML), Excel's limits.
//     node tests/reports/format.mjs FILE.xlsx…
import { pathToFileURL } from "node:url";
import { readBook, unescapeXml, unzip } from "./xlsx.mjs";
import fs from "node:fs";
import path from "node:path";

const LIMITS = { rows: 1048576, columns: 16384, text: 32767, formula: 8192, name: 31, hyperlinks: 65530, literal: 255 };

// Tags nest, attributes are there once, nothing but the known entities is escaped, no character that XML 1.0 forbids.
function wellFormed(xml) {
	const stack = [];
	if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml)) return "a character that XML forbids";
	if (/&(?!amp;|lt;|gt;|quot;|apos;|#\d+;|#x[0-9a-fA-F]+;)/.test(xml)) return "a bare &";
	for (const [, closing, name, attributes, single] of xml.replace(/<\?xml[^>]*\?>/, "").matchAll(/<(\/?)([\w:]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g)) {
		const names = [...attributes.matchAll(/\s([\w:.-]+)=/g)].map((found) => found[1]);
		if (new Set(names).size !== names.length) return `<${name}> has an attribute twice`;
		if (closing && stack.pop() !== name) return `</${name}> closes what is not open`;
		if (!closing && !single) stack.push(name);
	}
	const rest = xml.replace(/<\?xml[^>]*\?>/, "").replace(/<\/?[\w:]+(?:\s+[\w:.-]+="[^"<]*")*\s*\/?>/g, "");
	if (rest.includes("<")) return `not a tag: ${rest.slice(rest.indexOf("<"), rest.indexOf("<") + 60)}`;
	return stack.length ? `<${stack.at(-1)}> is never closed` : null;
}

const columnNumber = (letters) => [...letters].reduce((n, c) => n * 26 + c.charCodeAt(0) - 64, 0);
const units = (text) => text.length;

function archive(file, found) {
	const bytes = fs.readFileSync(file), names = [];
	const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
	for (let at = bytes.readUInt32LE(end + 16), left = bytes.readUInt16LE(end + 10); left > 0; left--) {
		const length = bytes.readUInt16LE(at + 28);
		names.push(bytes.toString("utf8", at + 46, at + 46 + length));
		at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	if (new Set(names.map((name) => name.toLowerCase())).size !== names.length) found.push("a part is there twice");
	return names;
}

function relationships(parts, xml, found) {
	for (const name of parts.keys()) {
		if (!name.endsWith(".rels")) continue;
		const folder = path.posix.dirname(path.posix.dirname(name)), ids = new Set();
		for (const [, a] of xml(name).matchAll(/<Relationship\s([^>]*?)\/>/g)) {
			const value = (key) => unescapeXml(new RegExp(`(?:^|\\s)${key}="([^"]*)"`).exec(a)?.[1] ?? "");
			if (ids.has(value("Id"))) found.push(`${name}: ${value("Id")} twice`);
			ids.add(value("Id"));
			if (value("TargetMode") === "External") continue;
			const target = value("Target").startsWith("/") ? value("Target").slice(1) : path.posix.normalize(path.posix.join(folder, value("Target")));
			if (!parts.has(target)) found.push(`${name}: ${target} is missing`);
		}
	}
}

function sheetXml(name, sheet, context, found) {
	let row = 0;
	for (const [, number, body] of sheet.matchAll(/<row r="(\d+)"[^>]*?(?:\/>|>([^]*?)<\/row>)/g)) {
		if (Number(number) <= row || Number(number) > LIMITS.rows) found.push(`${name}: row ${number} after ${row}`);
		row = Number(number);
		let column = 0;
		for (const [, letters, at, head, cell] of (body ?? "").matchAll(/<c r="([A-Z]+)(\d+)"([^>]*?)(?:\/>|>([^]*?)<\/c>)/g)) {
			const now = columnNumber(letters), where = `${name}!${letters}${at}`;
			if (Number(at) !== row || now <= column || now > LIMITS.columns) found.push(`${where} is out of place`);
			column = now;
			const style = /\ss="(\d+)"/.exec(head), type = /\st="(\w+)"/.exec(head)?.[1] ?? "n", value = /<v>([^]*?)<\/v>/.exec(cell ?? "")?.[1];
			if (style && Number(style[1]) >= context.styles) found.push(`${where}: style ${style[1]}`);
			if (type === "s" && !(Number(value) < context.shared)) found.push(`${where}: shared text ${value}`);
			if (type === "n" && value !== undefined && !Number.isFinite(Number(value))) found.push(`${where}: ${value} is no number`);
			if (!["n", "s", "str", "inlineStr", "b"].includes(type)) found.push(`${where}: type ${type}`);
			const formula = /<f[^>]*>([^]*?)<\/f>/.exec(cell ?? "");
			if (formula) {
				const text = unescapeXml(formula[1]);
				if (units(text) > LIMITS.formula) found.push(`${where}: a formula of ${units(text)} characters`);
				for (const [, literal] of text.matchAll(/"((?:[^"]|"")*)"/g)) if (units(literal) > LIMITS.literal) found.push(`${where}: a text of ${units(literal)} in a formula`);
			}
		}
	}
	if ((sheet.match(/<hyperlink /g) ?? []).length > LIMITS.hyperlinks) found.push(`${name}: too many links`);
	// The order of elements is the schema's; a reader repairs what stands elsewhere.
	const order = ["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "autoFilter", "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions",
		"pageMargins", "pageSetup", "headerFooter", "drawing", "legacyDrawing", "tableParts"];
	const places = [...sheet.replace(/<sheetData>[^]*<\/sheetData>/, "<sheetData/>").matchAll(/<(\w+)[\s>/]/g)].map((m) => order.indexOf(m[1])).filter((at) => at >= 0);
	if (places.some((at, i) => i > 0 && at < places[i - 1])) found.push(`${name}: elements out of order`);
}

export function formatFaults(file) {
	const found = [], names = archive(file, found), parts = unzip(file), cache = new Map();
	const xml = (name) => cache.get(name) ?? cache.set(name, parts.get(name)().toString("utf8")).get(name);
	for (const name of ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/core.xml", "docProps/app.xml"])
		if (!parts.has(name)) found.push(`${name} is missing`);
	if (found.length) return found;
	for (const name of names) {
		const fault = wellFormed(xml(name));
		if (fault) found.push(`${name}: ${fault}`);
	}
	const types = xml("[Content_Types].xml");
	const extensions = new Set([...types.matchAll(/<Default Extension="(\w+)"/g)].map((m) => m[1])), overrides = [...types.matchAll(/<Override PartName="\/([^"]+)"/g)].map((m) => m[1]);
	if (new Set(overrides).size !== overrides.length) found.push("a content type is given twice");
	for (const name of overrides) if (!parts.has(name)) found.push(`content type of ${name}, which is missing`);
	for (const name of names) if (name !== "[Content_Types].xml" && !overrides.includes(name) && !extensions.has(name.split(".").at(-1))) found.push(`${name} has no content type`);
	relationships(parts, xml, found);
	const context = {
		styles: Number(/<cellXfs count="(\d+)"/.exec(xml("xl/styles.xml"))[1]),
		shared: parts.has("xl/sharedStrings.xml") ? (xml("xl/sharedStrings.xml").match(/<si>|<si\/>/g) ?? []).length : 0,
	};
	const book = readBook(file), sheets = [...book.sheets.keys()];
	if (new Set(sheets.map((name) => name.toLowerCase())).size !== sheets.length) found.push("two sheets have one name");
	for (const [name, sheet] of book.sheets) {
		if (!name || units(name) > LIMITS.name || /[\\[\]:*?/]/.test(name) || /^'|'$/.test(name) || name.toLowerCase() === "history" || /_x[0-9a-f]{4}_/i.test(name)) found.push(`a sheet is called ${name}`);
		sheetXml(name, sheet.xml, context, found);
		for (const [at, { value }] of sheet.cells) if (typeof value === "string" && units(value) > LIMITS.text) found.push(`${name}!${at}: ${units(value)} characters`);
	}
	for (const [, scope, defined] of xml("xl/workbook.xml").matchAll(/<definedName ([^>]*)>([^<]*)</g)) {
		const sheet = /^'((?:[^']|'')+)'!|^([^'!]+)!/.exec(unescapeXml(defined)), named = (sheet?.[1] ?? sheet?.[2] ?? "").replaceAll("''", "'");
		if (!book.sheets.has(named)) found.push(`a name points at ${defined} (${scope})`);
	}
	return found;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	let bad = 0;
	for (const file of process.argv.slice(2)) {
		const found = formatFaults(file);
		for (const line of found.slice(0, 30)) console.log(line);
		console.log(`${file}: ${found.length} faults`);
		bad += found.length;
	}
	process.exit(bad ? 1 : 0);
}
