// Owns the chosen language and the message catalogues. Every text a person reads comes through t() or tx().
// Refuses to guess: a key without a text is a compile error, and test/catalogue.test.mjs compares both languages.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type en from '../i18n/en';
import type enDesk from '../i18n/en-desk';
import type enAudit from '../i18n/en-audit';
import type enAgents from '../i18n/en-agents';
import type enMail from '../i18n/en-mail';
import type enQuality from '../i18n/en-quality';
import type enSupplier from '../i18n/en-supplier';
import type enLedger from '../i18n/en-ledger';
import type enImpact from '../i18n/en-impact';
import type enPartners from '../i18n/en-partners';
import type enTime from '../i18n/en-time';
import type enReconcile from '../i18n/en-reconcile';
import type enReview from '../i18n/en-review';
import type enModel from '../i18n/en-model';
import type enTerms from '../i18n/en-terms';

export type Lang = 'en' | 'ru';
export type Key = Extract<keyof typeof en | keyof typeof enModel | keyof typeof enDesk | keyof typeof enAgents | keyof typeof enMail | keyof typeof enQuality | keyof typeof enTerms | keyof typeof enSupplier | keyof typeof enLedger | keyof typeof enImpact | keyof typeof enAudit | keyof typeof enPartners | keyof typeof enTime | keyof typeof enReconcile | keyof typeof enReview, string>;
// Texts that only some pages need, each a file a language; a page names those it reads where it is loaded (main.tsx).
export type Area = 'desk' | 'model' | 'agents' | 'mail' | 'quality' | 'terms' | 'supplier' | 'ledger' | 'impact' | 'audit' | 'partners' | 'time' | 'reconcile' | 'review';
export type Forms = { one: string; few?: string; many?: string; other: string };
export type Catalogue = Record<string, string | Forms>;
type Params = Record<string, string | number>;

export const lang = signal<Lang>('en');
// Counts catalogue loads, so that views which read a text draw again when another catalogue arrives.
const loaded = signal(0);
const texts: Record<Lang, Catalogue> = { en: {}, ru: {} };
const have = new Set<string>();
let plural = new Intl.PluralRules('en');
let number = new Intl.NumberFormat('en');

// Where texts come from; pages far from the portal add their own, so that it does not pay for their names.
export const sources: Record<Lang, Partial<Record<'core' | Area, () => Promise<{ default: Catalogue }>>>> = {
	en: { core: () => import('../i18n/en'), desk: () => import('../i18n/en-desk'), quality: () => import('../i18n/en-quality'), terms: () => import('../i18n/en-terms'), audit: () => import('../i18n/en-audit') },
	ru: { core: () => import('../i18n/ru'), desk: () => import('../i18n/ru-desk'), quality: () => import('../i18n/ru-quality'), terms: () => import('../i18n/ru-terms'), audit: () => import('../i18n/ru-audit') },
};

async function load(l: Lang, part: 'core' | Area) {
	const id = `${l}-${part}`;
	if (have.has(id)) return;
	Object.assign(texts[l], (await sources[l][part]?.())?.default);
	have.add(id);
}

const wanted = new Set<Area>();

export async function useLanguage(l: Lang, remember = true): Promise<void> {
	await Promise.all([load(l, 'core'), ...[...wanted].map((area) => load(l, area))]);
	plural = new Intl.PluralRules(l);
	number = new Intl.NumberFormat(l);
	document.documentElement.lang = l;
	try {
		if (remember) localStorage.setItem('vakhta.lang', l);
	} catch {
		// Storage may be forbidden; the language then lasts for this page only.
	}
	lang.value = l;
	loaded.value++;
}

export async function loadTexts(...areas: Area[]): Promise<void> {
	for (const area of areas) wanted.add(area);
	if (areas.every((area) => have.has(`${lang.value}-${area}`))) return;
	await Promise.all(areas.map((area) => load(lang.value, area)));
	loaded.value++;
}

export const loadDeskTexts = () => loadTexts('desk');

export function firstLanguage(): Lang {
	let kept: string | null = null;
	try {
		kept = localStorage.getItem('vakhta.lang');
	} catch {
		kept = null;
	}
	if (kept === 'en' || kept === 'ru') return kept;
	return navigator.languages.some((l) => /^(ru|be|uk|kk)/i.test(l)) ? 'ru' : 'en';
}

export function num(n: number): string {
	return lang.value && number.format(n);
}

function pick(key: string, params?: Params): string {
	loaded.value;
	const entry = texts[lang.value][key];
	if (entry === undefined) return key;
	if (typeof entry === 'string') return entry;
	const form = plural.select(Number(params?.n ?? 0)) as keyof Forms;
	return entry[form] ?? entry.other;
}

const show = (v: string | number) => (typeof v === 'number' ? num(v) : v);

export function t(key: Key, params?: Params): string {
	const text = pick(key, params);
	return params ? text.replace(/\{(\w+)\}/g, (all, name) => (name in params ? show(params[name]) : all)) : text;
}

// Same as t, for texts with elements inside: tx('x', { name: <b>…</b> }).
export function tx(key: Key, params: Record<string, ComponentChildren>): ComponentChildren[] {
	const n = params.n;
	const text = pick(key, typeof n === 'number' ? { n } : undefined);
	return text.split(/\{(\w+)\}/).map((part, i) => {
		if (i % 2 === 0) return part;
		const v = params[part];
		return typeof v === 'number' ? num(v) : v;
	});
}

// For words that come from the server as codes (statuses, reasons, event types); an unknown code is shown readable.
export function word(prefix: string, code: string): string {
	loaded.value;
	const entry = texts[lang.value][`${prefix}.${code}`];
	return typeof entry === 'string' ? entry : code.replace(/_/g, ' ');
}

export function hasWord(prefix: string, code: string): boolean {
	loaded.value;
	return `${prefix}.${code}` in texts[lang.value];
}
