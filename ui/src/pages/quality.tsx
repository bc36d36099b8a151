// Quality of the desk: for leads, managers and auditors what the desk's work was worth; for everybody at the desk their own figures.
import { useState } from 'preact/hooks';
import { useFetch } from '../lib/hooks';
import { num, t, word } from '../lib/i18n';
import type { Summary } from '../lib/quality';
import { place } from '../lib/router';
import { session } from '../lib/session';
import { PageTitle } from '../parts/shell';
import { KpiView, SatisfactionView } from '../parts/quality-figures';
import { AttestationsView, FormulaBox } from '../parts/quality-people';
import { ReviewsView } from '../parts/quality-reviews';
import { RecomputeBox, RulesView } from '../parts/quality-rules';
import { SamplesView } from '../parts/quality-samples';

function Mine({ me, low }: { me: string; low: number }) {
	const q = place.value.query;
	const nothing = () => undefined;
	return (
		<>
			<SatisfactionView person={me} low={low} from={q.get('from') ?? undefined} to={q.get('to') ?? undefined} />
			<section class="quality-part"><h2>{t('quality.myKpi')}</h2><KpiView person={me} /></section>
			<section class="quality-part"><h2>{t('quality.myScores')}</h2><SamplesView me={me} onChange={nothing} member /></section>
			<section class="quality-part"><h2>{t('quality.myAttestation')}</h2><AttestationsView person={me} onChange={nothing} /></section>
		</>
	);
}

export default function Quality() {
	const q = place.value.query;
	const [computed, setComputed] = useState(0);
	const summary = useFetch<Summary>('/quality/summary');
	const s = summary.data;
	const me = String(session.value!.person.id);
	const has = (...roles: string[]) => session.value!.roles.some((r) => roles.includes(r));
	const all = has('lead', 'manager', 'auditor');
	const staff = has('agent', 'lead');
	const tabs = [...(all ? ['satisfaction', 'reviews', 'samples', 'kpi', 'attestations', 'rules'] : []), ...(staff ? ['mine'] : [])];
	const tab = tabs.includes(q.get('tab') ?? '') ? q.get('tab')! : tabs[0];
	const count: Record<string, number | undefined> = {
		reviews: s?.reviews_open, samples: s ? s.samples_to_score + s.samples_to_calibrate : undefined, attestations: s?.attestations_overdue,
	};
	const low = s?.low_score ?? 6;
	const changed = () => void summary.reload();
	return (
		<div class="page quality">
			<PageTitle text={t('nav.quality')} />
			<header class="page-head"><div><h1>{all ? t('quality.title') : t('quality.mineTitle')}</h1></div></header>
			{tabs.length > 1 && (
				<nav class="tabs-line" aria-label={t('quality.tabs')}>
					{tabs.map((x) => <a key={x} href={`/quality?tab=${x}`} class={x === tab ? 'on' : ''} aria-current={x === tab ? 'page' : undefined}>{word('qualityTab', x)}{!!count[x] && <span class="nav-count">{num(count[x])}</span>}</a>)}
				</nav>
			)}
			{tab === 'satisfaction' && <SatisfactionView low={low} from={q.get('from') ?? undefined} to={q.get('to') ?? undefined} />}
			{tab === 'reviews' && <ReviewsView low={low} onChange={changed} />}
			{tab === 'samples' && <SamplesView me={me} onChange={changed} />}
			{tab === 'kpi' && <>{has('manager') && <FormulaBox />}<KpiView key={computed} />{has('manager') && <RecomputeBox onDone={() => setComputed(computed + 1)} />}</>}
			{tab === 'attestations' && <AttestationsView onChange={changed} />}
			{tab === 'rules' && <RulesView />}
			{tab === 'mine' && <Mine me={me} low={low} />}
		</div>
	);
}
