// Owns who is signed in, what they may open, and their choice of language, zone and theme.
import { computed, signal } from '@preact/signals';
import { ApiError, patch, request } from './api';
import { zone } from './format';
import { lang, useLanguage } from './i18n';
import type { Lang } from './i18n';
import type { Session } from './types';

export type Theme = 'system' | 'light' | 'dark';

export const session = signal<Session | null>(null);
export const theme = signal<Theme>('system');

const has = (...roles: string[]) => !!session.value?.roles.some((r) => roles.includes(r));
export const isStaff = computed(() => has('agent', 'lead'));
export const seesDesk = computed(() => has('agent', 'lead', 'manager', 'auditor', 'admin'));
export const seesSuppliers = computed(() => has('lead', 'manager', 'auditor', 'admin'));
export const seesMail = computed(() => has('lead', 'auditor', 'admin'));
export const writesTerms = computed(() => has('manager', 'admin'));
export const seesQuality = computed(() => has('agent', 'lead', 'manager', 'auditor'));
export const seesCmdb = computed(() => has('agent', 'lead', 'manager', 'auditor', 'cmdb', 'admin'));
export const undoS = computed(() => session.value?.undo_s ?? 10);

export const fullName = computed(() => {
	const p = session.value?.person;
	return p ? `${p.given_name} ${p.family_name}`.trim() || p.login : '';
});

export function firstPage(): string {
	if (isStaff.value) return '/desk';
	if (has('manager', 'auditor')) return '/suppliers';
	if (has('cmdb')) return '/cmdb';
	if (has('admin')) return '/desk';
	return '/';
}

export function setTheme(t: Theme): void {
	theme.value = t;
	if (t === 'system') document.documentElement.removeAttribute('data-theme');
	else document.documentElement.setAttribute('data-theme', t);
	try {
		localStorage.setItem('vakhta.theme', t);
	} catch {
		// Without storage the choice lasts for this page only.
	}
}

export function readTheme(): void {
	let t: string | null = null;
	try {
		t = localStorage.getItem('vakhta.theme');
	} catch {
		t = null;
	}
	setTheme(t === 'light' || t === 'dark' ? t : 'system');
}

async function accept(s: Session): Promise<void> {
	session.value = s;
	zone.value = s.person.zone || undefined;
	const l = s.person.language?.slice(0, 2);
	if ((l === 'en' || l === 'ru') && l !== lang.value) await useLanguage(l);
	const th = s.person.theme;
	if (th === 'light' || th === 'dark' || th === 'system') setTheme(th);
}

export async function loadSession(): Promise<Session | null> {
	try {
		const { data } = await request<Session>('/session', { waitForSignIn: false });
		await accept(data);
		return data;
	} catch (e) {
		if (e instanceof ApiError && e.status === 401) return null;
		throw e;
	}
}

export async function signIn(login: string, password: string): Promise<void> {
	const before = session.value?.person.id;
	const { data } = await request<Session>('/session', { method: 'POST', body: { login, password }, waitForSignIn: false });
	// Another person at the same screen must not see what the first one had open.
	if (before !== undefined && before !== data.person.id) {
		window.location.assign('/');
		return;
	}
	// The answer to a sign-in may be shorter than the answer to "who am I".
	await accept(data.stream_url || data.person.zone ? data : ((await loadSession()) ?? data));
}

export async function signOut(): Promise<void> {
	await request('/session', { method: 'DELETE', waitForSignIn: false });
	session.value = null;
}

export async function choose(change: { language?: Lang; theme?: Theme }): Promise<void> {
	if (change.theme) setTheme(change.theme);
	if (change.language) await useLanguage(change.language);
	if (!session.value) return;
	session.value = { ...session.value, person: { ...session.value.person, ...change } };
	const { etag } = await request<unknown>('/me');
	await patch('/me', change, etag);
}
