-- depends: 0019_handover

-- A company is told over its channels that a lead was disclosed to it.
alter table outbox drop constraint outbox_purpose_check;
alter table outbox add constraint outbox_purpose_check
    check (purpose in ('raised', 'reminder', 'escalated', 'cleared', 'digest', 'task', 'lead', 'disclosed', 'operations', 'test'));
