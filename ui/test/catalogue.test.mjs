// The catalogues are complete: same keys and places in both languages, nothing missing, nothing unused, and no text that
// a person reads stands in the code itself.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from './world.mjs';

const src = join(dirname(fileURLToPath(import.meta.url)), '../src');
const files = ['', 'lib', 'parts', 'pages', 'supplier'].flatMap((d) => readdirSync(join(src, d)).filter((f) => /\.tsx?$/.test(f)).map((f) => join(src, d, f)));
const code = files.map((file) => ({ file, text: readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, '') }));
const all = code.map((c) => c.text.replace(/===? '\w+'/g, '')).join('\n');
// Each part is a file a language: en.ts and ru.ts, en-desk.ts and ru-desk.ts, …
const parts = readdirSync(join(src, 'i18n')).filter((f) => /^en(-\w+)?\.ts$/.test(f)).map((f) => f.slice(2, -3));
const catalogues = await Promise.all(parts.map(async (part) => ({ part, en: (await load(`en${part}`)).default, ru: (await load(`ru${part}`)).default })));
const both = Object.assign({}, ...catalogues.map((c) => c.en));
const russian = Object.assign({}, ...catalogues.map((c) => c.ru));

test('both languages have the same keys', () => {
	for (const c of catalogues) {
		assert.deepEqual(Object.keys(c.ru).sort(), Object.keys(c.en).sort());
		assert.deepEqual(Object.keys(c.en).filter((k) => catalogues.some((o) => o !== c && k in o.en)), [], `a key of en${c.part} stands in another part`);
	}
});

test('both languages fill the same places, and no text is empty', () => {
	const places = (v) => [...new Set((typeof v === 'string' ? v : Object.values(v).join(' ')).match(/\{\w+\}/g) ?? [])].sort();
	for (const k of Object.keys(both)) {
		assert.deepEqual(places(russian[k]), places(both[k]), k);
		for (const v of [both[k], russian[k]]) for (const s of typeof v === 'string' ? [v] : Object.values(v)) assert.ok(s.trim(), k);
	}
});

test('plural texts have all the forms of their language', () => {
	for (const [catalogue, lang] of [[both, 'en'], [russian, 'ru']]) {
		const forms = new Intl.PluralRules(lang).resolvedOptions().pluralCategories.sort();
		for (const [k, v] of Object.entries(catalogue)) if (typeof v !== 'string') assert.deepEqual(Object.keys(v).sort(), forms, `${lang} ${k}`);
	}
});

const literal = new Set([...all.matchAll(/'([a-z]\w*\.\w+)'/g)].map((m) => m[1]));
// A prefix may also be handed on in a variable (word(field, …)): then its bare name stands in the code.
const bare = new Set([...all.matchAll(/'(\w+)'/g)].map((m) => m[1]));
const prefixes = new Set([...all.matchAll(/(?:word|hasWord)\(([^)]*?)[,)]/g)].flatMap((m) => [...m[1].matchAll(/'(\w+)'/g)].map((x) => x[1])));

test('every key that the code names has a text', () => {
	const named = [...all.matchAll(/\btx?\(\s*(?:[^'()]*\? )?'([\w.]+)'/g)].map((m) => m[1]);
	assert.ok(named.length > 200);
	assert.deepEqual([...new Set(named)].filter((k) => !(k in both)), []);
	assert.deepEqual([...prefixes].filter((p) => !Object.keys(both).some((k) => k.startsWith(`${p}.`))), []);
});

test('every text is used', () => {
	assert.deepEqual(Object.keys(both).filter((k) => !literal.has(k) && !prefixes.has(k.split('.')[0]) && !(bare.has(k.split('.')[0]) && ['impact', 'urgency'].includes(k.split('.')[0]))), []);
});

test('no text for people stands in the code', () => {
	const found = [];
	for (const { file, text } of code) {
		// Names of languages are written in themselves, and the help shows the names of keys as they stand on the keyboard.
		const own = text.replace(/label: '(English|Русский)'/g, '').replace(/<kbd>[^<]*<\/kbd>/g, '').replace(/'Ctrl '/g, '');
		if (/[а-яё]/i.test(own.replace(/\/\^\(ru\|be\|uk\|kk\)\/i/, ''))) found.push(`${file}: Cyrillic`);
		for (const m of own.matchAll(/(?:title|placeholder|aria-label|alt|label)="([^"{]*[A-Za-z]{2}[^"]*)"/g)) found.push(`${file}: ${m[0]}`);
		for (const m of own.matchAll(/<(?:p|b|span|h[1-4]|button|label|strong|legend|dt|dd|th|td|li|a|option|summary)\b[^<>{}]*>\s*([A-Za-z][^<>{}]*?[a-z])\s*[<{]/g)) found.push(`${file}: ${m[1]}`);
	}
	assert.deepEqual(found, []);
});
