-- 前置机交换表（PostgreSQL）：每类信息一张表，一条报文一行；state 起至 feedback_time 由接收方填写。
-- Exchange tables: one for each kind of subject, one row for each message; the receiver fills state to feedback_time.
-- 由 npx tsx test/support/platform-documents.ts 生成。Made by that command.

-- hub_blacklist
create table public.hub_blacklist (
  subject_key text not null,
  sequence bigint not null,
  operation text not null check (operation in ('ADD', 'CHANGE', 'REMOVE')),
  list_code text,
  data_category text,
  a000001 text,
  a000002 text,
  a000003 text,
  reason text,
  legal_basis text,
  execute_dept text,
  execute_dept_code text,
  execute_refrence_no text,
  register_date text,
  publish_date text,
  expiration_date text,
  contested text,
  remove_reason_code text,
  remove_reason text,
  remove_reference_no text,
  remove_date text,
  written_at timestamptz not null default now(),
  state smallint not null default 0 check (state between 0 and 3),
  error_code text,
  error_message text,
  error_field text,
  error_value text,
  receiver_id text,
  feedback_time timestamptz,
  resub_time timestamptz,
  primary key (subject_key, sequence)
);
create index hub_blacklist_waiting on public.hub_blacklist (written_at) where state = 0;
comment on column public.hub_blacklist.list_code is '名单代码';
comment on column public.hub_blacklist.data_category is '名单名称';
comment on column public.hub_blacklist.a000001 is '主体名称';
comment on column public.hub_blacklist.a000002 is '统一社会信用代码';
comment on column public.hub_blacklist.a000003 is '工商注册号';
comment on column public.hub_blacklist.reason is '列入事由';
comment on column public.hub_blacklist.legal_basis is '列入依据';
comment on column public.hub_blacklist.execute_dept is '列入机关';
comment on column public.hub_blacklist.execute_dept_code is '列入机关代码';
comment on column public.hub_blacklist.execute_refrence_no is '列入文号';
comment on column public.hub_blacklist.register_date is '列入日期';
comment on column public.hub_blacklist.publish_date is '公示日期';
comment on column public.hub_blacklist.expiration_date is '公示截止日期';
comment on column public.hub_blacklist.contested is '是否异议核查';
comment on column public.hub_blacklist.remove_reason_code is '移出事由代码';
comment on column public.hub_blacklist.remove_reason is '移出事由';
comment on column public.hub_blacklist.remove_reference_no is '移出文号';
comment on column public.hub_blacklist.remove_date is '移出日期';
comment on column public.hub_blacklist.subject_key is '业务主键，终身不变';
comment on column public.hub_blacklist.sequence is '报文序号，逐次增大';
comment on column public.hub_blacklist.operation is 'ADD 新增，CHANGE 变更，REMOVE 移出或撤销';
comment on column public.hub_blacklist.state is '0 待接收，1 已取走，2 已接收，3 已退回；由接收方填写';
comment on column public.hub_blacklist.error_code is '规则代码，由接收方填写';
comment on column public.hub_blacklist.error_message is '错误描述，由接收方填写';
comment on column public.hub_blacklist.error_field is '出错字段，由接收方填写';
comment on column public.hub_blacklist.error_value is '出错值，由接收方填写';
comment on column public.hub_blacklist.receiver_id is '接收方记录编号，由接收方填写';
comment on column public.hub_blacklist.feedback_time is '反馈时间，由接收方填写';
comment on column public.hub_blacklist.resub_time is '重报时间';


