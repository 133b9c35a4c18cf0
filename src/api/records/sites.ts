import { domainToASCII, domainToUnicode } from 'node:url'
import { maySeeRecord } from '../../domain/access/viewer.js'
import { parseHostName } from '../../domain/records/hosts.js'
import type { RecordKind } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/records/open-records.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'
import { operatorById } from '../request/operator-at-time.js'
import { makeRecordView } from './records.js'

const AROUND_HOST = /^[a-z][a-z0-9+.-]*:\/\/|(?:[:/?#].*)$/gi

const site = async (_: unknown, args: { domain: string }, context: GraphqlContext) => {
  const domain = domainIn(refuseUnstorableText(args.domain) ?? '')
  const found = await store.findRecordsOfHosts(context.parts.db, hostsOf(domain))
  const told = found.slice(0, store.SITE_RECORDS_MOST)
  const owners = await Promise.all(
    told.map(({ operatorId }) => (operatorId === null ? null : context.load.operator(operatorId))),
  )
  const seen = told.filter((version, at) => maySeeRecord(viewerTowards(context, owners[at] ?? null), version))
  const ofKind = (kind: RecordKind) =>
    seen.filter((version) => version.kind === kind).map((version) => makeRecordView(context, version))
  const ids = [...new Set(seen.flatMap(({ operatorId }) => operatorId ?? []))]
  return {
    domain,
    filings: ofKind('icp_filing'),
    trustMarks: ofKind('trustmark'),
    shops: ofKind('shop'),
    operators: (await Promise.all(ids.map((id) => operatorById(context, id)))).filter((each) => each !== null),
    more: found.length > store.SITE_RECORDS_MOST,
  }
}

const domainIn = (text: string): string => {
  const name = parseHostName(text.trim().replace(AROUND_HOST, ''))
  if (name === null) throw new Refusal('INPUT_INVALID', { reason: '不是域名 not a domain name' })
  return domainToUnicode(name.replace(/^www\./, '')) || name
}

/** Agencies send an international name in either form. */
const hostsOf = (domain: string): string[] =>
  [...new Set([domain, domainToASCII(domain) || domain])].flatMap((host) => [host, `www.${host}`])

export const siteResolvers = { Query: { site } }
