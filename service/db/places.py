"""Places: where waiting tasks stand in the order of work, as claims will take them."""

from service.db.workers import LEASE

COUNTED = 1000
"""What is farther back than so many is not counted to the last."""

PLACE = f"""
LEFT JOIN LATERAL (
    WITH RECURSIVE pending AS (
        SELECT owner_id, count(*) AS n,
               count(*) FILTER (WHERE (start_tag, id) < (t.start_tag, t.id)) AS before
        FROM (SELECT owner_id, start_tag, id FROM tasks WHERE status = 'pending'
              ORDER BY start_tag, id LIMIT {COUNTED}) first
        GROUP BY owner_id
    ), mine AS (
        SELECT (SELECT count(*) FROM (
                    SELECT FROM chunks c
                    WHERE c.state = 'waiting' AND c.owner_id = t.owner_id
                      AND c.start_tag < (SELECT min(f.start_tag) FROM chunks f
                                         WHERE f.task_id = t.id AND f.state = 'waiting')
                    LIMIT {COUNTED}) earlier) AS chunks,
               COALESCE((SELECT before FROM pending WHERE owner_id = t.owner_id), 0) AS tasks
    ), owners AS (
        (SELECT owner_id FROM chunks WHERE state = 'waiting' ORDER BY owner_id LIMIT 1)
        UNION ALL
        SELECT (SELECT c.owner_id FROM chunks c
                WHERE c.state = 'waiting' AND c.owner_id > o.owner_id
                ORDER BY c.owner_id LIMIT 1)
        FROM owners o WHERE o.owner_id IS NOT NULL
    ), busy AS (
        SELECT owner_id, count(*) AS n FROM chunks WHERE state = 'running' GROUP BY owner_id
    ), turn AS (
        SELECT mine.chunks + COALESCE((SELECT n FROM busy WHERE owner_id = t.owner_id), 0) + 1 AS n
        FROM mine
    ), others AS (
        SELECT sum((SELECT count(*) FROM (
            SELECT FROM chunks c WHERE c.state = 'waiting' AND c.owner_id = o.owner_id
            LIMIT GREATEST(turn.n - COALESCE(busy.n, 0), 0)) theirs)) AS chunks
        FROM turn, owners o LEFT JOIN busy USING (owner_id) WHERE o.owner_id <> t.owner_id
    ), alive AS (
        SELECT sum(slots) AS slots, avg(run_seconds) AS run_seconds FROM workers
        WHERE seen_at > clock_timestamp() - {LEASE}
    )
    SELECT jsonb_build_array(
        1 + mine.tasks + COALESCE((SELECT sum(LEAST(n, mine.tasks + 1)) FROM pending
                                   WHERE owner_id <> t.owner_id), 0),
        mine.chunks + COALESCE(others.chunks, 0),
        COALESCE((SELECT sum(n) FROM busy), 0),
        COALESCE(alive.slots, 0), alive.run_seconds) AS place
    FROM mine, others, alive
    WHERE t.status = 'pending'  -- asked first: for any other task nothing of this is run
) waits ON true
"""
"""Joins ``waits.place``, the fields of a Place, to each ``tasks t`` that waits."""
