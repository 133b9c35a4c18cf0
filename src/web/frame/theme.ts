import type { Request } from 'express'

const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** Returns null to follow the system. Links carry the choice, because public pages keep no cookie. */
export const themeOf = ({ query }: Pick<Request, 'query'>): Theme | null =>
  THEMES.find((theme) => theme === query['theme']) ?? null

/** Files, programs' addresses and links that name a theme stay as they are. */
const LINKS =
  / (href|action)="(\/(?!data\/|v1\/|graphql|site\.css|icon\.svg|\.well-known)(?![^"]*(?:theme=|\.json|\.jws))[^"#]*)(#[^"]*)?"/g
const QUESTIONS = /<form (?=[^>]*method="get")[^>]*>/g

export const applyTheme = (page: string, theme: Theme | null): string =>
  theme === null
    ? page
    : page
        .replace('<html ', `<html data-theme="${theme}" `)
        .replace(LINKS, (_, attribute: string, path: string, fragment = '') => {
          const sign = path.includes('?') ? '&amp;' : '?'
          return ` ${attribute}="${path}${sign}theme=${theme}${fragment}"`
        })
        .replace(QUESTIONS, (form) => `${form}<input type="hidden" name="theme" value="${theme}">`)
