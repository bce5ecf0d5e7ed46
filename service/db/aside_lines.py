"""Names what is set aside in the log of its task, with the reason; the rest is only counted."""

from service.db.save_writers import Writing
from service.db.task_log import MAX_LOG_LINES

A_SAVE = 10
"""More are counted, not named: their reasons are all in ``set_aside``."""

LINES = f"""
WITH told AS (
    SELECT t.id, stage, n, trace, CASE kind WHEN 'solo' THEN detail
        ELSE format('%s is set aside: %s', COALESCE(f.path, i.path, aside.key::text), detail)
        END AS message
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
         WITH ORDINALITY AS aside (task_id, stage_id, key, detail, trace, n)
    JOIN tasks t ON t.id = aside.task_id
    JOIN LATERAL (SELECT name AS stage, kind FROM stages s WHERE s.id = aside.stage_id) s ON true
    LEFT JOIN listed_files f ON f.task_id = t.id AND f.key = aside.key
    LEFT JOIN LATERAL (
        SELECT path FROM items
        WHERE blob_id = aside.key AND dataset_id IN (t.dataset_id, t.target_id)
        ORDER BY id LIMIT 1
    ) i ON true
), lines AS (
    SELECT id, stage, n, false AS private, message FROM told
    UNION ALL SELECT id, stage, n, true, trace FROM told WHERE trace IS NOT NULL
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY id ORDER BY n, private) AS nth FROM lines
), moved AS (
    UPDATE tasks t SET log_seq = t.log_seq + n.lines
    FROM (SELECT id, count(*) AS lines FROM numbered GROUP BY id) n
    WHERE t.id = n.id AND t.log_seq + n.lines <= {MAX_LOG_LINES}
    RETURNING t.id, t.log_seq - n.lines AS last
)
INSERT INTO task_log (task_id, seq, stage, level, message, private)
SELECT id, last + nth, stage, 'warning', message, private
FROM numbered JOIN moved USING (id)
"""


async def tell_aside(writing: Writing) -> None:
    """After the count, which locks the tasks."""
    if saves := writing.set_aside[:A_SAVE]:
        await writing.connection.execute(
            LINES,
            [writing.task_of(s) for s in saves],
            [writing.stage_of(s) for s in saves],
            [s.key for s in saves],
            [s.reason.detail for s in saves],
            [s.trace for s in saves],
        )
