-- run once: makes the view comments_latest, the newest observation of each id
CREATE OR REPLACE VIEW comments_latest AS
SELECT seen.*
FROM comments AS seen
INNER JOIN (
  SELECT id, max(observed_at) AS observed_at
  FROM comments
  GROUP BY id
) AS newest
  ON seen.id = newest.id AND seen.observed_at = newest.observed_at;