-- hub_xzcf
create table public.hub_xzcf (
  subject_key text not null,
  sequence bigint not null,
  operation text not null check (operation in ('ADD', 'CHANGE', 'REMOVE')),
  cf_xdr_mc text,
  cf_xdr_lb text,
  cf_xdr_shxym text,
  cf_xdr_gszc text,
  cf_xdr_zzjg text,
  cf_xdr_swdj text,
  cf_xdr_sydw text,
  cf_xdr_shzz text,
  cf_frdb text,
  cf_fr_zjlx text,
  cf_fr_zjhm text,
  cf_xdr_zjlx text,
  cf_xdr_zjhm text,
  cf_wsh text,
  cf_wfxw text,
  cf_sy text,
  cf_yj text,
  cf_cflb text,
  cf_nr text,
  cf_nr_fk text,
  cf_nr_wfff text,
  cf_nr_zkdx text,
  cf_jdrq text,
  cf_yxq text,
  cf_gsjzq text,
  cf_cfjg text,
  cf_cfjgdm text,
  cf_sjly text,
  cf_sjlydm text,
  bz text,
  hub_cxdm text,
  hub_cxsy text,
  hub_cxrq text,
  hub_cxwh text,
  written_at timestamptz not null default now(),
  state smallint not null default 0 check (state between 0 and 3),
  error_code text,
  error_message text,
  error_field text,
  error_value text,
  receiver_id text,
  feedback_time timestamptz,
  resub_time timestamptz,
  primary key (subject_key, sequence)
);
create index hub_xzcf_waiting on public.hub_xzcf (written_at) where state = 0;
comment on column public.hub_xzcf.cf_xdr_mc is '行政相对人名称';
comment on column public.hub_xzcf.cf_xdr_lb is '行政相对人类别';
comment on column public.hub_xzcf.cf_xdr_shxym is '行政相对人代码_1（统一社会信用代码）';
comment on column public.hub_xzcf.cf_xdr_gszc is '行政相对人代码_2（工商注册号）';
comment on column public.hub_xzcf.cf_xdr_zzjg is '行政相对人代码_3（组织机构代码）';
comment on column public.hub_xzcf.cf_xdr_swdj is '行政相对人代码_4（税务登记号）';
comment on column public.hub_xzcf.cf_xdr_sydw is '行政相对人代码_5（事业单位证书号）';
comment on column public.hub_xzcf.cf_xdr_shzz is '行政相对人代码_6（社会组织登记证号）';
comment on column public.hub_xzcf.cf_frdb is '法定代表人';
comment on column public.hub_xzcf.cf_fr_zjlx is '法定代表人证件类型';
comment on column public.hub_xzcf.cf_fr_zjhm is '法定代表人证件号码';
comment on column public.hub_xzcf.cf_xdr_zjlx is '自然人证件类型';
comment on column public.hub_xzcf.cf_xdr_zjhm is '自然人证件号码';
comment on column public.hub_xzcf.cf_wsh is '行政处罚决定书文号';
comment on column public.hub_xzcf.cf_wfxw is '违法行为类型';
comment on column public.hub_xzcf.cf_sy is '违法事实';
comment on column public.hub_xzcf.cf_yj is '处罚依据';
comment on column public.hub_xzcf.cf_cflb is '处罚类别';
comment on column public.hub_xzcf.cf_nr is '处罚内容';
comment on column public.hub_xzcf.cf_nr_fk is '罚款金额（万元）';
comment on column public.hub_xzcf.cf_nr_wfff is '没收违法所得、没收非法财物的金额（万元）';
comment on column public.hub_xzcf.cf_nr_zkdx is '暂扣或吊销证照名称及编号';
comment on column public.hub_xzcf.cf_jdrq is '处罚决定日期';
comment on column public.hub_xzcf.cf_yxq is '处罚有效期';
comment on column public.hub_xzcf.cf_gsjzq is '公示截止期';
comment on column public.hub_xzcf.cf_cfjg is '处罚机关';
comment on column public.hub_xzcf.cf_cfjgdm is '处罚机关统一社会信用代码';
comment on column public.hub_xzcf.cf_sjly is '数据来源单位';
comment on column public.hub_xzcf.cf_sjlydm is '数据来源单位统一社会信用代码';
comment on column public.hub_xzcf.bz is '备注';
comment on column public.hub_xzcf.hub_cxdm is '撤销事由代码';
comment on column public.hub_xzcf.hub_cxsy is '撤销事由';
comment on column public.hub_xzcf.hub_cxrq is '撤销日期';
comment on column public.hub_xzcf.hub_cxwh is '撤销文号';
comment on column public.hub_xzcf.subject_key is '业务主键，终身不变';
comment on column public.hub_xzcf.sequence is '报文序号，逐次增大';
comment on column public.hub_xzcf.operation is 'ADD 新增，CHANGE 变更，REMOVE 移出或撤销';
comment on column public.hub_xzcf.state is '0 待接收，1 已取走，2 已接收，3 已退回；由接收方填写';
comment on column public.hub_xzcf.error_code is '规则代码，由接收方填写';
comment on column public.hub_xzcf.error_message is '错误描述，由接收方填写';
comment on column public.hub_xzcf.error_field is '出错字段，由接收方填写';
comment on column public.hub_xzcf.error_value is '出错值，由接收方填写';
comment on column public.hub_xzcf.receiver_id is '接收方记录编号，由接收方填写';
comment on column public.hub_xzcf.feedback_time is '反馈时间，由接收方填写';
comment on column public.hub_xzcf.resub_time is '重报时间';


