// Compiles the parts under test (they are TypeScript) and runs the tests with node's own runner; works under Node 18.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, 'node_modules', '.vakhta-test');
const texts = Object.fromEntries(readdirSync(join(root, 'src/i18n')).map((f) => [f.replace(/\.ts$/, ''), `src/i18n/${f}`]));
await build({
	absWorkingDir: root, outdir: out, bundle: true, splitting: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], target: 'node18', outExtension: { '.js': '.mjs' },
	entryPoints: { router: 'src/lib/router.ts', keys: 'src/lib/keys.ts', i18n: 'src/lib/i18n.ts', format: 'src/lib/format.ts', terms: 'src/lib/terms.ts', ...texts },
});
const tests = readdirSync(here).filter((f) => f.endsWith('.test.mjs')).map((f) => join(here, f));
const run = spawnSync(process.execPath, ['--test', ...tests], { stdio: 'inherit', env: { ...process.env, VAKHTA_TEST_BUILD: out } });
process.exit(run.status ?? 1);
