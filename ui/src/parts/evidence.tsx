// A file that goes with an entry of a case: sent first, named by the entry then; a second try does not send it twice.
import { useRef, useState } from 'preact/hooks';
import { request } from '../lib/api';
import { bytes } from '../lib/format';
import { t } from '../lib/i18n';
import type { Id } from '../lib/types';
import { Field } from './bits';
import { FilePick } from './file-pick';

const LIMIT_BYTES = 25 * 1024 * 1024;

export type Evidence = {
	file: File | null;
	large: boolean;
	choose: (file: File | null) => void;
	shown: boolean;
	show: (shown: boolean) => void;
	send: (number: string) => Promise<{ attachment?: Id }>;
};

export function useEvidence(): Evidence {
	const [file, setFile] = useState<File | null>(null);
	const [shown, setShown] = useState(false);
	const sent = useRef<{ file: File; to: string; id: Id } | null>(null);
	return {
		file,
		large: (file?.size ?? 0) > LIMIT_BYTES,
		choose: (chosen) => {
			setFile(chosen);
			if (!chosen) setShown(false);
		},
		shown,
		show: setShown,
		send: async (number) => {
			if (!file) return {};
			const to = `/cases/${number}/attachments${shown ? '?for_supplier=true' : ''}`;
			if (sent.current?.file !== file || sent.current.to !== to) {
				const form = new FormData();
				form.append('file', file, file.name);
				sent.current = { file, to, id: (await request<{ id: Id }>(to, { method: 'POST', body: form })).data.id };
			}
			return { attachment: sent.current.id };
		},
	};
}

// `offer`: the file may be meant for the supplier too.
export function EvidenceField({ evidence: e, label, hint, error, offer }: { evidence: Evidence; label: string; hint?: string; error?: string; offer?: boolean }) {
	return (
		<>
			<Field label={label} hint={hint} required={false} error={e.large ? t('files.large', { name: e.file!.name, size: bytes(LIMIT_BYTES) }) : error}>
				<FilePick file={e.file} onFile={e.choose} choose={t('evidence.choose')} remove={t('evidence.remove')} />
			</Field>
			{e.file && offer && <label class="check"><input type="checkbox" checked={e.shown} onChange={(x) => e.show(x.currentTarget.checked)} /><span>{t('evidence.shown')}</span></label>}
		</>
	);
}
