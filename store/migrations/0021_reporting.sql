-- depends: 0020_identity

-- What reports outside Outfall may read: a schema of views without secrets, without people and without free text, which may name
-- somebody. Everything is in its newest revision. The role that reads them is made by `outfall reporting provide`.

create schema reporting;
comment on schema reporting is 'Read-only views for reports; no secrets, no people.';

create view reporting.factor (code, name, unit) as values
    ('w00000', '流量', 'L/s'),
    ('w01001', 'pH值', null),
    ('w01002', '色度', 'degree'),
    ('w01003', '浊度', 'NTU'),
    ('w01006', '溶解性总固体', 'mg/L'),
    ('w01009', '溶解氧', 'mg/L'),
    ('w01010', '水温', '°C'),
    ('w01012', '悬浮物', 'mg/L'),
    ('w01014', '电导率', 'µS/cm'),
    ('w01017', '五日生化需氧量', 'mg/L'),
    ('w01018', '化学需氧量', 'mg/L'),
    ('w01019', '高锰酸盐指数', 'mg/L'),
    ('w01020', '总有机碳', 'mg/L'),
    ('w02003', '粪大肠菌群', '/L'),
    ('w19002', '阴离子表面活性剂', 'mg/L'),
    ('w20111', '总汞', 'µg/L'),
    ('w20113', '烷基汞', 'ng/L'),
    ('w20115', '总镉', 'µg/L'),
    ('w20116', '总铬', 'mg/L'),
    ('w20117', '六价铬', 'µg/L'),
    ('w20119', '总砷', 'µg/L'),
    ('w20120', '总铅', 'µg/L'),
    ('w20121', '总镍', 'mg/L'),
    ('w20122', '总铜', 'mg/L'),
    ('w20123', '总锌', 'mg/L'),
    ('w20124', '总锰', 'mg/L'),
    ('w20125', '总铁', 'mg/L'),
    ('w20126', '总银', 'mg/L'),
    ('w20127', '总铍', 'µg/L'),
    ('w21001', '总氮', 'mg/L'),
    ('w21003', '氨氮', 'mg/L'),
    ('w21004', '凯氏氮', 'mg/L'),
    ('w21006', '亚硝酸盐', 'mg/L'),
    ('w21007', '硝酸盐', 'mg/L'),
    ('w21011', '总磷', 'mg/L'),
    ('w21016', '氰化物', 'mg/L'),
    ('w21017', '氟化物', 'mg/L'),
    ('w21019', '硫化物', 'mg/L'),
    ('w21022', '氯化物', 'mg/L'),
    ('w21038', '硫酸盐', 'mg/L'),
    ('w22001', '石油类', 'mg/L'),
    ('w23002', '挥发酚', 'mg/L'),
    ('a00000', '流量', 'm³/s'),
    ('a01001', '温度', '°C'),
    ('a01002', '湿度', '%'),
    ('a01006', '气压', 'kPa'),
    ('a01007', '风速', 'm/s'),
    ('a01008', '风向', 'degree'),
    ('a01010', '林格曼黑度', null),
    ('a01011', '烟气流速', 'm/s'),
    ('a01012', '烟气温度', '°C'),
    ('a01013', '烟气压力', 'kPa'),
    ('a01014', '烟气湿度', '%'),
    ('a01015', '制冷温度', '°C'),
    ('a01016', '烟道截面积', 'm²'),
    ('a01017', '烟气动压', 'kPa'),
    ('a01901', '焚烧炉膛平均温度', '°C'),
    ('a01902', '焚烧炉DCS温度', '°C'),
    ('a05001', '二氧化碳', 'mg/m³'),
    ('a05002', '甲烷', 'mg/m³'),
    ('a05024', '臭氧', 'µg/m³'),
    ('a19001', '氧气含量', '%'),
    ('a20025', '镉及其化合物', 'mg/m³'),
    ('a20043', '铅及其化合物', 'mg/m³'),
    ('a20057', '汞及其化合物', 'mg/m³'),
    ('a20058', '汞', 'ng/m³'),
    ('a21001', '氨', 'mg/m³'),
    ('a21002', '氮氧化物', 'mg/m³'),
    ('a21003', '一氧化氮', 'mg/m³'),
    ('a21004', '二氧化氮', 'mg/m³'),
    ('a21005', '一氧化碳', 'mg/m³'),
    ('a21017', '氰化物', 'mg/m³'),
    ('a21018', '氟化物', 'mg/m³'),
    ('a21022', '氯气', 'mg/m³'),
    ('a21024', '氯化氢', 'mg/m³'),
    ('a21026', '二氧化硫', 'mg/m³'),
    ('a21028', '硫化氢', 'mg/m³'),
    ('a23001', '酚类', 'mg/m³'),
    ('a24046', '氯乙烯', 'mg/m³'),
    ('a24087', '碳氢化合物', 'mg/m³'),
    ('a24088', '非甲烷总烃', 'mg/m³'),
    ('a25002', '苯', 'mg/m³'),
    ('a25003', '甲苯', 'mg/m³'),
    ('a25005', '二甲苯', 'mg/m³'),
    ('a25010', '氯苯', 'mg/m³'),
    ('a25023', '硝基苯', 'mg/m³'),
    ('a26001', '苯胺类', 'mg/m³'),
    ('a30001', '甲醇', 'mg/m³'),
    ('a31001', '甲醛', 'mg/m³'),
    ('a34001', '总悬浮颗粒物', 'mg/m³'),
    ('a34002', 'PM10', 'µg/m³'),
    ('a34004', 'PM2.5', 'µg/m³'),
    ('a34013', '颗粒物', 'mg/m³'),
    ('a34038', '沥青烟', 'mg/m³'),
    ('a34039', '硫酸雾', 'mg/m³'),
    ('a34040', '铬酸雾', 'mg/m³'),
    ('a99051', '二硫化碳', 'mg/m³');

