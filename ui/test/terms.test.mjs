// Working time and hours as they are typed, and the days of a year from a week and its exceptions.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './world.mjs';

const { readHours, writeHours, readWindows, writeWindows, daysOfYear } = await load('terms');

test('hours as people type them', () => {
	assert.deepEqual(['4', '4:30', '0:15', '1.5', '1,25', '', ' 100 '].map(readHours), [14400, 16200, 900, 5400, 4500, null, 360000]);
	for (const wrong of ['x', '4:60', '-1', '1:2', '4 h']) assert.ok(Number.isNaN(readHours(wrong)), wrong);
	assert.deepEqual([900, 14400, 288000].map(writeHours), ['0:15', '4:00', '80:00']);
});

test('windows of a day, in any dash', () => {
	assert.deepEqual(readWindows('9-13, 14:00–18:30'), [['09:00', '13:00'], ['14:00', '18:30']]);
	assert.deepEqual(readWindows(''), []);
	for (const wrong of ['9', '9-', 'nine-ten', '9:0-10']) assert.equal(readWindows(wrong), null, wrong);
	assert.equal(writeWindows([['09:00', '13:00'], ['14:00', '18:00']]), '09:00–13:00, 14:00–18:00');
});

test('a year: what each day is', () => {
	const week = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' }));
	const exceptions = [{ date: '2024-02-29', hours: [] }, { date: '2024-03-02', hours: [['09:00', '16:00']] }, { date: '2024-03-07', hours: [['09:00', '16:00']] }, { date: '2024-03-11', hours: [['08:00', '18:00']] }];
	const days = daysOfYear({ name: 'x', zone: 'UTC', week, exceptions }, 2024);
	assert.equal(days.length, 366);
	const kind = (date) => days.find((d) => d.date === date).kind;
	assert.deepEqual(['2024-02-28', '2024-02-29', '2024-03-02', '2024-03-03', '2024-03-07', '2024-03-11'].map(kind), ['working', 'holiday', 'moved', 'off', 'short', 'long']);
});
