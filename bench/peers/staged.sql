-- Taierzhuang's rules on the contract's columns in the staged reading: windows, one after the other. One text for DuckDB and Spark; the words in
-- braces are where their dialects differ. Claims are clean: no row's form, no identity number is checked.
WITH c AS (
  SELECT *,
    coalesce(started_on, certificate_issued_on) AS begins,
    CASE WHEN scheme = 'pre_job' AND certificate_type = 'special_ability' THEN 5 ELSE level END AS lvl,
    60 * fee_fen {div} 100 AS share
  FROM {claims}),
own AS (
  SELECT *,
    CASE
      WHEN scheme IN ('training', 'pre_job', 'skill_upgrade') THEN CASE lvl WHEN 5 THEN 100000 WHEN 4 THEN 150000 WHEN 3 THEN 200000 END
      WHEN scheme = 'startup_training' THEN 160000
      WHEN scheme = 'technician' THEN CASE level WHEN 2 THEN 200000 WHEN 1 THEN 500000 END
      WHEN scheme = 'apprenticeship' THEN least(share, 600000)
      WHEN scheme = 'living_allowance' THEN 5000 * CAST(coalesce(attended_days, 0) AS BIGINT)
    END AS price,
    begins IS NULL OR begins NOT BETWEEN DATE '2019-01-01' AND DATE '2021-12-31' AS r_period,
    certificate_type IS NULL AND scheme NOT IN ('apprenticeship', 'living_allowance') AS r_nocert,
    certificate_type IS NOT NULL
      AND ((scheme = 'pre_job' AND certificate_type NOT IN ('qualification', 'skill_level', 'special_ability'))
        OR (scheme IN ('skill_upgrade', 'technician') AND certificate_type NOT IN ('qualification', 'skill_level'))) AS r_kind,
    coalesce(draws_pension, false) AS r_pension,
    scheme = 'skill_upgrade' AND coalesce(insured_months, 0) < 12 AS r_insured,
    (scheme = 'skill_upgrade' AND NOT {contains}({split}(coalesce(groups, ''), ';'), 'employee'))
      OR (scheme = 'living_allowance' AND NOT {contains}({split}(coalesce(groups, ''), ';'), 'poor')) AS r_group,
    scheme = 'apprenticeship' AND coalesce(fee_fen, 0) = 0 AS r_nofee,
    scheme = 'living_allowance' AND project_id IS NULL AS r_noproject,
    scheme = 'living_allowance' AND coalesce(attended_days, 0) = 0 AS r_noatt,
    scheme = 'apprenticeship' AND share < 400000 AND coalesce(fee_fen, 0) > 0 AS v_floor,
    scheme = 'apprenticeship' AND ended_on > started_on + INTERVAL 2 YEAR AS v_duration,
    scheme = 'technician' AND ((level = 2 AND coalesce(prior_level, 0) <> 3) OR (level = 1 AND coalesce(prior_level, 0) <> 2)) AS v_prior
  FROM c),
e AS (
  SELECT *,
    r_period OR r_nocert OR r_kind OR r_pension OR r_insured OR r_group OR r_nofee OR r_noproject OR r_noatt AS own_reject
  FROM own),
d AS (
  SELECT *,
    NOT own_reject AND (
      (scheme IN ('training', 'pre_job', 'skill_upgrade', 'technician') AND occupation_code IS NOT NULL AND lvl > 0
        AND row_number() OVER (
          PARTITION BY person_id, scheme = 'startup_training', occupation_code, lvl, own_reject,
            scheme IN ('training', 'pre_job', 'skill_upgrade', 'technician')
          ORDER BY applied_at, claim_id) > 1)
      OR (scheme = 'startup_training' AND row_number() OVER (PARTITION BY person_id, scheme, own_reject ORDER BY applied_at, claim_id) > 1)) AS r_dup
  FROM e),
y AS (
  SELECT *,
    NOT own_reject AND NOT r_dup AND scheme IN ('training', 'startup_training', 'pre_job')
      AND row_number() OVER (
        PARTITION BY person_id, year(begins), scheme IN ('training', 'startup_training', 'pre_job') AND NOT own_reject AND NOT r_dup
        ORDER BY applied_at, claim_id) > 3 AS r_year,
    CASE WHEN scheme = 'living_allowance' AND NOT own_reject THEN greatest(0, 50000 - coalesce(sum(price) OVER (
        PARTITION BY person_id, scheme, own_reject ORDER BY applied_at, claim_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) END AS cap_left,
    started_on IS NOT NULL AND (
      started_on <= max(ended_on) OVER (
        PARTITION BY person_id, started_on IS NOT NULL ORDER BY started_on, ended_on, claim_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      OR ended_on >= lead(started_on) OVER (PARTITION BY person_id, started_on IS NOT NULL ORDER BY started_on, ended_on, claim_id)) AS v_overlap
  FROM d),
f AS (SELECT *, own_reject OR r_dup OR r_year OR coalesce(cap_left = 0, false) AS reject, price IS NULL AS v_unpriced FROM y)
SELECT
  claim_id,
  CASE
    WHEN reject THEN 'rejected'
    WHEN v_floor OR v_duration OR v_prior OR v_unpriced OR coalesce(v_overlap, false) THEN 'review'
    ELSE 'approved'
  END AS outcome,
  CASE WHEN reject THEN 0 ELSE least(price, coalesce(cap_left, price)) END AS amount_fen,
  concat_ws(';',
    CASE WHEN v_floor THEN 'below-floor' END, CASE WHEN r_kind THEN 'certificate-kind' END, CASE WHEN r_pension THEN 'draws-pension' END,
    CASE WHEN r_dup THEN 'duplicate' END, CASE WHEN v_duration THEN 'duration' END, CASE WHEN r_group THEN 'group' END,
    CASE WHEN r_insured THEN 'insured-months' END, CASE WHEN r_noatt THEN 'no-attendance' END, CASE WHEN r_nocert THEN 'no-certificate' END,
    CASE WHEN r_nofee THEN 'no-fee' END, CASE WHEN r_noproject THEN 'no-project' END, CASE WHEN r_period THEN 'outside-period' END,
    CASE WHEN coalesce(v_overlap, false) THEN 'overlap' END, CASE WHEN cap_left < price THEN 'person-cap' END,
    CASE WHEN v_prior THEN 'prior-level' END, CASE WHEN v_unpriced THEN 'unpriced' END, CASE WHEN r_year THEN 'yearly-limit' END) AS reasons,
  '{rulebook}' AS rulebook
FROM f
