begin;

insert into team values (1, 'North'), (2, 'South');
insert into person values (1, 'Ann', 'ann@example.org', 1, true), (2, 'Bob', null, 2, true), (3, 'Cy', 'cy@example.org', null, false);
insert into site values
    (1, 'de', 'Germany', 'country', false, null), (2, 'de-be', 'Berlin', 'city', false, 'de'),
    (3, 'de-be-1', 'Hall 1', 'hall', false, 'de-be'), (4, 'de-be-1-a', 'Shelf A', 'shelf', false, 'de-be-1'),
    (5, 'de-be-2', 'Hall 2', 'hall', true, 'de-be'), (6, 'fr', 'France', 'country', false, null);
insert into contract values (1, 'C-1', true), (2, 'C-2', false);
insert into ticket values (1, 'T-1', 'Too loud'), (2, 'T-2', null);
insert into device values
    (1, 'S1', 'Pump', 'running', 1, 'de-be-1', 'contract', 'C-1'), (2, 'S2', 'Fan', 'stopped', 3, 'de-be-1-a', 'contract', 'C-2'),
    (3, 'S3', 'Lamp', 'running', null, null, 'ticket', 'T-1'), (4, 'S4', 'Belt', 'running', 2, 'de-be-2', 'ticket', 'T-9');
insert into part values
    (1, 1, 'valve', 2, '2024-01-01', false), (2, 1, 'motor', 5, '2024-02-01', false), (3, 1, 'Seal', 5, '2024-01-15', false),
    (4, 1, 'old motor', 9, '2020-01-01', true), (5, 2, null, null, null, false), (6, 2, 'blade', null, '2023-01-01', true),
    (7, null, 'spare', 1, null, false);
insert into label values (1, 'hot', 'Hot', 3), (2, 'wet', 'Wet', 2), (3, 'old', 'Old', 0);
insert into device_label values ('S1', 'wet'), ('S1', 'old'), ('S2', 'old'), ('S3', 'hot'), ('S3', 'wet');
refresh materialized view label_stats;

commit;
