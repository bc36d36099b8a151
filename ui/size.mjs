// Prints what each page costs on the wire (gzipped scripts with all that they import, one language) and fails past the budget.
import { gzipSync } from 'node:zlib';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const meta = JSON.parse(readFileSync(join(root, 'node_modules', '.vakhta-meta.json'), 'utf8'));
const outputs = meta.outputs;
const weigh = (file) => gzipSync(readFileSync(join(root, file)), { level: 9 }).length;

const reach = (file, seen = new Set()) => {
	if (seen.has(file)) return seen;
	seen.add(file);
	for (const i of outputs[file].imports) if (i.kind === 'import-statement') reach(i.path, seen);
	return seen;
};
const chunkOf = (source) => Object.keys(outputs).find((f) => outputs[f].entryPoint === source);
// Each page is its own chunk, the shell and one language; the ticket opens inside the queue's page.
const pages = [
	['portal', 35, ['src/pages/portal.tsx', 'src/i18n/ru.ts']],
	['queue', 60, ['src/pages/desk.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts']],
	['ticket', 75, ['src/pages/desk.tsx', 'src/pages/ticket.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts']],
	['case', 75, ['src/pages/case.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts']],
	['suppliers', 60, ['src/pages/suppliers.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts']],
	['contract', 60, ['src/pages/contract.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts', 'src/i18n/ru-terms.ts']],
	['calendar', 60, ['src/pages/calendar.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts', 'src/i18n/ru-terms.ts']],
	['quality', 60, ['src/pages/quality.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts', 'src/i18n/ru-quality.ts']],
	['mail', 60, ['src/pages/mail.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts', 'src/i18n/ru-mail.ts']],
	['reports', 60, ['src/pages/reports.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts']],
	['graph', 60, ['src/pages/ci.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts', 'src/i18n/ru-impact.ts']],
	['cmdb', 60, ['src/pages/cmdb.tsx', 'src/i18n/ru.ts', 'src/i18n/ru-desk.ts']],
];
let failed = 0;
// The page behind a supplier's link is an entry of its own.
const supplier = new Set(reach(chunkOf('src/supplier/supplier.tsx')));
for (const s of ['ru-', 'ru-supplier-']) for (const f of Object.keys(outputs)) if (new RegExp(`^dist/${s}[A-Z0-9]{8}\\.js$`).test(f)) supplier.add(f);
const supplierBytes = [...supplier].reduce((sum, f) => sum + weigh(f), 0);
if (supplierBytes > 35 * 1024) failed++;
console.log(`${supplierBytes <= 35 * 1024 ? 'ok  ' : 'OVER'} ${'supplier'.padEnd(10)} ${(supplierBytes / 1024).toFixed(1).padStart(6)} kB of 35 kB, ${supplier.size} files`);
for (const [page, budget, sources] of pages) {
	const files = new Set(reach(chunkOf('src/main.tsx')));
	// Pages of staff come through a chunk that names them all.
	for (const s of page === 'portal' ? sources : ['src/pages/staff.tsx', ...sources]) for (const f of reach(chunkOf(s))) files.add(f);
	const bytes = [...files].reduce((sum, f) => sum + weigh(f), 0);
	const ok = bytes <= budget * 1024;
	if (!ok) failed++;
	console.log(`${ok ? 'ok  ' : 'OVER'} ${page.padEnd(10)} ${(bytes / 1024).toFixed(1).padStart(6)} kB of ${budget} kB, ${files.size} files`);
}
// The worker that lays out the graph comes after the page, when a graph is looked at, and never runs on its thread.
const layout = readdirSync(join(root, 'dist')).filter((f) => /^graph-[A-F0-9]{8}\.js$/.test(f)).reduce((sum, f) => sum + weigh(`dist/${f}`), 0);
if (layout === 0 || layout > 20 * 1024) failed++;
console.log(`${layout && layout <= 20 * 1024 ? 'ok  ' : 'OVER'} layout     ${(layout / 1024).toFixed(1).padStart(6)} kB of 20 kB`);
const style = chunkOf('src/style/main.css');
console.log(`     style      ${(weigh(style) / 1024).toFixed(1).padStart(6)} kB`);
process.exit(failed ? 1 : 0);
