// Charts as plain SVG and boxes, each with its figures as a table for those who read rather than look.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { clock, hours, now, pct, whenFull, whenShort } from '../lib/format';
import { num, t, word } from '../lib/i18n';
import type { Clock, Event, Pause } from '../lib/types';
import { Icon } from './icons';
import { Segmented } from './bits';
import { faceOf } from './bits';

export type Point = { key: string; label: string; value: number | null; of: number };

// Twelve months of one share against its goal: columns, the missed ones hatched, so that colour is not needed to tell.
export function Trend({ points, goal, label, id }: { points: Point[]; goal: number | null; label: string; id: string }) {
	const w = 264;
	const h = 92;
	const left = 26;
	const base = h - 16;
	const low = Math.min(100, goal ?? 100, ...points.map((p) => p.value ?? 100));
	const floor = low > 90 ? 80 : low > 70 ? 50 : 0;
	const y = (v: number) => 6 + ((100 - Math.max(floor, v)) / (100 - floor)) * (base - 6);
	const step = (w - left - 4) / Math.max(1, points.length);
	return (
		<svg class="trend" viewBox={`0 0 ${w} ${h}`} role="img" aria-label={label}>
			<defs>
				<pattern id={`${id}-miss`} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
					<rect width="4" height="4" class="trend-miss-ground" /><rect width="1.6" height="4" class="trend-miss-bar" />
				</pattern>
			</defs>
			{[100, floor].map((v) => (
				<g key={v}><line x1={left} x2={w} y1={y(v)} y2={y(v)} class="trend-rule" /><text x={left - 5} y={y(v) + 3.5} class="trend-text" text-anchor="end">{v}</text></g>
			))}
			{points.map((p, i) => {
				const x = left + 2 + i * step;
				const bw = Math.max(3, step - 5);
				if (p.value === null) return <circle key={p.key} cx={x + bw / 2} cy={base - 3} r="1.5" class="trend-none"><title>{`${p.label}: ${t('sla.none')}`}</title></circle>;
				const kept = goal === null || p.value >= goal;
				return (
					<rect key={p.key} x={x} width={bw} y={y(p.value)} height={Math.max(2, base - y(p.value))} rx="1.5"
						class={kept ? 'trend-kept' : 'trend-missed'} fill={kept ? undefined : `url(#${id}-miss)`}>
						<title>{`${p.label}: ${pct(p.value)} · ${t('sla.ofN', { n: p.of })}`}</title>
					</rect>
				);
			})}
			{goal !== null && <line x1={left} x2={w} y1={y(goal)} y2={y(goal)} class="trend-goal" />}
			{points.map((p, i) => (i % 3 === 0 || points.length < 7
				? <text key={p.key} x={left + 2 + i * step} y={h - 4} class="trend-text">{p.label}</text> : null))}
		</svg>
	);
}

export function TwinTable({ caption, head, rows }: { caption: string; head: string[]; rows: (string | number)[][] }) {
	return (
		<div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
			<table class="table table-dense">
				<caption class="hidden">{caption}</caption>
				<thead><tr>{head.map((x, i) => <th key={i} scope="col" class={i ? 'right' : ''}>{x}</th>)}</tr></thead>
				<tbody>{rows.map((r, j) => (
					<tr key={j}>{r.map((c, i) => (i ? <td key={i} class="right">{typeof c === 'number' ? num(c) : c}</td> : <th key={i} scope="row">{c}</th>))}</tr>
				))}</tbody>
			</table>
		</div>
	);
}

// A picture and its table: equals, one switch.
export function Twin({ title, chart, table, aside }: { title: string; chart: ComponentChildren; table: ComponentChildren; aside?: ComponentChildren }) {
	const [show, setShow] = useState<'chart' | 'table'>('chart');
	return (
		<section class="card twin">
			<header class="card-head">
				<h2>{title}</h2>
				<div class="card-tools">
					{aside}
					<Segmented value={show} onChange={setShow} label={t('chart.show')}
						options={[{ value: 'chart', label: t('chart.chart'), icon: 'chart' }, { value: 'table', label: t('chart.table'), icon: 'table' }]} />
				</div>
			</header>
			{show === 'chart' ? chart : table}
		</section>
	);
}

// Share against goal as a bar with a mark; the figure beside it says the same.
export function Share({ value, goal }: { value: number | null; goal: number | null }) {
	if (value === null) return <span class="share share-none" aria-hidden="true" />;
	const miss = goal !== null && value < goal;
	return (
		<span class={`share ${miss ? 'share-miss' : ''}`} aria-hidden="true">
			<span class="share-fill" style={{ width: `${value}%` }} />
			{goal !== null && <span class="share-goal" style={{ left: `${goal}%` }} />}
		</span>
	);
}

