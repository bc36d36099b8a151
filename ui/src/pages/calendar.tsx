// One calendar: the week, the year day by day, official years and holidays of a file taken over, and what a change does to open clocks
// before it is saved.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { request } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { hours, isoDay, now, when, whenDay } from '../lib/format';
import { lang, num, t, tx, word } from '../lib/i18n';
import { writesTerms } from '../lib/session';
import { dayWords, daysOfYear, minuteOf, readWindows, windowsOf, writeWindows } from '../lib/terms';
import type { Calendar, Day, Effect, Exception, Hours, OfficialYear, Window } from '../lib/terms';
import type { Page, Ref } from '../lib/types';
import { ErrorNote, Field, Skeleton } from '../parts/bits';
import { toast } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';
import { Part } from '../parts/terms-view';
import { YearView, dayTitle } from '../parts/year-view';

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const dayName = (n: number) => new Intl.DateTimeFormat(lang.value, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, n));
const bodyOf = (h: Hours): Hours => ({ name: h.name, zone: h.zone, week: h.week, exceptions: h.exceptions });

function DayBar({ windows }: { windows: Window[] }) {
	return <span class="day-bar" aria-hidden="true">{windows.map(([from, to]) => <span key={from} style={{ left: `${minuteOf(from) / 14.4}%`, width: `${(minuteOf(to) - minuteOf(from)) / 14.4}%` }} />)}</span>;
}

// Hours as text; what cannot be read stays in the field with a word, and the last readable ones count.
function WindowsInput({ windows, onChange, label }: { windows: Window[]; onChange: (w: Window[]) => void; label: string }) {
	const [text, setText] = useState(writeWindows(windows));
	const last = useRef(writeWindows(windows));
	const now = writeWindows(windows);
	if (now !== last.current) {
		last.current = now;
		if (writeWindows(readWindows(text) ?? []) !== now) setText(now);
	}
	const wrong = readWindows(text) === null;
	return (
		<span class={`windows-input ${wrong ? 'field-wrong' : ''}`}>
			<input class="num" value={text} aria-label={label} aria-invalid={wrong ? 'true' : undefined} placeholder={t('calendar.dayOff')} onInput={(e) => {
				setText(e.currentTarget.value);
				const read = readWindows(e.currentTarget.value);
				if (read) {
					last.current = writeWindows(read);
					onChange(read);
				}
			}} />
			{wrong && <span class="field-error">{t('calendar.windowsHint')}</span>}
		</span>
	);
}

function Week({ hours: h, set }: { hours: Hours; set: ((h: Hours) => void) | null }) {
	return (
		<ul class="week">{DAYS.map((day) => {
			const windows = windowsOf(h.week, day);
			return (
				<li key={day}><span class="week-day">{dayName(day)}</span><DayBar windows={windows} />
					{set ? <WindowsInput windows={windows} label={dayName(day)} onChange={(w) => set({ ...h, week: [...h.week.filter((x) => x.day !== day), ...w.map(([from, to]) => ({ day, from, to }))].sort((a, b) => a.day - b.day || a.from.localeCompare(b.from)) })} />
						: <span class="num">{windows.length ? writeWindows(windows) : <span class="muted">{t('calendar.dayOff')}</span>}</span>}</li>
			);
		})}</ul>
	);
}

const withException = (h: Hours, date: string, windows: Window[] | null): Hours => ({
	...h, exceptions: [...h.exceptions.filter((e) => e.date !== date), ...(windows ? [{ date, hours: windows }] : [])].sort((a, b) => a.date.localeCompare(b.date)),
});

