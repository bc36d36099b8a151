// One case: the employee's clocks and the supplier's side by side on one time axis, the pauses and who caused them, the
// events, its mail, its links.
import { useEffect, useState } from 'preact/hooks';
import { hours, when, whenFull } from '../lib/format';
import { useEvents, useFetch } from '../lib/hooks';
import { num, t, tx, word } from '../lib/i18n';
import { session } from '../lib/session';
import { watchNumber } from '../lib/stream';
import { inOrder } from '../lib/types';
import type { Case, Clock, Event as CaseEvent, Page, Ticket } from '../lib/types';
import { ClockChip, ErrorNote, PersonName, Priority, Skeleton, Status } from '../parts/bits';
import { Record } from '../parts/case-record';
import { ClockLanes, TwinTable } from '../parts/charts';
import type { Lane } from '../parts/charts';
import { Icon } from '../parts/icons';
import { ContestItem, DecideDialog, PauseItem } from '../parts/ledger';
import type { Contest, LedgerPause } from '../parts/ledger';
import { Links, seesLinks } from '../parts/links';
import { MailOf } from '../parts/mail-of';
import { PageTitle } from '../parts/shell';
import { ObjectDialog } from '../parts/supplier-word';
import { Timeline } from '../parts/timeline';

// How an entry came to us: through the link or by mail, who of the supplier, and the file that proves it.
function EvidenceOf({ e }: { e: CaseEvent }) {
	const v = e.data?.evidence as { via?: string; name?: string; attachment?: number } | undefined;
	const via = v?.via === 'link' || v?.via === 'mail' ? v.via : null;
	if (!v || !(via || v.name || v.attachment)) return null;
	return (
		<span class="evidence-of muted small">{via && <span>{word('evidenceVia', via)}</span>}{v.name && <span>{v.name}</span>}
			{v.attachment && <a href={`/api/v1/attachments/${v.attachment}`} download><Icon name="clip" size={14} />{t('case.evidenceFile')}</a>}</span>
	);
}

function ClockTable({ title, clocks }: { title: string; clocks: Clock[] }) {
	return (
		<TwinTable caption={title} head={[t('sla.metric'), t('clock.target'), t('clock.elapsed'), t('clock.due'), t('clock.state')]}
			rows={clocks.map((c) => [
				word('metric', c.metric) + (c.metric === 'update' && c.ordinal ? ` ${num(c.ordinal)}` : ''), hours(c.target_s), hours(c.elapsed_s),
				c.breached_at ? when(c.breached_at) : c.due_at ? when(c.due_at) : '—',
				c.breached ? t('clock.overBy', { time: hours(c.elapsed_s - c.target_s) }) : word('clockState', c.state),
			])} />
	);
}

// The pauses with all that is known of them, and the supplier's objections.
function CaseLedger({ x, events, onChange }: { x: Case; events: CaseEvent[]; onChange: () => void }) {
	const { number, owner, version } = x;
	const pauses = useFetch<Page<LedgerPause>>(`/cases/${number}/pauses`);
	const contests = useFetch<Page<Contest>>(`/contests?case=${number}&limit=200`);
	const [deciding, setDeciding] = useState<Contest | null>(null);
	const [objecting, setObjecting] = useState(false);
	const roles = session.value?.roles ?? [];
	const decides = roles.includes('lead') || roles.includes('manager');
	const enters = decides || (roles.includes('agent') && String(owner?.id) === String(session.value?.person.id));
	const choices = events.filter((e) => x.contestable.includes(e.seq)).map((e) => ({ seq: e.seq, type: e.type, at: e.occurred_at }));
	const reload = () => {
		void pauses.reload();
		void contests.reload();
		onChange();
	};
	useEffect(() => {
		void pauses.reload();
		void contests.reload();
	}, [version]);
	return (
		<>
			{pauses.error && <ErrorNote error={pauses.error} onRetry={reload} />}
			{pauses.data && !pauses.data.items.length && <p class="muted">{t('pause.nobody')}</p>}
			{!!pauses.data?.items.length && <ul class="ledger-list">{pauses.data.items.map((p) => <PauseItem key={p.from_seq} pause={p} canNote={enters} onChange={reload} />)}</ul>}
			{enters && choices.length > 0 && <div class="buttons"><button type="button" class="button small quiet" onClick={() => setObjecting(true)}><Icon name="flag" size={14} />{t('word.objectAny')}</button></div>}
			{objecting && <ObjectDialog number={number} supplier={x.supplier.name} choices={choices} onClose={() => setObjecting(false)} onDone={() => {
				setObjecting(false);
				reload();
			}} />}
			{!!contests.data?.items.length && <><h3>{t('ledger.contests')}</h3><ul class="ledger-list">{contests.data.items.map((c) => <ContestItem key={c.id} contest={c} onDecide={decides ? () => setDeciding(c) : undefined} />)}</ul></>}
			{deciding && <DecideDialog contest={deciding} onClose={() => setDeciding(null)} onDone={() => {
				setDeciding(null);
				reload();
			}} />}
		</>
	);
}

