// Whether the palette is open; apart from the palette itself, which is loaded when first wanted.
import { signal } from '@preact/signals';

export const paletteShown = signal(false);
