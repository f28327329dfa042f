// Handles each event of hubcast's topics once, in PostgreSQL, however often it comes and whenever this process dies: what is
// remembered and what is done are one transaction, and Kafka's offset is committed after it.
//
//	psql "$DATABASE_URL" -f ../schema.sql
//	KAFKA_BROKERS=localhost:9092 DATABASE_URL=postgres://localhost/events go run .
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/twmb/franz-go/pkg/kgo"
)

type event struct {
	ID   string `json:"id"`
	App  string `json:"app"`
	Type string `json:"type"`
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := consume(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}

func consume(ctx context.Context) error {
	database, err := pgx.Connect(ctx, setting("DATABASE_URL", "postgres://localhost/events"))
	if err != nil {
		return err
	}
	defer database.Close(context.Background())
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(setting("KAFKA_BROKERS", "localhost:9092"), ",")...),
		kgo.ConsumerGroup(setting("GROUP_ID", "hubcast-postgres-go")),
		kgo.ConsumeRegex(),
		kgo.ConsumeTopics("^"+regexp.QuoteMeta(setting("TOPIC_PREFIX", "whatsapp"))+`\.`),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.AutoCommitMarks(),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	// Ends when nothing came for so long.
	idle, err := strconv.ParseFloat(setting("IDLE_SECONDS", "inf"), 64)
	if err != nil {
		return err
	}
	last := time.Now()
	for time.Since(last).Seconds() < idle {
		polling, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		fetches := client.PollFetches(polling)
		cancel()
		if ctx.Err() != nil {
			break
		}
		if err := fetches.Err0(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		for _, record := range fetches.Records() {
			last = time.Now()
			if err := handle(ctx, database, record); err != nil {
				return err
			}
			client.MarkCommitRecords(record)
		}
	}
	return client.CommitMarkedOffsets(context.Background())
}

func handle(ctx context.Context, database *pgx.Conn, record *kgo.Record) error {
	if record.Value == nil || strings.HasSuffix(record.Topic, ".raw") {
		return nil // a tombstone of a compacted topic, or a captured request
	}
	var one event
	if err := json.Unmarshal(record.Value, &one); err != nil || one.ID == "" || one.App == "" {
		// Whatever else is in a topic must not stop the rest.
		fmt.Fprintf(os.Stderr, "%s/%d@%d: no event\n", record.Topic, record.Partition, record.Offset)
		return nil
	}
	// The value as it came: PostgreSQL keeps every digit of it. One statement is one transaction.
	var isNew bool
	if err := database.QueryRow(ctx, "SELECT handle_event($1)", string(record.Value)).Scan(&isNew); err != nil {
		return err
	}
	again := "again "
	if isNew {
		again = ""
	}
	fmt.Printf("%s%s %s\n", again, one.ID, one.Type)
	return nil
}
