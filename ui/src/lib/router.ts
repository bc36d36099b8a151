// Owns the address bar: a table of patterns, one signal with the place shown, links caught at the document.
// Refuses to touch links that leave the program, open elsewhere, or carry a modifier key.
import { signal } from '@preact/signals';

export type Place = { name: string; params: Record<string, string>; query: URLSearchParams; path: string };

export function compile(pattern: string): (path: string) => Record<string, string> | null {
	const names: string[] = [];
	const source = pattern.replace(/:(\w+)/g, (_, n) => {
		names.push(n);
		return '([^/]+)';
	});
	const re = new RegExp(`^${source}/?$`);
	return (path) => {
		const m = re.exec(path);
		try {
			return m && Object.fromEntries(names.map((n, i) => [n, decodeURIComponent(m[i + 1])]));
		} catch {
			return null;
		}
	};
}

export function match(table: [string, string][], path: string): { name: string; params: Record<string, string> } {
	for (const [pattern, name] of table) {
		const params = compile(pattern)(path);
		if (params) return { name, params };
	}
	return { name: 'missing', params: {} };
}

export const ROUTES: [string, string][] = [
	['/', 'portal'],
	['/requests/:number', 'request'],
	['/desk', 'desk'],
	['/desk/:number', 'desk'],
	['/cases/:number', 'case'],
	['/admin', 'mail'],
	['/suppliers', 'suppliers'],
	['/suppliers/all', 'partners'],
	['/suppliers/all/:id', 'partner'],
	['/suppliers/reports', 'reports'],
	['/suppliers/contracts', 'contracts'],
	['/suppliers/contracts/:id', 'contract'],
	['/suppliers/ledger', 'ledger'],
	['/suppliers/calendars', 'calendars'],
	['/suppliers/calendars/:id', 'calendar'],
	['/quality', 'quality'],
	['/audit', 'audit'],
	['/cmdb', 'cmdb'],
	['/cmdb/agents', 'agents'],
	['/cmdb/compare', 'compare'],
	['/cmdb/baselines', 'baselines'],
	['/cmdb/baselines/:id', 'drift'],
	['/cmdb/import', 'cmdbImports'],
	['/cmdb/import/:id', 'cmdbImport'],
	['/cmdb/ambiguous', 'cmdbAmbiguous'],
	['/cmdb/rules', 'cmdbRules'],
	['/confirm', 'confirm'],
	['/cmdb/review', 'review'],
	['/cmdb/model', 'model'],
	['/cmdb/:id', 'ci'],
];

function read(): Place {
	const { pathname, search } = window.location;
	return { ...match(ROUTES, pathname), query: new URLSearchParams(search), path: pathname };
}

export const place = signal<Place>({ name: 'missing', params: {}, query: new URLSearchParams(), path: '/' });

export function go(url: string, replace = false): void {
	if (url === window.location.pathname + window.location.search) return;
	window.history[replace ? 'replaceState' : 'pushState'](null, '', url);
	place.value = read();
}

// Changes the query of the present page; null takes a name away.
export function setQuery(changes: Record<string, string | null>, replace = true): void {
	const q = new URLSearchParams(window.location.search);
	for (const [k, v] of Object.entries(changes)) {
		if (v === null || v === '') q.delete(k);
		else q.set(k, v);
	}
	const s = q.toString();
	go(window.location.pathname + (s ? `?${s}` : ''), replace);
}

export function keepQuery(path: string): string {
	return path + window.location.search;
}

export function startRouter(): void {
	place.value = read();
	window.addEventListener('popstate', () => (place.value = read()));
	document.addEventListener('click', (e) => {
		if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		const a = (e.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
		if (!a || a.target || a.hasAttribute('download') || a.origin !== window.location.origin) return;
		if (a.pathname.startsWith('/api/') || (a.hash && a.pathname === window.location.pathname)) return;
		e.preventDefault();
		go(a.pathname + a.search);
	});
}
