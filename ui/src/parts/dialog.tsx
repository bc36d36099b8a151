// Native dialogs and toasts. A dialog never drops what was typed: its texts live in the draft of the caller.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../lib/i18n';
import { Icon } from './icons';
import type { IconName } from './icons';

export function Dialog({ title, onClose, children, wide, closable = true }: {
	title: string; onClose: () => void; children: ComponentChildren; wide?: boolean; closable?: boolean;
}) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		const d = ref.current;
		const before = document.activeElement as HTMLElement | null;
		if (d && !d.open) d.showModal();
		const first = d?.querySelector<HTMLElement>('[data-focus]') ?? d?.querySelector<HTMLElement>('.dialog-body input, .dialog-body textarea, .dialog-body select');
		first?.focus();
		return () => {
			d?.close();
			if (before?.isConnected) before.focus();
		};
	}, []);
	return (
		<dialog ref={ref} class={`dialog ${wide ? 'dialog-wide' : ''}`} aria-labelledby={id}
			onCancel={(e) => {
				e.preventDefault();
				if (closable) onClose();
			}}
			onKeyDown={(e) => {
				if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
					e.preventDefault();
					ref.current?.querySelector<HTMLFormElement>('form')?.requestSubmit();
				}
			}}>
			<header class="dialog-head">
				<h2 id={id}>{title}</h2>
				{closable && <button type="button" class="icon-button" aria-label={t('action.close')} title={t('action.close')} onClick={onClose}><Icon name="close" /></button>}
			</header>
			{children}
		</dialog>
	);
}

type Toast = { id: number; text: string; icon?: IconName; action?: { label: string; run: () => void }; untilMs: number };
const toasts = signal<Toast[]>([]);
let nextToast = 1;

export function dropToast(id: number): void {
	toasts.value = toasts.value.filter((x) => x.id !== id);
}

export function toast(text: string, o: { icon?: IconName; action?: Toast['action']; seconds?: number } = {}): number {
	const id = nextToast++;
	const seconds = o.seconds ?? (o.action ? 10 : 5);
	toasts.value = [...toasts.value.slice(-3), { id, text, icon: o.icon, action: o.action, untilMs: Date.now() + seconds * 1000 }];
	setTimeout(() => dropToast(id), seconds * 1000);
	return id;
}

// The action that `z` takes back: the newest toast that has one.
export function undoLast(): void {
	const last = [...toasts.value].reverse().find((x) => x.action);
	if (!last) return;
	dropToast(last.id);
	last.action?.run();
}

function Countdown({ untilMs }: { untilMs: number }) {
	const [left, setLeft] = useState(Math.ceil((untilMs - Date.now()) / 1000));
	useEffect(() => {
		const i = setInterval(() => setLeft(Math.max(0, Math.ceil((untilMs - Date.now()) / 1000))), 250);
		return () => clearInterval(i);
	}, [untilMs]);
	return <span class="toast-count" aria-hidden="true">{left}</span>;
}

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map((x) => (
				<div key={x.id} class="toast">
					{x.icon && <Icon name={x.icon} />}
					<span>{x.text}</span>
					{x.action && (
						<button type="button" class="button small" onClick={() => {
							dropToast(x.id);
							x.action?.run();
						}}>{x.action.label} <Countdown untilMs={x.untilMs} /></button>
					)}
					<button type="button" class="icon-button" aria-label={t('action.close')} onClick={() => dropToast(x.id)}><Icon name="close" /></button>
				</div>
			))}
		</div>
	);
}
