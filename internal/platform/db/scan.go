package db

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jmoiron/sqlx/reflectx"
)

// setter puts a column of PostgreSQL into a place, by the rules of database/sql: what SQLite's driver hands over and what
// PostgreSQL sends end up the same. raw is nil for NULL and lives only during the call.
type setter func(dst reflect.Value, c *column, raw []byte) error

// column is what the server says of one.
type column struct {
	*pgconn.FieldDescription
	types *pgtype.Map
}

// target is where the columns of a row go.
type target struct {
	path []int // nil: the row itself
	set  setter
}

type planKey struct {
	row   reflect.Type
	query string
}

var plans sync.Map // planKey → []target

var scannerType = reflect.TypeFor[sql.Scanner]()

// planOf says where the columns of a query go in a T, once per query.
func planOf(t reflect.Type, query string, fields []pgconn.FieldDescription) ([]target, error) {
	if p, ok := plans.Load(planKey{t, query}); ok && len(p.([]target)) == len(fields) {
		return p.([]target), nil
	}
	var plan []target
	if t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(scannerType) && t != reflect.TypeFor[time.Time]() {
		names := make([]string, len(fields))
		for i := range fields {
			names[i] = fields[i].Name
		}
		for i, path := range mapper.TraversalsByName(t, names) {
			if len(path) == 0 {
				return nil, fmt.Errorf("missing destination name %s in %s", names[i], t)
			}
			plan = append(plan, target{path, setterOf(typeAt(t, path))})
		}
	} else if len(fields) == 1 {
		plan = []target{{nil, setterOf(t)}}
	} else {
		return nil, fmt.Errorf("%d columns for one %s", len(fields), t)
	}
	plans.Store(planKey{t, query}, plan)
	return plan, nil
}

func typeAt(t reflect.Type, path []int) reflect.Type {
	for _, i := range path {
		t = reflectx.Deref(t).Field(i).Type
	}
	return t
}

// scanRow fills v from the current row.
func scanRow(v reflect.Value, plan []target, columns []column, rows pgx.Rows) error {
	for i, raw := range rows.RawValues() {
		dst := v
		switch path := plan[i].path; len(path) {
		case 0:
		case 1:
			dst = v.Field(path[0])
		default:
			dst = reflectx.FieldByIndexes(v, path)
		}
		if err := plan[i].set(dst, &columns[i], raw); err != nil {
			return fmt.Errorf("column %s: %w", columns[i].Name, err)
		}
	}
	return nil
}

func setterOf(t reflect.Type) setter {
	switch {
	case reflect.PointerTo(t).Implements(scannerType):
		return func(dst reflect.Value, c *column, raw []byte) error {
			v, err := c.value(raw)
			if err != nil {
				return err
			}
			return dst.Addr().Interface().(sql.Scanner).Scan(v)
		}
	case t.Kind() == reflect.Pointer:
		inner := setterOf(t.Elem())
		return func(dst reflect.Value, c *column, raw []byte) error {
			if raw == nil {
				dst.SetZero()
				return nil
			}
			fresh := reflect.New(t.Elem())
			dst.Set(fresh)
			return inner(fresh.Elem(), c, raw)
		}
	case t.Kind() == reflect.Interface:
		return func(dst reflect.Value, c *column, raw []byte) error {
			v, err := c.value(raw)
			if err == nil && v != nil {
				dst.Set(reflect.ValueOf(v))
			}
			return err
		}
	case t == reflect.TypeFor[time.Time](), t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return setConverted
	}
	return setBasic
}

// setBasic is for texts, numbers and truths.
func setBasic(dst reflect.Value, c *column, raw []byte) error {
	if raw == nil {
		return fmt.Errorf("NULL for a %s", dst.Type())
	}
	kind := dst.Kind()
	switch {
	case kind == reflect.String && c.text():
		dst.SetString(string(raw))
		return nil
	case kind == reflect.Bool && c.DataTypeOID == pgtype.BoolOID && len(raw) == 1 && c.Format == pgx.BinaryFormatCode:
		dst.SetBool(raw[0] == 1)
		return nil
	}
	v, err := c.value(raw)
	if err != nil {
		return err
	}
	return assign(dst, v)
}

// setConverted is for times and bytes.
func setConverted(dst reflect.Value, c *column, raw []byte) error {
	v, err := c.value(raw)
	switch x := v.(type) {
	case nil:
		if dst.Kind() != reflect.Slice {
			return fmt.Errorf("NULL for a %s", dst.Type())
		}
		dst.SetZero()
	case string:
		if dst.Kind() != reflect.Slice {
			return fmt.Errorf("a text for a %s", dst.Type())
		}
		dst.SetBytes([]byte(x))
	default:
		r := reflect.ValueOf(v)
		if !r.Type().ConvertibleTo(dst.Type()) {
			return fmt.Errorf("a %T for a %s", v, dst.Type())
		}
		dst.Set(r.Convert(dst.Type()))
	}
	return err
}

// assign converts as database/sql does: numbers to texts and texts to numbers where they mean the same.
func assign(dst reflect.Value, v any) error {
	text := fmt.Sprint(v)
	if f, ok := v.(float64); ok {
		text = strconv.FormatFloat(f, 'g', -1, 64)
	}
	var err error
	switch kind := dst.Kind(); kind {
	case reflect.String:
		dst.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		dst.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, isInt := v.(int64)
		if !isInt {
			n, err = strconv.ParseInt(text, 10, 64)
		}
		if err == nil && dst.OverflowInt(n) {
			err = strconv.ErrRange
		}
		dst.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		var n uint64
		n, err = strconv.ParseUint(text, 10, dst.Type().Bits())
		dst.SetUint(n)
	case reflect.Float32, reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(text, dst.Type().Bits())
		dst.SetFloat(f)
	default:
		err = fmt.Errorf("a %T for a %s", v, dst.Type())
	}
	if err != nil {
		return fmt.Errorf("%q for a %s: %w", text, dst.Type(), err)
	}
	return nil
}

func (c *column) text() bool {
	switch c.DataTypeOID {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID:
		return true
	}
	return false
}

// value is the column as a driver of database/sql hands it over: int64, float64, bool, []byte, time.Time or string.
func (c *column) value(raw []byte) (any, error) {
	if raw == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	if c.text() {
		return string(raw), nil
	}
	if c.Format == pgx.BinaryFormatCode {
		switch {
		case c.DataTypeOID == pgtype.Int8OID && len(raw) == 8:
			return int64(binary.BigEndian.Uint64(raw)), nil
		case c.DataTypeOID == pgtype.Int4OID && len(raw) == 4:
			return int64(int32(binary.BigEndian.Uint32(raw))), nil
		case c.DataTypeOID == pgtype.Int2OID && len(raw) == 2:
			return int64(int16(binary.BigEndian.Uint16(raw))), nil
		case c.DataTypeOID == pgtype.BoolOID && len(raw) == 1:
			return raw[0] == 1, nil
		case c.DataTypeOID == pgtype.Float8OID && len(raw) == 8:
			return math.Float64frombits(binary.BigEndian.Uint64(raw)), nil
		}
	}
	switch c.DataTypeOID {
	case pgtype.ByteaOID:
		return scanned[[]byte](c, raw)
	case pgtype.Float4OID:
		return scanned[float64](c, raw)
	case pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.DateOID:
		return scanned[time.Time](c, raw)
	}
	return scanned[string](c, raw)
}

// scanned is for the types that are rare.
func scanned[T any](c *column, raw []byte) (any, error) {
	var v T
	err := c.types.Scan(c.DataTypeOID, c.Format, raw, &v)
	return v, err
}
