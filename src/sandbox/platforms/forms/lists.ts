import { listFieldNamesOfFormat, listFieldNamesOfMessage } from '../received-rows.js'
import { DIVISION_PATTERN, makeRowForm } from './spelling.js'

const NUMBER_OF_LIST = /^\S.*[〔[【［（(](19|20)\d{2}[〕\]】］）)].*\d+\s*号$/u

export const samrListForm = makeRowForm({
  kind: 'listing',
  names: {
    key: 'ILLID',
    sequence: 'SN',
    action: 'OPTYPE',
    uscc: 'UNISCID',
    regNo: 'REGNO',
    name: 'ENTNAME',
    what: 'SERILLREA_CN',
    authority: 'DECORG_CN',
    documentNumber: 'DEDOCNUM',
    decidedOn: 'ABNTIME',
    removedOn: 'REMDATE',
  },
  required: [],
  known: listFieldNamesOfFormat('samr-list'),
  actions: { '1': 'ADD', '2': 'CHANGE', '3': 'REMOVE' },
  codes: { DECORG: DIVISION_PATTERN },
  documentNumber: NUMBER_OF_LIST,
})

export const exchangeListForm = makeRowForm({
  kind: 'listing',
  names: {
    key: 'ENTRY_ID',
    sequence: 'ENTRY_SN',
    action: 'OPERATION',
    uscc: 'A000002',
    regNo: 'A000003',
    name: 'A000001',
    what: 'REASON',
    authority: 'EXECUTE_DEPT',
    documentNumber: 'EXECUTE_REFRENCE_NO',
    decidedOn: 'REGISTER_DATE',
    publishedOn: 'PUBLISH_DATE',
    endsOn: 'EXPIRATION_DATE',
    removedOn: 'REMOVE_DATE',
  },
  required: ['LIST_CODE', 'DATA_CATEGORY'],
  known: listFieldNamesOfFormat('exchange-envelope'),
  codes: { EXECUTE_DEPT_CODE: DIVISION_PATTERN },
  documentNumber: NUMBER_OF_LIST,
})

export const messageListForm = makeRowForm({
  kind: 'listing',
  names: {
    key: 'id',
    sequence: 'sequence',
    action: 'action',
    uscc: 'uscc',
    regNo: 'regNo',
    name: 'name',
    what: 'reason',
    authority: 'authority',
    documentNumber: 'documentNumber',
    decidedOn: 'decidedOn',
    publishedOn: 'publishedOn',
    endsOn: 'endsOn',
    removedOn: 'removal.removedOn',
  },
  required: ['list', 'listName'],
  known: listFieldNamesOfMessage('signed-message', 'entry'),
  codes: { authorityCode: DIVISION_PATTERN },
  documentNumber: NUMBER_OF_LIST,
})
