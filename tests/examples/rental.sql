-- What every document of examples/rental must be, written by hand and on purpose unlike what the library writes:
-- jsonb, and a correlated sub-select for each relation. One query an index, headed by its name; each gives
-- (_id, document). Run with TimeZone UTC.

-- index: films
SELECT f.id::text,
       jsonb_build_object(
         'id', f.id, 'title', f.title, 'description', f.description, 'year', f.year, 'minutes', f.minutes,
         'hours', round(f.minutes / 60.0, 2), 'rate', f.rate, 'rating', f.rating, 'features', f.features,
         'language', (SELECT jsonb_build_object('id', l.id, 'name', l.name) FROM language l WHERE l.id = f.language_id),
         'original_language', (
           SELECT jsonb_build_object('id', l.id, 'name', l.name) FROM language l WHERE l.id = f.original_language_id),
         'actors', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'first_name', a.first_name, 'last_name', a.last_name)
             ORDER BY a.last_name, a.first_name, a.id), '[]')
           FROM actor a WHERE a.id IN (SELECT w.actor_id FROM film_actor w WHERE w.film_id = f.id)),
         'categories', (
           SELECT coalesce(jsonb_agg(c.name ORDER BY c.name, c.id), '[]')
           FROM category c WHERE c.id IN (SELECT w.category_id FROM film_category w WHERE w.film_id = f.id)),
         'stores', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', s.id, 'name', s.name,
             'address', (
               SELECT jsonb_build_object('id', a.id, 'street', a.street, 'postal', a.postal, 'city', (
                 SELECT jsonb_build_object('id', t.id, 'name', t.name, 'country', (
                   SELECT jsonb_build_object('id', n.id, 'name', n.name) FROM country n WHERE n.id = t.country_id))
                 FROM city t WHERE t.id = a.city_id))
               FROM address a WHERE a.id = s.address_id),
             'manager', (SELECT jsonb_build_object('id', m.id, 'name', m.name) FROM staff m WHERE m.id = s.manager_id))
             ORDER BY s.id), '[]')
           FROM store s WHERE s.id IN (SELECT i.store_id FROM inventory i WHERE i.film_id = f.id)),
         'notes', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('note', n.note, 'written', n.written)
             ORDER BY n::text COLLATE "C"), '[]')
           FROM film_note n WHERE n.film_id = f.id),
         'discs', (SELECT count(*) FROM inventory i WHERE i.film_id = f.id),
         'times_rented', (
           SELECT count(*) FROM rental r JOIN inventory i ON i.id = r.inventory_id WHERE i.film_id = f.id),
         'out_now', (
           SELECT count(*) > 0 FROM rental r JOIN inventory i ON i.id = r.inventory_id
           WHERE i.film_id = f.id AND r.returned IS NULL),
         'last_rented', (
           SELECT max(r.rented) FROM rental r JOIN inventory i ON i.id = r.inventory_id WHERE i.film_id = f.id),
         'earned', (
           SELECT coalesce(sum(y.amount), 0)
           FROM payment y JOIN rental r ON r.id = y.rental_id JOIN inventory i ON i.id = r.inventory_id
           WHERE i.film_id = f.id),
         -- What the view has, without the view.
         'stats', CASE WHEN EXISTS (SELECT FROM inventory i WHERE i.film_id = f.id) THEN jsonb_build_object(
           'film_id', f.id,
           'discs', (SELECT count(*) FROM inventory i WHERE i.film_id = f.id),
           'rentals', (SELECT count(*) FROM rental r JOIN inventory i ON i.id = r.inventory_id WHERE i.film_id = f.id),
           'out_now', (
             SELECT count(*) FROM rental r JOIN inventory i ON i.id = r.inventory_id
             WHERE i.film_id = f.id AND r.returned IS NULL),
           'last_rented', (
             SELECT max(r.rented) FROM rental r JOIN inventory i ON i.id = r.inventory_id WHERE i.film_id = f.id)) END)
FROM film f;

