-- What every document of examples/shop must be, written by hand and on purpose unlike what the library writes.
-- One query an index, headed by its name; each gives (_id, document). Run with TimeZone UTC.

-- index: products
SELECT p.id::text,
       jsonb_build_object(
         'id', p.id, 'sku', p.sku, 'name', p.name, 'status', p.status, 'price', p.price,
         'released', p.released, 'tags', p.tags,
         'best_reviews', (
           SELECT coalesce(jsonb_agg(b.object ORDER BY b.place), '[]')
           FROM (
             SELECT row_number() OVER (ORDER BY r.stars IS NULL, -r.stars, r.written NULLS LAST, r.id),
                    jsonb_build_object(
                      'id', r.id, 'stars', r.stars, 'body', r.body, 'written', r.written,
                      'author', (SELECT jsonb_build_object('id', a.id, 'name', a.name)
                                 FROM customer a WHERE a.id = r.customer_id))
             FROM review r
             WHERE r.product_id = p.id AND r.approved AND r.deleted_at IS NULL) b (place, object)
           WHERE b.place <= 3),
         'review_count', (
           SELECT count(*) FROM review r WHERE r.product_id = p.id AND r.approved AND r.deleted_at IS NULL),
         'stars', (
           SELECT avg(r.stars) FROM review r WHERE r.product_id = p.id AND r.approved AND r.deleted_at IS NULL),
         'first_review', (
           SELECT r.written FROM review r
           WHERE r.product_id = p.id AND r.approved AND r.deleted_at IS NULL AND r.written IS NOT NULL
           ORDER BY r.written LIMIT 1),
         'last_review', (
           SELECT r.written FROM review r
           WHERE r.product_id = p.id AND r.approved AND r.deleted_at IS NULL AND r.written IS NOT NULL
           ORDER BY r.written DESC LIMIT 1),
         'has_complaints',
           0 < (SELECT count(*) FROM review r WHERE r.product_id = p.id AND r.stars = 1 AND r.deleted_at IS NULL),
         'sold', (
           SELECT coalesce(sum(l.quantity), 0) FROM order_line l
           WHERE l.product_id = p.id AND l.deleted_at IS NULL),
         'turnover', (
           SELECT coalesce(sum(l.quantity * l.price), 0) FROM order_line l
           WHERE l.product_id = p.id AND l.deleted_at IS NULL),
         'largest_sale', (
           SELECT max(l.quantity * l.price) FROM order_line l
           WHERE l.product_id = p.id AND l.deleted_at IS NULL),
         'returned', (
           SELECT coalesce(sum(t.quantity), 0)
           FROM order_line l JOIN returned t ON t.purchase_id = l.purchase_id AND t.position = l.position
           WHERE l.product_id = p.id AND t.accepted),
         'stock', (
           SELECT coalesce(jsonb_object_agg(s.warehouse, s.amount), '{}') FROM stock s WHERE s.product_id = p.id),
         'in_stock', (SELECT coalesce(sum(s.amount), 0) FROM stock s WHERE s.product_id = p.id),
         'available', p.id IN (SELECT s.product_id FROM stock s WHERE s.amount > 0),
         'attributes', (
           SELECT coalesce(jsonb_object_agg(a.name, a.value), '{}')
           FROM attribute a
           WHERE a.sku = p.sku AND a.name IS NOT NULL
             AND NOT EXISTS (SELECT FROM attribute o WHERE o.sku = a.sku AND o.name = a.name AND o.id < a.id)),
         'measures', (
           SELECT coalesce(jsonb_object_agg(
             a.name, jsonb_build_object('id', a.id, 'name', a.name, 'value', a.value, 'unit', a.unit)), '{}')
           FROM attribute a
           WHERE a.sku = p.sku AND a.name IS NOT NULL AND a.unit IS NOT NULL
             AND NOT EXISTS (SELECT FROM attribute o
                             WHERE o.sku = a.sku AND o.name = a.name AND o.unit IS NOT NULL AND o.id > a.id)))
