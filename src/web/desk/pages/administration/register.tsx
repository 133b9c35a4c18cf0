import { AutoComplete, Button, Form, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { ROLES_OF_ORGANISATIONS } from '../../../../domain/access/viewer.js'
import { useAgencyNames } from '../../pieces/agencies.js'
import { REGION_OPTIONS, typedRegionWords } from '../../pieces/places.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf, optionsOf } from '../../pieces/words.js'

export interface AccountRegistration {
  name: string
  role: string
  duty?: string
  agency?: string
  region?: string
}

export const ROLE_OPTIONS = optionsOf('Role').filter(({ value }) => value !== 'public' && value !== 'party')

export const PERSON_ROLE_OPTIONS = ROLE_OPTIONS.filter(({ value }) => value !== 'credit_service')

interface RegisteredSystem {
  name: string
  role: string
  endedAt: string | null
}

const ROLE_WORDS: Record<string, string> = {
  marketplace: '查询卖家的状态，报送卖家清单；看不到内部信息。',
  credit_service: '查询依法公开的信息和已获授权的评价。',
  partner: '发起、跟进和办理本单位的协作事项；其他与社会公众所见相同。',
  agency: '报送本单位的信用信息，更正拒收条目。',
  officer: '提出、办理和移出名单，处理接入的问题。',
  reviewer: '复核：须与提出者不是同一人。',
  administrator: '登记系统和人员，管理时刻表；可以修订日历、采用评分卡。',
  auditor: '只读：查看并校验痕迹，查看全部内部信息。',
}

const REGION = /^\d{6}$/

export const RegisterForm = ({
  what,
  nameLabel,
  roles = ROLE_OPTIONS,
  systems = [],
  onSend,
}: {
  what: string
  nameLabel: string
  roles?: typeof ROLE_OPTIONS
  systems?: readonly RegisteredSystem[]
  onSend: (given: AccountRegistration) => Promise<unknown>
}) => {
  const [isOpen, setOpen] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [form] = Form.useForm<AccountRegistration>()
  const role = Form.useWatch('role', form)
  const region = Form.useWatch('region', form)
  const agencies = useAgencyNames(REGION.test(region ?? '') ? region : undefined)
  const isOfOrganisation = ROLES_OF_ORGANISATIONS.some((each) => each === role)
  const ownSystems = systems.filter((one) => one.role === role && one.endedAt === null).map(({ name }) => name)
  const belongs = isOfOrganisation ? ownSystems.map((name) => [name, name] as const) : [...agencies]
  const mustBelong = role === 'agency' || isOfOrganisation
  const id = useId()
  const send = async ({ name, role, duty, agency, region }: AccountRegistration) => {
    setBusy(true)
    setError(null)
    try {
      const given = { name: name.trim(), role, ...(role === 'administrator' && duty && { duty }) }
      await onSend({ ...given, ...(agency && { agency }), ...(region && { region }) })
      setOpen(false)
      form.resetFields()
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        登记{what}
      </Button>
      <Modal
        open={isOpen}
        title={`登记${what}`}
        okText="登记"
        cancelText="返回"
        okButtonProps={{ loading: isBusy }}
        onOk={() => form.submit()}
        onCancel={() => setOpen(false)}
        closable={{ 'aria-label': '关闭' }}
      >
        <Form form={form} name={id} layout="vertical" onFinish={send}>
          <Form.Item
            label={nameLabel}
            name="name"
            extra="1–64 个可见字符，不含空白和冒号；停用后也不能再给别人使用。"
            rules={[
              { required: true, message: '请填写名称。' },
              { pattern: /^[^\s:]{1,64}$/u, message: '不含空白和冒号，至多 64 个字符。' },
            ]}
          >
            <Input autoComplete="off" maxLength={64} />
          </Form.Item>
          <Form.Item
            label="角色"
            name="role"
            extra={ROLE_WORDS[role ?? ''] ?? '决定能查看什么、办理什么；以后不能更改。'}
            rules={[{ required: true, message: '请选择角色。' }]}
          >
            <Select options={roles} placeholder="请选择" onChange={() => form.setFieldValue('agency', undefined)} />
          </Form.Item>
          {what === '人员' && role === 'administrator' && (
            <Form.Item
              label="职责"
              name="duty"
              extra="系统管理登记人员和系统，安全管理确认他人的登记；审计由审计人员负责。"
              rules={[{ required: true, message: '请选择职责。' }]}
            >
              <Select options={optionsOf('Duty')} placeholder="请选择" />
            </Form.Item>
          )}
          {(what === '人员' || !isOfOrganisation) && (
            <Form.Item
              label="所属单位"
              name="agency"
              dependencies={['role']}
              extra={isOfOrganisation && '该单位的系统须先在“系统”页登记；本人代其办理协作事项。'}
              rules={[{ required: mustBelong, message: '须写明所属单位。' }]}
            >
              <Select
                allowClear
                placeholder={mustBelong ? '请选择' : '可不填'}
                options={belongs.map(([value, label]) => ({ value, label }))}
              />
            </Form.Item>
          )}
          <Form.Item
            label="区划"
            name="region"
            extra={
              typedRegionWords(region) ??
              '不填为全省。限于市、县的，只能办理该区划内主体的名单，也不能办理涉及全省的事项。'
            }
            rules={[{ pattern: REGION, message: '六位区划代码。' }]}
          >
            <AutoComplete
              allowClear
              options={REGION_OPTIONS}
              placeholder="全省，或选择市州，或填写六位代码"
              showSearch={{ filterOption: (text, option) => option?.label.includes(text) ?? false }}
            />
          </Form.Item>
        </Form>
        {error !== null && <RefusalNotice of={error} />}
      </Modal>
    </>
  )
}

export const AccountFilters = ({
  asked,
  ask,
}: {
  asked: { name: string; role: string; ended: boolean }
  ask: (change: Partial<{ name: string; role: string; ended: boolean; row: number }>) => void
}) => (
  <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
    <Input
      aria-label="名称"
      placeholder="名称"
      value={asked.name}
      onChange={({ target }) => ask({ name: target.value, row: 0 })}
      maxLength={64}
      allowClear
      style={{ width: '14rem' }}
    />
    <Select
      aria-label="角色"
      value={asked.role}
      onChange={(role) => ask({ role, row: 0 })}
      options={[{ value: '', label: '全部角色' }, ...ROLE_OPTIONS]}
      style={{ width: '10rem' }}
    />
    <label className="choice">
      <input type="checkbox" checked={asked.ended} onChange={({ target }) => ask({ ended: target.checked, row: 0 })} />{' '}
      含已停用
    </label>
  </form>
)

export const roleWords = (role: string): string => labelOf('Role', role)
