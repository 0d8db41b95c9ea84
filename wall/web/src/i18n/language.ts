export type Language = 'vi' | 'en';

export const LANGUAGES: readonly Language[] = ['vi', 'en'];

export const isLanguage = (text: string | null | undefined): text is Language => text === 'vi' || text === 'en';
