package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/backup"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

type backupCmd struct {
	File     string `arg:"" help:"File to write; it must not exist."`
	WithKeys bool   `help:"Put the keys into the backup: whoever has it can then read everything."`
}

// Run opens the database as it is: a newer binary must not upgrade the schema under an older server just to copy it.
func (c backupCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) (err error) {
	if err := existing(cfg); err != nil {
		return err
	}
	d, err := db.Open(ctx, db.Config{URL: cfg.DatabaseURL()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	files, err := blob.OpenStore(cfg.BlobURL(), clock.System)
	if err != nil {
		return err
	}
	sum, err := backup.Create(ctx, backup.Source{DB: d, Files: files, KeyPath: cfg.KeyPath(), WithKeys: c.WithKeys}, c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s: schema %d, %d attachments, %d bytes before compression\n", c.File, sum.Schema, sum.Files, sum.Bytes)
	if err == nil && len(sum.Damaged) > 0 {
		err = fmt.Errorf("%d attachments no longer hash to their name, first %s: the disk may be failing", len(sum.Damaged), sum.Damaged[0])
	}
	return err
}

type restoreCmd struct {
	File  string `arg:"" help:"Backup to read."`
	Force bool   `help:"Restore over existing data, which is kept beside it."`
}

func (c restoreCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	path, found := strings.CutPrefix(cfg.DatabaseURL(), "sqlite:")
	if !found {
		return backup.ErrPostgres
	}
	files, err := blob.OpenStore(cfg.BlobURL(), clock.System)
	if err != nil {
		return err
	}
	schema, err := db.SchemaVersion(migrations.Files)
	if err != nil {
		return err
	}
	sum, err := backup.Restore(ctx, c.File, backup.Target{DBPath: path, Files: files, KeyPath: cfg.KeyPath(), Schema: schema, Force: c.Force, Clock: clock.System})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "restored %s: schema %d, %d attachments\n", path, sum.Schema, sum.Files)
	if err == nil && sum.KeysMissing {
		_, err = fmt.Fprintf(s.Out, "put the key file of that installation to %s before starting\n", cfg.KeyPath())
	}
	return err
}
