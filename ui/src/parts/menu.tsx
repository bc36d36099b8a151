// A button with a list of actions: arrows move, Escape and a click outside close it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons';
import type { IconName } from './icons';

export type MenuItem = { label: string; icon?: IconName; run: () => void; checked?: boolean; danger?: boolean; hint?: string } | 'line' | { heading: string };

// `named`: the button's own text names it.
export function Menu({ label, button, items, align = 'end', up, cls = 'icon-button', named }: {
	label: string; named?: boolean; button: ComponentChildren; items: MenuItem[]; align?: 'start' | 'end'; up?: boolean; cls?: string;
}) {
	const [open, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const buttonRef = useRef<HTMLButtonElement>(null);
	const entries = () => [...(box.current?.querySelectorAll<HTMLElement>('.menu [role^=menuitem]') ?? [])];
	useEffect(() => {
		if (!open) return;
		entries()[0]?.focus();
		const outside = (e: PointerEvent) => {
			if (!box.current?.contains(e.target as Node)) setOpen(false);
		};
		document.addEventListener('pointerdown', outside);
		return () => document.removeEventListener('pointerdown', outside);
	}, [open]);
	const onKey = (e: KeyboardEvent) => {
		if (!open) return;
		const all = entries();
		const i = all.indexOf(document.activeElement as HTMLElement);
		if (e.key === 'Escape' || e.key === 'Tab') {
			if (e.key === 'Escape') {
				e.preventDefault();
				e.stopPropagation();
			}
			setOpen(false);
			buttonRef.current?.focus();
		} else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
			e.preventDefault();
			all[(i + (e.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length]?.focus();
		}
	};
	return (
		<div class="menu-box" ref={box} onKeyDown={onKey}>
			<button ref={buttonRef} type="button" class={cls} aria-haspopup="menu" aria-expanded={open} aria-label={named ? undefined : label} title={label}
				onClick={() => setOpen(!open)}>{button}</button>
			{open && (
				<div class={`menu menu-${align} ${up ? 'menu-up' : ''}`} role="menu" aria-label={label}>
					{items.map((it, i) => {
						if (it === 'line') return <hr key={i} role="separator" />;
						if ('heading' in it) return <div key={i} class="menu-heading" role="presentation">{it.heading}</div>;
						return (
							<button key={i} type="button" tabIndex={-1} class={it.danger ? 'danger' : ''}
								role={it.checked === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={it.checked}
								onClick={() => {
									setOpen(false);
									buttonRef.current?.focus();
									it.run();
								}}>
								<span class="menu-icon">{it.checked ? <Icon name="check" /> : it.icon ? <Icon name={it.icon} /> : null}</span>
								<span>{it.label}</span>
								{it.hint && <kbd>{it.hint}</kbd>}
							</button>
						);
					})}
				</div>
			)}
		</div>
	);
}
