-- run once: makes the view posts_latest, each live post as it was last seen; its times are UTC
-- (Athena stores no view with a time zone in a column, so each time is cast to one without)
CREATE OR REPLACE VIEW posts_latest AS
SELECT
  seen.schema_version,
  seen.kind,
  seen.id,
  seen.subreddit,
  CAST(seen.created_at AS timestamp) AS created_at,
  CAST(seen.observed_at AS timestamp) AS observed_at,
  seen.cause,
  seen.state,
  seen.score,
  seen.score_hidden,
  seen.peak_score,
  seen.author,
  seen.author_id,
  seen.body,
  CAST(seen.edited_at AS timestamp) AS edited_at,
  seen.permalink,
  seen.distinguished,
  seen.stickied,
  seen.author_flair,
  seen.title,
  seen.url,
  seen.domain,
  seen.is_self,
  seen.flair,
  seen.num_comments,
  seen.upvote_ratio,
  seen.over_18,
  seen.removed_by,
  CAST(seen.landed_at AS timestamp) AS landed_at
FROM posts AS seen
INNER JOIN (
  SELECT id, max(observed_at) AS observed_at
  FROM posts
  GROUP BY id
) AS newest
  ON seen.id = newest.id AND seen.observed_at = newest.observed_at
WHERE seen.state = 'live';
