// The review of attributes: what is proposed for each, why, in words and numbers, and how it was decided; and the health of the CIs.
import { useState } from 'preact/hooks';
import { post, query } from '../lib/api';
import { whenFull } from '../lib/format';
import { asError, useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import { go, place } from '../lib/router';
import type { Decision, Review } from '../lib/review';
import type { Page } from '../lib/types';
import { Empty, ErrorNote, Segmented, Skeleton } from '../parts/bits';
import { CmdbTabs, keepsCmdb } from '../parts/cmdb-tabs';
import { toast } from '../parts/dialog';
import { HealthView } from '../parts/cmdb-health';
import { Proposals } from '../parts/cmdb-proposals';
import { PageTitle } from '../parts/shell';

function Decisions() {
	const list = useFetch<Page<Decision>>('/cmdb/review/decisions?limit=200');
	if (list.error && !list.data) return <ErrorNote error={list.error} onRetry={list.reload} />;
	if (!list.data) return <Skeleton />;
	if (!list.data.items.length) return <Empty icon="check" title={t('review.noDecisions')} />;
	return (
		<section class="card card-flush">
			<div class="table-scroll" tabIndex={0} role="region" aria-label={t('reviewTab.decisions')}>
				<table class="table review-table">
					<thead><tr><th scope="col">{t('review.what')}</th><th scope="col">{t('review.decision')}</th><th scope="col">{t('review.reason')}</th><th scope="col">{t('review.when')}</th></tr></thead>
					<tbody>{list.data.items.map((d) => (
						<tr key={d.id}>
							<th scope="row">{d.attribute?.label ?? d.column}<span class="muted small block">{d.class?.label}</span></th>
							<td class="nowrap">{word('proposal', d.decision)}{d.effect !== 'none' && <span class="muted small block">{word('review', d.effect)}</span>}</td>
							<td class="review-reason">{d.reason}</td>
							<td class="nowrap">{whenFull(d.decided_at)}<span class="muted small block">{d.decided_by?.name}</span></td>
						</tr>
					))}</tbody>
				</table>
			</div>
		</section>
	);
}

export default function CmdbReview() {
	const q = place.value.query;
	const tab = ['proposals', 'health', 'decisions'].includes(q.get('tab') ?? '') ? q.get('tab')! : 'proposals';
	const [all, setAll] = useState<'open' | 'all'>('open');
	const klass = q.get('class') ?? '';
	const whole = useFetch<Review>('/cmdb/review');
	const part = useFetch<Review>(klass ? `/cmdb/review${query({ class: klass })}` : null);
	const review = klass ? part : whole;
	const r = review.data;
	const classes = [...new Map((whole.data?.items ?? []).map((i) => [i.class.name, i.class])).values()];
	const reload = () => {
		void whole.reload();
		if (klass) void part.reload();
	};
	const run = () => post('/cmdb/review/run').then(() => {
		toast(t('review.started'), { icon: 'check' });
		setTimeout(reload, 1500);
	}, (e) => toast(asError(e).message, { icon: 'alert' }));
	return (
		<div class="page quality review-page">
			<PageTitle text={t('review.title')} />
			<CmdbTabs />
			<header class="page-head">
				<div><h1>{tab === 'health' ? t('health.title') : t('review.title')}</h1>
					{r?.at && <p class="muted">{t('review.lead', { at: whenFull(r.at), n: r.counted_days, compared: r.compared })}</p>}
				</div>
				{keepsCmdb.value && <div class="page-tools">{r?.under_way.running ? <span class="muted">{t('review.running', { n: r.under_way.steps, of: r.under_way.of })}</span>
					: <button type="button" class="button" onClick={() => void run()}>{t('review.run')}</button>}</div>}
			</header>
			<nav class="tabs-line" aria-label={t('review.tabs')}>
				{['proposals', 'health', 'decisions'].map((x) => <a key={x} href={`/cmdb/review?tab=${x}`} class={x === tab ? 'on' : ''} aria-current={x === tab ? 'page' : undefined}>{word('reviewTab', x)}</a>)}
			</nav>
			{tab === 'decisions' && <Decisions />}
			{tab === 'health' && <HealthView />}
			{tab === 'proposals' && (
				<>
					<div class="page-tools review-tools">
						<Segmented label={t('review.show')} value={all} onChange={setAll} options={[{ value: 'open', label: t('review.open') }, { value: 'all', label: t('review.all') }]} />
						<label class="inline-field">{t('review.class')}
							<select value={klass} onChange={(e) => go(`/cmdb/review${query({ class: e.currentTarget.value || null })}`)}>
								<option value="">{t('review.allClasses')}</option>
								{classes.map((c) => <option key={c.name} value={c.name}>{c.label}</option>)}
							</select>
						</label>
					</div>
					{review.error && !r && <ErrorNote error={review.error} onRetry={review.reload} />}
					{!r && !review.error && <Skeleton />}
					{r && !r.day && <Empty icon="clock" title={t('review.none')}>{t('review.noneText')}</Empty>}
					{r?.day && <Proposals review={r} all={all === 'all'} onChange={reload} />}
					{r?.day && <p class="muted small review-method">{t('review.method')}</p>}
				</>
			)}
			<span class="hidden" aria-live="polite">{r ? num(r.items.length) : ''}</span>
		</div>
	);
}