export default function CasePage({ number }: { number: string }) {
	const data = useFetch<Case>(`/cases/${number}`);
	const events = useEvents(`/cases/${number}/events`);
	const x = data.data;
	const ticket = useFetch<Ticket>(x ? `/tickets/${x.ticket.number}` : null);
	const [table, setTable] = useState(false);
	const reload = () => {
		void data.reload();
		void events.reload();
		void ticket.reload();
	};
	useEffect(() => watchNumber(() => number, reload), [number, x?.ticket.number]);
	useEffect(() => watchNumber(() => x?.ticket.number, () => void ticket.reload()), [x?.ticket.number]);
	if (data.error && !x) return <div class="page"><PageTitle text={number} /><ErrorNote error={data.error} onRetry={reload} /></div>;
	if (!x) return <div class="page"><PageTitle text={number} /><Skeleton rows={10} /></div>;
	const employee = (ticket.data?.clocks ?? []).filter((c) => ['response', 'resolution'].includes(c.metric) && c.state !== 'cancelled');
	const clocks = inOrder(x.clocks);
	// Of the updates, one after another, the latest is shown here; the table has all.
	const shown = [...clocks.filter((c) => c.metric !== 'update'), ...clocks.filter((c) => c.metric === 'update').slice(-1)];
	const lanes = (who: Lane['who'], list: Clock[]): Lane[] => list.map((clock) => ({ id: `${who}-${clock.metric}-${clock.ordinal ?? 1}`, who, clock }));
	return (
		<div class="page case-page">
			<PageTitle text={`${x.number} ${x.supplier.name}`} />
			<a class="back" href={`/desk/${x.ticket.number}`}><Icon name="left" /><span class="num">{x.ticket.number}</span><span class="clip">{x.ticket.subject}</span></a>
			<header class="page-head">
				<div>
					<p class="ticket-line"><span class="num muted">{x.number}</span><Status of="caseStatus" status={x.status} /><Priority p={x.priority} words /></p>
					<h1>{x.summary}</h1>
					<p class="case-to"><Icon name="supplier" /><a class="case-supplier" href={`/suppliers/all/${x.supplier.id}`}>{x.supplier.name}</a>{x.contract && <a class="muted" href={`/suppliers/contracts/${x.contract.id}${x.edition ? `?edition=${x.edition}` : ''}`}>{x.contract.name}</a>}<span class="muted" title={whenFull(x.sent_at)}>{t('case.sent', { when: when(x.sent_at) })}</span>
						{x.supplier_ref && <span class="muted">{tx('case.theirRef', { ref: <code>{x.supplier_ref}</code> })}</span>}</p>
				</div>
			</header>
			<div class="case-grid">
				<div class="case-left">
					<section class="card">
						<header class="card-head"><h2>{t('case.clocks')}</h2><div class="card-tools"><button type="button" class="button small quiet" aria-pressed={table} onClick={() => setTable(!table)}><Icon name={table ? 'chart' : 'table'} />{table ? t('chart.chart') : t('chart.table')}</button></div></header>
						<div class="clock-pair">
							<div><h3><Icon name="person" size={14} />{t('case.employeeWaits')}</h3><div class="chips">{employee.map((c) => <ClockChip key={c.metric} clock={c} metric={c.metric} full />)}{!employee.length && <span class="muted">{t('case.noClocks')}</span>}</div></div>
							<div><h3><Icon name="supplier" size={14} />{x.supplier.name}</h3><div class="chips">{shown.map((c) => <ClockChip key={`${c.metric}${c.ordinal ?? ''}`} clock={c} metric={c.metric} full />)}{!shown.length && <span class="muted">{t('case.noClocks')}</span>}</div></div>
						</div>
						{table ? <><ClockTable title={t('case.employeeWaits')} clocks={employee} /><ClockTable title={x.supplier.name} clocks={clocks} /></>
							: <ClockLanes lanes={[...lanes('us', employee), ...lanes('supplier', shown)]} />}
						<p class="legend muted small"><span class="key key-run" />{t('legend.ran')}<span class="key key-pause" />{t('legend.paused')}<span class="key key-over" />{t('legend.over')}<span class="key key-due" />{t('legend.due')}</p>
						<h3>{t('case.pauses')}</h3>
						<CaseLedger x={x} events={events.items} onChange={reload} />
					</section>
					<section class="card">
						<header class="card-head"><h2>{t('case.story')}</h2></header>
						{events.error && <ErrorNote error={events.error} onRetry={() => void events.reload()} />}
						<Timeline events={events.items} staff supplier={x.supplier} label={t('case.story')} extra={(e) => <EvidenceOf e={e} />} />
					</section>
				</div>
				<div class="case-right">
					<Record x={x} onDone={reload} />
					<section class="card">
						<header class="card-head"><h2>{t('case.asked')}</h2></header>
						<p class="plain case-body">{x.body}</p>
						{x.because && <p class="field-hint why"><Icon name="link" size={14} />{x.because}</p>}
						<dl class="facts"><dt>{t('column.owner')}</dt><dd><PersonName person={x.owner} /></dd>
							{x.clocks[0] && <><dt>{t('case.calendar')}</dt><dd>{x.clocks[0].calendar.name}</dd></>}</dl>
					</section>
					<MailOf of="case" number={number} version={x.version}>{(list) => <section class="card"><header class="card-head"><h2>{t('mailOf.title')}</h2></header>{list}</section>}</MailOf>
					{seesLinks() && <Links supplier={x.supplier.id} number={number} open={!['closed', 'withdrawn'].includes(x.status)} />}
				</div>
			</div>
		</div>
	);
}
