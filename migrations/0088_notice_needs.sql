-- +goose Up

-- A notice to a unit is for those of its members who may open what it names: who hold the permission, and where an area is named
-- whose areas hold it. Empty: everybody of the unit.
ALTER TABLE identity_notice ADD COLUMN needs TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_notice ADD COLUMN area_code TEXT NOT NULL DEFAULT '';

-- What was left before is judged by the page it leads to.
UPDATE identity_notice SET needs = CASE
	WHEN link LIKE '/cases/%' THEN 'cases.read'
	WHEN link LIKE '/whistles/%' THEN 'whistle.read'
	WHEN link LIKE '/rectify/%' THEN 'rectify.read'
	WHEN link LIKE '/appraisal/results/%' THEN 'results.read'
	WHEN link LIKE '/appraisal/%' THEN 'appraisal.read'
	WHEN link LIKE '/alarms%' THEN 'alarm.read'
	WHEN link LIKE '/calls%' THEN 'calls.desk'
	WHEN link LIKE '/roster%' THEN 'roster.plan'
	ELSE '' END
WHERE unit_id <> '';
