-- holes in what was read that are not closed yet
SELECT seen.id, seen.listing, seen.from_at, seen.to_at, seen.status, seen.recovered
FROM gaps AS seen
INNER JOIN (
  SELECT id, max(observed_at) AS observed_at
  FROM gaps
  GROUP BY id
) AS newest
  ON seen.id = newest.id AND seen.observed_at = newest.observed_at
WHERE seen.status <> 'repaired'
ORDER BY seen.from_at DESC;
