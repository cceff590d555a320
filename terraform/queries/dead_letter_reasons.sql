-- why records were refused in the last week, by day
SELECT dt, reason, count(*) AS records
FROM dead_letters
WHERE dt >= CAST(current_date - INTERVAL '7' DAY AS varchar)
GROUP BY dt, reason
ORDER BY dt DESC, records DESC;
