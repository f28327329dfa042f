// Reads records.jsonl by the CloudEvents SDK of Go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/IBM/sarama"
	"github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
)

type record struct {
	Headers map[string]string
	Value   string
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	file, err := os.Open("records.jsonl")
	check(err)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64*1024*1024)
	for lines.Scan() {
		var one record
		check(json.Unmarshal(lines.Bytes(), &one))
		message := &sarama.ConsumerMessage{Value: []byte(one.Value)}
		for name, value := range one.Headers {
			message.Headers = append(message.Headers, &sarama.RecordHeader{Key: []byte(name), Value: []byte(value)})
		}
		event, err := binding.ToEvent(context.Background(), kafka_sarama.NewMessageFromConsumerMessage(message))
		check(err)
		check(event.Validate())
		fmt.Printf("%s\t%s\t%s\t%s\n", event.ID(), event.Type(), event.Source(), event.Subject())
	}
	check(lines.Err())
}
