// Shapes of the quality API, and the score of a checklist as the server computes it.
import type { Id, Ref } from './types';

export type Interval = { low: number | null; high: number | null };
export type Figures = {
	asked: number; answered: number; low: number;
	response_rate: { pct: number | null } & Interval;
	score: { mean: number | null } & Interval;
	nps: { value: number | null; answered: number; promoters: number; passives: number; detractors: number } & Interval;
	month?: string; team?: Ref; person?: Ref;
};
export type Satisfaction = Figures & { from: string; to: string; histogram: number[]; months: Figures[]; teams: Figures[]; people: Figures[] };
export type Summary = { reviews_open: number; reviews_mine: number; samples_to_score: number; samples_to_calibrate: number; attestations_overdue: number; judges: boolean; low_score: number };
export type Review = {
	id: Id; ticket: { number: string; subject: string }; cause: 'rating' | 'complaint'; score: number | null; body: string | null; person: Ref | null; team: Ref | null;
	state: 'open' | 'closed'; opened_at: string; opened_by: Ref | null; assignee: Ref | null; finding: string | null; action: string | null; outcome: string | null;
	close_reason: string | null; closed_at: string | null; closed_by: Ref | null; version: number; can_edit: boolean;
	events: { seq: number; at: string; actor: Ref | null; what: string; body: string | null }[] | null;
};
export const ANSWERS = ['yes', 'partly', 'no', 'none'] as const;
export type Answer = (typeof ANSWERS)[number];
export type SampleItem = { id: Id; label: string; weight: number; fact: string | null; proposed: { answer: string; events: number[] } | null };
export type Sample = {
	id: Id; week: string; ticket: { number: string; subject: string; kind: string; closed_at: string | null }; person: Ref; team: Ref; place: number; calibrator: Ref | null;
	score_pct: number | null; scored_by: Ref | null; scored_at: string | null; calibration_pct: number | null; can_score: boolean; mine: boolean;
	checklist: { id: Id; kind: string; version: number; items: SampleItem[] } | null;
	scorings: { scorer: Ref; score_pct: number; feedback: string | null; scored_at: string; answers: { item: Id; answer: Answer; proposed: string | null; comment: string | null }[] }[] | null;
};
export type Kpi = {
	month: string; person: Ref | null; team: Ref | null; value: number | null; formula: number; revision: number; previous_value: number | null; computed_at: string;
	parts: { measures: Record<string, { value: number | null; n: number }>; terms: { text: string; value: number | null }[] };
	why_missing: { measure?: string; n?: number; needs?: number; error?: string }[];
};
export type Formula = { version: number; expression: string; valid_from: string; note: string | null };
export type Attestation = {
	id: Id; person: Ref; due: string; days_left: number | null; overdue: boolean; done_at: string | null; done_by: Ref | null; result: string | null; note: string | null;
	teams: Ref[]; last: { done_at: string; result: string } | null; can_record: boolean;
};

// As the formula names them, in the order in which people read them.
export const MEASURES = ['response_kept', 'resolution_kept', 'satisfaction', 'recommend', 'answered', 'quality_score', 'reopened', 'handovers', 'prevented', 'tickets', 'faults', 'attested'];

// What the timeline can propose an answer to.
export const FACTS = ['introduced', 'signed', 'solved', 'prevention', 'response_kept', 'resolution_kept'];

// yes counts whole, partly half, no nothing; what does not apply leaves the sum. Null while nothing applies.
export function scorePct(items: SampleItem[], answers: Record<string, Answer | undefined>): number | null {
	let sum = 0;
	let of = 0;
	for (const i of items) {
		const a = answers[String(i.id)];
		if (!a || a === 'none') continue;
		of += i.weight;
		sum += i.weight * (a === 'yes' ? 1 : a === 'partly' ? 0.5 : 0);
	}
	return of ? Math.round((10000 * sum) / of) / 100 : null;
}
