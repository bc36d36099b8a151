// The navigation of staff, beside every page of theirs. A chunk of its own: employees never see it.
import { num, t } from '../lib/i18n';
import { place } from '../lib/router';
import { isStaff, seesCmdb, seesDesk, seesMail, seesQuality, seesSuppliers } from '../lib/session';
import { counts, VIEWS } from '../lib/views';
import { Icon, Logo } from './icons';
import type { IconName } from './icons';
import { paletteShown } from './palette-state';
import { PersonMenu } from './shell';

function NavLink({ href, icon, label, on, count }: { href: string; icon: IconName; label: string; on: boolean; count?: number }) {
	return (
		<a href={href} class={`nav-link ${on ? 'on' : ''}`} aria-current={on ? 'page' : undefined} title={label}>
			<Icon name={icon} /><span class="nav-text clip">{label}</span>
			{count !== undefined && count > 0 && <span class="nav-count">{num(count)}</span>}
		</a>
	);
}

export default function Sidebar() {
	const p = place.value;
	const view = p.name === 'desk' ? p.query.get('view') ?? (isStaff.value ? 'mine' : 'all_open') : '';
	return (
		<nav class="side" aria-label={t('nav.main')}>
			<a href="/" class="brand" title={t('nav.portal')}><Logo /><span class="nav-text">{t('app.name')}</span></a>
			<button type="button" class="side-search" onClick={() => (paletteShown.value = true)} title={t('palette.title')}>
				<Icon name="search" /><span class="nav-text">{t('nav.find')}</span><span class="nav-text keys"><kbd>Ctrl K</kbd></span>
			</button>
			{seesDesk.value && (
				<div class="side-group">
					<p class="side-heading nav-text">{t('nav.queue')}</p>
					{VIEWS.filter((v) => isStaff.value || !['mine', 'incoming', 'team'].includes(v.id)).map((v) => (
						<NavLink key={v.id} href={`/desk?view=${v.id}`} icon={v.icon} label={t(v.label)} on={view === v.id} count={counts.value[v.id]} />
					))}
				</div>
			)}
			<div class="side-group">
				<p class="side-heading nav-text">{t('nav.more')}</p>
				{seesSuppliers.value && <NavLink href="/suppliers" icon="chart" label={t('nav.suppliers')} on={p.path.startsWith('/suppliers')} />}
				{seesMail.value && <NavLink href="/admin" icon="send" label={t('nav.mail')} on={p.name === 'mail'} />}
				{seesQuality.value && <NavLink href="/quality" icon="star" label={t('nav.quality')} on={p.path.startsWith('/quality')} />}
				{seesCmdb.value && <NavLink href="/cmdb" icon="boxes" label={t('nav.cmdb')} on={p.path.startsWith('/cmdb')} />}
				<NavLink href="/" icon="home" label={t('nav.portal')} on={p.name === 'portal' || p.name === 'request'} />
			</div>
			<div class="side-foot"><PersonMenu up wide /></div>
		</nav>
	);
}
