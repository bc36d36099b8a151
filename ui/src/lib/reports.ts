// Reports made in the background: asked for, watched, taken. The server makes them; leaving the page stops nothing.
import { get, post } from './api';
import type { Ref } from './types';

export type ReportKind = 'supplier-sla' | 'desk-quality';
export type Run = {
	id: number; subscription: number | null; report: ReportKind; language: string; supplier: Ref | null; from: string; to: string; delivery: 'mail' | 'download';
	state: 'queued' | 'running' | 'done' | 'failed'; progress_pct: number; created_at: string; made_at: string | null; error: string | null;
	mail: { state: string; sent_at: string | null } | null; file: { name: string; size_bytes: number; sha256: string; removed: boolean } | null;
};
export type Subscription = {
	id: number; report: ReportKind; period: 'monthly' | 'quarterly'; language: string; supplier: Ref | null; delivery: 'mail' | 'download'; active: boolean; version: number;
	last: { run: number; from: string; to: string; state: string; made_at: string | null } | null; next: { from: string; to: string; at: string } | null;
};
export type Asked = { report: ReportKind; from: string; to: string; supplier?: string | null; language?: string; delivery?: string };

export const isOpen = (r: Run) => r.state === 'queued' || r.state === 'running';
export const fileUrl = (r: Pick<Run, 'id'>) => `/api/v1/report-runs/${r.id}/file`;

// The browser takes it as a download; nothing of a large file passes through the page.
export function take(r: Run): void {
	const a = document.createElement('a');
	a.href = fileUrl(r);
	a.download = r.file?.name ?? '';
	a.click();
}

export async function makeReport(asked: Asked, progress: (r: Run) => void): Promise<Run> {
	let run = await post<Run>('/report-runs', Object.fromEntries(Object.entries(asked).filter(([, v]) => v !== null && v !== undefined && v !== '')));
	for (let pause = 300; isOpen(run); pause = Math.min(pause * 1.3, 2000)) {
		progress(run);
		await new Promise((done) => setTimeout(done, pause));
		run = await get<Run>(`/report-runs/${run.id}`);
	}
	return run;
}