function DayPanel({ day, hours: h, set }: { day: Day; hours: Hours; set: ((h: Hours) => void) | null }) {
	const own = h.exceptions.find((e) => e.date === day.date);
	return (
		<div class="day-panel"><p><b>{dayTitle(day)}</b></p>
			{set && (
				<div class="buttons">
					<WindowsInput key={day.date} windows={day.hours} label={t('calendar.hoursOf', { day: dayWords(day.date) })} onChange={(w) => set(withException(h, day.date, w))} />
					{!own?.hours.length || day.worked_s > 0 ? <button type="button" class="button small" onClick={() => set(withException(h, day.date, []))}>{t('calendar.makeHoliday')}</button> : null}
					{own && <button type="button" class="button small" onClick={() => set(withException(h, day.date, null))}><Icon name="undo" size={14} />{t('calendar.asWeekday')}</button>}
				</div>
			)}
		</div>
	);
}

// The effect as the server computes it, a moment after the last change.
function useEffectOf(id: string, draft: Hours | null): { effect: Effect | null; error: ApiError | null; asking: boolean } {
	const [state, setState] = useState<{ effect: Effect | null; error: ApiError | null; asking: boolean }>({ effect: null, error: null, asking: false });
	const turn = useRef(0);
	const text = draft ? JSON.stringify(bodyOf(draft)) : '';
	useEffect(() => {
		const mine = ++turn.current;
		if (!text) {
			setState({ effect: null, error: null, asking: false });
			return;
		}
		setState((s) => ({ ...s, asking: true }));
		const timer = setTimeout(() => {
			request<Effect>(`/calendars/${id}/preview`, { method: 'POST', body: JSON.parse(text) }).then(
				({ data }) => mine === turn.current && setState({ effect: data, error: null, asking: false }),
				(e) => mine === turn.current && setState({ effect: null, error: asError(e), asking: false }),
			);
		}, 500);
		return () => clearTimeout(timer);
	}, [id, text]);
	return state;
}

function EffectView({ effect }: { effect: Effect }) {
	return (
		<>
			<p>{tx('calendar.effect', { days: <b>{t('calendar.nDays', { n: effect.days_changed })}</b>, moved: <b>{t('calendar.nClocks', { n: effect.moved })}</b>, open: num(effect.open) })}{effect.moved > 0 && <span class="muted"> {t('calendar.effectWays', { later: effect.later, earlier: effect.earlier })}</span>}</p>
			{effect.clocks.length > 0 && (
				<div class="table-scroll" tabIndex={0} role="region" aria-label={t('calendar.movedClocks')}>
					<table class="table table-dense"><thead><tr><th scope="col">{t('calendar.clock')}</th><th scope="col">{t('sla.metric')}</th><th scope="col">{t('calendar.dueNow')}</th><th scope="col">{t('calendar.dueThen')}</th></tr></thead>
						<tbody>{effect.clocks.slice(0, 50).map((c, i) => (
							<tr key={i}><th scope="row"><a class="num" href={c.case ? `/cases/${c.case}` : `/desk/${c.ticket}`}>{c.case ?? c.ticket}</a> <span class="muted small">{c.supplier ?? ''}</span></th>
								<td>{word('metric', c.metric)}{c.state === 'paused' && <span class="muted small"> {word('clockState', 'paused')}</span>}</td>
								<td class="num">{c.due_at ? when(c.due_at) : '—'}</td><td class="num"><b>{c.new_due_at ? when(c.new_due_at) : '—'}</b></td></tr>
						))}</tbody></table>
					{effect.moved > 50 && <p class="muted small">{t('calendar.moreClocks', { n: effect.moved - 50 })}</p>}
				</div>
			)}
		</>
	);
}

function Official({ years, onTake, busy }: { years: OfficialYear[]; onTake: (year: OfficialYear) => void; busy: boolean }) {
	return (
		<ul class="official">{years.map((y) => (
			<li key={`${y.country}${y.year}`}><b class="num">{t('calendar.officialYear', { year: String(y.year) })}</b><span class="muted small">{t('calendar.norm', { days: y.working_days, hours: y.hours_40 })}</span>
				<span class="small">{lang.value === 'ru' ? y.act.title_ru : y.act.title_en}; {lang.value === 'ru' ? y.act.law_ru : y.act.law_en}</span>
				<button type="button" class="button small" disabled={busy} onClick={() => onTake(y)}><Icon name="download" size={14} />{t('calendar.take')}</button></li>
		))}</ul>
	);
}

