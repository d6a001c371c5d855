import type { MetadataRoute } from 'next';
import { TEXT } from '@/features/frame/text';
import { TEXT as UI } from '@/ui/text';

export const dynamic = 'force-static';

export default function manifest(): MetadataRoute.Manifest {
  return {
    name: UI.app,
    short_name: UI.app,
    description: TEXT.about,
    start_url: '/',
    display: 'standalone',
    background_color: '#f8fafc',
    theme_color: '#4338ca',
    icons: [{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' }],
  };
}
