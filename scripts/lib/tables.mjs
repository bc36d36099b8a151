// Reads the demo company's tab-separated tables (schema/demo/README.md): first line the column names, then a record a line.
import { readFileSync } from 'node:fs';

export function readTable(path) {
	const lines = readFileSync(path, 'utf8').split('\n');
	if (lines.pop() !== '') throw new Error(`${path}: the last line has no line feed`);
	const names = lines[0].split('\t');
	return lines.slice(1).map((text, index) => {
		const cells = text.split('\t');
		if (cells.length !== names.length) throw new Error(`${path}:${index + 2}: ${cells.length} cells instead of ${names.length}`);
		return Object.fromEntries(names.map((name, column) => [name, cells[column]]));
	});
}
