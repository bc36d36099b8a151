// Recalculates workbooks with LibreOffice and compares each formula's stored value with the new one: 0 differences, or exit 1.
//     node tests/reports/recalc.mjs FILE.xlsx…
// LibreOffice runs without a window in a profile of its own whose settings say that formulas are always recalculated on loading.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { readBook } from "./xlsx.mjs";

const settings = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
`;

export function recalculated(files, limitMs = 600000) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vakhta-recalc-"));
	try {
		const profile = path.join(folder, "profile", "user"), out = path.join(folder, "out");
		fs.mkdirSync(profile, { recursive: true });
		fs.writeFileSync(path.join(profile, "registrymodifications.xcu"), settings);
		execFileSync("soffice", [`-env:UserInstallation=${pathToFileURL(path.join(folder, "profile"))}`, "--headless", "--norestore", "--convert-to", "xlsx",
			"--outdir", out, ...files], { stdio: ["ignore", "ignore", "pipe"], timeout: limitMs });
		return files.map((file) => readBook(path.join(out, path.basename(file))));
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

const same = (a, b) => {
	if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
	return (a ?? "") === (b ?? "");
};

// [{sheet, cell, formula, stored, recalculated}], and how many formulas there were.
export function differences(before, after) {
	const found = [];
	let formulas = 0;
	for (const [name, sheet] of before.sheets) {
		const other = after.sheets.get(name);
		for (const [cell, { formula, value }] of sheet.cells) {
			if (formula === null) continue;
			formulas++;
			const again = other?.cells.get(cell);
			if (!again || again.formula === null || again.type === "e" || !same(value, again.value))
				found.push({ sheet: name, cell, formula, stored: value, recalculated: again?.value });
		}
	}
	return { found, formulas };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const files = process.argv.slice(2);
	if (!files.length) {
		console.error("usage: node recalc.mjs FILE.xlsx…");
		process.exit(2);
	}
	const books = recalculated(files);
	let bad = 0;
	files.forEach((file, i) => {
		const { found, formulas } = differences(readBook(file), books[i]);
		for (const one of found.slice(0, 20)) console.log(`${one.sheet}!${one.cell}: stored ${one.stored}, recalculated ${one.recalculated}: ${one.formula.slice(0, 300)}`);
		console.log(`${file}: ${formulas} formulas, ${found.length} differences`);
		bad += found.length + (formulas === 0);
	});
	process.exit(bad ? 1 : 0);
}
