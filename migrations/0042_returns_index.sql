-- +goose Up

-- Lists of what came back ask by the earlier item.
CREATE INDEX item_return_earlier ON item_return (earlier_id, state);
