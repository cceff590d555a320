-- the best comments of the last day, as they look now
SELECT seen.id, seen.score, seen.peak_score, seen.created_at, seen.body
FROM comments AS seen
INNER JOIN (
  SELECT id, max(observed_at) AS observed_at
  FROM comments
  WHERE created_at > current_timestamp - INTERVAL '1' DAY
  GROUP BY id
) AS newest
  ON seen.id = newest.id AND seen.observed_at = newest.observed_at
WHERE seen.created_at > current_timestamp - INTERVAL '1' DAY AND seen.state = 'live'
ORDER BY seen.score DESC
LIMIT 50;