FROM product p
WHERE p.status IN ('active', 'sold out', 'retired');

-- index: shoppers
SELECT c.id::text,
       jsonb_build_object(
         'id', c.id, 'name', c.name,
         'email', CASE WHEN c.email LIKE '%@%' THEN '***' || substr(c.email, strpos(c.email, '@'))
                       WHEN c.email IS NOT NULL THEN '***' END,
         'joined', c.joined,
         'latest_orders', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', o.id, 'placed_at', o.placed_at, 'state', o.state,
             'lines', (SELECT count(*) FROM order_line l WHERE l.purchase_id = o.id AND l.deleted_at IS NULL))
             ORDER BY o.placed_at IS NULL, o.placed_at DESC, o.id), '[]')
           FROM purchase o
           WHERE o.customer_id = c.id
             AND 3 > (SELECT count(*) FROM purchase n
                      WHERE n.customer_id = c.id AND n.id <> o.id
                        AND CASE WHEN n.placed_at IS NULL THEN o.placed_at IS NULL AND n.id < o.id
                                 WHEN o.placed_at IS NULL THEN true
                                 WHEN n.placed_at = o.placed_at THEN n.id < o.id
                                 ELSE n.placed_at > o.placed_at END)),
         'order_count', (SELECT count(*) FROM purchase o WHERE o.customer_id = c.id AND o.state <> 'cancelled'),
         'first_order', (SELECT min(o.placed_at) FROM purchase o WHERE o.customer_id = c.id),
         'has_open_orders', c.id IN (SELECT o.customer_id FROM purchase o WHERE o.state = 'open'),
         'spent', (
           SELECT coalesce(sum(l.price * l.quantity), 0)
           FROM purchase o JOIN order_line l ON l.purchase_id = o.id
           WHERE o.customer_id = c.id AND l.deleted_at IS NULL),
         'favourites', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'sku', f.sku, 'name', f.name) ORDER BY f.place), '[]')
           FROM (
             SELECT p.id, p.sku, p.name, row_number() OVER (ORDER BY p.price DESC, p.id) AS place
             FROM favourite v JOIN product p ON p.id = v.product_id
             WHERE v.customer_id = c.id AND p.status <> 'draft') f
           WHERE f.place < 3),
         'invited', (
           SELECT coalesce(jsonb_agg(i.name ORDER BY i.id), '[]') FROM customer i WHERE i.invited_by = c.id))
FROM customer c
WHERE NOT c.blocked;

-- index: orders
SELECT o.id::text,
       jsonb_build_object(
         'id', o.id, 'customer_id', o.customer_id, 'placed_at', o.placed_at, 'state', o.state, 'note', o.note,
         'customer', (SELECT jsonb_build_object('id', c.id, 'name', c.name) FROM customer c WHERE c.id = o.customer_id),
         'lines', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'purchase_id', l.purchase_id, 'position', l.position, 'quantity', l.quantity, 'price', l.price,
             'amount', l.quantity * l.price,
             'product', (SELECT jsonb_build_object('id', p.id, 'sku', p.sku, 'name', p.name)
                         FROM product p WHERE p.id = l.product_id),
             'returns', (SELECT coalesce(jsonb_agg(t.quantity ORDER BY t.id DESC), '[]')
                         FROM returned t WHERE t.purchase_id = l.purchase_id AND t.position = l.position))
             ORDER BY l.position), '[]')
           FROM order_line l WHERE l.purchase_id = o.id AND l.deleted_at IS NULL),
         'lines_ever', (SELECT count(*) FROM order_line l WHERE l.purchase_id = o.id),
         'total', (
           SELECT coalesce(sum(l.quantity * l.price), 0) FROM order_line l
           WHERE l.purchase_id = o.id AND l.deleted_at IS NULL),
         'average_price', (
           SELECT avg(l.price) FROM order_line l WHERE l.purchase_id = o.id AND l.deleted_at IS NULL),
         'has_returns', o.id IN (SELECT t.purchase_id FROM returned t))
FROM purchase o;
