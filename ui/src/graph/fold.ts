// Which nodes of an impact are drawn: of more than eight of one class that hang on the same CI and carry nothing further, one node stands for all
// until it is opened. No face of its own.
import type { CiItem, Impact } from '../lib/types';

export type Drawn = { key: string; ci: CiItem | null; state: 'start' | 'down' | 'at_risk'; depth: number; strength: number; count: number; label: string; parent: string; service?: boolean };
export type Line = { from: string; to: string; relation: string; redundant: boolean; weak: boolean };
export const SIBLINGS = 8;

export function fold(impact: Impact, starts: CiItem[], up: boolean, opened: Set<string>): { nodes: Drawn[]; lines: Line[] } {
	const nodes: Drawn[] = starts.map((c) => ({ key: String(c.id), ci: c, state: 'start', depth: 0, strength: 1, count: 1, label: '', parent: '' }));
	const parentOf = new Map<string, string>();
	const parents = new Set<string>();
	for (const i of impact.items) {
		const parent = i.path.length > 1 ? String(i.path[i.path.length - 2].ci.id) : String(i.from ?? starts[0].id);
		parentOf.set(String(i.ci.id), parent);
		parents.add(parent);
	}
	const groups = new Map<string, Impact['items']>();
	for (const i of impact.items) {
		const id = String(i.ci.id);
		const key = parents.has(id) ? `own ${id}` : `${parentOf.get(id)} ${i.ci.class.id} ${i.state}`;
		groups.set(key, [...(groups.get(key) ?? []), i]);
	}
	const standsFor = new Map<string, string>(starts.map((c) => [String(c.id), String(c.id)]));
	for (const [key, of] of groups) {
		if (of.length > SIBLINGS && !opened.has(key)) {
			nodes.push({ key, ci: null, state: of[0].state ?? 'down', depth: of[0].depth, strength: of[0].strength ?? 1, count: of.length, label: String(of[0].ci.class.label ?? of[0].ci.class.name), parent: parentOf.get(String(of[0].ci.id)) ?? '' });
			for (const i of of) standsFor.set(String(i.ci.id), key);
			continue;
		}
		for (const i of of) {
			const id = String(i.ci.id);
			nodes.push({ key: id, ci: i.ci, state: i.state ?? 'down', depth: i.depth, strength: i.strength ?? 1, count: 1, label: '', parent: parentOf.get(id) ?? '' });
			standsFor.set(id, id);
		}
	}
	const lines = new Map<string, Line>();
	for (const l of impact.links ?? []) {
		const a = standsFor.get(String(up ? l.failing : l.hit));
		const b = standsFor.get(String(up ? l.hit : l.failing));
		if (!a || !b || a === b) continue;
		const had = lines.get(`${a} ${b}`);
		if (had) had.redundant &&= l.redundant;
		else lines.set(`${a} ${b}`, { from: a, to: b, relation: l.relation, redundant: l.redundant, weak: false });
	}
	return { nodes, lines: [...lines.values()] };
}
