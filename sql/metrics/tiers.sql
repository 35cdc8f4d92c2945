-- Tier of every paying customer, per month, and the mid-ranks that decided it. Design page, section 10.
SELECT
  s.month,
  t.customer_id,
  t.tier,
  CAST(t.engagement_place AS DOUBLE) / CAST(2 * t.engagement_n AS DOUBLE) AS engagement_rank,
  CAST(t.spend_place AS DOUBLE) / CAST(2 * t.spend_n AS DOUBLE) AS spend_rank,
  CAST(t.survey_place AS DOUBLE) / CAST(2 * NULLIF(t.survey_n, 0) AS DOUBLE) AS survey_rank,
  CAST(t.health_place AS DOUBLE) / CAST(2 * NULLIF(t.health_n, 0) AS DOUBLE) AS health_rank,
  s.is_final
FROM customer_tiers AS t
JOIN scored_months AS s ON s.number = t.number
ORDER BY s.month, t.customer_id
