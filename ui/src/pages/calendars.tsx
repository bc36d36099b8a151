// Calendars: whose hours, until when holidays are known, who counts by them.
import { useState } from 'preact/hooks';
import type { ApiError } from '../lib/api';
import { request } from '../lib/api';
import { asError, useFetch } from '../lib/hooks';
import { hours } from '../lib/format';
import { num, t } from '../lib/i18n';
import { go } from '../lib/router';
import { session, writesTerms } from '../lib/session';
import { dayWords, minutesOf, windowsOf } from '../lib/terms';
import type { Calendar, WeekWindow } from '../lib/terms';
import type { Page } from '../lib/types';
import { ErrorNote, Field, Skeleton } from '../parts/bits';
import { Dialog } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { PageTitle } from '../parts/shell';
import { SupplierTabs } from '../parts/supplier-tabs';

const weekS = (week: WeekWindow[]) => [1, 2, 3, 4, 5, 6, 7].reduce((sum, day) => sum + minutesOf(windowsOf(week, day)) * 60, 0);

// A new calendar begins as a copy of one that is there, or with an office week.
function NewCalendar({ list, onClose }: { list: Calendar[]; onClose: () => void }) {
	const [name, setName] = useState('');
	const [from, setFrom] = useState('');
	const [zone, setZone] = useState(session.value?.person.zone ?? 'Europe/Moscow');
	const [error, setError] = useState<ApiError | null>(null);
	const copied = list.find((c) => String(c.id) === from);
	const week = copied?.week ?? [1, 2, 3, 4, 5].flatMap((day) => [{ day, from: '09:00', to: '13:00' }, { day, from: '14:00', to: '18:00' }]);
	return (
		<Dialog title={t('calendar.new')} onClose={onClose}>
			<form onSubmit={(e) => {
				e.preventDefault();
				request<Calendar>('/calendars', { method: 'POST', body: { name, zone: copied?.zone ?? zone, week, exceptions: copied?.exceptions ?? [] } }).then(({ data }) => go(`/suppliers/calendars/${data.id}`), (x) => setError(asError(x)));
			}}>
				<div class="dialog-body">
					<Field label={t('calendar.name')} required error={error?.field('name')}><input value={name} onInput={(e) => setName(e.currentTarget.value)} /></Field>
					<Field label={t('calendar.copyOf')} required={false}><select value={from} onChange={(e) => setFrom(e.currentTarget.value)}><option value="">{t('calendar.officeWeek')}</option>{list.map((c) => <option key={c.id} value={String(c.id)}>{c.name}</option>)}</select></Field>
					{!copied && <Field label={t('calendar.zone')} required error={error?.field('zone') ?? error?.field('week')}><input value={zone} onInput={(e) => setZone(e.currentTarget.value)} /></Field>}
					{error && <ErrorNote error={error} shown={['name', 'zone', 'week']} />}
				</div>
				<footer class="dialog-foot"><button type="button" class="button" onClick={onClose}>{t('action.cancel')}</button><button type="submit" class="button primary">{t('calendar.make')}</button></footer>
			</form>
		</Dialog>
	);
}

export default function Calendars() {
	const list = useFetch<Page<Calendar>>('/calendars?limit=200');
	const [open, setOpen] = useState(false);
	return (
		<div class="page calendars-page">
			<PageTitle text={t('tab.calendars')} />
			<SupplierTabs />
			<header class="page-head"><h1>{t('tab.calendars')}</h1>
				{writesTerms.value && <div class="page-tools"><button type="button" class="button primary" onClick={() => setOpen(true)}><Icon name="plus" />{t('calendar.new')}</button></div>}</header>
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.reload()} />}
			{!list.data && !list.error && <Skeleton rows={8} />}
			{list.data && (
				<section class="card card-flush"><div class="table-scroll" tabIndex={0} role="region" aria-label={t('tab.calendars')}>
					<table class="table">
						<thead><tr><th scope="col">{t('calendar.name')}</th><th scope="col">{t('calendar.zone')}</th><th scope="col" class="right">{t('calendar.perWeek')}</th><th scope="col">{t('calendar.knownUntil')}</th><th scope="col">{t('calendar.usedBy')}</th></tr></thead>
						<tbody>{list.data.items.map((c) => (
							<tr key={c.id}><th scope="row"><a href={`/suppliers/calendars/${c.id}`}>{c.name}</a></th><td class="muted">{c.zone}</td><td class="right num">{hours(weekS(c.week))}</td>
								<td>{c.known_until ? dayWords(c.known_until, true) : <span class="muted">{t('calendar.noHolidays')}</span>}{c.ends && <span class="tag tag-risk"><Icon name="risk" size={14} />{t('calendar.endsSoon')}</span>}</td>
								<td>{[c.used_by.contracts.length ? t('calendar.nContracts', { n: c.used_by.contracts.length }) : '', c.used_by.policies.length ? t('calendar.nPolicies', { n: c.used_by.policies.length }) : '', c.used_by.services.length ? t('calendar.nServices', { n: c.used_by.services.length }) : ''].filter(Boolean).join(', ') || <span class="muted">{num(0)}</span>}</td></tr>
						))}</tbody>
					</table>
				</div></section>
			)}
			{open && <NewCalendar list={list.data?.items ?? []} onClose={() => setOpen(false)} />}
		</div>
	);
}
