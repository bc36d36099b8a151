// A year as twelve months of coloured days; each month with its working days and hours. A day says what it is in words too.
import { num, t, word } from '../lib/i18n';
import { hours, monthName } from '../lib/format';
import { dayWords, writeWindows } from '../lib/terms';
import type { Day } from '../lib/terms';
import { lang } from '../lib/i18n';

const weekdayName = (n: number) => new Intl.DateTimeFormat(lang.value, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, n));

export const dayTitle = (d: Day) => `${dayWords(d.date)}: ${word('dayKind', d.kind)}${d.worked_s ? `, ${writeWindows(d.hours)} (${hours(d.worked_s)})` : ''}`;

export function YearView({ days, chosen, onChoose, changed }: { days: Day[]; chosen: string; onChoose: (date: string) => void; changed?: Set<string> }) {
	const months = Array.from({ length: 12 }, (_, m) => days.filter((d) => Number(d.date.slice(5, 7)) === m + 1));
	const total = days.reduce((n, d) => n + d.worked_s, 0);
	return (
		<>
			<div class="year">{months.map((month) => month.length > 0 && (
				<section key={month[0].date} class="month">
					<h3>{monthName(month[0].date.slice(0, 7), true)}<span class="muted small num">{t('calendar.monthSum', { days: month.filter((d) => d.worked_s > 0).length, hours: hours(month.reduce((n, d) => n + d.worked_s, 0)) })}</span></h3>
					<div class="month-days">
						{[1, 2, 3, 4, 5, 6, 7].map((n) => <span key={n} class="month-head" aria-hidden="true">{weekdayName(n)}</span>)}
						{month.map((d, i) => (
							<button key={d.date} type="button" class={`day day-${d.kind} ${chosen === d.date ? 'on' : ''} ${changed?.has(d.date) ? 'day-changed' : ''}`} style={i === 0 ? { gridColumnStart: d.weekday } : undefined}
								title={dayTitle(d)} aria-label={dayTitle(d)} aria-pressed={chosen === d.date} onClick={() => onChoose(d.date)}>{num(Number(d.date.slice(8)))}</button>
						))}
					</div>
				</section>
			))}</div>
			<p class="legend muted small">{(['working', 'off', 'holiday', 'short', 'long', 'moved'] as const).map((kind) => <span key={kind} class="day-key"><span class={`day day-${kind}`} aria-hidden="true" />{word('dayKind', kind)}</span>)}
				<b class="num">{t('calendar.yearSum', { days: days.filter((d) => d.worked_s > 0).length, hours: hours(total) })}</b></p>
		</>
	);
}
