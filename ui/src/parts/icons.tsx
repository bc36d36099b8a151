// The program's own icons: 16×16, drawn with one stroke so that they sit on the text line.
const PATHS = {
	clock: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 4.8V8l2.2 1.6',
	risk: 'M8 2.4 14.2 13.4H1.8ZM8 6.4v3.2M8 11.4v.1',
	breach: 'M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4ZM5 8h6',
	pause: 'M5.5 3.5v9M10.5 3.5v9',
	supplier: 'M4.5 11.5 11.5 4.5M6 4.5h5.5V10',
	check: 'M3 8.6 6.4 12 13 4.6',
	met: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M5.4 8.2l1.9 1.9 3.4-3.9',
	close: 'M4 4l8 8M12 4l-8 8',
	plus: 'M8 3v10M3 8h10',
	minus: 'M3.5 8h9',
	search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.4 10.4 13.6 13.6',
	inbox: 'M2.2 9.2 4 3.4h8l1.8 5.8v3.6H2.2ZM2.2 9.2h3.4l1 1.8h2.8l1-1.8h3.4',
	person: 'M8 2.4a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4M2.8 13.6c.5-2.7 2.6-4 5.2-4s4.7 1.3 5.2 4',
	people: 'M6 3a2.4 2.4 0 1 0 0 4.8A2.4 2.4 0 0 0 6 3M1.6 13.2c.4-2.4 2.2-3.6 4.4-3.6s4 1.2 4.4 3.6M10.6 3.2a2.3 2.3 0 0 1 0 4.4M12 9.9c1.4.5 2.2 1.6 2.5 3.3',
	building: 'M3 13.6V3.2h6v10.4M9 6.4h4v7.2M1.8 13.6h12.4M5.2 5.8h1.6M5.2 8.2h1.6M5.2 10.6h1.6M11 8.8v.1M11 11.2v.1',
	boxes: 'M5.2 2.4h5.6v4.2H5.2ZM1.8 9.4h5.2v4.2H1.8ZM9 9.4h5.2v4.2H9ZM8 6.6v1.4M4.4 9.4V8h7.2v1.4',
	home: 'M2.4 7.4 8 2.6l5.6 4.8v6H9.8V9.6H6.2v3.8H2.4Z',
	down: 'M4 6.2 8 10l4-3.8',
	right: 'M6.2 4 10 8l-3.8 4',
	left: 'M9.8 4 6 8l3.8 4',
	up: 'M8 13V3.4M4 7.2l4-3.8 4 3.8',
	more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
	moon: 'M12.9 9.8A5.6 5.6 0 0 1 6.2 3.1a5.6 5.6 0 1 0 6.7 6.7Z',
	sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M3.5 12.5l.8-.8M11.7 4.3l.8-.8',
	screen: 'M2 3.2h12v7.6H2ZM5.4 13.6h5.2M8 10.8v2.8',
	globe: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M2.4 8h11.2M8 2.2c-4 3.6-4 8 0 11.6M8 2.2c4 3.6 4 8 0 11.6',
	out: 'M6.4 2.8H3v10.4h3.4M10 5l3 3-3 3M13 8H6.2',
	keyboard: 'M1.6 4.2h12.8v7.6H1.6ZM4 6.6h.1M6.6 6.6h.1M9.2 6.6h.1M11.8 6.6h.1M5 9.4h6',
	reply: 'M6.6 3.4 2.4 7.4l4.2 4M2.6 7.4h6.2c3 0 4.6 1.8 4.8 5.2',
	note: 'M4.4 7h7.2v6.2H4.4ZM5.8 7V5.2a2.2 2.2 0 0 1 4.4 0V7',
	send: 'M2.4 7.6 13.6 2.6 10.4 13.4 7.8 8.8ZM7.8 8.8l5.8-6.2',
	clip: 'M12.8 7.4 7.6 12.6a3 3 0 0 1-4.3-4.3l5.4-5.4a2 2 0 0 1 2.9 2.9L6.4 11a1 1 0 0 1-1.4-1.4l4.4-4.4',
	handover: 'M2.4 5.4h9.8M9.6 2.6l2.8 2.8-2.8 2.8M13.6 10.8H3.8M6.4 8l-2.8 2.8 2.8 2.8',
	link: 'M6.6 9.4a2.6 2.6 0 0 0 3.8.2l2-2a2.6 2.6 0 0 0-3.7-3.7l-1 1M9.4 6.6a2.6 2.6 0 0 0-3.8-.2l-2 2a2.6 2.6 0 0 0 3.7 3.7l1-1',
	download: 'M8 2.6v7.6M4.8 7.2 8 10.4l3.2-3.2M2.8 13.2h10.4',
	chart: 'M2.6 2.6v10.8h10.8M5.4 10.6V7.8M8.4 10.6V4.6M11.4 10.6V6.4',
	table: 'M2.2 3.2h11.6v9.6H2.2ZM2.2 6.4h11.6M2.2 9.6h11.6M6.4 6.4v6.4',
	laptop: 'M3.4 3.6h9.2v6.4H3.4ZM1.6 12.4h12.8',
	undo: 'M5.4 3 2.6 5.8l2.8 2.8M2.8 5.8h6.4a3.6 3.6 0 0 1 0 7.2H6',
	star: 'M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6Z',
	menu: 'M2.6 4.4h10.8M2.6 8h10.8M2.6 11.6h10.8',
	alert: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 5v3.6M8 10.9v.1',
	history: 'M2.6 8a5.4 5.4 0 1 0 1.8-4L2.6 5.6M2.6 2.6v3h3M8 5.2V8l2 1.4',
	calendar: 'M2.6 3.8h10.8v9.4H2.6ZM2.6 6.8h10.8M5.4 2.4v2.4M10.6 2.4v2.4',
	edit: 'M3 13l.6-2.8 7-7 2.2 2.2-7 7Z',
	refresh: 'M13.2 6.6a5.4 5.4 0 0 0-9.6-1.4L2.6 6.6M2.6 3.4v3.2h3.2M2.8 9.4a5.4 5.4 0 0 0 9.6 1.4l1-1.4M13.4 12.6V9.4h-3.2',
	flag: 'M3.6 14V2.6M3.6 3.2h8.8l-2 3 2 3H3.6',
	bulb: 'M5.8 11.2c-1.6-1-2.3-2.2-2.3-3.8a4.5 4.5 0 0 1 9 0c0 1.6-.7 2.8-2.3 3.8v1H5.8ZM6.4 14.2h3.2',
	save: 'M3 3h8l2 2v8H3ZM5.4 3v3.2h4.4V3M5.2 13V9.4h5.6V13',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, label }: { name: IconName; size?: number; label?: string }) {
	return (
		<svg class="icon" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor"
			stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"
			role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : 'true'} focusable="false">
			<path d={PATHS[name]} stroke-width={name === 'more' ? 2.6 : undefined} />
		</svg>
	);
}

export function Logo({ size = 24 }: { size?: number }) {
	return (
		<svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
			<rect width="32" height="32" rx="8" class="logo-ground" />
			<path d="M8 10l6 13h4l6-13" fill="none" class="logo-sign" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round" />
			<circle cx="16" cy="9.5" r="2.6" class="logo-dot" />
		</svg>
	);
}