function Uses({ x }: { x: Calendar }) {
	const list = (title: string, refs: Ref[], href?: (r: Ref) => string) => refs.length > 0 && <><dt>{title}</dt><dd>{refs.map((r, i) => <span key={r.id}>{i > 0 && ', '}{href ? <a href={href(r)}>{r.name}</a> : r.name}</span>)}</dd></>;
	const { contracts, policies, services } = x.used_by;
	if (!contracts.length && !policies.length && !services.length) return <p class="muted">{t('calendar.unused')}</p>;
	return <dl class="facts">{list(t('tab.contracts'), contracts, (r) => `/suppliers/contracts/${r.id}`)}{list(t('calendar.policies'), policies)}{list(t('calendar.services'), services, (r) => `/cmdb/${r.id}`)}</dl>;
}

export default function CalendarPage({ id }: { id: string }) {
	const data = useFetch<Calendar>(`/calendars/${id}`);
	const x = data.data;
	const thisYear = Number(isoDay(now.value).slice(0, 4));
	const [year, setYear] = useState(thisYear);
	const [draft, setDraft] = useState<Hours | null>(null);
	const [chosen, setChosen] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	const official = useFetch<Page<OfficialYear>>(draft ? '/calendars/official' : null);
	const days = useFetch<Page<Day>>(x && !draft ? `/calendars/${id}/days?from=${year}-01-01&to=${year + 1}-01-01` : null);
	const run = useEffectOf(id, draft && x && JSON.stringify(bodyOf(draft)) !== JSON.stringify(bodyOf(x)) ? draft : null);
	useEffect(() => setChosen(''), [year]);
	if (data.error && !x) return <div class="page"><PageTitle text={t('tab.calendars')} /><SupplierTabs /><ErrorNote error={data.error} onRetry={() => void data.reload()} /></div>;
	if (!x) return <div class="page"><PageTitle text={t('tab.calendars')} /><SupplierTabs /><Skeleton rows={10} /></div>;
	const h = draft ?? x;
	const shown = draft ? daysOfYear(draft, year) : days.data?.items ?? [];
	const day = shown.find((d) => d.date === chosen);
	const saved = new Map(x.exceptions.map((e) => [e.date, JSON.stringify(e.hours)]));
	const changed = draft ? new Set([...draft.exceptions.filter((e) => saved.get(e.date) !== JSON.stringify(e.hours)).map((e) => e.date), ...x.exceptions.filter((e) => !draft.exceptions.some((y) => y.date === e.date)).map((e) => e.date)]) : undefined;
	// The server merges into the hours as saved; what differs from them joins what is being edited.
	const merge = (exceptions: Exception[]) => {
		let next = draft ?? bodyOf(x);
		for (const e of exceptions) if (saved.get(e.date) !== JSON.stringify(e.hours)) next = withException(next, e.date, e.hours);
		setDraft(next);
	};
	const ask = async (path: string, body: unknown, done: string) => {
		setBusy(true);
		setError(null);
		try {
			const answer = (await request<Calendar>(`/calendars/${id}/${path}?dry_run=true`, { method: 'POST', body })).data;
			merge(answer.exceptions);
			toast(done, { icon: 'check' });
		} catch (e) {
			setError(asError(e));
		} finally {
			setBusy(false);
		}
	};
	const save = async () => {
		if (!draft) return;
		setBusy(true);
		setError(null);
		try {
			await request<Calendar>(`/calendars/${id}`, { method: 'PUT', body: bodyOf(draft), etag: data.etag });
			setDraft(null);
			toast(t('app.saved'), { icon: 'check' });
			await data.reload();
		} catch (e) {
			setError(asError(e));
		} finally {
			setBusy(false);
		}
	};
	return (
		<div class="page calendar-page">
			<PageTitle text={x.name} />
			<SupplierTabs />
			<header class="page-head">
				<div><h1>{x.name}</h1><p class="muted">{x.zone} · {x.known_until ? t('calendar.known', { day: dayWords(x.known_until) }) : t('calendar.noHolidays')} · {x.changed_by ? t('calendar.changedBy', { name: x.changed_by.name, when: whenDay(x.changed_at) }) : t('calendar.changed', { when: whenDay(x.changed_at) })}</p></div>
				{writesTerms.value && <div class="page-tools">{draft ? <button type="button" class="button" onClick={() => setDraft(null)}>{t('calendar.drop')}</button> : <button type="button" class="button primary" onClick={() => setDraft(bodyOf(x))}><Icon name="edit" />{t('calendar.edit')}</button>}</div>}
			</header>
			{x.ends && <p class="banner-risk"><Icon name="risk" /><span>{t('calendar.endsWhy', { day: x.known_until ? dayWords(x.known_until) : '' })}</span></p>}
			{error && <ErrorNote error={error} kept={t('terms.kept')} />}
			<div class={draft ? 'calendar-edit' : ''}>
				<div class="calendar-main">
					<Part title={t('calendar.week')}>
						{draft && <div class="two"><Field label={t('calendar.name')} required><input value={draft.name} onInput={(e) => setDraft({ ...draft, name: e.currentTarget.value })} /></Field><Field label={t('calendar.zone')} required><input value={draft.zone} onInput={(e) => setDraft({ ...draft, zone: e.currentTarget.value })} /></Field></div>}
						<Week hours={h} set={draft ? setDraft : null} />
					</Part>
					<Part title={String(year)} tools={<><button type="button" class="icon-button" aria-label={String(year - 1)} onClick={() => setYear(year - 1)}><Icon name="left" /></button><button type="button" class="icon-button" aria-label={String(year + 1)} onClick={() => setYear(year + 1)}><Icon name="right" /></button></>}>
						{shown.length ? <YearView days={shown} chosen={chosen} onChoose={setChosen} changed={changed} /> : <Skeleton rows={8} />}
						{day && <DayPanel day={day} hours={h} set={draft ? setDraft : null} />}
					</Part>
				</div>
				{draft && (
					<aside class="terms-outcome">
						<Part title={t('calendar.effectTitle')}>
							{run.error ? <ErrorNote error={run.error} /> : run.effect ? <EffectView effect={run.effect} /> : <p class="muted">{run.asking ? t('app.loading') : t('calendar.nothingYet')}</p>}
							<button type="button" class="button primary" disabled={busy || run.asking || !run.effect && draft.name === x.name} onClick={() => void save()}><Icon name="save" />{t('action.save')}</button>
						</Part>
						<Part title={t('calendar.takeOver')}>
							{official.data && <Official years={official.data.items} busy={busy} onTake={(y) => {
								setYear(y.year);
								void ask('official', { country: y.country, years: [y.year] }, t('calendar.took', { year: String(y.year) }));
							}} />}
							<div class="buttons">
								<button type="button" class="button small" disabled={busy} onClick={() => {
									setYear(year + 1);
									void ask('copy-year', { from: year, to: year + 1 }, t('calendar.took', { year: String(year + 1) }));
								}}>{t('calendar.copyYear', { from: String(year), to: String(year + 1) })}</button>
								<label class="button small file-button"><Icon name="calendar" size={14} />{t('calendar.ics')}<input type="file" accept="text/calendar,.ics" class="hidden" onChange={(e) => {
									const file = e.currentTarget.files?.[0];
									e.currentTarget.value = '';
									if (!file) return;
									const form = new FormData();
									form.append('file', file);
									void ask('ics', form, t('calendar.tookFile', { name: file.name }));
								}} /></label>
							</div>
						</Part>
					</aside>
				)}
			</div>
			{!draft && <Part title={t('calendar.usedBy')}><Uses x={x} /></Part>}
			{day && !draft && <p class="hidden" role="status">{hours(day.worked_s)}</p>}
		</div>
	);
}
