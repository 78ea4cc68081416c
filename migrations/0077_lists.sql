-- +goose Up

-- What is rare among a million cases is found by its mark; a case without it pays nothing. internal/cases/list_where.go has the
-- same conditions.
CREATE INDEX case_file_drawn ON case_file (id) WHERE audit = 'due';
CREATE INDEX case_file_urgent ON case_file (id) WHERE urgent;
CREATE INDEX case_file_supervised ON case_file (id) WHERE supervised;
CREATE INDEX case_file_joint ON case_file (id) WHERE joint;
CREATE INDEX case_file_returned ON case_file (id) WHERE returns > 0;
CREATE INDEX case_file_again ON case_file (id) WHERE (reworks > 0 OR reopens > 0 OR recurs_of <> '');

-- What a unit had first and leads no more: one of the ways in which a department sees a case.
CREATE INDEX case_file_first ON case_file (first_unit, id) WHERE first_unit <> '' AND first_unit <> lead_unit;