create view reporting.outlet as
select s.id as site_id, sv.name as site, sv.industry, sv.key_unit, sv.sample, o.id as outlet_id, ov.name as outlet, o.medium, ov.judged,
       exists (select from positive_list_version l
               where l.site_key = s.key and l.recorded_to is null and l.valid_from <= now() and (l.valid_to is null or l.valid_to > now()))
           as listed,
       o.key as outlet_key
from outlet o
join site s on s.key = o.site_key
join outlet_version ov on ov.outlet_key = o.key and ov.recorded_to is null and ov.valid_to is null
join site_version sv on sv.site_key = s.key and sv.recorded_to is null and sv.valid_to is null;

create view reporting.period as
select p.start, p.span, r.site_id, r.site, r.outlet_id, r.outlet, p.factor as factor_code, coalesce(f.name, p.factor) as factor, f.unit,
       p.valid, p.status, p.after_marking_measured as measured, p.after_marking_folded as folded, p.count, p.expected
from (
    select distinct on (outlet_key, factor, span, start) outlet_key, factor, span, start, valid, status, after_marking_measured,
           after_marking_folded, count, expected
    from period_value
    order by outlet_key, factor, span, start, revision desc
) p
join reporting.outlet r on r.outlet_key = p.outlet_key
left join reporting.factor f on f.code = p.factor;

create view reporting.verdict as
select v.start, v.span, r.site_id, r.site, r.outlet_id, r.outlet, v.factor as factor_code, coalesce(f.name, v.factor) as factor, f.unit,
       v.result, v.bound, v.compared, v.multiple
from (
    select distinct on (outlet_key, factor, span, start) outlet_key, factor, span, start, result, bound, compared, multiple
    from verdict
    order by outlet_key, factor, span, start, revision desc,
             array_position(array['exceeded', 'exempt', 'undetermined', 'invalid', 'missing', 'compliant', 'no_limit'], result)
) v
join reporting.outlet r on r.outlet_key = v.outlet_key
left join reporting.factor f on f.code = v.factor;

-- Hours of a day that were due, came and were valid, as published (数据传输率, 有效传输率).
create view reporting.transmission as
select t.start, r.site_id, r.site, r.outlet_id, r.outlet, t.factor as factor_code, coalesce(f.name, t.factor) as factor,
       (t.hours ->> 'due')::integer as due, (t.hours ->> 'received')::integer as received, (t.hours ->> 'valid')::integer as valid,
       (t.hours ->> 'stopped')::integer as stopped
from (
    select distinct on (outlet_key, factor, start) outlet_key, factor, start, numbers -> 'transmission' -> 'hours' as hours
    from statistic
    where span = 'day'
    order by outlet_key, factor, start, revision desc
) t
join reporting.outlet r on r.outlet_key = t.outlet_key
left join reporting.factor f on f.code = t.factor;

create view reporting.alert as
select a.id, a.number, a.code, a.severity, s.id as site_id, sv.name as site, o.id as outlet_id, ov.name as outlet,
       a.factor as factor_code, coalesce(f.name, a.factor) as factor, a.condition, a.handling, a.first_seen, a.last_seen, a.raised_at,
       a.cleared_at, a.acknowledged_at, a.due_at, a.due_step, a.count, a.late
from alert a
left join site s on s.key = a.site_key
left join site_version sv on sv.site_key = s.key and sv.recorded_to is null and sv.valid_to is null
left join outlet o on o.key = a.outlet_key
left join outlet_version ov on ov.outlet_key = o.key and ov.recorded_to is null and ov.valid_to is null
left join reporting.factor f on f.code = a.factor
where a.condition <> 'pending';

-- Steps of the handling: what happened when, not who did it nor what was written.
create view reporting.alert_step as
select e.alert_id, e.at, e.action from alert_event e join alert a on a.id = e.alert_id where a.condition <> 'pending';

create view reporting.task as
select t.number, t.kind, s.id as site_id, sv.name as site, t.listed, t.state, t.outcome, t.created_at, t.due_at, t.counted, t.visited_at
from task t
join site s on s.key = t.site_key
left join site_version sv on sv.site_key = s.key and sv.recorded_to is null and sv.valid_to is null;

create view reporting.mark as
select r.site_id, r.site, r.outlet_id, r.outlet, m.category, m.label, m.factor as factor_code, m.from_time, m.to_time, m.channel,
       m.received_at, m.deadline, m.late, w.mark_id is not null as withdrawn
from mark m
join reporting.outlet r on r.outlet_key = m.outlet_key
left join mark_withdrawal w on w.mark_id = m.id;

create view reporting.gateway as
select g.id as gateway, coalesce(s.state, 'unknown') as state, s.since, s.heard_at
from gateway g left join gateway_state s on s.gateway = g.id where g.retired_at is null;

create view reporting.ledger as
select l.hour, l.gateway, r.site_id, r.site, r.outlet_id, r.outlet, l.disposition, l.reason, l.frames, l.readings
from ledger l left join reporting.outlet r on r.outlet_key = l.outlet_key;
