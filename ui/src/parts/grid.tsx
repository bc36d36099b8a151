// A list of any length in a fixed number of row elements: rows are recycled while scrolling, so 10,000 cost as much as 40.
// The grid itself holds the focus and names the row at the cursor; rows never move by themselves.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const SPARE = 8;

export function Grid<T>({ items, rowHeight, keyOf, row, head, at, onAt, onOpen, onEnd, label, rowClass, hrefOf, id }: {
	items: T[];
	rowHeight: number;
	keyOf: (v: T) => string;
	row: (v: T, i: number) => ComponentChildren;
	head?: ComponentChildren;
	at: number;
	onAt: (i: number) => void;
	onOpen: (v: T) => void;
	onEnd?: () => void;
	label: string;
	rowClass?: (v: T, i: number) => string;
	hrefOf?: (v: T) => string;
	id: string;
}) {
	const box = useRef<HTMLDivElement>(null);
	const [view, setView] = useState({ top: 0, height: 800 });
	const frame = useRef(0);

	useLayoutEffect(() => {
		const el = box.current;
		if (!el) return;
		const measure = () => setView((v) => ({ ...v, height: el.clientHeight }));
		measure();
		const watcher = new ResizeObserver(measure);
		watcher.observe(el);
		return () => watcher.disconnect();
	}, []);

	const count = Math.min(items.length, Math.ceil(view.height / rowHeight) + SPARE * 2);
	const start = Math.max(0, Math.min(items.length - count, Math.floor(view.top / rowHeight) - SPARE));

	useEffect(() => {
		if (onEnd && start + count >= items.length - 20) onEnd();
	}, [start, count, items.length]);

	useEffect(() => {
		const el = box.current;
		if (!el || at < 0) return;
		const headHeight = (el.querySelector('.grid-head') as HTMLElement | null)?.offsetHeight ?? 0;
		const top = at * rowHeight;
		if (top < el.scrollTop) el.scrollTop = top;
		else if (top + rowHeight > el.scrollTop + el.clientHeight - headHeight) el.scrollTop = top + rowHeight - el.clientHeight + headHeight;
	}, [at, rowHeight]);

	const onScroll = () => {
		if (frame.current) return;
		frame.current = requestAnimationFrame(() => {
			frame.current = 0;
			const top = box.current?.scrollTop ?? 0;
			// Fewer redraws: the spare rows cover the way in between.
			setView((v) => (Math.abs(v.top - top) < rowHeight * 3 && top > 0 ? v : { ...v, top }));
		});
	};
	const slots = [];
	for (let i = start; i < start + count; i++) slots.push(i);
	slots.sort((a, b) => (a % count) - (b % count));
	return (
		<div ref={box} id={id} class="grid" role="grid" tabIndex={0} aria-label={label} aria-rowcount={items.length + (head ? 1 : 0)}
			aria-activedescendant={at >= start && at < start + count && items[at] ? `${id}-${keyOf(items[at])}` : undefined}
			onScroll={onScroll}
			onKeyDown={(e) => {
				const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
				const moves: Record<string, number> = {
					ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: items.length - 1,
				};
				if (e.key in moves && !e.ctrlKey && !e.altKey) {
					e.preventDefault();
					onAt(Math.max(0, Math.min(items.length - 1, moves[e.key])));
				} else if (e.key === 'Enter' && !e.ctrlKey && e.target === box.current && items[at]) {
					e.preventDefault();
					e.stopPropagation();
					onOpen(items[at]);
				}
			}}>
			{head && <div class="grid-head" role="row" aria-rowindex={1}>{head}</div>}
			<div class="grid-body" role="rowgroup" style={{ height: `${items.length * rowHeight}px` }}>
				{slots.map((i) => {
					const v = items[i];
					return (
						<div key={i % count} id={`${id}-${keyOf(v)}`} role="row" aria-rowindex={i + (head ? 2 : 1)} aria-selected={i === at}
							class={`grid-row ${i === at ? 'at' : ''} ${rowClass?.(v, i) ?? ''}`}
							style={{ transform: `translateY(${i * rowHeight}px)`, height: `${rowHeight}px` }}
							onClick={(e) => {
								if ((e.target as Element).closest('input, button, label')) return;
								if ((e.ctrlKey || e.metaKey) && hrefOf) {
									window.open(hrefOf(v), '_blank', 'noopener');
									return;
								}
								if ((e.target as Element).closest('a') && (e.shiftKey || e.altKey)) return;
								e.preventDefault();
								onAt(i);
								onOpen(v);
							}}>
							{row(v, i)}
						</div>
					);
				})}
			</div>
		</div>
	);
}
