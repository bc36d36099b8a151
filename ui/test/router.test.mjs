import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './world.mjs';

const { ROUTES, compile, go, keepQuery, match, place, setQuery } = await load('router');

test('a pattern gives its parameters, decoded', () => {
	assert.deepEqual(compile('/desk/:number')('/desk/INC-000123'), { number: 'INC-000123' });
	assert.deepEqual(compile('/cmdb/:id')('/cmdb/a%20b'), { id: 'a b' });
	assert.deepEqual(compile('/desk')('/desk/'), {});
});

test('a pattern refuses longer paths, and what cannot be decoded', () => {
	assert.equal(compile('/desk/:number')('/desk/INC-1/more'), null);
	assert.equal(compile('/desk')('/desktop'), null);
	assert.equal(compile('/cmdb/:id')('/cmdb/%E0%A4%A'), null);
});

test('every page has an address, and an unknown address has none', () => {
	const pages = { '/': 'portal', '/requests/INC-1': 'request', '/desk': 'desk', '/desk/INC-1': 'desk', '/cases/CASE-1': 'case', '/suppliers': 'suppliers', '/suppliers/reports': 'reports', '/cmdb': 'cmdb', '/cmdb/7': 'ci', '/nothing': 'missing' };
	for (const [path, name] of Object.entries(pages)) assert.equal(match(ROUTES, path).name, name, path);
});

test('going somewhere and changing the query move the place', () => {
	go('/desk?view=mine');
	assert.equal(place.value.query.get('view'), 'mine');
	setQuery({ q: 'касса 2', priority: '1' });
	assert.equal(place.value.query.get('q'), 'касса 2');
	assert.equal(keepQuery('/desk/INC-1').startsWith('/desk/INC-1?view=mine'), true);
	setQuery({ q: null, view: null, priority: '' });
	assert.equal(window.location.search, '');
});
