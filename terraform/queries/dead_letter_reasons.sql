-- why records were refused, by day
SELECT dt, reason, count(*) AS records
FROM dead_letters
GROUP BY dt, reason
ORDER BY dt DESC, records DESC;
