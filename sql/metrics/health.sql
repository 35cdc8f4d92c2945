-- Health of every paying customer, per month. Design page, section 9.
-- The score is the weighted mean of the components there are; each contribution is a component's part of it.
WITH scored AS (
  SELECT s.month, s.is_final, x.*, x.score IS NOT NULL AS has_score
  FROM customer_scores AS x
  JOIN scored_months AS s ON s.number = x.number AND s.is_asked
)
SELECT
  month,
  customer_id,
  score,
  band,
  coverage,
  usage_score,
  survey_score,
  support_score,
  commercial_score,
  tenure_score,
  CASE WHEN has_score THEN job.weight_usage * usage_score / weight_present END AS usage_contribution,
  CASE WHEN has_score THEN job.weight_survey * survey_score / weight_present END AS survey_contribution,
  CASE WHEN has_score THEN job.weight_support * support_score / weight_present END AS support_contribution,
  CASE WHEN has_score THEN job.weight_commercial * commercial_score / weight_present END AS commercial_contribution,
  CASE WHEN has_score THEN job.weight_tenure * tenure_score / weight_present END AS tenure_contribution,
  CASE WHEN NOT has_score THEN 'low_coverage' END AS null_reason,
  is_final
FROM scored
CROSS JOIN job
ORDER BY month, customer_id
