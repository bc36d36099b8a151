// The impact as a graph: laid out in a worker, drawn as links over lines, so that it is read and walked by keys like any list. The list beside it
// says the same.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fold } from '../graph/fold';
import type { Drawn } from '../graph/fold';
import type { LayoutAsk, LayoutTell } from '../graph/worker';
import { num, t, word } from '../lib/i18n';
import { labelOf } from '../lib/label';
import type { CiItem, Impact } from '../lib/types';
import { Skeleton } from './bits';
import { Icon } from './icons';

declare const GRAPH_WORKER: string;
const WIDTH = 168;
const HEIGHT = 44;
let asked = 0;

function curve(points: { x: number; y: number }[]): string {
	return points.map((p, i) => `${i ? 'L' : 'M'}${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(' ');
}

export default function CiGraph({ impact, starts, up }: { impact: Impact; starts: CiItem[]; up: boolean }) {
	const [opened, setOpened] = useState<Set<string>>(new Set());
	const [placed, setPlaced] = useState<LayoutTell | null>(null);
	const [failed, setFailed] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const drawn = useMemo(() => fold(impact, starts, up, opened), [impact, opened, up]);
	const narrow = typeof window !== 'undefined' && window.innerWidth < 700;
	useEffect(() => {
		let worker: Worker;
		try {
			worker = new Worker(GRAPH_WORKER, { type: 'module' });
		} catch {
			setFailed(true);
			return;
		}
		const id = ++asked;
		worker.onmessage = (e: MessageEvent<LayoutTell>) => e.data.id === id && setPlaced(e.data);
		worker.onerror = () => setFailed(true);
		const ask: LayoutAsk = { id, across: !narrow, nodes: drawn.nodes.map((n) => ({ key: n.key, width: WIDTH, height: HEIGHT })), edges: drawn.lines.map((l) => ({ from: l.from, to: l.to })) };
		worker.postMessage(ask);
		return () => worker.terminate();
	}, [drawn]);
	// Arrow keys go to the nearest node that way.
	const walk = (e: KeyboardEvent, from: Drawn) => {
		const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[e.key];
		const here = placed?.nodes[from.key];
		if (!step || !here || !placed) return;
		e.preventDefault();
		let best = '', least = Infinity;
		for (const n of drawn.nodes) {
			const p = placed.nodes[n.key];
			if (!p || n.key === from.key) continue;
			const along = (p.x - here.x) * step[0] + (p.y - here.y) * step[1];
			const aside = Math.abs((p.x - here.x) * step[1]) + Math.abs((p.y - here.y) * step[0]);
			if (along > 4 && along + 2 * aside < least) {
				least = along + 2 * aside;
				best = n.key;
			}
		}
		if (best) box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(best)}"]`)?.focus();
	};
	if (failed) return <p class="muted" role="status">{t('impact.noGraph')}</p>;
	if (!placed || !drawn.nodes.every((n) => placed.nodes[n.key])) return <Skeleton rows={6} />;
	const style = (n: Drawn) => ({ left: `${placed.nodes[n.key].x - WIDTH / 2}px`, top: `${placed.nodes[n.key].y - HEIGHT / 2}px`, width: `${WIDTH}px`, height: `${HEIGHT}px` });
	const lineOf = new Map(drawn.lines.map((l) => [`${l.from} ${l.to}`, l]));
	return (
		<div class="graph" ref={box} role="group" aria-label={t('impact.graph')} tabIndex={0}>
			<div class="graph-plane" style={{ width: `${placed.width}px`, height: `${placed.height}px` }}>
				<svg width={placed.width} height={placed.height} aria-hidden="true">
					<defs><marker id="graph-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" /></marker></defs>
					{placed.edges.map((e) => {
						const l = lineOf.get(`${e.from} ${e.to}`);
						return <path key={`${e.from} ${e.to}`} d={curve(e.points)} class={l?.redundant ? 'spare' : ''} marker-end="url(#graph-tip)"><title>{l?.relation}</title></path>;
					})}
				</svg>
				{drawn.nodes.map((n) => (n.ci
					? <a key={n.key} data-node={n.key} href={`/cmdb/${n.ci.id}`} class={`graph-node ${n.state}`} style={style(n)} aria-current={n.state === 'start' ? 'true' : undefined}
						title={n.ci.name} onKeyDown={(e) => walk(e, n)}><b class="clip">{n.ci.name}</b><span class="clip">{n.state === 'at_risk' && <Icon name="risk" size={12} />}{labelOf(n.ci.class)}{n.state === 'at_risk' ? ` · ${word('impactState', 'at_risk')}` : n.strength < 1 ? ` · ${num(Math.round(n.strength * 100))} %` : ''}</span></a>
					: <button key={n.key} type="button" data-node={n.key} class={`graph-node many ${n.state}`} style={style(n)} onClick={() => setOpened(new Set([...opened, n.key]))} onKeyDown={(e) => walk(e, n)}>
						<b class="clip">{t('impact.many', { n: n.count })}</b><span class="clip">{n.label}</span></button>))}
			</div>
		</div>
	);
}

