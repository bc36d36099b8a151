// The clocks behind one figure of the report; each opens to its evidence: the pauses, by whom and why, and the case's story.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { query, request } from '../lib/api';
import type { ApiError } from '../lib/api';
import { hours, whenShort } from '../lib/format';
import { asError, useEvents, useFetch } from '../lib/hooks';
import { t, word } from '../lib/i18n';
import type { Case, DrillClock, Page } from '../lib/types';
import { ErrorNote, Priority, Skeleton } from './bits';
import { ClockLanes, PauseRows, pausesOf } from './charts';
import { Icon } from './icons';

function Evidence({ row }: { row: DrillClock }) {
	const number = row.case;
	const data = useFetch<Case>(`/cases/${number}`);
	const events = useEvents(`/cases/${number}/events`);
	if (data.error) return <ErrorNote error={data.error} onRetry={() => void data.reload()} />;
	if (!data.data) return <Skeleton rows={3} />;
	const clocks = data.data.clocks.filter((c) => c.metric === row.metric && c.started_at === row.started_at);
	const shown = clocks.length ? clocks : data.data.clocks.filter((c) => c.metric === row.metric).slice(0, 1);
	return (
		<div class="evidence">
			<ClockLanes lanes={shown.map((clock, i) => ({ id: `${i}`, who: 'supplier' as const, clock }))} />
			<div class="evidence-grid">
				<div><h4>{t('case.pauses')}</h4><PauseRows pauses={shown.flatMap((c) => pausesOf(c, events.items))} /></div>
				<div><h4>{t('drill.story')}</h4>
					<ol class="story">{events.items.map((e) => (
						<li key={e.seq} class={`story-${e.party ?? 'us'}`}><time dateTime={e.occurred_at}>{whenShort(e.occurred_at)}</time><span>{word('caseEvent', e.type)}</span><span class="muted">{e.author?.name ?? (e.party === 'supplier' ? data.data?.supplier.name : '')}</span>
							{(e.late_s ?? 0) > 120 && <span class="late"><Icon name="history" size={14} />{t('event.late', { time: hours(e.late_s ?? 0) })}</span>}</li>
					))}</ol></div>
			</div>
			<p class="muted">{data.data.contract ? t('drill.contract', { name: data.data.contract.name, calendar: shown[0]?.calendar.name ?? '' }) : ''} <a href={`/cases/${number}`}>{t('drill.openCase')}</a></p>
		</div>
	);
}

export function Drill({ from, to, supplier, metric, verdict, title, onClose }: {
	from: string; to: string; supplier: string; metric: string; verdict: string; title: ComponentChildren; onClose: () => void;
}) {
	const [items, setItems] = useState<DrillClock[]>([]);
	const [next, setNext] = useState<string | null>(null);
	const [loading, setLoading] = useState(true);
	const [error, setError] = useState<ApiError | null>(null);
	const [open, setOpen] = useState(-1);
	const heading = useRef<HTMLHeadingElement>(null);
	const load = async (cursor: string | null) => {
		setLoading(true);
		try {
			const { data } = await request<Page<DrillClock>>(`/reports/supplier-sla/clocks${query({ from, to, supplier, metric, verdict, cursor, limit: 50 })}`);
			setItems((have) => (cursor ? [...have, ...data.items] : data.items));
			setNext(data.next);
			setError(null);
		} catch (e) {
			setError(asError(e));
		}
		setLoading(false);
	};
	useEffect(() => {
		void load(null);
		heading.current?.focus();
		heading.current?.scrollIntoView({ block: 'nearest' });
	}, []);
	return (
		<section class="card card-flush drill">
			<header class="card-head"><h2 tabIndex={-1} ref={heading}>{title}</h2><button type="button" class="icon-button" aria-label={t('action.close')} onClick={onClose}><Icon name="close" /></button></header>
			{error && <ErrorNote error={error} onRetry={() => void load(null)} />}
			{!items.length && loading && <Skeleton rows={4} />}
			{!items.length && !loading && !error && <p class="muted drill-none">{t('drill.none')}</p>}
			{items.length > 0 && (
				<div class="table-scroll" tabIndex={0} role="region" aria-label={t('drill.table')}>
					<table class="table">
						<thead><tr><th scope="col">{t('drill.case')}</th><th scope="col">{t('drill.what')}</th><th scope="col"><span class="hidden">{t('column.priority')}</span></th><th scope="col" class="right">{t('clock.started')}</th><th scope="col" class="right">{t('clock.due')}</th>
							<th scope="col" class="right">{t('clock.stopped')}</th><th scope="col" class="right">{t('clock.elapsed')}</th><th scope="col" class="right">{t('clock.pausedFor')}</th><th scope="col" class="right">{t('clock.overTarget')}</th></tr></thead>
						<tbody>{items.map((r, i) => (
							<>
								<tr key={i} class={open === i ? 'drill-open' : ''}>
									<th scope="row"><button type="button" class="expander num" aria-expanded={open === i} onClick={() => setOpen(open === i ? -1 : i)}><Icon name={open === i ? 'down' : 'right'} size={14} />{r.case}</button></th>
									<td class="drill-what"><span class="clip">{r.ci?.name ?? r.service?.name ?? '—'}</span><a class="num muted small" href={`/desk/${r.ticket}`}>{r.ticket}</a></td>
									<td><Priority p={r.priority} /></td>
									<td class="right num">{whenShort(r.started_at)}</td>
									<td class="right num">{r.breached_at ?? r.due_at ? whenShort((r.breached_at ?? r.due_at) as string) : '—'}</td>
									<td class="right num">{r.stopped_at ? whenShort(r.stopped_at) : t('clock.runs')}</td>
									<td class="right num">{hours(r.elapsed_s)} <span class="muted">/ {hours(r.target_s)}</span></td>
									<td class="right num">{r.paused_s ? hours(r.paused_s) : '—'}</td>
									<td class="right num">{r.breached ? <span class="late-words"><Icon name="breach" size={14} /> {hours(r.elapsed_s - r.target_s)}</span> : <span class="muted">—</span>}</td>
								</tr>
								{open === i && <tr key={`${i}e`} class="drill-evidence"><td colSpan={9}><Evidence row={r} /></td></tr>}
							</>
						))}</tbody>
					</table>
				</div>
			)}
			{next && <button type="button" class="button quiet" disabled={loading} onClick={() => void load(next)}>{t('list.more')}</button>}
		</section>
	);
}
