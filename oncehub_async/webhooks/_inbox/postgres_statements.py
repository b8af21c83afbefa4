"""The SQL of accepting, claiming and settling, each statement for many rows at once.

Each is run after the rows of its subjects have been locked by a statement before it, so that it
sees all that others have done. Whoever locks several does so in one order.
"""

TIME = "extract(epoch FROM clock_timestamp())::float8"
"""By the server's clock, which is one for all hosts."""

LOCK_FOR_PUTS = """
WITH locked AS (
    INSERT INTO @subjects (subject, used)
    SELECT subject, extract(epoch FROM clock_timestamp())
    FROM unnest($1::text[]) AS given (subject) ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET used = excluded.used)
SELECT name, types FROM @handlers WHERE owner <> 0 AND owner <> $2 ORDER BY owner, position
"""

# What is new of a line stands first in it if it happened before what stood there.
PUT = """
WITH given AS MATERIALIZED (
    SELECT nextval('@event_numbers') AS seq, g.*
    FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::bytea[],
        $7::text[])
    WITH ORDINALITY AS g (id, type, subject, created, received, body, trace_context,
        number)),
new AS (
    INSERT INTO @events (seq, id, type, subject, created, received, body, trace_context)
    SELECT seq, id, type, subject, created, received, body, trace_context FROM given ORDER BY id
    ON CONFLICT (id) DO NOTHING RETURNING seq, id),
added AS MATERIALIZED (
    SELECT g.seq, g.type, g.subject, g.created, w.position, w.handler
    FROM new JOIN given g USING (seq)
    JOIN unnest($8::int[], $9::int[], $10::text[]) AS w (number, position, handler)
      ON w.number = g.number),
first AS MATERIALIZED (
    SELECT DISTINCT ON (subject, handler) subject, handler, created, seq FROM added
    ORDER BY subject, handler, created, seq),
before AS MATERIALIZED (
    SELECT f.subject, f.handler, b.event, b.position, f.created < b.created AS is_overtaken
    FROM first f CROSS JOIN LATERAL (
        SELECT w.event, w.position, w.created FROM @work w
        WHERE w.finished IS NULL AND w.subject = f.subject AND w.handler = f.handler
        ORDER BY w.created, w.event LIMIT 1) b),
overtaken AS (
    UPDATE @work w SET due = NULL FROM before b
    WHERE b.is_overtaken AND w.event = b.event AND w.position = b.position
      AND w.due IS NOT NULL),
inserted AS (
    INSERT INTO @work (event, position, handler, type, subject, created, waits, due)
    SELECT a.seq, a.position, a.handler, a.type, a.subject, a.created, 0,
        CASE WHEN a.seq = f.seq AND coalesce(b.is_overtaken, true) THEN 0 END
    FROM added a JOIN first f USING (subject, handler) LEFT JOIN before b USING (subject, handler))
SELECT id FROM new
"""

_TAKEN_OF = """
SELECT w.event, w.position, w.subject, w.due
FROM @work w JOIN @subjects s ON s.subject = w.subject
WHERE w.due IS NOT NULL AND w.handler = h.handler AND w.due <= $5 AND s.running = 0 {only}
  AND (h.types IS NULL OR h.types ? w.type OR h.types ? split_part(w.type, '.', 1))
ORDER BY w.due, w.event, w.position LIMIT {limit}
FOR UPDATE OF s, w SKIP LOCKED
"""

# An owner that was taken for dead gets nothing: nobody would ever look for what it holds.
CLAIM = f"""
WITH me AS MATERIALIZED (SELECT id FROM @owners WHERE id = $1 FOR KEY SHARE SKIP LOCKED),
wanted AS MATERIALIZED (
    SELECT h.handler, h.types::jsonb AS types, h.room
    FROM me, unnest($2::text[], $3::text[], $4::int[]) AS h (handler, types, room)),
suspects AS MATERIALIZED (
    SELECT t.* FROM wanted h CROSS JOIN LATERAL (
        {_TAKEN_OF.format(only="AND w.suspected", limit="1")}) t),
candidates AS MATERIALIZED (
    (SELECT * FROM suspects WHERE $7 ORDER BY due, event, position LIMIT 1)
    UNION ALL
    SELECT t.* FROM wanted h CROSS JOIN LATERAL (
        {_TAKEN_OF.format(only="", limit="h.room")}) t
    WHERE NOT EXISTS (SELECT 1 FROM suspects)),
first AS (
    SELECT DISTINCT ON (subject) subject, event, due, position FROM candidates
    ORDER BY subject, due, event, position),
chosen AS (SELECT subject, event FROM first ORDER BY due, event, position LIMIT $6),
taken AS MATERIALIZED (
    SELECT event, position, subject, due, EXISTS (SELECT 1 FROM suspects) AS alone,
        position = min(position) OVER (PARTITION BY event) AS begins
    FROM candidates JOIN chosen USING (subject, event)),
busy AS (
    UPDATE @subjects s SET running = t.count
    FROM (SELECT subject, count(*) FROM taken GROUP BY subject) t WHERE s.subject = t.subject),
marked AS (
    UPDATE @work w SET state = 'running', owner = $1, attempts = w.attempts + 1, waits = NULL,
        due = NULL, alone = t.alone, began = t.begins
    FROM taken t WHERE w.event = t.event AND w.position = t.position
    RETURNING w.event, w.position, w.handler, w.attempts, w.failures, w.crashes, w.error,
        w.replay, w.alone, w.subject, w.created, t.due)
SELECT m.event AS seq, m.position, m.handler, m.attempts, m.failures, m.crashes, m.error, m.replay,
    m.alone, m.due, EXISTS (
        SELECT 1 FROM @newest n WHERE n.subject = m.subject AND n.handler = m.handler
        AND (n.created, n.event) > (m.created, m.event)) AS superseded,
    e.id, e.type, e.subject, e.created, e.received, e.body, e.trace_context
FROM marked m JOIN @events e ON e.seq = m.event
"""

