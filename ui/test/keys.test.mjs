import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './world.mjs';

const { nameOf, resolve } = await load('keys');
const stroke = (key, code, more = {}) => ({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
const bind = (keys, more = {}) => ({ keys, label: 'app.name', run: () => undefined, ...more });

test('Latin letters go by what was typed, whatever the place', () => {
	assert.equal(nameOf(stroke('j', 'KeyJ')), 'j');
	assert.equal(nameOf(stroke('q', 'KeyA')), 'q', 'AZERTY');
	assert.equal(nameOf(stroke('K', 'KeyK', { ctrlKey: true })), 'ctrl+k');
	assert.equal(nameOf(stroke('?', 'Slash', { shiftKey: true })), '?');
	assert.equal(nameOf(stroke('Escape', 'Escape')), 'esc');
	assert.equal(nameOf(stroke('Enter', 'Enter', { ctrlKey: true })), 'ctrl+enter');
});

test('on the Russian layout the place of the key counts', () => {
	assert.equal(nameOf(stroke('о', 'KeyJ')), 'j');
	assert.equal(nameOf(stroke('л', 'KeyK', { ctrlKey: true })), 'ctrl+k');
	assert.equal(nameOf(stroke('х', 'BracketLeft')), '[');
	assert.equal(nameOf(stroke('ъ', 'BracketRight')), ']');
	assert.equal(nameOf(stroke('.', 'Slash')), '/');
	assert.equal(nameOf(stroke(',', 'Slash', { shiftKey: true })), '?');
	assert.equal(nameOf(stroke('j', 'KeyJ')), 'j');
	assert.equal(nameOf(stroke('.', 'Slash')), '.', 'a Latin letter before it means a Latin layout');
});

test('modifiers alone, and Alt combinations, mean nothing', () => {
	assert.equal(nameOf(stroke('Shift', 'ShiftLeft')), null);
	assert.equal(nameOf(stroke('ö', 'KeyO', { altKey: true })), null);
	assert.equal(nameOf(stroke('Dead', 'Quote')), null);
});

test('a sequence needs both strokes in time', () => {
	const list = [bind('g q'), bind('g m'), bind('q'), bind('j')];
	assert.equal(resolve('g', list, false, 0), null);
	assert.equal(resolve('m', list, false, 500).keys, 'g m');
	assert.equal(resolve('g', list, false, 1000), null);
	assert.equal(resolve('q', list, false, 4000).keys, 'q', 'too late: the single key');
	assert.equal(resolve('g', list, false, 5000), null);
	assert.equal(resolve('j', list, false, 5100).keys, 'j', 'another key ends the sequence');
});

test('a field that is typed in keeps its keys, but for Ctrl and what asks for it', () => {
	const list = [bind('j'), bind('ctrl+k'), bind('esc', { inFields: true })];
	assert.equal(resolve('j', list, true, 0), null);
	assert.equal(resolve('ctrl+k', list, true, 0).keys, 'ctrl+k');
	assert.equal(resolve('esc', list, true, 0).keys, 'esc');
});
