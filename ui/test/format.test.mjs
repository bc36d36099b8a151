import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './world.mjs';

const { useLanguage, t } = await load('i18n');
const f = await load('format');
const at = Date.parse('2026-03-11T09:00:00Z'); // Wednesday, 12:00 in Moscow
f.zone.value = 'Europe/Moscow';
f.now.value = at;
const plain = (s) => s.replace(/[\u00a0\u202f]/g, ' ');

test('promises in words, English', async () => {
	await useLanguage('en');
	assert.equal(f.by('2026-03-11T11:00:00Z', at), 'by 14:00 today');
	assert.equal(f.by('2026-03-12T11:00:00Z', at), 'by 14:00 tomorrow');
	assert.equal(f.by('2026-03-17T11:00:00Z', at), 'by Tuesday 14:00');
	assert.equal(f.by('2026-03-20T11:00:00Z', at), 'by 20 March, 14:00');
});

test('promises in words, Russian', async () => {
	await useLanguage('ru');
	assert.equal(f.by('2026-03-11T11:00:00Z', at), 'сегодня до 14:00');
	assert.equal(f.by('2026-03-17T11:00:00Z', at), 'до вторника, 14:00');
	assert.equal(f.by('2026-03-20T11:00:00Z', at), 'до 20 марта, 14:00');
});

test('the day turns in the zone of the reader, not in UTC', async () => {
	await useLanguage('en');
	const late = Date.parse('2026-03-11T20:30:00Z'); // 23:30 in Moscow
	assert.equal(f.by('2026-03-11T21:30:00Z', late), 'by 00:30 tomorrow');
	assert.equal(f.when('2026-03-10T20:30:00Z', at), 'yesterday 23:30');
	assert.equal(f.when('2026-03-10T21:30:00Z', at), '00:30');
});

test('durations: two units at most', async () => {
	await useLanguage('en');
	assert.equal(f.dur(45), '45 s');
	assert.equal(f.dur(12 * 60), '12 min');
	assert.equal(f.dur(3 * 3600 + 300), '3 h 5 min');
	assert.equal(f.dur(3 * 3600 + 300, true), '3 h');
	assert.equal(f.dur(-7200), '2 h');
	assert.equal(f.dur(52 * 3600), '2 d 4 h');
	assert.equal(f.hours(52 * 3600 + 60), '52 h 1 min', 'working time stays in hours');
	await useLanguage('ru');
	assert.equal(f.dur(3 * 3600 + 300), '3 ч 5 мин');
});

test('shares and sizes follow the language', async () => {
	await useLanguage('ru');
	assert.equal(plain(f.pct(97.34)), '97,3 %');
	assert.equal(f.bytes(1_600_000), '1,5 МБ');
	await useLanguage('en');
	assert.equal(f.pct(100, 0), '100 %');
	assert.equal(f.bytes(900), '900 B');
});

test('plurals of both languages', async () => {
	await useLanguage('ru');
	const forms = [1, 2, 5, 21, 111].map((n) => t('portal.done', { n }));
	assert.deepEqual(forms, ['1 закрытое обращение', '2 закрытых обращения', '5 закрытых обращений', '21 закрытое обращение', '111 закрытых обращений']);
	await useLanguage('en');
	assert.equal(t('portal.done', { n: 1 }), '1 closed request');
	assert.equal(t('portal.done', { n: 4 }), '4 closed requests');
});

test('initials, and what a date field holds', () => {
	assert.equal(f.initials('Анна Мария Соколова'), 'АС');
	assert.equal(f.initials('Cher'), 'C');
	assert.equal(f.initials(''), '');
	assert.equal(f.fromLocalInput(f.toLocalInput(Date.parse('2026-03-11T09:15:00Z'))), '2026-03-11T09:15:00Z');
});