-- hub_xzxk
create table public.hub_xzxk (
  subject_key text not null,
  sequence bigint not null,
  operation text not null check (operation in ('ADD', 'CHANGE', 'REMOVE')),
  xk_xdr_mc text,
  xk_xdr_lb text,
  xk_xdr_shxym text,
  xk_xdr_gszc text,
  xk_xdr_zzjg text,
  xk_xdr_swdj text,
  xk_xdr_sydw text,
  xk_xdr_shzz text,
  xk_frdb text,
  xk_fr_zjlx text,
  xk_fr_zjhm text,
  xk_xdr_zjlx text,
  xk_xdr_zjhm text,
  xk_xkws text,
  xk_wsh text,
  xk_xklb text,
  xk_xkzs text,
  xk_xkbh text,
  xk_nr text,
  xk_jdrq text,
  xk_yxqz text,
  xk_yxqzi text,
  xk_xkjg text,
  xk_xkjgdm text,
  xk_zt text,
  xk_lydw text,
  xk_lydwdm text,
  bz text,
  hub_cxdm text,
  hub_cxsy text,
  hub_cxrq text,
  hub_cxwh text,
  written_at timestamptz not null default now(),
  state smallint not null default 0 check (state between 0 and 3),
  error_code text,
  error_message text,
  error_field text,
  error_value text,
  receiver_id text,
  feedback_time timestamptz,
  resub_time timestamptz,
  primary key (subject_key, sequence)
);
create index hub_xzxk_waiting on public.hub_xzxk (written_at) where state = 0;
comment on column public.hub_xzxk.xk_xdr_mc is '行政相对人名称';
comment on column public.hub_xzxk.xk_xdr_lb is '行政相对人类别';
comment on column public.hub_xzxk.xk_xdr_shxym is '行政相对人代码_1（统一社会信用代码）';
comment on column public.hub_xzxk.xk_xdr_gszc is '行政相对人代码_2（工商注册号）';
comment on column public.hub_xzxk.xk_xdr_zzjg is '行政相对人代码_3（组织机构代码）';
comment on column public.hub_xzxk.xk_xdr_swdj is '行政相对人代码_4（税务登记号）';
comment on column public.hub_xzxk.xk_xdr_sydw is '行政相对人代码_5（事业单位证书号）';
comment on column public.hub_xzxk.xk_xdr_shzz is '行政相对人代码_6（社会组织登记证号）';
comment on column public.hub_xzxk.xk_frdb is '法定代表人';
comment on column public.hub_xzxk.xk_fr_zjlx is '法定代表人证件类型';
comment on column public.hub_xzxk.xk_fr_zjhm is '法定代表人证件号码';
comment on column public.hub_xzxk.xk_xdr_zjlx is '自然人证件类型';
comment on column public.hub_xzxk.xk_xdr_zjhm is '自然人证件号码';
comment on column public.hub_xzxk.xk_xkws is '行政许可决定文书名称';
comment on column public.hub_xzxk.xk_wsh is '行政许可决定文书号';
comment on column public.hub_xzxk.xk_xklb is '许可类别';
comment on column public.hub_xzxk.xk_xkzs is '许可证书名称';
comment on column public.hub_xzxk.xk_xkbh is '许可编号';
comment on column public.hub_xzxk.xk_nr is '许可内容';
comment on column public.hub_xzxk.xk_jdrq is '许可决定日期';
comment on column public.hub_xzxk.xk_yxqz is '有效期自';
comment on column public.hub_xzxk.xk_yxqzi is '有效期至';
comment on column public.hub_xzxk.xk_xkjg is '许可机关';
comment on column public.hub_xzxk.xk_xkjgdm is '许可机关统一社会信用代码';
comment on column public.hub_xzxk.xk_zt is '当前状态';
comment on column public.hub_xzxk.xk_lydw is '数据来源单位';
comment on column public.hub_xzxk.xk_lydwdm is '数据来源单位统一社会信用代码';
comment on column public.hub_xzxk.bz is '备注';
comment on column public.hub_xzxk.hub_cxdm is '撤销事由代码';
comment on column public.hub_xzxk.hub_cxsy is '撤销事由';
comment on column public.hub_xzxk.hub_cxrq is '撤销日期';
comment on column public.hub_xzxk.hub_cxwh is '撤销文号';
comment on column public.hub_xzxk.subject_key is '业务主键，终身不变';
comment on column public.hub_xzxk.sequence is '报文序号，逐次增大';
comment on column public.hub_xzxk.operation is 'ADD 新增，CHANGE 变更，REMOVE 移出或撤销';
comment on column public.hub_xzxk.state is '0 待接收，1 已取走，2 已接收，3 已退回；由接收方填写';
comment on column public.hub_xzxk.error_code is '规则代码，由接收方填写';
comment on column public.hub_xzxk.error_message is '错误描述，由接收方填写';
comment on column public.hub_xzxk.error_field is '出错字段，由接收方填写';
comment on column public.hub_xzxk.error_value is '出错值，由接收方填写';
comment on column public.hub_xzxk.receiver_id is '接收方记录编号，由接收方填写';
comment on column public.hub_xzxk.feedback_time is '反馈时间，由接收方填写';
comment on column public.hub_xzxk.resub_time is '重报时间';