LOCK = """
SELECT FROM (SELECT subject FROM @subjects WHERE subject = ANY ($1::text[])
             ORDER BY subject FOR UPDATE) AS locked
"""

# `following`: what stands first in the line without what ends here.
SETTLE = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($2::bigint[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[],
        $8::float8[], $9::text[], $10::float8[], $11::bool[], $12::int[])
    AS g (event, position, attempt, subject, handler, state, waits, error, finished, released,
        uncounted)),
following AS MATERIALIZED (
    SELECT g.event, g.position, f.event AS next_event, f.position AS next_position,
        (f.created, f.event) < (o.created, o.event) AS is_earlier
    FROM given g JOIN @work o ON o.event = g.event AND o.position = g.position
    CROSS JOIN LATERAL (
        SELECT w.event, w.position, w.created FROM @work w
        WHERE w.finished IS NULL AND w.subject = g.subject AND w.handler = g.handler
          AND w.event <> g.event
        ORDER BY w.created, w.event LIMIT 1) f),
settled AS (
    UPDATE @work w SET state = g.state, waits = g.waits, finished = g.finished, owner = NULL,
        due = CASE WHEN NOT coalesce(f.is_earlier, false) THEN g.waits END,
        failures = w.failures + (g.finished IS NULL AND NOT g.released)::int,
        attempts = w.attempts - g.uncounted,
        error = CASE WHEN g.released THEN w.error ELSE g.error END,
        suspected = w.suspected AND g.released, alone = false, began = false,
        replay = w.replay AND g.finished IS NULL
    FROM given g LEFT JOIN following f USING (event, position)
    WHERE w.event = g.event AND w.position = g.position AND w.owner = $1
      AND w.attempts = g.attempt
    RETURNING w.event, w.position, w.subject, w.handler, w.created, w.state, w.finished),
moved AS (
    UPDATE @work w SET due = w.waits FROM settled t JOIN following f USING (event, position)
    WHERE w.event = f.next_event AND w.position = f.next_position AND w.owner IS NULL
      AND w.due IS NULL AND (t.finished IS NOT NULL OR f.is_earlier)),
freed AS (
    UPDATE @subjects s SET running = s.running - t.count
    FROM (SELECT subject, count(*) FROM settled GROUP BY subject) t WHERE s.subject = t.subject),
remembered AS (
    INSERT INTO @newest AS n (subject, handler, created, event, at)
    SELECT subject, handler, created, event, finished FROM settled WHERE state = 'done'
    ON CONFLICT (subject, handler) DO UPDATE
    SET created = excluded.created, event = excluded.event, at = excluded.at
    WHERE (excluded.created, excluded.event) >= (n.created, n.event))
SELECT event, position FROM settled
"""

BEGIN = """
UPDATE @work SET began = true
WHERE event = $2 AND position = $3 AND owner = $1 AND attempts = $4 RETURNING event
"""

HELD = """
SELECT w.event, w.position
FROM unnest($2::bigint[], $3::int[], $4::int[]) AS g (event, position, attempt)
JOIN @work w ON w.event = g.event AND w.position = g.position
WHERE w.owner = $1 AND w.attempts = g.attempt
"""

_FRONT = """
WITH front AS (
    SELECT f.event, f.position FROM unnest($1::text[], $2::text[]) AS l (subject, handler)
    CROSS JOIN LATERAL (
        SELECT w.event, w.position FROM @work w
        WHERE w.finished IS NULL AND w.subject = l.subject AND w.handler = l.handler
        ORDER BY w.created, w.event LIMIT 1) f)
"""

HOLD_UP = f"""
{_FRONT}
UPDATE @work w SET due = NULL FROM front f
WHERE w.event = f.event AND w.position = f.position AND w.due IS NOT NULL
"""

LET_GO_ON = f"""
{_FRONT}
UPDATE @work w SET due = w.waits FROM front f
WHERE w.event = f.event AND w.position = f.position AND w.owner IS NULL
  AND w.due IS DISTINCT FROM w.waits
"""

RUNNING_SUBJECTS = "SELECT DISTINCT subject FROM @work WHERE owner = $1"

# What had begun is suspected, and has crashed if it ran alone.
GIVE_BACK = """
WITH given AS (
    UPDATE @work SET state = 'pending', owner = NULL, attempts = attempts - (NOT began)::int,
        crashes = crashes + (began AND alone)::int, suspected = suspected OR began,
        waits = 0, due = NULL, alone = false, began = false
    WHERE owner = $1 AND ($2::bigint[] IS NULL OR (event, position) IN (
        SELECT * FROM unnest($2::bigint[], $3::int[])))
    RETURNING subject, handler),
freed AS (
    UPDATE @subjects s SET running = s.running - t.count
    FROM (SELECT subject, count(*) FROM given GROUP BY subject) t WHERE s.subject = t.subject)
SELECT subject, handler FROM given
"""
