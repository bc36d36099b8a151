// Files to send along: chosen, dropped or pasted; a picture is shown small (drawn on a canvas, as the page's policy wants).
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { request } from '../lib/api';
import { bytes, stamp } from '../lib/format';
import { t } from '../lib/i18n';
import { Icon } from './icons';
import { toast } from './dialog';

const LIMIT_BYTES = 25 * 1024 * 1024;

export type Files = {
	files: File[];
	remove: (i: number) => void;
	keep: (files: File[]) => void;
	onPaste: (e: ClipboardEvent) => void;
	dropProps: Record<string, (e: DragEvent) => void>;
	button: ComponentChildren;
};

export function useFiles(): Files {
	const [files, setFiles] = useState<File[]>([]);
	const input = useRef<HTMLInputElement>(null);
	const add = (list: Iterable<File>) => {
		const fresh = [...list].filter((f) => {
			if (f.size <= LIMIT_BYTES) return true;
			toast(t('files.large', { name: f.name, size: bytes(LIMIT_BYTES) }), { icon: 'alert' });
			return false;
		});
		if (fresh.length) setFiles((have) => [...have, ...fresh]);
	};
	return {
		files,
		remove: (i) => setFiles((have) => have.filter((_, j) => j !== i)),
		keep: setFiles,
		onPaste: (e) => {
			const pasted = [...(e.clipboardData?.files ?? [])];
			if (!pasted.length) return;
			e.preventDefault();
			// A screenshot comes as "image.png" every time; the moment tells them apart.
			add(pasted.map((f, i) => (/^image\.\w+$/.test(f.name)
				? new File([f], `${t('files.screenshot')} ${stamp(new Date().toISOString()).replace(':', '-')}${i ? ` ${i + 1}` : ''}.${f.type.split('/')[1] ?? 'png'}`, { type: f.type }) : f)));
		},
		dropProps: {
			onDragOver: (e) => e.preventDefault(),
			onDrop: (e) => {
				e.preventDefault();
				add(e.dataTransfer?.files ?? []);
			},
		},
		button: (
			<>
				<input ref={input} type="file" multiple hidden aria-label={t('files.add')} onChange={(e) => {
					add(e.currentTarget.files ?? []);
					e.currentTarget.value = '';
				}} />
				<button type="button" class="icon-button" aria-label={t('files.add')} title={t('files.add')} onClick={() => input.current?.click()}><Icon name="clip" /></button>
			</>
		),
	};
}

function Thumb({ file }: { file: File }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useEffect(() => {
		let gone = false;
		createImageBitmap(file).then((bitmap) => {
			const c = canvas.current;
			if (gone || !c) return;
			const scale = Math.min(1, 160 / Math.max(bitmap.width, bitmap.height));
			c.width = Math.max(1, Math.round(bitmap.width * scale));
			c.height = Math.max(1, Math.round(bitmap.height * scale));
			c.getContext('2d')?.drawImage(bitmap, 0, 0, c.width, c.height);
		}).catch(() => undefined);
		return () => {
			gone = true;
		};
	}, [file]);
	return <canvas ref={canvas} class="thumb" width={1} height={1} aria-hidden="true" />;
}

export function FileList({ files }: { files: Files }) {
	if (!files.files.length) return null;
	return (
		<ul class="file-list">
			{files.files.map((f, i) => (
				<li key={`${f.name}${i}`}>
					{f.type.startsWith('image/') ? <Thumb file={f} /> : <Icon name="clip" />}
					<span class="clip">{f.name}</span><span class="muted">{bytes(f.size)}</span>
					<button type="button" class="icon-button" aria-label={t('files.remove', { name: f.name })} onClick={() => files.remove(i)}><Icon name="close" size={14} /></button>
				</li>
			))}
		</ul>
	);
}

// Sends one after another; gives back those that did not arrive, so that they can be sent again.
export async function uploadAll(ticket: string, files: File[]): Promise<File[]> {
	const failed: File[] = [];
	for (const f of files) {
		const form = new FormData();
		form.append('file', f, f.name);
		try {
			await request(`/tickets/${ticket}/attachments`, { method: 'POST', body: form });
		} catch {
			failed.push(f);
			toast(t('files.failed', { name: f.name, number: ticket }), { icon: 'alert', seconds: 12 });
		}
	}
	return failed;
}
