import { useApolloClient, useQuery } from '@apollo/client/react'
import { Alert, Button, Input, Select } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { instantText } from '../../../pieces/dates.js'
import { LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { optionsOf } from '../../../pieces/words.js'
import { useMay } from '../../../session/session.js'
import {
  DeclareInServiceDocument,
  OfficeProposalsDocument,
  type OfficeProposalsQuery,
  OfficeSettingsDocument,
  type OfficeSettingsQuery,
  ProposeSettingsDocument,
  type SettingLineFragment,
} from '../office.generated.js'
import { SettledOfficeProposals, WaitingOfficeProposal } from '../office-proposals.js'
import { TestMail } from './test-mail.js'
import {
  MAIL_SECTION,
  SETTING_HINTS,
  SETTING_SECTIONS,
  settingName,
  settingValueWords,
  shownSettingWords,
} from './words.js'

type SettingsDraft = Readonly<Record<string, string>>

export default function SettingsPage() {
  const { data, error, refetch } = useQuery(OfficeSettingsDocument)
  const shown = data as OfficeSettingsQuery | undefined
  const proposed = useQuery(OfficeProposalsDocument)
  const office = proposed.data as OfficeProposalsQuery | undefined
  const [done, setDone] = useState('')
  const onDone = (words: string) => {
    setDone(words)
    void refetch()
    void proposed.refetch()
  }
  const own = (office?.officeProposals ?? []).filter(
    ({ kind }) => kind === 'SETTINGS' || kind === 'SERVICE' || kind === 'ROBOT',
  )
  const waiting = own.filter(({ state }) => state === 'PROPOSED')
  const settled = own.filter(({ state }) => state !== 'PROPOSED')
  return (
    <>
      <PageHead title="本机关设置">
        <p className="soft">
          由一名管理员提出，另一名管理员确认后即时生效，不须重新启动。由运行环境设定的，以运行环境为准。
        </p>
      </PageHead>
      {done !== '' && <Alert type="success" showIcon closable title={done} onClose={() => setDone('')} />}
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {shown === undefined && !error && <LoadingNotice of="设置" />}
      {waiting.map((one) => (
        <WaitingOfficeProposal key={one.id} of={one} onDone={onDone} />
      ))}
      {shown && <SettingsForm settings={shown.officeSettings} onDone={onDone} />}
      {office && (
        <ServicePanel
          of={office.officeService}
          isWaiting={waiting.some(({ kind }) => kind === 'SERVICE')}
          onDone={onDone}
        />
      )}
      <SettledOfficeProposals all={settled} />
    </>
  )
}

interface SettingsFormProps {
  settings: readonly SettingLineFragment[]
  onDone: (words: string) => void
}

const SettingsForm = ({ settings, onDone }: SettingsFormProps) => {
  const changes = useMay('change_office')
  const [draft, setDraft] = useState<SettingsDraft>({})
  const set = (name: string, value: string | null) => {
    const { [name]: _, ...rest } = draft
    setDraft(value === null ? rest : { ...rest, [name]: value })
  }
  return (
    <div className="stack">
      {SETTING_SECTIONS.map(({ title, about, kinds }) => (
        <section key={title} className="panel wide" aria-label={title}>
          <h2>{title}</h2>
          <p className="soft">{about}</p>
          <dl className="fields wide">
            {settings
              .filter(({ kind }) => kinds.includes(kind))
              .map((one) => (
                <SettingField
                  key={one.name}
                  of={one}
                  draft={draft[one.name]}
                  onChange={changes && !one.isLocked ? (value) => set(one.name, value) : null}
                />
              ))}
          </dl>
          {changes && title === MAIL_SECTION && <TestMail />}
        </section>
      ))}
      {changes && (
        <DraftPanel
          settings={settings}
          draft={draft}
          onClear={() => setDraft({})}
          onDone={(words) => {
            setDraft({})
            onDone(words)
          }}
        />
      )}
    </div>
  )
}

interface ServiceProps {
  of: OfficeProposalsQuery['officeService']
  isWaiting: boolean
  onDone: (words: string) => void
}

const ServicePanel = ({ of: { since, published, lacks }, isWaiting, onDone }: ServiceProps) => {
  const apollo = useApolloClient()
  const changes = useMay('change_office')
  const declare = async (reason: string) => {
    await apollo.mutate({ mutation: DeclareInServiceDocument, variables: { reason } })
    onDone('已提出，待另一名管理员确认。')
  }
  return (
    <section className="panel wide" aria-label="正式运行">
      <h2>正式运行</h2>
      {since ? (
        <p className="good">自 {instantText(since)} 起正式运行：所依据的规则未经核实的，一律不得公示。</p>
      ) : (
        <>
          <p>
            试运行：公开页面和签名清单标明“试运行”，信用平台除测试环境外收不到新增和变更。声明正式运行以后，所依据的规则未经核实的，一律不得公示；声明不能撤销。
          </p>
          {lacks.length > 0 && (
            <ul className="checks">
              {lacks.map(({ zh }) => (
                <li key={zh} className="warn">
                  {zh}
                </li>
              ))}
            </ul>
          )}
          {changes && !isWaiting && (
            <ConfirmButton
              action="声明正式运行"
              disabled={lacks.length > 0}
              hint={lacks.length > 0 ? '请先补齐上面所列' : ''}
              follows={[
                '由另一名管理员确认后生效；',
                '公开页面和签名清单不再标“试运行”，各信用平台开始收到新增和变更；',
                ...(published > 0 ? [`现在公示的 ${published} 条从此是正式条目：试运行的条目请先移出；`] : []),
                '此后公示所依据的规则须已由两人核实；',
                '声明不能撤销。',
              ]}
              asks={{ label: '依据' }}
              onDo={declare}
            />
          )}
        </>
      )}
    </section>
  )
}

const TEST_OPTIONS = ['yes', 'no'].map((value) => ({ value, label: shownSettingWords('PLATFORM_TEST', value) }))

interface SettingFieldProps {
  of: SettingLineFragment
  draft: string | undefined
  onChange: ((value: string | null) => void) | null
}

const SettingField = ({ of, draft, onChange }: SettingFieldProps) => (
  <div className="field wide">
    <dt>{settingName(of)}</dt>
    <dd>
      <PresentValue of={of} />
      {onChange && <SettingInput of={of} draft={draft} onChange={onChange} />}
    </dd>
  </div>
)

const PresentValue = ({ of }: { of: SettingLineFragment }) => {
  if (of.isLocked)
    return (
      <p>
        由运行环境设定（<code>{of.name}</code>），在此不能改动。
      </p>
    )
  const by = of.setAt && `${instantText(of.setAt)} 由 ${of.proposedBy} 提出、${of.confirmedBy} 确认`
  if (!of.isSet) return <p className="soft">未设定{by && `（${by}取消）`}</p>
  return (
    <p>
      {of.isSecret ? '已设定' : shownSettingWords(of.kind, of.value ?? '')} <span className="soft">{by}</span>
    </p>
  )
}

const SettingInput = ({
  of,
  draft,
  onChange,
}: Omit<SettingFieldProps, 'onChange'> & { onChange: (value: string | null) => void }) => {
  const label = `${settingName(of)}的新值`
  const type = (value: string) => onChange(value === '' ? null : value)
  const hint = SETTING_HINTS[of.kind] ?? ''
  return (
    <div>
      {of.kind === 'PLATFORM_SUBJECTS' ? (
        <Select
          mode="multiple"
          aria-label={label}
          value={draft ? draft.split(',').map((kind) => kind.toUpperCase()) : []}
          onChange={(kinds: string[]) => type(kinds.join(',').toLowerCase())}
          options={optionsOf('SubjectKind')}
          style={{ width: '22rem', maxWidth: '100%' }}
        />
      ) : of.kind === 'PLATFORM_TEST' ? (
        <Select
          aria-label={label}
          value={draft || undefined}
          placeholder="请选择"
          onChange={type}
          options={TEST_OPTIONS}
          style={{ width: '8rem' }}
        />
      ) : of.isSecret ? (
        <Input.Password
          aria-label={label}
          autoComplete="off"
          value={draft ?? ''}
          onChange={({ target }) => type(target.value)}
          style={{ width: '22rem', maxWidth: '100%' }}
        />
      ) : (
        <Input
          aria-label={label}
          autoComplete="off"
          placeholder={hint}
          value={draft ?? ''}
          onChange={({ target }) => type(target.value)}
          style={{ width: '30rem', maxWidth: '100%' }}
        />
      )}
      {of.isSet && (
        <Button type="link" size="small" aria-label={`取消该项：${settingName(of)}`} onClick={() => onChange('')}>
          取消该项
        </Button>
      )}
      {draft === '' && <span className="warn">拟取消</span>}
    </div>
  )
}

interface DraftProps {
  settings: readonly SettingLineFragment[]
  draft: SettingsDraft
  onClear: () => void
  onDone: (words: string) => void
}

const DraftPanel = ({ settings, draft, onClear, onDone }: DraftProps) => {
  const apollo = useApolloClient()
  const changed = settings.filter(({ name }) => draft[name] !== undefined)
  const propose = async (reason: string) => {
    const values = changed.map(({ name }) => ({ name, value: draft[name] === '' ? null : (draft[name] ?? null) }))
    await apollo.mutate({ mutation: ProposeSettingsDocument, variables: { input: { values, reason } } })
    onDone('改动已提出，待另一名管理员确认。')
  }
  return (
    <div className="filters">
      <ConfirmButton
        action={`提出改动（${changed.length} 项）`}
        danger={false}
        disabled={changed.length === 0}
        hint={changed.length === 0 ? '请先在上面填写新值' : ''}
        follows={[
          '由另一名管理员确认后才生效，此前现状不变；',
          ...changed.map(
            (one) =>
              `${settingName(one)}：${settingValueWords({ ...one, value: draft[one.name] ?? null, isRemoved: draft[one.name] === '' })}；`,
          ),
          '密钥加密保存，此后任何人不再看见。',
        ]}
        asks={{ label: '依据' }}
        onDo={propose}
      />
      {changed.length > 0 && <Button onClick={onClear}>全部取消</Button>}
    </div>
  )
}
