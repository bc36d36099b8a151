// Turns instants, durations and shares into words in the reader's language and zone. Pure but for the clock `now`.
import { signal } from '@preact/signals';
import { lang, t } from './i18n';
import type { Key } from './i18n';

export const zone = signal<string | undefined>(undefined);
export const now = signal(Date.now());

let ticking = 0;
export function startClock(): void {
	if (!ticking) ticking = window.setInterval(() => (now.value = Date.now()), 10_000);
}

const cache = new Map<string, Intl.DateTimeFormat>();
function fmt(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const id = `${lang.value}|${zone.value}|${JSON.stringify(options)}`;
	let f = cache.get(id);
	if (!f) {
		try {
			f = new Intl.DateTimeFormat(lang.value === 'en' ? 'en-GB' : 'ru', { timeZone: zone.value, ...options });
		} catch {
			f = new Intl.DateTimeFormat(lang.value, options);
		}
		cache.set(id, f);
	}
	return f;
}

type Parts = { y: number; m: number; d: number; weekday: number };
function dayOf(ms: number): Parts {
	const p = Object.fromEntries(
		fmt({ year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(ms).map((x) => [x.type, Number(x.value)]),
	);
	const noon = new Date(Date.UTC(p.year, p.month - 1, p.day, 12));
	return { y: p.year, m: p.month, d: p.day, weekday: noon.getUTCDay() };
}
const dayNumber = (p: Parts) => Math.round(Date.UTC(p.y, p.m - 1, p.d) / 86_400_000);

export function clock(iso: string): string {
	return fmt({ hour: '2-digit', minute: '2-digit' }).format(Date.parse(iso));
}

// "14:05" today, "yesterday 14:05", "Tue 14:05" within a week, "12 Mar" this year, "12 Mar 2025" before.
export function when(iso: string, at = now.value): string {
	const ms = Date.parse(iso);
	const day = dayOf(ms);
	const today = dayOf(at);
	const back = dayNumber(today) - dayNumber(day);
	if (back === 0) return clock(iso);
	if (back === 1) return t('when.yesterday', { time: clock(iso) });
	if (back === -1) return t('when.tomorrow', { time: clock(iso) });
	if (Math.abs(back) < 7) return `${fmt({ weekday: 'short' }).format(ms)} ${clock(iso)}`;
	const date = fmt({ day: 'numeric', month: 'short' }).format(ms).replace('.', '');
	return day.y === today.y ? date : `${date} ${day.y}`;
}

export function whenFull(iso: string): string {
	return fmt({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' })
		.format(Date.parse(iso));
}

export function whenDay(iso: string): string {
	return fmt({ day: 'numeric', month: 'short', year: 'numeric' }).format(Date.parse(iso));
}

export function whenShort(iso: string): string {
	return fmt({ day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' }).format(Date.parse(iso));
}

// Short enough for a cell: the time today, the date before.
export function stamp(iso: string): string {
	const same = dayNumber(dayOf(now.value)) === dayNumber(dayOf(Date.parse(iso)));
	if (same) return clock(iso);
	const ms = Date.parse(iso);
	if (dayOf(ms).y !== dayOf(now.value).y) return fmt({ day: '2-digit', month: '2-digit', year: '2-digit' }).format(ms);
	return fmt({ day: 'numeric', month: 'short' }).format(ms).replace('.', '');
}

export function dayHeading(iso: string): string {
	const ms = Date.parse(iso);
	const back = dayNumber(dayOf(now.value)) - dayNumber(dayOf(ms));
	if (back === 0) return t('when.todayWord');
	if (back === 1) return t('when.yesterdayWord');
	const sameYear = dayOf(ms).y === dayOf(now.value).y;
	return fmt({ weekday: 'long', day: 'numeric', month: 'long', year: sameYear ? undefined : 'numeric' }).format(ms);
}

export function dayKey(iso: string): number {
	return dayNumber(dayOf(Date.parse(iso)));
}

const DAYS: Key[] = ['by.sunday', 'by.monday', 'by.tuesday', 'by.wednesday', 'by.thursday', 'by.friday', 'by.saturday'];

// A promise in words: "by 14:00 today", "by Tuesday 14:00", "by 12 March, 14:00".
export function by(iso: string, at = now.value): string {
	const day = dayOf(Date.parse(iso));
	const ahead = dayNumber(day) - dayNumber(dayOf(at));
	const time = clock(iso);
	if (ahead === 0) return t('by.today', { time });
	if (ahead === 1) return t('by.tomorrow', { time });
	if (ahead > 1 && ahead < 7) return t(DAYS[day.weekday], { time });
	return t('by.date', { date: fmt({ day: 'numeric', month: 'long' }).format(Date.parse(iso)), time });
}

// Two units at most: "45 s", "12 min", "3 h 05 min", "2 d 4 h". `short` keeps the largest unit that says enough.
export function dur(seconds: number, short = false): string {
	const s = Math.abs(Math.round(seconds));
	if (s < 60) return t('dur.s', { n: s });
	const min = Math.floor(s / 60);
	if (min < 60) return t('dur.min', { n: min });
	const h = Math.floor(min / 60);
	const restMin = min % 60;
	if (h < 48) {
		if (restMin === 0 || (short && h >= 3)) return t('dur.h', { n: h });
		return `${t('dur.h', { n: h })} ${t('dur.min', { n: restMin })}`;
	}
	const d = Math.floor(h / 24);
	const restH = h % 24;
	return restH === 0 || (short && d >= 3) ? t('dur.d', { n: d }) : `${t('dur.d', { n: d })} ${t('dur.h', { n: restH })}`;
}

// Working time is counted in hours however long it is: a "day" would be ambiguous between calendars.
export function hours(seconds: number, short = false): string {
	const s = Math.abs(Math.round(seconds));
	if (s < 3600) return dur(s);
	const h = Math.floor(s / 3600);
	const min = Math.floor((s % 3600) / 60);
	return min && !(short && h >= 3) ? `${t('dur.h', { n: h })} ${t('dur.min', { n: min })}` : t('dur.h', { n: h });
}

export function pct(value: number, digits = 1): string {
	return `${new Intl.NumberFormat(lang.value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)} %`;
}

export function bytes(n: number): string {
	if (n < 1024) return t('size.b', { n });
	if (n < 1024 * 1024) return t('size.kb', { n: Math.round(n / 1024) });
	return t('size.mb', { n: Math.round((n / 1024 / 1024) * 10) / 10 });
}

export function monthName(month: string, short = true): string {
	const [y, m] = month.split('-').map(Number);
	const date = new Date(Date.UTC(y, m - 1, 15));
	return new Intl.DateTimeFormat(lang.value, { month: short ? 'short' : 'long', year: short ? undefined : 'numeric', timeZone: 'UTC' })
		.format(date).replace('.', '');
}

export function isoDay(ms: number): string {
	const p = dayOf(ms);
	return `${p.y}-${String(p.m).padStart(2, '0')}-${String(p.d).padStart(2, '0')}`;
}

export function initials(name: string): string {
	const parts = name.trim().split(/\s+/);
	return (parts[0]?.[0] ?? '') + (parts.length > 1 ? parts[parts.length - 1][0] : '');
}

// What a <input type=datetime-local> holds for an instant and back; both in the browser's own zone.
export function toLocalInput(ms: number): string {
	const d = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
	return d.toISOString().slice(0, 16);
}
export function fromLocalInput(value: string): string {
	return new Date(value).toISOString().replace(/\.\d+Z$/, 'Z');
}
