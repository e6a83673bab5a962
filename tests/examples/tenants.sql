-- What every document of examples/tenants must be, written by hand and on purpose unlike what the library writes.
-- One query an index, headed by its name; each gives (_id, document). Run with TimeZone UTC.

-- index: invoices_a
SELECT i.id::text,
       jsonb_build_object(
         'id', i.id, 'number', i.number, 'issued', i.issued, 'paid_at', i.paid_at,
         'customer', (
           SELECT jsonb_build_object(
             'id', c.id, 'name', c.name,
             'plan', (SELECT jsonb_build_object('code', p.code, 'title', p.title, 'price', p.price)
                      FROM shared.plan p WHERE p.code = c.plan_code),
             'country', (SELECT jsonb_build_object('code', y.code, 'name', y.name)
                         FROM shared.country y WHERE y.code = c.country_code))
           FROM tenant_a.customer c WHERE c.id = i.customer_id),
         'lines', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'invoice_id', l.invoice_id, 'position', l.position, 'what', l.what, 'amount', l.amount)
             ORDER BY l.position), '[]')
           FROM tenant_a.line l WHERE l.invoice_id = i.id),
         'total', (SELECT coalesce(sum(l.amount), 0) FROM tenant_a.line l WHERE l.invoice_id = i.id))
FROM tenant_a.invoice i;

-- index: invoices_b
SELECT i.id::text,
       jsonb_build_object(
         'id', i.id, 'number', i.number, 'issued', i.issued, 'paid_at', i.paid_at,
         'customer', (
           SELECT jsonb_build_object(
             'id', c.id, 'name', c.name,
             'plan', (SELECT jsonb_build_object('code', p.code, 'title', p.title, 'price', p.price)
                      FROM shared.plan p WHERE p.code = c.plan_code),
             'country', (SELECT jsonb_build_object('code', y.code, 'name', y.name)
                         FROM shared.country y WHERE y.code = c.country_code))
           FROM tenant_b.customer c WHERE c.id = i.customer_id),
         'lines', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'invoice_id', l.invoice_id, 'position', l.position, 'what', l.what, 'amount', l.amount)
             ORDER BY l.position), '[]')
           FROM tenant_b.line l WHERE l.invoice_id = i.id),
         'total', (SELECT coalesce(sum(l.amount), 0) FROM tenant_b.line l WHERE l.invoice_id = i.id))
FROM tenant_b.invoice i;

-- index: plans
SELECT replace(replace(p.code, '\', '\\'), '|', '\|'),
       jsonb_build_object(
         'code', p.code, 'title', p.title, 'price', p.price,
         'tenant_a', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', c.id, 'name', c.name,
             'unpaid', (SELECT count(*) FROM tenant_a.invoice i WHERE i.customer_id = c.id AND i.paid_at IS NULL))
             ORDER BY c.id), '[]')
           FROM tenant_a.customer c WHERE c.plan_code = p.code),
         'tenant_b', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', c.id, 'name', c.name,
             'unpaid', (SELECT count(*) FROM tenant_b.invoice i WHERE i.customer_id = c.id AND i.paid_at IS NULL))
             ORDER BY c.id), '[]')
           FROM tenant_b.customer c WHERE c.plan_code = p.code))
FROM shared.plan p;

-- index: tickets
SELECT replace(replace(t.tenant, '\', '\\'), '|', '\|') || '|' || t.number,
       jsonb_build_object(
         'tenant', t.tenant, 'number', t.number, 'subject', t.subject, 'status', t.status,
         'customer', jsonb_build_object(
           'a', (
             SELECT jsonb_build_object(
               'id', c.id, 'name', c.name,
               'plan', (SELECT jsonb_build_object('code', p.code, 'title', p.title, 'price', p.price)
                        FROM shared.plan p WHERE p.code = c.plan_code),
               'country', (SELECT jsonb_build_object('code', y.code, 'name', y.name)
                           FROM shared.country y WHERE y.code = c.country_code))
             FROM tenant_a.customer c WHERE t.tenant = 'a' AND c.id = t.customer_id),
           'b', (
             SELECT jsonb_build_object(
               'id', c.id, 'name', c.name,
               'plan', (SELECT jsonb_build_object('code', p.code, 'title', p.title, 'price', p.price)
                        FROM shared.plan p WHERE p.code = c.plan_code),
               'country', (SELECT jsonb_build_object('code', y.code, 'name', y.name)
                           FROM shared.country y WHERE y.code = c.country_code))
             FROM tenant_b.customer c WHERE t.tenant = 'b' AND c.id = t.customer_id)))
FROM shared.ticket t
WHERE t.status NOT IN ('spam');