-- index: customers
SELECT c.id::text,
       jsonb_build_object(
         'id', c.id, 'name', c.name, 'email', c.email, 'active', c.active, 'joined', c.joined,
         'address', (
           SELECT jsonb_build_object('id', a.id, 'street', a.street, 'postal', a.postal, 'city', (
             SELECT jsonb_build_object('id', t.id, 'name', t.name, 'country', (
               SELECT jsonb_build_object('id', n.id, 'name', n.name) FROM country n WHERE n.id = t.country_id))
             FROM city t WHERE t.id = a.city_id))
           FROM address a WHERE a.id = c.address_id),
         'store', (
           SELECT jsonb_build_object(
             'id', s.id, 'name', s.name,
             'address', (
               SELECT jsonb_build_object('id', a.id, 'street', a.street, 'postal', a.postal, 'city', (
                 SELECT jsonb_build_object('id', t.id, 'name', t.name, 'country', (
                   SELECT jsonb_build_object('id', n.id, 'name', n.name) FROM country n WHERE n.id = t.country_id))
                 FROM city t WHERE t.id = a.city_id))
               FROM address a WHERE a.id = s.address_id),
             'manager', (SELECT jsonb_build_object('id', m.id, 'name', m.name) FROM staff m WHERE m.id = s.manager_id))
           FROM store s WHERE s.id = c.store_id),
         'rentals', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
             'id', r.id, 'rented', r.rented, 'returned', r.returned,
             'disc', (
               SELECT jsonb_build_object(
                 'id', i.id,
                 'film', (
                   SELECT jsonb_build_object(
                     'id', f.id, 'title', f.title, 'hours', round(f.minutes / 60.0, 2), 'categories', (
                       SELECT coalesce(jsonb_agg(g.name ORDER BY g.id), '[]')
                       FROM category g WHERE g.id IN (SELECT w.category_id FROM film_category w WHERE w.film_id = f.id)))
                   FROM film f WHERE f.id = i.film_id),
                 'store', (
                   SELECT jsonb_build_object(
                     'id', s.id, 'name', s.name,
                     'address', (
                       SELECT jsonb_build_object('id', a.id, 'street', a.street, 'postal', a.postal, 'city', (
                         SELECT jsonb_build_object('id', t.id, 'name', t.name, 'country', (
                           SELECT jsonb_build_object('id', n.id, 'name', n.name) FROM country n WHERE n.id = t.country_id))
                         FROM city t WHERE t.id = a.city_id))
                       FROM address a WHERE a.id = s.address_id),
                     'manager', (SELECT jsonb_build_object('id', m.id, 'name', m.name) FROM staff m WHERE m.id = s.manager_id))
                   FROM store s WHERE s.id = i.store_id))
               FROM inventory i WHERE i.id = r.inventory_id),
             'staff', (SELECT jsonb_build_object('id', m.id, 'name', m.name) FROM staff m WHERE m.id = r.staff_id),
             'payments', (
               SELECT coalesce(jsonb_agg(jsonb_build_object('id', y.id, 'paid_at', y.paid_at, 'amount', y.amount)
                 ORDER BY y.id, y.paid_at), '[]')
               FROM payment y WHERE y.rental_id = r.id),
             'paid', (SELECT coalesce(sum(y.amount), 0) FROM payment y WHERE y.rental_id = r.id))
             ORDER BY r.rented DESC, r.id), '[]')
           FROM rental r WHERE r.customer_id = c.id),
         'films', (
           SELECT coalesce(jsonb_agg(f.title ORDER BY f.id), '[]')
           FROM film f
           WHERE f.id IN (SELECT i.film_id FROM rental r, inventory i
                          WHERE r.customer_id = c.id AND i.id = r.inventory_id)),
         'payments', (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', y.id, 'paid_at', y.paid_at, 'amount', y.amount)
             ORDER BY y.id, y.paid_at), '[]')
           FROM payment y WHERE y.customer_id = c.id),
         'paid', (SELECT coalesce(sum(y.amount), 0) FROM payment y WHERE y.customer_id = c.id),
         'refunded', (SELECT coalesce(sum(y.amount), 0) FROM payment y WHERE y.customer_id = c.id AND y.amount < 0),
         'mean_payment', (SELECT avg(y.amount) FROM payment y WHERE y.customer_id = c.id),
         'last_paid', (SELECT max(y.paid_at) FROM payment y WHERE y.customer_id = c.id))
FROM customer c;

-- index: film_numbers
SELECT f.id::text,
       jsonb_build_object(
         'film_id', f.id,
         'discs', (SELECT count(*) FROM inventory i WHERE i.film_id = f.id),
         'rentals', (SELECT count(*) FROM rental r WHERE (SELECT i.film_id FROM inventory i WHERE i.id = r.inventory_id) = f.id),
         'out_now', (
           SELECT count(*) FROM rental r
           WHERE r.returned IS NULL AND (SELECT i.film_id FROM inventory i WHERE i.id = r.inventory_id) = f.id),
         'last_rented', (
           SELECT max(r.rented) FROM rental r
           WHERE (SELECT i.film_id FROM inventory i WHERE i.id = r.inventory_id) = f.id))
FROM film f
WHERE EXISTS (SELECT FROM inventory i WHERE i.film_id = f.id)

-- index: payments
SELECT p.id::text || '|' || p.paid_at::text,
       jsonb_build_object('id', p.id, 'paid_at', p.paid_at, 'amount', p.amount)
FROM payment p
