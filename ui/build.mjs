// Builds the interface into dist/: one index.html, one style sheet, an icon, and scripts split by page.
// Every name but index.html carries a hash of its content, so the server may send them as immutable.
import { build, context } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

const writeIndex = (outputs) => {
	const name = (path) => path.replace(/^dist\//, '');
	const entry = Object.entries(outputs).find(([, o]) => o.entryPoint === 'src/main.tsx');
	const style = Object.entries(outputs).find(([, o]) => o.entryPoint === 'src/style/main.css');
	const icon = readFileSync(join(root, 'src/icon.svg'));
	const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()}.svg`;
	const preloads = entry[1].imports
		.filter((i) => i.kind === 'import-statement')
		.map((i) => `<link rel="modulepreload" href="/${name(i.path)}">`);
	const html = readFileSync(join(root, 'src/index.html'), 'utf8')
		.replace('%ICON%', `/${iconName}`)
		.replace('%STYLE%', `/${name(style[0])}`)
		.replace('%SCRIPT%', `/${name(entry[0])}`)
		.replace('%PRELOADS%', preloads.join('\n\t'));
	writeFileSync(join(dist, iconName), icon);
	writeFileSync(join(dist, 'index.html'), html);
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
					writeIndex(result.metafile.outputs);
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
}
