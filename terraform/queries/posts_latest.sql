-- run once: makes the view posts_latest, the newest observation of each id
CREATE OR REPLACE VIEW posts_latest AS
SELECT seen.*
FROM posts AS seen
INNER JOIN (
  SELECT id, max(observed_at) AS observed_at
  FROM posts
  GROUP BY id
) AS newest
  ON seen.id = newest.id AND seen.observed_at = newest.observed_at;