export type Lane = { id: string; who: 'us' | 'supplier'; clock: Clock };

const instant = (s: string | null | undefined) => (s ? Date.parse(s) : null);

function end(c: Clock): number {
	if (c.stopped_at) return Date.parse(c.stopped_at);
	return now.value;
}

// All clocks of a case on one time axis: ran, paused (hatched), past the target, and the mark where it is due.
export function ClockLanes({ lanes }: { lanes: Lane[] }) {
	const starts = lanes.map((l) => instant(l.clock.started_at)).filter((x): x is number => x !== null);
	if (!starts.length) return null;
	const from = Math.min(...starts);
	const to = Math.max(from + 3_600_000, ...lanes.map((l) => Math.max(end(l.clock), instant(l.clock.due_at) ?? 0, instant(l.clock.breached_at) ?? 0)));
	const span = (to - from) * 1.02;
	const x = (ms: number) => `${Math.max(0, Math.min(100, ((ms - from) / span) * 100))}%`;
	const width = (a: number, b: number) => `${Math.max(0.4, ((b - a) / span) * 100)}%`;
	const ticks = [0, 0.25, 0.5, 0.75, 1].map((f) => from + span * f * 0.98);
	return (
		<div class="lanes">
			{lanes.map((l) => {
				const c = l.clock;
				const s = instant(c.started_at) ?? from;
				const e = Math.max(s, end(c));
				const b = instant(c.breached_at);
				const due = b ?? instant(c.due_at);
				const name = word('metric', c.metric) + (c.metric === 'update' && c.ordinal ? ` ${num(c.ordinal)}` : '');
				const face = faceOf(c, c.metric);
				return (
					<div key={l.id} class={`lane lane-${l.who}`}>
						<div class="lane-name">
							<Icon name={face === 'breach' ? 'breach' : face === 'met' ? 'met' : face === 'paused' ? 'pause' : face === 'risk' ? 'risk' : face === 'none' ? 'minus' : 'clock'} size={14} />
							<span>{name}</span>
						</div>
						<div class="lane-track" aria-hidden="true">
							<span class="lane-run" style={{ left: x(s), width: width(s, b && b < e ? b : e) }} />
							{b !== null && b < e && <span class="lane-over" style={{ left: x(b), width: width(b, e) }} />}
							{c.pauses.map((p, i) => {
								const a = Date.parse(p.from);
								const z = Math.min(e, instant(p.to) ?? e);
								return <span key={i} class="lane-pause" title={`${p.reason ? word('pause', p.reason) : t('pause.unsaid')} · ${whenFull(p.from)}`} style={{ left: x(a), width: width(a, z) }} />;
							})}
							{due !== null && <span class="lane-due" title={t('clock.dueAt', { time: whenFull(new Date(due).toISOString()) })} style={{ left: x(due) }} />}
						</div>
						<div class={`lane-figure lane-${face}`}>{t('clock.ofTarget', { elapsed: hours(c.elapsed_s), target: hours(c.target_s) })}</div>
					</div>
				);
			})}
			<div class="lane lane-axis" aria-hidden="true">
				<div class="lane-name" />
				<div class="lane-track">{ticks.map((m, i) => <span key={i} class={`lane-tick lane-tick-${i}`} style={{ left: x(m) }}>{(span < 20 * 3_600_000 ? clock : whenShort)(new Date(m).toISOString())}</span>)}</div>
				<div class="lane-figure" />
			</div>
		</div>
	);
}

// The pauses of a clock, each with whoever recorded the event that began it.
export function pausesOf(c: Clock, events: Event[]): (Pause & { metric: string })[] {
	return c.pauses.map((p) => ({ ...p, metric: c.metric, author: p.author ?? events.find((e) => e.seq === p.from_seq)?.author ?? null }));
}

export function PauseRows({ pauses }: { pauses: (Pause & { metric: string })[] }) {
	if (!pauses.length) return <p class="muted">{t('pause.nobody')}</p>;
	return (
		<ul class="pauses">
			{pauses.map((p, i) => (
				<li key={i}>
					<Icon name="pause" size={14} />
					<div>
						<span>{word('metric', p.metric)}: {p.reason ? word('pause', p.reason) : t('pause.unsaid')}</span>
						<span class="muted">{whenShort(p.from)} – {p.to ? whenShort(p.to) : t('pause.still')}
							{' · '}{hours((Date.parse(p.to ?? new Date(now.value).toISOString()) - Date.parse(p.from)) / 1000)}
							{p.waits_for ? ` · ${t('pause.waits', { who: word('party', p.waits_for) })}` : ''}
							{p.author ? ` · ${p.author.name}` : ''}</span>
					</div>
				</li>
			))}
		</ul>
	);
}
