-- +goose Up

-- A hard whistle is approved by the two heads of a street alone (whistle.head). Roles of one's own that approve whistles
-- keep what they could do; the security administrator takes it from those that are no heads.
UPDATE identity_role SET permissions = REPLACE(permissions, '"whistle.lead"', '"whistle.head","whistle.lead"')
WHERE permissions LIKE '%"whistle.lead"%' AND permissions NOT LIKE '%"whistle.head"%';
