// Imports by steps as the server gives them.
import type { Ref } from './types';
import { hasWord, word } from './i18n';

export const OUTCOMES = ['created', 'updated', 'unchanged', 'ambiguous', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Column = { heading: string; filled: number; distinct: number; sample: string[] };
export type Batch = {
	id: number; source: string; kind: 'csv' | 'agent'; state: string; file: string | null; encoding: string | null; separator: string | null; class: { id: number; name: string } | null;
	columns: Column[]; mapping: Record<string, string>; rows: number; created: number; updated: number; unchanged: number; refused: number; ambiguous: number;
	fields: Record<string, { changed: number; kept: number }>; done: number | null; problem: string | null; created_at: string; kept: number;
	undone: { restored: number; retired: number; kept: number } | null;
};
export type Change = { field: string; old: unknown; new: unknown; kept?: string };
export type Row = { line: number; outcome: Outcome; name: string | null; ci: Ref | null; errors: { pointer: string; detail: string }[]; changes: Change[]; candidates: number[] };
export type Side = { id: number; name: string; class: string; fields: Record<string, unknown>; tickets: number; relations: number; users: number; contracts: number };

export const busy = (state: string) => ['comparing', 'applying', 'undoing'].includes(state);
export const shown = (value: unknown) => (value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value));
export const fieldName = (field: string, labels: Record<string, string> = {}) =>
	labels[field] ?? (hasWord('impField', field.slice(1)) ? word('impField', field.slice(1)) : field.replace('/attributes/', ''));
export const keeper = (kept: string) => (hasWord('impKept', kept) ? word('impKept', kept) : kept);
