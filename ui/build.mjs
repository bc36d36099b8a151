// Builds the interface into dist/: index.html, supplier.html (the page behind a supplier's link, with scripts of its own), one style sheet, an icon, and scripts split by page.
// Every name but of the pages carries a hash of its content, so the server may send them as immutable.
import { build, context } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

const name = (path) => path.replace(/^dist\//, '');
const icon = readFileSync(join(root, 'src/icon.svg'));
const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()}.svg`;

// The worker of the graph is a script of its own; pages learn its name.
const worker = await build({ absWorkingDir: root, entryPoints: ['src/graph/worker.ts'], bundle: true, format: 'esm', target: ['chrome123', 'firefox121', 'safari17.5'], minify: true, charset: 'utf8', legalComments: 'none', write: false });
const workerName = `graph-${createHash('sha256').update(worker.outputFiles[0].contents).digest('hex').slice(0, 8).toUpperCase()}.js`;

// A page with its scripts and style sheets, in the order of the page's own marks.
const writePage = (outputs, html, script, styles) => {
	const of = (source) => Object.entries(outputs).find(([, o]) => o.entryPoint === source);
	const entry = of(script);
	const preloads = entry[1].imports.filter((i) => i.kind === 'import-statement').map((i) => `<link rel="modulepreload" href="/${name(i.path)}">`);
	let text = readFileSync(join(root, 'src', html), 'utf8').replace('%ICON%', `/${iconName}`).replace('%SCRIPT%', `/${name(entry[0])}`)
		.replace('%PRELOADS%', preloads.join('\n\t'));
	for (const [mark, source] of Object.entries(styles)) text = text.replace(mark, `/${name(of(source)[0])}`);
	writeFileSync(join(dist, iconName), icon);
	writeFileSync(join(dist, html), text);
};

const options = {
	absWorkingDir: root,
	entryPoints: ['src/main.tsx', 'src/style/main.css'],
	outdir: 'dist',
	bundle: true,
	splitting: true,
	format: 'esm',
	target: ['chrome123', 'firefox121', 'safari17.5'],
	minify: true,
	define: { GRAPH_WORKER: JSON.stringify(`/${workerName}`) },
	charset: 'utf8',
	jsx: 'automatic',
	jsxImportSource: 'preact',
	entryNames: '[name]-[hash]',
	chunkNames: '[name]-[hash]',
	metafile: true,
	legalComments: 'none',
	logLevel: 'warning',
	plugins: [{
		name: 'index',
		setup(b) {
			b.onStart(() => {
				rmSync(dist, { recursive: true, force: true });
				mkdirSync(dist, { recursive: true });
			});
			b.onEnd((result) => {
				if (result.metafile) {
					writeFileSync(join(dist, workerName), worker.outputFiles[0].contents);
					writePage(result.metafile.outputs, 'index.html', 'src/main.tsx', { '%STYLE%': 'src/style/main.css' });
					writeFileSync(join(root, 'node_modules', '.vakhta-meta.json'), JSON.stringify(result.metafile));
				}
			});
		},
	}],
};

if (process.argv.includes('--watch')) {
	const c = await context(options);
	await c.watch();
	console.log('watching src/');
} else {
	await build(options);
	// Shares no script with the desk: neither page pays for the other.
	const supplier = await build({ ...options, entryPoints: ['src/supplier/supplier.tsx', 'src/style/main.css', 'src/style/supplier.css'], plugins: [] });
	writePage(supplier.metafile.outputs, 'supplier.html', 'src/supplier/supplier.tsx', { '%STYLE%': 'src/style/main.css', '%SUPPLIER%': 'src/style/supplier.css' });
	const meta = join(root, 'node_modules', '.vakhta-meta.json');
	const all = JSON.parse(readFileSync(meta, 'utf8'));
	writeFileSync(meta, JSON.stringify({ ...all, outputs: { ...supplier.metafile.outputs, ...all.outputs } }));
}
